// tests/unit/mqtt/framing_test.cpp - Packets cut at every byte, and what is no MQTT.
#include "mqtt/framing.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/support/scripted_broker.h"

namespace framing_test {

using namespace parkwatch;
using namespace parkwatch::mqtt_session;
using parkwatch::test::ByteVector;
using parkwatch::test::wire;
using parkwatch::test::wire_connack;
using parkwatch::test::wire_puback;
using parkwatch::test::wire_suback;

namespace {

constexpr std::size_t payload_max = 100;

ByteVector operator+(ByteVector a, const ByteVector& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Everything that a stream gave, over several feeds.
struct Seen {
  ByteVector passed;
  std::vector<PublishNote> publishes;
  std::vector<OversizedPublish> oversized;
  std::vector<Connack> connacks;
  std::vector<std::vector<std::uint8_t>> subacks;
  unsigned pingresps = 0;
  std::string error;

  void add(const BrokerBytes& got) {
    for (const Bytes part : got.pass) passed.insert(passed.end(), part.begin(), part.end());
    publishes.insert(publishes.end(), got.publishes.begin(), got.publishes.end());
    oversized.insert(oversized.end(), got.oversized.begin(), got.oversized.end());
    if (got.connack) connacks.push_back(*got.connack);
    if (got.suback) subacks.push_back(*got.suback);
    if (got.pingresp) ++pingresps;
  }
};

// Feeds `bytes` in pieces that end at `cuts` (rising), as the gate does: what is left unread comes
// again.
Seen feed(const ByteVector& bytes, std::vector<std::size_t> cuts) {
  BrokerStream stream(payload_max);
  Seen seen;
  cuts.push_back(bytes.size());
  ByteVector buffer;
  std::size_t from = 0;
  for (const std::size_t to : cuts) {
    buffer.insert(buffer.end(), bytes.begin() + static_cast<std::ptrdiff_t>(from),
                  bytes.begin() + static_cast<std::ptrdiff_t>(to));
    from = to;
    BrokerBytes got;
    const Result<std::size_t> taken = stream.feed(buffer, got);
    seen.add(got);
    if (!taken) {
      seen.error = taken.error().message;
      return seen;
    }
    REQUIRE(buffer.size() - *taken <= unread_bytes_max);
    buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*taken));
  }
  if (buffer.empty() && stream.bytes_to_boundary() == 0) return seen;
  seen.error = "unfinished";
  return seen;
}

std::string error_of(const ByteVector& behind_the_connack) {
  return feed(wire_connack() + behind_the_connack, {}).error;
}

const std::string large(payload_max + 1, 'x');

// One of each packet that a broker may send, with a PUBLISH that is streamed away among them.
ByteVector everything() {
  return wire_connack(true) + wire_suback(1, {1, 0x80, 0}) +
         wire({.topic = "a/b", .payload = "payload", .packet_id = 258}) + ByteVector{0xD0, 0} +
         wire({.topic = "big", .payload = large, .packet_id = 3, .dup = true}) +
         wire({.topic = "q0", .payload = "", .qos = 0, .retained = true}) + wire_puback(9) +
         wire({.topic = std::string(130, 't'), .payload = "p", .packet_id = 4, .dup = true});
}

void check_everything(const Seen& seen) {
  REQUIRE(seen.error.empty());
  const ByteVector without_big =
      wire_connack(true) + wire_suback(1, {1, 0x80, 0}) +
      wire({.topic = "a/b", .payload = "payload", .packet_id = 258}) + ByteVector{0xD0, 0} +
      wire({.topic = "q0", .payload = "", .qos = 0, .retained = true}) + wire_puback(9) +
      wire({.topic = std::string(130, 't'), .payload = "p", .packet_id = 4, .dup = true});
  REQUIRE(seen.passed == without_big);
  REQUIRE(seen.connacks.size() == 1);
  REQUIRE(seen.connacks[0].session_present);
  REQUIRE(seen.subacks == std::vector<std::vector<std::uint8_t>>{{1, 0x80, 0}});
  REQUIRE(seen.pingresps == 1);
  REQUIRE(seen.publishes.size() == 3);
  REQUIRE(seen.publishes[0].topic_hash == hash_of_topic("a/b"));
  REQUIRE(seen.publishes[0].packet_id == 258);
  REQUIRE(seen.publishes[0].qos == 1);
  REQUIRE_FALSE(seen.publishes[0].dup);
  REQUIRE(seen.publishes[1].topic_hash == hash_of_topic("q0"));
  REQUIRE(seen.publishes[1].packet_id == 0);
  REQUIRE(seen.publishes[1].retained);
  REQUIRE(seen.publishes[2].topic_hash == hash_of_topic(std::string(130, 't')));
  REQUIRE(seen.publishes[2].packet_id == 4);
  REQUIRE(seen.publishes[2].dup);
  REQUIRE(seen.oversized.size() == 1);
  REQUIRE(seen.oversized[0].topic == "big");
  REQUIRE(seen.oversized[0].payload_bytes == large.size());
  REQUIRE(seen.oversized[0].packet_id == 3);
  REQUIRE(seen.oversized[0].dup);
  REQUIRE(seen.oversized[0].passed_before == 1);
}

}  // namespace

