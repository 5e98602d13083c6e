// daemon/pipeline/loop_check.h - Test values that people force on tags for a time. Plain values.
#pragma once
#include <algorithm>
#include <map>
#include <string>

#include "model/reading.h"
#include "rules/levels.h"

namespace parkwatch::pipeline {

// Longer checks are refused: a tag that is forced is a tag that nobody watches.
inline constexpr Duration loop_check_max = std::chrono::hours{8};

struct LoopCheck {
  double value = 0;
  Timestamp since;
  Timestamp until;
  std::string author;
  std::string reason;
  std::uint64_t sequence = 0;  // of the command
  bool operator==(const LoopCheck&) const = default;
};

using LoopChecks = std::map<TagId, LoopCheck>;

[[nodiscard]] inline Timestamp next_due(const LoopChecks& checks) {
  Timestamp due = rules::never;
  for (const auto& [tag, check] : checks) due = std::min(due, check.until);
  return due;
}

}  // namespace parkwatch::pipeline
