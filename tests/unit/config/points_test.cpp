// tests/unit/config/points_test.cpp - Point tables: what a row becomes, what overrides it, and what
// is said of a wrong cell.
#include "config/points.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "config/fields.h"
#include "given.h"

namespace points_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

namespace {

const std::string main_text =
    "include = [\"*.csv\", \"rules.toml\"]\ndaemon.park = \"p\"\n[[source]]\nname = \"s\"\n"
    "driver = \"mqtt\"\n";
const std::string header =
    "位号,名称,名称en,系统,主题,字段,类型,单位,量程下,量程上,小数,系数,偏移,超时,LL,L,H,HH,死区,"
    "延时,"
    "优先级,处置,pump\n";
const std::string row =
    "tank/t101/level,T-101液位,T-101 level,tank-farm,park/tank/T101,$.level,double,%,0,100,1,1,0,"
    "30s,5,10,85,90,2%,5s,high,G-1,P-101\n";

Loaded tabled(const std::string& points, const std::string& rules = "",
              const std::string& guidance = "code,zh,en\nG-1,停泵 {pump},Stop {pump}\n") {
  const Folder folder;
  folder.write("p.toml", main_text);
  folder.write("points.csv", points);
  folder.write("rules.toml", rules);
  if (!guidance.empty()) folder.write("guidance.csv", guidance);
  return load_from(folder, "p.toml");
}

const RuleSpec& rule_named(const Loaded& loaded, const std::string& id) {
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  const auto& rules = loaded.config->plant->rules;
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const RuleSpec& r) { return r.id == id; });
  REQUIRE(found != rules.end());
  return *found;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("points: a row is a tag, a limit rule, a rule of silence and a mapping", "[config]") {
  const Loaded loaded = tabled(header + row);
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  REQUIRE(loaded.config->plant->tags.size() == 1);
  const Tag& tag = loaded.config->plant->tags.front();
  CHECK(tag.name == "tank/t101/level");
  CHECK(tag.description == Text{"T-101液位", "T-101 level"});
  CHECK(tag.unit == "%");
  CHECK(tag.type == ValueType::float64);
  CHECK(tag.range == Range{0, 100});
  CHECK(tag.decimals == 1);

  const RuleSpec& limit = rule_named(loaded, "limit.tank.t101.level");
  CHECK(limit.group == "tank-farm");
  REQUIRE(limit.limits.size() == 4);
  CHECK(limit.limits[0].at == 5);
  CHECK(limit.limits[3].at == 90);
  CHECK(limit.limits[3].deadband == 2);
  CHECK(limit.limits[3].on_delay == 5s);
  // One class less for the inner ones.
  CHECK(limit.limits[0].priority == Priority::high);
  CHECK(limit.limits[1].priority == Priority::medium);
  CHECK(limit.limits[2].priority == Priority::medium);
  CHECK(limit.limits[3].priority == Priority::high);
  CHECK(limit.guidance == Text{"停泵 {pump}", "Stop {pump}"});
  CHECK(limit.columns.at("tank/t101/level") == TagColumns{{"pump", "P-101"}});

  const RuleSpec& silent = rule_named(loaded, "silent.tank.t101.level");
  CHECK(silent.kind == RuleKind::stale);
  CHECK(silent.after == 30s);

  const SettingsTable& source = *loaded.config->sources.front().table;
  const auto mapping = std::find_if(source.entries.begin(), source.entries.end(),
                                    [](const auto& e) { return e.first == "mapping"; });
  REQUIRE(mapping != source.entries.end());
  CHECK(std::get<std::vector<SettingsValue>>(mapping->second.held).size() == 1);
  CHECK(loaded.config->notes.size() == 2);
}

TEST_CASE("points: English names, any order of columns and an own priority a level", "[config]") {
  const Loaded loaded = tabled(
      "HH,tag,range_high,range_low,HH_priority,priority,H\n"
      "90,tank/t101/level,100,0,critical,低,85\n");
  const RuleSpec& limit = rule_named(loaded, "limit.tank.t101.level");
  REQUIRE(limit.limits.size() == 2);
  CHECK(limit.limits[0].priority == Priority::low);
  CHECK(limit.limits[1].priority == Priority::critical);
}

TEST_CASE("points: a table that Excel saved as GBK is read, and that is said", "[config]") {
  const Loaded loaded = tabled("\xCE\xBB\xBA\xC5,H\ntank/t1/level,5\n");  // 位号
  CHECK(rule_named(loaded, "limit.tank.t1.level").limits.front().at == 5);
  const auto& notes = loaded.config->notes;
  CHECK(std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
    return note.find("points.csv is GB18030, 1 rows") != std::string::npos;
  }));
}

