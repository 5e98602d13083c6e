// tests/unit/parksim/trace.h - Runs a park and keeps what arrived, by topic.
#pragma once
#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "tools/parksim/physics/park.h"

namespace parkwatch::parksim::test {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Monday, 2026-03-02T08:00:00Z.
inline constexpr TimePoint monday{seconds{1772438400}};

inline ParkOptions options(std::uint64_t seed, std::vector<Incident> incidents = {}) {
  return {.seed = seed, .start = monday, .incidents = std::move(incidents)};
}

struct Arrival {
  Span measured{0};  // since the start
  Span arrived{0};   // since the start, to the second
  double value = 0.0;
};

class Trace {
 public:
  Trace(const ParkOptions& park_options, Span span) : park_(park_options) {
    std::vector<std::vector<Arrival>*> by_tag;
    for (const TagInfo& tag : park_.tags()) by_tag.push_back(&series_[tag.topic()]);
    for (Span done{0}; done < span; done += seconds{1}) {
      park_.advance(seconds{1});
      for (const Sample& sample : park_.samples()) {
        by_tag[sample.tag]->push_back(
            {sample.time - park_.start(), park_.now() - park_.start(), sample.value});
      }
    }
  }

  // "tf-a/t101/level"
  [[nodiscard]] const std::vector<Arrival>& of(const std::string& name) const {
    return series_.at("park/" + name);
  }
  // What was measured in [from, to).
  [[nodiscard]] std::vector<double> values(const std::string& name, Span from, Span to) const {
    std::vector<double> found;
    for (const Arrival& arrival : of(name)) {
      if (arrival.measured >= from && arrival.measured < to) found.push_back(arrival.value);
    }
    return found;
  }
  [[nodiscard]] double highest(const std::string& name, Span from, Span to) const {
    const auto found = values(name, from, to);
    return *std::ranges::max_element(found);
  }
  [[nodiscard]] double lowest(const std::string& name, Span from, Span to) const {
    const auto found = values(name, from, to);
    return *std::ranges::min_element(found);
  }
  [[nodiscard]] const Park& park() const { return park_; }

 private:
  Park park_;
  std::map<std::string, std::vector<Arrival>> series_;
};

}  // namespace parkwatch::parksim::test
