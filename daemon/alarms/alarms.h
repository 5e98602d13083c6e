// daemon/alarms/alarms.h - (conditions, operator commands) -> transitions of the ISA-18.2 life of
// an alarm (IEC 62682, GB/T 41261-2022). Pure; lives on one thread.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/alarm_event.h"
#include "model/input.h"
#include "model/result.h"

namespace parkwatch::alarms {

// Longer comments and names of authors are refused.
inline constexpr std::size_t comment_bytes_max = 4096;

// What the rules found out about one rule on one tag: the condition as it is from now on.
struct Condition {
  std::string_view rule;
  std::string_view tag;
  Level level = Level::none;  // none: it ended
  Priority priority = Priority::medium;
  std::optional<double> value;  // of the signal
  std::optional<double> limit;
  std::uint64_t reading_sequence = 0;  // the reading that began or ended it; 0: none
  std::uint32_t reading_index = 0;
  Timestamp reading_time;
  Quality quality = Quality::good;
  // Not used when the condition ended: an alarm keeps the texts of its raise until it closes.
  Text message;
  Text guidance;
  std::string group;
  std::string unit;
};

// When and by which input; and the configuration that decided.
struct Occasion {
  Timestamp at;
  std::uint64_t sequence = 0;
  const std::string& plant;
};

// True when the change from `from` to `to` (neither is none) must sound again: further out on the
// same side, or over to the other side.
[[nodiscard]] bool is_rise(Level from, Level to);

// Every standing alarm (not normal), as its last transition left it.
class Alarms {
 public:
  using Key = std::pair<std::string, std::string>;  // rule, tag
  // Also by views, so that looking needs no copy.
  struct Less {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      const int order = std::string_view{a.first}.compare(b.first);
      return order != 0 ? order < 0 : std::string_view{a.second} < std::string_view{b.second};
    }
  };
  using Standing = std::map<Key, AlarmEvent, Less>;

  // Appends the transition, if there is one.
  void apply(Condition condition, const Occasion& occasion, std::vector<AlarmEvent>& out);

  // Errors: not_found - no such alarm stands; conflict - its occurrence is another one by now, or
  // it is acknowledged already; bad_input - the comment is too long. The message says how the alarm
  // is now.
  [[nodiscard]] Result<Done> acknowledge(const AcknowledgeAlarm& command, const std::string& author,
                                         const Occasion& occasion, std::vector<AlarmEvent>& out);

  // The rule or the tag left the configuration: the closing transition, if the alarm stands.
  void remove(const std::string& rule, const std::string& tag, const Occasion& occasion,
              std::vector<AlarmEvent>& out);

  [[nodiscard]] const Standing& standing() const { return standing_; }
  [[nodiscard]] std::uint64_t last_journal() const { return last_journal_; }
  // As they were given out by standing() and last_journal().
  void restore(std::vector<AlarmEvent> standing, std::uint64_t last_journal);

 private:
  void emit(AlarmEvent& alarm, TransitionKind kind, const Occasion& occasion,
            std::vector<AlarmEvent>& out);

  Standing standing_;
  std::uint64_t last_journal_ = 0;
};

}  // namespace parkwatch::alarms
