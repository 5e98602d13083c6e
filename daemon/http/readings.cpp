// daemon/http/readings.cpp - GET /v1/readings.
#include <algorithm>

#include "http/consumer.h"
#include "http/pull.h"
#include "http/readings_page.h"
#include "http/resources.h"

namespace parkwatch::http {
namespace {

constexpr std::size_t patterns_max = 100;
constexpr std::size_t bytes_default = std::size_t{1} << 20;
constexpr std::size_t bytes_min = 1024;
// What a reading takes at least in each format: bounds how many the store decodes for a page.
constexpr std::size_t text_bytes_a_reading = 80;
constexpr std::size_t frame_bytes_a_reading = 8;
constexpr std::size_t readings_max = 65'536;

struct Filter {
  std::string consumer;
  std::vector<std::string> patterns;
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
  bool all_definitions = true;
  // What the patterns stand for, and how many tags there were when it was found out: ids never
  // change.
  std::vector<TagId> tags;
  std::size_t tags_known = 0;
};

bool has_wildcard(std::string_view pattern) { return pattern.find('*') != std::string_view::npos; }

// Errors: bad_input - a name that is no tag: a slip of the keyboard must not look like silence.
Result<Done> resolve(const LiveView& live, Filter& filter) {
  const std::size_t known = live.size();
  if (filter.patterns.empty() || filter.tags_known == known) return Done{};
  std::vector<bool> found(filter.patterns.size(), false);
  filter.tags.clear();
  live.each(0, [&](const LiveTag& tag) {
    for (std::size_t at = 0; at < filter.patterns.size(); ++at) {
      if (!tag_matches(filter.patterns[at], tag.tag->name)) continue;
      found[at] = true;
      if (filter.tags.empty() || filter.tags.back() != tag.id) filter.tags.push_back(tag.id);
    }
    return true;
  });
  for (std::size_t at = 0; at < found.size(); ++at) {
    if (!found[at] && !has_wildcard(filter.patterns[at])) {
      return Error{ErrorKind::bad_input,
                   "parameter 'tags': there is no tag '" + filter.patterns[at] + "'"};
    }
  }
  // To the store an empty list means every tag.
  if (filter.tags.empty()) filter.tags.push_back(tag_id_none);
  filter.tags_known = known;
  return Done{};
}

Result<PageOutput> format_page(Format format, const PageInput& input) {
  switch (format) {
    case Format::csv:
      return csv_page(input);
    case Format::protobuf:
      return frames_page(input);
    case Format::ndjson:
      break;
  }
  return ndjson_page(input);
}

store::ReadingsQuery query_of(const PullShape& shape, const Filter& filter, std::uint64_t after) {
  store::ReadingsQuery query;
  query.after_sequence = after;
  query.bytes_max = shape.bytes_max;
  const std::size_t each =
      shape.format == Format::protobuf ? frame_bytes_a_reading : text_bytes_a_reading;
  query.readings_max = std::clamp<std::size_t>(shape.bytes_max / each, 1, readings_max);
  query.tags = filter.tags;
  query.from = filter.from;
  query.to = filter.to;
  return query;
}

// Where this pull begins: the cursor, the consumer's, or the beginning.
Result<store::Cursor> start_of(store::Reader& reader, const PullShape& shape, const Filter& filter,
                               Timestamp now) {
  if (shape.after) return *shape.after;
  if (filter.consumer.empty()) return store::Cursor{reader.generation(), 0};
  const auto consumer = find_consumer(reader, filter.consumer, now);
  if (!consumer) return consumer.error();
  return store::Cursor{reader.generation(), consumer->sequence};
}

Result<Pulled> look(const Services& services, store::Reader& reader, const PullShape& shape,
                    Filter& filter) {
  const auto start = start_of(reader, shape, filter, services.clock->now());
  if (!start) return start.error();
  // What is stored may be a moment ahead of what was told as committed, never of what was appended.
  const std::uint64_t last = services.intake->appended();
  if (auto refused = refuse_cursor(*start, reader.generation(), last)) {
    return Pulled{std::move(*refused), 0, false};
  }
  if (const auto resolved = resolve(*services.live, filter); !resolved) return resolved.error();
  const auto page = reader.readings(query_of(shape, filter, start->sequence));
  if (!page) return page.error();
  const PageInput input{*page, reader.generation(), start->sequence, shape.bytes_max,
                        filter.all_definitions};
  auto out = format_page(shape.format, input);
  if (!out) return out.error();
  const store::Cursor next{reader.generation(), out->next_sequence};
  auto response = page_response(shape, std::move(out->body), next);
  if (!response) return response.error();
  response->headers.emplace_back("Parkwatch-End", out->end ? "true" : "false");
  for (auto& header : out->headers) response->headers.push_back(std::move(header));
  const bool empty = page->readings.empty() && page->gaps.empty() && out->end;
  return Pulled{std::move(*response), out->next_sequence, empty};
}

void read_filter(Parameters& parameters, const PullShape& shape, Filter& filter) {
  filter.consumer = parameters.text("consumer").value_or("");
  if (!filter.consumer.empty() && shape.after) {
    parameters.mistake("consumer", "and 'after' say both where to begin; give one of them");
  }
  filter.patterns = parameters.list("tags", patterns_max);
  filter.from = parameters.time("from");
  filter.to = parameters.time("to");
  if (filter.from && filter.to && *filter.from >= *filter.to) {
    parameters.mistake("to", "is not after 'from'");
  }
  const std::string dictionary = parameters.text("dictionary").value_or("all");
  filter.all_definitions = dictionary == "all";
  if (dictionary != "all" && dictionary != "changed") {
    parameters.mistake("dictionary", "is \"all\" or \"changed\"");
  }
}

}  // namespace

Answer get_readings(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  auto shape = read_shape(request, backend.options(),
                          {Format::ndjson, Format::csv, Format::protobuf}, parameters);
  if (!shape) {
    co_return problem(406, "there is application/x-ndjson, text/csv and application/x-protobuf");
  }
  const std::size_t most = backend.options().page_bytes_max;
  // More than the largest page is asked for by clients that want "much": they get the largest.
  shape->bytes_max = std::min<std::size_t>(
      most, parameters.number("max_bytes", bytes_default, bytes_min, UINT64_MAX));
  Filter filter;
  read_filter(parameters, *shape, filter);
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  const Services& services = backend.services();
  auto work = [&services, &filter](store::Reader& reader, const PullShape& now) {
    return look(services, reader, now, filter);
  };
  co_return co_await pull(backend, request, *shape, std::move(work));
}

}  // namespace parkwatch::http
