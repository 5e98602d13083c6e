// daemon/config/point_words.h - Words of point tables. Pure; any thread.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace parkwatch::config {

// The columns that hold numbers, for which a full-width digit is a slip and no text.
[[nodiscard]] const std::set<std::string_view>& number_columns();

// The key of the column that a header calls so, by one of its two names. Empty: it is none of the
// known ones.
[[nodiscard]] std::string point_key(std::string_view name);
// What somebody who calls a column so may mean: by a slip, or by another system's name ("高限" and
// "High" are H).
[[nodiscard]] std::optional<std::string> nearest_column(std::string_view name);

// Whether a column of this name is for people alone.
[[nodiscard]] bool is_remark(std::string_view name);

// A word of a cell and what it stands for in a configuration.
struct PointWord {
  std::string_view said;
  std::string_view means;
};
using PointWords = std::vector<PointWord>;
[[nodiscard]] const PointWords& point_type_words();
[[nodiscard]] const PointWords& point_priority_words();

[[nodiscard]] std::optional<std::string> meaning_of(std::string_view word, const PointWords& words);
// unknown word "doubel"; did you mean "double"? (one of "double", ...)
[[nodiscard]] std::string unknown_word(std::string_view word, const PointWords& words);

}  // namespace parkwatch::config
