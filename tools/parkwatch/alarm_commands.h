// tools/parkwatch/alarm_commands.h - What people do about alarms beside acknowledging them. One
// thread; calls block.
#pragma once
#include "tools/parkwatch/api.h"

namespace parkwatch::cli {

// Each gives the exit code.
int run_alarm_verb(const AlarmVerbCommand& command, Api& api, Console& console);
int run_maintenance(const MaintenanceCommand& command, Api& api, Console& console);
int run_loop_check(const LoopCheckCommand& command, Api& api, Console& console);

}  // namespace parkwatch::cli
