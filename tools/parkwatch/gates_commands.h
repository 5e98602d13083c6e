// tools/parkwatch/gates_commands.h - `parkwatch gates`: who is inside, permits, corrections,
// muster. One thread; blocks.
#pragma once
#include "tools/parkwatch/api.h"
#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/console.h"

namespace parkwatch::cli {

// Gives the exit code; everything is said on the console.
[[nodiscard]] int run_gates(const GatesCommand& command, Api& api, Console& console);

}  // namespace parkwatch::cli
