// tests/unit/config/positions_test.cpp - Operator positions and what is said of wrong ones.
#include "config/positions.h"

#include <catch2/catch.hpp>

#include "given.h"

namespace positions_test {

using namespace parkwatch;
using namespace parkwatch::config;

TEST_CASE("positions: names and their groups are read", "[config]") {
  const Loaded loaded = given(
      "[[position]]\nname = \"罐区\"\ngroups = [\"tank-farm\", \"instruments\"]\n"
      "[[position]]\nname = \"water\"\ngroups = \"wwtp\"\n");
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  REQUIRE(loaded.config->positions.size() == 2);
  CHECK(loaded.config->positions[0] == alarms::Position{"罐区", {"tank-farm", "instruments"}});
  CHECK(loaded.config->positions[1] == alarms::Position{"water", {"wwtp"}});
  CHECK(given("").config->positions.empty());
}

TEST_CASE("positions: what is wrong is told at its key", "[config]") {
  const std::vector<std::pair<std::string, std::string>> table{
      {"groups = [\"a\"]\n", "position.name"},
      {"name = \"a\"\n", "position.groups: is needed"},
      {"name = \"a\"\ngroups = [\"b\"]\n[[position]]\nname = \"a\"\ngroups = [\"c\"]\n",
       "is another position's name already"},
      {"name = \"a\"\ngroup = [\"b\"]\n", "did you mean \"groups\"?"},
      {"name = \"" + std::string(200, 'x') + "\"\ngroups = [\"b\"]\n", "is too long"},
  };
  for (const auto& [text, said] : table) {
    const Loaded loaded = given("[[position]]\n" + text);
    CAPTURE(text, loaded.said());
    CHECK(loaded.config == nullptr);
    CHECK(loaded.said().find(said) != std::string::npos);
  }
}

TEST_CASE("positions: a group that no alarm can have is a warning", "[config]") {
  const Loaded loaded = given(
      "[[tag]]\nname = \"a/b\"\n[[rule]]\nid = \"r\"\nkind = \"limit\"\ntags = [\"a/b\"]\n"
      "HH = 5\ngroup = \"tank-farm\"\n"
      "[[position]]\nname = \"a\"\ngroups = [\"tank-farm\", \"parkwatch\", \"tankfarm\"]\n");
  REQUIRE(loaded.config != nullptr);
  CHECK(loaded.said() ==
        "p.toml:16:1 warning position.groups: no alarm is of the group \"tankfarm\"; did you mean "
        "\"tank-farm\"?\n");
}

TEST_CASE("positions: they belong into the main file", "[config]") {
  const Loaded loaded = config::loaded(
      {{"p.toml", "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n"},
       {"q.toml", "[[position]]\nname = \"a\"\ngroups = [\"b\"]\n"}});
  CHECK(loaded.said().find("q.toml") != std::string::npos);
  CHECK(loaded.config == nullptr);
}

}  // namespace positions_test
