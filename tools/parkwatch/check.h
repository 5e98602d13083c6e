// tools/parkwatch/check.h - `parkwatch check`: every error of a configuration at once, without a
// daemon.
#pragma once
#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/console.h"

namespace parkwatch::cli {

[[nodiscard]] int check(const CheckCommand& command, Console& console);

}  // namespace parkwatch::cli
