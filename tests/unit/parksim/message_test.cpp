// tests/unit/parksim/message_test.cpp - A sample as text.
#include "tools/parksim/physics/message.h"

#include <catch2/catch.hpp>

namespace parkwatch::parksim::message_test {
namespace {

// 2026-03-02T08:00:00.250Z
constexpr TimePoint at{std::chrono::milliseconds{1772438400250}};

TagInfo tag(Kind kind, int digits = 0) {
  return {.site = "tf-a",
          .device = "t101",
          .quantity = "q",
          .kind = kind,
          .unit = "",
          .low = -1e9,
          .high = 1e9,
          .digits = digits,
          .words = {"closed", "open"},
          .period = std::chrono::seconds{1}};
}

}  // namespace

TEST_CASE("message: a number has its instrument's digits", "[parksim]") {
  CHECK(payload(tag(Kind::number, 3), {0, at, 7.412}) ==
        R"({"value": 7.412, "time": "2026-03-02T08:00:00.250Z"})");
  CHECK(payload(tag(Kind::number, 2), {0, at, 5.0}) ==
        R"({"value": 5.00, "time": "2026-03-02T08:00:00.250Z"})");
  CHECK(payload(tag(Kind::number, 1), {0, at, -0.0}) ==
        R"({"value": 0.0, "time": "2026-03-02T08:00:00.250Z"})");
  CHECK(payload(tag(Kind::counter), {0, at, 123456789.0}) ==
        R"({"value": 123456789, "time": "2026-03-02T08:00:00.250Z"})");
}

TEST_CASE("message: flags and words are JSON's", "[parksim]") {
  CHECK(payload(tag(Kind::flag), {0, at, 1.0}).starts_with(R"({"value": true, )"));
  CHECK(payload(tag(Kind::flag), {0, at, 0.0}).starts_with(R"({"value": false, )"));
  CHECK(payload(tag(Kind::word), {0, at, 1.0}).starts_with(R"({"value": "open", )"));
}

TEST_CASE("message: times are UTC in milliseconds, leap days and year ends included", "[parksim]") {
  const std::pair<std::int64_t, const char*> cases[] = {
      {0, "1970-01-01T00:00:00.000Z"},
      {951782400000, "2000-02-29T00:00:00.000Z"},
      {1735689599999, "2024-12-31T23:59:59.999Z"},
  };
  for (const auto& [ms, text] : cases) {
    const TimePoint time{std::chrono::milliseconds{ms}};
    CHECK(payload(tag(Kind::number), {0, time, 1.0}).find(text) != std::string::npos);
  }
}

TEST_CASE("message: a line of --print names the topic", "[parksim]") {
  CHECK(line(tag(Kind::number, 1), {0, at, 7.4}) ==
        R"({"topic": "park/tf-a/t101/q", "value": 7.4, "time": "2026-03-02T08:00:00.250Z"})");
}

}  // namespace parkwatch::parksim::message_test
