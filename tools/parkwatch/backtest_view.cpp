// tools/parkwatch/backtest_view.cpp - Tables and documents of a backtest.
#include "tools/parkwatch/backtest_view.h"

#include <array>
#include <boost/json.hpp>
#include <cstdio>

#include "config/csv.h"
#include "report/report_view.h"
#include "report/table.h"
#include "report/terminal_text.h"

namespace parkwatch::cli {
using report::printable;
using report::Table;
namespace json = boost::json;
namespace {

// ISA-18.2: about one in ten minutes is acceptable.
constexpr double per_day_target = 144;

template <typename... Args>
std::string format(const char* pattern, Args... args) {
  std::array<char, 128> text{};
  (void)std::snprintf(text.data(), text.size(), pattern, args...);
  return text.data();
}

// 38621440 -> "38 621 440"
std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out.push_back(' ');
    out.push_back(digits[i]);
  }
  return out;
}

std::string minutes(Duration time, const ViewStyle& style) {
  const auto whole = std::chrono::duration_cast<std::chrono::minutes>(time).count();
  if (whole < 60)
    return format(in(style, {"%ld 分钟", "%ld min"}).c_str(), static_cast<long>(whole));
  return format(in(style, {"%ld 小时 %ld 分钟", "%ld h %ld min"}).c_str(),
                static_cast<long>(whole / 60), static_cast<long>(whole % 60));
}

std::string earlier_text(const std::optional<Duration>& earlier) {
  if (!earlier) return "–";
  return format("%+.1f s", static_cast<double>(earlier->count()) / 1e6);
}

std::string priorities(const alarms::Kpi& kpi, const ViewStyle& style) {
  const double all = kpi.activations == 0 ? 1 : static_cast<double>(kpi.activations);
  const auto share = [&](std::size_t count) { return 100.0 * static_cast<double>(count) / all; };
  return format(in(style, {"优先级 高 %.0f / 中 %.0f / 低 %.0f %%",
                           "priority high %.0f / medium %.0f / low %.0f %%"})
                    .c_str(),
                share(kpi.by_priority[2] + kpi.by_priority[3]), share(kpi.by_priority[1]),
                share(kpi.by_priority[0]));
}

double flood_share(const alarms::Kpi& kpi) {
  return static_cast<double>(kpi.in_flood.count()) / static_cast<double>(kpi.span().count());
}

std::string head_of(const trial::BacktestRun& run, double seconds, const ViewStyle& style) {
  const double hours = static_cast<double>((run.to - run.from).count()) / 3600e6;
  std::string out = format(in(style, {"%.1f 小时 · ", "%.1f h · "}).c_str(), hours) +
                    grouped(run.tags) + in(style, {" 个点位 · ", " tags · "}) +
                    grouped(run.readings) + in(style, {" 条读数 · ", " readings · "}) +
                    format(in(style, {"用时 %.1f s", "%.1f s"}).c_str(), seconds);
  out +=
      " · " + std::to_string(run.gaps) + in(style, {" 处缺失", run.gaps == 1 ? " gap" : " gaps"});
  if (run.gaps > 0) out += " (" + minutes(run.gap_time, style) + ")";
  return out;
}

std::string promise(const ViewStyle& style) {
  return in(style,
            {"与守护进程同一套代码；不发送任何内容", "same code as the daemon; nothing is sent"});
}

std::vector<Table::Column> columns_of(const ViewStyle& style) {
  using Align = Table::Align;
  return {{in(style, {"规则", "RULE"})},
          {in(style, {"报警数 原→新", "ALARMS WAS→NEW"}), Align::right},
          {in(style, {"每天", "PER DAY"}), Align::right},
          {in(style, {"最多的点位", "TOP TAG"})},
          {in(style, {"有效时间", "ACTIVE"}), Align::right},
          {in(style, {"抖动", "CHATTER"}), Align::right},
          {in(style, {"泛滥", "FLOODS"}), Align::right},
          {in(style, {"漏报", "MISSED"}), Align::right},
          {in(style, {"提前", "EARLIER"}), Align::right}};
}

// One a column.
std::vector<std::string> cells_of(const trial::RuleComparison& row) {
  return {row.rule,
          std::to_string(row.was) + " → " + std::to_string(row.is),
          format("%.1f", row.per_day),
          row.top_tag,
          format("%.1f %%", 100 * row.active),
          std::to_string(row.chatter),
          std::to_string(row.floods),
          std::to_string(row.missed) + (row.missed > 0 ? " ←" : ""),
          earlier_text(row.earlier)};
}

