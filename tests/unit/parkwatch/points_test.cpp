// tests/unit/parkwatch/points_test.cpp - `parkwatch points`: what is written can be read, and
// differences are told.
#include "tools/parkwatch/points.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "config/config.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/parkwatch/recording_console.h"
#include "tools/parkwatch/check.h"

namespace points_test {

using namespace parkwatch;
using namespace parkwatch::cli;

namespace {

std::string written(const test::TempDir& dir, const std::string& name, const std::string& text) {
  const std::string path = dir.path() / name;
  std::ofstream{path, std::ios::binary} << text;
  return path;
}

std::string output_of(const PointsCommand& command, int code = exit_ok) {
  test::RecordingConsole rec;
  CHECK(points(command, rec.console) == code);
  return rec.out.str();
}

const std::string main_text =
    "include = [\"*.csv\"]\ndaemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n"
    "url = \"mqtt://127.0.0.1\"\n";

}  // namespace

TEST_CASE("points command: the template is a table that check takes", "[cli]") {
  for (const bool chinese : {true, false}) {
    const test::TempDir dir;
    PointsCommand command;
    command.chinese = chinese;
    written(dir, "points.csv", output_of(command));
    CheckCommand check_command{written(dir, "parkwatch.toml", main_text)};
    check_command.merged = true;
    test::RecordingConsole rec;
    CHECK(check(check_command, rec.console) == exit_ok);
    CAPTURE(rec.out.str());
    CHECK(rec.out.str().find("points.csv is UTF-8 with BOM, 1 rows") != std::string::npos);
    CHECK(rec.out.str().find("id = \"limit.tank.t101.level\"") != std::string::npos);
    CHECK(rec.out.str().find("points.csv:2:") != std::string::npos);
  }
}

TEST_CASE("points command: an export of the shipped configuration is a table with its limits",
          "[cli]") {
  PointsCommand command;
  command.verb = PointsCommand::Verb::make_export;
  command.chinese = false;
  command.path = PARKWATCH_SOURCE_DIR "/config/parkwatch.toml";
  const test::TempDir dir;
  written(dir, "points.csv", output_of(command));
  Diagnostics diagnostics;
  const auto config = config::load(written(dir, "parkwatch.toml", main_text), {}, diagnostics);
  for (const Diagnostic& d : diagnostics) UNSCOPED_INFO(to_text(d));
  REQUIRE(config != nullptr);
  CHECK(config->plant->tags.size() > 30);
  const auto& rules = config->plant->rules;
  const auto gas = std::find_if(rules.begin(), rules.end(), [](const RuleSpec& rule) {
    return rule.id == "limit.tf-a.t101.gas";
  });
  REQUIRE(gas != rules.end());
  REQUIRE(gas->limits.size() == 2);
  CHECK(gas->limits[1].at == 50);
  CHECK(gas->limits[1].priority == Priority::critical);
}

TEST_CASE("points command: an export keeps the further columns, of tags of a table and others",
          "[cli]") {
  const test::TempDir dir;
  written(dir, "points.csv", "位号,H,备用表\ntank/t1/level,9,LT-1B\n");
  PointsCommand command;
  command.verb = PointsCommand::Verb::make_export;
  command.chinese = true;
  command.path = written(dir, "parkwatch.toml",
                         main_text + std::string{"[[tag]]\nname = \"tank/t2/level\"\n"
                                                 "columns = { pump = \"P-2, old\" }\n"});
  const std::string table = output_of(command);
  CAPTURE(table);
  CHECK(table.find(",pump,备用表\r\n") != std::string::npos);
  CHECK(table.find(",,LT-1B\r\n") != std::string::npos);
  CHECK(table.find(",\"P-2, old\",\r\n") != std::string::npos);
}

TEST_CASE("points command: what is new, gone and changed is told, in either language", "[cli]") {
  const test::TempDir dir;
  PointsCommand command;
  command.verb = PointsCommand::Verb::diff;
  command.path = written(dir, "old.csv", "位号,HH,死区\na/b/c,90,2\na/b/d,5,\na/b/e,1,\n");
  command.other = written(dir, "new.csv", "deadband,tag,HH\n2,a/b/c,95\n,a/b/d,5\n,a/b/f,1\n");
  const std::string out = output_of(command, exit_no);
  CAPTURE(out);
  CHECK(out.find("~ a/b/c  HH: 90 -> 95\n") != std::string::npos);
  CHECK(out.find("- a/b/e\n") != std::string::npos);
  CHECK(out.find("+ a/b/f\n") != std::string::npos);
  CHECK(out.ends_with("1 added, 1 removed, 1 changed\n"));
  command.other = command.path;
  CHECK(output_of(command) == "0 added, 0 removed, 0 changed\n");
  command.other = dir.path() / "absent.csv";
  (void)output_of(command, exit_no);
}

}  // namespace points_test
