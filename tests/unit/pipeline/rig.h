// tests/unit/pipeline/rig.h - A pipeline with a decoder of plain lines, and its facts as short
// texts.
#pragma once
#include <charconv>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "pipeline/pipeline.h"

namespace parkwatch::test {

using namespace std::chrono_literals;

// The tests' day begins here: a whole day of UTC.
inline constexpr Timestamp day = from_us(std::int64_t{20'000} * 86'400'000'000);

// A reading a line: `name value [t=<us since day>] [q=bad|uncertain] [h]`; `true`, `false` and
// words are what they look like. A line `!` is a malformed part. A passage is a line
// `@ <kind> <class> <id, or -> <gate> [lane=] [zone=] [card=] [n=] [name=] [t=]`.
class LineDecoder : public Decoder {
 public:
  void decode(const Message& message, Decoded& out) override {
    std::istringstream lines{message.payload};
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words{line};
      std::string name;
      std::string value;
      words >> name >> value;
      if (name == "!") {
        out.faults.push_back({RefusalReason::malformed, "a line of its own"});
        continue;
      }
      if (name == "@") {
        out.personal = "p/+";
        out.passages.push_back(passage_of(value, words));
        continue;
      }
      DecodedReading& r = out.add(name);
      r.value = value_of(value);
      for (std::string word; words >> word;) apply(word, r);
    }
  }

 private:
  static Passage passage_of(const std::string& kind, std::istringstream& words) {
    Passage p;
    std::string subject;
    words >> subject >> p.id >> p.gate;
    p.kind = parse_passage_kind(kind).value();
    p.subject = parse_subject(subject).value();
    if (p.id == "-") p.id.clear();
    for (std::string word; words >> word;) {
      const std::string text = word.substr(word.find('=') + 1);
      if (word.starts_with("lane=")) p.lane = text;
      if (word.starts_with("zone=")) p.zone = text;
      if (word.starts_with("card=")) p.card = text;
      if (word.starts_with("name=")) p.name = text;
      if (word.starts_with("n=")) p.count = std::stoll(text);
      if (word.starts_with("t=")) p.time = day + Duration{std::stoll(text)};
    }
    return p;
  }
  static Value value_of(const std::string& text) {
    if (text == "true" || text == "false") return text == "true";
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return text;
    const bool whole = text.find_first_of(".e") == std::string::npos;
    return whole ? Value{static_cast<std::int64_t>(number)} : Value{number};
  }
  static void apply(const std::string& word, DecodedReading& r) {
    if (word == "h") r.historical = true;
    if (word == "q=bad") {
      r.quality = Quality::bad;
      r.reason = QualityReason::sensor_fault;
    }
    if (word == "q=uncertain") r.quality = Quality::uncertain;
    if (word.starts_with("t=")) r.time = day + Duration{std::stoll(word.substr(2))};
  }
};

inline Tag tag_of(std::string name, ValueType type = ValueType::float64) {
  Tag tag;
  tag.name = std::move(name);
  tag.type = type;
  return tag;
}

// A rule with one high limit; change what the test is about.
inline RuleSpec limit_of(std::string id, std::string tag, double at) {
  RuleSpec rule;
  rule.id = std::move(id);
  rule.tags = {std::move(tag)};
  rule.limits = {{.level = Level::high, .at = at}};
  rule.group = "test";
  return rule;
}

// One source, "park", and the tag a/b/c.
inline Plant plant_of(std::vector<RuleSpec> rules) {
  Plant plant;
  plant.hash = "plant-1";
  plant.park = "park-a";
  plant.sources = {{"park", 0}};
  plant.tags = {tag_of("a/b/c"), tag_of("a/b/d")};
  plant.rules = std::move(rules);
  plant.decoders = {std::make_shared<LineDecoder>()};
  return plant;
}

// Its readings are of no source, so that no source's alarm has deadlines.
inline Plant without_sources(Plant plant) {
  plant.sources.clear();
  return plant;
}

// Steps a pipeline by one input at a time; times are offsets from `day`.
class Rig {
 public:
  explicit Rig(Plant plant) { use(std::move(plant), 0s); }

