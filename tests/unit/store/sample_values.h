// tests/unit/store/sample_values.h - One of each value that the store keeps, every member set.
#pragma once
#include "model/facts.h"
#include "tests/unit/store/sample_readings.h"

namespace parkwatch::store {

inline Tag sample_tag(const std::string& name) {
  Tag tag;
  tag.name = name;
  tag.description = {"液位", "level"};
  tag.unit = "m";
  tag.type = ValueType::int64;
  tag.range = Range{-1, 12.5};
  tag.decimals = 2;
  tag.scaling = {.factor = 0.1, .offset = -3, .clamp = Range{0, 10}};
  tag.enumeration = {{1, "open", {"开", "open"}}, {-2, "shut", {"关", "shut"}}};
  tag.expression = "`a/b/c` * 2";
  tag.auto_registered = true;
  tag.registered_by = "park";
  return tag;
}

inline TagDefined sample_definition(TagId id, std::uint32_t version, std::uint64_t sequence) {
  TagDefined defined{id, version, sequence, sample_tag("site/device/q" + std::to_string(id))};
  defined.tag.description.en = "version " + std::to_string(version);
  return defined;
}

inline AlarmEvent sample_event(std::uint64_t journal) {
  AlarmEvent event;
  event.journal = journal;
  event.at = sample_time + Duration{journal};
  event.sequence = 77;
  event.kind = TransitionKind::level_changed;
  event.state = AlarmState::unacknowledged;
  event.rule = "tank-level";
  event.tag = "tank/t101/level";
  event.level = Level::high_high;
  event.priority = Priority::critical;
  event.occurrence = journal;
  event.raised_at = sample_time;
  event.group = "tank-farm";
  event.unit = "m";
  event.value = 9.75;
  event.limit = 9.5;
  event.reading_sequence = 76;
  event.reading_index = 3;
  event.reading_time = sample_time - Duration{5};
  event.quality = Quality::uncertain;
  event.message = {"高高液位", "level very high"};
  event.guidance = {"关阀", "close the valve"};
  event.author = "ann";
  event.comment = "on my way";
  event.plant = "c0ffee";
  event.flags = alarm_maintenance | alarm_chattering;
  event.notice = Notice::updates;
  event.sounded = journal;
  event.raises = 14;
  event.respond_by = sample_time + Duration{300};
  event.shelving = Hold{sample_time, sample_time + Duration{60}, true, "li", "calibration"};
  event.service = Hold{sample_time, {}, false, "wang", "sensor swapped"};
  event.related = {4, 5};
  event.scope = "tank/**";
  event.frozen = Frozen{33.5, sample_time - Duration{90}, sample_time - Duration{60}};
  event.command =
      ActionCommand{journal, true, "cmd/1", "open {id}", sample_time + Duration{9}, "gas", "t/g"};
  return event;
}

inline RecordedInput sample_consumer_input(std::uint64_t sequence, ConsumerCommand command) {
  return {sequence, sample_time + std::chrono::milliseconds{sequence},
          Command{"local", std::move(command)}};
}

inline Passage sample_passage(PassageKind kind = PassageKind::enter) {
  Passage p;
  p.kind = kind;
  p.subject = Subject::hazmat;
  p.id = "plate-77";
  p.name = "\u4e0d";
  p.gate = "g1";
  p.lane = "2";
  p.zone = "north";
  p.card = "K7";
  p.permit = "P-9";
  p.count = kind == PassageKind::count ? 12 : 0;
  p.time = sample_time - std::chrono::seconds{3};
  return p;
}

inline PermitCommand sample_permits(PermitCommand::Verb verb) {
  PermitCommand command;
  command.verb = verb;
  command.number = "P-9";
  command.permits = {
      {"P-9",
       "plate-77",
       "\u4e0d",
       Subject::hazmat,
       sample_time,
       sample_time + std::chrono::hours{9},
       {"g1", "g2"},
       {"h"},
       true},
      {"P-10", "emp-1", "", std::nullopt, timestamp_min, timestamp_max, {}, {}, false}};
  command.unchanged = verb == PermitCommand::Verb::file;
  return command;
}

// One of each kind of input, in rising sequence from `first`.
inline std::vector<RecordedInput> sample_inputs(std::uint64_t first) {
  const auto at = [](std::uint64_t sequence) {
    return sample_time + std::chrono::milliseconds{sequence};
  };
  return {
      {first, at(first), PlantHash{"c0ffee"}},
      {first + 1, at(first + 1), Start{std::chrono::seconds{90}}},
      {first + 2, at(first + 2), ClockStep{-std::chrono::seconds{7}}},
      {first + 3, at(first + 3), SourceCondition{"park", true, false, "refused: \u4e0d"}},
      {first + 4, at(first + 4), TagRegistered{9, sample_tag("a/b/c")}},
      {first + 5, at(first + 5), Command{"ann", AcknowledgeAlarm{"r", "a/b/c", 12, "seen"}}},
      sample_consumer_input(first + 6, {ConsumerCommand::Verb::put, "hq", 4, at(9'000'000)}),
      {first + 7, at(first + 7),
       Command{"li",
               AlarmCommand{AlarmCommand::Verb::shelve, "r", "a/b/c", "tanks", 12, at(9'000'000),
                            std::chrono::minutes{5}, true, "calibration"},
               true}},
      {first + 8, at(first + 8),
       Command{"li", MaintenanceCommand{MaintenanceCommand::Verb::end, 17, "tanks", "a/**",
                                        at(1'000), at(9'000'000), std::chrono::hours{1}, "work"}}},
      {first + 9, at(first + 9),
       Command{"li",
               LoopCheckCommand{LoopCheckCommand::Verb::start, "a/b/c", 91.5, at(9'000'000),
                                std::chrono::minutes{1}, "loop"},
               true}},
      {first + 10, at(first + 10),
       OwnCondition{"delivery-failed", "receiver/mail", true, Priority::high, {"坏", "bad"}, {}}},
      {first + 11, at(first + 11), MessageSource{"park"}},
      {first + 12, at(first + 12),
       Command{"li", SignShift{"early", at(1'000), at(9'000'000), "all quiet"}}},
      {first + 13, at(first + 13),
       NoticeNews{TransitionKind::escalated, "r", "a/b/c", 12, "step 2/3: ding"}},
      {first + 14, at(first + 14),
       ActionReport{17, ActionReport::Outcome::expired, "no broker: \u4e0d"}},
      {first + 15, at(first + 15), PassageSeen{0, sample_passage()}},
      {first + 15, at(first + 15), PassageSeen{1, sample_passage(PassageKind::count)}},
      {first + 16, at(first + 16), Command{"li", sample_permits(PermitCommand::Verb::file)}},
      {first + 17, at(first + 17),
       Command{"li", GateCorrection{GateCorrection::Verb::rename, "a", "b", Subject::vehicle, "n",
                                    "g1", "north", "misread"}}},
      {first + 18, at(first + 18),
       Command{"li", MusterCommand{MusterCommand::Verb::report, "a", "point 1", "drill"}}},
  };
}

}  // namespace parkwatch::store
