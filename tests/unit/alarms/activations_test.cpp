// tests/unit/alarms/activations_test.cpp - Every order of an alarm's rows gives the stays that they
// tell.
#include "alarms/activations.h"

#include <catch2/catch.hpp>

namespace activations_test {

using namespace parkwatch;
using namespace parkwatch::alarms;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp day = from_us(std::int64_t{20'000} * 86'400'000'000);

// "R1 A2 r3": raised at 1 s, acknowledged at 2 s, returned at 3 s; L level, X removed.
std::vector<AlarmEvent> rows_of(const std::string& story) {
  std::vector<AlarmEvent> rows;
  for (std::size_t at = 0; at < story.size(); at += 3) {
    AlarmEvent event;
    event.journal = rows.size() + 1;
    event.rule = "r";
    event.tag = "t";
    event.level = Level::high;
    event.at = event.raised_at = day + 1s * (story[at + 1] - '0');
    event.state = AlarmState::unacknowledged;
    switch (story[at]) {
      case 'R':
        event.kind = TransitionKind::raised;
        break;
      case 'A':
        event.kind = TransitionKind::acknowledged;
        event.state = AlarmState::acknowledged;
        break;
      case 'r':
        event.kind = TransitionKind::returned;
        event.state = AlarmState::normal;
        break;
      case 'L':
        event.kind = TransitionKind::level_changed;
        break;
      default:
        event.kind = TransitionKind::removed;
        break;
    }
    rows.push_back(event);
  }
  return rows;
}

// "1-3a2" each: from, to ("." still active), acknowledged.
std::string stays_of(const std::string& story) {
  std::string text;
  const auto second = [](Timestamp t) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(t - day).count());
  };
  for (const Activation& a : activations_of(rows_of(story))) {
    if (!text.empty()) text += ' ';
    text += second(a.raised) + '-' + (a.ended ? second(*a.ended) : ".");
    if (a.acknowledged) text += 'a' + second(*a.acknowledged);
  }
  return text;
}

}  // namespace

TEST_CASE("activations: stories of one alarm", "[alarms]") {
  const std::vector<std::pair<std::string, std::string>> table{
      {"", ""},
      {"R1 ", "1-."},
      {"R1 r2 ", "1-2"},
      {"R1 A2 r3 ", "1-3a2"},
      {"R1 r2 A3 ", "1-2a3"},
      {"R1 r2 R3 r4 ", "1-2 3-4"},
      {"R1 r2 R3 A4 r5 ", "1-2 3-5a4"},
      {"R1 r2 A3 R4 A5 ", "1-2a3 4-.a5"},
      {"R1 L2 L3 r4 ", "1-4"},
      {"R1 L2 A3 L4 A5 r6 ", "1-6a3"},
      {"R1 X2 ", "1-2"},
      {"R1 r2 X3 ", "1-2"},
      {"R1 R3 r4 ", "1-3 3-4"},  // a raise whose return is not among the rows
      {"r5 ", "5-5"},            // only its end is
      {"A5 r6 ", "5-6a5"},
      {"L5 ", "5-."},
      {"X5 ", ""},
  };
  for (const auto& [story, stays] : table) {
    CAPTURE(story);
    CHECK(stays_of(story) == stays);
  }
}

TEST_CASE("activations: alarms do not mix, and come in the order of their raises", "[alarms]") {
  std::vector<AlarmEvent> rows = rows_of("R1 R2 r3 r4 ");
  rows[1].tag = rows[3].tag = "u";
  const auto all = activations_of(rows);
  REQUIRE(all.size() == 2);
  CHECK(all[0].tag == "t");
  CHECK(all[0].ended == day + 3s);
  CHECK(all[1].tag == "u");
  CHECK(all[1].ended == day + 4s);
}

TEST_CASE("activations: kinds that say nothing of being active change nothing", "[alarms]") {
  std::vector<AlarmEvent> rows = rows_of("R1 A2 r3 ");
  for (std::size_t kind = 0; kind < transition_kinds; ++kind) {
    AlarmEvent other = rows.front();
    other.kind = static_cast<TransitionKind>(kind);
    other.at = day + 2s;
    const bool tells =
        other.kind == TransitionKind::raised || other.kind == TransitionKind::level_changed ||
        other.kind == TransitionKind::acknowledged || other.kind == TransitionKind::returned ||
        other.kind == TransitionKind::removed || other.kind == TransitionKind::overdue;
    if (tells) continue;
    CAPTURE(kind);
    std::vector<AlarmEvent> with = rows;
    with.insert(with.begin() + 1, other);
    CHECK(activations_of(with) == activations_of(rows));
  }
}

}  // namespace activations_test
