// daemon/app/actions_out.cpp - See the header.
#include "app/actions_out.h"

#include <algorithm>
#include <utility>

namespace parkwatch::app {
namespace {

constexpr Duration look_at_least_every = std::chrono::seconds{10};

bool is_wanted(const AlarmEvent& row, const ActionPlan& plan) {
  const std::string_view action = std::string_view{row.tag}.substr(action_tag({}).size());
  return plan.live && plan.find(action) != nullptr && plan.allows(row.command->topic);
}

}  // namespace

ActionsOut::ActionsOut(boost::asio::io_context& loop, std::string park, std::string generation,
                       ActionsOutCalls calls)
    : queue_(std::move(park), std::move(generation)), calls_(std::move(calls)), timer_(loop) {}

void ActionsOut::resume(const std::vector<AlarmEvent>& commands, const ActionPlan& plan) {
  for (const AlarmEvent& row : commands) {
    if (is_wanted(row, plan)) queue_.take(row);
  }
  pump();
}

void ActionsOut::committed(const std::vector<AlarmEvent>& transitions) {
  bool any = false;
  for (const AlarmEvent& row : transitions) {
    if (!row.command) continue;
    queue_.take(row);
    any = true;
  }
  if (any) pump();
}

void ActionsOut::clock_stepped(Duration by) {
  queue_.shift(by);
  pump();
}

void ActionsOut::stop() {
  stopped_ = true;
  timer_.cancel();
}

void ActionsOut::pump() {
  if (stopped_) return;
  if (auto command = queue_.next(calls_.now())) {
    calls_.publish(std::move(command->topic), std::move(command->payload),
                   [this, alive = alive_](const std::string& failure) {
                     if (!*alive) return;
                     queue_.settle(calls_.now(), failure);
                     pump();
                   });
  }
  const Timestamp now = calls_.now();
  for (ActionReport& report : queue_.reports(now)) {
    if (report.outcome == ActionReport::Outcome::expired) {
      calls_.log("command " + std::to_string(report.request) +
                 " was not sent in time: " + report.detail);
    }
    calls_.report(std::move(report));
  }
  const Timestamp due = queue_.deadline();
  if (due == timestamp_max) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::clamp<Duration>(due - now, Duration{0}, look_at_least_every));
  timer_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
    if (!error && *alive) pump();
  });
}

}  // namespace parkwatch::app
