// tests/unit/pipeline/property_test.cpp - However the same inputs are cut, ticked, saved, restored
// or replayed: the same facts, stamps included, and the same state. PARKWATCH_SEED=<n> runs one
// seed alone.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <set>

#include "parkwatch/v1/snapshot.pb.h"
#include "random_park.h"
#include "tests/support/sanitized.h"
#include "tests/support/standard_life.h"

namespace property_test {

using namespace parkwatch;
using namespace parkwatch::test;
using pipeline::Pipeline;

namespace {

std::vector<std::uint64_t> seeds(std::uint64_t count) {
  if (is_sanitized) count /= 5;
  if (const char* one = std::getenv("PARKWATCH_SEED")) return {std::strtoull(one, nullptr, 10)};
  std::vector<std::uint64_t> all;
  for (std::uint64_t seed = 1; seed <= count; ++seed) all.push_back(seed);
  return all;
}

std::string bytes_of(const Pipeline& pipeline) {
  v1::Snapshot snapshot;
  pipeline.snapshot(snapshot);
  return snapshot.SerializeAsString();
}

// Through bytes, as the store does it.
Pipeline restored(const std::string& bytes,
                  const std::vector<std::shared_ptr<const Plant>>& plants) {
  v1::Snapshot snapshot;
  REQUIRE(snapshot.ParseFromString(bytes));
  std::shared_ptr<const Plant> plant;
  for (const auto& each : plants) {
    if (each->hash == snapshot.plant_hash()) plant = each;
  }
  auto pipeline = Pipeline::restore(snapshot, plant);
  if (!pipeline) FAIL(pipeline.error().message);
  return std::move(*pipeline);
}

// A row for each fact, so that the first difference can be shown.
std::vector<std::string> rows_of(const Facts& facts) {
  std::vector<std::string> rows;
  for (const Reading& r : facts.readings) {
    rows.push_back("reading " + std::to_string(r.sequence) + "." + std::to_string(r.index) +
                   " tag " + std::to_string(r.tag) + " " + to_rfc3339(r.source_time) + " " +
                   to_rfc3339(r.receive_time) + " " + to_text(r.value) + " " +
                   std::string{to_text(r.quality)} + " " + std::string{to_text(r.reason)} + " " +
                   std::to_string(r.flags));
  }
  for (const AlarmEvent& e : facts.transitions) {
    rows.push_back("event " + std::to_string(e.journal) + " " + to_rfc3339(e.at) + " by " +
                   std::to_string(e.sequence) + " " + std::string{to_text(e.kind)} + " " +
                   std::string{to_text(e.state)} + " " + e.rule + " " + e.tag + " " +
                   std::string{to_text(e.level)} + " " + std::to_string(e.occurrence) + " " +
                   std::to_string(e.value.value_or(-1)) + " of " +
                   std::to_string(e.reading_sequence) + "." + std::to_string(e.reading_index) +
                   " " + to_rfc3339(e.raised_at) + " " + e.message.en + " " + e.plant);
  }
  for (const Refusal& r : facts.refusals) {
    rows.push_back("refusal " + std::to_string(r.sequence) + " " + r.source + " " +
                   std::string{to_text(r.reason)} + " " + r.detail);
  }
  for (const TagDefined& t : facts.tags) {
    rows.push_back("tag " + std::to_string(t.id) + " v" + std::to_string(t.version) + " " +
                   std::to_string(t.sequence) + " " + t.tag.name);
  }
  for (const MessageIdentity& m : facts.identities) {
    rows.push_back("identity " + std::to_string(m.sequence) + " " + std::to_string(m.packet_id) +
                   " " + std::to_string(m.hash));
  }
  for (const RecordedInput& i : facts.inputs) {
    rows.push_back("input " + std::to_string(i.sequence) + " " + to_rfc3339(i.receive_time) + " " +
                   std::to_string(i.body.index()));
  }
  for (const Reply& r : facts.replies) {
    rows.push_back("reply " + std::to_string(r.sequence) + " " +
                   (r.result ? "done" : r.result.error().message));
  }
  for (const GateChange& change : facts.gates) {
    rows.push_back("gates " + std::to_string(change.index()));
  }
  const FactCounts& c = facts.counts;
  rows.push_back("counts " + std::to_string(c.messages) + " " + std::to_string(c.duplicates) + " " +
                 std::to_string(c.readings) + " " + std::to_string(c.late) + " " +
                 std::to_string(c.historical) + " " + std::to_string(c.dropped_retained) + " " +
                 std::to_string(c.evaluations));
  return rows;
}

void require_same(const Facts& expected, const Facts& actual) {
  const auto a = rows_of(expected);
  const auto b = rows_of(actual);
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) REQUIRE(a[i] == b[i]);
  REQUIRE(a.size() == b.size());
  REQUIRE(expected.readings == actual.readings);
  REQUIRE(expected.transitions == actual.transitions);
  REQUIRE(expected.identities == actual.identities);
  REQUIRE(expected.inputs == actual.inputs);
  // Whoever applies the changes knows the same.
  GateBook one;
  GateBook other;
  for (const GateChange& change : expected.gates) one.apply(change);
  for (const GateChange& change : actual.gates) other.apply(change);
  REQUIRE(one == other);
}

// One input a step, no ticks: what every other way must come to.
Facts plain(const std::vector<Input>& inputs, Pipeline& pipeline) {
  Facts facts;
  for (const Input& input : inputs) pipeline.step(time_after(input), {&input, 1}, facts);
  return facts;
}

// A time between two inputs' for an empty step; the clock may have been set back between them.
std::optional<Timestamp> tick_between(const Input& before, const Input& after, RandomPark& park) {
  Timestamp end = after.receive_time;
  if (const auto* start = std::get_if<Start>(&after.body)) end -= start->away;
  if (end <= time_after(before)) return std::nullopt;
  const auto span = static_cast<std::size_t>((end - time_after(before)).count());
  return time_after(before) + Duration{park.below(span + 1)};
}

bool is_jump(const Input& input) {
  return std::holds_alternative<ClockStep>(input.body) || std::holds_alternative<Start>(input.body);
}

// Calls step(begin, end) for random runs of inputs, and tick(now) now and then between them.
template <typename Step, typename Tick>
void cut(const std::vector<Input>& inputs, RandomPark& park, Step step, Tick tick) {
  for (std::size_t at = 0; at < inputs.size();) {
    std::size_t end = at + 1 + park.below(12);
    end = std::min(end, inputs.size());
    step(at, end);
    at = end;
    if (at == inputs.size()) break;
    for (std::size_t ticks = park.below(3); ticks > 0; --ticks) {
      const auto now = tick_between(inputs[at - 1], inputs[at], park);
      if (now && ticks == 1) tick(*now);
    }
  }
}

RecordedBatch recorded(const Facts& facts, std::uint64_t last_sequence, Timestamp now) {
  return {last_sequence, now, facts.readings, facts.transitions, facts.identities, facts.inputs};
}

std::size_t count_of(const Facts& facts, TransitionKind kind) {
  return static_cast<std::size_t>(std::count_if(facts.transitions.begin(), facts.transitions.end(),
                                                [kind](const auto& e) { return e.kind == kind; }));
}

}  // namespace

