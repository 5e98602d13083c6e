// daemon/http/shift_report.cpp - GET /v1/shift-report: what the next operator must know; and the
// signature that he has read it.
#include "http/shift_report.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <functional>

#include "http/command_body.h"
#include "http/documents.h"
#include "http/frozen_now.h"
#include "http/journal_look.h"
#include "http/kpi_documents.h"
#include "http/resources.h"

namespace parkwatch::http {
namespace json = boost::json;
namespace {

constexpr std::size_t rows_max = 1000;  // of each list
constexpr std::size_t report_bytes = std::size_t{8} << 20;
constexpr std::size_t note_bytes_max = 2000;
// Signatures are looked for so long after the shift's end.
constexpr Duration sign_within = std::chrono::hours{7 * 24};

// A list of the report. Of what it has no room for it says that it is there: `NAME_count` is of
// all.
class Rows {
 public:
  // Asks `make` for the row if there is room for it.
  template <typename Make>
  void add(const Make& make) {
    if (++count_ <= rows_max) rows_.push_back(make());
  }
  void put(std::string_view name, json::object& out) {
    out[name] = std::move(rows_);
    out[std::string{name} + "_count"] = count_;
  }

 private:
  json::array rows_;
  std::size_t count_ = 0;
};

template <typename Number>
json::value or_null(const std::optional<Number>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

json::array limits_of(const Tally& tally) {
  json::array limits;
  for (const Limit& limit : tally.limits) {
    limits.push_back(json::object{
        {"level", to_text(limit.level)}, {"at", limit.at}, {"priority", to_text(limit.priority)}});
  }
  return limits;
}

// Of the lists in which alarms are told, and what hides alarms that are not there.
constexpr std::array<std::string_view, 7> standing_lists{
    "shelved",  "suppressed",  "out_of_service", "returned_unacknowledged",
    "standing", "maintenance", "loop_checks"};

// Each alarm's is the first that it belongs into; empty: it is a record of something else.
std::optional<std::size_t> list_of(const AlarmEvent& event) {
  if (event.rule == rule_maintenance) return 5;
  if (event.rule == rule_loop_check) return 6;
  if (is_record_rule(event.rule)) return std::nullopt;
  if ((event.flags & alarm_shelved) != 0) return 0;
  if ((event.flags & alarm_suppressed) != 0) return 1;
  if ((event.flags & alarm_out_of_service) != 0) return 2;
  return event.state == AlarmState::returned_unacknowledged ? 3 : 4;
}

// The most urgent first.
void add_standing(store::Reader& reader, std::vector<AlarmEvent> standing, const PlantView& view,
                  json::object& out) {
  std::ranges::stable_sort(standing, std::greater{}, &AlarmEvent::priority);
  const FrozenNow frozen{view};
  std::array<Rows, standing_lists.size()> lists;
  for (const AlarmEvent& event : standing) {
    const std::optional<std::size_t> list = list_of(event);
    if (!list) continue;
    lists[*list].add([&] {
      json::object document = to_document(event, reader.generation());
      frozen.put(event, document);
      return document;
    });
  }
  for (std::size_t i = 0; i < lists.size(); ++i) lists[i].put(standing_lists[i], out);
}

void add_bad_tags(const LiveView& live, json::object& out) {
  Rows bad;
  live.each(0, [&](const LiveTag& tag) {
    if (!tag.newest || tag.newest->quality != Quality::bad) return true;
    bad.add([&] {
      return json::object{{"tag", text_value(tag.tag->name)},
                          {"reason", to_text(tag.newest->reason)},
                          {"since", time_value(tag.newest->source_time)}};
    });
    return true;
  });
  bad.put("bad_sensors", out);
}

void add_late(const std::vector<alarms::Activation>& all, const ShiftSpan& span,
              json::object& out) {
  Rows late;
  for (const alarms::Activation& a : all) {
    if (!a.shown || *a.shown < span.from || *a.shown >= span.to) continue;
    const Timestamp until = std::min(a.acknowledged.value_or(span.to), span.to);
    if (until - *a.shown > alarms::window_length) late.add([&] { return to_document(a); });
  }
  late.put("unacknowledged_late", out);
}

Result<Done> add_notes(store::Reader& reader, const ShiftSpan& span, json::object& out) {
  Rows notes;
  const auto take = [&](const AlarmEvent& event) -> Result<Done> {
    const bool is_note = !event.author.empty() && !event.comment.empty() &&
                         event.kind != TransitionKind::shift_signed;
    if (!is_note) return Done{};
    notes.add([&] {
      return json::object{{"at", time_value(event.at)},   {"author", text_value(event.author)},
                          {"kind", to_text(event.kind)},  {"rule", text_value(event.rule)},
                          {"tag", text_value(event.tag)}, {"text", text_value(event.comment)}};
    });
    return Done{};
  };
  if (auto done = each_transition(reader, span.from, span.to, take); !done) return done;
  notes.put("notes", out);
  return Done{};
}

// How far each consumer is behind: in messages, and since when its oldest one waits.
Result<Done> add_pulls(store::Reader& reader, Timestamp now, json::object& out) {
  const auto consumers = reader.consumers();
  if (!consumers) return consumers.error();
  const auto counts = reader.counts();
  if (!counts) return counts.error();
  json::array rows;
  for (const store::ConsumerRow& row : *consumers) {
    json::object one = to_document(row, reader.generation());
    one["behind"] = counts->last_sequence - std::min(counts->last_sequence, row.sequence);
    const auto waits = reader.received_after(row.sequence);
    if (!waits) return waits.error();
    const Duration behind = *waits ? std::max(now - **waits, Duration{0}) : Duration{0};
    one["behind_s"] = std::chrono::duration_cast<std::chrono::seconds>(behind).count();
    rows.push_back(std::move(one));
  }
  out["consumers"] = std::move(rows);
  out["readings_lost"] = counts->readings_lost;
  return Done{};
}

Result<Done> add_gaps(store::Reader& reader, const ShiftSpan& span, json::object& out) {
  const auto gaps = reader.gaps(span.from, span.to);
  if (!gaps) return gaps.error();
  Rows rows;
  for (const store::Gap& gap : *gaps) rows.add([&] { return to_document(gap); });
  rows.put("gaps", out);
  return Done{};
}

json::object row_of(const Tally& tally, const Tally::Total& total) {
  return {{"rule", text_value(tally.rule)},
          {"tag", text_value(tally.tag)},
          {"unit", text_value(tally.unit)},
          {"period", to_text(tally.period)},
          {"aggregate", to_text(tally.aggregate)},
          {"from", time_value(total.from)},
          {"to", time_value(total.to)},
          {"value", or_null(total.value)},
          {"count", or_null(total.count)},
          {"count_min", tally.count_min},
          {"limits", limits_of(tally)}};
}

// The total, mean ... of each period that the shift has a part in: its own, the day's or the
// month's so far, and that of a day which ended in it.
void add_totals(const PlantView& view, const ShiftSpan& span, json::object& out) {
  Rows rows;
  for (const Tally& tally : view.tallies) {
    for (const std::optional<Tally::Total>& total : {tally.before, tally.running}) {
      if (!total || total->to <= span.from || total->from >= span.to) continue;
      rows.add([&] { return row_of(tally, *total); });
    }
  }
  rows.put("totals", out);
}

// Who has signed this shift, whenever that was.
Result<Done> add_signatures(store::Reader& reader, const ShiftSpan& span, Timestamp now,
                            json::object& out) {
  Rows rows;
  const auto take = [&](const AlarmEvent& event) -> Result<Done> {
    const bool ours = event.kind == TransitionKind::shift_signed && event.raised_at == span.from;
    if (!ours) return Done{};
    rows.add([&] {
      return json::object{{"at", time_value(event.at)},
                          {"author", text_value(event.author)},
                          {"note", text_value(event.comment)}};
    });
    return Done{};
  };
  const Timestamp until = std::min(now + Duration{1}, span.end + sign_within);
  if (auto done = each_transition(reader, span.from, until, take); !done) return done;
  rows.put("signed", out);
  return Done{};
}

ShiftContext context_of(Backend& backend) {
  const Services& services = backend.services();
  ShiftContext context;
  context.park = services.status().park;
  context.now = services.clock->now();
  if (services.site) context.calendar = services.site().calendar;
  if (services.view) context.view = services.view();
  context.live = services.live;
  return context;
}

// What was asked for; empty: `mistakes` was told why not. `Mistakes`: Parameters or CommandBody.
template <typename Mistakes>
std::optional<ShiftSpan> asked_span(std::optional<Timestamp> at,
                                    const std::optional<std::string>& which,
                                    const ShiftContext& context, Mistakes& mistakes) {
  const std::string shift = which.value_or("current");
  if (shift != "current" && shift != "last") {
    mistakes.mistake("shift", "is current or last");
    return std::nullopt;
  }
  if (at && *at > context.now) {
    mistakes.mistake("at", "is in the future");
    return std::nullopt;
  }
  return shift_span(context.calendar, at.value_or(context.now), shift == "last", context.now);
}

}  // namespace

ShiftSpan shift_span(const Calendar& calendar, Timestamp at, bool last, Timestamp now) {
  const Period period = calendar.shifts.empty() ? Period::day : Period::shift;
  const std::int64_t number = calendar.number_of(period, at) - (last ? 1 : 0);
  ShiftSpan span;
  span.from = calendar.begin_of(period, number);
  span.end = calendar.begin_of(period, number + 1);
  span.to = std::min(span.end, now);
  if (!calendar.shifts.empty()) span.name = calendar.shifts[calendar.shift_at(span.from)].name;
  return span;
}

Result<json::object> shift_report(store::Reader& reader, const ShiftSpan& span,
                                  const ShiftContext& context) {
  store::JournalNumbers damaged;
  auto standing = reader.standing(&damaged);
  if (!standing) return standing.error();
  const auto history = history_between(reader, span.from, span.to);
  if (!history) return history.error();
  const Duration offset = context.calendar.zone.offset_at(span.from);
  json::object out{{"park", text_value(context.park)},
                   {"shift", text_value(span.name)},
                   {"from", time_value(span.from)},
                   {"to", time_value(span.to)},
                   {"now", time_value(context.now)},
                   {"zone", text_value(context.calendar.zone.name)},
                   {"offset_s", std::chrono::duration_cast<std::chrono::seconds>(offset).count()}};
  add_standing(reader, std::move(*standing), *context.view, out);
  add_bad_tags(*context.live, out);
  add_totals(*context.view, span, out);
  out["kpi"] =
      to_document(alarms::kpi_of(history->activations, span.from, span.to, history->unauthorised));
  add_late(history->activations, span, out);
  if (auto done = add_notes(reader, span, out); !done) return done.error();
  if (auto done = add_signatures(reader, span, context.now, out); !done) return done.error();
  if (auto done = add_pulls(reader, context.now, out); !done) return done.error();
  if (auto done = add_gaps(reader, span, out); !done) return done.error();
  return out;
}

Answer get_shift_report(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  const ShiftContext context = context_of(backend);
  const std::optional<ShiftSpan> span =
      asked_span(parameters.time("at"), parameters.text("shift"), context, parameters);
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  if (span->from >= span->to) co_return problem(400, "the shift has only just begun");
  auto grant = backend.budget().ask(report_bytes);
  if (!grant) co_return problem(503, "too many pages are on their way; try again");
  std::function<Result<json::object>(store::Reader&)> work = [&](store::Reader& reader) {
    return shift_report(reader, *span, context);
  };
  const auto document = co_await backend.readers().query<json::object>(std::move(work));
  if (!document) co_return problem(document.error());
  Response response = json_response(*document);
  response.lease = std::move(grant);
  co_return response;
}

// Signs what GET answers with the same `shift` and `at`.
Answer post_shift_sign(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  const ShiftContext context = context_of(backend);
  CommandBody body{request.body};
  const std::optional<Timestamp> at = body.time("at");
  const std::optional<std::string> which = body.text("shift", 16);
  const auto span = asked_span(at, which.value_or("last"), context, body);
  SignShift sign;
  sign.note = body.text("note", note_bytes_max).value_or("");
  if (auto mistake = body.finish()) co_return std::move(*mistake);
  sign.shift = span->name;
  sign.from = span->from;
  sign.to = span->end;
  const json::object said{{"shift", text_value(span->name)},
                          {"from", time_value(span->from)},
                          {"to", time_value(span->end)},
                          {"author", text_value(request.author)}};
  Command command{request.author, std::move(sign), request.admin};
  const auto done = co_await backend.command(std::move(command));
  if (!done) co_return problem(done.error());
  co_return json_response(said);
}

}  // namespace parkwatch::http
