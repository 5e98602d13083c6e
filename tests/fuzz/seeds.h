// tests/fuzz/seeds.h - Inputs to begin with, and how they are damaged: the same for a seed number
// everywhere.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace parkwatch::fuzz {

// Of check_mqtt_codec: messages of the field, JSONTestSuite, parkwatch.v1.
[[nodiscard]] std::vector<std::string> mqtt_codec_seeds();

// Damages that find faults in parsers: bits, bytes, cuts, repeats, splices, tokens. Same sequence
// for the same seed; no distribution of the standard library, since those differ.
class Damage {
 public:
  explicit Damage(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] std::string of(const std::vector<std::string>& seeds);

 private:
  std::uint64_t next();
  std::size_t below(std::size_t bound) {
    return bound == 0 ? 0 : static_cast<std::size_t>(next() % bound);
  }
  void damage(std::string& text, const std::vector<std::string>& seeds);

  std::uint64_t state_;
};

}  // namespace parkwatch::fuzz
