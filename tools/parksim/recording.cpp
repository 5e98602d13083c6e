// tools/parksim/recording.cpp - The mapping, and the rows that it turns into messages.
#include "tools/parksim/recording.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "config/csv.h"
#include "config/toml.h"
#include "model/calendar.h"
#include "tools/parksim/physics/message.h"
#include "tools/parksim/physics/tag.h"
#include "tools/parksim/recorded_time.h"

namespace parkwatch::parksim {
namespace {

Error bad(std::string message) { return {ErrorKind::bad_input, std::move(message)}; }

struct Column {
  std::string name;
  std::size_t place = 0;  // in a row
  std::string topic;
  double factor = 1.0;
  int digits = 3;
  bool sum = false;  // of all values so far: a meter's register
};

struct Mapping {
  std::string file;
  bool header = true;
  bool decimal_comma = false;
  std::vector<std::string> missing;
  std::vector<std::string> time_names;
  std::vector<std::size_t> time_places;
  TimeWriting time;
  std::vector<Column> columns;
};

void read_time(SettingsReader& reader, Mapping& mapping) {
  mapping.time_names = reader.texts("columns");
  if (mapping.time_names.empty()) reader.error("columns", "is missing: the columns of the time");
  const auto format = reader.text("format");
  const auto since = reader.text("days_since");
  if (format.has_value() == since.has_value()) {
    reader.error("format", "or days_since must be given, such as \"%Y-%m-%d %H:%M\"");
  }
  mapping.time.format = format.value_or("");
  if (since) {
    const auto from = parse_rfc3339(*since);
    if (!from) reader.error("days_since", "must be a time such as \"2026-01-01T00:00:00Z\"");
    mapping.time.days_from = from.value_or(Timestamp{});
  }
  const auto zone = parse_offset(reader.text("zone", "UTC"));
  if (!zone) reader.error("zone", "must be \"UTC\" or an offset such as \"+08:00\"");
  if (zone) mapping.time.offset = zone->offset;
  mapping.time.midnight_ends = reader.boolean("midnight_ends", false);
  reader.finish();
}

Column read_column(SettingsReader& reader) {
  Column column;
  column.name = reader.required_text("name");
  column.topic = reader.required_text("topic");
  column.factor = reader.number("factor").value_or(1.0);
  column.digits = static_cast<int>(reader.integer("digits", column.digits, 0, 6));
  column.sum = reader.boolean("sum", false);
  reader.finish();
  return column;
}

Result<Mapping> read_mapping(const std::string& name, const std::string& text) {
  Diagnostics diagnostics;
  Mapping mapping;
  if (const auto root = config::parse_toml(name, text, diagnostics)) {
    SettingsReader reader{*root, "", diagnostics};
    mapping.file = reader.required_text("file");
    mapping.header = reader.boolean("header", true);
    mapping.decimal_comma = reader.boolean("decimal_comma", false);
    mapping.missing = reader.texts("missing");
    const SettingsTable* time = reader.table("time");
    if (time == nullptr) reader.error("time", "is missing: how times are written");
    if (time != nullptr) {
      SettingsReader inner = reader.within(*time, "time");
      read_time(inner, mapping);
    }
    for (const SettingsTable* table : reader.tables("column")) {
      SettingsReader inner = reader.within(*table, "column");
      mapping.columns.push_back(read_column(inner));
    }
    if (mapping.columns.empty()) reader.error("column", "is missing: [[column]] with a topic");
    reader.finish();
  }
  if (!diagnostics.empty()) return bad(to_text(diagnostics.front()));
  return mapping;
}

// How far a column's cells stand behind its name: some tables begin each row with the row's own
// name, and have no word for that in the header.
std::size_t row_names(const std::vector<config::CsvRow>& rows) {
  return rows.size() > 1 && rows[1].cells.size() == rows[0].cells.size() + 1 ? 1 : 0;
}

// By the header, or "3" for the third column.
std::optional<std::size_t> place_of(const std::string& name, const Mapping& mapping,
                                    const std::vector<config::CsvRow>& rows) {
  const config::CsvRow& first = rows.front();
  if (mapping.header) {
    const auto at = std::find_if(first.cells.begin(), first.cells.end(),
                                 [&](const config::CsvCell& cell) { return cell.text == name; });
    if (at == first.cells.end()) return std::nullopt;
    return static_cast<std::size_t>(at - first.cells.begin()) + row_names(rows);
  }
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool whole = error == std::errc{} && end == name.data() + name.size();
  if (!whole || number < 1 || number > first.cells.size()) return std::nullopt;
  return number - 1;
}

std::optional<std::string> find_columns(Mapping& mapping, const std::vector<config::CsvRow>& rows) {
  for (const std::string& name : mapping.time_names) {
    const auto place = place_of(name, mapping, rows);
    if (!place) return name;
    mapping.time_places.push_back(*place);
  }
  for (Column& column : mapping.columns) {
    const auto place = place_of(column.name, mapping, rows);
    if (!place) return column.name;
    column.place = *place;
  }
  return std::nullopt;
}

std::optional<double> number_of(std::string text, bool decimal_comma) {
  if (decimal_comma) std::replace(text.begin(), text.end(), ',', '.');
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && std::isfinite(value) ? std::optional{value} : std::nullopt;
}

class Maker {
 public:
  Maker(const std::string& name, Mapping mapping)
      : name_(name), mapping_(std::move(mapping)), sums_(mapping_.columns.size(), 0.0) {}

