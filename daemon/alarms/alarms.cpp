// daemon/alarms/alarms.cpp - Two memories (active, unacknowledged), what hides an alarm, and the
// rules between them.
#include "alarms/alarms.h"

#include <algorithm>
#include <cstdlib>

namespace parkwatch::alarms {
namespace {

// How far out on its side: LL -2, L -1, on 1, H 1, HH 2.
int distance_of(Level level) {
  switch (level) {
    case Level::none:
      return 0;
    case Level::low_low:
      return -2;
    case Level::low:
      return -1;
    case Level::on:
    case Level::high:
      return 1;
    case Level::high_high:
      return 2;
  }
  return 0;
}

void take_cause(const Condition& condition, AlarmEvent& alarm) {
  alarm.value = condition.value;
  alarm.limit = condition.limit;
  alarm.reading_sequence = condition.reading_sequence;
  alarm.reading_index = condition.reading_index;
  alarm.reading_time = condition.reading_time;
  alarm.quality = condition.quality;
}

void take_texts(Condition& condition, AlarmEvent& alarm) {
  alarm.message = std::move(condition.message);
  alarm.guidance = std::move(condition.guidance);
  alarm.group = std::move(condition.group);
  alarm.unit = std::move(condition.unit);
}

void set_flag(AlarmEvent& event, AlarmFlag flag, bool on) {
  event.flags = on ? event.flags | flag : event.flags & ~static_cast<std::uint32_t>(flag);
}

bool has(const AlarmEvent& event, AlarmFlag flag) { return (event.flags & flag) != 0; }

// By the readings' own time, so that what a broker kept while we were away counts as it would have
// then.
Timestamp time_of(const Condition& condition, const Alarm& alarm, Timestamp at) {
  Timestamp time = condition.reading_sequence == 0 ? at : std::min(condition.reading_time, at);
  if (!alarm.raised.empty()) time = std::max(time, alarm.raised.back());
  return time;
}

}  // namespace

bool is_rise(Level from, Level to) {
  const int before = distance_of(from);
  const int after = distance_of(to);
  return (before < 0) != (after < 0) || std::abs(after) > std::abs(before);
}

Timestamp Alarm::due() const {
  Timestamp due = std::min({realarm_due, recheck_due, chatter_due, overdue_due});
  if (event.shelving && event.shelving->until) due = std::min(due, *event.shelving->until);
  if (event.service && event.service->until) due = std::min(due, *event.service->until);
  return due;
}

bool Alarms::DueLess::operator()(const Alarm* a, const Alarm* b) const {
  if (a->queued != b->queued) return a->queued < b->queued;
  const int rules = a->event.rule.compare(b->event.rule);
  return rules != 0 ? rules < 0 : a->event.tag < b->event.tag;
}

const Alarms::Rule& Alarms::rule_of(std::string_view rule) const {
  static const Rule own;
  const auto found = rules_.find(rule);
  return found == rules_.end() ? own : found->second;
}

Alarms::Remembered::iterator Alarms::find_or_create(std::string_view rule, std::string_view tag) {
  const std::pair key{rule, tag};
  auto found = alarms_.lower_bound(key);
  if (found != alarms_.end() && !Less{}(key, found->first)) return found;
  found = alarms_.emplace_hint(found, Key{rule, tag}, Alarm{});
  AlarmEvent& event = found->second.event;
  event.rule = rule;
  event.tag = tag;
  const auto known = rules_.find(rule);
  if (known != rules_.end()) {
    event.group = known->second.group;
    event.priority = known->second.highest;
  }
  set_flag(event, alarm_not_commissioned, not_commissioned_.contains(tag));
  set_flag(event, alarm_maintenance, is_covered(found->second));
  return found;
}

const Alarm* Alarms::find(std::string_view rule, std::string_view tag) const {
  const auto found = alarms_.find(std::pair{rule, tag});
  return found == alarms_.end() ? nullptr : &found->second;
}

void Alarms::emit(Alarm& alarm, TransitionKind kind, Telling telling, const Occasion& occasion,
                  Out& out) {
  emit_by(alarm, kind, telling, {nobody}, nobody, occasion, out);
}

void Alarms::emit_by(Alarm& alarm, TransitionKind kind, Telling telling, const Person& who,
                     const std::string& comment, const Occasion& occasion, Out& out) {
  if (!alarm.stands()) leave_group(alarm);
  AlarmEvent& event = alarm.event;
  event.journal = ++last_journal_;
  event.at = occasion.at;
  event.sequence = occasion.sequence;
  event.kind = kind;
  if (event.state != AlarmState::normal) --standing_;
  event.state = alarm.state();
  if (event.state != AlarmState::normal) ++standing_;
  event.plant = occasion.plant;
  event.author = who.author;
  event.comment = comment;
  event.notice = Notice::none;
  event.frozen = know_frozen_ ? know_frozen_(event.tag) : std::nullopt;
  const bool shown = !is_hidden(event);
  const bool holds = alarm.active || alarm.latched();
  const bool waits = has(event, alarm_chattering) && kind != TransitionKind::removed;
  if (alarm.open && !holds && !waits) {
    event.notice = Notice::closes;
    alarm.open = false;
  } else if (telling == Telling::journal || (telling != Telling::silently && shown)) {
    if (alarm.open) {
      event.notice = Notice::updates;
    } else if (telling != Telling::journal && holds) {
      event.notice = Notice::opens;
      alarm.open = true;
    }
  }
  if (alarm.unacked && shown) alarm.told = true;
  if (telling == Telling::sound && shown && alarm.unacked) {
    event.sounded = event.journal;
    alarm.told_level = event.level;
  }
  out.push_back(event);
  if (event.notice == Notice::opens) told_open(out.back(), occasion, out);
}

void Alarms::settle(const Alarm& alarm) {
  const auto found = alarms_.find(
      std::pair{std::string_view{alarm.event.rule}, std::string_view{alarm.event.tag}});
  if (found != alarms_.end()) settle(found);
}

void Alarms::settle(Remembered::iterator found) {
  Alarm& alarm = found->second;
  constexpr std::uint32_t kept = alarm_shelved | alarm_suppressed | alarm_out_of_service;
  const bool idle = !alarm.stands() && (alarm.event.flags & kept) == 0 && alarm.raised.empty() &&
                    !has(alarm.event, alarm_chattering);
  if (!idle) return queue(alarm);
  if (alarm.queued != never) queue_.erase(&alarm);
  alarms_.erase(found);
}

void Alarms::queue(Alarm& alarm) {
  const Timestamp due = alarm.due();
  if (due == alarm.queued) return;
  if (alarm.queued != never) queue_.erase(&alarm);
  alarm.queued = due;
  if (due != never) queue_.insert(&alarm);
}

void Alarms::apply(Condition condition, const Occasion& occasion, Out& out) {
  if (condition.level == Level::none) {
    const auto found = alarms_.find(std::pair{condition.rule, condition.tag});
    if (found == alarms_.end() || !found->second.active) return;
    end(condition, found->second, occasion, out);
    return settle(found);
  }
  const auto found = find_or_create(condition.rule, condition.tag);
  begin(condition, found->second, occasion, out);
  settle(found);
}

void Alarms::begin(Condition& condition, Alarm& alarm, const Occasion& occasion, Out& out) {
  AlarmEvent& event = alarm.event;
  const bool raised = !alarm.active;
  const bool same = !raised && event.level == condition.level;
  if (same && condition.priority <= event.priority) return;
  bool rise = raised || same || is_rise(event.level, condition.level);
  const Timestamp time = time_of(condition, alarm, occasion.at);
  if (raised) end_chatter(alarm, {time, occasion.sequence, occasion.plant}, out);
  rise |= rise_above_shelf(alarm, condition, occasion, out);
  if (raised) {
    alarm.active = true;
    event.raised_at = occasion.at;
    set_flag(event, alarm_latched, false);
    set_flag(event, alarm_test, false);
  }
  event.level = condition.level;
  event.priority = condition.priority;
  take_cause(condition, event);
  take_texts(condition, event);
  set_flag(event, alarm_maintenance, is_covered(alarm));
  if (tested_.contains(std::pair{condition.rule, condition.tag})) {
    set_flag(event, alarm_test, true);
  }
  if (rise) unacknowledge(alarm, occasion);
  if (raised) enter_group(alarm);
  const bool chatters = has(event, alarm_chattering);
  if (raised) count_raise(alarm, time, occasion);
  Telling telling = rise ? Telling::sound : Telling::update;
  const bool further = alarm.told_level == Level::none || is_rise(alarm.told_level, event.level);
  if (chatters && alarm.open && !further) telling = Telling::silently;
  emit(alarm, raised ? TransitionKind::raised : TransitionKind::level_changed, telling, occasion,
       out);
  if (raised && !chatters && alarm.raised.size() == chatter_raises) {
    set_flag(event, alarm_chattering, true);
    event.raises = chatter_raises;
    emit(alarm, TransitionKind::chattering, Telling::update, occasion, out);
  }
}

void Alarms::end(const Condition& condition, Alarm& alarm, const Occasion& occasion, Out& out) {
  AlarmEvent& event = alarm.event;
  alarm.active = false;
  event.level = Level::none;
  take_cause(condition, event);
  if (tested_.contains(std::pair{condition.rule, condition.tag})) {
    set_flag(event, alarm_test, true);
  }
  set_flag(event, alarm_latched, rule_of(event.rule).alarm.latched);
  if (!alarm.told) alarm.unacked = false;  // it came and went while hidden: nobody has seen it
  alarm.realarm_due = alarm.overdue_due = never;
  event.respond_by.reset();
  const bool chatters = has(event, alarm_chattering);
  emit(alarm, TransitionKind::returned, chatters ? Telling::silently : Telling::update, occasion,
       out);
  if (event.shelving && event.shelving->one_shot) {
    unshelve(alarm, {nobody}, "it returned", occasion, out);
  }
}

// What is emitted next is a new occurrence.
void Alarms::unacknowledge(Alarm& alarm, const Occasion& occasion) {
  const AlarmSpec& spec = rule_of(alarm.event.rule).alarm;
  alarm.event.occurrence = last_journal_ + 1;
  alarm.realarm_due = never;
  if (!spec.ack_required) return;
  alarm.unacked = true;
  if (!alarm.active || spec.respond_within == Duration{0}) return;
  alarm.overdue_due = occasion.at + spec.respond_within;
  alarm.event.respond_by = alarm.overdue_due;
}

// The last raises within the detector's time; three of them are chattering.
void Alarms::count_raise(Alarm& alarm, Timestamp time, const Occasion& occasion) {
  alarm.chatter_due = occasion.at + chatter_time;
  if (has(alarm.event, alarm_chattering)) {
    ++alarm.event.raises;
    alarm.raised.assign(1, time);
    return;
  }
  std::erase_if(alarm.raised, [time](Timestamp t) { return time - t > chatter_time; });
  alarm.raised.push_back(time);
}

// Before a raise at `occasion.at` by the readings' time: chatter may be over by then, though our
// clock has not seen it.
void Alarms::end_chatter(Alarm& alarm, const Occasion& occasion, Out& out) {
  if (!has(alarm.event, alarm_chattering)) return;
  if (occasion.at - alarm.raised.back() < chatter_time) return;
  const Timestamp due = alarm.raised.back() + chatter_time;
  set_flag(alarm.event, alarm_chattering, false);
  alarm.raised.clear();
  alarm.chatter_due = never;
  emit(alarm, TransitionKind::chatter_ended, Telling::journal,
       {std::max(due, alarm.event.at), occasion.sequence, occasion.plant}, out);
  alarm.event.raises = 0;
}

bool Alarms::rise_above_shelf(Alarm& alarm, const Condition& condition, const Occasion& occasion,
                              Out& out) {
  if (!alarm.event.shelving) return false;
  const bool known = alarm.shelf_level != Level::none;
  const bool further = known && is_rise(alarm.shelf_level, condition.level);
  // Who may shelve and for how long was judged by the priority then.
  const bool more_urgent = condition.priority > alarm.shelf_priority;
  if (!further && !more_urgent) {
    if (!known) alarm.shelf_level = condition.level;
    return false;
  }
  const std::string_view what = further ? to_text(condition.level) : to_text(condition.priority);
  set_flag(alarm.event, alarm_shelved, false);
  alarm.event.shelving.reset();
  alarm.shelf_level = Level::none;
  emit_by(alarm, TransitionKind::unshelved, Telling::silently, {nobody},
          "it rose to " + std::string{what}, occasion, out);
  return true;
}

// Something that hid it is over; perhaps something else still does.
void Alarms::show_again(Alarm& alarm, TransitionKind kind, const Person& who,
                        const std::string& comment, const Occasion& occasion, Out& out) {
  const bool appears = !is_hidden(alarm.event) && (alarm.active || alarm.latched());
  if (appears) unacknowledge(alarm, occasion);
  emit_by(alarm, kind, appears ? Telling::sound : Telling::journal, who, comment, occasion, out);
}

void Alarms::unshelve(Alarm& alarm, const Person& who, const std::string& comment,
                      const Occasion& occasion, Out& out) {
  set_flag(alarm.event, alarm_shelved, false);
  alarm.event.shelving.reset();
  alarm.shelf_level = Level::none;
  show_again(alarm, TransitionKind::unshelved, who, comment, occasion, out);
}

void Alarms::suppress(std::string_view rule, std::string_view tag, bool by_design,
                      const Occasion& occasion, Out& out) {
  const auto found = alarms_.find(std::pair{rule, tag});
  if (found == alarms_.end() && !by_design) return;
  Alarm& alarm = found == alarms_.end() ? find_or_create(rule, tag)->second : found->second;
  if (alarm.by_design == by_design) return;
  alarm.by_design = by_design;
  if (by_design) {
    alarm.recheck_due = never;
    if (!has(alarm.event, alarm_suppressed)) {
      set_flag(alarm.event, alarm_suppressed, true);
      emit(alarm, TransitionKind::suppressed, Telling::journal, occasion, out);
    }
  } else {
    alarm.recheck_due = occasion.at + rule_of(rule).alarm.recheck;
  }
  settle(alarm);
}

void Alarms::remove(std::string_view rule, std::string_view tag, bool gone,
                    const Occasion& occasion, Out& out) {
  const auto found = alarms_.find(std::pair{rule, tag});
  if (found == alarms_.end()) return;
  Alarm& alarm = found->second;
  AlarmEvent& event = alarm.event;
  const bool listed = alarm.stands() || alarm.open || has(event, alarm_suppressed) ||
                      (gone && (event.shelving || event.service));
  alarm.active = alarm.unacked = alarm.told = alarm.by_design = false;
  event.flags &= alarm_hidden & ~static_cast<std::uint32_t>(alarm_suppressed);
  event.level = alarm.shelf_level = alarm.told_level = Level::none;
  event.raises = 0;
  event.respond_by.reset();
  alarm.raised.clear();
  alarm.realarm_due = alarm.recheck_due = alarm.chatter_due = alarm.overdue_due = never;
  if (gone) {
    event.flags = 0;
    event.shelving.reset();
    event.service.reset();
  }
  if (listed) {
    emit(alarm, TransitionKind::removed, Telling::silently, occasion, out);
    // What people did goes on, so it is listed again.
    const auto again = [&](const std::optional<Hold>& hold, TransitionKind kind) {
      if (!hold) return;
      emit_by(alarm, kind, Telling::silently, {hold->author}, hold->reason, occasion, out);
    };
    again(event.shelving, TransitionKind::shelved);
    again(event.service, TransitionKind::out_of_service);
  }
  settle(found);
}

void Alarms::mark_test(std::string_view rule, std::string_view tag, bool tested) {
  if (tested) {
    tested_.insert(Key{rule, tag});
  } else {
    const auto found = tested_.find(std::pair{rule, tag});
    if (found != tested_.end()) tested_.erase(found);
  }
}

bool Alarms::rests_on_test(std::string_view rule, std::string_view tag) const {
  const auto found = alarms_.find(std::pair{rule, tag});
  return found != alarms_.end() && found->second.active && has(found->second.event, alarm_test);
}

void Alarms::note(const NoticeNews& news, const Occasion& occasion, Out& out) {
  const auto found = alarms_.find(Key{news.rule, news.tag});
  const bool stands = found != alarms_.end() && found->second.stands();
  if (news.kind == TransitionKind::escalated &&
      (!stands || found->second.event.occurrence != news.occurrence)) {
    return;
  }
  if (stands) {
    return emit_by(found->second, news.kind, Telling::silently, {nobody}, news.comment, occasion,
                   out);
  }
  AlarmEvent row;
  row.kind = news.kind;
  row.rule = news.rule;
  row.tag = news.tag;
  row.comment = news.comment;
  row.raised_at = occasion.at;
  record(std::move(row), occasion, out);
}

void Alarms::record(AlarmEvent row, const Occasion& occasion, Out& out) {
  row.journal = ++last_journal_;
  row.at = occasion.at;
  row.sequence = occasion.sequence;
  row.plant = occasion.plant;
  out.push_back(std::move(row));
}

}  // namespace parkwatch::alarms
