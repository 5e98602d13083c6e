// tools/parkwatch/commands.cpp - The commands that ask the daemon.
#include "tools/parkwatch/commands.h"

#include <boost/json.hpp>
#include <cassert>
#include <utility>

#include "report/kpi_view.h"
#include "report/report_view.h"
#include "tools/parkwatch/alarm_commands.h"
#include "tools/parkwatch/api.h"
#include "tools/parkwatch/gates_commands.h"
#include "tools/parkwatch/pull.h"
#include "tools/parkwatch/watch.h"

namespace parkwatch::cli {
using report::kpi_view;
using report::shift_report_html;
using report::shift_report_view;
namespace json = boost::json;
namespace {

template <typename C>
constexpr bool asks_no_daemon =
    std::is_same_v<C, CheckCommand> || std::is_same_v<C, BacktestCommand> ||
    std::is_same_v<C, ExplainCommand> || std::is_same_v<C, PointsCommand> ||
    std::is_same_v<C, SystemsCommand> || std::is_same_v<C, NewCommand> ||
    std::is_same_v<C, ListenCommand> || std::is_same_v<C, SalvageCommand>;

// The array `key` of a document, by `view` or as JSON the whole document.
template <typename View>
int show(Console& console, const Result<json::object>& document, const char* key, View view) {
  if (!document) return failed(console, document.error());
  if (console.json) {
    console.out << json::serialize(*document) << '\n';
    return exit_ok;
  }
  const json::array* rows = member_array(*document, key);
  console.out << view(rows == nullptr ? json::array{} : *rows);
  return exit_ok;
}

int run(const StatusCommand&, Api& api, Console& console) {
  const auto status = api.get("/v1/status");
  if (!status) return failed(console, status.error());
  console.out << (console.json ? json::serialize(*status) + '\n'
                               : status_view(*status, console.style));
  return exit_ok;
}

// Page by page, since a park may have 200,000 tags; shown together so that the columns fit.
Result<json::object> all_tags(Api& api, const std::string& pattern) {
  json::array all;
  std::string first = "0";
  while (!first.empty()) {
    std::string target = "/v1/tags?first=" + first;
    if (!pattern.empty()) target += "&match=" + percent_encoded(pattern);
    auto page = api.get(target);
    if (!page) return page.error();
    if (const json::array* tags = member_array(*page, "tags")) {
      for (const json::value& tag : *tags) all.push_back(tag);
    }
    const std::string next = member_text(*page, "next");
    if (!next.empty() && next == first) break;  // no progress: do not ask for ever
    first = next;
  }
  return json::object{{"tags", std::move(all)}};
}

int run(const TagsCommand& command, Api& api, Console& console) {
  const auto view = [&](const json::array& tags) { return tags_view(tags, console.style); };
  const auto tags = all_tags(api, command.pattern);
  const bool none = tags && !command.pattern.empty() && member_array(*tags, "tags")->empty();
  if (none)
    return failed(console, {ErrorKind::not_found, "no tag matches '" + command.pattern + "'"});
  return show(console, tags, "tags", view);
}

int run(const AlarmsCommand&, Api& api, Console& console) {
  const auto document = api.get("/v1/alarms");
  const std::string now = document ? member_text(*document, "now") : std::string{};
  const auto view = [&](const json::array& rows) {
    return alarms_head(*document, console.style) + alarms_view(rows, console.style, now);
  };
  return show(console, document, "alarms", view);
}

Result<std::uint64_t> standing_occurrence(Api& api, const AckCommand& command) {
  const auto document = api.get("/v1/alarms");
  if (!document) return document.error();
  const json::array* alarms = member_array(*document, "alarms");
  for (const json::value& value : alarms == nullptr ? json::array{} : *alarms) {
    if (!value.is_object()) continue;
    const json::object& alarm = value.get_object();
    if (member_text(alarm, "rule") != command.rule || member_text(alarm, "tag") != command.tag) {
      continue;
    }
    const json::value* occurrence = alarm.if_contains("occurrence");
    if (occurrence != nullptr && occurrence->is_int64() && occurrence->get_int64() > 0) {
      return static_cast<std::uint64_t>(occurrence->get_int64());
    }
  }
  return Error{ErrorKind::not_found,
               "no alarm of rule '" + command.rule + "' stands on tag '" + command.tag + "'"};
}

int run(const AckCommand& command, Api& api, Console& console) {
  std::uint64_t occurrence = command.occurrence.value_or(0);
  if (!command.occurrence) {
    const auto standing = standing_occurrence(api, command);
    if (!standing) return failed(console, standing.error());
    occurrence = *standing;
  }
  json::object body{{"rule", command.rule}, {"tag", command.tag}, {"occurrence", occurrence}};
  if (!command.comment.empty()) body["comment"] = command.comment;
  const auto alarm = api.command("POST", "/v1/alarms/ack", body);
  if (!alarm) return failed(console, alarm.error());
  if (console.json) {
    console.out << json::serialize(*alarm) << '\n';
  } else {
    console.out << "acknowledged: " << command.rule << ' ' << command.tag << ", occurrence "
                << occurrence << ", now " << member_text(*alarm, "state") << '\n';
  }
  return exit_ok;
}

int run(const AlarmVerbCommand& command, Api& api, Console& console) {
  return run_alarm_verb(command, api, console);
}
int run(const MaintenanceCommand& command, Api& api, Console& console) {
  return run_maintenance(command, api, console);
}
int run(const LoopCheckCommand& command, Api& api, Console& console) {
  return run_loop_check(command, api, console);
}

int run(const EventsCommand& command, Api& api, Console& console) {
  HttpRequest request;
  request.accept = "application/x-ndjson";
  request.target = "/v1/events?max=" + std::to_string(command.max);
  if (!command.after.empty()) request.target += "&after=" + percent_encoded(command.after);
  const auto page = api.call(request);
  if (!page) return failed(console, page.error());
  print_events(page->body, console);
  if (!console.json) {
    const bool end = page->header("parkwatch-end") == "true";
    console.err << (end ? "the end; new ones: " : "there are more: ") << "parkwatch events --after "
                << page->header("parkwatch-cursor") << '\n';
  }
  return exit_ok;
}

int run(const ConsumersCommand& command, Api& api, Console& console) {
  const std::string target = "/v1/consumers/" + percent_encoded(command.name);
  const char* done = "removed";
  Result<json::object> answer = json::object{};
  switch (command.verb) {
    case ConsumersCommand::Verb::list:
      return show(console, api.get("/v1/consumers"), "consumers", consumers_view);
    case ConsumersCommand::Verb::add: {
      json::object body;
      if (!command.start.empty()) body["start"] = command.start;
      if (!command.expires_in.empty()) body["expires_in"] = command.expires_in;
      answer = api.command("PUT", target, body);
      done = "registered";
      break;
    }
    case ConsumersCommand::Verb::remove:
      answer = api.command("DELETE", target, {});
      break;
  }
  if (!answer) return failed(console, answer.error());
  if (console.json) {
    console.out << json::serialize(*answer) << '\n';
  } else {
    const std::string cursor = member_text(*answer, "cursor");
    console.out << done << ": " << command.name << (cursor.empty() ? "" : ", cursor " + cursor)
                << '\n';
  }
  return exit_ok;
}

int test_receiver(const std::string& name, Api& api, Console& console) {
  const std::string target = "/v1/receivers/" + percent_encoded(name) + "/test";
  const auto answer = api.command("POST", target, {});
  if (!answer) return failed(console, answer.error());
  if (console.json) {
    console.out << json::serialize(*answer) << '\n';
  } else {
    console.out << receiver_test_view(*answer);
  }
  return member_text(*answer, "outcome") == "ok" ? exit_ok : exit_no;
}

int run(const NotifyCommand& command, Api& api, Console& console) {
  if (command.verb == NotifyCommand::Verb::test)
    return test_receiver(command.receiver, api, console);
  return show(console, api.get("/v1/receivers"), "receivers", receivers_view);
}

// "&key=value", if there is a value.
std::string parameter(const char* key, const std::string& value) {
  return value.empty() ? std::string{} : std::string{"&"} + key + '=' + percent_encoded(value);
}

int run(const KpiCommand& command, Api& api, Console& console) {
  const auto kpi = api.get("/v1/kpi?by=" + command.by + parameter("from", command.from) +
                           parameter("to", command.to) + parameter("position", command.position) +
                           parameter("groups", command.groups));
  if (!kpi) return failed(console, kpi.error());
  console.out << (console.json ? json::serialize(*kpi) + '\n' : kpi_view(*kpi, console.style));
  return exit_ok;
}

int sign_shift(const ShiftReportCommand& command, Api& api, Console& console) {
  json::object body;
  if (!command.shift.empty()) body["shift"] = command.shift;
  if (!command.at.empty()) body["at"] = command.at;
  if (!command.note.empty()) body["note"] = command.note;
  const auto answer = api.command("POST", "/v1/shift-report/sign", body);
  if (!answer) return failed(console, answer.error());
  if (console.json) {
    console.out << json::serialize(*answer) << '\n';
  } else {
    console.out << "signed by " + member_text(*answer, "author") + ": the shift " +
                       member_text(*answer, "shift") + " from " + member_text(*answer, "from") +
                       " to " + member_text(*answer, "to") + '\n';
  }
  return exit_ok;
}

int run(const ShiftReportCommand& command, Api& api, Console& console) {
  if (command.sign) return sign_shift(command, api, console);
  const auto report =
      api.get("/v1/shift-report?shift=" + (command.shift.empty() ? "current" : command.shift) +
              parameter("at", command.at));
  if (!report) return failed(console, report.error());
  if (console.json || command.format == "json") {
    console.out << json::serialize(*report) << '\n';
  } else if (command.format == "html") {
    console.out << shift_report_html(*report, console.style);
  } else {
    console.out << shift_report_view(*report, console.style);
  }
  return exit_ok;
}

int run(const GatesCommand& command, Api& api, Console& console) {
  return run_gates(command, api, console);
}

int run(const QuarantineCommand& command, Api& api, Console& console) {
  return show(console, api.get("/v1/quarantine?max=" + std::to_string(command.max)), "quarantine",
              quarantine_view);
}

}  // namespace

int run_command(const CommandLine& line, Console& console) {
  assert(std::visit([](const auto& one) { return !asks_no_daemon<std::decay_t<decltype(one)>>; },
                    line.command));
  const auto server = parse_server_url(line.url);
  if (!server) {
    say_error(console, server.error().message);
    return exit_usage;
  }
  auto token = read_token(line.token_file);
  if (!token) {
    say_error(console, token.error().message);
    return exit_usage;
  }
  HttpClient client{*server, std::move(*token), line.timeout};
  if (const auto* command = std::get_if<PullCommand>(&line.command)) {
    return Pull{client, *command, console}.run();
  }
  const auto* alarms = std::get_if<AlarmsCommand>(&line.command);
  if (alarms != nullptr && alarms->watch) return watch_alarms(client, console);
  Api api{client};
  return std::visit(
      [&](const auto& command) {
        using Wanted = std::decay_t<decltype(command)>;
        if constexpr (asks_no_daemon<Wanted> || std::is_same_v<Wanted, PullCommand>) {
          return static_cast<int>(exit_usage);  // not reached: see above
        } else {
          return run(command, api, console);
        }
      },
      line.command);
}

}  // namespace parkwatch::cli
