// daemon/config/receivers.h - One [[receiver]]: the keys of its kind, with their defaults. Pure,
// but for a look at the files that keys name.
#pragma once
#include "config/sections.h"
#include "model/notify_plan.h"
#include "model/settings.h"

namespace parkwatch::config {

// The defaults of a kind: what its service allows (shared with docs/alerts.md).
[[nodiscard]] ReceiverSpec receiver_defaults(ReceiverKind kind);

// What is wrong is reported at its key. `fallback` is read, but not looked up.
[[nodiscard]] ReceiverSpec read_receiver(const SettingsTable& table, const Surroundings& around,
                                         Diagnostics& out);

}  // namespace parkwatch::config
