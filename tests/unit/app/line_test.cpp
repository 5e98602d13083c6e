// tests/unit/app/line_test.cpp - When a batch ends, what a failing store holds back, and what a
// stop leaves.
#include "app/line.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "app/gateway_clock.h"
#include "parkwatch/v1/snapshot.pb.h"
#include "store/reader.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/app/small_plant.h"

namespace line_test {

using namespace parkwatch;
using namespace parkwatch::app;
using namespace std::chrono_literals;

namespace {

// What the writer told, kept for the test's thread.
class Told {
 public:
  LineListener listener() {
    return {.committed =
                [this](const store::Batch& batch, const store::CommitInfo&, Duration) {
                  const std::lock_guard lock{mutex_};
                  batches_.push_back({batch.last_sequence, batch.facts.readings.size(),
                                      batch.facts.transitions.size(), batch.snapshot != nullptr});
                  changed_.notify_all();
                },
            .store_fault =
                [this](const std::string& fault, const store::Batch&) {
                  const std::lock_guard lock{mutex_};
                  faults_.push_back(fault);
                  changed_.notify_all();
                }};
  }
  struct Seen {
    std::uint64_t last_sequence;
    std::size_t readings;
    std::size_t transitions;
    bool snapshot;
  };
  bool wait(const std::function<bool(const std::vector<Seen>&)>& enough) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, 20s, [&] { return enough(batches_); });
  }
  // The intake hears of a commit after the listener does.
  void released(std::uint64_t sequence) {
    const std::lock_guard lock{mutex_};
    released_ = sequence;
    changed_.notify_all();
  }
  bool wait_committed(std::uint64_t sequence) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, 20s, [&] { return released_ >= sequence; });
  }
  bool wait_fault() {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, 20s, [&] { return !faults_.empty(); });
  }
  std::vector<Seen> batches() {
    const std::lock_guard lock{mutex_};
    return batches_;
  }
  std::vector<std::string> faults() {
    const std::lock_guard lock{mutex_};
    return faults_;
  }

 private:
  std::mutex mutex_;  // protects all below
  std::condition_variable changed_;
  std::vector<Seen> batches_;
  std::vector<std::string> faults_;
  std::uint64_t released_ = 0;
};

// Intake, line and store on a folder of their own.
struct Rig {
  explicit Rig(LineOptions options, const std::string& vfs = "") {
    store::StoreOptions where;
    where.directory = dir.path().string();
    where.vfs = vfs;
    auto opened = store::open_store(where);
    REQUIRE(opened.ok());
    intake.on_committed([this](std::uint64_t sequence) { told.released(sequence); });
    line.emplace(intake, clock, pipeline::Pipeline{}, std::move(*opened), options, told.listener());
    line->keep_plant("small", "the text of the configuration");
    (void)intake.append(NewPlant{test::small_plant()});
  }
  void stop() {
    intake.close();
    line->stop(Duration{20s});
  }
  std::uint64_t send(const std::string& tag, const std::string& payload) {
    return intake.append(test::message(tag, payload));
  }

  test::TempDir dir;
  GatewayClock clock{real_clock_sources(), timestamp_min};
  Intake intake{clock, {}, 0};
  Told told;
  std::optional<Line> line;
};

// So long that nothing but what a test does ends a batch.
LineOptions patient() {
  LineOptions options;
  options.linger = 1h;
  options.heartbeat = 1h;
  return options;
}

}  // namespace

TEST_CASE("line: a transition ends its batch at once, and its reading is in it", "[app]") {
  Rig rig{patient()};
  rig.line->start();
  (void)rig.send("a/b/t5", "1");
  const std::uint64_t last = rig.send("a/b/t0", "80");
  REQUIRE(rig.told.wait_committed(last));
  CHECK(rig.intake.committed() == last);
  std::size_t transitions = 0;
  for (const Told::Seen& batch : rig.told.batches()) transitions += batch.transitions;
  CHECK(transitions == 1);
  rig.stop();
}

