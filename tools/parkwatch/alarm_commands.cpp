// tools/parkwatch/alarm_commands.cpp - See the header.
#include "tools/parkwatch/alarm_commands.h"

#include <boost/json.hpp>

#include "report/terminal_text.h"

namespace parkwatch::cli {
using report::printable;
namespace json = boost::json;
namespace {

void put(json::object& body, const char* key, const std::string& text) {
  if (!text.empty()) body[key] = text;
}

// Sends, and prints the answer as JSON or `said`.
int obey(Api& api, Console& console, const std::string& target, const json::object& body,
         const std::string& said) {
  const auto answer = api.command("POST", target, body);
  if (!answer) return failed(console, answer.error());
  if (console.json) {
    console.out << json::serialize(*answer) << '\n';
    return exit_ok;
  }
  const std::string state = member_text(*answer, "state");
  const std::string window = member_text(*answer, "window");
  console.out << said << (window.empty() ? "" : ": " + window)
              << (state.empty() ? "" : ", now " + state) << '\n';
  say_warnings(console, *answer);
  return exit_ok;
}

std::string until_of(const json::object& row) {
  const json::value* hold = row.if_contains("shelving");
  if (hold == nullptr || !hold->is_object()) return {};
  const json::object& shelving = hold->get_object();
  return member_text(shelving, "since") + " to " + member_text(shelving, "until") + ", " +
         member_text(shelving, "author") + ": " + member_text(shelving, "reason");
}

// Rows of the standing list that are no alarms, a line each.
int list(Api& api, Console& console, const char* key) {
  const auto document = api.get("/v1/alarms");
  if (!document) return failed(console, document.error());
  const json::array* rows = member_array(*document, key);
  const json::array none;
  if (console.json) {
    console.out << json::serialize(rows == nullptr ? none : *rows) << '\n';
    return exit_ok;
  }
  for (const json::value& value : rows == nullptr ? none : *rows) {
    if (!value.is_object()) continue;
    const json::object& row = value.get_object();
    std::string line = member_text(row, "tag");
    for (const char* what : {"group", "scope"}) {
      const std::string text = member_text(row, what);
      if (!text.empty()) line += "  " + text;
    }
    console.out << printable(line + "  " + until_of(row)) << '\n';
  }
  return exit_ok;
}

}  // namespace

int run_alarm_verb(const AlarmVerbCommand& command, Api& api, Console& console) {
  json::object body;
  put(body, "rule", command.rule);
  put(body, "tag", command.tag);
  put(body, "group", command.group);
  put(body, "for", command.length);
  put(body, "until", command.until);
  put(body, "reason", command.reason);
  put(body, "comment", command.comment);
  if (command.one_shot) body["one_shot"] = true;
  std::string said = command.done;
  if (!command.rule.empty()) said += ": " + command.rule + ' ' + command.tag;
  return obey(api, console, "/v1/alarms/" + command.path, body, said);
}

int run_maintenance(const MaintenanceCommand& command, Api& api, Console& console) {
  json::object body;
  switch (command.verb) {
    case MaintenanceCommand::Verb::list:
      return list(api, console, "maintenance");
    case MaintenanceCommand::Verb::begin:
      put(body, "group", command.group);
      put(body, "tags", command.tags);
      put(body, "from", command.from);
      put(body, "for", command.length);
      put(body, "until", command.until);
      put(body, "reason", command.reason);
      return obey(api, console, "/v1/maintenance", body, "maintenance window noted");
    case MaintenanceCommand::Verb::end:
      break;
  }
  body["window"] = command.window;
  put(body, "comment", command.reason);
  return obey(api, console, "/v1/maintenance/end", body, "maintenance window ended");
}

int run_loop_check(const LoopCheckCommand& command, Api& api, Console& console) {
  json::object body;
  if (command.verb == LoopCheckCommand::Verb::list) return list(api, console, "loop_checks");
  put(body, "tag", command.tag);
  if (command.verb == LoopCheckCommand::Verb::end) {
    put(body, "comment", command.reason);
    return obey(api, console, "/v1/loop-checks/end", body, "loop check ended: " + command.tag);
  }
  body["value"] = command.value;
  put(body, "for", command.length);
  put(body, "until", command.until);
  put(body, "reason", command.reason);
  return obey(api, console, "/v1/loop-checks", body, "loop check on: " + command.tag);
}

}  // namespace parkwatch::cli
