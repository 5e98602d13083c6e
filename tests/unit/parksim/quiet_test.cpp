// tests/unit/parksim/quiet_test.cpp - Days without an incident: 20 seeds, 24 hours each, nothing
// that a rule could take for an alarm.
#include <catch2/catch.hpp>
#include <map>

#include "tests/support/sanitized.h"
#include "tests/unit/parksim/trace.h"

namespace parkwatch::parksim::test::quiet_test {
namespace {

// How long a condition holds at most.
class Lasting {
 public:
  void see(bool holds, TimePoint now) {
    if (holds_) longest_ = std::max(longest_, now - since_);
    if (holds && !holds_) since_ = now;
    holds_ = holds;
  }
  [[nodiscard]] Span longest() const { return longest_; }

 private:
  bool holds_ = false;
  TimePoint since_{};
  Span longest_{0};
};

// What a rule looks at, over all tags of a park.
class Watch {
 public:
  explicit Watch(const std::vector<TagInfo>& tags) : tags_(tags), last_(tags.size(), -1.0) {}

  void see(const Sample& sample) {
    const TagInfo& tag = tags_[sample.tag];
    double& last = last_[sample.tag];
    if (sample.value < tag.normal_low || sample.value > tag.normal_high) {
      UNSCOPED_INFO(tag.topic() << " = " << sample.value);
      ++out_of_band;
    }
    if (tag.kind == Kind::counter && last >= 0.0 && sample.value != last) {
      if (sample.value != last + 1.0) ++wrong_counts;
      ++passages;
    }
    if (tag.quantity == "barrier") {
      moving[tag.device].see(sample.value == 2.0, sample.time);
      not_closed[tag.device].see(sample.value != 0.0, sample.time);
    }
    if (tag.quantity == "do") {
      unchanged.see(sample.value == last, sample.time);
    }
    if (tag.quantity == "inlet_valve") valves_[tag.device].position = sample.value;
    if (tag.quantity == "inlet_command") {
      valves_[tag.device].command = sample.value;
    }
    if (tag.quantity == "inlet_valve" || tag.quantity == "inlet_command") {
      const Valve& valve = valves_[tag.device];
      disagreeing[tag.device].see(valve.position != valve.command, sample.time);
    }
    last = sample.value;
  }

  int out_of_band = 0;
  int wrong_counts = 0;
  int passages = 0;
  std::map<std::string, Lasting> moving;
  std::map<std::string, Lasting> not_closed;
  std::map<std::string, Lasting> disagreeing;
  Lasting unchanged;

 private:
  struct Valve {
    double position = 0.0;
    double command = 0.0;
  };

  const std::vector<TagInfo>& tags_;
  std::vector<double> last_;
  std::map<std::string, Valve> valves_;
};

void quiet_days(std::uint64_t first_seed, std::uint64_t last_seed) {
  if (parkwatch::test::is_sanitized) last_seed = first_seed;
  for (std::uint64_t seed = first_seed; seed <= last_seed; ++seed) {
    Park park{options(seed)};
    Watch watch{park.tags()};
    for (int minute = 0; minute < 24 * 60; ++minute) {
      park.advance(minutes{1});
      for (const Sample& sample : park.samples()) watch.see(sample);
    }
    CAPTURE(seed);
    CHECK(watch.out_of_band == 0);
    CHECK(watch.wrong_counts == 0);
    CHECK(watch.passages > 6 * 24 * 10);
    for (const auto& [gate, lasting] : watch.moving) {
      CAPTURE(gate);
      CHECK(lasting.longest() > seconds{2});
      CHECK(lasting.longest() <= seconds{3});
    }
    for (const auto& [gate, lasting] : watch.not_closed) {
      CAPTURE(gate);
      CHECK(lasting.longest() > seconds{10});
      CHECK(lasting.longest() <= seconds{20});
    }
    for (const auto& [tank, lasting] : watch.disagreeing) {
      CAPTURE(tank);
      CHECK(lasting.longest() <= seconds{6});
      if (tank != "t102") CHECK(lasting.longest() >= seconds{3});
    }
    CHECK(watch.unchanged.longest() <= seconds{10});
    CHECK(park.lost() == 0);
  }
}

}  // namespace

TEST_CASE("quiet days: nothing leaves its band or lasts too long (seeds 1 to 5)", "[parksim]") {
  quiet_days(1, 5);
}

TEST_CASE("quiet days: nothing leaves its band or lasts too long (seeds 6 to 10)", "[parksim]") {
  quiet_days(6, 10);
}

TEST_CASE("quiet days: nothing leaves its band or lasts too long (seeds 11 to 15)", "[parksim]") {
  quiet_days(11, 15);
}

TEST_CASE("quiet days: nothing leaves its band or lasts too long (seeds 16 to 20)", "[parksim]") {
  quiet_days(16, 20);
}

}  // namespace parkwatch::parksim::test::quiet_test
