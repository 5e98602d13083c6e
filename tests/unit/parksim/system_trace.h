// tests/unit/parksim/system_trace.h - One simulated system without noise, and what it published, by
// topic.
#pragma once
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "tools/parksim/physics/system_park.h"

namespace parkwatch::parksim {

// 2026-03-02T00:00:00+08:00, a Monday.
inline const TimePoint local_midnight{std::chrono::seconds{1'772'380'800}};

class SystemTrace {
 public:
  SystemTrace(const char* package, SystemSettings settings, std::vector<SystemIncident> incidents,
              bool noise = false)
      : park_({.seed = 5,
               .start = local_midnight,
               .systems = {{system_named(package), std::move(settings), std::move(incidents)}},
               .noise = noise}) {}

  void run(Span span) {
    park_.advance(span);
    for (const Sample& sample : park_.samples()) {
      series_[park_.tags()[sample.tag].topic()].push_back(sample);
    }
  }

  // Of a topic without "park/": every sample so far, and the newest value at or before a time since
  // the start.
  [[nodiscard]] const std::vector<Sample>& samples(const std::string& tag) const {
    const auto at = series_.find("park/" + tag);
    INFO(tag);
    REQUIRE(at != series_.end());
    return at->second;
  }
  [[nodiscard]] double at(const std::string& tag, Span since_start) const {
    double value = 0.0;
    for (const Sample& sample : samples(tag)) {
      if (sample.time - local_midnight <= since_start) value = sample.value;
    }
    return value;
  }
  [[nodiscard]] double last(const std::string& tag) const { return samples(tag).back().value; }
  [[nodiscard]] double highest(const std::string& tag) const {
    double value = samples(tag).front().value;
    for (const Sample& sample : samples(tag)) value = std::max(value, sample.value);
    return value;
  }
  [[nodiscard]] double lowest(const std::string& tag) const {
    double value = samples(tag).front().value;
    for (const Sample& sample : samples(tag)) value = std::min(value, sample.value);
    return value;
  }
  // The integral of a value a hour over (from, to].
  [[nodiscard]] double total(const std::string& tag, Span from, Span to) const {
    double sum = 0.0;
    const std::vector<Sample>& all = samples(tag);
    for (std::size_t i = 1; i < all.size(); ++i) {
      const Span since = all[i].time - local_midnight;
      if (since <= from || since > to) continue;
      const std::chrono::duration<double, std::ratio<3600>> span = all[i].time - all[i - 1].time;
      sum += all[i].value * span.count();
    }
    return sum;
  }
  [[nodiscard]] const SystemPark& park() const { return park_; }

 private:
  SystemPark park_;
  std::map<std::string, std::vector<Sample>> series_;
};

}  // namespace parkwatch::parksim
