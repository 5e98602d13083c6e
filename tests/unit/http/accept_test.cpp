// tests/unit/http/accept_test.cpp - Which format and encoding a client gets.
#include "http/accept.h"

#include <catch2/catch.hpp>

using namespace parkwatch::http;

TEST_CASE("accept: the client's best offered format is taken, NDJSON by default", "[http]") {
  struct Case {
    const char* accept;
    std::optional<Format> format;
  };
  const Case cases[] = {
      {"", Format::ndjson},
      {"*/*", Format::ndjson},
      {"text/csv", Format::csv},
      {"Text/CSV", Format::csv},
      {"text/*", Format::csv},
      {"application/*", Format::ndjson},
      {"application/x-protobuf", Format::protobuf},
      {"application/x-protobuf;q=0.5, text/csv;q=0.9", Format::csv},
      {"application/x-protobuf;q=0.9, text/csv;q=0.5", Format::protobuf},
      {"text/csv;q=0, */*", Format::ndjson},
      {"application/x-ndjson;q=0, */*;q=0.1", Format::csv},
      {"text/csv, */*;q=0.1", Format::csv},
      {"text/html", std::nullopt},
      {"application/json", std::nullopt},
      {"text/csvx, application/x-ndjson2", std::nullopt},
      {"text/csv;q=0", std::nullopt},
      {" ,, ;q=1,", std::nullopt},
  };
  for (const auto& [accept, format] : cases) {
    CAPTURE(accept);
    CHECK(choose_format(accept, {Format::ndjson, Format::csv, Format::protobuf}) == format);
  }
  CHECK_FALSE(choose_format("text/csv", {Format::ndjson, Format::protobuf}));
}

TEST_CASE("accept: zstd is used only where the client names it", "[http]") {
  CHECK(accepts_zstd("zstd"));
  CHECK(accepts_zstd("gzip, deflate, br, ZSTD"));
  CHECK(accepts_zstd("gzip;q=1.0, zstd;q=0.5"));
  CHECK_FALSE(accepts_zstd(""));
  CHECK_FALSE(accepts_zstd("gzip"));
  CHECK_FALSE(accepts_zstd("zstd;q=0"));
  CHECK_FALSE(accepts_zstd("zstd;q=0.000"));
  CHECK_FALSE(accepts_zstd("*"));
}
