// daemon/store/compression.h - zstd with bounds. One object a thread.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "model/result.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace parkwatch::store {

// Level 1: measured to cost less time than the bytes that it saves cost the disk. Keeps its working
// memory from call to call.
class Compressor {
 public:
  Compressor();
  // Appends one frame, which states the size of its content, to `out`.
  // Errors: permanent - out of memory, as zstd says it.
  Result<Done> append_frame(std::string_view content, std::string& out);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};

class Decompressor {
 public:
  Decompressor();
  // Replaces `content` by that of the frame at the front of `frames` and drops the frame from
  // there. Errors: bad_input - no whole frame, damaged, or its content is of no stated size or of
  // more than `bytes_max` bytes (checked before anything is allocated).
  Result<Done> take_frame(std::string_view& frames, std::size_t bytes_max, std::string& content);

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
};

}  // namespace parkwatch::store
