// daemon/app/simulation.h - `--simulate`: what a simulation must not share with the real park.
// Pure.
#pragma once
#include <memory>

#include "config/config.h"

namespace parkwatch::app {

// The configuration with names of its own, each the real one with "-simulated" behind it: the
// park's (with it every topic and event id), the folders that are written, the topics of boards.
// Clients at brokers have the names that follow from the park's, never a configured one: a broker
// would end the real daemon's session for ours and hand us its messages. Nothing is commanded, and
// no heartbeat says that the real daemon lives.
[[nodiscard]] std::shared_ptr<const config::Config> simulation_of(const config::Config& config);

}  // namespace parkwatch::app
