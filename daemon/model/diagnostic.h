// daemon/model/diagnostic.h - One thing that is wrong (or odd) in a configuration. Plain values.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parkwatch {

struct SourceLocation {
  std::string file;        // as the user named it
  std::uint32_t line = 0;  // from 1; 0: the file as a whole
  std::uint32_t column = 0;
  // Of a file of a system package: the [[system]] that it was read for, as people are told. Empty
  // elsewhere.
  std::string instance = {};
};

struct Diagnostic {
  enum class Severity : std::uint8_t { error, warning };
  Severity severity = Severity::error;
  SourceLocation where;
  std::string key;      // dotted, e.g. "rule.HH.priority"
  std::string message;  // what is wrong, and what would be right
};

// "config/rules.toml:7:12 error rule.HH.priority: unknown priority "hihg"; did you mean "high"?"
// In a package's file the system that uses it follows: `... (system "tf-a", parkwatch.toml:12)`.
[[nodiscard]] std::string to_text(const Diagnostic& d);

using Diagnostics = std::vector<Diagnostic>;
[[nodiscard]] Diagnostics errors_of(const Diagnostics& diagnostics);
[[nodiscard]] bool has_errors(const Diagnostics& diagnostics);

// The rule id of the alarm on gateway/configuration: the files have mistakes, and what runs is the
// configuration that was last in force. Refused in a configuration.
inline constexpr std::string_view rule_configuration_fault = "configuration-fault";

}  // namespace parkwatch
