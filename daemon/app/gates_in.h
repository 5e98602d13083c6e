// daemon/app/gates_in.h - The key of the gates' pseudonyms. Blocks on the disk; any thread.
#pragma once
#include "config/config.h"
#include "model/gates.h"
#include "model/result.h"

namespace parkwatch::app {

// HMAC-SHA256 with the key of `key_file`, cut to 128 bits: "~" and 32 hex digits. Empty without
// gates.pseudonymise. Errors: permanent - the file cannot be read, or its first line is too short.
[[nodiscard]] Result<Pseudonym> make_pseudonym(const config::Config& config);
// The same of a key; for tests.
[[nodiscard]] Pseudonym pseudonym_of(const std::string& key);

}  // namespace parkwatch::app
