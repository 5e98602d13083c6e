// tests/unit/parksim/incident_test.cpp - Each incident moves what it must, nothing else, and the
// plant comes back by itself.
#include <catch2/catch.hpp>
#include <set>

#include "tests/unit/parksim/trace.h"

namespace parkwatch::parksim::test::incident_test {
namespace {

constexpr Span start = seconds{20};
constexpr std::uint64_t seeds = 5;

// When a tag first passes a limit, since the incident's start; empty: never.
std::optional<Span> first_above(const Trace& trace, const std::string& name, double limit) {
  for (const Arrival& arrival : trace.of(name)) {
    if (arrival.measured >= start && arrival.value > limit) return arrival.measured - start;
  }
  return std::nullopt;
}

std::optional<Span> first_below(const Trace& trace, const std::string& name, double limit) {
  for (const Arrival& arrival : trace.of(name)) {
    if (arrival.measured >= start && arrival.value < limit) return arrival.measured - start;
  }
  return std::nullopt;
}

void check_within(const std::optional<Span>& at, Span latest) {
  REQUIRE(at);
  CHECK(*at <= latest);
}

Trace trace_of(std::uint64_t seed, Cause cause, Span duration, Span span) {
  return Trace{options(seed, {{cause, start, duration}}), span};
}

// Tags that leave their normal band in [from, to).
std::set<std::string> out_of_band(const Trace& trace, Span from, Span to) {
  std::set<std::string> names;
  for (const TagInfo& tag : trace.park().tags()) {
    const std::string name = tag.topic().substr(5);
    for (const double value : trace.values(name, from, to)) {
      if (value < tag.normal_low || value > tag.normal_high) names.insert(name);
    }
  }
  return names;
}

}  // namespace

TEST_CASE("incident: is active from its start, for its duration", "[parksim]") {
  const Incident incident{Cause::leak, seconds{20}, seconds{10}};
  CHECK_FALSE(incident.active(seconds{20} - Span{1}));
  CHECK(incident.active(seconds{20}));
  CHECK(incident.active(seconds{30} - Span{1}));
  CHECK_FALSE(incident.active(seconds{30}));
  const Incident endless{Cause::leak, seconds{20}, Span::max()};
  CHECK(endless.active(hours{24 * 365}));
}

TEST_CASE("incidents: only the tags that the cause reaches leave their bands, and all come back",
          "[parksim]") {
  struct Expected {
    Cause cause;
    std::set<std::string> leave;      // all of them, with every seed
    std::set<std::string> may_leave;  // besides, with some seeds
  };
  const Expected table[] = {
      {Cause::valve_stuck_open, {"tf-a/t101/level"}, {"tf-a/t101/gas"}},
      {Cause::leak, {"tf-a/t102/level", "tf-a/t102/gas", "tf-a/t102/inflow"}, {}},
      {Cause::influent_shock, {"wwtp1/influent/cod", "wwtp1/effluent/cod"}, {}},
      {Cause::blower_trip,
       {"wwtp1/blower/running", "wwtp1/aeration/do", "wwtp1/effluent/nh3n", "wwtp1/effluent/cod"},
       {}},
      {Cause::sensor_frozen, {}, {}},
      {Cause::sensor_silent, {}, {}},
      {Cause::network_drop, {}, {}},
      {Cause::network_loss, {}, {}},
      {Cause::barrier_stuck, {}, {}},
      {Cause::overpressure, {"tf-a/t104/pressure"}, {}},
  };
  CHECK(std::size(table) == causes().size());
  for (const auto& [cause, leave, may_leave] : table) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      CAPTURE(info_of(cause).name, seed);
      const Trace trace = trace_of(seed, cause, seconds{45}, minutes{13});
      std::set<std::string> expected = leave;
      const auto left = out_of_band(trace, start, minutes{13});
      for (const auto& name : may_leave) {
        if (left.contains(name)) expected.insert(name);
      }
      CHECK(left == expected);
      CHECK(out_of_band(trace, Span{0}, start).empty());
      CHECK(out_of_band(trace, start + seconds{45 + 110}, minutes{13}).empty());
    }
  }
}

TEST_CASE("valve-stuck-open: the level climbs past H and HH against the close command",
          "[parksim]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    const Trace trace = trace_of(seed, Cause::valve_stuck_open, seconds{60}, minutes{3});
    check_within(first_above(trace, "tf-a/t101/level", 9.5), seconds{40});
    check_within(first_above(trace, "tf-a/t101/level", 10.5), seconds{52});
    CHECK(trace.highest("tf-a/t101/level", start, minutes{3}) <= 12.0);
    // In the last seconds the controller has long commanded it closed, and it is open.
    CHECK(trace.highest("tf-a/t101/inlet_command", start + seconds{50}, start + seconds{60}) ==
          0.0);
    CHECK(trace.lowest("tf-a/t101/inlet_valve", start + seconds{50}, start + seconds{60}) == 1.0);
    // Mended: it closes in its travel.
    CHECK(trace.highest("tf-a/t101/inlet_valve", start + seconds{66}, start + seconds{80}) == 0.0);
  }
}

