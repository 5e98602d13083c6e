// daemon/rules/joint.cpp - Differences, sums and votes.
#include "rules/joint.h"

#include <algorithm>
#include <cmath>

namespace parkwatch::rules {
namespace {

std::optional<double> sum_of(const RuleSpec& rule, std::span<const Member> members) {
  double sum = 0;
  for (std::size_t i = 0; i < members.size(); ++i) sum += rule.terms[i].weight * members[i].value;
  return std::isfinite(sum) ? std::optional{sum} : std::nullopt;
}

std::optional<double> votes_of(const RuleSpec& rule, std::span<const Member> members) {
  std::uint32_t votes = 0;
  std::uint32_t unknown = 0;
  for (const Member& member : members) {
    if (!member.usable) {
      ++unknown;
    } else if (rule.trigger.is_met(member.value)) {
      ++votes;
    }
  }
  if (votes < rule.times && votes + unknown >= rule.times) return std::nullopt;
  return votes;
}

}  // namespace

std::vector<std::string> operands_of(const RuleSpec& rule, std::size_t at) {
  std::vector<std::string> names;
  if (rule.kind == RuleKind::deviation || rule.kind == RuleKind::mismatch) {
    if (at < rule.terms.size()) names = {rule.tags[at], rule.terms[at].tag};
    return names;
  }
  for (const Term& term : rule.terms) names.push_back(term.tag);
  return names;
}

std::optional<double> joint_value(const RuleSpec& rule, std::span<const Member> members) {
  if (rule.kind == RuleKind::vote) return votes_of(rule, members);
  const bool usable =
      std::all_of(members.begin(), members.end(), [](const Member& m) { return m.usable; });
  if (!usable) return std::nullopt;
  if (rule.kind == RuleKind::balance) return sum_of(rule, members);
  const double distance = std::abs(members[0].value - members[1].value);
  if (rule.kind == RuleKind::mismatch) return distance > rule.tolerance ? 1 : 0;
  return std::isfinite(distance) ? std::optional{distance} : std::nullopt;
}

}  // namespace parkwatch::rules
