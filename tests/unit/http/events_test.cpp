// tests/unit/http/events_test.cpp - GET /v1/events, GET /v1/alarms, POST /v1/alarms/ack.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <future>

#include "tests/unit/http/client.h"
#include "tests/unit/http/frames_in.h"
#include "tests/unit/http/park.h"

namespace events_test {

using namespace parkwatch;
using test::get;
using test::Park;
using test::send;
using test::transition;

namespace {

void commit(Park& park, std::vector<AlarmEvent> transitions) {
  Facts facts;
  facts.transitions = std::move(transitions);
  park.commit(std::move(facts));
}

std::vector<std::uint64_t> journals(const test::HttpReply& reply) {
  std::vector<std::uint64_t> found;
  for (const auto& line : reply.lines()) {
    if (line.at("type") == "event") found.push_back(line.at("journal").to_number<std::uint64_t>());
  }
  return found;
}

std::string ack_body(std::uint64_t occurrence = 1, const std::string& comment = "seen") {
  const boost::json::object body{
      {"rule", "HH"}, {"tag", "tank/t101/level"}, {"occurrence", occurrence}, {"comment", comment}};
  return boost::json::serialize(body);
}

}  // namespace

TEST_CASE("events: a row that the disk has damaged is told by its number, and hides nothing else",
          "[http][fault]") {
  Park park;
  std::vector<AlarmEvent> rows;
  for (std::uint64_t n = 1; n <= 4; ++n) {
    rows.push_back(transition(n, TransitionKind::raised, AlarmState::unacknowledged));
  }
  commit(park, rows);
  park.clock.set(park.clock.now() + std::chrono::hours{3});  // the day has begun
  park.damage("UPDATE journal SET crc = crc + 1 WHERE journal IN (2, 4)");
  const auto whole = get(park.port(), "/v1/events");
  REQUIRE(whole.status == 200);
  CHECK(journals(whole) == std::vector<std::uint64_t>{1, 3});
  CHECK(boost::json::serialize(whole.lines().back().at("damaged")) == "[2,4]");
  CHECK(whole.field("Parkwatch-Cursor") == park.cursor(4));
  CHECK(whole.field("Parkwatch-End") == "true");
  // A page of damaged rows alone goes on to the next.
  const auto second = get(park.port(), "/v1/events?max=1&after=" + park.cursor(1));
  CHECK(journals(second).empty());
  CHECK(second.field("Parkwatch-Cursor") == park.cursor(2));
  CHECK(second.field("Parkwatch-End") == "false");
  CHECK(get(park.port(), "/v1/kpi").status == 200);
  CHECK(get(park.port(), "/v1/shift-report").status == 200);
}

TEST_CASE("alarms: one that stands and whose row is damaged is named, and hides no other",
          "[http][fault]") {
  Park park;
  std::vector<AlarmEvent> rows;
  for (std::uint64_t n = 1; n <= 4; ++n) {
    rows.push_back(transition(n, TransitionKind::raised, AlarmState::unacknowledged));
    rows.back().tag = "tank/t" + std::to_string(n) + "/level";
  }
  commit(park, rows);
  CHECK_FALSE(get(park.port(), "/v1/alarms").json().contains("damaged"));
  park.damage("UPDATE journal SET crc = crc + 1 WHERE journal = 2");
  park.damage("DELETE FROM journal WHERE journal = 4");
  const auto document = get(park.port(), "/v1/alarms").json();
  CHECK(document.at("alarms").as_array().size() == 2);
  CHECK(boost::json::serialize(document.at("damaged")) ==
        R"([{"rule":")" + rows[1].rule + R"(","tag":"tank/t2/level","journal":2},)" +
            R"({"rule":")" + rows[1].rule + R"(","tag":"tank/t4/level","journal":4}])");
}

TEST_CASE("events: rows that are no longer stored are told where they are missing",
          "[http][fault]") {
  Park park;
  std::vector<AlarmEvent> rows;
  for (std::uint64_t n = 1; n <= 9; ++n) {
    rows.push_back(transition(n, TransitionKind::raised, AlarmState::unacknowledged));
  }
  commit(park, rows);
  // As the quota does it: what is open may lie between what is closed.
  park.damage("DELETE FROM journal WHERE journal IN (1, 2, 4, 6, 7)");
  park.damage("UPDATE journal SET crc = crc + 1 WHERE journal = 5");
  const auto whole = get(park.port(), "/v1/events");
  REQUIRE(whole.status == 200);
  const auto texts = [](const test::HttpReply& reply) {
    std::vector<std::string> found;
    for (const auto& line : reply.lines()) {
      found.push_back(line.at("type") == "event" ? boost::json::serialize(line.at("journal"))
                                                 : boost::json::serialize(line));
    }
    return found;
  };
  CHECK(texts(whole) ==
        std::vector<std::string>{
            R"({"type":"gap","first_journal":1,"last_journal":2,"events":2})", "3",
            R"({"type":"gap","first_journal":4,"last_journal":4,"events":1})",
            R"({"type":"gap","first_journal":6,"last_journal":7,"events":2})", "8", "9",
            R"({"type":"page","cursor":")" + park.cursor(9) + R"(","end":true,"damaged":[5]})"});
  // From within the gap, what is left of it; with the page that has the row behind it.
  const auto from_6 = get(park.port(), "/v1/events?max=1&after=" + park.cursor(6));
  CHECK(texts(from_6).front() == R"({"type":"gap","first_journal":7,"last_journal":7,"events":1})");
  CHECK(from_6.field("Parkwatch-Cursor") == park.cursor(8));
  CHECK(texts(get(park.port(), "/v1/events?after=" + park.cursor(7))).front() == "8");
  const auto frames =
      test::frames_in(get(park.port(), "/v1/events", {{"Accept", "application/x-protobuf"}}).body);
  REQUIRE(frames.size() == 7);
  CHECK(frames[0].journal_gap().first_journal() == 1);
  CHECK(frames[0].journal_gap().last_journal() == 2);
  CHECK(frames[3].journal_gap().first_journal() == 6);
}

TEST_CASE("events: the journal comes in order, by cursor, with everything an alarm says",
          "[http]") {
  Park park;
  auto raised = transition(1, TransitionKind::raised, AlarmState::unacknowledged);
  commit(park, {raised});
  auto returned = transition(2, TransitionKind::returned, AlarmState::returned_unacknowledged);
  returned.value.reset();
  commit(park, {returned});
  const auto first = get(park.port(), "/v1/events?max=1");
  CHECK(first.status == 200);
  CHECK(journals(first) == std::vector<std::uint64_t>{1});
  CHECK(first.field("Parkwatch-Cursor") == park.cursor(1));
  CHECK(first.field("Parkwatch-End") == "false");
  const auto event = first.lines().at(0);
  CHECK(event.at("generation").as_string() == park.generation());
  CHECK(event.at("kind") == "raised");
  CHECK(event.at("state") == "unacknowledged");
  CHECK(event.at("rule") == "HH");
  CHECK(event.at("tag") == "tank/t101/level");
  CHECK(event.at("level") == "HH");
  CHECK(event.at("priority") == "critical");
  CHECK(event.at("value") == 9.5);
  CHECK(event.at("limit") == 9.0);
  CHECK(event.at("message").at("zh") == "液位过高");
  const auto rest = get(park.port(), "/v1/events?after=" + first.field("Parkwatch-Cursor"));
  CHECK(journals(rest) == std::vector<std::uint64_t>{2});
  CHECK_FALSE(rest.lines().at(0).contains("value"));
  CHECK(rest.field("Parkwatch-End") == "true");
}

TEST_CASE("events: protobuf frames hold the same, with the generation", "[http]") {
  Park park;
  commit(park, {transition(1, TransitionKind::raised, AlarmState::unacknowledged)});
  const auto reply = get(park.port(), "/v1/events", {{"Accept", "application/x-protobuf"}});
  const auto frames = test::frames_in(reply.body);
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].event().journal() == 1);
  CHECK(frames[0].event().generation() == park.generation());
  CHECK(frames[0].event().rule() == "HH");
  CHECK(frames[1].page().cursor() == park.cursor(1));
  CHECK(frames[1].page().end());
}

