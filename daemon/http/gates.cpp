// daemon/http/gates.cpp - /v1/gates: who and what is inside, passages, permits, corrections, the
// muster. All of it says who was where, so only operators and admins are answered (routes.cpp).
#include <boost/json/array.hpp>
#include <functional>
#include <map>
#include <set>

#include "http/command_body.h"
#include "http/consumer.h"
#include "http/documents.h"
#include "http/gates_view.h"
#include "http/json_text.h"
#include "http/live_view.h"
#include "http/pull.h"
#include "http/resources.h"

namespace parkwatch::http {
namespace json = boost::json;
namespace {

constexpr std::uint64_t rows_default = 1000;
constexpr std::uint64_t rows_most = 10'000;
constexpr std::size_t text_bytes_max = passage_text_bytes_max;
constexpr std::size_t reason_bytes_max = 1000;
constexpr std::size_t bytes_wanted = std::size_t{4} << 20;  // of a page

void put(json::object& out, const char* key, const std::string& text) {
  if (!text.empty()) out[key] = text_value(text);
}

json::object to_document(const Stay& stay) {
  json::object out{{"id", text_value(stay.id)}};
  put(out, "name", stay.name);
  out["class"] = text_value(to_text(stay.subject));
  out["since"] = time_value(stay.since);
  put(out, "gate", stay.gate);
  put(out, "lane", stay.lane);
  put(out, "zone", stay.zone);
  out["seen_at"] = time_value(stay.seen_at);
  put(out, "seen_gate", stay.seen_gate);
  put(out, "seen_lane", stay.seen_lane);
  put(out, "card", stay.card);
  put(out, "permit", stay.permit);
  out["passage"] = std::to_string(stay.sequence) + "." + std::to_string(stay.index);
  if (stay.corrected) out["corrected"] = true;
  return out;
}

json::array words(const std::vector<std::string>& texts) {
  json::array out;
  for (const std::string& text : texts) out.push_back(text_value(text));
  return out;
}

json::object to_document(const Permit& permit) {
  json::object out{{"number", text_value(permit.number)}, {"id", text_value(permit.id)}};
  put(out, "name", permit.name);
  if (permit.subject) out["class"] = text_value(to_text(*permit.subject));
  if (permit.from != timestamp_min) out["from"] = time_value(permit.from);
  if (permit.until != timestamp_max) out["until"] = time_value(permit.until);
  if (!permit.gates.empty()) out["gates"] = words(permit.gates);
  if (!permit.lanes.empty()) out["lanes"] = words(permit.lanes);
  out["source"] = permit.of_file ? "file" : "api";
  return out;
}

json::object to_document(const store::PassageRow& row) {
  const Passage& p = row.seen.passage;
  json::object out{{"type", "passage"},
                   {"passage", std::to_string(row.sequence) + "." + std::to_string(row.seen.index)},
                   {"received_at", time_value(row.receive_time)},
                   {"kind", text_value(to_text(p.kind))},
                   {"class", text_value(to_text(p.subject))}};
  if (p.time) out["time"] = time_value(*p.time);
  put(out, "id", p.id);
  put(out, "name", p.name);
  put(out, "gate", p.gate);
  put(out, "lane", p.lane);
  put(out, "zone", p.zone);
  put(out, "card", p.card);
  put(out, "permit", p.permit);
  if (p.kind == PassageKind::count) out["count"] = p.count;
  return out;
}

// What a device told last by its tag, e.g. "online"; of a value that is bad why it is.
struct Told {
  Timestamp at;
  std::string word;
};

Told told_of(const Tag& tag, const Reading& reading) {
  if (reading.quality == Quality::bad) {
    const bool says_why = reading.reason != QualityReason::none;
    return {reading.receive_time,
            std::string{says_why ? to_text(reading.reason) : to_text(reading.quality)}};
  }
  for (const EnumEntry& entry : tag.enumeration) {
    if (as_number(reading.value) == entry.number) return {reading.receive_time, entry.word};
  }
  return {reading.receive_time, parkwatch::to_text(reading.value)};
}

std::map<std::string, Told, std::less<>> told_by_tags(const LiveView& live,
                                                      const DeviceStates& devices) {
  std::set<std::string, std::less<>> wanted;
  for (const auto& [key, state] : devices) wanted.insert(state.device.tag);
  std::map<std::string, Told, std::less<>> told;
  live.each(0, [&](const LiveTag& tag) {
    if (tag.newest && wanted.contains(tag.tag->name)) {
      told[tag.tag->name] = told_of(*tag.tag, *tag.newest);
    }
    return true;
  });
  return told;
}

// `told`: by its tag; null: nothing.
json::object to_document(const DeviceKey& key, const DeviceState& state, const Told* told) {
  const GateDevice& device = state.device;
  json::object out{{"gate", text_value(key.first)}, {"device", text_value(key.second)}};
  out["kind"] = text_value(to_text(device.kind));
  put(out, "lane", device.lane);
  put(out, "tag", device.tag);
  std::optional<Timestamp> seen = state.heard;
  std::string word = seen ? "heard" : "never heard";
  if (told != nullptr) {
    seen = std::max(seen.value_or(timestamp_min), told->at);
    word = told->word;
  }
  out["state"] = text_value(state.silent ? "silent" : word);
  if (seen) out["seen_at"] = time_value(*seen);
  if (state.heard) out["heard_at"] = time_value(*state.heard);
  if (device.silent_after > Duration{0}) {
    out["silent_after"] = text_value(parkwatch::to_text(device.silent_after));
  }
  return out;
}

json::object to_document(const MusterEntry& entry) {
  json::object out = to_document(entry.stay);
  out["state"] = text_value(to_text(entry.state));
  if (entry.state != MusterState::missing) {
    out["at"] = time_value(entry.at);
    put(out, "place", entry.place);
  }
  return out;
}

std::optional<Subject> subject_of(Parameters& parameters) {
  const auto word = parameters.text("class");
  if (!word) return std::nullopt;
  const auto subject = parse_subject(*word);
  if (!subject) parameters.mistake("class", "is person, vehicle or hazmat");
  return subject;
}

GatesView::Ask read_ask(Parameters& parameters) {
  GatesView::Ask ask;
  ask.after = parameters.text("after").value_or("");
  ask.rows_max = parameters.number("max", rows_default, 1, rows_most);
  ask.subject = subject_of(parameters);
  ask.id = parameters.text("id");
  return ask;
}

// The rows as `key`, beside what is in `document` already.
template <typename Row>
Response page_of(json::object document, const char* key, const GatesView::Page<Row>& page) {
  json::array rows;
  for (const Row& row : page.rows) rows.push_back(to_document(row));
  document[key] = std::move(rows);
  if (page.next.empty()) {
    document["next"] = nullptr;
  } else {
    document["next"] = text_value(page.next);
  }
  return json_response(document);
}

json::object counts_of(const GatesView& view) {
  const auto counts = view.counts();
  json::object out;
  for (std::size_t s = 0; s < subjects; ++s) out[to_text(static_cast<Subject>(s))] = counts[s];
  return out;
}

// On a readers' thread, since the list may be long.
Answer on_readers(Backend& backend, std::function<Response(const GatesView&)> make) {
  const GatesView* view = backend.services().gates;
  if (view == nullptr) co_return problem(404, "this server keeps no gates");
  auto grant = backend.budget().ask(bytes_wanted);
  if (!grant) co_return problem(503, "too many pages are on their way; try again");
  std::function<Result<Response>(store::Reader&)> work =
      [view, make = std::move(make)](store::Reader&) -> Result<Response> { return make(*view); };
  auto response = co_await backend.readers().query<Response>(std::move(work));
  if (!response) co_return problem(response.error());
  response->lease = std::move(grant);
  co_return std::move(*response);
}

Answer obey(Backend& backend, const Request& request, Command command, json::object said) {
  const auto done = co_await backend.command(std::move(command));
  if (!done) co_return problem(done.error());
  said["author"] = text_value(request.author);
  co_return json_response(said);
}

Result<Pulled> look(const Services& services, store::Reader& reader, const PullShape& shape,
                    std::size_t rows_max) {
  const std::string& generation = reader.generation();
  const store::Cursor start = shape.after.value_or(store::Cursor{generation, 0});
  if (auto refused = refuse_cursor(start, generation, services.intake->appended())) {
    return Pulled{std::move(*refused), 0, false};
  }
  const auto page = reader.passages(start.sequence, rows_max);
  if (!page) return page.error();
  std::string body;
  for (const store::PassageRow& row : page->passages) {
    append_json(body, to_document(row));
    body += '\n';
  }
  const store::Cursor next{generation, page->next_sequence};
  append_json(body,
              json::object{{"type", "page"}, {"cursor", store::to_text(next)}, {"end", page->end}});
  body += '\n';
  auto response = page_response(shape, std::move(body), next);
  if (!response) return response.error();
  response->headers.emplace_back("Parkwatch-End", page->end ? "true" : "false");
  return Pulled{std::move(*response), next.sequence, page->passages.empty()};
}

// A permit may be put before its gate is configured, but a slip must be seen.
json::array unknown_gates(const Permit& permit, const Services& services) {
  json::array warnings;
  const Site site = services.site ? services.site() : Site{};
  for (const std::string& gate : permit.gates) {
    if (site.gates.contains(gate)) continue;
    warnings.push_back(text_value("there is no gate '" + gate + "'"));
  }
  return warnings;
}

MusterCommand read_muster(CommandBody& body, MusterCommand::Verb verb) {
  MusterCommand command;
  command.verb = verb;
  switch (verb) {
    case MusterCommand::Verb::start:
      command.reason = body.required_text("reason", reason_bytes_max);
      break;
    case MusterCommand::Verb::end:
      command.reason = body.text("comment", reason_bytes_max).value_or("");
      break;
    case MusterCommand::Verb::report:
      command.id = body.required_text("id", text_bytes_max);
      command.place = body.text("point", text_bytes_max).value_or("");
      break;
  }
  return command;
}

Answer post_muster(Backend& backend, const Request& request, MusterCommand::Verb verb) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  CommandBody body{request.body};
  MusterCommand command = read_muster(body, verb);
  if (auto mistake = body.finish()) co_return std::move(*mistake);
  Command given{request.author, std::move(command), request.admin};
  json::object said;
  co_return co_await obey(backend, request, std::move(given), std::move(said));
}

std::optional<Subject> subject_of(CommandBody& body) {
  const auto word = body.text("class", text_bytes_max);
  if (!word) return std::nullopt;
  const auto subject = parse_subject(*word);
  if (!subject) body.mistake("class", "is person, vehicle or hazmat");
  return subject;
}

}  // namespace

