// tests/bench/engine.cpp - Readings a second through the pure pipeline on one core: 10,000 rules on
// 5,000 tags, 60 % limit and the rest rate, window, stale and expr; decoding into names, dedupe,
// scaling, quality and facts included. Its transitions must be those of the reference
// implementations (tests/support/reference).
//
// Last line: engine readings_per_s=<n> transitions=<n> rules=<n> deadlines=<n> differ=<n>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "parkwatch/v1/snapshot.pb.h"
#include "pipeline/pipeline.h"
#include "tests/support/reference/reference.h"

namespace {

using namespace parkwatch;
using namespace std::chrono_literals;

constexpr std::size_t tags = 5'000;
constexpr std::size_t rounds = 600;  // readings of each tag
constexpr std::size_t readings_a_message = 100;
constexpr Duration period = 1s;  // of each tag
constexpr Timestamp begin = from_us(std::int64_t{20'000} * 86'400'000'000);
// A raw value is a count; the tag's unit is a hundredth of it.
constexpr double factor = 0.01;

std::string name_of(std::size_t tag) {
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

// What a rule's alarm did, as the reference sees it.
using Told = std::tuple<std::string, std::int64_t, Level>;

reference::Changes reference_of(const Bench& bench, std::size_t rule, Timestamp end) {
  const RuleSpec& spec = bench.plant.rules[rule];
  const auto tag = static_cast<std::size_t>(std::stoul(spec.id.substr(spec.id.find('-') + 1)));
  const reference::Series series = bench.series_of(tag);
  const Duration late_after = bench.plant.timing.late_after;
  switch (spec.kind) {
    case RuleKind::limit:
      return reference::levels(spec.limits, series, end);
    case RuleKind::rate:
      return reference::levels(spec.limits, reference::slopes(spec.over, spec.per, series), end);
    case RuleKind::window:
      return reference::levels(spec.limits,
                               spec.window.calendar
                                   ? reference::calendar(spec.window, late_after, series, end)
                                   : reference::sliding(spec.window, late_after, series, end),
                               end);
    case RuleKind::stale:
      return reference::silences(spec.after, series, begin, end);
    case RuleKind::expr:
      return reference::on_off(
          0s, 0s,
          reference::combined({bench.series_of(tag - 1), series},
                              [](const std::vector<double>& v) { return v[1] > 50 && v[0] > 40; }),
          end);
    default:
      break;  // not in it
  }
  return {};
}

std::vector<Told> expected_of(const Bench& bench, Timestamp end) {
  std::vector<Told> all;
  for (std::size_t rule = 0; rule < bench.plant.rules.size(); ++rule) {
    for (const reference::Change& change : reference_of(bench, rule, end)) {
      all.emplace_back(bench.plant.rules[rule].id, to_us(change.at), change.level);
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::size_t count_differences(const std::vector<Told>& a, const std::vector<Told>& b) {
  std::vector<Told> differ;
  std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(differ));
  for (std::size_t i = 0; i < std::min<std::size_t>(differ.size(), 5); ++i) {
    const auto& [rule, at, level] = differ[i];
    std::printf("differs: %s at %lld us, level %d\n", rule.c_str(), static_cast<long long>(at),
                static_cast<int>(level));
  }
  return differ.size();
}

std::size_t count_deadlines(const pipeline::Pipeline& pipeline, const Plant& plant) {
  v1::Snapshot snapshot;
  pipeline.snapshot(snapshot);
  std::size_t count = 0;
  for (const v1::RuleState& rule : snapshot.rules()) {
    bool waits = rule.window().has_receive_due_us();
    for (const v1::LevelState& level : rule.levels()) waits = waits || level.has_receive_due_us();
    count += waits ? 1 : 0;
  }
  for (const RuleSpec& rule : plant.rules) count += rule.kind == RuleKind::stale ? 1 : 0;
  return count;
}

// Of this thread: "on one core" must not depend on what else the machine does.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

int main(int argc, char** argv) {
  const bool compare = argc < 2 || std::string{argv[1]} != "--no-reference";  // for a profiler
  const Bench bench;
  pipeline::Pipeline pipeline;
  Facts facts;
  std::vector<Told> told;
  std::uint64_t readings = 0;
  const Input start{1, begin, NewPlant{std::make_shared<const Plant>(bench.plant)}};
  pipeline.step(begin, {&start, 1}, facts);
  double seconds = 0;
  Timestamp end = begin;
  for (std::size_t round = 0; round < rounds; ++round) {
    const std::vector<Input> inputs = bench.inputs_of(round);
    // Batches as the daemon makes them: some messages, then the facts go to the store.
    for (std::size_t at = 0; at < inputs.size(); at += 10) {
      const std::span<const Input> batch = std::span{inputs}.subspan(at, 10);
      end = batch.back().receive_time;
      const double before = cpu_seconds();
      facts.readings.clear();
      facts.identities.clear();
      facts.transitions.clear();
      pipeline.step(end, batch, facts);
      seconds += cpu_seconds() - before;
      readings += facts.readings.size();
      for (const AlarmEvent& e : facts.transitions) told.emplace_back(e.rule, to_us(e.at), e.level);
    }
  }
  std::sort(told.begin(), told.end());
  const std::size_t differ = compare ? count_differences(expected_of(bench, end), told) : 0;
  std::printf("%llu readings in %.2f s of one core, %.2f %% of them with transitions\n",
              static_cast<unsigned long long>(readings), seconds,
              100.0 * static_cast<double>(told.size()) / static_cast<double>(readings));
  std::printf("engine readings_per_s=%.0f transitions=%zu rules=%zu deadlines=%zu differ=%zu\n",
              static_cast<double>(readings) / seconds, told.size(), bench.plant.rules.size(),
              count_deadlines(pipeline, bench.plant), differ);
  return differ == 0 ? 0 : 1;
}
