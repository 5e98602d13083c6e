// tests/fuzz/seeds.cpp - Seeds and their damage.
#include "seeds.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "parkwatch/v1/reading.pb.h"

namespace parkwatch::fuzz {
namespace {

constexpr std::size_t input_bytes_max = 4096;

std::string protobuf_seed() {
  v1::Readings readings;
  v1::Reading* first = readings.add_readings();
  first->set_tag("e/cod");
  first->set_float64(12.5);
  first->set_time_us(1'704'067'200'000'000);
  first->set_quality(v1::QUALITY_BAD);
  first->set_reason(v1::QUALITY_REASON_SENSOR_FAULT);
  v1::Reading* second = readings.add_readings();
  second->set_tag("e/state");
  second->set_text("open");
  second->set_historical(true);
  return readings.SerializeAsString();
}

constexpr std::array<std::string_view, 26> tokens{"{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ",",
                                                  ":",
                                                  "\"",
                                                  "\\u",
                                                  "NaN",
                                                  "-Infinity",
                                                  "1e999",
                                                  "null",
                                                  "true",
                                                  "/",
                                                  "\xEF\xBB\xBF",
                                                  "\xEF\xBF\xBF"
                                                  "0",
                                                  "\xC3",
                                                  "\\ud800",
                                                  "0",
                                                  "-",
                                                  ".",
                                                  "\"value\":",
                                                  "\"time\":",
                                                  "18446744073709551616",
                                                  "e-400",
                                                  "\x0A"};

}  // namespace

std::vector<std::string> mqtt_codec_seeds() {
  std::vector<std::string> seeds;
  const auto add = [&seeds](char choice, std::string_view payload) {
    seeds.push_back(choice + std::string{payload});
  };
  add(0, R"({"value":12.5,"time":1704067200,"quality":"good","h":false})");
  add(0, R"({"value":-1.5e3,"time":"2024-01-01T08:00:00.123+08:00","quality":192})");
  add(1, R"({"time":1704067200,"readings":[{"id":"a","value":1},)"
         R"({"id":7,"value":"x","time":1704067200000}]})");
  add(1,
      R"({"readings":[{"id":"a","value":1,"time":"2024-01-01 08:00:00"},{"id":"b","value":NaN}]})");
  add(2, R"({"cod":12.1,"nh3n":"0.3","on":true,"time":1704067200123456789})");
  add(3, R"({"value":1,"id":"z","a":[1704067200,{"b":"\u4e2d\ud83d\ude00"}]})");
  for (const std::string_view bare :
       {"12.5", " ON\r\n", "1e999", "half open", "-9223372036854775809", "1e-400"}) {
    add(4, bare);
  }
  add(5, protobuf_seed());
  add('\xFF', "json/w/e/cod\n{\"value\":1}");
  add('\xFF', "v1/w\n" + protobuf_seed());
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{
           std::filesystem::path{PARKWATCH_SOURCE_DIR} / "tests/data/json-test-suite"}) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // a directory has no order
  for (const auto& file : files) {
    std::ifstream in{file, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    if (text.size() < input_bytes_max) add(static_cast<char>(seeds.size() % 4), text);
  }
  return seeds;
}

// SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t Damage::next() {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

void Damage::damage(std::string& text, const std::vector<std::string>& seeds) {
  const std::size_t at = below(text.size() + 1);
  const std::size_t length = std::min<std::size_t>(below(16) + 1, text.size() - at);
  switch (below(8)) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
      break;
    case 1:
      if (at < text.size()) text[at] = static_cast<char>(next());
      break;
    case 2:
      text.erase(at, length);
      break;
    case 3:
      text.insert(at, text.substr(at, length));
      break;
    case 4:
      text.resize(at);
      break;
    case 5: {
      const std::string& other = seeds[below(seeds.size())];
      text = text.substr(0, at) + other.substr(below(other.size() + 1));
      break;
    }
    default:
      text.insert(at, tokens.at(below(tokens.size())));
      break;
  }
  if (text.size() > input_bytes_max) text.resize(input_bytes_max);
}

std::string Damage::of(const std::vector<std::string>& seeds) {
  std::string text = seeds[below(seeds.size())];
  for (std::size_t count = below(5) + 1; count > 0; --count) damage(text, seeds);
  return text;
}

}  // namespace parkwatch::fuzz
