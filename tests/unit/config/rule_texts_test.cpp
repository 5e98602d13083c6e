// tests/unit/config/rule_texts_test.cpp - TagColumns of point tables in the texts of rules: each
// tag says its own cell, and what cannot be said is told when the configuration is read.
#include "config/rule_texts.h"

#include <catch2/catch.hpp>

#include "given.h"
#include "rules/message.h"

namespace rule_texts_test {

using namespace parkwatch;
using namespace parkwatch::config;

namespace {

const std::string main_text =
    "include = [\"points.csv\", \"rules.toml\"]\ndaemon.park = \"p\"\n[[source]]\nname = \"s\"\n"
    "driver = \"mqtt\"\n";
const std::string points =
    "位号,pump,备用表\n"
    "tank/t1/level,P-101,LT-101B\n"
    "tank/t2/level,P-102,\n";
const std::string head =
    "[[rule]]\nid = \"r\"\nkind = \"limit\"\ntags = [\"tank/*/level\"]\nH = 9\n";

// Few of the texts ask for both columns, which is told (points_test).
void leave_out_unused(Diagnostics& out) {
  std::erase_if(out, [](const Diagnostic& d) {
    return d.where.file == "points.csv" && d.message.find("does nothing") != std::string::npos;
  });
}

Loaded tabled(const std::string& rules, const std::string& table = points) {
  Loaded got = loaded({{"p.toml", main_text}, {"points.csv", table}, {"rules.toml", rules}});
  leave_out_unused(got.out);
  return got;
}

// What the alarm of `tag` says to do.
Text guidance_of(const Loaded& loaded, const std::string& tag, const std::string& rule = "r") {
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  Tag own;
  own.name = tag;
  for (const RuleSpec& spec : loaded.config->plant->rules) {
    if (spec.id == rule) return rules::render(spec.guidance, {spec, own, {}, {}, {}, {}, {}});
  }
  FAIL("no such rule");
  return {};
}

}  // namespace

TEST_CASE("rule texts: a rule on a pattern says each tag's own cell, in both languages",
          "[config]") {
  const Loaded got =
      tabled(head +
             "message = \"{pump} {value}\"\n"
             "guidance = { zh = [\"停止 {pump}\", \"看 {tag}\"], en = \"{pump}\" }\n");
  CHECK(got.said() == "");
  CHECK(guidance_of(got, "tank/t1/level") == Text{"停止 P-101\n看 tank/t1/level", "P-101"});
  CHECK(guidance_of(got, "tank/t2/level") == Text{"停止 P-102\n看 tank/t2/level", "P-102"});
  // Only what the texts ask for is kept.
  CHECK(got.config->plant->rules.front().columns.at("tank/t1/level") ==
        TagColumns{{"pump", "P-101"}});
}

TEST_CASE("rule texts: a column may have a Chinese name, and need not be in both languages",
          "[config]") {
  const Loaded got =
      tabled(head + "guidance = { zh = \"核对 {备用表}\", en = \"check\" }\n",
             "位号,备用表\ntank/t1/level,LT-101B\ntank/t2/level,\"就地表, {双色}\"\n");
  CHECK(got.said() == "");
  CHECK(guidance_of(got, "tank/t1/level").zh == "核对 LT-101B");
  CHECK(guidance_of(got, "tank/t2/level").zh == "核对 就地表, {双色}");  // a cell is no template
}

TEST_CASE("rule texts: a typing error is told with what might be meant, columns too",
          "[config][fault]") {
  CHECK(tabled(head + "message = \"{pmup}\"\n").said() ==
        "rules.toml:6:1 error rule.message: unknown placeholder {pmup}; did you mean \"pump\"? "
        "(known: {tag} {site} {device} {quantity} {description} {value} {limit} {unit} {level} "
        "{priority} {rule} {group} {pump} {备用表})\n");
  CHECK(tabled(head + "guidance = \"{pump:.1f}\"\n").said() ==
        "rules.toml:6:1 error rule.guidance: {pump:.1f}: only {value:.1f} and {limit:.1f} have a "
        "format, with 0 to 9 digits\n");
}

TEST_CASE("rule texts: of a hundred columns the first twenty are listed", "[config][fault]") {
  std::string header = "tag";
  for (int i = 100; i < 200; ++i) header += ",column" + std::to_string(i);
  const std::string said =
      tabled(head + "message = \"{nothing}\"\n", header + "\ntank/t1/level,x\n").said();
  CHECK(said.find("{column119} ...)") != std::string::npos);
}

TEST_CASE("rule texts: a tag without the column is an error that names it", "[config][fault]") {
  const std::string more = "[[tag]]\nname = \"tank/t3/level\"\n[[tag]]\nname = \"tank/t4/level\"\n";
  CHECK(tabled(head + "message = \"{pump}\"\n" + more).said() ==
        "rules.toml:6:1 error rule.message: {pump}: there is no such column for tank/t3/level and "
        "1 more of the rule's tags; give it a row in a point table with that column, or columns = "
        "{ \"pump\" = \"...\" } in its [[tag]]\n");
}

TEST_CASE("rule texts: an empty cell is a warning that names the tag, and says nothing",
          "[config][fault]") {
  const Loaded got = tabled(head + "guidance = \"check {备用表}.\"\n");
  CHECK(got.said() ==
        "rules.toml:6:1 warning rule.guidance: {备用表}: the column is empty for tank/t2/level\n");
  CHECK(guidance_of(got, "tank/t2/level").en == "check .");
}

TEST_CASE("rule texts: a column that a file may hold which cannot be read is not told of",
          "[config][fault]") {
  const Loaded got = tabled(head + "message = \"{pump}\"\n", "\"no end\n");
  CHECK(got.config == nullptr);
  CHECK(got.said().find("pump") == std::string::npos);
}

TEST_CASE("rule texts: a placeholder of every rule goes before a column, which is told",
          "[config]") {
  const Loaded got = tabled(head + "guidance = \"{device}\"\n",
                            "tag,device\ntank/t1/level,big tank\ntank/t2/level,\n");
  CHECK(got.said() ==
        "points.csv:1:5 warning points: the column \"device\" cannot be used in texts: {device} "
        "is a placeholder of rules\n");
  CHECK(guidance_of(got, "tank/t1/level").en == "t1");
}

TEST_CASE("rule texts: a [[tag]] has columns too, of `each` with its words", "[config]") {
  const Loaded got = tabled(head + "guidance = \"{pump}\"\n" +
                            "[[tag]]\nname = \"tank/{t}/level\"\neach = { t = [\"t3\", \"t4\"] }\n"
                            "columns = { pump = \"P-{t}\" }\n");
  CHECK(got.said() == "");
  CHECK(guidance_of(got, "tank/t4/level").en == "P-t4");
  CHECK(guidance_of(got, "tank/t1/level").en == "P-101");
  const auto said = [](const std::string& columns) {
    return tabled("[[tag]]\nname = \"a/{t}\"\neach = { t = [\"b\"] }\ncolumns = " + columns).said();
  };
  CHECK(said("{ pump = 5 }\n").find("error tag.columns.pump: must be a text") != std::string::npos);
  CHECK(said("{ pump = \"{u}\" }\n").find("error tag.columns: unknown placeholder {u}") !=
        std::string::npos);
}

TEST_CASE("rule texts: a rule of several tags says the cells of the one that it is about",
          "[config]") {
  const Loaded got = tabled(
      "[[rule]]\nid = \"r\"\nkind = \"deviation\"\ntags = [\"tank/t1/level\"]\n"
      "with = \"tank/t2/level\"\nH = 1\nguidance = \"{pump}, {other}\"\n");
  CHECK(got.said() == "");
  CHECK(got.config->plant->rules.front().columns.size() == 1);
  const RuleSpec& rule = got.config->plant->rules.front();
  CHECK(rules::render(rule.guidance, {rule, got.config->plant->tags.front(), {}, {}, {}, {}, {}})
            .en == "P-101, tank/t2/level");
}

TEST_CASE("rule texts: what the store keeps says the same after a restart", "[config]") {
  const Loaded got = tabled(head + "guidance = \"{pump}\"\n");
  REQUIRE(got.config != nullptr);
  Loaded again;
  again.config = load_bundle(got.config->bundle, {}, again.out);
  leave_out_unused(again.out);
  CHECK(again.said() == "");
  REQUIRE(again.config != nullptr);
  CHECK(again.config->plant->rules == got.config->plant->rules);
  CHECK(guidance_of(again, "tank/t2/level").en == "P-102");
}

}  // namespace rule_texts_test
