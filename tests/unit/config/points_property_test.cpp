// tests/unit/config/points_property_test.cpp - Random good tables, in any order of columns, either
// language and any encoding: the same plant each time, and each [[rule]] that overrides one key
// changes that key alone.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "config/points.h"
#include "given.h"

namespace points_property_test {

using namespace parkwatch;
using namespace parkwatch::config;

namespace {

using Cells = std::map<std::string, std::string>;

std::vector<Cells> random_rows(std::mt19937_64& random) {
  std::vector<Cells> rows;
  for (std::size_t n = 1 + random() % 12; n > 0; --n) {
    const double low = static_cast<double>(random() % 10);
    Cells row{
        {"tag", "s/d" + std::to_string(n) + "/q"}, {"range_low", "-10"}, {"range_high", "200"}};
    if (random() % 2 == 0) row["LL"] = std::to_string(low);
    if (random() % 2 == 0) row["L"] = std::to_string(low + 20);
    if (random() % 2 == 0) row["H"] = std::to_string(low + 100);
    if (random() % 2 == 0) row["HH"] = std::to_string(low + 150);
    if (random() % 3 == 0) row["deadband"] = "2%";
    if (random() % 3 == 0) row["on_delay"] = std::to_string(random() % 60) + "s";
    if (random() % 3 == 0) row["timeout"] = "30s";
    if (random() % 3 == 0) row["priority"] = "critical";
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string table_of(const std::vector<Cells>& rows, std::mt19937_64& random, bool chinese) {
  std::vector<const PointColumn*> columns;
  for (const PointColumn& column : point_columns()) columns.push_back(&column);
  std::shuffle(columns.begin(), columns.end(), random);
  std::string text;
  for (const PointColumn* column : columns) {
    text += std::string{chinese ? column->zh : column->key} + ',';
  }
  text.back() = '\n';
  for (const Cells& row : rows) {
    for (const PointColumn* column : columns) {
      const auto cell = row.find(std::string{column->key});
      text += (cell == row.end() ? "" : cell->second) + ',';
    }
    text.back() = '\n';
  }
  return text;
}

Loaded with_table(const std::string& table, const std::string& more = "") {
  return loaded(
      {{"p.toml", "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n" + more},
       {"points.csv", table}});
}

}  // namespace

TEST_CASE("points: the order and the language of the columns mean nothing", "[config]") {
  std::mt19937_64 random{9};
  for (int round = 0; round < 60; ++round) {
    const auto rows = random_rows(random);
    const Loaded first = with_table(table_of(rows, random, true));
    const Loaded second = with_table("\xEF\xBB\xBF" + table_of(rows, random, false));
    INFO(first.said() << second.said());
    REQUIRE(first.config != nullptr);
    REQUIRE(second.config != nullptr);
    CHECK(first.config->plant->tags == second.config->plant->tags);
    CHECK(first.config->plant->rules == second.config->plant->rules);
    CHECK(first.config->plant->tags.size() == rows.size());
  }
}

TEST_CASE("points: a rule that overrides one key changes that key alone", "[config]") {
  std::mt19937_64 random{10};
  for (int round = 0; round < 40; ++round) {
    auto rows = random_rows(random);
    rows.front()["H"] = "110";
    const std::string table = table_of(rows, random, true);
    const std::string id = point_rule_id("limit", rows.front()["tag"]);
    const Loaded before = with_table(table);
    const Loaded after = with_table(table, "[[rule]]\nid = \"" + id + "\"\ngroup = \"mine\"\n");
    INFO(before.said() << after.said());
    REQUIRE(before.config != nullptr);
    REQUIRE(after.config != nullptr);
    auto expected = before.config->plant->rules;
    for (RuleSpec& rule : expected) {
      if (rule.id == id) rule.group = "mine";
    }
    CHECK(after.config->plant->rules == expected);
  }
}

}  // namespace points_property_test
