// tools/parkwatch/new_configuration.h - `parkwatch new`: a first configuration from packages. Asks
// nothing, needs no daemon, overwrites nothing.
#pragma once
#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/console.h"

namespace parkwatch::cli {

// Writes parkwatch.toml into the directory, which it makes if need be; with a draft it maps topics
// and says what is missing and unused. 0; 1 if a package, the draft or the directory is wrong, or
// the file is there already: then nothing is written.
[[nodiscard]] int new_configuration(const NewCommand& command, Console& console);

}  // namespace parkwatch::cli
