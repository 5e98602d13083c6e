// daemon/notify/alarm_book.cpp - See the header.
#include "notify/alarm_book.h"

#include <algorithm>
#include <utility>

namespace parkwatch::notify {
namespace {

// What is told of `alert`, with the record's face as it was.
News news_of(Timestamp now, const AlertPtr& alert, const AlarmRecord& record) {
  News notice;
  notice.alert = alert;
  notice.queued = now;
  notice.face = notice.before = record.face;
  notice.since = notice.before_since = record.since;
  return notice;
}

// The same for who knows nothing of the alarm: of its last transition that calls somebody. A step
// keeps the one that it calls for.
News standing_news(Timestamp now, const News& notice, const AlarmRecord& record) {
  News newest = news_of(now, record.alert, record);
  if (notice.step != 0 || !newest.announces()) newest.alert = notice.alert;
  newest.step = notice.step;
  newest.steps = notice.steps;
  newest.repeat = notice.repeat;
  return newest;
}

// Nobody is to be called. Latched: acknowledged, its cause is over, and it waits for a reset.
// Normal: likewise, and what still keeps it open is its chatter.
bool is_acknowledged(const AlarmEvent& event) {
  return event.state == AlarmState::acknowledged || event.state == AlarmState::latched ||
         event.state == AlarmState::normal;
}

// The closing message went; what is left is that somebody acknowledges.
bool is_over(const AlarmRecord& record) { return role_of(record.alert->event) == Role::closes; }

bool is_called_off(const EscalationStep& step, const AlarmRecord& record) {
  const bool returned = record.alert->event.state == AlarmState::returned_unacknowledged;
  switch (step.until) {
    case EscalationStep::Until::acked:
      return record.hidden || record.acknowledged;
    case EscalationStep::Until::returned:
      return record.hidden || record.acknowledged || returned;
    case EscalationStep::Until::closed:
      break;
  }
  return record.hidden || is_over(record);
}

// When a step is due next; never: it has been told often enough, or is held no longer.
Timestamp due_of(const EscalationStep& step, std::uint32_t done, const AlarmRecord& record) {
  const std::uint32_t times = step.repeat > Duration{0} ? step.times : 1;
  if (done >= times || is_called_off(step, record)) return never;
  return record.base + step.after + step.repeat * static_cast<int>(done);
}

}  // namespace

std::vector<Tell> AlarmBook::take(Timestamp now, const AlertPtr& alert) {
  const AlarmEvent& e = alert->event;
  const auto at = records_.find(Key{e.rule, e.tag});
  News probe;
  probe.alert = alert;
  if (probe.announces()) return announce(now, alert, {});
  if (at == records_.end()) return {};
  return follow(now, alert, at);
}

std::vector<Tell> AlarmBook::announce(Timestamp now, const AlertPtr& alert,
                                      const std::set<std::size_t>& besides) {
  const AlarmEvent& e = alert->event;
  const Key key{e.rule, e.tag};
  Routed routed = route(plan_, e, to_local_(e.at));
  routed.receivers.insert(besides.begin(), besides.end());
  auto at = records_.find(key);
  const bool fresh = at == records_.end();
  if (fresh) {
    if (routed.receivers.empty() && !routed.escalation) return {};
    at = records_.emplace(key, AlarmRecord{}).first;
    at->second.id = e.journal != 0 ? e.journal : next_volatile_++;
    by_id_.emplace(at->second.id, key);
  }
  AlarmRecord& record = at->second;
  const bool escalates_already = !fresh && goes_on(record, e, routed);
  if (fresh || is_over(record)) {
    record.face = {e.level, e.priority};
    record.since = e.raised_at;
  }
  News notice = news_of(now, alert, record);
  take_face(record, notice);
  record.alert = alert;
  record.acknowledged = is_acknowledged(e);
  record.hidden = is_hidden(e);
  if (routed.escalation) record.escalation = routed.escalation;
  record.told.insert(routed.receivers.begin(), routed.receivers.end());
  record.told.merge(told_at_once(record));
  if (!escalates_already) begin_escalation(record, std::min(e.at, now));
  schedule(at);
  touch(record);
  std::vector<Tell> out;
  for (const std::size_t receiver : record.told) out.push_back({receiver, notice});
  return out;
}

// Another level or priority is another alert to programs, since these are labels there.
void AlarmBook::take_face(AlarmRecord& record, News& notice) {
  const AlarmEvent& e = notice.alert->event;
  const Face face{e.level, e.priority};
  if (e.level == Level::none || face == record.face) return;
  record.face = notice.face = face;
  record.since = notice.since = e.at;
}

// What comes and goes while nobody acknowledges must not put the next step off each time. What is
// more urgent begins anew.
bool AlarmBook::goes_on(const AlarmRecord& record, const AlarmEvent& raise,
                        const Routed& routed) const {
  return raise.kind == TransitionKind::raised && raise.priority <= record.face.priority &&
         !record.acknowledged && record.due != never &&
         (!routed.escalation || routed.escalation == record.escalation);
}

// Runs from when the alarm became unacknowledged.
void AlarmBook::begin_escalation(AlarmRecord& record, Timestamp at) const {
  record.base = at;
  record.done.clear();
  if (!record.escalation) return;
  for (const EscalationStep& step : plan_.escalations[*record.escalation].steps) {
    record.done.push_back(step.after == Duration{0} ? 1 : 0);  // that is the news itself
  }
}

// Whom a step without delay names hears the news itself.
std::set<std::size_t> AlarmBook::told_at_once(const AlarmRecord& record) const {
  std::set<std::size_t> out;
  if (!record.escalation) return out;
  for (const EscalationStep& step : plan_.escalations[*record.escalation].steps) {
    if (step.after != Duration{0}) continue;
    for (const std::size_t receiver : named_by(step)) out.insert(receiver);
  }
  return out;
}

std::vector<std::size_t> AlarmBook::named_by(const EscalationStep& step) const {
  std::vector<std::size_t> out;
  for (const std::string& name : step.to) {
    if (const auto receiver = receiver_of(plan_, name)) out.push_back(*receiver);
  }
  return out;
}

// Acknowledgements and falls are for who wants updates, or was told by an escalation: it is called
// off.
bool AlarmBook::wants(std::size_t receiver, const AlarmRecord& record, const News& notice) const {
  const ReceiverSpec& spec = plan_.receivers.at(receiver);
  if (spec.updates) return true;
  if (spec.is_machine() && notice.face != notice.before) return true;  // the old alert must end
  return notice.alert->event.kind == TransitionKind::acknowledged &&
         record.escalated.contains(receiver);
}

std::vector<Tell> AlarmBook::follow(Timestamp now, const AlertPtr& alert, Records::iterator at) {
  const AlarmEvent& e = alert->event;
  AlarmRecord& record = at->second;
  const Role role = role_of(e);
  News notice = news_of(now, alert, record);
  if (role != Role::none) take_face(record, notice);  // else nobody hears of it
  // The end is for everybody who was told, once.
  const bool ends = role == Role::closes || (is_over(record) && e.state == AlarmState::normal);
  std::vector<Tell> out;
  for (const std::size_t receiver : record.told) {
    if (ends || (role != Role::none && wants(receiver, record, notice))) {
      out.push_back({receiver, notice});
    }
  }
  const bool was_acknowledged = std::exchange(record.acknowledged, is_acknowledged(e));
  record.hidden = is_hidden(e);
  // It came again while it chatters: nobody hears of that, but somebody is to acknowledge it again.
  if (was_acknowledged && !record.acknowledged) {
    record.alert = alert;
    begin_escalation(record, std::min(e.at, now));
  }
  // Whom a step calls then reads that it has.
  if (role != Role::none && e.state == AlarmState::returned_unacknowledged) record.alert = alert;
  touch(record);
  schedule(at);
  if (ends) close(at);
  return out;
}

// The end is told. Whom its escalation has called still hears when somebody acknowledges; not a
// program, for which that would be a second end.
void AlarmBook::close(Records::iterator at) {
  AlarmRecord& record = at->second;
  std::erase_if(record.told, [&](std::size_t receiver) {
    return !record.escalated.contains(receiver) || plan_.receivers.at(receiver).is_machine();
  });
  const bool is_wanted = record.due != never || !record.told.empty();
  if (!record.acknowledged && is_wanted) return;
  due_.erase({record.due, at->first});
  by_id_.erase(record.id);
  records_.erase(at);
}

void AlarmBook::schedule(Records::iterator at) {
  AlarmRecord& record = at->second;
  due_.erase({record.due, at->first});
  record.due = never;
  if (!record.escalation) return;
  const EscalationSpec& escalation = plan_.escalations.at(*record.escalation);
  record.done.resize(escalation.steps.size());
  for (std::size_t s = 0; s < escalation.steps.size(); ++s) {
    record.due = std::min(record.due, due_of(escalation.steps[s], record.done[s], record));
  }
  if (record.due != never) due_.insert({record.due, at->first});
}

std::vector<Tell> AlarmBook::escalate(Timestamp now) {
  std::vector<Tell> out;
  while (!due_.empty() && due_.begin()->first <= now) {
    const auto at = records_.find(due_.begin()->second);
    AlarmRecord& record = at->second;
    const EscalationSpec& escalation = plan_.escalations.at(*record.escalation);
    for (std::size_t s = 0; s < escalation.steps.size(); ++s) {
      const EscalationStep& step = escalation.steps[s];
      if (due_of(step, record.done[s], record) > now) continue;
      // After a long downtime a person is told once, not as often as was missed.
      do {
        ++record.done[s];
      } while (due_of(step, record.done[s], record) <= now);
      for (const std::size_t receiver : named_by(step)) {
        Tell told{receiver, news_of(now, record.alert, record)};
        told.notice.step = static_cast<std::uint32_t>(s) + 1;
        told.notice.steps = static_cast<std::uint32_t>(escalation.steps.size());
        told.notice.repeat = record.done[s] - 1;
        told.escalates = step.after > Duration{0} || told.notice.repeat > 0;
        out.push_back(std::move(told));
      }
    }
    touch(record);
    schedule(at);
  }
  return out;
}

Timestamp AlarmBook::deadline() const { return due_.empty() ? never : due_.begin()->first; }

bool AlarmBook::add_told(AlarmRecord& record, std::size_t by) {
  if (is_over(record) || !record.told.insert(by).second) return false;
  touch(record);
  return true;
}

std::optional<News> AlarmBook::stand_in(Timestamp now, const News& notice, std::size_t by) {
  const AlarmEvent& event = notice.alert->event;
  const auto at = records_.find(Key{event.rule, event.tag});
  if (at == records_.end()) return std::nullopt;
  const bool fresh = notice.step == 0 ? add_told(at->second, by) : add_step(notice, by);
  if (!fresh) return std::nullopt;
  return standing_news(now, notice, at->second);
}

bool AlarmBook::add_step(const News& notice, std::size_t by) {
  const AlarmEvent& event = notice.alert->event;
  const auto at = records_.find(Key{event.rule, event.tag});
  if (at == records_.end() || !at->second.escalation) return false;
  AlarmRecord& record = at->second;
  const auto& steps = plan_.escalations.at(*record.escalation).steps;
  if (notice.step > steps.size() || is_called_off(steps[notice.step - 1], record)) return false;
  const AlarmRecord::StepTold one{by, event.journal, notice.alert->volatile_id, notice.step,
                                  notice.repeat};
  if (!record.steps_told.insert(one).second) return false;
  record.told.insert(by);
  record.escalated.insert(by);
  touch(record);
  return true;
}

void AlarmBook::restore(Timestamp now, AlarmRecord record) {
  const AlarmEvent& e = record.alert->event;
  const Key key{e.rule, e.tag};
  if (!record.escalation && !record.done.empty()) {
    record.escalation = route(plan_, e, to_local_(e.at)).escalation;
    if (record.escalation) {
      begin_escalation(record, now);
      touch(record);
    }
  }
  by_id_[record.id] = key;
  const auto at = records_.insert_or_assign(key, std::move(record)).first;
  at->second.due = never;
  schedule(at);
}

const AlarmRecord* AlarmBook::restore_volatile(Timestamp now, AlarmRecord record) {
  const Key key{record.alert->event.rule, record.alert->event.tag};
  record.id = next_volatile_++;
  restore(now, std::move(record));
  return &records_.at(key);
}

std::vector<Tell> AlarmBook::pass_on(Timestamp now, const News& notice) {
  const AlarmEvent& e = notice.alert->event;
  const auto at = records_.find(Key{e.rule, e.tag});
  if (at == records_.end()) return {};
  AlarmRecord& record = at->second;
  std::vector<Tell> out;
  if (notice.step == 0) {
    std::set<std::size_t> named = route(plan_, e, to_local_(e.at)).receivers;
    named.merge(told_at_once(record));
    for (const std::size_t by : named) {
      if (auto news = stand_in(now, notice, by)) out.push_back({by, *std::move(news)});
    }
  } else if (record.escalation) {
    const auto& steps = plan_.escalations.at(*record.escalation).steps;
    if (notice.step > steps.size()) return {};
    for (const std::size_t by : named_by(steps[notice.step - 1])) {
      if (record.escalated.contains(by)) continue;
      out.push_back({by, standing_news(now, notice, record)});
    }
  }
  return out;
}

std::vector<Tell> AlarmBook::resume(Timestamp now, const AlertPtr& raise,
                                    const std::set<std::size_t>& heard) {
  std::vector<Tell> tells = announce(now, raise, heard);
  const auto at = records_.find(Key{raise->event.rule, raise->event.tag});
  if (at == records_.end()) return {};
  begin_escalation(at->second, now);
  schedule(at);
  return tells;
}

AlertPtr AlarmBook::worst_of(std::size_t receiver) const {
  const AlarmRecord* worst = nullptr;
  for (const auto& [key, record] : records_) {
    if (record.hidden || is_over(record) || !record.told.contains(receiver)) continue;
    const bool worse = worst == nullptr || record.face.priority > worst->face.priority ||
                       (record.face.priority == worst->face.priority &&
                        record.alert->event.at > worst->alert->event.at);
    if (worse) worst = &record;
  }
  return worst == nullptr ? nullptr : worst->alert;
}

void AlarmBook::each(const std::function<void(const AlarmRecord&)>& look) const {
  for (const auto& [key, record] : records_) look(record);
}

void AlarmBook::shift(Duration by) {
  for (auto at = records_.begin(); at != records_.end(); ++at) {
    at->second.base += by;
    touch(at->second);
    schedule(at);
  }
}

AlarmBook::Changed AlarmBook::changes() {
  Changed out;
  for (const std::uint64_t id : touched_) {
    const auto at = by_id_.find(id);
    out.emplace_back(id, at == by_id_.end() ? nullptr : &records_.at(at->second));
  }
  touched_.clear();
  return out;
}

}  // namespace parkwatch::notify
