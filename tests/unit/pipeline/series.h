// tests/unit/pipeline/series.h - Random series through the whole pipeline, beside what the plain
// reference implementation says of them.
#pragma once
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "rig.h"
#include "tests/support/reference/reference.h"

template <>
struct Catch::StringMaker<parkwatch::reference::Change> {
  static std::string convert(const parkwatch::reference::Change& change) {
    return std::string{parkwatch::to_text(change.level)} + "@" +
           parkwatch::to_text(change.at - parkwatch::test::day);
  }
};

namespace parkwatch::test {

inline constexpr Duration length = 20min;

// An hour of this site begins ten minutes after the tests' day.
inline const Calendar site{{"+08:50", 8h + 50min, {}}, {{"a", 8h + 55min}, {"b", 9h + 4min}}};

// Two series whose readings never come at the same time, one in ten of them bad.
struct Pair {
  reference::Series a;
  reference::Series b;
};

inline Pair random_pair(std::uint64_t seed) {
  std::mt19937_64 random{seed};
  std::normal_distribution<double> step{0, 12};
  Pair pair;
  double value = 50;
  bool turn = false;
  for (Duration now{1}; now < length; turn = !turn) {
    value = std::clamp(std::round((value + step(random)) * 100) / 100, 0.0, 100.0);
    const bool bad = random() % 10 == 0;
    (turn ? pair.b : pair.a).push_back({day + now, bad ? std::nullopt : std::optional{value}});
    const bool pause = random() % 60 == 0;
    now += Duration{1 + static_cast<std::int64_t>(random() % (pause ? 150'000'000 : 3'000'000))};
  }
  return pair;
}

// The same with values 0, 1 and 2 only.
inline Pair random_states(std::uint64_t seed) {
  Pair pair = random_pair(seed);
  for (reference::Series* series : {&pair.a, &pair.b}) {
    for (reference::Point& p : *series) {
      if (p.value) p.value = std::floor(*p.value / 34);
    }
  }
  return pair;
}

inline std::string line_of(const std::string& tag, const reference::Point& p) {
  std::string line = tag + " " + to_text(Value{p.value.value_or(1e9)}) +
                     " t=" + std::to_string((p.at - day).count());
  return p.value ? line : line + " q=bad";
}

// The first series is a/b/c's, the second a/b/d's.
inline void feed_pair(Rig& rig, const Pair& pair, Duration late = Duration{0}) {
  for (std::size_t a = 0, b = 0; a < pair.a.size() || b < pair.b.size();) {
    const bool first = b == pair.b.size() || (a < pair.a.size() && pair.a[a].at < pair.b[b].at);
    const reference::Point& p = first ? pair.a[a++] : pair.b[b++];
    rig.send(p.at - day + late, line_of(first ? "a/b/c" : "a/b/d", p));
  }
}

// The changes of the one rule that runs, when every reading comes so late.
inline reference::Changes changes_of(const RuleSpec& rule, const Pair& pair,
                                     Duration late = Duration{0}) {
  Plant plant = plant_of({rule});
  plant.calendar = site;
  Rig rig{plant};
  feed_pair(rig, pair, late);
  rig.tick(length + 10min + late);
  reference::Changes changes;
  for (const AlarmEvent& e : rig.facts().transitions) {
    const bool changes_level = e.kind == TransitionKind::raised ||
                               e.kind == TransitionKind::level_changed ||
                               e.kind == TransitionKind::returned;
    if (e.rule == rule.id && changes_level) changes.push_back({e.at, e.level});
  }
  return changes;
}

inline std::vector<Level> levels_of(const reference::Changes& changes) {
  std::vector<Level> levels;
  for (const reference::Change& change : changes) levels.push_back(change.level);
  return levels;
}

// Over 30 seeds; `reference` gives the changes up to `end`. A backlog, ten minutes late throughout,
// goes through the same levels; only silence is what we saw of it.
template <typename Reference>
void compare(const RuleSpec& rule, std::size_t changes_min, Reference reference,
             Pair (*series)(std::uint64_t) = random_pair) {
  std::size_t total = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed, rule.id);
    const Pair pair = series(seed);
    const auto changes = changes_of(rule, pair);
    total += changes.size();
    REQUIRE(changes == reference(pair, day + length + 10min));
    if (rule.kind == RuleKind::stale) continue;
    REQUIRE(levels_of(changes_of(rule, pair, 10min)) == levels_of(changes));
  }
  CHECK(total >= changes_min);
}

}  // namespace parkwatch::test
