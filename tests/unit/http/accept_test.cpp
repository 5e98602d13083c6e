// tests/unit/http/accept_test.cpp - Which format and encoding a client gets.
#include "http/accept.h"

#include <catch2/catch.hpp>

namespace accept_test {

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
      // A weight is the parameter `q` alone, and what is no weight is none.
      {"text/csv;seq=0", Format::csv},
      {"text/csv;header=present;q=0", std::nullopt},
      {"text/csv; header=present ; q=0.2, application/x-protobuf;q=0.3", Format::protobuf},
      {"text/csv;q=none", Format::csv},
      {"text/csv;q=.9, application/x-protobuf;q=0.95", Format::csv},
      {"text/csv;q=1.001, application/x-protobuf;q=0.999", Format::csv},
      {"text/csv;q=0.0005, application/x-protobuf;q=0.001", Format::csv},
      {"text/csv;q=-1", Format::csv},
      {"text/csv;Q=0.1, application/x-protobuf;q=0.2", Format::protobuf},
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
  CHECK(accepts_zstd("zstd;freq=0"));
  CHECK(accepts_zstd("zstd;q="));
}

}  // namespace accept_test
