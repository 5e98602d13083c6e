// tests/unit/report/report_view_test.cpp - Key figures and the shift report in words, in both
// languages.
#include "report/report_view.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "report/kpi_view.h"

namespace report_view_test {

using namespace parkwatch::report;
namespace json = boost::json;

namespace {

const char* const report_text = R"({"park":"park-a","shift":"early","from":"2026-01-01T00:00:00Z",
 "to":"2026-01-01T08:00:00Z","standing":[{"priority":"high","state":"acknowledged","rule":"level",
 "tag":"tank/t101/level","level":"HH","raised_at":"2026-01-01T03:00:00Z",
 "flags":["maintenance"],"message":{"zh":"液位高高","en":"level too high"}}],
 "returned_unacknowledged":[],
 "bad_sensors":[{"tag":"tank/t102/level","reason":"stale","since":"2026-01-01T02:00:00Z"}],
 "kpi":{"activations":12,"unauthorised":6,"hidden":21,
 "window_most":17,"top_share":0.583,"chattering":[{},{}],"fleeting":13,"stale_most":14,
 "responded_late":15,"per_10_min":0.25,"windows":48,"windows_over":1,"flood_share":0.02,
 "priorities":{"low":1,"medium":2,"high":8,"critical":1},"unacknowledged_late":3,"active_most":4,
 "closed":3,"closed_median_s":540,"closed_longest_s":9000,
 "top":[{"rule":"level","tag":"tank/t101/level","count":7}],"floods":[]},
 "unacknowledged_late":[],"notes":[{"at":"2026-01-01T03:05:00Z","author":"li","rule":"level",
 "tag":"tank/t101/level","text":"<b>valve</b>"}],"gaps":[{"from":"2026-01-01T01:00:00Z",
 "to":"2026-01-01T01:30:00Z","readings":4321,
 "reason":"size","unacknowledged":true}],"consumers":[{"name":"centre","behind":5,"behind_s":77,
 "updated_at":"2026-01-01T07:59:00Z"}]})";

json::object report() { return json::parse(report_text).as_object(); }

bool has(const std::string& whole, const std::string& part) {
  INFO(whole);
  return whole.find(part) != std::string::npos;
}

// What is in the last column of the line that begins with `name`; "": there is none.
std::string row(const std::string& text, const std::string& name) {
  const std::size_t begin = text.find("\n" + name);
  if (begin == std::string::npos) return {};
  const std::string line = text.substr(begin + 1, text.find('\n', begin + 1) - begin - 1);
  return line.substr(line.rfind("  ") + 2);
}

}  // namespace

TEST_CASE("report: every section is there in English, empty ones as none", "[report]") {
  const std::string text = shift_report_view(report(), {false, false});
  CHECK(has(text, "park-a shift report early"));
  CHECK(has(text, "== standing alarms =="));
  CHECK(has(text, "level too high"));
  CHECK(has(text, "maintenance"));
  CHECK(has(text, "tank/t102/level"));
  CHECK(has(text, "1 / 48"));
  CHECK(has(text, "1 / 8 / 2 / 1"));
  CHECK(has(text, "== floods ==\nnone\n"));
  CHECK(has(text, "<b>valve</b>"));
  CHECK(has(text, "centre"));
  CHECK(has(text, "77"));
  CHECK(has(text, "== gaps =="));
  CHECK(has(text, "4321"));
  CHECK(has(text, "taken over by:"));
  CHECK(has(text, "to close (median / longest)"));
  CHECK(has(text, "9.0 min / 2.5 h"));
  CHECK(row(text, "not told (hidden)") == "21");
  CHECK(row(text, "most in 10 min") == "17");
  CHECK(row(text, "share of the top 10") == "58.3 %");
  CHECK(row(text, "chattering alarms") == "2");
  CHECK(row(text, "fleeting alarms") == "13");
  CHECK(row(text, "stale, longer than 24 h") == "14");
  CHECK(row(text, "answered later") == "15");
  CHECK(row(text, "unauthorised suppression") == "6");
}

TEST_CASE("report: in Chinese with the terms of the standard", "[report]") {
  const std::string text = shift_report_view(report(), {false, true});
  for (const char* term : {"交接班报告", "现存报警", "液位高高", "搁置", "设计抑制", "停用",
                           "报警泛滥", "仪表故障", "已接班"}) {
    CHECK(has(text, term));
  }
}

