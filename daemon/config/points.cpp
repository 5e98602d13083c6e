// daemon/config/points.cpp - Reads point tables.
#include "config/points.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "config/fields.h"
#include "config/point_header.h"
#include "config/point_words.h"
#include "model/time.h"

namespace parkwatch::config {
namespace {

constexpr std::array<std::string_view, 4> point_levels{"LL", "L", "H", "HH"};

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

// A row while it is read. `take` marks a cell as used and gives it with its place.
class Row {
 public:
  Row(const CsvFile& file, const PointHeader& header, const CsvRow& row, Diagnostics& out)
      : file_(file), header_(header), row_(row), out_(out) {
    for (std::size_t i = 0; i < row.cells.size() && i < header.keys.size(); ++i) clean(i);
    for (std::size_t i = header.keys.size(); i < row.cells.size(); ++i) {
      if (row.cells[i].text.empty()) continue;
      out_.push_back({Diagnostic::Severity::error,
                      {file_.shown, row.line, row.cells[i].column, file_.instance},
                      "points",
                      "a cell without a column"});
    }
  }

  [[nodiscard]] const std::string& text(std::string_view key) const {
    static const std::string none;
    const auto found = cells_.find(key);
    return found == cells_.end() ? none : found->second.first;
  }
  [[nodiscard]] SourceLocation where(std::string_view key) const {
    const auto found = cells_.find(key);
    return {file_.shown, row_.line, found == cells_.end() ? 1 : found->second.second,
            file_.instance};
  }
  // "limit.tank.t101.level"; in a package "tf-a.limit.T101.level".
  [[nodiscard]] std::string rule_id(std::string_view kind) const {
    std::string_view tag = text("tag");
    if (!file_.site.empty() && tag.starts_with(file_.site + '/')) {
      tag.remove_prefix(file_.site.size() + 1);
    }
    const std::string id = point_rule_id(kind, tag);
    return file_.rule_prefix.empty() ? id : file_.rule_prefix + '.' + id;
  }
  void error(std::string_view key, std::string message) {
    out_.push_back({Diagnostic::Severity::error, where(key), "points." + std::string{key},
                    std::move(message)});
  }
  [[nodiscard]] std::optional<double> number(std::string_view key) {
    if (text(key).empty()) return std::nullopt;
    const auto value = number_in(text(key));
    if (!value) error(key, in_quotes(text(key)) + " is no number");
    return value;
  }
  // What the cell's word means; nothing for an empty cell and for an unknown word, which is told.
  [[nodiscard]] std::optional<std::string> word(std::string_view key, const PointWords& words) {
    if (text(key).empty()) return std::nullopt;
    auto meant = meaning_of(text(key), words);
    if (!meant && !file_.stored) error(key, unknown_word(text(key), words));
    return meant;
  }
  [[nodiscard]] SettingsValue value(std::string_view key) const { return {where(key), text(key)}; }
  [[nodiscard]] SettingsValue place(std::string_view key,
                                    decltype(SettingsValue::held) held) const {
    return {where(key), std::move(held)};
  }
  // The further columns, those without a text too.
  [[nodiscard]] std::vector<std::pair<std::string, SettingsValue>> columns() const {
    std::vector<std::pair<std::string, SettingsValue>> found;
    for (std::size_t i = 0; i < header_.keys.size(); ++i) {
      const std::string& key = header_.keys[i];
      if (!header_.known[i] && !key.empty()) found.emplace_back(key, value(key));
    }
    return found;
  }

 private:
  void clean(std::size_t i) {
    const CsvCell& cell = row_.cells[i];
    const std::string& key = header_.keys[i];
    if (key.empty() || cell.text.empty()) return;
    const SourceLocation where{file_.shown, row_.line, cell.column, file_.instance};
    const std::string half = half_width(cell.text);
    const bool exact = number_columns().contains(key) || key == "tag" || key == "topic";
    if (exact && half != cell.text) {
      out_.push_back(
          {Diagnostic::Severity::error, where, "points." + key,
           in_quotes(cell.text) + " has full-width characters (全角); write " + in_quotes(half)});
      return;
    }
    if (cell.blanks) {
      out_.push_back({Diagnostic::Severity::warning, where, "points." + key,
                      "has blanks around " + in_quotes(cell.text) + "; they are left out"});
    }
    cells_.insert_or_assign(key, std::pair{cell.text, cell.column});
  }

