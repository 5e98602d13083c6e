// tests/unit/gates/clocks_test.cpp - Readers whose clock is off: nobody who is inside is missing,
// nobody who left is inside, it is told, and what really comes late still overturns nothing.
#include "two_gates.h"

namespace parkwatch::test::clocks_test {

using namespace two_gates;

TEST_CASE("Who comes back by a reader with a slow clock is on the muster's list at once") {
  for (const Duration slow : {Duration{45min}, Duration{8h}, Duration{11s}}) {
    Site site{everybody()};
    enter(site, 8h, "zhang", "g1", 0s);
    leave(site, 12h, "zhang", "g1", 0s);
    enter(site, 12h + 5s, "zhang", "g2", slow);  // also who only turns round
    begin_muster(site, 12h + 6s);
    CHECK(missing(site) == "zhang");
  }
}

TEST_CASE("Who leaves by a reader with a slow clock is inside until its clock is known") {
  for (const Duration slow : {Duration{45min}, Duration{8h}}) {
    Site site{everybody()};
    enter(site, 12h, "zhang", "g1", 0s);
    begin_muster(site, 12h + 1min);
    leave(site, 12h + 30min, "zhang", "g2", slow);
    CHECK(site.inside() == "zhang");
    leave(site, 12h + 31min - 1s, "li", "g2", slow);
    CHECK(site.inside() == "zhang");
    leave(site, 12h + 31min, "li", "g2", slow);
    CHECK(site.inside().empty());
    CHECK(missing(site).empty());
    // From then on at once.
    enter(site, 12h + 40min, "zhang", "g1", 0s);
    leave(site, 12h + 41min, "zhang", "g2", slow);
    CHECK(site.inside().empty());
  }
}

TEST_CASE("What is told within ten seconds was in the order in which it is told") {
  Site site{everybody()};
  enter(site, 60s, "zhang", "g1", 0s);
  leave(site, 62s, "zhang", "g2", 9s);
  CHECK(site.inside().empty());
  enter(site, 64s, "zhang", "g1", 9s);
  CHECK(site.inside() == "zhang");
  pass(site, 66s, PassageKind::seen, "zhang", "g2", 9s);
  CHECK(site.ledger().book().inside.at("zhang").seen_gate == "g2");
  CHECK(site.said().empty());
}

TEST_CASE("A clock that is known to be off is corrected") {
  Site site{everybody()};
  enter(site, 1h, "a", "g2", 45min);
  CHECK(since(site, "a") == Site::time(15min));
  enter(site, 1h + 2min, "b", "g2", 45min);
  CHECK(since(site, "b") == Site::time(1h + 2min));
  // What that reader kept back is as late as it is.
  enter(site, 1h + 9min, "c", "g2", 45min + 5min);
  CHECK(since(site, "c") == Site::time(1h + 4min));
  leave(site, 1h + 10min, "d", "g1", 0s);
  enter(site, 1h + 11min, "d", "g2", 45min + 4min);
  CHECK(site.inside() == "a b c");
}

TEST_CASE("A reader whose clock is off is told, with how far, until it is right") {
  Site site{everybody()};
  enter(site, 1h, "a", "g2", 45min);
  CHECK(site.said().empty());
  enter(site, 1h + 1min, "b", "g2", 45min + 2s);
  REQUIRE(site.out().findings.size() == 1);
  const gates::Finding told = site.out().findings.front();
  CHECK(site.said() == "1h1m +gate-clock gate/g2 2700");
  CHECK(told.message.en.find("45m slow") != std::string::npos);
  CHECK(told.message.zh.find("慢 45m") != std::string::npos);
  CHECK(told.limit == 10.0);
  enter(site, 2h, "c", "g2", 45min);
  CHECK(site.said().empty());
  enter(site, 3h, "d", "g2", 0s);
  enter(site, 3h + 30s, "e", "g2", 1s);
  CHECK(site.said().empty());
  enter(site, 3h + 1min, "f", "g2", 0s);
  CHECK(site.said() == "3h1m -gate-clock gate/g2");
}

TEST_CASE("A fast clock is told and corrected, too") {
  Site site{everybody()};
  enter(site, 1h, "a", "g1", -8h);
  enter(site, 1h + 1min, "b", "g1", -8h);
  REQUIRE(site.out().findings.size() == 1);
  CHECK(site.out().findings.front().message.en.find("8h fast") != std::string::npos);
  enter(site, 1h + 9min, "c", "g1", -8h + 3min);
  CHECK(since(site, "a") == Site::time(1h));
  CHECK(since(site, "c") == Site::time(1h + 6min));
}

TEST_CASE("A clock that was reset years ago keeps nobody inside") {
  Site site{everybody()};
  const Duration years = 200'000h;
  enter(site, 1h, "a", "g1", years);
  leave(site, 2h, "a", "g2", years);
  CHECK(site.inside().empty());
  enter(site, 3h, "a", "g1", years);
  CHECK(since(site, "a") == Site::time(3h));
  CHECK(site.said() == "3h +gate-clock gate/g1 720000000");
}

TEST_CASE("A reader that tells nothing for a day is told of no more") {
  Site site{everybody()};
  enter(site, 1h, "a", "g1", 45min);
  enter(site, 2h, "b", "g1", 45min);
  enter(site, 3h, "c", "g1", 45min);
  (void)site.said();
  site.go(27h);
  CHECK(site.said() == "1d3h -gate-clock gate/g1");
  enter(site, 28h, "d", "g1", 45min);
  CHECK(site.said() == "1d4h +gate-clock gate/g1 2700");
}

TEST_CASE("The alarm stands as long as one clock of the gate is off") {
  Site site{everybody()};
  for (const Duration at : {Duration{1h}, Duration{2h}}) {
    enter(site, at, "a", "g1", 45min);
    leave(site, at + 1min, "a", "g1", 20min);
  }
  CHECK(site.said() == "2h +gate-clock gate/g1 2700");
  for (const Duration at : {Duration{3h}, Duration{4h}}) enter(site, at, "a", "g1", 0s);
  CHECK(site.said().empty());
  for (const Duration at : {Duration{5h}, Duration{6h}}) leave(site, at, "a", "g1", 0s);
  CHECK(site.said() == "6h -gate-clock gate/g1");
}

TEST_CASE("One wrong time, or two that say otherwise, are no clock that is off") {
  Site site{everybody()};
  enter(site, 1h, "a", "g1", 0s);
  enter(site, 2h, "b", "g1", 45min);
  enter(site, 3h, "c", "g1", 20min);
  enter(site, 4h, "d", "g1", 33min);
  enter(site, 5h, "e", "g1", 0s);
  enter(site, 6h, "f", "g1", 20min);
  CHECK(site.said().empty());
}

TEST_CASE("Readers that differ in gate, lane, direction or class have clocks of their own") {
  Site site{everybody()};
  for (const Duration at : {Duration{1h}, Duration{2h}, Duration{3h}}) {
    pass(site, at, PassageKind::enter, "a", "g1", 45min, "1");
    pass(site, at, PassageKind::enter, "b", "g1", 0s, "2");
    pass(site, at, PassageKind::leave, "c", "g1", 0s, "1");
    Passage car = Site::passage(PassageKind::enter, Subject::vehicle, "A1", "g1", "1");
    car.time = Site::time(at);
    site.pass(at, car);
  }
  CHECK(since(site, "a") == Site::time(3h));
  CHECK(site.said() == "2h +gate-clock gate/g1 2700");
}

TEST_CASE("A vehicle and a cycle by slow clocks belong together as soon as those are known") {
  Site site;
  Passage car = Site::passage(PassageKind::enter, Subject::vehicle, "", "g1", "1");
  Passage arm = Site::passage(PassageKind::cycle, Subject::vehicle, "", "g1", "1");
  int number = 0;
  for (const Duration at : {Duration{1h}, Duration{2h}, Duration{3h}}) {
    car.id = "A" + std::to_string(++number);
    car.time = arm.time = Site::time(at - 45min);
    site.pass(at, car);
    site.pass(at, arm);
  }
  site.go(3h + 1min);
  CHECK(site.said() == "2h +gate-clock gate/g1 2700");
  car.id = "A9";
  car.time = Site::time(4h - 45min);
  site.pass(4h, car);
  site.go(4h + 1min);
  CHECK(site.said() == "4h30s +gate-tailgating gate/g1/1 1");
}

TEST_CASE("No finding of a clock names a person") {
  Site site{everybody()};
  enter(site, 1h, "PLATE77", "g1", 45min);
  enter(site, 2h, "PLATE77", "g1", 45min);
  REQUIRE(site.out().findings.size() == 1);
  CHECK(site.out().findings.front().message.en.find("77") == std::string::npos);
  CHECK(site.out().findings.front().message.zh.find("77") == std::string::npos);
}

}  // namespace parkwatch::test::clocks_test
