// daemon/http/events.cpp - GET /v1/events: the journal of alarm transitions.
#include <algorithm>
#include <boost/json/value_from.hpp>

#include "http/documents.h"
#include "http/frames.h"
#include "http/json_text.h"
#include "http/pull.h"
#include "http/resources.h"
#include "store/convert.h"

namespace parkwatch::http {
namespace {

constexpr std::uint64_t rows_default = 1000;
constexpr std::uint64_t rows_most = 10'000;
// An event takes some 800 bytes; less than this is no page.
constexpr std::size_t bytes_wanted = std::size_t{2} << 20;

void append_event(std::string& body, Format format, const AlarmEvent& event,
                  const std::string& generation) {
  if (format == Format::protobuf) {
    v1::PullFrame frame;
    store::to_proto(event, *frame.mutable_event());
    frame.mutable_event()->set_generation(generation);
    append_frame(body, frame);
    return;
  }
  boost::json::object line{{"type", "event"}};
  for (auto& member : to_document(event, generation)) line[member.key()] = member.value();
  append_json(body, line);
  body += '\n';
}

void append_end(std::string& body, Format format, const store::Cursor& cursor, bool end,
                const store::JournalNumbers& damaged) {
  if (format == Format::protobuf) {
    v1::PullFrame frame;
    frame.mutable_page()->set_cursor(store::to_text(cursor));
    frame.mutable_page()->set_end(end);
    for (const std::uint64_t journal : damaged) frame.mutable_page()->add_damaged(journal);
    append_frame(body, frame);
    return;
  }
  boost::json::object line{{"type", "page"}, {"cursor", store::to_text(cursor)}, {"end", end}};
  if (!damaged.empty()) line["damaged"] = boost::json::value_from(damaged);
  append_json(body, line);
  body += '\n';
}

Result<Pulled> look(store::Reader& reader, const PullShape& shape, std::size_t rows_max) {
  const std::string& generation = reader.generation();
  const store::Cursor start = shape.after.value_or(store::Cursor{generation, 0});
  if (auto refused = refuse_cursor(start, generation, UINT64_MAX)) {
    return Pulled{std::move(*refused), 0, false};
  }
  store::JournalNumbers damaged;  // passed over: one of them must not hide what comes after
  const auto events = reader.events(start.sequence, rows_max, &damaged);
  if (!events) return events.error();
  std::string body;
  store::Cursor next{generation, start.sequence};
  bool cut = false;
  for (const AlarmEvent& event : *events) {
    cut = body.size() >= shape.bytes_max;
    if (cut) break;
    append_event(body, shape.format, event, generation);
    next.sequence = event.journal;
  }
  if (cut) {
    std::erase_if(damaged, [&](std::uint64_t journal) { return journal > next.sequence; });
  } else if (!damaged.empty()) {
    next.sequence = std::max(next.sequence, damaged.back());
  }
  const bool end = !cut && events->size() + damaged.size() < rows_max;
  append_end(body, shape.format, next, end, damaged);
  auto response = page_response(shape, std::move(body), next);
  if (!response) return response.error();
  response->headers.emplace_back("Parkwatch-End", end ? "true" : "false");
  return Pulled{std::move(*response), next.sequence, events->empty() && damaged.empty()};
}

}  // namespace

Answer get_events(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  auto shape =
      read_shape(request, backend.options(), {Format::ndjson, Format::protobuf}, parameters);
  if (!shape) co_return problem(406, "there is application/x-ndjson and application/x-protobuf");
  shape->bytes_max = std::min(bytes_wanted, backend.options().page_bytes_max);
  const std::size_t rows_max = parameters.number("max", rows_default, 1, rows_most);
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  auto work = [rows_max](store::Reader& reader, const PullShape& now) {
    return look(reader, now, rows_max);
  };
  co_return co_await pull(backend, request, *shape, std::move(work));
}

}  // namespace parkwatch::http
