// tests/unit/parkwatch/page_content_test.cpp - Pages in the three formats, whole and damaged.
#include "tools/parkwatch/page_content.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <catch2/catch.hpp>

#include "parkwatch/v1/pull.pb.h"

namespace page_content_test {

using namespace parkwatch;
using namespace parkwatch::cli;

namespace {

const std::string ndjson =
    R"({"type":"gap","first_sequence":1,"last_sequence":9,"from":"2026-01-01T00:00:00Z",)"
    R"("to":"2026-01-02T00:00:00Z","readings":1200,"reason":"size"})"
    "\n"
    R"({"type":"tag","name":"a/b/c","id":0})"
    "\n"
    R"({"type":"reading","tag":"a/b/c","time":"2026-01-02T00:00:00Z","value":1})"
    "\n"
    R"({"type":"reading","tag":"a/b/c","time":"2026-01-02T00:00:01Z","value":2})"
    "\n"
    R"({"type":"page","cursor":"g.11","end":true})"
    "\n";

void add(std::string& out, const v1::PullFrame& frame) {
  google::protobuf::io::StringOutputStream stream{&out};
  google::protobuf::io::CodedOutputStream coded{&stream};
  coded.WriteVarint32(static_cast<std::uint32_t>(frame.ByteSizeLong()));
  REQUIRE(frame.SerializeToCodedStream(&coded));
}

std::string frames() {
  std::string out;
  v1::PullFrame gap;
  gap.mutable_gap()->set_readings(1200);
  gap.mutable_gap()->set_reason("age");
  add(out, gap);
  v1::PullFrame tags;
  tags.mutable_tags()->add_tags()->set_name("a/b/c");
  add(out, tags);
  v1::PullFrame block;
  for (std::uint32_t i = 0; i < 300; ++i) block.mutable_block()->add_tag_id(i);
  add(out, block);
  v1::PullFrame page;
  page.mutable_page()->set_cursor("g.11");
  add(out, page);
  return out;
}

}  // namespace

TEST_CASE("page content: lines are counted and gaps told", "[cli]") {
  const auto content = read_page(PullFormat::ndjson, ndjson, "");
  REQUIRE(content);
  CHECK(content->readings == 2);
  CHECK(content->definitions == 1);
  CHECK(content->lost_readings == 1200);
  REQUIRE(content->gaps.size() == 1);
  CHECK(content->gaps[0].find("1200 readings received from 2026-01-01T00:00:00Z to "
                              "2026-01-02T00:00:00Z were given up (size)") == 0);
  CHECK_FALSE(content->nothing());
}

TEST_CASE("page content: a page that only ends holds nothing", "[cli]") {
  const auto content = read_page(PullFormat::ndjson,
                                 R"({"type":"page","cursor":"g.1","end":true})"
                                 "\n",
                                 "");
  REQUIRE(content);
  CHECK(content->nothing());
}

TEST_CASE("page content: no page that is cut anywhere is taken", "[cli]") {
  for (std::size_t bytes = 0; bytes < ndjson.size(); ++bytes) {
    CAPTURE(bytes);
    REQUIRE_FALSE(read_page(PullFormat::ndjson, std::string_view{ndjson}.substr(0, bytes), ""));
  }
  const std::string whole = frames();
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    CAPTURE(bytes);
    REQUIRE_FALSE(read_page(PullFormat::protobuf, std::string_view{whole}.substr(0, bytes), ""));
  }
}

TEST_CASE("page content: nothing may follow the end", "[cli]") {
  CHECK_FALSE(read_page(PullFormat::ndjson, ndjson + ndjson, ""));
  CHECK_FALSE(read_page(PullFormat::protobuf, frames() + frames(), ""));
}

TEST_CASE("page content: frames are counted and gaps told", "[cli]") {
  const auto content = read_page(PullFormat::protobuf, frames(), "");
  REQUIRE(content);
  CHECK(content->readings == 300);
  CHECK(content->definitions == 1);
  CHECK(content->lost_readings == 1200);
  CHECK(content->gaps.size() == 1);
}

TEST_CASE("page content: bytes that are no frames are refused", "[cli]") {
  CHECK_FALSE(read_page(PullFormat::protobuf, std::string(11, '\xFF'), ""));
  CHECK_FALSE(read_page(PullFormat::protobuf, "\x05hello", ""));
  CHECK_FALSE(read_page(PullFormat::protobuf, "<html></html>", ""));
}

TEST_CASE("page content: a gap line that says nothing is refused", "[cli]") {
  CHECK_FALSE(read_page(PullFormat::ndjson,
                        "{\"type\":\"gap\"}\n{\"type\":\"page\",\"cursor\":\"g.1\"}\n", ""));
  CHECK_FALSE(read_page(PullFormat::ndjson,
                        "{\"type\":\"gap\",\"readings\":-4}\n{\"type\":\"page\"}\n", ""));
}

TEST_CASE("page content: CSV rows with quoted line ends are one reading each", "[cli]") {
  const std::string body =
      "tag,time,received,value,unit\r\n"
      "a,t,t,1,m\r\n"
      "a,t,t,\"two\r\nlines \"\"quoted\"\"\",\r\n";
  const auto content = read_page(
      PullFormat::csv, body,
      "1-9; readings=12; from=a; to=b; reason=size\n10-11; readings=3; from=b; to=c; reason=age");
  REQUIRE(content);
  CHECK(content->readings == 2);
  CHECK(content->lost_readings == 15);
  CHECK(content->gaps.size() == 2);
  CHECK(without_csv_titles(body).starts_with("a,t,t,1,m"));
  CHECK_FALSE(read_page(PullFormat::csv, body.substr(0, body.size() - 4), ""));
  CHECK_FALSE(read_page(PullFormat::csv, "<html>\n", ""));
}

TEST_CASE("page content: formats have a word and a media type", "[cli]") {
  CHECK(to_text(PullFormat::ndjson) == "ndjson");
  CHECK(to_text(PullFormat::csv) == "csv");
  CHECK(to_text(PullFormat::protobuf) == "protobuf");
  CHECK(media_type_of(PullFormat::ndjson) == "application/x-ndjson");
  CHECK(media_type_of(PullFormat::csv) == "text/csv");
  CHECK(media_type_of(PullFormat::protobuf) == "application/x-protobuf");
}

}  // namespace page_content_test
