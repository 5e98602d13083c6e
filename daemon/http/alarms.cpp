// daemon/http/alarms.cpp - GET /v1/alarms, and the commands of alarms, windows and loop checks.
#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>

#include "http/command_body.h"
#include "http/documents.h"
#include "http/frozen_now.h"
#include "http/live_view.h"
#include "http/resources.h"

namespace parkwatch::http {
namespace json = boost::json;
namespace {

constexpr std::size_t rule_bytes_max = 256;
constexpr std::size_t comment_bytes_max = 2000;
// Of a flood of some thousand alarms; counted so that many clients cannot ask for it at once.
constexpr std::size_t alarms_bytes = std::size_t{4} << 20;

// They stand, and nothing else is known of them.
Result<Done> add_damaged(store::Reader& reader, const store::JournalNumbers& damaged,
                         json::object& document) {
  if (damaged.empty()) return Done{};
  const auto alarms = reader.damaged_alarms(damaged);
  if (!alarms) return alarms.error();
  json::array list;
  for (const store::DamagedAlarm& alarm : *alarms) {
    list.push_back({{"rule", text_value(alarm.rule)},
                    {"tag", text_value(alarm.tag)},
                    {"journal", alarm.journal}});
  }
  document["damaged"] = std::move(list);
  return Done{};
}

Result<json::object> standing_document(store::Reader& reader, const PlantView& view) {
  const FrozenNow frozen{view};
  // The cursor first: what happens between the two looks then comes twice, never not at all.
  const auto counts = reader.counts();
  if (!counts) return counts.error();
  store::JournalNumbers damaged;
  const auto standing = reader.standing(&damaged);
  if (!standing) return standing.error();
  json::array alarms;
  json::array windows;
  json::array loop_checks;
  json::value flood;
  for (const AlarmEvent& event : *standing) {
    auto document = to_document(event, reader.generation());
    if (event.rule == rule_maintenance) {
      windows.emplace_back(std::move(document));
    } else if (event.rule == rule_loop_check) {
      loop_checks.emplace_back(std::move(document));
    } else if (event.rule == rule_flood) {
      flood = std::move(document);
    } else if (!is_record_rule(event.rule)) {
      frozen.put(event, document);
      alarms.emplace_back(std::move(document));
    }
  }
  const store::Cursor cursor{reader.generation(), counts->events};
  json::object document{{"alarms", std::move(alarms)}, {"cursor", store::to_text(cursor)}};
  document["maintenance"] = std::move(windows);
  document["loop_checks"] = std::move(loop_checks);
  document["flood"] = std::move(flood);
  if (auto added = add_damaged(reader, damaged, document); !added) return added.error();
  return document;
}

// What the alarm is now; without a standing row it is normal.
Result<json::object> alarm_document(store::Reader& reader, const std::string& rule,
                                    const std::string& tag) {
  store::JournalNumbers damaged;
  const auto standing = reader.standing(&damaged);
  if (!standing) return standing.error();
  const auto found = std::ranges::find_if(
      *standing, [&](const AlarmEvent& e) { return e.rule == rule && e.tag == tag; });
  if (found != standing->end()) return to_document(*found, reader.generation());
  return json::object{
      {"rule", text_value(rule)}, {"tag", text_value(tag)}, {"state", to_text(AlarmState::normal)}};
}

// What is to be heard of a window that covers nothing (yet).
json::array warnings_of(const MaintenanceCommand& begun, const Services& services) {
  json::array warnings;
  const auto site = services.site ? services.site() : Site{};
  if (!begun.group.empty() && !site.groups.contains(begun.group)) {
    warnings.push_back(text_value("no alarm is of the group '" + begun.group + "'"));
  }
  bool matches = begun.tags.empty();
  services.live->each(0, [&](const LiveTag& tag) {
    matches = matches || tag_matches(begun.tags, tag.tag->name);
    return !matches;
  });
  if (!matches) warnings.push_back(text_value("no tag matches '" + begun.tags + "'"));
  return warnings;
}

// The window that was just begun: the newest that says the same.
Result<json::object> window_document(store::Reader& reader, const MaintenanceCommand& begun,
                                     const Services& services) {
  store::JournalNumbers damaged;
  const auto standing = reader.standing(&damaged);
  if (!standing) return standing.error();
  json::object document{{"done", true}};
  const std::string_view prefix = "window/";
  std::uint64_t newest = 0;
  for (const AlarmEvent& event : *standing) {
    if (event.rule != rule_maintenance || !event.tag.starts_with(prefix)) continue;
    if (event.group != begun.group || event.scope != begun.tags) continue;
    std::uint64_t window = 0;
    const char* const end = event.tag.data() + event.tag.size();
    std::from_chars(event.tag.data() + prefix.size(), end, window);
    newest = std::max(newest, window);
  }
  if (newest > 0) document["window"] = newest;
  json::array warnings = warnings_of(begun, services);
  if (!warnings.empty()) document["warnings"] = std::move(warnings);
  return document;
}

struct Named {
  std::string rule;  // empty: the command is about no alarm
  std::string tag;
};

// Hands the command in and says how the alarm is then: 200, or 409 with the alarm as it is. Whether
// the caller's role is enough for the route, the connection has looked at; what of it needs an
// admin (a critical alarm is shelved) the pipeline says.
Answer obey(Backend& backend, Command command, Named alarm) {
  const auto done = co_await backend.command(std::move(command));
  const bool stale = !done && done.error().kind == ErrorKind::conflict;
  if (!done && !stale) co_return problem(done.error());
  if (alarm.rule.empty()) {
    if (stale) co_return problem(409, done.error().message);
    const json::object nothing{{"done", true}};
    co_return json_response(nothing);
  }
  std::function<Result<json::object>(store::Reader&)> work = [&](store::Reader& reader) {
    return alarm_document(reader, alarm.rule, alarm.tag);
  };
  const auto now = co_await backend.readers().query<json::object>(std::move(work));
  if (!now) co_return problem(now.error());
  if (stale) {
    const json::object extra{{"alarm", *now}};
    co_return problem(409, done.error().message, extra);
  }
  co_return json_response(*now);
}

}  // namespace

Answer get_alarms(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  auto grant = backend.budget().ask(alarms_bytes);
  if (!grant) co_return problem(503, "too many pages are on their way; try again");
  const auto& view_of = backend.services().view;
  const PlantViewPtr view = view_of ? view_of() : std::make_shared<const PlantView>();
  std::function<Result<json::object>(store::Reader&)> work = [view](store::Reader& reader) {
    return standing_document(reader, *view);
  };
  const auto document = co_await backend.readers().query<json::object>(std::move(work));
  if (!document) co_return problem(document.error());
  json::object out = *document;
  out["now"] = time_value(backend.services().clock->now());
  Response response = json_response(out);
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

  const Named alarm{acknowledge.rule, acknowledge.tag};
  Command command{request.author, std::move(acknowledge), request.admin};
  co_return co_await obey(backend, std::move(command), alarm);
}

// The verbs of one alarm that have the same members: rule, tag, occurrence, for, until, one_shot,
// comment.
Answer post_alarm_command(Backend& backend, const Request& request, AlarmCommand::Verb verb) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  using Verb = AlarmCommand::Verb;
  CommandBody body{request.body};
  AlarmCommand c;
  c.verb = verb;
  const bool hides = verb == Verb::shelve || verb == Verb::out_of_service;
  if (verb == Verb::reset_first_out) {
    c.group = body.required_text("group", comment_bytes_max);
  } else if (verb != Verb::silence) {
    c.rule = body.required_text("rule", rule_bytes_max);
    c.tag = body.required_text("tag", tag_name_bytes_max);
    c.occurrence = body.number("occurrence");
  }
  if (hides) {
    const CommandBody::End end = body.end();
    c.until = end.until;
    c.length = end.length;
    c.comment = body.required_text("reason", comment_bytes_max);
  } else {
    c.comment = body.text("comment", comment_bytes_max).value_or("");
  }
  if (verb == Verb::shelve) c.one_shot = body.boolean("one_shot", false);
  if (auto mistake = body.finish()) co_return std::move(*mistake);
  const Named alarm{c.rule, c.tag};
  Command command{request.author, std::move(c), request.admin};
  co_return co_await obey(backend, std::move(command), alarm);
}

