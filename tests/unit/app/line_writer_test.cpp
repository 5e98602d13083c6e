// tests/unit/app/line_writer_test.cpp - What the writer asks of the store, in which order, and what
// it does when the store says no.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/line.h"
#include "parkwatch/v1/snapshot.pb.h"
#include "tests/unit/app/small_plant.h"

namespace line_writer_test {

using namespace parkwatch;
using namespace parkwatch::app;
using namespace std::chrono_literals;

namespace {

// Stands still, so that nothing is due twice, but for what a test lets pass.
class StillClock final : public Clock {
 public:
  Timestamp now() override { return from_us(1'700'000'000'000'000 + passed_us_.load()); }
  void pass(Duration time) { passed_us_ += time.count(); }

 private:
  std::atomic<std::int64_t> passed_us_ = 0;
};

// What a store was asked, shared between its thread and the test's.
class Asked {
 public:
  void note(const std::string& call) {
    const std::lock_guard lock{mutex_};
    calls_.push_back(call);
    changed_.notify_all();
  }
  [[nodiscard]] std::vector<std::string> calls() {
    const std::lock_guard lock{mutex_};
    return calls_;
  }
  [[nodiscard]] std::size_t count(const std::string& call) {
    const std::lock_guard lock{mutex_};
    return static_cast<std::size_t>(std::count(calls_.begin(), calls_.end(), call));
  }
  // Calls of this name, whatever of.
  [[nodiscard]] std::size_t count_of(const std::string& name) {
    const std::lock_guard lock{mutex_};
    return static_cast<std::size_t>(std::count_if(
        calls_.begin(), calls_.end(), [&](const auto& call) { return call.starts_with(name); }));
  }
  bool wait_for(const std::string& call, std::size_t times = 1) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, 20s, [&] {
      return static_cast<std::size_t>(std::count(calls_.begin(), calls_.end(), call)) >= times;
    });
  }
  // A commit waits until it is let go.
  void hold() {
    const std::lock_guard lock{mutex_};
    held_ = true;
  }
  void let_go() {
    const std::lock_guard lock{mutex_};
    held_ = false;
    changed_.notify_all();
  }
  // One of those that wait, or the next.
  void let_one_go() {
    const std::lock_guard lock{mutex_};
    ++passes_;
    changed_.notify_all();
  }
  void wait_if_held() {
    std::unique_lock lock{mutex_};
    (void)changed_.wait_for(lock, 20s, [this] { return !held_ || passes_ > 0; });
    if (held_ && passes_ > 0) --passes_;
  }
  // What the writer takes from a list of failures set before the line starts.
  static Result<Done> next_of(std::deque<Error>& failures) {
    if (failures.empty()) return Done{};
    const Error failure = failures.front();
    failures.pop_front();
    return failure;
  }
  std::deque<Error> failures;  // of the next commits; set before the line starts
  std::deque<Error> flush_failures;
  std::deque<Error> retain_failures;
  std::deque<Error> checkpoint_failures;
  std::uint64_t lost = 0;  // readings, by retention; likewise
  int pieces = 0;          // of retention that are still to do; likewise

 private:
  std::mutex mutex_;  // protects all below
  std::condition_variable changed_;
  std::vector<std::string> calls_;
  bool held_ = false;
  int passes_ = 0;  // that go although they are held
};

class RecordingStore final : public store::Store {
 public:
  explicit RecordingStore(Asked& asked) : asked_(asked) {}
  const store::Recovered& recovered() const override { return recovered_; }
  Result<std::shared_ptr<const v1::Snapshot>> newest_snapshot() override {
    return std::shared_ptr<const v1::Snapshot>{};
  }
  Result<Done> batches_after(std::uint64_t,
                             const std::function<Result<Done>(const RecordedBatch&)>&) override {
    return Done{};
  }
  Result<std::string> plant_text(const std::string&) override { return std::string{}; }
  Result<store::CommitInfo> commit(const store::Batch& batch) override {
    for (const auto& [hash, text] : batch.plants) asked_.note("plant " + hash + ": " + text);
    asked_.note("commit " + std::to_string(batch.last_sequence));
    asked_.wait_if_held();
    if (asked_.failures.empty()) return store::CommitInfo{};
    const Error failure = asked_.failures.front();
    asked_.failures.pop_front();
    return failure;
  }
  void delivered(std::uint64_t journal) override {
    asked_.note("delivered " + std::to_string(journal));
  }
  void keep(std::string key, std::optional<std::string>) override { asked_.note("keep " + key); }
  void keep_personal(Duration) override {}
  Result<Done> flush() override {
    asked_.note("flush");
    return asked_.next_of(asked_.flush_failures);
  }
  Result<bool> retain(Timestamp, bool) override {
    asked_.note("retain");
    if (const auto done = asked_.next_of(asked_.retain_failures); !done) return done.error();
    return asked_.pieces-- > 0;
  }
  std::uint64_t readings_lost() const override { return asked_.lost; }
  Result<Done> checkpoint() override {
    asked_.note("checkpoint");
    return asked_.next_of(asked_.checkpoint_failures);
  }

