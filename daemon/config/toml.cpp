// daemon/config/toml.cpp - The only place that knows toml++; its exceptions end here.
#include "config/toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <tuple>

namespace parkwatch::config {
namespace {

struct Excess {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::string message;
};

// Walks the tokens that can nest (brackets, dotted keys) outside strings and comments. Exact as
// long as the text is TOML, and behind the first syntax error the parser looks at nothing.
class DepthScan {
 public:
  explicit DepthScan(std::string_view text) : text_(text) {}

  std::optional<Excess> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        skip_string(c);
        continue;
      }
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
        continue;
      }
      if (std::optional<Excess> excess = count(c)) return excess;
      ++at_;
    }
    return std::nullopt;
  }

 private:
  std::optional<Excess> count(char c) {
    if (c == '.' && ++dots_ >= key_parts_max) {
      return here("a key of more than " + std::to_string(key_parts_max) + " parts");
    }
    if (std::string_view{"=[]{},\n"}.find(c) != std::string_view::npos) dots_ = 0;
    if (c == '\n') new_line(at_);
    if ((c == '[' || c == '{') && ++depth_ > nesting_max) {
      return here("arrays and tables nested deeper than " + std::to_string(nesting_max));
    }
    if ((c == ']' || c == '}') && depth_ > 0) --depth_;
    return std::nullopt;
  }

  Excess here(std::string message) const {
    // As toml++ counts: characters, not bytes.
    const std::string_view before = text_.substr(line_start_, at_ - line_start_);
    const auto characters = std::count_if(before.begin(), before.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    });
    return {line_, static_cast<std::uint32_t>(characters + 1), std::move(message)};
  }

  void new_line(std::size_t at) {
    ++line_;
    line_start_ = at + 1;
  }

  // Leaves at_ behind the string that starts there; an unclosed one ends with its line or the text.
  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool multi = text_.substr(at_, 3) == three;
    at_ += multi ? 3 : 1;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        if (!multi) return;
        new_line(at_);
      } else if (c == '\\' && quote == '"') {
        ++at_;
        if (at_ < text_.size() && text_[at_] == '\n') new_line(at_);
      } else if (c == quote && !multi) {
        ++at_;
        return;
      } else if (c == quote && text_.substr(at_, 3) == three) {
        at_ += 3;
        while (at_ < text_.size() && text_[at_] == quote) ++at_;  // up to two belong to the string
        return;
      }
    }
    at_ = text_.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t dots_ = 0;
  std::uint32_t line_ = 1;
  std::size_t line_start_ = 0;
};

class Converter {
 public:
  Converter(const std::string& file, Diagnostics& out) : file_(file), out_(out) {}

  std::shared_ptr<SettingsTable> table(const toml::table& from, const std::string& path) {
    auto to = std::make_shared<SettingsTable>();
    to->where = place(from.source());
    for (const auto& [key, node] : from) {
      const std::string name{key.str()};
      const SourceLocation where = place(key.source());
      SettingsValue held{where, {}};
      if (value(node, path.empty() ? name : path + '.' + name, held)) {
        to->entries.emplace_back(name, std::move(held));
      }
    }
    // toml++ sorts by key; people and diagnostics go by the file.
    std::stable_sort(to->entries.begin(), to->entries.end(), [](const auto& a, const auto& b) {
      return std::tie(a.second.where.line, a.second.where.column) <
             std::tie(b.second.where.line, b.second.where.column);
    });
    return to;
  }

 private:
  [[nodiscard]] SourceLocation place(const toml::source_region& region) const {
    return {file_, region.begin.line, region.begin.column};
  }

  bool value(const toml::node& node, const std::string& path, SettingsValue& to) {
    if (const auto* nested = node.as_table()) {
      to.held = table(*nested, path);
    } else if (const auto* array = node.as_array()) {
      to.held = elements(*array, path);
    } else if (const auto* text = node.as_string()) {
      to.held = text->get();
    } else if (const auto* whole = node.as_integer()) {
      to.held = whole->get();
    } else if (const auto* number = node.as_floating_point()) {
      to.held = number->get();
    } else if (const auto* flag = node.as_boolean()) {
      to.held = flag->get();
    } else {
      out_.push_back({Diagnostic::Severity::error, place(node.source()), path,
                      "no key takes a date or a time; put it in quotes if it is a text"});
      return false;
    }
    return true;
  }

  std::vector<SettingsValue> elements(const toml::array& from, const std::string& path) {
    std::vector<SettingsValue> to;
    to.reserve(from.size());
    for (const toml::node& node : from) {
      SettingsValue held{place(node.source()), {}};
      if (value(node, path, held)) to.push_back(std::move(held));
    }
    return to;
  }

  const std::string& file_;
  Diagnostics& out_;
};

void syntax_error(const SourceLocation& where, std::string message, Diagnostics& out) {
  out.push_back({Diagnostic::Severity::error, where, "", std::move(message)});
}

}  // namespace

std::shared_ptr<const SettingsTable> parse_toml(const std::string& file, std::string_view text,
                                                Diagnostics& out) {
  if (const std::optional<Excess> excess = DepthScan{text}.run()) {
    syntax_error({file, excess->line, excess->column}, excess->message, out);
    return nullptr;
  }
  try {
    const toml::table root = toml::parse(text, std::string_view{file});
    auto table = Converter{file, out}.table(root, "");
    table->where = {file, 0, 0};
    return table;
  } catch (const toml::parse_error& error) {
    const toml::source_position& at = error.source().begin;
    syntax_error({file, at.line, at.column}, "syntax error: " + std::string{error.description()},
                 out);
  } catch (const std::exception& error) {
    syntax_error({file, 0, 0}, std::string{"cannot be read as TOML: "} + error.what(), out);
  }
  return nullptr;
}

}  // namespace parkwatch::config
