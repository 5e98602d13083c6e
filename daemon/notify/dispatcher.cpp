// daemon/notify/dispatcher.cpp - See the header.
#include "notify/dispatcher.h"

#include <algorithm>
#include <cassert>
#include <deque>
#include <set>
#include <utility>

#include "notify/kept_rows.h"

namespace parkwatch::notify {

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
  if (receivers_[receiver]->held) receivers_[receiver]->held->apply(notice);
  const auto folded = receivers_[receiver]->queue.add(notice);
  const bool is_kept = notice.alert->volatile_id.empty();
  if (is_kept) keep(notice_key(name, notice), notice_row(notice));
  if (folded) {
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
      if (auto news = book_.stand_in(now, notice, *by)) enqueue(*by, *std::move(news));
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
    if (receivers_[at]->queue.next_expiry() > now) continue;
    const std::vector<News> expired = receivers_[at]->queue.expire(now);
    // The fallback of one that counts as failing has heard.
    if (!receivers_[at]->status.failing) {
      for (const News& notice : expired) stand_in(now, at, notice);
    }
    close(at, expired, "expired");
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
    time_raises(now, receiver, settled.told);
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

void Dispatcher::time_raises(Timestamp now, Receiver& receiver, const std::vector<News>& told) {
  for (const News& notice : told) {
    const AlarmEvent& event = notice.alert->event;
    if (!notice.opens() || event.journal <= clock_set_after_) continue;
    const Duration wait = std::max(now - event.at, Duration{0});
    raises_told_.push_back({receiver.status.name, wait});
    receiver.raise_waits.push_back(wait);
    if (receiver.raise_waits.size() > raises_timed) receiver.raise_waits.pop_front();
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
  clock_set_after_ = cursor_;
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

std::vector<ReceiverCondition> Dispatcher::conditions() { return std::exchange(conditions_, {}); }

std::vector<ClosedNews> Dispatcher::closed() { return std::exchange(closed_, {}); }

std::vector<RaiseTold> Dispatcher::raises_told() { return std::exchange(raises_told_, {}); }

std::vector<NoticeNews> Dispatcher::escalated() { return std::exchange(escalated_, {}); }

std::vector<ReceiverStatus> Dispatcher::status() const {
  std::vector<ReceiverStatus> out;
  for (const auto& receiver : receivers_) {
    out.push_back(receiver->status);
    out.back().waiting = receiver->queue.size();
    out.back().folded = receiver->queue.folded().total();
    out.back().raises = waits_of({receiver->raise_waits.begin(), receiver->raise_waits.end()});
  }
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