  Result<Recording> make(const std::vector<config::CsvRow>& rows) {
    if (rows.empty()) return bad(mapping_.file + ": is empty");
    if (const auto lost = find_columns(mapping_, rows)) {
      return bad(name_ + ": there is no column " + *lost + " in " + mapping_.file);
    }
    auto timed = in_order(rows);
    if (!timed) return timed.error();
    for (const auto& [time, row] : *timed) {
      const auto done = add_row(*row, time);
      if (!done) return done.error();
    }
    recording_.rows = timed->size();
    return std::move(recording_);
  }

 private:
  using Timed = std::vector<std::pair<Timestamp, const config::CsvRow*>>;

  Error wrong(const config::CsvRow& row, const std::string& what) const {
    return bad(mapping_.file + ':' + std::to_string(row.line) + ": " + what);
  }

  [[nodiscard]] static std::string cell(const config::CsvRow& row, std::size_t place) {
    return place < row.cells.size() ? row.cells[place].text : std::string{};
  }

  // Rows as they were measured: some files were put together in another order.
  Result<Timed> in_order(const std::vector<config::CsvRow>& rows) const {
    Timed timed;
    for (std::size_t i = mapping_.header ? 1 : 0; i < rows.size(); ++i) {
      std::string text;
      for (const std::size_t place : mapping_.time_places) {
        text += (text.empty() ? "" : " ") + cell(rows[i], place);
      }
      const auto time = recorded_time(text, mapping_.time);
      if (!time) return wrong(rows[i], "is no time: " + text);
      timed.emplace_back(*time, &rows[i]);
    }
    std::stable_sort(timed.begin(), timed.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    return timed;
  }

  [[nodiscard]] bool is_missing(const std::string& text, std::optional<double> value) const {
    return std::any_of(mapping_.missing.begin(), mapping_.missing.end(),
                       [&](const std::string& word) {
                         return word == text || (value && number_of(word, false) == value);
                       });
  }

  Result<Done> add_row(const config::CsvRow& row, Timestamp time) {
    for (std::size_t i = 0; i < mapping_.columns.size(); ++i) {
      const Column& column = mapping_.columns[i];
      const std::string text = cell(row, column.place);
      const auto value = number_of(text, mapping_.decimal_comma);
      if (is_missing(text, value)) {
        ++recording_.missing;
        continue;
      }
      if (!value) return wrong(row, column.name + " is no number: " + text);
      sums_[i] += *value * column.factor;
      add(column, column.sum ? sums_[i] : *value * column.factor, time);
    }
    return Done{};
  }

  void add(const Column& column, double value, Timestamp time) {
    TagInfo tag;
    tag.digits = column.digits;
    recording_.messages.push_back({time, column.topic, payload(tag, {0, time, value})});
  }

  const std::string& name_;
  Mapping mapping_;
  std::vector<double> sums_;  // by column
  Recording recording_;
};

Result<std::string> text_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return Error{ErrorKind::permanent, path.string() + ": cannot be read"};
  return text.str();
}

}  // namespace

Result<Recording> make_recording(const std::string& name, const std::string& mapping,
                                 const FileReader& read) {
  auto described = read_mapping(name, mapping);
  if (!described) return described.error();
  const auto bytes = read(described->file);
  if (!bytes) return bytes.error();
  const auto text = config::decoded_text(*bytes);
  if (!text) return bad(described->file + ": " + text.error().message);
  const auto rows = config::parse_csv(text->utf8);
  if (!rows) return bad(described->file + ": " + rows.error().message);
  return Maker{name, *std::move(described)}.make(*rows);
}

Result<Recording> read_recording(const std::string& path) {
  const auto mapping = text_of(path);
  if (!mapping) return mapping.error();
  const std::filesystem::path folder = std::filesystem::path{path}.parent_path();
  return make_recording(path, *mapping,
                        [&](const std::string& file) { return text_of(folder / file); });
}

std::string line(const RecordedMessage& message) {
  return "{\"topic\": \"" + message.topic + "\", " + message.payload.substr(1);
}

}  // namespace parkwatch::parksim
