// tests/bench/alarms.cpp - Publish to alert while many alarms stand. Readings come at a steady
// rate, and part of them begin or end an alarm. Both ends are this process, so one clock tells.
// Prints a line "<ms>" a transition, then "samples=... missing=... strange=...".
//
// The daemon under it has `limit` rules with H = 90 on tags load/s<i>/value, of which the first
// --standing stand (--raise makes them), and load/c<i>/value, which come and go here.
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/bench/mqtt_commands.h"
#include "tests/bench/raw_mqtt.h"

namespace parkwatch::bench {
namespace alarms {

using Steady = std::chrono::steady_clock;

struct Options {
  std::uint16_t port = 1883;
  std::string park = "bench";
  std::size_t steady_tags = 10'000;  // s0, s1, ...
  std::size_t standing = 10;         // of them
  std::size_t cycling_tags = 1'500;  // c0, c1, ...
  std::size_t first = 0;             // of the cycling tags: where an earlier run ended
  double rate = 1000;                // readings a second
  std::size_t every = 20;            // one reading in so many begins or ends an alarm
  double seconds = 10;
  bool raise = false;  // the standing alarms, instead of measuring
};

// An alarm ends when so many others have begun after it.
constexpr std::size_t active_at_once = 5;

class Alarms {
 public:
  explicit Alarms(const Options& options)
      : options_(options),
        next_(options.first),
        publisher_(options.port, "alarms-publisher"),
        listener_(options.port, "alarms-listener") {
    listener_.subscribe("parkwatch/v1/" + options.park + "/event/#", 0);
  }

  void raise() {
    std::size_t n = 0;
    pace(options_.standing, [&] { publish(steady_name(n++), 95); });
    await_acknowledgements();
  }

  void measure() {
    const auto total = static_cast<std::size_t>(options_.rate * options_.seconds);
    std::size_t n = 0;
    pace(total, [&] { send(n++); });
    // What is still active ends, so that the next run finds it normal.
    while (!active_.empty()) end_oldest();
    publisher_.flush();
    const auto until = Steady::now() + std::chrono::seconds{5};
    while (!waiting_.empty() && Steady::now() < until) listen(100);
    for (const double ms : samples_ms_) std::printf("%.3f\n", ms);
    std::printf("samples=%zu missing=%zu strange=%zu\n", samples_ms_.size(), waiting_.size(),
                strange_);
  }

 private:
  template <typename Send>
  void pace(std::size_t total, Send send) {
    const auto began = Steady::now();
    for (std::size_t n = 0; n < total;) {
      const std::chrono::duration<double> elapsed = Steady::now() - began;
      const auto due = static_cast<std::size_t>(elapsed.count() * options_.rate) + 1;
      for (; n < std::min(due, total); ++n) send();
      publisher_.flush();
      poll_publisher(0);
      listen(1);
    }
  }

  static std::string steady_name(std::size_t n) { return "load/s" + std::to_string(n) + "/value"; }

  void send(std::size_t n) {
    if (n % options_.every != 0) {
      // The others tell that nothing has changed, those that stand too.
      const std::size_t tag = n % options_.steady_tags;
      publish(steady_name(tag), tag < options_.standing ? 96 + static_cast<double>(n % 3) : 50);
      return;
    }
    if (active_.size() >= active_at_once) return end_oldest();
    const std::string name = "load/c" + std::to_string(next_++ % options_.cycling_tags) + "/value";
    active_.push_back(name);
    change(name, "raised", 95);
  }

  void end_oldest() {
    change(active_.front(), "cleared", 20);
    active_.pop_front();
  }

  void change(const std::string& name, const std::string& kind, double value) {
    waiting_[kind + ' ' + name] = Steady::now();
    publish(name, value);
  }

  void publish(const std::string& name, double value) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count();
    packet_id_ = packet_id_ % 65'535 + 1;
    ++unacknowledged_;
    publisher_.publish(
        name, "{\"value\":" + std::to_string(value) + ",\"time\":" + std::to_string(us) + "}",
        static_cast<std::uint16_t>(packet_id_));
  }

  void poll_publisher(int wait_ms) {
    publisher_.poll(wait_ms, nullptr, [this](std::uint16_t) { --unacknowledged_; });
  }

  void await_acknowledgements() {
    while (unacknowledged_ > 0) poll_publisher(100);
  }

  void listen(int wait_ms) {
    listener_.poll(
        wait_ms,
        [this](const RawMqtt::Publish& publish) {
          const auto now = Steady::now();
          boost::system::error_code error;
          const auto event = boost::json::parse(publish.payload, error);
          if (error || !event.is_object()) return;
          // "parkwatch.alarm.<kind>.v1", "<rule>/<tag>"
          const std::string type{event.at("type").as_string()};
          const std::string subject{event.at("subject").as_string()};
          const std::string kind = type.substr(16, type.rfind('.') - 16);
          const auto found = waiting_.find(kind + ' ' + subject.substr(subject.find('/') + 1));
          if (found == waiting_.end()) {
            ++strange_;
            return;
          }
          const std::chrono::duration<double, std::milli> took = now - found->second;
          samples_ms_.push_back(took.count());
          waiting_.erase(found);
        },
        nullptr);
  }

  const Options options_;
  std::size_t next_;
  RawMqtt publisher_;
  RawMqtt listener_;
  std::deque<std::string> active_;  // of the cycling ones
  std::unordered_map<std::string, Steady::time_point> waiting_;
  std::vector<double> samples_ms_;
  std::size_t strange_ = 0;  // events that nothing here caused
  std::size_t unacknowledged_ = 0;
  std::uint32_t packet_id_ = 0;
};

}  // namespace alarms

void add_alarms(CLI::App& app) {
  CLI::App& cli =
      *app.add_subcommand("alarms", "Measures publish to alert while many alarms stand");
  const auto options = std::make_shared<alarms::Options>();
  cli.add_option("--port", options->port)->required();
  cli.add_option("--park", options->park);
  cli.add_option("--steady-tags", options->steady_tags);
  cli.add_option("--standing", options->standing);
  cli.add_option("--cycling-tags", options->cycling_tags);
  cli.add_option("--first", options->first);
  cli.add_option("--rate", options->rate);
  cli.add_option("--every", options->every);
  cli.add_option("--seconds", options->seconds);
  cli.add_flag("--raise", options->raise);
  cli.callback([options] {
    alarms::Alarms measured{*options};
    if (options->raise) {
      measured.raise();
    } else {
      measured.measure();
    }
  });
}

}  // namespace parkwatch::bench