TEST_CASE("points: a [[rule]] on the same tag overrides key by key", "[config]") {
  const Loaded loaded = tabled(header + row,
                               "[[rule]]\nid = \"my-level\"\nkind = \"limit\"\n"
                               "tags = [\"tank/t101/level\"]\nHH = 95\n"
                               "message = \"pump {pump} at {value}\"\n");
  const RuleSpec& limit = rule_named(loaded, "my-level");
  REQUIRE(limit.limits.size() == 4);
  CHECK(limit.limits[3].at == 95);
  CHECK(limit.limits[3].on_delay == 5s);  // from the table
  CHECK(limit.message.en == "pump {pump} at {value}");
  CHECK(limit.columns.at("tank/t101/level").at("pump") == "P-101");
  CHECK(loaded.config->plant->rules.size() == 2);
  // Each key knows where it came from.
  const SettingsTable& merged = *loaded.config->point_rules.front();
  for (const auto& [key, value] : merged.entries) {
    CAPTURE(key);
    const bool own =
        key == "HH" || key == "id" || key == "kind" || key == "tags" || key == "message";
    CHECK(value.where.file.ends_with(own ? "rules.toml" : "points.csv"));
  }
}

TEST_CASE("points: a [[rule]] with the id of the standard rule overrides it too", "[config]") {
  const Loaded loaded =
      tabled(header + row, "[[rule]]\nid = \"silent.tank.t101.level\"\nafter = \"5m\"\n");
  CHECK(rule_named(loaded, "silent.tank.t101.level").after == 5min);
}

TEST_CASE("points: a rule on a pattern stands beside the table's", "[config]") {
  const Loaded loaded = tabled(header + row,
                               "[[rule]]\nid = \"all\"\nkind = \"limit\"\n"
                               "tags = [\"tank/*/level\"]\nH = 70\n");
  CHECK(rule_named(loaded, "all").limits.front().at == 70);
  CHECK(rule_named(loaded, "limit.tank.t101.level").limits.size() == 4);
}

TEST_CASE("points: a wrong cell is told with its line, its column and what would be right",
          "[config]") {
  struct Case {
    std::string points;
    std::string said;
  };
  const std::vector<Case> table{
      {replaced(header, "死区", "deadbnd") + row,
       "unknown column \"deadbnd\"; did you mean \"deadband\"?"},
      {replaced(header, "量程上", "量程下") + row, "a second column"},
      {"名称\nx\n", "has no column 位号"},
      {header + replaced(row, ",90,", ",９０,"),
       "error points.HH: \"９０\" has full-width characters (全角); write \"90\""},
      {header + replaced(row, ",90,", ",ninety,"), "error points.HH: \"ninety\" is no number"},
      {header + replaced(row, ",90,", ", 90,"), "warning points.HH: has blanks around \"90\""},
      {header + replaced(row, ",90,", ",80,"), "error points.HH: 80 is not above H = 85"},
      {header + replaced(row, ",90,", ",190,"), "error points.HH: 190 lies outside the range"},
      {header + replaced(row, ",2%,", ",6%,"),
       "error points.deadband: is not smaller than the gap between LL and L"},
      {header + replaced(row, ",G-1,", ",G-2,"), "unknown code \"G-2\"; did you mean \"G-1\"?"},
      {header + row + row, "is declared already at"},
      {header + replaced(row, ",double,", ",doubel,"), "type"},
      {header + replaced(row, ",high,", ",hihg,"), "hihg"},
      {header + replaced(row, ",0,100,", ",,100,"), "a range needs both its ends"},
      {header + row.substr(0, row.size() - 1) + ",more\n", "a cell without a column"},
      {header + replaced(row, "tank/t101/level", ""), "error points.tag: is empty"},
  };
  for (const Case& one : table) {
    const Loaded loaded = tabled(one.points);
    CAPTURE(one.said, loaded.said());
    CHECK(loaded.said().find(one.said) != std::string::npos);
    CHECK((loaded.config == nullptr) == (one.said.find("warning") == std::string::npos));
  }
}

TEST_CASE("points: a misspelt header is an error, and so is another system's name for it",
          "[config]") {
  const Loaded misspelt = tabled("位号,HH,H,优先极\ntank/a/b,6,5,紧急\n");
  CHECK(misspelt.said() ==
        "<folder>/points.csv:1:9 error points: unknown column \"优先极\"; did you mean "
        "\"优先级\"?\n");
  for (const auto& [theirs, ours] :
       std::map<std::string, std::string>{{"高高限", "HH"},
                                          {"高报", "H"},
                                          {"级别", "priority"},
                                          {"延迟", "on_delay"},
                                          {"HIHI", "HH"},
                                          {"High", "H"},
                                          {"Hysteresis", "deadband"}}) {
    const Loaded loaded = tabled("位号," + theirs + "\ntank/a/b,6\n");
    CHECK(loaded.said() == "<folder>/points.csv:1:4 error points: unknown column \"" + theirs +
                               "\"; did you mean \"" + ours + "\"?\n");
  }
}

TEST_CASE("points: a table that was in force goes on meaning what it meant", "[config]") {
  const Loaded loaded = tabled("位号,H,备用名\ntank/a/b,6,紧急\n");
  REQUIRE(loaded.config);
  std::string bundle = loaded.config->bundle;
  // As an earlier version took it, for which this was a column for texts.
  const std::string now_refused = "优先极";
  const auto at = bundle.find("备用名");
  REQUIRE(at != std::string::npos);
  bundle.replace(at, now_refused.size(), now_refused);
  Diagnostics out;
  const auto stored = load_bundle(bundle, {}, out);
  REQUIRE(stored);
  CHECK(stored->plant->rules == loaded.config->plant->rules);
}

