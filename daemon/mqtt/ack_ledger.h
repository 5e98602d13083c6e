// daemon/mqtt/ack_ledger.h - The acknowledgements of one connection, each held until what it stands
// for is committed. Pure: time is an argument. Not thread-safe; the gate owns it, on the loop's
// thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

#include "mqtt/framing.h"

namespace parkwatch::mqtt_session {

// The hold rule. Paho writes PUBACK(k) only after callback(k) has returned, and the callback
// appended before it returned; so when a PUBACK is read, its message is among the first `appended`
// ones, and the PUBACK may leave once `committed` has reached that number. They leave in the order
// of their PUBLISHes, as MQTT 3.1.1 demands (4.6).
class AckLedger {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // For the message of an acknowledgement that must never leave: it was not taken.
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

  // Paho's acknowledgement, read when `appended` was the highest sequence number.
  void paho_acknowledged(std::uint16_t packet_id, std::uint64_t appended, Instant now) {
    ++paho_acks_;
    held_.push_back({packet_id, appended, now});
    while (!own_.empty() && own_.front().after <= paho_acks_) {
      held_.push_back(own_.front().held);
      own_.pop_front();
    }
  }

  // The gate's own, for a message with this sequence number that Paho never saw. It goes behind
  // Paho's acknowledgements of the first `after` PUBLISHes of the connection.
  void own_acknowledged(std::uint16_t packet_id, std::uint64_t sequence, std::uint64_t after,
                        Instant now) {
    if (after <= paho_acks_) {
      held_.push_back({packet_id, sequence, now});
    } else {
      own_.push_back({{packet_id, sequence, now}, after});
    }
  }

  // Appends to `out` the PUBACKs that may leave.
  void release(std::uint64_t committed, std::vector<std::uint8_t>& out) {
    while (!held_.empty() && held_.front().need <= committed) {
      append_puback(held_.front().packet_id, out);
      held_.pop_front();
    }
  }

  [[nodiscard]] std::size_t held() const { return held_.size() + own_.size(); }
  // Since when the oldest one waits.
  [[nodiscard]] std::optional<Instant> oldest() const {
    if (!held_.empty()) return held_.front().since;
    if (!own_.empty()) return own_.front().held.since;
    return std::nullopt;
  }

 private:
  struct Held {
    std::uint16_t packet_id;
    std::uint64_t need;
    Instant since;
  };
  struct Own {
    Held held;
    std::uint64_t after;
  };
  std::deque<Held> held_;  // in the order in which they must leave
  std::deque<Own> own_;    // whose turn has not come
  std::uint64_t paho_acks_ = 0;
};

}  // namespace parkwatch::mqtt_session
