// tools/trial/backtest.h - Runs other rules over a recording: the daemon's own pipeline, behind
// decoding, dedupe and scaling. Nothing is sent.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/alarm_event.h"
#include "model/plant.h"
#include "model/result.h"
#include "store/history.h"

namespace parkwatch::trial {

// Of one run; more is an error: a rule set that floods like this has told enough.
inline constexpr std::size_t backtest_transitions_max = 5'000'000;

struct BacktestRun {
  Timestamp from;  // as wanted, but within what is stored
  Timestamp to;
  std::vector<AlarmEvent> transitions;  // stamped in [from, to)
  std::uint64_t batches = 0;
  std::uint64_t readings = 0;  // stepped, those before `from` included
  std::size_t tags = 0;        // that had readings
  std::size_t gaps = 0;        // readings given up, and times in which the daemon was away
  Duration gap_time{0};
  bool passages_gone = false;  // who was inside is not known: alarms of gates cannot be compared
};

// What needs the past (windows, delays, silence) is warmed up by readings from before `from`, as
// far back as the longest of them, if they are stored. Values are taken as they were stored, so
// another scaling in `plant` changes nothing, and operators' commands of then are not repeated:
// they meant other alarms. Errors: not_found - nothing is stored in that span; bad_input - `from`
// is not before `to`; permanent - a batch is damaged; refused - backtest_transitions_max.
[[nodiscard]] Result<BacktestRun> run_rules(store::History& history,
                                            const std::shared_ptr<const Plant>& plant,
                                            std::optional<Timestamp> from,
                                            std::optional<Timestamp> to);

}  // namespace parkwatch::trial
