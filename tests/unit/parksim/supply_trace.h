// tests/unit/parksim/supply_trace.h - Runs one system that supplies a park, without noise, and
// keeps what it published, by device and quantity.
#pragma once
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "tools/parksim/physics/system_park.h"

namespace parkwatch::parksim::test {

using namespace std::chrono_literals;

// Monday, midnight in the park.
inline constexpr TimePoint midnight{std::chrono::seconds{1'772'380'800}};

struct SystemRun {
  std::string package;
  SystemSettings settings;
  std::vector<SystemIncident> incidents{};
  bool noise = false;
  TimePoint start = midnight;
};

class SystemTrace {
 public:
  SystemTrace(const SystemRun& run, Span span)
      : park_({.seed = 3,
               .start = run.start,
               .systems = {{system_named(run.package), run.settings, run.incidents}},
               .noise = run.noise}) {
    std::vector<std::string> names;
    for (const TagInfo& tag : park_.tags()) names.push_back(tag.device + '/' + tag.quantity);
    park_.advance(span);
    for (const Sample& sample : park_.samples()) {
      series_[names[sample.tag]].push_back({sample.time - park_.start(), sample.value});
    }
  }

  using Series = std::vector<std::pair<Span, double>>;

  // "outlet/chlorine"
  [[nodiscard]] const Series& of(const std::string& name) const { return series_.at(name); }
  [[nodiscard]] const std::map<std::string, Series>& all() const { return series_; }
  // The newest value at that time.
  [[nodiscard]] double at(const std::string& name, Span time) const {
    const Series& series = of(name);
    const auto later =
        std::upper_bound(series.begin(), series.end(), time,
                         [](Span moment, const auto& point) { return moment < point.first; });
    REQUIRE(later != series.begin());
    return std::prev(later)->second;
  }
  [[nodiscard]] double lowest(const std::string& name, Span from, Span to) const {
    return extreme(name, from, to, [](double a, double b) { return a < b; });
  }
  [[nodiscard]] double highest(const std::string& name, Span from, Span to) const {
    return extreme(name, from, to, [](double a, double b) { return a > b; });
  }

 private:
  template <typename Better>
  [[nodiscard]] double extreme(const std::string& name, Span from, Span to, Better better) const {
    std::vector<double> found;
    for (const auto& [time, value] : of(name)) {
      if (time >= from && time < to) found.push_back(value);
    }
    REQUIRE(!found.empty());
    return *std::min_element(found.begin(), found.end(), better);
  }

  SystemPark park_;
  std::map<std::string, Series> series_;
};

}  // namespace parkwatch::parksim::test
