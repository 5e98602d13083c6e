// daemon/rules/joint.h - Rules whose signal is a function of several tags at once. Pure.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/rule.h"

namespace parkwatch::rules {

// A tag as such a rule sees it: its newest value, and whether that is known and not bad.
struct Member {
  double value = 0;
  bool usable = false;
};

// The signal of a rule of kind deviation, balance, vote or mismatch; empty: no verdict.
//   deviation  |own - other|; both must be usable
//   balance    the weighted sum; all must be usable
//   vote       how many meet the trigger; empty only while those that cannot be used may decide
//   mismatch   1 if own and command are further apart than the tolerance, else 0
// REQUIRES: as many members as operands_of() names, in their order.
[[nodiscard]] std::optional<double> joint_value(const RuleSpec& rule,
                                                std::span<const Member> members);

// The tags of the members of the alarm on rule.tags[at]: deviation and mismatch are two, the own
// one first.
[[nodiscard]] std::vector<std::string> operands_of(const RuleSpec& rule, std::size_t at);

}  // namespace parkwatch::rules
