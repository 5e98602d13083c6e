// daemon/report/report_view.cpp - Reports in words. Terms as in GB/T 41261-2022.
#include "report/report_view.h"

#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <vector>

#include "model/time.h"
#include "report/alarm_note.h"
#include "report/members.h"
#include "report/table.h"
#include "report/terminal_text.h"
#include "report/words.h"

namespace parkwatch::report {
namespace json = boost::json;
namespace {

std::vector<const json::object*> rows_at(const json::object& object, std::string_view key) {
  std::vector<const json::object*> rows;
  const json::array* array = member_array(object, key);
  if (array == nullptr) return rows;
  for (const json::value& row : *array) {
    if (row.is_object()) rows.push_back(&row.get_object());
  }
  return rows;
}

double number_at(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  if (found == nullptr || !found->is_number()) return 0;
  return found->to_number<double>();
}

std::string fixed(double number, int places) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.*f", places, number);
  return {text.data(), static_cast<std::size_t>(length)};
}

// "2026-01-01 16:00:00" as a clock of the site shows it; what is no time as it is.
std::string local_time(const json::object& report, const std::string& text) {
  const auto time = parse_rfc3339(text);
  if (!time) return text;
  const auto offset = static_cast<std::int64_t>(number_at(report, "offset_s"));
  std::string local = to_rfc3339(*time + std::chrono::seconds{offset}).substr(0, 19);
  local[10] = ' ';
  return local;
}

bool is_time_member(std::string_view member) {
  return member.ends_with("_at") || member == "at" || member == "from" || member == "to" ||
         member == "since" || member == "until";
}

std::string cell_of(const json::object& report, const json::object& row, std::string_view member) {
  std::string text = member_text(row, member);
  return is_time_member(member) ? local_time(report, text) : text;
}

std::string percent(double share) { return fixed(100 * share, 1) + " %"; }

// One section of a report: a title and rows of cells.
struct Section {
  std::string title;
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
};

std::string message_of(const json::object& row, const ViewStyle& style) {
  const json::object& message = member_object(row, "message");
  const std::string wanted = member_text(message, style.chinese ? "zh" : "en");
  return wanted.empty() ? member_text(message, style.chinese ? "en" : "zh") : wanted;
}

// "; data bad since 2026-01-01 16:00:00, last 33.5 %"
std::string frozen_of(const json::object& report, const json::object& row, const ViewStyle& style) {
  const json::object& frozen = member_object(row, "frozen");
  if (frozen.empty()) return {};
  std::string out = in(style, {"；数据自 ", "; data bad since "}) +
                    cell_of(report, frozen, "since") + in(style, {" 起不可信", ""});
  const std::string value = member_text(frozen, "value");
  if (value.empty()) return out;
  return out + in(style, {"，最后值 ", ", last "}) + value + ' ' + member_text(row, "unit");
}

Section alarms_section(const json::object& report, std::string_view key, std::string title,
                       const ViewStyle& style) {
  Section section{
      std::move(title),
      {in(style, {"优先级", "priority"}), in(style, {"状态", "state"}), in(style, {"规则", "rule"}),
       in(style, {"位号", "tag"}), in(style, {"级别", "level"}), in(style, {"始于", "since"}),
       in(style, {"内容", "message"}), in(style, {"备注", "note"})},
      {}};
  const auto local = [&](const std::string& time) { return local_time(report, time); };
  for (const json::object* row : rows_at(report, key)) {
    section.rows.push_back(
        {priority_word(member_text(*row, "priority"), style),
         state_word(member_text(*row, "state"), style), member_text(*row, "rule"),
         member_text(*row, "tag"), member_text(*row, "level"), cell_of(report, *row, "raised_at"),
         message_of(*row, style) + frozen_of(report, *row, style), alarm_note(*row, style, local)});
  }
  return section;
}

Section table_section(const json::object& report, std::string_view key, std::string title,
                      const std::vector<std::pair<std::string, std::string>>& columns) {
  Section section{std::move(title), {}, {}};
  section.head.reserve(columns.size());
  for (const auto& [member, name] : columns) section.head.push_back(name);
  for (const json::object* row : rows_at(report, key)) {
    std::vector<std::string> cells;
    cells.reserve(columns.size());
    for (const auto& [member, name] : columns) cells.push_back(cell_of(report, *row, member));
    section.rows.push_back(std::move(cells));
  }
  return section;
}

// "1 / 8 / 2 / 1": critical, high, medium, low.
std::string split_of(const json::object& kpi) {
  const json::object& priorities = member_object(kpi, "priorities");
  return member_text(priorities, "critical") + " / " + member_text(priorities, "high") + " / " +
         member_text(priorities, "medium") + " / " + member_text(priorities, "low");
}

// "12 s / 3.5 min": the median and the longest of NAME; "–" when there was none.
std::string waits_text(const json::object& kpi, const std::string& name, const ViewStyle& style) {
  if (number_at(kpi, name) == 0) return "–";
  const auto words = [&](const std::string& member) {
    const double seconds = number_at(kpi, name + member);
    if (seconds < 60) return fixed(seconds, seconds < 10 ? 1 : 0) + in(style, {" 秒", " s"});
    if (seconds < 3600) return fixed(seconds / 60, 1) + in(style, {" 分", " min"});
    return fixed(seconds / 3600, 1) + in(style, {" 小时", " h"});
  };
  return words("_median_s") + " / " + words("_longest_s");
}

constexpr Words detect_words{"发现（中位/最长）", "to detect (median / longest)"};
constexpr Words acknowledge_words{"确认（中位/最长）", "to acknowledge (median / longest)"};
constexpr Words close_words{"关闭（中位/最长）", "to close (median / longest)"};

Section figures_section(const json::object& kpi, const ViewStyle& style) {
  Section section{in(style, {"本班指标", "key figures"}), {"", ""}, {}};
  const auto add = [&](Words name, std::string value) {
    section.rows.push_back({in(style, name), std::move(value)});
  };
  add({"报警数", "alarms"}, member_text(kpi, "activations"));
  add({"平均每10分钟（目标≤1）", "mean in 10 min (target <= 1)"},
      fixed(number_at(kpi, "per_10_min"), 2));
  add({"超过10条的10分钟窗口", "10-min windows with more than 10"},
      member_text(kpi, "windows_over") + " / " + member_text(kpi, "windows"));
  add({"报警泛滥时间", "time in flood"}, percent(number_at(kpi, "flood_share")));
  add({"紧急/高/中/低", "critical/high/medium/low"}, split_of(kpi));
  add({"10分钟内未确认", "not acknowledged within 10 min"},
      member_text(kpi, "unacknowledged_late"));
  add(detect_words, waits_text(kpi, "detected", style));
  add(acknowledge_words, waits_text(kpi, "acknowledged", style));
  add(close_words, waits_text(kpi, "closed", style));
  add({"同时激活最多", "most active at once"}, member_text(kpi, "active_most"));
  return section;
}

// Who hid the alarms, why and until when.
Section held_section(const json::object& report, std::string_view key, std::string_view hold,
                     std::string title, const ViewStyle& style) {
  Section section{
      std::move(title),
      {in(style, {"优先级", "priority"}), in(style, {"规则", "rule"}), in(style, {"位号", "tag"}),
       in(style, {"人员", "who"}), in(style, {"原因", "why"}), in(style, {"直到", "until"}),
       in(style, {"内容", "message"})},
      {}};
  for (const json::object* row : rows_at(report, key)) {
    const json::object& held = member_object(*row, hold);
    section.rows.push_back({priority_word(member_text(*row, "priority"), style),
                            member_text(*row, "rule"), member_text(*row, "tag"),
                            member_text(held, "author"), member_text(held, "reason"),
                            cell_of(report, held, "until"), message_of(*row, style)});
  }
  return section;
}

Section floods_section(const json::object& report, const ViewStyle& style) {
  Section section{in(style, {"报警泛滥", "floods"}),
                  {in(style, {"始于", "from"}), in(style, {"止于", "to"}),
                   in(style, {"报警数", "alarms"}), in(style, {"前十条", "first ten"})},
                  {}};
  for (const json::object* row : rows_at(member_object(report, "kpi"), "floods")) {
    std::string first;
    for (const json::object* alarm : rows_at(*row, "first")) {
      if (!first.empty()) first += ", ";
      first += member_text(*alarm, "rule") + ' ' + member_text(*alarm, "tag");
    }
    section.rows.push_back({cell_of(report, *row, "from"), cell_of(report, *row, "to"),
                            member_text(*row, "alarms"), std::move(first)});
  }
  return section;
}

std::string amount(double number, const std::string& unit) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.6g", number);
  std::string out{text.data(), static_cast<std::size_t>(length)};
  return unit.empty() ? out : out + ' ' + unit;
}

