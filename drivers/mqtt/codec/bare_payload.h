// drivers/mqtt/codec/bare_payload.h - A payload that is one value: "12.5", "on", "open". Pure.
#pragma once
#include <string_view>

#include "drivers/mqtt/codec/names.h"
#include "drivers/mqtt/codec/output.h"

namespace parkwatch::mqtt_codec {

// Blanks around the value do not count. true, on, false, off (in any case) are booleans; other
// words are texts. The reading has no time: it is of when it came.
void decode_bare(std::string_view payload, const TopicNames& names, Output& out);

}  // namespace parkwatch::mqtt_codec