TEST_CASE("valve-stuck-open: a full tank runs over into the bund, and the gas detector sees it",
          "[parksim]") {
  const Trace trace = trace_of(1, Cause::valve_stuck_open, seconds{90}, minutes{4});
  CHECK(trace.highest("tf-a/t101/level", start, start + seconds{90}) == Approx(12.0).margin(0.03));
  check_within(first_above(trace, "tf-a/t101/gas", 50.0), seconds{90});
}

TEST_CASE("leak: the level falls while nothing is drawn, and gas rises past both levels",
          "[parksim]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    const Trace trace = trace_of(seed, Cause::leak, seconds{40}, minutes{3});
    check_within(first_above(trace, "tf-a/t102/gas", 25.0), seconds{15});
    check_within(first_above(trace, "tf-a/t102/gas", 50.0), seconds{30});
    check_within(first_below(trace, "tf-a/t102/level", 7.4), seconds{25});
    CHECK(trace.highest("tf-a/t102/outflow", start, start + seconds{40}) < 3.0);
    CHECK(trace.highest("tf-a/t102/inflow", start, start + seconds{40}) < 5.0);
    // 60 l/s at 8 m out of 2 m2: 1.2 m in 40 s, a little less as the head falls.
    const double fallen = trace.lowest("tf-a/t102/level", start, start + seconds{41});
    CHECK(fallen == Approx(8.0 - 1.15).margin(0.05));
    CHECK(trace.highest("tf-a/t102/gas", start + seconds{40 + 40}, minutes{3}) < 20.0);
  }
}

TEST_CASE("overpressure: the emergency vent holds what the breather valve cannot", "[parksim]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    const Trace trace = trace_of(seed, Cause::overpressure, seconds{40}, minutes{2});
    check_within(first_above(trace, "tf-a/t104/pressure", 6.0), seconds{5});
    check_within(first_above(trace, "tf-a/t104/pressure", 10.0), seconds{10});
    CHECK(trace.highest("tf-a/t104/pressure", start, minutes{2}) < 24.0);
    CHECK(trace.highest("tf-a/t104/pressure", start + seconds{60}, minutes{2}) < 5.0);
  }
}

TEST_CASE("influent-shock: the load is seen at the inlet first and in the effluent later",
          "[parksim]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    const Trace trace = trace_of(seed, Cause::influent_shock, seconds{45}, minutes{4});
    check_within(first_above(trace, "wwtp1/influent/cod", 500.0), seconds{10});
    const auto effluent = first_above(trace, "wwtp1/effluent/cod", 50.0);
    check_within(effluent, seconds{45});
    CHECK(*effluent > *first_above(trace, "wwtp1/influent/cod", 500.0) + seconds{5});
    // More food, more breathing: the DO sags, and the control still holds it above 1 mg/L.
    const double before = trace.lowest("wwtp1/aeration/do", Span{0}, start);
    const double during = trace.lowest("wwtp1/aeration/do", start, start + seconds{60});
    CHECK(during < before - 0.1);
    CHECK(during > 1.0);
    CHECK(trace.highest("wwtp1/effluent/cod", start + seconds{45 + 90}, minutes{4}) < 50.0);
  }
}

TEST_CASE("blower-trip: the DO falls first, then ammonia breaks through", "[parksim]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    const Trace trace = trace_of(seed, Cause::blower_trip, seconds{50}, minutes{4});
    check_within(first_below(trace, "wwtp1/blower/running", 0.5), seconds{1});
    check_within(first_below(trace, "wwtp1/aeration/do", 1.0), seconds{15});
    check_within(first_above(trace, "wwtp1/effluent/nh3n", 5.0), seconds{45});
    CHECK(trace.lowest("wwtp1/blower/running", start + seconds{50}, minutes{4}) == 1.0);
    CHECK(trace.lowest("wwtp1/aeration/do", start + seconds{70}, minutes{4}) > 1.8);
    CHECK(trace.highest("wwtp1/effluent/nh3n", start + seconds{50 + 90}, minutes{4}) < 5.0);
  }
}

