// tools/parkwatch/watch.h - Alarm transitions as lines. One thread; blocks.
#pragma once
#include <string_view>

#include "tools/parkwatch/api.h"
#include "tools/parkwatch/console.h"

namespace parkwatch::cli {

// The events of an NDJSON answer of /v1/events and the gaps between them, a line each; with --json
// as they came.
void print_events(std::string_view body, Console& console);

// Prints what stands, then each transition as it happens. Once it has begun it waits for a daemon
// that goes away, and ends only with an error that waiting cannot mend. Gives the exit code.
[[nodiscard]] int watch_alarms(HttpClient& client, Console& console);

}  // namespace parkwatch::cli