TEST_CASE("events: a long poll is answered by the next transition", "[http]") {
  Park park;
  commit(park, {transition(1, TransitionKind::raised, AlarmState::unacknowledged)});
  auto reply = std::async(std::launch::async, [&] {
    return get(park.port(), "/v1/events?wait=60&after=" + park.cursor(1));
  });
  park.publish("tank/t101/level", 1.0);  // a commit without a transition wakes and is slept through
  commit(park, {transition(2, TransitionKind::returned, AlarmState::returned_unacknowledged)});
  CHECK(journals(reply.get()) == std::vector<std::uint64_t>{2});
}

TEST_CASE("events: a long poll is answered by a transition that only time caused", "[http]") {
  Park park;
  commit(park, {transition(1, TransitionKind::raised, AlarmState::unacknowledged)});
  const std::string after = park.cursor(1);
  auto reply = std::async(std::launch::async,
                          [&] { return get(park.port(), "/v1/events?wait=10&after=" + after); });
  // Whoever asks later and is answered: the poll waits by then.
  for (int i = 0; i < 20; ++i) CHECK(get(park.port(), "/v1/events?after=" + after).status == 200);
  Facts facts;
  facts.transitions = {
      transition(2, TransitionKind::returned, AlarmState::returned_unacknowledged)};
  park.commit_by_time(std::move(facts));
  CHECK(journals(reply.get()) == std::vector<std::uint64_t>{2});
}

