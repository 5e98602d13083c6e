// tools/parkwatch/listen.h - `parkwatch listen`: watches a broker and drafts a point table. Needs
// no daemon, and takes nothing from it: the session is a new one, which the broker forgets.
#pragma once
#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/console.h"

namespace parkwatch::cli {

// Blocks for the time that is asked for, counted from the subscription, or until SIGINT or SIGTERM;
// then writes what it saw. 0; 1 if nothing came or the file is there already; 2 for wrong options;
// 3 if no broker answers.
[[nodiscard]] int listen(const ListenCommand& command, Console& console);

}  // namespace parkwatch::cli
