// daemon/config/point_words.h - Words of point tables. Pure; any thread.
#pragma once
#include <set>
#include <string>
#include <string_view>

namespace parkwatch::config {

// The columns that hold numbers, for which a full-width digit is a slip and no text.
[[nodiscard]] const std::set<std::string_view>& number_columns();

// The name of a type for what tables of other systems call it ("模拟量" is float64); any other text
// as it is.
[[nodiscard]] std::string type_in(const std::string& text);

}  // namespace parkwatch::config
