// tests/unit/trial/trend_test.cpp - The drawing of a series: what is where.
#include "tools/trial/trend.h"

#include <catch2/catch.hpp>
#include <sstream>

namespace trend_test {

using namespace parkwatch;
using namespace parkwatch::trial;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("trend: a step is drawn from its low row to its high row, with its limit", "[trial]") {
  Trend trend;
  trend.points = {{0s, 70, false}, {30s, 91, false}};
  trend.lines = {{"HH 90", 90}};
  trend.marks = {{30s, '^'}};
  trend.end = 59s;
  const std::string text = drawn(trend);
  CAPTURE(text);
  const auto lines = lines_of(text);
  REQUIRE(lines.size() == 11);
  CHECK(lines[0].find("HH 90") != std::string::npos);
  CHECK(lines[0].substr(13) == std::string(30, '-') + std::string(30, '*'));
  CHECK(lines[7].find("70") != std::string::npos);
  CHECK(lines[7].substr(13) == std::string(30, '*'));
  CHECK(lines[9].find('^') == 13 + 30);
  CHECK(lines[10].ends_with("59s"));
}

TEST_CASE("trend: bad readings are crosses at the value before", "[trial]") {
  Trend trend;
  trend.points = {{0s, 1, false}, {10s, 9, false}, {20s, 0, true}};
  trend.end = 30s;
  const auto lines = lines_of(drawn(trend));
  REQUIRE(lines.size() == 10);
  CHECK(lines[0].ends_with("xx"));
  CHECK(lines[0].find("*x") != std::string::npos);
}

TEST_CASE("trend: nothing, one point and a flat line are drawn without a fault", "[trial]") {
  CHECK(drawn({}).empty());
  Trend one;
  one.points = {{0s, 5, false}};
  CHECK_FALSE(drawn(one).empty());
  Trend flat;
  flat.points = {{0s, 5, false}, {1s, 5, false}};
  flat.end = 1s;
  for (const std::string& line : lines_of(drawn(flat))) CHECK(line.size() <= 78);
}

TEST_CASE("trend: whatever the series, no line is too long and every mark is on the axis",
          "[trial]") {
  for (int seed = 1; seed < 60; ++seed) {
    Trend trend;
    for (int i = 0; i < seed; ++i) {
      trend.points.push_back({1s * i * seed, (i * seed) % 17 - 8.0, i % 5 == 4});
    }
    trend.lines = {{"a very long name of a limit", 3.0 * seed}};
    trend.marks = {{0s, '^'}, {1s * seed * seed * 2, '!'}};
    trend.end = 1s * seed * seed;
    const std::string text = drawn(trend);
    CAPTURE(seed, text);
    for (const std::string& line : lines_of(text)) CHECK(line.size() <= 78);
    CHECK(text.find('^') != std::string::npos);
    CHECK(text.find('!') != std::string::npos);
  }
}

}  // namespace trend_test
