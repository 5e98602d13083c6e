// tests/unit/http/journal_look_test.cpp - The journal as activations, out of a real store: spans,
// pages, what stood before.
#include "http/journal_look.h"

#include <catch2/catch.hpp>
#include <map>

#include "store/store.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/http/park.h"

namespace journal_look_test {

using namespace parkwatch;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp day = from_us(1'767'225'600'000'000);

class Shelf {
 public:
  Shelf() {
    store::StoreOptions options;
    options.directory = dir_.path();
    options.synchronous = "OFF";
    auto opened = store::open_store(options);
    REQUIRE(opened.ok());
    store_ = std::move(*opened);
  }
  void add(Duration at, TransitionKind kind, const std::string& rule) {
    AlarmEvent event = test::transition(
        ++journal_, kind,
        kind == TransitionKind::returned ? AlarmState::normal : AlarmState::unacknowledged, rule);
    event.at = day + at;
    event.reading_sequence = 7;
    if (kind == TransitionKind::raised) raised_[rule] = event.at;
    event.raised_at = raised_[rule];
    if (kind == TransitionKind::returned) event.level = Level::none;
    batch_.facts.transitions.push_back(event);
  }
  void stay(Duration from, Duration to, const std::string& rule) {
    add(from, TransitionKind::raised, rule);
    add(to, TransitionKind::returned, rule);
  }
  std::unique_ptr<store::Reader> reader() {
    batch_.last_sequence = ++sequence_;
    batch_.now = day + 1h * sequence_;
    REQUIRE(store_->commit(batch_).ok());
    batch_ = {};
    auto opened = store::open_reader(dir_.path());
    REQUIRE(opened.ok());
    return std::move(*opened);
  }

 private:
  test::TempDir dir_;
  std::unique_ptr<store::Store> store_;
  store::Batch batch_;
  std::uint64_t journal_ = 0;
  std::uint64_t sequence_ = 0;
  std::map<std::string, Timestamp> raised_;
};

std::vector<std::uint64_t> journals(store::Reader& reader, Duration from, Duration to) {
  std::vector<std::uint64_t> seen;
  const auto take = [&](const AlarmEvent& event) -> Result<Done> {
    seen.push_back(event.journal);
    return Done{};
  };
  REQUIRE(http::each_transition(reader, day + from, day + to, take).ok());
  return seen;
}

std::vector<alarms::Activation> between(store::Reader& reader, Duration from, Duration to) {
  const auto history = http::history_between(reader, day + from, day + to);
  INFO((history ? "" : history.error().message));
  REQUIRE(history.ok());
  return history->activations;
}

}  // namespace

TEST_CASE("journal look: every transition of a span, page by page", "[http]") {
  Shelf shelf;
  for (int i = 0; i < 2500; ++i) shelf.stay(1s * i, 1s * i, "r" + std::to_string(i));
  const auto reader = shelf.reader();
  const auto all = journals(*reader, 0s, 10h);
  REQUIRE(all.size() == 5000);
  CHECK(all.front() == 1);
  CHECK(all.back() == 5000);
  CHECK(journals(*reader, 10s, 12s) == std::vector<std::uint64_t>{21, 22, 23, 24});
  CHECK(journals(*reader, 10h, 11h).empty());
}

TEST_CASE("journal look: what takes a transition may stop", "[http]") {
  Shelf shelf;
  shelf.stay(1s, 2s, "a");
  const auto reader = shelf.reader();
  const auto refuse = [](const AlarmEvent&) -> Result<Done> {
    return Error{ErrorKind::refused, "enough"};
  };
  const auto done = http::each_transition(*reader, day, day + 1h, refuse);
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().message == "enough");
}

TEST_CASE("journal look: activations end when they did, also behind the span", "[http]") {
  Shelf shelf;
  shelf.stay(1h, 5h, "long");
  shelf.stay(3h, 4h, "later");
  const auto reader = shelf.reader();
  const auto all = between(*reader, 0s, 2h);
  REQUIRE(all.size() == 1);
  CHECK(all[0].rule == "long");
  CHECK(all[0].ended == day + 5h);
}

TEST_CASE("journal look: what stands since long before is there, with its own time", "[http]") {
  Shelf shelf;
  shelf.add(0s, TransitionKind::raised, "old");
  shelf.stay(200h, 201h, "new");
  const auto reader = shelf.reader();
  const auto all = between(*reader, 190h, 300h);
  REQUIRE(all.size() == 2);
  CHECK(all[0].rule == "old");
  CHECK(all[0].raised == day);
  CHECK_FALSE(all[0].detected_in);
  CHECK_FALSE(all[0].ended);
  CHECK(all[1].rule == "new");
  CHECK(all[1].detected_in);
}

TEST_CASE("journal look: what began before the span and ended in it is known by its end",
          "[http]") {
  Shelf shelf;
  shelf.add(0s, TransitionKind::raised, "old");
  shelf.add(200h, TransitionKind::returned, "old");
  const auto reader = shelf.reader();
  const auto all = between(*reader, 190h, 300h);
  REQUIRE(all.size() == 1);
  CHECK(all[0].raised == day);
  CHECK(all[0].ended == day + 200h);
  CHECK(all[0].journal == 0);
}

TEST_CASE("journal look: the beginning of time has no two days before it", "[http]") {
  Shelf shelf;
  shelf.stay(1h, 2h, "a");
  const auto reader = shelf.reader();
  const auto history = http::history_between(*reader, timestamp_min, day + 3h);
  REQUIRE(history.ok());
  CHECK(history->activations.size() == 1);
}

}  // namespace journal_look_test
