// daemon/config/zones.h - A time zone by its name, from the system's tz database. Reads files; the
// result is plain data, so that nothing else has to.
#pragma once
#include <string>
#include <string_view>

#include "model/calendar.h"
#include "model/result.h"

namespace parkwatch::config {

inline constexpr std::string_view zoneinfo_folder = "/usr/share/zoneinfo";

// "UTC", an offset such as "+08:00", "Asia/Shanghai" (known without any file: it has had no summer
// time since 1991), or any other name of the database in `folder`. Errors: bad_input - no such
// zone, or a file that is none; in the words of what would be right.
[[nodiscard]] Result<TimeZone> find_zone(const std::string& name,
                                         const std::string& folder = std::string{zoneinfo_folder});

// The content of such a file (RFC 8536, version 2 or later). Years after the last written change go
// by the rule in its last line, up to 2100. Errors: bad_input.
[[nodiscard]] Result<TimeZone> parse_zone(const std::string& name, std::string_view bytes);

}  // namespace parkwatch::config
