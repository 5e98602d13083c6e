// daemon/pipeline/operands.cpp - Quality and value of an expression's operands.
#include "pipeline/operands.h"

#include <algorithm>

namespace parkwatch::pipeline {

Trust trust_of(std::span<const TagId> tags, const Operands& operands) {
  Trust trust;
  for (const TagId tag : tags) {
    const Operand& operand = operands[tag];
    trust.known = trust.known && operand.known;
    if (operand.quality > trust.quality) {
      trust.quality = operand.quality;
      trust.reason = operand.reason;
    }
  }
  return trust;
}

bool any_lost(std::span<const TagId> tags, const Operands& operands) {
  return std::any_of(tags.begin(), tags.end(), [&](TagId tag) { return operands[tag].lost; });
}

std::optional<double> evaluate(rules::Expression& expression, std::span<const TagId> tags,
                               const Operands& operands) {
  for (std::size_t i = 0; i < tags.size(); ++i) expression.set(i, operands[tags[i]].value);
  return expression.value();
}

void take_operand(const Reading& reading, Operand& operand) {
  const auto number = as_number(reading.value);
  if (!number) return;
  const bool is_good = reading.quality != Quality::bad;
  operand.known = true;
  operand.changed = is_good && operand.usable && operand.value != *number;
  // A bad value is none: what comes after it is compared with the one before.
  if (is_good || !operand.usable) operand.value = *number;
  operand.usable = operand.usable || is_good;
  operand.quality = reading.quality;
  operand.reason = reading.reason;
}

}  // namespace parkwatch::pipeline
