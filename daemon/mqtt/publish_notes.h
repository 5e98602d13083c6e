// daemon/mqtt/publish_notes.h - The packet identifier and DUP of each PUBLISH on its way through
// Paho. The gate notes them in order; the callbacks come in the same order and each takes the next.
// The only thing that both threads touch besides atomics: a short lock, never held over a call.
#pragma once
#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>
#include <vector>

#include "mqtt/framing.h"

namespace parkwatch::mqtt_session {

class PublishNotes {
 public:
  struct Taken {
    PublishNote note;          // packet_id 0 and dup false when nothing fitted
    bool known = false;        // a note had this topic
    bool out_of_step = false;  // the next note had another topic: a fault to be logged
  };

  // Loop. Before Paho is given the bytes.
  void add(const std::vector<PublishNote>& notes) {
    const std::lock_guard lock(mutex_);
    notes_.insert(notes_.end(), notes.begin(), notes.end());
  }

  // Loop. A new connection begins; what the old one left is no longer to come.
  void clear() {
    const std::lock_guard lock(mutex_);
    notes_.clear();
  }

  // Paho's thread, once a message. When the next note has another topic, the first one that fits is
  // taken and those before it are dropped, so that one lost message does not shift all later ones;
  // when none fits, the message is unknown and the notes stay.
  [[nodiscard]] Taken take(std::string_view topic) {
    const std::uint64_t hash = hash_of_topic(topic);
    const std::lock_guard lock(mutex_);
    Taken taken;
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      if (notes_[i].topic_hash != hash) continue;
      taken = {notes_[i], true, i > 0};
      notes_.erase(notes_.begin(), notes_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      return taken;
    }
    taken.out_of_step = true;
    return taken;
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return notes_.size();
  }

 private:
  mutable std::mutex mutex_;  // protects notes_
  std::deque<PublishNote> notes_;
};

}  // namespace parkwatch::mqtt_session
