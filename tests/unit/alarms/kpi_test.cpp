// tests/unit/alarms/kpi_test.cpp - Journals to activations, activations to figures, against counts
// by hand.
#include "alarms/kpi.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>
#include <random>
#include <tuple>

namespace kpi_test {

using namespace parkwatch;
using namespace parkwatch::alarms;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp day = from_us(std::int64_t{20'000} * 86'400'000'000);

// Rows of a journal, numbered as they come.
class Journal {
 public:
  AlarmEvent& add(Duration at, TransitionKind kind, const std::string& rule,
                  const std::string& tag = "t") {
    AlarmEvent& event = rows_.emplace_back();
    event.journal = rows_.size();
    event.at = day + at;
    event.kind = kind;
    event.rule = rule;
    event.tag = tag;
    event.group = "g";
    event.state =
        kind == TransitionKind::returned ? AlarmState::normal : AlarmState::unacknowledged;
    event.level = Level::high;
    event.raised_at = day + at;
    return event;
  }
  void stay(Duration from, Duration to, const std::string& rule, const std::string& tag = "t") {
    add(from, TransitionKind::raised, rule, tag);
    add(to, TransitionKind::returned, rule, tag);
  }
  [[nodiscard]] std::vector<Activation> activations() const { return activations_of(rows_); }
  [[nodiscard]] Kpi kpi(Duration from, Duration to) const {
    ActivationLog log;
    for (const AlarmEvent& event : rows_) log.take(event);
    const auto all = log.done();
    return kpi_of(all, day + from, day + to, log.unauthorised());
  }

 private:
  std::vector<AlarmEvent> rows_;
};

}  // namespace

TEST_CASE("kpi: a raise, a rise, an acknowledgement and a return are one activation", "[alarms]") {
  Journal journal;
  journal.add(1s, TransitionKind::raised, "r").priority = Priority::medium;
  AlarmEvent& rise = journal.add(2s, TransitionKind::level_changed, "r");
  rise.level = Level::high_high;
  rise.priority = Priority::high;
  AlarmEvent& ack = journal.add(3s, TransitionKind::acknowledged, "r");
  ack.author = "li";
  ack.comment = "on my way";
  journal.add(4s, TransitionKind::returned, "r");
  const auto all = journal.activations();
  REQUIRE(all.size() == 1);
  CHECK(all[0].raised == day + 1s);
  CHECK(all[0].ended == day + 4s);
  CHECK(all[0].level == Level::high_high);
  CHECK(all[0].priority == Priority::high);
  CHECK(all[0].acknowledged == day + 3s);
  CHECK(all[0].author == "li");
  CHECK(all[0].comment == "on my way");
  CHECK(all[0].is_active_at(day + 3s));
  CHECK_FALSE(all[0].is_active_at(day + 4s));
}

TEST_CASE("kpi: what is acknowledged after its return belongs to the activation before",
          "[alarms]") {
  Journal journal;
  journal.stay(1s, 2s, "r");
  journal.add(9s, TransitionKind::acknowledged, "r").comment = "late";
  journal.stay(20s, 21s, "r");
  const auto all = journal.activations();
  REQUIRE(all.size() == 2);
  CHECK(all[0].comment == "late");
  CHECK_FALSE(all[1].acknowledged);
}

TEST_CASE("kpi: an alarm that stood before the first row is known, but no activation is counted",
          "[alarms]") {
  Journal journal;
  AlarmEvent& fall = journal.add(5s, TransitionKind::level_changed, "r");
  fall.raised_at = day - 1h;
  journal.add(6s, TransitionKind::returned, "r");
  const auto all = journal.activations();
  REQUIRE(all.size() == 1);
  CHECK(all[0].journal == 0);
  CHECK(all[0].raised == day - 1h);
  CHECK(all[0].ended == day + 6s);
  CHECK(journal.kpi(0s, 10min).activations == 0);
}

TEST_CASE("kpi: an alarm whose rule left the configuration has ended", "[alarms]") {
  Journal journal;
  journal.add(5s, TransitionKind::raised, "r");
  journal.add(6s, TransitionKind::removed, "r");
  CHECK(journal.activations().front().ended == day + 6s);
}

TEST_CASE("kpi: rates and windows count empty windows", "[alarms]") {
  Journal journal;
  for (int i = 0; i < 12; ++i) journal.stay(5min + i * 1s, 6min, "r", "t" + std::to_string(i));
  journal.stay(25min, 26min, "s");
  journal.stay(70min, 71min, "out");  // outside the span
  const Kpi kpi = journal.kpi(0s, 1h);
  CHECK(kpi.activations == 13);
  CHECK(kpi.windows == 6);
  CHECK(kpi.windows_over == 1);
  CHECK(kpi.window_most == 12);
  CHECK(kpi.per_10_min == Approx(13.0 / 6));
  CHECK(kpi.per_hour == Approx(13));
  CHECK(kpi.per_day == Approx(13 * 24));
  CHECK(journal.kpi(0s, 95min).windows == 10);  // the last is a short one
}

TEST_CASE("kpi: a flood begins with the eleventh alarm in ten minutes and ends below five",
          "[alarms]") {
  Journal journal;
  for (int i = 0; i < 10; ++i) journal.stay(1min * i / 2, 1h, "r", "t" + std::to_string(i));
  CHECK(journal.kpi(0s, 1h).floods.empty());  // ten are none
  journal.stay(5min, 1h, "r", "eleventh");
  const Kpi kpi = journal.kpi(0s, 1h);
  REQUIRE(kpi.floods.size() == 1);
  const Flood& flood = kpi.floods.front();
  CHECK(flood.from == day + 5min);
  // Raises at 0, 30 s, ... 4 min 30 s and 5 min: four are left when that of 3 min is 10 min old.
  CHECK(flood.to == day + 13min);
  CHECK(flood.alarms == 11);
  REQUIRE(flood.first.size() == 10);
  CHECK(flood.first.front().tag == "t0");
  CHECK(kpi.in_flood == 8min);
  // A span that begins or ends inside has its part.
  CHECK(journal.kpi(10min, 1h).in_flood == 3min);
  CHECK(journal.kpi(0s, 7min).in_flood == 2min);
  CHECK(journal.kpi(20min, 1h).floods.empty());
}

TEST_CASE("kpi: three activations of one alarm in a minute chatter, of three alarms do not",
          "[alarms]") {
  Journal journal;
  for (int i = 0; i < 5; ++i) journal.stay(i * 10s, i * 10s + 2s, "chatter");
  for (int i = 0; i < 3; ++i) journal.stay(5min + i * 1s, 10min, "calm", "t" + std::to_string(i));
  const Kpi kpi = journal.kpi(0s, 1h);
  REQUIRE(kpi.chattering.size() == 1);
  CHECK(kpi.chattering[0].rule == "chatter");
  CHECK(kpi.chattering[0].count == 1);
  CHECK(kpi.fleeting == 5);
  REQUIRE(kpi.top.size() == 4);
  CHECK(kpi.top[0].count == 5);
  CHECK(kpi.top[0].share == Approx(5.0 / 8));
  CHECK(kpi.top_share == Approx(1));
}

TEST_CASE("kpi: what is active for more than a day is stale, also if it began before", "[alarms]") {
  Journal journal;
  journal.add(0s, TransitionKind::raised, "old");
  journal.stay(30h, 31h, "new");
  const Kpi kpi = journal.kpi(25h, 32h);
  REQUIRE(kpi.stale.size() == 1);
  CHECK(kpi.stale[0].rule == "old");
  CHECK(kpi.activations == 1);
  CHECK(kpi.active_most == 2);
  CHECK(kpi.active_time == 8h);
  CHECK(journal.kpi(0s, 24h).stale.empty());
}

TEST_CASE("kpi: stale ones are counted at one time, so that one a day is one", "[alarms]") {
  Journal journal;
  journal.stay(0h, 30h, "a");
  journal.stay(48h, 80h, "b");
  journal.stay(50h, 75h, "c");
  CHECK(journal.kpi(0h, 100h).stale.size() == 3);
  CHECK(journal.kpi(0h, 100h).stale_most == 2);
  CHECK(journal.kpi(0h, 74h).stale_most == 1);
}

TEST_CASE("kpi: who answered later than the rule asks is counted", "[alarms]") {
  Journal journal;
  journal.add(1min, TransitionKind::raised, "a");
  journal.add(6min, TransitionKind::overdue, "a");
  journal.add(7min, TransitionKind::acknowledged, "a");
  journal.add(8min, TransitionKind::raised, "b");
  CHECK(journal.kpi(0s, 1h).responded_late == 1);
  CHECK(journal.kpi(2min, 1h).responded_late == 0);
}

TEST_CASE("kpi: acknowledgements are timed from the raise, and late ones counted", "[alarms]") {
  Journal journal;
  for (int i = 0; i < 3; ++i) {
    journal.add(i * 1min, TransitionKind::raised, "r", "t" + std::to_string(i));
    journal.add(i * 1min + 10s * (i + 1), TransitionKind::acknowledged, "r",
                "t" + std::to_string(i));
  }
  journal.add(5min, TransitionKind::raised, "never");
  journal.add(55min, TransitionKind::raised, "soon");
  const Kpi kpi = journal.kpi(0s, 1h);
  CHECK(kpi.acknowledged == Waits{3, 20s, 30s});
  CHECK(kpi.unacknowledged_late == 1);
}

TEST_CASE("kpi: an empty span has no times", "[alarms]") {
  Journal journal;
  journal.stay(2h, 3h, "r");
  const Kpi kpi = journal.kpi(0s, 1h);
  CHECK(kpi.windows == 6);
  CHECK(kpi.detected == Waits{});
  CHECK(kpi.acknowledged == Waits{});
  CHECK(kpi.closed == Waits{});
}

TEST_CASE("kpi: a detection is timed from the source time of the reading that caused the raise",
          "[alarms]") {
  Journal journal;
  const auto raise = [&](Duration at, std::optional<Duration> read, const std::string& tag) {
    AlarmEvent& event = journal.add(at, TransitionKind::raised, "r", tag);
    if (!read) return;
    event.reading_sequence = 1;
    event.reading_time = day + *read;
  };
  raise(10s, 8s, "a");
  raise(20s, 15s, "b");
  raise(30s, 31s, "clock ahead");
  raise(40s, std::nullopt, "no reading");
  raise(2h, 1h, "outside");
  journal.add(50s, TransitionKind::level_changed, "r", "a").reading_sequence = 2;
  CHECK(journal.kpi(0s, 1h).detected == Waits{3, 2s, 5s});
}

TEST_CASE("kpi: what the gates' ledger finds is of no reading whose time is known", "[alarms]") {
  Journal journal;
  AlarmEvent& raise = journal.add(10s, TransitionKind::raised, "gate-no-permit", "gate/g1");
  raise.reading_sequence = 1;
  raise.reading_time = day + 10s;
  CHECK(journal.kpi(0s, 1h).detected == Waits{});
}

TEST_CASE("kpi: what is shown later was detected at its raise", "[alarms]") {
  Journal journal;
  AlarmEvent& raise = journal.add(1min, TransitionKind::raised, "a");
  raise.flags = alarm_shelved;
  raise.reading_sequence = 1;
  raise.reading_time = day + 57s;
  CHECK(journal.kpi(0s, 1h).detected == Waits{});
  journal.add(2h, TransitionKind::unshelved, "a").raised_at = day + 1min;
  CHECK(journal.kpi(2h, 3h).detected == Waits{1, 3s, 3s});
}

TEST_CASE("kpi: a closing counts where the alarm ended, whenever it was raised", "[alarms]") {
  Journal journal;
  journal.stay(10min, 20min, "short");
  journal.stay(50min, 100min, "long");
  journal.add(30min, TransitionKind::raised, "open");
  CHECK(journal.kpi(0s, 1h).closed == Waits{1, 10min, 10min});
  CHECK(journal.kpi(1h, 2h).closed == Waits{1, 50min, 50min});
  CHECK(journal.kpi(0s, 2h).closed == Waits{2, 50min, 50min});
}

TEST_CASE("kpi: what returned before the rows begin is acknowledged, but neither active nor closed",
          "[alarms]") {
  Journal journal;
  AlarmEvent& ack = journal.add(10min, TransitionKind::acknowledged, "r");
  ack.state = AlarmState::normal;
  ack.raised_at = day + 1min;
  const Kpi kpi = journal.kpi(0s, 1h);
  CHECK(kpi.closed == Waits{});
  CHECK(kpi.fleeting == 0);
  CHECK(kpi.active_time == 0s);
}

TEST_CASE("kpi: what nobody was told of is counted apart, records are no alarms", "[alarms]") {
  Journal journal;
  journal.add(1s, TransitionKind::raised, "a");
  journal.add(2s, TransitionKind::raised, "b").flags = alarm_shelved;
  journal.add(3s, TransitionKind::raised, std::string{rule_flood});
  const Kpi kpi = journal.kpi(0s, 1h);
  CHECK(kpi.activations == 1);
  CHECK(kpi.hidden == 1);
  CHECK(kpi.active_most == 1);
}

TEST_CASE("kpi: each time that somebody without a token hides alarms is unauthorised suppression",
          "[alarms]") {
  Journal journal;
  const auto hide = [&](Duration at, TransitionKind kind, const std::string& author) {
    AlarmEvent& row = journal.add(at, kind, "r");
    row.author = author;
    const Hold hold{row.at, {}, false, author, "why"};
    if (kind == TransitionKind::out_of_service) row.service = hold;
    if (kind == TransitionKind::shelved) row.shelving = hold;
  };
  constexpr std::array kinds{
      TransitionKind::shelved, TransitionKind::out_of_service, TransitionKind::maintenance_planned,
      TransitionKind::maintenance_started, TransitionKind::loop_check_started};
  Duration at = 1min;
  for (const TransitionKind kind : kinds) {
    hide(at += 1s, kind, "local");
    hide(at += 1s, kind, "li");
    hide(at += 1s, kind, "token");
  }
  // Neither a planned window's own begin, nor what shows alarms again or only answers them.
  hide(at += 1s, TransitionKind::maintenance_started, "");
  for (const TransitionKind kind :
       {TransitionKind::unshelved, TransitionKind::in_service, TransitionKind::maintenance_ended,
        TransitionKind::loop_check_ended, TransitionKind::acknowledged, TransitionKind::silenced,
        TransitionKind::suppressed, TransitionKind::commissioned}) {
    hide(at += 1s, kind, "local");
  }
  CHECK(journal.kpi(0s, 10min).unauthorised == 5);
  CHECK(journal.kpi(0s, 1min).unauthorised == 0);
  CHECK(journal.kpi(1min, 1min + 2s).unauthorised == 1);
}

TEST_CASE("kpi: a shelf that a reload writes down once more was begun once", "[alarms]") {
  Journal journal;
  const Hold hold{day + 1min, {}, false, "local", "why"};
  journal.add(1min, TransitionKind::shelved, "r").shelving = hold;
  journal.add(2min, TransitionKind::out_of_service, "r").service =
      Hold{day + 2min, {}, false, "local", "why"};
  journal.add(5min, TransitionKind::removed, "r");
  journal.add(5min, TransitionKind::shelved, "r").shelving = hold;
  journal.add(5min, TransitionKind::out_of_service, "r").service =
      Hold{day + 2min, {}, false, "local", "why"};
  CHECK(journal.kpi(0s, 10min).unauthorised == 2);
}

TEST_CASE("kpi: what was hidden at its raise counts from when it is shown", "[alarms]") {
  Journal journal;
  journal.add(1min, TransitionKind::raised, "a").flags = alarm_shelved;
  journal.add(2h, TransitionKind::unshelved, "a").raised_at = day + 1min;
  journal.add(5h, TransitionKind::returned, "a").raised_at = day + 1min;
  const Kpi before = journal.kpi(0s, 1h);
  CHECK(before.activations == 0);
  CHECK(before.hidden == 0);
  const Kpi then = journal.kpi(2h, 3h);
  CHECK(then.activations == 1);
  CHECK(then.unacknowledged_late == 1);
  CHECK(then.active_time == 1h);
}

TEST_CASE("kpi: what a test value raises is no activation, and what it ends has ended",
          "[alarms]") {
  Journal journal;
  journal.add(1s, TransitionKind::raised, "a").flags = alarm_test;
  journal.add(2s, TransitionKind::level_changed, "a").flags = alarm_test;
  journal.add(3s, TransitionKind::acknowledged, "a").flags = alarm_test;
  journal.add(4s, TransitionKind::returned, "a").flags = alarm_test;
  journal.add(5s, TransitionKind::raised, "b");
  journal.add(6s, TransitionKind::level_changed, "b").priority = Priority::critical;
  journal.add(7s, TransitionKind::returned, "b").flags = alarm_test;
  journal.add(8s, TransitionKind::acknowledged, "b").flags = alarm_test;
  journal.add(9s, TransitionKind::raised, "c");
  AlarmEvent& tested = journal.add(10s, TransitionKind::level_changed, "c");
  tested.flags = alarm_test;
  tested.priority = Priority::critical;
  const auto activations = journal.activations();
  REQUIRE(activations.size() == 2);
  CHECK(activations[0].rule == "b");
  CHECK(activations[0].priority == Priority::critical);
  CHECK(activations[0].ended == day + 7s);
  CHECK(activations[0].acknowledged == day + 8s);
  CHECK(activations[1].rule == "c");
  CHECK(activations[1].priority == Priority::medium);
  CHECK_FALSE(activations[1].ended);
}

TEST_CASE("kpi: priorities are split", "[alarms]") {
  Journal journal;
  journal.add(1s, TransitionKind::raised, "a").priority = Priority::low;
  journal.add(1s, TransitionKind::raised, "b").priority = Priority::low;
  journal.add(1s, TransitionKind::raised, "c").priority = Priority::critical;
  CHECK(journal.kpi(0s, 1h).by_priority == std::array<std::size_t, 4>{2, 0, 0, 1});
}

TEST_CASE("kpi: of random journals the parts of a span add up to the whole", "[alarms]") {
  std::mt19937_64 random{11};
  for (int round = 0; round < 20; ++round) {
    Journal journal;
    Duration at{0};
    for (int i = 0; i < 300; ++i) {
      at += Duration{static_cast<std::int64_t>(random() % 120'000'000)};
      journal.stay(at, at + 30s, "r" + std::to_string(random() % 7));
    }
    const Kpi whole = journal.kpi(0s, 6h);
    std::size_t activations = 0;
    std::size_t windows = 0;
    Duration in_flood{0};
    Duration active{0};
    std::size_t closed = 0;
    Duration longest{0};
    for (int hour = 0; hour < 6; ++hour) {
      const Kpi part = journal.kpi(1h * hour, 1h * (hour + 1));
      activations += part.activations;
      windows += part.windows_over;
      in_flood += part.in_flood;
      active += part.active_time;
      closed += part.closed.count;
      longest = std::max(longest, part.closed.longest);
    }
    CHECK(activations == whole.activations);
    CHECK(windows == whole.windows_over);
    CHECK(in_flood == whole.in_flood);
    CHECK(active == whole.active_time);
    CHECK(closed == whole.closed.count);
    CHECK(longest == whole.closed.longest);
  }
}

// --- against figures counted another way: minute by minute, pair by pair
// --------------------------

namespace {

struct Stay {
  Duration from{0};
  Duration to{0};
  int alarm = 0;
};

std::vector<Stay> random_stays(std::uint64_t seed, int count) {
  std::mt19937_64 random{seed};
  std::vector<Stay> stays;
  std::vector<Duration> free_at(5, 0s);
  Duration at{0};
  for (int i = 0; i < count; ++i) {
    at += 1s * (random() % (random() % 5 == 0 ? 900 : 40));
    const int alarm = static_cast<int>(random() % 5);
    if (free_at[static_cast<std::size_t>(alarm)] > at) continue;
    const Duration length = 1s + 1s * (random() % 120);
    stays.push_back({at, at + length, alarm});
    free_at[static_cast<std::size_t>(alarm)] = at + length + 1s;
  }
  return stays;
}

Journal journal_of(const std::vector<Stay>& stays) {
  // Rows in the order of time: a return may come after other raises.
  std::vector<std::tuple<Duration, TransitionKind, int>> rows;
  for (const Stay& stay : stays) {
    rows.emplace_back(stay.from, TransitionKind::raised, stay.alarm);
    rows.emplace_back(stay.to, TransitionKind::returned, stay.alarm);
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return std::get<0>(a) < std::get<0>(b); });
  Journal journal;
  for (const auto& [at, kind, alarm] : rows) {
    journal.add(at, kind, "r" + std::to_string(alarm));
  }
  return journal;
}

// In (t - 10 min, t].
std::size_t raised_in_ten(const std::vector<Stay>& stays, Duration t) {
  return static_cast<std::size_t>(std::count_if(stays.begin(), stays.end(), [&](const Stay& stay) {
    return stay.from > t - 10min && stay.from <= t;
  }));
}

// Second by second: raises are at whole seconds.
Duration flood_time(const std::vector<Stay>& stays, Duration end) {
  bool flood = false;
  Duration time{0};
  for (Duration t{0}; t < end; t += 1s) {
    const std::size_t count = raised_in_ten(stays, t);
    if (!flood && count > 10) flood = true;
    if (flood && count < 5) flood = false;
    if (flood) time += 1s;
  }
  return time;
}

std::size_t active_most(const std::vector<Stay>& stays) {
  std::size_t most = 0;
  for (const Stay& one : stays) {
    const auto active = std::count_if(stays.begin(), stays.end(), [&](const Stay& stay) {
      return stay.from <= one.from && one.from < stay.to;
    });
    most = std::max(most, static_cast<std::size_t>(active));
  }
  return most;
}

Waits closed_before(const std::vector<Stay>& stays, Duration end) {
  std::vector<Duration> times;
  for (const Stay& stay : stays) {
    if (stay.to < end) times.push_back(stay.to - stay.from);
  }
  std::sort(times.begin(), times.end());
  return {times.size(), times.at(times.size() / 2), times.back()};
}

}  // namespace

