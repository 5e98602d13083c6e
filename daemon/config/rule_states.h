// daemon/config/rule_states.h - The states that a rule names by word, number, true or false. Pure.
#pragma once
#include <vector>

#include "model/settings.h"
#include "model/tag.h"

namespace parkwatch::config {

// `states` as numbers, each once; a word must mean the same number in all `tags`. One state stands
// for an array of it.
[[nodiscard]] std::vector<double> read_alarming_states(SettingsReader& reader,
                                                       const std::vector<const Tag*>& tags);

}  // namespace parkwatch::config