  const CsvFile& file_;
  const PointHeader& header_;
  const CsvRow& row_;
  Diagnostics& out_;
  std::map<std::string, std::pair<std::string, std::uint32_t>, std::less<>> cells_;
};

using Entries = std::vector<std::pair<std::string, SettingsValue>>;

std::shared_ptr<SettingsTable> table_of(SourceLocation where, Entries entries = {}) {
  auto table = std::make_shared<SettingsTable>();
  table->where = std::move(where);
  table->entries = std::move(entries);
  return table;
}

void add_text(const Row& row, std::string_view key, std::string name, Entries& entries) {
  if (!row.text(key).empty()) entries.emplace_back(std::move(name), row.value(key));
}

std::shared_ptr<SettingsTable> description_of(const Row& row) {
  auto texts = table_of(row.where("description"));
  const std::string& zh = row.text("description");
  const std::string& en = row.text("description_en");
  texts->entries.emplace_back("zh", row.place("description", zh.empty() ? en : zh));
  texts->entries.emplace_back("en", row.place("description_en", en.empty() ? zh : en));
  return texts;
}

std::shared_ptr<SettingsTable> tag_of(Row& row) {
  auto tag = table_of(row.where("tag"));
  Entries& entries = tag->entries;
  entries.emplace_back("name", row.value("tag"));
  if (!row.text("description").empty() || !row.text("description_en").empty()) {
    entries.emplace_back("description", row.place("description", description_of(row)));
  }
  add_text(row, "unit", "unit", entries);
  if (const auto type = row.word("type", point_type_words())) {
    entries.emplace_back("type", row.place("type", *type));
  }
  const auto low = row.number("range_low");
  const auto high = row.number("range_high");
  if (low && high) {
    entries.emplace_back("range", row.place("range_low", std::vector<SettingsValue>{
                                                             row.place("range_low", *low),
                                                             row.place("range_high", *high)}));
  } else if (low || high) {
    row.error(low ? "range_low" : "range_high", "a range needs both its ends");
  }
  if (const auto decimals = row.number("decimals")) {
    entries.emplace_back("decimals",
                         row.place("decimals", static_cast<std::int64_t>(std::lround(*decimals))));
  }
  Entries scale;
  if (const auto factor = row.number("factor"); factor && *factor != 1) {
    scale.emplace_back("factor", row.place("factor", *factor));
  }
  if (const auto offset = row.number("offset"); offset && *offset != 0) {
    scale.emplace_back("offset", row.place("offset", *offset));
  }
  if (Entries columns = row.columns(); !columns.empty()) {
    const SourceLocation where = row.where("tag");
    entries.emplace_back("columns", SettingsValue{where, table_of(where, std::move(columns))});
  }
  if (!scale.empty()) {
    const SourceLocation where = scale.front().second.where;
    entries.emplace_back("scale", SettingsValue{where, table_of(where, std::move(scale))});
  }
  return tag;
}

// One class less, but never less than low.
std::string less_urgent(const std::string& priority) {
  if (priority == "critical") return "high";
  return priority == "high" ? "medium" : "low";
}

// Of each level, by its name. A cell with an unknown word is told once.
using Priorities = std::map<std::string_view, std::string>;
Priorities priorities_of(Row& row) {
  const std::string common = row.word("priority", point_priority_words()).value_or("high");
  Priorities by_level;
  for (const std::string_view level : point_levels) {
    const bool outer = level == "HH" || level == "LL";
    const auto own = row.word(std::string{level} + "_priority", point_priority_words());
    by_level[level] = own.value_or(outer ? common : less_urgent(common));
  }
  return by_level;
}

// The deadband in the unit of the tag, for the check against the gaps between limits.
double deadband_of(const Row& row) {
  const std::string& text = row.text("deadband");
  if (!text.ends_with('%')) return number_in(text).value_or(0);
  const auto percent = number_in(std::string_view{text}.substr(0, text.size() - 1));
  const auto low = number_in(row.text("range_low"));
  const auto high = number_in(row.text("range_high"));
  return percent && low && high ? *percent / 100 * (*high - *low) : 0;
}

void check_limits(Row& row, const std::vector<std::pair<std::string_view, double>>& limits) {
  const auto low = number_in(row.text("range_low"));
  const auto high = number_in(row.text("range_high"));
  const double deadband = deadband_of(row);
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const auto& [level, at] = limits[i];
    if ((low && at < *low) || (high && at > *high)) {
      row.error(level, number_text(at) + " lies outside the range");
    }
    if (i == 0) continue;
    const double gap = at - limits[i - 1].second;
    if (gap <= 0) {
      row.error(level, number_text(at) + " is not above " + std::string{limits[i - 1].first} +
                           " = " + number_text(limits[i - 1].second) +
                           "; the order is LL < L < H < HH");
    } else if (deadband >= gap) {
      row.error("deadband", "is not smaller than the gap between " +
                                std::string{limits[i - 1].first} + " and " + std::string{level});
    }
  }
}

void add_limits(Row& row, Entries& entries) {
  std::vector<std::pair<std::string_view, double>> limits;
  const Priorities by_level = priorities_of(row);
  for (const std::string_view level : point_levels) {
    const auto at = row.number(level);
    if (!at) continue;
    limits.emplace_back(level, *at);
    auto own = table_of(row.where(level));
    own->entries.emplace_back("at", row.place(level, *at));
    const std::string key = std::string{level} + "_priority";
    const bool has_own = !row.text(key).empty();
    own->entries.emplace_back("priority",
                              row.place(has_own ? key : "priority", by_level.at(level)));
    entries.emplace_back(std::string{level}, row.place(level, std::move(own)));
  }
  check_limits(row, limits);
}

void add_guidance(Row& row, const GuidanceTable& guidance, Entries& entries) {
  const std::string& code = row.text("guidance");
  if (code.empty()) return;
  const auto found = guidance.find(code);
  if (found != guidance.end()) {
    auto texts = table_of(row.where("guidance"));
    texts->entries.emplace_back("zh", row.place("guidance", found->second.zh));
    texts->entries.emplace_back("en", row.place("guidance", found->second.en));
    entries.emplace_back("guidance", row.place("guidance", std::move(texts)));
    return;
  }
  if (guidance.empty()) {  // no codes are used here
    entries.emplace_back("guidance", row.value("guidance"));
    return;
  }
  std::vector<std::string> codes;
  for (const auto& [known, texts] : guidance) codes.push_back(known);
  row.error("guidance", "unknown code " + in_quotes(code) + hint(code, codes));
}

std::shared_ptr<SettingsTable> rule_of(const Row& row, const char* kind, std::string_view prefix) {
  auto rule = table_of(row.where("tag"));
  rule->entries.emplace_back("id", row.place("tag", row.rule_id(prefix)));
  rule->entries.emplace_back("kind", row.place("tag", std::string{kind}));
  rule->entries.emplace_back("tags", row.value("tag"));
  return rule;
}

void add_rules(Row& row, const GuidanceTable& guidance, Points& points) {
  const std::string& tag = row.text("tag");
  auto limit = rule_of(row, "limit", "limit");
  const std::size_t bare = limit->entries.size();
  add_limits(row, limit->entries);
  if (limit->entries.size() > bare) {
    const std::string& deadband = row.text("deadband");
    if (const auto number = number_in(deadband)) {
      limit->entries.emplace_back("deadband", row.place("deadband", *number));
    } else if (!deadband.empty()) {
      limit->entries.emplace_back("deadband", row.value("deadband"));
    }
    add_text(row, "on_delay", "on_delay", limit->entries);
    add_text(row, "group", "group", limit->entries);
    add_guidance(row, guidance, limit->entries);
    points.rules.push_back({tag, limit});
  }
  if (row.text("timeout").empty()) return;
  auto stale = rule_of(row, "stale", "silent");
  stale->entries.emplace_back("after", row.value("timeout"));
  stale->entries.emplace_back("priority", row.place("timeout", std::string{"low"}));
  add_text(row, "group", "group", stale->entries);
  points.rules.push_back({tag, stale});
}

// "$.a.b" as people write it, or a JSON pointer.
std::string pointer_of(const std::string& field) {
  if (!field.starts_with("$")) return field.starts_with('/') ? field : '/' + field;
  std::string pointer = field.substr(1);
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  return pointer;
}

void add_mapping(const Row& row, Points& points) {
  if (row.text("topic").empty()) return;
  auto mapping = table_of(row.where("topic"));
  mapping->entries.emplace_back("topic", row.value("topic"));
  mapping->entries.emplace_back("tag", row.value("tag"));
  if (row.text("field").empty()) {
    mapping->entries.emplace_back("format", row.place("topic", std::string{"bare"}));
  } else {
    mapping->entries.emplace_back("value", row.place("field", pointer_of(row.text("field"))));
    const std::string& time = row.text("time");
    if (!time.empty()) mapping->entries.emplace_back("time", row.place("time", pointer_of(time)));
  }
  points.mappings.emplace_back(row.text("source"), std::move(mapping));
}

}  // namespace

