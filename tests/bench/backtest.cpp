// tests/bench/backtest.cpp - Readings a second out of the store through other rules: the engine's
// load is recorded into a real store, then run over by the same rules. Reading, unpacking and
// decoding of the blocks included; of one core. What comes out must be what the engine gave.
//
// Last line: backtest readings_per_s=<n> ratio=<of the engine's, same process> transitions=<n>
// differ=<n>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <tuple>

#include "store/history.h"
#include "store/store.h"
#include "tests/bench/engine_load.h"
#include "tools/trial/backtest.h"

namespace {

using namespace parkwatch;
using namespace parkwatch::bench;

struct Recorded {
  std::vector<AlarmEvent> transitions;
  std::uint64_t readings = 0;
  double seconds = 0;  // of the engine alone
};

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "backtest: %s\n", why.c_str());
  std::exit(1);
}

void commit(store::Store& store, store::Batch& batch, std::uint64_t last, Timestamp now) {
  batch.last_sequence = last;
  batch.now = now;
  if (const auto done = store.commit(batch); !done) fail(done.error().message);
  batch.plants.clear();
  batch.facts.readings.clear();
  batch.facts.transitions.clear();
  batch.facts.identities.clear();
  batch.facts.inputs.clear();
  batch.facts.tags.clear();
}

// Runs the engine as bench_engine does, and commits what it gives (which is not timed).
Recorded record(const Bench& load, store::Store& store) {
  Recorded recorded;
  pipeline::Pipeline pipeline;
  store::Batch batch;
  const Input start{1, begin, NewPlant{std::make_shared<const Plant>(load.plant)}};
  pipeline.step(begin, {&start, 1}, batch.facts);
  batch.plants.emplace_back(load.plant.hash, "bench");
  // Of its own, as when the daemon starts: the recording begins where the rules do.
  commit(store, batch, start.sequence, begin);
  for (std::size_t round = 0; round < rounds; ++round) {
    const std::vector<Input> inputs = load.inputs_of(round);
    for (std::size_t at = 0; at < inputs.size(); at += 10) {
      const std::span<const Input> part = std::span{inputs}.subspan(at, 10);
      const double before = cpu_seconds();
      pipeline.step(part.back().receive_time, part, batch.facts);
      recorded.seconds += cpu_seconds() - before;
    }
    recorded.readings += batch.facts.readings.size();
    recorded.transitions.insert(recorded.transitions.end(), batch.facts.transitions.begin(),
                                batch.facts.transitions.end());
    commit(store, batch, inputs.back().sequence, inputs.back().receive_time);
  }
  return recorded;
}

std::size_t differences(const std::vector<AlarmEvent>& a, const std::vector<AlarmEvent>& b) {
  const auto key = [](const AlarmEvent& e) { return std::tuple{e.at, e.kind, e.rule, e.tag}; };
  const std::size_t both = std::min(a.size(), b.size());
  std::size_t differ = std::max(a.size(), b.size()) - both;
  for (std::size_t i = 0; i < both; ++i) differ += key(a[i]) == key(b[i]) ? 0 : 1;
  return differ;
}

}  // namespace

int main() {
  std::string folder = (std::filesystem::temp_directory_path() / "parkwatch-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) fail("no temporary folder");
  const Bench load;
  store::StoreOptions options;
  options.directory = folder;
  options.synchronous = "OFF";
  auto store = store::open_store(options);
  if (!store) fail(store.error().message);
  const Recorded recorded = record(load, **store);
  (*store).reset();

  const auto history = store::open_history(folder);
  if (!history) fail(history.error().message);
  auto plant = std::make_shared<Plant>(load.plant);
  plant->decoders.clear();
  const double before = cpu_seconds();
  const auto run = trial::run_rules(**history, plant, {}, {});
  const double seconds = cpu_seconds() - before;
  std::filesystem::remove_all(folder);
  if (!run) fail(run.error().message);
  const std::size_t differ = differences(recorded.transitions, run->transitions);
  const double engine = static_cast<double>(recorded.readings) / recorded.seconds;
  const double backtest = static_cast<double>(run->readings) / seconds;
  std::printf("%llu readings in %llu batches, %.2f s of one core; the engine alone %.0f a second\n",
              static_cast<unsigned long long>(run->readings),
              static_cast<unsigned long long>(run->batches), seconds, engine);
  std::printf("backtest readings_per_s=%.0f ratio=%.2f transitions=%zu differ=%zu\n", backtest,
              backtest / engine, run->transitions.size(), differ);
  return differ == 0 ? 0 : 1;
}
