// tests/unit/trial/memory_test.cpp - A backtest of a part of the time is warmed up by as much
// before it as anything remembers: the longest stay inside the gates here.
#include <catch2/catch.hpp>

#include "pipeline/pipeline.h"
#include "store/store.h"
#include "tests/support/temp_dir.h"
#include "tools/trial/backtest.h"

namespace memory_test {

using namespace parkwatch;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp began = from_us(1'700'000'000'000'000);

// A topic "hazmat/g1" with the payload "H1" is hazmat H1 that enters at gate g1.
class EntryDecoder final : public Decoder {
 public:
  void decode(const Message& message, Decoded& out) override {
    const std::size_t slash = message.topic.find('/');
    Passage passage;
    passage.subject = parse_subject(message.topic.substr(0, slash)).value();
    passage.id = message.payload;
    passage.gate = message.topic.substr(slash + 1);
    out.personal = "+/+";
    out.passages.push_back(std::move(passage));
  }
};

// People may stay for an hour, vehicles for ever, hazmat for four hours.
std::shared_ptr<const Plant> gated() {
  auto plant = std::make_shared<Plant>();
  plant->hash = "gated";
  plant->park = "p";
  plant->sources = {{"park", 0}};
  plant->gates.on = true;
  plant->gates.gates.push_back({"g1", {}, {true, true, true}, "", {}});
  plant->gates.rules[static_cast<std::size_t>(GateRule::overstay)] = {true, Priority::high};
  plant->gates.stay = {1h, Duration{0}, 4h};
  plant->decoders = {std::make_shared<EntryDecoder>()};
  return plant;
}

Message entry(const std::string& subject, const std::string& id) {
  Message message;
  message.topic = subject + "/g1";
  message.payload = id;
  return message;
}

// A batch each ten minutes, for six hours; H1 enters in the second one, Zhang before 3:40.
std::vector<AlarmEvent> record(const std::string& directory,
                               const std::shared_ptr<const Plant>& plant) {
  store::StoreOptions options;
  options.directory = directory;
  auto opened = store::open_store(options);
  REQUIRE(opened.ok());
  pipeline::Pipeline pipeline;
  std::vector<AlarmEvent> told;
  std::uint64_t sequence = 0;
  for (Duration t{0}; t <= 6h; t += 10min) {
    std::vector<Input> inputs;
    const auto add = [&](decltype(Input::body) body) {
      inputs.push_back({++sequence, began + t, std::move(body)});
    };
    if (t == 0min) add(NewPlant{plant});
    if (t == 10min) add(entry("hazmat", "H1"));
    if (t == 220min) add(entry("person", "zhang"));
    store::Batch batch;
    batch.now = began + t;
    pipeline.step(batch.now, inputs, batch.facts);
    batch.last_sequence = sequence;
    if (t == 0min) batch.plants.emplace_back(plant->hash, "no text");
    told.insert(told.end(), batch.facts.transitions.begin(), batch.facts.transitions.end());
    REQUIRE((*opened)->commit(batch).ok());
  }
  return told;
}

std::vector<std::pair<Duration, std::string>> raised_in(const std::vector<AlarmEvent>& events) {
  std::vector<std::pair<Duration, std::string>> raised;
  for (const AlarmEvent& e : events) {
    if (e.kind == TransitionKind::raised) raised.emplace_back(e.at - began, e.rule + ' ' + e.tag);
  }
  return raised;
}

}  // namespace

TEST_CASE("backtest: who came in as long ago as anybody may stay overstays in it", "[trial]") {
  const test::TempDir dir;
  const auto plant = gated();
  const auto recorded = raised_in(record(dir.path(), plant));
  REQUIRE(recorded ==
          std::vector<std::pair<Duration, std::string>>{{250min, "gate-overstay inside/hazmat"},
                                                        {280min, "gate-overstay inside/person"}});
  const auto history = store::open_history(dir.path());
  REQUIRE(history.ok());
  // Hazmat came in 3 h 55 min before, and is over its time five minutes after the beginning.
  const auto run = trial::run_rules(**history, plant, began + 245min, {});
  if (!run) FAIL(run.error().message);
  CHECK(raised_in(run->transitions) == recorded);
  CHECK_FALSE(run->passages_gone);
}

}  // namespace memory_test