bool CsvFile::is_guidance() const {
  if (rows.empty()) return false;
  const std::string& first = rows.front().cells.front().text;
  return first == "code" || first == "编码";
}

void read_guidance(const CsvFile& file, GuidanceTable& table, Diagnostics& out) {
  const auto& head = file.rows.front().cells;
  std::optional<std::size_t> zh;
  std::optional<std::size_t> en;
  for (std::size_t i = 1; i < head.size(); ++i) {
    if (head[i].text == "zh" || head[i].text == "中文") zh = i;
    if (head[i].text == "en" || head[i].text == "英文") en = i;
  }
  if (!zh && !en) {
    out.push_back({Diagnostic::Severity::error,
                   {file.shown, file.rows.front().line, 1},
                   "guidance",
                   "needs the columns code, zh and en (编码, 中文, 英文)"});
    return;
  }
  for (std::size_t at = 1; at < file.rows.size(); ++at) {
    const CsvRow& row = file.rows[at];
    const auto cell = [&](const std::optional<std::size_t>& column) {
      return column && *column < row.cells.size() ? row.cells[*column].text : std::string{};
    };
    Guidance one{cell(zh), cell(en)};
    if (one.zh.empty()) one.zh = one.en;
    if (one.en.empty()) one.en = one.zh;
    const std::string& code = row.cells.front().text;
    if (code.empty() || !table.emplace(code, std::move(one)).second) {
      out.push_back({Diagnostic::Severity::error,
                     {file.shown, row.line, 1},
                     "guidance",
                     code.empty() ? "a row without a code" : in_quotes(code) + " is there twice"});
    }
  }
}

