// tests/unit/notify/alarm_counts_test.cpp - Counts and horn against a recount of everything.
#include "notify/alarm_counts.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/notify/sample_events.h"

namespace alarm_counts_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;

namespace {

AlarmEvent silence(std::uint64_t journal) {
  AlarmEvent e = raised(journal, "alarms");
  e.rule = rule_horn;
  e.kind = TransitionKind::silenced;
  return e;
}

}  // namespace

TEST_CASE("alarm counts: nothing stands", "[notify]") {
  const AlarmCounts counts;
  const std::string none =
      R"({"unacknowledged":0,"acknowledged":0,"returned_unacknowledged":0,"latched":0})";
  CHECK(counts.summary() == R"({"critical":)" + none + R"(,"high":)" + none + R"(,"medium":)" +
                                none + R"(,"low":)" + none + R"(,"hidden":0,"flood":false})");
  CHECK(counts.sounder() == R"({"sounding":false,"priority":"","alarms":0})");
}

TEST_CASE("alarm counts: one alarm's life", "[notify]") {
  AlarmCounts counts;
  const AlarmEvent first = raised(1);
  counts.changed(first);
  CHECK_THAT(counts.summary(), Catch::Contains(R"("high":{"unacknowledged":1,)"));
  CHECK(counts.sounder() == R"({"sounding":true,"priority":"high","alarms":1})");
  const AlarmEvent acked =
      followed(first, 2, TransitionKind::acknowledged, AlarmState::acknowledged);
  counts.changed(acked);
  CHECK_THAT(counts.summary(), Catch::Contains(R"("high":{"unacknowledged":0,"acknowledged":1,)"));
  CHECK_THAT(counts.sounder(), Catch::Contains("false"));
  counts.changed(followed(acked, 3, TransitionKind::returned, AlarmState::normal));
  CHECK(counts.summary() == AlarmCounts{}.summary());
}

TEST_CASE("alarm counts: a silence holds until something sounds anew", "[notify]") {
  AlarmCounts counts;
  counts.changed(raised(1, "a/b/c"));
  counts.changed(silence(2));
  CHECK_THAT(counts.sounder(), Catch::Contains("false"));
  AlarmEvent second = raised(3, "a/b/d");
  second.priority = Priority::critical;
  counts.changed(second);
  CHECK(counts.sounder() == R"({"sounding":true,"priority":"critical","alarms":1})");
  // The first one's return makes no sound either.
  counts.changed(followed(raised(1, "a/b/c"), 4, TransitionKind::returned,
                          AlarmState::returned_unacknowledged));
  counts.changed(followed(second, 5, TransitionKind::returned, AlarmState::normal));
  CHECK_THAT(counts.sounder(), Catch::Contains("false"));
}

TEST_CASE("alarm counts: what is hidden is counted apart and makes no sound", "[notify]") {
  AlarmCounts counts;
  AlarmEvent shelved = raised(1);
  shelved.flags = alarm_shelved;
  counts.changed(shelved);
  CHECK_THAT(counts.summary(), Catch::Contains(R"("hidden":1)"));
  CHECK_THAT(counts.summary(), Catch::Contains(R"("high":{"unacknowledged":0)"));
  CHECK_THAT(counts.sounder(), Catch::Contains("false"));
}

TEST_CASE("alarm counts: what no journal holds sounds until it is over", "[notify]") {
  AlarmCounts counts;
  AlarmEvent fault = raised(0, "parkwatch/store");
  fault.occurrence = 0;
  counts.changed(fault);
  counts.changed(silence(7));
  CHECK_THAT(counts.sounder(), Catch::Contains("true"));
  fault.state = AlarmState::normal;
  counts.changed(fault);
  CHECK_THAT(counts.sounder(), Catch::Contains("false"));
}

TEST_CASE("alarm counts: a flood is said while it lasts", "[notify]") {
  AlarmCounts counts;
  AlarmEvent flood = raised(1, "alarms");
  flood.rule = rule_flood;
  flood.kind = TransitionKind::flood_started;
  counts.changed(flood);
  CHECK_THAT(counts.summary(), Catch::EndsWith(R"("flood":true})"));
  CHECK_THAT(counts.sounder(), Catch::Contains("false"));
  flood.kind = TransitionKind::flood_ended;
  counts.changed(flood);
  CHECK(counts.summary() == AlarmCounts{}.summary());
}

TEST_CASE("alarm counts: random transitions count as a recount does", "[notify]") {
  std::mt19937 random{11};
  AlarmCounts counts;
  std::map<std::string, AlarmEvent> newest;
  for (std::uint64_t journal = 1; journal <= 3000; ++journal) {
    const std::string tag = "t/" + std::to_string(random() % 40) + "/x";
    AlarmEvent e = raised(journal, tag);
    e.priority = static_cast<Priority>(random() % 4);
    e.state = static_cast<AlarmState>(random() % alarm_states);
    if (random() % 5 == 0) e.flags = alarm_suppressed;
    counts.changed(e);
    newest[tag] = e;
    if (journal % 300 != 0) continue;
    AlarmCounts again;
    for (const auto& [name, event] : newest) again.changed(event);
    CHECK(counts.summary() == again.summary());
    CHECK(counts.sounder() == again.sounder());
  }
}

}  // namespace alarm_counts_test
