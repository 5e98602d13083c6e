// tools/trial/coverage.cpp - Counts the levels that tests reached.
#include "tools/trial/coverage.h"

namespace parkwatch::trial {

Coverage::Coverage(const Plant& plant) {
  for (const RuleSpec& rule : plant.rules) {
    if (rule.limits.empty()) all_.push_back({rule.id, Level::on, rule.priority});
    for (const Limit& limit : rule.limits) all_.push_back({rule.id, limit.level, limit.priority});
  }
  for (const LevelOfRule& one : all_) known_.emplace(one.rule, one.level);
}

void Coverage::add(const TestOutcome& outcome) {
  for (const Happened& happened : outcome.happened) {
    const std::pair key{happened.event.rule, happened.event.level};
    if (known_.contains(key)) reached_.insert(key);
  }
}

std::vector<LevelOfRule> Coverage::missing() const {
  std::vector<LevelOfRule> left;
  for (const LevelOfRule& one : all_) {
    if (!reached_.contains({one.rule, one.level})) left.push_back(one);
  }
  return left;
}

}  // namespace parkwatch::trial
