// tests/unit/http/park.h - A daemon in small for the tests of its HTTP API: the real server on a
// free port, the real intake and a real store in a temporary directory. In the pipeline's place
// stands whatever a test wants committed.
#pragma once
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "http/server.h"
#include "intake/intake.h"
#include "store/store.h"
#include "tests/support/temp_dir.h"

namespace parkwatch::test {

class HandClock : public Clock {
 public:
  [[nodiscard]] Timestamp now() override { return from_us(us_.load()); }
  void set(Timestamp t) { us_ = to_us(t); }

 private:
  std::atomic<std::int64_t> us_{1'767'225'600'000'000};  // 2026-01-01T00:00:00Z
};

// Limits that a test can wait for.
[[nodiscard]] http::HttpOptions quick_options();

class Park {
 public:
  explicit Park(http::HttpOptions options = quick_options());
  ~Park();
  Park(const Park&) = delete;
  Park& operator=(const Park&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] const std::string& generation() const { return store_->recovered().generation; }
  [[nodiscard]] std::string cursor(std::uint64_t sequence) const;
  [[nodiscard]] const http::HttpOptions& options() const { return options_; }

  // Commits as one message and waits until it is committed and told. Readings get its sequence and
  // their place in it; a source time of 0 becomes the receive time. Returns the sequence.
  std::uint64_t commit(Facts facts);
  // The same without waiting.
  std::uint64_t append(Facts facts);
  // Commits what only time caused, without a message, and waits until it is told. REQUIRES: nothing
  // else is on its way.
  void commit_by_time(Facts facts);
  // One reading; the tag is defined with its first.
  std::uint64_t publish(const std::string& tag, Value value);
  // The definition of a tag with the next id (or of a known name, the next version), to be
  // committed.
  TagDefined define(Tag tag);
  TagDefined define(const std::string& name, const std::string& unit = "m");

  // What the pipeline would answer to a command.
  void decide(std::function<Result<Done>(const Command&)> decision);
  [[nodiscard]] std::vector<Command> commands() const;
  // Commands and messages wait from now on, as when a disk is full.
  void hold();
  void release();

  // Stops the server (on its loop) and waits until it says so.
  void stop_server();
  // What a disk does to the database.
  void damage(const std::string& sql);
  // Makes every reader fail from now on, or work again.
  void break_readers(bool broken) { readers_broken_ = broken; }

  HandClock clock;
  http::LiveView live;
  http::GatesView gates;
  http::Metrics metrics;
  // For a test to set before it asks.
  std::mutex status_mutex;
  http::Health health{true, true, {}};
  http::Status status;
  std::vector<http::ReceiverStatus> receivers;
  // What a test message comes to; empty: it is never answered.
  std::optional<Result<http::ReceiverTest>> tested;
  std::string tested_name;
  http::Site site;  // before the first request
  PlantView view;   // likewise

 private:
  void write();
  void commit_taken(const Intake::Taken& taken);
  void add(const Input& input, Facts& facts);
  [[nodiscard]] http::Services services();

  TempDir dir_;
  const http::HttpOptions options_;
  std::unique_ptr<store::Store> store_;
  Intake intake_;
  std::atomic<bool> readers_broken_{false};

  mutable std::mutex mutex_;  // protects all up to the loop
  std::condition_variable changed_;
  std::deque<Facts> to_commit_;
  std::optional<Facts> by_time_;
  std::vector<std::string> names_;  // by TagId
  std::vector<std::uint32_t> versions_;
  std::vector<Command> commands_;
  std::function<Result<Done>(const Command&)> decision_;
  bool held_ = false;
  std::uint64_t told_ = 0;
  std::uint64_t times_told_ = 0;

  boost::asio::io_context loop_;
  std::unique_ptr<http::Server> server_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  std::thread writer_;
  std::thread loop_thread_;
  bool stopped_ = false;
};

// A transition of the alarm (rule, tag).
[[nodiscard]] AlarmEvent transition(std::uint64_t journal, TransitionKind kind, AlarmState state,
                                    const std::string& rule = "HH",
                                    const std::string& tag = "tank/t101/level");

}  // namespace parkwatch::test
