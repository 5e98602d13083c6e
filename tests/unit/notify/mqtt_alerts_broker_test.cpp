// tests/unit/notify/mqtt_alerts_broker_test.cpp - Alerts through Paho, the gate and a real
// mosquitto, as another client sees them. The loop runs in a thread of its own, as in the daemon.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "notify/mqtt_alerts.h"
#include "tests/support/child_process.h"
#include "tests/support/mosquitto.h"
#include "tests/unit/notify/sample_events.h"

namespace mqtt_alerts_broker_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using parkwatch::test::followed;
using parkwatch::test::raised;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 20s;
const std::string root = "parkwatch/v1/park-a/";
const std::string event_topic = root + "event/high/tank-farm";

std::string state_topic(const std::string& tag = "tank/t101/level") {
  return root + "alarm/tank-level/" + tag + "/state";
}

// A stranger's client that prints what it gets: "<retained> <topic> <payload>" a line.
class Observer {
 public:
  Observer(test::Mosquitto& broker, const std::string& filter, const std::string& id)
      : process_({"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-q",
                  "1", "-c", "-i", id, "-t", filter, "-F", "%r %t %p"}) {
    REQUIRE(broker.wait_for_log("Sending SUBACK to " + id, patience));
  }
  bool sees(const std::string& text) { return process_.wait_for_output(text, patience); }
  [[nodiscard]] std::string output() const { return process_.output(); }

 private:
  test::ChildProcess process_;
};

void publish_retained(const test::Mosquitto& broker, const std::string& topic) {
  static_cast<void>(
      test::run_to_end({"mosquitto_pub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()),
                        "-q", "1", "-r", "-t", topic, "-m", "{\"stale\":true}"}));
}

// What a newcomer sees: the retained messages under a filter, until one of `last` came.
std::string retained_on(test::Mosquitto& broker, const std::string& filter,
                        const std::string& last) {
  Observer newcomer{broker, filter, "newcomer" + std::to_string(std::hash<std::string>{}(last))};
  REQUIRE(newcomer.sees(last));
  return newcomer.output();
}

