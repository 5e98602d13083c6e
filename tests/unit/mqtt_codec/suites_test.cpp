// tests/unit/mqtt_codec/suites_test.cpp - Foreign collections: JSONTestSuite and the big list of
// naughty strings.
#include <simdjson.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "drivers/mqtt/codec/json_scan.h"
#include "model/tag.h"
#include "model/utf8.h"
#include "support.h"

namespace parkwatch::mqtt_codec::suites_test {
namespace {

const std::filesystem::path data = std::filesystem::path{PARKWATCH_SOURCE_DIR} / "tests/data";

std::string content(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

Bench whole_value() {
  Bench bench{{table({{"topic", "p"}, {"tag", "t"}, {"value", ""}}),
               table({{"topic", "members"}, {"tag", "{member}"}, {"members", true}}),
               table({{"topic", "each"}, {"tag", "t"}, {"each", ""}, {"value", ""}})}};
  REQUIRE(bench.problems == "");
  return bench;
}

// Whether the payload was refused because it is no JSON, and not for what it says.
bool is_no_json(const Decoded& decoded) {
  return std::any_of(decoded.faults.begin(), decoded.faults.end(), [](const DecodeFault& fault) {
    return fault.reason == RefusalReason::not_utf8 ||
           (fault.reason == RefusalReason::malformed &&
            fault.detail.find("not JSON") != std::string::npos);
  });
}

TEST_CASE("JSONTestSuite: what is JSON is parsed, what is none is refused", "[mqtt_codec][suite]") {
  Bench bench = whole_value();
  std::size_t good = 0;
  std::size_t bad = 0;
  for (const auto& entry : std::filesystem::directory_iterator{data / "json-test-suite"}) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".json") continue;
    CAPTURE(name);
    const std::string payload = content(entry.path());
    for (const char* topic : {"p", "members", "each"}) {
      const Decoded& decoded = bench.decode(message(topic, payload));
      if (name.starts_with("y_")) CHECK_FALSE(is_no_json(decoded));
      if (!name.starts_with("n_")) continue;
      // NaN and its like are refused as numbers, so that one of them does not cost a whole message.
      const bool not_finite = std::any_of(
          decoded.faults.begin(), decoded.faults.end(),
          [](const DecodeFault& fault) { return fault.reason == RefusalReason::not_a_number; });
      if (scan_json(payload).not_finite.empty()) {
        CHECK(is_no_json(decoded));
      } else {
        CHECK((is_no_json(decoded) || not_finite || decoded.readings.empty()));
      }
      CHECK(decoded.readings.empty());
    }
    good += name.starts_with("y_") ? 1 : 0;
    bad += name.starts_with("n_") ? 1 : 0;
  }
  CHECK(good >= 50);
  CHECK(bad >= 80);
}

TEST_CASE("naughty strings: each is carried unchanged, or refused, in every place",
          "[mqtt_codec][suite]") {
  simdjson::dom::parser parser;
  simdjson::dom::array strings;
  REQUIRE(parser.load((data / "naughty-strings/strings.json").string()).get(strings) ==
          simdjson::SUCCESS);
  Bench bench{{table({{"topic", "json/{x}"}, {"tag", "t/{x}"}, {"value", "/value"}}),
               table({{"topic", "bare"}, {"format", "bare"}, {"tag", "t"}}),
               table({{"topic", "tag"}, {"tag", "{/name}"}, {"value", "/value"}})}};
  REQUIRE(bench.problems == "");
  std::size_t count = 0;
  for (const simdjson::dom::element entry : strings) {
    std::string_view text;
    REQUIRE(entry.get(text) == simdjson::SUCCESS);
    CAPTURE(text);
    const std::string quoted = simdjson::minify(entry);
    const Decoded& value = bench.decode(message("json/a", "{\"value\":" + quoted + "}"));
    REQUIRE(value.readings.size() == 1);
    CHECK(std::get<std::string>(value.readings.front().value) == text);

    const Decoded& named = bench.decode(message("tag", "{\"value\":1,\"name\":" + quoted + "}"));
    CHECK(named.readings.size() == (is_tag_name(text) ? 1 : 0));
    CHECK(named.readings.size() + named.faults.size() == 1);

    const Decoded& topic = bench.decode(message("json/" + std::string{text}, "{\"value\":1}"));
    CHECK(topic.readings.size() + topic.faults.size() == 1);
    for (const DecodedReading& reading : topic.readings) CHECK(is_tag_name(topic.name_of(reading)));

    const Decoded& raw = bench.decode(message("json/a", std::string{text}));
    CHECK(raw.readings.empty());
    const Decoded& bare = bench.decode(message("bare", std::string{text}));
    CHECK(bare.readings.size() + bare.faults.size() == 1);
    for (const DecodeFault& fault : bare.faults) CHECK_FALSE(first_not_utf8(fault.detail));
    ++count;
  }
  CHECK(count > 100);
}

}  // namespace
}  // namespace parkwatch::mqtt_codec::suites_test