TEST_CASE("events: another generation is gone, a bad parameter is named", "[http][fault]") {
  Park park;
  CHECK(get(park.port(), "/v1/events?after=00000000deadbeef.7").status == 410);
  CHECK_THAT(get(park.port(), "/v1/events?max=0").detail(), Catch::Contains("'max'"));
  CHECK_THAT(get(park.port(), "/v1/events?max=10001").detail(), Catch::Contains("'max'"));
  CHECK(get(park.port(), "/v1/events", {{"Accept", "text/csv"}}).status == 406);
}

TEST_CASE("events: a cursor of the readings lies ahead, and is not taken for the end",
          "[http][fault]") {
  Park park;
  const std::uint64_t readings = park.publish("tank/t101/level", 1.0);
  CHECK(get(park.port(), "/v1/events?after=" + park.cursor(0)).status == 200);  // none yet
  const auto ahead = get(park.port(), "/v1/events?after=" + park.cursor(readings));
  CHECK(ahead.status == 400);
  CHECK_THAT(ahead.detail(), Catch::Contains("lies ahead"));
  commit(park, {transition(1, TransitionKind::raised, AlarmState::unacknowledged)});
  park.damage("UPDATE journal SET crc = crc + 1");
  CHECK(get(park.port(), "/v1/events?after=" + park.cursor(1)).status == 200);
  CHECK(get(park.port(), "/v1/events?wait=60&after=" + park.cursor(2)).status == 400);
}

TEST_CASE("alarms: those that are not normal, and a cursor from which events follow", "[http]") {
  Park park;
  commit(park, {transition(1, TransitionKind::raised, AlarmState::unacknowledged),
                transition(2, TransitionKind::raised, AlarmState::unacknowledged, "HH", "b"),
                transition(3, TransitionKind::acknowledged, AlarmState::acknowledged, "HH", "b"),
                transition(4, TransitionKind::returned, AlarmState::normal, "HH", "b")});
  const auto reply = get(park.port(), "/v1/alarms");
  CHECK(reply.status == 200);
  const auto document = reply.json();
  const auto& alarms = document.at("alarms").as_array();
  REQUIRE(alarms.size() == 1);
  CHECK(alarms[0].at("tag") == "tank/t101/level");
  CHECK(alarms[0].at("occurrence") == 1);
  CHECK(document.at("cursor").as_string() == park.cursor(4));
}

