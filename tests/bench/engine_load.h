// tests/bench/engine_load.h - The load of the engine's and the backtest's measurements: 10,000
// rules on 5,000 tags, 60 % limit and the rest rate, window, stale and expr, and their readings.
// Plain values.
#pragma once
#include <time.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "pipeline/pipeline.h"
#include "tests/support/reference/reference.h"

namespace parkwatch::bench {

using namespace std::chrono_literals;

inline constexpr std::size_t tags = 5'000;
inline constexpr std::size_t rounds = 600;  // readings of each tag
inline constexpr std::size_t readings_a_message = 100;
inline constexpr Duration period = 1s;  // of each tag
inline constexpr Timestamp begin = from_us(std::int64_t{20'000} * 86'400'000'000);
// A raw value is a count; the tag's unit is a hundredth of it.
inline constexpr double factor = 0.01;

inline std::string name_of(std::size_t tag) {
  return "site" + std::to_string(tag / 500) + "/device" + std::to_string(tag / 5) + "/quantity" +
         std::to_string(tag);
}

// What stands for a payload: a row a reading.
struct Row {
  std::uint32_t tag;
  float raw;
  std::int64_t time_us;
};

class RowDecoder : public Decoder {
 public:
  explicit RowDecoder(const std::vector<std::string>& names) : names_(names) {}
  void decode(const Message& message, Decoded& out) override {
    for (std::size_t at = 0; at + sizeof(Row) <= message.payload.size(); at += sizeof(Row)) {
      Row row;
      std::memcpy(&row, message.payload.data() + at, sizeof row);
      DecodedReading& r = out.add(names_[row.tag]);
      r.value = static_cast<double>(row.raw);
      r.time = from_us(row.time_us);
    }
  }

 private:
  const std::vector<std::string>& names_;
};

// Which rules a tag has, by its number: every tag a limit set, most a second rule.
struct Bench {
  std::vector<std::string> names;
  Plant plant;
  std::vector<std::vector<float>> raw;  // by tag, by round

  Bench() {
    for (std::size_t tag = 0; tag < tags; ++tag) names.push_back(name_of(tag));
    plant.hash = "bench";
    plant.park = "bench";
    plant.sources = {{"bench", 0}};
    for (std::size_t tag = 0; tag < tags; ++tag) add_tag(tag);
    plant.decoders = {std::make_shared<RowDecoder>(names)};
    make_series();
  }

  void add_tag(std::size_t tag) {
    Tag t;
    t.name = names[tag];
    t.unit = "m";
    t.range = Range{-1000, 1000};
    t.scaling.factor = factor;
    plant.tags.push_back(t);
    add_rule(tag, RuleKind::limit, "limit").limits = limits(tag % 10 >= 7);
    const std::size_t kind = tag % 10;
    if (kind < 2) {
      add_rule(tag, RuleKind::limit, "second").limits = {
          {.level = Level::low, .at = 40, .deadband = 2, .on_delay = 10h},
          {.level = Level::high, .at = 45, .deadband = 2, .on_delay = 5s, .off_delay = 5s}};
    } else if (kind < 4) {
      RuleSpec& r = add_rule(tag, RuleKind::rate, "rate");
      r.per = 1min;
      r.over = 10s;
      r.limits = {{.level = Level::low, .at = 200, .deadband = 20, .on_delay = 10h},
                  {.level = Level::high, .at = 250, .deadband = 20}};
    } else if (kind < 7) {
      RuleSpec& r = add_rule(tag, RuleKind::window, "window");
      r.window = {
          .aggregate = Aggregate::avg, .length = 1min, .calendar = kind < 6, .count_min = 5};
      r.limits = {{.level = Level::high, .at = 50, .deadband = 1}};
    } else if (kind < 9) {
      add_rule(tag, RuleKind::stale, "stale").after = 30s;
    } else {
      RuleSpec& r = add_rule(tag, RuleKind::expr, "expr");
      r.expression = "`" + names[tag] + "` > 50 && `" + names[tag - 1] + "` > 40";
    }
  }

  // With `waiting`, a delay runs for hours: the bench is to hold 5,000 deadlines.
  static std::vector<Limit> limits(bool waiting) {
    if (waiting) {
      return {{.level = Level::low, .at = 55, .deadband = 2, .on_delay = 10h},
              {.level = Level::high, .at = 60, .deadband = 2},
              {.level = Level::high_high, .at = 80, .deadband = 2, .on_delay = 3s}};
    }
    return {{.level = Level::low_low, .at = -80, .deadband = 2},
            {.level = Level::low, .at = -60, .deadband = 2},
            {.level = Level::high, .at = 60, .deadband = 2},
            {.level = Level::high_high, .at = 80, .deadband = 2, .on_delay = 3s}};
  }

  RuleSpec& add_rule(std::size_t tag, RuleKind kind, const std::string& id) {
    RuleSpec& r = plant.rules.emplace_back();
    r.id = id + "-" + std::to_string(tag);
    r.kind = kind;
    r.tags = {names[tag]};
    r.group = "bench";
    return r;
  }

  // Noise around a level that jumps now and then.
  void make_series() {
    std::mt19937_64 random{7};
    std::normal_distribution<double> noise{0, 80};
    std::uniform_real_distribution<double> jump{-9000, 9000};
    raw.assign(tags, {});
    for (auto& series : raw) {
      double level = jump(random) / 3;
      for (std::size_t round = 0; round < rounds; ++round) {
        if (random() % 90 == 0) level = jump(random);
        series.push_back(static_cast<float>(std::round(level + noise(random))));
      }
    }
  }

  // One tag in a hundred is silent for a minute now and then.
  static bool is_silent(std::size_t tag, std::size_t round) {
    return tag % 100 == 7 && round % 200 > 140;
  }
  static Timestamp time_of(std::size_t tag, std::size_t round) {
    const std::size_t message = tag / readings_a_message;
    return begin + period * (round + 1) +
           period * message / static_cast<std::int64_t>(tags / readings_a_message);
  }

  [[nodiscard]] std::vector<Input> inputs_of(std::size_t round) const {
    std::vector<Input> inputs;
    for (std::size_t first = 0; first < tags; first += readings_a_message) {
      const Timestamp at = time_of(first, round);
      Message message;
      message.topic = "park/bench/" + std::to_string(first);
      for (std::size_t tag = first; tag < first + readings_a_message; ++tag) {
        if (is_silent(tag, round)) continue;
        const Row row{static_cast<std::uint32_t>(tag), raw[tag][round], to_us(at)};
        message.payload.append(reinterpret_cast<const char*>(&row), sizeof row);
      }
      const std::uint64_t sequence = 2 + round * (tags / readings_a_message) + inputs.size();
      message.packet_id = static_cast<std::uint16_t>(1 + sequence % 65'535);
      inputs.push_back({sequence, at, std::move(message)});
    }
    return inputs;
  }

  [[nodiscard]] reference::Series series_of(std::size_t tag) const {
    reference::Series series;
    for (std::size_t round = 0; round < rounds; ++round) {
      if (is_silent(tag, round)) continue;
      series.push_back({time_of(tag, round), static_cast<double>(raw[tag][round]) * factor + 0.0});
    }
    return series;
  }
};

// Of this thread: "on one core" must not depend on what else the machine does.
inline double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace parkwatch::bench
