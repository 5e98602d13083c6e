// daemon/config/rule_tables.cpp - Merges, switches off, puts limits in.
#include "config/rule_tables.h"

#include <algorithm>

#include "config/raw.h"

namespace parkwatch::config {
namespace {

// Whether it is true or false at all, the rule's reader says.
bool is_switched_off(const SettingsTable& rule) {
  const SettingsValue* value = raw_value(rule, "enabled");
  const auto* flag = value == nullptr ? nullptr : std::get_if<bool>(&value->held);
  return flag != nullptr && !*flag;
}

class Settler {
 public:
  Settler(RuleTables& result, const NamedLimits& limits, TagIndex& index, const Calendar& calendar,
          std::optional<Timestamp> now, Diagnostics& out)
      : result_(result),
        limits_(limits),
        index_(index),
        calendar_(calendar),
        now_(now),
        out_(out) {}

  // `given`: the rule if it is of a point table or a package.
  void settle(const SettingsTable& rule, const std::shared_ptr<const SettingsTable>& given) {
    if (is_switched_off(rule)) {
      result_.changed.insert(id_of(rule));
      if (given != nullptr) result_.given.push_back(given);
      return;
    }
    auto limited = with_limits(rule, limits_, index_, calendar_, now_, out_);
    if (!limited) {
      result_.tables.push_back(&rule);
      if (given != nullptr) result_.given.push_back(given);
      return;
    }
    const bool replaced = std::any_of(limited->limits.begin(), limited->limits.end(),
                                      [&](const auto& name) { return limits_.is_replaced(name); });
    if (replaced || limited->editions.empty()) result_.changed.insert(id_of(rule));
    result_.complete = result_.complete && !limited->failed;
    for (const auto& edition : limited->editions) {
      result_.tables.push_back(edition.get());
      result_.made.push_back(edition);
      if (given != nullptr) result_.given.push_back(edition);
      if (limited->editions.size() > 1) {
        result_.editions[id_of(rule)].push_back(id_of(*edition));
      }
    }
  }

 private:
  RuleTables& result_;
  const NamedLimits& limits_;
  TagIndex& index_;
  const Calendar& calendar_;
  std::optional<Timestamp> now_;
  Diagnostics& out_;
};

}  // namespace

RuleTables make_rule_tables(std::vector<const SettingsTable*> rules, Points& points,
                            const Systems& systems, const NamedLimits& limits, TagIndex& index,
                            const Calendar& calendar, std::optional<Timestamp> now,
                            Diagnostics& out) {
  RuleTables result;
  result.changed = override_point_rules(points, rules);
  refuse_lost_overrides(systems, points, rules, out);
  Settler settler{result, limits, index, calendar, now, out};
  for (const SettingsTable* rule : rules) settler.settle(*rule, nullptr);
  for (const PointRule& point : points.rules) settler.settle(*point.table, point.table);
  return result;
}

}  // namespace parkwatch::config
