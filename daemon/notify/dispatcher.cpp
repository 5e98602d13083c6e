// daemon/notify/dispatcher.cpp - See the header.
#include "notify/dispatcher.h"

#include <algorithm>
#include <cassert>
#include <deque>
#include <set>
#include <tuple>
#include <utility>

#include "notify/kept_rows.h"

namespace parkwatch::notify {
namespace {

constexpr std::string_view cursor_key = "cursor";
constexpr std::string_view low_key = "low";
constexpr std::string_view flood_key = "flood";

bool is_single(std::string_view key) {
  return key == cursor_key || key == low_key || key == flood_key;
}

bool is_periodic(ReceiverKind kind) {
  return kind == ReceiverKind::alertmanager || kind == ReceiverKind::heartbeat;
}

}  // namespace

Dispatcher::Dispatcher(std::shared_ptr<const NotifyPlan> plan, ToLocal to_local)
    : plan_(std::move(plan)), to_local_(std::move(to_local)), book_(*plan_, to_local_) {
  for (const ReceiverSpec& spec : plan_->receivers) {
    auto receiver = std::make_unique<Receiver>(spec, to_local_);
    if (spec.kind == ReceiverKind::alertmanager) receiver->held = std::make_unique<HeldAlerts>();
    receiver->status.name = spec.name;
    receiver->status.kind = spec.kind;
    receivers_.push_back(std::move(receiver));
  }
}

void Dispatcher::keep(std::string key, std::optional<std::string> value) {
  changed_[std::move(key)] = std::move(value);
}

std::uint64_t Dispatcher::restore(Timestamp now, const std::map<std::string, std::string>& rows,
                                  std::uint64_t newest, const FindAlert& find) {
  if (plan_->empty()) {
    // Whoever is configured later begins with what comes then.
    for (const auto& [key, value] : rows) keep(key, std::nullopt);
    cursor_ = newest;
    return cursor_;
  }
  const auto known = rows.find(std::string{cursor_key});
  cursor_ = known == rows.end() ? newest : parse_count(known->second).value_or(newest);
  keep(std::string{cursor_key}, std::to_string(cursor_));
  std::vector<NewsRow> notices;
  for (const auto& row : rows) {
    if (!row.first.starts_with("q/")) {
      if (row.first == flood_key) flood_ = true;
      if (!is_single(row.first)) restore_row(now, row.first, row.second, find);
      continue;
    }
    auto parsed = parse_notice(row.first, row.second, find);
    if (parsed && receiver_of(*plan_, parsed->receiver)) {
      parsed->notice.queued = std::min(parsed->notice.queued, now);
      notices.push_back(*std::move(parsed));
    } else {
      keep(row.first, std::nullopt);
    }
  }
  // In the order of the journal: those of one batch were queued at the same time.
  const auto place = [](const News& news) {
    return std::tuple{news.alert->event.journal, news.step, news.repeat};
  };
  std::sort(notices.begin(), notices.end(), [&place](const NewsRow& a, const NewsRow& b) {
    return place(a.notice) < place(b.notice);
  });
  for (NewsRow& row : notices) {
    const std::size_t receiver = *receiver_of(*plan_, row.receiver);
    if (row.notice.step != 0) (void)book_.add_step(row.notice, receiver);
    enqueue(receiver, std::move(row.notice));
  }
  for (std::size_t at = 0; at < receivers_.size(); ++at) {
    Receiver& receiver = *receivers_[at];
    if (is_periodic(plan_->receivers[at].kind)) receiver.refresh_due = now;
    if (!receiver.held) continue;
    for (const AlarmRecord* record : book_.told_to(at)) {
      receiver.held->hold(record->alert, record->face, record->since);
    }
  }
  return cursor_;
}

// A kill may have come between a clock that was set back and the rows that moved with it.
void Dispatcher::restore_row(Timestamp now, const std::string& key, const std::string& value,
                             const FindAlert& find) {
  const auto names = split(key, '/');
  if (names[0] == "a") {
    auto record = parse_alarm(key, value, *plan_, find);
    if (record) record->base = std::min(record->base, now);
    if (record && (!record->told.empty() || record->escalation)) {
      book_.restore(*std::move(record));
      return;
    }
  } else if (names.size() >= 2) {
    const auto at = receiver_of(*plan_, names[1]);
    if (at && names[0] == "d") {
      if (auto tally = parse_tally(value, find)) {
        receivers_[*at]->queue.restore(*std::move(tally));
        return;
      }
    } else if (at && names[0] == "w" && names.size() == 3) {
      const auto endpoint = parse_count(names[2]);
      if (endpoint && *endpoint < receivers_[*at]->queue.windows()) {
        std::vector<Timestamp> times = parse_times(value);
        for (Timestamp& time : times) time = std::min(time, now);
        receivers_[*at]->queue.window(*endpoint).restore(times);
        return;
      }
    } else if (at && names[0] == "x") {
      const auto words = split(value, ' ');
      if (words.size() == 4) {
        receivers_[*at]->status.expired = parse_count(words[0]).value_or(0);
        receivers_[*at]->status.refused = parse_count(words[1]).value_or(0);
        return;
      }
    }
  }
  keep(key, std::nullopt);
}

void Dispatcher::take(Timestamp now, const AlertPtr& alert) {
  if (plan_->empty()) return;
  const std::uint64_t journal = alert->event.journal;
  if (alert->volatile_id.empty()) {
    if (journal <= cursor_) return;
    cursor_ = journal;
    keep(std::string{cursor_key}, std::to_string(cursor_));
  }
  tell(now, book_.take(now, alert));
  const TransitionKind kind = alert->event.kind;
  if (kind == TransitionKind::flood_started || kind == TransitionKind::flood_ended) {
    flood_ = kind == TransitionKind::flood_started;
    keep(std::string{flood_key}, flood_ ? std::optional<std::string>{"1"} : std::nullopt);
  }
}

void Dispatcher::tell(Timestamp now, std::vector<Tell> tells) {
  for (Tell& one : tells) {
    const std::size_t receiver = one.receiver;
    if (one.notice.step != 0 && !book_.add_step(one.notice, receiver)) continue;
    // What waited when it began to fail was told to the fallback then.
    if (receivers_[receiver]->status.failing) stand_in(now, receiver, one.notice);
    enqueue(receiver, std::move(one.notice));
  }
}

void Dispatcher::enqueue(std::size_t receiver, News notice) {
  const std::string& name = plan_->receivers[receiver].name;
  const bool is_kept = notice.alert->volatile_id.empty();
  if (is_kept) keep(notice_key(name, notice), notice_row(notice));
  if (receivers_[receiver]->held) receivers_[receiver]->held->apply(notice);
  if (const auto folded = receivers_[receiver]->queue.add(std::move(notice))) {
    if (folded->alert->volatile_id.empty()) keep(notice_key(name, *folded), std::nullopt);
    keep_tally(receiver);
  }
}

// What is for a receiver that fails is told to its fallback too, which then also gets the rest of
// each alarm; and to the fallback's own if that one fails as well. It keeps waiting for the
// receiver itself.
void Dispatcher::stand_in(Timestamp now, std::size_t failing, const News& notice) {
  if (!notice.announces()) return;
  std::set<std::size_t> seen{failing};  // fallbacks may go round in a circle
  std::deque<std::size_t> fail{failing};
  for (; !fail.empty(); fail.pop_front()) {
    for (const std::string& name : plan_->receivers[fail.front()].fallback) {
      const auto by = receiver_of(*plan_, name);
      if (!by || !seen.insert(*by).second) continue;
      if (receivers_[*by]->status.failing) fail.push_back(*by);
      const bool news =
          notice.step == 0 ? book_.add_told(notice.alert->event, *by) : book_.add_step(notice, *by);
      if (!news) continue;
      News told = notice;
      told.queued = now;
      enqueue(*by, std::move(told));
    }
  }
}

void Dispatcher::close(std::size_t receiver, const std::vector<News>& notices, const char* reason) {
  if (notices.empty()) return;
  ClosedNews closed{plan_->receivers[receiver].name, reason, notices.size(), 0, 0};
  for (const News& notice : notices) {
    const std::uint64_t journal = notice.alert->event.journal;
    if (journal == 0) continue;
    keep(notice_key(closed.receiver, notice), std::nullopt);
    closed.first = closed.first == 0 ? journal : std::min(closed.first, journal);
    closed.last = std::max(closed.last, journal);
  }
  ReceiverStatus& status = receivers_[receiver]->status;
  (closed.reason == "expired" ? status.expired : status.refused) += closed.count;
  keep("x/" + closed.receiver,
       std::to_string(status.expired) + ' ' + std::to_string(status.refused) + ' ' +
           std::to_string(closed.first) + ' ' + std::to_string(closed.last));
  closed_.push_back(std::move(closed));
}

void Dispatcher::expire(Timestamp now) {
  for (std::size_t at = 0; at < receivers_.size(); ++at) {
    if (receivers_[at]->queue.next_expiry() <= now) {
      close(at, receivers_[at]->queue.expire(now), "expired");
    }
  }
}

void Dispatcher::look_at_failures(Timestamp now) {
  for (std::size_t at = 0; at < receivers_.size(); ++at) {
    Receiver& receiver = *receivers_[at];
    if (receiver.status.failing || !receiver.queue.failing(now)) continue;
    receiver.status.failing = true;
    receiver.reported_failing = true;
    conditions_.push_back({receiver.status.name, true, receiver.queue.detail()});
    for (const News& notice : receiver.queue.untold()) stand_in(now, at, notice);
  }
}

// One row a step, however many receivers it told. Volatile alarms are in no journal.
void Dispatcher::note_escalations(const std::vector<Tell>& tells) {
  const Tell* before = nullptr;
  for (const Tell& one : tells) {
    const AlarmEvent& event = one.notice.alert->event;
    if (!one.escalates || !one.notice.alert->volatile_id.empty()) continue;
    const std::string& receiver = plan_->receivers[one.receiver].name;
    const bool same = before != nullptr && before->notice.alert == one.notice.alert &&
                      before->notice.step == one.notice.step;
    before = &one;
    if (same) {
      escalated_.back().comment += ", " + receiver;
      continue;
    }
    std::string comment =
        "step " + std::to_string(one.notice.step) + '/' + std::to_string(one.notice.steps);
    if (one.notice.repeat > 0) comment += " again (" + std::to_string(one.notice.repeat) + ')';
    escalated_.push_back({TransitionKind::escalated, event.rule, event.tag, event.occurrence,
                          comment + ": " + receiver});
  }
}

std::optional<NotifyMessage> Dispatcher::next(Timestamp now) {
  expire(now);
  look_at_failures(now);
  std::vector<Tell> tells = book_.escalate(now);
  note_escalations(tells);
  tell(now, std::move(tells));
  for (std::size_t i = 0; i < receivers_.size(); ++i) {
    const std::size_t at = (turn_ + i) % receivers_.size();
    auto message = next_of(now, at);
    if (!message) continue;
    turn_ = at + 1;
    message->receiver = at;
    message->number = next_number_++;
    return message;
  }
  return std::nullopt;
}

std::optional<NotifyMessage> Dispatcher::next_of(Timestamp now, std::size_t at) {
  Receiver& receiver = *receivers_[at];
  if (receiver.refreshing) return std::nullopt;
  auto message = receiver.queue.next(now, flood_);
  if (!message) return refresh(now, at);
  keep_window(at, message->endpoint);
  if (receiver.held) message->held = receiver.held->now_of(message->notices);
  if (plan_->receivers[at].kind == ReceiverKind::board) message->standing = book_.worst_of(at);
  return message;
}

std::optional<NotifyMessage> Dispatcher::refresh(Timestamp now, std::size_t at) {
  Receiver& receiver = *receivers_[at];
  if (receiver.queue.busy() || receiver.refresh_due > now) return std::nullopt;
  const ReceiverSpec& spec = plan_->receivers[at];
  NotifyMessage message;
  message.at = now;
  if (receiver.held) {
    message.kind = MessageKind::refresh;
    message.held = receiver.held->next(now, spec.max_alerts);
    if (message.held.empty()) {  // this round is done
      receiver.refresh_due = now + repeat_alerts_every;
      return std::nullopt;
    }
  } else {
    message.kind = MessageKind::beat;
  }
  receiver.refreshing = true;
  return message;
}

void Dispatcher::settle_refresh(Timestamp now, std::size_t at, const Outcome& outcome) {
  Receiver& receiver = *receivers_[at];
  receiver.refreshing = false;
  receiver.queue.note(now, outcome);
  const bool ok = outcome.what == Outcome::What::ok;
  receiver.refresh_failures = ok ? 0 : receiver.refresh_failures + 1;
  if (!receiver.held) {
    receiver.refresh_due = now + plan_->receivers[at].every;
  } else if (!ok) {
    receiver.refresh_due = now + backoff(receiver.refresh_failures, receiver.status.name);
  }
}

void Dispatcher::settle(Timestamp now, const NotifyMessage& message, const Outcome& outcome) {
  Receiver& receiver = *receivers_.at(message.receiver);
  ReceiverStatus& status = receiver.status;
  const bool ok = outcome.what == Outcome::What::ok;
  ++(ok ? status.messages : status.failures);
  status.detail = ok ? std::string{} : outcome.detail;
  if (ok) status.last_ok = now;
  if (receiver.refreshing) {
    settle_refresh(now, message.receiver, outcome);
  } else {
    const ReceiverQueue::Settled settled = receiver.queue.settle(now, outcome);
    status.told += settled.told.size();
    for (const News& notice : settled.told) {
      if (notice.alert->volatile_id.empty()) keep(notice_key(status.name, notice), std::nullopt);
    }
    if (settled.tally_told) keep_tally(message.receiver);
    close(message.receiver, settled.refused, "refused");
  }
  if (!ok) {
    look_at_failures(now);
  } else if (receiver.reported_failing != false) {
    // Also the first success since the start: an earlier run may have reported a failure.
    status.failing = false;
    receiver.reported_failing = false;
    conditions_.push_back({status.name, false, {}});
  }
}

void Dispatcher::disable(Timestamp now, std::size_t receiver, const std::string& why) {
  Receiver& one = *receivers_.at(receiver);
  one.queue.disable(now, why);
  one.status.detail = why;
  look_at_failures(now);
}

void Dispatcher::enable(std::size_t receiver) {
  Receiver& one = *receivers_.at(receiver);
  one.queue.enable();
  if (!one.status.failing) return;
  one.status.failing = false;
  one.reported_failing = false;
  conditions_.push_back({one.status.name, false, {}});
}

void Dispatcher::shift(Duration by) {
  book_.shift(by);
  for (std::size_t at = 0; at < receivers_.size(); ++at) {
    Receiver& receiver = *receivers_[at];
    receiver.queue.shift(by);
    if (receiver.held) receiver.held->shift(by);
    if (receiver.refresh_due != never) receiver.refresh_due += by;
    for (const News& notice : receiver.queue.untold()) {
      if (notice.alert->volatile_id.empty()) {
        keep(notice_key(receiver.status.name, notice), notice_row(notice));
      }
    }
    for (std::size_t end = 0; end < receiver.queue.windows(); ++end) keep_window(at, end);
  }
}

Timestamp Dispatcher::deadline() const {
  Timestamp at = book_.deadline();
  for (const auto& receiver : receivers_) {
    at = std::min({at, receiver->queue.wake(), receiver->queue.next_expiry()});
    if (!receiver->refreshing && !receiver->queue.busy()) at = std::min(at, receiver->refresh_due);
    if (!receiver->status.failing) at = std::min(at, receiver->queue.fails_at());
  }
  return at;
}

void Dispatcher::keep_tally(std::size_t receiver) {
  const Tally tally = receivers_[receiver]->queue.folded();
  std::string key = "d/" + plan_->receivers[receiver].name;
  if (tally.empty()) {
    keep(std::move(key), std::nullopt);
  } else {
    keep(std::move(key), tally_row(tally));
  }
}

void Dispatcher::keep_window(std::size_t receiver, std::size_t endpoint) {
  const ReceiverSpec& spec = plan_->receivers[receiver];
  if (spec.per_minute == 0) return;
  const auto& times = receivers_[receiver]->queue.window(endpoint).times();
  keep("w/" + spec.name + '/' + std::to_string(endpoint), times_row({times.begin(), times.end()}));
}

// The oldest transition that a restart would have to find.
void Dispatcher::keep_low() {
  if (plan_->empty()) return;
  std::uint64_t low = cursor_ + 1;
  for (const auto& receiver : receivers_) low = std::min(low, receiver->queue.oldest());
  if (low == low_) return;
  low_ = low;
  keep(std::string{low_key}, std::to_string(low));
}

std::vector<KeptRow> Dispatcher::changes() {
  keep_low();
  for (const auto& [id, record] : book_.changes()) {
    std::optional<std::string> row;
    if (record != nullptr) row = alarm_row(*record, *plan_);
    keep(alarm_key(id), std::move(row));
  }
  std::vector<KeptRow> out;
  out.reserve(changed_.size());
  for (auto& [key, value] : changed_) out.push_back({key, std::move(value)});
  changed_.clear();
  return out;
}

std::vector<ReceiverCondition> Dispatcher::conditions() { return std::exchange(conditions_, {}); }

std::vector<ClosedNews> Dispatcher::closed() { return std::exchange(closed_, {}); }

std::vector<NoticeNews> Dispatcher::escalated() { return std::exchange(escalated_, {}); }

std::vector<ReceiverStatus> Dispatcher::status() const {
  std::vector<ReceiverStatus> out;
  for (const auto& receiver : receivers_) {
    out.push_back(receiver->status);
    out.back().waiting = receiver->queue.size();
    out.back().folded = receiver->queue.folded().total();
  }
  return out;
}

std::map<std::uint64_t, AlertPtr> Dispatcher::alerts() const {
  std::map<std::uint64_t, AlertPtr> out;
  for (const auto& receiver : receivers_) {
    receiver->queue.each(
        [&out](const News& news) { out.emplace(news.alert->event.journal, news.alert); });
  }
  book_.each([&out](const AlarmRecord& record) {
    out.emplace(record.alert->event.journal, record.alert);
  });
  return out;
}

std::size_t Dispatcher::waiting() const {
  std::size_t sum = 0;
  for (const auto& receiver : receivers_) {
    sum += receiver->queue.size() + receiver->queue.folded().total();
  }
  return sum;
}

}  // namespace parkwatch::notify
