// tests/unit/notify/fake_session.h - A session whose broker is the test: it keeps what was
// published until the test acknowledges it or loses the connection. On the test's thread.
#pragma once
#include <cassert>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mqtt/session.h"

namespace parkwatch::test {

struct Published {
  std::string topic;
  std::string payload;
  bool retained = false;
  bool operator==(const Published&) const = default;
};

// What outlives the session: the test's view of it.
struct FakeBroker {
  std::size_t window = 16;
  bool up = false;
  std::string refuses;  // what start() then says
  bool started = false;
  bool stopped = false;
  bool answer_at_once = false;                  // done(up) inside publish()
  std::map<std::string, std::string> counts;    // summary and sounder, by topic
  std::vector<Published> published;             // everything, in order
  std::map<std::string, std::string> retained;  // of what was acknowledged, as a broker keeps it
  std::deque<std::pair<Published, std::function<void(bool)>>> waiting;
  std::size_t most_waiting = 0;

  // Acknowledges the oldest `count` that wait.
  void acknowledge(std::size_t count) {
    for (; count > 0 && !waiting.empty(); --count) {
      auto [message, done] = std::move(waiting.front());
      waiting.pop_front();
      keep(message);
      done(true);
    }
  }
  void acknowledge_all() {
    while (!waiting.empty()) acknowledge(1);
  }
  void keep(const Published& message) {
    if (!message.retained) return;
    if (message.payload.empty()) {
      retained.erase(message.topic);
    } else {
      retained[message.topic] = message.payload;
    }
  }
  // As the session does when the connection goes.
  void fail_all() {
    auto lost = std::exchange(waiting, {});
    for (auto& [message, done] : lost) done(false);
  }
  [[nodiscard]] std::vector<std::string> payloads_on(const std::string& topic) const {
    std::vector<std::string> out;
    for (const Published& p : published) {
      if (p.topic == topic) out.push_back(p.payload);
    }
    return out;
  }
  [[nodiscard]] std::size_t count_on(const std::string& topic) const {
    return payloads_on(topic).size();
  }
};

class FakeSession final : public mqtt_session::Session {
 public:
  explicit FakeSession(FakeBroker& broker) : broker_(broker) {}

  Result<Done> start() override {
    if (!broker_.refuses.empty()) return Error{ErrorKind::permanent, broker_.refuses};
    broker_.started = true;
    return Done{};
  }
  void committed(std::uint64_t) override {}
  void flow(bool) override {}
  void stop_reading() override {}
  void stop(std::function<void()> done) override {
    broker_.stopped = true;
    broker_.up = false;
    broker_.fail_all();
    done();
  }
  void publish(std::string topic, std::string payload, bool retained,
               std::function<void(bool)> done) override {
    assert(broker_.waiting.size() < broker_.window);  // the contract of publish()
    Published message{std::move(topic), std::move(payload), retained};
    if (!broker_.up) {
      done(false);
      return;
    }
    // Counts follow every alert: apart, and taken at once, so that tests see the alerts alone.
    if (message.topic.ends_with("/summary") || message.topic.ends_with("/sounder")) {
      broker_.counts[message.topic] = message.payload;
      done(true);
      return;
    }
    broker_.published.push_back(message);
    if (broker_.answer_at_once) {
      broker_.keep(message);
      done(true);
      return;
    }
    broker_.waiting.emplace_back(std::move(message), std::move(done));
    broker_.most_waiting = std::max(broker_.most_waiting, broker_.waiting.size());
  }
  [[nodiscard]] mqtt_session::SessionStatus status() const override {
    mqtt_session::SessionStatus out;
    out.connected = broker_.up;
    out.detail = broker_.up ? "connected to the test" : "down";
    return out;
  }

 private:
  FakeBroker& broker_;
};

}  // namespace parkwatch::test
