// daemon/config/point_words.cpp - Words of point tables.
#include "config/point_words.h"

#include <map>

namespace parkwatch::config {

const std::set<std::string_view>& number_columns() {
  static const std::set<std::string_view> names{"range_low", "range_high", "decimals", "factor",
                                                "offset",    "LL",         "L",        "H",
                                                "HH",        "deadband",   "on_delay", "timeout"};
  return names;
}

std::string type_in(const std::string& text) {
  static const std::map<std::string_view, std::string_view> words{
      {"double", "float64"}, {"float", "float64"}, {"浮点", "float64"}, {"模拟量", "float64"},
      {"int", "int64"},      {"整数", "int64"},    {"bool", "boolean"}, {"布尔", "boolean"},
      {"开关量", "boolean"}, {"string", "text"},   {"文本", "text"}};
  const auto found = words.find(text);
  return found == words.end() ? text : std::string{found->second};
}

}  // namespace parkwatch::config
