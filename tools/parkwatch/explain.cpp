// tools/parkwatch/explain.cpp - Looks, and says it.
#include "tools/parkwatch/explain.h"

#include <boost/json.hpp>

#include "config/config.h"
#include "report/terminal_text.h"
#include "tools/parkwatch/backtest_view.h"
#include "tools/trial/explain.h"

namespace parkwatch::cli {
using report::printable;
namespace json = boost::json;
namespace {

// The newest reading of a tag, and the test value that stands for it.
void put_reading(const std::optional<Reading>& newest,
                 const std::optional<pipeline::LoopCheck>& check, json::object& out) {
  if (newest) {
    out["value"] = to_text(newest->value);
    out["quality"] = to_text(newest->quality);
    out["reason"] = to_text(newest->reason);
    out["time"] = to_rfc3339(newest->source_time);
  }
  if (check) out["test_value"] = check->value;
}

json::object signal_document(const trial::ExplainedSignal& signal) {
  json::object out{{"unit", signal.unit}};
  if (signal.value) out["value"] = *signal.value;
  if (signal.closed) out["closed"] = *signal.closed;
  json::array operands;
  for (const trial::ExplainedTag& operand : signal.operands) {
    json::object one{{"tag", operand.tag}};
    put_reading(operand.newest, operand.check, one);
    operands.push_back(std::move(one));
  }
  out["operands"] = std::move(operands);
  return out;
}

// Empty `kind`: a rule of parkwatch's own or of the gates.
std::string kind_of(const trial::Explained& e) {
  return e.own ? std::string{} : std::string{to_text(e.rule.kind)};
}

json::array levels_document(const trial::Explained& e) {
  json::array levels;
  for (const trial::ExplainedLevel& level : e.levels) {
    json::object one{{"level", to_text(level.limit.level)},
                     {"at", level.limit.at},
                     {"deadband", level.limit.deadband},
                     {"priority", to_text(level.limit.priority)},
                     {"past", level.in},
                     {"active", level.active},
                     {"held", level.held}};
    if (level.left) one["delay_left_s"] = static_cast<double>(level.left->count()) / 1e6;
    if (e.rule.alarm.count_times > 0) one["passings"] = level.passings;
    levels.push_back(std::move(one));
  }
  return levels;
}

json::object document_of(const trial::Explained& e) {
  json::object out{{"rule", e.rule.id},  {"kind", kind_of(e)}, {"tag", e.tag.name},
                   {"unit", e.tag.unit}, {"plant", e.plant},   {"as_of", to_rfc3339(e.as_of)}};
  put_reading(e.newest, e.check, out);
  out["in_force"] = e.phase.phase == pipeline::Phase::in_force && !e.switched_off;
  if (!e.own) out["signal"] = signal_document(e.signal);
  out["levels"] = levels_document(e);
  out["state"] = to_text(e.standing ? e.standing->state : AlarmState::normal);
  json::array hidden;
  for (const std::string_view word : flag_words(e.hidden)) hidden.emplace_back(word);
  out["hidden_by"] = std::move(hidden);
  json::array reasons;
  for (const Text& reason : trial::reasons_of(e)) reasons.emplace_back(reason.en);
  out["reasons"] = std::move(reasons);
  json::array decisions;
  for (const AlarmEvent& event : e.decisions) {
    decisions.push_back(json::object{{"at", to_rfc3339(event.at)},
                                     {"kind", to_text(event.kind)},
                                     {"level", to_text(event.level)},
                                     {"priority", to_text(event.priority)},
                                     {"journal", event.journal},
                                     {"author", event.author},
                                     {"comment", event.comment},
                                     {"plant", event.plant}});
  }
  out["decisions"] = std::move(decisions);
  return out;
}

std::string head_of(const trial::Explained& e, const ViewStyle& style) {
  const std::string& text =
      style.chinese && !e.tag.description.zh.empty() ? e.tag.description.zh : e.tag.description.en;
  return e.rule.id + (e.own ? "" : " (" + kind_of(e) + ')') + in(style, {"，点位 ", " on "}) +
         e.tag.name + (text.empty() ? "" : in(style, {"，", ", "}) + text);
}

std::string reading_of(const trial::Explained& e, const ViewStyle& style) {
  const Reading& r = *e.newest;
  std::string text = in(style, {"值 ", "value "}) + to_text(r.value);
  if (!e.tag.unit.empty()) text += ' ' + e.tag.unit;
  text += in(style, {"，", ", "}) + std::string{to_text(r.quality)};
  if (r.reason != QualityReason::none) text += ' ' + std::string{to_text(r.reason)};
  return text + in(style, {"，测量于 ", ", measured "}) + to_rfc3339(r.source_time) +
         in(style, {"，收到于 ", ", received "}) + to_rfc3339(r.receive_time);
}

void show(const trial::Explained& e, Console& console) {
  const ViewStyle& style = console.style;
  console.out << printable(head_of(e, style)) << '\n'
              << in(style, {"截至 ", "as of "}) << to_rfc3339(e.as_of)
              << in(style, {"，配置 ", ", configuration "}) << e.plant.substr(0, 12) << '\n';
  if (e.newest) console.out << printable(reading_of(e, style)) << '\n';
  for (const Text& reason : trial::reasons_of(e)) {
    console.out << "- " << printable(style.chinese ? reason.zh : reason.en) << '\n';
  }
  if (e.decisions.empty()) {
    console.out << in(style, {"从未发生过", "it has never come"}) << '\n';
    return;
  }
  console.out << in(style, {"最近的变化：", "the last decisions:"}) << '\n'
              << transitions_view(e.decisions);
}

}  // namespace

int explain(const ExplainCommand& command, Console& console) {
  std::string directory = command.state_directory;
  if (directory.empty()) {
    Diagnostics diagnostics;
    const auto config = config::load(command.config, {}, diagnostics);
    if (config == nullptr) {
      say_error(console, diagnostics.empty() ? command.config + " cannot be read"
                                             : to_text(diagnostics.front()));
      return exit_no;
    }
    directory = config->state_directory;
  }
  const auto history = store::open_history(directory);
  if (!history) {
    say_error(console, history.error().message);
    return exit_no;
  }
  const auto explained = trial::explain(**history, command.rule, command.tag);
  if (!explained) {
    say_error(console, explained.error().message);
    return exit_no;
  }
  if (console.json) {
    console.out << json::serialize(document_of(*explained)) << '\n';
  } else {
    show(*explained, console);
  }
  return exit_ok;
}

}  // namespace parkwatch::cli