Answer get_gates_inside(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  GatesView::Ask ask = read_ask(parameters);
  ask.gate = parameters.text("gate");
  ask.zone = parameters.text("zone");
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  const Timestamp now = backend.services().clock->now();
  std::function<Response(const GatesView&)> make = [ask, now](const GatesView& view) {
    json::object document{{"now", time_value(now)}, {"counts", counts_of(view)}};
    return page_of(std::move(document), "inside", view.inside(ask));
  };
  co_return co_await on_readers(backend, std::move(make));
}

Answer get_gates_passages(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  auto shape = read_shape(request, backend.options(), {Format::ndjson}, parameters);
  if (!shape) co_return problem(406, "there is application/x-ndjson");
  shape->bytes_max = std::min(bytes_wanted, backend.options().page_bytes_max);
  const std::size_t rows_max = parameters.number("max", rows_default, 1, rows_most);
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  const Services& services = backend.services();
  auto work = [&services, rows_max](store::Reader& reader, const PullShape& now) {
    return look(services, reader, now, rows_max);
  };
  co_return co_await pull(backend, request, *shape, std::move(work));
}

Answer get_gates_devices(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  const auto gate = parameters.text("gate");
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  const LiveView* live = backend.services().live;
  std::function<Response(const GatesView&)> make = [gate, live](const GatesView& view) {
    const DeviceStates devices = view.devices();
    const auto told = told_by_tags(*live, devices);
    json::array rows;
    for (const auto& [key, state] : devices) {
      if (gate && key.first != *gate) continue;
      const auto by_tag = told.find(state.device.tag);
      rows.push_back(to_document(key, state, by_tag == told.end() ? nullptr : &by_tag->second));
    }
    return json_response(json::object{{"devices", std::move(rows)}});
  };
  co_return co_await on_readers(backend, std::move(make));
}

