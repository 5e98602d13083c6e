// daemon/http/csv_page.cpp - Readings as RFC 4180 text.
#include <algorithm>

#include "http/json_text.h"
#include "http/readings_page.h"

namespace parkwatch::http {
namespace {

// More gaps than this in one page are told as one that spans the rest.
constexpr std::size_t gap_headers_max = 20;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Blanks at the ends stay only in quotes: whoever reads tables takes them off.
bool needs_quotes(std::string_view text) {
  return text.find_first_of(",\"\r\n") != std::string_view::npos ||
         (!text.empty() && (is_blank(text.front()) || is_blank(text.back())));
}

void append_field(std::string& out, std::string_view text) {
  if (!needs_quotes(text)) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_value(std::string& out, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    append_field(out, *text);
  } else {
    append_json_value(out, value);
  }
}

void append_reading(std::string& out, const Reading& reading, const store::TagRow* row,
                    TimeText& time) {
  append_field(out, row == nullptr ? "?" : row->tag.name);
  out += ',';
  time.append(out, reading.source_time);
  out += ',';
  time.append(out, reading.receive_time);
  out += ',';
  append_value(out, reading.value);
  out += ',';
  append_field(out, row == nullptr ? "" : row->tag.unit);
  out.append(",").append(to_text(reading.quality)).append(",");
  if (reading.reason != QualityReason::none) out += to_text(reading.reason);
  out += ',';
  append_flags(out, reading.flags, " ", "");
  out += ',';
  append_number(out, reading.sequence);
  out += ',';
  append_number(out, std::uint64_t{reading.index});
  out += "\r\n";
}

std::string gap_text(const store::Gap& gap) {
  std::string word;  // of our own few, but it came from a file
  std::ranges::copy_if(gap.reason, std::back_inserter(word),
                       [](char c) { return c >= 'a' && c <= 'z'; });
  return std::to_string(gap.first_sequence) + "-" + std::to_string(gap.last_sequence) +
         "; readings=" + std::to_string(gap.readings) + "; from=" + to_rfc3339(gap.from) +
         "; to=" + to_rfc3339(gap.to) + "; reason=" + word;
}

std::vector<store::Gap> told_gaps(const std::vector<store::Gap>& gaps) {
  std::vector<store::Gap> told;
  for (const store::Gap& gap : gaps) {
    if (told.size() < gap_headers_max) {
      told.push_back(gap);
      continue;
    }
    store::Gap& last = told.back();
    last.last_sequence = std::max(last.last_sequence, gap.last_sequence);
    last.to = std::max(last.to, gap.to);
    last.readings += gap.readings;
  }
  return told;
}

}  // namespace

PageOutput csv_page(const PageInput& input) {
  const store::ReadingsPage& page = input.page;
  PageOutput out{{}, page.next_sequence, page.end, {}};
  out.body = "tag,time,received,value,unit,quality,reason,flags,sequence,index\r\n";
  for (const store::Gap& gap : told_gaps(page.gaps)) {
    out.headers.emplace_back("Parkwatch-Gap", gap_text(gap));
  }
  Definitions definitions{page, input.after, input.all_definitions};
  TimeText time;
  for (std::size_t at = 0; at < page.readings.size();) {
    if (at > 0 && out.body.size() >= input.bytes_max) {
      out.next_sequence = page.readings[at - 1].sequence;
      out.end = false;
      break;
    }
    const auto now_in_force = definitions.reached(page.readings[at].sequence);
    static_cast<void>(now_in_force);  // a line carries its unit; CSV has no place for the rest
    for (const std::size_t end = message_end(page.readings, at); at < end; ++at) {
      const auto use = definitions.use(page.readings[at].tag);
      append_reading(out.body, page.readings[at], use.row, time);
    }
  }
  return out;
}

}  // namespace parkwatch::http
