// daemon/config/tags.h - [[tag]] tables -> tags, and the names that rules may use. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/rule.h"
#include "model/settings.h"
#include "model/tag.h"

namespace parkwatch::config {

struct DeclaredTag {
  Tag tag;
  const SettingsTable* table = nullptr;  // where it is declared
  TagColumns columns = {};               // words for the texts of rules
};

// Every tag of every table, in their order; one table gives several with `each`. What is wrong is
// reported and left at its default, so that rules on the tag are still checked. Names are unique.
[[nodiscard]] std::vector<DeclaredTag> read_tags(const std::vector<const SettingsTable*>& tables,
                                                 Diagnostics& out);

// Finds tags by name and by pattern. Both must outlive this.
class TagIndex {
 public:
  // `complete`: false if a file could not be read, so that an unknown name may be in there.
  TagIndex(const std::vector<DeclaredTag>& tags, bool complete);

  [[nodiscard]] const Tag* find(const std::string& name) const;
  // What a tag's column says. Null: it has none of that name, or there is no such tag.
  [[nodiscard]] const std::string* cell(std::string_view tag, std::string_view column) const;
  // The columns of any tag, in byte order.
  [[nodiscard]] const std::vector<std::string>& column_names() const { return column_names_; }
  // In byte order of the names.
  [[nodiscard]] std::vector<const Tag*> match(const std::string& pattern) const;
  [[nodiscard]] bool complete() const { return complete_; }
  // What might have been meant by a name or pattern that is no tag's: "; did you mean ...", " (31
  // tags start with gate/)". Costly, so after the first few it is empty.
  [[nodiscard]] std::string hint_for(const std::string& pattern);

 private:
  // Names from the first that begins with `prefix` to the first that does not.
  [[nodiscard]] std::pair<std::size_t, std::size_t> with_prefix(std::string_view prefix) const;

  std::unordered_map<std::string_view, const DeclaredTag*> by_name_;
  std::vector<std::string> names_;         // sorted
  std::vector<std::string> column_names_;  // sorted
  bool complete_;
  int hints_left_ = 20;
};

// Derived tags: expressions that do not compile, name unknown tags or go in a circle.
void check_derived_tags(const std::vector<DeclaredTag>& tags, TagIndex& index, Diagnostics& out);

}  // namespace parkwatch::config
