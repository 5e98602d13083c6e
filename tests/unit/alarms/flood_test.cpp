// tests/unit/alarms/flood_test.cpp - When a flood begins and ends, to the second; windows and whom
// they cover.
#include "alarms/flood.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <random>

#include "alarms/maintenance.h"

namespace flood_test {

using namespace parkwatch;
using namespace parkwatch::alarms;
using namespace std::chrono_literals;

namespace {

Timestamp at(Duration offset) { return from_us(1'000'000'000) + offset; }

Opened opened(Duration offset) { return {at(offset), 1, "r", "t"}; }

Window window(std::uint64_t id, std::string group, std::string tags, bool started) {
  return {id, std::move(group), std::move(tags), at(10s), at(20s), "li", "why", started};
}

}  // namespace

TEST_CASE("flood: the eleventh alarm within ten minutes begins it, no earlier one", "[alarms]") {
  FloodWatch flood;
  for (int i = 0; i < 10; ++i) CHECK_FALSE(flood.note(opened(1min * i)));
  CHECK_FALSE(flood.on());
  CHECK(flood.due() == never);
  SECTION("ten minutes apart are within") {
    CHECK(flood.note(opened(10min)));
    CHECK(flood.on());
    CHECK(flood.first().size() == 10);
    CHECK(flood.first().front().at == at(0s));
  }
  SECTION("a microsecond more is not") {
    CHECK_FALSE(flood.note(opened(10min + 1us)));
    CHECK_FALSE(flood.on());
  }
}

TEST_CASE("flood: is over when the fifth newest is ten minutes old", "[alarms]") {
  FloodWatch flood;
  for (int i = 0; i < 11; ++i) (void)flood.note(opened(1s * i));
  REQUIRE(flood.on());
  CHECK(flood.due() == at(6s + 10min));
  CHECK_FALSE(flood.note(opened(5min)));  // it goes on
  CHECK(flood.due() == at(7s + 10min));
  flood.shift(1h);
  CHECK(flood.due() == at(1h + 7s + 10min));
  flood.end();
  CHECK_FALSE(flood.on());
  CHECK(flood.due() == never);
}

TEST_CASE("flood: one that is stamped late is counted where it belongs", "[alarms]") {
  FloodWatch flood;
  for (int i = 0; i < 10; ++i) (void)flood.note(opened(20min + 1s * i));
  CHECK_FALSE(flood.note(opened(0s)));  // long before: not within ten minutes of the newest
  CHECK(flood.newest().front().at == at(0s));
  CHECK(flood.note(opened(21min)));  // which drops that one
}

TEST_CASE("flood: agrees with counting every alarm of the last ten minutes", "[alarms][property]") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    FloodWatch flood;
    std::deque<Timestamp> all;
    bool on = false;
    Timestamp now = at(0s);
    for (int i = 0; i < 600; ++i) {
      const bool burst = (random() % 100) < 60;
      now += Duration{static_cast<std::int64_t>(random() % (burst ? 60'000'000 : 300'000'000))};
      // What ended before this alarm came.
      const auto count_at = [&](Timestamp t) {
        return std::count_if(all.begin(), all.end(),
                             [&](Timestamp each) { return each <= t && t - each < flood_within; });
      };
      if (on) {
        const bool over = flood.due() <= now;
        if (over) {
          REQUIRE(count_at(flood.due()) < static_cast<std::ptrdiff_t>(flood_over_below));
          REQUIRE(count_at(flood.due() - 1us) >= static_cast<std::ptrdiff_t>(flood_over_below));
          flood.end();
          on = false;
        } else {
          REQUIRE(count_at(now) >= static_cast<std::ptrdiff_t>(flood_over_below));
        }
      }
      all.push_back(now);
      const auto within = std::count_if(all.begin(), all.end(),
                                        [&](Timestamp each) { return now - each <= flood_within; });
      const bool begins = flood.note({now, 1, "r", "t"});
      REQUIRE(begins == (!on && within > static_cast<std::ptrdiff_t>(flood_begins_above)));
      on = on || begins;
      REQUIRE(flood.on() == on);
    }
  }
}

TEST_CASE("maintenance: a window covers its group, its tags, or what is in both", "[alarms]") {
  Maintenance m;
  CHECK_FALSE(m.covers("tanks", "a/b/c"));
  m.add(window(1, "tanks", "", true));
  CHECK(m.covers("tanks", "a/b/c"));
  CHECK_FALSE(m.covers("gates", "a/b/c"));
  m.erase(1);
  m.add(window(2, "", "a/*/c", true));
  CHECK(m.covers("gates", "a/b/c"));
  CHECK_FALSE(m.covers("gates", "a/b/d"));
  m.erase(2);
  m.add(window(3, "tanks", "a/**", true));
  CHECK(m.covers("tanks", "a/b/c"));
  CHECK_FALSE(m.covers("gates", "a/b/c"));
  CHECK_FALSE(m.covers("tanks", "b/b/c"));
}

TEST_CASE("maintenance: a planned window covers nothing and comes first when it is due first",
          "[alarms]") {
  Maintenance m;
  CHECK(m.next() == nullptr);
  CHECK(m.next_due() == never);
  m.add(window(1, "tanks", "", false));
  CHECK_FALSE(m.covers("tanks", "a/b/c"));
  CHECK(m.next_due() == at(10s));
  Window earlier = window(2, "gates", "", true);
  earlier.until = at(5s);
  m.add(earlier);
  CHECK(m.next()->id == 2);
  CHECK(m.next_due() == at(5s));
  CHECK(m.find(2)->group == "gates");
  CHECK(m.find(3) == nullptr);
}

}  // namespace flood_test