TEST_CASE("alarms: an acknowledgement is a command with its author, answered once committed",
          "[http]") {
  Park park;
  commit(park, {transition(1, TransitionKind::raised, AlarmState::unacknowledged)});
  const auto reply = send(park.port(), "POST", "/v1/alarms/ack", ack_body());
  CHECK(reply.status == 200);
  CHECK(reply.json().at("rule") == "HH");
  const auto commands = park.commands();
  REQUIRE(commands.size() == 1);
  CHECK(commands[0].author == "local");
  CHECK(std::get<AcknowledgeAlarm>(commands[0].body) ==
        AcknowledgeAlarm{"HH", "tank/t101/level", 1, "seen"});
}

TEST_CASE("alarms: one that is normal afterwards is told as normal", "[http]") {
  Park park;
  const auto reply = send(park.port(), "POST", "/v1/alarms/ack", ack_body());
  CHECK(reply.status == 200);
  CHECK(reply.json().at("state") == "normal");
  CHECK(reply.json().at("tag") == "tank/t101/level");
}

TEST_CASE("alarms: an occurrence that is over is a conflict, with the alarm as it is now",
          "[http]") {
  Park park;
  auto again = transition(2, TransitionKind::level_changed, AlarmState::unacknowledged);
  again.occurrence = 2;
  commit(park, {transition(1, TransitionKind::raised, AlarmState::unacknowledged), again});
  park.decide([](const Command&) {
    return Error{ErrorKind::conflict, "the alarm HH of tank/t101/level has re-alarmed"};
  });
  const auto reply = send(park.port(), "POST", "/v1/alarms/ack", ack_body(1));
  CHECK(reply.status == 409);
  CHECK(reply.detail() == "the alarm HH of tank/t101/level has re-alarmed");
  CHECK(reply.json().at("alarm").at("occurrence") == 2);
}

TEST_CASE("alarms: one that does not exist is not found", "[http]") {
  Park park;
  park.decide([](const Command&) { return Error{ErrorKind::not_found, "there is no alarm HH"}; });
  const auto reply = send(park.port(), "POST", "/v1/alarms/ack", ack_body());
  CHECK(reply.status == 404);
  CHECK(reply.detail() == "there is no alarm HH");
}

TEST_CASE("alarms: a command that cannot be read changes nothing", "[http][fault]") {
  Park park;
  for (const char* body :
       {"", "{}", "[]", "{\"rule\":\"HH\"}", "{\"rule\":\"HH\",\"tag\":\"a\",\"occurrence\":0}",
        "{\"rule\":\"HH\",\"tag\":\"a\",\"occurrence\":1,\"force\":true}", "rule=HH&tag=a"}) {
    CAPTURE(body);
    CHECK(send(park.port(), "POST", "/v1/alarms/ack", body).status == 400);
  }
  CHECK(send(park.port(), "POST", "/v1/alarms/ack", ack_body(1, std::string(2001, 'x'))).status ==
        400);
  CHECK(park.commands().empty());
}

TEST_CASE("alarms: while nothing can be committed a command ends as 503, not as done",
          "[http][fault]") {
  auto options = test::quick_options();
  options.command_time_max = std::chrono::milliseconds{50};
  Park park{options};
  park.hold();
  const auto reply = send(park.port(), "POST", "/v1/alarms/ack", ack_body());
  CHECK(reply.status == 503);
  CHECK_THAT(reply.detail(), Catch::Contains("not committed yet"));
  CHECK(get(park.port(), "/healthz").status == 200);
}

}  // namespace events_test
