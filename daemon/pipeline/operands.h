// daemon/pipeline/operands.h - The values that rules of several tags see, as rules have seen them
// so far. Plain values.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "model/reading.h"
#include "rules/expression.h"

namespace parkwatch::pipeline {

struct Operand {
  bool used = false;     // some such rule or an expression names the tag
  bool known = false;    // a reading came
  bool usable = false;   // `value` is of a reading that was not bad
  bool lost = false;     // its source is
  bool changed = false;  // its newest reading is usable and has another number than the one before
  Quality quality = Quality::good;
  QualityReason reason = QualityReason::none;
  double value = 0;
};

// By TagId. Within a message they move on reading by reading, unlike the newest of the tag table.
using Operands = std::vector<Operand>;

// The worst of the operands; the first of equals.
struct Trust {
  bool known = true;  // every operand has a value
  Quality quality = Quality::good;
  QualityReason reason = QualityReason::none;
};
[[nodiscard]] Trust trust_of(std::span<const TagId> tags, const Operands& operands);
[[nodiscard]] bool any_lost(std::span<const TagId> tags, const Operands& operands);
// Gives the operands to the expression and evaluates it.
[[nodiscard]] std::optional<double> evaluate(rules::Expression& expression,
                                             std::span<const TagId> tags, const Operands& operands);
void take_operand(const Reading& reading, Operand& operand);

}  // namespace parkwatch::pipeline
