// tests/unit/mqtt/running_session.cpp - See the header.
#include "tests/unit/mqtt/running_session.h"

#include <mqtt/async_client.h>

#include <stdexcept>

namespace parkwatch::test {

namespace asio = boost::asio;
using mqtt_session::SessionOptions;
using namespace std::chrono_literals;

namespace {

// The last Paho client of a process takes its threads with it, which costs a second; with one that
// is never connected only the end of the test program pays that.
void keep_pahos_threads() { static const mqtt::async_client keeper("tcp://127.0.0.1:1", "keeper"); }

}  // namespace

SessionOptions subscriber_options(std::uint16_t port, std::vector<std::string> filters) {
  SessionOptions options;
  options.host = "127.0.0.1";
  options.port = port;
  options.client_id = "subscriber";
  options.filters = std::move(filters);
  options.reconnect_min = 20ms;
  options.reconnect_max = 500ms;
  return options;
}

SessionOptions publisher_options(std::uint16_t port) {
  SessionOptions options = subscriber_options(port, {});
  options.client_id = "publisher";
  return options;
}

RunningSession::RunningSession(SessionOptions options) : work_(asio::make_work_guard(loop_)) {
  keep_pahos_threads();
  const bool subscriber = !options.filters.empty();
  mqtt_session::SessionHandlers handlers;
  handlers.message = [this](Message&& message) {
    if (before_append) before_append(message);
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
    changed_.notify_all();
    return ++appended_;
  };
  handlers.connected = [this](bool session_present) {
    const std::lock_guard lock(mutex_);
    connects_.push_back(session_present);
    changed_.notify_all();
  };
  handlers.lost = [this](const std::string& why) {
    const std::lock_guard lock(mutex_);
    losses_.push_back(why);
    changed_.notify_all();
  };
  handlers.log = [this](const std::string& line) {
    const std::lock_guard lock(mutex_);
    log_.push_back(line);
    changed_.notify_all();
  };
  std::function<std::uint64_t()> appended;
  if (subscriber) appended = [this] { return appended_.load(); };
  auto made = make_session(loop_, std::move(options), std::move(handlers), std::move(appended));
  if (!made) throw std::runtime_error(made.error().message);
  session_ = *std::move(made);
  thread_ = std::thread([this] { loop_.run(); });
}

RunningSession::~RunningSession() {
  run_on_loop([this] { session_.reset(); });
  work_.reset();
  thread_.join();  // nothing of the session keeps the loop busy
}

void RunningSession::run_on_loop(const std::function<void()>& call) {
  std::packaged_task<void()> task(call);
  std::future<void> done = task.get_future();
  asio::post(loop_, [&task] { task(); });
  done.get();
}

Result<Done> RunningSession::start() {
  Result<Done> result = Done{};
  run_on_loop([&] { result = session_->start(); });
  return result;
}

void RunningSession::commit(std::uint64_t sequence) {
  run_on_loop([&] { session_->committed(sequence); });
}

void RunningSession::commit_all() { commit(appended_); }

void RunningSession::flow(bool open) {
  run_on_loop([&] { session_->flow(open); });
}

void RunningSession::stop_reading() {
  run_on_loop([&] { session_->stop_reading(); });
}

void RunningSession::stop() {
  auto done = std::make_shared<std::promise<void>>();
  std::future<void> stopped = done->get_future();
  run_on_loop([&] { session_->stop([done] { done->set_value(); }); });
  if (stopped.wait_for(6s) != std::future_status::ready) throw std::runtime_error("no stop");
}

std::future<bool> RunningSession::publish(std::string topic, std::string payload, bool retained) {
  auto result = std::make_shared<std::promise<bool>>();
  std::future<bool> future = result->get_future();
  run_on_loop([&] {
    session_->publish(std::move(topic), std::move(payload), retained,
                      [result](bool ok) { result->set_value(ok); });
  });
  return future;
}

void RunningSession::wait(const std::string& what, const std::function<bool()>& until) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, patience, until)) return;
  std::string seen =
      "waited in vain for " + what + "; " + std::to_string(messages_.size()) + " messages";
  for (const std::string& why : losses_) seen += "; lost: " + why;
  for (const std::string& line : log_) seen += "; log: " + line;
  lock.unlock();
  throw std::runtime_error(seen + "; status: " + status().detail);
}

void RunningSession::wait_for_messages(std::size_t count) {
  wait(std::to_string(count) + " messages", [&] { return messages_.size() >= count; });
}

std::vector<Message> RunningSession::messages() const {
  const std::lock_guard lock(mutex_);
  return messages_;
}

void RunningSession::wait_for_connects(std::size_t count) {
  wait("connect " + std::to_string(count), [&] { return connects_.size() >= count; });
}

std::vector<bool> RunningSession::connects() const {
  const std::lock_guard lock(mutex_);
  return connects_;
}

std::string RunningSession::wait_for_loss(std::size_t count) {
  wait("loss " + std::to_string(count), [&] { return losses_.size() >= count; });
  const std::lock_guard lock(mutex_);
  return losses_[count - 1];
}

bool RunningSession::losses_reach(std::size_t count, std::chrono::milliseconds within) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, within, [&] { return losses_.size() >= count; });
}

void RunningSession::wait_for_log(const std::string& part) {
  wait("the log line '" + part + "'", [&] {
    for (const std::string& line : log_) {
      if (line.find(part) != std::string::npos) return true;
    }
    return false;
  });
}

void RunningSession::wait_for_status(
    const std::string& what,
    const std::function<bool(const mqtt_session::SessionStatus&)>& wanted) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!wanted(session_->status())) {
    if (std::chrono::steady_clock::now() > until) {
      throw std::runtime_error("status never showed " + what + ": " + session_->status().detail);
    }
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 2ms);
  }
}

void RunningSession::wait_for_held(std::uint64_t count) {
  wait_for_status(std::to_string(count) + " held acknowledgements",
                  [count](const auto& status) { return status.held_acknowledgements == count; });
}

}  // namespace parkwatch::test
