// daemon/mqtt/paho_client.cpp - Calls into Paho, exceptions turned into values at this seam.
#include "mqtt/paho_client.h"

#include <MQTTAsync.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

namespace parkwatch::mqtt_session {
namespace {

// No exception may cross Paho's C frames.
template <typename Call>
void guarded(const Call& call) noexcept {
  try {
    call();
  } catch (...) {  // nobody to tell: the caller is Paho
  }
}

template <typename Call>
Result<Done> result_of(const Call& call) {
  try {
    call();
    return Done{};
  } catch (const std::exception& e) {
    return Error{ErrorKind::transient, std::string{"Paho: "} + e.what()};
  }
}

std::string failure_text(const mqtt::token& token) {
  const char* text = MQTTAsync_strerror(token.get_return_code());
  return std::string{"Paho: "} + (text != nullptr ? text : "unknown failure");
}

mqtt::create_options create_options() {
  mqtt::create_options options;
  options.set_mqtt_verison(MQTTVERSION_3_1_1);  // Paho C++ 1.2.0 spells it so
  return options;  // no persistence and no buffering while disconnected: the store is the only
                   // buffer
}

mqtt::connect_options connect_options(const SessionOptions& from) {
  mqtt::connect_options options;
  options.set_mqtt_version(MQTTVERSION_3_1_1);  // else Paho tries 3.1 after any refusal
  options.set_keep_alive_interval(std::chrono::ceil<std::chrono::seconds>(from.keep_alive));
  options.set_connect_timeout(std::chrono::ceil<std::chrono::seconds>(from.connect_timeout));
  // Without subscriptions there is nothing for the broker to keep, and Paho then forgets at a loss
  // the publishes that we report as not delivered; else it would send them again besides us.
  options.set_clean_session(from.clean_session || from.filters.empty());
  // Once its window is full, Paho's send thread sleeps up to a second a message (until 1.3.14), so
  // it must never fill; what a loss left in Paho's queue may come on top of our window.
  options.set_max_inflight(
      static_cast<int>(std::min<std::size_t>(from.publish_window, 30'000)) * 2 + 2);
  if (!from.username.empty()) options.set_user_name(from.username);
  if (!from.password.empty()) options.set_password(from.password);
  if (!from.will.topic.empty()) {
    mqtt::message will(from.will.topic, from.will.payload.data(), from.will.payload.size(), 1,
                       true);
    options.set_will_message(will);
  }
  return options;
}

}  // namespace

std::string paho_version() {
  for (const MQTTAsync_nameValue* info = MQTTAsync_getVersionInfo(); info->name != nullptr;
       ++info) {
    if (std::strcmp(info->name, "Version") == 0) return info->value;
  }
  return {};
}

bool acknowledges_after_callback(std::string_view version) {
  std::array<int, 3> parts{};
  const char* at = version.data();
  const char* const end = at + version.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0 && (at == end || *at++ != '.')) return false;
    const auto [rest, error] = std::from_chars(at, end, parts[i]);
    if (error != std::errc{} || parts[i] < 0) return false;
    at = rest;
  }
  return parts >= std::array<int, 3>{1, 3, 10};
}

void PahoClient::Listener::call(const mqtt::token& token, bool success) noexcept {
  guarded([&] { report_(token, success); });
}

PahoClient::PahoClient(const SessionOptions& options, PahoEvents events)
    : events_(std::move(events)),
      connect_options_(connect_options(options)),
      on_connect_([this](const mqtt::token& token, bool success) {
        success ? events_.connected() : events_.ended(failure_text(token));
      }),
      on_subscribe_([](const mqtt::token&, bool) {}),  // the gate sees the SUBACK itself
      on_publish_([this](const mqtt::token& token, bool success) {
        events_.published(std::bit_cast<std::uint64_t>(token.get_user_context()), success);
      }),
      on_disconnect_([this](const mqtt::token&, bool) { events_.ended("disconnected"); }),
      client_("tcp://127.0.0.1:0", options.client_id, create_options()) {
  // Else Paho writes several lines of trace a packet into a ring in memory that nobody reads: a
  // sixth of the daemon's time a message (27 us against 22.5).
  MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_ERROR);
  // Before the first connect(): later they race with callbacks (Paho C++ #356).
  client_.set_message_callback(
      [this](mqtt::const_message_ptr message) { guarded([&] { events_.message(*message); }); });
  client_.set_connection_lost_handler(
      [this](const std::string&) { guarded([&] { events_.ended("the connection was lost"); }); });
}

Result<Done> PahoClient::connect(std::uint16_t loopback_port) {
  return result_of([&] {
    const std::string address = "tcp://127.0.0.1:" + std::to_string(loopback_port);
    connect_options_.set_servers(mqtt::string_collection::create({address}));
    client_.connect(connect_options_, nullptr, on_connect_);
  });
}

Result<Done> PahoClient::subscribe(const std::vector<std::string>& filters) {
  return result_of([&] {
    const std::vector<int> qos(filters.size(), 1);
    client_.subscribe(mqtt::string_collection::create(filters), qos, nullptr, on_subscribe_);
  });
}

Result<Done> PahoClient::publish(std::uint64_t id, const std::string& topic,
                                 const std::string& payload, bool retained) {
  static_assert(sizeof(void*) == sizeof id, "the identifier travels in a pointer");
  return result_of([&] {
    client_.publish(mqtt::make_message(topic, payload, 1, retained), std::bit_cast<void*>(id),
                    on_publish_);
  });
}

Result<Done> PahoClient::disconnect() {
  // 0: waits for no acknowledgement of ours; Paho would look again only every three seconds.
  return result_of([&] { client_.disconnect(0, nullptr, on_disconnect_); });
}

}  // namespace parkwatch::mqtt_session
