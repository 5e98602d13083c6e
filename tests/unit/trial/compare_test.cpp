// tests/unit/trial/compare_test.cpp - What was alarmed beside what would be: counts, what is
// missed, and how much earlier.
#include "tools/trial/compare.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace compare_test {

using namespace parkwatch;
using namespace parkwatch::trial;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp day = from_us(std::int64_t{20'000} * 86'400'000'000);

class Journal {
 public:
  AlarmEvent& add(Duration at, TransitionKind kind, const std::string& rule,
                  const std::string& tag = "t", Priority priority = Priority::medium) {
    AlarmEvent& event = rows_.emplace_back();
    event.journal = rows_.size();
    event.at = event.raised_at = day + at;
    event.kind = kind;
    event.rule = rule;
    event.tag = tag;
    event.priority = priority;
    event.level = Level::high;
    return event;
  }
  Journal& stay(Duration from, Duration to, const std::string& rule, const std::string& tag = "t",
                Priority priority = Priority::medium) {
    add(from, TransitionKind::raised, rule, tag, priority);
    add(to, TransitionKind::returned, rule, tag, priority);
    return *this;
  }
  [[nodiscard]] const std::vector<AlarmEvent>& rows() const { return rows_; }

 private:
  std::vector<AlarmEvent> rows_;
};

RulesCompared compared(const Journal& was, const Journal& is) {
  return compare(was.rows(), is.rows(), day, day + 24h);
}

const RuleComparison& row(const RulesCompared& compared, const std::string& rule) {
  const auto found = std::find_if(compared.rules.begin(), compared.rules.end(),
                                  [&](const RuleComparison& one) { return one.rule == rule; });
  REQUIRE(found != compared.rules.end());
  return *found;
}

}  // namespace

TEST_CASE("compare: activations are counted by rule, with the busiest tag", "[trial]") {
  Journal was;
  was.stay(1h, 2h, "a").stay(3h, 4h, "a").stay(5h, 6h, "b");
  Journal is;
  is.stay(1h, 2h, "a", "u").stay(3h, 4h, "a", "u").stay(5h, 6h, "a", "v");
  const RulesCompared c = compared(was, is);
  CHECK(c.was.activations == 3);
  CHECK(c.is.activations == 3);
  CHECK(row(c, "a").was == 2);
  CHECK(row(c, "a").is == 3);
  CHECK(row(c, "a").top_tag == "u");
  CHECK(row(c, "a").per_day == Approx(3));
  CHECK(row(c, "a").active == Approx(3.0 / 24 / 2));
  CHECK(row(c, "b").is == 0);
  CHECK(row(c, "b").top_tag == "t");
}

TEST_CASE("compare: an urgent alarm or one with a note that is no longer raised is missed",
          "[trial]") {
  Journal was;
  was.stay(1h, 2h, "high", "t", Priority::high).stay(1h, 2h, "medium").stay(3h, 4h, "noted", "n");
  AlarmEvent& ack = was.add(5h, TransitionKind::acknowledged, "noted", "n");
  ack.author = "li";
  ack.comment = "valve shut";
  const RulesCompared c = compared(was, Journal{});
  REQUIRE(c.missed.size() == 2);
  CHECK(c.missed[0].was.rule == "high");
  CHECK(c.missed[0].why == "high");
  CHECK(c.missed[1].why == "acknowledged with a note by li");
  CHECK(row(c, "high").missed == 1);
  CHECK(row(c, "medium").missed == 0);
}

TEST_CASE("compare: an alarm that still comes, earlier or later, is not missed", "[trial]") {
  Journal was;
  was.stay(1h, 2h, "a", "t", Priority::high).stay(5h, 6h, "b", "t", Priority::high);
  Journal is;
  is.stay(1h - 10s, 2h, "a").stay(5h + 4s, 6h, "b");
  const RulesCompared c = compared(was, is);
  CHECK(c.missed.empty());
  CHECK(row(c, "a").earlier == 10s);
  CHECK(row(c, "b").earlier == -4s);
}

TEST_CASE("compare: an alarm of another time, tag or rule does not stand for a missed one",
          "[trial]") {
  Journal was;
  was.stay(1h, 2h, "a", "t", Priority::critical).stay(8h, 9h, "other", "t");
  CHECK(compared(was, Journal{}.stay(3h, 4h, "a")).missed.size() == 1);
  CHECK(compared(was, Journal{}.stay(1h, 2h, "a", "u")).missed.size() == 1);
  CHECK(compared(was, Journal{}.stay(1h, 2h, "other")).missed.size() == 1);
  // But a rule that was not there before may be the same under another name.
  CHECK(compared(was, Journal{}.stay(1h, 2h, "a-renamed")).missed.empty());
}

TEST_CASE("compare: chatter and floods of the new rules are told by rule", "[trial]") {
  Journal is;
  for (int i = 0; i < 12; ++i) is.stay(1h + 4s * i, 1h + 4s * i + 2s, "noisy");
  const RulesCompared c = compared(Journal{}, is);
  CHECK(row(c, "noisy").chatter == 1);
  CHECK(row(c, "noisy").floods == 1);
  CHECK(c.is.in_flood > 0s);
}

TEST_CASE("compare: what the new rules hide all the while is missed, unless it was hidden before",
          "[trial]") {
  Journal was;
  was.stay(1h, 2h, "gas", "t", Priority::high);
  Journal hidden;
  hidden.add(1h, TransitionKind::raised, "gas", "t", Priority::high).flags = alarm_suppressed;
  hidden.add(2h, TransitionKind::returned, "gas", "t", Priority::high).flags = alarm_suppressed;
  CHECK(compared(was, hidden).missed.size() == 1);
  CHECK(compared(hidden, hidden).missed.empty());

  Journal shown_later;
  shown_later.add(1h, TransitionKind::raised, "gas", "t", Priority::high).flags = alarm_suppressed;
  shown_later.add(90min, TransitionKind::unsuppressed, "gas", "t", Priority::high);
  shown_later.add(2h, TransitionKind::returned, "gas", "t", Priority::high);
  CHECK(compared(was, shown_later).missed.empty());
}

TEST_CASE("compare: a loop check of then is no alarm that other rules could miss", "[trial]") {
  Journal was;
  was.add(1h, TransitionKind::raised, "a", "t", Priority::critical).flags = alarm_test;
  was.add(2h, TransitionKind::returned, "a", "t", Priority::critical).flags = alarm_test;
  const RulesCompared none = compared(was, Journal{});
  CHECK(none.missed.empty());
  CHECK(none.was.activations == 0);
}

TEST_CASE("compare: what the daemon did is no alarm that a backtest could miss", "[trial]") {
  Journal was;
  was.stay(1h, 2h, "action-unconfirmed", "action/siren", Priority::critical);
  was.stay(1h, 2h, "delivery-failed", "receiver/mail", Priority::high);
  was.stay(1h, 2h, "gas", "t", Priority::high);
  const RulesCompared result = compared(was, {});
  REQUIRE(result.missed.size() == 1);
  CHECK(result.missed[0].was.rule == "gas");
  CHECK(result.rules.size() == 1);
}

}  // namespace compare_test
