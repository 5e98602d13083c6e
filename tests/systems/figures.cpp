// tests/systems/figures.cpp - Finding numbers, the comparison around each, and where it tips.
#include "tests/systems/figures.h"

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "model/value.h"
#include "rules/expression.h"

namespace parkwatch::systems {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::vector<Figure> numbers_of(const std::string& text) {
  std::vector<Figure> result;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '`') {
      at = text.find('`', at + 1);
      if (at == std::string::npos) break;
      ++at;
    } else if (is_digit(text[at])) {
      char* end = nullptr;
      const double value = std::strtod(text.c_str() + at, &end);
      const auto length = static_cast<std::size_t>(end - (text.c_str() + at));
      result.push_back({at, length, value, std::nullopt, {}, false});
      at += length;
    } else if (is_word(text[at])) {
      while (at < text.size() && is_word(text[at])) ++at;
    } else {
      ++at;
    }
  }
  return result;
}

// Walks outward from a number to what ends its comparison: a logical operator, a comma, or the
// bracket around it. `step` is 1 or -1. Returns the first place that does not belong to it.
std::size_t border(const std::string& text, std::size_t from, int step) {
  const char opening = step > 0 ? '(' : ')';
  const char closing = step > 0 ? ')' : '(';
  int depth = 0;
  bool quoted = false;
  std::size_t at = from;
  while (at < text.size()) {  // -1 is past the end too
    const char c = text[at];
    if (c == '`') quoted = !quoted;
    if (!quoted) {
      if (c == opening) ++depth;
      if (c == closing && --depth < 0) break;
      if (depth == 0 && std::string_view{"&|?:,"}.find(c) != std::string_view::npos) break;
    }
    at += static_cast<std::size_t>(step);
  }
  return at;
}

// Where its one <, <=, > or >= stands, and how long it is; empty: there is no such one.
struct Operator {
  std::size_t at = 0;
  std::size_t length = 1;
};
std::optional<Operator> operator_of(const std::string& text) {
  const std::size_t at = text.find_first_of("<>=!");
  if (at == std::string::npos || text[at] == '=' || text[at] == '!') return std::nullopt;
  const Operator found{at, at + 1 < text.size() && text[at + 1] == '=' ? 2U : 1U};
  if (text.find_first_of("<>=!", at + found.length) != std::string::npos) return std::nullopt;
  return found;
}

// Whether it has an == or a != that is not inside a bracket.
bool is_equality(const std::string& text) {
  int depth = 0;
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if (text[at] == '(') ++depth;
    if (text[at] == ')') --depth;
    const bool equal = text[at + 1] == '=' && (text[at] == '=' || text[at] == '!');
    if (depth == 0 && equal) return true;
  }
  return false;
}

std::optional<double> value_of(const std::string& expression, const NormalOfTag& normal_of) {
  auto compiled = rules::Expression::compile(expression);
  if (!compiled) return std::nullopt;
  for (std::size_t i = 0; i < compiled->tags().size(); ++i) {
    const auto normal = normal_of(compiled->tags()[i]);
    if (!normal) return std::nullopt;
    compiled->set(i, *normal);
  }
  return compiled->value();
}

// Between which places of the text its comparison stands.
std::pair<std::size_t, std::size_t> around(const std::string& text, const Figure& figure) {
  return {border(text, figure.at, -1) + 1, border(text, figure.at + figure.length, 1)};
}

// Left less right of the comparison is a straight line of the number, in all that people write.
// `figure`: in the comparison.
std::optional<double> tipping(const std::string& comparison, const Figure& figure,
                              const NormalOfTag& of) {
  if (!operator_of(comparison)) return std::nullopt;
  const auto gap = [&](double value) {
    const std::string changed = with_figure(comparison, figure, value);
    const Operator sign = operator_of(changed).value_or(Operator{});
    return value_of(
        "(" + changed.substr(0, sign.at) + ") - (" + changed.substr(sign.at + sign.length) + ")",
        of);
  };
  const auto here = gap(figure.value);
  const auto next = gap(figure.value + 1);
  if (!here || !next || *here == *next) return std::nullopt;
  const double normal = figure.value - *here / (*next - *here);
  return std::isfinite(normal) ? std::optional{normal} : std::nullopt;
}

}  // namespace

std::vector<Figure> figures_of(const std::string& expression, const NormalOfTag& normal_of) {
  std::vector<Figure> result = numbers_of(expression);
  for (Figure& figure : result) {
    const auto [begin, end] = around(expression, figure);
    const std::string comparison = expression.substr(begin, end - begin);
    Figure within = figure;
    within.at -= begin;
    figure.normal = tipping(comparison, within, normal_of);
    if (figure.normal) figure.comparison = comparison;
    figure.is_state = is_equality(comparison);
  }
  return result;
}

std::string with_figure(const std::string& expression, const Figure& figure, double value) {
  const std::string number = to_text(Value{value});
  return expression.substr(0, figure.at) + (value < 0 ? '(' + number + ')' : number) +
         expression.substr(figure.at + figure.length);
}

}  // namespace parkwatch::systems
