// tools/parkwatch/explain.h - `parkwatch explain`: why an alarm did or did not come, from the
// store's files, also while the daemon writes them.
#pragma once
#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/console.h"

namespace parkwatch::cli {

[[nodiscard]] int explain(const ExplainCommand& command, Console& console);

}  // namespace parkwatch::cli
