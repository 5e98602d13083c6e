// tests/unit/mqtt/framing_property_test.cpp - Random streams of packets in random pieces: what is
// passed, noted, streamed away and acknowledged depends on the packets alone.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "mqtt/framing.h"
#include "tests/support/scripted_broker.h"

namespace framing_property_test {

using namespace parkwatch;
using namespace parkwatch::mqtt_session;
using parkwatch::test::ByteVector;
using parkwatch::test::wire;
using parkwatch::test::wire_connack;
using parkwatch::test::wire_head;
using parkwatch::test::wire_puback;
using parkwatch::test::wire_suback;

namespace {

constexpr std::size_t payload_max = 64;

void append(ByteVector& to, const ByteVector& bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

// What a broker's stream is to give, written down while it is made.
struct BrokerScript {
  ByteVector bytes;
  ByteVector passed;
  std::vector<std::string> topics;  // of what is passed
  std::vector<std::uint16_t> packet_ids;
  std::vector<std::string> large;  // topics of what is streamed away
  std::vector<std::uint64_t> large_after;
  std::vector<ByteVector> codes;

  void passes(const ByteVector& packet) {
    append(bytes, packet);
    append(passed, packet);
  }
};

void add_publish(BrokerScript& script, std::minstd_rand& chance, std::uint64_t& passed_acked) {
  test::WirePublish publish;
  // Around the limit, and so long that the length takes one, two or three bytes.
  const std::size_t sizes[] = {0, 1, payload_max - 1, payload_max, payload_max + 1, 300, 17'000};
  publish.topic = std::string(1 + chance() % 200, static_cast<char>('a' + chance() % 26));
  publish.payload = std::string(sizes[chance() % std::size(sizes)], 'p');
  publish.qos = chance() % 2;
  publish.packet_id =
      publish.qos == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(1 + chance() % 65'535);
  publish.dup = publish.qos != 0 && chance() % 2 == 0;
  publish.retained = chance() % 2 == 0;
  if (publish.payload.size() > payload_max) {
    append(script.bytes, wire(publish));
    script.large.push_back(publish.topic);
    script.large_after.push_back(passed_acked);
    return;
  }
  script.passes(wire(publish));
  script.topics.push_back(publish.topic);
  script.packet_ids.push_back(publish.packet_id);
  if (publish.qos != 0) ++passed_acked;
}

BrokerScript random_broker(std::minstd_rand& chance) {
  BrokerScript script;
  std::uint64_t passed_acked = 0;
  script.passes(wire_connack(chance() % 2 == 0));
  for (std::size_t packets = chance() % 12; packets > 0; --packets) {
    switch (chance() % 6) {
      case 0: {
        ByteVector codes;
        for (std::size_t n = 1 + chance() % 120; n > 0; --n) {
          codes.push_back(static_cast<std::uint8_t>(chance() % 2 == 0 ? 1 : 0x80));
        }
        script.passes(wire_suback(static_cast<std::uint16_t>(1 + chance() % 999), codes));
        script.codes.push_back(codes);
        break;
      }
      case 1:
        script.passes(wire_puback(static_cast<std::uint16_t>(1 + chance() % 65'535)));
        break;
      case 2:
        script.passes({0xD0, 0});
        break;
      default:
        add_publish(script, chance, passed_acked);
    }
  }
  return script;
}

// Sizes of the pieces: mostly of a few bytes, now and then a whole buffer.
std::size_t random_piece(std::minstd_rand& chance) {
  return 1 + chance() % (chance() % 4 == 0 ? 20'000 : 9);
}

// Feeds as the gate does: what is left unread comes again in front of the next piece.
template <typename Stream, typename Got, typename Take>
void feed_in_pieces(Stream& stream, const ByteVector& bytes, std::minstd_rand& chance,
                    const Take& take) {
  ByteVector buffer;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t piece = std::min(random_piece(chance), bytes.size() - at);
    buffer.insert(buffer.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                  bytes.begin() + static_cast<std::ptrdiff_t>(at + piece));
    at += piece;
    Got got;
    const Result<std::size_t> taken = stream.feed(buffer, got);
    INFO((taken ? std::string{} : taken.error().message));
    REQUIRE(taken);
    REQUIRE(buffer.size() - *taken <= unread_bytes_max);
    take(got);
    buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*taken));
  }
  REQUIRE(buffer.empty());
}

template <typename Parts>
void join(const Parts& parts, ByteVector& to) {
  for (const Bytes part : parts) to.insert(to.end(), part.begin(), part.end());
}

}  // namespace

TEST_CASE("framing: any packets of a broker in any pieces give what the packets say",
          "[mqtt][property]") {
  std::minstd_rand chance(20260401);
  for (int round = 0; round < 400; ++round) {
    CAPTURE(round);
    const BrokerScript script = random_broker(chance);
    BrokerStream stream(payload_max);
    ByteVector passed;
    std::vector<PublishNote> notes;
    std::vector<OversizedPublish> large;
    std::vector<ByteVector> codes;
    std::size_t connacks = 0;
    feed_in_pieces<BrokerStream, BrokerBytes>(
        stream, script.bytes, chance, [&](const BrokerBytes& got) {
          join(got.pass, passed);
          notes.insert(notes.end(), got.publishes.begin(), got.publishes.end());
          large.insert(large.end(), got.oversized.begin(), got.oversized.end());
          if (got.suback) codes.push_back(*got.suback);
          if (got.connack) ++connacks;
        });
    REQUIRE(stream.bytes_to_boundary() == 0);
    REQUIRE(passed == script.passed);
    REQUIRE(connacks == 1);
    REQUIRE(notes.size() == script.topics.size());
    for (std::size_t i = 0; i < notes.size(); ++i) {
      REQUIRE(notes[i].topic_hash == hash_of_topic(script.topics[i]));
      REQUIRE(notes[i].packet_id == script.packet_ids[i]);
    }
    REQUIRE(large.size() == script.large.size());
    for (std::size_t i = 0; i < large.size(); ++i) {
      REQUIRE(large[i].topic == script.large[i]);
      REQUIRE(large[i].passed_before == script.large_after[i]);
      REQUIRE(large[i].payload_bytes > payload_max);
    }
    // A piece tells one SUBACK, the last that ended in it.
    REQUIRE(codes.size() <= script.codes.size());
    for (const ByteVector& told : codes) {
      REQUIRE(std::find(script.codes.begin(), script.codes.end(), told) != script.codes.end());
    }
  }
}

TEST_CASE("framing: any packets of Paho's in any pieces give its acknowledgements in order",
          "[mqtt][property]") {
  std::minstd_rand chance(20260402);
  for (int round = 0; round < 400; ++round) {
    CAPTURE(round);
    ByteVector bytes{0x10, 4, 1, 2, 3, 4};
    ByteVector expected = bytes;
    std::vector<std::uint16_t> acks;
    for (std::size_t packets = chance() % 30; packets > 0; --packets) {
      if (chance() % 2 == 0) {
        acks.push_back(static_cast<std::uint16_t>(1 + chance() % 65'535));
        append(bytes, wire_puback(acks.back()));
        continue;
      }
      const ByteVector packet =
          chance() % 3 == 0
              ? ByteVector{0xC0, 0}
              : wire({.topic = "t", .payload = std::string(chance() % 400, 'x'), .packet_id = 7});
      append(bytes, packet);
      append(expected, packet);
    }
    ClientStream stream;
    ByteVector passed;
    std::vector<std::uint16_t> taken;
    feed_in_pieces<ClientStream, ClientBytes>(stream, bytes, chance, [&](const ClientBytes& got) {
      join(got.pass, passed);
      taken.insert(taken.end(), got.acks.begin(), got.acks.end());
    });
    REQUIRE(passed == expected);
    REQUIRE(taken == acks);
    // What the gate then writes for each is what was taken out.
    ByteVector written;
    for (const std::uint16_t id : acks) append_puback(id, written);
    ByteVector again;
    for (const std::uint16_t id : acks) append(again, wire_puback(id));
    REQUIRE(written == again);
  }
}

TEST_CASE("framing: every length that four bytes can say is read, and its padded form too",
          "[mqtt]") {
  std::minstd_rand chance(20260403);
  std::vector<std::uint32_t> lengths{0,         127,       128,         16'383,     16'384,
                                     2'097'151, 2'097'152, 268'435'454, 268'435'455};
  for (int i = 0; i < 500; ++i) {
    lengths.push_back(static_cast<std::uint32_t>(chance()) % 268'435'456U);
  }
  for (const std::uint32_t length : lengths) {
    CAPTURE(length);
    ByteVector bytes{0x30};
    std::uint32_t rest = length;
    do {
      bytes.push_back(static_cast<std::uint8_t>((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0)));
      rest >>= 7;
    } while (rest > 0);
    const Result<FixedHeader> header = parse_fixed_header(bytes);
    REQUIRE(header);
    REQUIRE(header->type == PacketType::publish);
    REQUIRE(header->remaining == length);
    REQUIRE(header->header_bytes == bytes.size());
    if (bytes.size() == 5) continue;
    bytes.back() |= 0x80;  // the same number with a zero behind it
    bytes.push_back(0);
    const Result<FixedHeader> padded = parse_fixed_header(bytes);
    REQUIRE(padded);
    REQUIRE(padded->remaining == length);
  }
}

// The largest PUBLISH that MQTT knows, of which nothing may be kept.
TEST_CASE("framing: a payload of 256 MiB is announced, counted down and never held", "[mqtt]") {
  constexpr std::size_t payload = 268'435'455 - 2 - 3 - 2;
  const ByteVector head = wire_head({.topic = "big", .payload = "", .packet_id = 9}, payload);
  BrokerStream stream(payload_max);
  BrokerBytes got;
  ByteVector begin = wire_connack();
  append(begin, head);
  const Result<std::size_t> taken = stream.feed(begin, got);
  REQUIRE(taken);
  REQUIRE(*taken == begin.size());
  REQUIRE(stream.bytes_to_boundary() == payload);
  const ByteVector chunk(1U << 20, 'x');
  std::size_t left = payload;
  while (left > 0) {
    got.clear();
    const std::size_t size = std::min(left, chunk.size());
    const Result<std::size_t> part = stream.feed(Bytes{chunk.data(), size}, got);
    REQUIRE(part);
    REQUIRE(*part == size);
    REQUIRE(got.pass.empty());
    left -= size;
    REQUIRE(stream.bytes_to_boundary() == left);
  }
  REQUIRE(got.oversized.size() == 1);
  CHECK(got.oversized[0].topic == "big");
  CHECK(got.oversized[0].payload_bytes == payload);
  CHECK(got.oversized[0].packet_id == 9);
}

TEST_CASE("framing: what Paho never should send is refused by its name", "[mqtt][fault]") {
  struct Case {
    ByteVector bytes;
    const char* error;
  };
  const Case cases[] = {
      {{0x40, 3, 0, 1, 2}, "a PUBACK of Paho's with a wrong length"},
      {{0xE0, 1, 0}, "a DISCONNECT of Paho's with a wrong length"},
      {{0xC0, 1, 0}, "a PINGREQ of Paho's with a wrong length"},
      {{0x20, 2, 0, 0}, "Paho sent a CONNACK"},
      {{0x62, 2, 0, 1}, "Paho sent a PUBREL"},
      {{0x90, 3, 0, 1, 0}, "Paho sent a SUBACK"},
      {{0xD0, 0}, "Paho sent a PINGRESP"},
      {{0x00, 0}, "a packet of the type reserved (0)"},
      {{0x30, 0xFF, 0xFF, 0xFF, 0xFF}, "a packet length of more than four bytes (over 256 MiB)"},
  };
  for (const auto& [bytes, error] : cases) {
    CAPTURE(error);
    ClientStream stream;
    ClientBytes got;
    const Result<std::size_t> taken = stream.feed(bytes, got);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().kind == ErrorKind::bad_input);
    CHECK(taken.error().message == error);
    CHECK(got.acks.empty());
    CHECK(got.pass.empty());
  }
}

}  // namespace framing_property_test