std::string total_of(const trial::RulesCompared& compared, const ViewStyle& style) {
  return in(style, {"合计 ", "total "}) + std::to_string(compared.was.activations) + " → " +
         std::to_string(compared.is.activations) +
         format(in(style, {"，每天 %.1f（目标 ≤ %.0f）", ", %.1f a day (target <= %.0f)"}).c_str(),
                compared.is.per_day, per_day_target) +
         format(in(style, {" · 泛滥时间 %.1f %% · ", " · time in flood %.1f %% · "}).c_str(),
                100 * flood_share(compared.is)) +
         priorities(compared.is, style);
}

std::string escaped(std::string_view text) { return report::html_escaped(printable(text)); }

json::object document_of(const alarms::Activation& a) {
  json::object out{{"rule", a.rule},
                   {"tag", a.tag},
                   {"level", to_text(a.level)},
                   {"priority", to_text(a.priority)},
                   {"journal", a.journal},
                   {"raised", to_rfc3339(a.raised)}};
  if (a.ended) out["ended"] = to_rfc3339(*a.ended);
  if (!a.comment.empty()) out["comment"] = a.comment;
  return out;
}

// Who was inside is kept for a time only.
std::string not_compared(const ViewStyle& style) {
  return in(style, {"当时的通行记录已不保存：卡口报警不作比较",
                    "passages of then are no longer kept: alarms of gates are not compared"});
}

}  // namespace

std::string backtest_view(const trial::BacktestRun& run, const trial::RulesCompared& compared,
                          double seconds, const ViewStyle& style) {
  Table table{columns_of(style)};
  for (const trial::RuleComparison& row : compared.rules) {
    table.add(cells_of(row), row.missed > 0 ? "31" : "");
  }
  return head_of(run, seconds, style) + "          " + promise(style) + '\n' +
         (run.passages_gone ? not_compared(style) + '\n' : "") + table.text(false) +
         total_of(compared, style) + '\n';
}

std::string missed_view(const trial::RulesCompared& compared, const ViewStyle& style) {
  std::string out;
  for (const trial::MissedAlarm& missed : compared.missed) {
    const alarms::Activation& a = missed.was;
    out += in(style, {"漏报: ", "missed: "}) + to_rfc3339(a.raised) + "  " + printable(a.rule) +
           ' ' + printable(a.tag) + ' ' + std::string{to_text(a.level)} + ' ' +
           std::string{to_text(a.priority)} + "  " + printable(missed.why) +
           (a.comment.empty() ? "" : ": " + printable(a.comment)) + '\n';
  }
  return out;
}

std::string missed_summary(std::size_t missed, bool allowed, const ViewStyle& style) {
  const std::string count = std::to_string(missed);
  return (style.chinese ? "漏报: " + count + " 条重要报警不再出现"
                        : "missed: " + count + " alarms that mattered are no longer raised") +
         (allowed ? in(style, {"（已允许）", " (allowed)"}) : "");
}

std::string backtest_html(const trial::BacktestRun& run, const trial::RulesCompared& compared,
                          double seconds, const ViewStyle& style) {
  const std::string title = in(style, {"规则回测", "Backtest of rules"});
  std::string out = std::string{"<!DOCTYPE html>\n<html lang=\""} + in(style, {"zh-CN", "en"}) +
                    "\"><head><meta charset=\"utf-8\"><title>" + title +
                    "</title><style>body{font-family:sans-serif;margin:2em;color:#222}"
                    "table{border-collapse:collapse}td,th{border:1px solid #bbb;"
                    "padding:.2em .6em;text-align:left}td.n{text-align:right}"
                    "tr.missed{color:#b00}</style></head>\n<body>\n<h1>" +
                    title + "</h1>\n<p>" + to_rfc3339(run.from) + " – " + to_rfc3339(run.to) +
                    "</p>\n<p>" + escaped(head_of(run, seconds, style)) + " · " + promise(style) +
                    "</p>\n<table>\n<tr>";
  const std::vector<Table::Column> columns = columns_of(style);
  for (const Table::Column& column : columns) out += "<th>" + escaped(column.title) + "</th>";
  out += "</tr>\n";
  for (const trial::RuleComparison& row : compared.rules) {
    out += row.missed > 0 ? "<tr class=\"missed\">" : "<tr>";
    const std::vector<std::string> cells = cells_of(row);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool number = columns[i].align == Table::Align::right;
      out += (number ? "<td class=\"n\">" : "<td>") + escaped(cells[i]) + "</td>";
    }
    out += "</tr>\n";
  }
  out += "</table>\n<p>" + escaped(total_of(compared, style)) + "</p>\n";
  if (run.passages_gone) out += "<p>" + not_compared(style) + "</p>\n";
  if (!compared.missed.empty()) {
    out += "<pre>" + escaped(missed_view(compared, style)) + "</pre>\n";
  }
  return out + "</body></html>\n";
}

