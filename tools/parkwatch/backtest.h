// tools/parkwatch/backtest.h - `parkwatch backtest`: rules over a recording, read from the store's
// files, also while the daemon writes them.
#pragma once
#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/console.h"

namespace parkwatch::cli {

// exit_no when an alarm that mattered would be missed (unless allowed), or, with --verify, when
// anything differs.
[[nodiscard]] int backtest(const BacktestCommand& command, Console& console);

}  // namespace parkwatch::cli
