// tests/unit/http/gates_test.cpp - /v1/gates over the wire: what is answered, and which commands
// bodies become.
#include <catch2/catch.hpp>

#include "tests/unit/http/client.h"
#include "tests/unit/http/park.h"

namespace gates_test {

using namespace parkwatch;
using test::get;
using test::Park;
using test::send;

namespace {

Stay stay(const std::string& id) {
  Stay s;
  s.id = id;
  s.subject = Subject::hazmat;
  s.gate = s.seen_gate = "g1";
  s.lane = "2";
  s.since = from_us(1'767'225'600'000'000);
  s.seen_at = s.since + std::chrono::seconds{5};
  s.sequence = 12;
  return s;
}

template <typename Body>
Body command_of(const std::string& method, const std::string& target, const std::string& body,
                unsigned status = 200) {
  Park park;
  const auto reply = send(park.port(), method, target, body);
  CAPTURE(target, body, reply.body);
  REQUIRE(reply.status == status);
  const auto commands = park.commands();
  REQUIRE(commands.size() == 1);
  CHECK(commands[0].author == "local");
  return std::get<Body>(commands[0].body);
}

Facts passages(std::vector<Passage> all) {
  Facts facts;
  std::uint32_t index = 0;
  for (Passage& p : all) facts.inputs.push_back({0, {}, PassageSeen{index++, std::move(p)}});
  return facts;
}

Passage passage(const std::string& id) {
  Passage p;
  p.id = id;
  p.gate = "g1";
  p.lane = "2";
  return p;
}

}  // namespace

TEST_CASE("gates: who is inside, with counts", "[http]") {
  Park park;
  Facts facts;
  facts.gates = {stay("H1"), stay("H2")};
  (void)park.commit(std::move(facts));
  const auto reply = get(park.port(), "/v1/gates/inside?max=1");
  REQUIRE(reply.status == 200);
  CHECK(reply.body.find(R"("counts":{"person":0,"vehicle":0,"hazmat":2})") != std::string::npos);
  CHECK(reply.body.find(R"("id":"H1","class":"hazmat","since":"2026-01-01T00:00:00Z","gate":"g1",)"
                        R"("lane":"2","seen_at":"2026-01-01T00:00:05Z","seen_gate":"g1",)"
                        R"("passage":"12.0"})") != std::string::npos);
  CHECK(reply.body.find(R"("next":"H1")") != std::string::npos);
  const auto rest = get(park.port(), "/v1/gates/inside?after=H1&class=hazmat&gate=g1");
  CHECK(rest.body.find(R"("id":"H2")") != std::string::npos);
  CHECK(rest.body.find(R"("next":null)") != std::string::npos);
  CHECK(get(park.port(), "/v1/gates/inside?class=lorry").status == 400);
  CHECK(get(park.port(), "/v1/gates/inside?clas=person").status == 400);
}

TEST_CASE("gates: passages by cursor", "[http]") {
  Park park;
  (void)park.commit(passages({passage("a"), passage("b")}));
  (void)park.commit(passages({passage("c")}));
  const auto first = get(park.port(), "/v1/gates/passages?max=1");
  REQUIRE(first.status == 200);
  const auto lines = first.lines();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].at("type") == "passage");
  CHECK(lines[0].at("kind") == "enter");
  CHECK(lines[1].at("id") == "b");
  CHECK(lines[2].at("end") == false);
  const std::string cursor{lines[2].at("cursor").as_string()};
  const auto second = get(park.port(), "/v1/gates/passages?after=" + cursor).lines();
  REQUIRE(second.size() == 2);
  CHECK(second[0].at("id") == "c");
  CHECK(second[1].at("end") == true);
  CHECK(get(park.port(), "/v1/gates/passages?after=0000000000000000.1").status == 410);
  CHECK(get(park.port(), "/v1/gates/passages?after=" + park.cursor(2)).status == 200);
  CHECK(get(park.port(), "/v1/gates/passages?after=" + park.cursor(3)).status == 400);
}

