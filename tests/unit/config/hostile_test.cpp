// tests/unit/config/hostile_test.cpp - Damaged and oversized configurations: diagnostics, never
// harm.
#include <catch2/catch.hpp>
#include <random>

#include "given.h"

namespace hostile_test {

using namespace parkwatch;
using namespace parkwatch::config;

namespace {

std::vector<File> shipped_files() {
  std::vector<File> files;
  for (const char* name :
       {"parkwatch.toml", "tags/gates.toml", "tags/tank-farm.toml", "tags/wwtp1.toml",
        "rules/gates.toml", "rules/tank-farm.toml", "rules/wwtp1.toml"}) {
    files.push_back({name, *read_file(std::string{PARKWATCH_SOURCE_DIR} + "/config/" + name)});
  }
  return files;
}

}  // namespace

// Every answer is a configuration without errors or errors without a configuration, each with a
// file.
TEST_CASE("config: a damaged file gives diagnostics and nothing worse", "[config][fault]") {
  const std::vector<File> good = shipped_files();
  REQUIRE(loaded(good).config);
  const unsigned seed = 20240607;
  CAPTURE(seed);
  std::mt19937 random{seed};
  const std::string marks = "\"'[]{}=.,#\n*{}%0- \\\xff";
  std::size_t refused = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<File> files = good;
    std::string& text = files.at(random() % files.size()).text;
    for (unsigned edits = 1 + random() % 3; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = marks[random() % marks.size()];
          break;
        case 1:
          text.erase(at, 1 + random() % 20);
          break;
        case 2:
          text.insert(at, text.substr(random() % text.size(), random() % 60));
          break;
        default:
          text.resize(at + 1);
          break;
      }
    }
    CAPTURE(round);
    const Loaded got = loaded(files);
    std::size_t errors = 0;
    for (const Diagnostic& d : got.out) {
      CHECK_FALSE(d.where.file.empty());
      CHECK_FALSE(d.message.empty());
      if (d.severity == Diagnostic::Severity::error) ++errors;
    }
    CHECK((got.config == nullptr) == (errors > 0));
    if (errors > 0) ++refused;
  }
  CHECK(refused > 100);
}

TEST_CASE("config: a park of many tags and rules is read in one go", "[config]") {
  std::string words;
  for (int i = 0; i < 1000; ++i) words += "\"t" + std::to_string(i) + "\", ";
  std::string text =
      "[[tag]]\nname = \"farm/{tank}/{what}\"\nrange = [0, 10]\n"
      "each = { tank = [" +
      words + "], what = [\"a\", \"b\", \"c\", \"d\", \"e\"] }\n";
  for (int i = 0; i < 2000; ++i) {
    const std::string n = std::to_string(i);
    text += "[[rule]]\nid = \"r" + n + "\"\nkind = \"limit\"\ntags = [\"farm/t" +
            std::to_string(i % 1000) + "/*\"]\nH = 8\n";
  }
  const Loaded got = given(text);
  CHECK(got.said() == "");
  REQUIRE(got.config);
  CHECK(got.config->plant->tags.size() == 5000);
  CHECK(got.config->plant->rules.size() == 2000);
  CHECK(got.config->plant->rules[7].tags.size() == 5);
}

TEST_CASE("config: more tags than the gateway has memory for are refused", "[config][fault]") {
  std::string words;
  for (int i = 0; i < 400; ++i) words += "\"t" + std::to_string(i) + "\", ";
  const std::string table = "[[tag]]\nname = \"{s}/{a}/{b}\"\neach = { a = [" + words + "], b = [" +
                            words + "], s = [\"S\"] }\n";
  std::string second = table;
  second.replace(second.find("\"S\""), 3, "\"Z\"");
  const Loaded got = given(table + second);  // 2 times 160,000
  REQUIRE(got.out.size() == 1);
  CHECK(to_text(got.out[0]) == "p.toml:10:1 error tag.name: more than 200000 tags");
}

}  // namespace hostile_test