void read_points(const CsvFile& file, const GuidanceTable& guidance, Points& points,
                 Diagnostics& out) {
  // A package's table is not the user's to fill.
  if (file.rows.size() < 2 && file.rule_prefix.empty()) {
    out.push_back({Diagnostic::Severity::warning,
                   {file.shown, 1, 1},
                   "points",
                   "has no row below its header, so it gives no tags and no rules"});
  }
  if (file.rows.empty()) return;
  const PointHeader header = read_header(file, points.further, out);
  for (std::size_t at = 1; at < file.rows.size(); ++at) {
    Row row{file, header, file.rows[at], out};
    if (row.text("tag").empty()) {
      row.error("tag", "is empty");
      continue;
    }
    points.tags.push_back(tag_of(row));
    add_rules(row, guidance, points);
    add_mapping(row, points);
  }
}

std::string point_rule_id(std::string_view prefix, std::string_view tag) {
  std::string id{prefix};
  id += '.';
  constexpr std::string_view hex = "0123456789abcdef";
  for (const char c : tag) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '/') {
      id += '.';
    } else if (byte < 0x80U && is_word(std::string_view{&c, 1})) {
      id += c;
    } else {
      id += '_';
      id += hex[byte >> 4U];
      id += hex[byte & 15U];
    }
  }
  return id;
}

}  // namespace parkwatch::config