TEST_CASE("gates: a permit is put by its number and taken away", "[http]") {
  const auto put = command_of<PermitCommand>(
      "PUT", "/v1/gates/permits/P-1",
      R"({"id":"H1","class":"hazmat","from":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z",)"
      R"("gates":["g1","g2"],"lanes":["h"],"name":"Zhang"})");
  CHECK(put.verb == PermitCommand::Verb::put);
  REQUIRE(put.permits.size() == 1);
  const Permit& permit = put.permits[0];
  CHECK(permit.number == "P-1");
  CHECK(permit.id == "H1");
  CHECK(permit.subject == Subject::hazmat);
  CHECK(permit.until - permit.from == std::chrono::hours{24});
  CHECK(permit.gates == std::vector<std::string>{"g1", "g2"});
  CHECK(permit.lanes == std::vector<std::string>{"h"});
  CHECK_FALSE(permit.of_file);
  const auto gone = command_of<PermitCommand>("DELETE", "/v1/gates/permits/P-1", "", 204);
  CHECK(gone.verb == PermitCommand::Verb::remove);
  CHECK(gone.number == "P-1");
}

TEST_CASE("gates: a permit for a gate that does not exist is told", "[http]") {
  Park park;
  park.site.gates = {"g1"};
  const auto put =
      send(park.port(), "PUT", "/v1/gates/permits/P-1", R"({"id":"H1","gates":["g1","g77"]})");
  CHECK(put.status == 200);
  CHECK_THAT(put.body, Catch::Contains(R"("warnings":["there is no gate 'g77'"])"));
}

TEST_CASE("gates: every device with when it was seen and its state", "[http]") {
  Park park;
  const Timestamp at = from_us(1'767'225'600'000'000);
  DevicesSet set;
  set.devices[{"g1", "arm"}].device = {"arm", DeviceKind::barrier, "1", "", std::chrono::hours{12}};
  set.devices[{"g1", "board"}].device = {"board", DeviceKind::board, "", "cp/g1/board", {}};
  set.devices[{"g2", "door"}].device = {"door", DeviceKind::door, "", "", std::chrono::hours{12}};
  Facts facts;
  facts.gates = {set, DeviceHeard{{"g1", "arm"}, at}, DeviceHeard{{"g2", "door"}, at},
                 DeviceSilent{{"g2", "door"}}};
  (void)park.commit(std::move(facts));
  const auto all = get(park.port(), "/v1/gates/devices");
  REQUIRE(all.status == 200);
  INFO(all.body);
  CHECK(all.body.find(R"({"gate":"g1","device":"arm","kind":"barrier","lane":"1","state":"heard",)"
                      R"("seen_at":"2026-01-01T00:00:00Z","heard_at":"2026-01-01T00:00:00Z",)"
                      R"("silent_after":"12h"})") != std::string::npos);
  CHECK(all.body.find(R"({"gate":"g1","device":"board","kind":"board","tag":"cp/g1/board",)"
                      R"("state":"never heard"})") != std::string::npos);
  CHECK(all.body.find(R"("device":"door","kind":"door","state":"silent")") != std::string::npos);
  const auto one = get(park.port(), "/v1/gates/devices?gate=g2");
  CHECK(one.body.find("arm") == std::string::npos);
  CHECK(one.body.find("door") != std::string::npos);
  CHECK(get(park.port(), "/v1/gates/devices?gates=g2").status == 400);
}

TEST_CASE("gates: a device of a tag shows its value, and the later of reading and passage",
          "[http]") {
  Park park;
  const auto at = [](int minute) {
    return from_us(1'767'225'600'000'000) + std::chrono::minutes{minute};
  };
  park.clock.set(at(5));
  Facts facts;
  facts.tags = {park.define("cp/g1/board")};
  Reading reading;
  reading.tag = facts.tags.front().id;
  reading.value = true;
  reading.source_time = at(1);
  facts.readings = {reading};
  DevicesSet set;
  for (const char* name : {"early", "late", "mute", "still"}) {
    set.devices[{"g1", name}].device = {name, DeviceKind::board, "", "cp/g1/board", {}};
  }
  set.devices[{"g1", "other"}].device = {"other", DeviceKind::board, "", "cp/g1/other", {}};
  facts.gates = {set, DeviceHeard{{"g1", "early"}, at(2)}, DeviceHeard{{"g1", "late"}, at(8)},
                 DeviceSilent{{"g1", "mute"}}};
  (void)park.commit(std::move(facts));
  const std::string body = get(park.port(), "/v1/gates/devices").body;
  const auto shows = [&body](const std::string& name, const std::string& rest) {
    const std::string tag = name == "other" ? "other" : "board";
    CHECK_THAT(body, Catch::Contains(R"({"gate":"g1","device":")" + name +
                                     R"(","kind":"board","tag":"cp/g1/)" + tag + R"(","state":)" +
                                     rest + '}'));
  };
  const std::string received = R"("seen_at":"2026-01-01T00:05:00Z")";
  shows("still", R"("true",)" + received);
  shows("early", R"("true",)" + received + R"(,"heard_at":"2026-01-01T00:02:00Z")");
  shows("late", R"("true","seen_at":"2026-01-01T00:08:00Z","heard_at":"2026-01-01T00:08:00Z")");
  shows("mute", R"("silent",)" + received);
  shows("other", R"("never heard")");
}

