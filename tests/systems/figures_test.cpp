// tests/systems/figures_test.cpp - Which numbers of an expression are thresholds, and where each
// one's comparison tips.
#include "tests/systems/figures.h"

#include <catch2/catch.hpp>
#include <map>

namespace parkwatch::systems::figures_test {
namespace {

const std::map<std::string, double> normal{{"s/a1/ph", 7.5},
                                           {"s/a1/pm25", 30.0},
                                           {"s/a1/pm10", 60.0},
                                           {"s/a1/on", 1.0},
                                           {"{site}/{device}/rain", 0.0}};

std::vector<Figure> figures(const std::string& expression) {
  return figures_of(expression, [](const std::string& tag) -> std::optional<double> {
    const auto at = normal.find(tag);
    return at == normal.end() ? std::nullopt : std::optional{at->second};
  });
}

}  // namespace

TEST_CASE("figures: a number tips where its tag is on a quiet day", "[systems]") {
  const auto found = figures("`s/a1/on` == 0 && (`s/a1/ph` < 6 || 9.5 <= `s/a1/ph`)");
  REQUIRE(found.size() == 3);
  CHECK_FALSE(found[0].normal);
  CHECK(found[0].is_state);
  CHECK(found[0].comparison.empty());
  CHECK_FALSE(found[1].is_state);
  CHECK(found[1].comparison == "`s/a1/ph` < 6 ");
  CHECK(found[1].value == 6);
  CHECK(found[1].normal == 7.5);
  CHECK(found[2].value == 9.5);
  CHECK(found[2].normal == 7.5);
}

TEST_CASE("figures: a factor tips where both sides are equal on a quiet day", "[systems]") {
  const auto found = figures("`s/a1/pm25` > 1.05 * `s/a1/pm10`");
  REQUIRE(found.size() == 1);
  CHECK(*found[0].normal == Approx(0.5));
}

TEST_CASE("figures: names of tags and functions hold no numbers", "[systems]") {
  CHECK(figures("`s/a1/on` && max(`s/a1/ph`, `s/a1/on`)").empty());
  const auto found = figures("log10(`s/a1/ph`) > 1e1");
  REQUIRE(found.size() == 1);
  CHECK(found[0].value == 10);
  CHECK(found[0].length == 3);
}

TEST_CASE("figures: what is computed with, or was never seen, has nothing normal", "[systems]") {
  CHECK_FALSE(figures("100 * `s/a1/ph`")[0].normal);
  const auto counted = figures("100 * (`s/a1/on` != 1)");
  CHECK_FALSE(counted[0].is_state);
  CHECK(counted[1].is_state);
  CHECK_FALSE(figures("`s/a1/gone` > 3")[0].normal);
  CHECK_FALSE(figures("`s/a1/on` != 1")[0].normal);
  CHECK_FALSE(figures("`s/a1/ph` > 3 + 0 * 2")[2].normal);  // no number there would matter
}

TEST_CASE("figures: a guard's placeholders are names too, and a minus belongs to its number",
          "[systems]") {
  const auto found = figures("`{site}/{device}/rain` > 0.5 ? `s/a1/ph` < -2 : 0");
  REQUIRE(found.size() == 3);
  CHECK(found[0].normal == 0.0);
  CHECK(*found[1].normal == Approx(-7.5));
}

TEST_CASE("figures: another number stands in its place", "[systems]") {
  const std::string text = "`s/a1/ph` < 6 || `s/a1/on` > 0.5";
  const auto found = figures(text);
  CHECK(with_figure(text, found[0], 5.7) == "`s/a1/ph` < 5.7 || `s/a1/on` > 0.5");
  CHECK(with_figure(text, found[1], -1) == "`s/a1/ph` < 6 || `s/a1/on` > (-1)");
}

}  // namespace parkwatch::systems::figures_test