Answer get_gates_permits(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  const GatesView::Ask ask = read_ask(parameters);
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  std::function<Response(const GatesView&)> make = [ask](const GatesView& view) {
    return page_of({}, "permits", view.permits(ask));
  };
  co_return co_await on_readers(backend, std::move(make));
}

Answer put_gates_permit(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  if (!is_consumer_name(request.name)) {
    co_return problem(400, "a permit's number is 1 to 64 of A-Z a-z 0-9 . _ - here");
  }
  CommandBody body{request.body};
  Permit permit;
  permit.number = request.name;
  permit.id = body.required_text("id", text_bytes_max);
  permit.name = body.text("name", text_bytes_max).value_or("");
  permit.subject = subject_of(body);
  permit.from = body.time("from").value_or(timestamp_min);
  permit.until = body.time("until").value_or(timestamp_max);
  permit.gates = body.texts("gates", gate_places_max, text_bytes_max);
  permit.lanes = body.texts("lanes", gate_places_max, text_bytes_max);
  if (auto mistake = body.finish()) co_return std::move(*mistake);
  json::object said{{"number", text_value(request.name)}};
  json::array warnings = unknown_gates(permit, backend.services());
  if (!warnings.empty()) said["warnings"] = std::move(warnings);
  PermitCommand put;
  put.permits.push_back(std::move(permit));
  Command command{request.author, std::move(put), request.admin};
  co_return co_await obey(backend, request, std::move(command), std::move(said));
}

