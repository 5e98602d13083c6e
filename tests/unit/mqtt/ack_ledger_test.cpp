// tests/unit/mqtt/ack_ledger_test.cpp - What may leave, and in which order.
#include "mqtt/ack_ledger.h"

#include <catch2/catch.hpp>

namespace ack_ledger_test {

using namespace parkwatch::mqtt_session;
using namespace std::chrono_literals;

namespace {

const AckLedger::Instant t0{1000s};

// The packet identifiers that leave at `committed`.
std::vector<int> released(AckLedger& ledger, std::uint64_t committed) {
  std::vector<std::uint8_t> out;
  ledger.release(committed, out);
  std::vector<int> ids;
  for (std::size_t i = 0; i + 4 <= out.size(); i += 4) {
    REQUIRE(out[i] == 0x40);
    REQUIRE(out[i + 1] == 2);
    ids.push_back(out[i + 2] << 8 | out[i + 3]);
  }
  return ids;
}

}  // namespace

TEST_CASE("ledger: an acknowledgement waits for what was appended when it was read") {
  AckLedger ledger;
  ledger.paho_acknowledged(300, 5, t0);
  ledger.paho_acknowledged(2, 6, t0);
  CHECK(released(ledger, 4).empty());
  CHECK(released(ledger, 5) == std::vector<int>{300});
  CHECK(released(ledger, 5).empty());
  CHECK(released(ledger, 100) == std::vector<int>{2});
  CHECK(ledger.held() == 0);
}

TEST_CASE("ledger: nothing behind a message that was not taken ever leaves") {
  AckLedger ledger;
  ledger.paho_acknowledged(1, 1, t0);
  ledger.paho_acknowledged(2, AckLedger::never, t0);
  ledger.paho_acknowledged(3, 1, t0);
  CHECK(released(ledger, AckLedger::never - 1) == std::vector<int>{1});
  CHECK(ledger.held() == 2);
}

TEST_CASE("ledger: the gate's own acknowledgement waits for its turn among Paho's") {
  AckLedger ledger;
  // Two PUBLISHes are on their way through Paho when an oversized one has been streamed away.
  ledger.own_acknowledged(30, 1, 2, t0);
  CHECK(ledger.held() == 1);
  CHECK(released(ledger, 9).empty());
  ledger.paho_acknowledged(10, 2, t0);
  CHECK(released(ledger, 9) == std::vector<int>{10});
  ledger.paho_acknowledged(20, 3, t0);
  ledger.paho_acknowledged(40, 4, t0);
  CHECK(released(ledger, 3) == std::vector<int>{20, 30});
  CHECK(released(ledger, 4) == std::vector<int>{40});
}

TEST_CASE("ledger: the gate's own acknowledgement obeys the hold rule too") {
  AckLedger ledger;
  ledger.own_acknowledged(30, 7, 0, t0);
  ledger.own_acknowledged(31, 8, 0, t0);
  CHECK(released(ledger, 6).empty());
  CHECK(released(ledger, 8) == std::vector<int>{30, 31});
}

TEST_CASE("ledger: it knows since when the oldest one waits") {
  AckLedger ledger;
  CHECK_FALSE(ledger.oldest());
  ledger.own_acknowledged(9, 1, 1, t0 - 1s);
  CHECK(ledger.oldest() == t0 - 1s);
  ledger.paho_acknowledged(1, 1, t0);
  ledger.paho_acknowledged(2, 2, t0 + 2s);
  CHECK(ledger.oldest() == t0);
  CHECK(released(ledger, 1) == std::vector<int>{1, 9});
  CHECK(ledger.oldest() == t0 + 2s);
}

}  // namespace ack_ledger_test
