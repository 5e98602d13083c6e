// tools/parkwatch/salvage.h - `parkwatch store salvage`: the readings of a database that the daemon
// set aside, written as `parkwatch pull` writes them. Blocks.
#pragma once
#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/console.h"

namespace parkwatch::cli {

// Reads what can be read into a store of its own beside the output, which goes at the end: that
// needs about as much room as the kept file has. Gives the exit code; everything is said already.
[[nodiscard]] int salvage(const SalvageCommand& command, Console& console);

}  // namespace parkwatch::cli
