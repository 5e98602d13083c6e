// tools/parksim/run.h - Runs the park: paced by the steady clock onto a broker, or onto a stream as
// fast as it goes. The only place of parksim that knows a clock and signals.
#pragma once
#include <iosfwd>

#include "tools/parksim/options.h"

namespace parkwatch::parksim {

// Holds SIGINT and SIGTERM back for run(). Call before any thread starts.
void block_signals();

// Returns the exit code: 0 done, 1 never connected, or some message could not be delivered or
// written.
// REQUIRES: block_signals() was called.
int run(const Options& options, std::ostream& out, std::ostream& log);

}  // namespace parkwatch::parksim
