// tests/unit/parkwatch/check_test.cpp - `parkwatch check` on real files: every mistake, and its
// code.
#include "tools/parkwatch/check.h"

#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "tests/support/temp_dir.h"
#include "tests/unit/parkwatch/recording_console.h"

namespace check_test {

using namespace parkwatch;
using namespace parkwatch::cli;

namespace {

// Three mistakes: one of the configuration's, one of the driver's, one driver that is none.
constexpr const char* bad = R"([daemon]
park = "park-a"
log_level = "lous"

[[source]]
name = "park"
driver = "mqtt"
url = "ftp://127.0.0.1"

[[source]]
name = "other"
driver = "mqt"
)";

const std::string good = R"([daemon]
park = "park-a"

[[source]]
name = "park"
driver = "mqtt"
url = "mqtt://127.0.0.1"

[[source.mapping]]
topic = "park/{site}/{device}/{quantity}"
tag = "{site}/{device}/{quantity}"
value = "/value"

[[tag]]
name = "a/b/c"

[[rule]]
id = "level"
kind = "limit"
tags = ["a/b/c"]
H = 80
HH = 90
)";

const std::string tested = good + R"(
[[test]]
name = "it rises"
rule = "level"
input = """
t     a/b/c
0s    70
10s   85
"""
)";

std::string written(const test::TempDir& dir, const std::string& text) {
  const std::string path = dir.path() / "parkwatch.toml";
  std::ofstream{path} << text;
  return path;
}

}  // namespace

TEST_CASE("check: the shipped configuration is good", "[cli]") {
  test::RecordingConsole rec;
  const CheckCommand command{PARKWATCH_SOURCE_DIR "/config/parkwatch.toml"};
  CHECK(check(command, rec.console) == exit_ok);
  CAPTURE(rec.out.str());
  CHECK(rec.out.str().find("0 errors, ") != std::string::npos);
}

TEST_CASE("check: says every mistake, a line each, and counts them", "[cli]") {
  const test::TempDir dir;
  test::RecordingConsole rec;
  CHECK(check(CheckCommand{written(dir, bad)}, rec.console) == exit_no);
  const std::string out = rec.out.str();
  CAPTURE(out);
  CHECK(out.find(":3:") != std::string::npos);
  CHECK(out.find("lous") != std::string::npos);
  CHECK(out.find(":8:") != std::string::npos);
  CHECK(out.find("unknown driver \"mqt\"; did you mean \"mqtt\"?") != std::string::npos);
  const auto lines = std::count(out.begin(), out.end(), '\n');
  CHECK(out.ends_with(std::to_string(lines - 1) + " errors, 0 warnings\n"));
}

TEST_CASE("check: a file that is not there is an error with its name", "[cli]") {
  const test::TempDir dir;
  test::RecordingConsole rec;
  const std::string path = dir.path() / "absent.toml";
  CHECK(check(CheckCommand{path}, rec.console) == exit_no);
  CHECK(rec.out.str().find("absent.toml") != std::string::npos);
  CHECK(rec.out.str().ends_with("1 error, 0 warnings\n"));
}

TEST_CASE("check: the list of permits is read too, and its mistakes are told where they stand",
          "[cli]") {
  const test::TempDir dir;
  const std::string list = dir.path() / "visitors.csv";
  const CheckCommand command{
      written(dir, good + "[gates]\npermits = \"visitors.csv\"\n[[gate]]\nname = \"north\"\n")};
  const auto said = [&](const std::string& permits) {
    std::ofstream{list} << permits;
    test::RecordingConsole rec;
    const int code = check(command, rec.console);
    return std::to_string(code) + '\n' + rec.out.str();
  };
  CHECK_THAT(said("number,id,class\n1,H1,hazmat\n"), Catch::StartsWith("0\n"));
  CHECK_THAT(said("number,id,class\n1,H1,hazmat\n2,H2,lorry\n"),
             Catch::StartsWith("1\n" + list +
                               ":3:6 error permits.class: must be person, vehicle or hazmat\n") &&
                 Catch::EndsWith("1 error, 0 warnings\n"));
}

TEST_CASE("check: in JSON with file, line, key and words", "[cli]") {
  const test::TempDir dir;
  test::RecordingConsole rec;
  rec.console.json = true;
  CHECK(check(CheckCommand{written(dir, bad)}, rec.console) == exit_no);
  const auto document = boost::json::parse(rec.out.str()).as_object();
  const auto& diagnostics = document.at("diagnostics").as_array();
  CHECK(document.at("errors").to_number<std::size_t>() == diagnostics.size());
  const auto found = std::find_if(diagnostics.begin(), diagnostics.end(), [](const auto& d) {
    return d.at("line").template to_number<int>() == 3;
  });
  REQUIRE(found != diagnostics.end());
  CHECK(found->at("severity").as_string() == "error");
  CHECK(std::string{found->at("key").as_string()}.find("log_level") != std::string::npos);
}

TEST_CASE("check: runs the tests of the rules, and a passed one is counted", "[cli]") {
  const test::TempDir dir;
  test::RecordingConsole rec;
  const CheckCommand command{written(dir, tested + "expect = \"10s a/b/c raise H\"\n")};
  CHECK(check(command, rec.console) == exit_ok);
  const std::string out = rec.out.str();
  CAPTURE(out);
  CHECK(out.find("tests 1 passed, 0 failed, ") != std::string::npos);
  CHECK(out.find("coverage 1/2 levels (missing: level HH)") != std::string::npos);
}

TEST_CASE("check: a failed test is an error with its line, and shown", "[cli]") {
  const test::TempDir dir;
  test::RecordingConsole rec;
  const CheckCommand command{written(dir, tested + "expect = \"\"\"\n12s a/b/c raise H\n\"\"\"\n")};
  CHECK(check(command, rec.console) == exit_no);
  const std::string out = rec.out.str();
  CAPTURE(out);
  CHECK(out.find(":33:1 error test: \"it rises\": expected 12s a/b/c raise H, got 10s") !=
        std::string::npos);
  CHECK(out.find("  expected  12s a/b/c raise H\n") != std::string::npos);
  CHECK(out.find("tests 0 passed, 1 failed, ") != std::string::npos);
  CHECK(out.ends_with("1 error, 0 warnings\n"));
}

TEST_CASE("check: with --coverage each level that no test reaches has a line", "[cli]") {
  const test::TempDir dir;
  test::RecordingConsole rec;
  CheckCommand command{written(dir, tested + "expect = \"10s a/b/c raise H\"\n")};
  command.coverage = true;
  CHECK(check(command, rec.console) == exit_ok);
  CHECK(rec.out.str().find("no test reaches level HH medium\n") != std::string::npos);
}

TEST_CASE("check: tests and coverage in JSON", "[cli]") {
  const test::TempDir dir;
  test::RecordingConsole rec;
  rec.console.json = true;
  const CheckCommand command{written(dir, tested + "expect = \"\"\n")};
  CHECK(check(command, rec.console) == exit_no);
  const auto document = boost::json::parse(rec.out.str()).as_object();
  const auto& tests = document.at("tests").as_object();
  CHECK(tests.at("passed") == 0);
  CHECK(tests.at("failed") == 1);
  CHECK(tests.at("levels") == 2);
  CHECK(tests.at("levels_reached") == 1);
  CHECK(tests.at("levels_missing").at(0).at("level") == "HH");
  CHECK(document.at("errors") == 1);
  CHECK(document.at("diagnostics").as_array().size() == 1);
}

}  // namespace check_test
