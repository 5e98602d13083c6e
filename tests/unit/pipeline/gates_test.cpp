// tests/unit/pipeline/gates_test.cpp - Passages and the gates' commands through the pipeline: what
// is an alarm, a fact, a row of the journal, and what is recorded of whom.
#include <algorithm>
#include <catch2/catch.hpp>

#include "parkwatch/v1/snapshot.pb.h"
#include "rig.h"

namespace gates_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

Plant gated(std::vector<RuleSpec> rules = {}) {
  Plant plant = without_sources(plant_of(std::move(rules)));
  plant.sources = {{"park", 0}};
  plant.gates.on = true;
  plant.gates.gates.push_back({"g1", {}, {true, true, false}, "", {}});
  plant.gates.gates.push_back({"g2", {}, {true, true, true}, "", {}});
  for (GateRuleSpec& rule : plant.gates.rules) rule = {true, Priority::high};
  plant.gates.permit_for = {false, false, true};
  plant.gates.stay = {Duration{0}, Duration{0}, 10min};
  return plant;
}

std::string inside(Rig& rig) {
  std::string text;
  for (const auto& [id, stay] : rig.pipeline().gates().inside) text += id + " ";
  return text;
}

std::vector<PassageSeen> recorded(Rig& rig) {
  std::vector<PassageSeen> seen;
  for (const RecordedInput& input : rig.facts().inputs) {
    if (const auto* one = std::get_if<PassageSeen>(&input.body)) seen.push_back(*one);
  }
  return seen;
}

std::string snapshot_of(Rig& rig) {
  v1::Snapshot snapshot;
  rig.pipeline().snapshot(snapshot);
  return snapshot.SerializeAsString();
}

MusterCommand muster(MusterCommand::Verb verb) {
  MusterCommand command;
  command.verb = verb;
  command.reason = "drill";
  return command;
}

Pseudonym test_pseudonym() {
  return [](std::string_view id) {
    return "~" + std::string(32 - id.size() % 10, '0') + std::string(id.size() % 10, 'f');
  };
}

}  // namespace

TEST_CASE("gates: what is wrong at a gate is an alarm with the priority of its rule", "[gates]") {
  Rig rig{gated()};
  rig.send(1s, "@ enter hazmat H1 g1");
  CHECK(rig.alarms() == "1s raised on gate/g1 1; 1s raised on gate/g1 1");
  const AlarmEvent& event = rig.facts().transitions[0];
  CHECK(event.rule == "gate-no-permit");
  CHECK(event.priority == Priority::high);
  CHECK(event.group == "gates");
  CHECK(event.reading_sequence == 2);
  CHECK(is_announced(event));
  rig.send(2s, "@ leave hazmat H1 g2");
  CHECK(rig.alarms() == "2s returned gate/g1; 2s returned gate/g1");
}

TEST_CASE("gates: a message may hold readings and several passages, in their order", "[gates]") {
  Rig rig{gated()};
  rig.send(1s, "@ enter person zhang g1\na/b/c 5\n@ enter person li g1\n@ leave person zhang g1");
  CHECK(inside(rig) == "li ");
  CHECK(rig.readings() == "a/b/c=5 good -");
  const auto seen = recorded(rig);
  REQUIRE(seen.size() == 3);
  CHECK(seen[2].index == 2);
  CHECK(seen[2].passage.kind == PassageKind::leave);
  CHECK(rig.facts().counts.passages == 3);
}

TEST_CASE("gates: overstaying is told by time alone", "[gates]") {
  Rig rig{gated()};
  rig.send(1s, "@ enter hazmat H1 g2");
  (void)rig.alarms();
  rig.tick(10min);
  CHECK(rig.alarms().empty());
  rig.tick(11min);
  CHECK(rig.alarms() == "10m1s raised on inside/hazmat 1");
}

TEST_CASE("gates: after the clock was set back, people can leave", "[gates]") {
  Rig rig{gated()};
  rig.send(1h, "@ enter person zhang g1");
  rig.feed(ClockStep{-30min}, 1h + 1min);
  REQUIRE(rig.facts().gates.size() >= 2);  // whoever shows them is told
  CHECK(std::holds_alternative<Stay>(rig.facts().gates.back()));
  rig.send(32min, "@ leave person zhang g1");
  CHECK(inside(rig).empty());
}

TEST_CASE("gates: a retained passage is dropped: it happened some time", "[gates]") {
  Rig rig{gated()};
  rig.send_mqtt(1s, "@ enter person zhang g1", 0, false, true);
  CHECK(inside(rig).empty());
  CHECK(recorded(rig).empty());
  CHECK(rig.facts().counts.dropped_retained == 1);
}

