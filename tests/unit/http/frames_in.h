// tests/unit/http/frames_in.h - Reads length-delimited frames with protobuf's own reader, as a
// client does.
#pragma once
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "parkwatch/v1/pull.pb.h"

namespace parkwatch::test {

inline std::vector<v1::PullFrame> frames_in(const std::string& body) {
  std::vector<v1::PullFrame> frames;
  google::protobuf::io::ArrayInputStream bytes{body.data(), static_cast<int>(body.size())};
  google::protobuf::io::CodedInputStream in{&bytes};
  std::uint32_t length = 0;
  while (in.ReadVarint32(&length)) {
    const auto limit = in.PushLimit(static_cast<int>(length));
    if (!frames.emplace_back().ParseFromCodedStream(&in) || !in.ConsumedEntireMessage()) {
      throw std::runtime_error("a frame that cannot be read");
    }
    in.PopLimit(limit);
  }
  if (in.CurrentPosition() != static_cast<int>(body.size()))
    throw std::runtime_error("a torn frame");
  return frames;
}

}  // namespace parkwatch::test
