// tests/unit/gates/places_test.cpp - Too many inside, and counters that say otherwise.
#include "site.h"

namespace parkwatch::test::places_test {
namespace {

void counter(Site& site, Duration at, std::int64_t count, const std::string& zone = "plant") {
  Passage p = Site::passage(PassageKind::count, Subject::person, "", "", "");
  p.zone = zone;
  p.count = count;
  site.pass(at, p);
}

void fill(Site& site, int people) {
  for (int i = 1; i <= people; ++i) site.enter(0s, Subject::person, "p" + std::to_string(i));
}

}  // namespace

TEST_CASE("More in a zone than it may hold stands until there are fewer") {
  Site site;
  fill(site, 3);
  CHECK(site.said().empty());
  site.enter(1s, Subject::person, "p4");
  site.enter(2s, Subject::person, "p5");
  CHECK(site.said() == "1s +gate-too-many zone/plant/person 4");
  site.leave(3s, Subject::person, "p1");
  CHECK(site.said().empty());
  site.leave(4s, Subject::person, "p2");
  CHECK(site.said() == "4s -gate-too-many zone/plant/person");
}

TEST_CASE("The whole park has a limit for each class") {
  GatePlan plan = small_plan();
  plan.most[1] = 1;
  Site site{plan};
  site.enter(0s, Subject::vehicle, "A1", "g2", "v");
  site.enter(1s, Subject::vehicle, "A2", "g2", "v");
  CHECK(site.said() == "1s +gate-too-many inside/vehicle 2");
  plan.most[1] = 2;
  site.configure(2s, plan);
  CHECK(site.said() == "2s -gate-too-many inside/vehicle");
}

TEST_CASE("Who moves to another zone is counted there") {
  GatePlan plan = small_plan();
  plan.zones.push_back({"yard", {}, {0, std::nullopt, std::nullopt}});
  Site site{plan};
  site.enter(0s, Subject::person, "zhang");
  Passage p = Site::passage(PassageKind::seen, Subject::person, "zhang", "cam", "");
  p.zone = "yard";
  site.pass(1s, p);
  CHECK(site.said() == "1s +gate-too-many zone/yard/person 1");
  CHECK(site.ledger().inside("plant", Subject::person) == 0);
  CHECK(site.ledger().inside("yard", Subject::person) == 1);
  p.zone = "plant";
  site.pass(2s, p);
  CHECK(site.said() == "2s -gate-too-many zone/yard/person");
}

TEST_CASE("A counter that differs by more than is allowed for long enough is told") {
  Site site;
  fill(site, 3);
  counter(site, 10s, 1);  // two apart: allowed
  site.go(1h);
  CHECK(site.said().empty());
  counter(site, 1h, 0);
  site.go(1h + 5min - 1us);
  CHECK(site.said().empty());
  site.go(1h + 5min);
  CHECK(site.said() == "1h5m +gate-count zone/plant/person 3");
  counter(site, 2h, 3);
  CHECK(site.said() == "2h -gate-count zone/plant/person");
}

TEST_CASE("A counter that is right again in time is not told") {
  Site site;
  fill(site, 3);
  counter(site, 10s, 0);
  site.leave(1min, Subject::person, "p1");  // now two apart
  site.go(1h);
  CHECK(site.said().empty());
}

TEST_CASE("A counter of the whole park is compared with all inside") {
  Site site;
  fill(site, 1);
  counter(site, 10s, 9, "");
  site.go(10min);
  CHECK(site.said() == "5m10s +gate-count inside/person 8");
}

TEST_CASE("Counters of zones that are not configured are not kept") {
  Site site;
  counter(site, 10s, 9, "elsewhere");
  CHECK(site.ledger().state().counters.empty());
}

TEST_CASE("A zone that leaves the configuration takes its alarms along") {
  GatePlan plan = small_plan();
  Site site{plan};
  fill(site, 4);
  counter(site, 0s, 0);
  site.go(1h);
  CHECK(site.said() == "0s +gate-too-many zone/plant/person 4; 5m +gate-count zone/plant/person 4");
  plan.zones.clear();
  site.configure(2h, plan);
  CHECK(site.said() == "2h -gate-too-many zone/plant/person; 2h -gate-count zone/plant/person");
}

TEST_CASE("Our own downtime makes no counter differ for longer") {
  Site site;
  fill(site, 3);
  counter(site, 0s, 0);
  site.ledger().shift(1h);
  site.go(1h + 5min - 1us);
  CHECK(site.said().empty());
  site.go(1h + 5min);
  CHECK_FALSE(site.said().empty());
}

}  // namespace parkwatch::test::places_test
