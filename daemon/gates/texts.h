// daemon/gates/texts.h - What is said of a finding, in both languages, and how places are named.
// No text names a person, a vehicle or a card. Pure.
#pragma once
#include <string>

#include "gates/ledger.h"

namespace parkwatch::gates {

[[nodiscard]] std::string place_of(const LaneKey& key);     // "gate/g1/2"
[[nodiscard]] std::string place_of(const CounterKey& key);  // "zone/north/person"

// A finding that is on, at the moment's time, with its texts; value and limit are the caller's.
[[nodiscard]] Finding finding_of(GateRule rule, const std::string& place, const Moment& moment,
                                 Subject subject = Subject::vehicle);
[[nodiscard]] Text text_of(Subject subject);

}  // namespace parkwatch::gates
