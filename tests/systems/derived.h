// tests/systems/derived.h - Derived tags of a plant: which are one of the package, which depend on
// which, and copies under other names with the rules on them. Pure.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/plant.h"

namespace parkwatch::systems {

// The derived tags of the plant, those that a package has for each device together.
[[nodiscard]] std::vector<std::vector<const Tag*>> derived_families(const Plant& plant);

// The names of those tags, and of what is derived from them by however many steps.
[[nodiscard]] std::set<std::string> with_dependents(const Plant& plant,
                                                    const std::vector<const Tag*>& tags);

// The tags that stand in an expression, in its order.
[[nodiscard]] std::vector<std::string> tags_in(const std::string& expression);

// What a rule reads: its tags, its terms, those of its expression and, filled for its first tag, of
// its suppress_when.
[[nodiscard]] std::set<std::string> tags_of(const RuleSpec& rule);

using NewNames = std::map<std::string, std::string>;
// With the new names in place of the old ones.
[[nodiscard]] std::string renamed(const std::string& expression, const NewNames& names);
[[nodiscard]] RuleSpec renamed(RuleSpec rule, const NewNames& names);

// Whether the rule says nothing where the comparison counts: its suppress_when compares each of the
// tags that `comparison` has.
[[nodiscard]] bool is_guarded(const RuleSpec& rule, const std::string& comparison);

using Family = std::vector<const RuleSpec*>;  // what one rule of a package became
// Whether it makes a difference for a rule of the family what a derived tag compares: one of them
// reads one of those tags (no: none does), and is not guarded there.
enum class Told : std::uint8_t { no, guarded, yes };
[[nodiscard]] Told told_by(const Family& family, const std::set<std::string>& tags,
                           const std::string& comparison);

}  // namespace parkwatch::systems
