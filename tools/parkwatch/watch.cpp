// tools/parkwatch/watch.cpp - See the header.
#include "tools/parkwatch/watch.h"

#include <boost/json.hpp>

namespace parkwatch::cli {
namespace json = boost::json;
namespace {

constexpr std::chrono::seconds events_poll{30};

// Prints what stands; gives the cursor from which on events follow it. `patient`: waits for the
// daemon.
Result<std::string> print_standing(HttpClient& client, Console& console, bool patient) {
  HttpRequest request;
  request.target = "/v1/alarms";
  const auto answer = patient ? send_patiently(client, request, console) : client.send(request);
  if (!answer) return answer.error();
  if (answer->status != 200) return error_of(*answer);
  const auto document = object_of(*answer);
  if (!document) return document.error();
  const json::array* rows = member_array(*document, "alarms");
  const json::array alarms = rows == nullptr ? json::array{} : *rows;
  if (console.json) {
    for (const json::value& alarm : alarms) console.out << json::serialize(alarm) << '\n';
  } else {
    console.out << alarms_head(*document, console.style) << alarms_view(alarms, console.style)
                << '\n';
  }
  console.out.flush();
  return member_text(*document, "cursor");
}

// Prints events for ever; gives the error that ended it.
Error follow_events(HttpClient& client, Console& console, std::string cursor) {
  for (;;) {
    HttpRequest request;
    request.accept = "application/x-ndjson";
    request.target = "/v1/events?wait=" + std::to_string(events_poll.count()) +
                     "&after=" + percent_encoded(cursor);
    request.extra_time = events_poll;
    const auto page = send_patiently(client, request, console);
    if (!page) return page.error();
    if (page->status != 200) return error_of(*page);
    print_events(page->body, console);
    cursor = page->header("parkwatch-cursor");
    if (cursor.empty()) return {ErrorKind::bad_input, "the answer has no Parkwatch-Cursor"};
  }
}

}  // namespace

void print_events(std::string_view body, Console& console) {
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    json::error_code ec;
    const json::value value = json::parse({line.data(), line.size()}, ec);
    if (ec || !value.is_object()) continue;
    const std::string type = member_text(value.get_object(), "type");
    if (type != "event" && type != "gap") continue;
    if (console.json) {
      console.out << line << '\n';
    } else {
      const auto as_line = type == "event" ? event_line : gap_line;
      console.out << as_line(value.get_object(), console.style);
    }
  }
  console.out.flush();
}

int watch_alarms(HttpClient& client, Console& console) {
  for (bool patient = false;; patient = true) {
    auto cursor = print_standing(client, console, patient);
    Error error{ErrorKind::bad_input, "the answer has no cursor; is the daemon older than this?"};
    if (!cursor) {
      error = cursor.error();
    } else if (!cursor->empty()) {
      error = follow_events(client, console, *std::move(cursor));
    }
    say_error(console, error.message);
    // Gone: the daemon has another store; begin with what stands there.
    if (error.kind != ErrorKind::gone) return exit_code_of(error);
    console.pause(pause_before_try(0));
  }
}

}  // namespace parkwatch::cli
