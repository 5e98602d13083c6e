// tools/parkwatch/systems.h - `parkwatch systems`: what packages there are. Needs no daemon.
#pragma once
#include <string>
#include <vector>

#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/console.h"
#include "tools/parkwatch/system_catalog.h"

namespace parkwatch::cli {

// 0; 1 if there is no such package or a file is wrong, which is said.
[[nodiscard]] int systems(const SystemsCommand& command, Console& console);

// docs/systems.md.
[[nodiscard]] std::string markdown_of(const std::vector<CatalogSystem>& systems);

}  // namespace parkwatch::cli