TEST_CASE("line: half of a source's window ends a batch", "[app]") {
  Rig rig{patient()};
  rig.line->set_windows({20});
  rig.line->start();
  std::uint64_t last = 0;
  for (int i = 0; i < 10; ++i) last = rig.send("a/b/t5", std::to_string(i));
  REQUIRE(rig.told.wait_committed(last));
  CHECK(rig.intake.inputs_held() == 0);
  rig.stop();
}

// Their acknowledgements may be held for what came while they were written: with five more the
// broker's window of twenty is full, and it sends nothing until the next commit.
TEST_CASE("line: what is left of a window beside the batch before ends a batch", "[app]") {
  Rig rig{patient()};
  rig.line->set_windows({20});
  std::uint64_t last = 0;
  for (int i = 0; i < 15; ++i) last = rig.send("a/b/t5", std::to_string(i));
  rig.line->start();
  REQUIRE(rig.told.wait_committed(last));
  for (int i = 0; i < 5; ++i) last = rig.send("a/b/t5", std::to_string(i));
  REQUIRE(rig.told.wait_committed(last));
  CHECK(rig.told.batches().size() == 2);
  rig.stop();
}

TEST_CASE("line: fewer than half of the window wait for linger", "[app]") {
  LineOptions options = patient();
  options.linger = 30ms;
  Rig rig{options};
  rig.line->set_windows({1'000});
  rig.line->start();
  const std::uint64_t last = rig.send("a/b/t5", "1");
  REQUIRE(rig.told.wait_committed(last));
  rig.stop();
}

TEST_CASE("line: a size ends a batch", "[app]") {
  LineOptions options = patient();
  options.readings_max = 7;
  Rig rig{options};
  rig.line->start();
  std::uint64_t last = 0;
  for (int i = 0; i < 7; ++i) last = rig.send("a/b/t5", std::to_string(i));
  REQUIRE(rig.told.wait_committed(last));
  rig.stop();
}

TEST_CASE("line: a command is answered once it is committed", "[app]") {
  Rig rig{patient()};
  rig.line->start();
  std::mutex mutex;
  std::condition_variable answered;
  std::string answer;
  (void)rig.intake.append(Command{"op", AcknowledgeAlarm{"high", "a/b/t0", 1, ""}},
                          [&](const Result<Done>& result) {
                            const std::lock_guard lock{mutex};
                            answer = result.ok() ? "ok" : result.error().message;
                            answered.notify_all();
                          });
  std::unique_lock lock{mutex};
  REQUIRE(answered.wait_for(lock, 20s, [&] { return !answer.empty(); }));
  CHECK(answer != "ok");  // nothing stands that could be acknowledged
  lock.unlock();
  rig.stop();
}

TEST_CASE("line: with nothing to say the time is committed all the same", "[app]") {
  LineOptions options = patient();
  options.heartbeat = 20ms;
  options.linger = 1ms;
  Rig rig{options};
  rig.line->start();
  REQUIRE(rig.told.wait([](const auto& seen) { return seen.size() >= 3; }));
  rig.stop();
  store::StoreOptions where;
  where.directory = rig.dir.path().string();
  rig.line.reset();
  const auto opened = store::open_store(where);
  REQUIRE(opened.ok());
  CHECK((*opened)->recovered().last_now > timestamp_min);
}

TEST_CASE("line: snapshots come with the batch that is due, and with the last one", "[app]") {
  LineOptions options = patient();
  options.linger = 1ms;
  options.snapshot_readings = 5;
  Rig rig{options};
  rig.line->start();
  for (int i = 0; i < 12; ++i) {
    REQUIRE(rig.told.wait_committed(rig.send("a/b/t5", std::to_string(i))));
  }
  rig.stop();
  std::size_t snapshots = 0;
  for (const Told::Seen& batch : rig.told.batches()) snapshots += batch.snapshot ? 1 : 0;
  CHECK(snapshots >= 3);
  CHECK(rig.told.batches().back().snapshot);
}

namespace {

// A store whose file is damaged for good.
class DamagedStore final : public store::Store {
 public:
  const store::Recovered& recovered() const override { return recovered_; }
  Result<std::shared_ptr<const v1::Snapshot>> newest_snapshot() override {
    return std::shared_ptr<const v1::Snapshot>{};
  }
  Result<Done> batches_after(std::uint64_t,
                             const std::function<Result<Done>(const RecordedBatch&)>&) override {
    return Done{};
  }
  Result<std::string> plant_text(const std::string&) override { return std::string{}; }
  Result<store::CommitInfo> commit(const store::Batch&) override { return damage_; }
  void delivered(std::uint64_t) override {}
  void keep(std::string, std::optional<std::string>) override {}
  void keep_personal(Duration) override {}
  Result<Done> flush() override { return damage_; }
  Result<bool> retain(Timestamp, bool) override { return damage_; }
  std::uint64_t readings_lost() const override { return 0; }
  Result<Done> checkpoint() override { return Done{}; }

 private:
  store::Recovered recovered_;
  Error damage_{ErrorKind::damaged, "database disk image is malformed"};
};

}  // namespace

TEST_CASE("line: a damaged store is told with what to do, and a stop does not wait for it",
          "[app]") {
  GatewayClock clock{real_clock_sources(), timestamp_min};
  Intake intake{clock, {}, 0};
  Told told;
  Line line{intake,    clock,          pipeline::Pipeline{}, std::make_unique<DamagedStore>(),
            patient(), told.listener()};
  (void)intake.append(NewPlant{test::small_plant()});
  line.start();
  (void)intake.append(test::message("a/b/t0", "80"));
  REQUIRE(told.wait_fault());
  intake.close();
  line.stop(Duration{0});
  REQUIRE(told.faults().size() == 1);
  CHECK_THAT(told.faults()[0], Catch::Contains("malformed") && Catch::Contains("aside"));
  CHECK(told.batches().empty());
}

TEST_CASE("line: a failing store holds everything back, says so once, and goes on by itself",
          "[app]") {
  test::FaultyVfs vfs{"line-test"};
  Rig rig{patient(), vfs.name()};
  vfs.fail_at(1, test::FaultyVfs::Fault::io_error, 40);
  rig.line->start();
  const std::uint64_t last = rig.send("a/b/t0", "80");
  REQUIRE(rig.told.wait_committed(last));
  rig.stop();
  CHECK(vfs.struck());
  const std::vector<std::string> faults = rig.told.faults();
  REQUIRE(faults.size() == 2);
  CHECK_FALSE(faults[0].empty());
  CHECK(faults[1].empty());
  rig.line.reset();  // closes the store before its file system goes
}

TEST_CASE("line: a store that never works is given up after its patience, and nothing is told safe",
          "[app]") {
  test::FaultyVfs vfs{"line-test-never"};
  Rig rig{patient(), vfs.name()};
  vfs.fail_at(1, test::FaultyVfs::Fault::io_error, 1'000'000'000);
  rig.line->start();
  (void)rig.send("a/b/t0", "80");
  rig.intake.close();
  rig.line->stop(Duration{50ms});
  CHECK(rig.intake.committed() == 0);
  CHECK(rig.told.batches().empty());
  rig.line.reset();
}

TEST_CASE("line: a stop drains what was appended, whatever it waited for", "[app]") {
  Rig rig{patient()};
  rig.line->start();
  std::uint64_t last = 0;
  for (int i = 0; i < 500; ++i) last = rig.send("a/b/t5", std::to_string(i));
  rig.stop();
  CHECK(rig.intake.committed() == last);
  const auto reader = store::open_reader(rig.dir.path().string());
  REQUIRE(reader.ok());
  const auto counts = (*reader)->counts();
  REQUIRE(counts.ok());
  CHECK(counts->readings == 500);
}

TEST_CASE("line: an alert's delivery reaches the store without a batch to carry it", "[app]") {
  Rig rig{patient()};
  rig.line->start();
  REQUIRE(rig.told.wait_committed(rig.send("a/b/t0", "80")));
  const auto reader = store::open_reader(rig.dir.path().string());
  REQUIRE(reader.ok());
  const auto before = (*reader)->outbox(0, 10);
  REQUIRE(before.ok());
  REQUIRE(before->size() == 1);
  rig.line->delivered(before->front().journal);
  rig.stop();
  const auto after = (*reader)->outbox(0, 10);
  REQUIRE(after.ok());
  CHECK(after->empty());
}

}  // namespace line_test