// "H 100 t (90.0 %)", each budget with how much of it is used.
std::string budgets_of(const json::object& total, const std::string& unit) {
  std::string out;
  const json::value* value = total.if_contains("value");
  const bool known = value != nullptr && value->is_number();
  for (const json::object* budget : rows_at(total, "budgets")) {
    const double at = number_at(*budget, "at");
    if (!out.empty()) out += ", ";
    out += member_text(*budget, "level") + ' ' + amount(at, unit);
    if (known && at > 0) out += " (" + percent(number_at(total, "value") / at) + ")";
  }
  return out;
}

Section totals_section(const json::object& report, const ViewStyle& style) {
  Section section{
      in(style, {"累计量与限额", "totals against limits"}),
      {in(style, {"规则", "rule"}), in(style, {"位号", "tag"}), in(style, {"始于", "from"}),
       in(style, {"累计", "so far"}), in(style, {"限额", "limits"})},
      {}};
  for (const json::object* row : rows_at(report, "totals")) {
    const std::string unit = member_text(*row, "unit");
    const json::value* value = row->if_contains("value");
    const bool known = value != nullptr && value->is_number();
    section.rows.push_back({member_text(*row, "rule"), member_text(*row, "tag"),
                            cell_of(report, *row, "from"),
                            known ? amount(number_at(*row, "value"), unit) : std::string{"?"},
                            budgets_of(*row, unit)});
  }
  return section;
}

