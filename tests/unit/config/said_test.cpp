// tests/unit/config/said_test.cpp - Sentences that nothing else asks for, and the ends of what a
// key may be: both are what an integrator meets first.
#include <catch2/catch.hpp>

#include "config/csv.h"
#include "given.h"

namespace said_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

namespace {

const std::string rule_start =
    "[[tag]]\nname = \"t/1/level\"\n[[rule]]\nid = \"r\"\nkind = \"limit\"\n"
    "tags = [\"t/1/level\"]\nH = 5\n";

// "key: message" of each, one a line.
std::string said_by(const Loaded& got) {
  std::string said;
  for (const Diagnostic& d : got.out) said += d.key + ": " + d.message + '\n';
  CHECK((got.config == nullptr) == !said.empty());
  return said;
}

std::string said_of_rule(const std::string& keys) { return said_by(given(rule_start + keys)); }

std::string listed(std::size_t count, const std::string& word) {
  std::string list = "[";
  for (std::size_t i = 0; i < count; ++i) list += "\"" + word + std::to_string(i) + "\", ";
  return list + "]";
}

std::string error_of(const Result<std::vector<CsvRow>>& rows) {
  return rows ? "" : rows.error().message;
}

}  // namespace

TEST_CASE("said: reasons for shelving are bounded, each and together", "[config]") {
  const auto reasons = [](const std::string& list) {
    return said_of_rule("shelvable = { reasons = " + list + " }\n");
  };
  CHECK(reasons("[\"" + std::string(128, 'x') + "\"]").empty());
  CHECK(reasons("[\"" + std::string(129, 'x') + "\"]") ==
        "rule.shelvable.reasons: a reason has 1 to 128 bytes\n");
  CHECK(reasons("[\"\"]") == "rule.shelvable.reasons: a reason has 1 to 128 bytes\n");
  CHECK(reasons(listed(50, "w")).empty());
  CHECK(reasons(listed(51, "w")) == "rule.shelvable.reasons: must not be more than 50\n");
  CHECK_THAT(said_of_rule("shelvable = { maximum = \"2h\" }\n"),
             Catch::StartsWith("rule.shelvable.maximum: unknown key"));
}

TEST_CASE("said: times of an alarm's life have two ends", "[config]") {
  for (const char* good :
       {"shelvable = { max = \"1m\" }", "shelvable = { max = \"24h\" }", "realarm = \"1m\"",
        "realarm = \"31d\"", "respond_within = \"1s\"", "respond_within = \"31d\"",
        "count = { times = 2, within = \"1s\" }", "count = { times = 1000, within = \"31d\" }"}) {
    CAPTURE(good);
    CHECK(said_of_rule(std::string{good} + '\n').empty());
  }
  struct Case {
    const char* text;
    const char* key;
  };
  for (const auto& [text, key] :
       {Case{"shelvable = { max = \"59s\" }", "rule.shelvable.max"},
        Case{"shelvable = { max = \"24h1s\" }", "rule.shelvable.max"},
        Case{"realarm = \"59s\"", "rule.realarm"}, Case{"realarm = \"32d\"", "rule.realarm"},
        Case{"respond_within = \"999ms\"", "rule.respond_within"},
        Case{"count = { times = 1, within = \"1m\" }", "rule.count.times"},
        Case{"count = { times = 1001, within = \"1m\" }", "rule.count.times"},
        Case{"count = { times = 5, within = \"500ms\" }", "rule.count.within"},
        Case{"count = { within = \"1m\" }", "rule.count.times"},
        Case{"count = { times = 5, within = \"1m\", by = 1 }", "rule.count.by"}}) {
    CAPTURE(text);
    CHECK_THAT(said_of_rule(std::string{text} + '\n'), Catch::StartsWith(std::string{key} + ": "));
  }
}

