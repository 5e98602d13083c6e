// daemon/mqtt/inbound.cpp - See the header.
#include "mqtt/inbound.h"

namespace parkwatch::mqtt_session {

void Inbound::on_message(const mqtt::message& message) noexcept {
  if (dropping_) return;
  try {
    const std::string& topic = message.get_topic();
    const PublishNotes::Taken taken = shared_->notes.take(topic);
    if (taken.out_of_step) {
      // Without its topic, in which a plate may stand.
      log(std::string{"a message came out of step with the gate"} +
          (taken.known ? "" : "; it counts as no redelivery"));
    }
    Message copy;
    copy.topic = topic;
    copy.payload = message.get_payload();
    copy.payload_bytes = copy.payload.size();
    copy.packet_id = taken.note.packet_id;
    copy.dup = taken.note.dup;
    copy.retained = message.is_retained();
    if (message.get_qos() == 0) ++qos0_messages_;
    if (take(std::move(copy)) == 0 && message_) refused_ = true;
  } catch (const std::exception& e) {
    refused_ = true;
    log(std::string{"a message could not be taken: "} + e.what());
  } catch (...) {
    refused_ = true;
    log("a message could not be taken");
  }
}

std::uint64_t Inbound::on_oversized(Message&& message) noexcept {
  try {
    ++oversized_messages_;
    return take(std::move(message));
  } catch (...) {
    log("an oversized message could not be taken");
    return 0;
  }
}

std::uint64_t Inbound::take(Message&& message) {
  if (!message_) return 0;
  const std::uint64_t sequence = message_(std::move(message));
  if (sequence != 0) ++messages_;
  return sequence;
}

void Inbound::begin_connection() {
  refused_ = false;
  dropping_ = false;
}

void Inbound::log(const std::string& line) noexcept {
  try {
    if (log_) log_(line);
  } catch (...) {  // a log that fails must not stop the messages
  }
}

}  // namespace parkwatch::mqtt_session