TEST_CASE("framing: a broker's packets are the same wherever the stream is cut once or twice") {
  const ByteVector bytes = everything();
  check_everything(feed(bytes, {}));
  for (std::size_t first = 1; first < bytes.size(); ++first) {
    CAPTURE(first);
    check_everything(feed(bytes, {first}));
  }
  // Around the small packets every pair of cuts; in payloads pairs add nothing.
  for (std::size_t first = 1; first < 40; ++first) {
    for (std::size_t second = first + 1; second < 48; ++second) {
      check_everything(feed(bytes, {first, second}));
    }
  }
}

TEST_CASE("framing: a broker's packets are the same when every byte comes alone") {
  const ByteVector bytes = everything();
  std::vector<std::size_t> cuts;
  for (std::size_t i = 1; i < bytes.size(); ++i) cuts.push_back(i);
  check_everything(feed(bytes, cuts));
}

TEST_CASE("framing: a payload at the limit passes and one byte more is streamed away") {
  const std::string most(payload_max, 'm');
  const Seen at_limit =
      feed(wire_connack() + wire({.topic = "t", .payload = most, .packet_id = 1}), {});
  CHECK(at_limit.publishes.size() == 1);
  CHECK(at_limit.oversized.empty());
  const Seen over =
      feed(wire_connack() + wire({.topic = "t", .payload = most + "m", .packet_id = 1}), {});
  CHECK(over.publishes.empty());
  CHECK(over.oversized.size() == 1);
  CHECK(over.passed == wire_connack());
}

TEST_CASE("framing: a length has at most four bytes") {
  const std::uint8_t largest[] = {0x30, 0xFF, 0xFF, 0xFF, 0x7F};
  const Result<FixedHeader> header = parse_fixed_header(largest);
  REQUIRE(header);
  CHECK(header->remaining == 268'435'455);
  CHECK(header->header_bytes == 5);
  const std::uint8_t longer[] = {0x30, 0xFF, 0xFF, 0xFF, 0xFF};
  const Result<FixedHeader> refused = parse_fixed_header(longer);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::bad_input);
  for (std::size_t n = 0; n < 5; ++n) {
    const Result<FixedHeader> part = parse_fixed_header(Bytes{largest, n});
    REQUIRE_FALSE(part);
    CHECK(part.error().kind == ErrorKind::incomplete);
  }
}

