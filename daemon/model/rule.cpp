// daemon/model/rule.cpp - Words of rules.
#include "model/rule.h"

#include "model/words.h"

namespace parkwatch {
namespace {

constexpr Words<RuleKind, 14> rule_words{{"limit", "state", "rate", "stale", "window", "expr",
                                          "deviation", "balance", "vote", "mismatch", "forecast",
                                          "drift", "repeat", "cumulative"}};
constexpr Words<Priority, 4> priorities{{"low", "medium", "high", "critical"}};
constexpr Words<Level, 6> levels{{"", "LL", "L", "on", "H", "HH"}};
constexpr Words<Aggregate, 8> aggregates{
    {"avg", "min", "max", "sum", "count", "stddev", "integral", "increase"}};

}  // namespace

std::string_view to_text(RuleKind k) { return rule_words.text(k); }
std::string_view to_text(Priority p) { return priorities.text(p); }
Text words_of(Priority p) {
  static constexpr std::array<const char*, 4> zh{"低", "中", "高", "紧急"};
  return {zh.at(static_cast<std::size_t>(p)), std::string{to_text(p)}};
}
std::string_view to_text(Level l) { return levels.text(l); }
std::string_view to_text(Aggregate a) { return aggregates.text(a); }
std::optional<RuleKind> parse_rule_kind(std::string_view text) { return rule_words.parse(text); }
std::optional<Priority> parse_priority(std::string_view text) { return priorities.parse(text); }
std::optional<Level> parse_level(std::string_view text) { return levels.parse(text); }
std::optional<Aggregate> parse_aggregate(std::string_view text) { return aggregates.parse(text); }

}  // namespace parkwatch
