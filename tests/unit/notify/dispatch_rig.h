// tests/unit/notify/dispatch_rig.h - A dispatcher in a time of its own, with receivers that answer
// as a test says, and a store of rows that survives a kill.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "notify/dispatcher.h"
#include "tests/unit/notify/sample_events.h"

namespace parkwatch::test {

inline ReceiverSpec receiver(std::string name, ReceiverKind kind) {
  ReceiverSpec spec;
  spec.name = std::move(name);
  spec.kind = kind;
  spec.endpoints = {{"http://127.0.0.1/", "", ""}};
  if (kind == ReceiverKind::dingtalk || kind == ReceiverKind::wecom) {
    spec.per_minute = 18;
    spec.reserve = 5;
  }
  return spec;
}

inline RouteSpec route_to(std::vector<std::string> to) {
  RouteSpec route;
  route.to = std::move(to);
  return route;
}

// People who are told at once, and are called by the steps of one escalation, "duty".
inline NotifyPlan plan_of_people(const std::vector<std::string>& names,
                                 std::vector<EscalationStep> steps) {
  NotifyPlan plan;
  for (const std::string& name : names) {
    plan.receivers.push_back(receiver(name, ReceiverKind::feishu));
    plan.receivers.back().group_wait = plan.receivers.back().group_interval = Duration{0};
  }
  plan.escalations = {{"duty", std::move(steps)}};
  plan.routes = {RouteSpec{}};
  plan.routes[0].escalation = "duty";
  return plan;
}

// UTC+8 without summer time.
inline notify::LocalTime china(Timestamp at) {
  const std::int64_t s = to_us(at) / 1'000'000 + 8 * 3600;
  notify::LocalTime local;
  local.minute = static_cast<std::uint16_t>(s % 86400 / 60);
  local.second = static_cast<std::uint8_t>(s % 60);
  local.weekday = static_cast<std::uint8_t>((s / 86400 + 3) % 7);
  return local;
}

class DispatchRig {
 public:
  struct Sent {
    Timestamp at;
    std::string receiver;
    notify::NotifyMessage message;
    notify::Outcome::What how = notify::Outcome::What::ok;
  };
  using Answer = std::function<notify::Outcome(const Sent&)>;

  explicit DispatchRig(NotifyPlan plan)
      : plan_(std::make_shared<const NotifyPlan>(std::move(plan))) {
    start();
  }

  // As after a kill: what was kept, and the journal after the cursor.
  void start() {
    dispatcher_ = std::make_unique<notify::Dispatcher>(plan_, china);
    const std::uint64_t after =
        dispatcher_->restore(now, rows, 0, [this](std::uint64_t j) { return find(j); });
    for (const auto& [number, alert] : journal) {
      if (number > after) dispatcher_->take(now, alert);
    }
    run();
  }

  // The same with another configuration.
  void start(NotifyPlan plan) {
    plan_ = std::make_shared<const NotifyPlan>(std::move(plan));
    start();
  }

  void commit(AlarmEvent event) {
    auto alert = std::make_shared<const notify::Alert>(notify::Alert{std::move(event), {}});
    journal[alert->event.journal] = alert;
    dispatcher_->take(now, alert);
    run();
  }

  // Everything due up to `now + by`, at its time.
  void advance(Duration by) {
    const Timestamp end = now + by;
    for (Timestamp at = dispatcher_->deadline(); at <= end; at = dispatcher_->deadline()) {
      now = std::max(now, at);
      run();
    }
    now = end;
    run();
  }

  // The clock is set.
  void step(Duration by) {
    now += by;
    dispatcher_->shift(by);
    run();
  }

  void run() {
    while (auto message = dispatcher_->next(now)) {
      Sent one{now, plan_->receivers[message->receiver].name, *message};
      const notify::Outcome outcome = answer ? answer(one) : notify::Outcome{};
      one.how = outcome.what;
      sent.push_back(one);
      dispatcher_->settle(now, *message, outcome);
    }
    if (!keeps) return;
    for (const notify::KeptRow& row : dispatcher_->changes()) {
      if (row.value) {
        rows[row.key] = *row.value;
      } else {
        rows.erase(row.key);
      }
    }
  }

  // "name: 1 2e1.0" for each confirmed message: the journal numbers, with the step of an
  // escalation; "digest" and the count for a digest.
  [[nodiscard]] std::vector<std::string> said() const {
    std::vector<std::string> out;
    for (const Sent& one : sent) {
      if (one.how == notify::Outcome::What::ok) out.push_back(words(one));
    }
    return out;
  }
  [[nodiscard]] static std::string words(const Sent& one) {
    std::string line = one.receiver + ':';
    if (one.message.kind == notify::MessageKind::digest) {
      return line + " digest " + std::to_string(one.message.tally.total());
    }
    for (const notify::News& notice : one.message.notices) {
      line += ' ' + std::to_string(notice.alert->event.journal);
      if (notice.step != 0) {
        line += 'e' + std::to_string(notice.step) + '.' + std::to_string(notice.repeat);
      }
    }
    return line;
  }
  notify::Dispatcher& dispatcher() { return *dispatcher_; }

  Timestamp now = sample_time;
  Answer answer;  // empty: everything is taken
  std::vector<Sent> sent;
  std::map<std::string, std::string> rows;
  std::map<std::uint64_t, notify::AlertPtr> journal;
  bool keeps = true;  // false: nothing reaches the store any more

 private:
  notify::AlertPtr find(std::uint64_t number) const {
    const auto at = journal.find(number);
    return at == journal.end() ? nullptr : at->second;
  }

  std::shared_ptr<const NotifyPlan> plan_;
  std::unique_ptr<notify::Dispatcher> dispatcher_;
};

// It is now that this happens.
inline AlarmEvent now_of(const DispatchRig& rig, AlarmEvent event) {
  event.at = rig.now;
  return event;
}

inline AlarmEvent returned_now(const DispatchRig& rig, const AlarmEvent& raise,
                               std::uint64_t journal) {
  return now_of(
      rig, followed(raise, journal, TransitionKind::returned, AlarmState::returned_unacknowledged));
}

inline AlarmEvent with_priority(AlarmEvent event, Priority priority) {
  event.priority = priority;
  return event;
}

}  // namespace parkwatch::test
