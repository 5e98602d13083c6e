// daemon/rules/check.h - Whether a rule makes sense for its tags. Pure.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "model/rule.h"
#include "model/tag.h"

namespace parkwatch::rules {

// One mistake: `key` is the rule's key in TOML, e.g. "HH", "deadband", "states", "expression".
struct Mistake {
  std::string key;
  std::string message;  // what is wrong and what would be right
};

// Null for an unknown name.
using TagLookup = std::function<const Tag*(const std::string& name)>;

// Unknown tags, limits outside the range or out of order, a deadband not smaller than the gap
// between neighbouring limits, states outside the enumeration, text tags under a numeric kind,
// expressions that do not compile or name unknown tags.
[[nodiscard]] std::vector<Mistake> check_rule(const RuleSpec& rule, const TagLookup& tag_of);

// A derived tag's expression: compiles, names known tags, no circle (`all` holds every tag).
[[nodiscard]] std::vector<Mistake> check_derived(const Tag& tag, const TagLookup& tag_of);

// Names in backquotes, in order of appearance, each once. Mistake for an unclosed backquote.
[[nodiscard]] std::vector<std::string> tags_of_expression(const std::string& expression);

// The placeholders that a message of a rule of that kind may use; for "unknown placeholder" errors.
[[nodiscard]] std::vector<std::string> message_placeholders(RuleKind kind);

}  // namespace parkwatch::rules
