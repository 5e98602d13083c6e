// daemon/config/toml.h - TOML text -> a table of settings with the place of every key. Pure.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "model/diagnostic.h"
#include "model/settings.h"

namespace parkwatch::config {

// Arrays and tables inside each other, and the parts of one dotted key. More is an error: the
// parser and every walk over its result are recursive, so the depth is bounded before it runs.
inline constexpr std::size_t nesting_max = 32;
inline constexpr std::size_t key_parts_max = 16;

// `file` is what diagnostics call it. Null after a syntax error (toml++ stops at the first one, so
// there is at most one, with line and column in characters, from 1). Dates and times without quotes
// are one error each: no setting takes them. Entries keep the file's order.
[[nodiscard]] std::shared_ptr<const SettingsTable> parse_toml(const std::string& file,
                                                              std::string_view text,
                                                              Diagnostics& out);

}  // namespace parkwatch::config
