// daemon/model/settings.h - A table of a configuration file, free of its syntax, with the place of
// every key. `config` makes it from TOML; sections and drivers read it with SettingsReader.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "model/diagnostic.h"
#include "model/time.h"

namespace parkwatch {

struct SettingsTable;

struct SettingsValue {
  SourceLocation where;
  std::variant<std::string, std::int64_t, double, bool, std::vector<SettingsValue>,
               std::shared_ptr<SettingsTable>>
      held;
};

struct SettingsTable {
  SourceLocation where;
  std::vector<std::pair<std::string, SettingsValue>> entries;  // in the file's order
};

// Reads one table key by key and remembers what was asked for: finish() reports each key that
// nobody asked for, with a "did you mean". Every wrong value becomes one diagnostic and yields the
// default, so that one run finds all mistakes. Not copyable; one thread.
class SettingsReader {
 public:
  // `path` is the dotted prefix of the keys in diagnostics, e.g. "source". Both must outlive this.
  SettingsReader(const SettingsTable& table, std::string path, Diagnostics& out);
  SettingsReader(const SettingsReader&) = delete;
  SettingsReader& operator=(const SettingsReader&) = delete;

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view key, std::string fallback);
  [[nodiscard]] std::optional<std::string> text(std::string_view key);
  [[nodiscard]] std::string required_text(std::string_view key);
  [[nodiscard]] bool boolean(std::string_view key, bool fallback);
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t low,
                                     std::int64_t high);
  [[nodiscard]] std::optional<double> number(std::string_view key);  // whole numbers too
  [[nodiscard]] Duration duration(std::string_view key, Duration fallback, Duration low,
                                  Duration high);
  // "64MiB", "2GB", a plain number of bytes.
  [[nodiscard]] std::uint64_t bytes(std::string_view key, std::uint64_t fallback, std::uint64_t low,
                                    std::uint64_t high);
  // One of the words; the diagnostic lists them all.
  [[nodiscard]] std::string choice(std::string_view key, std::string fallback,
                                   std::initializer_list<std::string_view> words);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);  // an array, or one text
  [[nodiscard]] const SettingsTable* table(std::string_view key);
  [[nodiscard]] std::vector<const SettingsTable*> tables(std::string_view key);  // [[key]]
  [[nodiscard]] const SettingsValue* value(std::string_view key);  // any type, marked as asked for
  // A reader of a table that this one holds at `key`, with the same diagnostics.
  [[nodiscard]] SettingsReader within(const SettingsTable& table, std::string_view key) const;

  // A diagnostic at this key's place (or the table's, if it is absent).
  void error(std::string_view key, std::string message);
  void warning(std::string_view key, std::string message);
  [[nodiscard]] SourceLocation where(std::string_view key) const;
  // The dotted name of a key here.
  [[nodiscard]] std::string name_of(std::string_view key) const;
  // Reports unknown keys. Call once, at the end.
  void finish();

 private:
  const SettingsValue* find(std::string_view key);
  void report(Diagnostic::Severity severity, std::string_view key, std::string message);

  const SettingsTable& table_;
  std::string path_;
  Diagnostics& out_;
  std::set<std::string, std::less<>> asked_;
};

// The nearest of `words` to `word` by edit distance, if near enough to be a slip of the keyboard.
[[nodiscard]] std::optional<std::string> did_you_mean(std::string_view word,
                                                      const std::vector<std::string>& words);
// "64MiB", "2GB", "1000"; empty for anything else.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text);

}  // namespace parkwatch
