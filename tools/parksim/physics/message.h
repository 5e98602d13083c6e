// tools/parksim/physics/message.h - A sample as it travels: the JSON payload. Pure; any thread.
#pragma once
#include <string>

#include "tools/parksim/physics/tag.h"

namespace parkwatch::parksim {

// {"value": 7.412, "time": "2026-03-02T08:00:00.250Z"}: the value with the tag's digits, true or
// false, or a word in quotes. REQUIRES: years 0..9999, a value of the tag.
[[nodiscard]] std::string payload(const TagInfo& tag, const Sample& sample);

// {"topic": "park/...", "value": ..., "time": ...}: a line of --print, without the line feed.
[[nodiscard]] std::string line(const TagInfo& tag, const Sample& sample);

}  // namespace parkwatch::parksim
