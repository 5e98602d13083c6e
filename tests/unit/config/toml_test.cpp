// tests/unit/config/toml_test.cpp - TOML text to settings: places, order, one syntax error, bounded
// depth.
#include "config/toml.h"

#include <catch2/catch.hpp>

namespace toml_test {

using namespace parkwatch;
using config::parse_toml;

namespace {

std::string all(const Diagnostics& out) {
  std::string text;
  for (const Diagnostic& d : out) text += to_text(d) + '\n';
  return text;
}

std::string first_error(std::string_view text) {
  Diagnostics out;
  CHECK(parse_toml("f.toml", text, out) == nullptr);
  REQUIRE(out.size() == 1);
  return to_text(out[0]);
}

std::string repeated(std::string_view what, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += what;
  return text;
}

}  // namespace

TEST_CASE("toml: values keep their types, places and the file's order", "[config]") {
  Diagnostics out;
  const auto table = parse_toml("f.toml",
                                "# 中文\n"
                                "z = \"液位\"\n"
                                "a = 1\n"
                                "[m]\n"
                                "on = true\n"
                                "x = { y = 1.5, at = [1, \"b\"] }\n"
                                "[[rule]]\n"
                                "id = 'r1'\n"
                                "[[rule]]\n",
                                out);
  REQUIRE(table);
  CHECK(all(out).empty());
  REQUIRE(table->entries.size() == 4);
  CHECK(table->where.line == 0);
  CHECK(table->entries[0].first == "z");
  CHECK(std::get<std::string>(table->entries[0].second.held) == "液位");
  CHECK(table->entries[1].first == "a");
  CHECK(std::get<std::int64_t>(table->entries[1].second.held) == 1);
  CHECK(table->entries[1].second.where.line == 3);
  CHECK(table->entries[1].second.where.column == 1);
  CHECK(table->entries[1].second.where.file == "f.toml");
  SettingsReader root{*table, "", out};
  const SettingsTable* m = root.table("m");
  REQUIRE(m != nullptr);
  SettingsReader reader{*m, "m", out};
  CHECK(reader.boolean("on", false));
  const SettingsTable* x = reader.table("x");
  REQUIRE(x != nullptr);
  CHECK(x->entries[0].second.where.line == 6);
  CHECK(x->entries[0].second.where.column == 7);
  const auto& at = std::get<std::vector<SettingsValue>>(x->entries[1].second.held);
  CHECK(at[1].where.column == 25);
  const auto rules = root.tables("rule");
  REQUIRE(rules.size() == 2);
  CHECK(rules[1]->where.line == 9);
}

TEST_CASE("toml: a syntax error is one diagnostic with line and column", "[config]") {
  CHECK(
      first_error("a = 1\nb = tru\nc = [\n") ==
      "f.toml:2:8 error: syntax error: Error while parsing boolean: expected 'true', saw 'tru\\n'");
  CHECK(first_error("a = 1\na = 2\n").find("f.toml:2:5 error: syntax error: ") == 0);
  CHECK(first_error("a = \"\xff\"\n").find("f.toml:1:5 error: syntax error: ") == 0);
  CHECK(first_error("a = 99999999999999999999\n").find("f.toml:1:") == 0);
  CHECK(first_error("a = 1e999\n").find("f.toml:1:") == 0);
  CHECK(first_error("a = \"open\n[b]\n").find("f.toml:1:") == 0);
}

TEST_CASE("toml: a byte order mark and Windows line ends are no error", "[config]") {
  Diagnostics out;
  const auto table = parse_toml("f.toml",
                                "\xef\xbb\xbf"
                                "a = 1\r\nb = 2\r\n",
                                out);
  REQUIRE(table);
  CHECK(table->entries.size() == 2);
  CHECK(table->entries[1].second.where.line == 2);
}

TEST_CASE("toml: a date is refused by its place and the rest is still read", "[config]") {
  Diagnostics out;
  const auto table = parse_toml("f.toml", "a = 1979-05-27\n[t]\nb = [07:32:00, 1]\nc = 2\n", out);
  REQUIRE(table);
  CHECK(all(out) ==
        "f.toml:1:5 error a: no key takes a date or a time; put it in quotes if it is a text\n"
        "f.toml:3:6 error t.b: no key takes a date or a time; put it in quotes if it is a text\n");
  CHECK(table->entries.size() == 1);
}

TEST_CASE("toml: hostile depth is refused before the recursive parser sees it", "[config][fault]") {
  const std::string deep_key = "x" + repeated(".a", 2'000'000);
  CHECK(first_error("a = 1\n" + deep_key + " = 1\n") ==
        "f.toml:2:32 error: a key of more than 16 parts");
  CHECK(first_error("[" + deep_key + "]\n").find("a key of more than 16 parts") !=
        std::string::npos);
  CHECK(first_error("a = " + repeated("[", 1'000'000)) ==
        "f.toml:1:37 error: arrays and tables nested deeper than 32");
  CHECK(first_error("a = " + repeated("{a=", 1'000'000))
            .find("arrays and tables nested deeper than 32") != std::string::npos);
  CHECK(first_error(repeated("\"=\".", 20) + "a = 1\n").find("16 parts") != std::string::npos);
  // Inside a text or a comment nothing nests.
  Diagnostics out;
  const std::string many = repeated("[.", 100);
  const auto table =
      parse_toml("f.toml",
                 "a = \"" + many + "\\\"" + many + "\"\nb = '" + many + "'\n" + "c = \"\"\"\n" +
                     many + "\n\\\n" + many + "\"\"\"\nd = '''" + many + "''''\n# " + many +
                     "\ne = [" + repeated("1.5, ", 100) + "]\n",
                 out);
  CHECK(all(out).empty());
  REQUIRE(table);
  CHECK(table->entries.size() == 5);
  CHECK(table->entries[4].second.where.line == 9);
  CHECK(first_error("a = \"\"\"\n中\\\n\"\"\"\n中文 = " + repeated("[", 33)) ==
        "f.toml:4:38 error: arrays and tables nested deeper than 32");
}

TEST_CASE("toml: what the bounds still allow is read without harm", "[config][fault]") {
  const std::string key = "x" + repeated(".a", 15);
  Diagnostics out;
  std::string text = repeated(key + "={", 32) + "z=1" + repeated("}", 32);
  CHECK(parse_toml("f.toml", text, out) != nullptr);
  CHECK(all(out).empty());
}

}  // namespace toml_test
