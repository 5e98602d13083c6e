// tests/unit/gates/barriers_test.cpp - Tailgating, and barriers that stay open.
#include "site.h"

namespace parkwatch::test::barriers_test {

TEST_CASE("A vehicle with a cycle of its own, before or after it, passes") {
  Site site;
  site.barrier(0s, PassageKind::cycle);
  site.enter(5s, Subject::vehicle, "A1", "g1", "1");
  site.enter(60s, Subject::vehicle, "A2", "g1", "1");
  site.barrier(65s, PassageKind::cycle);
  site.go(1h);
  CHECK(site.said().empty());
}

TEST_CASE("Two vehicles on one cycle are one too many") {
  Site site;
  site.barrier(0s, PassageKind::cycle);
  site.enter(5s, Subject::vehicle, "A1", "g1", "1");
  site.enter(8s, Subject::vehicle, "A2", "g1", "1");
  site.go(38s - 1us);
  CHECK(site.said().empty());
  site.go(38s);
  CHECK(site.said() == "38s +gate-tailgating gate/g1/1 1");
  site.go(6min);
  CHECK(site.said() == "5m38s -gate-tailgating gate/g1/1");
}

TEST_CASE("A vehicle that the camera reads twice needs one cycle") {
  Site site;
  site.barrier(0s, PassageKind::cycle);
  site.enter(5s, Subject::vehicle, "A1", "g1", "1");
  site.enter(9s, Subject::vehicle, "A1", "g1", "1");
  site.barrier(60s, PassageKind::cycle);
  site.leave(65s, Subject::vehicle, "A1", "g1", "1");
  site.leave(69s, Subject::vehicle, "A1", "g1", "1");
  site.go(1h);
  CHECK(site.said().empty());
}

TEST_CASE("A vehicle or a cycle that comes late is held against nobody") {
  Site site;
  Passage late = Site::passage(PassageKind::enter, Subject::vehicle, "A1", "g1", "1");
  late.time = Site::time(10s);
  site.pass(10min, late);
  late.kind = PassageKind::cycle;
  site.pass(10min, late);
  site.go(11min);
  CHECK(site.said().empty());
  CHECK(site.ledger().state().lanes.at({"g1", "1"}).cycles.empty());
}

TEST_CASE("A cycle is good for a while only, and for its own lane") {
  Site site;
  site.barrier(0s, PassageKind::cycle);
  site.enter(31s, Subject::vehicle, "A1", "g1", "1");
  site.barrier(32s, PassageKind::cycle, "g1", "2");
  site.go(61s);
  CHECK(site.said() == "1m1s +gate-tailgating gate/g1/1 1");
}

TEST_CASE("A person needs no cycle, nor does a vehicle on a lane without a barrier") {
  Site site;
  site.enter(0s, Subject::person, "zhang", "g1", "1");
  site.enter(1s, Subject::vehicle, "A1", "g2", "v");
  site.go(1h);
  CHECK(site.said().empty());
}

TEST_CASE("An opening of the barrier is a cycle") {
  Site site;
  site.barrier(0s, PassageKind::barrier_open);
  site.enter(5s, Subject::vehicle, "A1", "g1", "1");
  site.barrier(9s, PassageKind::barrier_closed);
  site.go(1h);
  CHECK(site.said().empty());
}

TEST_CASE("A barrier that stays open is told, until it closes") {
  Site site;
  site.barrier(0s, PassageKind::barrier_open);
  site.barrier(30s, PassageKind::barrier_open);  // said again: it is open since then all the same
  site.go(60s - 1us);
  CHECK(site.said().empty());
  site.go(60s);
  CHECK(site.said() == "1m +gate-barrier gate/g1/1 60");
  site.barrier(90s, PassageKind::barrier_closed);
  CHECK(site.said() == "1m30s -gate-barrier gate/g1/1");
}

TEST_CASE("A gate without lanes has one barrier") {
  Site site;
  site.barrier(0s, PassageKind::barrier_open, "g4", "");
  site.go(60s);
  CHECK(site.said() == "1m +gate-barrier gate/g4 60");
}

TEST_CASE("Barriers that are not configured are nobody's") {
  Site site;
  site.barrier(0s, PassageKind::barrier_open, "elsewhere", "1");
  site.barrier(0s, PassageKind::barrier_open, "g1", "9");
  CHECK(site.ledger().state().lanes.empty());
}

TEST_CASE("Our own downtime opens no barrier for longer") {
  Site site;
  site.barrier(0s, PassageKind::barrier_open);
  site.go(10s);
  site.ledger().shift(10min);
  site.go(10min + 59s);
  CHECK(site.said().empty());
  site.go(11min);
  CHECK(site.said() == "11m +gate-barrier gate/g1/1 60");
}

TEST_CASE("A gate that leaves the configuration takes its barrier's alarm along") {
  GatePlan plan = small_plan();
  Site site{plan};
  site.barrier(0s, PassageKind::barrier_open, "g4", "");
  site.go(60s);
  (void)site.said();
  plan.gates.pop_back();
  site.configure(70s, plan);
  CHECK(site.said() == "1m10s -gate-barrier gate/g4");
  CHECK(site.ledger().state().lanes.empty());
}

TEST_CASE("A lane remembers a bounded number of vehicles and cycles") {
  Site site;
  for (std::size_t i = 0; i < 3 * gates::lane_memory_max; ++i) {
    site.enter(1s, Subject::vehicle, "A" + std::to_string(i), "g1", "1");
    site.barrier(1s, PassageKind::cycle, "g1", "2");
  }
  const auto& lanes = site.ledger().state().lanes;
  CHECK(lanes.at({"g1", "1"}).waiting.size() == gates::lane_memory_max);
  CHECK(lanes.at({"g1", "2"}).cycles.size() == gates::lane_memory_max);
}

// Its time is corrected only when its reader's clock is known, and then it passes no second time.
TEST_CASE("A vehicle whose passage was in doubt needs one cycle") {
  GatePlan plan = small_plan();
  plan.tailgating_within = 5min;
  Site site{plan};
  const auto pass = [&site](Duration at, PassageKind kind, const std::string& id) {
    Passage p = Site::passage(kind, Subject::vehicle, id, "g1", "1");
    p.time = Site::time(at - 2min);
    site.barrier(at, PassageKind::cycle);
    site.pass(at, p);
  };
  SECTION("to come in") {
    site.leave(2h, Subject::vehicle, "A1", "g2", "v");
    pass(2h + 1min, PassageKind::enter, "A1");
    pass(2h + 3min, PassageKind::enter, "A2");
    CHECK(site.inside() == "A1 A2");
  }
  SECTION("to leave") {
    site.enter(2h, Subject::vehicle, "A1", "g2", "v");
    pass(2h + 1min, PassageKind::leave, "A1");
    CHECK(site.inside() == "A1");
    pass(2h + 3min, PassageKind::leave, "A2");
    CHECK(site.inside().empty());
  }
  site.go(2h + 30min);
  CHECK(site.said() == "2h3m +gate-clock gate/g1 120");
}

}  // namespace parkwatch::test::barriers_test
