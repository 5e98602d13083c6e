// daemon/config/expand.h - ${parameters} of a system package: texts, tables and rows of a point
// table with the values of one [[system]] filled in. Pure.
#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/csv.h"
#include "model/diagnostic.h"
#include "model/settings.h"

namespace parkwatch::config {

// A text, a number, true or false, or an array of texts.
using Argument = decltype(SettingsValue::held);
using Arguments = std::map<std::string, Argument, std::less<>>;

// What one list of a package may become: rules times names, rows times names.
inline constexpr std::size_t copies_max = 100'000;

// A package's part with one of its lists put to one name.
struct Copy {
  std::string suffix;  // ".T101"; empty without for_each
  Arguments arguments;
};

// The parameters whose lists are empty so that nothing is left of the array at `key`, which has
// elements for their names only. None: something is left, or there is no such array.
[[nodiscard]] std::vector<std::string> emptied_by(const SettingsTable& table, std::string_view key,
                                                  const Arguments& arguments);

// Fills in. What is wrong (an unknown parameter, a list where one value belongs) is reported at its
// place, with `instance`; failed() then says that the result is of no use.
class Expander {
 public:
  // Both must outlive this.
  Expander(const Arguments& arguments, std::string instance, Diagnostics& out)
      : arguments_(&arguments), instance_(std::move(instance)), out_(out) {}

  [[nodiscard]] bool failed() const { return failed_; }

  // The text with its parameters filled in. A list is an error.
  [[nodiscard]] std::string text(const std::string& text, const SourceLocation& where,
                                 const std::string& key);
  // The same; a text with lists becomes one for each of their names, the last list changing
  // fastest.
  [[nodiscard]] std::vector<std::string> texts(const std::string& text, const SourceLocation& where,
                                               const std::string& key);
  // The table with everything in it filled in: a text that is a parameter alone becomes its typed
  // value; elements of arrays are copied for the names of a list (texts: of a list in them; tables:
  // of their for_each), or left out (only_if).
  [[nodiscard]] std::shared_ptr<SettingsTable> table(const SettingsTable& from,
                                                     const std::string& path);
  // Whether a list stands in the text: texts() makes several of it.
  [[nodiscard]] bool has_list(const std::string& text) const;
  // The copies that for_each and only_if of `table` ask for: none, one, or one a name.
  [[nodiscard]] std::vector<Copy> copies(const SettingsTable& table, const std::string& path);
  // The rows that a row of a point table becomes: by the lists in its tag, none by `only_if`.
  [[nodiscard]] std::vector<CsvRow> rows(const CsvRow& row, std::optional<std::size_t> tag,
                                         std::optional<std::size_t> only_if,
                                         const std::string& file);

 private:
  void error(SourceLocation where, const std::string& key, std::string message);
  [[nodiscard]] SourceLocation placed(SourceLocation where) const;
  [[nodiscard]] const Argument* find(std::string_view name, const SourceLocation& where,
                                     const std::string& key);
  [[nodiscard]] bool is_wanted(std::string_view condition, const SourceLocation& where,
                               const std::string& key);
  [[nodiscard]] std::vector<Arguments> variants(const std::string& text,
                                                const SourceLocation& where,
                                                const std::string& key);
  [[nodiscard]] SettingsValue value(const SettingsValue& from, const std::string& path);
  [[nodiscard]] std::vector<SettingsValue> elements(const std::vector<SettingsValue>& from,
                                                    const std::string& path);
  void add_tables(const SettingsTable& from, const std::string& path,
                  std::vector<SettingsValue>& to);

  const Arguments* arguments_;
  std::string instance_;
  Diagnostics& out_;
  bool failed_ = false;
};

}  // namespace parkwatch::config
