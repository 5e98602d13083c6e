// daemon/config/sort_diagnostics.h - Puts what was found into the order in which people mend it.
// Pure; any thread.
#pragma once
#include <string>
#include <vector>

#include "model/diagnostic.h"

namespace parkwatch::config {

// By `files` (as shown, in the order of their reading; others last), line and column; each once, at
// most diagnostics_max of them and a last one that says how many more there were.
void sort_diagnostics(const std::vector<std::string>& files, Diagnostics& out);

}  // namespace parkwatch::config
