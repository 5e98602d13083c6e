// daemon/notify/command_queue.cpp - See the header.
#include "notify/command_queue.h"

#include <algorithm>
#include <utility>

namespace parkwatch::notify {
namespace {

constexpr Duration retry_after = std::chrono::milliseconds{200};

}  // namespace

void CommandQueue::take(const AlarmEvent& row) {
  if (row.rule != rule_action || !row.command || row.journal <= taken_) return;
  taken_ = row.journal;
  if (row.kind == TransitionKind::action_requested) {
    queue_.push_back({row.journal, *row.command, {}});
  } else if (row.kind == TransitionKind::action_withdrawn) {
    const auto held = std::find_if(queue_.begin(), queue_.end(), [&row](const Held& each) {
      return each.request == row.command->request;
    });
    if (held == queue_.end()) return;
    if (on_way_ && held == queue_.begin()) {
      called_off_ = true;
    } else {
      queue_.erase(held);
    }
  }
}

std::optional<CommandQueue::Publish> CommandQueue::next(Timestamp now) {
  if (on_way_ || now < retry_at_) return std::nullopt;
  for (; !queue_.empty(); queue_.pop_front()) {
    const Held& front = queue_.front();
    if (now < front.command.expires) {
      on_way_ = true;
      return Publish{
          front.request, front.command.topic,
          final_payload(front.command.payload, command_id(park_, generation_, front.request))};
    }
    reports_.push_back({front.request, ActionReport::Outcome::expired, front.failure});
  }
  return std::nullopt;
}

void CommandQueue::settle(Timestamp now, const std::string& failure) {
  if (!std::exchange(on_way_, false)) return;
  if (std::exchange(called_off_, false)) {
    queue_.pop_front();
    return;
  }
  if (!failure.empty()) {
    queue_.front().failure = failure;
    retry_at_ = now + retry_after;
    return;
  }
  reports_.push_back({queue_.front().request, ActionReport::Outcome::sent, {}});
  queue_.pop_front();
}

void CommandQueue::shift(Duration by) {
  for (Held& held : queue_) held.command.expires += by;
  if (retry_at_ != timestamp_min) retry_at_ += by;
}

std::vector<ActionReport> CommandQueue::reports(Timestamp now) {
  // While one fails, those behind it become too old too.
  auto keep = queue_.begin() + (on_way_ ? 1 : 0);
  for (auto each = keep; each != queue_.end(); ++each) {
    if (now >= each->command.expires) {
      reports_.push_back({each->request, ActionReport::Outcome::expired, each->failure});
    } else {
      if (keep != each) *keep = std::move(*each);
      ++keep;
    }
  }
  queue_.erase(keep, queue_.end());
  return std::exchange(reports_, {});
}

Timestamp CommandQueue::deadline() const {
  Timestamp due = timestamp_max;
  for (std::size_t at = on_way_ ? 1 : 0; at < queue_.size(); ++at) {
    due = std::min(due, queue_[at].command.expires);
  }
  if (!on_way_ && !queue_.empty()) due = std::min(due, std::max(retry_at_, timestamp_min));
  return due;
}

}  // namespace parkwatch::notify