TEST_CASE("gates: a device's state is the word of its tag, or why that is bad", "[http]") {
  Park park;
  Tag arm;
  arm.name = "cp/g1/arm";
  arm.enumeration = {{0, "closed", {}}, {1, "open", {}}};
  Facts facts;
  DevicesSet set;
  const auto tells = [&](const Tag& tag, Value value, Quality quality, QualityReason reason) {
    facts.tags.push_back(park.define(tag));
    Reading reading;
    reading.tag = facts.tags.back().id;
    reading.value = std::move(value);
    reading.quality = quality;
    reading.reason = reason;
    facts.readings.push_back(reading);
    set.devices[{"g1", tag.name}].device = {tag.name, DeviceKind::barrier, "", tag.name, {}};
  };
  tells(arm, 1.0, Quality::good, QualityReason::none);
  arm.name = "cp/g1/lost";
  tells(arm, 1.0, Quality::bad, QualityReason::comm_lost);
  arm.name = "cp/g1/bad";
  tells(arm, 0.0, Quality::bad, QualityReason::none);
  facts.gates = {set};
  (void)park.commit(std::move(facts));
  const std::string body = get(park.port(), "/v1/gates/devices").body;
  CHECK_THAT(body, Catch::Contains(R"("tag":"cp/g1/arm","state":"open")"));
  CHECK_THAT(body, Catch::Contains(R"("tag":"cp/g1/lost","state":"comm_lost")"));
  CHECK_THAT(body, Catch::Contains(R"("tag":"cp/g1/bad","state":"bad")"));
}

