// daemon/intake/intake.h - The ordered queue between the sources and the pipeline. Gives each input
// its sequence number and receive time, tells sources what is committed and when to wait.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "model/facts.h"
#include "model/input.h"
#include "model/result.h"
#include "model/time.h"

namespace parkwatch {

// Counted from append to commit: what the queue, the pipeline and the writer hold together.
// How long a few inputs may wait for more of them.
inline constexpr Duration gather_max = std::chrono::microseconds{500};

struct IntakeLimits {
  std::size_t inputs_high = 100'000;
  std::size_t bytes_high = std::size_t{16} << 20;  // payloads and topics
};

// A clock that the messages themselves move (a simulation). Called under the intake's lock, before
// a message is stamped.
class MessageClock {
 public:
  virtual ~MessageClock() = default;
  // The time that the message tells; empty: none.
  [[nodiscard]] virtual std::optional<Timestamp> time_of(const Message& message) = 0;
  // A step that is to be recorded before the clock is set to `t`; empty: time just goes on.
  [[nodiscard]] virtual std::optional<Duration> step_to(Timestamp t) = 0;
  virtual void set(Timestamp t) = 0;  // never back
};

class Intake {
 public:
  using Body = decltype(Input::body);
  using ReplyHandler = std::function<void(const Result<Done>&)>;

  // What the pipeline takes at a time. `now` was read under the lock that stamps, so no later input
  // is older.
  struct Taken {
    Timestamp now;
    std::vector<Input> inputs;
    bool closed = false;  // close() was called and nothing is left
  };

  // `clock` must outlive this. `last_sequence` is the last one that the store has.
  Intake(Clock& clock, IntakeLimits limits, std::uint64_t last_sequence);

  // Any thread; never blocks on I/O. Returns the input's sequence number; 0 after close().
  std::uint64_t append(Body body);
  // As append; `reply` is called once, from the writer's thread, when the command is committed, or
  // at once with an Error (transient) after close().
  std::uint64_t append(Command command, ReplyHandler reply);

  // Waits for an input, at most `wait_max`, or for wake(); once there is one, a moment longer
  // (gather_max) for `enough` of them, so that a busy source does not wake the pipeline for each
  // message. Pipeline thread only.
  [[nodiscard]] Taken take(std::size_t inputs_max, std::size_t enough, Duration wait_max);
  void wake();

  // The gateway clock was set: `set` moves it while nothing can be stamped, and the input that says
  // by how much is the last one of the old time. Any thread.
  std::uint64_t append(ClockStep step, const std::function<void()>& set);

  // The writer, after each commit: everything up to `sequence` is safe. Answers `replies`, then
  // calls the listeners (on the writer's thread; they post).
  void committed(std::uint64_t sequence, std::vector<Reply> replies);

  // Any thread. appended() >= committed().
  [[nodiscard]] std::uint64_t appended() const;
  [[nodiscard]] std::uint64_t committed() const;
  [[nodiscard]] std::size_t bytes_held() const;
  [[nodiscard]] std::size_t inputs_held() const;
  // False from high water until half of it: sources must wait. Any thread.
  [[nodiscard]] bool open() const;

  // Before any thread appends: messages move the clock. `clock` outlives this.
  void follow(MessageClock& clock) { message_clock_ = &clock; }

  // Add before any thread appends. `on_committed` hears each new committed sequence, `on_flow` each
  // change of open(), and in the end its last one. Called without a lock held, from whichever
  // thread caused it; they must only post.
  void on_committed(std::function<void(std::uint64_t)> listener);
  void on_flow(std::function<void(bool)> listener);

  // No more inputs; take() then drains and says closed.
  void close();

 private:
  std::uint64_t append_locked(Body body);
  void follow_message(const Message& message);
  void tell_flow();
  [[nodiscard]] bool is_awaited() const { return awaited_ != 0 && queue_.size() >= awaited_; }
  Clock& clock_;
  const IntakeLimits limits_;
  MessageClock* message_clock_ = nullptr;  // fixed after set-up
  mutable std::mutex mutex_;               // protects all below
  std::condition_variable available_;
  std::deque<Input> queue_;
  std::deque<std::pair<std::uint64_t, std::size_t>>
      held_;  // (sequence, bytes) appended, not committed
  std::size_t held_bytes_ = 0;
  std::uint64_t appended_;
  std::uint64_t committed_;
  bool open_ = true;
  bool told_open_ = true;  // what the listeners of the flow heard last
  bool telling_ = false;   // a thread tells them right now
  bool closed_ = false;
  bool woken_ = false;
  std::size_t awaited_ =
      0;  // how many queued inputs the waiting pipeline wants; 0: it does not wait
  std::map<std::uint64_t, ReplyHandler> replies_;
  std::vector<std::function<void(std::uint64_t)>> committed_listeners_;  // fixed after set-up
  std::vector<std::function<void(bool)>> flow_listeners_;                // fixed after set-up
};

}  // namespace parkwatch
