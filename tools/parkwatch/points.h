// tools/parkwatch/points.h - `parkwatch points template|export|diff`: point tables without a
// daemon.
#pragma once
#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/console.h"

namespace parkwatch::cli {

// diff: exit_no when the tables differ.
[[nodiscard]] int points(const PointsCommand& command, Console& console);

}  // namespace parkwatch::cli
