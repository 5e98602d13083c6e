// tests/unit/notify/mqtt_bench.h - Alerts over MQTT with a broker and a store that are the test.
#pragma once
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "notify/mqtt_alerts.h"
#include "tests/unit/notify/fake_session.h"
#include "tests/unit/notify/sample_events.h"

namespace parkwatch::test {

// The alerts of a daemon with a store that the test fills.
class MqttBench {
 public:
  explicit MqttBench(notify::MqttAlertsOptions options = defaults())
      : alerts_(loop_, options, calls()) {
    broker.window = options.publish_window;
    handlers_ = alerts_.handlers();
  }

  static notify::MqttAlertsOptions defaults() {
    notify::MqttAlertsOptions o;
    o.park = "park-a";
    o.generation = "gen";
    o.start_number = 5;
    o.retry_after = std::chrono::milliseconds{1};
    o.stop_within = std::chrono::milliseconds{50};
    return o;
  }

  void start(std::vector<AlarmEvent> standing = {}) {
    REQUIRE(alerts_.start(std::make_unique<FakeSession>(broker), std::move(standing)));
    REQUIRE(broker.started);
    run();
  }
  void connect() {
    broker.up = true;
    handlers_.connected(false);
  }
  // The broker comes up and takes everything.
  void connect_and_settle() {
    connect();
    settle();
  }
  void settle() {
    do {
      broker.acknowledge_all();
      run();
    } while (!broker.waiting.empty());
  }
  void lose() {
    broker.up = false;
    broker.fail_all();
    handlers_.lost("connection reset by peer");
  }
  void retained(const std::string& topic, std::string payload = "{}", bool flag = true) {
    Message m;
    m.topic = topic;
    m.payload = std::move(payload);
    m.retained = flag;
    CHECK(handlers_.message(std::move(m)) == 0);
    run();
  }
  // As the store does: stored first, then said.
  void commit(std::vector<AlarmEvent> events) {
    for (const AlarmEvent& e : events) outbox.push_back(e);
    alerts_.committed(std::move(events));
  }
  // What is due on the loop now.
  void run() {
    loop_.restart();
    loop_.poll();
  }
  // Until `true`, timers included.
  void run_until(const std::function<bool()>& reached) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!reached() && std::chrono::steady_clock::now() < limit) {
      loop_.restart();
      loop_.run_one_for(std::chrono::milliseconds{20});
    }
    REQUIRE(reached());
  }
  notify::MqttAlerts& alerts() { return alerts_; }

  FakeBroker broker;
  std::vector<AlarmEvent> outbox;
  std::vector<std::uint64_t> delivered;
  std::size_t fetches = 0;
  bool fetch_fails = false;
  std::vector<std::string> conditions;
  std::vector<std::uint64_t> rotten;       // of the outbox, whose rows are damaged
  std::vector<std::uint64_t> damaged;      // told
  std::vector<std::string> outbox_faults;  // likewise

 private:
  notify::MqttAlertsCalls calls() {
    notify::MqttAlertsCalls c;
    c.delivered = [this](std::uint64_t journal) {
      delivered.push_back(journal);
      std::erase_if(outbox, [&](const AlarmEvent& e) { return e.journal == journal; });
    };
    c.fetch = [this](std::uint64_t after, std::size_t rows_max, auto done) {
      ++fetches;
      if (fetch_fails) {
        done(Error{ErrorKind::transient, "disk I/O error"});
        return;
      }
      notify::MqttAlertsCalls::Page page;
      for (const AlarmEvent& e : outbox) {
        if (e.journal <= after || page.events.size() + page.damaged.size() >= rows_max) continue;
        if (std::find(rotten.begin(), rotten.end(), e.journal) != rotten.end()) {
          page.damaged.push_back(e.journal);
        } else {
          page.events.push_back(e);
        }
      }
      done(std::move(page));
    };
    c.damaged = [this](const std::vector<std::uint64_t>& journals) {
      damaged.insert(damaged.end(), journals.begin(), journals.end());
    };
    c.outbox_fault = [this](const std::string& fault) { outbox_faults.push_back(fault); };
    c.condition = [this](bool up, const std::string& detail) {
      conditions.push_back(up ? "connected" : detail);
    };
    return c;
  }

  boost::asio::io_context loop_;
  notify::MqttAlerts alerts_;
  mqtt_session::SessionHandlers handlers_;
};

}  // namespace parkwatch::test
