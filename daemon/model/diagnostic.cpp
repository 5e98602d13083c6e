// daemon/model/diagnostic.cpp - A diagnostic as one line of text.
#include "model/diagnostic.h"

namespace parkwatch {

std::string to_text(const Diagnostic& d) {
  std::string text = d.where.file;
  if (d.where.line > 0) {
    text += ':' + std::to_string(d.where.line) + ':' + std::to_string(d.where.column);
  }
  text += d.severity == Diagnostic::Severity::error ? " error" : " warning";
  if (!d.key.empty()) text += ' ' + d.key;
  return text + ": " + d.message;
}

}  // namespace parkwatch
