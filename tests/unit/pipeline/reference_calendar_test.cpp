// tests/unit/pipeline/reference_calendar_test.cpp - Windows and totals of a site's days, weeks and
// months, over more than half a year with its clocks set forward and back, are those of somebody
// who looks at the clock on the wall.
#include <catch2/catch.hpp>

#include "series.h"
#include "tests/support/sanitized.h"

namespace reference_calendar_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

constexpr Duration half_a_year = std::chrono::days{200};  // from 2024-10-04 on

Timestamp utc(const char* text) { return *parse_rfc3339(text); }

// Clocks are set at 02:00 and 03:00; by half an hour; and at midnight, which is left out in spring
// and comes twice in autumn.
std::vector<Calendar> sites() {
  return {{{"Europe/Berlin",
            2h,
            {{utc("2024-10-27T01:00:00Z"), 1h}, {utc("2025-03-30T01:00:00Z"), 2h}}},
           {}},
          {{"Australia/Lord_Howe",
            10h + 30min,
            {{utc("2024-10-05T15:30:00Z"), 11h}, {utc("2025-04-05T15:00:00Z"), 10h + 30min}}},
           {}},
          {{"America/Havana",
            -4h,
            {{utc("2024-11-03T05:00:00Z"), -5h}, {utc("2025-03-09T05:00:00Z"), -4h}}},
           {}}};
}

// Of seconds and hours between readings, and silences of days; one in ten is bad.
reference::Series random_series(std::uint64_t seed) {
  std::mt19937_64 random{seed};
  std::normal_distribution<double> step{0, 20};
  reference::Series series;
  double value = 50;
  for (Duration now{1}; now < half_a_year;) {
    value = std::clamp(std::round((value + step(random)) * 100) / 100, 0.0, 100.0);
    const bool bad = random() % 10 == 0;
    series.push_back({day + now, bad ? std::nullopt : std::optional{value}});
    const Duration most = random() % 60 == 0 ? 96h : random() % 3 == 0 ? 100s : 8h;
    now += Duration{1 +
                    static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most.count()))};
  }
  return series;
}

reference::Changes changes_of(const RuleSpec& rule, const reference::Series& series,
                              const Calendar& site) {
  Plant plant = plant_of({rule});
  plant.calendar = site;
  Rig rig{plant};
  for (const reference::Point& p : series) rig.send(p.at - day, line_of("a/b/c", p));
  rig.tick(half_a_year + std::chrono::days{40});
  reference::Changes changes;
  for (const AlarmEvent& e : rig.facts().transitions) {
    const bool changes_level = e.kind == TransitionKind::raised ||
                               e.kind == TransitionKind::level_changed ||
                               e.kind == TransitionKind::returned;
    if (e.rule == rule.id && changes_level) changes.push_back({e.at, e.level});
  }
  return changes;
}

template <typename Reference>
void compare_at_all_sites(const RuleSpec& rule, std::size_t changes_min, Reference reference) {
  std::size_t total = 0;
  for (const Calendar& site : sites()) {
    for (std::uint64_t seed = 1; seed <= (is_sanitized ? 1U : 8U); ++seed) {
      CAPTURE(site.zone.name, seed, to_text(rule.window.period), to_text(rule.window.aggregate));
      const reference::Series series = random_series(seed);
      const auto changes = changes_of(rule, series, site);
      total += changes.size();
      REQUIRE(changes == reference(series, day + half_a_year + std::chrono::days{40}, site));
    }
  }
  if (!is_sanitized) CHECK(total >= changes_min);
}

struct Case {
  Period period;
  double days;
  std::size_t changes_min;
};
const std::vector<Case> cases{{Period::hour, 1.0 / 24, 500},
                              {Period::day, 1, 500},
                              {Period::week, 7, 100},
                              {Period::month, 30, 30}};

}  // namespace

TEST_CASE("reference: windows of days, weeks and months", "[pipeline][property]") {
  for (const auto& [period, days, changes_min] : cases) {
    RuleSpec rule = limit_of("r", "a/b/c", 0);
    rule.kind = RuleKind::window;
    rule.limits = {{.level = Level::low, .at = 48, .deadband = 1},
                   {.level = Level::high, .at = 52, .deadband = 1}};
    rule.window = {.aggregate = Aggregate::avg, .count_min = 2, .period = period};
    compare_at_all_sites(
        rule, changes_min, [&](const auto& series, Timestamp end, const auto& site) {
          return reference::levels(rule.limits,
                                   reference::calendar(rule.window, 60s, series, end, site), end);
        });
  }
}

TEST_CASE("reference: totals of days, weeks and months", "[pipeline][property]") {
  for (const Aggregate aggregate : {Aggregate::integral, Aggregate::increase}) {
    for (const auto& [period, days, changes_min] : cases) {
      const double a_day = aggregate == Aggregate::integral ? 800 : 60;
      RuleSpec rule = limit_of("r", "a/b/c", 0);
      rule.kind = RuleKind::cumulative;
      rule.limits = {{.level = Level::high, .at = a_day * days, .deadband = 1},
                     {.level = Level::high_high, .at = a_day * days * 1.2}};
      rule.window = {.aggregate = aggregate,
                     .count_min = 2,
                     .period = period,
                     .running = true,
                     .per = 1h,
                     .gap = 6h};
      compare_at_all_sites(
          rule, changes_min, [&](const auto& series, Timestamp end, const auto& site) {
            return reference::levels(rule.limits,
                                     reference::totals(rule.window, 60s, series, end, site), end);
          });
    }
  }
}

}  // namespace reference_calendar_test
