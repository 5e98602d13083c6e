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

// Writes a page in the order of the journal. Numbers rise by one, so what is missing between two of
// them is lost: given up for the journal's quota, or with a database that was damaged.
class EventsPage {
 public:
  EventsPage(Format format, store::Cursor start) : format_(format), at_(std::move(start)) {}

  void append(const AlarmEvent& event) {
    reach(event.journal);
    if (format_ == Format::protobuf) {
      v1::PullFrame frame;
      store::to_proto(event, *frame.mutable_event());
      frame.mutable_event()->set_generation(at_.generation);
      return append_frame(body_, frame);
    }
    boost::json::object line{{"type", "event"}};
    for (auto& member : to_document(event, at_.generation)) line[member.key()] = member.value();
    append_line(line);
  }
  // A row that is there and cannot be read.
  void append_damaged(std::uint64_t journal) {
    reach(journal);
    damaged_.push_back(journal);
  }
  // The line after which nothing comes.
  [[nodiscard]] std::string finish(bool end) {
    if (format_ == Format::protobuf) {
      v1::PullFrame frame;
      frame.mutable_page()->set_cursor(store::to_text(at_));
      frame.mutable_page()->set_end(end);
      for (const std::uint64_t journal : damaged_) frame.mutable_page()->add_damaged(journal);
      append_frame(body_, frame);
    } else {
      boost::json::object line{{"type", "page"}, {"cursor", store::to_text(at_)}, {"end", end}};
      if (!damaged_.empty()) line["damaged"] = boost::json::value_from(damaged_);
      append_line(line);
    }
    return std::move(body_);
  }

  [[nodiscard]] std::size_t bytes() const { return body_.size(); }
  [[nodiscard]] const store::Cursor& cursor() const { return at_; }

 private:
  void reach(std::uint64_t journal) {
    if (journal > at_.sequence + 1) append_gap(at_.sequence + 1, journal - 1);
    at_.sequence = journal;
  }
  void append_gap(std::uint64_t first, std::uint64_t last) {
    if (format_ == Format::protobuf) {
      v1::PullFrame frame;
      frame.mutable_journal_gap()->set_first_journal(first);
      frame.mutable_journal_gap()->set_last_journal(last);
      return append_frame(body_, frame);
    }
    append_line({{"type", "gap"},
                 {"first_journal", first},
                 {"last_journal", last},
                 {"events", last - first + 1}});
  }
  void append_line(const boost::json::object& line) {
    append_json(body_, line);
    body_ += '\n';
  }

  const Format format_;
  store::Cursor at_;  // told so far
  std::string body_;
  store::JournalNumbers damaged_;
};

Result<Pulled> look(store::Reader& reader, const PullShape& shape, std::size_t rows_max) {
  const std::string& generation = reader.generation();
  const store::Cursor start = shape.after.value_or(store::Cursor{generation, 0});
  const auto last = reader.last_journal();
  if (!last) return last.error();
  if (auto refused = refuse_cursor(start, generation, *last)) {
    return Pulled{std::move(*refused), 0, false};
  }
  store::JournalNumbers damaged;  // passed over: one of them must not hide what comes after
  const auto events = reader.events(start.sequence, rows_max, &damaged);
  if (!events) return events.error();
  EventsPage page{shape.format, start};
  auto lost = damaged.begin();
  bool cut = false;
  for (const AlarmEvent& event : *events) {
    cut = page.bytes() >= shape.bytes_max;
    if (cut) break;
    for (; lost != damaged.end() && *lost < event.journal; ++lost) page.append_damaged(*lost);
    page.append(event);
  }
  for (; !cut && lost != damaged.end(); ++lost) page.append_damaged(*lost);
  const bool end = !cut && events->size() + damaged.size() < rows_max;
  const store::Cursor next = page.cursor();
  auto response = page_response(shape, page.finish(end), next);
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
