// daemon/rules/expression.h - A compiled expression over tags. Pure; one thread at a time.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/result.h"

namespace parkwatch::rules {

// Longer texts are refused before they are parsed (muParser itself stops at 5,000).
inline constexpr std::size_t expression_bytes_max = 4000;

// muParser over tags in backquotes, e.g. "`tank/t101/level` > 2 && `tank/t101/pump` == 1". Numbers
// only, no assignment, no text; `!x` is true when x is 0. Its tags are operands, numbered in order
// of appearance.
class Expression {
 public:
  // Errors: bad_input - with what is wrong, in the words of the expression as it was written.
  [[nodiscard]] static Result<Expression> compile(const std::string& text);

  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;
  ~Expression();

  [[nodiscard]] const std::vector<std::string>& tags() const;
  // REQUIRES: operand < tags().size()
  void set(std::size_t operand, double value);
  // With the operands as they were last set (0 before). Empty: no finite number (0/0, log of -1).
  [[nodiscard]] std::optional<double> value();

 private:
  struct Compiled;
  explicit Expression(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace parkwatch::rules