std::vector<Section> sections_of(const json::object& report, const ViewStyle& style) {
  const json::object& kpi = member_object(report, "kpi");
  const std::string rule = in(style, {"规则", "rule"});
  const std::string tag = in(style, {"位号", "tag"});
  std::vector<Section> sections;
  sections.push_back(
      alarms_section(report, "standing", in(style, {"现存报警", "standing alarms"}), style));
  sections.push_back(alarms_section(report, "returned_unacknowledged",
                                    in(style, {"已返回未确认", "returned, not acknowledged"}),
                                    style));
  sections.push_back(
      held_section(report, "shelved", "shelving", in(style, {"搁置", "shelved"}), style));
  sections.push_back(
      alarms_section(report, "suppressed", in(style, {"设计抑制", "suppressed by design"}), style));
  sections.push_back(held_section(report, "out_of_service", "service",
                                  in(style, {"停用", "out of service"}), style));
  sections.push_back(table_section(report, "bad_sensors", in(style, {"仪表故障", "bad sensors"}),
                                   {{"tag", tag},
                                    {"reason", in(style, {"原因", "reason"})},
                                    {"since", in(style, {"始于", "since"})}}));
  sections.push_back(totals_section(report, style));
  sections.push_back(figures_section(kpi, style));
  sections.push_back(
      table_section(kpi, "top", in(style, {"最频繁报警", "most frequent alarms"}),
                    {{"rule", rule}, {"tag", tag}, {"count", in(style, {"次数", "count"})}}));
  sections.push_back(floods_section(report, style));
  sections.push_back(
      alarms_section(report, "unacknowledged_late",
                     in(style, {"确认超过10分钟", "acknowledged after 10 min or never"}), style));
  sections.push_back(table_section(report, "notes", in(style, {"操作员记录", "operators' notes"}),
                                   {{"at", in(style, {"时间", "time"})},
                                    {"author", in(style, {"人员", "who"})},
                                    {"rule", rule},
                                    {"tag", tag},
                                    {"text", in(style, {"内容", "note"})}}));
  sections.push_back(table_section(report, "consumers", in(style, {"拉取状态", "pulls"}),
                                   {{"name", in(style, {"中心", "consumer"})},
                                    {"behind", in(style, {"落后消息数", "messages behind"})},
                                    {"behind_s", in(style, {"落后秒数", "seconds behind"})},
                                    {"updated_at", in(style, {"更新于", "updated"})}}));
  sections.push_back(table_section(report, "gaps", in(style, {"数据缺口", "gaps"}),
                                   {{"from", in(style, {"自", "from"})},
                                    {"to", in(style, {"至", "to"})},
                                    {"readings", in(style, {"读数", "readings"})},
                                    {"reason", in(style, {"原因", "reason"})},
                                    {"unacknowledged", in(style, {"上级未取", "not pulled"})}}));
  sections.push_back(table_section(report, "signed", in(style, {"已接班", "taken over by"}),
                                   {{"at", in(style, {"时间", "time"})},
                                    {"author", in(style, {"人员", "who"})},
                                    {"note", in(style, {"备注", "note"})}}));
  return sections;
}

// A line to be signed by hand on paper, unless somebody has signed already.
std::string line_to_sign(const json::object& report, const ViewStyle& style) {
  if (!rows_at(report, "signed").empty()) return {};
  return in(style, {"已接班（签字）: ____________________  时间: ____________________",
                    "taken over by: ____________________  at: ____________________"});
}