 private:
  Asked& asked_;
  store::Recovered recovered_;
};

struct Rig {
  explicit Rig(Asked& to, Duration pause_after = 1h, bool fault_told = false) : asked(to) {
    options.pause_after = pause_after;
    options.fault_told = fault_told;
    options.linger = 1h;
    options.heartbeat = 1h;
    options.readings_max = 1;  // every reading ends its batch
    LineListener listener;
    listener.committed = [this](const store::Batch& batch, const store::CommitInfo&, Duration) {
      asked.note("told " + std::to_string(batch.last_sequence));
      for (const RecordedInput& input : batch.facts.inputs) {
        const auto* pause = std::get_if<Pause>(&input.body);
        if (pause != nullptr) asked.note(pause->on ? "paused" : "resumed");
      }
    };
    listener.commit_failed = [this] { asked.note("failed"); };
    listener.store_fault = [this](const std::string& fault, const store::Batch& held) {
      asked.note("fault of " + std::to_string(held.last_sequence) + ": " + fault);
    };
    listener.readings_lost = [this](std::uint64_t n) { asked.note("lost " + std::to_string(n)); };
    listener.upkeep_fault = [this](const std::string& fault) { asked.note("upkeep: " + fault); };
    intake.on_committed(
        [this](std::uint64_t sequence) { asked.note("released " + std::to_string(sequence)); });
    line.emplace(intake, clock, pipeline::Pipeline{}, std::make_unique<RecordingStore>(asked),
                 options, listener);
  }
  std::uint64_t plant(const std::string& hash) {
    line->keep_plant(hash, "text of " + hash);
    return intake.append(NewPlant{test::small_plant(hash)});
  }
  std::uint64_t send(double value) {
    return intake.append(test::message("a/b/t5", std::to_string(value)));
  }
  // Sends one reading and waits until it is safe.
  bool send_safely(double value) {
    return asked.wait_for("released " + std::to_string(send(value)));
  }
  void stop() {
    intake.close();
    line->stop(Duration{20s});
  }

