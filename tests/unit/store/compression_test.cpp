// tests/unit/store/compression_test.cpp - zstd frames within bounds.
#include "store/compression.h"

#include <zstd.h>

#include <catch2/catch.hpp>
#include <string>

namespace compression_test {

using namespace parkwatch;
using namespace parkwatch::store;

TEST_CASE("frames written end to end are taken one by one", "[store]") {
  Compressor compressor;
  std::string frames;
  REQUIRE(compressor.append_frame("first", frames));
  REQUIRE(compressor.append_frame("", frames));
  REQUIRE(compressor.append_frame(std::string(100'000, 'x'), frames));
  CHECK(frames.size() < 1000);

  Decompressor decompressor;
  std::string_view rest = frames;
  std::string content;
  REQUIRE(decompressor.take_frame(rest, 100'000, content));
  CHECK(content == "first");
  REQUIRE(decompressor.take_frame(rest, 100'000, content));
  CHECK(content.empty());
  REQUIRE(decompressor.take_frame(rest, 100'000, content));
  CHECK(content == std::string(100'000, 'x'));
  CHECK(rest.empty());
}

TEST_CASE("a frame that states more than the bound is refused", "[store][hostile]") {
  Compressor compressor;
  std::string frames;
  REQUIRE(compressor.append_frame(std::string(1001, 'x'), frames));
  Decompressor decompressor;
  std::string_view rest = frames;
  std::string content;
  const auto taken = decompressor.take_frame(rest, 1000, content);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().kind == ErrorKind::bad_input);
  CHECK(taken.error().message == "zstd: a frame of 1001 bytes, at most 1000");
  CHECK(content.capacity() < 1000);
}

TEST_CASE("a frame that hides its size is refused", "[store][hostile]") {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string frame(ZSTD_compressBound(5), '\0');
  frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), "hello", 5));
  ZSTD_freeCCtx(context);

  Decompressor decompressor;
  std::string_view rest = frame;
  std::string content;
  const auto taken = decompressor.take_frame(rest, 1000, content);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().message == "zstd: a frame without a stated size");
}

TEST_CASE("a frame cut anywhere is refused", "[store][hostile]") {
  Compressor compressor;
  std::string frame;
  REQUIRE(compressor.append_frame("some content, some content, some content", frame));
  Decompressor decompressor;
  std::string content;
  for (std::size_t bytes = 0; bytes < frame.size(); ++bytes) {
    std::string_view cut = std::string_view{frame}.substr(0, bytes);
    CAPTURE(bytes);
    CHECK_FALSE(decompressor.take_frame(cut, 1000, content));
    CHECK(cut.size() == bytes);
  }
}

}  // namespace compression_test
