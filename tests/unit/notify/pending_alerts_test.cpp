// tests/unit/notify/pending_alerts_test.cpp - Order, the bound, and the way back to the outbox.
#include "notify/pending_alerts.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <vector>

#include "tests/unit/notify/sample_events.h"

namespace pending_alerts_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using Part = PendingAlerts::Part;

namespace {

AlertPtr alert_of(std::uint64_t journal) {
  return std::make_shared<const Alert>(Alert{test::raised(journal), {}});
}

std::vector<AlarmEvent> rows(std::uint64_t first, std::uint64_t last) {
  std::vector<AlarmEvent> out;
  for (std::uint64_t j = first; j <= last; ++j) out.push_back(test::raised(j));
  return out;
}

// One that has read an empty outbox.
PendingAlerts caught_up(std::size_t alerts_max) {
  PendingAlerts pending{alerts_max};
  REQUIRE(pending.begin_fetch());
  pending.fetched({});
  return pending;
}

std::vector<std::uint64_t> send_all(PendingAlerts& pending) {
  std::vector<std::uint64_t> journals;
  while (const auto send = pending.next()) {
    if (send->part == Part::event) journals.push_back(send->alert->event.journal);
    if (const auto told = pending.acknowledged(send->number, send->part)) {
      REQUIRE(*told == send->alert->event.journal);
    }
  }
  return journals;
}

}  // namespace

TEST_CASE("pending alerts: event then state of each, in journal order", "[notify]") {
  PendingAlerts pending = caught_up(10);
  pending.committed(alert_of(1));
  pending.committed(alert_of(2));
  std::vector<std::pair<std::uint64_t, Part>> sent;
  while (const auto send = pending.next()) {
    sent.emplace_back(send->alert->event.journal, send->part);
  }
  CHECK(sent == std::vector<std::pair<std::uint64_t, Part>>{
                    {1, Part::event}, {1, Part::state}, {2, Part::event}, {2, Part::state}});
}

TEST_CASE("pending alerts: told when both parts are acknowledged, in any order", "[notify]") {
  PendingAlerts pending = caught_up(10);
  pending.committed(alert_of(7));
  const auto event = pending.next();
  const auto state = pending.next();
  REQUIRE((event && state));
  CHECK_FALSE(pending.acknowledged(state->number, state->part));
  CHECK(pending.acknowledged(event->number, event->part) == 7U);
  CHECK(pending.size() == 0);
  CHECK_FALSE(pending.acknowledged(event->number, event->part));  // gone already
}

TEST_CASE("pending alerts: after a loss all that is held goes again, but is told once",
          "[notify]") {
  PendingAlerts pending = caught_up(10);
  pending.committed(alert_of(1));
  pending.committed(alert_of(2));
  const auto event1 = pending.next();
  REQUIRE(pending.next());
  const auto event2 = pending.next();
  const auto state2 = pending.next();
  CHECK_FALSE(pending.acknowledged(event1->number, Part::event));
  CHECK_FALSE(pending.acknowledged(event2->number, Part::event));
  CHECK(pending.acknowledged(state2->number, Part::state) == 2U);
  CHECK(pending.size() == 2);  // 2 is kept behind 1, so that it can follow it again

  pending.rewind();
  const auto again = pending.next();
  REQUIRE(again);
  CHECK(again->alert->event.journal == 1);
  CHECK(again->part == Part::event);
  pending.rewind();
  std::vector<std::uint64_t> told;
  while (const auto send = pending.next()) {
    if (const auto t = pending.acknowledged(send->number, send->part)) told.push_back(*t);
  }
  CHECK(told == std::vector<std::uint64_t>{1});
  CHECK(pending.size() == 0);
}

TEST_CASE("pending alerts: the first fetch brings what an earlier run left", "[notify]") {
  PendingAlerts pending{10};
  REQUIRE(pending.behind());
  pending.committed(alert_of(43));  // must wait: 40..42 come first
  CHECK_FALSE(pending.next());
  const auto fetch = pending.begin_fetch();
  REQUIRE(fetch);
  CHECK(fetch->after == 0);
  CHECK(fetch->rows_max == 10);
  CHECK_FALSE(pending.begin_fetch());  // one at a time
  pending.fetched(rows(40, 43));
  CHECK_FALSE(pending.behind());
  CHECK(send_all(pending) == std::vector<std::uint64_t>{40, 41, 42, 43});
}

TEST_CASE("pending alerts: rows that a fetch brought before they were said are not doubled",
          "[notify]") {
  PendingAlerts pending{10};
  REQUIRE(pending.begin_fetch());
  pending.fetched(rows(1, 3));  // the store was ahead of the loop
  pending.committed(alert_of(3));
  pending.committed(alert_of(4));
  CHECK(send_all(pending) == std::vector<std::uint64_t>{1, 2, 3, 4});
}

TEST_CASE("pending alerts: what is committed during a fetch is fetched next", "[notify]") {
  PendingAlerts pending{10};
  REQUIRE(pending.begin_fetch());
  pending.committed(alert_of(1));
  pending.fetched({});  // read before the commit
  CHECK(pending.behind());
  const auto fetch = pending.begin_fetch();
  REQUIRE(fetch);
  CHECK(fetch->after == 0);
  pending.fetched(rows(1, 1));
  CHECK_FALSE(pending.behind());
  CHECK(send_all(pending) == std::vector<std::uint64_t>{1});
}

