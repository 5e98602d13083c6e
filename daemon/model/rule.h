// daemon/model/rule.h - A rule as it is declared, with its tags resolved. Plain, immutable values;
// `rules` compiles them, `config` makes them from TOML.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "model/tag.h"
#include "model/time.h"

namespace parkwatch {

enum class RuleKind : std::uint8_t { limit, state, rate, stale, window, expr };
// Ordered: a higher one is more urgent.
enum class Priority : std::uint8_t { low, medium, high, critical };
// The level of a limit set. `on` is the only level of kinds without limits (state, stale, expr).
enum class Level : std::uint8_t { none, low_low, low, on, high, high_high };

[[nodiscard]] std::string_view to_text(RuleKind k);
[[nodiscard]] std::string_view to_text(Priority p);
// "LL", "L", "on", "H", "HH"; "" for none.
[[nodiscard]] std::string_view to_text(Level l);
[[nodiscard]] std::optional<RuleKind> parse_rule_kind(std::string_view text);
[[nodiscard]] std::optional<Priority> parse_priority(std::string_view text);
[[nodiscard]] std::optional<Level> parse_level(std::string_view text);

// One limit of a set. H and HH are passed above `at`, L and LL below it; at the limit is not past
// it.
struct Limit {
  Level level = Level::high;
  double at = 0;        // in the unit of the signal: the tag's, or unit per `per` for `rate`
  double deadband = 0;  // >= 0, same unit: the level ends when the signal is back by more than this
  Duration on_delay{0};
  Duration off_delay{0};
  Priority priority = Priority::medium;
  bool operator==(const Limit&) const = default;
};

enum class Aggregate : std::uint8_t { avg, min, max, sum, count, stddev };
[[nodiscard]] std::string_view to_text(Aggregate a);
[[nodiscard]] std::optional<Aggregate> parse_aggregate(std::string_view text);

struct WindowSpec {
  Aggregate aggregate = Aggregate::avg;
  Duration length{0};
  // true: consecutive windows aligned to UTC multiples of `length`, exact, evaluated when they
  // close. false: sliding, moving in sixtieths of `length`, evaluated at each step.
  bool calendar = true;
  std::uint32_t count_min = 1;  // fewer good values: no verdict
  bool operator==(const WindowSpec&) const = default;
};

// How a rule's alarms behave, whatever finds their condition.
struct AlarmSpec {
  bool ack_required = true;  // false: acknowledged as it is raised; for what needs no operator
  bool latched = false;      // held until it is reset
  bool shelvable = true;
  Duration shelve_max{0};                   // 0: the cap of the priority alone
  std::vector<std::string> shelve_reasons;  // empty: any
  Duration realarm{0};          // acknowledged and still active so long: told again; 0: never
  Duration respond_within{0};   // 0: no time is set
  std::string first_out_group;  // placeholders {site} {device}; empty: none
  std::string suppress_when;    // expression over tags; true: suppressed by design
  Duration recheck = std::chrono::seconds{30};  // suppressed so much longer than that was true
  bool even_in_maintenance = false;
  // So many conditions within a time are an alarm too, however short; 0: off.
  std::uint32_t count_times = 0;
  Duration count_within{0};
  std::string escalation;  // name of an [[escalation]]; empty: none
  bool operator==(const AlarmSpec&) const = default;
};

struct RuleSpec {
  std::string id;  // unique; letters, digits, '-', '_', '.'
  RuleKind kind = RuleKind::limit;
  std::vector<std::string>
      tags;                   // names; one alarm each. `expr`: only the alarm's own tag (tags[0])
  std::vector<Limit> limits;  // limit, rate, window: ascending by level, at most one a level
  // state, stale, expr: one condition with these.
  Priority priority = Priority::medium;
  Duration on_delay{0};
  Duration off_delay{0};
  std::vector<double> states;  // state: alarming numbers (enumerations as their number)
  Duration per{0};             // rate: the time unit of `at`, e.g. 1 min
  Duration over{0};            // rate: the slope is taken over at least this time
  Duration after{0};           // stale: silence longer than this
  WindowSpec window;           // window
  std::string expression;      // expr: boolean, muParser; tags in backquotes
  Text
      message;  // placeholders: {tag} {site} {device} {quantity} {value} {limit} {unit} {level} ...
  Text guidance;
  std::string group;  // of alarms, e.g. "tank-farm"; never empty
  AlarmSpec alarm;
  bool operator==(const RuleSpec&) const = default;
};

}  // namespace parkwatch