TEST_CASE("framing: what a broker may not send is refused with a clear text") {
  CHECK(feed(wire_puback(1), {}).error == "the broker's first packet is no CONNACK but PUBACK");
  CHECK(error_of(wire_connack()) == "a second CONNACK");
  CHECK(error_of({0x00, 0}) == "a packet of the type reserved (0)");
  CHECK(error_of({0xF0, 0}) == "a packet of the type reserved (15)");
  CHECK(error_of({0x10, 0}) == "a CONNECT, which a broker never sends to us");
  CHECK(error_of({0x62, 2, 0, 1}) == "a PUBREL with flags");
  CHECK(error_of({0x50, 2, 0, 1}) == "a PUBREC, which a broker never sends to us");
  CHECK(error_of({0xE0, 0}) == "a DISCONNECT, which a broker never sends to us");
  CHECK(error_of({0x40, 3, 0, 1, 0}) == "a PUBACK of 3 bytes");
  CHECK(error_of({0xD0, 1, 0}) == "a PINGRESP of 1 bytes");
  CHECK(error_of({0x90, 2, 0, 1}) == "a SUBACK of 2 bytes");
  CHECK(error_of({0x90, 0xFF, 0xFF, 0x7F}) == "a SUBACK of 2097151 bytes");
  CHECK(error_of({0x31, 0x80, 0x80, 0x80, 0x80, 1}) ==
        "a packet length of more than four bytes (over 256 MiB)");
  CHECK(error_of({0x36, 5, 0, 1, 't', 0, 1}) == "a PUBLISH with both QoS bits set");
  CHECK(error_of({0x34, 5, 0, 1, 't', 0, 1}) ==
        "a PUBLISH of QoS 2, which was not subscribed to: it could be lost");
  CHECK(error_of({0x30, 1, 0}) == "a PUBLISH without a topic");
  CHECK(error_of({0x30, 2, 0, 0}) == "a PUBLISH with an empty topic");
  CHECK(error_of({0x30, 4, 0, 3, 'a', 'b'}) == "a PUBLISH whose topic is longer than itself");
  CHECK(error_of({0x32, 4, 0, 2, 'a', 'b'}) == "a PUBLISH whose topic is longer than itself");
  CHECK(error_of({0x32, 5, 0, 1, 't', 0, 0}) == "a PUBLISH of QoS 1 with the packet identifier 0");
}

TEST_CASE("framing: random bytes never end in anything but an error or a wait", "[fuzz]") {
  std::minstd_rand chance(20260101);  // fixed: a failure is repeated by running again
  for (int round = 0; round < 20'000; ++round) {
    ByteVector bytes = everything();
    const std::size_t changes = 1 + chance() % 4;
    for (std::size_t i = 0; i < changes; ++i) {
      bytes[chance() % bytes.size()] = static_cast<std::uint8_t>(chance());
    }
    bytes.resize(1 + chance() % bytes.size());
    const Seen seen = feed(bytes, {chance() % bytes.size()});
    REQUIRE(seen.passed.size() <= bytes.size());
  }
}

TEST_CASE("framing: Paho's acknowledgements are taken out wherever its stream is cut") {
  const ByteVector connect{0x10, 4, 1, 2, 3, 4};
  const ByteVector subscribe{0x82, 3, 0, 1, 9};
  const ByteVector bytes =
      connect + wire_puback(1) + subscribe + wire_puback(513) + ByteVector{0xC0, 0} +
      wire({.topic = "out", .payload = "p", .packet_id = 2}) + ByteVector{0xE0, 0};
  const ByteVector passed = connect + subscribe + ByteVector{0xC0, 0} +
                            wire({.topic = "out", .payload = "p", .packet_id = 2});
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    CAPTURE(cut);
    ClientStream stream;
    ClientBytes got;
    const Result<std::size_t> first = stream.feed(Bytes{bytes.data(), cut}, got);
    REQUIRE(first);
    const Result<std::size_t> second =
        stream.feed(Bytes{bytes.data() + *first, bytes.size() - *first}, got);
    REQUIRE(second);
    REQUIRE(*first + *second == bytes.size());
    ByteVector joined;
    for (const Bytes part : got.pass) joined.insert(joined.end(), part.begin(), part.end());
    REQUIRE(joined == passed);
    REQUIRE(got.acks == std::vector<std::uint16_t>{1, 513});
    REQUIRE(got.pingreq);
    REQUIRE(got.disconnect);
  }
}

TEST_CASE("framing: a PUBREC of Paho's is refused, since nothing of QoS 2 ever reaches it") {
  ClientStream stream;
  ClientBytes got;
  const ByteVector pubrec{0x50, 2, 0, 1};
  const Result<std::size_t> taken = stream.feed(pubrec, got);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().message == "Paho sent a PUBREC");
}

TEST_CASE("framing: a refused CONNACK is told in words") {
  CHECK(connack_text(1) == "unacceptable protocol version");
  CHECK(connack_text(2) == "identifier rejected");
  CHECK(connack_text(3) == "server unavailable");
  CHECK(connack_text(4) == "bad user name or password");
  CHECK(connack_text(5) == "not authorised");
  CHECK(connack_text(77) == "refused for an unknown reason");
}

}  // namespace framing_test
