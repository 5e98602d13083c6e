// tests/unit/store/sample_readings.h - Readings for the tests of the store: made from a seed.
#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "model/reading.h"

namespace parkwatch::store {

inline constexpr Timestamp sample_time = from_us(1'700'000'000'000'000);

// A reading of message `sequence` that carries its number as the value.
inline Reading numbered_reading(std::uint64_t sequence, TagId tag = 0) {
  Reading r;
  r.tag = tag;
  r.sequence = sequence;
  r.receive_time = sample_time + std::chrono::milliseconds{sequence};
  r.source_time = r.receive_time;
  r.value = static_cast<double>(sequence);
  return r;
}

// Any finite double, any integer, any text, any flags: what the codec must give back bit by bit.
class RandomReadings {
 public:
  explicit RandomReadings(std::uint64_t seed) : random_(seed) {}

  std::vector<Reading> make(std::size_t count, std::uint64_t first, std::uint64_t last) {
    std::vector<std::uint64_t> sequences(count);
    for (auto& s : sequences) s = first + below(last - first + 1);
    std::sort(sequences.begin(), sequences.end());
    std::vector<Reading> readings;
    for (const std::uint64_t sequence : sequences) readings.push_back(one(sequence));
    return readings;
  }

  double any_finite() {
    for (;;) {
      const auto number = std::bit_cast<double>(random_());
      if (std::isfinite(number)) return number;
    }
  }

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

 private:
  Reading one(std::uint64_t sequence) {
    Reading r;
    r.tag = static_cast<TagId>(below(3) == 0 ? random_() : below(500));
    r.index = static_cast<std::uint32_t>(below(2) == 0 ? 0 : random_());
    r.sequence = sequence;
    r.receive_time = any_time();
    r.source_time = below(2) == 0 ? r.receive_time : any_time();
    r.value = any_value();
    r.quality = static_cast<Quality>(below(3));
    r.reason = static_cast<QualityReason>(below(9));
    r.flags = static_cast<std::uint8_t>(random_());
    return r;
  }

  Timestamp any_time() {
    if (below(10) == 0) return below(2) == 0 ? timestamp_min : timestamp_max;
    return sample_time + Duration{static_cast<std::int64_t>(below(1'000'000'000))};
  }

  Value any_value() {
    switch (below(7)) {
      case 0:
        return any_finite();
      case 1:
        return static_cast<std::int64_t>(random_());
      case 2:
        return below(2) == 0;
      case 3:
        return "text " + std::to_string(random_()) + std::string(below(20), '\0') + "\u6c34";
      case 4:
        return static_cast<double>(below(2'000'000)) / 1000 - 1000;
      case 5:
        return static_cast<double>(below(100));
      default:
        return static_cast<double>(random_()) / std::pow(10.0, static_cast<double>(below(25)));
    }
  }

  std::mt19937_64 random_;
};

// Equal bit by bit: == would take 0.0 for -0.0.
inline bool same_bits(const Reading& a, const Reading& b) {
  if (!(a == b)) return false;
  const auto* x = std::get_if<double>(&a.value);
  if (x == nullptr) return true;
  return std::bit_cast<std::uint64_t>(*x) ==
         std::bit_cast<std::uint64_t>(std::get<double>(b.value));
}

inline bool same_bits(const std::vector<Reading>& a, const std::vector<Reading>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Reading& x, const Reading& y) { return same_bits(x, y); });
}

}  // namespace parkwatch::store
