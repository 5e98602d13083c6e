// tests/unit/parksim/publisher_test.cpp - The sending side against a broker that misbehaves.
#include "tools/parksim/publisher.h"

#include <catch2/catch.hpp>
#include <future>

#include "tests/support/mosquitto.h"
#include "tests/support/scripted_broker.h"

namespace parkwatch::parksim::publisher_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::ScriptedBroker;
using test::Wire;

PublisherOptions options_for(std::uint16_t port) {
  return {.broker = {"127.0.0.1", port, false},
          .client_id = "parksim-test",
          .username = "",
          .password = "",
          .ca_file = "",
          .back_off_min = milliseconds{10},
          .back_off_max = milliseconds{50}};
}

void offer(Publisher& publisher, int first, int last) {
  for (int i = first; i <= last; ++i) publisher.offer("park/n", std::to_string(i));
}

void accept(ScriptedBroker& broker) {
  static_cast<void>(broker.expect(Wire::connect));
  broker.send(test::wire_connack());
}

}  // namespace

TEST_CASE("publisher: never more than its window is unacknowledged", "[parksim]") {
  ScriptedBroker broker;
  Publisher publisher{options_for(broker.port())};
  offer(publisher, 1, 30);
  accept(broker);
  std::deque<std::uint16_t> open;
  for (int i = 1; i <= 10; ++i) {
    const auto packet = broker.expect(Wire::publish);
    CHECK(packet.payload() == std::to_string(i));
    CHECK((packet.flags & 0x07) == 0x02);  // QoS 1, not retained
    open.push_back(packet.packet_id());
  }
  CHECK(broker.silent_for(milliseconds{100}));
  for (int i = 11; i <= 30; ++i) {
    broker.send(test::wire_puback(open.front()));
    open.pop_front();
    const auto packet = broker.expect(Wire::publish);
    CHECK(packet.payload() == std::to_string(i));
    open.push_back(packet.packet_id());
  }
  for (const auto id : open) broker.send(test::wire_puback(id));
  const PublisherCounts counts = publisher.finish(seconds{10});
  CHECK(counts.offered == 30);
  CHECK(counts.acknowledged == 30);
  CHECK(counts.repeated == 0);
  static_cast<void>(broker.expect(Wire::disconnect));
}

TEST_CASE("publisher: what a lost connection left unacknowledged is sent again, in order",
          "[parksim]") {
  ScriptedBroker broker;
  Publisher publisher{options_for(broker.port())};
  offer(publisher, 1, 4);
  accept(broker);
  const auto first = broker.expect(Wire::publish);
  for (int i = 2; i <= 4; ++i) static_cast<void>(broker.expect(Wire::publish));
  broker.send(test::wire_puback(first.packet_id()));
  offer(publisher, 5, 5);
  static_cast<void>(broker.expect(Wire::publish));
  broker.drop();
  accept(broker);
  std::vector<std::string> again;
  while (again.empty() || again.back() != "5") {
    const auto packet = broker.expect(Wire::publish);
    again.push_back(packet.payload());
    broker.send(test::wire_puback(packet.packet_id()));
  }
  if (again.front() == "1") again.erase(again.begin());  // the PUBACK may have been lost on the way
  CHECK(again == std::vector<std::string>{"2", "3", "4", "5"});
  const PublisherCounts counts = publisher.finish(seconds{10});
  CHECK(counts.offered == 5);
  CHECK(counts.acknowledged == 5);
  CHECK(counts.repeated >= 4);
  CHECK(counts.connects == 2);
}

TEST_CASE("publisher: keeps trying while the broker refuses it", "[parksim]") {
  ScriptedBroker broker;
  Publisher publisher{options_for(broker.port())};
  offer(publisher, 1, 1);
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(broker.expect(Wire::connect));
    broker.send(test::wire_connack(false, 5));  // not authorised
  }
  accept(broker);
  broker.send(test::wire_puback(broker.expect(Wire::publish).packet_id()));
  const PublisherCounts counts = publisher.finish(seconds{10});
  CHECK(counts.acknowledged == 1);
  CHECK(counts.connects == 1);
}

TEST_CASE("publisher: a full queue drops the oldest and counts them", "[parksim]") {
  ScriptedBroker broker;
  PublisherOptions options = options_for(broker.port());
  options.queue_max = 5;
  Publisher publisher{std::move(options)};
  static_cast<void>(broker.expect(Wire::connect));  // not answered yet: nothing leaves the queue
  offer(publisher, 1, 8);
  CHECK(publisher.counts().dropped == 3);
  broker.send(test::wire_connack());
  for (int i = 4; i <= 8; ++i) {
    const auto packet = broker.expect(Wire::publish);
    CHECK(packet.payload() == std::to_string(i));
    broker.send(test::wire_puback(packet.packet_id()));
  }
  CHECK(publisher.finish(seconds{10}).acknowledged == 5);
}

TEST_CASE("publisher: ends without a broker, and says what is missing", "[parksim]") {
  Publisher publisher{options_for(test::free_loopback_port())};
  offer(publisher, 1, 3);
  const PublisherCounts counts = publisher.finish(milliseconds{50});
  CHECK(counts.offered == 3);
  CHECK(counts.acknowledged == 0);
  CHECK(counts.connects == 0);
}

TEST_CASE("publisher: a slow broker gets its time at the end, a dead one does not", "[parksim]") {
  ScriptedBroker broker;
  Publisher publisher{options_for(broker.port())};
  offer(publisher, 1, 4);
  accept(broker);
  auto finished = std::async(std::launch::async, [&publisher] {
    return publisher.finish(seconds{2});  // three times 800 ms is more than that
  });
  for (int i = 1; i <= 3; ++i) {
    const auto packet = broker.expect(Wire::publish);
    CHECK(finished.wait_for(milliseconds{800}) == std::future_status::timeout);
    broker.send(test::wire_puback(packet.packet_id()));
  }
  CHECK(finished.get().acknowledged == 3);  // the fourth was never acknowledged
}

TEST_CASE("publisher: gives user and password, and mosquitto takes them", "[parksim]") {
  test::MosquittoOptions wanted;
  wanted.username = "sim";
  wanted.password = "secret";
  const test::Mosquitto broker{wanted};
  PublisherOptions options = options_for(broker.port());
  options.username = "sim";
  options.password = "secret";
  Publisher publisher{std::move(options)};
  offer(publisher, 1, 3);
  CHECK(publisher.finish(seconds{10}).acknowledged == 3);
}

}  // namespace parkwatch::parksim::publisher_test