TEST_CASE(
    "pending alerts: rows that are had already, or that the outbox has no more, end the search",
    "[notify]") {
  PendingAlerts pending{10};
  pending.committed(alert_of(5));
  REQUIRE(pending.begin_fetch());
  pending.fetched({});  // 5 was delivered by somebody
  CHECK_FALSE(pending.behind());
  for (std::uint64_t j = 6; j <= 20; ++j) pending.committed(alert_of(j));
  std::vector<std::uint64_t> all = send_all(pending);
  REQUIRE(pending.begin_fetch());
  pending.fetched(rows(14, 20));  // 14 and 15 again
  for (const std::uint64_t j : send_all(pending)) all.push_back(j);
  std::vector<std::uint64_t> expected;
  for (std::uint64_t j = 6; j <= 20; ++j) expected.push_back(j);
  CHECK(all == expected);
}

TEST_CASE("pending alerts: memory is bounded, and nothing is lost or reordered by it", "[notify]") {
  PendingAlerts pending = caught_up(8);
  for (std::uint64_t j = 1; j <= 100; ++j) pending.committed(alert_of(j));
  CHECK(pending.size() == 8);
  CHECK(pending.behind());
  CHECK_FALSE(pending.begin_fetch());  // full
  std::vector<std::uint64_t> all;
  for (int rounds = 0; rounds < 100 && (pending.behind() || pending.size() > 0); ++rounds) {
    for (const std::uint64_t j : send_all(pending)) all.push_back(j);
    if (const auto fetch = pending.begin_fetch()) {
      const std::uint64_t last = std::min<std::uint64_t>(fetch->after + fetch->rows_max, 100);
      pending.fetched(rows(fetch->after + 1, last));
    }
    REQUIRE(pending.size() <= 8);
  }
  std::vector<std::uint64_t> expected;
  for (std::uint64_t j = 1; j <= 100; ++j) expected.push_back(j);
  CHECK(all == expected);
}

TEST_CASE("pending alerts: a page of damaged rows is passed over, and the next is asked for",
          "[notify]") {
  PendingAlerts pending{2};
  REQUIRE(pending.begin_fetch());
  pending.fetched({}, {3, 4});  // as many as asked for: there may be more
  CHECK(pending.size() == 0);
  CHECK(pending.behind());
  const auto fetch = pending.begin_fetch();
  REQUIRE(fetch);
  CHECK(fetch->after == 4);
  pending.fetched(rows(5, 5));
  CHECK(pending.size() == 1);
  CHECK_FALSE(pending.behind());
}

TEST_CASE("pending alerts: a failed fetch may be tried again", "[notify]") {
  PendingAlerts pending{10};
  REQUIRE(pending.begin_fetch());
  pending.fetch_failed();
  CHECK(pending.behind());
  CHECK(pending.begin_fetch());
}

TEST_CASE("pending alerts: volatile ones are sent, never told, and bounded", "[notify]") {
  PendingAlerts pending = caught_up(4);
  std::size_t taken = 0;
  for (int i = 0; i < 1000; ++i) {
    if (pending.add_volatile(std::make_shared<const Alert>(Alert{test::raised(0), "v1-1"}))) {
      ++taken;
    }
  }
  CHECK(taken >= 4);
  CHECK(taken <= 100);
  std::size_t sent = 0;
  while (const auto send = pending.next()) {
    ++sent;
    CHECK_FALSE(pending.acknowledged(send->number, send->part));
  }
  CHECK(sent == 2 * taken);
}

// Any course of commits, fetches, acknowledgements and losses tells every journal number, each
// topic's last word is its newest, and never more than the bound is held.
TEST_CASE("pending alerts: any course of events tells everything at least once", "[notify]") {
  const auto seed = GENERATE(range(1U, 30U));
  CAPTURE(seed);
  std::mt19937 random{seed};
  PendingAlerts pending{6};
  std::uint64_t committed = 0;
  std::set<std::uint64_t> delivered;
  std::optional<PendingAlerts::Fetch> fetch;
  std::uint64_t read_to = 0;  // what the store held when the fetch began
  std::vector<PendingAlerts::Send> flight;
  std::uint64_t last_state = 0;

  const auto step = [&](unsigned what) {
    if (what == 0 && committed < 60) {
      pending.committed(alert_of(++committed));
    } else if (what == 1 && !fetch) {
      fetch = pending.begin_fetch();
      read_to = committed;
    } else if (what == 2 && fetch) {
      std::vector<AlarmEvent> found;
      for (std::uint64_t j = fetch->after + 1; j <= read_to && found.size() < fetch->rows_max;
           ++j) {
        if (!delivered.contains(j)) found.push_back(test::raised(j));
      }
      fetch.reset();
      pending.fetched(std::move(found));
    } else if (what == 3) {
      if (const auto send = pending.next()) {
        flight.push_back(*send);
        if (send->part == Part::state) last_state = send->alert->event.journal;
      }
    } else if (what == 4 && !flight.empty()) {
      const auto told = pending.acknowledged(flight.front().number, flight.front().part);
      flight.erase(flight.begin());
      if (told) REQUIRE(delivered.insert(*told).second);
    } else if (what == 5 && random() % 8 == 0) {
      flight.clear();
      pending.rewind();
    }
    REQUIRE(pending.size() <= 6);
  };
  for (int i = 0; i < 2000; ++i) step(random() % 6);
  while (committed < 60) step(0);
  for (int i = 0; i < 4000 && delivered.size() < 60; ++i) step(1 + static_cast<unsigned>(i) % 4);
  CHECK(delivered.size() == 60);
  CHECK(last_state == 60);
}

}  // namespace pending_alerts_test
