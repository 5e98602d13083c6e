// daemon/store/compression.cpp - zstd with bounds. One object a thread.
#include "store/compression.h"

#include <zstd.h>

namespace parkwatch::store {
namespace {

constexpr int level = 1;

}  // namespace

void Compressor::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }
void Decompressor::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

Compressor::Compressor() : context_(ZSTD_createCCtx()) {}
Decompressor::Decompressor() : context_(ZSTD_createDCtx()) {}

Result<Done> Compressor::append_frame(std::string_view content, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + ZSTD_compressBound(content.size()));
  const std::size_t bytes =
      ZSTD_compressCCtx(context_.get(), out.data() + before, out.size() - before, content.data(),
                        content.size(), level);
  if (ZSTD_isError(bytes) != 0) {
    out.resize(before);
    return Error{ErrorKind::permanent, std::string{"zstd: "} + ZSTD_getErrorName(bytes)};
  }
  out.resize(before + bytes);
  return Done{};
}

Result<Done> Decompressor::take_frame(std::string_view& frames, std::size_t bytes_max,
                                      std::string& content) {
  const std::size_t frame_bytes = ZSTD_findFrameCompressedSize(frames.data(), frames.size());
  if (ZSTD_isError(frame_bytes) != 0) {
    return Error{ErrorKind::bad_input, std::string{"zstd: "} + ZSTD_getErrorName(frame_bytes)};
  }
  const unsigned long long stated = ZSTD_getFrameContentSize(frames.data(), frame_bytes);
  if (stated == ZSTD_CONTENTSIZE_ERROR || stated == ZSTD_CONTENTSIZE_UNKNOWN) {
    return Error{ErrorKind::bad_input, "zstd: a frame without a stated size"};
  }
  if (stated > bytes_max) {
    return Error{ErrorKind::bad_input, "zstd: a frame of " + std::to_string(stated) +
                                           " bytes, at most " + std::to_string(bytes_max)};
  }
  content.resize(static_cast<std::size_t>(stated));
  const std::size_t bytes = ZSTD_decompressDCtx(context_.get(), content.data(), content.size(),
                                                frames.data(), frame_bytes);
  if (ZSTD_isError(bytes) != 0) {
    return Error{ErrorKind::bad_input, std::string{"zstd: "} + ZSTD_getErrorName(bytes)};
  }
  content.resize(bytes);
  frames.remove_prefix(frame_bytes);
  return Done{};
}

}  // namespace parkwatch::store
