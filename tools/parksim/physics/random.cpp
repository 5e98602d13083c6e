// tools/parksim/physics/random.cpp - xoshiro256**, the polar method and an exact AR(1) step.
#include "tools/parksim/physics/random.h"

#include <bit>
#include <cmath>

namespace parkwatch::parksim {
namespace {

std::uint64_t splitmix(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

// FNV-1a, 64 bits.
std::uint64_t hash_of(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : name) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3U;
  }
  return hash;
}

}  // namespace

Random::Random(std::uint64_t seed, std::string_view name) {
  std::uint64_t state = seed ^ hash_of(name);
  for (auto& word : state_) word = splitmix(state);
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5U, 7) * 9U;
  const std::uint64_t shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

double Random::between(double low, double high) { return low + (high - low) * uniform(); }

double Random::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  double u = 0.0;
  double v = 0.0;
  double square = 0.0;
  do {
    u = between(-1.0, 1.0);
    v = between(-1.0, 1.0);
    square = u * u + v * v;
  } while (square >= 1.0 || square == 0.0);
  const double scale = std::sqrt(-2.0 * std::log(square) / square);
  spare_ = v * scale;
  has_spare_ = true;
  return u * scale;
}

Stray::Stray(double size, double memory_s, double every_s, Random& random)
    : keep_(std::exp(-every_s / memory_s)),
      kick_(size * std::sqrt(1.0 - keep_ * keep_)),
      value_(size * random.normal()) {}

double Stray::step(Random& random) {
  value_ = value_ * keep_ + kick_ * random.normal();
  return value_;
}

}  // namespace parkwatch::parksim
