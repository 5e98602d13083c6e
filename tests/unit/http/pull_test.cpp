// tests/unit/http/pull_test.cpp - What a pull asks for, which cursors are refused, and how a page
// is wrapped up.
#include "http/pull.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "http/server.h"
#include "store/compression.h"

namespace pull_test {

using namespace parkwatch;
using namespace std::chrono_literals;
using http::Format;

namespace {

struct Asked {
  std::optional<http::PullShape> shape;
  std::string mistake;  // "" when all is well
};

Asked ask(const std::string& target, const std::string& accept = "",
          const std::string& encoding = "") {
  http::HttpOptions options;
  options.wait_max = 60s;
  options.page_bytes_max = 5000;
  http::Request request;
  request.target = http::parse_target(target).value();
  request.accept = accept;
  request.accept_encoding = encoding;
  http::Parameters parameters{request.target};
  Asked asked;
  asked.shape = http::read_shape(request, options, {Format::ndjson, Format::protobuf}, parameters);
  if (const auto refused = parameters.finish()) {
    asked.mistake = std::string{boost::json::parse(refused->body).at("detail").as_string()};
  }
  return asked;
}

std::string header(const http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "(none)";
}

const std::string generation = "0123456789abcdef";

}  // namespace

TEST_CASE("pull: without a query it begins at the beginning, waits for nothing, in plain lines",
          "[http]") {
  const Asked asked = ask("/v1/readings");
  REQUIRE(asked.shape);
  CHECK(asked.mistake.empty());
  CHECK(asked.shape->format == Format::ndjson);
  CHECK_FALSE(asked.shape->zstd);
  CHECK_FALSE(asked.shape->after);
  CHECK(asked.shape->wait == 0s);
  CHECK(asked.shape->bytes_max == 5000);
}

TEST_CASE("pull: what is asked for is what is read", "[http]") {
  const Asked asked = ask("/v1/readings?wait=60&after=" + generation + ".17",
                          "application/x-protobuf", "gzip, zstd");
  REQUIRE(asked.shape);
  CHECK(asked.mistake.empty());
  CHECK(asked.shape->format == Format::protobuf);
  CHECK(asked.shape->zstd);
  CHECK(asked.shape->after->generation == generation);
  CHECK(asked.shape->after->sequence == 17);
  CHECK(asked.shape->wait == 60s);
}

TEST_CASE("pull: a wait beyond the longest, a broken cursor and a format that is not offered",
          "[http][fault]") {
  CHECK(ask("/v1/readings?wait=61").mistake ==
        "parameter 'wait': must be a whole number from 0 to 60, not '61'");
  for (const char* cursor :
       {"", "17", ".", "x.", ".17", "0123456789abcdef", "0123456789abcdef.", "0123456789abcdef.x",
        "0123456789abcdef.-1", "0123456789ABCDEF.1", "0123456789abcde.1", "0123456789abcdef0.1",
        "0123456789abcdef.1.2", "0123456789abcdef.9223372036854775808"}) {
    CAPTURE(cursor);
    CHECK(ask(std::string{"/v1/readings?after="} + cursor).mistake ==
          "parameter 'after': is no cursor; take it from an earlier answer's Parkwatch-Cursor");
  }
  CHECK_FALSE(ask("/v1/readings", "text/csv").shape);
  CHECK_FALSE(ask("/v1/readings", "image/png").shape);
}

TEST_CASE("pull: a cursor of another generation is gone, with what is lost and where to begin",
          "[http][fault]") {
  const auto gone = http::refuse_cursor({"aaaaaaaaaaaaaaaa", 9}, generation, 100);
  REQUIRE(gone);
  CHECK(gone->status == 410);
  const auto body = boost::json::parse(gone->body);
  CHECK(body.at("generation").as_string() == generation);
  CHECK(body.at("gap").at("generation").as_string() == "aaaaaaaaaaaaaaaa");
  CHECK(body.at("gap").at("after").to_number<std::uint64_t>() == 9);
  // Where to begin is a cursor that this store takes.
  const auto restart = store::parse_cursor(std::string{body.at("restart").as_string()});
  REQUIRE(restart);
  CHECK(restart->sequence == 0);
  CHECK_FALSE(http::refuse_cursor(*restart, generation, 0));
}

TEST_CASE("pull: a cursor may stand at the last one, and not ahead of it", "[http][fault]") {
  CHECK_FALSE(http::refuse_cursor({generation, 0}, generation, 100));
  CHECK_FALSE(http::refuse_cursor({generation, 100}, generation, 100));
  const auto ahead = http::refuse_cursor({generation, 101}, generation, 100);
  REQUIRE(ahead);
  CHECK(ahead->status == 400);
  CHECK(boost::json::parse(ahead->body).at("detail").as_string() ==
        "the cursor lies ahead of what is stored here: 101 > 100");
}

TEST_CASE("pull: a page says its type, its cursor and what it depends on", "[http]") {
  http::PullShape shape;
  for (const auto& [format, type] :
       {std::pair{Format::ndjson, "application/x-ndjson"},
        std::pair{Format::csv, "text/csv; charset=utf-8; header=present"},
        std::pair{Format::protobuf, "application/x-protobuf"}}) {
    shape.format = format;
    const auto page = http::page_response(shape, "x\n", {generation, 7});
    REQUIRE(page);
    CHECK(page->status == 200);
    CHECK(page->content_type == type);
    CHECK(header(*page, "Parkwatch-Cursor") == generation + ".7");
    CHECK(header(*page, "Vary") == "Accept, Accept-Encoding");
    CHECK(header(*page, "Content-Encoding") == "(none)");
    CHECK(page->body == "x\n");
  }
}

TEST_CASE("pull: a page is compressed from 512 bytes on, where the client takes it", "[http]") {
  http::PullShape shape;
  const std::string body(512, 'x');
  CHECK(http::page_response(shape, body, {generation, 7})->body == body);
  shape.zstd = true;
  CHECK(http::page_response(shape, body.substr(1), {generation, 7})->body == body.substr(1));
  const auto page = http::page_response(shape, body, {generation, 7});
  REQUIRE(page);
  CHECK(header(*page, "Content-Encoding") == "zstd");
  CHECK(page->body.size() < 100);
  std::string_view frames = page->body;
  std::string plain;
  store::Decompressor decompressor;
  REQUIRE(decompressor.take_frame(frames, body.size(), plain));
  CHECK(plain == body);
  CHECK(frames.empty());
}

}  // namespace pull_test
