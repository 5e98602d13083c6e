// daemon/http/kpi.cpp - GET /v1/kpi: how the alarm system performs, by hour, shift, day and month.
#include <algorithm>
#include <boost/json/array.hpp>

#include "http/documents.h"
#include "http/journal_look.h"
#include "http/kpi_documents.h"
#include "http/resources.h"

namespace parkwatch::http {
namespace json = boost::json;
namespace {

constexpr std::size_t periods_max = 1000;
constexpr std::size_t groups_max = 100;
constexpr Duration span_default = std::chrono::hours{24 * 30};  // the standard's least
// Of the activations of a month with some floods, and of its document.
constexpr std::size_t kpi_bytes = std::size_t{16} << 20;

struct KpiQuery {
  Timestamp from;
  Timestamp to;
  Period by = Period::fixed;        // fixed: the whole span at once
  std::vector<std::string> groups;  // empty: every alarm
  std::string position;
};

// The periods that the span touches, each cut to it.
std::vector<std::pair<Timestamp, Timestamp>> periods_of(const KpiQuery& query,
                                                        const Calendar& calendar) {
  if (query.by == Period::fixed) return {{query.from, query.to}};
  std::vector<std::pair<Timestamp, Timestamp>> periods;
  std::int64_t number = calendar.number_of(query.by, query.from);
  for (Timestamp begin = query.from; begin < query.to && periods.size() <= periods_max;) {
    const Timestamp end = std::min(calendar.begin_of(query.by, ++number), query.to);
    if (end > begin) periods.emplace_back(begin, end);
    begin = std::max(begin, end);
  }
  return periods;
}

// A group that was asked for, and neither the configuration nor an alarm of the time has.
std::optional<std::string> unknown_group(const KpiQuery& query, const Site& site,
                                         const std::vector<alarms::Activation>& all) {
  if (!query.position.empty()) return std::nullopt;
  for (const std::string& group : query.groups) {
    const auto is_its = [&](const alarms::Activation& a) { return a.group == group; };
    if (!site.groups.contains(group) && std::none_of(all.begin(), all.end(), is_its)) return group;
  }
  return std::nullopt;
}

Result<json::object> kpi_document(store::Reader& reader, const KpiQuery& query, const Site& site) {
  const auto periods = periods_of(query, site.calendar);
  if (periods.size() > periods_max) {
    return Error{ErrorKind::bad_input, "more than " + std::to_string(periods_max) +
                                           " periods: ask for a shorter time or longer periods"};
  }
  auto history = history_between(reader, query.from, query.to);
  if (!history) return history.error();
  if (const auto unknown = unknown_group(query, site, history->activations)) {
    return Error{ErrorKind::bad_input, "no alarm is of the group '" + *unknown + "'"};
  }
  if (!query.groups.empty()) {
    const auto is_other = [&](const auto& one) {
      return std::find(query.groups.begin(), query.groups.end(), one.group) == query.groups.end();
    };
    std::erase_if(history->activations, is_other);
    std::erase_if(history->unauthorised,
                  [&](const auto& one) { return !one.group.empty() && is_other(one); });
  }
  json::array figures;
  for (const auto& [from, to] : periods) {
    json::object one =
        to_document(alarms::kpi_of(history->activations, from, to, history->unauthorised));
    if (query.by == Period::shift) {
      one["shift"] = text_value(site.calendar.shifts[site.calendar.shift_at(from)].name);
    }
    figures.push_back(std::move(one));
  }
  return json::object{{"by", query.by == Period::fixed ? "all" : to_text(query.by)},
                      {"zone", text_value(site.calendar.zone.name)},
                      {"position", text_value(query.position)},
                      {"positions", std::max<std::size_t>(site.positions.size(), 1)},
                      {"targets", kpi_targets()},
                      {"periods", std::move(figures)}};
}

// Which alarms: of a position, or of groups.
void read_groups(Parameters& parameters, const Site& site, KpiQuery& query) {
  query.groups = parameters.list("groups", groups_max);
  query.position = parameters.text("position").value_or("");
  if (query.position.empty()) return;
  const auto found = std::find_if(
      site.positions.begin(), site.positions.end(),
      [&](const alarms::Position& position) { return position.name == query.position; });
  if (found == site.positions.end()) {
    parameters.mistake("position", "is no [[position]] of the configuration");
  } else {
    query.groups = found->groups;
  }
}

KpiQuery read_query(Parameters& parameters, const Site& site, Timestamp now) {
  KpiQuery query;
  query.to = parameters.time("to").value_or(now);
  query.from = parameters.time("from").value_or(query.to - span_default);
  if (query.from >= query.to) parameters.mistake("from", "is not before `to`");
  const std::string by = parameters.text("by").value_or("all");
  const auto period = by == "all" ? Period::fixed : parse_period(by);
  if (!period || (by != "all" && *period == Period::fixed)) {
    parameters.mistake("by", "is all, hour, shift, day, week or month");
  } else if (*period == Period::shift && site.calendar.shifts.empty()) {
    parameters.mistake("by", "needs time.shifts in the configuration");
  }
  query.by = period.value_or(Period::fixed);
  read_groups(parameters, site, query);
  return query;
}

}  // namespace

Answer get_kpi(Backend& backend, const Request& request) {
  const Site site = backend.services().site ? backend.services().site() : Site{};
  Parameters parameters{request.target};
  const KpiQuery query = read_query(parameters, site, backend.services().clock->now());
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  auto grant = backend.budget().ask(kpi_bytes);
  if (!grant) co_return problem(503, "too many pages are on their way; try again");
  std::function<Result<json::object>(store::Reader&)> work = [&](store::Reader& reader) {
    return kpi_document(reader, query, site);
  };
  const auto document = co_await backend.readers().query<json::object>(std::move(work));
  if (!document) co_return problem(document.error());
  Response response = json_response(*document);
  response.lease = std::move(grant);
  co_return response;
}

}  // namespace parkwatch::http
