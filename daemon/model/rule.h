// daemon/model/rule.h - A rule as it is declared, with its tags resolved. Plain, immutable values;
// `rules` compiles them, `config` makes them from TOML.
#pragma once
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/calendar.h"
#include "model/tag.h"
#include "model/time.h"

namespace parkwatch {

// docs/rules.md tells what each means.
enum class RuleKind : std::uint8_t {
  limit,
  state,
  rate,
  stale,
  window,
  expr,
  deviation,
  balance,
  vote,
  mismatch,
  forecast,
  drift,
  repeat,
  cumulative
};
inline constexpr std::array rule_kinds{RuleKind::limit,     RuleKind::state,     RuleKind::rate,
                                       RuleKind::stale,     RuleKind::window,    RuleKind::expr,
                                       RuleKind::deviation, RuleKind::balance,   RuleKind::vote,
                                       RuleKind::mismatch,  RuleKind::forecast,  RuleKind::drift,
                                       RuleKind::repeat,    RuleKind::cumulative};
// Kinds whose one alarm rests on several tags.
[[nodiscard]] constexpr bool is_of_several(RuleKind k) {
  return k == RuleKind::expr || k == RuleKind::deviation || k == RuleKind::balance ||
         k == RuleKind::vote || k == RuleKind::mismatch;
}
// Kinds that judge a span of time when it is over.
[[nodiscard]] constexpr bool is_window(RuleKind k) {
  return k == RuleKind::window || k == RuleKind::cumulative;
}
// Ordered: a higher one is more urgent.
enum class Priority : std::uint8_t { low, medium, high, critical };
// The level of a limit set. `on` is the only level of kinds without limits (state, stale, expr,
// vote, mismatch, repeat).
enum class Level : std::uint8_t { none, low_low, low, on, high, high_high };

[[nodiscard]] std::string_view to_text(RuleKind k);
[[nodiscard]] std::string_view to_text(Priority p);
// As people read it.
[[nodiscard]] Text words_of(Priority p);
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

// The last two are of `cumulative` alone: the value over time, and what a counter counted.
enum class Aggregate : std::uint8_t { avg, min, max, sum, count, stddev, integral, increase };
[[nodiscard]] std::string_view to_text(Aggregate a);
[[nodiscard]] std::optional<Aggregate> parse_aggregate(std::string_view text);

struct WindowSpec {
  Aggregate aggregate = Aggregate::avg;
  Duration length{0};
  // true: consecutive windows aligned to UTC multiples of `length`, exact, evaluated when they
  // close. false: sliding, moving in sixtieths of `length`, evaluated at each step.
  bool calendar = true;
  std::uint32_t count_min = 1;  // fewer good values: no verdict
  // Not fixed: calendar windows of the site's days, hours, ...; `length` does not count.
  Period period = Period::fixed;
  // A calendar window that is evaluated at each reading too (cumulative).
  bool running = false;
  Duration per{0};  // integral: the time unit of the value, e.g. 1 h for m3/h
  Duration gap{0};  // integral: a value stands for no longer than this
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

// A tag in a rule of several: its weight in a sum.
struct Term {
  std::string tag;
  double weight = 1;
  bool operator==(const Term&) const = default;
};

// When a number counts (vote, repeat): above or below a number, or one of some states.
struct Trigger {
  std::optional<double> above;
  std::optional<double> below;
  std::vector<double> states;
  [[nodiscard]] bool is_met(double value) const {
    if (above && value > *above) return true;
    if (below && value < *below) return true;
    return std::find(states.begin(), states.end(), value) != states.end();
  }
  bool operator==(const Trigger&) const = default;
};

// From one local time of day to another; from 22:00 to 06:00 is over midnight. Never equal.
struct DayHours {
  Duration from{0};  // since local midnight, below 24 h
  Duration to{0};
  bool operator==(const DayHours&) const = default;
};

// A tag's further columns in its point table: the name of each, and what its cell says.
using TagColumns = std::map<std::string, std::string, std::less<>>;

struct RuleSpec {
  std::string id;  // unique; letters, digits, '-', '_', '.'
  RuleKind kind = RuleKind::limit;
  std::vector<std::string>
      tags;  // names; one alarm each. expr, balance, vote: only the alarm's own tag (tags[0])
  // limit, rate, window, deviation, balance, forecast, drift, cumulative: ascending by level, at
  // most one a level
  std::vector<Limit> limits;
  // The others: one condition with these.
  Priority priority = Priority::medium;
  Duration on_delay{0};
  Duration off_delay{0};
  std::vector<double> states;  // state: alarming numbers (enumerations as their number)
  Duration per{0};             // rate: the time unit of `at`, e.g. 1 min; drift: of the sum
  Duration over{0};            // rate, forecast: the slope is taken over this time
  Duration after{0};           // stale: silence longer than this
  WindowSpec window;           // window
  std::string expression;      // expr: boolean, muParser; tags in backquotes
  // deviation, mismatch: terms[i] is the partner of tags[i] (mismatch: its command). balance, vote:
  // the tags of the sum, and those that vote.
  std::vector<Term> terms;
  std::string unit;         // balance: of the sum; else empty: the tag's
  Trigger trigger;          // vote, repeat
  std::uint32_t times = 0;  // vote: so many of the terms; repeat: so often
  Duration within{0};       // repeat: so often within; mismatch: time to follow
  double tolerance = 0;     // mismatch: so far apart is no mismatch
  double target = 0;        // forecast: the value that is reached
  bool rising = true;       // forecast: from below
  double slack = 0;         // drift: a distance to the baseline that is none
  Duration baseline{0};     // drift: time constant of the baseline
  // In force for readings from then on and before then, and by the gateway's clock.
  Timestamp valid_from = timestamp_min;
  Timestamp valid_to = timestamp_max;
  // And only in these shifts of the site; empty: in all. Not of windows and totals, which have
  // periods.
  std::vector<std::string> shifts;
  // Likewise, and instead of shifts: only between two times of the site's day.
  std::optional<DayHours> hours;
  Text
      message;  // placeholders: {tag} {site} {device} {quantity} {value} {limit} {unit} {level} ...
  Text guidance;
  // By tag: the columns that message and guidance ask for. A placeholder of every rule goes before
  // a column of the same name.
  std::map<std::string, TagColumns, std::less<>> columns;
  std::string group;  // of alarms, e.g. "tank-farm"; never empty
  AlarmSpec alarm;
  bool operator==(const RuleSpec&) const = default;
};

}  // namespace parkwatch
