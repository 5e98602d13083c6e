// daemon/config/positions.h - [[position]] tables: which groups of alarms one operator watches.
// Pure.
#pragma once
#include <vector>

#include "alarms/kpi.h"
#include "model/settings.h"

namespace parkwatch::config {

inline constexpr std::size_t positions_max = 100;

// Names are unique; a group may be watched from several positions.
[[nodiscard]] std::vector<alarms::Position> read_positions(SettingsReader& root, Diagnostics& out);

}  // namespace parkwatch::config
