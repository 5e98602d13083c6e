// daemon/http/frames.cpp - The delimiting that protobuf's own parseDelimitedFrom of other languages
// reads.
#include "http/frames.h"

#include <cassert>

namespace parkwatch::http {

void append_frame(std::string& out, const v1::PullFrame& frame) {
  std::size_t bytes = frame.ByteSizeLong();
  out.reserve(out.size() + bytes + 10);
  for (; bytes >= 0x80; bytes >>= 7) out += static_cast<char>(bytes | 0x80);
  out += static_cast<char>(bytes);
  const bool whole = frame.AppendToString(&out);
  assert(whole);  // proto3 has no required fields
  static_cast<void>(whole);
}

}  // namespace parkwatch::http
