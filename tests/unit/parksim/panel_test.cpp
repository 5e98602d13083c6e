// tests/unit/parksim/panel_test.cpp - From the true value to what an instrument publishes.
#include "tools/parksim/physics/panel.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace parkwatch::parksim::panel_test {
namespace {

using std::chrono::seconds;

TagInfo number(const char* quantity, seconds period) {
  return {.site = "s",
          .device = "d",
          .quantity = quantity,
          .unit = "m",
          .low = 0.0,
          .high = 10.0,
          .digits = 2,
          .normal_low = 0.0,
          .normal_high = 10.0,
          .words = {},
          .period = period};
}

TagInfo word(seconds period) {
  return {.site = "s",
          .device = "d",
          .quantity = "valve",
          .kind = Kind::word,
          .unit = "",
          .low = 0.0,
          .high = 1.0,
          .words = {"closed", "open"},
          .period = period};
}

std::vector<Sample> run(Panel& panel, int steps, TimePoint& now) {
  std::vector<Sample> out;
  for (int i = 0; i < steps; ++i) {
    now += step_span;
    panel.sample(now, out);
  }
  return out;
}

}  // namespace

TEST_CASE("panel: a number is published once a period, at the time of measurement", "[parksim]") {
  Panel panel{1, 1.0, false};
  const TagIndex tag = panel.add(number("level", seconds{2}));
  panel.set(tag, 1.2345);
  TimePoint now{};
  const auto out = run(panel, 40, now);
  REQUIRE(out.size() == 5);
  for (std::size_t i = 1; i < out.size(); ++i) CHECK(out[i].time - out[i - 1].time == seconds{2});
  CHECK(out[0].value == 1.23);
}

TEST_CASE("panel: the rate divides the period, down to one step", "[parksim]") {
  TimePoint now{};
  for (const auto& [rate, samples] : {std::pair{0.5, 5}, {1.0, 10}, {2.0, 20}, {1000.0, 40}}) {
    Panel panel{1, rate, false};
    panel.add(number("level", seconds{1}));
    CAPTURE(rate);
    CHECK(run(panel, 40, now).size() == static_cast<std::size_t>(samples));
  }
}

TEST_CASE("panel: what is beyond the span is cut to it", "[parksim]") {
  Panel panel{1, 1.0, true};
  const TagIndex tag = panel.add(number("level", seconds{1}), {.white = 0.1, .drift = 0.1});
  TimePoint now{};
  panel.set(tag, -50.0);
  CHECK(run(panel, 4, now).front().value == 0.0);
  panel.set(tag, 50.0);
  CHECK(run(panel, 4, now).front().value == 10.0);
}

TEST_CASE("panel: noise has the size that the instrument is given", "[parksim]") {
  Panel panel{1, 1.0, true};
  const TagIndex tag = panel.add(number("level", seconds{1}), {.white = 0.1, .drift = 0.0});
  panel.set(tag, 5.0);
  TimePoint now{};
  const auto out = run(panel, 40'000, now);
  double squares = 0.0;
  for (const Sample& sample : out) squares += std::pow(sample.value - 5.0, 2.0);
  CHECK(std::sqrt(squares / static_cast<double>(out.size())) == Approx(0.1).margin(0.005));
}

TEST_CASE("panel: another instrument does not change the noise of the first", "[parksim]") {
  Panel alone{1, 1.0, true};
  alone.add(number("level", seconds{1}), {.white = 0.5, .drift = 0.5});
  Panel two{1, 1.0, true};
  two.add(number("level", seconds{1}), {.white = 0.5, .drift = 0.5});
  two.add(number("flow", seconds{1}), {.white = 0.5, .drift = 0.5});
  TimePoint now{};
  TimePoint now_two{};
  const auto out = run(alone, 400, now);
  auto both = run(two, 400, now_two);
  std::erase_if(both, [](const Sample& sample) { return sample.tag != 0; });
  CHECK(out == both);
}

TEST_CASE("panel: a word is published when it changes, and every period besides", "[parksim]") {
  Panel panel{1, 1.0, true};
  const TagIndex tag = panel.add(word(seconds{5}));
  TimePoint now{};
  CHECK(run(panel, 40, now).size() == 2);
  panel.set(tag, 1.0);
  const auto changed = run(panel, 1, now);
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].value == 1.0);
  CHECK(changed[0].time == now);
  CHECK(run(panel, 39, now).size() <= 2);
}

TEST_CASE("panel: a frozen instrument repeats its last value with fresh times", "[parksim]") {
  Panel panel{1, 1.0, true};
  const TagIndex tag = panel.add(number("level", seconds{1}), {.white = 0.5, .drift = 0.0});
  panel.set(tag, 5.0);
  TimePoint now{};
  const double last = run(panel, 20, now).back().value;
  panel.freeze(tag, true);
  panel.set(tag, 9.0);
  const auto frozen = run(panel, 40, now);
  REQUIRE(frozen.size() == 10);
  for (const Sample& sample : frozen) CHECK(sample.value == last);
  CHECK(frozen.back().time - frozen.front().time == seconds{9});
  CHECK(panel.shown(tag) == last);
  panel.freeze(tag, false);
  CHECK(run(panel, 4, now).front().value > 7.0);
}

TEST_CASE("panel: without power nothing is published, with it a word comes at once", "[parksim]") {
  Panel panel{1, 1.0, true};
  const TagIndex tag = panel.add(word(seconds{5}));
  TimePoint now{};
  REQUIRE_FALSE(run(panel, 20, now).empty());
  panel.power(tag, false);
  panel.set(tag, 1.0);
  CHECK(run(panel, 100, now).empty());
  panel.power(tag, true);
  const auto back = run(panel, 1, now);
  REQUIRE(back.size() == 1);
  CHECK(back[0].value == 1.0);
}

}  // namespace parkwatch::parksim::panel_test
