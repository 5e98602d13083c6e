// tests/unit/gates/clocks_test.cpp - Readers whose clock is off: nobody who is inside is missing,
// nobody who left is inside, it is told, and what really comes late still overturns nothing.
#include "site.h"

namespace parkwatch::test::clocks_test {
namespace {

// A person at a reader whose clock is `slow`.
void pass(Site& site, Duration at, PassageKind kind, const std::string& id, const std::string& gate,
          Duration slow, const std::string& lane = "") {
  Passage p = Site::passage(kind, Subject::person, id, gate, lane);
  p.time = Site::time(at - slow);
  site.pass(at, p);
}

void enter(Site& site, Duration at, const std::string& id, const std::string& gate, Duration slow) {
  pass(site, at, PassageKind::enter, id, gate, slow);
}

void leave(Site& site, Duration at, const std::string& id, const std::string& gate, Duration slow) {
  pass(site, at, PassageKind::leave, id, gate, slow);
}

// Two gates for everybody, so that nothing is said of them.
GatePlan two_gates() {
  GatePlan plan;
  plan.on = true;
  plan.gates.push_back({"g1", {}, {true, true, true}, "", {}});
  plan.gates.push_back({"g2", {}, {true, true, true}, "", {}});
  for (GateRuleSpec& rule : plan.rules) rule.on = true;
  return plan;
}

Timestamp since(Site& site, const std::string& id) {
  return site.ledger().book().inside.at(id).since;
}

std::string missing(Site& site) {
  std::string text;
  for (const auto& [id, entry] : site.ledger().book().muster.entries) {
    if (entry.state == MusterState::missing) text += (text.empty() ? "" : " ") + id;
  }
  return text;
}

void begin_muster(Site& site, Duration at) {
  MusterCommand start;
  start.reason = "drill";
  REQUIRE(site.tell(at, start));
}

}  // namespace

TEST_CASE("Who comes back by a reader with a slow clock is on the muster's list at once") {
  for (const Duration slow : {Duration{45min}, Duration{8h}, Duration{11s}}) {
    Site site{two_gates()};
    enter(site, 8h, "zhang", "g1", 0s);
    leave(site, 12h, "zhang", "g1", 0s);
    enter(site, 12h + 5s, "zhang", "g2", slow);  // also who only turns round
    begin_muster(site, 12h + 6s);
    CHECK(missing(site) == "zhang");
  }
}

TEST_CASE("Who leaves by a reader with a slow clock is inside until its clock is known") {
  for (const Duration slow : {Duration{45min}, Duration{8h}}) {
    Site site{two_gates()};
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
  Site site{two_gates()};
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
  Site site{two_gates()};
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
  Site site{two_gates()};
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
  Site site{two_gates()};
  enter(site, 1h, "a", "g1", -8h);
  enter(site, 1h + 1min, "b", "g1", -8h);
  REQUIRE(site.out().findings.size() == 1);
  CHECK(site.out().findings.front().message.en.find("8h fast") != std::string::npos);
  enter(site, 1h + 9min, "c", "g1", -8h + 3min);
  CHECK(since(site, "a") == Site::time(1h));
  CHECK(since(site, "c") == Site::time(1h + 6min));
}

TEST_CASE("A clock that was reset years ago keeps nobody inside") {
  Site site{two_gates()};
  const Duration years = 200'000h;
  enter(site, 1h, "a", "g1", years);
  leave(site, 2h, "a", "g2", years);
  CHECK(site.inside().empty());
  enter(site, 3h, "a", "g1", years);
  CHECK(since(site, "a") == Site::time(3h));
  CHECK(site.said() == "3h +gate-clock gate/g1 720000000");
}

TEST_CASE("A reader that tells nothing for a day is told of no more") {
  Site site{two_gates()};
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
  Site site{two_gates()};
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

TEST_CASE("What a reader kept back while it was off line is no clock that is off") {
  Site site{two_gates()};
  enter(site, 1h, "first", "g2", 0s);
  // In and out again by the other gate, while g2 keeps what it reads.
  for (int i = 0; i < 30; ++i) leave(site, 2h + i * 1min, "p" + std::to_string(i), "g1", 0s);
  for (int i = 0; i < 30; ++i) {
    enter(site, 3h + i * 1s, "p" + std::to_string(i), "g2", 90min - i * 1min);
  }
  CHECK(site.inside() == "first");
  enter(site, 3h + 5min, "last", "g2", 0s);
  CHECK(site.inside() == "first last");
  CHECK(site.said().empty());
}

TEST_CASE("An entry by a reader that proves to have been off line is taken back") {
  Site site{two_gates()};
  enter(site, 1h, "zhang", "g1", 0s);
  leave(site, 2h, "zhang", "g1", 0s);
  // He was inside then, as far as is known: in doubt he is inside.
  enter(site, 3h, "zhang", "g2", 90min);
  CHECK(site.inside() == "zhang");
  begin_muster(site, 3h + 1s);
  SECTION("by what it kept back, too, as soon as that is from after the leaving") {
    enter(site, 3h + 2s, "li", "g2", 60min);
    CHECK(site.inside() == "li zhang");
    enter(site, 3h + 3s, "wang", "g2", 29min);
    CHECK(site.inside() == "li wang");
    CHECK(missing(site).empty());
    CHECK(site.ledger().inside(Subject::person) == 2);
  }
  SECTION("unless he was seen since") {
    pass(site, 3h + 1s, PassageKind::seen, "zhang", "g1", 0s);
    enter(site, 3h + 3s, "li", "g2", 29min);
    CHECK(site.inside() == "li zhang");
  }
  SECTION("or came in anew") {
    leave(site, 3h + 1s, "zhang", "g1", 0s);
    enter(site, 3h + 1s, "zhang", "g1", 0s);
    enter(site, 3h + 3s, "li", "g2", 29min);
    CHECK(site.inside() == "li zhang");
  }
  SECTION("but not by another reader") {
    enter(site, 3h + 2s, "li", "g1", 90min);
    enter(site, 3h + 3s, "li", "g1", 29min);
    CHECK(site.inside() == "li zhang");
  }
  SECTION("nor by a time that is right: its clock may have been mended just now") {
    enter(site, 3h + 2s, "li", "g2", 0s);
    enter(site, 3h + 3s, "wang", "g2", 29min);
    CHECK(site.inside() == "li wang zhang");
  }
}

TEST_CASE("A card that left is missed also when an entry after it is taken back") {
  Site site{two_gates()};
  Passage card = Site::passage(PassageKind::card_out, Subject::person, "zhang", "g1", "");
  card.card = "C-17";
  site.pass(1h, card);
  enter(site, 1h, "zhang", "g1", 0s);
  leave(site, 2h, "zhang", "g1", 0s);
  enter(site, 2h + 1min, "zhang", "g2", 30min);
  enter(site, 2h + 2min, "li", "g2", 20s);
  CHECK(site.inside() == "li");
  site.go(2h + 7min);
  CHECK(site.said() == "2h7m +gate-card gate/g2 1");
}

TEST_CASE("An entry that was taken for late counts as soon as the reader's clock is known") {
  Site site{two_gates()};
  leave(site, 2h, "zhang", "g1", 0s);  // nobody knew that he was inside
  enter(site, 2h + 10min, "zhang", "g2", 45min);
  CHECK(site.inside().empty());
  enter(site, 2h + 11min, "li", "g2", 45min);
  CHECK(site.inside() == "li zhang");
  CHECK(since(site, "zhang") == Site::time(2h + 10min));
}

TEST_CASE("An entry that counts late is nothing to who has left since") {
  Site site{two_gates()};
  leave(site, 2h, "zhang", "g1", 0s);
  enter(site, 2h + 10min, "zhang", "g2", 45min);
  leave(site, 2h + 10min + 1s, "zhang", "g1", 0s);
  enter(site, 2h + 11min, "li", "g2", 45min);
  CHECK(site.inside() == "li");
}

TEST_CASE("A leaving that came late is not made good when its reader's clock fails later") {
  Site site{two_gates()};
  enter(site, 2h, "zhang", "g1", 0s);
  leave(site, 3h, "zhang", "g2", 90min);
  leave(site, 3h + 1s, "li", "g2", 0s);
  for (const Duration at : {Duration{4h}, Duration{5h}}) leave(site, at, "wang", "g2", 90min);
  CHECK(site.inside() == "zhang");
}

TEST_CASE("A leaving in doubt is nothing to who came in again, or was seen, since") {
  Site site{two_gates()};
  enter(site, 2h, "zhang", "g1", 0s);
  enter(site, 2h, "li", "g1", 0s);
  leave(site, 3h, "zhang", "g2", 90min);
  leave(site, 3h, "li", "g2", 90min);
  enter(site, 3h + 30s, "zhang", "g1", 0s);
  leave(site, 3h + 2min, "wang", "g2", 90min);
  CHECK(site.inside() == "zhang");
}

TEST_CASE("Who leaves and comes back by two slow clocks is inside when the first is known") {
  Site site{two_gates()};
  enter(site, 2h, "zhang", "g1", 0s);
  leave(site, 3h, "zhang", "g2", 90min);
  enter(site, 3h + 30s, "zhang", "g2", 90min);
  leave(site, 3h + 2min, "wang", "g2", 90min);
  CHECK(site.inside() == "zhang");
  leave(site, 3h + 3min, "zhang", "g2", 90min);
  CHECK(site.inside().empty());
}

TEST_CASE("An entry that is told again does not void a leaving that waits") {
  Site site{two_gates()};
  enter(site, 2h, "zhang", "g1", 0s);
  pass(site, 150min, PassageKind::seen, "zhang", "g1", 0s);
  leave(site, 3h, "zhang", "g2", 90min);
  enter(site, 3h + 30s, "zhang", "g1", 1h + 30s);
  leave(site, 3h + 2min, "wang", "g2", 90min);
  CHECK(site.inside().empty());
}

TEST_CASE("One wrong time, or two that say otherwise, are no clock that is off") {
  Site site{two_gates()};
  enter(site, 1h, "a", "g1", 0s);
  enter(site, 2h, "b", "g1", 45min);
  enter(site, 3h, "c", "g1", 20min);
  enter(site, 4h, "d", "g1", 33min);
  enter(site, 5h, "e", "g1", 0s);
  enter(site, 6h, "f", "g1", 20min);
  CHECK(site.said().empty());
}

TEST_CASE("Readers that differ in gate, lane, direction or class have clocks of their own") {
  Site site{two_gates()};
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

TEST_CASE("What is in doubt is forgotten after a day, and its names with all others") {
  GatePlan plan = two_gates();
  Site site{plan};
  enter(site, 2h, "zhang", "g1", 0s);
  leave(site, 3h, "zhang", "g1", 0s);
  Passage p = Site::passage(PassageKind::enter, Subject::person, "zhang", "g2", "");
  p.name = "Zhang San";
  p.time = Site::time(150min);
  site.pass(4h, p);
  REQUIRE(site.ledger().state().doubts.size() == 1);
  CHECK(site.ledger().state().doubts.begin()->second.passage.name == "Zhang San");
  plan.names = false;
  site.configure(5h, plan);
  CHECK(site.ledger().state().doubts.begin()->second.passage.name.empty());
  site.go(28h - 1us);
  CHECK(site.ledger().state().doubts.size() == 1);
  site.go(28h);
  CHECK(site.ledger().state().doubts.empty());
}

TEST_CASE("A gateway's clock that is set back leaves no reader in doubt for ever") {
  Site site{two_gates()};
  enter(site, 900h, "zhang", "g1", 0s);
  leave(site, 901h, "zhang", "g2", 2h);
  site.ledger().set_back(site.moment(1h), site.out());
  site.go(25h);
  CHECK(site.ledger().state().doubts.empty());
  enter(site, 26h, "li", "g1", 45min);
  enter(site, 27h, "li", "g1", 45min);
  CHECK(site.said() == "1d3h +gate-clock gate/g1 2700");
}

TEST_CASE("No finding of a clock names a person") {
  Site site{two_gates()};
  enter(site, 1h, "PLATE77", "g1", 45min);
  enter(site, 2h, "PLATE77", "g1", 45min);
  REQUIRE(site.out().findings.size() == 1);
  CHECK(site.out().findings.front().message.en.find("77") == std::string::npos);
  CHECK(site.out().findings.front().message.zh.find("77") == std::string::npos);
}

}  // namespace parkwatch::test::clocks_test
