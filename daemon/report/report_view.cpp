// daemon/report/report_view.cpp - The shift report in words. Terms as in GB/T 41261-2022.
#include "report/report_view.h"

#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <vector>

#include "model/time.h"
#include "report/alarm_note.h"
#include "report/kpi_view.h"
#include "report/members.h"
#include "report/table.h"
#include "report/terminal_text.h"
#include "report/words.h"

namespace parkwatch::report {
namespace json = boost::json;
namespace {

// "2026-01-01 16:00:00" as a clock of the site shows it; what is no time as it is.
std::string local_time(const json::object& report, const std::string& text) {
  const auto time = parse_rfc3339(text);
  if (!time) return text;
  const auto offset = static_cast<std::int64_t>(member_number(report, "offset_s"));
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

// A last row that says how many more there are than `key` lists.
Section with_rest(Section section, const json::object& report, std::string_view key,
                  const ViewStyle& style) {
  const double all = member_number(report, std::string{key} + "_count");
  const auto listed = static_cast<double>(section.rows.size());
  if (all <= listed) return section;
  std::vector<std::string> row(section.head.size());
  row[0] =
      in(style, {"… 另 ", "... and "}) + fixed_text(all - listed, 0) + in(style, {" 行", " more"});
  section.rows.push_back(std::move(row));
  return section;
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
  for (const json::object* row : member_rows(report, key)) {
    section.rows.push_back(
        {priority_word(member_text(*row, "priority"), style),
         state_word(member_text(*row, "state"), style), member_text(*row, "rule"),
         member_text(*row, "tag"), member_text(*row, "level"), cell_of(report, *row, "raised_at"),
         message_of(*row, style) + frozen_of(report, *row, style), alarm_note(*row, style, local)});
  }
  return with_rest(std::move(section), report, key, style);
}

Section table_section(const json::object& report, std::string_view key, std::string title,
                      const ViewStyle& style,
                      const std::vector<std::pair<std::string, std::string>>& columns) {
  Section section{std::move(title), {}, {}};
  section.head.reserve(columns.size());
  for (const auto& [member, name] : columns) section.head.push_back(name);
  for (const json::object* row : member_rows(report, key)) {
    std::vector<std::string> cells;
    cells.reserve(columns.size());
    for (const auto& [member, name] : columns) cells.push_back(cell_of(report, *row, member));
    section.rows.push_back(std::move(cells));
  }
  return with_rest(std::move(section), report, key, style);
}

// Who hid the alarms, why, since when and until when.
Section held_section(const json::object& report, std::string_view key, std::string_view hold,
                     std::string title, const ViewStyle& style) {
  Section section{
      std::move(title),
      {in(style, {"优先级", "priority"}), in(style, {"规则", "rule"}), in(style, {"位号", "tag"}),
       in(style, {"人员", "who"}), in(style, {"原因", "why"}), in(style, {"始于", "since"}),
       in(style, {"直到", "until"}), in(style, {"内容", "message"})},
      {}};
  for (const json::object* row : member_rows(report, key)) {
    const json::object& held = member_object(*row, hold);
    section.rows.push_back(
        {priority_word(member_text(*row, "priority"), style), member_text(*row, "rule"),
         member_text(*row, "tag"), member_text(held, "author"), member_text(held, "reason"),
         cell_of(report, held, "since"), cell_of(report, held, "until"), message_of(*row, style)});
  }
  return with_rest(std::move(section), report, key, style);
}

Section floods_section(const json::object& report, const ViewStyle& style) {
  Section section{in(style, {"报警泛滥", "floods"}),
                  {in(style, {"始于", "from"}), in(style, {"止于", "to"}),
                   in(style, {"报警数", "alarms"}), in(style, {"前十条", "first ten"})},
                  {}};
  for (const json::object* row : member_rows(member_object(report, "kpi"), "floods")) {
    std::string first;
    for (const json::object* alarm : member_rows(*row, "first")) {
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

// "H 100 t (90.0 %)", each limit with how much of it is reached; none of a lower one is.
std::string limits_of(const json::object& total, const std::string& unit) {
  std::string out;
  const json::value* value = total.if_contains("value");
  const bool known = value != nullptr && value->is_number();
  for (const json::object* limit : member_rows(total, "limits")) {
    const double at = member_number(*limit, "at");
    const std::string level = member_text(*limit, "level");
    if (!out.empty()) out += ", ";
    out += level + ' ' + amount(at, unit);
    if (known && at > 0 && level.starts_with('H')) {
      out += " (" + percent_text(member_number(total, "value") / at) + ")";
    }
  }
  return out;
}

constexpr std::pair<std::string_view, Words> period_words[] = {{"hour", {"小时", "hour"}},
                                                               {"day", {"日", "day"}},
                                                               {"week", {"周", "week"}},
                                                               {"month", {"月", "month"}},
                                                               {"shift", {"班", "shift"}}};
constexpr std::pair<std::string_view, Words> aggregate_words[] = {
    {"avg", {"均值", " mean"}},       {"min", {"最小值", " minimum"}},
    {"max", {"最大值", " maximum"}},  {"sum", {"合计", " sum"}},
    {"count", {"个数", " count"}},    {"stddev", {"标准差", " standard deviation"}},
    {"integral", {"累计", " total"}}, {"increase", {"累计", " total"}}};

// "day mean", "日均值"; a word that is not known is left out.
std::string window_of(const json::object& total, const ViewStyle& style) {
  std::string out;
  const auto add = [&](const auto& words, std::string_view member) {
    const std::string word = member_text(total, member);
    for (const auto& [api, own] : words) {
      if (api == word) out += in(style, own);
    }
  };
  add(period_words, "period");
  add(aggregate_words, "aggregate");
  return out;
}

// "5 / 9": good readings so far, and how many the verdict needs; of a closed period that there were
// enough, if it has one.
std::string readings_of(const json::object& total, bool known) {
  const std::string needed = member_text(total, "count_min");
  const std::string count = member_text(total, "count");
  if (!count.empty()) return count + " / " + needed;
  return known && !needed.empty() ? ">= " + needed : std::string{};
}

Section totals_section(const json::object& report, const ViewStyle& style) {
  Section section{
      in(style, {"本期排放、累计与均值对照限值", "discharge, totals and means against limits"}),
      {in(style, {"规则", "rule"}), in(style, {"位号", "tag"}), in(style, {"统计", "window"}),
       in(style, {"始于", "from"}), in(style, {"迄今", "so far"}),
       in(style, {"有效数/最少", "readings / needed"}), in(style, {"限值", "limits"})},
      {}};
  for (const json::object* row : member_rows(report, "totals")) {
    const std::string unit = member_text(*row, "unit");
    const json::value* value = row->if_contains("value");
    const bool known = value != nullptr && value->is_number();
    section.rows.push_back({member_text(*row, "rule"), member_text(*row, "tag"),
                            window_of(*row, style), cell_of(report, *row, "from"),
                            known ? amount(member_number(*row, "value"), unit) : std::string{"?"},
                            readings_of(*row, known), limits_of(*row, unit)});
  }
  return with_rest(std::move(section), report, "totals", style);
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
  sections.push_back(held_section(report, "maintenance", "shelving",
                                  in(style, {"维护窗口", "maintenance windows"}), style));
  sections.push_back(held_section(report, "loop_checks", "shelving",
                                  in(style, {"回路测试", "loop checks"}), style));
  sections.push_back(table_section(report, "bad_sensors", in(style, {"仪表故障", "bad sensors"}),
                                   style,
                                   {{"tag", tag},
                                    {"reason", in(style, {"原因", "reason"})},
                                    {"since", in(style, {"始于", "since"})}}));
  sections.push_back(totals_section(report, style));
  sections.push_back({in(style, {"本班指标", "key figures"}), {"", ""}, key_figures(kpi, style)});
  sections.push_back(
      table_section(kpi, "top", in(style, {"最频繁报警", "most frequent alarms"}), style,
                    {{"rule", rule}, {"tag", tag}, {"count", in(style, {"次数", "count"})}}));
  sections.push_back(floods_section(report, style));
  sections.push_back(
      alarms_section(report, "unacknowledged_late",
                     in(style, {"确认超过10分钟", "acknowledged after 10 min or never"}), style));
  sections.push_back(table_section(report, "notes", in(style, {"操作员记录", "operators' notes"}),
                                   style,
                                   {{"at", in(style, {"时间", "time"})},
                                    {"author", in(style, {"人员", "who"})},
                                    {"rule", rule},
                                    {"tag", tag},
                                    {"text", in(style, {"内容", "note"})}}));
  sections.push_back(table_section(report, "consumers", in(style, {"拉取状态", "pulls"}), style,
                                   {{"name", in(style, {"中心", "consumer"})},
                                    {"behind", in(style, {"落后消息数", "messages behind"})},
                                    {"behind_s", in(style, {"落后秒数", "seconds behind"})},
                                    {"updated_at", in(style, {"更新于", "updated"})}}));
  sections.push_back(table_section(report, "gaps", in(style, {"数据缺口", "gaps"}), style,
                                   {{"from", in(style, {"自", "from"})},
                                    {"to", in(style, {"至", "to"})},
                                    {"readings", in(style, {"读数", "readings"})},
                                    {"reason", in(style, {"原因", "reason"})},
                                    {"unacknowledged", in(style, {"上级未取", "not pulled"})}}));
  sections.push_back(table_section(report, "signed", in(style, {"已接班", "taken over by"}), style,
                                   {{"at", in(style, {"时间", "time"})},
                                    {"author", in(style, {"人员", "who"})},
                                    {"note", in(style, {"备注", "note"})}}));
  return sections;
}

// A line to be signed by hand on paper, unless somebody has signed already.
std::string line_to_sign(const json::object& report, const ViewStyle& style) {
  if (!member_rows(report, "signed").empty()) return {};
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
