// tests/unit/notify/cloud_event_test.cpp - Payloads, read back with a JSON parser and as a whole.
#include "notify/cloud_event.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "model/utf8.h"
#include "tests/unit/notify/sample_events.h"

namespace cloud_event_test {

using namespace parkwatch;
using namespace parkwatch::notify;
namespace json = boost::json;

namespace {

const EventOrigin origin{"park-a", "00c0ffee00c0ffee"};

json::object parsed(const AlarmEvent& event) {
  return json::parse(cloud_event(origin, Alert{event, {}})).as_object();
}

std::string text_at(const json::object& event, const char* pointer) {
  return std::string{json::value(event).at_pointer(pointer).as_string()};
}

}  // namespace

TEST_CASE("cloud event: a raise, whole", "[notify]") {
  CHECK(cloud_event(origin, Alert{test::raised(48213), {}}) ==
        R"({"specversion":"1.0","id":"park-a-00c0ffee00c0ffee-48213",)"
        R"("source":"/parkwatch/park-a","type":"parkwatch.alarm.raised.v1",)"
        R"("subject":"tank-level/tank/t101/level","time":"2026-05-31T19:26:55.140Z",)"
        R"("datacontenttype":"application/json","sequence":"00000000000000048213",)"
        R"("data":{"rule":"tank-level","tag":"tank/t101/level","group":"tank-farm",)"
        R"("occurrence":48213,"level":"HH","priority":"high","state":"unacknowledged",)"
        R"("value":91.2,"limit":90,"unit":"%","quality":"good",)"
        R"("reading_time":"2026-05-31T19:26:50.140Z","raised_at":"2026-05-31T19:26:55.140Z",)"
        R"("message":{"zh":"液位高高","en":"level very high"},)"
        R"("guidance":{"zh":"停进料泵","en":"stop the feed pump"},)"
        R"("author":"","comment":"","plant":"c0ffee","volatile":false,"flags":[]}})");
}

TEST_CASE("cloud event: flags say what a test is and what chatters, and how often", "[notify]") {
  AlarmEvent event = test::raised(1);
  event.flags = alarm_chattering | alarm_test;
  event.raises = 14;
  const json::object written = json::parse(cloud_event(origin, Alert{event, {}})).as_object();
  CHECK(written.at("data").at("flags") == json::value{"chattering", "test"});
  CHECK(written.at("data").at("raises") == 14);
}

TEST_CASE("cloud event: the type says what happened", "[notify]") {
  const AlarmEvent raise = test::raised(1);
  const auto type = [&](TransitionKind kind, AlarmState state) {
    return event_type(test::followed(raise, 2, kind, state));
  };
  CHECK(event_type(raise) == "parkwatch.alarm.raised.v1");
  CHECK(type(TransitionKind::level_changed, AlarmState::unacknowledged) ==
        "parkwatch.alarm.level_changed.v1");
  CHECK(type(TransitionKind::acknowledged, AlarmState::acknowledged) == "parkwatch.alarm.acked.v1");
  CHECK(type(TransitionKind::acknowledged, AlarmState::normal) == "parkwatch.alarm.acked.v1");
  CHECK(type(TransitionKind::returned, AlarmState::returned_unacknowledged) ==
        "parkwatch.alarm.returned.v1");
  CHECK(type(TransitionKind::returned, AlarmState::normal) == "parkwatch.alarm.cleared.v1");
  CHECK(type(TransitionKind::removed, AlarmState::normal) == "parkwatch.alarm.removed.v1");
}

TEST_CASE("cloud event: escalations and lost notices are types of their own", "[notify]") {
  const AlarmEvent raise = test::raised(1);
  const AlarmEvent step =
      test::followed(raise, 2, TransitionKind::escalated, AlarmState::unacknowledged);
  CHECK(event_type(step) == "parkwatch.alarm.escalated.v1");
  CHECK_FALSE(ends_alarm(step));
  CHECK(event_type(test::followed(raise, 3, TransitionKind::delivery_failed,
                                  AlarmState::unacknowledged)) ==
        "parkwatch.alarm.delivery_failed.v1");
}

TEST_CASE("cloud event: frozen data says its last value and since when", "[notify]") {
  AlarmEvent event = test::raised(1);
  CHECK_FALSE(parsed(event).at("data").as_object().contains("frozen"));
  event.frozen = Frozen{33.5, event.at - Duration{2'000'000}, event.at - Duration{1'000'000}};
  const json::object frozen = parsed(event).at("data").at("frozen").as_object();
  CHECK(frozen.at("value").to_number<double>() == 33.5);
  CHECK(frozen.at("value_at").as_string() == to_rfc3339(event.frozen->value_at));
  CHECK(frozen.at("since").as_string() == to_rfc3339(event.frozen->since));
  event.frozen->value.reset();
  CHECK_FALSE(parsed(event).at("data").at("frozen").as_object().contains("value"));
}

TEST_CASE("cloud event: only an end empties the state", "[notify]") {
  const AlarmEvent raise = test::raised(1);
  CHECK_FALSE(ends_alarm(raise));
  CHECK_FALSE(
      ends_alarm(test::followed(raise, 2, TransitionKind::acknowledged, AlarmState::acknowledged)));
  CHECK_FALSE(ends_alarm(
      test::followed(raise, 2, TransitionKind::returned, AlarmState::returned_unacknowledged)));
  CHECK(ends_alarm(test::followed(raise, 2, TransitionKind::returned, AlarmState::normal)));
  CHECK(ends_alarm(test::followed(raise, 2, TransitionKind::acknowledged, AlarmState::normal)));
  CHECK(ends_alarm(test::followed(raise, 2, TransitionKind::removed, AlarmState::unacknowledged)));
}

TEST_CASE("cloud event: author and comment of an acknowledgement are told", "[notify]") {
  AlarmEvent ack =
      test::followed(test::raised(1), 2, TransitionKind::acknowledged, AlarmState::acknowledged);
  ack.comment = "巡检中";
  const json::object event = parsed(ack);
  CHECK(text_at(event, "/data/author") == "wang");
  CHECK(text_at(event, "/data/comment") == "巡检中");
  CHECK(event.at("data").at("occurrence").to_number<std::uint64_t>() == 1);
}

TEST_CASE("cloud event: a missing or impossible number is null", "[notify]") {
  AlarmEvent e = test::raised(1);
  e.value.reset();
  e.limit = std::numeric_limits<double>::quiet_NaN();
  const json::object event = parsed(e);
  CHECK(event.at("data").at("value").is_null());
  CHECK(event.at("data").at("limit").is_null());
}

TEST_CASE("cloud event: numbers read back exactly", "[notify]") {
  const double number = GENERATE(0.1, -0.0, 1e300, 5e-324, 91.2, 123456789.125, 1.0 / 3.0);
  AlarmEvent e = test::raised(1);
  e.value = number;
  CHECK(parsed(e).at("data").at("value").to_number<double>() == number);
}

TEST_CASE("cloud event: hostile texts stay texts", "[notify]") {
  AlarmEvent e = test::raised(1);
  const std::string hostile = "\",\"priority\":\"low\"}\n\x01\\u0000</script>\x7F";
  e.message.en = hostile;
  e.comment = std::string("a\0b", 3);
  e.author = hostile;
  const json::object event = parsed(e);
  CHECK(text_at(event, "/data/message/en") == hostile);
  CHECK(text_at(event, "/data/author") == hostile);
  CHECK(text_at(event, "/data/comment") == std::string("a\0b", 3));
  CHECK(text_at(event, "/data/priority") == "high");
}

TEST_CASE("cloud event: bytes that are not UTF-8 are replaced", "[notify]") {
  AlarmEvent e = test::raised(1);
  e.comment = "a\xFFz\xC3";
  const std::string payload = cloud_event(origin, Alert{e, {}});
  CHECK_FALSE(first_not_utf8(payload).has_value());
  CHECK(text_at(parsed(e), "/data/comment") == "a\xEF\xBF\xBDz\xEF\xBF\xBD");
}

TEST_CASE("cloud event: an endless text is cut at a character", "[notify]") {
  AlarmEvent e = test::raised(1);
  e.message.zh = "x";
  for (int i = 0; i < 5000; ++i) e.message.zh += "警";
  const std::string cut = text_at(parsed(e), "/data/message/zh");
  CHECK(cut.size() <= alert_text_bytes_max);
  CHECK(cut.size() > alert_text_bytes_max - 4);
  CHECK(e.message.zh.starts_with(cut));
  CHECK_FALSE(first_not_utf8(cut).has_value());
}

TEST_CASE("cloud event: a volatile one says so and has an id of its own", "[notify]") {
  const std::string payload = cloud_event(origin, Alert{test::raised(0), "v77-3"});
  const json::object event = json::parse(payload).as_object();
  CHECK(event.at("id").as_string() == "park-a-00c0ffee00c0ffee-v77-3");
  CHECK(event.at("data").at("volatile").as_bool());
  CHECK_FALSE(event.contains("sequence"));
}

TEST_CASE("cloud event: online and offline", "[notify]") {
  CHECK(online_payload(true, "00c0ffee00c0ffee", {}) ==
        R"({"online":true,"generation":"00c0ffee00c0ffee","version":")" PARKWATCH_VERSION R"("})");
  CHECK(online_payload(false, {}, "connection lost") ==
        R"({"online":false,"reason":"connection lost"})");
}

}  // namespace cloud_event_test
