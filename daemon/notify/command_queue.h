// daemon/notify/command_queue.h - Commands on their way to the broker: in the order in which they
// were decided, one at a time, each until it is acknowledged or its time is over. Pure: time is an
// argument.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "model/alarm_event.h"
#include "model/input.h"

namespace parkwatch::notify {

class CommandQueue {
 public:
  struct Publish {
    std::uint64_t request = 0;
    std::string topic;
    std::string payload;
  };

  // `park` and `generation` are in the ids.
  CommandQueue(std::string park, std::string generation)
      : park_(std::move(park)), generation_(std::move(generation)) {}

  // A committed row of the journal: one that asks for a command, or that takes it back; others are
  // passed over. The same row again does nothing.
  void take(const AlarmEvent& row);
  // The next to be published, unless one is on its way or the last attempt was just now.
  [[nodiscard]] std::optional<Publish> next(Timestamp now);
  // How the one on its way fared; `failure` empty: the broker has acknowledged it.
  void settle(Timestamp now, const std::string& failure);
  // The clock was set.
  void shift(Duration by);
  // What became of commands since the last call.
  [[nodiscard]] std::vector<ActionReport> reports(Timestamp now);
  // Call next() and reports() again then; timestamp_max: when something else happens.
  [[nodiscard]] Timestamp deadline() const;
  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

 private:
  struct Held {
    std::uint64_t request = 0;
    ActionCommand command;
    std::string failure;  // of the last attempt
  };

  const std::string park_;
  const std::string generation_;
  std::deque<Held> queue_;
  std::uint64_t taken_ = 0;  // rows up to here were seen
  bool on_way_ = false;      // the front is
  bool called_off_ = false;  // and is not wanted any more
  Timestamp retry_at_ = timestamp_min;
  std::vector<ActionReport> reports_;
};

}  // namespace parkwatch::notify
