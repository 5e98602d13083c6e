// tools/parksim/physics/tag.h - What the park publishes: its tags and their samples. Plain values.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace parkwatch::parksim {

using Span = std::chrono::microseconds;
// UTC, microseconds since 1970-01-01, as in daemon/model/time.h (which this library must not know).
using TimePoint = std::chrono::sys_time<Span>;
using TagIndex = std::uint16_t;  // the place in Park::tags()

enum class Kind {
  number,
  counter,  // a whole number that only rises
  flag,     // true or false
  word,     // one of a few words
};

struct TagInfo {
  std::string site;      // "tf-a"
  std::string device;    // "t101"
  std::string quantity;  // "level"
  Kind kind = Kind::number;
  std::string unit;  // "m"; empty for flags and words
  double low = 0.0;  // the instrument's span: what lies outside is cut to it
  double high = 0.0;
  int digits = 0;           // after the decimal point, 0..6
  double normal_low = 0.0;  // kept, noise included, without an incident
  double normal_high = 0.0;
  std::vector<std::string> words;  // of a word: the value is the place in this list
  Span period{0};  // numbers: between two samples; the rest: at the latest, if unchanged

  // "park/tf-a/t101/level"
  [[nodiscard]] std::string topic() const { return "park/" + site + "/" + device + "/" + quantity; }
};

struct Sample {
  TagIndex tag = 0;
  TimePoint time;      // of measurement, not of delivery
  double value = 0.0;  // flag: 0 or 1; word: its place in TagInfo::words

  bool operator==(const Sample&) const = default;
};

}  // namespace parkwatch::parksim
