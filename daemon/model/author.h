// daemon/model/author.h - Who commands where no token says who.
#pragma once
#include <string_view>

namespace parkwatch {

// The author (Command::author) of what comes from the loopback while no token is configured:
// whoever has a login there. No token may have this name.
inline constexpr std::string_view author_unknown = "local";

}  // namespace parkwatch