TEST_CASE("gates: permits are listed with where they come from", "[http]") {
  Park park;
  Facts facts;
  Permit permit;
  permit.number = "P1";
  permit.id = "H1";
  permit.until = from_us(1'767'225'600'000'000);
  permit.of_file = true;
  facts.gates = {permit};
  (void)park.commit(std::move(facts));
  const auto reply = get(park.port(), "/v1/gates/permits?id=H1");
  REQUIRE(reply.status == 200);
  CHECK(reply.body.find(R"({"number":"P1","id":"H1","until":"2026-01-01T00:00:00Z",)"
                        R"("source":"file"})") != std::string::npos);
}

TEST_CASE("gates: corrections say what, who and why", "[http]") {
  const auto enter = command_of<GateCorrection>(
      "POST", "/v1/gates/corrections",
      R"({"verb":"enter","id":"a","class":"vehicle","gate":"g1","zone":"z","reason":"seen"})");
  CHECK(enter == GateCorrection{GateCorrection::Verb::enter, "a", "", Subject::vehicle, "", "g1",
                                "z", "seen"});
  const auto leave = command_of<GateCorrection>("POST", "/v1/gates/corrections",
                                                R"({"verb":"leave","id":"a","reason":"gone"})");
  CHECK(leave.verb == GateCorrection::Verb::leave);
  const auto rename = command_of<GateCorrection>(
      "POST", "/v1/gates/corrections", R"({"verb":"rename","id":"a","to":"b","reason":"misread"})");
  CHECK(rename.verb == GateCorrection::Verb::rename);
  CHECK(rename.to == "b");
}

TEST_CASE("gates: a muster begins, is reported to and ends", "[http]") {
  const auto start =
      command_of<MusterCommand>("POST", "/v1/gates/muster/start", R"({"reason":"gas"})");
  CHECK(start == MusterCommand{MusterCommand::Verb::start, "", "", "gas"});
  const auto report =
      command_of<MusterCommand>("POST", "/v1/gates/muster/report", R"({"id":"a","point":"mp1"})");
  CHECK(report == MusterCommand{MusterCommand::Verb::report, "a", "mp1", ""});
  const auto end = command_of<MusterCommand>("POST", "/v1/gates/muster/end", "");
  CHECK(end.verb == MusterCommand::Verb::end);
}

TEST_CASE("gates: who is missing in a muster", "[http]") {
  Park park;
  CHECK(get(park.port(), "/v1/gates/muster").body.find(R"("known":false)") != std::string::npos);
  Facts facts;
  facts.gates = {stay("H1"), stay("H2"), MusterBegun{from_us(1'767'225'600'000'000), "li", "gas"},
                 MusterMarked{"H1", MusterState::left, from_us(1'767'225'601'000'000), "g2"}};
  (void)park.commit(std::move(facts));
  const auto reply = get(park.port(), "/v1/gates/muster?state=missing");
  REQUIRE(reply.status == 200);
  CHECK(reply.body.find(R"("missing":1,"left":1,"reported":0)") != std::string::npos);
  CHECK(reply.body.find(R"("id":"H2")") != std::string::npos);
  CHECK(reply.body.find(R"("id":"H1")") == std::string::npos);
  const auto left = get(park.port(), "/v1/gates/muster?state=left").body;
  CHECK(left.find(R"("state":"left","at":"2026-01-01T00:00:01Z","place":"g2")") !=
        std::string::npos);
  CHECK(get(park.port(), "/v1/gates/muster?state=gone").status == 400);
}

TEST_CASE("gates: bodies that make no sense are told", "[http]") {
  Park park;
  const std::pair<const char*, const char*> bad[] = {
      {"/v1/gates/corrections", R"({"verb":"move","id":"a","reason":"x"})"},
      {"/v1/gates/corrections", R"({"verb":"leave","id":"a"})"},
      {"/v1/gates/corrections", R"({"verb":"rename","id":"a","reason":"x"})"},
      {"/v1/gates/corrections", R"({"verb":"enter","id":"a","class":"lorry","reason":"x"})"},
      {"/v1/gates/muster/start", "{}"},
      {"/v1/gates/muster/report", R"({"point":"mp1"})"},
      {"/v1/gates/muster/end", R"({"reason":"x"})"}};
  for (const auto& [target, body] : bad) {
    CAPTURE(target, body);
    CHECK(send(park.port(), "POST", target, body).status == 400);
  }
  CHECK(send(park.port(), "PUT", "/v1/gates/permits/P%201", R"({"id":"a"})").status == 400);
  CHECK(send(park.port(), "PUT", "/v1/gates/permits/P1", R"({"id":"a","gates":"g1"})").status ==
        400);
  CHECK(send(park.port(), "PUT", "/v1/gates/permits/P1", R"({"id":"a","gates":[1]})").status ==
        400);
  CHECK(send(park.port(), "PUT", "/v1/gates/permits/P1", "{}").status == 400);
  CHECK(park.commands().empty());
}

}  // namespace gates_test
