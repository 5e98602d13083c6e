// daemon/http/ndjson_page.cpp - Readings as one JSON object a line, written directly.
#include "http/documents.h"
#include "http/json_text.h"
#include "http/readings_page.h"

namespace parkwatch::http {
namespace {

void append_line(std::string& out, std::string_view type, const boost::json::object& document) {
  std::string text;
  append_json(text, document);
  out.append(R"({"type":")").append(type).append("\"");
  if (document.empty()) {
    out += '}';
  } else {
    text.front() = ',';
    out += text;
  }
  out += '\n';
}

void append_tag(std::string& out, const store::TagRow& row) {
  boost::json::object document = to_document(row.id, row.version, row.tag);
  document["sequence"] = row.sequence;
  append_line(out, "tag", document);
}

// The parts of a line that are the same for every reading of a tag.
struct Fixed {
  const store::TagRow* row = nullptr;
  std::string head;  // {"type":"reading","tag":"...","time":"
  std::string unit;  // ,"unit":"...","quality":"
};

class LineWriter {
 public:
  explicit LineWriter(std::string& out) : out_(out) {}

  void append(const Reading& reading, const store::TagRow* row) {
    const Fixed& fixed = fixed_of(reading.tag, row);
    out_ += fixed.head;
    time_.append(out_, reading.source_time);
    out_ += R"(","received":")";
    time_.append(out_, reading.receive_time);
    out_ += R"(","value":)";
    append_json_value(out_, reading.value);
    out_ += fixed.unit;
    out_ += to_text(reading.quality);
    out_ += '"';
    if (reading.reason != QualityReason::none) {
      out_.append(R"(,"reason":")").append(to_text(reading.reason)).append("\"");
    }
    out_ += R"(,"sequence":)";
    append_number(out_, reading.sequence);
    out_ += R"(,"index":)";
    append_number(out_, std::uint64_t{reading.index});
    constexpr unsigned usual = reading_has_source_time;
    if ((reading.flags & ~usual) != 0) {
      out_ += R"(,"flags":[)";
      append_flags(out_, reading.flags, ",", "\"");
      out_ += ']';
    }
    if ((reading.flags & reading_has_source_time) == 0) out_ += R"(,"source_time":false)";
    out_ += "}\n";
  }

 private:
  const Fixed& fixed_of(TagId tag, const store::TagRow* row) {
    Fixed& fixed = fixed_[tag];
    if (!fixed.head.empty() && fixed.row == row) return fixed;
    fixed = Fixed{row, R"({"type":"reading","tag":)", R"(,"unit":)"};
    append_json_string(fixed.head, row == nullptr ? "?" : row->tag.name);
    fixed.head += R"(,"time":")";
    append_json_string(fixed.unit, row == nullptr ? "" : row->tag.unit);
    fixed.unit += R"(,"quality":")";
    return fixed;
  }

  std::string& out_;
  TimeText time_;
  std::unordered_map<TagId, Fixed> fixed_;
};

}  // namespace

PageOutput ndjson_page(const PageInput& input) {
  const store::ReadingsPage& page = input.page;
  PageOutput out{{}, page.next_sequence, page.end, {}};
  for (const store::Gap& gap : page.gaps) append_line(out.body, "gap", to_document(gap));
  Definitions definitions{page, input.after, input.all_definitions};
  LineWriter writer{out.body};
  for (std::size_t at = 0; at < page.readings.size();) {
    const std::uint64_t sequence = page.readings[at].sequence;
    if (at > 0 && out.body.size() >= input.bytes_max) {
      out.next_sequence = page.readings[at - 1].sequence;
      out.end = false;
      break;
    }
    for (const store::TagRow* row : definitions.reached(sequence)) append_tag(out.body, *row);
    for (const std::size_t end = message_end(page.readings, at); at < end; ++at) {
      const auto use = definitions.use(page.readings[at].tag);
      if (use.announce) append_tag(out.body, *use.row);
      writer.append(page.readings[at], use.row);
    }
  }
  for (const store::TagRow* row : definitions.reached(out.next_sequence)) {
    append_tag(out.body, *row);
  }
  const store::Cursor cursor{input.generation, out.next_sequence};
  append_line(out.body, "page", {{"cursor", store::to_text(cursor)}, {"end", out.end}});
  return out;
}

}  // namespace parkwatch::http
