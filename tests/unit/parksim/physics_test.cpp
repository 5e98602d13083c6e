// tests/unit/parksim/physics_test.cpp - Balances of the plants, with the instruments' noise off.
#include <catch2/catch.hpp>
#include <numeric>

#include "tests/unit/parksim/trace.h"

namespace parkwatch::parksim::test::physics_test {
namespace {

ParkOptions silent_instruments(std::uint64_t seed, std::vector<Incident> incidents = {}) {
  ParkOptions result = options(seed, std::move(incidents));
  result.noise = false;
  result.rate = 4.0;  // every step is seen
  return result;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

TEST_CASE("tank: the level changes by what flows in and out, over its area", "[parksim]") {
  for (const char* tank : {"t101", "t102", "t103", "t104"}) {
    const Trace trace{silent_instruments(3), minutes{30}};
    const std::string name = std::string{"tf-a/"} + tank;
    const auto level = trace.values(name + "/level", Span{0}, minutes{31});
    auto inflow = trace.values(name + "/inflow", Span{0}, minutes{31});
    auto outflow = trace.values(name + "/outflow", Span{0}, minutes{31});
    REQUIRE(level.size() == 30 * 60 * 4);
    REQUIRE(inflow.size() == level.size());
    // The first level already holds the first step's flows.
    inflow.front() = outflow.front() = 0.0;
    const double moved_m3 = (sum(inflow) - sum(outflow)) / 3600.0 * park_step_s;
    CAPTURE(tank, moved_m3);
    CHECK((level.back() - level.front()) * tank_area_m2 == Approx(moved_m3).margin(0.02));
    if (name != "tf-a/t102") CHECK(sum(inflow) / 3600.0 * park_step_s > 50.0);
  }
}

TEST_CASE("tank: a leak is what the balance of level and flows misses", "[parksim]") {
  const Trace trace{silent_instruments(3, {{Cause::leak, seconds{20}, seconds{10}}}), minutes{1}};
  const auto level = trace.values("tf-a/t102/level", seconds{20}, seconds{30} + step_span);
  CHECK((level.front() - level.back()) * tank_area_m2 == Approx(0.6).margin(0.02));  // 60 l/s, 10 s
}

TEST_CASE("tank: pressure rises while liquid pushes the vapour out, and sinks while it is drawn",
          "[parksim]") {
  const Trace trace{silent_instruments(3), minutes{10}};
  const auto pressure = trace.values("tf-a/t101/pressure", seconds{30}, minutes{10});
  const auto inflow = trace.values("tf-a/t101/inflow", seconds{30}, minutes{10});
  REQUIRE(pressure.size() == inflow.size());
  double filling = 0.0;
  double drawing = 0.0;
  int filling_count = 0;
  int drawing_count = 0;
  for (std::size_t i = 0; i < inflow.size(); ++i) {
    if (inflow[i] > 890.0) {
      filling += pressure[i];
      ++filling_count;
    } else if (inflow[i] == 0.0) {
      drawing += pressure[i];
      ++drawing_count;
    }
  }
  REQUIRE(filling_count > 100);
  REQUIRE(drawing_count > 100);
  CHECK(filling / filling_count > 3.0);
  CHECK(drawing / drawing_count < 2.0);
}

TEST_CASE("tank: the temperature follows the day, late", "[parksim]") {
  const Trace trace{silent_instruments(3), hours{24}};
  const auto at = [&](int hour) {  // o'clock, today or tomorrow
    const Span since = hours{(hour + 24 - 8) % 24};
    return trace.lowest("tf-a/t101/temperature", since, since + minutes{5});
  };
  CHECK(at(18) > at(8) + 2.0);
  CHECK(at(18) > at(6) + 2.0);
}

TEST_CASE("wastewater: what comes in leaves, and the load is removed", "[parksim]") {
  const Trace trace{silent_instruments(3), hours{24}};
  const double in =
      sum(trace.values("wwtp1/inflow/flow", Span{0}, hours{24})) * park_step_s / 3600.0;
  const double out =
      sum(trace.values("wwtp1/effluent/flow", Span{0}, hours{24})) * park_step_s / 3600.0;
  CHECK(in == Approx(5000.0).margin(150.0));  // a day's capacity
  CHECK(out == Approx(in).epsilon(0.002));
  const auto mean = [&](const char* name) {
    const auto values = trace.values(name, Span{0}, hours{24});
    return sum(values) / static_cast<double>(values.size());
  };
  CHECK(mean("wwtp1/influent/cod") == Approx(300.0).margin(15.0));
  CHECK(mean("wwtp1/effluent/cod") == Approx(27.0).margin(5.0));
  CHECK(mean("wwtp1/effluent/nh3n") < 3.0);
  CHECK(mean("wwtp1/effluent/tp") == Approx(0.075 * mean("wwtp1/influent/tp")).epsilon(0.02));
  CHECK(mean("wwtp1/aeration/do") == Approx(2.5).margin(0.2));
}

TEST_CASE("wastewater: the afternoon brings more than the early morning", "[parksim]") {
  const Trace trace{silent_instruments(3), hours{24}};
  const auto mean = [&](const char* name, Span from) {
    const auto values = trace.values(name, from, from + hours{1});
    return sum(values) / static_cast<double>(values.size());
  };
  const Span afternoon = hours{8};       // 16:00
  const Span early_morning = hours{20};  // 04:00
  CHECK(mean("wwtp1/inflow/flow", afternoon) > 1.1 * mean("wwtp1/inflow/flow", early_morning));
  CHECK(mean("wwtp1/influent/cod", afternoon) > 1.1 * mean("wwtp1/influent/cod", early_morning));
  CHECK(mean("wwtp1/effluent/nh3n", afternoon) > 1.2 * mean("wwtp1/effluent/nh3n", early_morning));
}

TEST_CASE("wastewater: the plant runs from the first second, at any time of day", "[parksim]") {
  for (const int hour : {0, 4, 8, 12, 16, 20}) {
    ParkOptions started = silent_instruments(3);
    started.start = std::chrono::floor<std::chrono::days>(monday) + hours{hour};
    const Trace trace{started, minutes{10}};
    for (const char* name : {"wwtp1/effluent/cod", "wwtp1/effluent/nh3n", "wwtp1/effluent/tp"}) {
      const auto begin = trace.values(name, Span{0}, seconds{20});
      const auto later = trace.values(name, minutes{5}, minutes{10});
      const double mean_begin = sum(begin) / static_cast<double>(begin.size());
      const double mean_later = sum(later) / static_cast<double>(later.size());
      CAPTURE(hour, name);
      CHECK(mean_begin == Approx(mean_later).epsilon(0.12));
    }
  }
}

TEST_CASE("gate: a passage is one cycle of the barrier: moving, open, moving, closed",
          "[parksim]") {
  const Trace trace{options(3), hours{4}};
  std::vector<double> words;
  for (const Arrival& arrival : trace.of("gates/gate1/barrier")) {
    if (words.empty() || words.back() != arrival.value) words.push_back(arrival.value);
  }
  REQUIRE(words.size() > 40);
  const double cycle[] = {0.0, 2.0, 1.0, 2.0};
  const auto first = static_cast<std::size_t>(std::ranges::find(words, 0.0) - words.begin());
  for (std::size_t i = first; i < words.size(); ++i) REQUIRE(words[i] == cycle[(i - first) % 4]);
  const auto opened = std::ranges::count(words, 1.0);
  const auto& passages = trace.of("gates/gate1/passages");
  CHECK(std::abs(passages.back().value - passages.front().value - static_cast<double>(opened)) <=
        1.0);
}

TEST_CASE("gate: vehicles come at random, most at the change of shifts", "[parksim]") {
  double shift = 0.0;
  double night = 0.0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const Trace trace{options(seed), hours{24}};
    for (int gate = 1; gate <= 6; ++gate) {
      const std::string name = "gates/gate" + std::to_string(gate) + "/passages";
      const auto count = [&](Span from) {
        return trace.highest(name, from, from + hours{1}) -
               trace.lowest(name, from, from + hours{1});
      };
      shift += count(hours{7});   // 15:00 to 16:00
      night += count(hours{18});  // 02:00 to 03:00
    }
  }
  // Poisson: 24 gate-hours of 5 an hour, and of 20 + a peak of about 49.
  CHECK(night == Approx(24.0 * 5.0).margin(4.0 * 11.0));
  CHECK(shift == Approx(24.0 * 68.0).margin(4.0 * 41.0));
}

}  // namespace parkwatch::parksim::test::physics_test
