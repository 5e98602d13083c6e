// tools/parksim/physics/random.h - Numbers that look random and are the same for the same seed on
// every machine (the standard library's distributions are not). Pure; one thread at a time.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace parkwatch::parksim {

// xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64.
class Random {
 public:
  // A stream of its own for each (seed, name): a new instrument does not change the others' noise.
  Random(std::uint64_t seed, std::string_view name);

  [[nodiscard]] double uniform();                         // [0, 1)
  [[nodiscard]] double between(double low, double high);  // [low, high)
  [[nodiscard]] double normal();                          // mean 0, standard deviation 1
  [[nodiscard]] bool chance(double probability) { return uniform() < probability; }

 private:
  std::uint64_t next();

  std::array<std::uint64_t, 4> state_{};
  double spare_ = 0.0;
  bool has_spare_ = false;
};

// A value that strays around 0 with standard deviation `size` and forgets within `memory_s`
// (Ornstein-Uhlenbeck): slow drifts of instruments, loads and pumps.
class Stray {
 public:
  // every_s: the time between two calls of step(), in seconds. Starts somewhere plausible.
  Stray(double size, double memory_s, double every_s, Random& random);
  double step(Random& random);
  [[nodiscard]] double value() const { return value_; }

 private:
  double keep_;
  double kick_;
  double value_;
};

}  // namespace parkwatch::parksim
