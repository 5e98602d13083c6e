// daemon/app/stored_configuration.h - A start whose configuration has mistakes runs the one that
// was last in force: a gateway that reboots after somebody broke a file must go on watching.
#pragma once
#include <memory>
#include <string>

#include "config/config.h"
#include "model/input.h"
#include "model/result.h"

namespace parkwatch::app {

// The configuration of the store that the broken main file `config_path` names. Files that its keys
// name (secrets, certificates) are read anew. `out`: what is wrong with it. Takes the lock on the
// store's directory and lets go of it. Errors: not_found - there is no store, or none was in force;
// else those of opening the store, or permanent - it cannot be run.
[[nodiscard]] Result<std::shared_ptr<const config::Config>> stored_configuration(
    const std::string& config_path, Diagnostics& out);

// What is told while it runs in place of `config_path`, whose errors are `mistakes`: an alarm, and
// its end.
[[nodiscard]] OwnCondition configuration_fault(const std::string& config_path,
                                               const Diagnostics& mistakes);
[[nodiscard]] OwnCondition configuration_is_well();

}  // namespace parkwatch::app
