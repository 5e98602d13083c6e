// tests/unit/gates/commands_test.cpp - Permits and corrections.
#include "site.h"

namespace parkwatch::test::commands_test {
namespace {

GateCorrection correction(GateCorrection::Verb verb, const std::string& id) {
  GateCorrection c;
  c.verb = verb;
  c.id = id;
  c.gate = "g1";
  c.reason = "the camera was dirty";
  return c;
}

Permit permit(const std::string& number, const std::string& id) {
  return {number, id, "", std::nullopt, Site::time(0s), Site::time(9h), {}, {}, false};
}

PermitCommand list_of(std::vector<Permit> permits) {
  PermitCommand command;
  command.verb = PermitCommand::Verb::file;
  command.permits = std::move(permits);
  return command;
}

std::string numbers(Site& site) {
  std::string text;
  for (const auto& [number, each] : site.ledger().book().permits) text += number + " ";
  return text;
}

ErrorKind kind_of(const Result<Done>& result) {
  REQUIRE_FALSE(result);
  return result.error().kind;
}

}  // namespace

TEST_CASE("An operator enters who was not seen, and that is noted with author and reason") {
  Site site;
  REQUIRE(site.tell(10s, correction(GateCorrection::Verb::enter, "zhang"), "li"));
  CHECK(site.inside() == "zhang");
  CHECK(site.ledger().book().inside.at("zhang").corrected);
  REQUIRE(site.out().notes.size() == 1);
  const gates::Note& note = site.out().notes.front();
  CHECK(note.author == "li");
  CHECK(note.comment == "the camera was dirty");
  CHECK(note.message.en.find("zhang") == std::string::npos);
  CHECK(kind_of(site.tell(11s, correction(GateCorrection::Verb::enter, "zhang"))) ==
        ErrorKind::conflict);
}

TEST_CASE("An operator answers for whom he enters: neither permit nor gate is asked for") {
  Site site;
  GateCorrection c = correction(GateCorrection::Verb::enter, "H1");
  c.subject = Subject::hazmat;
  REQUIRE(site.tell(10s, c));
  CHECK(site.said().empty());
  site.go(2h + 10s);
  CHECK(site.said() == "2h10s +gate-overstay inside/hazmat 1");
}

TEST_CASE("An operator lets leave who was not seen, and what stood is over") {
  Site site;
  site.enter(0s, Subject::hazmat, "H1", "g2", "h");
  (void)site.said();
  REQUIRE(site.tell(10s, correction(GateCorrection::Verb::leave, "H1")));
  CHECK(site.inside().empty());
  CHECK(site.said() == "10s -gate-no-permit gate/g2");
  CHECK(kind_of(site.tell(11s, correction(GateCorrection::Verb::leave, "H1"))) ==
        ErrorKind::not_found);
}

TEST_CASE("A plate that was misread is renamed; its stay goes on under its own permit") {
  Site site;
  REQUIRE(site.permit(0s, "P1", "H1"));
  site.enter(10s, Subject::hazmat, "HI", "g2", "h");
  (void)site.said();
  GateCorrection c = correction(GateCorrection::Verb::rename, "HI");
  c.to = "H1";
  REQUIRE(site.tell(20s, c));
  CHECK(site.said() == "20s -gate-no-permit gate/g2");
  CHECK(site.inside() == "H1");
  CHECK(site.ledger().book().inside.at("H1").since == Site::time(10s));
  CHECK(site.ledger().inside(Subject::hazmat) == 1);
}

TEST_CASE("Nobody is renamed to somebody who is inside") {
  Site site;
  site.enter(0s, Subject::person, "a");
  site.enter(0s, Subject::person, "b");
  GateCorrection c = correction(GateCorrection::Verb::rename, "a");
  c.to = "b";
  CHECK(kind_of(site.tell(1s, c)) == ErrorKind::conflict);
}

TEST_CASE("A correction without a reason, or with a bad text, is refused") {
  Site site;
  GateCorrection c = correction(GateCorrection::Verb::enter, "zhang");
  c.reason.clear();
  CHECK(kind_of(site.tell(1s, c)) == ErrorKind::bad_input);
  c.reason = std::string(5000, 'x');
  CHECK(kind_of(site.tell(1s, c)) == ErrorKind::bad_input);
  CHECK(kind_of(site.tell(1s, correction(GateCorrection::Verb::enter, ""))) ==
        ErrorKind::bad_input);
  CHECK(kind_of(site.tell(1s, correction(GateCorrection::Verb::rename, "zhang"))) ==
        ErrorKind::bad_input);
  CHECK(site.inside().empty());
  CHECK(site.out().notes.empty());
}

TEST_CASE("Who is renamed takes the card along, and what comes of it") {
  Site site;
  site.card(10s, PassageKind::enter, "zhamg", "K7");
  GateCorrection c = correction(GateCorrection::Verb::rename, "zhamg");
  c.to = "zhang";
  REQUIRE(site.tell(20s, c));
  CHECK(site.ledger().state().cards.at("K7").id == "zhang");
  site.leave(1h, Subject::person, "zhang");
  site.go(2h);
  CHECK(site.said() == "1h5m +gate-card gate/g1 1");
}

TEST_CASE("Who left by a correction does not come back by what arrives late") {
  Site site;
  site.enter(10s, Subject::person, "zhang");
  REQUIRE(site.tell(60s, correction(GateCorrection::Verb::leave, "zhang")));
  Passage p = Site::passage(PassageKind::enter, Subject::person, "zhang", "g1", "");
  p.time = Site::time(10s);  // it is told again
  site.pass(90s, p);
  CHECK(site.inside().empty());
  p.time = Site::time(30s);  // he was inside then, as far as is known
  site.pass(91s, p);
  CHECK(site.inside() == "zhang");
  p.id = "li";
  p.time = Site::time(80s);  // so it did come late
  site.pass(95s, p);
  CHECK(site.inside() == "li");
}

TEST_CASE("The file's list replaces what the file said before, and only that") {
  Site site;
  REQUIRE(site.permit(0s, "api", "A1"));
  REQUIRE(site.tell(1s, list_of({permit("f1", "B1"), permit("f2", "B2")})));
  CHECK(numbers(site) == "api f1 f2 ");
  REQUIRE(site.tell(2s, list_of({permit("f2", "B2"), permit("f3", "B3")})));
  CHECK(numbers(site) == "api f2 f3 ");
}

TEST_CASE("A list that renumbers a permit leaves nobody without one meanwhile") {
  Site site;
  REQUIRE(site.tell(0s, list_of({permit("f1", "H1")})));
  site.enter(1s, Subject::hazmat, "H1", "g2", "h");
  REQUIRE(site.tell(2s, list_of({permit("f2", "H1")})));
  CHECK(site.said().empty());
}

TEST_CASE("A permit of the file is the file's to change") {
  Site site;
  REQUIRE(site.tell(0s, list_of({permit("f1", "H1")})));
  CHECK(kind_of(site.permit(1s, "f1", "H2")) == ErrorKind::conflict);
  PermitCommand remove;
  remove.verb = PermitCommand::Verb::remove;
  remove.number = "f1";
  CHECK(kind_of(site.tell(2s, remove)) == ErrorKind::conflict);
  remove.number = "f9";
  CHECK(kind_of(site.tell(3s, remove)) == ErrorKind::not_found);
}

TEST_CASE("A permit that makes no sense is refused whole, with all that came with it") {
  Site site;
  PermitCommand command;
  command.permits = {permit("ok", "A1"), permit("", "A2")};
  CHECK(kind_of(site.tell(0s, command)) == ErrorKind::bad_input);
  command.permits = {permit("ok", "A1"), permit("p", "A2")};
  command.permits[1].until = command.permits[1].from;
  CHECK(kind_of(site.tell(0s, command)) == ErrorKind::bad_input);
  command.permits[1] = permit("p", "A2");
  command.permits[1].gates = {""};
  CHECK(kind_of(site.tell(0s, command)) == ErrorKind::bad_input);
  CHECK(numbers(site).empty());
}

}  // namespace parkwatch::test::commands_test
