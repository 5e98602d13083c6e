// tests/unit/gates/muster_test.cpp - Everyone inside, ticked off one by one.
#include "site.h"

namespace parkwatch::test::muster_test {
namespace {

MusterCommand muster(MusterCommand::Verb verb, const std::string& id = "") {
  MusterCommand command;
  command.verb = verb;
  command.id = id;
  command.reason = "gas in tank farm";
  command.place = id.empty() ? "" : "point 1";
  return command;
}

// "a missing, b left g1": the list.
std::string list(Site& site) {
  std::string text;
  for (const auto& [id, entry] : site.ledger().book().muster.entries) {
    text += (text.empty() ? "" : ", ") + id + " " + std::string{to_text(entry.state)};
    if (!entry.place.empty()) text += " " + entry.place;
  }
  return text;
}

Site site_with_three() {
  Site site;
  site.enter(0s, Subject::person, "a");
  site.enter(0s, Subject::person, "b");
  site.enter(0s, Subject::vehicle, "c", "g2", "v");
  return site;
}

}  // namespace

TEST_CASE("A muster freezes the list of everyone inside and ticks them off") {
  Site site = site_with_three();
  REQUIRE(site.tell(1min, muster(MusterCommand::Verb::start)));
  CHECK(list(site) == "a missing, b missing, c missing");
  site.leave(2min, Subject::person, "a");
  site.pass(3min, Site::passage(PassageKind::report, Subject::person, "b", "mp2", ""));
  REQUIRE(site.tell(4min, muster(MusterCommand::Verb::report, "c")));
  CHECK(list(site) == "a left g1, b reported mp2, c reported point 1");
  CHECK(site.ledger().book().muster.entries.at("b").at == Site::time(3min));
}

TEST_CASE("Who comes in during a muster is not on its list") {
  Site site = site_with_three();
  REQUIRE(site.tell(1min, muster(MusterCommand::Verb::start)));
  site.enter(2min, Subject::person, "fire brigade");
  CHECK(list(site) == "a missing, b missing, c missing");
}

TEST_CASE("An alarm during a muster adds who has come in since, and keeps what is ticked off") {
  Site site = site_with_three();
  REQUIRE(site.tell(1min, muster(MusterCommand::Verb::start)));
  REQUIRE(site.tell(2min, muster(MusterCommand::Verb::report, "a")));
  site.leave(3min, Subject::person, "b");
  site.enter(4min, Subject::person, "b");
  site.enter(4min, Subject::person, "d");
  site.out().notes.clear();
  site.ledger().extend_muster("gas b", site.moment(5min), site.out());
  CHECK(list(site) == "a reported point 1, b missing, c missing, d missing");
  REQUIRE(site.out().notes.size() == 1);
  CHECK(site.out().notes[0].message.en == "muster goes on: 2 more on the list");
  site.ledger().extend_muster("gas b", site.moment(6min), site.out());
  CHECK(site.out().notes.size() == 1);  // nobody is new
}

TEST_CASE("Who reported may still leave; who has left does not report") {
  Site site = site_with_three();
  REQUIRE(site.tell(1min, muster(MusterCommand::Verb::start)));
  REQUIRE(site.tell(2min, muster(MusterCommand::Verb::report, "a")));
  site.leave(3min, Subject::person, "a");
  CHECK(list(site).substr(0, 9) == "a left g1");
  const auto again = site.tell(4min, muster(MusterCommand::Verb::report, "a"));
  REQUIRE_FALSE(again);
  CHECK(again.error().kind == ErrorKind::conflict);
}

TEST_CASE("A correction ticks off too, and a rename keeps the entry") {
  Site site = site_with_three();
  REQUIRE(site.tell(1min, muster(MusterCommand::Verb::start)));
  GateCorrection c;
  c.verb = GateCorrection::Verb::leave;
  c.id = "a";
  c.reason = "seen outside";
  REQUIRE(site.tell(2min, c));
  c.verb = GateCorrection::Verb::rename;
  c.id = "b";
  c.to = "d";
  REQUIRE(site.tell(3min, c));
  CHECK(list(site) == "a left correction, c missing, d missing");
}

TEST_CASE("A muster begins once, and ends once") {
  Site site = site_with_three();
  CHECK_FALSE(site.tell(0s, muster(MusterCommand::Verb::end)));
  REQUIRE(site.tell(1min, muster(MusterCommand::Verb::start), "li"));
  CHECK_FALSE(site.tell(2min, muster(MusterCommand::Verb::start)));
  REQUIRE(site.tell(3min, muster(MusterCommand::Verb::end)));
  CHECK_FALSE(site.tell(4min, muster(MusterCommand::Verb::end)));
  CHECK_FALSE(site.tell(4min, muster(MusterCommand::Verb::report, "a")));
  CHECK(list(site) == "a missing, b missing, c missing");
  REQUIRE(site.out().notes.size() == 2);
  CHECK(site.out().notes[0].kind == gates::Note::Kind::muster_started);
  CHECK(site.out().notes[0].author == "li");
  CHECK(site.out().notes[1].message.en == "muster ended: 3 missing");
}

TEST_CASE("A muster needs a reason, and a report somebody on its list") {
  Site site = site_with_three();
  MusterCommand command = muster(MusterCommand::Verb::start);
  command.reason.clear();
  CHECK_FALSE(site.tell(0s, command));
  REQUIRE(site.tell(1min, muster(MusterCommand::Verb::start)));
  const auto unknown = site.tell(2min, muster(MusterCommand::Verb::report, "z"));
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().kind == ErrorKind::not_found);
}

TEST_CASE("After a muster nothing is ticked off any more") {
  Site site = site_with_three();
  REQUIRE(site.tell(1min, muster(MusterCommand::Verb::start)));
  REQUIRE(site.tell(2min, muster(MusterCommand::Verb::end)));
  site.leave(3min, Subject::person, "a");
  CHECK(list(site) == "a missing, b missing, c missing");
}

}  // namespace parkwatch::test::muster_test