TEST_CASE("sensor-frozen: the DO stands exactly still with fresh times, then moves again",
          "[parksim]") {
  const Trace trace = trace_of(1, Cause::sensor_frozen, seconds{40}, minutes{2});
  const auto frozen = trace.values("wwtp1/aeration/do", start + seconds{1}, start + seconds{40});
  REQUIRE(frozen.size() == 39);
  CHECK(std::ranges::count(frozen, frozen.front()) == 39);
  const auto after = trace.values("wwtp1/aeration/do", start + seconds{41}, minutes{2});
  CHECK(std::ranges::count(after, after.front()) < std::ssize(after));
}

TEST_CASE("sensor-silent: the level of t103 is not published, everything else is", "[parksim]") {
  const Trace trace = trace_of(1, Cause::sensor_silent, seconds{40}, minutes{2});
  CHECK(trace.values("tf-a/t103/level", start, start + seconds{40}).empty());
  CHECK(trace.values("tf-a/t103/level", start + seconds{40}, minutes{2}).size() == 60);
  CHECK(trace.values("tf-a/t103/gas", start, start + seconds{40}).size() == 40);
  CHECK(trace.values("tf-a/t101/level", start, start + seconds{40}).size() == 40);
}

TEST_CASE("network-drop: the tank farm's readings come late and complete, with their own times",
          "[parksim]") {
  const Trace trace = trace_of(1, Cause::network_drop, seconds{60}, minutes{3});
  const Trace quiet{options(1), minutes{3}};
  CHECK(trace.values("tf-a/t101/level", Span{0}, minutes{3}) ==
        quiet.values("tf-a/t101/level", Span{0}, minutes{3}));
  int late = 0;
  for (const Arrival& arrival : trace.of("tf-a/t101/level")) {
    CHECK_FALSE((arrival.arrived > start && arrival.arrived <= start + seconds{59}));
    if (arrival.arrived - arrival.measured > seconds{5}) ++late;
    // The backlog of a minute is sent within ten seconds.
    if (arrival.measured > start + seconds{70}) {
      CHECK(arrival.arrived - arrival.measured <= seconds{1});
    }
  }
  CHECK(late >= 54);
  for (const Arrival& arrival : trace.of("wwtp1/inflow/flow")) {
    CHECK(arrival.arrived - arrival.measured < seconds{1});
  }
}

TEST_CASE("network-loss: the tank farm's readings are lost while the link is down", "[parksim]") {
  const Trace trace = trace_of(1, Cause::network_loss, seconds{60}, minutes{3});
  CHECK(trace.values("tf-a/t101/level", start, start + seconds{60}).empty());
  CHECK(trace.values("tf-a/t101/level", start + seconds{60}, minutes{3}).size() == 100);
  CHECK(trace.park().lost() > 60 * 20);
}

TEST_CASE("barrier-stuck: gate3 stays moving, its queue is let through afterwards", "[parksim]") {
  int stuck_while_lifting = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    const Trace trace = trace_of(seed, Cause::barrier_stuck, minutes{5}, minutes{15});
    const Span stuck = start + seconds{15};
    const Span mended = start + minutes{5};
    for (const double word : trace.values("gates/gate3/barrier", stuck, mended)) CHECK(word == 2.0);
    if (trace.values("gates/gate3/barrier", Span{0}, start).back() == 0.0) {
      // It never came up, so the lorry is not through.
      CHECK(std::ranges::count(trace.values("gates/gate3/barrier", start, mended), 1.0) == 0);
      ++stuck_while_lifting;
    }
    CHECK(trace.lowest("gates/gate3/passages", stuck, mended) ==
          trace.highest("gates/gate3/passages", stuck, mended));
    CHECK(trace.lowest("gates/gate3/barrier", mended, minutes{15}) == 0.0);
    CHECK(trace.highest("gates/gate3/passages", mended, minutes{15}) >
          trace.highest("gates/gate3/passages", stuck, mended));
    CHECK(trace.highest("gates/gate2/barrier", Span{0}, minutes{15}) >= 0.0);
  }
  CHECK(stuck_while_lifting > 0);
}

TEST_CASE("incidents: the same cause twice, and two at once, each have their effect", "[parksim]") {
  const Trace trace{options(1, {{Cause::leak, seconds{20}, seconds{30}},
                                {Cause::leak, minutes{5}, seconds{30}},
                                {Cause::overpressure, seconds{20}, seconds{30}}}),
                    minutes{8}};
  CHECK(trace.highest("tf-a/t102/gas", seconds{20}, seconds{60}) > 50.0);
  CHECK(trace.highest("tf-a/t102/gas", minutes{4}, minutes{5}) < 6.0);
  CHECK(trace.highest("tf-a/t102/gas", minutes{5}, minutes{6}) > 50.0);
  CHECK(trace.highest("tf-a/t104/pressure", seconds{20}, seconds{60}) > 15.0);
}

}  // namespace parkwatch::parksim::test::incident_test