TEST_CASE("gates: a passage that comes twice from the broker is one", "[gates]") {
  Rig rig{gated()};
  rig.send_mqtt(1s, "@ enter person zhang g1", 7, false);
  rig.send_mqtt(2s, "@ leave person zhang g1", 8, false);
  rig.send_mqtt(3s, "@ enter person zhang g1", 7, true);
  CHECK(inside(rig).empty());
  CHECK(recorded(rig).size() == 2);
}

TEST_CASE("gates: a correction is a row of the journal with author and reason", "[gates]") {
  Rig rig{gated()};
  GateCorrection c;
  c.id = "zhang";
  c.gate = "g1";
  c.reason = "the camera was dirty";
  rig.feed(Command{"li", c}, 1s);
  CHECK(inside(rig) == "zhang ");
  REQUIRE(rig.facts().transitions.size() == 1);
  const AlarmEvent& row = rig.facts().transitions[0];
  CHECK(row.kind == TransitionKind::gates_corrected);
  CHECK(row.rule == rule_gates);
  CHECK(row.author == "li");
  CHECK(row.comment == "the camera was dirty");
  CHECK_FALSE(is_announced(row));
  REQUIRE(rig.facts().replies.size() == 1);
  CHECK(rig.facts().replies[0].result.ok());
  rig.feed(Command{"li", c}, 2s);
  CHECK_FALSE(rig.facts().replies[1].result.ok());
}

TEST_CASE("gates: a muster goes on as a record that stands, until its end", "[gates]") {
  Rig rig{gated()};
  rig.send(1s, "@ enter person zhang g1");
  rig.feed(Command{"li", muster(MusterCommand::Verb::start)}, 2s);
  rig.feed(Command{"li", muster(MusterCommand::Verb::end)}, 3s);
  const auto& rows = rig.facts().transitions;
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].kind == TransitionKind::muster_started);
  CHECK(is_listed(rows[0]));
  CHECK(rows[1].kind == TransitionKind::muster_ended);
  CHECK_FALSE(is_listed(rows[1]));
  CHECK(is_record_rule(rows[0].rule));
}

TEST_CASE("gates: an alarm of a named rule begins a muster, if it is told at all", "[gates]") {
  Plant plant = gated({limit_of("evacuation-gas", "a/b/c", 50), limit_of("other", "a/b/d", 50)});
  plant.gates.muster_rules = {"evacuation*"};
  Rig rig{plant};
  rig.send(1s, "@ enter person zhang g1");
  rig.send(2s, "a/b/d 60");
  CHECK_FALSE(rig.pipeline().gates().muster.known);
  SECTION("one that is raised") {
    rig.send(3s, "a/b/c 60");
    const Muster& begun = rig.pipeline().gates().muster;
    CHECK(begun.active);
    CHECK(begun.entries.size() == 1);
    CHECK(begun.author.empty());
    CHECK(begun.reason == "evacuation-gas a/b/c");
    rig.send(4s, "a/b/c 40");
    rig.send(5s, "a/b/c 60");  // one muster is enough
    CHECK(begun.began == day + 3s);
    rig.send(6s, "a/b/c 40");
    rig.send(7s, "@ enter person li g1");
    rig.send(8s, "a/b/c 60");  // but it is for everyone who is there
    CHECK(begun.began == day + 3s);
    CHECK(begun.entries.size() == 2);
  }
  SECTION("not one that is shelved") {
    AlarmCommand shelve;
    shelve.rule = "evacuation-gas";
    shelve.tag = "a/b/c";
    shelve.length = 5min;
    shelve.comment = "calibration";
    rig.feed(Command{"li", shelve, true}, 3s);
    rig.send(4s, "a/b/c 60");
    CHECK_FALSE(rig.pipeline().gates().muster.known);
  }
}

TEST_CASE("gates: facts tell whoever keeps the book all that changed", "[gates]") {
  Rig rig{gated()};
  rig.send(1s, "@ enter person zhang g1");
  rig.feed(Command{"li", muster(MusterCommand::Verb::start)}, 2s);
  rig.send(3s, "@ leave person zhang g1");
  GateBook book;
  for (const GateChange& change : rig.facts().gates) book.apply(change);
  CHECK(book == rig.pipeline().gates());
  CHECK(book.muster.entries.at("zhang").state == MusterState::left);
}

