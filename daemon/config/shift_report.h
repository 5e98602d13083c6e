// daemon/config/shift_report.h - Reads [shift_report]: the report that is written, and mailed, at
// the end of each shift.
#pragma once
#include "config/config.h"
#include "config/sections.h"

namespace parkwatch::config {

// `plan` holds the receivers. A relative directory begins in `around`'s folder.
[[nodiscard]] ShiftReportConfig read_shift_report(const SettingsTable& table,
                                                  const NotifyPlan& plan,
                                                  const Surroundings& around, Diagnostics& out);

}  // namespace parkwatch::config
