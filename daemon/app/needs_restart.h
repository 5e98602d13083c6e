// daemon/app/needs_restart.h - What a reload cannot change. Pure.
#pragma once
#include <string>

#include "config/config.h"

namespace parkwatch::app {

// The sections that say something else now than when the daemon started, of those that are read at
// a start only:
// "[http], [store]"; "" when there is none.
[[nodiscard]] std::string needs_restart(const config::Config& started, const config::Config& now);

}  // namespace parkwatch::app
