// daemon/http/shift_report.cpp - GET /v1/shift-report: what the next operator must know.
#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "http/documents.h"
#include "http/journal_look.h"
#include "http/kpi_documents.h"
#include "http/resources.h"

namespace parkwatch::http {
namespace json = boost::json;
namespace {

constexpr std::size_t rows_max = 1000;  // of each list
constexpr std::size_t report_bytes = std::size_t{8} << 20;

struct ReportQuery {
  Timestamp from;
  Timestamp to;
  Timestamp now;
  std::string shift;  // its name; empty: a day without shifts
};

// The shift (without shifts: the day) in which `at` lies, or that before it; up to now.
ReportQuery query_of(const Site& site, Timestamp at, bool last, Timestamp now) {
  const Calendar& calendar = site.calendar;
  const Period period = calendar.shifts.empty() ? Period::day : Period::shift;
  const std::int64_t number = calendar.number_of(period, at) - (last ? 1 : 0);
  ReportQuery query;
  query.from = calendar.begin_of(period, number);
  query.to = std::min(calendar.begin_of(period, number + 1), now);
  query.now = now;
  if (!calendar.shifts.empty()) {
    query.shift = calendar.shifts[calendar.shift_at(query.from)].name;
  }
  return query;
}

// Each alarm in the first list that it belongs into.
void add_standing(store::Reader& reader, const std::vector<AlarmEvent>& standing,
                  json::object& out) {
  std::array<json::array, 5> lists;
  constexpr std::array<std::string_view, 5> names{"shelved", "suppressed", "out_of_service",
                                                  "returned_unacknowledged", "standing"};
  for (const AlarmEvent& event : standing) {
    if (is_record_rule(event.rule)) continue;
    std::size_t list = 4;
    if (event.state == AlarmState::returned_unacknowledged) list = 3;
    if ((event.flags & alarm_out_of_service) != 0) list = 2;
    if ((event.flags & alarm_suppressed) != 0) list = 1;
    if ((event.flags & alarm_shelved) != 0) list = 0;
    if (lists[list].size() < rows_max) {
      lists[list].push_back(to_document(event, reader.generation()));
    }
  }
  for (std::size_t i = 0; i < names.size(); ++i) out[names[i]] = std::move(lists[i]);
}

void add_bad_tags(const LiveView& live, json::object& out) {
  json::array bad;
  std::size_t count = 0;
  live.each(0, [&](const LiveTag& tag) {
    if (!tag.newest || tag.newest->quality != Quality::bad) return true;
    if (++count <= rows_max) {
      bad.push_back(json::object{{"tag", text_value(tag.tag->name)},
                                 {"reason", to_text(tag.newest->reason)},
                                 {"since", time_value(tag.newest->source_time)}});
    }
    return true;
  });
  out["bad_sensors"] = std::move(bad);
  out["bad_sensors_count"] = count;
}

void add_late(const std::vector<alarms::Activation>& all, const ReportQuery& query,
              json::object& out) {
  json::array late;
  for (const alarms::Activation& a : all) {
    if (a.hidden || a.raised < query.from || a.raised >= query.to || late.size() == rows_max)
      continue;
    const Timestamp until = std::min(a.acknowledged.value_or(query.to), query.to);
    if (until - a.raised > alarms::window_length) late.push_back(to_document(a));
  }
  out["unacknowledged_late"] = std::move(late);
}

Result<Done> add_notes(store::Reader& reader, const ReportQuery& query, json::object& out) {
  json::array notes;
  const auto take = [&](const AlarmEvent& event) -> Result<Done> {
    if (event.comment.empty() || notes.size() == rows_max) return Done{};
    notes.push_back(json::object{{"at", time_value(event.at)},
                                 {"author", text_value(event.author)},
                                 {"kind", to_text(event.kind)},
                                 {"rule", text_value(event.rule)},
                                 {"tag", text_value(event.tag)},
                                 {"text", text_value(event.comment)}});
    return Done{};
  };
  if (auto done = each_transition(reader, query.from, query.to, take); !done) return done;
  out["notes"] = std::move(notes);
  return Done{};
}

Result<Done> add_pulls(store::Reader& reader, json::object& out) {
  const auto consumers = reader.consumers();
  if (!consumers) return consumers.error();
  const auto counts = reader.counts();
  if (!counts) return counts.error();
  json::array rows;
  for (const store::ConsumerRow& row : *consumers) {
    json::object one = to_document(row, reader.generation());
    one["behind"] = counts->last_sequence - std::min(counts->last_sequence, row.sequence);
    rows.push_back(std::move(one));
  }
  out["consumers"] = std::move(rows);
  out["readings_lost"] = counts->readings_lost;
  return Done{};
}

Result<json::object> report_document(store::Reader& reader, const ReportQuery& query,
                                     const Site& site, const LiveView& live) {
  const auto standing = reader.standing();
  if (!standing) return standing.error();
  const auto all = activations_between(reader, query.from, query.to);
  if (!all) return all.error();
  json::object out{{"shift", text_value(query.shift)},
                   {"from", time_value(query.from)},
                   {"to", time_value(query.to)},
                   {"now", time_value(query.now)},
                   {"zone", text_value(site.calendar.zone.name)}};
  add_standing(reader, *standing, out);
  add_bad_tags(live, out);
  out["kpi"] = to_document(alarms::kpi_of(*all, query.from, query.to));
  add_late(*all, query, out);
  if (auto done = add_notes(reader, query, out); !done) return done.error();
  if (auto done = add_pulls(reader, out); !done) return done.error();
  return out;
}

}  // namespace

Answer get_shift_report(Backend& backend, const Request& request) {
  const Site site = backend.services().site ? backend.services().site() : Site{};
  const Timestamp now = backend.services().clock->now();
  Parameters parameters{request.target};
  const Timestamp at = parameters.time("at").value_or(now);
  const std::string which = parameters.text("shift").value_or("current");
  if (which != "current" && which != "last") parameters.mistake("shift", "is current or last");
  if (at > now) parameters.mistake("at", "is in the future");
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  const ReportQuery query = query_of(site, at, which == "last", now);
  if (query.from >= query.to) co_return problem(400, "the shift has only just begun");
  auto grant = backend.budget().ask(report_bytes);
  if (!grant) co_return problem(503, "too many pages are on their way; try again");
  const LiveView& live = *backend.services().live;
  std::function<Result<json::object>(store::Reader&)> work = [&](store::Reader& reader) {
    return report_document(reader, query, site, live);
  };
  const auto document = co_await backend.readers().query<json::object>(std::move(work));
  if (!document) co_return problem(document.error());
  json::object out = *document;
  out["park"] = text_value(backend.services().status().park);
  Response response = json_response(out);
  response.lease = std::move(grant);
  co_return response;
}

}  // namespace parkwatch::http
