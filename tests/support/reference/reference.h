// tests/support/reference/reference.h - What every kind of rule means, in a few plain lines each: a
// whole series in, the changes of level out. Slow on purpose, and without state between calls. One
// clock: the source time of a reading is its receive time.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "model/rule.h"

namespace parkwatch::reference {

// A signal at a time; without a value it is bad, or no verdict: whatever runs stands still until
// the next one.
struct Point {
  Timestamp at;
  std::optional<double> value;
};
using Series = std::vector<Point>;

struct Change {
  Timestamp at;
  Level level = Level::none;  // from now on
  bool operator==(const Change&) const = default;
};
using Changes = std::vector<Change>;

// So often within the time counts without the on-delay; 0: never.
struct Count {
  std::size_t times = 0;
  Duration within{0};
};

// The levels of a limit set over `signal`, up to and including `end`.
[[nodiscard]] Changes levels(const std::vector<Limit>& limits, const Series& signal, Timestamp end,
                             Count count = {});
// One `on` level of a signal that is 0 or 1.
[[nodiscard]] Changes on_off(Duration on_delay, Duration off_delay, const Series& signal,
                             Timestamp end);

[[nodiscard]] Series states(const std::vector<double>& alarming, const Series& readings);
[[nodiscard]] Series slopes(Duration over, Duration per, const Series& readings);
// Silence longer than `after`, from `begin` on.
[[nodiscard]] Changes silences(Duration after, const Series& readings, Timestamp begin,
                               Timestamp end);
// The verdict of each calendar window, at its end if a reading past it comes within `late_after`,
// else then.
[[nodiscard]] Series calendar(const WindowSpec& spec, Duration late_after, const Series& readings,
                              Timestamp end, const Calendar& site = {});
// The total of the period so far at each reading, and of the whole period when it is over.
[[nodiscard]] Series totals(const WindowSpec& spec, Duration late_after, const Series& readings,
                            Timestamp end, const Calendar& site);
// The window's value at each reading and at each sixtieth between them.
[[nodiscard]] Series sliding(const WindowSpec& spec, Duration late_after, const Series& readings,
                             Timestamp end);
// `f` over the last values of several tags, at each reading of any; no verdict until all have one,
// or while one is bad. Readings at the same time are taken in the order of the tags.
[[nodiscard]] Series combined(const std::vector<Series>& tags,
                              const std::function<double(const std::vector<double>&)>& f);

// How many of several tags meet the trigger, at each reading of any; no verdict while those that
// are bad or not known decide whether it is `k`.
[[nodiscard]] Series votes(const std::vector<Series>& tags, const Trigger& trigger, std::size_t k);
// From when to when `own` did not follow `command` in time.
[[nodiscard]] Changes mismatches(Duration within, const Series& own, const Series& command,
                                 Timestamp end);
// Minutes until the target.
[[nodiscard]] Series forecasts(Duration over, double target, bool rising, const Series& readings);
// The larger of the two sums of a CUSUM, the lower one negative.
[[nodiscard]] Series drifts(const RuleSpec& rule, const Series& readings);
// How often the trigger was met anew within the time, up to `times`.
[[nodiscard]] Series repetitions(const Trigger& trigger, std::size_t times, Duration within,
                                 Duration late_after, const Series& readings, Timestamp end);

}  // namespace parkwatch::reference
