// tests/systems/verdict.h - What an incident raised, compared with what it must raise. Pure.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/alarm_event.h"
#include "tests/systems/package_case.h"

namespace parkwatch::systems {

// A raise or a rise that an operator was told of.
struct SeenAlarm {
  std::string rule;  // without the instance's prefix
  std::string tag;   // without the site
  Level level = Level::on;
  Priority priority = Priority::medium;
  Duration after{0};  // since the incident's start
  std::optional<double> value;
  std::optional<double> limit;
};

struct Outcome {
  std::vector<SeenAlarm> alarms;
  std::vector<std::string> standing;  // "rule tag" of what had not returned at the end
  std::vector<std::string> refused;   // messages that the pipeline did not understand
};

// Follows the journal of one run. Suppressed and otherwise hidden alarms are no alarms; what comes
// out of hiding while it stands is one.
class Listener {
 public:
  // begin: of the incident. `id` and `site`: prefixes that are cut off.
  Listener(Timestamp begin, std::string id, std::string site);

  void hear(const AlarmEvent& event);
  void refused(std::string what) { outcome_.refused.push_back(std::move(what)); }
  [[nodiscard]] Outcome outcome() const;

 private:
  [[nodiscard]] SeenAlarm seen(const AlarmEvent& event) const;

  Timestamp begin_;
  std::string id_;
  std::string site_;
  std::map<std::string, Level> levels_;  // by "rule tag", of what stands
  Outcome outcome_;
};

[[nodiscard]] std::string text_of(const SeenAlarm& alarm);
[[nodiscard]] std::string text_of(const ExpectedAlarm& alarm);

// Empty if `outcome` is exactly what was expected, else the first difference.
[[nodiscard]] std::string difference(const std::vector<ExpectedAlarm>& expected,
                                     const Outcome& outcome);

}  // namespace parkwatch::systems
