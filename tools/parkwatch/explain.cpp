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

json::object document_of(const trial::Explained& e) {
  json::object out{{"rule", e.rule.id}, {"kind", to_text(e.rule.kind)},
                   {"tag", e.tag.name}, {"unit", e.tag.unit},
                   {"plant", e.plant},  {"as_of", to_rfc3339(e.as_of)}};
  if (e.newest) {
    out["value"] = to_text(e.newest->value);
    out["quality"] = to_text(e.newest->quality);
    out["reason"] = to_text(e.newest->reason);
    out["time"] = to_rfc3339(e.newest->source_time);
  }
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
    levels.push_back(std::move(one));
  }
  out["levels"] = std::move(levels);
  out["state"] = to_text(e.standing ? e.standing->state : AlarmState::normal);
  json::array hidden;
  for (std::size_t bit = 0; bit < alarm_flags; ++bit) {
    const std::uint32_t flag = 1U << bit;
    if ((e.hidden & flag) != 0) hidden.emplace_back(to_text(static_cast<AlarmFlag>(flag)));
  }
  out["hidden_by"] = std::move(hidden);
  json::array reasons;
  for (const std::string& reason : trial::reasons_of(e)) reasons.emplace_back(reason);
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

void show(const trial::Explained& e, Console& console) {
  const std::string& text = console.style.chinese && !e.tag.description.zh.empty()
                                ? e.tag.description.zh
                                : e.tag.description.en;
  console.out << printable(e.rule.id + " (" + std::string{to_text(e.rule.kind)} + ") on " +
                           e.tag.name + (text.empty() ? "" : ", " + text))
              << "\nas of " << to_rfc3339(e.as_of) << ", configuration " << e.plant.substr(0, 12)
              << '\n';
  if (e.newest) {
    console.out << "value " << printable(to_text(e.newest->value) + ' ' + e.tag.unit) << ", "
                << to_text(e.newest->quality) << ' ' << to_text(e.newest->reason) << ", measured "
                << to_rfc3339(e.newest->source_time) << ", received "
                << to_rfc3339(e.newest->receive_time) << '\n';
  }
  for (const std::string& reason : trial::reasons_of(e)) {
    console.out << "- " << printable(reason) << '\n';
  }
  if (e.decisions.empty()) {
    console.out << "it has never come\n";
    return;
  }
  console.out << "the last decisions:\n" << transitions_view(e.decisions);
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
