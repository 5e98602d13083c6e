// tools/parkwatch/backtest_view.cpp - Tables and documents of a backtest.
#include "tools/parkwatch/backtest_view.h"

#include <array>
#include <boost/json.hpp>
#include <cstdio>

#include "config/csv.h"
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

std::string minutes(Duration time) {
  const auto whole = std::chrono::duration_cast<std::chrono::minutes>(time).count();
  return whole < 60 ? format("%ld min", static_cast<long>(whole))
                    : format("%ld h %ld min", static_cast<long>(whole / 60),
                             static_cast<long>(whole % 60));
}

std::string earlier_text(const std::optional<Duration>& earlier) {
  if (!earlier) return "–";
  return format("%+.1f s", static_cast<double>(earlier->count()) / 1e6);
}

std::string priorities(const alarms::Kpi& kpi) {
  const double all = kpi.activations == 0 ? 1 : static_cast<double>(kpi.activations);
  const auto share = [&](std::size_t count) { return 100.0 * static_cast<double>(count) / all; };
  return format("priority high %.0f / medium %.0f / low %.0f %%",
                share(kpi.by_priority[2] + kpi.by_priority[3]), share(kpi.by_priority[1]),
                share(kpi.by_priority[0]));
}

double flood_share(const alarms::Kpi& kpi) {
  return static_cast<double>(kpi.in_flood.count()) / static_cast<double>(kpi.span().count());
}

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

}  // namespace

std::string backtest_view(const trial::BacktestRun& run, const trial::RulesCompared& compared,
                          double seconds) {
  const double hours = static_cast<double>((run.to - run.from).count()) / 3600e6;
  std::string out = format("%.1f h · ", hours) + grouped(run.tags) + " tags · " +
                    grouped(run.readings) + " readings · " + format("%.1f s", seconds);
  out += " · " + std::to_string(run.gaps) + (run.gaps == 1 ? " gap" : " gaps");
  if (run.gaps > 0) out += " (" + minutes(run.gap_time) + ")";
  out += "          same code as the daemon; nothing is sent\n";
  if (run.passages_gone) {
    out += "passages of then are no longer kept: alarms of gates are not compared\n";
  }
  using Align = Table::Align;
  Table table{{{"RULE"},
               {"ALARMS WAS→NEW", Align::right},
               {"PER DAY", Align::right},
               {"TOP TAG"},
               {"ACTIVE", Align::right},
               {"CHATTER", Align::right},
               {"FLOODS", Align::right},
               {"MISSED", Align::right},
               {"EARLIER", Align::right}}};
  for (const trial::RuleComparison& row : compared.rules) {
    table.add(
        {row.rule, std::to_string(row.was) + " → " + std::to_string(row.is),
         format("%.1f", row.per_day), row.top_tag, format("%.1f %%", 100 * row.active),
         std::to_string(row.chatter), std::to_string(row.floods),
         std::to_string(row.missed) + (row.missed > 0 ? " ←" : ""), earlier_text(row.earlier)},
        row.missed > 0 ? "31" : "");
  }
  out += table.text(false);
  out += "total " + std::to_string(compared.was.activations) + " → " +
         std::to_string(compared.is.activations) +
         format(", %.1f a day (target <= %.0f)", compared.is.per_day, per_day_target) +
         format(" · time in flood %.1f %% · ", 100 * flood_share(compared.is)) +
         priorities(compared.is) + '\n';
  return out;
}

std::string missed_view(const trial::RulesCompared& compared) {
  std::string out;
  for (const trial::MissedAlarm& missed : compared.missed) {
    const alarms::Activation& a = missed.was;
    out += "missed: " + to_rfc3339(a.raised) + "  " + printable(a.rule) + ' ' + printable(a.tag) +
           ' ' + std::string{to_text(a.level)} + ' ' + std::string{to_text(a.priority)} + "  " +
           printable(missed.why) + (a.comment.empty() ? "" : ": " + printable(a.comment)) + '\n';
  }
  return out;
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
          {"gap_s", static_cast<double>(run.gap_time.count()) / 1e6},
          {"was", compared.was.activations},
          {"new", compared.is.activations},
          {"per_day", compared.is.per_day},
          {"flood_share", flood_share(compared.is)},
          {"rules", std::move(rules)},
          {"missed", std::move(missed)}};
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