std::string transitions_view(const std::vector<AlarmEvent>& transitions) {
  std::string out;
  for (const AlarmEvent& e : transitions) {
    out += to_rfc3339(e.at) + "  " + std::string{to_text(e.kind)} + "  " +
           std::string{to_text(e.priority)} + "  " + std::string{to_text(e.level)} + "  " +
           printable(e.rule) + ' ' + printable(e.tag) +
           (e.value ? "  " + to_text(Value{*e.value}) : "") + '\n';
  }
  return out;
}

std::string backtest_csv(const trial::RulesCompared& compared) {
  std::string out = "rule,was,new,per_day,top_tag,active,chatter,floods,missed,earlier_s\r\n";
  for (const trial::RuleComparison& row : compared.rules) {
    out += config::csv_cell(row.rule) + ',' + std::to_string(row.was) + ',' +
           std::to_string(row.is) + format(",%.3f,", row.per_day) + config::csv_cell(row.top_tag) +
           format(",%.6f,", row.active) + std::to_string(row.chatter) + ',' +
           std::to_string(row.floods) + ',' + std::to_string(row.missed) + ',';
    if (row.earlier) out += format("%.3f", static_cast<double>(row.earlier->count()) / 1e6);
    out += "\r\n";
  }
  return out;
}

json::object backtest_document(const trial::BacktestRun& run, const trial::RulesCompared& compared,
                               double seconds) {
  json::array rules;
  for (const trial::RuleComparison& row : compared.rules) {
    json::object one{{"rule", row.rule},       {"was", row.was},         {"new", row.is},
                     {"per_day", row.per_day}, {"top_tag", row.top_tag}, {"active", row.active},
                     {"chatter", row.chatter}, {"floods", row.floods},   {"missed", row.missed}};
    if (row.earlier) one["earlier_s"] = static_cast<double>(row.earlier->count()) / 1e6;
    rules.push_back(std::move(one));
  }
  json::array missed;
  for (const trial::MissedAlarm& one : compared.missed) {
    json::object document = document_of(one.was);
    document["why"] = one.why;
    missed.push_back(std::move(document));
  }
  return {{"from", to_rfc3339(run.from)},
          {"to", to_rfc3339(run.to)},
          {"tags", run.tags},
          {"readings", run.readings},
          {"seconds", seconds},
          {"gaps", run.gaps},
          {"passages_gone", run.passages_gone},
          {"gap_s", static_cast<double>(run.gap_time.count()) / 1e6},
          {"was", compared.was.activations},
          {"new", compared.is.activations},
          {"per_day", compared.is.per_day},
          {"flood_share", flood_share(compared.is)},
          {"rules", std::move(rules)},
          {"missed", std::move(missed)}};
}

std::string verified_view(const trial::Verified& v, double seconds, const ViewStyle& style) {
  const auto part = [&](Words name, auto count) {
    const std::string number = std::to_string(count);
    return style.chinese ? "，" + std::string{name.zh} + ' ' + number
                         : ", " + number + ' ' + name.en;
  };
  std::string out = in(style, {"校验 ", "verify: "}) + to_rfc3339(v.from) +
                    in(style, {" 至 ", " to "}) + to_rfc3339(v.to);
  out += part({"读数", "readings"}, v.readings) + part({"启动", "starts"}, v.starts) +
         part({"时钟跳变", "clock steps"}, v.clock_steps) +
         format(in(style, {"，用时 %.1f s\n", ", %.1f s\n"}).c_str(), seconds);
  return out + in(style, {"报警变化 ", "transitions "}) + std::to_string(v.transitions) +
         in(style, {"，派生读数 ", ", derived readings "}) + std::to_string(v.derived) +
         in(style, {"，已不再保存 ", ", no longer kept "}) + std::to_string(v.unknown) +
         in(style, {"，不一致 ", ", differ "}) + std::to_string(v.differ);
}

json::object verify_document(const trial::Verified& verified) {
  json::array first;
  for (const std::string& one : verified.first) first.emplace_back(one);
  return {{"from", to_rfc3339(verified.from)},
          {"to", to_rfc3339(verified.to)},
          {"batches", verified.batches},
          {"readings", verified.readings},
          {"starts", verified.starts},
          {"clock_steps", verified.clock_steps},
          {"transitions", verified.transitions},
          {"derived", verified.derived},
          {"unknown", verified.unknown},
          {"differ", verified.differ},
          {"first", std::move(first)}};
}

}  // namespace parkwatch::cli
