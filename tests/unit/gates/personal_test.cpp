// tests/unit/gates/personal_test.cpp - What is personal is kept as long as configured.
#include "site.h"

namespace parkwatch::test::personal_test {
namespace {

GatePlan short_plan() {
  GatePlan plan = small_plan();
  plan.keep = 24h;
  plan.rules[static_cast<std::size_t>(GateRule::overstay)].on = false;
  return plan;
}

}  // namespace

TEST_CASE("Who has not been seen for longer than is kept is forgotten") {
  Site site{short_plan()};
  site.enter(0s, Subject::person, "zhang");
  site.pass(10h, Site::passage(PassageKind::seen, Subject::person, "zhang", "cam", ""));
  site.go(34h - 1us);
  CHECK(site.inside() == "zhang");
  site.go(34h);
  CHECK(site.inside().empty());
  CHECK(site.ledger().inside(Subject::person) == 0);
}

TEST_CASE("Who has left is forgotten after a day") {
  Site site{short_plan()};
  site.enter(0s, Subject::person, "zhang");
  site.leave(1h, Subject::person, "zhang");
  CHECK(site.ledger().state().departed.size() == 1);
  site.go(25h);
  CHECK(site.ledger().state().departed.empty());
}

TEST_CASE("A permit is forgotten that long after its end, unless the file still has it") {
  Site site{short_plan()};
  REQUIRE(site.permit(0s, "P1", "H1", 1h));
  PermitCommand list;
  list.verb = PermitCommand::Verb::file;
  list.permits.push_back(
      {"F1", "H2", "", std::nullopt, Site::time(0s), Site::time(1h), {}, {}, true});
  REQUIRE(site.tell(0s, list));
  site.go(25h);
  CHECK(site.ledger().book().permits.size() == 1);
  CHECK(site.ledger().book().permits.contains("F1"));
}

TEST_CASE("A card that is out is forgotten that long after, and so is its alarm") {
  Site site{short_plan()};
  site.card(0s, PassageKind::enter, "zhang", "K7");
  site.leave(1h, Subject::person, "zhang");
  site.go(24h);
  CHECK(site.said() == "1h5m +gate-card gate/g1 1");
  site.go(25h);
  CHECK(site.said() == "1d1h -gate-card gate/g1");
  CHECK(site.ledger().state().cards.empty());
}

TEST_CASE("A muster's list is forgotten that long after its end") {
  Site site{short_plan()};
  site.enter(0s, Subject::person, "zhang");
  MusterCommand command;
  command.reason = "drill";
  REQUIRE(site.tell(1h, command));
  command.verb = MusterCommand::Verb::end;
  REQUIRE(site.tell(2h, command));
  site.go(26h - 1us);
  CHECK(site.ledger().book().muster.known);
  site.go(26h);
  CHECK_FALSE(site.ledger().book().muster.known);
  CHECK(site.ledger().book().muster.entries.empty());
}

TEST_CASE("A muster that nobody ends is over, and forgotten, when it is older than is kept") {
  Site site{short_plan()};
  site.enter(0s, Subject::person, "zhang");
  MusterCommand command;
  command.reason = "drill";
  REQUIRE(site.tell(1h, command));
  site.out().notes.clear();
  site.go(25h - 1us);
  CHECK(site.ledger().book().muster.active);
  site.go(25h);
  CHECK_FALSE(site.ledger().book().muster.known);
  REQUIRE(site.out().notes.size() == 1);
  CHECK(site.out().notes[0].kind == gates::Note::Kind::muster_ended);
}

TEST_CASE("Names are kept only if the configuration wants them") {
  GatePlan plan = short_plan();
  Site site{plan};
  Passage p = Site::passage(PassageKind::enter, Subject::person, "17", "g1", "");
  p.name = "Zhang San";
  site.pass(0s, p);
  CHECK(site.ledger().book().inside.at("17").name == "Zhang San");
  MusterCommand command;
  command.reason = "drill";
  REQUIRE(site.tell(500ms, command));
  plan.names = false;
  site.configure(1s, plan);
  CHECK(site.ledger().book().muster.entries.at("17").stay.name.empty());
  CHECK(site.ledger().book().inside.at("17").name.empty());
  p.id = "18";
  site.pass(2s, p);
  CHECK(site.ledger().book().inside.at("18").name.empty());
}

}  // namespace parkwatch::test::personal_test
