// tools/trial/coverage.h - Which levels of which rules the tests reached. Pure.
#pragma once
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/plant.h"
#include "tools/trial/rule_test.h"

namespace parkwatch::trial {

struct LevelOfRule {
  std::string rule;
  Level level = Level::on;
  Priority priority = Priority::medium;
};

// Levels of a rule: its limits, or the one "on" of a kind without any.
class Coverage {
 public:
  explicit Coverage(const Plant& plant);

  void add(const TestOutcome& outcome);
  [[nodiscard]] std::size_t levels() const { return all_.size(); }
  [[nodiscard]] std::size_t reached() const { return reached_.size(); }
  // In the order of the rules.
  [[nodiscard]] std::vector<LevelOfRule> missing() const;

 private:
  std::vector<LevelOfRule> all_;
  std::set<std::pair<std::string, Level>> known_;
  std::set<std::pair<std::string, Level>> reached_;
};

}  // namespace parkwatch::trial
