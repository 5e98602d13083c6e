// tests/unit/app/small_plant.h - A plant of a few tags and rules, and messages for it.
#pragma once
#include <charconv>
#include <memory>
#include <string>

#include "model/input.h"
#include "model/plant.h"

namespace parkwatch::test {

// The topic is the tag; the payload a number, or "number@microseconds" with a source time.
class PlainDecoder final : public Decoder {
 public:
  void decode(const Message& message, Decoded& out) override {
    const std::string_view payload = message.payload;
    const std::size_t at = payload.find('@');
    double value = 0;
    const std::string_view number = payload.substr(0, at);
    if (std::from_chars(number.data(), number.data() + number.size(), value).ec != std::errc{}) {
      out.faults.push_back({RefusalReason::malformed, "no number"});
      return;
    }
    DecodedReading& reading = out.add(message.topic);
    reading.value = value;
    if (at == std::string_view::npos) return;
    std::int64_t us = 0;
    const std::string_view time = payload.substr(at + 1);
    (void)std::from_chars(time.data(), time.data() + time.size(), us);
    reading.time = from_us(us);
  }
};

// Tags a/b/t0 .. t9, with a limit of 50 on t0 and a derived sum of t1 and t2.
inline std::shared_ptr<Plant> small_plant(const std::string& hash = "small", double limit = 50) {
  auto plant = std::make_shared<Plant>();
  plant->hash = hash;
  plant->park = "test";
  plant->sources = {{"park", 0}};
  for (int i = 0; i < 10; ++i) {
    Tag tag;
    tag.name = "a/b/t" + std::to_string(i);
    plant->tags.push_back(tag);
  }
  Tag sum;
  sum.name = "a/b/sum";
  sum.expression = "`a/b/t1` + `a/b/t2`";
  plant->tags.push_back(sum);
  RuleSpec rule;
  rule.id = "high";
  rule.tags = {"a/b/t0"};
  rule.group = "test";
  Limit high;
  high.at = limit;
  rule.limits = {high};
  plant->rules = {rule};
  plant->decoders = {std::make_shared<PlainDecoder>()};
  return plant;
}

inline Message message(const std::string& tag, const std::string& payload) {
  Message m;
  m.topic = tag;
  m.payload = payload;
  return m;
}

}  // namespace parkwatch::test
