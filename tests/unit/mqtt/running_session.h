// tests/unit/mqtt/running_session.h - A Session with a loop's thread of its own, which records what
// it is told.
#pragma once
#include <boost/asio.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "mqtt/session.h"

namespace parkwatch::test {

// Subscriber or publisher on 127.0.0.1, quick to reconnect.
[[nodiscard]] mqtt_session::SessionOptions subscriber_options(std::uint16_t port,
                                                              std::vector<std::string> filters);
[[nodiscard]] mqtt_session::SessionOptions publisher_options(std::uint16_t port);

// The test's thread calls. What waits throws std::runtime_error, with the session's status, when
// its time is up.
class RunningSession {
 public:
  static constexpr std::chrono::milliseconds patience{10'000};

  explicit RunningSession(mqtt_session::SessionOptions options);
  ~RunningSession();
  RunningSession(const RunningSession&) = delete;
  RunningSession& operator=(const RunningSession&) = delete;

  // Before start(): called on Paho's thread, in the message handler, before the message is
  // appended.
  std::function<void(const Message&)> before_append;

  Result<Done> start();
  void commit(std::uint64_t sequence);
  void commit_all();  // what was appended so far
  void flow(bool open);
  void stop_reading();
  void stop();  // returns when `done` was called; throws after more than 6 s
  std::future<bool> publish(std::string topic, std::string payload, bool retained = false);
  [[nodiscard]] mqtt_session::SessionStatus status() const { return session_->status(); }

  void wait_for_messages(std::size_t count);
  [[nodiscard]] std::vector<Message> messages() const;
  void wait_for_connects(std::size_t count);
  [[nodiscard]] std::vector<bool> connects() const;  // session_present of each
  std::string wait_for_loss(std::size_t count = 1);  // the text of the count-th
  // True as soon as there are so many; false when the time is up before.
  [[nodiscard]] bool losses_reach(std::size_t count, std::chrono::milliseconds within);
  void wait_for_log(const std::string& part);
  // Waits until status() is as wanted; looks every few milliseconds, since nothing tells of a
  // change.
  void wait_for_status(const std::string& what,
                       const std::function<bool(const mqtt_session::SessionStatus&)>& wanted);
  void wait_for_held(std::uint64_t count);
  void run_on_loop(const std::function<void()>& call);

 private:
  void wait(const std::string& what, const std::function<bool()>& until);

  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  mutable std::mutex mutex_;  // protects what follows, up to session_
  std::condition_variable changed_;
  std::vector<Message> messages_;
  std::vector<bool> connects_;
  std::vector<std::string> losses_;
  std::vector<std::string> log_;
  std::atomic<std::uint64_t> appended_{0};
  std::unique_ptr<mqtt_session::Session> session_;
  std::thread thread_;
};

}  // namespace parkwatch::test
