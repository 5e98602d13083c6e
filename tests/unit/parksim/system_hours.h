// tests/unit/parksim/system_hours.h - Some hours of a simulated system's day: what its
// instruments showed, by device and quantity.
#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/parksim/physics/system_park.h"

namespace parkwatch::parksim::test {

using namespace std::chrono_literals;

// Monday, 2026-03-02, midnight in Shanghai.
inline constexpr TimePoint midnight{std::chrono::seconds{1772380800}};

class SystemHours {
 public:
  // From `from` o'clock on, for `span`; times of causes and of all questions are since midnight.
  SystemHours(const char* package, SystemSettings settings, std::vector<SystemIncident> causes,
              Span from, Span span, bool noise = false) {
    settings.try_emplace("site", std::vector<std::string>{"s"});
    for (SystemIncident& cause : causes) cause.start -= from;
    SystemPark park{{.seed = 3,
                     .start = midnight + from,
                     .systems = {{system_named(package), std::move(settings), std::move(causes)}},
                     .noise = noise}};
    std::vector<std::vector<Sample>*> by_tag;
    for (const TagInfo& tag : park.tags()) {
      by_tag.push_back(&series_[tag.device + '/' + tag.quantity]);
    }
    for (Span done{0}; done < span; done += 60s) {
      park.advance(std::min<Span>(60s, span - done));
      for (const Sample& sample : park.samples()) by_tag[sample.tag]->push_back(sample);
      events_.insert(events_.end(), park.events().begin(), park.events().end());
    }
  }

  // What the instrument showed last at that time; REQUIRES: it had shown something.
  [[nodiscard]] double at(const std::string& name, Span time) const {
    std::optional<double> value;
    for (const Sample& sample : series_.at(name)) {
      if (sample.time <= midnight + time) value = sample.value;
    }
    return value.value();
  }
  [[nodiscard]] double highest(const std::string& name, Span from, Span to) const {
    const auto found = between(name, from, to);
    return *std::max_element(found.begin(), found.end());
  }
  [[nodiscard]] double lowest(const std::string& name, Span from, Span to) const {
    const auto found = between(name, from, to);
    return *std::min_element(found.begin(), found.end());
  }
  [[nodiscard]] double mean(const std::string& name, Span from, Span to) const {
    const auto found = between(name, from, to);
    double sum = 0;
    for (const double value : found) sum += value;
    return sum / static_cast<double>(found.size());
  }
  [[nodiscard]] std::size_t count(const std::string& name, Span from, Span to) const {
    return between(name, from, to).size();
  }
  // When the value first passed `level` upwards (downwards: `rising` false), since midnight.
  [[nodiscard]] std::optional<Span> passed(const std::string& name, double level,
                                           bool rising = true) const {
    for (const Sample& sample : series_.at(name)) {
      if (rising ? sample.value > level : sample.value < level) return sample.time - midnight;
    }
    return std::nullopt;
  }
  // Messages beside the instruments' whose topic (without park/ and site) is `topic` and whose
  // payload has `part`; of the whole time.
  [[nodiscard]] std::vector<SystemEvent> events(const std::string& topic,
                                                const std::string& part = "") const {
    std::vector<SystemEvent> found;
    for (const SystemEvent& event : events_) {
      const bool named = event.topic == "park/s/" + topic;
      if (named && event.payload.find(part) != std::string::npos) found.push_back(event);
    }
    return found;
  }
  [[nodiscard]] bool has(const std::string& name) const { return series_.count(name) > 0; }

 private:
  [[nodiscard]] std::vector<double> between(const std::string& name, Span from, Span to) const {
    std::vector<double> found;
    for (const Sample& sample : series_.at(name)) {
      if (sample.time >= midnight + from && sample.time < midnight + to) {
        found.push_back(sample.value);
      }
    }
    return found;
  }

  std::map<std::string, std::vector<Sample>> series_;
  std::vector<SystemEvent> events_;
};

}  // namespace parkwatch::parksim::test