  Asked& asked;
  LineOptions options;
  StillClock clock;
  Intake intake{clock, {}, 0};
  std::optional<Line> line;
};

}  // namespace

TEST_CASE("line: a commit is told to the daemon first and to the sources then", "[app]") {
  Asked asked;
  Rig rig{asked};
  (void)rig.plant("small");
  rig.line->start();
  REQUIRE(rig.send_safely(1));
  rig.stop();
  std::vector<std::string> order;
  for (const std::string& call : asked.calls()) {
    if (call.ends_with(" 2")) order.push_back(call);
  }
  CHECK(order.size() >= 3);
  CHECK(std::vector<std::string>(order.begin(), order.begin() + 3) ==
        std::vector<std::string>{"commit 2", "told 2", "released 2"});
}

TEST_CASE("line: a configuration's text is stored with the batch that begins it, and only there",
          "[app]") {
  Asked asked;
  Rig rig{asked};
  (void)rig.plant("first");
  rig.line->keep_plant("never", "text of never");
  rig.line->start();
  REQUIRE(rig.send_safely(1));
  REQUIRE(rig.send_safely(2));
  (void)rig.plant("second");
  REQUIRE(rig.send_safely(3));
  rig.stop();
  CHECK(asked.count("plant first: text of first") == 1);
  CHECK(asked.count("plant second: text of second") == 1);
  CHECK(asked.count("plant never: text of never") == 0);
}

TEST_CASE("line: a delivery that comes while a commit is at work goes before the next one",
          "[app]") {
  Asked asked;
  Rig rig{asked};
  (void)rig.plant("small");
  asked.hold();
  rig.line->start();
  const std::uint64_t first = rig.send(1);
  REQUIRE(asked.wait_for("commit " + std::to_string(first)));
  rig.line->delivered(41);
  rig.line->delivered(42);
  CHECK(asked.count("delivered 41") == 0);  // the writer alone touches the store
  asked.let_go();
  REQUIRE(rig.send_safely(2));
  rig.stop();
  std::vector<std::string> order;
  for (const std::string& call : asked.calls()) {
    if (call.starts_with("delivered") || call.starts_with("commit")) order.push_back(call);
  }
  const auto at = std::find(order.begin(), order.end(), "delivered 41");
  REQUIRE(order.end() - at >= 3);
  CHECK(*(at - 1) == "commit " + std::to_string(first));
  CHECK(*(at + 1) == "delivered 42");
  CHECK((at + 2)->starts_with("commit"));
}

TEST_CASE("line: retention goes on batch after batch while there is more to delete", "[app]") {
  Asked asked;
  asked.pieces = 3;
  asked.lost = 7;
  Rig rig{asked};
  (void)rig.plant("small");
  rig.line->start();
  for (int i = 0; i < 10; ++i) REQUIRE(rig.send_safely(i));
  rig.stop();
  // Three that said there is more and the one that said no; the clock stands, so it is not due
  // again.
  CHECK(asked.count("retain") == 4);
  CHECK(asked.count("flush") == 4);
  CHECK(asked.count("checkpoint") == 4);
  CHECK(asked.count("lost 7") == 1);
}

TEST_CASE("line: retention that fails is told once, and that it works when it did for a minute",
          "[app][fault]") {
  Asked asked;
  asked.retain_failures = {Error{ErrorKind::damaged, "database disk image is malformed"},
                           Error{ErrorKind::transient, "disk I/O error"}};
  Rig rig{asked};
  (void)rig.plant("small");
  rig.line->start();
  const std::string fault = "upkeep: old data cannot be deleted: database disk image is malformed";
  const auto told = [&] {
    std::vector<std::string> said;
    for (const std::string& call : asked.calls()) {
      if (call.starts_with("upkeep")) said.push_back(call);
    }
    return said;
  };
  REQUIRE(asked.wait_for("checkpoint"));  // before the time passes
  // Each batch is followed by a look at the store, if it is due.
  for (std::size_t look = 2; look <= 4; ++look) {
    rig.clock.pass(3s);
    REQUIRE(rig.send_safely(static_cast<double>(look)));
    REQUIRE(asked.wait_for("checkpoint", look));
  }
  REQUIRE(told().size() == 1);
  CHECK(told()[0].starts_with(fault));
  rig.clock.pass(1min);
  REQUIRE(rig.send_safely(9));
  REQUIRE(asked.wait_for("upkeep: "));
  rig.stop();
  CHECK(told().size() == 2);
}

TEST_CASE("line: deliveries and checkpoints that fail are told too, the first of them by name",
          "[app][fault]") {
  Asked asked;
  SECTION("deliveries") {
    asked.flush_failures = {Error{ErrorKind::transient, "disk full"}};
    asked.checkpoint_failures = {Error{ErrorKind::transient, "likewise"}};
    Rig rig{asked};
    rig.line->start();
    CHECK(asked.wait_for("upkeep: what was delivered cannot be noted: disk full"));
    rig.stop();
    CHECK(asked.count("retain") >= 1);  // tried all the same
  }
  SECTION("checkpoints") {
    asked.checkpoint_failures = {Error{ErrorKind::transient, "disk I/O error"}};
    Rig rig{asked};
    rig.line->start();
    CHECK(asked.wait_for("upkeep: the WAL cannot be moved into the database: disk I/O error"));
    rig.stop();
  }
}

TEST_CASE("line: after a fault that an earlier run told, what becomes of the first commit is told",
          "[app]") {
  const bool told_before = GENERATE(true, false);
  const bool fails = GENERATE(true, false);
  Asked asked;
  if (fails) asked.failures = {Error{ErrorKind::transient, "disk full"}};
  Rig rig{asked, 1h, told_before};
  (void)rig.plant("small");
  rig.line->start();
  REQUIRE(rig.send_safely(1));
  REQUIRE(rig.send_safely(2));
  rig.stop();
  std::vector<std::string> faults;
  for (const std::string& call : asked.calls()) {
    if (call.starts_with("fault of")) faults.push_back(call.substr(call.find(':')));
  }
  if (fails) {
    REQUIRE(faults.size() == 2);
    CHECK_THAT(faults[0], Catch::Contains("disk full"));
    CHECK(faults[1] == ": ");
  } else {
    CHECK(faults == (told_before ? std::vector<std::string>{": "} : std::vector<std::string>{}));
  }
}

TEST_CASE("line: a batch that fails is tried again as it is, and nothing is released meanwhile",
          "[app][fault]") {
  Asked asked;
  asked.failures = {Error{ErrorKind::transient, "disk full"},
                    Error{ErrorKind::transient, "disk full, still"}};
  Rig rig{asked};
  (void)rig.plant("small");
  asked.hold();
  rig.line->start();
  const std::uint64_t first = rig.send(1);
  REQUIRE(asked.wait_for("commit " + std::to_string(first)));
  const std::uint64_t later = rig.send(2);
  CHECK(rig.intake.committed() == 0);
  asked.let_go();
  REQUIRE(asked.wait_for("released " + std::to_string(later)));
  rig.stop();
  const std::string of_first = " " + std::to_string(first);
  CHECK(asked.count("commit" + of_first) == 3);
  CHECK(asked.count("told" + of_first) == 1);
  CHECK(asked.count("failed") == 2);  // each attempt, and not only the first of its kind
  // Said once for all attempts of one kind, and once that it is over.
  std::vector<std::string> said;
  for (const std::string& call : asked.calls()) {
    if (call.starts_with("fault") || call.starts_with("told")) said.push_back(call);
  }
  REQUIRE(said.size() >= 3);
  CHECK(said[0] == "fault of" + of_first + ": disk full");
  CHECK(said[1] == "fault of" + of_first + ": ");
  CHECK(said[2] == "told" + of_first);
}

TEST_CASE("line: a commit that takes long is a pause to the pipeline, until it ends", "[app]") {
  Asked asked;
  Rig rig{asked, 1ms};
  (void)rig.plant("small");
  rig.line->start();
  REQUIRE(rig.send_safely(1));
  asked.hold();
  const std::uint64_t last = rig.send(2);
  REQUIRE(asked.wait_for("commit " + std::to_string(last)));
  while (rig.intake.appended() == last) std::this_thread::yield();
  CHECK(asked.count("paused") == 0);  // it is in the batch that waits
  asked.let_go();
  while (asked.count("resumed") == 0) {
    const std::uint64_t next = rig.send(3);
    while (rig.intake.committed() < next) std::this_thread::yield();
  }
  rig.stop();
  CHECK(asked.count("paused") >= 1);
}

TEST_CASE("line: under load a pause ends with its commit, though the next one is held at once",
          "[app]") {
  Asked asked;
  Rig rig{asked, 100ms};  // no commit takes so long, but for those that are held
  (void)rig.plant("small");
  rig.line->start();
  REQUIRE(rig.send_safely(1));
  const auto await = [](const auto& met) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!met() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    return met();
  };
  asked.hold();
  std::size_t commits = asked.count_of("commit");
  std::uint64_t last = rig.send(2);
  REQUIRE(await([&] { return asked.count_of("commit") > commits; }));
  REQUIRE(await([&] { return rig.intake.appended() > last; }));  // it begins
  for (int n = 0; n < 3; ++n) {
    last = rig.send(3);
    asked.let_one_go();
    ++commits;
    REQUIRE(await([&] { return asked.count_of("commit") > commits; }));  // the next, held
    REQUIRE(await([&] { return rig.intake.appended() >= last + 2; }));   // it ended and begins anew
  }
  asked.let_go();
  rig.stop();
  CHECK(asked.count("paused") >= 3);
  CHECK(asked.count("resumed") >= 3);
}

TEST_CASE("line: the turns of both threads rise, so that a watchdog sees them live", "[app]") {
  Asked asked;
  Rig rig{asked};
  (void)rig.plant("small");
  CHECK(rig.line->pipeline_turns() == 0);
  rig.line->start();
  REQUIRE(rig.send_safely(1));
  const std::uint64_t pipeline = rig.line->pipeline_turns();
  const std::uint64_t writer = rig.line->writer_turns();
  CHECK(writer > 0);
  REQUIRE(rig.send_safely(2));
  REQUIRE(rig.send_safely(3));
  CHECK(rig.line->pipeline_turns() > pipeline);
  CHECK(rig.line->writer_turns() > writer);
  rig.stop();
}

TEST_CASE("line: one that was never started, or never stopped, ends with its object", "[app]") {
  Asked asked;
  { const Rig never_started{asked}; }
  CHECK(asked.calls().empty());
  std::uint64_t last = 0;
  {
    Rig never_stopped{asked};
    (void)never_stopped.plant("small");
    never_stopped.line->start();
    last = never_stopped.send(1);
    REQUIRE(asked.wait_for("released " + std::to_string(last)));
  }
  CHECK(asked.count("released " + std::to_string(last)) >= 1);
}

}  // namespace line_writer_test