  void use(Plant plant, Duration at) {
    plant_ = std::make_shared<const Plant>(std::move(plant));
    feed(NewPlant{plant_}, at);
  }
  // As a start out of this snapshot.
  void restore(const v1::Snapshot& snapshot) {
    pipeline_ = std::move(*pipeline::Pipeline::restore(snapshot, plant_));
  }
  void send(Duration at, std::string payload) {
    Message message;
    message.topic = "t";
    message.payload = std::move(payload);
    feed(std::move(message), at);
  }
  // As it came from the broker: packet identifier (0: QoS 0), DUP, retained.
  void send_mqtt(Duration at, std::string payload, std::uint16_t packet_id, bool dup,
                 bool retained = false) {
    Message message;
    message.topic = "t";
    message.payload = std::move(payload);
    message.packet_id = packet_id;
    message.dup = dup;
    message.retained = retained;
    feed(std::move(message), at);
  }
  template <typename Body>
  void feed(Body body, Duration at) {
    const Input input{++sequence_, day + at, std::move(body)};
    pipeline_.step(time_after(input), {&input, 1}, facts_);
  }
  void tick(Duration at) { pipeline_.step(day + at, {}, facts_); }

  // Tests of rules that bad data holds do not look at the alarm that it raises.
  void show_quality() { shows_quality_ = true; }
  // The transitions since the last call: "12s raised H a/b/c 81" each, divided by "; ".
  std::string alarms() {
    std::string text;
    for (; told_ < facts_.transitions.size(); ++told_) {
      const AlarmEvent& e = facts_.transitions[told_];
      if (e.rule == rule_quality && !shows_quality_) continue;
      if (!text.empty()) text += "; ";
      text += to_text(e.at - day) + " " + std::string{to_text(e.kind)};
      if (e.level != Level::none) text += " " + std::string{to_text(e.level)};
      text += " " + e.tag;
      if (e.value) text += " " + parkwatch::to_text(Value{*e.value});
    }
    return text;
  }
  // The readings since the last call: "a/b/c=1.5 good", with flags as letters (late L, historical
  // H, retained R, derived D, at receive time A, out of order O, no source time -).
  std::string readings() {
    std::string text;
    for (; shown_ < facts_.readings.size(); ++shown_) {
      const Reading& r = facts_.readings[shown_];
      if (!text.empty()) text += "; ";
      text += pipeline_.tag(r.tag).tag->name + "=" + parkwatch::to_text(r.value);
      text += " " + std::string{parkwatch::to_text(r.quality)};
      if (r.reason != QualityReason::none) {
        text += "(" + std::string{parkwatch::to_text(r.reason)} + ")";
      }
      const std::string flags = flags_of(r);
      if (!flags.empty()) text += " " + flags;
    }
    return text;
  }

  [[nodiscard]] pipeline::Pipeline& pipeline() { return pipeline_; }
  [[nodiscard]] Facts& facts() { return facts_; }

 private:
  static std::string flags_of(const Reading& r) {
    std::string text;
    if ((r.flags & reading_has_source_time) == 0) text += "-";
    if ((r.flags & reading_late) != 0) text += "L";
    if ((r.flags & reading_historical) != 0) text += "H";
    if ((r.flags & reading_retained) != 0) text += "R";
    if ((r.flags & reading_derived) != 0) text += "D";
    if ((r.flags & reading_at_receive_time) != 0) text += "A";
    if ((r.flags & reading_out_of_order) != 0) text += "O";
    return text;
  }

  std::shared_ptr<const Plant> plant_;
  pipeline::Pipeline pipeline_;
  Facts facts_;
  std::uint64_t sequence_ = 0;
  bool shows_quality_ = false;
  std::size_t told_ = 0;
  std::size_t shown_ = 0;
};

}  // namespace parkwatch::test
