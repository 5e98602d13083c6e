// drivers/mqtt/codec/passage_payload.h - Passages of a JSON payload. Faults say where something is
// wrong, never what stood there. One thread.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "drivers/mqtt/codec/output.h"
#include "drivers/mqtt/codec/passage_mapping.h"

namespace parkwatch::mqtt_codec {

class PassagePayload {
 public:
  PassagePayload();
  ~PassagePayload();
  PassagePayload(const PassagePayload&) = delete;
  PassagePayload& operator=(const PassagePayload&) = delete;

  // `captured` is what mapping.topic.match gave.
  void decode(std::string_view payload, const PassageMapping& mapping,
              const std::vector<std::string_view>& captured, Output& out);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parkwatch::mqtt_codec
