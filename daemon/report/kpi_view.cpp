// daemon/report/kpi_view.cpp - Key figures in words. Terms as in GB/T 41261-2022.
#include "report/kpi_view.h"

#include <boost/json.hpp>

#include "report/table.h"
#include "report/words.h"

namespace parkwatch::report {
namespace json = boost::json;
namespace {

// "1 / 8 / 2 / 1": critical, high, medium, low.
std::string split_of(const json::object& kpi) {
  const json::object& priorities = member_object(kpi, "priorities");
  return member_text(priorities, "critical") + " / " + member_text(priorities, "high") + " / " +
         member_text(priorities, "medium") + " / " + member_text(priorities, "low");
}

// "12 s / 3.5 min": the median and the longest of NAME; "–" when there was none.
std::string waits_text(const json::object& kpi, const std::string& name, const ViewStyle& style) {
  if (member_number(kpi, name) == 0) return "–";
  const auto words = [&](const std::string& member) {
    const double seconds = member_number(kpi, name + member);
    if (seconds < 60) return fixed_text(seconds, seconds < 10 ? 1 : 0) + in(style, {" 秒", " s"});
    if (seconds < 3600) return fixed_text(seconds / 60, 1) + in(style, {" 分", " min"});
    return fixed_text(seconds / 3600, 1) + in(style, {" 小时", " h"});
  };
  return words("_median_s") + " / " + words("_longest_s");
}

constexpr Words detect_words{"发现（中位/最长）", "to detect (median / longest)"};
constexpr Words acknowledge_words{"确认（中位/最长）", "to acknowledge (median / longest)"};
constexpr Words close_words{"关闭（中位/最长）", "to close (median / longest)"};

// How many alarms chattered.
std::string chattering_of(const json::object& period) {
  return std::to_string(member_rows(period, "chattering").size());
}

// Beside the targets: how fast, for which the standards have none.
std::string times_view(const json::object& kpi, const ViewStyle& style) {
  Table table{{{in(style, {"始于", "FROM"})},
               {in(style, {"班次", "SHIFT"})},
               {in(style, detect_words)},
               {in(style, acknowledge_words)},
               {in(style, close_words)}}};
  for (const json::object* period : member_rows(kpi, "periods")) {
    table.add({member_text(*period, "from"), member_text(*period, "shift"),
               waits_text(*period, "detected", style), waits_text(*period, "acknowledged", style),
               waits_text(*period, "closed", style)});
  }
  return table.text(style.colour);
}

}  // namespace

std::string kpi_view(const json::object& kpi, const ViewStyle& style) {
  using Align = Table::Align;
  Table table{{{in(style, {"始于", "FROM"})},
               {in(style, {"班次", "SHIFT"})},
               {in(style, {"报警", "ALARMS"}), Align::right},
               {in(style, {"每10分钟", "PER 10 MIN"}), Align::right},
               {in(style, {"每天", "PER DAY"}), Align::right},
               {in(style, {"窗口>10", "WINDOWS >10"}), Align::right},
               {in(style, {"最多", "MOST"}), Align::right},
               {in(style, {"泛滥", "FLOOD"}), Align::right},
               {in(style, {"前十", "TOP 10"}), Align::right},
               {in(style, {"抖动", "CHATTER"}), Align::right},
               {in(style, {"瞬时", "FLEETING"}), Align::right},
               {in(style, {"陈旧", "STALE"}), Align::right},
               {in(style, {"响应迟", "LATE"}), Align::right},
               {in(style, {"未授权", "UNAUTH"}), Align::right},
               {in(style, {"紧急/高/中/低", "CRIT/HIGH/MED/LOW"}), Align::right}}};
  for (const json::object* period : member_rows(kpi, "periods")) {
    const double windows = member_number(*period, "windows");
    table.add(
        {member_text(*period, "from"), member_text(*period, "shift"),
         member_text(*period, "activations"), fixed_text(member_number(*period, "per_10_min"), 2),
         fixed_text(member_number(*period, "per_day"), 1),
         percent_text(windows > 0 ? member_number(*period, "windows_over") / windows : 0),
         member_text(*period, "window_most"), percent_text(member_number(*period, "flood_share")),
         percent_text(member_number(*period, "top_share")), chattering_of(*period),
         member_text(*period, "fleeting"), member_text(*period, "stale_most"),
         member_text(*period, "responded_late"), member_text(*period, "unauthorised"),
         split_of(*period)},
        member_number(*period, "per_10_min") > 2 ? "31" : "");
  }
  return table.text(style.colour) +
         in(style,
            {"目标: 每10分钟≤1（最多2）, 窗口>10 <1 %, 最多10, 泛滥<1 %, 前十≤5 %, 抖动0, "
             "瞬时0, 陈旧<5, "
             "响应迟0, 未授权抑制0, "
             "低/中/高/紧急 80/15/5/<1 %; 岗位数 ",
             "targets: <= 1 in 10 min (2 at most), windows >10 < 1 %, most 10, flood < 1 %, "
             "top 10 <= 5 %, chatter 0, fleeting 0, stale < 5, late 0, unauthorised suppression 0, "
             "low/med/high/crit "
             "80/15/5/<1 %; operator positions: "}) +
         member_text(kpi, "positions") + "\n\n" + times_view(kpi, style);
}

std::vector<std::vector<std::string>> key_figures(const json::object& period,
                                                  const ViewStyle& style) {
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](Words name, std::string value) {
    rows.push_back({in(style, name), std::move(value)});
  };
  const auto count = [&](Words name, std::string_view key) { add(name, member_text(period, key)); };
  count({"报警数", "alarms"}, "activations");
  count({"未告知（被隐藏）", "not told (hidden)"}, "hidden");
  add({"平均每10分钟（目标≤1）", "mean in 10 min (target <= 1)"},
      fixed_text(member_number(period, "per_10_min"), 2));
  add({"超过10条的10分钟窗口", "10-min windows with more than 10"},
      member_text(period, "windows_over") + " / " + member_text(period, "windows"));
  count({"10分钟内最多（目标≤10）", "most in 10 min (target <= 10)"}, "window_most");
  add({"报警泛滥时间", "time in flood"}, percent_text(member_number(period, "flood_share")));
  add({"前十占比（目标≤5 %）", "share of the top 10 (target <= 5 %)"},
      percent_text(member_number(period, "top_share")));
  add({"抖动报警（目标0）", "chattering alarms (target 0)"}, chattering_of(period));
  count({"瞬时报警（目标0）", "fleeting alarms (target 0)"}, "fleeting");
  count({"陈旧（超过24小时，目标<5）", "stale, longer than 24 h (target < 5)"}, "stale_most");
  add({"紧急/高/中/低", "critical/high/medium/low"}, split_of(period));
  count({"10分钟内未确认", "not acknowledged within 10 min"}, "unacknowledged_late");
  count({"响应迟（目标0）", "answered later than the rule asks (target 0)"}, "responded_late");
  count({"未授权抑制（目标0）", "unauthorised suppression (target 0)"}, "unauthorised");
  add(detect_words, waits_text(period, "detected", style));
  add(acknowledge_words, waits_text(period, "acknowledged", style));
  add(close_words, waits_text(period, "closed", style));
  count({"同时激活最多", "most active at once"}, "active_most");
  return rows;
}

}  // namespace parkwatch::report
