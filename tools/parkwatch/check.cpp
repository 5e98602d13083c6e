// tools/parkwatch/check.cpp - See the header.
#include "tools/parkwatch/check.h"

#include <algorithm>
#include <boost/json.hpp>

#include "config/config.h"
#include "drivers/driver.h"
#include "tools/parkwatch/terminal_text.h"

namespace parkwatch::cli {
namespace json = boost::json;
namespace {

bool is_error(const Diagnostic& d) { return d.severity == Diagnostic::Severity::error; }

json::object document_of(const Diagnostic& d) {
  return {{"severity", is_error(d) ? "error" : "warning"},
          {"file", d.where.file},
          {"line", d.where.line},
          {"column", d.where.column},
          {"key", d.key},
          {"message", d.message}};
}

}  // namespace

int check(const CheckCommand& command, Console& console) {
  Diagnostics diagnostics;
  const auto config = config::load(command.path, check_driver, diagnostics);
  const auto errors = std::count_if(diagnostics.begin(), diagnostics.end(), is_error);
  const auto warnings = static_cast<std::ptrdiff_t>(diagnostics.size()) - errors;
  if (console.json) {
    json::array shown;
    for (const Diagnostic& d : diagnostics) shown.emplace_back(document_of(d));
    console.out << json::serialize(json::object{
                       {"errors", errors}, {"warnings", warnings}, {"diagnostics", shown}})
                << '\n';
  } else {
    for (const Diagnostic& d : diagnostics) console.out << printable(to_text(d)) << '\n';
    console.out << errors << (errors == 1 ? " error, " : " errors, ") << warnings
                << (warnings == 1 ? " warning\n" : " warnings\n");
  }
  return config != nullptr && errors == 0 ? exit_ok : exit_no;
}

}  // namespace parkwatch::cli
