// daemon/app/same_settings.h - Whether two tables of a configuration say the same. Pure.
#pragma once
#include "model/settings.h"

namespace parkwatch::app {

// Places in the file do not count; the order of keys does not either.
[[nodiscard]] bool same_settings(const SettingsTable& a, const SettingsTable& b);

}  // namespace parkwatch::app
