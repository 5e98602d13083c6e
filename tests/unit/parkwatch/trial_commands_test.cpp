// tests/unit/parkwatch/trial_commands_test.cpp - The words of check, backtest, explain, points, kpi
// and shift-report, and their requests to the daemon.
#include <catch2/catch.hpp>

#include "tests/unit/parkwatch/tool_run.h"
#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/commands.h"

namespace trial_commands_test {

using namespace parkwatch;
using namespace parkwatch::cli;
using parkwatch::test::Run;
using parkwatch::test::run;

namespace {

template <typename Wanted>
Wanted command_of(std::vector<std::string> args) {
  const Parsed parsed = parse_command_line(std::move(args));
  CAPTURE(parsed.text);
  REQUIRE(parsed.line);
  REQUIRE(std::holds_alternative<Wanted>(parsed.line->command));
  return std::get<Wanted>(parsed.line->command);
}

}  // namespace

TEST_CASE("trial commands: check may list what is covered and merged", "[cli]") {
  CHECK_FALSE(command_of<CheckCommand>({"check"}).coverage);
  CHECK(command_of<CheckCommand>({"check", "--coverage"}).coverage);
  CHECK(command_of<CheckCommand>({"check", "a.toml", "--merged"}).merged);
}

TEST_CASE("trial commands: backtest with all its options", "[cli]") {
  const auto defaults = command_of<BacktestCommand>({"backtest"});
  CHECK(defaults.rules == "/etc/parkwatch/parkwatch.toml");
  CHECK(defaults.against == "recorded");
  CHECK_FALSE(defaults.verify);
  CHECK_FALSE(defaults.allow_missed);
  const auto all = command_of<BacktestCommand>(
      {"backtest", "--rules", "new/", "--from", "2026-05-01", "--to", "2026-05-31", "--against",
       "recorded", "--state", "/s", "--verify", "--allow-missed", "--list", "--csv"});
  CHECK(all.rules == "new/");
  CHECK(all.from == "2026-05-01");
  CHECK(all.to == "2026-05-31");
  CHECK(all.state_directory == "/s");
  CHECK(all.verify);
  CHECK(all.allow_missed);
  CHECK(all.list);
  CHECK(all.csv);
  CHECK_FALSE(all.html);
  CHECK(command_of<BacktestCommand>({"backtest", "--html"}).html);
  CHECK_FALSE(parse_command_line({"backtest", "--html", "--csv"}).line);
}

TEST_CASE("trial commands: store salvage writes in the format that the file's ending says",
          "[cli]") {
  for (const auto& [name, format] :
       {std::pair{"a.ndjson", PullFormat::ndjson}, std::pair{"a.csv", PullFormat::csv},
        std::pair{"a.pb", PullFormat::protobuf}}) {
    const auto salvage = command_of<SalvageCommand>({"store", "salvage", "/k.db", "--out", name});
    CHECK(salvage.kept == "/k.db");
    CHECK(salvage.output == name);
    CHECK(salvage.format == format);
  }
  CHECK(parse_command_line({"store", "salvage", "/k.db", "--out", "a.txt"}).code == exit_usage);
  CHECK(parse_command_line({"store", "salvage", "/k.db"}).code == exit_usage);
  CHECK(parse_command_line({"store"}).code == exit_usage);
}

TEST_CASE("trial commands: explain needs a rule and a tag", "[cli]") {
  const auto explain =
      command_of<ExplainCommand>({"explain", "level", "a/b/c", "--state", "/s", "--config", "c"});
  CHECK(explain.rule == "level");
  CHECK(explain.tag == "a/b/c");
  CHECK(explain.state_directory == "/s");
  CHECK(explain.config == "c");
  CHECK(parse_command_line({"explain", "level"}).code == exit_usage);
}

TEST_CASE("trial commands: points has three verbs", "[cli]") {
  using Verb = PointsCommand::Verb;
  CHECK(command_of<PointsCommand>({"points", "template"}).verb == Verb::make_template);
  CHECK(command_of<PointsCommand>({"points", "template"}).chinese);
  CHECK_FALSE(command_of<PointsCommand>({"points", "template", "--en"}).chinese);
  const auto exported = command_of<PointsCommand>({"points", "export", "c.toml", "--zh"});
  CHECK(exported.verb == Verb::make_export);
  CHECK(exported.path == "c.toml");
  const auto diff = command_of<PointsCommand>({"points", "diff", "a.csv", "b.csv"});
  CHECK(diff.verb == Verb::diff);
  CHECK(diff.path == "a.csv");
  CHECK(diff.other == "b.csv");
}

TEST_CASE("trial commands: kpi and shift-report with their options", "[cli]") {
  const auto kpi = command_of<KpiCommand>(
      {"kpi", "--by", "day", "--from", "x", "--to", "y", "--position", "p", "--groups", "a,b"});
  CHECK(kpi.by == "day");
  CHECK(kpi.from == "x");
  CHECK(kpi.to == "y");
  CHECK(kpi.position == "p");
  CHECK(kpi.groups == "a,b");
  CHECK(command_of<KpiCommand>({"kpi"}).by == "all");
  const auto report = command_of<ShiftReportCommand>(
      {"shift-report", "--shift", "last", "--at", "t", "--format", "html"});
  CHECK(report.shift == "last");
  CHECK(report.at == "t");
  CHECK(report.format == "html");
  CHECK(command_of<ShiftReportCommand>({"shift-report"}).shift.empty());
}

TEST_CASE("trial commands: words that are none are refused with code 2", "[cli]") {
  for (const auto& args :
       std::vector<std::vector<std::string>>{{"backtest", "--against", "hope"},
                                             {"backtest", "--form", "2026-05-01"},
                                             {"explain"},
                                             {"points"},
                                             {"points", "dif", "a", "b"},
                                             {"points", "diff", "a"},
                                             {"kpi", "--by", "fortnight"},
                                             {"shift-report", "--format", "pdf"},
                                             {"shift-report", "--shift", "next"}}) {
    const Parsed parsed = parse_command_line(args);
    CAPTURE(parsed.text);
    CHECK_FALSE(parsed.line);
    CHECK(parsed.code == exit_usage);
    CHECK_FALSE(parsed.text.empty());
  }
}

TEST_CASE("trial commands: kpi asks for what was said, and no more", "[cli]") {
  const std::string body = R"({"positions":1,"periods":[]})";
  const Run plain = run({{200, body}}, {"kpi"});
  CHECK(plain.code == exit_ok);
  REQUIRE(plain.asked.size() == 1);
  CHECK(plain.asked[0].target == "/v1/kpi?by=all");
  CHECK(plain.out.find("operator positions: 1") != std::string::npos);
  const Run all = run({{200, body}}, {"kpi", "--by", "shift", "--from", "2026-01-01T00:00:00+08:00",
                                      "--position", "罐区", "--json"});
  CHECK(all.asked[0].target ==
        "/v1/kpi?by=shift&from=2026-01-01T00%3A00%3A00%2B08%3A00&position=%E7%BD%90%E5%8C%BA");
  CHECK(all.out == body + "\n");
}

TEST_CASE("trial commands: shift-report in each format", "[cli]") {
  const std::string body = R"({"park":"park-a","shift":"early"})";
  const Run text = run({{200, body}}, {"shift-report", "--shift", "last"});
  CHECK(text.asked[0].target == "/v1/shift-report?shift=last");
  CHECK(text.out.starts_with("park-a shift report early"));
  CHECK(
      run({{200, body}}, {"shift-report", "--format", "html"}).out.starts_with("<!DOCTYPE html>"));
  CHECK(run({{200, body}}, {"shift-report", "--format", "json"}).out == body + "\n");
  CHECK(run({{200, body}}, {"shift-report", "--at", "2026-01-01T00:00:00Z"}).asked[0].target ==
        "/v1/shift-report?shift=current&at=2026-01-01T00%3A00%3A00Z");
}

TEST_CASE("trial commands: the daemon's no is the answer", "[cli]") {
  const Run no = run({test::problem_answer(400, "by: is all, hour or day")}, {"kpi"});
  CHECK(no.code == exit_no);
  CHECK(no.err.find("by: is all, hour or day") != std::string::npos);
  CHECK(run({test::problem_answer(503, "busy")}, {"shift-report"}).code != exit_ok);
}

}  // namespace trial_commands_test