// The alert client of a daemon, whose outbox the test fills. The public calls are any thread's.
class Daemon {
 public:
  explicit Daemon(const test::Mosquitto& broker, std::vector<AlarmEvent> standing = {}) {
    MqttAlertsOptions options;
    options.park = "park-a";
    options.generation = "gen";
    options.pending_max = 50;
    MqttAlertsCalls calls;
    calls.delivered = [this](std::uint64_t journal) {
      const std::lock_guard lock{mutex_};
      delivered_.insert(journal);
      reached_.notify_all();
    };
    calls.fetch = [this](std::uint64_t after, std::size_t rows_max, auto done) {
      std::vector<AlarmEvent> rows;
      {
        const std::lock_guard lock{mutex_};
        for (const AlarmEvent& e : outbox_) {
          const bool wanted = e.journal > after && !delivered_.contains(e.journal);
          if (wanted && rows.size() < rows_max) rows.push_back(e);
        }
      }
      boost::asio::post(loop_, [rows = std::move(rows), done] {
        done(MqttAlertsCalls::Page{rows, {}});
      });
    };
    alerts_ = std::make_unique<MqttAlerts>(loop_, std::move(options), std::move(calls));
    mqtt_session::SessionOptions session;
    session.host = "127.0.0.1";
    session.port = broker.port();
    session.client_id = "alerts";
    session.reconnect_max = 500ms;
    alerts_->complete(session);
    auto made = mqtt_session::make_session(loop_, session, alerts_->handlers(), nullptr);
    REQUIRE(made);
    thread_ = std::thread{[this] { loop_.run(); }};
    std::promise<bool> started;
    boost::asio::post(loop_, [&] {
      started.set_value(alerts_->start(std::move(*made), std::move(standing)).ok());
    });
    REQUIRE(started.get_future().get());
  }
  ~Daemon() {
    // As a crash: nobody says goodbye to the broker.
    std::promise<void> gone;
    boost::asio::post(loop_, [&] {
      alerts_.reset();
      gone.set_value();
    });
    gone.get_future().get();
    work_.reset();
    loop_.stop();
    thread_.join();
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  void commit(std::vector<AlarmEvent> events) {
    {
      const std::lock_guard lock{mutex_};
      outbox_.insert(outbox_.end(), events.begin(), events.end());
    }
    boost::asio::post(loop_, [this, events = std::move(events)]() mutable {
      alerts_->committed(std::move(events));
    });
  }
  bool wait_delivered(std::size_t count) {
    std::unique_lock lock{mutex_};
    return reached_.wait_for(lock, patience, [&] { return delivered_.size() >= count; });
  }
  void stop() {
    std::promise<void> stopped;
    boost::asio::post(loop_, [&] { alerts_->stop([&] { stopped.set_value(); }); });
    stopped.get_future().get();
  }

 private:
  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      loop_.get_executor()};
  std::unique_ptr<MqttAlerts> alerts_;
  std::mutex mutex_;  // protects the outbox and what was delivered
  std::condition_variable reached_;
  std::vector<AlarmEvent> outbox_;
  std::set<std::uint64_t> delivered_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("mqtt alerts, broker: a dashboard sees an alarm rise, stand and go", "[notify][broker]") {
  test::Mosquitto broker;
  Observer dashboard{broker, root + "#", "dashboard"};
  Daemon daemon{broker};
  REQUIRE(dashboard.sees("0 " + root + "online {\"online\":true"));
  const AlarmEvent raise = raised(1);
  daemon.commit({raise});
  REQUIRE(dashboard.sees("0 " + event_topic + " {\"specversion\":\"1.0\",\"id\":\"park-a-gen-1\""));
  REQUIRE(dashboard.sees("0 " + state_topic() + " {\"specversion\""));
  REQUIRE(daemon.wait_delivered(1));
  CHECK(retained_on(broker, root + "alarm/#", "park-a-gen-1").starts_with("1 " + state_topic()));

  daemon.commit({followed(raise, 2, TransitionKind::acknowledged, AlarmState::acknowledged),
                 followed(raise, 3, TransitionKind::returned, AlarmState::normal)});
  REQUIRE(daemon.wait_delivered(3));
  REQUIRE(dashboard.sees("parkwatch.alarm.cleared.v1"));
  CHECK(retained_on(broker, root + "#", "\"online\":true").find("/state") == std::string::npos);
}

TEST_CASE("mqtt alerts, broker: at connect the retained states become what stands",
          "[notify][broker]") {
  test::Mosquitto broker;
  publish_retained(broker, state_topic("gone/x/level"));
  publish_retained(broker, root + "alarm/removed-rule/a/b/c/state");
  publish_retained(broker, state_topic());
  publish_retained(broker, "parkwatch/v1/park-b/alarm/r/a/b/state");  // another park's
  Observer dashboard{broker, root + "alarm/#", "dashboard"};
  Daemon daemon{broker, {raised(7)}};
  REQUIRE(dashboard.sees("0 " + state_topic("gone/x/level") + " \n"));
  REQUIRE(dashboard.sees("0 " + root + "alarm/removed-rule/a/b/c/state \n"));
  REQUIRE(dashboard.sees("park-a-gen-7"));
  const std::string now = retained_on(broker, "parkwatch/v1/+/alarm/#", "park-b");
  CHECK(std::count(now.begin(), now.end(), '\n') == 2);
  CHECK(now.find("1 " + state_topic() + " {\"specversion\"") != std::string::npos);
}

TEST_CASE("mqtt alerts, broker: every transition arrives through restarts of the broker",
          "[notify][broker]") {
  test::MosquittoOptions options;
  options.persistence = true;
  options.unlimited_queue = true;
  // It saves when it ends, which is enough here; at each change it would write its queue each time.
  options.lines = {"autosave_on_changes false"};
  test::Mosquitto broker{options};
  Observer centre{broker, root + "event/#", "centre"};
  Daemon daemon{broker};
  std::uint64_t journal = 0;
  for (int restarts = 0; restarts < 3; ++restarts) {
    for (int i = 0; i < 40; ++i) daemon.commit({raised(++journal)});
    // Not killed: mosquitto acknowledges before it saves, and what it then loses nobody sends
    // again.
    broker.stop();
    for (int i = 0; i < 40; ++i) daemon.commit({raised(++journal)});
    broker.start();
  }
  REQUIRE(daemon.wait_delivered(journal));
  REQUIRE(centre.sees("park-a-gen-" + std::to_string(journal) + "\""));
  const std::string seen = centre.output();
  for (std::uint64_t j = 1; j <= journal; ++j) {
    CAPTURE(j);
    REQUIRE(seen.find("\"park-a-gen-" + std::to_string(j) + "\"") != std::string::npos);
  }
  const std::string now = retained_on(broker, root + "alarm/#", "specversion");
  CHECK(now.find("park-a-gen-" + std::to_string(journal)) != std::string::npos);
}

TEST_CASE("mqtt alerts, broker: a crash is told by the will, a stop by ourselves",
          "[notify][broker]") {
  test::Mosquitto broker;
  Observer dashboard{broker, root + "online", "dashboard"};
  {
    Daemon daemon{broker};
    REQUIRE(dashboard.sees("{\"online\":true"));
  }
  REQUIRE(dashboard.sees("{\"online\":false,\"reason\":\"connection lost\"}"));
  Daemon daemon{broker};
  daemon.commit({raised(1)});
  REQUIRE(daemon.wait_delivered(1));
  daemon.stop();
  REQUIRE(dashboard.sees("{\"online\":false,\"generation\":\"gen\",\"reason\":\"stopped\"}"));
  CHECK(retained_on(broker, root + "#", "stopped").find("\"online\":true") == std::string::npos);
}

}  // namespace mqtt_alerts_broker_test
