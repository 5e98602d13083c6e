// tests/unit/gates/passages_test.cpp - Who comes, goes and is seen.
#include "site.h"

namespace parkwatch::test::passages_test {
namespace {

const Stay& stay_of(Site& site, const std::string& id) {
  const auto& inside = site.ledger().book().inside;
  const auto found = inside.find(id);
  REQUIRE(found != inside.end());
  return found->second;
}

}  // namespace

TEST_CASE("Who came in is inside until it leaves") {
  Site site;
  site.enter(1s, Subject::person, "zhang");
  site.enter(2s, Subject::vehicle, "A1", "g1", "1");
  CHECK(site.inside() == "A1 zhang");
  CHECK(site.ledger().inside(Subject::person) == 1);
  CHECK(site.ledger().inside(Subject::vehicle) == 1);
  site.leave(3s, Subject::person, "zhang");
  CHECK(site.inside() == "A1");
  CHECK(site.ledger().inside(Subject::person) == 0);
}

TEST_CASE("A stay says since when, by which gate, and where it was last seen") {
  Site site;
  site.enter(1s, Subject::vehicle, "A1", "g1", "2");
  CHECK(stay_of(site, "A1").since == Site::time(1s));
  CHECK(stay_of(site, "A1").zone == "plant");
  site.pass(9s, Site::passage(PassageKind::seen, Subject::vehicle, "A1", "cam", ""));
  const Stay& stay = stay_of(site, "A1");
  CHECK(stay.gate == "g1");
  CHECK(stay.lane == "2");
  CHECK(stay.seen_gate == "cam");
  CHECK(stay.seen_at == Site::time(9s));
  CHECK(stay.zone == "plant");
}

TEST_CASE("A passage's own zone goes before its gate's") {
  Site site;
  Passage p = Site::passage(PassageKind::enter, Subject::person, "zhang", "g1", "");
  p.zone = "office";
  site.pass(1s, p);
  CHECK(stay_of(site, "zhang").zone == "office");
}

TEST_CASE("Who is seen but never came in is not inside") {
  Site site;
  site.pass(1s, Site::passage(PassageKind::seen, Subject::person, "zhang", "cam", ""));
  CHECK(site.inside().empty());
}

TEST_CASE("A device's time counts, but not one that lies ahead") {
  Site site;
  Passage p = Site::passage(PassageKind::enter, Subject::person, "zhang", "g1", "");
  p.time = Site::time(4s);
  site.pass(10s, p);
  CHECK(stay_of(site, "zhang").since == Site::time(4s));
  p.id = "li";
  p.time = Site::time(16s);
  site.pass(10s, p);
  CHECK(stay_of(site, "li").since == Site::time(10s));
}

TEST_CASE("A device whose clock was reset is not believed: who came in does not vanish") {
  Site site;
  Passage p = Site::passage(PassageKind::enter, Subject::person, "zhang", "g1", "");
  p.time = from_us(946'684'800'000'000);  // 2000-01-01
  site.pass(10s, p);
  CHECK(stay_of(site, "zhang").since == Site::time(10s));
  site.go(1h);
  CHECK(site.inside() == "zhang");
  p.kind = PassageKind::leave;
  site.pass(2h, p);
  CHECK(site.inside().empty());
}

TEST_CASE("A second entry means that the leaving was missed") {
  Site site;
  site.enter(1s, Subject::person, "zhang");
  site.enter(1h, Subject::person, "zhang");
  CHECK(stay_of(site, "zhang").since == Site::time(1h));
  CHECK(site.ledger().inside(Subject::person) == 1);
}

TEST_CASE("What comes late does not change what is known since") {
  Site site;
  Passage p = Site::passage(PassageKind::enter, Subject::person, "zhang", "g1", "");
  site.pass(60s, p);
  SECTION("a leaving from before the entry") {
    p.kind = PassageKind::leave;
    p.time = Site::time(30s);
    site.pass(70s, p);
    CHECK(site.inside() == "zhang");
  }
  SECTION("a sight from before the entry") {
    p.kind = PassageKind::seen;
    p.gate = "cam";
    p.time = Site::time(30s);
    site.pass(70s, p);
    CHECK(stay_of(site, "zhang").seen_gate == "g1");
  }
  SECTION("an entry that is told again after the leaving") {
    site.leave(80s, Subject::person, "zhang");
    p.time = Site::time(60s);
    site.pass(90s, p);
    CHECK(site.inside().empty());
    site.enter(100s, Subject::person, "zhang");
    CHECK(site.inside() == "zhang");
  }
}

TEST_CASE("An entry that comes after the leaving it belongs to brings nobody back for long") {
  Site site;
  site.leave(80s, Subject::person, "zhang");
  Passage p = Site::passage(PassageKind::enter, Subject::person, "zhang", "g1", "");
  p.time = Site::time(20s);
  site.pass(90s, p);
  CHECK(site.inside() == "zhang");  // until it is known that it came late
  p.id = "li";
  p.time = Site::time(79s);
  site.pass(91s, p);
  CHECK(site.inside() == "li");
}

TEST_CASE("A clock that is set back locks nobody in") {
  Site site;
  site.enter(1h, Subject::person, "zhang");
  site.enter(1h, Subject::person, "li");
  site.leave(1h + 1min, Subject::person, "li");
  site.ledger().set_back(site.moment(5min), site.out());
  CHECK(stay_of(site, "zhang").since == Site::time(5min));
  site.leave(6min, Subject::person, "zhang");
  site.enter(7min, Subject::person, "li");
  CHECK(site.inside() == "li");
}

TEST_CASE("Who is read twice at a gate has entered once") {
  Site site;
  site.enter(1s, Subject::hazmat, "H1", "g2", "h");
  CHECK(site.said() == "1s +gate-no-permit gate/g2 1");
  site.enter(11s, Subject::hazmat, "H1", "g2", "h");
  CHECK(site.said().empty());
  CHECK(stay_of(site, "H1").since == Site::time(1s));
  CHECK(stay_of(site, "H1").seen_at == Site::time(11s));
  site.enter(21s + 1us, Subject::hazmat, "H1", "g2", "h");  // its leaving was missed
  CHECK(stay_of(site, "H1").since == Site::time(21s + 1us));
}

TEST_CASE("The same entry twice is one") {
  Site site;
  Passage p = Site::passage(PassageKind::enter, Subject::person, "zhang", "g1", "");
  p.time = Site::time(1s);
  site.pass(2s, p);
  site.pass(3s, p);
  CHECK(site.ledger().inside(Subject::person) == 1);
  CHECK(stay_of(site, "zhang").since == Site::time(1s));
}

TEST_CASE("A card that is given out goes with the stay until it is back") {
  Site site;
  site.enter(1s, Subject::person, "zhang");
  site.card(2s, PassageKind::card_out, "zhang", "K7");
  CHECK(stay_of(site, "zhang").card == "K7");
  site.card(3s, PassageKind::card_in, "zhang", "K7");
  CHECK(stay_of(site, "zhang").card.empty());
  CHECK(site.ledger().state().cards.empty());
}

TEST_CASE("A dispenser that knows only whose the card was takes it back") {
  Site site;
  Passage p = Site::passage(PassageKind::card_out, Subject::person, "zhang", "g1", "");
  p.card = "K7";
  site.pass(1s, p);
  CHECK(site.ledger().state().cards.size() == 1);
  p.kind = PassageKind::card_in;
  p.card.clear();
  site.pass(2s, p);
  CHECK(site.ledger().state().cards.empty());
}

TEST_CASE("A passage without what its kind needs has a fault") {
  Passage p = Site::passage(PassageKind::enter, Subject::person, "", "g1", "");
  CHECK(fault_of(p) != nullptr);
  p.id = "zhang";
  CHECK(fault_of(p) == nullptr);
  p.name = std::string(passage_text_bytes_max + 1, 'x');
  CHECK(fault_of(p) != nullptr);
  p.name = "a\nb";
  CHECK(fault_of(p) != nullptr);
  p.name = "\xFF";
  CHECK(fault_of(p) != nullptr);
  CHECK(fault_of(Site::passage(PassageKind::card_out, Subject::person, "z", "g1", "")) != nullptr);
  CHECK(fault_of(Site::passage(PassageKind::card_in, Subject::person, "", "g1", "")) != nullptr);
  CHECK(fault_of(Site::passage(PassageKind::cycle, Subject::person, "", "", "")) != nullptr);
  Passage counter = Site::passage(PassageKind::count, Subject::person, "", "", "");
  CHECK(fault_of(counter) == nullptr);
  counter.count = -1;
  CHECK(fault_of(counter) != nullptr);
}

TEST_CASE("Every kind of passage and every class has a word that is read back") {
  for (std::size_t k = 0; k < passage_kinds; ++k) {
    const auto kind = static_cast<PassageKind>(k);
    CHECK(parse_passage_kind(to_text(kind)) == kind);
  }
  for (std::size_t s = 0; s < subjects; ++s) {
    const auto subject = static_cast<Subject>(s);
    CHECK(parse_subject(to_text(subject)) == subject);
  }
  for (std::size_t r = 0; r < gate_rules; ++r) {
    const auto rule = static_cast<GateRule>(r);
    CHECK(parse_gate_rule(to_text(rule)) == rule);
    CHECK(rule_id(rule).substr(0, 5) == "gate-");
  }
}

}  // namespace parkwatch::test::passages_test
