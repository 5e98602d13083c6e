// tools/parksim/publisher.h - Publishes messages with QoS 1 on Eclipse Paho: a bounded queue, few
// in flight, reconnect with back-off. A thread of its own does the sending.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "tools/parksim/options.h"

namespace parkwatch::parksim {

struct PublisherOptions {
  Broker broker;
  std::string client_id;
  std::string username;
  std::string password;
  std::string ca_file;
  std::size_t queue_max = 50'000;  // beyond it the oldest are dropped and counted
  std::size_t window = 10;         // sent and not yet acknowledged
  std::chrono::milliseconds back_off_min{200};
  std::chrono::milliseconds back_off_max{2'000};
};

struct PublisherCounts {
  std::uint64_t offered = 0;
  std::uint64_t sent = 0;          // PUBLISH packets, repetitions included
  std::uint64_t acknowledged = 0;  // messages that the broker has taken over
  std::uint64_t repeated = 0;      // sent again because the connection was lost before the PUBACK
  std::uint64_t dropped = 0;       // the queue was full
  std::uint64_t connects = 0;
};

// offer(), counts() and finish() from any thread.
class Publisher {
 public:
  explicit Publisher(PublisherOptions options);
  ~Publisher();  // as finish(0 ms)
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // Never blocks; a message is sent at least once unless it is dropped (counts().dropped) or time
  // is up in finish().
  void offer(std::string topic, std::string payload);
  // Waits until everything offered is acknowledged, as long as the broker acknowledges something
  // within `patience` each time (a slow broker gets its time, a dead one does not); then
  // disconnects. Once.
  PublisherCounts finish(std::chrono::milliseconds patience);
  [[nodiscard]] PublisherCounts counts() const;

 private:
  struct Message {
    std::string topic;
    std::string payload;
    bool sent_before = false;
  };
  using Flight = std::map<std::uint64_t, Message>;  // by number, so that the order is kept
  class Client;                                     // Paho

  void work();
  void connect();
  void send_next(std::unique_lock<std::mutex>& lock);
  void connection_lost(const std::string& why);  // Paho's thread
  void acknowledged(std::uint64_t number);       // Paho's thread
  void failed(std::uint64_t number);             // Paho's thread
  void take_back_flight();                       // REQUIRES: mutex_ held

  const PublisherOptions options_;
  mutable std::mutex mutex_;  // protects what follows, up to client_; never held in a call of Paho
  std::condition_variable changed_;
  std::deque<std::pair<std::uint64_t, Message>> queue_;
  Flight flight_;
  std::uint64_t next_number_ = 1;
  PublisherCounts counts_;
  bool connected_ = false;
  bool stopping_ = false;
  std::unique_ptr<Client> client_;  // the sending thread's
  std::thread thread_;
};

}  // namespace parkwatch::parksim
