// daemon/config/point_words.cpp - Words of point tables.
#include "config/point_words.h"

#include <algorithm>

#include "config/fields.h"
#include "config/points.h"

namespace parkwatch::config {
namespace {

// What other systems call a column, in small letters: only to say what ours is called, since a name
// that is none of ours may be a column for texts, and a stored table must go on meaning the same.
const PointWords& other_names() {
  static const PointWords names{{"low_low", "LL"},
                                {"lolo", "LL"},
                                {"低低限", "LL"},
                                {"低低报", "LL"},
                                {"low", "L"},
                                {"lo", "L"},
                                {"低限", "L"},
                                {"低报", "L"},
                                {"high", "H"},
                                {"hi", "H"},
                                {"高限", "H"},
                                {"高报", "H"},
                                {"high_high", "HH"},
                                {"hihi", "HH"},
                                {"高高限", "HH"},
                                {"高高报", "HH"},
                                {"hysteresis", "deadband"},
                                {"回差", "deadband"},
                                {"delay", "on_delay"},
                                {"延迟", "on_delay"},
                                {"优先", "priority"},
                                {"级别", "priority"},
                                {"超时时间", "timeout"}};
  return names;
}

std::string small(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace

const std::set<std::string_view>& number_columns() {
  static const std::set<std::string_view> names{"range_low", "range_high", "decimals", "factor",
                                                "offset",    "LL",         "L",        "H",
                                                "HH",        "deadband",   "on_delay", "timeout"};
  return names;
}

std::string point_key(std::string_view name) {
  for (const PointColumn& column : point_columns()) {
    if (column.key == name || column.zh == name) return std::string{column.key};
  }
  return {};
}

std::optional<std::string> nearest_column(std::string_view name) {
  if (auto meant = meaning_of(small(name), other_names())) return meant;
  std::vector<std::string> names;
  for (const PointColumn& column : point_columns()) {
    names.emplace_back(column.key);
    names.emplace_back(column.zh);
  }
  return did_you_mean(name, names);
}

bool is_remark(std::string_view name) {
  static const std::set<std::string_view> names{"备注", "remark", "remarks", "note",
                                                // `parkwatch listen` writes what it saw so.
                                                "seen_low", "seen_high", "words", "period",
                                                "messages"};
  return names.contains(name);
}

const PointWords& point_type_words() {
  static const PointWords words{
      {"double", "float64"},  {"浮点", "float64"}, {"模拟量", "float64"}, {"int", "int64"},
      {"整数", "int64"},      {"bool", "boolean"}, {"布尔", "boolean"},   {"开关量", "boolean"},
      {"text", "text"},       {"文本", "text"},    {"float", "float64"},  {"string", "text"},
      {"float64", "float64"}, {"int64", "int64"},  {"boolean", "boolean"}};
  return words;
}

const PointWords& point_priority_words() {
  static const PointWords words{{"critical", "critical"}, {"紧急", "critical"}, {"high", "high"},
                                {"高", "high"},           {"medium", "medium"}, {"中", "medium"},
                                {"low", "low"},           {"低", "low"}};
  return words;
}

std::optional<std::string> meaning_of(std::string_view word, const PointWords& words) {
  const auto found = std::find_if(words.begin(), words.end(),
                                  [&](const PointWord& one) { return one.said == word; });
  if (found == words.end()) return std::nullopt;
  return std::string{found->means};
}

std::string unknown_word(std::string_view word, const PointWords& words) {
  std::vector<std::string> known;
  std::string list;
  for (const PointWord& one : words) {
    known.emplace_back(one.said);
    list += (list.empty() ? "" : ", ") + in_quotes(one.said);
  }
  return "unknown word " + in_quotes(word) + hint(word, known) + " (one of " + list + ")";
}

}  // namespace parkwatch::config
