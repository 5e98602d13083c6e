// daemon/config/positions.h - [[position]] tables: which groups of alarms one operator watches.
// Pure.
#pragma once
#include <vector>

#include "alarms/kpi.h"
#include "model/plant.h"
#include "model/settings.h"

namespace parkwatch::config {

inline constexpr std::size_t positions_max = 100;

// Names are unique; a group may be watched from several positions.
[[nodiscard]] std::vector<alarms::Position> read_positions(SettingsReader& root, Diagnostics& out);

// Warns of each group of the positions of `root`, which have no mistake, that no alarm can have; of
// none before there are rules.
void warn_of_unknown_groups(SettingsReader& root, const Plant& plant, Diagnostics& out);

}  // namespace parkwatch::config
