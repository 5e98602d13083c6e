// tests/unit/parkwatch/backtest_view_test.cpp - A backtest's tables, lines and documents.
#include "tools/parkwatch/backtest_view.h"

#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

namespace backtest_view_test {

using namespace parkwatch;
using namespace parkwatch::cli;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp day = from_us(std::int64_t{20'000} * 86'400'000'000);

trial::BacktestRun sample_run() {
  trial::BacktestRun run;
  run.from = day;
  run.to = day + 744h;
  run.readings = 38'621'440;
  run.tags = 1214;
  run.gaps = 3;
  run.gap_time = 2h + 10min;
  return run;
}

trial::RulesCompared sample_compared() {
  trial::RulesCompared compared;
  trial::RuleComparison tank;
  tank.rule = "tank-level";
  tank.was = 212;
  tank.is = 31;
  tank.per_day = 1;
  tank.top_tag = "t101/level";
  tank.active = 0.004;
  tank.earlier = 2100ms;
  trial::RuleComparison gate;
  gate.rule = "gate,\"overstay\"";
  gate.was = 55;
  gate.is = 41;
  gate.chatter = 3;
  gate.floods = 1;
  gate.missed = 2;
  compared.rules = {tank, gate};
  compared.was.from = compared.is.from = day;
  compared.was.to = compared.is.to = day + 744h;
  compared.was.activations = 267;
  compared.is.activations = 72;
  compared.is.by_priority = {59, 10, 2, 1};
  compared.is.per_day = 2.3;
  compared.is.in_flood = 7h + 26min + 24s;  // a hundredth
  alarms::Activation missed;
  missed.rule = "gate-overstay";
  missed.tag = "gate/2";
  missed.raised = day + 1h;
  missed.priority = Priority::high;
  missed.level = Level::on;
  missed.comment = "driver\x1b called";
  compared.missed = {{missed, "high"}};
  return compared;
}

bool has(const std::string& whole, const std::string& part) {
  INFO(whole);
  return whole.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("backtest view: the head says what was run over", "[cli]") {
  const std::string text = backtest_view(sample_run(), sample_compared(), 11.4);
  CHECK(text.starts_with(
      "744.0 h · 1 214 tags · 38 621 440 readings · 11.4 s · 3 gaps (2 h 10 min)"));
  CHECK(has(text, "same code as the daemon; nothing is sent"));
  trial::BacktestRun whole = sample_run();
  whole.gaps = 1;
  whole.gap_time = 5min;
  CHECK(has(backtest_view(whole, sample_compared(), 1), "1 gap (5 min)"));
  whole.gaps = 0;
  CHECK(has(backtest_view(whole, sample_compared(), 1), "0 gaps  "));
}

TEST_CASE("backtest view: a row a rule, and the total", "[cli]") {
  const std::string text = backtest_view(sample_run(), sample_compared(), 11.4);
  CHECK(has(text, "212 → 31"));
  CHECK(has(text, "t101/level"));
  CHECK(has(text, "0.4 %"));
  CHECK(has(text, "+2.1 s"));
  CHECK(has(text, "2 ←"));
  CHECK(has(text, "–"));
  CHECK(has(text, "total 267 → 72, 2.3 a day (target <= 144)"));
  CHECK(has(text, "time in flood 1.0 %"));
  CHECK(has(text, "priority high 4 / medium 14 / low 82 %"));
}

TEST_CASE("backtest view: missed alarms are told harmlessly", "[cli]") {
  const std::string text = missed_view(sample_compared());
  CHECK(has(text, "gate-overstay gate/2 on high  high: driver\\x1B called"));
  CHECK(missed_view({}).empty());
}

TEST_CASE("backtest view: in Chinese", "[cli]") {
  const ViewStyle chinese{false, true};
  const std::string text = backtest_view(sample_run(), sample_compared(), 11.4, chinese);
  CHECK(text.starts_with(
      "744.0 小时 · 1 214 个点位 · 38 621 440 条读数 · 用时 11.4 s · 3 处缺失 (2 小时 10 分钟)"));
  CHECK(has(text, "报警数 原→新"));
  CHECK(has(text, "合计 267 → 72，每天 2.3（目标 ≤ 144） · 泛滥时间 1.0 % · 优先级 高 4"));
  CHECK_FALSE(has(text, "RULE"));
  CHECK(missed_view(sample_compared(), chinese).starts_with("漏报: "));
  CHECK(missed_summary(2, true, chinese) == "漏报: 2 条重要报警不再出现（已允许）");
  CHECK(missed_summary(2, false) == "missed: 2 alarms that mattered are no longer raised");
}

TEST_CASE("backtest view: HTML has the rows of the table, and nothing of it is markup", "[cli]") {
  trial::RulesCompared compared = sample_compared();
  compared.rules[1].top_tag = "<b>&amp";
  const std::string html = backtest_html(sample_run(), compared, 11.4);
  CHECK(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  CHECK(has(html, "<td>tank-level</td><td class=\"n\">212 → 31</td><td class=\"n\">1.0</td>"));
  CHECK(has(html, "<tr class=\"missed\"><td>gate,&quot;overstay&quot;</td>"));
  CHECK(has(html, "&lt;b&gt;&amp;amp"));
  CHECK(has(html, "total 267 → 72"));
  CHECK(has(html, "driver\\x1B called"));
  CHECK(html.ends_with("</body></html>\n"));
  CHECK_FALSE(has(html, "http"));
  CHECK(has(backtest_html(sample_run(), {}, 1, {false, true}), "<html lang=\"zh-CN\">"));
  compared.missed.clear();
  CHECK_FALSE(has(backtest_html(sample_run(), compared, 1), "<pre>"));
}

TEST_CASE("backtest view: that gates are not compared is told in every form", "[cli]") {
  trial::BacktestRun run = sample_run();
  const auto forms = [&] {
    return std::vector<std::string>{backtest_view(run, {}, 1), backtest_html(run, {}, 1),
                                    boost::json::serialize(backtest_document(run, {}, 1))};
  };
  for (const std::string& form : forms()) {
    CHECK_FALSE(has(form, "alarms of gates are not compared"));
    CHECK_FALSE(has(form, "\"passages_gone\":true"));
  }
  run.passages_gone = true;
  const auto told = forms();
  CHECK(has(told[0], "alarms of gates are not compared\n"));
  CHECK(
      has(told[1], "<p>passages of then are no longer kept: alarms of gates are not compared</p>"));
  CHECK(has(told[2], "\"passages_gone\":true"));
}

TEST_CASE("backtest view: transitions, a line each", "[cli]") {
  AlarmEvent event;
  event.at = day;
  event.rule = "r";
  event.tag = "a/b/c";
  event.level = Level::high;
  event.value = 91.5;
  const std::string text = transitions_view({event, event});
  CHECK(has(text, "raised  medium  H  r a/b/c  91.5\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}

TEST_CASE("backtest view: the CSV quotes what must be quoted", "[cli]") {
  const std::string csv = backtest_csv(sample_compared());
  CHECK(csv.starts_with("rule,was,new,per_day,top_tag,active,chatter,floods,missed,earlier_s\r\n"));
  CHECK(has(csv, "tank-level,212,31,1.000,t101/level,0.004000,0,0,0,2.100\r\n"));
  CHECK(has(csv, "\"gate,\"\"overstay\"\"\",55,41,"));
}

TEST_CASE("backtest view: the document has everything for programs", "[cli]") {
  const auto document = backtest_document(sample_run(), sample_compared(), 11.4);
  CHECK(document.at("readings") == 38'621'440);
  CHECK(document.at("gap_s") == 7800.0);
  CHECK(document.at("rules").as_array().size() == 2);
  CHECK(document.at("rules").at(0).at("earlier_s") == 2.1);
  CHECK_FALSE(document.at("rules").at(1).as_object().contains("earlier_s"));
  CHECK(document.at("missed").at(0).at("why") == "high");
  CHECK(document.at("missed").at(0).at("rule") == "gate-overstay");
}

TEST_CASE("backtest view: the document of a verification", "[cli]") {
  trial::Verified verified;
  verified.from = day;
  verified.to = day + 1h;
  verified.transitions = 12;
  verified.differ = 1;
  verified.first = {"journal 3"};
  const auto document = verify_document(verified);
  CHECK(document.at("transitions") == 12);
  CHECK(document.at("differ") == 1);
  CHECK(document.at("first").at(0) == "journal 3");
  CHECK(document.at("from").as_string() == to_rfc3339(day));
}

TEST_CASE("backtest view: a verification in two lines, in both languages", "[cli]") {
  trial::Verified verified;
  verified.from = day;
  verified.to = day + 1h;
  verified.readings = 7;
  verified.starts = 2;
  verified.transitions = 12;
  verified.differ = 1;
  const std::string english = verified_view(verified, 1.5);
  CHECK(has(english, ", 7 readings, 2 starts, 0 clock steps, 1.5 s\ntransitions 12, "));
  CHECK(english.ends_with("no longer kept 0, differ 1"));
  const std::string chinese = verified_view(verified, 1.5, {false, true});
  CHECK(has(chinese, "，读数 7，启动 2，时钟跳变 0，用时 1.5 s\n报警变化 12，"));
  CHECK(chinese.ends_with("，不一致 1"));
}

}  // namespace backtest_view_test
