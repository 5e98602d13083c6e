// tests/unit/parksim/random_test.cpp - The numbers behind the noise.
#include "tools/parksim/physics/random.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

namespace parkwatch::parksim::random_test {

TEST_CASE("random: the same seed and name give the same numbers on every machine", "[parksim]") {
  Random first{7, "park/tf-a/t101/level"};
  Random again{7, "park/tf-a/t101/level"};
  for (int i = 0; i < 1000; ++i) REQUIRE(first.normal() == again.normal());
  // Computed apart from this code, from the published xoshiro256**, splitmix64 and FNV-1a.
  Random known{1, ""};
  CHECK(known.uniform() == 0.12533938900515906);
  CHECK(known.uniform() == 0.46498195677298304);
}

TEST_CASE("random: another seed or another name gives other numbers", "[parksim]") {
  Random first{7, "a"};
  Random other_seed{8, "a"};
  Random other_name{7, "b"};
  const double value = first.uniform();
  CHECK(value != other_seed.uniform());
  CHECK(value != other_name.uniform());
}

TEST_CASE("random: uniform fills the unit interval evenly", "[parksim]") {
  Random random{3, "uniform"};
  std::vector<int> tenths(10);
  for (int i = 0; i < 100'000; ++i) {
    const double value = random.uniform();
    REQUIRE(value >= 0.0);
    REQUIRE(value < 1.0);
    ++tenths[static_cast<std::size_t>(value * 10.0)];
  }
  for (const int count : tenths) CHECK(count == Approx(10'000).margin(500));  // 5 deviations
}

TEST_CASE("random: normal has mean 0, deviation 1 and the tails of the bell", "[parksim]") {
  Random random{3, "normal"};
  double sum = 0.0;
  double squares = 0.0;
  int beyond_two = 0;
  constexpr int count = 200'000;
  for (int i = 0; i < count; ++i) {
    const double value = random.normal();
    sum += value;
    squares += value * value;
    if (std::abs(value) > 2.0) ++beyond_two;
  }
  CHECK(sum / count == Approx(0.0).margin(0.012));
  CHECK(squares / count == Approx(1.0).margin(0.02));
  CHECK(beyond_two / static_cast<double>(count) == Approx(0.0455).margin(0.0025));
}

TEST_CASE("stray: keeps its size and forgets within its memory", "[parksim]") {
  Random random{5, "stray"};
  Stray stray{2.0, 100.0, 1.0, random};
  double squares = 0.0;
  double lagged = 0.0;
  std::vector<double> values;
  for (int i = 0; i < 200'000; ++i) values.push_back(stray.step(random));
  for (std::size_t i = 100; i < values.size(); ++i) {
    squares += values[i] * values[i];
    lagged += values[i] * values[i - 100];
  }
  CHECK(std::sqrt(squares / 199'900) == Approx(2.0).margin(0.2));
  CHECK(lagged / squares == Approx(std::exp(-1.0)).margin(0.08));
}

}  // namespace parkwatch::parksim::random_test
