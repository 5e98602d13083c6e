// daemon/http/consumers.cpp - /v1/consumers: who pulls, and how far it has everything.
#include <algorithm>
#include <boost/json/array.hpp>

#include "http/command_body.h"
#include "http/consumer.h"
#include "http/documents.h"
#include "http/pull.h"
#include "http/resources.h"

namespace parkwatch::http {
namespace json = boost::json;
namespace {

// Each one holds retention back, so their number is bounded.
constexpr std::size_t consumers_max = 100;
constexpr std::size_t word_bytes_max = 128;

Error no_such(std::string_view name) {
  return {ErrorKind::not_found, "there is no consumer '" + std::string{name} +
                                    "' (never registered, removed or expired)"};
}

Response bad_name(const std::string& name) {
  return problem(400, "'" + name + "' is no name for a consumer: 1 to 64 of A-Z a-z 0-9 . _ -");
}

boost::asio::awaitable<Result<store::ConsumerRow>> find(Backend& backend, const std::string& name) {
  const Timestamp now = backend.services().clock->now();
  std::function<Result<store::ConsumerRow>(store::Reader&)> work = [&](store::Reader& reader) {
    return find_consumer(reader, name, now);
  };
  co_return co_await backend.readers().query<store::ConsumerRow>(std::move(work));
}

// The row as JSON, after a command.
boost::asio::awaitable<Response> show(Backend& backend, const std::string& name, unsigned status) {
  const Timestamp now = backend.services().clock->now();
  std::function<Result<json::object>(store::Reader&)> work =
      [&](store::Reader& reader) -> Result<json::object> {
    const auto row = find_consumer(reader, name, now);
    if (!row) return row.error();
    return to_document(*row, reader.generation());
  };
  const auto document = co_await backend.readers().query<json::object>(std::move(work));
  if (!document) co_return problem(document.error());
  co_return json_response(*document, status);
}

// What a PUT asks for.
struct Registration {
  std::optional<std::string> start;  // of a new consumer; empty: the beginning
  std::optional<Timestamp> from;     // `start` as a time
  std::optional<Timestamp> expires_at;
};

Registration read_registration(CommandBody& body, Timestamp now) {
  Registration registration;
  registration.start = body.text("start", word_bytes_max);
  if (registration.start && *registration.start != "beginning" && *registration.start != "now") {
    registration.from = parse_rfc3339(*registration.start);
    if (!registration.from) {
      body.mistake("start", "is \"beginning\", \"now\" or a time as in 2026-01-31T08:00:00Z");
    }
  }
  if (const auto expires_in = body.text("expires_in", word_bytes_max)) {
    const auto duration = parse_duration(*expires_in);
    if (!duration || *duration <= Duration{0}) {
      body.mistake("expires_in", "is a duration as in \"30d\" or \"12h\"");
    } else {
      registration.expires_at = now + *duration;
    }
  }
  return registration;
}

struct Start {
  std::uint64_t sequence = 0;
  bool known = false;    // it exists: the store keeps its cursor, which is its own to move
  bool expired = false;  // one of this name is there, but its time is over
};

Result<Start> start_of(store::Reader& reader, const std::string& name, Timestamp now,
                       const Registration& registration, std::uint64_t last) {
  const auto all = reader.consumers();
  if (!all) return all.error();
  const auto consumers = live_consumers(reader, now);
  if (!consumers) return consumers.error();
  Start start;
  start.known = std::ranges::count(*consumers, name, &store::ConsumerRow::name) != 0;
  start.expired = !start.known && std::ranges::count(*all, name, &store::ConsumerRow::name) != 0;
  if (!start.known && consumers->size() >= consumers_max) {
    return Error{ErrorKind::conflict,
                 "there are " + std::to_string(consumers_max) + " consumers already; remove one"};
  }
  if (registration.from) {
    const auto sequence = reader.sequence_at(*registration.from);
    if (!sequence) return sequence.error();
    start.sequence = *sequence;
  } else if (registration.start == "now") {
    start.sequence = last;
  }
  return start;
}

boost::asio::awaitable<Result<Done>> give(Backend& backend, const Request& request,
                                          ConsumerCommand::Verb verb, std::uint64_t sequence = 0,
                                          std::optional<Timestamp> expires_at = std::nullopt) {
  Command command{request.author, ConsumerCommand{verb, request.name, sequence, expires_at}};
  co_return co_await backend.command(std::move(command));
}

}  // namespace

bool is_consumer_name(std::string_view name) {
  constexpr std::size_t bytes_max = 64;
  return !name.empty() && name.size() <= bytes_max && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

Result<std::vector<store::ConsumerRow>> live_consumers(store::Reader& reader, Timestamp now) {
  auto rows = reader.consumers();
  if (!rows) return rows.error();
  std::erase_if(*rows, [now](const store::ConsumerRow& row) {
    return row.expires_at && *row.expires_at <= now;
  });
  return rows;
}

Result<store::ConsumerRow> find_consumer(store::Reader& reader, std::string_view name,
                                         Timestamp now) {
  auto rows = live_consumers(reader, now);
  if (!rows) return rows.error();
  const auto found = std::ranges::find(*rows, name, &store::ConsumerRow::name);
  if (found == rows->end()) return no_such(name);
  return *found;
}

Answer get_consumers(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  const Timestamp now = backend.services().clock->now();
  std::function<Result<json::object>(store::Reader&)> work =
      [now](store::Reader& reader) -> Result<json::object> {
    const auto rows = live_consumers(reader, now);
    if (!rows) return rows.error();
    json::array consumers;
    for (const auto& row : *rows) consumers.emplace_back(to_document(row, reader.generation()));
    return json::object{{"consumers", std::move(consumers)}};
  };
  const auto document = co_await backend.readers().query<json::object>(std::move(work));
  if (!document) co_return problem(document.error());
  co_return json_response(*document);
}

Answer put_consumer(Backend& backend, const Request& request) {
  if (!is_consumer_name(request.name)) co_return bad_name(request.name);
  const Timestamp now = backend.services().clock->now();
  CommandBody body{request.body};
  const Registration registration = read_registration(body, now);
  if (auto mistake = body.finish()) co_return std::move(*mistake);
  const std::uint64_t last = backend.services().intake->committed();
  std::function<Result<Start>(store::Reader&)> work = [&](store::Reader& reader) {
    return start_of(reader, request.name, now, registration, last);
  };
  const auto start = co_await backend.readers().query<Start>(std::move(work));
  if (!start) co_return problem(start.error());
  if (start->expired) {
    const auto removed = co_await give(backend, request, ConsumerCommand::Verb::remove);
    if (!removed) co_return problem(removed.error());
  }
  const auto done = co_await give(backend, request, ConsumerCommand::Verb::put, start->sequence,
                                  registration.expires_at);
  if (!done) co_return problem(done.error());
  co_return co_await show(backend, request.name, start->known ? 200 : 201);
}

Answer delete_consumer(Backend& backend, const Request& request) {
  if (!is_consumer_name(request.name)) co_return bad_name(request.name);
  const auto known = co_await find(backend, request.name);
  if (!known) co_return problem(known.error());
  const auto done = co_await give(backend, request, ConsumerCommand::Verb::remove);
  if (!done) co_return problem(done.error());
  Response response;
  response.status = 204;
  co_return response;
}

Answer post_consumer_ack(Backend& backend, const Request& request) {
  if (!is_consumer_name(request.name)) co_return bad_name(request.name);
  CommandBody body{request.body};
  const auto cursor = store::parse_cursor(body.required_text("cursor", word_bytes_max));
  if (!cursor) body.mistake("cursor", "is no cursor; take it from a pull's Parkwatch-Cursor");
  if (auto mistake = body.finish()) co_return std::move(*mistake);
  const std::uint64_t last = backend.services().intake->appended();
  const Timestamp now = backend.services().clock->now();
  struct Known {
    store::ConsumerRow row;
    std::optional<Response> refused;
  };
  std::function<Result<Known>(store::Reader&)> work = [&](store::Reader& reader) -> Result<Known> {
    const auto row = find_consumer(reader, request.name, now);
    if (!row) return row.error();
    return Known{*row, refuse_cursor(*cursor, reader.generation(), last)};
  };
  auto known = co_await backend.readers().query<Known>(std::move(work));
  if (!known) co_return problem(known.error());
  if (known->refused) co_return std::move(*known->refused);
  // An acknowledgement that came before, or twice, changes nothing: what is safe there stays safe.
  if (cursor->sequence > known->row.sequence) {
    const auto done = co_await give(backend, request, ConsumerCommand::Verb::ack, cursor->sequence);
    if (!done) co_return problem(done.error());
  }
  co_return co_await show(backend, request.name, 200);
}

}  // namespace parkwatch::http
