// tools/parksim/publisher.cpp - The sending thread takes from the queue; Paho's thread only marks
// what was acknowledged or lost.
#include "tools/parksim/publisher.h"

#include <mqtt/async_client.h>

#include <algorithm>
#include <bit>
#include <iostream>
#include <utility>

namespace parkwatch::parksim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string uri_of(const Broker& broker) {
  return (broker.tls ? "ssl://" : "tcp://") + broker.host + ':' + std::to_string(broker.port);
}

mqtt::connect_options connect_options_of(const PublisherOptions& options) {
  mqtt::connect_options result;
  result.set_mqtt_version(MQTTVERSION_3_1_1);
  // The unacknowledged are kept and repeated here, not in a session: nothing survives this process.
  result.set_clean_session(true);
  result.set_keep_alive_interval(seconds{15});
  result.set_connect_timeout(seconds{3});
  if (!options.username.empty()) {
    result.set_user_name(options.username);
    result.set_password(options.password);
  }
  if (options.broker.tls) {
    mqtt::ssl_options tls;
    if (!options.ca_file.empty()) tls.set_trust_store(options.ca_file);
    tls.set_enable_server_cert_auth(true);
    tls.set_verify(true);
    result.set_ssl(tls);
  }
  return result;
}

// Paho says "CONNACK return code"; this says what the code means (MQTT 3.1.1, table 3.1).
std::string why_of(const mqtt::exception& error) {
  switch (error.get_return_code()) {
    case 2:
      return "refused: this client id is not allowed";
    case 3:
      return "refused: the broker is not available";
    case 4:
      return "refused: bad user name or password";
    case 5:
      return "refused: not authorised (user or password)";
    default:
      return error.to_string();
  }
}

}  // namespace

// Paho's client, and the listener of its publishes.
class Publisher::Client final : public mqtt::iaction_listener {
 public:
  Client(const PublisherOptions& options, Publisher& owner)
      : owner_(owner),
        paho_(uri_of(options.broker), options.client_id),
        connect_options_(connect_options_of(options)) {
    paho_.set_connection_lost_handler([this](const std::string& why) {
      owner_.connection_lost(why.empty() ? "connection lost" : why);
    });
  }

  // Throws mqtt::exception.
  void connect() {
    disconnect();
    paho_.connect(connect_options_)->wait();
  }

  // Throws mqtt::exception.
  void publish(std::uint64_t number, const Message& message) {
    // The context only carries the number: a pointer into a flight could outlive it.
    paho_.publish(mqtt::make_message(message.topic, message.payload, 1, false),
                  std::bit_cast<void*>(number), *this);
  }

  void disconnect() {
    try {
      if (paho_.is_connected()) paho_.disconnect(seconds{1})->wait_for(seconds{2});
    } catch (const mqtt::exception&) {
      // It was lost meanwhile: as disconnected as can be.
    }
  }

 private:
  static std::uint64_t number_of(const mqtt::token& token) {
    return std::bit_cast<std::uint64_t>(token.get_user_context());
  }
  void on_success(const mqtt::token& token) override { owner_.acknowledged(number_of(token)); }
  void on_failure(const mqtt::token& token) override { owner_.failed(number_of(token)); }

  Publisher& owner_;
  mqtt::async_client paho_;
  const mqtt::connect_options connect_options_;
};

Publisher::Publisher(PublisherOptions options)
    : options_(std::move(options)),
      client_(std::make_unique<Client>(options_, *this)),
      thread_([this] { work(); }) {}

Publisher::~Publisher() { static_cast<void>(finish(milliseconds{0})); }

void Publisher::offer(std::string topic, std::string payload) {
  {
    const std::lock_guard lock{mutex_};
    ++counts_.offered;
    if (queue_.size() >= options_.queue_max) {
      queue_.pop_front();
      ++counts_.dropped;
    }
    queue_.emplace_back(next_number_++, Message{std::move(topic), std::move(payload)});
  }
  changed_.notify_all();
}

PublisherCounts Publisher::finish(milliseconds patience) {
  {
    std::unique_lock lock{mutex_};
    const auto delivered = [this] { return queue_.empty() && flight_.empty(); };
    bool progress = true;
    while (progress && !delivered()) {
      const std::uint64_t before = counts_.acknowledged;
      changed_.wait_for(lock, patience, [this, &delivered, before] {
        return counts_.acknowledged != before || delivered();
      });
      progress = counts_.acknowledged != before;
    }
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
    client_->disconnect();
  }
  return counts();
}

PublisherCounts Publisher::counts() const {
  const std::lock_guard lock{mutex_};
  return counts_;
}

void Publisher::work() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    if (!connected_) {
      lock.unlock();
      connect();
      lock.lock();
      continue;
    }
    changed_.wait(lock, [this] {
      return stopping_ || !connected_ || (!queue_.empty() && flight_.size() < options_.window);
    });
    if (!stopping_ && connected_) send_next(lock);
  }
}

// Returns when connected or stopping.
void Publisher::connect() {
  milliseconds pause = options_.back_off_min;
  std::string told;  // one line a reason, however often it fails
  for (;;) {
    std::string why;
    try {
      client_->connect();
    } catch (const mqtt::exception& error) {
      why = why_of(error);
    }
    std::unique_lock lock{mutex_};
    if (why.empty()) {
      take_back_flight();
      connected_ = true;
      ++counts_.connects;
      return;
    }
    if (why != told) std::cerr << "parksim: " << uri_of(options_.broker) << ": " << why << '\n';
    told = why;
    if (changed_.wait_for(lock, pause, [this] { return stopping_; })) return;
    pause = std::min(2 * pause, options_.back_off_max);
  }
}

void Publisher::send_next(std::unique_lock<std::mutex>& lock) {
  auto [number, message] = std::move(queue_.front());
  queue_.pop_front();
  ++counts_.sent;
  if (message.sent_before) ++counts_.repeated;
  message.sent_before = true;
  flight_.emplace(number, message);  // before the send: the PUBACK may be faster than this thread
  lock.unlock();
  try {
    client_->publish(number, message);
  } catch (const mqtt::exception& error) {
    connection_lost(error.to_string());
  }
  lock.lock();
}

void Publisher::take_back_flight() {
  for (auto at = flight_.rbegin(); at != flight_.rend(); ++at) {
    queue_.emplace_front(at->first, std::move(at->second));
  }
  flight_.clear();
}

void Publisher::connection_lost(const std::string& why) {
  {
    const std::lock_guard lock{mutex_};
    if (!connected_) return;
    connected_ = false;
    if (!stopping_) std::cerr << "parksim: " << uri_of(options_.broker) << ": " << why << '\n';
  }
  changed_.notify_all();
}

void Publisher::failed(std::uint64_t number) {
  {
    const std::lock_guard lock{mutex_};
    if (!flight_.contains(number)) return;  // of an earlier connection
  }
  connection_lost("connection lost in a publish");
}

void Publisher::acknowledged(std::uint64_t number) {
  {
    const std::lock_guard lock{mutex_};
    if (flight_.erase(number) == 0) return;  // late: it was taken back and will be repeated
    ++counts_.acknowledged;
  }
  changed_.notify_all();
}

}  // namespace parkwatch::parksim
