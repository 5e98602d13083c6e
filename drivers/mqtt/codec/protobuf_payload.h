// drivers/mqtt/codec/protobuf_payload.h - Readings of a payload in the format parkwatch.v1. One
// thread.
#pragma once
#include <string>
#include <string_view>

#include "drivers/mqtt/codec/names.h"
#include "drivers/mqtt/codec/output.h"
#include "parkwatch/v1/reading.pb.h"

namespace parkwatch::mqtt_codec {

// Takes the readings of a parkwatch.v1.Readings one by one, so that a small payload that announces
// millions of empty ones costs no memory. Unknown fields are ignored, as the proto promises.
class ProtobufPayload {
 public:
  void decode(std::string_view payload, const TopicNames& names, Output& out);

 private:
  void read(std::string_view bytes, std::size_t offset, const TopicNames& names, Output& out);

  v1::Reading reading_;  // reused
  std::string name_;
};

}  // namespace parkwatch::mqtt_codec