TEST_CASE("pipeline: any way of cutting the same inputs into steps and ticks gives the same facts",
          "[pipeline][property]") {
  std::size_t suppressed = 0;
  std::size_t shown_again = 0;
  const auto all = seeds(40);
  for (const std::uint64_t seed : all) {
    CAPTURE(seed);
    RandomPark park{seed};
    const auto inputs = park.inputs(600);
    Pipeline one;
    const Facts expected = plain(inputs, one);
    REQUIRE(expected.transitions.size() > 20);
    suppressed += count_of(expected, TransitionKind::suppressed);
    shown_again += count_of(expected, TransitionKind::unsuppressed);
    for (int round = 0; round < 3; ++round) {
      Pipeline other;
      Facts facts;
      cut(
          inputs, park,
          [&](std::size_t begin, std::size_t end) {
            other.step(time_after(inputs[end - 1]), std::span{inputs}.subspan(begin, end - begin),
                       facts);
          },
          [&](Timestamp now) { other.step(now, {}, facts); });
      require_same(expected, facts);
      REQUIRE(bytes_of(one) == bytes_of(other));
    }
  }
  // suppress_when takes part, or its share of this would prove nothing.
  CHECK(suppressed > 3 * all.size());
  CHECK(shown_again > 2 * all.size());
}

