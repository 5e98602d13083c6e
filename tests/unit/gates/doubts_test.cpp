// tests/unit/gates/doubts_test.cpp - What came late, is told again or is of a clock that is off: in
// doubt somebody is inside, what a reader proves ends it, and what none can is told.
#include "two_gates.h"

namespace parkwatch::test::doubts_test {

using namespace two_gates;

TEST_CASE("What a reader kept back while it was off line is no clock that is off") {
  Site site{everybody()};
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
  Site site{everybody()};
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
    CHECK(missing(site) == "li wang");  // they came in before it began
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
  Site site{everybody()};
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

TEST_CASE(
    "Who comes in after a leaving whose entry nobody knew is inside, whatever his time says") {
  Site site{everybody()};
  leave(site, 2h, "zhang", "g1", 0s);
  enter(site, 2h + 10min, "zhang", "g2", 45min);
  CHECK(site.inside() == "zhang");
  SECTION("and stays so as the reader's clock is known") {
    enter(site, 2h + 11min, "li", "g2", 45min);
    CHECK(site.inside() == "li zhang");
    CHECK(since(site, "zhang") == Site::time(2h + 10min));
  }
  SECTION("until the reader proves to bring what it kept back: it is the one that was missed") {
    enter(site, 2h + 10min + 1s, "li", "g2", 44min);
    CHECK(site.inside() == "li");
    enter(site, 2h + 10min + 2s, "zhang", "g2", 45min + 2s);  // told again
    CHECK(site.inside() == "li");
  }
}

TEST_CASE("An entry that came with late ones counts all the same if that is the reader's clock") {
  Site site{everybody()};
  leave(site, 2h, "zhang", "g1", 0s);
  enter(site, 2h + 50min, "zhang", "g2", 55min);
  enter(site, 2h + 50min + 1s, "li", "g2", 45min);
  CHECK(site.inside() == "li");
  enter(site, 2h + 51min + 1s, "wang", "g2", 45min);
  CHECK(site.inside() == "li wang zhang");
  CHECK(since(site, "zhang") == Site::time(2h + 40min));
}

TEST_CASE("An entry that is told again is known by its device's time, also as its clock is known") {
  Site site{everybody()};
  enter(site, 1h, "zhang", "g2", 45min);
  enter(site, 1h + 1min, "li", "g2", 45min);
  CHECK(since(site, "zhang") == Site::time(15min));
  SECTION("after the leaving") {
    leave(site, 2h, "zhang", "g1", 0s);
    enter(site, 2h + 10min, "zhang", "g2", 45min + 70min);
    CHECK(site.inside() == "li");
  }
  SECTION("while he is inside") {
    enter(site, 2h + 10min, "zhang", "g2", 45min + 70min);
    CHECK(since(site, "zhang") == Site::time(15min));
  }
  SECTION("and after its clock was set") {
    enter(site, 1h + 2min, "wang", "g2", 0s);
    enter(site, 1h + 3min, "wang", "g2", 0s);
    leave(site, 2h, "li", "g1", 0s);
    enter(site, 2h + 1min, "li", "g2", 45min + 60min);
    CHECK(site.inside() == "wang zhang");
  }
}

TEST_CASE("An entry with the known one's time at another reader is one of its own") {
  Site site{everybody()};
  enter(site, 1h, "zhang", "g1", 0s);
  enter(site, 1h + 1min, "li", "g2", 0s);
  leave(site, 2h, "zhang", "g1", 0s);
  leave(site, 2h + 1s, "li", "g1", 0s);
  enter(site, 2h + 1min, "li", "g1", 61min + 1min);
  CHECK(site.inside() == "li");
}

TEST_CASE("A clock that was reset long ago tells nobody again, though it may stand still") {
  Site site{everybody()};
  Passage p = Site::passage(PassageKind::enter, Subject::person, "zhang", "g1", "");
  p.time = from_us(946'684'800'000'000);  // 2000-01-01
  site.pass(1h, p);
  leave(site, 2h, "zhang", "g2", 0s);
  site.pass(3h, p);
  CHECK(site.inside() == "zhang");
}

TEST_CASE("Whom an entry told again with another time keeps inside is told to the operator") {
  Site site{everybody()};
  enter(site, 1h, "zhang", "g1", 0s);
  leave(site, 2h, "zhang", "g2", 0s);
  enter(site, 3h, "zhang", "g1", 90min);
  CHECK(site.inside() == "zhang");
  CHECK(site.said().empty());
  SECTION("as soon as the reader cannot tell any more") {
    enter(site, 3h + 5min, "li", "g1", 0s);
    CHECK(site.said() == "3h5m +gate-doubt gate/g1 1");
    CHECK(site.inside() == "li zhang");
    SECTION("until he leaves") {
      leave(site, 4h, "zhang", "g2", 0s);
      CHECK(site.said() == "4h -gate-doubt gate/g1");
    }
    SECTION("or is seen, and so is inside") {
      pass(site, 4h, PassageKind::seen, "zhang", "g2", 0s);
      CHECK(site.said() == "4h -gate-doubt gate/g1");
    }
    SECTION("or comes in") {
      enter(site, 4h, "zhang", "g2", 0s);
      CHECK(site.said() == "4h -gate-doubt gate/g1");
    }
    SECTION("or is corrected") {
      GateCorrection c;
      c.verb = GateCorrection::Verb::leave;
      c.id = "zhang";
      c.reason = "he is at home";
      REQUIRE(site.tell(4h, c));
      CHECK(site.said() == "4h -gate-doubt gate/g1");
      CHECK(site.inside() == "li");
    }
    SECTION("but not for a sight from before it") {
      pass(site, 4h, PassageKind::seen, "zhang", "g2", 90min);
      CHECK(site.said().empty());
    }
  }
  SECTION("or after a day") {
    site.go(27h);
    CHECK(site.said() == "1d3h +gate-doubt gate/g1 1");
    CHECK(site.ledger().state().doubts.begin()->second.given_up);
  }
}

TEST_CASE("Who leaves by a slow reader that another one hides is told to be inside in doubt") {
  Site site{everybody()};
  enter(site, 12h, "zhang", "g1", 0s);
  leave(site, 13h, "zhang", "g2", 90min);
  leave(site, 13h + 5s, "li", "g2", 0s);
  CHECK(site.inside() == "zhang");
  CHECK(site.said() == "13h5s +gate-doubt gate/g2 1");
  leave(site, 14h, "zhang", "g1", 0s);
  CHECK(site.said() == "14h -gate-doubt gate/g2");
}

TEST_CASE("A leaving that waits ends with whoever is told by its reader next, without a word") {
  Site site{everybody()};
  enter(site, 12h, "zhang", "g1", 0s);
  leave(site, 13h, "zhang", "g2", 90min);
  leave(site, 13h + 5s, "zhang", "g2", 0s);
  CHECK(site.inside().empty());
  CHECK(site.said().empty());
}

TEST_CASE("What comes after the leaving in doubt, from before it, does not void it") {
  Site site{everybody()};
  enter(site, 2h, "zhang", "g1", 0s);
  pass(site, 150min, PassageKind::seen, "zhang", "g1", 0s);
  leave(site, 3h, "zhang", "g2", 90min);
  SECTION("a sight that came late") {
    pass(site, 3h + 10s, PassageKind::seen, "zhang", "g1", 50min);
  }
  SECTION("one that came less late") {
    pass(site, 3h + 10s, PassageKind::seen, "zhang", "g1", 20min);
    CHECK(site.ledger().book().inside.at("zhang").seen_at == Site::time(2h + 40min + 10s));
  }
  SECTION("an entry that its reader proves to be late") {
    enter(site, 3h + 10s, "zhang", "g1", 50min);
    enter(site, 3h + 11s, "wu", "g1", 50s);
    leave(site, 3h + 12s, "wu", "g1", 0s);
  }
  SECTION("the leaving itself") { leave(site, 3h + 10s, "zhang", "g2", 90min + 10s); }
  leave(site, 3h + 2min, "wang", "g2", 90min);
  CHECK(site.inside().empty());
  CHECK(site.said() == "3h2m +gate-clock gate/g2 5400");
}

TEST_CASE("An entry after a leaving in doubt keeps him inside while nobody knows its clock") {
  Site site{everybody()};
  enter(site, 2h, "zhang", "g1", 0s);
  pass(site, 150min, PassageKind::seen, "zhang", "g1", 0s);
  leave(site, 3h, "zhang", "g2", 90min);
  enter(site, 3h + 10s, "zhang", "g1", 50min);  // from before he was seen, by its clock
  SECTION("though the leaving is proven") {
    leave(site, 3h + 2min, "wang", "g2", 90min);
    CHECK(site.inside() == "zhang");
    CHECK(since(site, "zhang") == Site::time(3h + 10s));
    enter(site, 3h + 3min, "li", "g1", 0s);
    CHECK(site.said().find("+gate-doubt gate/g1 1") != std::string::npos);
  }
  SECTION("and when that is, its time is known") {
    enter(site, 3h + 90s, "li", "g1", 50min);
    CHECK(since(site, "zhang") == Site::time(3h + 10s));
    leave(site, 3h + 2min, "wang", "g2", 90min);
    CHECK(site.inside() == "li zhang");
  }
  SECTION("and two of them are for the operator to judge") {
    enter(site, 3h + 20s, "zhang", "g1", 50min + 10s);  // told again
    CHECK(site.said().empty());
    enter(site, 3h + 30s, "zhang", "g1", 55min);
    CHECK(site.said() == "3h30s +gate-doubt gate/g2 1");
  }
}

TEST_CASE("A card that came with an entry in doubt is given once") {
  Site site{everybody()};
  enter(site, 2h, "zhang", "g1", 0s);
  leave(site, 3h, "zhang", "g2", 90min);
  Passage p = Site::passage(PassageKind::enter, Subject::person, "zhang", "g1", "");
  p.card = "K7";
  p.time = Site::time(2h + 10min);
  site.pass(3h + 10s, p);
  CHECK(site.ledger().book().inside.at("zhang").card == "K7");
  site.card(3h + 20s, PassageKind::card_in, "", "K7");
  leave(site, 3h + 2min, "wang", "g2", 90min);
  CHECK(site.inside() == "zhang");
  CHECK(site.ledger().state().cards.empty());
}

TEST_CASE("An entry that counts late is nothing to who has left since") {
  Site site{everybody()};
  leave(site, 2h, "zhang", "g1", 0s);
  enter(site, 2h + 10min, "zhang", "g2", 45min);
  leave(site, 2h + 10min + 1s, "zhang", "g1", 0s);
  enter(site, 2h + 11min, "li", "g2", 45min);
  CHECK(site.inside() == "li");
}

TEST_CASE("A leaving that came late is not made good when its reader's clock fails later") {
  Site site{everybody()};
  enter(site, 2h, "zhang", "g1", 0s);
  leave(site, 3h, "zhang", "g2", 90min);
  leave(site, 3h + 1s, "li", "g2", 0s);
  for (const Duration at : {Duration{4h}, Duration{5h}}) leave(site, at, "wang", "g2", 90min);
  CHECK(site.inside() == "zhang");
}

TEST_CASE("A leaving in doubt is nothing to who came in again, or was seen, since") {
  Site site{everybody()};
  enter(site, 2h, "zhang", "g1", 0s);
  enter(site, 2h, "li", "g1", 0s);
  leave(site, 3h, "zhang", "g2", 90min);
  leave(site, 3h, "li", "g2", 90min);
  enter(site, 3h + 30s, "zhang", "g1", 0s);
  leave(site, 3h + 2min, "wang", "g2", 90min);
  CHECK(site.inside() == "zhang");
}

TEST_CASE("Who leaves and comes back by two slow clocks is inside when the first is known") {
  Site site{everybody()};
  enter(site, 2h, "zhang", "g1", 0s);
  leave(site, 3h, "zhang", "g2", 90min);
  enter(site, 3h + 30s, "zhang", "g2", 90min);
  leave(site, 3h + 2min, "wang", "g2", 90min);
  CHECK(site.inside() == "zhang");
  leave(site, 3h + 3min, "zhang", "g2", 90min);
  CHECK(site.inside().empty());
}

TEST_CASE("Who was inside as a muster began is missing, however late that is proven") {
  Site site{everybody()};
  SECTION("though his leaving from before it is proven first") {
    enter(site, 2h, "zhang", "g1", 0s);
    leave(site, 3h, "zhang", "g2", 90min);
    enter(site, 3h + 30s, "zhang", "g2", 90min);
    begin_muster(site, 3h + 1min);
    leave(site, 3h + 2min, "wang", "g2", 90min);
  }
  SECTION("though he came back by a door that is told of only after it began") {
    enter(site, 2h, "zhang", "g1", 0s);
    leave(site, 3h, "zhang", "g2", 90min);
    begin_muster(site, 3h + 10s);
    enter(site, 3h + 30s, "zhang", "g2", 90min);
    leave(site, 3h + 2min, "wang", "g2", 90min);
  }
  SECTION("though his entry was taken back for a while") {
    leave(site, 2h, "zhang", "g1", 0s);
    enter(site, 2h + 50min, "zhang", "g2", 55min);
    enter(site, 2h + 50min + 1s, "li", "g2", 45min);
    leave(site, 2h + 50min + 2s, "li", "g1", 0s);
    begin_muster(site, 2h + 50min + 30s);
    enter(site, 2h + 51min + 1s, "wang", "g2", 45min);
    leave(site, 2h + 51min + 2s, "wang", "g1", 0s);
  }
  SECTION("though his reader was off line") {
    begin_muster(site, 3h);
    enter(site, 3h + 1min, "zhang", "g2", 30min);
  }
  CHECK(site.inside() == "zhang");
  CHECK(missing(site) == "zhang");
}

TEST_CASE("Who has reported stays so when his entry is told late") {
  Site site{everybody()};
  enter(site, 2h, "zhang", "g1", 0s);
  begin_muster(site, 3h);
  pass(site, 3h + 10s, PassageKind::report, "zhang", "g1", 0s);
  enter(site, 3h + 1min, "zhang", "g2", 30min);
  CHECK(site.inside() == "zhang");
  CHECK(missing(site).empty());
}

TEST_CASE("A return that waits counts as the entry before it is taken back") {
  Site site{everybody()};
  leave(site, 2h, "zhang", "g1", 0s);
  enter(site, 4h, "zhang", "g2", 150min);
  enter(site, 4h + 3s, "zhang", "g3", 1h);
  enter(site, 4h + 4s, "li", "g2", 149min);
  CHECK(site.inside() == "li zhang");
  CHECK(since(site, "zhang") == Site::time(3h + 3s));
}

TEST_CASE("An entry by a clock that stands still is nobody's told again") {
  Site site{everybody()};
  const auto enter_at = [&site](Duration at, const std::string& id) {
    enter(site, at, id, "g1", at - 10h);  // the clock stopped at 10:00
  };
  enter_at(10h, "zhang");
  SECTION("after the leaving") {
    enter_at(11h, "li");
    leave(site, 12h, "zhang", "g2", 0s);
    enter_at(13h, "zhang");
    CHECK(site.inside() == "li zhang");
    leave(site, 14h, "zhang", "g2", 0s);
    CHECK(site.inside() == "li");
  }
  SECTION("nor before the leaving is proven") {
    enter_at(11h, "li");
    leave(site, 12h, "zhang", "g2", 150min);
    enter_at(12h + 30s, "zhang");
    leave(site, 12h + 2min, "wang", "g2", 150min);
    CHECK(site.inside() == "li zhang");
  }
  SECTION("until it runs again") {
    enter_at(11h, "li");
    enter(site, 12h, "wang", "g1", 0s);
    leave(site, 13h, "wang", "g2", 0s);
    enter(site, 14h, "wang", "g1", 2h);  // told again
    CHECK(site.inside() == "li zhang");
  }
}

TEST_CASE("By stamps in minutes somebody may come in twice within one") {
  Site site{everybody()};
  enter(site, 10h + 5s, "zhang", "g1", 5s);
  leave(site, 10h + 25s, "zhang", "g2", 25s);
  CHECK(site.inside().empty());
  enter(site, 10h + 50s, "zhang", "g1", 50s);
  CHECK(site.inside() == "zhang");
}

TEST_CASE("An entry that is told again does not void a leaving that waits") {
  Site site{everybody()};
  enter(site, 2h, "zhang", "g1", 0s);
  pass(site, 150min, PassageKind::seen, "zhang", "g1", 0s);
  leave(site, 3h, "zhang", "g2", 90min);
  enter(site, 3h + 30s, "zhang", "g1", 1h + 30s);
  leave(site, 3h + 2min, "wang", "g2", 90min);
  CHECK(site.inside().empty());
}

TEST_CASE("What is in doubt is told after a day, and its names are forgotten with all others") {
  GatePlan plan = everybody();
  Site site{plan};
  enter(site, 2h, "zhang", "g1", 0s);
  leave(site, 3h, "zhang", "g1", 0s);
  Passage p = Site::passage(PassageKind::enter, Subject::person, "zhang", "g2", "");
  p.name = "Zhang San";
  p.time = Site::time(150min);
  site.pass(4h, p);
  REQUIRE(site.ledger().state().doubts.size() == 1);
  CHECK(site.ledger().state().doubts.begin()->second.told.passage.name == "Zhang San");
  plan.names = false;
  site.configure(5h, plan);
  CHECK(site.ledger().state().doubts.begin()->second.told.passage.name.empty());
  site.go(28h - 1us);
  CHECK(site.said().empty());
  site.go(28h);
  CHECK(site.said() == "1d4h +gate-doubt gate/g2 1");
  site.go(28h + plan.keep);
  CHECK(site.inside().empty());
  CHECK(site.ledger().state().doubts.empty());
}

TEST_CASE("A gateway's clock that is set back leaves no reader in doubt for ever") {
  Site site{everybody()};
  enter(site, 900h, "zhang", "g1", 0s);
  leave(site, 901h, "zhang", "g2", 2h);
  site.ledger().set_back(site.moment(1h), site.out());
  site.go(25h);
  CHECK(site.said() == "1d1h +gate-doubt gate/g2 1");
  enter(site, 26h, "li", "g1", 45min);
  enter(site, 27h, "li", "g1", 45min);
  CHECK(site.said() == "1d3h +gate-clock gate/g1 2700");
}

}  // namespace parkwatch::test::doubts_test
