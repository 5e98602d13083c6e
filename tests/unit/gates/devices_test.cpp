// tests/unit/gates/devices_test.cpp - Which device of a gate was heard when, and which say nothing.
#include "site.h"

namespace parkwatch::test::devices_test {
namespace {

GatePlan plan_with(std::vector<GateDevice> devices) {
  GatePlan plan = small_plan();
  plan.gates[0].devices = std::move(devices);
  return plan;
}

const DeviceState& state_of(Site& site, const std::string& device) {
  return site.ledger().book().devices.at({"g1", device});
}

// Names of the devices that were heard, in the order of names.
std::string heard(Site& site) {
  std::string text;
  for (const auto& [key, state] : site.ledger().book().devices) {
    if (state.heard) text += (text.empty() ? "" : " ") + key.second;
  }
  return text;
}

}  // namespace

TEST_CASE("Every device of a gate is in the book before it is heard") {
  Site site{plan_with({{"door", DeviceKind::door, "", "cp/g1/door", 0s}})};
  CHECK(site.ledger().book().devices.size() == 1);
  CHECK(state_of(site, "door").device.tag == "cp/g1/door");
  CHECK_FALSE(state_of(site, "door").heard);
  CHECK_FALSE(state_of(site, "door").silent);
}

TEST_CASE("A passage is heard of the devices that tell such passages, on its lane") {
  Site site{plan_with({{"arm", DeviceKind::barrier, "1", "", 0s},
                       {"board", DeviceKind::board, "", "", 0s},
                       {"camera-1", DeviceKind::camera, "1", "", 0s},
                       {"camera-2", DeviceKind::camera, "2", "", 0s},
                       {"cards", DeviceKind::dispenser, "", "", 0s},
                       {"door", DeviceKind::door, "", "", 0s},
                       {"reader", DeviceKind::reader, "", "", 0s}})};
  SECTION("a vehicle") {
    site.enter(10s, Subject::vehicle, "A1", "g1", "2");
    CHECK(heard(site) == "camera-2 reader");
  }
  SECTION("one that names no lane, of which there are two") {
    site.enter(10s, Subject::vehicle, "A1", "g1");
    CHECK(heard(site) == "reader");
  }
  SECTION("a person") {
    site.leave(10s, Subject::person, "zhang", "g1");
    CHECK(heard(site) == "door reader");
  }
  SECTION("a report at the gate") {
    site.pass(10s, Site::passage(PassageKind::report, Subject::person, "zhang", "g1", ""));
    CHECK(heard(site) == "reader");
  }
  SECTION("a barrier") {
    site.barrier(10s, PassageKind::barrier_open);
    CHECK(heard(site) == "arm");
  }
  SECTION("a card") {
    site.card(10s, PassageKind::card_out, "zhang", "K7");
    CHECK(heard(site) == "cards");
  }
  SECTION("one at another gate") {
    site.enter(10s, Subject::vehicle, "A1", "g2", "v");
    CHECK(heard(site).empty());
  }
}

TEST_CASE("A passage that names no lane is of a gate's only one") {
  GatePlan plan = plan_with({{"arm-1", DeviceKind::barrier, "1", "", 0s},
                             {"camera-1", DeviceKind::camera, "1", "", 0s},
                             {"camera-2", DeviceKind::camera, "2", "", 0s}});
  plan.gates[0].lanes.pop_back();
  Site site{plan};
  site.enter(10s, Subject::vehicle, "A1", "g1");
  CHECK(heard(site) == "camera-1");
  site.barrier(20s, PassageKind::cycle, "g1", "");
  CHECK(heard(site) == "arm-1 camera-1");
}

TEST_CASE("A device is heard when its passage is received, whatever its clock says") {
  Site site{plan_with({{"door", DeviceKind::door, "", "", 0s}})};
  Passage p = Site::passage(PassageKind::enter, Subject::person, "zhang", "g1", "");
  p.time = Site::time(0s);
  site.pass(2h, p);
  CHECK(state_of(site, "door").heard == Site::time(2h));
}

TEST_CASE("A device that tells no passage for longer than it may is told until it does") {
  Site site{plan_with({{"door", DeviceKind::door, "", "", 12h}})};
  site.enter(1h, Subject::person, "zhang");
  site.leave(2h, Subject::person, "zhang");
  site.go(14h - 1us);
  CHECK(site.said().empty());
  site.go(14h);
  CHECK(site.said() == "14h +gate-device-silent device/g1/door 43200");
  CHECK(state_of(site, "door").silent);
  site.enter(15h, Subject::person, "zhang");
  CHECK(site.said() == "15h -gate-device-silent device/g1/door");
  CHECK_FALSE(state_of(site, "door").silent);
}

TEST_CASE("A device that was never heard is told likewise, since it is configured") {
  Site site{small_plan()};
  site.configure(1h, plan_with({{"door", DeviceKind::door, "", "", 12h}}));
  site.go(13h);
  CHECK(site.said() == "13h +gate-device-silent device/g1/door 43200");
}

TEST_CASE("Time that was lost makes no device silent") {
  Site site{plan_with({{"door", DeviceKind::door, "", "", 12h}})};
  site.enter(1h, Subject::person, "zhang", "g1");
  site.leave(2h, Subject::person, "zhang", "g1");
  site.ledger().shift(3h);
  site.go(17h - 1us);
  CHECK(site.said().empty());
  CHECK(state_of(site, "door").heard == Site::time(2h));
  site.go(17h);
  CHECK(site.said() == "17h +gate-device-silent device/g1/door 43200");
}

TEST_CASE("Another configuration keeps what is known of a device, and judges it anew") {
  Site site{plan_with({{"door", DeviceKind::door, "", "", 12h}})};
  site.enter(1h, Subject::person, "zhang", "g1");
  site.leave(2h, Subject::person, "zhang", "g1");
  site.go(14h);
  (void)site.said();
  SECTION("a longer time ends the alarm") {
    site.configure(15h, plan_with({{"door", DeviceKind::door, "", "", 24h}}));
    CHECK(site.said() == "15h -gate-device-silent device/g1/door");
    CHECK(state_of(site, "door").heard == Site::time(2h));
    site.go(26h);
    CHECK(site.said() == "1d2h +gate-device-silent device/g1/door 86400");
  }
  SECTION("a shorter one leaves it") {
    site.configure(15h, plan_with({{"door", DeviceKind::door, "", "", 1h}}));
    CHECK(site.said().empty());
  }
  SECTION("and so does the device's end") {
    site.configure(15h, small_plan());
    CHECK(site.said() == "15h -gate-device-silent device/g1/door");
    CHECK(site.ledger().book().devices.empty());
  }
  SECTION("or the rule's, but the list says so") {
    GatePlan plan = plan_with({{"door", DeviceKind::door, "", "", 12h}});
    plan.rules[static_cast<std::size_t>(GateRule::silent)].on = false;
    site.configure(15h, plan);
    CHECK(site.said() == "15h -gate-device-silent device/g1/door");
    CHECK(state_of(site, "door").silent);
  }
}

TEST_CASE("A ledger that is restored with another plan forgets the devices that are gone") {
  Site site{plan_with({{"door", DeviceKind::door, "", "", 12h}})};
  gates::Ledger restored;
  restored.restore(small_plan(), site.ledger().state());
  CHECK(restored.state().quiet.empty());
  CHECK_NOTHROW(restored.shift(1h));
}

TEST_CASE("A gateway's clock that is set back does not make a device deaf") {
  Site site{plan_with({{"door", DeviceKind::door, "", "", 12h}})};
  site.enter(100h, Subject::person, "zhang", "g1");
  (void)site.said();
  site.ledger().set_back(site.moment(1h), site.out());
  site.leave(2h, Subject::person, "zhang", "g1");
  CHECK(state_of(site, "door").heard == Site::time(2h));
  site.go(14h);
  CHECK(site.said() == "14h +gate-device-silent device/g1/door 43200");
}

TEST_CASE("Every kind of device has a word that is read back") {
  for (std::size_t k = 0; k < device_kinds; ++k) {
    const auto kind = static_cast<DeviceKind>(k);
    CHECK(parse_device_kind(to_text(kind)) == kind);
  }
}

}  // namespace parkwatch::test::devices_test
