// daemon/rules/expression.cpp - The only file that knows muParser; its exceptions stop here.
#include "rules/expression.h"

#include <muParser.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "rules/check.h"

namespace parkwatch::rules {
namespace {

// What stands for the n-th tag while muParser reads the text: it knows no slashes in names.
std::string variable_of(std::size_t operand) { return "tag_" + std::to_string(operand) + "_"; }

std::size_t position_of(const std::vector<std::string>& tags, std::string_view name) {
  return static_cast<std::size_t>(std::find(tags.begin(), tags.end(), name) - tags.begin());
}

// `a/b` > 1 -> tag_0_ > 1. Empty for an unclosed backquote.
std::optional<std::string> with_variables(const std::string& text,
                                          const std::vector<std::string>& tags) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '`') {
      out.push_back(text[at++]);
      continue;
    }
    const std::size_t end = text.find('`', at + 1);
    if (end == std::string::npos) return std::nullopt;
    const std::string_view name = std::string_view{text}.substr(at + 1, end - at - 1);
    out.append(variable_of(position_of(tags, name)));
    at = end + 1;
  }
  return out;
}

// muParser speaks of its variables; people wrote tags.
std::string with_tags(std::string message, const std::vector<std::string>& tags) {
  for (std::size_t operand = tags.size(); operand-- > 0;) {
    const std::string variable = variable_of(operand);
    for (std::size_t at = message.find(variable); at != std::string::npos;
         at = message.find(variable, at + tags[operand].size() + 2)) {
      message.replace(at, variable.size(), "`" + tags[operand] + "`");
    }
  }
  return message;
}

// A single '=' would change an operand.
bool has_assignment(const std::string& text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '=') continue;
    if (at + 1 < text.size() && text[at + 1] == '=') {
      ++at;
      continue;
    }
    if (at == 0 || std::string_view{"<>!"}.find(text[at - 1]) == std::string_view::npos)
      return true;
  }
  return false;
}

Error bad(std::string message) { return Error{ErrorKind::bad_input, std::move(message)}; }

double logical_not(double value) { return value == 0 ? 1 : 0; }

}  // namespace

struct Expression::Compiled {
  std::vector<std::string> tags;
  std::vector<double> operands;  // never resized: muParser keeps their addresses
  mu::Parser parser;
};

Expression::Expression(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::~Expression() = default;

Result<Expression> Expression::compile(const std::string& text) {
  if (text.empty()) return bad("the expression is empty");
  if (text.size() > expression_bytes_max) {
    return bad("the expression is longer than " + std::to_string(expression_bytes_max) + " bytes");
  }
  auto compiled = std::make_unique<Compiled>();
  compiled->tags = tags_of_expression(text);
  const auto rewritten = with_variables(text, compiled->tags);
  if (!rewritten) return bad("a backquote is not closed: write `site/device/quantity`");
  if (rewritten->find('"') != std::string::npos)
    return bad("texts cannot be compared: use numbers");
  if (has_assignment(*rewritten)) return bad("'=' does not compare: write '=='");
  compiled->operands.assign(compiled->tags.size(), 0.0);
  try {
    mu::Parser& parser = compiled->parser;
    parser.DefineInfixOprt("!", logical_not);
    for (std::size_t i = 0; i < compiled->tags.size(); ++i) {
      parser.DefineVar(variable_of(i), &compiled->operands[i]);
    }
    parser.SetExpr(*rewritten);
    (void)parser.Eval();
    if (parser.GetNumResults() != 1) return bad("one result is needed, not a list with commas");
  } catch (const mu::Parser::exception_type& error) {
    return bad(with_tags(error.GetMsg(), compiled->tags));
  }
  return Expression{std::move(compiled)};
}

const std::vector<std::string>& Expression::tags() const { return compiled_->tags; }

void Expression::set(std::size_t operand, double value) { compiled_->operands[operand] = value; }

std::optional<double> Expression::value() {
  try {
    const double result = compiled_->parser.Eval();
    if (std::isfinite(result)) return result;
  } catch (const mu::Parser::exception_type&) {
    // Arithmetic that muParser refuses is no number either.
  }
  return std::nullopt;
}

}  // namespace parkwatch::rules
