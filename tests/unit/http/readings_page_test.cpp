// tests/unit/http/readings_page_test.cpp - The three formats of a page: definitions, gaps, cuts,
// texts.
#include "http/readings_page.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "http/frames.h"
#include "store/block_codec.h"
#include "tests/unit/http/frames_in.h"

namespace readings_page_test {

using namespace parkwatch;
using http::PageInput;
using http::PageOutput;

namespace {

const std::string generation = "0123456789abcdef";

store::TagRow row(TagId id, std::uint32_t version, std::uint64_t sequence, const std::string& name,
                  const std::string& unit) {
  store::TagRow made{id, version, sequence, {}};
  made.tag.name = name;
  made.tag.unit = unit;
  return made;
}

Reading reading(TagId tag, std::uint64_t sequence, std::uint32_t index, Value value) {
  Reading r;
  r.tag = tag;
  r.sequence = sequence;
  r.index = index;
  r.source_time = from_us(1'767'225'600'000'000 + static_cast<std::int64_t>(sequence) * 1000);
  r.receive_time = r.source_time + Duration{1};
  r.value = std::move(value);
  r.flags = reading_has_source_time;
  return r;
}

// Two tags from before the page; one changes its unit in it, at message 13.
store::ReadingsPage sample_page() {
  store::ReadingsPage page;
  page.tags = {row(0, 1, 2, "tank/t101/level", "m"), row(1, 1, 3, "tank/t102/level", "m"),
               row(0, 2, 13, "tank/t101/level", "mm")};
  page.readings = {reading(0, 11, 0, 1.5), reading(0, 11, 1, 2.5), reading(1, 12, 0, 3.5),
                   reading(0, 13, 0, 1500.0), reading(1, 14, 0, 3.75)};
  page.next_sequence = 20;
  page.end = true;
  return page;
}

PageInput input(const store::ReadingsPage& page, std::size_t bytes_max = 1 << 20,
                bool all_definitions = true) {
  return {page, generation, 10, bytes_max, all_definitions};
}

std::vector<boost::json::object> lines_of(const std::string& body) {
  std::vector<boost::json::object> lines;
  std::size_t at = 0;
  while (at < body.size()) {
    const std::size_t end = body.find('\n', at);
    REQUIRE(end != std::string::npos);
    lines.push_back(boost::json::parse(body.substr(at, end - at)).as_object());
    at = end + 1;
  }
  return lines;
}

// "tag:name:version", "reading:sequence", ... in order.
std::vector<std::string> outline(const std::string& body) {
  std::vector<std::string> outline;
  for (const auto& line : lines_of(body)) {
    std::string type{line.at("type").as_string()};
    if (type == "tag") {
      type += ":" + std::to_string(line.at("id").to_number<int>()) + ":" +
              std::to_string(line.at("version").to_number<int>());
    } else if (type == "reading") {
      type += ":" + std::to_string(line.at("sequence").to_number<int>());
    }
    outline.push_back(type);
  }
  return outline;
}

}  // namespace

TEST_CASE("ndjson: a definition comes before the first reading that it holds for", "[http]") {
  const auto page = sample_page();
  const PageOutput out = http::ndjson_page(input(page));
  CHECK(outline(out.body) == std::vector<std::string>{"tag:0:1", "reading:11", "reading:11",
                                                      "tag:1:1", "reading:12", "tag:0:2",
                                                      "reading:13", "reading:14", "page"});
  const auto lines = lines_of(out.body);
  CHECK(lines[1].at("unit") == "m");
  CHECK(lines[6].at("unit") == "mm");
  CHECK(lines[5].at("unit") == "mm");
  CHECK(lines[5].at("sequence") == 13);
  CHECK(lines.back().at("cursor").as_string() == generation + ".20");
  CHECK(lines.back().at("end") == true);
  CHECK(out.next_sequence == 20);
}

TEST_CASE("ndjson: with changed definitions only, those before the cursor are left out", "[http]") {
  const auto page = sample_page();
  const PageOutput out = http::ndjson_page(input(page, 1 << 20, false));
  CHECK(outline(out.body) == std::vector<std::string>{"reading:11", "reading:11", "reading:12",
                                                      "tag:0:2", "reading:13", "reading:14",
                                                      "page"});
}

TEST_CASE("ndjson: a reading's line says all of it", "[http]") {
  store::ReadingsPage page;
  page.tags = {row(0, 1, 2, "tank/t101/level", "m")};
  Reading r = reading(0, 11, 3, std::string{"a\"b\nc"});
  r.source_time = from_us(1'767'225'600'123'456);
  r.receive_time = from_us(1'767'225'601'000'000);
  r.quality = Quality::uncertain;
  r.reason = QualityReason::clock_skew;
  r.flags = reading_late | reading_at_receive_time;
  page.readings = {r};
  page.next_sequence = 11;
  const auto lines = lines_of(http::ndjson_page(input(page)).body);
  CHECK(lines[1] == boost::json::parse(R"({"type":"reading","tag":"tank/t101/level",
    "time":"2026-01-01T00:00:00.123456Z","received":"2026-01-01T00:00:01Z","value":"a\"b\nc",
    "unit":"m","quality":"uncertain","reason":"clock_skew","sequence":11,"index":3,
    "flags":["late","at_receive_time"],"source_time":false})"));
  CHECK(lines.back().at("end") == false);
}

TEST_CASE("pages: a page over its size ends after a whole message, and the next begins there",
          "[http]") {
  const auto page = sample_page();
  const auto formats = {http::ndjson_page, http::csv_page};
  for (const auto& format : formats) {
    const PageOutput out = format(input(page, 1));
    CHECK(out.next_sequence == 11);  // both readings of message 11, though one is over the size
    CHECK_FALSE(out.end);
  }
  const auto frames = http::frames_page(input(page, 1));
  REQUIRE(frames);
  CHECK(frames->next_sequence == 11);
  CHECK_FALSE(frames->end);
  std::vector<Reading> readings;
  for (const auto& frame : test::frames_in(frames->body)) {
    if (frame.has_block()) REQUIRE(store::decode_block(frame.block(), readings));
  }
  CHECK(readings.size() == 2);
}

TEST_CASE("pages: definitions after the cut wait for the next page", "[http]") {
  const auto page = sample_page();
  const PageOutput out = http::ndjson_page(input(page, 1));
  CHECK(outline(out.body) ==
        std::vector<std::string>{"tag:0:1", "reading:11", "reading:11", "page"});
}

TEST_CASE("pages: an empty page still moves the cursor and tells definitions and gaps", "[http]") {
  store::ReadingsPage page;
  page.tags = {row(4, 1, 15, "tank/t104/level", "m")};
  page.gaps = {{11, 14, from_us(1'000'000), from_us(2'000'000), 77, "size", true}};
  page.next_sequence = 30;
  page.end = true;
  const PageOutput out = http::ndjson_page(input(page));
  CHECK(outline(out.body) == std::vector<std::string>{"gap", "tag:4:1", "page"});
  const auto gap = lines_of(out.body)[0];
  CHECK(gap.at("first_sequence") == 11);
  CHECK(gap.at("last_sequence") == 14);
  CHECK(gap.at("readings") == 77);
  CHECK(gap.at("reason") == "size");
  CHECK(gap.at("from") == "1970-01-01T00:00:01Z");

  const auto frames = http::frames_page(input(page));
  REQUIRE(frames);
  const auto read = test::frames_in(frames->body);
  REQUIRE(read.size() == 3);
  CHECK(read[0].gap().readings() == 77);
  CHECK(read[1].tags().tags(0).name() == "tank/t104/level");
  CHECK(read[2].page().cursor() == generation + ".30");
  CHECK(read[2].page().end());
}

TEST_CASE("csv: quotes what needs it and keeps every column", "[http]") {
  store::ReadingsPage page;
  page.tags = {row(0, 1, 2, "tank/t101/state", "a,b")};
  page.readings = {reading(0, 11, 0, std::string{"say \"hi\",\r\nbye"}), reading(0, 12, 0, true),
                   reading(0, 13, 0, std::int64_t{-5})};
  page.readings[1].flags |= reading_late | reading_retained;
  page.readings[2].quality = Quality::bad;
  page.readings[2].reason = QualityReason::out_of_range;
  page.next_sequence = 13;
  const PageOutput out = http::csv_page(input(page));
  CHECK(out.body ==
        "tag,time,received,value,unit,quality,reason,flags,sequence,index\r\n"
        "tank/t101/state,2026-01-01T00:00:00.011Z,2026-01-01T00:00:00.011001Z,"
        "\"say \"\"hi\"\",\r\nbye\",\"a,b\",good,,,11,0\r\n"
        "tank/t101/state,2026-01-01T00:00:00.012Z,2026-01-01T00:00:00.012001Z,"
        "true,\"a,b\",good,,late retained,12,0\r\n"
        "tank/t101/state,2026-01-01T00:00:00.013Z,2026-01-01T00:00:00.013001Z,"
        "-5,\"a,b\",bad,out_of_range,,13,0\r\n");
}

TEST_CASE(
    "csv: a text with blanks at its ends is quoted, since whoever reads tables takes them off",
    "[http]") {
  store::ReadingsPage page;
  page.tags = {row(0, 1, 2, "a/b/batch", "")};
  for (const char* text : {" B", "B\t", " ", "B 1", ""}) {
    page.readings.push_back(reading(0, 11 + page.readings.size(), 0, std::string{text}));
  }
  const std::string body = http::csv_page(input(page)).body;
  for (const char* cell : {",\" B\",", ",\"B\t\",", ",\" \",", ",B 1,", "001Z,,,good"}) {
    CHECK_THAT(body, Catch::Contains(cell));
  }
}

TEST_CASE("csv: a changed unit is that of the lines after it", "[http]") {
  const PageOutput out = http::csv_page(input(sample_page()));
  CHECK_THAT(out.body, Catch::Contains(",2.5,m,") && Catch::Contains(",1500.0,mm,"));
}

TEST_CASE("csv: gaps are told in the header, many of them as few", "[http]") {
  store::ReadingsPage page;
  for (std::uint64_t i = 0; i < 500; ++i) {
    page.gaps.push_back({i * 10, i * 10 + 5, from_us(1), from_us(2), 3, "age\r\nX: y", false});
  }
  const PageOutput out = http::csv_page(input(page));
  REQUIRE(out.headers.size() == 20);
  CHECK(out.headers[0].second ==
        "0-5; readings=3; from=1970-01-01T00:00:00.000001Z; to=1970-01-01T00:00:00.000002Z; "
        "reason=agey");
  CHECK_THAT(out.headers[19].second, Catch::StartsWith("190-4995; readings=1443;"));
}

TEST_CASE("protobuf: a block follows its definitions and ends where one changes", "[http]") {
  const auto page = sample_page();
  const auto out = http::frames_page(input(page));
  REQUIRE(out);
  const auto frames = test::frames_in(out->body);
  REQUIRE(frames.size() == 5);
  CHECK(frames[0].tags().tags_size() == 2);
  CHECK(frames[1].block().first_sequence() == 11);
  CHECK(frames[1].block().last_sequence() == 12);
  CHECK(frames[1].block().generation() == generation);
  REQUIRE(frames[2].tags().tags_size() == 1);
  CHECK(frames[2].tags().tags(0).unit() == "mm");
  CHECK(frames[3].block().first_sequence() == 13);
  CHECK(frames[3].block().last_sequence() == 20);
  CHECK(frames[4].page().cursor() == generation + ".20");
  std::vector<Reading> readings;
  REQUIRE(store::decode_block(frames[1].block(), readings));
  REQUIRE(store::decode_block(frames[3].block(), readings));
  CHECK(readings == page.readings);
}

TEST_CASE("protobuf: more readings than a block holds become several", "[http]") {
  store::ReadingsPage page;
  page.tags = {row(0, 1, 2, "tank/t101/level", "m")};
  for (std::uint64_t i = 0; i < store::block_readings_max + 100; ++i) {
    page.readings.push_back(reading(0, 11 + i / 3, static_cast<std::uint32_t>(i % 3), 1.0));
  }
  page.next_sequence = page.readings.back().sequence;
  const auto out = http::frames_page(input(page, std::size_t{8} << 20));
  REQUIRE(out);
  std::vector<Reading> readings;
  std::size_t blocks = 0;
  for (const auto& frame : test::frames_in(out->body)) {
    if (!frame.has_block()) continue;
    ++blocks;
    REQUIRE(store::decode_block(frame.block(), readings));
  }
  CHECK(blocks == 2);
  CHECK(readings == page.readings);
}

TEST_CASE("frames: lengths are varints of any size", "[http]") {
  std::string body;
  for (const std::size_t size : {0, 1, 100, 127, 128, 16'000, 3'000'000}) {
    v1::PullFrame frame;
    frame.mutable_page()->set_cursor(std::string(size, 'x'));
    http::append_frame(body, frame);
  }
  const auto frames = test::frames_in(body);
  REQUIRE(frames.size() == 7);
  CHECK(frames[6].page().cursor().size() == 3'000'000);
}

}  // namespace readings_page_test
