// daemon/pipeline/loop_check.cpp - From the command that forces a value to its end. Readings of the
// plant are stored meanwhile and not evaluated; the value itself is stored nowhere but in the
// journal.
#include "pipeline/loop_check.h"

#include <cmath>
#include <optional>

#include "pipeline/state.h"

namespace parkwatch::pipeline {
namespace {

Error wrong(std::string what) { return {ErrorKind::bad_input, std::move(what)}; }

AlarmEvent row_of(const std::string& tag, const LoopCheck& check, TransitionKind kind) {
  AlarmEvent row;
  row.kind = kind;
  row.rule = rule_loop_check;
  row.tag = tag;
  row.priority = Priority::low;
  row.group = own_group;
  row.value = check.value;
  row.raised_at = check.since;
  row.shelving = Hold{check.since, check.until, false, check.author, check.reason};
  row.flags = alarm_test;
  row.message = {tag + " 回路测试：" + check.reason, "loop check of " + tag + ": " + check.reason};
  if (kind == TransitionKind::loop_check_started) row.flags |= alarm_in_progress;
  return row;
}

Reading reading_of(TagId tag, const LoopCheck& check) {
  Reading reading;
  reading.tag = tag;
  reading.sequence = check.sequence;
  reading.source_time = reading.receive_time = check.since;
  reading.value = check.value;
  return reading;
}

}  // namespace

Result<Done> Pipeline::State::check_loop(const LoopCheckCommand& command, const Command& given,
                                         const Input& input, Facts& facts) {
  if (!engine) return Error{ErrorKind::not_found, "no configuration is in force"};
  if (!given.admin) return Error{ErrorKind::refused, "only an admin may check a loop"};
  if (command.reason.size() > alarms::comment_bytes_max) return wrong("the reason is too long");
  const TagId tag = tags.find(command.tag);
  if (tag == tag_id_none || !tags.hot(tag).active) {
    return Error{ErrorKind::not_found, "there is no tag " + command.tag};
  }
  const auto running = loop_checks.find(tag);
  if (command.verb == LoopCheckCommand::Verb::end) {
    if (running == loop_checks.end()) {
      return Error{ErrorKind::conflict, "no loop check is on at " + command.tag};
    }
    end_loop_check(tag, input.receive_time, given.author, command.reason, facts);
    return Done{};
  }
  if (command.reason.empty()) return wrong("a loop check needs a reason");
  if (!std::isfinite(command.value)) return wrong("the value is no finite number");
  if (tags.slot(tag).tag.type == ValueType::text || tags.hot(tag).derived) {
    return wrong("a loop is checked at a measured number or state, which " + command.tag +
                 " is not");
  }
  if (command.until.has_value() == (command.length != Duration{0})) {
    return wrong("give an end or a length");
  }
  const Timestamp until = command.until.value_or(input.receive_time + command.length);
  if (until <= input.receive_time || until - input.receive_time > loop_check_max) {
    return wrong("a loop check lasts " + to_text(loop_check_max) + " at most");
  }
  LoopCheck check{command.value, input.receive_time, until,
                  given.author,  command.reason,     input.sequence};
  begin_loop_check(tag, check, facts);
  return Done{};
}

void Pipeline::State::begin_loop_check(TagId tag, const LoopCheck& check, Facts& facts) {
  loop_checks.insert_or_assign(tag, check);
  mark_loop_check(tag, true);
  const std::string& name = tags.slot(tag).tag.name;
  Scene here = scene(facts);
  AlarmEvent row = row_of(name, check, TransitionKind::loop_check_started);
  row.author = check.author;
  row.comment = check.reason;
  alarms.record(std::move(row), {check.since, last_sequence, plant().hash}, facts.transitions);
  const Reading reading = reading_of(tag, check);
  engine->see(reading);
  engine->look_at_guards(tag, check.since, here);
  engine->on_test_value(reading, here);
}

// The plant's own newest reading is judged again, and what follows is no test.
void Pipeline::State::end_loop_check(TagId tag, Timestamp at, const std::string& author,
                                     const std::string& comment, Facts& facts) {
  const LoopCheck check = loop_checks.at(tag);
  loop_checks.erase(tag);
  Scene here = scene(facts);
  here.sequence = facts_sequence();
  AlarmEvent row = row_of(tags.slot(tag).tag.name, check, TransitionKind::loop_check_ended);
  row.author = author;
  row.comment = comment;
  alarms.record(std::move(row), {at, here.sequence, plant().hash}, facts.transitions);
  tags.hot(tag).forced = false;
  std::optional<Reading> judged;  // what the plant says
  if (tags.hot(tag).has_newest) {
    Reading newest = tags.newest(tag);
    newest.receive_time = at;
    engine->see(newest);
    engine->look_at_guards(tag, at, here);
    const bool is_known =
        newest.quality != Quality::bad && newest.reason != QualityReason::first_value;
    if (is_known) judged = newest;
  } else {
    engine->operands()[tag].known = false;
    engine->look_at_guards(tag, at, here);
  }
  if (judged) engine->on_test_value(*judged, here);
  // A test's alarm ends with the test: what the plant's value raises is one of its own, which is
  // announced.
  const bool ended = engine->end_tests(tag, at, here);
  mark_loop_check(tag, false);
  // What rests on another test value too stays marked, as it would be after a restore.
  for (const auto& [other, still] : loop_checks) mark_loop_check(other, true);
  if (ended && judged) engine->on_test_value(*judged, here);
}

void Pipeline::State::mark_loop_check(TagId tag, bool on) {
  tags.hot(tag).forced = on;
  for (const auto& [rule, name] : engine->alarms_of(tag, tags)) alarms.mark_test(rule, name, on);
}

// After a new configuration or a restore: the operands are the plant's, the marks are gone.
void Pipeline::State::resume_loop_checks() {
  for (const auto& [tag, check] : loop_checks) {
    mark_loop_check(tag, true);
    engine->see(reading_of(tag, check));
  }
}

}  // namespace parkwatch::pipeline
