// drivers/mqtt/codec/protobuf_payload.h - Readings of a payload in the format parkwatch.v1. Pure.
#pragma once
#include <string>
#include <string_view>

#include "drivers/mqtt/codec/names.h"
#include "drivers/mqtt/codec/output.h"

namespace parkwatch::mqtt_codec {

// Takes the readings of a parkwatch.v1.Readings one by one, so that a small payload that announces
// millions of empty ones costs no memory. Unknown fields are ignored, as the proto promises.
// `scratch` holds a name and may be reused.
void decode_protobuf(std::string_view payload, const TopicNames& names, std::string& scratch,
                     Output& out);

}  // namespace parkwatch::mqtt_codec
