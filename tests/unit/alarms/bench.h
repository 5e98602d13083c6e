// tests/unit/alarms/bench.h - Alarms of a small plant, driven by words at times in seconds.
#pragma once
#include <catch2/catch.hpp>

#include "alarms/alarms.h"

namespace parkwatch::test {

using namespace std::chrono_literals;
using alarms::Alarms;
using alarms::Condition;
using alarms::Occasion;

// Rules: "plain" on t/1/level .. t/20/level, "latch" (latched), "auto" (ack = "auto"), "critical",
// each also there. Change them before the first step.
class AlarmBench {
 public:
  AlarmBench() {
    plant_.hash = "abc";
    for (const char* id : {"plain", "latch", "auto", "critical"}) {
      RuleSpec rule;
      rule.id = id;
      rule.group = "tanks";
      rule.priority = rule.id == "critical" ? Priority::critical : Priority::medium;
      rule.alarm.latched = rule.id == "latch";
      rule.alarm.ack_required = rule.id != "auto";
      plant_.rules.push_back(rule);
    }
    for (int i = 1; i <= 20; ++i) {
      Tag tag;
      tag.name = "t/" + std::to_string(i) + "/level";
      plant_.tags.push_back(tag);
    }
    configure(0s);
  }
  AlarmSpec& spec(const std::string& id) {
    for (RuleSpec& rule : plant_.rules) {
      if (rule.id == id) return rule.alarm;
    }
    FAIL("no rule " + id);
    return plant_.rules[0].alarm;
  }
  Plant& plant() { return plant_; }
  void configure(Duration at) {
    go(at);
    alarms_.configure(plant_, occasion(at), events_);
  }
  // Lets time pass.
  void go(Duration at) {
    while (alarms_.next_due() <= time(at)) alarms_.fire_next(sequence_ + 1, plant_.hash, events_);
  }
  void level(Duration at, Level level, const std::string& rule = "plain",
             const std::string& tag = "t/1/level") {
    condition(at, level, rule == "critical" ? Priority::critical : Priority::medium, rule, tag);
  }
  void condition(Duration at, Level level, Priority priority, const std::string& rule = "plain",
                 const std::string& tag = "t/1/level") {
    go(at);
    Condition c;
    c.rule = rule;
    c.tag = tag;
    c.level = level;
    c.priority = priority;
    c.reading_sequence = sequence_;
    c.reading_time = time(at);
    c.group = "tanks";
    alarms_.apply(c, occasion(at), events_);
  }
  void raise(Duration at, const std::string& rule = "plain", const std::string& tag = "t/1/level") {
    level(at, Level::high, rule, tag);
  }
  void clear(Duration at, const std::string& rule = "plain", const std::string& tag = "t/1/level") {
    level(at, Level::none, rule, tag);
  }
  // "" or the error.
  std::string ack(Duration at, const std::string& rule = "plain",
                  const std::string& tag = "t/1/level", std::uint64_t occurrence = 0) {
    go(at);
    const alarms::Alarm* alarm = alarms_.find(rule, tag);
    if (occurrence == 0 && alarm != nullptr) occurrence = alarm->event.occurrence;
    return said(
        alarms_.acknowledge({rule, tag, occurrence, "seen"}, {author_}, occasion(at), events_));
  }
  std::string command(Duration at, AlarmCommand command, bool admin = false, bool exists = true) {
    go(at);
    return said(alarms_.command(command, {author_, admin}, exists, occasion(at), events_));
  }
  static AlarmCommand of(AlarmCommand::Verb verb, std::string rule = "plain",
                         std::string tag = "t/1/level") {
    AlarmCommand c;
    c.verb = verb;
    c.rule = std::move(rule);
    c.tag = std::move(tag);
    c.comment = "because";
    return c;
  }
  static AlarmCommand shelve(Duration length, std::string rule = "plain") {
    AlarmCommand c = of(AlarmCommand::Verb::shelve, std::move(rule));
    c.length = length;
    return c;
  }
  std::string maintain(Duration at, const MaintenanceCommand& command) {
    go(at);
    return said(alarms_.maintain(command, {author_}, occasion(at), events_));
  }
  void suppress(Duration at, bool by_design, const std::string& rule = "plain") {
    go(at);
    alarms_.suppress(rule, "t/1/level", by_design, occasion(at), events_);
  }
  // What came since the last call, "12s kind state notice" each, with a `!` where the horn begins.
  std::string told() {
    std::string text;
    for (; told_ < events_.size(); ++told_) {
      const AlarmEvent& e = events_[told_];
      if (!text.empty()) text += "; ";
      text += to_text(e.at - time(0s)) + " " + std::string{to_text(e.kind)};
      if (!is_record_rule(e.rule)) text += " " + std::string{to_text(e.state)};
      text += " " + std::string{to_text(e.notice)};
      if (begins_horn(e)) text += "!";
    }
    return text;
  }
  Alarms& alarms() { return alarms_; }
  std::vector<AlarmEvent>& events() { return events_; }
  const AlarmEvent& last() const { return events_.back(); }
  static Timestamp time(Duration at) { return from_us(1'700'000'000'000'000) + at; }
  Occasion occasion(Duration at) { return {time(at), ++sequence_, plant_.hash}; }

 private:
  static std::string said(const Result<Done>& result) {
    return result ? "" : result.error().message;
  }

  Plant plant_;
  Alarms alarms_;
  std::vector<AlarmEvent> events_;
  std::uint64_t sequence_ = 0;
  std::size_t told_ = 0;
  std::string author_ = "li";
};

}  // namespace parkwatch::test
