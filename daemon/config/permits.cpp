// daemon/config/permits.cpp - Reads a list of permits from a table as spreadsheets save it.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "config/csv.h"
#include "config/fields.h"
#include "config/gates.h"

namespace parkwatch::config {
namespace {

constexpr std::array<std::string_view, 8> permit_columns{"number", "id",    "name",  "class",
                                                         "from",   "until", "gates", "lanes"};

class PermitsReader {
 public:
  PermitsReader(const std::string& shown, const TimeZone& zone, Diagnostics& out)
      : shown_(shown), zone_(zone), out_(out) {}

  std::vector<Permit> read(std::string_view bytes) {
    auto text = decoded_text(bytes);
    if (!text) return fault(0, "", text.error().message), std::vector<Permit>{};
    auto rows = parse_csv(text->utf8);
    if (!rows) return fault(0, "", rows.error().message), std::vector<Permit>{};
    if (rows->empty() || !read_header(rows->front())) return {};
    std::vector<Permit> permits;
    for (std::size_t at = 1; at < rows->size(); ++at) read_row((*rows)[at], permits);
    if (permits.size() > gate_entries_max) {
      fault(0, "", "more than " + std::to_string(gate_entries_max) + " permits");
    }
    return permits;
  }

 private:
  void fault(std::uint32_t line, std::string key, std::string message) {
    out_.push_back(
        {Diagnostic::Severity::error, {shown_, line, 1}, std::move(key), std::move(message)});
  }

  bool read_header(const CsvRow& header) {
    for (std::size_t at = 0; at < header.cells.size(); ++at) {
      const std::string& name = header.cells[at].text;
      if (std::find(permit_columns.begin(), permit_columns.end(), name) == permit_columns.end()) {
        // What stands there may be somebody's: a list without a header.
        fault(header.line, "",
              "column " + std::to_string(at + 1) +
                  ": unknown column; the first line names them: number, id, name, class, from, "
                  "until, gates, lanes");
        return false;
      }
      at_[name] = at;
    }
    for (const char* needed : {"number", "id"}) {
      if (at_.contains(needed)) continue;
      fault(header.line, needed, "the column is missing");
      return false;
    }
    return true;
  }

  std::string cell(const CsvRow& row, const std::string& column) const {
    const auto found = at_.find(column);
    if (found == at_.end() || found->second >= row.cells.size()) return {};
    return row.cells[found->second].text;
  }

  void read_row(const CsvRow& row, std::vector<Permit>& permits) {
    Permit permit;
    permit.number = cell(row, "number");
    permit.id = cell(row, "id");
    permit.name = cell(row, "name");
    permit.of_file = true;
    // What stands there is personal: only where it is wrong is said.
    if (!is_passage_text(permit.number)) fault(row.line, "number", "is missing or no number");
    if (!is_passage_text(permit.id)) fault(row.line, "id", "is missing or longer than 128 bytes");
    if (!permit.name.empty() && !is_passage_text(permit.name)) {
      fault(row.line, "name", "is longer than 128 bytes");
    }
    if (!numbers_.insert(permit.number).second) {
      fault(row.line, "number", "another row has this number");
    }
    if (const std::string word = cell(row, "class"); !word.empty()) {
      permit.subject = parse_subject(word);
      if (!permit.subject) fault(row.line, "class", "must be person, vehicle or hazmat");
    }
    read_time(row, "from", permit.from);
    read_time(row, "until", permit.until);
    if (permit.from >= permit.until) fault(row.line, "until", "is not after from");
    permit.gates = words(row, "gates");
    permit.lanes = words(row, "lanes");
    permits.push_back(std::move(permit));
  }

  void read_time(const CsvRow& row, const std::string& column, Timestamp& time) {
    const std::string text = cell(row, column);
    if (text.empty()) return;
    if (const auto local = parse_local(text, zone_)) {
      time = *local;
    } else {
      fault(row.line, column,
            "must be a time such as \"2026-06-01 08:00\" or "
            "\"2026-06-01T08:00:00+08:00\"");
    }
  }

  std::vector<std::string> words(const CsvRow& row, const std::string& column) {
    std::vector<std::string> words;
    const std::string text = cell(row, column);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find(' ', at), text.size());
      if (end > at) words.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    const bool fine = words.size() <= gate_places_max &&
                      std::all_of(words.begin(), words.end(),
                                  [](const std::string& word) { return is_passage_text(word); });
    if (!fine) fault(row.line, column, "must be names divided by blanks");
    return words;
  }

  const std::string& shown_;
  const TimeZone& zone_;
  Diagnostics& out_;
  std::map<std::string, std::size_t, std::less<>> at_;  // column -> position
  std::set<std::string> numbers_;
};

}  // namespace

std::vector<Permit> read_permits(const std::string& shown, std::string_view bytes,
                                 const TimeZone& zone, Diagnostics& out) {
  return PermitsReader{shown, zone, out}.read(bytes);
}

}  // namespace parkwatch::config
