// tests/systems/figures.h - The numbers that stand in an expression, and what they are compared
// with. Pure.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace parkwatch::systems {

struct Figure {
  std::size_t at = 0;  // in the expression
  std::size_t length = 0;
  double value = 0;
  // What the number would have to be for its comparison (<, <=, >, >=) to tip with normal values.
  // Empty: it is in no such comparison (a state behind ==, a factor of a sum), or these are
  // unknown.
  std::optional<double> normal;
  std::string comparison = {};  // in which it is; empty without a normal
  bool is_state = false;        // behind == or !=: met or not, at no distance
};

// Empty: it was never seen.
using NormalOfTag = std::function<std::optional<double>(const std::string& tag)>;

// In the order in which they stand. Digits in the names of tags and functions are no numbers.
[[nodiscard]] std::vector<Figure> figures_of(const std::string& expression,
                                             const NormalOfTag& normal_of);

// The expression with another number in the figure's place.
[[nodiscard]] std::string with_figure(const std::string& expression, const Figure& figure,
                                      double value);

}  // namespace parkwatch::systems
