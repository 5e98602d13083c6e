// daemon/pipeline/derived.h - Tags that an expression computes from others. Pure; pipeline thread.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/plant.h"
#include "pipeline/operands.h"
#include "pipeline/tag_table.h"

namespace parkwatch::pipeline {

class Derived {
 public:
  // Compiles the derived tags of `plant` and marks their operands as used.
  void compile(const Plant& plant, const TagTable& tags, Operands& operands);

  // What may change with a reading of `tag`, also through other derived tags, in an order in which
  // each comes after its operands. Positions for the functions below.
  [[nodiscard]] std::span<const std::uint32_t> dependents(TagId tag) const {
    if (tag >= dependents_.size()) return {};
    return dependents_[tag];
  }
  // Whether one of its operands is in `touched`.
  [[nodiscard]] bool uses_any(std::uint32_t derived, std::span<const TagId> touched) const;
  // Adds the derived tags that rest on one of `lost` (by TagId).
  void spread(std::vector<bool>& lost) const;
  // The new reading: time and flags of `trigger`, the worst quality of the operands. Empty until
  // every operand has a value. What is no finite number repeats the newest value as bad
  // (sensor_fault). The caller sets the index.
  [[nodiscard]] std::optional<Reading> evaluate(std::uint32_t derived, const Reading& trigger,
                                                const TagTable& tags, const Operands& operands);

 private:
  struct Compiled {
    TagId tag = tag_id_none;
    std::vector<TagId> operands;
    rules::Expression expression;
  };
  void order();
  void index(std::size_t tags);

  std::vector<Compiled> compiled_;                      // each after its operands
  std::vector<std::vector<std::uint32_t>> dependents_;  // by TagId
};

}  // namespace parkwatch::pipeline