TEST_CASE("kpi: floods, windows and activity agree with a count second by second", "[alarms]") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    const auto stays = random_stays(seed, 220);
    const Kpi kpi = journal_of(stays).kpi(0s, 3h);
    std::vector<Stay> inside;
    std::copy_if(stays.begin(), stays.end(), std::back_inserter(inside),
                 [](const Stay& stay) { return stay.from < 3h; });
    CHECK(kpi.activations == inside.size());
    CHECK(kpi.in_flood == flood_time(inside, 3h));
    CHECK(kpi.active_most == active_most(inside));
    CHECK(kpi.closed == closed_before(stays, 3h));
    std::size_t over = 0;
    for (int window = 0; window < 18; ++window) {
      const auto count = std::count_if(inside.begin(), inside.end(), [&](const Stay& stay) {
        return stay.from >= 10min * window && stay.from < 10min * (window + 1);
      });
      if (count > 10) ++over;
    }
    CHECK(kpi.windows == 18);
    CHECK(kpi.windows_over == over);
  }
}

TEST_CASE("kpi: chatter agrees with a count of every three raises in a row", "[alarms]") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    const auto stays = random_stays(seed, 300);
    const Kpi kpi = journal_of(stays).kpi(0s, 100h);
    std::size_t episodes = 0;
    for (int alarm = 0; alarm < 5; ++alarm) {
      std::vector<Duration> raises;
      for (const Stay& stay : stays) {
        if (stay.alarm == alarm) raises.push_back(stay.from);
      }
      bool before = false;
      for (std::size_t i = 0; i < raises.size(); ++i) {
        const bool now = i >= 2 && raises[i] - raises[i - 2] < 1min;
        if (now && !before) ++episodes;
        before = now;
      }
    }
    std::size_t told = 0;
    for (const AlarmCount& one : kpi.chattering) told += one.count;
    CHECK(told == episodes);
  }
}

}  // namespace kpi_test
