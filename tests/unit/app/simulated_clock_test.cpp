// tests/unit/app/simulated_clock_test.cpp - Messages move the clock, in their order, and the same
// every time.
#include "app/simulated_clock.h"

#include <catch2/catch.hpp>

#include "pipeline/pipeline.h"
#include "tests/unit/app/small_plant.h"

namespace simulated_clock_test {

using namespace parkwatch;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t base_us = 1'700'000'000'000'000;

Message at(std::int64_t seconds, const std::string& value = "1") {
  return test::message("a/b/t0", value + "@" + std::to_string(base_us + seconds * 1'000'000));
}

struct Simulation {
  explicit Simulation(Timestamp start = timestamp_min) : clock(start), intake(clock, {}, 0) {
    clock.use({std::make_shared<test::PlainDecoder>()});
    intake.follow(clock);
  }
  std::vector<Input> all() { return intake.take(1000, 1, 0s).inputs; }

  app::SimulatedClock clock;
  Intake intake;
};

}  // namespace

TEST_CASE("simulate: the clock is the latest time of the messages, never back", "[app]") {
  Simulation s;
  (void)s.intake.append(at(10));
  CHECK(s.clock.now() == from_us(base_us) + 10s);
  CHECK(s.clock.began() == s.clock.now());
  (void)s.intake.append(at(7));  // late
  CHECK(s.clock.now() == from_us(base_us) + 10s);
  (void)s.intake.append(at(12));
  CHECK(s.clock.began() == from_us(base_us) + 10s);
  const auto inputs = s.all();
  REQUIRE(inputs.size() == 4);
  CHECK(inputs[1].receive_time == from_us(base_us) + 10s);
  CHECK(inputs[2].receive_time == from_us(base_us) + 10s);
  CHECK(inputs[3].receive_time == from_us(base_us) + 12s);
}

TEST_CASE("simulate: the first message is a step of the clock, not a time that passed", "[app]") {
  Simulation s;
  (void)s.intake.append(NewPlant{test::small_plant()});
  (void)s.intake.append(at(10));
  const auto inputs = s.all();
  REQUIRE(inputs.size() == 3);
  const auto* step = std::get_if<ClockStep>(&inputs[1].body);
  REQUIRE(step != nullptr);
  CHECK(step->by == (from_us(base_us) + 10s).time_since_epoch());
  CHECK(inputs[1].sequence == 2);
  CHECK(inputs[2].sequence == 3);

  Simulation later{from_us(base_us)};  // goes on where the last run ended
  (void)later.intake.append(at(10));
  CHECK(later.all().size() == 1);
  CHECK(later.clock.began() == from_us(base_us));
}

TEST_CASE("simulate: what tells no time moves nothing", "[app]") {
  Simulation s{from_us(base_us)};
  (void)s.intake.append(test::message("a/b/t0", "5"));
  (void)s.intake.append(test::message("a/b/t0", "what"));
  Message oversized = at(99);
  oversized.oversized = true;
  (void)s.intake.append(std::move(oversized));
  Message foreign = at(99);
  foreign.source = 7;
  (void)s.intake.append(std::move(foreign));
  CHECK(s.clock.now() == from_us(base_us));
  CHECK(s.all().size() == 4);
}

TEST_CASE("simulate: delays run in the messages' time, the same in every run", "[app]") {
  const auto run = [] {
    auto plant = test::small_plant();
    plant->rules.front().limits.front().on_delay = 30s;
    RuleSpec silent;
    silent.id = "silent";
    silent.kind = RuleKind::stale;
    silent.tags = {"a/b/t1"};
    silent.after = 20s;
    silent.group = "test";
    plant->rules.push_back(silent);
    Simulation s;
    (void)s.intake.append(NewPlant{plant});
    for (int second = 0; second < 60; ++second) (void)s.intake.append(at(second, "60"));
    Facts facts;
    pipeline::Pipeline pipeline;
    const auto inputs = s.all();
    pipeline.step(s.clock.now(), inputs, facts);
    return facts.transitions;
  };
  const auto first = run();
  REQUIRE(first.size() == 2);
  CHECK(first[0].rule == "silent");
  CHECK(first[0].at == from_us(base_us) + 20s);
  CHECK(first[1].at == from_us(base_us) + 30s);
  CHECK(run() == first);
}

}  // namespace simulated_clock_test
