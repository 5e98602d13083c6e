// tests/bench/engine.cpp - Readings a second through the pure pipeline on one core: 10,000 rules on
// 5,000 tags, 60 % limit and the rest rate, window, stale and expr; decoding into names, dedupe,
// scaling, quality and facts included. Its transitions must be those of the reference
// implementations (tests/support/reference).
//
// Last line: engine readings_per_s=<n> transitions=<n> rules=<n> deadlines=<n> differ=<n>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <tuple>
#include <vector>

#include "parkwatch/v1/snapshot.pb.h"
#include "pipeline/pipeline.h"
#include "tests/bench/engine_load.h"
#include "tests/support/reference/reference.h"

namespace {

using namespace parkwatch;
using namespace std::chrono_literals;

using namespace parkwatch::bench;

// What a rule's alarm did, as the reference sees it: its condition. Chatter and floods are counted
// from these; the references know nothing of them.
using Told = std::tuple<std::string, std::int64_t, Level>;

bool is_of_condition(const AlarmEvent& event) {
  return event.kind == TransitionKind::raised || event.kind == TransitionKind::level_changed ||
         event.kind == TransitionKind::returned;
}

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

}  // namespace

int main(int argc, char** argv) {
  const bool compare = argc < 2 || std::string{argv[1]} != "--no-reference";  // for a profiler
  const Bench bench;
  pipeline::Pipeline pipeline;
  Facts facts;
  std::vector<Told> told;
  std::uint64_t readings = 0;
  std::size_t transitions = 0;
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
      transitions += facts.transitions.size();
      for (const AlarmEvent& e : facts.transitions) {
        if (is_of_condition(e)) told.emplace_back(e.rule, to_us(e.at), e.level);
      }
    }
  }
  std::sort(told.begin(), told.end());
  const std::size_t differ = compare ? count_differences(expected_of(bench, end), told) : 0;
  std::printf("%llu readings in %.2f s of one core, %.2f %% of them with transitions\n",
              static_cast<unsigned long long>(readings), seconds,
              100.0 * static_cast<double>(transitions) / static_cast<double>(readings));
  std::printf("engine readings_per_s=%.0f transitions=%zu rules=%zu deadlines=%zu differ=%zu\n",
              static_cast<double>(readings) / seconds, transitions, bench.plant.rules.size(),
              count_deadlines(pipeline, bench.plant), differ);
  return differ == 0 ? 0 : 1;
}