Answer post_maintenance(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  CommandBody body{request.body};
  MaintenanceCommand c;
  c.group = body.text("group", comment_bytes_max).value_or("");
  c.tags = body.text("tags", tag_name_bytes_max).value_or("");
  c.from = body.time("from");
  const CommandBody::End end = body.end();
  c.until = end.until;
  c.length = end.length;
  c.reason = body.required_text("reason", comment_bytes_max);
  if (auto mistake = body.finish()) co_return std::move(*mistake);
  MaintenanceCommand begun = c;
  Command command{request.author, std::move(c), request.admin};
  const auto done = co_await backend.command(std::move(command));
  if (!done) co_return problem(done.error());
  std::function<Result<json::object>(store::Reader&)> work = [&](store::Reader& reader) {
    return window_document(reader, begun, backend.services());
  };
  const auto document = co_await backend.readers().query<json::object>(std::move(work));
  if (!document) co_return problem(document.error());
  co_return json_response(*document);
}

Answer post_maintenance_end(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  CommandBody body{request.body};
  MaintenanceCommand c;
  c.verb = MaintenanceCommand::Verb::end;
  c.window = body.required_number("window");
  c.reason = body.text("comment", comment_bytes_max).value_or("");
  if (auto mistake = body.finish()) co_return std::move(*mistake);
  const Named none;
  Command command{request.author, std::move(c), request.admin};
  co_return co_await obey(backend, std::move(command), none);
}

