// daemon/app/tokens.h - The tokens of [http], as a start reads them: a file without one must
// neither open the door nor leave the park unwatched.
#pragma once
#include <string>
#include <vector>

#include "config/config.h"
#include "http/role.h"
#include "model/input.h"

namespace parkwatch::app {

struct Tokens {
  std::string token;                       // of http.token_file; empty: none is configured
  std::vector<http::TokenHolder> holders;  // of each [[http.token]]
  std::vector<std::string> faults;         // a sentence a file, with its path
};
// In the place of a token that cannot be read stands one that nobody knows. Blocks on the disk.
[[nodiscard]] Tokens read_tokens(const config::HttpConfig& http);

// What is told of `faults` (at least one) until the next start: an alarm of configuration-fault on
// gateway/tokens, apart from that of the whole configuration, and its end.
[[nodiscard]] OwnCondition tokens_are_well();
[[nodiscard]] OwnCondition token_fault(const std::vector<std::string>& faults);

}  // namespace parkwatch::app
