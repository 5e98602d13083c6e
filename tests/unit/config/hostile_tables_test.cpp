// tests/unit/config/hostile_tables_test.cpp - Tables and tests of rules made of random pieces:
// whatever they hold, what is wrong is told and nothing breaks.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "config/csv.h"
#include "given.h"

namespace hostile_tables_test {

using namespace parkwatch;
using namespace parkwatch::config;

namespace {

std::string of_pieces(std::mt19937_64& random, const std::vector<std::string>& pieces,
                      std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += pieces[random() % pieces.size()];
  return text;
}

bool has_error(const Loaded& loaded) {
  return std::any_of(loaded.out.begin(), loaded.out.end(),
                     [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::error; });
}

Loaded loaded_with_points(const std::string& table) {
  return loaded({{"p.toml", "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n"},
                 {"points.csv", table}});
}

}  // namespace

TEST_CASE("hostile tables: random bytes are a table, or are refused with words", "[config]") {
  std::mt19937_64 random{5};
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (std::size_t n = random() % 200; n > 0; --n) {
      bytes += static_cast<char>(random() % (round % 2 == 0 ? 256 : 128));
    }
    const auto text = decoded_text(bytes);
    if (!text) {
      CHECK_FALSE(text.error().message.empty());
      continue;
    }
    const auto rows = parse_csv(text->utf8);
    if (!rows) CHECK_FALSE(rows.error().message.empty());
  }
}

TEST_CASE("hostile tables: point tables of random cells give tags or errors with a place",
          "[config]") {
  const std::vector<std::string> pieces{
      "位号",   "tag",  ",",      ",",   ",",    "\n", "\n",   "a/b/c", "a/b/d", "HH",   "H",
      "90",     "９０", "-1e9",   "nan", "2%",   "\"", "5s",   "高",    "high",  "主题", "$.x",
      "量程下", "0",    "量程上", "100", "处置", " ",  "\r\n", ";",     "{x}",   "#",    "类型"};
  std::mt19937_64 random{6};
  for (int round = 0; round < 400; ++round) {
    const std::string table = "位号,H,量程下,量程上\n" + of_pieces(random, pieces, random() % 60);
    const Loaded loaded = loaded_with_points(table);
    CAPTURE(table, loaded.said());
    CHECK((loaded.config == nullptr) == has_error(loaded));
    for (const Diagnostic& d : loaded.out) {
      CHECK_FALSE(d.message.empty());
      CHECK_FALSE(d.where.file.empty());
    }
  }
}

TEST_CASE("hostile tables: tests of random words are read or told", "[config]") {
  const std::vector<std::string> pieces{
      "t ",      "a/b/c ", "0s ",    "10s ",        "91 ",
      "bad ",    "bad:",   "=",      "@",           "8s ",
      "\n",      "\n",     "raise ", "HH ",         "high ",
      "return ", "# x ",   "- ",     "historical:", "uncertain:clock_skew=1 ",
      "1e999 "};
  std::mt19937_64 random{7};
  for (int round = 0; round < 400; ++round) {
    const std::string input = "t a/b/c\n" + of_pieces(random, pieces, random() % 40);
    const std::string expect = of_pieces(random, pieces, random() % 20);
    const Folder folder;
    folder.write("p.toml",
                 "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n[[tag]]\n"
                 "name = \"a/b/c\"\n[[rule]]\nid = \"r\"\nkind = \"limit\"\ntags = \"a/b/c\"\n"
                 "H = 5\n[[test]]\nname = \"n\"\ninput = '''\n" +
                     input + "'''\nexpect = '''\n" + expect + "'''\n");
    const Loaded loaded = load_from(folder, "p.toml");
    CAPTURE(input, expect, loaded.said());
    CHECK((loaded.config == nullptr) == has_error(loaded));
    for (const Diagnostic& d : loaded.out) {
      CHECK(d.where.line >= 14);
      CHECK(d.where.column >= 1);
    }
  }
}

}  // namespace hostile_tables_test
