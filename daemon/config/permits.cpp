// daemon/config/permits.cpp - Reads a list of permits from a table as spreadsheets save it.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "config/csv.h"
#include "config/fields.h"
#include "config/files.h"
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
    if (!text) return fault({shown_, 0, 0}, "", text.error().message), std::vector<Permit>{};
    auto rows = parse_csv(text->utf8);
    if (!rows) return fault({shown_, 0, 0}, "", rows.error().message), std::vector<Permit>{};
    if (rows->empty() || !read_header(rows->front())) return {};
    std::vector<Permit> permits;
    for (std::size_t at = 1; at < rows->size(); ++at) read_row((*rows)[at], permits);
    if (permits.size() > gate_entries_max) {
      fault({shown_, 0, 0}, "", "more than " + std::to_string(gate_entries_max) + " permits");
    }
    return permits;
  }

 private:
  void fault(SourceLocation where, std::string key, std::string message) {
    key = key.empty() ? "permits" : "permits." + key;
    out_.push_back(
        {Diagnostic::Severity::error, std::move(where), std::move(key), std::move(message)});
  }
  // In the column's cell; in the row where it has none.
  void fault(const CsvRow& row, const std::string& column, std::string message) {
    const CsvCell* cell = cell_of(row, column);
    fault({shown_, row.line, cell == nullptr ? 1 : cell->column}, column, std::move(message));
  }

  bool read_header(const CsvRow& header) {
    for (std::size_t at = 0; at < header.cells.size(); ++at) {
      const std::string& name = header.cells[at].text;
      if (std::find(permit_columns.begin(), permit_columns.end(), name) == permit_columns.end()) {
        refuse_column(header.cells[at], at + 1, header.line);
        return false;
      }
      at_[name] = at;
    }
    for (const char* needed : {"number", "id"}) {
      if (at_.contains(needed)) continue;
      fault({shown_, header.line, 1}, needed, "the column is missing");
      return false;
    }
    return true;
  }

  // What stands there may be somebody's, in a list without a header: only what is nearly one of
  // our words is said again.
  void refuse_column(const CsvCell& cell, std::size_t position, std::uint32_t line) {
    const std::string near = hint(cell.text, {permit_columns.begin(), permit_columns.end()});
    fault({shown_, line, cell.column}, "",
          "column " + std::to_string(position) + ": unknown column" +
              (near.empty() ? "" : ' ' + in_quotes(cell.text)) + near +
              "; the first line names them: number, id, name, class, from, until, gates, lanes");
  }

  const CsvCell* cell_of(const CsvRow& row, const std::string& column) const {
    const auto found = at_.find(column);
    if (found == at_.end() || found->second >= row.cells.size()) return nullptr;
    return &row.cells[found->second];
  }
  std::string cell(const CsvRow& row, const std::string& column) const {
    const CsvCell* found = cell_of(row, column);
    return found == nullptr ? std::string{} : found->text;
  }

  void read_row(const CsvRow& row, std::vector<Permit>& permits) {
    Permit permit;
    permit.number = cell(row, "number");
    permit.id = cell(row, "id");
    permit.name = cell(row, "name");
    permit.of_file = true;
    // What stands there is personal: only where it is wrong is said.
    if (!is_passage_text(permit.number)) fault(row, "number", "is missing or no number");
    if (!is_passage_text(permit.id)) fault(row, "id", "is missing or longer than 128 bytes");
    if (!permit.name.empty() && !is_passage_text(permit.name)) {
      fault(row, "name", "is longer than 128 bytes");
    }
    if (!numbers_.insert(permit.number).second) {
      fault(row, "number", "another row has this number");
    }
    if (const std::string word = cell(row, "class"); !word.empty()) {
      permit.subject = parse_subject(word);
      if (!permit.subject) fault(row, "class", "must be person, vehicle or hazmat");
    }
    read_time(row, "from", permit.from);
    read_time(row, "until", permit.until);
    if (permit.from >= permit.until) fault(row, "until", "is not after from");
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
      fault(row, column,
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
    if (!fine) fault(row, column, "must be names divided by blanks");
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

std::optional<PermitCommand> read_permit_list(const Config& config, Diagnostics& out) {
  const std::string& path = config.gates.permits_file;
  PermitCommand command;
  command.verb = PermitCommand::Verb::file;
  // Without a file there is an empty list: what an earlier one held is permitted no more.
  if (path.empty()) return command;
  Diagnostics mistakes;
  if (const auto text = read_file(path)) {
    command.permits = read_permits(path, *text, config.plant->calendar.zone, mistakes);
  } else {
    mistakes.push_back(
        {Diagnostic::Severity::error, {path, 0, 0}, "gates.permits", text.error().message});
  }
  out.insert(out.end(), mistakes.begin(), mistakes.end());
  if (has_errors(mistakes)) return std::nullopt;
  return command;
}

}  // namespace parkwatch::config
