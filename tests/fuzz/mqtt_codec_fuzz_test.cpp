// tests/fuzz/mqtt_codec_fuzz_test.cpp - A bounded run of the fuzzer's target, the same every time.
#include <catch2/catch.hpp>

#include "mqtt_codec_target.h"
#include "seeds.h"

namespace parkwatch::fuzz::mqtt_codec_fuzz_test {
namespace {

std::string hex(const std::string& text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    shown += digits[byte >> 4];
    shown += digits[byte & 15];
  }
  return shown;
}

TEST_CASE("fuzz: the MQTT codec keeps its promises on every seed", "[mqtt_codec][fuzz]") {
  for (const std::string& seed : mqtt_codec_seeds()) {
    CAPTURE(hex(seed));
    REQUIRE(check_mqtt_codec(seed) == "");
  }
}

TEST_CASE("fuzz: the MQTT codec keeps its promises on damaged messages", "[mqtt_codec][fuzz]") {
  const std::vector<std::string> seeds = mqtt_codec_seeds();
  Damage damage{20240101};
  constexpr int rounds = 300'000;
  for (int round = 0; round < rounds; ++round) {
    const std::string input = damage.of(seeds);
    const std::string wrong = check_mqtt_codec(input);
    if (wrong.empty()) continue;
    CAPTURE(round, hex(input));
    REQUIRE(wrong == "");
  }
}

}  // namespace
}  // namespace parkwatch::fuzz::mqtt_codec_fuzz_test
