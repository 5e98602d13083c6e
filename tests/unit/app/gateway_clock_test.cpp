// tests/unit/app/gateway_clock_test.cpp - UTC carried on, slewed and stepped.
#include "app/gateway_clock.h"

#include <catch2/catch.hpp>

namespace gateway_clock_test {

using namespace parkwatch;
using namespace parkwatch::app;
using namespace std::chrono_literals;

namespace {

// Time by hand.
struct HandTime {
  Timestamp system = from_us(1'000'000'000);
  Duration monotonic{0};
  bool synchronised = false;

  void pass(Duration d) {
    system += d;
    monotonic += d;
  }
  ClockSources sources() {
    return {[this] { return system; }, [this] { return monotonic; },
            [this] { return synchronised; }};
  }
};

}  // namespace

TEST_CASE("clock: goes on with the monotonic clock whatever the system's time does", "[app]") {
  HandTime time;
  GatewayClock clock{time.sources(), timestamp_min};
  const Timestamp began = clock.now();
  time.pass(3s);
  CHECK(clock.now() - began == 3s);
  time.system -= 1h;
  CHECK(clock.now() - began == 3s);
}

TEST_CASE("clock: a small difference is slewed by at most 500 us a second and never backwards",
          "[app]") {
  HandTime time;
  GatewayClock clock{time.sources(), timestamp_min};
  time.system -= 500ms;
  Timestamp last = clock.now();
  for (int second = 0; second < 100; ++second) {
    time.pass(1s);
    CHECK_FALSE(clock.compare());
    const Timestamp now = clock.now();
    CHECK(now - last >= 1s - 500us);
    CHECK(now - last <= 1s);
    last = now;
  }
  CHECK(last - time.system == 450ms);
}

TEST_CASE("clock: a difference over two seconds is a step, either way", "[app]") {
  for (const Duration jump : {Duration{10s}, Duration{-10s}}) {
    HandTime time;
    time.synchronised = true;
    GatewayClock clock{time.sources(), timestamp_min};
    time.system += jump;
    const auto by = clock.compare();
    REQUIRE(by);
    CHECK(*by == jump);
    clock.step(*by);
    CHECK(clock.now() == time.system);
    CHECK_FALSE(clock.compare());
  }
}

TEST_CASE("clock: starts no earlier than the last commit until the time is synchronised", "[app]") {
  HandTime time;
  const Timestamp last_commit = time.system + 24h;  // no battery: the system's time is a day behind
  GatewayClock clock{time.sources(), last_commit};
  CHECK(clock.now() == last_commit);
  time.pass(5s);
  CHECK_FALSE(clock.compare());  // not believed yet
  CHECK(clock.now() == last_commit + 5s);
  time.system += 25h;  // NTP sets it
  time.synchronised = true;
  const auto by = clock.compare();
  REQUIRE(by);
  CHECK(*by == 1h);
}

TEST_CASE("clock: where nothing synchronises it, a time that people set back is taken all the same",
          "[app]") {
  HandTime time;
  GatewayClock clock{time.sources(), time.system - 1h};
  time.pass(1min);
  time.system -= 10min;
  CHECK(clock.compare() == -10min);
  time.system -= 1h;  // behind the last commit
  CHECK_FALSE(clock.compare());
}

TEST_CASE("clock: a time that nothing confirms is certain only after a day, a step begins it anew",
          "[app]") {
  HandTime time;
  GatewayClock clock{time.sources(), timestamp_min};
  CHECK_FALSE(clock.is_certain());
  time.pass(24h - 1s);
  CHECK_FALSE(clock.is_certain());
  time.pass(1s);
  CHECK(clock.is_certain());
  time.system += 400 * 24h;
  CHECK_FALSE(clock.is_certain());  // the step is not taken yet
  clock.step(*clock.compare());
  CHECK_FALSE(clock.is_certain());
  time.pass(24h);
  CHECK(clock.is_certain());
}

TEST_CASE("clock: a synchronised time is certain at once, if it is ours", "[app]") {
  HandTime time;
  time.system += 400 * 24h;  // a battery that was empty
  GatewayClock clock{time.sources(), timestamp_min};
  time.system -= 400 * 24h;
  time.synchronised = true;
  CHECK_FALSE(clock.is_certain());
  clock.step(*clock.compare());
  CHECK(clock.is_certain());
}

TEST_CASE("clock: the real sources tell a plausible time that goes on", "[app]") {
  GatewayClock clock{real_clock_sources(), timestamp_min};
  const Timestamp first = clock.now();
  CHECK(first > from_us(1'700'000'000'000'000));
  CHECK(clock.now() >= first);
}

}  // namespace gateway_clock_test
