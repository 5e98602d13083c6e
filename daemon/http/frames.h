// daemon/http/frames.h - Length-delimited protobuf: what application/x-protobuf carries here. Pure.
#pragma once
#include <string>

#include "parkwatch/v1/pull.pb.h"

namespace parkwatch::http {

// Appends a varint of the message's bytes, then the message.
void append_frame(std::string& out, const v1::PullFrame& frame);

}  // namespace parkwatch::http
