// tests/unit/model/settings_test.cpp - Typed reading of a configuration table, and its diagnostics.
#include "model/settings.h"

#include <catch2/catch.hpp>
#include <limits>

namespace settings_test {

using namespace parkwatch;
using namespace std::chrono_literals;

namespace {

// A table whose entries stand on the lines 1, 2, 3 ... of `f.toml`.
template <typename... Entries>
SettingsTable table_of(Entries... entries) {
  SettingsTable table;
  table.where = {"f.toml", 100, 1};
  std::uint32_t line = 0;
  ((entries.second.where = {"f.toml", ++line, 3}, table.entries.push_back(std::move(entries))),
   ...);
  return table;
}

template <typename T>
std::pair<std::string, SettingsValue> entry(std::string key, T value) {
  return {std::move(key), SettingsValue{{}, std::move(value)}};
}

std::string all(const Diagnostics& out) {
  std::string text;
  for (const Diagnostic& d : out) text += to_text(d) + '\n';
  return text;
}

}  // namespace

TEST_CASE("diagnostic: one line with place, severity, key and message", "[model]") {
  Diagnostic d{Diagnostic::Severity::error, {"rules.toml", 7, 12}, "rule.HH", "is wrong"};
  CHECK(to_text(d) == "rules.toml:7:12 error rule.HH: is wrong");
  d.severity = Diagnostic::Severity::warning;
  d.key.clear();
  CHECK(to_text(d) == "rules.toml:7:12 warning: is wrong");
  d.where.line = 0;
  CHECK(to_text(d) == "rules.toml warning: is wrong");
  d.message = "saw 'x\n\x1b[2J'";
  CHECK(to_text(d) == "rules.toml warning: saw 'x\\n\\x1b[2J'");
}

TEST_CASE("settings: what is there is read and what is absent is the default", "[model]") {
  const SettingsTable table =
      table_of(entry("name", std::string{"park"}), entry("on", true), entry("n", std::int64_t{7}),
               entry("x", 1.5), entry("wait", std::string{"1m30s"}),
               entry("size", std::string{"2KiB"}), entry("level", std::string{"debug"}));
  Diagnostics out;
  SettingsReader reader{table, "daemon", out};
  CHECK(reader.required_text("name") == "park");
  CHECK(reader.text("other", "fallback") == "fallback");
  CHECK_FALSE(reader.text("other").has_value());
  CHECK(reader.boolean("on", false));
  CHECK(reader.boolean("off", true));
  CHECK(reader.integer("n", 1, 0, 10) == 7);
  CHECK(reader.integer("m", 1, 0, 10) == 1);
  CHECK(reader.number("x") == 1.5);
  CHECK(reader.number("n") == 7.0);
  CHECK_FALSE(reader.number("y").has_value());
  CHECK(reader.duration("wait", 1s, 0s, 1h) == 90s);
  CHECK(reader.duration("linger", 1s, 0s, 1h) == 1s);
  CHECK(reader.bytes("size", 1, 0, 1 << 20) == 2048);
  CHECK(reader.bytes("n", 1, 0, 1 << 20) == 7);
  CHECK(reader.bytes("none", 1, 0, 1 << 20) == 1);
  CHECK(reader.choice("level", "info", {"info", "debug"}) == "debug");
  CHECK(reader.choice("mode", "info", {"info", "debug"}) == "info");
  reader.finish();
  CHECK(all(out).empty());
}

TEST_CASE("settings: every wrong value is one diagnostic at its place and yields the default",
          "[model]") {
  const double infinity = std::numeric_limits<double>::infinity();
  const SettingsTable table =
      table_of(entry("name", std::int64_t{1}), entry("on", std::string{"true"}),
               entry("n", std::int64_t{11}), entry("m", 1.5), entry("x", infinity),
               entry("y", std::string{"1"}), entry("wait", std::int64_t{10}),
               entry("linger", std::string{"10"}), entry("keep", std::string{"2h"}),
               entry("size", std::string{"64XB"}), entry("less", std::int64_t{-1}),
               entry("more", std::string{"1GiB"}), entry("flag", true),
               entry("level", std::string{"degub"}));
  Diagnostics out;
  SettingsReader reader{table, "daemon", out};
  CHECK(reader.text("name", "none") == "none");
  CHECK_FALSE(reader.boolean("on", false));
  CHECK(reader.integer("n", 1, 0, 10) == 1);
  CHECK(reader.integer("m", 1, 0, 10) == 1);
  CHECK_FALSE(reader.number("x").has_value());
  CHECK_FALSE(reader.number("y").has_value());
  CHECK(reader.duration("wait", 1s, 0s, 1h) == 1s);
  CHECK(reader.duration("linger", 1s, 0s, 1h) == 1s);
  CHECK(reader.duration("keep", 1s, 0s, 1h) == 1s);
  CHECK(reader.bytes("size", 5, 0, 1 << 20) == 5);
  CHECK(reader.bytes("less", 5, 0, 1 << 20) == 5);
  CHECK(reader.bytes("more", 5, 0, 1 << 20) == 5);
  CHECK(reader.bytes("flag", 5, 0, 1 << 20) == 5);
  CHECK(reader.choice("level", "info", {"info", "debug"}) == "info");
  CHECK(reader.required_text("park").empty());
  reader.finish();
  CHECK(all(out) ==
        "f.toml:1:3 error daemon.name: must be a text in quotes, is a whole number\n"
        "f.toml:2:3 error daemon.on: must be true or false (without quotes), is a text\n"
        "f.toml:3:3 error daemon.n: must be a whole number from 0 to 10, is 11\n"
        "f.toml:4:3 error daemon.m: must be a whole number from 0 to 10, is a decimal number\n"
        "f.toml:5:3 error daemon.x: must be a finite number, not inf or nan\n"
        "f.toml:6:3 error daemon.y: must be a number, is a text\n"
        "f.toml:7:3 error daemon.wait: must be a time with its unit, such as \"500ms\", \"10s\" or "
        "\"1h30m\", is a whole number\n"
        "f.toml:8:3 error daemon.linger: must be a time with its unit, such as \"500ms\", \"10s\" "
        "or \"1h30m\", is \"10\"\n"
        "f.toml:9:3 error daemon.keep: must be from 0s to 1h, is 2h\n"
        "f.toml:10:3 error daemon.size: must be a size such as \"64MiB\", \"2GB\" or a whole "
        "number of bytes, is \"64XB\"\n"
        "f.toml:11:3 error daemon.less: must not be negative\n"
        "f.toml:12:3 error daemon.more: must be from 0 to 1048576 bytes, is 1073741824\n"
        "f.toml:13:3 error daemon.flag: must be a size such as \"64MiB\", \"2GB\" or a whole "
        "number of bytes, is true or false\n"
        "f.toml:14:3 error daemon.level: unknown word \"degub\"; did you mean \"debug\"? (one of "
        "\"info\", \"debug\")\n"
        "f.toml:100:1 error daemon.park: is missing and has no default\n");
}

TEST_CASE("settings: an empty text is not the value of a required key", "[model]") {
  const SettingsTable table = table_of(entry("name", std::string{}));
  Diagnostics out;
  SettingsReader reader{table, "", out};
  CHECK(reader.required_text("name").empty());
  CHECK(all(out) == "f.toml:1:3 error name: must not be empty\n");
}

TEST_CASE("settings: finish names each key that nobody asked for, with the nearest known one",
          "[model]") {
  const SettingsTable table = table_of(entry("dead_band", 1.0), entry("deadband", 1.0),
                                       entry("hh", 1.0), entry("zzz", 1.0));
  Diagnostics out;
  SettingsReader reader{table, "rule", out};
  CHECK(reader.number("deadband").has_value());
  CHECK(reader.value("HH") == nullptr);
  reader.finish();
  CHECK(all(out) ==
        "f.toml:1:3 error rule.dead_band: unknown key; did you mean \"deadband\"?\n"
        "f.toml:3:3 error rule.hh: unknown key; did you mean \"HH\"?\n"
        "f.toml:4:3 error rule.zzz: unknown key\n");
}

TEST_CASE("settings: texts are an array or one text, and a wrong element has its own place",
          "[model]") {
  std::vector<SettingsValue> good{{{"f.toml", 1, 9}, std::string{"a"}},
                                  {{"f.toml", 1, 14}, std::string{"b"}}};
  std::vector<SettingsValue> bad{{{"f.toml", 2, 9}, std::string{"a"}},
                                 {{"f.toml", 2, 14}, std::int64_t{2}}};
  const SettingsTable table = table_of(entry("tags", good), entry("states", bad),
                                       entry("one", std::string{"x"}), entry("no", 1.0));
  Diagnostics out;
  SettingsReader reader{table, "rule", out};
  CHECK(reader.texts("tags") == std::vector<std::string>{"a", "b"});
  CHECK(reader.texts("states") == std::vector<std::string>{"a"});
  CHECK(reader.texts("one") == std::vector<std::string>{"x"});
  CHECK(reader.texts("no").empty());
  CHECK(reader.texts("absent").empty());
  CHECK(all(out) ==
        "f.toml:2:14 error rule.states: every element must be a text, is a whole number\n"
        "f.toml:4:3 error rule.no: must be a text or an array of texts, is a decimal number\n");
}

TEST_CASE("settings: tables are found, and single and double brackets told apart", "[model]") {
  const auto inner = std::make_shared<SettingsTable>(table_of(entry("a", true)));
  std::vector<SettingsValue> many{{{"f.toml", 3, 1}, inner}, {{"f.toml", 4, 1}, 1.0}};
  const SettingsTable table = table_of(entry("one", inner), entry("many", many), entry("no", 1.0));
  Diagnostics out;
  SettingsReader reader{table, "", out};
  CHECK(reader.table("one") == inner.get());
  CHECK(reader.table("absent") == nullptr);
  CHECK(reader.tables("absent").empty());
  CHECK(reader.tables("many") == std::vector<const SettingsTable*>{inner.get()});
  CHECK(reader.table("many") == nullptr);
  CHECK(reader.tables("one").empty());
  CHECK(reader.table("no") == nullptr);
  CHECK(all(out) ==
        "f.toml:4:1 error many: every element must be a table, is a decimal number\n"
        "f.toml:2:3 error many: must be one table: write [many], not [[many]]\n"
        "f.toml:1:3 error one: must be an array of tables: write [[one]] for each, is a table\n"
        "f.toml:3:3 error no: must be a table, is a decimal number\n");
}

TEST_CASE("settings: errors and warnings of a caller carry the key's place and dotted name",
          "[model]") {
  const SettingsTable table = table_of(entry("url", std::string{"x"}));
  Diagnostics out;
  SettingsReader reader{table, "source", out};
  reader.warning("url", "odd");
  reader.error("absent", "why");
  reader.error("", "the table");
  CHECK(reader.where("url").line == 1);
  CHECK(reader.name_of("url") == "source.url");
  CHECK(all(out) ==
        "f.toml:1:3 warning source.url: odd\n"
        "f.toml:100:1 error source.absent: why\n"
        "f.toml:100:1 error source: the table\n");
}

TEST_CASE("did you mean: a slip of the keyboard is recognised and another word is not", "[model]") {
  const std::vector<std::string> words{"critical", "high", "medium", "low", "on_delay"};
  CHECK(did_you_mean("hihg", words) == "high");
  CHECK(did_you_mean("HIGH", words) == "high");
  CHECK(did_you_mean("criticl", words) == "critical");
  CHECK(did_you_mean("ondelay", words) == "on_delay");
  CHECK(did_you_mean("mediumm", words) == "medium");
  CHECK_FALSE(did_you_mean("urgent", words).has_value());
  CHECK_FALSE(did_you_mean("lo", words).has_value());  // too short to be sure
  CHECK_FALSE(did_you_mean("", words).has_value());
  CHECK_FALSE(did_you_mean("high", {"high"}).has_value());  // it is no slip then
  CHECK_FALSE(did_you_mean(std::string(1000, 'x'), {std::string(1000, 'x') + "y"}).has_value());
}

TEST_CASE("did you mean: a wrong Chinese character is one slip, however many bytes it has",
          "[model]") {
  const std::vector<std::string> words{"优先级", "位号", "单位", "量程上"};
  CHECK(did_you_mean("优先极", words) == "优先级");
  CHECK(did_you_mean("量程", words) == std::nullopt);  // as short as "lo"
  CHECK(did_you_mean("单位名", words) == "单位");
  CHECK(did_you_mean("先优级", words) == "优先级");
  CHECK_FALSE(did_you_mean("备用表", words).has_value());
  CHECK_FALSE(did_you_mean("\x80\x81", words).has_value());  // no UTF-8
}

TEST_CASE("bytes: sizes with decimal and binary units, and nothing else", "[model]") {
  CHECK(parse_bytes("0") == 0);
  CHECK(parse_bytes("1000") == 1000);
  CHECK(parse_bytes("7B") == 7);
  CHECK(parse_bytes("1kB") == 1000);
  CHECK(parse_bytes("1KiB") == 1024);
  CHECK(parse_bytes("64MiB") == 64ULL << 20);
  CHECK(parse_bytes("64 MiB") == 64ULL << 20);
  CHECK(parse_bytes("2GB") == 2'000'000'000ULL);
  CHECK(parse_bytes("3TiB") == 3ULL << 40);
  CHECK(parse_bytes("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  for (const char* bad : {"", "MiB", "-1", "1.5GiB", "1 ", "1  MiB", "1mib", "1MiBs", "0x10",
                          "18446744073709551616", "18446744073709551615kB", "99999999TiB"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_bytes(bad).has_value());
  }
}

}  // namespace settings_test
