// tests/bench/load_publisher.cpp - Publishes numbered JSON readings at QoS 1, at a rate or as fast
// as the broker takes them. Prints "sent=... acked=... seconds=...".
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/mqtt_commands.h"
#include "tests/bench/raw_mqtt.h"

namespace parkwatch::bench {
namespace load {

using Steady = std::chrono::steady_clock;

struct Options {
  std::uint16_t port = 1883;
  std::size_t tags = 5000;
  std::size_t count = 100'000;
  double rate = 0;  // messages a second; 0: as fast as it goes
  std::size_t window = 1000;
};

// The n-th reading: tag n % tags, a slow saw tooth that stays below the rules' limit of 90.
std::string payload_of(std::size_t n) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                      std::chrono::system_clock::now().time_since_epoch())
                      .count();
  return "{\"value\":" + std::to_string(20 + n % 500 / 10) + "." + std::to_string(n % 10) +
         ",\"time\":" + std::to_string(ms) + "}";
}

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options), mqtt_(options.port, "load-publisher"), free_(options.window) {
    for (std::size_t tag = 0; tag < options.tags; ++tag) {
      topics_.push_back("load/t" + std::to_string(tag) + "/value");
    }
  }

  void run() {
    const auto began = Steady::now();
    while (acked_ < options_.count) {
      publish_due(Steady::now() - began);
      mqtt_.flush();
      mqtt_.poll(free_ == 0 || sent_ == options_.count ? 1000 : wait_ms(), nullptr,
                 [this](std::uint16_t) {
                   ++acked_;
                   ++free_;
                 });
    }
    const std::chrono::duration<double> seconds = Steady::now() - began;
    std::printf("sent=%zu acked=%zu seconds=%.3f\n", sent_, acked_, seconds.count());
  }

 private:
  void publish_due(std::chrono::duration<double> elapsed) {
    const std::size_t due = options_.rate == 0
                                ? options_.count
                                : static_cast<std::size_t>(elapsed.count() * options_.rate) + 1;
    for (int burst = 0; burst < 256 && sent_ < std::min(due, options_.count) && free_ > 0;
         ++burst) {
      packet_id_ = packet_id_ == 65'535 ? 1 : packet_id_ + 1;
      mqtt_.publish(topics_[sent_ % topics_.size()], payload_of(sent_),
                    static_cast<std::uint16_t>(packet_id_));
      ++sent_;
      --free_;
    }
  }
  [[nodiscard]] int wait_ms() const { return options_.rate == 0 ? 0 : 1; }

  const Options options_;
  RawMqtt mqtt_;
  std::vector<std::string> topics_;
  std::size_t sent_ = 0;
  std::size_t acked_ = 0;
  std::size_t free_;
  std::uint32_t packet_id_ = 0;
};

}  // namespace load

void add_publish(CLI::App& app) {
  CLI::App& cli = *app.add_subcommand("publish", "Publishes numbered readings at QoS 1");
  const auto options = std::make_shared<load::Options>();
  cli.add_option("--port", options->port)->required();
  cli.add_option("--tags", options->tags);
  cli.add_option("--count", options->count);
  cli.add_option("--rate", options->rate);
  cli.add_option("--window", options->window);
  cli.callback([options] { load::Load{*options}.run(); });
}

}  // namespace parkwatch::bench