TEST_CASE("gates: with pseudonyms nothing that is kept says who it was", "[gates]") {
  Plant plant = gated();
  plant.gates.pseudonymise = true;
  plant.pseudonym = test_pseudonym();
  Rig rig{plant};
  rig.send(1s, "@ enter person zhang g1 name=Zhang card=K777");
  GateCorrection c;
  c.id = "lisi";
  c.name = "Li";
  c.gate = "g1";
  c.reason = "x";
  rig.feed(Command{"op", c}, 2s);
  PermitCommand permit;
  permit.permits.push_back(
      {"P1", "wangwu", "Wang", std::nullopt, timestamp_min, timestamp_max, {}, {}, false});
  rig.feed(Command{"op", permit}, 3s);
  // A device's plate and the operator's are the same.
  c.verb = GateCorrection::Verb::leave;
  c.id = "zhang";
  rig.feed(Command{"op", c}, 4s);
  CHECK(rig.facts().replies.back().result.ok());
  std::string kept = snapshot_of(rig);
  for (const RecordedInput& input : rig.facts().inputs) {
    if (const auto* seen = std::get_if<PassageSeen>(&input.body)) {
      kept += seen->passage.id + seen->passage.name + seen->passage.card;
    } else if (const auto* command = std::get_if<Command>(&input.body)) {
      if (const auto* one = std::get_if<GateCorrection>(&command->body))
        kept += one->id + one->name;
      if (const auto* one = std::get_if<PermitCommand>(&command->body)) {
        kept += one->permits[0].id + one->permits[0].name;
      }
    }
  }
  for (const char* name : {"zhang", "Zhang", "K777", "lisi", "Li", "wangwu", "Wang"}) {
    CHECK(kept.find(name) == std::string::npos);
  }
  CHECK(kept.find('~') != std::string::npos);
}

TEST_CASE("gates: a pseudonym that a person copies stays what it is", "[gates]") {
  Plant plant = gated();
  plant.gates.pseudonymise = true;
  plant.pseudonym = test_pseudonym();
  Rig rig{plant};
  rig.send(1s, "@ enter person zhang g1");
  GateCorrection c;
  c.verb = GateCorrection::Verb::leave;
  c.id = rig.pipeline().gates().inside.begin()->first;
  c.reason = "x";
  rig.feed(Command{"op", c}, 2s);
  CHECK(rig.facts().replies.back().result.ok());
  CHECK(inside(rig).empty());
}

TEST_CASE("gates: without a key no passage is taken where pseudonyms are wanted", "[gates]") {
  Plant plant = gated();
  plant.gates.pseudonymise = true;
  Rig rig{plant};
  rig.send(1s, "@ enter person zhang g1");
  CHECK(inside(rig).empty());
  CHECK(recorded(rig).empty());
  REQUIRE(rig.facts().refusals.size() == 1);
  CHECK(rig.facts().refusals[0].detail.find("zhang") == std::string::npos);
}

TEST_CASE("gates: of a refused passage nothing is kept that says who it was", "[gates]") {
  Rig rig{gated()};
  rig.send(1s, "@ enter person zhang g1\n!");
  REQUIRE(rig.facts().refusals.size() == 1);
  const Refusal& refusal = rig.facts().refusals[0];
  CHECK(refusal.payload.empty());
  CHECK(refusal.payload_bytes == 25);
  CHECK(refusal.topic == "p/+");
  CHECK(inside(rig) == "zhang ");
}

TEST_CASE("gates: names are not kept where the configuration does not want them", "[gates]") {
  Plant plant = gated();
  plant.gates.names = false;
  Rig rig{plant};
  rig.send(1s, "@ enter person 17 g1 name=Zhang");
  CHECK(recorded(rig)[0].passage.name.empty());
  PermitCommand permit;
  permit.permits.push_back(
      {"P1", "17", "Wang", std::nullopt, timestamp_min, timestamp_max, {}, {}, false});
  rig.feed(Command{"op", permit}, 2s);
  const auto* command = std::get_if<Command>(&rig.facts().inputs.back().body);
  REQUIRE(command != nullptr);
  CHECK(std::get<PermitCommand>(command->body).permits[0].name.empty());
}

TEST_CASE("gates: a list that is as it was is recorded as just that", "[gates]") {
  Rig rig{gated()};
  PermitCommand list;
  list.verb = PermitCommand::Verb::file;
  list.permits.push_back(
      {"F1", "H1", "", std::nullopt, timestamp_min, timestamp_max, {}, {}, false});
  rig.feed(Command{"configuration", list}, 1s);
  rig.feed(Command{"configuration", list}, 2s);
  const auto recorded_list = [&](std::size_t from_end) {
    const auto& inputs = rig.facts().inputs;
    return std::get<PermitCommand>(
        std::get<Command>(inputs[inputs.size() - 1 - from_end].body).body);
  };
  CHECK(recorded_list(1).permits.size() == 1);
  CHECK(recorded_list(0).permits.empty());
  CHECK(recorded_list(0).unchanged);
  CHECK(rig.pipeline().gates().permits.size() == 1);
}

