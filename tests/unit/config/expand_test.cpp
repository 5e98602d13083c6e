// tests/unit/config/expand_test.cpp - Parameters in texts, tables and rows of packages.
#include "config/expand.h"

#include <catch2/catch.hpp>
#include <random>

#include "config/toml.h"
#include "given.h"

namespace expand_test {

using namespace parkwatch;
using namespace parkwatch::config;

namespace {

std::vector<SettingsValue> names(const std::vector<std::string>& all) {
  std::vector<SettingsValue> values;
  for (const std::string& name : all) values.push_back({{}, name});
  return values;
}

const Arguments arguments{{"site", std::string{"s"}},
                          {"tanks", names({"T1", "T2"})},
                          {"pumps", names({"P1", "P2", "P3"})},
                          {"none", names({})},
                          {"open", std::string{}},
                          {"capacity", 2.5},
                          {"count", std::int64_t{0}},
                          {"on", true}};

struct Expanding {
  Diagnostics out;
  Expander expander{arguments, "system \"s\"", out};

  std::string text(const std::string& from) { return expander.text(from, {"f", 3, 4}, "key"); }
  std::vector<std::string> texts(const std::string& from) {
    return expander.texts(from, {"f", 3, 4}, "key");
  }
  // The table of a TOML text.
  std::shared_ptr<SettingsTable> table(const std::string& toml) {
    const auto root = parse_toml("f", toml, out);
    REQUIRE(root != nullptr);
    return expander.table(*root, "rule");
  }
  // As the copies of for_each and only_if end: ".T1 .T2"; "" is one without.
  std::string suffixes(const std::string& toml) {
    const auto root = parse_toml("f", toml, out);
    REQUIRE(root != nullptr);
    std::string all;
    for (const Copy& copy : expander.copies(*root, "rule")) all += copy.suffix + ' ';
    return all;
  }
};

const SettingsValue& at(const SettingsTable& table, const std::string& key) {
  for (const auto& [name, value] : table.entries) {
    if (name == key) return value;
  }
  FAIL("no " << key);
  return table.entries.front().second;
}

}  // namespace

TEST_CASE("expand: values of every type become text inside a text", "[config]") {
  Expanding e;
  CHECK(e.text("${site}/x > ${capacity} && ${on} ${count}|${open}|") == "s/x > 2.5 && true 0||");
  CHECK(e.text("no parameter {site} $ $x }") == "no parameter {site} $ $x }");
  CHECK(e.out.empty());
}

TEST_CASE("expand: a text that is a parameter alone becomes its typed value", "[config]") {
  Expanding e;
  const auto table = e.table(
      "a = \"${capacity}\"\nb = \"${on}\"\nc = \"${tanks}\"\nd = \"${capacity} \"\n"
      "e = { f = \"${count}\" }\n");
  CHECK(std::get<double>(at(*table, "a").held) == 2.5);
  CHECK(std::get<bool>(at(*table, "b").held));
  const auto& list = std::get<std::vector<SettingsValue>>(at(*table, "c").held);
  REQUIRE(list.size() == 2);
  CHECK(list[1].where.line == 3);
  CHECK(std::get<std::string>(at(*table, "d").held) == "2.5 ");
  const auto& inner = *std::get<std::shared_ptr<SettingsTable>>(at(*table, "e").held);
  CHECK(std::get<std::int64_t>(at(inner, "f").held) == 0);
  CHECK(at(*table, "a").where.instance == "system \"s\"");
}

TEST_CASE("expand: a list in an element of an array is as many elements", "[config]") {
  Expanding e;
  CHECK(e.texts("${site}/${tanks}/x") == std::vector<std::string>{"s/T1/x", "s/T2/x"});
  CHECK(e.texts("${tanks}-${pumps}").size() == 6);
  CHECK(e.texts("${tanks}-${pumps}")[1] == "T1-P2");
  CHECK(e.texts("${tanks}-${tanks}") == std::vector<std::string>{"T1-T1", "T2-T2"});
  CHECK(e.texts("${none}/x").empty());
  CHECK(e.texts("${tanks}/${none}").empty());
  const auto table = e.table("tags = [\"a\", \"${tanks}/l\", \"b\"]\n");
  CHECK(std::get<std::vector<SettingsValue>>(at(*table, "tags").held).size() == 4);
  CHECK(e.out.empty());
}

TEST_CASE("expand: tables in arrays are copied by their for_each and taken by only_if",
          "[config]") {
  Expanding e;
  const auto table = e.table(
      "terms = [{ for_each = \"pumps\", tag = \"${site}/${pumps}/flow\", weight = 1 },\n"
      "  { only_if = \"open\", tag = \"never\" }, { only_if = \"!open\", tag = \"always\" }]\n");
  const auto& terms = std::get<std::vector<SettingsValue>>(at(*table, "terms").held);
  REQUIRE(terms.size() == 4);
  const auto& second = *std::get<std::shared_ptr<SettingsTable>>(terms[1].held);
  CHECK(std::get<std::string>(at(second, "tag").held) == "s/P2/flow");
  CHECK(second.entries.size() == 2);
  const auto& last = *std::get<std::shared_ptr<SettingsTable>>(terms[3].held);
  CHECK(std::get<std::string>(at(last, "tag").held) == "always");
}

TEST_CASE("expand: only_if asks for true, not empty, not 0, or for a value", "[config]") {
  struct Case {
    std::string condition;
    bool met;
  };
  const std::vector<Case> table{{"on", true},        {"!on", false},      {"tanks", true},
                                {"none", false},     {"!none", true},     {"open", false},
                                {"count", false},    {"capacity", true},  {"site=s", true},
                                {"site=t", false},   {"!site=t", true},   {"capacity=2.5", true},
                                {"on=true", true},   {"count=0", true},   {"tanks=T2", true},
                                {"tanks=T3", false}, {"!tanks=T3", true}, {"none=T1", false}};
  for (const Case& one : table) {
    Expanding e;
    CAPTURE(one.condition);
    CHECK(e.suffixes("only_if = \"" + one.condition + "\"\n") == (one.met ? " " : ""));
    CHECK_FALSE(e.expander.failed());
  }
  Expanding e;
  CHECK(e.suffixes("only_if = [\"on\", \"!none\", \"capacity=2.5\"]\n") == " ");
  CHECK(e.suffixes("only_if = [\"on\", \"none\"]\n").empty());
  CHECK(e.suffixes("for_each = \"tanks\"\nonly_if = \"on\"\n") == ".T1 .T2 ");
  CHECK(e.suffixes("for_each = \"none\"\n").empty());
  CHECK_FALSE(e.expander.failed());
}

TEST_CASE("expand: each mistake is told once, at its place, with what would be right",
          "[config][fault]") {
  struct Case {
    std::string text;
    std::string said;
  };
  const std::vector<Case> table{
      {"${tnaks}", "f:3:4 error key: unknown parameter ${tnaks}; did you mean \"tanks\"? (known:"},
      {"a ${tanks} b", "${tanks} is a list, and here is room for one value"},
      {"a ${site", "\"${\" without its \"}\" (system \"s\")"},
      {"${}", "unknown parameter ${}"},
  };
  for (const Case& one : table) {
    Expanding e;
    (void)e.text(one.text);
    CAPTURE(one.text, text_of(e.out));
    CHECK(e.out.size() == 1);
    CHECK(e.expander.failed());
    CHECK(text_of(e.out).find(one.said) != std::string::npos);
  }
  for (const char* toml : {"for_each = \"site\"\n", "for_each = 7\n", "only_if = true\n",
                           "only_if = \"nothing\"\n", "for_each = \"nothing\"\n"}) {
    Expanding e;
    CAPTURE(toml);
    CHECK(e.suffixes(toml).empty());
    CHECK(e.out.size() == 1);
  }
}

TEST_CASE("expand: a text is several if one of its parameters is a list", "[config]") {
  const Expanding e;
  CHECK(e.expander.has_list("${site}/${none}"));
  CHECK_FALSE(e.expander.has_list("${site}/${unknown}/${capacity"));
}

TEST_CASE("expand: only_if that is no text, nor several, is a mistake", "[config][fault]") {
  for (const std::string condition : {"true", "[]", "[1]"}) {
    Expanding e;
    CAPTURE(condition);
    CHECK(e.suffixes("only_if = " + condition + "\n").empty());
    CHECK(e.expander.failed());
  }
}

TEST_CASE("expand: a row of a point table is a row for each name in its tag", "[config]") {
  Expanding e;
  const CsvRow row{7, {{"${site}/${tanks}/l", 1}, {"${tanks} level", 20}, {"on", 40}}};
  const auto rows = e.expander.rows(row, 0, 2, "points.csv");
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].line == 7);
  CHECK(rows[1].cells[0].text == "s/T2/l");
  CHECK(rows[1].cells[1].text == "T2 level");
  CHECK(rows[1].cells[1].column == 20);
  CHECK(e.expander.rows({8, {{"x", 1}, {"", 3}, {"!on", 5}}}, 0, 2, "points.csv").empty());
  CHECK(e.out.empty());
  // A list that the tag has not.
  CHECK(e.expander.rows({9, {{"x", 1}, {"${tanks}", 3}}}, 0, std::nullopt, "points.csv").empty());
  CHECK(text_of(e.out).find("points.csv:9:3 error points: ${tanks} is a list") == 0);
}

TEST_CASE("expand: what would be more copies than are allowed is refused", "[config][fault]") {
  std::vector<std::string> many;
  for (int i = 0; i < 400; ++i) many.push_back("n" + std::to_string(i));
  const Arguments lists{{"a", names(many)}, {"b", names(many)}, {"c", names(many)}};
  Diagnostics out;
  Expander expander{lists, "", out};
  CHECK(expander.texts("${a}${b}${c}", {}, "key").empty());
  CHECK(text_of(out).find("becomes more than 100000") != std::string::npos);
}

TEST_CASE("expand: no text makes it fail otherwise than by saying so", "[config][fault]") {
  std::mt19937 random{11};
  const std::string letters = "${}sitetanks /x!=";
  for (int i = 0; i < 5'000; ++i) {
    std::string text;
    for (unsigned n = random() % 24; n > 0; --n) text += letters[random() % letters.size()];
    Expanding e;
    const std::string done = e.text(text);
    CAPTURE(text, done);
    CHECK(e.expander.failed() == !e.out.empty());
    if (text.find("${") == std::string::npos) CHECK(done == text);
    (void)e.texts(text);
  }
}

}  // namespace expand_test
