// tools/trial/backtest.cpp - A pipeline with the recording's tag numbers and other rules.
#include "tools/trial/backtest.h"

#include <algorithm>
#include <map>

#include "parkwatch/v1/snapshot.pb.h"
#include "pipeline/pipeline.h"
#include "store/convert.h"

namespace parkwatch::trial {
namespace {

// An absence shorter than this is no gap.
constexpr Duration away_min = std::chrono::seconds{60};

Duration length_of(const WindowSpec& window) {
  switch (window.period) {
    case Period::hour:
      return std::chrono::hours{1};
    case Period::day:
    case Period::shift:
      return std::chrono::hours{24};
    case Period::week:
      return std::chrono::hours{24 * 7};
    case Period::month:
      return std::chrono::hours{24 * 31};
    case Period::fixed:
      break;
  }
  return window.length;
}

// How long before a moment something may have begun that still matters at it.
Duration memory_of(const Plant& plant) {
  Duration longest = std::chrono::minutes{5};
  for (const RuleSpec& rule : plant.rules) {
    Duration delay = std::max(rule.on_delay, rule.off_delay);
    for (const Limit& limit : rule.limits) {
      delay = std::max({delay, limit.on_delay, limit.off_delay});
    }
    longest = std::max({longest, length_of(rule.window) * 2 + delay, rule.over + delay,
                        rule.after + delay, rule.within + delay, rule.baseline * 5 + delay,
                        rule.alarm.recheck + delay, rule.alarm.count_within + delay});
  }
  if (!plant.gates.on) return longest;
  // Who came in so long ago may overstay now, and a card be missed.
  const Duration stay = *std::max_element(plant.gates.stay.begin(), plant.gates.stay.end());
  longest = std::max({longest, stay + plant.gates.card_after, plant.gates.count_for,
                      plant.gates.tailgating_within, plant.gates.barrier_after});
  return longest;
}

// The tags by the numbers that the recording has for them: defined by `plant` where it has them,
// else as they were. New ones come behind.
void fill_tags(const std::vector<TagDefined>& stored, const Plant& plant, v1::Snapshot& snapshot) {
  std::map<std::string_view, const Tag*> wanted;
  for (const Tag& tag : plant.tags) wanted.emplace(tag.name, &tag);
  const auto add = [&snapshot](TagDefined defined, bool active) {
    v1::TagState& state = *snapshot.add_tags();
    defined.id = static_cast<TagId>(snapshot.tags_size() - 1);
    store::to_proto(defined, *state.mutable_definition());
    state.set_active(active);
  };
  for (const TagDefined& one : stored) {
    const auto found = wanted.find(one.tag.name);
    if (found == wanted.end()) {
      add(one, one.tag.auto_registered);
      continue;
    }
    add({one.id, one.version, one.sequence, *found->second}, true);
    wanted.erase(found);
  }
  for (const Tag& tag : plant.tags) {
    if (wanted.contains(tag.name)) add({0, 1, 0, tag}, true);
  }
}

// What the world did stays; what people and the daemon did about other rules goes.
void keep_the_world(std::vector<RecordedInput>& inputs) {
  std::erase_if(inputs, [](const RecordedInput& input) {
    return !std::holds_alternative<SourceCondition>(input.body) &&
           !std::holds_alternative<MessageSource>(input.body) &&
           !std::holds_alternative<Start>(input.body) &&
           !std::holds_alternative<Pause>(input.body) &&
           !std::holds_alternative<ClockStep>(input.body) && !is_personal(input);
  });
}

class Runner {
 public:
  Runner(BacktestRun& run, pipeline::Pipeline pipeline, std::size_t tags)
      : run_(run), pipeline_(std::move(pipeline)), seen_(tags, false) {}

