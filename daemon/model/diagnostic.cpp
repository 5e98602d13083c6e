// daemon/model/diagnostic.cpp - A diagnostic as one line of text.
#include "model/diagnostic.h"

#include <algorithm>
#include <iterator>

#include <string_view>

namespace parkwatch {
namespace {

// Texts of a file reach a terminal here: control characters become visible, and a line stays one
// line.
std::string visible(const std::string& text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += digits[byte >> 4U];
      out += digits[byte & 0xFU];
    } else {
      out += c;
    }
  }
  return out;
}

bool is_error(const Diagnostic& d) { return d.severity == Diagnostic::Severity::error; }

}  // namespace

std::string to_text(const Diagnostic& d) {
  std::string text = d.where.file;
  if (d.where.line > 0) {
    text += ':' + std::to_string(d.where.line) + ':' + std::to_string(d.where.column);
  }
  text += d.severity == Diagnostic::Severity::error ? " error" : " warning";
  if (!d.key.empty()) text += ' ' + d.key;
  text += ": " + d.message;
  if (!d.where.instance.empty()) text += " (" + d.where.instance + ')';
  return visible(text);
}

Diagnostics errors_of(const Diagnostics& diagnostics) {
  Diagnostics errors;
  std::copy_if(diagnostics.begin(), diagnostics.end(), std::back_inserter(errors), is_error);
  return errors;
}

bool has_errors(const Diagnostics& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), is_error);
}

}  // namespace parkwatch
