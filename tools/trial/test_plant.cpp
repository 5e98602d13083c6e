// tools/trial/test_plant.cpp - The plant of one test, and the decoder of its rows.
#include "tools/trial/test_plant.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "rules/check.h"
#include "rules/joint.h"

namespace parkwatch::trial {
namespace {

// Rows to readings. A bad cell without a value repeats the tag's last one: 0 if there is none.
class RowDecoder : public Decoder {
 public:
  RowDecoder(const config::RuleTest& test, const Plant& whole) : rows_(test.input) {
    begin_ = test.begin;
    std::map<std::string, ValueType> types;
    for (const Tag& tag : whole.tags) types.emplace(tag.name, tag.type);
    std::map<std::string, Value> last;
    for (const config::TestRow& row : rows_) {
      for (const config::TestReading& reading : row.readings) {
        auto& value = last.try_emplace(reading.tag, zero_of(types[reading.tag])).first->second;
        if (reading.value) value = *reading.value;
        values_.push_back(value);
      }
      ends_.push_back(values_.size());
    }
  }

  void decode(const Message& message, Decoded& out) override {
    std::size_t row = 0;
    const char* const end = message.payload.data() + message.payload.size();
    if (std::from_chars(message.payload.data(), end, row).ec != std::errc{}) return;
    if (row >= rows_.size()) return;
    std::size_t value = row == 0 ? 0 : ends_[row - 1];
    for (const config::TestReading& reading : rows_[row].readings) {
      DecodedReading& decoded = out.add(reading.tag);
      decoded.value = values_[value++];
      decoded.time = begin_ + reading.time;
      decoded.quality = reading.quality;
      decoded.reason = reading.reason;
      decoded.historical = reading.historical;
    }
  }

 private:
  static Value zero_of(ValueType type) {
    if (type == ValueType::int64) return std::int64_t{0};
    if (type == ValueType::boolean) return false;
    if (type == ValueType::text) return std::string{};
    return 0.0;
  }

  const std::vector<config::TestRow>& rows_;
  Timestamp begin_;
  std::vector<Value> values_;
  std::vector<std::size_t> ends_;  // by row, into values_
};

// What the test knows: its columns, what is derived from them, and what it expects something of.
std::set<std::string> known_tags(const config::RuleTest& test, const Plant& whole) {
  std::set<std::string> known;
  for (const config::TestRow& row : test.input) {
    for (const config::TestReading& reading : row.readings) known.insert(reading.tag);
  }
  for (const auto& one : test.expect) known.insert(one.tag);
  for (bool more = true; more;) {
    more = false;
    for (const Tag& tag : whole.tags) {
      if (tag.expression.empty() || known.contains(tag.name)) continue;
      const auto operands = rules::tags_of_expression(tag.expression);
      const bool fed = std::any_of(operands.begin(), operands.end(),
                                   [&](const std::string& name) { return known.contains(name); });
      if (!fed) continue;
      known.insert(tag.name);
      more = true;
    }
  }
  return known;
}

bool is_named(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Leaves of a rule the alarms that some known tag can touch.
void keep_known(const std::set<std::string>& known, RuleSpec& rule) {
  const bool paired = rule.kind == RuleKind::deviation || rule.kind == RuleKind::mismatch;
  std::vector<std::string> tags;
  std::vector<Term> terms;
  for (std::size_t at = 0; at < rule.tags.size(); ++at) {
    std::vector<std::string> operands{rule.tags[at]};
    if (rule.kind == RuleKind::expr) {
      operands = rules::tags_of_expression(rule.expression);
    } else if (is_of_several(rule.kind)) {
      operands = rules::operands_of(rule, at);
    }
    const bool touched = std::any_of(operands.begin(), operands.end(),
                                     [&](const std::string& name) { return known.contains(name); });
    if (!touched) continue;
    tags.push_back(rule.tags[at]);
    if (paired && at < rule.terms.size()) terms.push_back(rule.terms[at]);
  }
  rule.tags = std::move(tags);
  if (paired) rule.terms = std::move(terms);
}

}  // namespace

std::shared_ptr<const Plant> plant_of(const config::RuleTest& test, const Plant& whole) {
  auto plant = std::make_shared<Plant>();
  plant->hash = "test";
  plant->park = whole.park;
  plant->timing = whole.timing;
  plant->calendar = whole.calendar;
  plant->sources = {{"test", 0}};
  plant->decoders = {std::make_shared<RowDecoder>(test, whole)};
  plant->tags = whole.tags;
  for (Tag& tag : plant->tags) tag.scaling = {};
  const std::set<std::string> known = known_tags(test, whole);
  for (const RuleSpec& rule : whole.rules) {
    if (!test.rules.empty() && !is_named(test.rules, rule.id)) continue;
    RuleSpec own = rule;
    keep_known(known, own);
    if (!own.tags.empty()) plant->rules.push_back(std::move(own));
  }
  return plant;
}

}  // namespace parkwatch::trial
