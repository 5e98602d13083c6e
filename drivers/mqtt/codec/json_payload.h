// drivers/mqtt/codec/json_payload.h - Readings of a JSON payload. One thread.
#pragma once
#include <memory>
#include <string_view>

#include "drivers/mqtt/codec/names.h"
#include "drivers/mqtt/codec/output.h"

namespace parkwatch::mqtt_codec {

// Keeps simdjson's parser and a padded buffer from message to message, so that small messages cost
// no allocation; what a large one needed is given back after it.
class JsonPayload {
 public:
  JsonPayload();
  ~JsonPayload();
  JsonPayload(const JsonPayload&) = delete;
  JsonPayload& operator=(const JsonPayload&) = delete;

  void decode(std::string_view payload, const TopicNames& names, Output& out);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parkwatch::mqtt_codec