TEST_CASE("points: a further column that no text asks for is a warning, but for remarks",
          "[config]") {
  const std::string table = "位号,H,H_limit,备用表,备注\ntank/a/b,6,5,LT-1,new\n";
  const std::string unused =
      "<folder>/points.csv:1:6 warning points: the column \"H_limit\" does nothing: it is no "
      "column of a point table, and no message or guidance asks for {H_limit}\n";
  const std::string rule =
      "[[rule]]\nid = \"limit.tank.a.b\"\nmessage = \"{value}, see {备用表}\"\n";
  CHECK(tabled(table, rule).said() == unused);
  CHECK(tabled(table).out.size() == 2);
  // A rule with an error may be the one whose text asks.
  CHECK(tabled(table, "[[rule]]\nid = \"limit.tank.a.b\"\nHHH = 4\n").said().find("nothing") ==
        std::string::npos);
}

TEST_CASE("points: a table without a row says so", "[config]") {
  for (const std::string text : {"", "位号,HH\n"}) {
    CHECK(tabled(text).said() ==
          "<folder>/points.csv:1:1 warning points: has no row below its header, so it gives no "
          "tags and no rules\n");
  }
}

TEST_CASE("points: an unknown word is told once, with the words of tables in both languages",
          "[config]") {
  CHECK(tabled("位号,类型,H,HH,优先级\na/b,doubel,1,2,紧\n").said() ==
        "<folder>/points.csv:2:5 error points.type: unknown word \"doubel\"; did you mean "
        "\"double\"? (one of \"double\", \"浮点\", \"模拟量\", \"int\", \"整数\", \"bool\", "
        "\"布尔\", "
        "\"开关量\", \"text\", \"文本\", \"float\", \"string\", \"float64\", \"int64\", "
        "\"boolean\")\n"
        "<folder>/points.csv:2:16 error points.priority: unknown word \"紧\" (one of \"critical\", "
        "\"紧急\", \"high\", \"高\", \"medium\", \"中\", \"low\", \"低\")\n");
}

TEST_CASE("points: without a guidance table the cell is the guidance itself", "[config]") {
  const Loaded loaded = tabled(header + replaced(row, "G-1", "停泵"), "", "");
  CHECK(rule_named(loaded, "limit.tank.t101.level").guidance.zh == "停泵");
}

TEST_CASE("points: guidance tables are checked", "[config]") {
  CHECK(tabled(header + row, "", "code,zh\nG-1,a\nG-1,b\n").said().find("is there twice") !=
        std::string::npos);
  CHECK(tabled(header + row, "", "code,fr\nG-1,a\n").said().find("needs the columns code, zh") !=
        std::string::npos);
}

TEST_CASE("points: ids of rules keep to what an id may hold", "[config]") {
  CHECK(point_rule_id("limit", "tank/t101/level") == "limit.tank.t101.level");
  CHECK(is_word(point_rule_id("limit", "罐区/t101/液位")));
  CHECK(point_rule_id("limit", "罐/a") != point_rule_id("limit", "区/a"));
}

TEST_CASE("points: the same table out of the store gives the same plant", "[config]") {
  const Loaded loaded = tabled(header + row);
  REQUIRE(loaded.config != nullptr);
  Diagnostics out;
  const auto again = load_bundle(loaded.config->bundle, {}, out);
  INFO(text_of(out));
  REQUIRE(again != nullptr);
  CHECK(again->plant->hash == loaded.config->plant->hash);
  CHECK(again->plant->tags == loaded.config->plant->tags);
  CHECK(again->plant->rules == loaded.config->plant->rules);
}

TEST_CASE("points: rows of one topic become one mapping with their fields", "[config]") {
  const Loaded loaded = tabled(
      "tag,topic,field,time\na/b/flow,plc/P1,$.flow,$.ts\na/b/on,plc/P1,/on,\n"
      "a/b/alone,plc/P2,/v,\n");
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  const SettingsTable& source = *loaded.config->sources.front().table;
  const auto mapping = std::find_if(source.entries.begin(), source.entries.end(),
                                    [](const auto& e) { return e.first == "mapping"; });
  REQUIRE(mapping != source.entries.end());
  const auto& mappings = std::get<std::vector<SettingsValue>>(mapping->second.held);
  REQUIRE(mappings.size() == 2);
  const auto& first = *std::get<std::shared_ptr<SettingsTable>>(mappings.front().held);
  REQUIRE(first.entries.size() == 2);
  CHECK(first.entries[0].first == "topic");
  const auto& fields = std::get<std::vector<SettingsValue>>(first.entries[1].second.held);
  REQUIRE(fields.size() == 2);
  const auto& flow = *std::get<std::shared_ptr<SettingsTable>>(fields.front().held);
  CHECK(std::get<std::string>(flow.entries.at(1).second.held) == "/flow");
  CHECK(flow.where.line == 2);
}

}  // namespace points_test
