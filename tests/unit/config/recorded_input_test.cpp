// tests/unit/config/recorded_input_test.cpp - What a pull wrote as CSV, as a test's input.
#include "config/recorded_input.h"

#include <catch2/catch.hpp>

#include "given.h"

namespace recorded_input_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

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
[[rule]]
id = "level"
kind = "limit"
tags = ["a/b/level"]
H = 85
)";
const std::string titles = "tag,time,received,value,unit,quality,reason,flags,sequence,index\r\n";

Loaded with(const std::string& csv, const std::string& more = "") {
  const Folder folder;
  folder.write("p.toml", park + "[[test]]\nname = \"n\"\ninput = { csv = \"day.csv\" }\n" +
                             "expect = \"\"\n" + more);
  folder.write("day.csv", csv);
  return load_from(folder, "p.toml");
}

const RuleTest& test_of(const Loaded& loaded) {
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  return loaded.config->tests.front();
}

}  // namespace

TEST_CASE("recorded input: a message is a row, at its time since the first", "[config]") {
  const Loaded loaded = with(
      titles + "a/b/level,2026-05-01T08:00:00Z,2026-05-01T08:00:00.250Z,70,m,good,,,11,0\r\n" +
      "a/b/valve,2026-05-01T08:00:00Z,2026-05-01T08:00:00.250Z,1,,good,,,11,1\r\n" +
      "a/b/"
      "level,2026-05-01T08:00:05Z,2026-05-01T08:00:09Z,91.5,m,uncertain,clock_skew,late,12,0\r\n" +
      "a/b/sum,2026-05-01T08:00:09Z,2026-05-01T08:00:09Z,91.5,m,good,,derived,12,1\r\n" +
      "a/b/level,2026-05-01T08:00:10Z,2026-05-01T08:00:10Z,,m,bad,comm_lost,,13,0\r\n" +
      "a/b/level,2026-05-01T06:00:00Z,2026-05-01T08:00:11Z,12,m,good,,late historical,14,0\r\n");
  const RuleTest& test = test_of(loaded);
  CHECK(test.begin == *parse_rfc3339("2026-05-01T08:00:00.250Z"));
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
  CHECK_FALSE(test.input[2].readings[0].value);
  CHECK(test.input[2].readings[0].reason == QualityReason::comm_lost);
  CHECK(test.input[3].readings[0].historical);
  CHECK(test.until == 10750ms);
}

TEST_CASE("recorded input: times count from the beginning that is given", "[config]") {
  const Loaded loaded =
      with(titles + "a/b/level,2026-05-01T08:00:00Z,2026-05-01T08:00:00Z,70,m,good,,,11,0\r\n",
           "begin = \"2026-05-01T07:00:00Z\"\n");
  CHECK(test_of(loaded).input[0].at == 1h);
  CHECK(test_of(loaded).begin == *parse_rfc3339("2026-05-01T07:00:00Z"));
}

TEST_CASE("recorded input: what is wrong is told at its cell", "[config]") {
  const auto said = [](const std::string& line, const std::string& more = "") {
    return with(titles + line + "\r\n", more).said();
  };
  const std::string times = "2026-05-01T08:00:00Z,2026-05-01T08:00:00Z,";
  CHECK_THAT(said("a/b/levle," + times + "70,m,good,,,11,0"),
             Catch::Contains("day.csv:2:1 error test.input.csv: unknown tag \"a/b/levle\""));
  CHECK_THAT(said("a/b/level," + times + "much,m,good,,,11,0"),
             Catch::Contains("\"much\" is no value of a/b/level"));
  CHECK_THAT(said("a/b/level," + times + ",m,good,,,11,0"), Catch::Contains("is no value of"));
  CHECK_THAT(said("a/b/level," + times + "70,m,fine,,,11,0"), Catch::Contains("is no quality"));
  CHECK_THAT(said("a/b/level," + times + "70,m,bad,rust,,11,0"),
             Catch::Contains("unknown reason \"rust\""));
  CHECK_THAT(said("a/b/level,noon,noon,70,m,good,,,11,0"), Catch::Contains("\"noon\" is no time"));
  CHECK_THAT(said("a/b/level," + times + "70"), Catch::Contains("needs 10 cells"));
  CHECK_THAT(said("a/b/level," + times + "70,m,good,,,11,0", "begin = \"2026-05-02T00:00:00Z\"\n"),
             Catch::Contains("or before `begin`"));
  CHECK_THAT(with("tag,value\r\na/b/level,7\r\n").said(),
             Catch::Contains("is not the first line of what parkwatch pull --format csv writes"));
}

}  // namespace recorded_input_test
