// daemon/pipeline/inputs.cpp - What each kind of input but a message does.
#include <algorithm>
#include <utility>

#include "model/utf8.h"
#include "pipeline/state.h"

namespace parkwatch::pipeline {
namespace {

// Of the reason why a source was lost.
constexpr std::size_t detail_bytes_max = 1024;

void record(const Input& input, decltype(RecordedInput::body) body, Facts& facts) {
  facts.inputs.push_back({input.sequence, input.receive_time, std::move(body)});
}

// What people, networks and brokers say is kept in protobuf strings, which hold UTF-8 or cannot be
// read again.
std::string cleaned(std::string text) {
  std::size_t good = 0;
  while (const auto bad = first_not_utf8(std::string_view{text}.substr(good))) {
    good += *bad;
    text[good++] = '?';
  }
  return text;
}

void clean(std::initializer_list<std::string*> texts) {
  for (std::string* text : texts) *text = cleaned(std::move(*text));
}

void clean(AcknowledgeAlarm& body) { clean({&body.rule, &body.tag, &body.comment}); }
void clean(AlarmCommand& body) { clean({&body.rule, &body.tag, &body.group, &body.comment}); }
void clean(MaintenanceCommand& body) { clean({&body.group, &body.tags, &body.reason}); }
void clean(LoopCheckCommand& body) { clean({&body.tag, &body.reason}); }
void clean(SignShift& body) { clean({&body.shift, &body.note}); }
void clean(ConsumerCommand& body) { clean({&body.name}); }
// A bad text of these is refused: an id that was mended would be another one.
void clean(PermitCommand& body) {
  clean({&body.number});
  for (Permit& permit : body.permits) {
    clean({&permit.number, &permit.id, &permit.name});
    for (std::string& gate : permit.gates) gate = cleaned(std::move(gate));
    for (std::string& lane : permit.lanes) lane = cleaned(std::move(lane));
  }
}
void clean(GateCorrection& body) {
  clean({&body.id, &body.to, &body.name, &body.gate, &body.zone, &body.reason});
}
void clean(MusterCommand& body) { clean({&body.id, &body.place, &body.reason}); }

Command cleaned(Command command) {
  command.author = cleaned(std::move(command.author));
  std::visit([](auto& body) { clean(body); }, command.body);
  return command;
}

SourceCondition cleaned(SourceCondition condition) {
  condition.source = cleaned(std::move(condition.source));
  condition.detail = cleaned(condition.detail.substr(0, detail_bytes_max));
  return condition;
}

}  // namespace

Pipeline::State::State() {
  alarms.know_frozen([this](const std::string& tag) { return frozen_of(tag); });
}

Scene Pipeline::State::scene(Facts& facts) {
  return {tags, alarms, engine.get(), plant(), facts, last_sequence};
}

// Of what waits for data, and so stands still in a pause, but for the phases of rules.
Timestamp Pipeline::State::next_of_data() {
  if (paused_at) return engine->next_phase();
  return std::min({engine->next_due(), sources.next_due(), actions.next_due()});
}

Timestamp Pipeline::State::next_due() {
  if (!engine) return rules::never;
  return std::min(
      {next_of_data(), alarms.next_due(), gates.next_due(), pipeline::next_due(loop_checks)});
}

bool Pipeline::State::may_be_due(Timestamp by) const {
  const Timestamp of_people =
      std::min({alarms.next_due(), gates.next_due(), pipeline::next_due(loop_checks)});
  if (of_people <= by) return true;
  if (paused_at) return engine->next_phase() <= by;
  return engine->may_be_due(by) || std::min(sources.next_due(), actions.next_due()) <= by;
}

void Pipeline::State::fire_until(Timestamp by, Facts& facts) {
  if (!engine || !may_be_due(by)) return;
  firing = true;
  Scene at = scene(facts);
  at.sequence = facts_sequence();
  for (;;) {
    const Timestamp due = next_due();
    if (due > by) break;
    fire(due, at, facts);
    gates.look(at);
    actions.look(at);
  }
  firing = false;
}

// What is first in the order of those that are due then.
void Pipeline::State::fire(Timestamp due, Scene& at, Facts& facts) {
  const bool of_data = next_of_data() == due;
  if (of_data && paused_at) {
    engine->fire_phase(at);
  } else if (of_data && engine->next_due() == due) {
    engine->fire_next(at);
  } else if (of_data && sources.next_due() == due) {
    sources.fire_next(at);
  } else if (alarms.next_due() == due) {
    alarms.fire_next(at.sequence, plant().hash, facts.transitions);
  } else if (gates.next_due() == due) {
    gates.fire_next(at);
  } else if (pipeline::next_due(loop_checks) != due) {
    actions.fire_next(at);
  } else {
    const auto check = std::find_if(loop_checks.begin(), loop_checks.end(),
                                    [due](const auto& each) { return each.second.until == due; });
    end_loop_check(check->first, due, {}, "its end", facts);
  }
}

void Pipeline::State::on_input(const Input& input, Facts& facts) {
  std::visit([&](const auto& body) { on_body(body, input, facts); }, input.body);
  act(time_after(input), facts);
}

void Pipeline::State::act(Timestamp at, Facts& facts) {
  if (!engine) return;
  Scene here = scene(facts);
  gates.look(here);
  actions.look(here);
  actions.look_at_feedback(here, at);
}

void Pipeline::State::on_body(const Command& given, const Input& input, Facts& facts) {
  const Command command = unburdened(cleaned(given));
  fire_until(input.receive_time, facts);
  last_sequence = input.sequence;
  record(input, command, facts);
  Result<Done> result = obey(command, input, facts);
  facts.replies.push_back({input.sequence, std::move(result)});
}

Result<Done> Pipeline::State::obey(const Command& command, const Input& input, Facts& facts) {
  if (std::holds_alternative<ConsumerCommand>(command.body)) return Done{};
  if (!engine) return Error{ErrorKind::not_found, "no configuration is in force"};
  const alarms::Person who{command.author, command.admin};
  const alarms::Occasion here{input.receive_time, input.sequence, plant().hash};
  if (const auto* ack = std::get_if<AcknowledgeAlarm>(&command.body)) {
    return acknowledge(*ack, command, input, facts);
  }
  if (const auto* alarm = std::get_if<AlarmCommand>(&command.body)) {
    const bool exists = engine->has_instance(alarm->rule, alarm->tag, tags);
    return alarms.command(*alarm, who, exists, here, facts.transitions);
  }
  if (const auto* work = std::get_if<MaintenanceCommand>(&command.body)) {
    return alarms.maintain(*work, who, here, facts.transitions);
  }
  if (is_of_gates(command)) {
    Scene at = scene(facts);
    return gates.obey(command, input.receive_time, at);
  }
  if (const auto* sign = std::get_if<SignShift>(&command.body)) {
    return sign_shift(*sign, command, input, facts);
  }
  return check_loop(std::get<LoopCheckCommand>(command.body), command, input, facts);
}

// A list that is as it was needs no record; and nobody's name is recorded where pseudonyms are.
Command Pipeline::State::unburdened(Command command) const {
  if (!engine || !is_of_gates(command)) return command;
  if (plant().gates.pseudonymise && pseudonym) pseudonymise(command, pseudonym);
  if (!plant().gates.names) forget_names(command);
  auto* list = std::get_if<PermitCommand>(&command.body);
  if (list == nullptr || list->verb != PermitCommand::Verb::file || list->unchanged) return command;
  if (!gates.ledger().has_list(list->permits)) return command;
  list->permits.clear();
  list->unchanged = true;
  return command;
}

Result<Done> Pipeline::State::sign_shift(const SignShift& sign, const Command& given,
                                         const Input& input, Facts& facts) {
  const auto wrong = [](const char* what) { return Error{ErrorKind::bad_input, what}; };
  if (sign.note.size() > alarms::comment_bytes_max || sign.shift.size() > tag_name_bytes_max) {
    return wrong("the note or the shift's name is too long");
  }
  if (sign.from >= sign.to) return wrong("the shift ends before it begins");
  if (sign.from > input.receive_time) return wrong("the shift has not begun");
  AlarmEvent row;
  row.kind = TransitionKind::shift_signed;
  row.rule = rule_shift;
  row.tag = "shift/" + (sign.shift.empty() ? std::string{"day"} : sign.shift);
  row.priority = Priority::low;
  row.group = own_group;
  row.raised_at = sign.from;
  row.shelving = Hold{sign.from, sign.to, false, given.author, sign.note};
  row.author = given.author;
  row.comment = sign.note;
  row.message = {given.author + " 已接班", given.author + " has taken over"};
  alarms.record(std::move(row), {input.receive_time, input.sequence, plant().hash},
                facts.transitions);
  return Done{};
}

Result<Done> Pipeline::State::acknowledge(const AcknowledgeAlarm& command, const Command& given,
                                          const Input& input, Facts& facts) {
  auto result =
      alarms.acknowledge(command, {given.author, given.admin},
                         {input.receive_time, input.sequence, plant().hash}, facts.transitions);
  if (!result && result.error().kind == ErrorKind::not_found &&
      engine->has_instance(command.rule, command.tag, tags)) {
    return Error{ErrorKind::conflict, "nothing to acknowledge: " + command.rule + " on " +
                                          command.tag + " is now normal"};
  }
  return result;
}

void Pipeline::State::on_body(const NewPlant& next, const Input& input, Facts& facts) {
  fire_until(input.receive_time, facts);
  last_sequence = input.sequence;
  if (!next.plant) return;
  record(input, PlantHash{next.plant->hash}, facts);
  put_in_force(next.plant, input.receive_time, facts);
}

void Pipeline::State::put_in_force(const std::shared_ptr<const Plant>& next, Timestamp at,
                                   Facts& facts) {
  tags.configure(*next, last_sequence, facts.tags);
  auto before = std::exchange(engine, std::make_unique<Engine>(next, tags, at));
  engine->pause(paused_at);
  decoders = next->decoders;
  Scene here = scene(facts);
  alarms.configure(*next, {at, last_sequence, next->hash}, facts.transitions);
  std::vector<bool> anew;
  if (before) anew = engine->inherit(*before, here, at);
  close_clock_alarms(at, facts);
  drop_loop_checks(at, facts);
  sources.configure(*next, here, at);
  pseudonym = next->pseudonym;
  gates.configure(here, at);
  actions.configure(here, at);
  load_operands();
  look_at_sources(at, here);
  resume_loop_checks();
  engine->look_at_guards(at, here);
  if (before) engine->judge_anew(anew, at, here);
}

void Pipeline::State::load_operands() {
  derived = Derived{};
  Operands& operands = engine->operands();
  derived.compile(plant(), tags, operands);
  for (TagId id = 0; id < operands.size(); ++id) {
    if (!operands[id].used || !tags.hot(id).has_newest) continue;
    take_operand(tags.newest(id), operands[id]);
    const Frozen* const frozen = tags.frozen(id);
    if (frozen == nullptr || !frozen->value) continue;
    operands[id].value = *frozen->value;
    operands[id].usable = true;
  }
}

std::vector<bool> Pipeline::State::lost_tags() const {
  std::vector<bool> lost(tags.size(), false);
  for (TagId id = 0; id < tags.size(); ++id) {
    const SourceState* const source_state = sources.state(tags.hot(id).source);
    lost[id] = source_state != nullptr && source_state->lost;
  }
  derived.spread(lost);
  return lost;
}

void Pipeline::State::look_at_sources(Timestamp at, Scene& scene) {
  engine->on_lost(lost_tags(), at, scene);
}

// Of tags that left the configuration: nothing will ever set their clocks right.
void Pipeline::State::close_clock_alarms(Timestamp at, Facts& facts) {
  std::vector<std::string> gone;
  for (const auto& [key, alarm] : alarms.remembered()) {
    if (key.first != rule_clock || key.second == gateway_clock_tag) continue;
    const TagId id = tags.find(key.second);
    if (id == tag_id_none || !tags.hot(id).active) gone.push_back(key.second);
  }
  for (const std::string& tag : gone) {
    alarms.remove(rule_clock, tag, true, {at, last_sequence, plant().hash}, facts.transitions);
  }
}

// Of tags that left the configuration, or are others now.
void Pipeline::State::drop_loop_checks(Timestamp at, Facts& facts) {
  std::vector<TagId> gone;
  for (const auto& [tag, check] : loop_checks) {
    const bool usable = tags.hot(tag).active && !tags.hot(tag).derived &&
                        tags.slot(tag).tag.type != ValueType::text;
    if (!usable) gone.push_back(tag);
  }
  for (const TagId tag : gone) end_loop_check(tag, at, {}, "the tag is gone", facts);
}

void Pipeline::State::on_body(const TagRegistered& registered, const Input& input, Facts& facts) {
  fire_until(input.receive_time, facts);
  last_sequence = input.sequence;
  if (engine) register_tag(registered.tag, input.receive_time, facts);
}

void Pipeline::State::register_tag(const Tag& tag, Timestamp at, Facts& facts) {
  const auto id = tags.register_tag(tag, last_sequence, facts.tags);
  if (!id) return;
  engine->on_new_tag(*id, tags);
  facts.inputs.push_back({last_sequence, at, TagRegistered{*id, tag}});
}

void Pipeline::State::on_body(const SourceCondition& given, const Input& input, Facts& facts) {
  const SourceCondition condition = cleaned(given);
  fire_until(input.receive_time, facts);
  last_sequence = input.sequence;
  record(input, condition, facts);
  if (!engine) return;
  Scene here = scene(facts);
  sources.on_condition(condition, here, input.receive_time);
  look_at_sources(input.receive_time, here);
}

void Pipeline::State::on_body(const OwnCondition& given, const Input& input, Facts& facts) {
  OwnCondition own = given;
  clean(
      {&own.rule, &own.tag, &own.message.zh, &own.message.en, &own.guidance.zh, &own.guidance.en});
  fire_until(input.receive_time, facts);
  last_sequence = input.sequence;
  record(input, own, facts);
  if (!engine) return;
  alarms::Condition c;
  c.rule = own.rule;
  c.tag = own.tag;
  c.level = own.on ? Level::on : Level::none;
  c.priority = own.priority;
  c.message = own.message;
  c.guidance = own.guidance;
  c.group = own_group;
  alarms.apply(std::move(c), {input.receive_time, input.sequence, plant().hash}, facts.transitions);
}

void Pipeline::State::on_body(const NoticeNews& given, const Input& input, Facts& facts) {
  NoticeNews news = given;
  clean({&news.rule, &news.tag, &news.comment});
  news.comment = cleaned(news.comment.substr(0, detail_bytes_max));
  fire_until(input.receive_time, facts);
  last_sequence = input.sequence;
  record(input, news, facts);
  if (!engine) return;
  alarms.note(news, {input.receive_time, input.sequence, plant().hash}, facts.transitions);
}

void Pipeline::State::on_body(const ActionReport& given, const Input& input, Facts& facts) {
  ActionReport report = given;
  report.detail = cleaned(report.detail.substr(0, detail_bytes_max));
  fire_until(input.receive_time, facts);
  last_sequence = input.sequence;
  record(input, report, facts);
  if (!engine) return;
  Scene here = scene(facts);
  actions.on_report(report, here, input.receive_time);
}

// What was due before the jump is due then, as any tick before it would have found.
void Pipeline::State::on_body(const Start& start, const Input& input, Facts& facts) {
  fire_until(input.receive_time - start.away, facts);
  last_sequence = input.sequence;
  shift_data(paused_at ? end_pause(input.receive_time) : start.away, input.receive_time, false);
  if (engine) gates.shift(start.away);
  alarms.shift(start.away, false);
  record(input, start, facts);
}

void Pipeline::State::on_body(const Pause& pause, const Input& input, Facts& facts) {
  fire_until(input.receive_time, facts);
  last_sequence = input.sequence;
  record(input, pause, facts);
  if (pause.on && !paused_at) {
    paused_at = input.receive_time;
    if (engine) engine->pause(paused_at);
  } else if (!pause.on && paused_at) {
    shift_data(end_pause(input.receive_time), input.receive_time, false);
  }
}

// How long it was.
Duration Pipeline::State::end_pause(Timestamp at) {
  const Duration stood = std::max(at - *paused_at, Duration{0});
  paused_at.reset();
  if (engine) engine->pause(paused_at);
  return stood;
}

void Pipeline::State::on_body(const ClockStep& step, const Input& input, Facts& facts) {
  fire_until(input.receive_time, facts);
  last_sequence = input.sequence;
  shift(step.by, time_after(input), true);
  if (paused_at) *paused_at += step.by;
  if (engine) engine->pause(paused_at);
  record(input, step, facts);
  if (!engine || step.by >= Duration{0}) return;
  Scene here = scene(facts);
  gates.set_back(here, time_after(input));
}

void Pipeline::State::shift(Duration by, Timestamp to, bool clock_step) {
  shift_data(by, to, clock_step);
  if (engine) gates.shift(by);
  alarms.shift(by, clock_step);
  if (!clock_step) return;
  for (auto& [tag, check] : loop_checks) check.until += by;
}

void Pipeline::State::shift_data(Duration by, Timestamp to, bool clock_step) {
  if (!engine) return;
  engine->shift(by, to, clock_step);
  sources.shift(by, to);
  actions.shift(by, to, clock_step);
}

}  // namespace parkwatch::pipeline
