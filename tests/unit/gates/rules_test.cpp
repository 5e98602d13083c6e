// tests/unit/gates/rules_test.cpp - What is wrong with a stay: permit, gate, lane, time, card.
#include "site.h"

namespace parkwatch::test::rules_test {

TEST_CASE("A hazardous-goods vehicle without a permit stands until it leaves") {
  Site site;
  site.enter(10s, Subject::hazmat, "H1", "g2", "h");
  CHECK(site.said() == "10s +gate-no-permit gate/g2 1");
  site.leave(20s, Subject::hazmat, "H1", "g2", "h");
  CHECK(site.said() == "20s -gate-no-permit gate/g2");
}

TEST_CASE("A permit in time and for the class is enough") {
  Site site;
  site.lorry_with_permit();
  CHECK(site.said().empty());
  SECTION("but not before it begins") {
    REQUIRE(site.permit(
        11s, {"P2", "H2", "", std::nullopt, Site::time(1h), Site::time(2h), {}, {}, false}));
    site.enter(12s, Subject::hazmat, "H2", "g2", "h");
    CHECK(site.said() == "12s +gate-no-permit gate/g2 1");
  }
  SECTION("nor for another class") {
    REQUIRE(site.permit(
        11s, {"P2", "H2", "", Subject::vehicle, Site::time(0s), Site::time(2h), {}, {}, false}));
    site.enter(12s, Subject::hazmat, "H2", "g2", "h");
    CHECK(site.said() == "12s +gate-no-permit gate/g2 1");
  }
}

TEST_CASE("A permit that is issued afterwards ends the alarm, and taking it away begins it again") {
  Site site;
  site.enter(10s, Subject::hazmat, "H1", "g2", "h");
  (void)site.said();
  REQUIRE(site.permit(20s, "P1", "H1"));
  CHECK(site.said() == "20s -gate-no-permit gate/g2");
  PermitCommand remove;
  remove.verb = PermitCommand::Verb::remove;
  remove.number = "P1";
  REQUIRE(site.tell(30s, remove));
  CHECK(site.said() == "30s +gate-no-permit gate/g2 1");
}

TEST_CASE("A permit that is put again says nothing new") {
  Site site;
  site.lorry_with_permit();
  REQUIRE(site.permit(20s, "P1", "H1", 48h));
  CHECK(site.said().empty());
}

TEST_CASE("A permit that goes to another id leaves the first without one") {
  Site site;
  site.lorry_with_permit();
  REQUIRE(site.permit(20s, "P1", "H2"));
  CHECK(site.said() == "20s +gate-no-permit gate/g2 1");
}

TEST_CASE("Each further vehicle is told anew") {
  Site site;
  site.enter(10s, Subject::hazmat, "H1", "g2", "h");
  site.enter(20s, Subject::hazmat, "H2", "g2", "h");
  CHECK(site.said() ==
        "10s +gate-no-permit gate/g2 1; 20s -gate-no-permit gate/g2; 20s +gate-no-permit gate/g2 "
        "2");
  site.leave(30s, Subject::hazmat, "H1", "g2", "h");
  CHECK(site.said().empty());
  site.leave(40s, Subject::hazmat, "H2", "g2", "h");
  CHECK(site.said() == "40s -gate-no-permit gate/g2");
}

TEST_CASE("A hazardous-goods vehicle at an ordinary gate is at the wrong one") {
  Site site;
  REQUIRE(site.permit(0s, "P1", "H1"));
  site.enter(10s, Subject::hazmat, "H1", "g1");
  CHECK(site.said() == "10s +gate-wrong-gate gate/g1 1");
  site.leave(1min, Subject::hazmat, "H1", "g2", "h");
  CHECK(site.said() == "1m -gate-wrong-gate gate/g1");
}

TEST_CASE("A permit for other gates and lanes makes a gate and a lane the wrong ones") {
  Site site;
  REQUIRE(site.permit(
      0s, {"P1", "A1", "", std::nullopt, Site::time(0s), Site::time(9h), {"g1"}, {"2"}, false}));
  site.enter(10s, Subject::vehicle, "A1", "g1", "2");
  CHECK(site.said().empty());
  site.leave(20s, Subject::vehicle, "A1", "g1", "2");
  site.enter(30s, Subject::vehicle, "A1", "g1", "1");
  CHECK(site.said() == "30s +gate-wrong-lane gate/g1/1 1");
  site.leave(31s, Subject::vehicle, "A1", "g1", "1");
  (void)site.said();
  site.enter(32s, Subject::vehicle, "A1", "g2", "v");
  CHECK(site.said() == "32s +gate-wrong-gate gate/g2 1; 32s +gate-wrong-lane gate/g2/v 1");
}

TEST_CASE("A vehicle on another class's lane is off its own") {
  Site site;
  REQUIRE(site.permit(0s, "P1", "H1"));
  site.enter(10s, Subject::hazmat, "H1", "g2", "v");
  CHECK(site.said() == "10s +gate-wrong-lane gate/g2/v 1");
  site.enter(20s, Subject::vehicle, "A1", "g2", "h");
  CHECK(site.said() == "20s +gate-wrong-lane gate/g2/h 1");
}

TEST_CASE("A lane that nobody knows is no lane of the gate") {
  Site site;
  site.enter(10s, Subject::vehicle, "A1", "g2", "x");
  CHECK(site.said() == "10s +gate-wrong-lane gate/g2 1");
}

TEST_CASE("A checkpoint that is not for it means that a vehicle is off its way") {
  Site site;
  site.lorry_with_permit();
  site.pass(20s, Site::passage(PassageKind::seen, Subject::hazmat, "H1", "cam", ""));
  CHECK(site.said() == "20s +gate-wrong-lane gate/cam 1");
  site.pass(30s, Site::passage(PassageKind::seen, Subject::hazmat, "H1", "g2", "h"));
  CHECK(site.said() == "30s -gate-wrong-lane gate/cam");
}

TEST_CASE("Who leaves by a wrong gate is shown for a while") {
  Site site;
  site.lorry_with_permit();
  site.leave(1min, Subject::hazmat, "H1", "g1");
  CHECK(site.said() == "1m +gate-wrong-gate gate/g1 1");
  site.go(6min - 1us);
  CHECK(site.said().empty());
  site.go(6min);
  CHECK(site.said() == "6m -gate-wrong-gate gate/g1");
}

TEST_CASE("Who leaves by a lane that is not for it is shown for a while") {
  Site site;
  site.lorry_with_permit();
  site.leave(1min, Subject::hazmat, "H1", "g2", "v");
  CHECK(site.said() == "1m +gate-wrong-lane gate/g2/v 1");
  site.go(6min);
  CHECK(site.said() == "6m -gate-wrong-lane gate/g2/v");
}

TEST_CASE("Who leaves where its permit is not good is at the wrong gate and lane") {
  Site site;
  REQUIRE(site.permit(
      0s, {"P1", "A1", "", std::nullopt, Site::time(0s), Site::time(1min), {"g1"}, {"2"}, false}));
  site.enter(10s, Subject::vehicle, "A1", "g1", "2");
  site.barrier(10s, PassageKind::cycle, "g1", "2");
  // Its permit has ended meanwhile: it is the one by which it came in all the same.
  site.go(2min);
  CHECK(site.said() == "1m +gate-overstay inside/vehicle 1");
  site.leave(3min, Subject::vehicle, "A1", "g2", "v");
  CHECK(site.said() ==
        "3m -gate-overstay inside/vehicle; 3m +gate-wrong-gate gate/g2 1; 3m +gate-wrong-lane "
        "gate/g2/v 1");
}

TEST_CASE("A gate that is not configured is the wrong one, under one name") {
  Site site;
  site.enter(10s, Subject::person, "zhang", "elsewhere");
  CHECK(site.said() == "10s +gate-wrong-gate gate/unknown 1");
}

TEST_CASE("Who stays for longer than its class may is told then") {
  Site site;
  site.enter(0s, Subject::vehicle, "A1", "g1", "1");
  site.barrier(0s, PassageKind::cycle);
  site.go(4h - 1us);
  CHECK(site.said().empty());
  site.go(4h);
  CHECK(site.said() == "4h +gate-overstay inside/vehicle 1");
  site.leave(5h, Subject::vehicle, "A1", "g2", "v");
  CHECK(site.said() == "5h -gate-overstay inside/vehicle");
}

TEST_CASE("A permit that ends inside is an overstay, and a longer one ends it") {
  Site site;
  site.lorry_with_permit("H1", 1h);
  site.go(59min);
  CHECK(site.said().empty());
  site.go(61min);
  CHECK(site.said() == "1h +gate-overstay inside/hazmat 1");
  REQUIRE(site.permit(62min, "P1", "H1", 90min));
  CHECK(site.said() == "1h2m -gate-overstay inside/hazmat");
  site.go(2h);
  CHECK(site.said() == "1h30m +gate-overstay inside/hazmat 1");
}

TEST_CASE("A permit for tomorrow does not lengthen today's") {
  Site site;
  PermitCommand command;
  for (const int day : {0, 1}) {
    command.permits.push_back({"P" + std::to_string(day),
                               "H1",
                               "",
                               std::nullopt,
                               Site::time(day * 24h),
                               Site::time(day * 24h + 1h),
                               {},
                               {},
                               false});
  }
  REQUIRE(site.tell(0s, command));
  site.enter(30min, Subject::hazmat, "H1", "g2", "h");
  site.go(1h);
  CHECK(site.said() == "1h +gate-overstay inside/hazmat 1");
  SECTION("nor does one that is put when it has ended") {
    command.permits = {
        {"P2", "H1", "", std::nullopt, Site::time(3h), Site::time(4h), {}, {}, false}};
    REQUIRE(site.tell(61min, command));
    CHECK(site.said().empty());
  }
  SECTION("but one that follows without a gap does") {
    command.permits = {
        {"P2", "H1", "", std::nullopt, Site::time(1h), Site::time(90min), {}, {}, false},
        {"P3", "H1", "", Subject::person, Site::time(90min), Site::time(9h), {}, {}, false}};
    REQUIRE(site.tell(61min, command));
    CHECK(site.said() == "1h1m -gate-overstay inside/hazmat");
    site.go(90min);
    CHECK(site.said() == "1h30m +gate-overstay inside/hazmat 1");
  }
}

TEST_CASE("Who comes before the permit begins is inside by it") {
  Site site;
  REQUIRE(site.permit(
      0s, {"P1", "H1", "", std::nullopt, Site::time(30min), Site::time(1h), {}, {}, false}));
  site.enter(29min, Subject::hazmat, "H1", "g2", "h");
  site.go(59min);
  CHECK(site.said() == "29m +gate-no-permit gate/g2 1");
  site.go(1h);
  CHECK(site.said() == "1h +gate-overstay inside/hazmat 1");
}

TEST_CASE("Whoever has an appointment is judged by its end, also where none is needed") {
  Site site;
  REQUIRE(site.permit(0s, "P1", "visitor-7", 1h));
  site.enter(10min, Subject::person, "visitor-7");
  site.enter(10min, Subject::person, "emp-1");
  site.go(9h);
  CHECK(site.said() == "1h +gate-overstay inside/person 1");
}

TEST_CASE("A permit from before says nothing of a stay that needs none") {
  Site site;
  REQUIRE(site.permit(0s, "P1", "emp-1", 1h));
  site.enter(2h, Subject::person, "emp-1");
  site.go(11h);
  CHECK(site.said().empty());
}

TEST_CASE("A card that leaves with its holder is missed after a while, until it comes back") {
  Site site;
  site.card(10s, PassageKind::enter, "zhang", "K7");
  site.leave(1h, Subject::person, "zhang");
  site.go(1h + 5min - 1us);
  CHECK(site.said().empty());
  site.go(1h + 5min);
  CHECK(site.said() == "1h5m +gate-card gate/g1 1");
  site.card(2h, PassageKind::card_in, "zhang", "K7");
  CHECK(site.said() == "2h -gate-card gate/g1");
}

TEST_CASE("Who is seen after the permit's end came in with one all the same") {
  Site site;
  site.lorry_with_permit("H1", 1h);
  site.go(1h);
  CHECK(site.said() == "1h +gate-overstay inside/hazmat 1");
  SECTION("at a checkpoint") {
    site.pass(61min, Site::passage(PassageKind::seen, Subject::hazmat, "H1", "g2", "h"));
  }
  SECTION("by another configuration") {
    GatePlan plan = small_plan();
    plan.count_differs = 7;
    site.configure(61min, plan);
  }
  CHECK(site.said().empty());
}

TEST_CASE("An entry that comes late is judged by the permit of its time") {
  Site site;
  REQUIRE(site.permit(0s, "P1", "H1", 1h));
  Passage late = Site::passage(PassageKind::enter, Subject::hazmat, "H1", "g2", "h");
  late.time = Site::time(30min);
  site.pass(2h, late);
  CHECK(site.said().find("gate-no-permit") == std::string::npos);
}

TEST_CASE("A card that was given out before its holder came in is missed too") {
  Site site;
  Passage card = Site::passage(PassageKind::card_out, Subject::person, "zhang", "g1", "");
  card.card = "K7";
  site.pass(5s, card);
  site.enter(10s, Subject::person, "zhang");
  CHECK(site.ledger().book().inside.at("zhang").card == "K7");
  site.leave(1h, Subject::person, "zhang");
  site.go(1h + 5min);
  CHECK(site.said() == "1h5m +gate-card gate/g1 1");
}

TEST_CASE("A card is missed also of a holder whose entry was") {
  Site site;
  Passage card = Site::passage(PassageKind::card_out, Subject::person, "zhang", "g1", "");
  card.card = "C-17";
  site.pass(5s, card);
  site.leave(1h, Subject::person, "zhang");
  site.leave(1h + 2min, Subject::person, "zhang", "g4");  // and so was another one
  site.go(1h + 5min);
  CHECK(site.said() == "1h5m +gate-card gate/g1 1");
  card.kind = PassageKind::card_in;
  site.pass(2h, card);
  CHECK(site.said() == "2h -gate-card gate/g1");
}

TEST_CASE("A leaving from before a card was given takes nothing along") {
  Site site;
  site.card(1h, PassageKind::card_out, "zhang", "C-17");
  Passage late = Site::passage(PassageKind::leave, Subject::person, "zhang", "g1", "");
  late.time = Site::time(30min);
  site.pass(1h + 1min, late);
  site.go(2h);
  CHECK(site.said().empty());
}

TEST_CASE("Who comes back with the card before it is missed has not kept it") {
  Site site;
  site.card(10s, PassageKind::enter, "zhang", "K7");
  site.leave(1h, Subject::person, "zhang");
  site.enter(1h + 1min, Subject::person, "zhang");
  site.go(2h);
  CHECK(site.said().empty());
  CHECK(site.ledger().book().inside.at("zhang").card == "K7");
  site.leave(3h, Subject::person, "zhang", "no such gate");
  site.go(3h + 5min);
  CHECK(site.said().find("+gate-card gate/unknown 1") != std::string::npos);
}

TEST_CASE("A card that is given back at the gate is not missed") {
  Site site;
  site.card(10s, PassageKind::enter, "zhang", "K7");
  site.card(1h, PassageKind::leave, "zhang", "K7");
  site.go(9h);
  CHECK(site.said().empty());
  CHECK(site.ledger().state().cards.empty());
}

TEST_CASE("A rule that is off says nothing, and ends what stands when it is switched off") {
  GatePlan plan = small_plan();
  Site site{plan};
  site.enter(10s, Subject::hazmat, "H1", "g1", "1");
  CHECK(site.said() == "10s +gate-no-permit gate/g1 1; 10s +gate-wrong-gate gate/g1 1");
  plan.rules[static_cast<std::size_t>(GateRule::wrong_gate)].on = false;
  site.configure(20s, plan);
  CHECK(site.said() == "20s -gate-wrong-gate gate/g1");
  plan.rules[static_cast<std::size_t>(GateRule::wrong_gate)].on = true;
  site.configure(30s, plan);
  CHECK(site.said() == "30s +gate-wrong-gate gate/g1 1");
}

TEST_CASE("A shorter stay in a new configuration counts at once") {
  GatePlan plan = small_plan();
  Site site{plan};
  site.enter(0s, Subject::person, "zhang");
  plan.stay[0] = 1h;
  site.configure(2h, plan);
  site.go(2h);
  CHECK(site.said() == "2h +gate-overstay inside/person 1");
}

TEST_CASE("No finding names a person, a vehicle or a card") {
  Site site;
  Passage p = Site::passage(PassageKind::enter, Subject::hazmat, "PLATE77", "g1", "x");
  p.card = "CARD88";
  p.name = "NAME99";
  site.pass(10s, p);
  site.leave(20s, Subject::hazmat, "PLATE77", "g1");
  site.go(48h);
  REQUIRE(site.out().findings.size() > 4);
  for (const gates::Finding& f : site.out().findings) {
    for (const std::string& text :
         {f.place, f.message.zh, f.message.en, f.guidance.zh, f.guidance.en}) {
      CHECK(text.find("77") == std::string::npos);
      CHECK(text.find("88") == std::string::npos);
      CHECK(text.find("99") == std::string::npos);
    }
    if (f.on) CHECK_FALSE(f.message.zh.empty());
    if (f.on) CHECK_FALSE(f.guidance.en.empty());
  }
}

}  // namespace parkwatch::test::rules_test