TEST_CASE("report: HTML is whole, in its language, and takes no markup from notes", "[report]") {
  const std::string html = shift_report_html(report(), {false, true});
  CHECK(html.starts_with("<!DOCTYPE html>\n<html lang=\"zh-CN\">"));
  CHECK(html.ends_with("</body></html>\n"));
  CHECK(has(html, "&lt;b&gt;valve&lt;/b&gt;"));
  CHECK_FALSE(html.find("<b>valve") != std::string::npos);
  CHECK_FALSE(html.find("http") != std::string::npos);  // nothing from outside
}

TEST_CASE("report: an answer without anything in it is no fault", "[report]") {
  CHECK_FALSE(shift_report_view({}, {}).empty());
  CHECK_FALSE(shift_report_html({}, {}).empty());
  CHECK_FALSE(kpi_view({}, {}).empty());
}

TEST_CASE("kpi: a row a period beside the targets", "[report]") {
  const auto kpi = json::parse(R"({"positions":2,"periods":[{"from":"2026-01-01T00:00:00Z",
   "activations":30,"per_10_min":2.5,"per_day":360.0,"windows":100,"windows_over":2,
   "window_most":14,"flood_share":0.013,"top_share":0.5,"chattering":[{}],
   "fleeting":3,"stale":[{},{}],
   "stale_most":1,"responded_late":4,"unauthorised":77,
   "detected":2,"detected_median_s":2.5,"detected_longest_s":31,
   "acknowledged":1,"acknowledged_median_s":90,"acknowledged_longest_s":90,"closed":0,
   "closed_median_s":null,"closed_longest_s":null,
   "priorities":{"low":20,"medium":6,"high":3,"critical":1}}]})")
                       .as_object();
  const std::string text = kpi_view(kpi, {false, false});
  CHECK(has(text, "2.50"));
  CHECK(has(text, "2.0 %"));
  CHECK(has(text, "1.3 %"));
  CHECK(has(text, "operator positions: 2"));
  CHECK(has(text, "1 / 3 / 6 / 20"));
  CHECK(has(text, "FLEETING"));
  CHECK(has(text, "UNAUTH"));
  CHECK(has(text, "   77  "));
  CHECK(has(text, "2.5 s / 31 s"));
  CHECK(has(text, "1.5 min / 1.5 min"));
  CHECK(has(text, "–"));
  const std::string chinese = kpi_view(kpi, {false, true});
  CHECK(has(chinese, "岗位数 2"));
  CHECK(has(chinese, "未授权抑制0"));
  CHECK(has(chinese, "2.5 秒 / 31 秒"));
  CHECK(has(chinese, "关闭（中位/最长）"));
}

TEST_CASE("report: times are the site's, totals stand beside their limits", "[report]") {
  auto given = report();
  given["offset_s"] = 8 * 3600;
  given["zone"] = "+08:00";
  given["totals"] = json::parse(R"([{"rule":"cod-load","tag":"wwtp1/effluent/cod","unit":"kg",
   "period":"month","aggregate":"integral","from":"2026-01-01T00:00:00Z","value":36.0,"count":0,
   "count_min":1,"limits":[{"level":"H","at":30.0},{"level":"HH","at":40.0}]},
   {"rule":"silent","tag":"b","unit":"","value":null,"limits":[]}])");
  const std::string text = shift_report_view(given, {false, false});
  CHECK(has(text, "2026-01-01 08:00:00 – 2026-01-01 16:00:00 (+08:00)"));
  CHECK(has(text, "36 kg"));
  CHECK(has(text, "H 30 kg (120.0 %), HH 40 kg (90.0 %)"));
  CHECK(has(text, "?"));
  CHECK(has(text, "month total"));
  CHECK(has(text, "2026-01-01 11:00:00"));  // raised at
}

