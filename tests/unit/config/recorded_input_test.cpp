// tests/unit/config/recorded_input_test.cpp - What a pull wrote as CSV, as a test's input.
#include "config/recorded_input.h"

#include <catch2/catch.hpp>
#include <vector>

#include "given.h"

namespace recorded_input_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

const std::string park = R"(
daemon.park = "p"
[[source]]
name = "s"
driver = "mqtt"
[[tag]]
name = "a/b/level"
[[tag]]
name = "a/b/valve"
states = [{ number = 0, word = "closed" }, { number = 1, word = "open" }]
[[tag]]
name = "a/b/batch"
type = "text"
[[rule]]
id = "level"
kind = "limit"
tags = ["a/b/level"]
H = 85
)";
const std::string titles = "tag,time,received,value,unit,quality,reason,flags,sequence,index\r\n";

// A line of a pull, its cells as they are written.
struct Pulled {
  std::string tag = "a/b/level";
  std::string time = "2026-05-01T08:00:00Z";
  std::string received = time;
  std::string value = "70";
  std::string quality = "good";
  std::string reason = {};
  std::string flags = {};
  std::string sequence = "11";
  std::string index = "0";
};

std::string csv_of(const Pulled& line) {
  return line.tag + ',' + line.time + ',' + line.received + ',' + line.value + ",m," +
         line.quality + ',' + line.reason + ',' + line.flags + ',' + line.sequence + ',' +
         line.index + "\r\n";
}

// A test whose input is this file, with `keys` of its own.
Loaded with_file(const std::string& csv, const std::string& keys = "") {
  const Folder folder;
  folder.write("p.toml", park + "[[test]]\nname = \"n\"\ninput = { csv = \"day.csv\" }\n" +
                             "expect = \"\"\n" + keys);
  folder.write("day.csv", csv);
  return load_from(folder, "p.toml");
}

Loaded with(const std::vector<Pulled>& lines, const std::string& keys = "") {
  std::string csv = titles;
  for (const Pulled& line : lines) csv += csv_of(line);
  return with_file(csv, keys);
}

std::string said_of(const std::vector<Pulled>& lines, const std::string& keys = "") {
  return with(lines, keys).said();
}

const RuleTest& test_of(const Loaded& loaded) {
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  return loaded.config->tests.front();
}

}  // namespace

TEST_CASE("recorded input: a message is a row, at its time since the first", "[config]") {
  const std::string first = "2026-05-01T08:00:00.250Z";
  const Loaded loaded = with({
      {.received = first},
      {.tag = "a/b/valve", .received = first, .value = "1", .index = "1"},
      {.time = "2026-05-01T08:00:05Z",
       .received = "2026-05-01T08:00:09Z",
       .value = "91.5",
       .quality = "uncertain",
       .reason = "clock_skew",
       .flags = "late",
       .sequence = "12"},
      {.tag = "a/b/sum", .received = "2026-05-01T08:00:09Z", .flags = "derived", .sequence = "12"},
      {.time = "2026-05-01T08:00:10Z",
       .value = "120",
       .quality = "bad",
       .reason = "out_of_range",
       .sequence = "13"},
      {.time = "2026-05-01T06:00:00Z",
       .received = "2026-05-01T08:00:11Z",
       .flags = "late historical",
       .sequence = "14"},
  });
  const RuleTest& test = test_of(loaded);
  CHECK(test.begin == *parse_rfc3339(first));
  REQUIRE(test.input.size() == 4);
  CHECK(test.input[0].at == 0s);
  REQUIRE(test.input[0].readings.size() == 2);
  CHECK(test.input[0].readings[0].value == Value{70.0});
  CHECK(test.input[0].readings[0].time == -250ms);
  CHECK(test.input[0].readings[1].value == Value{std::int64_t{1}});
  CHECK(test.input[1].at == 8750ms);
  CHECK(test.input[1].readings.size() == 1);  // what is derived is computed
  CHECK(test.input[1].readings[0].time == 4750ms);
  CHECK(test.input[1].readings[0].quality == Quality::uncertain);
  CHECK(test.input[1].readings[0].reason == QualityReason::clock_skew);
  CHECK(test.input[2].readings[0].value == Value{120.0});
  CHECK(test.input[2].readings[0].quality == Quality::bad);
  CHECK(test.input[2].readings[0].reason == QualityReason::out_of_range);
  CHECK_FALSE(test.input[2].readings[0].historical);
  CHECK(test.input[3].readings[0].historical);
  CHECK(test.until == 10750ms);
}

