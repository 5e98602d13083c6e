// daemon/intake/intake.cpp - One mutex for order and stamps; listeners are called without it.
#include "intake/intake.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace parkwatch {
namespace {

// What an input costs in memory, roughly: its own size and what it points to.
std::size_t bytes_of(const Intake::Body& body) {
  const auto* message = std::get_if<Message>(&body);
  return sizeof(Input) + (message == nullptr ? 0 : message->topic.size() + message->payload.size());
}

}  // namespace

Intake::Intake(Clock& clock, IntakeLimits limits, std::uint64_t last_sequence)
    : clock_(clock), limits_(limits), appended_(last_sequence), committed_(last_sequence) {}

std::uint64_t Intake::append(Body body) {
  std::uint64_t sequence = 0;
  bool closes = false;
  bool wakes = false;
  {
    const std::lock_guard lock{mutex_};
    if (closed_) return 0;
    sequence = append_locked(std::move(body));
    wakes = is_awaited();
    closes = open_ && (held_.size() >= limits_.inputs_high || held_bytes_ >= limits_.bytes_high);
    if (closes) open_ = false;
  }
  if (wakes) available_.notify_one();
  if (closes) tell_flow();
  return sequence;
}

std::uint64_t Intake::append(Command command, ReplyHandler reply) {
  std::unique_lock lock{mutex_};
  if (closed_) {
    lock.unlock();
    reply(Error{ErrorKind::transient, "the daemon is stopping"});
    return 0;
  }
  const std::uint64_t sequence = append_locked(std::move(command));
  replies_.emplace(sequence, std::move(reply));
  lock.unlock();
  available_.notify_one();
  return sequence;
}

void Intake::follow_message(const Message& message) {
  const auto time = message_clock_->time_of(message);
  if (!time) return;
  if (const auto by = message_clock_->step_to(*time)) {
    const std::uint64_t sequence = ++appended_;
    queue_.push_back(Input{sequence, clock_.now(), ClockStep{*by}});
    held_.emplace_back(sequence, 0);
  }
  message_clock_->set(*time);
}

std::uint64_t Intake::append_locked(Body body) {
  if (message_clock_ != nullptr) {
    if (const auto* message = std::get_if<Message>(&body)) follow_message(*message);
  }
  const std::size_t bytes = bytes_of(body);
  const std::uint64_t sequence = ++appended_;
  queue_.push_back(Input{sequence, clock_.now(), std::move(body)});
  held_.emplace_back(sequence, bytes);
  held_bytes_ += bytes;
  return sequence;
}

std::uint64_t Intake::append(ClockStep step, const std::function<void()>& set) {
  std::uint64_t sequence = 0;
  {
    const std::lock_guard lock{mutex_};
    if (closed_) return 0;
    sequence = append_locked(step);
    set();
  }
  available_.notify_one();
  return sequence;
}

Intake::Taken Intake::take(std::size_t inputs_max, std::size_t enough, Duration wait_max) {
  Taken taken;
  std::unique_lock lock{mutex_};
  const auto interrupted = [this] { return closed_ || woken_; };
  awaited_ = 1;
  available_.wait_for(lock, wait_max, [&] { return !queue_.empty() || interrupted(); });
  if (!queue_.empty() && queue_.size() < enough && !interrupted()) {
    awaited_ = enough;
    available_.wait_for(lock, gather_max, [&] { return queue_.size() >= enough || interrupted(); });
  }
  awaited_ = 0;
  woken_ = false;
  const auto count = static_cast<std::ptrdiff_t>(std::min(inputs_max, queue_.size()));
  taken.inputs.assign(std::make_move_iterator(queue_.begin()),
                      std::make_move_iterator(queue_.begin() + count));
  queue_.erase(queue_.begin(), queue_.begin() + count);
  // With a part left in the queue, `now` may not pass the first of it.
  taken.now = queue_.empty() ? clock_.now() : queue_.front().receive_time;
  taken.closed = closed_ && queue_.empty();
  return taken;
}

void Intake::wake() {
  {
    const std::lock_guard lock{mutex_};
    woken_ = true;
  }
  available_.notify_one();
}

void Intake::committed(std::uint64_t sequence, std::vector<Reply> replies) {
  std::vector<std::pair<ReplyHandler, Result<Done>>> answers;
  bool opens = false;
  {
    const std::lock_guard lock{mutex_};
    assert(sequence >= committed_ && sequence <= appended_);
    committed_ = sequence;
    while (!held_.empty() && held_.front().first <= sequence) {
      held_bytes_ -= held_.front().second;
      held_.pop_front();
    }
    opens =
        !open_ && held_.size() <= limits_.inputs_high / 2 && held_bytes_ <= limits_.bytes_high / 2;
    if (opens) open_ = true;
    for (Reply& reply : replies) {
      const auto found = replies_.find(reply.sequence);
      if (found == replies_.end()) continue;
      answers.emplace_back(std::move(found->second), std::move(reply.result));
      replies_.erase(found);
    }
  }
  for (const auto& [handler, result] : answers) handler(result);
  for (const auto& listener : committed_listeners_) listener(sequence);
  if (opens) tell_flow();
}

// One thread at a time tells, and looks again before it goes: two threads that closed and opened
// cannot tell it in the wrong order, which would leave the sources waiting for ever.
void Intake::tell_flow() {
  std::unique_lock lock{mutex_};
  if (telling_) return;
  telling_ = true;
  while (told_open_ != open_) {
    told_open_ = open_;
    const bool open = open_;
    lock.unlock();
    for (const auto& listener : flow_listeners_) listener(open);
    lock.lock();
  }
  telling_ = false;
}

std::uint64_t Intake::appended() const {
  const std::lock_guard lock{mutex_};
  return appended_;
}

std::uint64_t Intake::committed() const {
  const std::lock_guard lock{mutex_};
  return committed_;
}

std::size_t Intake::bytes_held() const {
  const std::lock_guard lock{mutex_};
  return held_bytes_;
}

std::size_t Intake::inputs_held() const {
  const std::lock_guard lock{mutex_};
  return held_.size();
}

bool Intake::open() const {
  const std::lock_guard lock{mutex_};
  return open_;
}

void Intake::on_committed(std::function<void(std::uint64_t)> listener) {
  committed_listeners_.push_back(std::move(listener));
}

void Intake::on_flow(std::function<void(bool)> listener) {
  flow_listeners_.push_back(std::move(listener));
}

void Intake::close() {
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
  }
  available_.notify_all();
}

}  // namespace parkwatch