TEST_CASE("report: a discharge limit's mean so far says of how many good readings it is",
          "[report]") {
  auto given = report();
  given["totals"] = json::parse(R"([{"rule":"cod-daily","tag":"wwtp1/effluent/cod","unit":"mg/L",
   "period":"day","aggregate":"avg","from":"2026-01-01T00:00:00Z","value":34.5,"count":5,
   "count_min":9,"limits":[{"level":"H","at":50.0}]},
   {"rule":"ph","tag":"wwtp1/effluent/ph","period":"day","aggregate":"avg","value":7.2,
   "count":null,"count_min":9,"limits":[{"level":"L","at":6.0},{"level":"H","at":9.0}]},
   {"rule":"tn","tag":"wwtp1/effluent/tn","period":"day","aggregate":"avg","value":null,
   "count":null,"count_min":8,"limits":[]}])");
  const std::string text = shift_report_view(given, {false, false});
  CHECK(has(text, "day mean"));
  CHECK(has(text, "34.5 mg/L"));
  CHECK(has(text, "5 / 9"));
  CHECK(has(text, "H 50 mg/L (69.0 %)"));
  CHECK(has(text, "L 6, H 9 (80.0 %)"));  // a lower limit is not used up
  CHECK(has(text, ">= 9"));               // over, with a verdict
  CHECK_FALSE(has(text, "< 8"));          // without one: too few, or nobody watched it
  const std::string chinese = shift_report_html(given, {false, true});
  CHECK(has(chinese, "<td>日均值</td>"));
  CHECK(has(chinese, "<td>5 / 9</td>"));
  CHECK(has(chinese, "<th>限值</th>"));
  CHECK(has(chinese, "<td>?</td><td></td>"));
}

TEST_CASE("report: lists that are cut say how many rows are left out", "[report]") {
  auto given = report();
  given["totals"] = json::parse(R"([{"rule":"cod-daily","tag":"t"}])");
  given["totals_count"] = 1201;
  given["bad_sensors_count"] = 1;
  CHECK(has(shift_report_view(given, {false, false}), "... and 1200 more"));
  const std::string chinese = shift_report_view(given, {false, true});
  CHECK(has(chinese, "… 另 1200 行"));
  CHECK(chinese.find("… 另") ==
        chinese.rfind("… 另"));  // not of the bad sensors, which are all there
}

TEST_CASE("report: who hid an alarm, why and until when; what data is frozen", "[report]") {
  auto given = report();
  given["shelved"] = json::parse(R"([{"rule":"level","tag":"t","priority":"low","shelving":
   {"author":"li","reason":"calibration","until":"2026-01-01T09:00:00Z"}}])");
  given["maintenance"] = json::parse(R"([{"rule":"maintenance","tag":"window/7","shelving":
   {"author":"zhao","reason":"pumps","since":"2026-01-01T09:05:00Z"}}])");
  given["loop_checks"] = json::parse(R"([{"rule":"loop-check","tag":"lt","shelving":
   {"author":"sun","reason":"loop 4"}}])");
  given["standing"].as_array()[0].as_object()["frozen"] =
      json::parse(R"({"since":"2026-01-01T04:00:00Z","value":33.5})");
  const std::string text = shift_report_view(given, {false, false});
  CHECK(has(text, "calibration"));
  CHECK(has(text, "2026-01-01 09:00:00"));
  CHECK(has(text, "== maintenance windows =="));
  CHECK(has(text, "window/7  zhao  pumps  2026-01-01 09:05:00"));
  CHECK(has(text, "== loop checks =="));
  CHECK(has(text, "sun  loop 4"));
  CHECK(has(text, "level too high; data bad since 2026-01-01 04:00:00, last 33.5"));
  CHECK(has(shift_report_view(given, {false, true}), "数据自 2026-01-01 04:00:00 起不可信"));
}

TEST_CASE("report: floods name their first alarms; a signature takes the place of the line",
          "[report]") {
  auto given = report();
  given["kpi"].as_object()["floods"] = json::parse(R"([{"from":"2026-01-01T04:00:00Z",
   "to":"2026-01-01T04:30:00Z","alarms":25,"first":[{"rule":"trip","tag":"p1"},
   {"rule":"flow","tag":"f1"}]}])");
  given["signed"] = json::parse(R"([{"at":"2026-01-01T08:02:00Z","author":"wang","note":"ok"}])");
  const std::string text = shift_report_view(given, {false, false});
  CHECK(has(text, "trip p1, flow f1"));
  CHECK(has(text, "== taken over by =="));
  CHECK(has(text, "wang"));
  CHECK_FALSE(text.find("____") != std::string::npos);
  CHECK_FALSE(shift_report_html(given, {false, false}).find("____") != std::string::npos);
}

}  // namespace report_view_test