TEST_CASE("recorded input: times count from the beginning that is given", "[config]") {
  const Loaded loaded = with({{}}, "begin = \"2026-05-01T07:00:00Z\"\n");
  CHECK(test_of(loaded).input[0].at == 1h);
  CHECK(test_of(loaded).begin == *parse_rfc3339("2026-05-01T07:00:00Z"));
}

TEST_CASE("recorded input: a text is what its cell holds, also blanks, a dash and nothing",
          "[config]") {
  const auto text_in = [](const std::string& cell) {
    const Loaded loaded = with({{.tag = "a/b/batch", .value = cell}});
    return *test_of(loaded).input[0].readings[0].value;
  };
  CHECK(text_in("B-17") == Value{std::string{"B-17"}});
  CHECK(text_in("-") == Value{std::string{"-"}});
  CHECK(text_in("") == Value{std::string{}});
  CHECK(text_in("\" B,17\t\"") == Value{std::string{" B,17\t"}});
}

TEST_CASE("recorded input: a recording without a message is an error that says why", "[config]") {
  CHECK(said_of({}) == "<folder>/day.csv:1:1 error test.input.csv: holds no message\n");
  CHECK(said_of({{.flags = "late derived"}}) ==
        "<folder>/day.csv:2:1 error test.input.csv: holds no message: readings of derived tags are "
        "computed\n");
  // A message that cannot be read is one.
  CHECK_THAT(said_of({{.value = "much"}}), !Contains("holds no message"));
  CHECK_THAT(with_file(titles + "a/b/level,70\r\n").said(), !Contains("holds no message"));
}

TEST_CASE("recorded input: what is wrong is told at its cell", "[config]") {
  CHECK_THAT(said_of({{.tag = "a/b/levle"}}),
             Contains("day.csv:2:1 error test.input.csv: unknown tag \"a/b/levle\"; did you mean"));
  CHECK_THAT(said_of({{.value = "much"}}),
             Contains("day.csv:2:53 error test.input.csv: \"much\" is no value of a/b/level, which "
                      "is float64"));
  CHECK_THAT(said_of({{.value = "-", .quality = "bad"}}),
             Contains("\"-\" is no value of a/b/level"));
  CHECK_THAT(said_of({{.value = ""}}), Contains("\"\" is no value of a/b/level"));
  CHECK_THAT(said_of({{.tag = "a/b/valve", .value = "opem"}}), Contains("did you mean \"open\"?"));
  CHECK_THAT(said_of({{.quality = "fine"}}),
             Contains("\"fine\" is no quality: good, uncertain or bad"));
  CHECK_THAT(said_of({{.reason = "first_valu"}}),
             Contains("unknown reason \"first_valu\"; did you mean \"first_value\"?"));
  CHECK_THAT(said_of({{.time = "noon"}}), Contains("\"noon\" is no time"));
  CHECK_THAT(with_file(titles + "a/b/level,70\r\n").said(), Contains("needs 10 cells"));
  CHECK_THAT(with_file("tag,value\r\na/b/level,7\r\n").said(),
             Contains("is not the first line of what parkwatch pull --format csv writes"));
}

TEST_CASE("recorded input: what was received before `begin`, or before the line before, is told",
          "[config]") {
  const std::string begin = "begin = \"2026-05-01T07:59:59Z\"\n";
  const Pulled earlier{.time = "2026-05-01T07:59:00Z", .sequence = "12"};
  CHECK_THAT(said_of({earlier}, begin),
             Contains("day.csv:2:32 error test.input.csv: was received before `begin`"));
  // A clock that was set back.
  for (const char* keys : {"", "begin = \"2026-05-01T07:00:00Z\"\n"}) {
    CHECK_THAT(said_of({{}, earlier}, keys),
               Contains("day.csv:3:32 error test.input.csv: was received before the line before"));
  }
}

TEST_CASE("recorded input: it is no longer than a test may be", "[config]") {
  const std::string begin = "begin = \"2025-03-27T08:00:00Z\"\n";
  CHECK(test_of(with({{}}, begin)).input[0].at == test_length_max);
  CHECK_THAT(said_of({{.time = "2026-05-01T08:00:00.000001Z"}}, begin),
             Contains("day.csv:2:39 error test.input.csv: \"2026-05-01T08:00:00.000001Z\" is more "
                      "than 400 days after the beginning"));
  std::vector<Pulled> lines(test_rows_max + 1);
  for (std::size_t i = 0; i < lines.size(); ++i) lines[i].sequence = std::to_string(i + 1);
  CHECK_THAT(said_of(lines), Contains("day.csv:100002:65 error test.input.csv: more than 100000 "
                                      "messages"));
}

}  // namespace recorded_input_test