TEST_CASE(
    "pipeline: readings, lost sources, deadlines, reloads and commands keep each alarm to the "
    "standard's table",
    "[pipeline][property]") {
  std::set<TransitionKind> kinds;
  const auto all = seeds(60);
  for (const std::uint64_t seed : all) {
    CAPTURE(seed);
    RandomPark park{seed};
    Pipeline one;
    const Facts facts = plain(park.inputs(is_sanitized ? 300 : 900), one);
    const auto is_automatic = [&](const AlarmEvent& event) {
      return std::any_of(park.plants().begin(), park.plants().end(), [&](const auto& plant) {
        return std::any_of(plant->rules.begin(), plant->rules.end(), [&](const RuleSpec& rule) {
          return rule.id == event.rule && !rule.alarm.ack_required;
        });
      });
    };
    StandardLife life{true};
    for (const AlarmEvent& event : facts.transitions) life.take(event, is_automatic(event));
    kinds.insert(life.kinds().begin(), life.kinds().end());
  }
  // These are reached by the property test of the alarms, and by notices_test.
  const std::set<TransitionKind> elsewhere{TransitionKind::unacknowledged,
                                           TransitionKind::re_alarmed, TransitionKind::escalated};
  for (const auto& [kind, steps] : StandardLife::table()) {
    CAPTURE(to_text(kind));
    if (!elsewhere.contains(kind) && all.size() > 40) CHECK(kinds.contains(kind));
  }
}

TEST_CASE("pipeline: a snapshot restored at any point changes nothing", "[pipeline][property]") {
  for (const std::uint64_t seed : seeds(25)) {
    CAPTURE(seed);
    RandomPark park{seed};
    const auto inputs = park.inputs(500);
    Pipeline one;
    const Facts expected = plain(inputs, one);
    Pipeline other;
    Facts facts;
    cut(
        inputs, park,
        [&](std::size_t begin, std::size_t end) {
          other.step(time_after(inputs[end - 1]), std::span{inputs}.subspan(begin, end - begin),
                     facts);
          const std::string bytes = bytes_of(other);
          other = restored(bytes, park.plants());
          REQUIRE(bytes_of(other) == bytes);
        },
        [&](Timestamp now) { other.step(now, {}, facts); });
    require_same(expected, facts);
    REQUIRE(bytes_of(one) == bytes_of(other));
  }
}

TEST_CASE(
    "pipeline: a replay of what was committed since a snapshot leaves the state of the live run",
    "[pipeline][property]") {
  for (const std::uint64_t seed : seeds(25)) {
    CAPTURE(seed);
    RandomPark park{seed};
    const auto inputs = park.inputs(500);
    const auto plant_of_hash = [&](const std::string& hash) -> std::shared_ptr<const Plant> {
      for (const auto& plant : park.plants()) {
        if (plant->hash != hash) continue;
        auto bare = std::make_shared<Plant>(*plant);
        bare->decoders.clear();  // a replay has none
        return bare;
      }
      return nullptr;
    };
    Pipeline live;
    Pipeline second;  // begins at the first batch and only ever replays
    const auto commit = [&](const Facts& facts) {
      const RecordedBatch batch = recorded(facts, live.last_sequence(), live.now());
      Facts again;
      const auto replayed = second.replay(batch, plant_of_hash, again);
      if (!replayed) FAIL(replayed.error().message);
      std::vector<Reading> derived;
      for (const Reading& r : facts.readings) {
        if ((r.flags & reading_derived) != 0) derived.push_back(r);
      }
      REQUIRE(again.transitions == facts.transitions);
      REQUIRE(again.readings == derived);
      REQUIRE(bytes_of(second) == bytes_of(live));
      if (park.one_in(6)) second = restored(bytes_of(live), park.plants());
    };
    cut(
        inputs, park,
        [&](std::size_t begin, std::size_t end) {
          Facts facts;
          live.step(time_after(inputs[end - 1]), std::span{inputs}.subspan(begin, end - begin),
                    facts);
          commit(facts);
        },
        [&](Timestamp now) {
          Facts facts;
          live.step(now, {}, facts);
          commit(facts);
        });
  }
}

TEST_CASE("pipeline: the next deadline is when an empty step does something, and not before",
          "[pipeline][property]") {
  for (const std::uint64_t seed : seeds(10)) {
    CAPTURE(seed);
    RandomPark park{seed};
    const auto inputs = park.inputs(300);
    Pipeline pipeline;
    Facts facts;
    for (std::size_t i = 0; i + 1 < inputs.size(); ++i) {
      pipeline.step(time_after(inputs[i]), {&inputs[i], 1}, facts);
      if (is_jump(inputs[i + 1])) continue;
      for (auto due = pipeline.next_deadline(); due && *due <= inputs[i + 1].receive_time;
           due = pipeline.next_deadline()) {
        const std::string before = bytes_of(pipeline);
        const std::size_t told = facts.transitions.size();
        pipeline.step(*due - 1us, {}, facts);
        REQUIRE(facts.transitions.size() == told);
        pipeline.step(*due, {}, facts);
        v1::Snapshot was;
        REQUIRE(was.ParseFromString(before));
        was.set_now_us(to_us(*due));
        REQUIRE(bytes_of(pipeline) != was.SerializeAsString());
      }
    }
  }
}

}  // namespace property_test
