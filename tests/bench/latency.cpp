// tests/bench/latency.cpp - From publish to alert: publishes readings at a steady rate, every so
// often one that changes an alarm's state, and waits for the alert on the alert topic. Both ends
// are this process, so one clock tells. Prints "samples=... p50_ms=... p99_ms=... max_ms=...".
//
// The daemon under it has a `limit` rule with H = 90 on each tag, whose readings are
// {"value":..,"time":..}.
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/bench/mqtt_commands.h"
#include "tests/bench/raw_mqtt.h"

namespace parkwatch::bench {
namespace latency {

using Steady = std::chrono::steady_clock;

struct Options {
  std::uint16_t port = 1883;
  std::string park = "bench";
  std::size_t tags = 5000;
  double rate = 1000;
  std::size_t every = 20;  // one message in so many changes an alarm
  double seconds = 20;
};

class Latency {
 public:
  explicit Latency(const Options& options)
      : options_(options),
        publisher_(options.port, "latency-publisher"),
        listener_(options.port, "latency-listener") {
    listener_.subscribe("parkwatch/v1/" + options.park + "/event/#", 0);
  }

  void run() {
    const auto total = static_cast<std::size_t>(options_.rate * options_.seconds);
    const auto began = Steady::now();
    for (std::size_t n = 0; n < total;) {
      const std::chrono::duration<double> elapsed = Steady::now() - began;
      const std::size_t due = static_cast<std::size_t>(elapsed.count() * options_.rate) + 1;
      for (; n < std::min(due, total); ++n) send(n);
      publisher_.flush();
      publisher_.poll(0, nullptr, nullptr);
      listen(1);
    }
    const auto until = Steady::now() + std::chrono::seconds{3};
    while (!waiting_.empty() && Steady::now() < until) listen(100);
    report();
  }

 private:
  // Alarm changes walk through the tags, up in one round and down in the next.
  void send(std::size_t n) {
    const bool changes = n % options_.every == 0;
    const std::size_t change = n / options_.every;
    const std::size_t tag = changes ? change % options_.tags : n % options_.tags;
    const bool up = change / options_.tags % 2 == 0;
    const std::string name = "load/t" + std::to_string(tag) + "/value";
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count();
    // Ordinary readings go to tags that no change will touch for long: half a round ahead.
    const std::size_t calm = (tag + options_.tags / 2) % options_.tags;
    const std::string topic = changes ? name : "load/t" + std::to_string(calm) + "/value";
    const std::string value = changes ? (up ? "95" : "20") : "50";
    packet_id_ = packet_id_ % 65'535 + 1;
    if (changes) waiting_[name] = Steady::now();
    publisher_.publish(topic, "{\"value\":" + value + ",\"time\":" + std::to_string(us) + "}",
                       static_cast<std::uint16_t>(packet_id_));
  }

  void listen(int wait_ms) {
    listener_.poll(
        wait_ms,
        [this](const RawMqtt::Publish& publish) {
          const auto now = Steady::now();
          boost::system::error_code error;
          const auto event = boost::json::parse(publish.payload, error);
          if (error || !event.is_object()) return;
          const std::string subject{event.at("subject").as_string()};
          const auto slash = subject.find('/');
          const auto found = waiting_.find(subject.substr(slash + 1));
          if (found == waiting_.end()) return;
          const std::chrono::duration<double, std::milli> took = now - found->second;
          samples_ms_.push_back(took.count());
          waiting_.erase(found);
        },
        nullptr);
  }

  void report() {
    std::sort(samples_ms_.begin(), samples_ms_.end());
    const auto at = [this](double part) {
      if (samples_ms_.empty()) return -1.0;
      return samples_ms_[std::min(
          samples_ms_.size() - 1,
          static_cast<std::size_t>(part * static_cast<double>(samples_ms_.size())))];
    };
    std::printf("samples=%zu missing=%zu p50_ms=%.2f p99_ms=%.2f max_ms=%.2f\n", samples_ms_.size(),
                waiting_.size(), at(0.5), at(0.99), at(1.0));
  }

  const Options options_;
  RawMqtt publisher_;
  RawMqtt listener_;
  std::unordered_map<std::string, Steady::time_point> waiting_;
  std::vector<double> samples_ms_;
  std::uint32_t packet_id_ = 0;
};

}  // namespace latency

void add_latency(CLI::App& app) {
  CLI::App& cli = *app.add_subcommand("latency", "Measures publish to alert");
  const auto options = std::make_shared<latency::Options>();
  cli.add_option("--port", options->port)->required();
  cli.add_option("--park", options->park);
  cli.add_option("--tags", options->tags);
  cli.add_option("--rate", options->rate);
  cli.add_option("--every", options->every);
  cli.add_option("--seconds", options->seconds);
  cli.callback([options] { latency::Latency{*options}.run(); });
}

}  // namespace parkwatch::bench
