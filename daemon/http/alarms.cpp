// daemon/http/alarms.cpp - GET /v1/alarms, POST /v1/alarms/ack.
#include <algorithm>
#include <boost/json/array.hpp>

#include "http/command_body.h"
#include "http/documents.h"
#include "http/resources.h"

namespace parkwatch::http {
namespace json = boost::json;
namespace {

constexpr std::size_t rule_bytes_max = 256;
constexpr std::size_t comment_bytes_max = 2000;
// Of a flood of some thousand alarms; counted so that many clients cannot ask for it at once.
constexpr std::size_t alarms_bytes = std::size_t{4} << 20;

Result<json::object> standing_document(store::Reader& reader) {
  // The cursor first: what happens between the two looks then comes twice, never not at all.
  const auto counts = reader.counts();
  if (!counts) return counts.error();
  const auto standing = reader.standing();
  if (!standing) return standing.error();
  json::array alarms;
  for (const AlarmEvent& event : *standing) {
    alarms.emplace_back(to_document(event, reader.generation()));
  }
  const store::Cursor cursor{reader.generation(), counts->events};
  return json::object{{"alarms", std::move(alarms)}, {"cursor", store::to_text(cursor)}};
}

// What the alarm is now; without a standing row it is normal.
Result<json::object> alarm_document(store::Reader& reader, const std::string& rule,
                                    const std::string& tag) {
  const auto standing = reader.standing();
  if (!standing) return standing.error();
  const auto found = std::ranges::find_if(
      *standing, [&](const AlarmEvent& e) { return e.rule == rule && e.tag == tag; });
  if (found != standing->end()) return to_document(*found, reader.generation());
  return json::object{
      {"rule", text_value(rule)}, {"tag", text_value(tag)}, {"state", to_text(AlarmState::normal)}};
}

}  // namespace

Answer get_alarms(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  auto grant = backend.budget().ask(alarms_bytes);
  if (!grant) co_return problem(503, "too many pages are on their way; try again");
  std::function<Result<json::object>(store::Reader&)> work = standing_document;
  const auto document = co_await backend.readers().query<json::object>(std::move(work));
  if (!document) co_return problem(document.error());
  Response response = json_response(*document);
  response.lease = std::move(grant);
  co_return response;
}

Answer post_alarm_ack(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  CommandBody body{request.body};
  AcknowledgeAlarm acknowledge;
  acknowledge.rule = body.required_text("rule", rule_bytes_max);
  acknowledge.tag = body.required_text("tag", tag_name_bytes_max);
  acknowledge.occurrence = body.required_number("occurrence");
  acknowledge.comment = body.text("comment", comment_bytes_max).value_or("");
  if (auto mistake = body.finish()) co_return std::move(*mistake);

  const std::string rule = acknowledge.rule;
  const std::string tag = acknowledge.tag;
  Command command{request.author, std::move(acknowledge)};
  const auto done = co_await backend.command(std::move(command));
  const bool stale = !done && done.error().kind == ErrorKind::conflict;
  if (!done && !stale) co_return problem(done.error());
  std::function<Result<json::object>(store::Reader&)> work = [&](store::Reader& reader) {
    return alarm_document(reader, rule, tag);
  };
  const auto alarm = co_await backend.readers().query<json::object>(std::move(work));
  if (!alarm) co_return problem(alarm.error());
  if (stale) {
    const json::object extra{{"alarm", *alarm}};
    co_return problem(409, done.error().message, extra);
  }
  co_return json_response(*alarm);
}

}  // namespace parkwatch::http