Answer post_loop_check(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  CommandBody body{request.body};
  LoopCheckCommand c;
  c.tag = body.required_text("tag", tag_name_bytes_max);
  const auto value = body.real("value");
  if (!value) body.mistake("value", "is missing");
  c.value = value.value_or(0);
  const CommandBody::End end = body.end();
  c.until = end.until;
  c.length = end.length;
  c.reason = body.required_text("reason", comment_bytes_max);
  if (auto mistake = body.finish()) co_return std::move(*mistake);
  const Named row{std::string{rule_loop_check}, c.tag};
  Command command{request.author, std::move(c), request.admin};
  co_return co_await obey(backend, std::move(command), row);
}

Answer post_loop_check_end(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  CommandBody body{request.body};
  LoopCheckCommand c;
  c.verb = LoopCheckCommand::Verb::end;
  c.tag = body.required_text("tag", tag_name_bytes_max);
  c.reason = body.text("comment", comment_bytes_max).value_or("");
  if (auto mistake = body.finish()) co_return std::move(*mistake);
  const Named row{std::string{rule_loop_check}, c.tag};
  Command command{request.author, std::move(c), request.admin};
  co_return co_await obey(backend, std::move(command), row);
}

Answer post_alarm_unack(Backend& backend, const Request& request) {
  return post_alarm_command(backend, request, AlarmCommand::Verb::unacknowledge);
}
Answer post_alarm_silence(Backend& backend, const Request& request) {
  return post_alarm_command(backend, request, AlarmCommand::Verb::silence);
}
Answer post_alarm_shelve(Backend& backend, const Request& request) {
  return post_alarm_command(backend, request, AlarmCommand::Verb::shelve);
}
Answer post_alarm_unshelve(Backend& backend, const Request& request) {
  return post_alarm_command(backend, request, AlarmCommand::Verb::unshelve);
}
Answer post_alarm_reset(Backend& backend, const Request& request) {
  return post_alarm_command(backend, request, AlarmCommand::Verb::reset);
}
Answer post_alarm_out_of_service(Backend& backend, const Request& request) {
  return post_alarm_command(backend, request, AlarmCommand::Verb::out_of_service);
}
Answer post_alarm_in_service(Backend& backend, const Request& request) {
  return post_alarm_command(backend, request, AlarmCommand::Verb::in_service);
}
Answer post_alarm_first_out(Backend& backend, const Request& request) {
  return post_alarm_command(backend, request, AlarmCommand::Verb::reset_first_out);
}

}  // namespace parkwatch::http
