// daemon/app/gates_in.h - What the gates need of files: the key of the pseudonyms and the list of
// permits. Blocks on the disk; any thread.
#pragma once
#include <optional>

#include "config/config.h"
#include "model/diagnostic.h"
#include "model/gate_command.h"
#include "model/gates.h"
#include "model/result.h"

namespace parkwatch::app {

// HMAC-SHA256 with the key of `key_file`, cut to 128 bits: "~" and 32 hex digits. Empty without
// gates.pseudonymise. Errors: permanent - the file cannot be read, or its first line is too short.
[[nodiscard]] Result<Pseudonym> make_pseudonym(const config::Config& config);
// The same of a key; for tests.
[[nodiscard]] Pseudonym pseudonym_of(const std::string& key);

// The list as a command; empty: there is none, or it has mistakes, which `out` tells.
[[nodiscard]] std::optional<PermitCommand> read_permit_list(const config::Config& config,
                                                            Diagnostics& out);

}  // namespace parkwatch::app
