// tests/fuzz/mqtt_codec_target.h - One input of a fuzzer to the MQTT codec, with what must hold of
// any answer.
#pragma once
#include <string>
#include <string_view>

namespace parkwatch::fuzz {

// `input`: a byte that chooses the topic, then the payload; or, if that byte is 255, a topic up to
// the first line end, then the payload. Returns what is wrong; empty if nothing is. Must not crash.
[[nodiscard]] std::string check_mqtt_codec(std::string_view input);

}  // namespace parkwatch::fuzz