Answer delete_gates_permit(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  if (!is_consumer_name(request.name)) co_return problem(404, "there is no such permit");
  PermitCommand remove;
  remove.verb = PermitCommand::Verb::remove;
  remove.number = request.name;
  Command command{request.author, std::move(remove), request.admin};
  const auto done = co_await backend.command(std::move(command));
  if (!done) co_return problem(done.error());
  Response response;
  response.status = 204;
  co_return response;
}

Answer post_gates_correction(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  CommandBody body{request.body};
  GateCorrection c;
  const std::string verb = body.required_text("verb", text_bytes_max);
  if (verb == "leave") {
    c.verb = GateCorrection::Verb::leave;
  } else if (verb == "rename") {
    c.verb = GateCorrection::Verb::rename;
    c.to = body.required_text("to", text_bytes_max);
  } else if (verb == "enter") {
    c.subject = subject_of(body).value_or(Subject::person);
    c.name = body.text("name", text_bytes_max).value_or("");
    c.gate = body.text("gate", text_bytes_max).value_or("");
    c.zone = body.text("zone", text_bytes_max).value_or("");
  } else {
    body.mistake("verb", "is enter, leave or rename");
  }
  c.id = body.required_text("id", text_bytes_max);
  c.reason = body.required_text("reason", reason_bytes_max);
  if (auto mistake = body.finish()) co_return std::move(*mistake);
  Command command{request.author, std::move(c), request.admin};
  json::object said{{"verb", text_value(verb)}};
  co_return co_await obey(backend, request, std::move(command), std::move(said));
}

Answer get_gates_muster(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  GatesView::Ask ask = read_ask(parameters);
  if (const auto word = parameters.text("state")) {
    for (const MusterState state :
         {MusterState::missing, MusterState::left, MusterState::reported}) {
      if (to_text(state) == *word) ask.state = state;
    }
    if (!ask.state) parameters.mistake("state", "is missing, left or reported");
  }
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  std::function<Response(const GatesView&)> make = [ask](const GatesView& view) {
    const Muster muster = view.muster_state();
    json::object document{{"known", muster.known}, {"active", muster.active}};
    if (muster.known) {
      const auto counts = view.muster_counts();
      document["began"] = time_value(muster.began);
      if (!muster.active) document["ended"] = time_value(muster.ended);
      document["author"] = text_value(muster.author);
      document["reason"] = text_value(muster.reason);
      document["missing"] = counts[0];
      document["left"] = counts[1];
      document["reported"] = counts[2];
    }
    return page_of(std::move(document), "list", view.muster(ask));
  };
  co_return co_await on_readers(backend, std::move(make));
}

Answer post_gates_muster_start(Backend& backend, const Request& request) {
  return post_muster(backend, request, MusterCommand::Verb::start);
}
Answer post_gates_muster_end(Backend& backend, const Request& request) {
  return post_muster(backend, request, MusterCommand::Verb::end);
}
Answer post_gates_muster_report(Backend& backend, const Request& request) {
  return post_muster(backend, request, MusterCommand::Verb::report);
}

}  // namespace parkwatch::http
