// tools/parkwatch/points.cpp - Writes and compares point tables.
#include "tools/parkwatch/points.h"

#include <algorithm>
#include <map>
#include <set>

#include "config/config.h"
#include "config/files.h"
#include "config/point_words.h"
#include "config/points.h"
#include "report/terminal_text.h"

namespace parkwatch::cli {
using report::printable;
namespace {

using Cells = std::map<std::string, std::string, std::less<>>;  // by column

// `further`: the columns behind those that every table may have.
std::string line_of(const Cells& cells, const std::set<std::string>& further = {}) {
  std::vector<std::string_view> columns;
  for (const config::PointColumn& column : config::point_columns()) columns.push_back(column.key);
  columns.insert(columns.end(), further.begin(), further.end());
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto cell = cells.find(columns[i]);
    if (i > 0) line += ',';
    if (cell != cells.end()) line += config::csv_cell(cell->second);
  }
  return line + "\r\n";
}

std::string header_of(bool chinese, const std::set<std::string>& further = {}) {
  Cells names;
  for (const config::PointColumn& column : config::point_columns()) {
    const bool level = column.key.size() <= 2;  // LL, L, H, HH are the same in both
    names.emplace(column.key, chinese && !level ? column.zh : column.key);
  }
  for (const std::string& column : further) names.emplace(column, column);
  return line_of(names, further);
}

int print_template(const PointsCommand& command, Console& console) {
  Cells example;
  for (const config::PointColumn& column : config::point_columns()) {
    example.emplace(column.key, column.example);
  }
  // With a BOM, spreadsheets take it for the UTF-8 that it is.
  console.out << "\xEF\xBB\xBF" << header_of(command.chinese) << line_of(example);
  return exit_ok;
}

std::string number(double value) { return to_text(Value{value}); }

void add_limits(const RuleSpec& rule, Cells& cells) {
  cells["group"] = rule.group;
  for (const Limit& limit : rule.limits) {
    const std::string level{to_text(limit.level)};
    cells[level] = number(limit.at);
    cells[level + "_priority"] = to_text(limit.priority);
    // The table has one of each for all levels: the widest.
    if (limit.deadband > 0) cells["deadband"] = number(limit.deadband);
    if (limit.on_delay > Duration{0}) cells["on_delay"] = to_text(limit.on_delay);
  }
}

Cells cells_of(const Tag& tag) {
  Cells cells{{"tag", tag.name},
              {"description", tag.description.zh},
              {"description_en", tag.description.en},
              {"unit", tag.unit},
              {"type", std::string{to_text(tag.type)}},
              {"decimals", std::to_string(tag.decimals)},
              {"factor", number(tag.scaling.factor)},
              {"offset", number(tag.scaling.offset)}};
  if (tag.range) {
    cells["range_low"] = number(tag.range->low);
    cells["range_high"] = number(tag.range->high);
  }
  return cells;
}

// The further columns of any tag, but for those with a name of ours.
std::set<std::string> further_columns(const config::Config& config) {
  std::set<std::string> names;
  for (const TagColumns& columns : config.tag_columns) {
    for (const auto& [name, text] : columns) names.insert(name);
  }
  for (const config::PointColumn& column : config::point_columns()) {
    names.erase(std::string{column.key});
    names.erase(std::string{column.zh});
  }
  return names;
}

int print_export(const PointsCommand& command, Console& console) {
  Diagnostics diagnostics;
  const auto config = config::load(command.path, {}, diagnostics);
  if (config == nullptr) {
    say_error(console, diagnostics.empty() ? command.path + " cannot be read"
                                           : to_text(diagnostics.front()));
    return exit_no;
  }
  std::map<std::string, const RuleSpec*> limits;  // the first limit rule of a tag
  for (const RuleSpec& rule : config->plant->rules) {
    if (rule.kind != RuleKind::limit) continue;
    for (const std::string& tag : rule.tags) limits.emplace(tag, &rule);
  }
  const std::set<std::string> further = further_columns(*config);
  console.out << "\xEF\xBB\xBF" << header_of(command.chinese, further);
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < config->plant->tags.size(); ++i) {
    const Tag& tag = config->plant->tags[i];
    if (!tag.expression.empty() || !tag.enumeration.empty()) {
      ++left_out;
      continue;
    }
    Cells cells = cells_of(tag);
    const auto rule = limits.find(tag.name);
    if (rule != limits.end()) add_limits(*rule->second, cells);
    cells.insert(config->tag_columns[i].begin(), config->tag_columns[i].end());
    console.out << line_of(cells, further);
  }
  if (left_out > 0) {
    console.err << left_out << " derived tags and tags with states have no place in a table\n";
  }
  return exit_ok;
}

