// daemon/pipeline/derived.cpp - Order of dependence, and evaluation.
#include "pipeline/derived.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "pipeline/convert.h"

namespace parkwatch::pipeline {
namespace {

// A number of an expression as the tag's type; a boolean is true when it is not 0.
std::optional<Value> as_type(ValueType type, double number) {
  switch (type) {
    case ValueType::float64:
      return Value{number};
    case ValueType::int64:
      if (!(std::abs(std::nearbyint(number)) < 9223372036854775808.0)) return std::nullopt;
      return Value{static_cast<std::int64_t>(std::nearbyint(number))};
    case ValueType::boolean:
      return Value{number != 0};
    case ValueType::text:
      break;
  }
  return std::nullopt;
}

Value zero_of(ValueType type) {
  if (type == ValueType::int64) return std::int64_t{0};
  if (type == ValueType::boolean) return false;
  return 0.0;
}

}  // namespace

void Derived::compile(const Plant& plant, const TagTable& tags, Operands& operands) {
  for (const Tag& tag : plant.tags) {
    if (tag.expression.empty()) continue;
    auto expression = rules::Expression::compile(tag.expression);
    const TagId id = tags.find(tag.name);
    if (!expression || id == tag_id_none) continue;
    Compiled entry{id, {}, std::move(*expression)};
    for (const std::string& operand : entry.expression.tags()) {
      entry.operands.push_back(tags.find(operand));
    }
    if (std::count(entry.operands.begin(), entry.operands.end(), tag_id_none) > 0) continue;
    compiled_.push_back(std::move(entry));
  }
  order();
  for (const Compiled& entry : compiled_) {
    for (const TagId operand : entry.operands) operands[operand].used = true;
  }
  index(tags.size());
}

// Repeatedly takes, in the order of the configuration, what depends on nothing that is still open.
// What is left is in a circle (config refuses it) and is never computed.
void Derived::order() {
  std::vector<Compiled> open = std::move(compiled_);
  compiled_.clear();
  std::set<TagId> waiting;
  for (const Compiled& entry : open) waiting.insert(entry.tag);
  const auto waits = [&waiting](const Compiled& entry) {
    return std::any_of(entry.operands.begin(), entry.operands.end(),
                       [&](TagId operand) { return waiting.count(operand) > 0; });
  };
  for (;;) {
    const auto ready = std::find_if_not(open.begin(), open.end(), waits);
    if (ready == open.end()) return;
    Compiled entry = std::move(*ready);
    open.erase(ready);
    waiting.erase(entry.tag);
    compiled_.push_back(std::move(entry));
  }
}

void Derived::index(std::size_t tags) {
  dependents_.assign(tags, {});
  // Backwards: whoever depends on a derived tag is known before the tag's own operands are.
  for (std::size_t at = compiled_.size(); at-- > 0;) {
    const auto derived = static_cast<std::uint32_t>(at);
    std::vector<std::uint32_t> chain = dependents_[compiled_[at].tag];
    chain.push_back(derived);
    for (const TagId operand : compiled_[at].operands) {
      std::vector<std::uint32_t>& all = dependents_[operand];
      all.insert(all.end(), chain.begin(), chain.end());
      std::sort(all.begin(), all.end());
      all.erase(std::unique(all.begin(), all.end()), all.end());
    }
  }
}

bool Derived::uses_any(std::uint32_t derived, std::span<const TagId> touched) const {
  const std::vector<TagId>& operands = compiled_[derived].operands;
  return std::any_of(operands.begin(), operands.end(), [&](TagId operand) {
    return std::find(touched.begin(), touched.end(), operand) != touched.end();
  });
}

void Derived::spread(std::vector<bool>& lost) const {
  for (const Compiled& entry : compiled_) {
    lost[entry.tag] = std::any_of(entry.operands.begin(), entry.operands.end(),
                                  [&lost](TagId operand) { return lost[operand]; });
  }
}

std::optional<Reading> Derived::evaluate(std::uint32_t derived, const Reading& trigger,
                                         const TagTable& tags, const Operands& operands) {
  Compiled& entry = compiled_[derived];
  const Trust trust = trust_of(entry.operands, operands);
  if (!trust.known) return std::nullopt;
  const Tag& tag = tags.slot(entry.tag).tag;
  Reading r = trigger;
  r.tag = entry.tag;
  r.flags |= reading_derived;
  r.flags &= static_cast<std::uint8_t>(~reading_out_of_order);
  r.quality = trust.quality;
  r.reason = trust.reason;
  const auto number = pipeline::evaluate(entry.expression, entry.operands, operands);
  const auto value = number ? as_type(tag.type, *number) : std::nullopt;
  if (value) {
    r.value = *value;
    if (r.quality != Quality::bad && !is_in_range(tag, r.value)) {
      r.quality = Quality::bad;
      r.reason = QualityReason::out_of_range;
    }
  } else {
    r.value = tags.hot(entry.tag).has_newest ? tags.newest(entry.tag).value : zero_of(tag.type);
    r.quality = Quality::bad;
    r.reason = QualityReason::sensor_fault;
  }
  return r;
}

}  // namespace parkwatch::pipeline
