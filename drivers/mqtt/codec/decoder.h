// drivers/mqtt/codec/decoder.h - The Decoder of MQTT messages: topic and payload to readings, as
// the mappings of a source say. Pure: bytes in, values out; no socket, no clock, no file.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "drivers/mqtt/codec/mapping.h"
#include "drivers/mqtt/codec/passage_mapping.h"
#include "model/decoder.h"

namespace parkwatch::mqtt_codec {

// The first mapping whose topic matches is taken, or else the first such passage. Topics are
// remembered with what they mean, this many at most, and not those that are longer than
// remembered_topic_bytes_max.
inline constexpr std::size_t remembered_topics_max = 16'384;
inline constexpr std::size_t remembered_topic_bytes_max = 512;

// `payload_bytes_max`: a larger payload is oversized, should the driver have let it through.
[[nodiscard]] std::shared_ptr<Decoder> make_decoder(std::vector<Mapping> mappings,
                                                    std::size_t payload_bytes_max,
                                                    std::vector<PassageMapping> passages = {});

}  // namespace parkwatch::mqtt_codec
