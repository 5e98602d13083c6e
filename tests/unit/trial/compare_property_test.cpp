// tests/unit/trial/compare_property_test.cpp - Random journals: what is missed and what is counted
// agree with the definition, tried pair by pair.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "tools/trial/compare.h"

namespace compare_property_test {

using namespace parkwatch;
using namespace parkwatch::trial;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp day = from_us(std::int64_t{20'000} * 86'400'000'000);

struct Stay {
  std::string rule;
  std::string tag;
  Duration from{0};
  Duration to{0};
  Priority priority = Priority::low;
};

std::vector<Stay> random_stays(std::mt19937_64& random, const std::vector<std::string>& rules) {
  std::vector<Stay> stays;
  for (const std::string& rule : rules) {
    for (const std::string tag : {"t", "u"}) {
      Duration at = 1s * (random() % 4000);
      while (at < 24h) {
        const Duration length = 1s * (1 + random() % 3000);
        stays.push_back({rule, tag, at, at + length, static_cast<Priority>(random() % 4)});
        at += length + 1s * (1 + random() % 9000);
      }
    }
  }
  std::stable_sort(stays.begin(), stays.end(),
                   [](const Stay& a, const Stay& b) { return a.from < b.from; });
  return stays;
}

std::vector<AlarmEvent> journal_of(const std::vector<Stay>& stays) {
  std::vector<AlarmEvent> rows;
  for (const Stay& stay : stays) {
    AlarmEvent event;
    event.rule = stay.rule;
    event.tag = stay.tag;
    event.priority = stay.priority;
    event.level = Level::on;
    event.kind = TransitionKind::raised;
    event.at = event.raised_at = day + stay.from;
    rows.push_back(event);
    event.kind = TransitionKind::returned;
    event.at = day + stay.to;
    rows.push_back(event);
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const AlarmEvent& a, const AlarmEvent& b) { return a.at < b.at; });
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].journal = i + 1;
  return rows;
}

std::size_t missed_by_definition(const std::vector<Stay>& was, const std::vector<Stay>& is) {
  std::set<std::string> old_rules;
  for (const Stay& stay : was) old_rules.insert(stay.rule);
  std::size_t missed = 0;
  for (const Stay& stay : was) {
    if (stay.from >= 24h || stay.priority < Priority::high) continue;
    const bool told = std::any_of(is.begin(), is.end(), [&](const Stay& other) {
      const bool same = other.rule == stay.rule || !old_rules.contains(other.rule);
      return same && other.tag == stay.tag && other.from <= stay.to && stay.from <= other.to;
    });
    if (!told) ++missed;
  }
  return missed;
}

std::size_t raised(const std::vector<Stay>& stays, const std::string& rule) {
  return static_cast<std::size_t>(std::count_if(
      stays.begin(), stays.end(), [&](const Stay& s) { return s.rule == rule && s.from < 24h; }));
}

}  // namespace

TEST_CASE("compare: random runs agree with the definition", "[trial]") {
  std::mt19937_64 random{17};
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    const auto was = random_stays(random, {"a", "b"});
    const auto is = random_stays(random, round % 2 == 0 ? std::vector<std::string>{"a", "b"}
                                                        : std::vector<std::string>{"b", "new"});
    const RulesCompared compared = compare(journal_of(was), journal_of(is), day, day + 24h);
    CHECK(compared.missed.size() == missed_by_definition(was, is));
    std::size_t missed = 0;
    for (const RuleComparison& row : compared.rules) {
      CHECK(row.was == raised(was, row.rule));
      CHECK(row.is == raised(is, row.rule));
      CHECK(row.active >= 0);
      CHECK(row.active <= 1);
      missed += row.missed;
    }
    CHECK(missed == compared.missed.size());
  }
}

TEST_CASE("compare: a run against itself misses nothing and is not earlier", "[trial]") {
  std::mt19937_64 random{18};
  const auto journal = journal_of(random_stays(random, {"a", "b", "c"}));
  const RulesCompared compared = compare(journal, journal, day, day + 24h);
  CHECK(compared.missed.empty());
  for (const RuleComparison& row : compared.rules) {
    CHECK(row.was == row.is);
    CHECK(row.earlier == Duration{0});
  }
}

}  // namespace compare_property_test