TEST_CASE("gates: only what says who was where is personal", "[gates]") {
  CHECK(is_personal({1, day, PassageSeen{}}));
  CHECK(is_personal({1, day, Command{"li", PermitCommand{}}}));
  CHECK(is_personal({1, day, Command{"li", GateCorrection{}}}));
  CHECK(is_personal({1, day, Command{"li", MusterCommand{}}}));
  CHECK_FALSE(is_personal({1, day, Command{"li", AcknowledgeAlarm{}}}));
  CHECK_FALSE(is_personal({1, day, Start{}}));
}

TEST_CASE("gates: a snapshot keeps what is in doubt and when devices were heard", "[gates]") {
  Plant plant = gated();
  plant.gates.gates[0].devices = {{"door", DeviceKind::door, "", "", 12h},
                                  {"reader", DeviceKind::reader, "", "", 1min}};
  Rig rig{plant};
  rig.send(1h, "@ enter person zhang g1");
  rig.send(1h, "@ enter person li g1");
  // A leaving in doubt and an entry that waits with it, by their own times.
  rig.send(2h, "@ leave person zhang g1 t=1800000000");
  rig.send(2h + 1s, "@ enter person zhang g1 t=5400000000");
  // One that no reader will tell of any more.
  rig.send(2h + 2s, "@ leave person li g2 t=1800000000");
  rig.send(2h + 3s, "@ leave person wang g2 t=7203000000");
  // A clock that stands.
  rig.send(2h + 30s, "@ enter person wu g1 t=5400000000");
  v1::Snapshot snapshot;
  rig.pipeline().snapshot(snapshot);
  const auto& readers = snapshot.gates().readers();
  CHECK(std::count_if(readers.begin(), readers.end(), [](const auto& r) { return r.stands(); }) ==
        1);
  REQUIRE(snapshot.gates().doubts().size() == 2);
  CHECK(snapshot.gates().doubts(0).given_up());
  CHECK(snapshot.gates().doubts(1).has_back());
  REQUIRE(snapshot.gates().devices().size() == 2);
  CHECK(snapshot.gates().devices(1).has_heard_us());
  const auto restored = pipeline::Pipeline::restore(snapshot, std::make_shared<const Plant>(plant));
  REQUIRE(restored);
  v1::Snapshot again;
  restored->snapshot(again);
  CHECK(again.gates().SerializeAsString() == snapshot.gates().SerializeAsString());
}

TEST_CASE("gates: a snapshot that lies is refused", "[gates]") {
  Rig rig{gated()};
  rig.send(1s, "@ enter hazmat H1 g1");
  rig.send(2s, "@ count person - g1 n=7");
  rig.send(2s, "@ leave hazmat H1 g2 t=-90000000");
  rig.feed(Command{"li", muster(MusterCommand::Verb::start)}, 3s);
  v1::Snapshot snapshot;
  rig.pipeline().snapshot(snapshot);
  const auto plant = std::make_shared<const Plant>(gated());
  REQUIRE(pipeline::Pipeline::restore(snapshot, plant));
  const std::vector<std::function<void(v1::GatesState&)>> lies{
      [](auto& s) { s.mutable_inside(0)->set_subject(static_cast<v1::Subject>(9)); },
      [](auto& s) { s.mutable_inside(0)->clear_id(); },
      [](auto& s) { s.mutable_offences(0)->set_rule("nobody"); },
      [](auto& s) { s.mutable_counters(0)->set_subject(static_cast<v1::Subject>(-1)); },
      [](auto& s) { s.add_permits(); },
      [](auto& s) { s.mutable_doubts(0)->mutable_passage()->set_kind(v1::PassageKind{99}); },
      [](auto& s) { s.mutable_doubts(0)->mutable_passage()->clear_id(); },
      [](auto& s) { s.mutable_doubts(0)->mutable_back(); },
      [](auto& s) {
        s.mutable_muster()->mutable_entries(0)->set_state(static_cast<v1::MusterState>(7));
      }};
  for (const auto& lie : lies) {
    v1::Snapshot lied = snapshot;
    lie(*lied.mutable_gates());
    CHECK_FALSE(pipeline::Pipeline::restore(lied, plant));
  }
}

}  // namespace gates_test
