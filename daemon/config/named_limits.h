// daemon/config/named_limits.h - [[limit]] tables: the figures of standards by name, and the rules
// whose levels refer to them. Pure.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/tags.h"
#include "model/calendar.h"
#include "model/settings.h"

namespace parkwatch::config {

inline constexpr std::size_t named_limits_max = 20'000;

// One edition of a limit.
struct NamedLimit {
  std::string name;
  double value = 0;
  std::string unit;
  std::string averaging;   // "instant", "10m", "hour", "8h", "day", ...; empty: not said
  std::string valid_from;  // days of the site; empty: open
  std::string valid_to;    // not in force on this day any more
  Timestamp from = timestamp_min;
  Timestamp to = timestamp_max;
  std::string standard;  // its name
  Text standard_title;
  std::string clause;
  std::string proof;     // read, quoted, site, proposal
  SourceLocation where;  // of its value
  SourceLocation named;  // of its name
};

class NamedLimits {
 public:
  // Adds the [[limit]] tables of a file. `of_library`: one of an included file with the same name
  // replaces all its editions. What is wrong is reported. REQUIRES: `reader` is of the file's root.
  void read(SettingsReader& reader, const Calendar& calendar, bool of_library);

  // The editions in the order of their dates, which do not overlap; null for an unknown name.
  [[nodiscard]] const std::vector<NamedLimit>* find(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> names() const;
  // A limit of the library that an included file replaces.
  [[nodiscard]] bool is_replaced(const std::string& name) const { return replaced_.contains(name); }
  // Reports every limit of an included file that replaces none of the library and is not among
  // `used`: as an error if its name is nearly one of the library's, whose figure would be in force.
  void refuse_lost(const std::set<std::string>& used, Diagnostics& out) const;

 private:
  void add(NamedLimit limit, bool of_library, SettingsReader& reader);

  struct Entry {
    bool of_library = true;
    std::vector<NamedLimit> editions;
  };
  std::map<std::string, Entry, std::less<>> entries_;
  std::set<std::string> replaced_;
  std::size_t count_ = 0;
};

// A rule whose levels stand for numbers now.
struct LimitedRule {
  std::vector<std::shared_ptr<SettingsTable>> editions;  // none: no edition was ever in force
  std::set<std::string> limits;                          // the names that it referred to
  bool failed = false;                                   // something is wrong, and was reported
};

// The rule with the figures of the limits that its levels, bounds and budget refer to, and those
// that its expression and suppress_when have as limit(name) (of which no units are compared): one
// for each time in which they are the same, with its dates, the id of the later ones ending in
// ".<day>". Nothing if it refers to none. `now`: limits that are not in force then are warned of;
// empty: not looked at. What is wrong is reported.
[[nodiscard]] std::optional<LimitedRule> with_limits(const SettingsTable& rule,
                                                     const NamedLimits& limits, TagIndex& index,
                                                     const Calendar& calendar,
                                                     std::optional<Timestamp> now,
                                                     Diagnostics& out);

// Whether any level or expression of the rule refers to a limit.
[[nodiscard]] bool refers_to_limits(const SettingsTable& rule);
// Adds the names of the limits that levels and expressions of the rule refer to.
void add_limits_of(const SettingsTable& rule, std::set<std::string>& names);

}  // namespace parkwatch::config
