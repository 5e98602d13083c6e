// tests/unit/report/alarm_note_test.cpp - What an alarm is beyond its state, in words.
#include "report/alarm_note.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

namespace alarm_note_test {

using namespace parkwatch::report;
namespace json = boost::json;

namespace {

const ShowTime shown = [](const std::string& time) { return '<' + time + '>'; };

std::string note(const char* text, bool chinese = false) {
  return alarm_note(json::parse(text).as_object(), {false, chinese}, shown);
}

}  // namespace

TEST_CASE("alarm note: nothing to say is no word", "[report]") {
  CHECK(note("{}").empty());
  CHECK(note(R"({"flags":[]})").empty());
  CHECK(note(R"({"flags":7,"shelving":3,"respond_by":[]})").empty());
}

TEST_CASE("alarm note: each flag has its words in both languages", "[report]") {
  const struct {
    const char* text;
    const char* en;
    const char* zh;
  } cases[] = {
      {R"({"flags":["test"]})", "TEST", "测试"},
      {R"({"flags":["first_out"]})", "first out", "首出"},
      {R"({"flags":["suppressed"]})", "suppressed", "已抑制"},
      {R"({"flags":["maintenance"]})", "maintenance", "检修中"},
      {R"({"flags":["not_commissioned"]})", "not commissioned", "未投运"},
      {R"({"flags":["latched"]})", "to be reset", "待复位"},
      {R"({"flags":["shelved"],"shelving":{"until":"T","author":"wang"}})",
       "shelved until <T> by wang", "已搁置，至 <T>，wang"},
      {R"({"flags":["shelved"],"shelving":{"until":null,"author":""}})", "shelved", "已搁置"},
      {R"({"flags":["out_of_service"],"service":{"author":"li"}})", "out of service by li",
       "已停用，li"},
      {R"({"flags":[],"respond_by":"T"})", "respond by <T>", "须响应于 <T>"},
  };
  for (const auto& c : cases) {
    CHECK(note(c.text) == c.en);
    CHECK(note(c.text, true) == c.zh);
  }
}

TEST_CASE("alarm note: what chatters says how often, and offers the shelf that it is not on yet",
          "[report]") {
  CHECK(note(R"({"flags":["chattering"],"raises":14,"offer":"shelve"})") ==
        "chatters, ×14: shelve it?");
  CHECK(note(R"({"flags":["shelved","chattering"],"raises":14,"shelving":{"author":"li"}})") ==
        "shelved by li; chatters, ×14");
}

TEST_CASE("alarm note: a flood, loop checks and windows stand before the alarms", "[report]") {
  const json::object document = json::parse(R"({"flood":{"message":{"zh":"泛滥","en":"flood"}},
    "loop_checks":[{"message":{"en":"loop check of t"},"shelving":{"until":"T","author":"li"}}],
    "maintenance":[{"rule":"maintenance","scope":"tags"},5]})")
                                    .as_object();
  CHECK(alarms_head(document, {}, shown) ==
        "! flood\n! loop check of t until <T> by li\n! maintenance tags\n");
  CHECK(alarms_head(json::parse(R"({"flood":null,"alarms":[]})").as_object(), {}, shown).empty());
}

}  // namespace alarm_note_test
