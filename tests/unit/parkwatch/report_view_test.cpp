// tests/unit/parkwatch/report_view_test.cpp - Key figures and the shift report in words, in both
// languages.
#include "tools/parkwatch/report_view.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace parkwatch::cli;
namespace json = boost::json;

namespace {

const char* const report_text = R"({"park":"park-a","shift":"early","from":"2026-01-01T00:00:00Z",
 "to":"2026-01-01T08:00:00Z","standing":[{"priority":"high","state":"acknowledged","rule":"level",
 "tag":"tank/t101/level","level":"HH","raised_at":"2026-01-01T03:00:00Z",
 "message":{"zh":"液位高高","en":"level too high"}}],"returned_unacknowledged":[],
 "bad_sensors":[{"tag":"tank/t102/level","reason":"stale","since":"2026-01-01T02:00:00Z"}],
 "kpi":{"activations":12,"per_10_min":0.25,"windows":48,"windows_over":1,"flood_share":0.02,
 "priorities":{"low":1,"medium":2,"high":8,"critical":1},"unacknowledged_late":3,"active_most":4,
 "top":[{"rule":"level","tag":"tank/t101/level","count":7}],"floods":[]},
 "unacknowledged_late":[],"notes":[{"at":"2026-01-01T03:05:00Z","author":"li","rule":"level",
 "tag":"tank/t101/level","text":"<b>valve</b>"}],"consumers":[{"name":"centre","behind":5,
 "updated_at":"2026-01-01T07:59:00Z"}]})";

json::object report() { return json::parse(report_text).as_object(); }

bool has(const std::string& whole, const std::string& part) {
  INFO(whole);
  return whole.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("report: every section is there in English, empty ones as none", "[cli]") {
  const std::string text = shift_report_view(report(), {false, false});
  CHECK(has(text, "park-a shift report early"));
  CHECK(has(text, "== standing alarms =="));
  CHECK(has(text, "level too high"));
  CHECK(has(text, "tank/t102/level"));
  CHECK(has(text, "1 / 48"));
  CHECK(has(text, "1 / 8 / 2 / 1"));
  CHECK(has(text, "== floods ==\nnone\n"));
  CHECK(has(text, "<b>valve</b>"));
  CHECK(has(text, "centre"));
  CHECK(has(text, "taken over by:"));
}

TEST_CASE("report: in Chinese with the terms of the standard", "[cli]") {
  const std::string text = shift_report_view(report(), {false, true});
  for (const char* term : {"交接班报告", "现存报警", "液位高高", "搁置", "设计抑制", "停用",
                           "报警泛滥", "仪表故障", "已接班"}) {
    CHECK(has(text, term));
  }
}

TEST_CASE("report: HTML is whole, in its language, and takes no markup from notes", "[cli]") {
  const std::string html = shift_report_html(report(), {false, true});
  CHECK(html.starts_with("<!DOCTYPE html>\n<html lang=\"zh-CN\">"));
  CHECK(html.ends_with("</body></html>\n"));
  CHECK(has(html, "&lt;b&gt;valve&lt;/b&gt;"));
  CHECK_FALSE(html.find("<b>valve") != std::string::npos);
  CHECK_FALSE(html.find("http") != std::string::npos);  // nothing from outside
}

TEST_CASE("report: an answer without anything in it is no fault", "[cli]") {
  CHECK_FALSE(shift_report_view({}, {}).empty());
  CHECK_FALSE(shift_report_html({}, {}).empty());
  CHECK_FALSE(kpi_view({}, {}).empty());
}

TEST_CASE("kpi: a row a period beside the targets", "[cli]") {
  const auto kpi = json::parse(R"({"positions":2,"periods":[{"from":"2026-01-01T00:00:00Z",
   "activations":30,"per_10_min":2.5,"per_day":360.0,"windows":100,"windows_over":2,
   "window_most":14,"flood_share":0.013,"top_share":0.5,"chattering":[{}],"stale":[{},{}]}]})")
                       .as_object();
  const std::string text = kpi_view(kpi, {false, false});
  CHECK(has(text, "2.50"));
  CHECK(has(text, "2.0 %"));
  CHECK(has(text, "1.3 %"));
  CHECK(has(text, "operator positions: 2"));
  CHECK(has(kpi_view(kpi, {false, true}), "岗位数 2"));
}