TEST_CASE("said: a first-out group's name and its braces", "[config]") {
  const auto group = [](const std::string& name) {
    return said_of_rule("first_out_group = \"" + name + "\"\n");
  };
  CHECK(group("trip of {site}/{device}").empty());
  CHECK(group(std::string(128, 'x')).empty());
  CHECK(group(std::string(129, 'x')) ==
        "rule.first_out_group: must not be longer than 128 bytes\n");
  CHECK(group("{device") == "rule.first_out_group: a brace without its partner\n");
  CHECK(group("{value:.1f}") ==
        "rule.first_out_group: unknown placeholder {value} (known: {site} {device} {quantity} "
        "{tag})\n");
  CHECK_THAT(group("{site:.1f}"), Catch::Contains("unknown placeholder {site}"));
}

TEST_CASE("said: a table that no program of ours can read", "[config]") {
  const std::string one_line = "is neither UTF-8 (line 1 is not) nor GB18030 (line 1 is not)";
  CHECK(decoded_text("a\n\xFF\xFF\xFF").error().message ==
        "is neither UTF-8 (line 2 is not) nor GB18030 (line 2 is not)");
  CHECK(decoded_text("\xEF\xBB\xBF\xFF").error().message ==
        "has a BOM but is no UTF-8 (line 1 is not)");
  CHECK(decoded_text("\xCE\xBB\xBA").error().message == one_line);  // cut
  CHECK(decoded_text("\x81\x30\x81").error().message == one_line);
}

TEST_CASE("said: the rows and columns of a table are counted", "[config]") {
  std::string rows;
  for (std::size_t i = 0; i < csv_rows_max; ++i) rows += "a\n";
  CHECK(error_of(parse_csv(rows)).empty());
  CHECK(error_of(parse_csv(rows + "\n#\n")).empty());  // neither is a row
  CHECK(error_of(parse_csv(rows + "b\n")) == "has more than 300000 rows");
  CHECK(error_of(parse_csv(std::string(csv_columns_max - 1, ',') + "x")).empty());
  CHECK_THAT(error_of(parse_csv("a\n" + std::string(csv_columns_max, ',') + "x\n")),
             Catch::StartsWith("line 2: "));
}

TEST_CASE("said: a point table of a source that is not there, and of limits out of order",
          "[config]") {
  const auto tabled = [](const std::string& rows) {
    return said_by(loaded({{"p.toml",
                            "include = [\"*.csv\"]\ndaemon.park = \"p\"\n[[source]]\nname = \"s\"\n"
                            "driver = \"mqtt\"\n"},
                           {"points.csv", rows}}));
  };
  CHECK_THAT(tabled("tag,topic,source\na/b/c,park/x,sensors\n"),
             Catch::Contains("points.source: unknown source \"sensors\""));
  CHECK_THAT(tabled("tag,H,HH\na/b/c,90,80\n"),
             Catch::Contains("points.HH: 80 is not above H = 90; the order is LL < L < H < HH"));
  CHECK_THAT(tabled("tag,LL,HH\na/b/c,90,90\n"),
             Catch::Contains("points.HH: 90 is not above LL = 90; the order is LL < L < H < HH"));
}

TEST_CASE("said: positions, spare robots and rules of tests", "[config]") {
  CHECK(said_by(given("[[position]]\nname = \"a\"\n")) ==
        "position.groups: is needed: the groups of alarms\n");
  CHECK_THAT(said_by(given("[[receiver]]\nname = \"r\"\nkind = \"dingtalk\"\n"
                           "url = \"https://h/x\"\nper_minute = 5\nreserve = 5\n"
                           "[[route]]\nto = [\"r\"]\n")),
             Catch::StartsWith("receiver.reserve: must be less than per_minute (5), or only "
                               "critical alarms would be told"));
  const auto tested = [](const std::string& test) {  // only a folder's tests are read
    const Folder folder;
    folder.write("p.toml", "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n" +
                               rule_start + "[[test]]\nname = \"n\"\ninput = \"t t/1/level\"\n" +
                               test);
    return said_by(load_from(folder, "p.toml"));
  };
  CHECK_THAT(tested("rule = \"x\"\nexpect = \"\"\n"),
             Catch::StartsWith("test.rule: unknown rule \"x\""));
  CHECK_THAT(tested("expect = \"5s t/1/level up\"\n"),
             Catch::StartsWith("test.expect: unknown transition \"up\"") &&
                 Catch::Contains("(raise, rise, fall, return, or a kind of the journal)"));
}

}  // namespace said_test