struct TableRead {
  std::map<std::string, Cells> rows;  // by tag
  std::set<std::string> columns;
};

Result<TableRead> read_table(const std::string& path) {
  const auto bytes = config::read_file(path);
  if (!bytes) return Error{bytes.error().kind, path + ": " + bytes.error().message};
  const auto text = config::decoded_text(*bytes);
  if (!text) return Error{ErrorKind::bad_input, path + ": " + text.error().message};
  const auto rows = config::parse_csv(text->utf8);
  if (!rows) return Error{ErrorKind::bad_input, path + ": " + rows.error().message};
  if (rows->empty()) return Error{ErrorKind::bad_input, path + ": is empty"};
  std::vector<std::string> keys;
  for (const config::CsvCell& cell : rows->front().cells) {
    const std::string name = config::half_width(cell.text);
    const std::string key = config::point_key(name);
    keys.push_back(key.empty() ? name : key);
  }
  TableRead table;
  table.columns.insert(keys.begin(), keys.end());
  for (std::size_t at = 1; at < rows->size(); ++at) {
    Cells cells;
    for (std::size_t i = 0; i < std::min(keys.size(), (*rows)[at].cells.size()); ++i) {
      if (!(*rows)[at].cells[i].text.empty()) cells[keys[i]] = (*rows)[at].cells[i].text;
    }
    const std::string tag = cells["tag"];
    if (tag.empty()) return Error{ErrorKind::bad_input, path + ": a row without 位号 (tag)"};
    table.rows[tag] = std::move(cells);
  }
  return table;
}

// "~ tank/t101/level  HH: 90 -> 92, 死区 ..."
std::string changes_of(const Cells& before, const Cells& after) {
  std::set<std::string> keys;
  for (const auto& [key, text] : before) keys.insert(key);
  for (const auto& [key, text] : after) keys.insert(key);
  std::string out;
  for (const std::string& key : keys) {
    const auto old = before.find(key);
    const auto now = after.find(key);
    const std::string a = old == before.end() ? "" : old->second;
    const std::string b = now == after.end() ? "" : now->second;
    if (a == b) continue;
    out += (out.empty() ? "" : ", ") + key + ": " + (a.empty() ? "-" : a) + " -> " +
           (b.empty() ? "-" : b);
  }
  return out;
}

int print_diff(const PointsCommand& command, Console& console) {
  const auto before = read_table(command.path);
  const auto after = read_table(command.other);
  if (!before || !after) {
    say_error(console, before ? after.error().message : before.error().message);
    return exit_no;
  }
  std::size_t added = 0;
  std::size_t removed = 0;
  std::size_t changed = 0;
  for (const auto& [tag, cells] : before->rows) {
    const auto now = after->rows.find(tag);
    if (now == after->rows.end()) {
      ++removed;
      console.out << "- " << printable(tag) << '\n';
      continue;
    }
    const std::string changes = changes_of(cells, now->second);
    if (changes.empty()) continue;
    ++changed;
    console.out << "~ " << printable(tag + "  " + changes) << '\n';
  }
  for (const auto& [tag, cells] : after->rows) {
    if (before->rows.contains(tag)) continue;
    ++added;
    console.out << "+ " << printable(tag) << '\n';
  }
  console.out << added << " added, " << removed << " removed, " << changed << " changed\n";
  return added + removed + changed == 0 ? exit_ok : exit_no;
}

}  // namespace

int points(const PointsCommand& command, Console& console) {
  switch (command.verb) {
    case PointsCommand::Verb::make_template:
      return print_template(command, console);
    case PointsCommand::Verb::make_export:
      return print_export(command, console);
    case PointsCommand::Verb::diff:
      break;
  }
  return print_diff(command, console);
}

}  // namespace parkwatch::cli
