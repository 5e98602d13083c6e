// tools/parksim/system_settings.h - The [system] table of an incidents.toml: what a simulated
// system is made of.
#pragma once
#include <string>

#include "model/result.h"
#include "model/settings.h"
#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// A table's values as the simulated systems take them: numbers and booleans as TOML writes them.
[[nodiscard]] SystemSettings system_settings(const SettingsTable& table);
// Reads the file; blocks on the disk. Errors: bad_input - it cannot be read, is no TOML, or has no
// [system].
[[nodiscard]] Result<SystemSettings> read_system_settings(const std::string& path);

}  // namespace parkwatch::parksim
