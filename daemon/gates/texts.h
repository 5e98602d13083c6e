// daemon/gates/texts.h - What is said of a finding, in both languages, and how places are named.
// No text names a person, a vehicle or a card. Pure.
#pragma once
#include <string>

#include "gates/ledger.h"

namespace parkwatch::gates {

[[nodiscard]] std::string place_of(const LaneKey& key);     // "gate/g1/2"
[[nodiscard]] std::string place_of(const CounterKey& key);  // "zone/north/person"
// "gate/g1"; "gate/unknown" for all that are not configured.
[[nodiscard]] std::string gate_place(const GatePlan& plan, const std::string& gate);

// A finding that is on, at the moment's time, with its texts; value and limit are the caller's.
[[nodiscard]] Finding finding_of(GateRule rule, const std::string& place, const Moment& moment,
                                 Subject subject = Subject::vehicle);
// The same of the rule clock: `lag` is how slow the reader's is; below 0: fast.
[[nodiscard]] Finding finding_of_clock(const std::string& place, Duration lag,
                                       const Moment& moment);
[[nodiscard]] Text text_of(Subject subject);

}  // namespace parkwatch::gates