std::string html_of(const Section& section, const std::string& none) {
  std::string out = "<h2>" + html_escaped(section.title) + "</h2>\n";
  if (section.rows.empty()) return out + "<p>" + none + "</p>\n";
  out += "<table>\n<tr>";
  for (const std::string& name : section.head) out += "<th>" + html_escaped(name) + "</th>";
  out += "</tr>\n";
  for (const auto& row : section.rows) {
    out += "<tr>";
    for (const std::string& cell : row) out += "<td>" + html_escaped(cell) + "</td>";
    out += "</tr>\n";
  }
  return out + "</table>\n";
}

}  // namespace

std::string shift_report_title(const json::object& report, const ViewStyle& style) {
  const std::string shift = member_text(report, "shift");
  return member_text(report, "park") + ' ' + in(style, {"交接班报告", "shift report"}) +
         (shift.empty() ? "" : " " + shift) + "  " + cell_of(report, report, "from") + " – " +
         cell_of(report, report, "to") + " (" + member_text(report, "zone") + ')';
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

namespace {

// Beside the targets: how fast, for which the standards have none.
std::string times_view(const json::object& kpi, const ViewStyle& style) {
  Table table{{{in(style, {"始于", "FROM"})},
               {in(style, {"班次", "SHIFT"})},
               {in(style, detect_words)},
               {in(style, acknowledge_words)},
               {in(style, close_words)}}};
  for (const json::object* period : rows_at(kpi, "periods")) {
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
               {in(style, {"紧急/高/中/低", "CRIT/HIGH/MED/LOW"}), Align::right}}};
  for (const json::object* period : rows_at(kpi, "periods")) {
    const double windows = number_at(*period, "windows");
    const json::array* chattering = member_array(*period, "chattering");
    table.add({member_text(*period, "from"), member_text(*period, "shift"),
               member_text(*period, "activations"), fixed(number_at(*period, "per_10_min"), 2),
               fixed(number_at(*period, "per_day"), 1),
               percent(windows > 0 ? number_at(*period, "windows_over") / windows : 0),
               member_text(*period, "window_most"), percent(number_at(*period, "flood_share")),
               percent(number_at(*period, "top_share")),
               std::to_string(chattering == nullptr ? 0 : chattering->size()),
               member_text(*period, "fleeting"), member_text(*period, "stale_most"),
               member_text(*period, "responded_late"), split_of(*period)},
              number_at(*period, "per_10_min") > 2 ? "31" : "");
  }
  return table.text(style.colour) +
         in(style,
            {"目标: 每10分钟≤1（最多2）, 窗口>10 <1 %, 最多10, 泛滥<1 %, 抖动0, 瞬时0, 陈旧<5, "
             "响应迟0, "
             "低/中/高/紧急 80/15/5/<1 %; 岗位数 ",
             "targets: <= 1 in 10 min (2 at most), windows >10 < 1 %, most 10, flood < 1 %, "
             "chatter 0, fleeting 0, stale < 5, late 0, low/med/high/crit 80/15/5/<1 %; operator "
             "positions: "}) +
         member_text(kpi, "positions") + "\n\n" + times_view(kpi, style);
}

std::string shift_report_view(const json::object& report, const ViewStyle& style) {
  std::string out = printable(shift_report_title(report, style)) + "\n";
  for (const Section& section : sections_of(report, style)) {
    out += "\n== " + printable(section.title) + " ==\n";
    if (section.rows.empty()) {
      out += in(style, {"无", "none"}) + '\n';
      continue;
    }
    std::vector<Table::Column> columns;
    for (const std::string& name : section.head) columns.push_back({name});
    Table table{std::move(columns)};
    for (const auto& row : section.rows) table.add(row);
    out += table.text(false);
  }
  const std::string sign = line_to_sign(report, style);
  return sign.empty() ? out : out + '\n' + sign + '\n';
}

std::string shift_report_html(const json::object& report, const ViewStyle& style) {
  const std::string title = html_escaped(shift_report_title(report, style));
  std::string out = "<!DOCTYPE html>\n<html lang=\"" + in(style, {"zh-CN", "en"}) +
                    "\"><head><meta charset=\"utf-8\"><title>" + title +
                    "</title><style>body{font-family:sans-serif;margin:2em;color:#222}"
                    "table{border-collapse:collapse}td,th{border:1px solid #bbb;"
                    "padding:.2em .6em;text-align:left}h2{font-size:1.1em}</style></head>\n<body>\n"
                    "<h1>" +
                    title + "</h1>\n";
  for (const Section& section : sections_of(report, style)) {
    out += html_of(section, in(style, {"无", "none"}));
  }
  const std::string sign = line_to_sign(report, style);
  if (!sign.empty()) out += "<p>" + sign + "</p>\n";
  return out + "</body></html>\n";
}

}  // namespace parkwatch::report
