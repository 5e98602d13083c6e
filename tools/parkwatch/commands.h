// tools/parkwatch/commands.h - Runs the commands that ask the daemon. One thread; blocks.
#pragma once
#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/console.h"

namespace parkwatch::cli {

// REQUIRES: not a command that asks no daemon (check, backtest, explain, points, systems, new,
// listen). Gives the exit code; everything is said on the console already.
[[nodiscard]] int run_command(const CommandLine& line, Console& console);

}  // namespace parkwatch::cli
