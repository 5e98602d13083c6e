// tools/parkwatch/page_content.cpp - The three formats, each by its own frame of lines or messages.
#include "tools/parkwatch/page_content.h"

#include <boost/json.hpp>
#include <limits>

#include "parkwatch/v1/pull.pb.h"
#include "tools/parkwatch/views.h"

namespace parkwatch::cli {
namespace json = boost::json;
namespace {

Error cut_page() {
  return {ErrorKind::bad_input, "the daemon's answer is cut or damaged; nothing of it was taken"};
}

// Takes the next line off `text`, its "\n" included. Empty: no whole line is left.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view line = text.substr(0, end + 1);
  text.remove_prefix(end + 1);
  return line;
}

std::string gap_text(std::uint64_t readings, const std::string& from, const std::string& to,
                     const std::string& reason) {
  return std::to_string(readings) + " readings received from " + from + " to " + to +
         " were given up (" + reason + ") before this pull took them";
}

bool add_json_gap(std::string_view line, PageContent& out) {
  json::error_code ec;
  const json::value value = json::parse({line.data(), line.size()}, ec);
  if (ec || !value.is_object()) return false;
  const json::object& gap = value.get_object();
  const json::value* readings = gap.if_contains("readings");
  if (readings == nullptr || !readings->is_int64() || readings->get_int64() < 0) return false;
  const auto lost = static_cast<std::uint64_t>(readings->get_int64());
  out.lost_readings += lost;
  out.gaps.push_back(
      gap_text(lost, member_text(gap, "from"), member_text(gap, "to"), member_text(gap, "reason")));
  return true;
}

Result<PageContent> read_ndjson(std::string_view body) {
  PageContent out;
  bool ended = false;
  while (!body.empty()) {
    const std::string_view line = take_line(body);
    if (line.empty() || ended) return cut_page();
    if (line.starts_with(R"({"type":"reading")")) {
      ++out.readings;
    } else if (line.starts_with(R"({"type":"tag")")) {
      ++out.definitions;
    } else if (line.starts_with(R"({"type":"gap")")) {
      if (!add_json_gap(line, out)) return cut_page();
    } else if (line.starts_with(R"({"type":"page")")) {
      ended = true;
    }  // other types: a newer daemon's; kept, not counted
  }
  if (!ended) return cut_page();
  return out;
}

Result<PageContent> read_csv(std::string_view body, std::string_view gap_headers) {
  PageContent out;
  if (!body.starts_with("tag,") || !body.ends_with('\n')) return cut_page();
  bool quoted = false;
  for (const char c : without_csv_titles(body)) {
    if (c == '"') quoted = !quoted;
    if (c == '\n' && !quoted) ++out.readings;
  }
  if (quoted) return cut_page();
  while (!gap_headers.empty()) {
    const std::size_t end = std::min(gap_headers.find('\n'), gap_headers.size());
    const std::string gap{gap_headers.substr(0, end)};
    gap_headers.remove_prefix(std::min(end + 1, gap_headers.size()));
    constexpr std::string_view key = "readings=";
    const std::size_t at = gap.find(key);
    const std::uint64_t lost =
        at == std::string::npos ? 0 : std::strtoull(gap.c_str() + at + key.size(), nullptr, 10);
    out.lost_readings += lost;
    out.gaps.push_back("readings were given up before this pull took them: sequences " + gap);
  }
  return out;
}

// Reads the varint before a message; false when it is not whole.
bool take_length(std::string_view& body, std::uint64_t& length) {
  length = 0;
  for (unsigned shift = 0; shift < 35 && !body.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(body[0]);
    body.remove_prefix(1);
    length |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80U) == 0) return true;
  }
  return false;
}

void add_frame(const v1::PullFrame& frame, PageContent& out) {
  switch (frame.frame_case()) {
    case v1::PullFrame::kTags:
      out.definitions += static_cast<std::uint64_t>(frame.tags().tags_size());
      break;
    case v1::PullFrame::kGap: {
      const v1::Gap& gap = frame.gap();
      out.lost_readings += gap.readings();
      out.gaps.push_back(gap_text(gap.readings(), to_rfc3339(from_us(gap.from_us())),
                                  to_rfc3339(from_us(gap.to_us())), gap.reason()));
      break;
    }
    case v1::PullFrame::kBlock:
      out.readings += static_cast<std::uint64_t>(frame.block().tag_id_size());
      break;
    default:
      break;
  }
}

Result<PageContent> read_frames(std::string_view body) {
  PageContent out;
  bool ended = false;
  while (!body.empty()) {
    std::uint64_t length = 0;
    if (ended || !take_length(body, length) || length > body.size()) return cut_page();
    v1::PullFrame frame;
    if (!frame.ParseFromArray(body.data(), static_cast<int>(length))) return cut_page();
    body.remove_prefix(length);
    add_frame(frame, out);
    ended = frame.has_page();
  }
  if (!ended) return cut_page();
  return out;
}

}  // namespace

Result<PageContent> read_page(PullFormat format, std::string_view body,
                              std::string_view gap_headers) {
  switch (format) {
    case PullFormat::csv:
      return read_csv(body, gap_headers);
    case PullFormat::protobuf:
      return read_frames(body);
    case PullFormat::ndjson:
      break;
  }
  return read_ndjson(body);
}

std::string_view without_csv_titles(std::string_view body) {
  static_cast<void>(take_line(body));
  return body;
}

std::string_view to_text(PullFormat format) {
  switch (format) {
    case PullFormat::csv:
      return "csv";
    case PullFormat::protobuf:
      return "protobuf";
    case PullFormat::ndjson:
      break;
  }
  return "ndjson";
}

std::string_view media_type_of(PullFormat format) {
  switch (format) {
    case PullFormat::csv:
      return "text/csv";
    case PullFormat::protobuf:
      return "application/x-protobuf";
    case PullFormat::ndjson:
      break;
  }
  return "application/x-ndjson";
}

}  // namespace parkwatch::cli