  Result<Done> take(RecordedBatch& batch) {
    count(batch);
    keep_the_world(batch.inputs);
    facts_.readings.clear();
    facts_.transitions.clear();
    const auto no_plant = [](const std::string&) { return std::shared_ptr<const Plant>{}; };
    if (auto done = pipeline_.replay(batch, no_plant, facts_); !done) return done;
    for (AlarmEvent& event : facts_.transitions) {
      if (event.at < run_.from || event.at >= run_.to) continue;
      if (run_.transitions.size() == backtest_transitions_max) {
        return Error{ErrorKind::refused, "more than " + std::to_string(backtest_transitions_max) +
                                             " transitions by " + to_rfc3339(event.at) +
                                             ": shorten the time or mend the rules"};
      }
      run_.transitions.push_back(std::move(event));
    }
    return Done{};
  }
  [[nodiscard]] std::size_t tags_seen() const {
    return static_cast<std::size_t>(std::count(seen_.begin(), seen_.end(), true));
  }

 private:
  void count(const RecordedBatch& batch) {
    ++run_.batches;
    run_.passages_gone |= batch.passages_gone;
    run_.readings += batch.readings.size();
    for (const Reading& reading : batch.readings) {
      if (reading.tag < seen_.size()) seen_[reading.tag] = true;
    }
    for (const RecordedInput& input : batch.inputs) {
      const auto* start = std::get_if<Start>(&input.body);
      if (start == nullptr || start->away < away_min || input.receive_time < run_.from) continue;
      ++run_.gaps;
      run_.gap_time += start->away;
    }
  }

  BacktestRun& run_;
  pipeline::Pipeline pipeline_;
  Facts facts_;
  std::vector<bool> seen_;  // by tag
};

Result<Done> count_gaps(store::History& history, BacktestRun& run) {
  const auto gaps = history.gaps();
  if (!gaps) return gaps.error();
  for (const store::Gap& gap : *gaps) {
    if (gap.to < run.from || gap.from >= run.to) continue;
    ++run.gaps;
    run.gap_time += std::min(gap.to, run.to) - std::max(gap.from, run.from);
  }
  return Done{};
}

Result<BacktestRun> span_of(store::History& history, std::optional<Timestamp> from,
                            std::optional<Timestamp> to) {
  const auto extent = history.extent();
  if (!extent) return extent.error();
  if (extent->first_batch == 0) return Error{ErrorKind::not_found, "nothing is stored yet"};
  if (from && to && *from >= *to) {
    return Error{ErrorKind::bad_input, "--from is not before --to"};
  }
  BacktestRun run;
  run.from = std::max(from.value_or(extent->readings_from), extent->from);
  run.to = std::min(to.value_or(extent->to + Duration{1}), extent->to + Duration{1});
  if (run.from >= run.to) {
    return Error{ErrorKind::not_found, "nothing is stored then: the store goes from " +
                                           to_rfc3339(extent->from) + " to " +
                                           to_rfc3339(extent->to)};
  }
  return run;
}

}  // namespace

Result<BacktestRun> run_rules(store::History& history, const std::shared_ptr<const Plant>& plant,
                              std::optional<Timestamp> from, std::optional<Timestamp> to) {
  auto run = span_of(history, from, to);
  if (!run) return run;
  const auto first = history.first_batch_at(run->from - memory_of(*plant));
  if (!first) return first.error();
  const auto stored = history.tags();
  if (!stored) return stored.error();
  v1::Snapshot snapshot;
  snapshot.set_plant_hash(plant->hash);
  fill_tags(*stored, *plant, snapshot);
  const auto extent = history.extent();
  if (!extent) return extent.error();
  // The rules come into force when the warming up begins: silence counts from there.
  snapshot.set_now_us(to_us(std::max(extent->from, run->from - memory_of(*plant))));
  // Nothing is commanded, and no feedback is missed.
  auto passive = std::make_shared<Plant>(*plant);
  passive->actions = {};
  auto pipeline = pipeline::Pipeline::restore(snapshot, passive);
  if (!pipeline) return pipeline.error();
  Runner runner{*run, std::move(*pipeline), static_cast<std::size_t>(snapshot.tags_size())};
  const auto take = [&runner](RecordedBatch& batch) { return runner.take(batch); };
  if (auto done = history.batches({*first - 1, run->to, false}, take); !done) return done.error();
  run->tags = runner.tags_seen();
  if (auto counted = count_gaps(history, *run); !counted) return counted.error();
  return run;
}

}  // namespace parkwatch::trial
