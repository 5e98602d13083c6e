// tests/unit/alarms/action_text_test.cpp - What a command says: every placeholder, and no way out
// of a JSON string.
#include "alarms/action_text.h"

#include <catch2/catch.hpp>

namespace action_text_test {

using namespace parkwatch;
using namespace parkwatch::alarms;

namespace {

constexpr Timestamp at = from_us(1'780'207'402'000'000);

AlarmEvent cause() {
  AlarmEvent e;
  e.rule = "gas";
  e.tag = "tf-a/t101/gas";
  e.group = "tank-farm";
  e.level = Level::high_high;
  e.priority = Priority::critical;
  e.value = 61.5;
  e.limit = 50;
  e.unit = "%LEL";
  e.message = {"高", "gas \"high\"\n{x}\\"};
  return e;
}

std::string said(const std::string& payload, bool json, const AlarmEvent& e, bool release = false) {
  ActionSpec spec;
  spec.id = "open";
  ActionOrder order;
  order.payload = payload;
  order.json = json;
  const std::string park = "park-a";
  const std::string text =
      render_payload({spec, order, e, park, release, at, at + std::chrono::seconds{30}});
  return final_payload(text, "ID");
}

}  // namespace

TEST_CASE("action text: every placeholder stands for something", "[alarms]") {
  std::string text;
  for (const std::string& name : payload_placeholders()) {
    if (!name.starts_with("message")) text += "{" + name + "} ";
  }
  CHECK(said(text, false, cause()) ==
        "ID park-a open act gas tf-a/t101/gas tf-a t101 gas tank-farm HH critical 61.5 50 %LEL "
        "2026-05-31T06:03:22Z 2026-05-31T06:03:52Z ");
  CHECK(said("{command} {message.zh}", false, cause(), true) == "release 高");
}

TEST_CASE("action text: braces and quotes of what is filled in stay what they are", "[alarms]") {
  CHECK(said("{message.en}", false, cause()) == "gas \"high\"\n{x}\\");
  CHECK(said("{{\"m\":\"{message.en}\"}}", true, cause()) == R"({"m":"gas \"high\"\u000a{x}\\"})");
}

TEST_CASE("action text: an absent number is null in JSON", "[alarms]") {
  AlarmEvent e = cause();
  e.value.reset();
  CHECK(said("{value}", true, e) == "null");
  CHECK(said("{value}", false, e) == "-");
}

TEST_CASE("action text: without a payload of its own a command says all that is known",
          "[alarms]") {
  CHECK(said(default_payload(), true, cause()) ==
        R"({"id":"ID","park":"park-a","action":"open","command":"act","rule":"gas",)"
        R"("tag":"tf-a/t101/gas","level":"HH","priority":"critical","value":61.5,"unit":"%LEL",)"
        R"("message":{"zh":"高","en":"gas \"high\"\u000a{x}\\"},)"
        R"("at":"2026-05-31T06:03:22Z","expires":"2026-05-31T06:03:52Z"})");
}

TEST_CASE("action text: a text that never ends is cut before it is too long to send", "[alarms]") {
  AlarmEvent e = cause();
  e.message.en = std::string(4000, 'x');
  std::string payload;
  for (int i = 0; i < 100; ++i) payload += "{message.en}";
  CHECK(said(payload, false, e).size() <= action_payload_bytes_max + 4000);
}

}  // namespace action_text_test
