// tests/unit/config/gates_test.cpp - [gates], [[gate]], [[zone]], and the list of permits.
#include "config/gates.h"

#include <catch2/catch.hpp>

#include "given.h"

namespace gates_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

namespace {

const std::string rule =
    "[[tag]]\nname = \"a/b/gas\"\n[[rule]]\nid = \"evacuation\"\nkind = \"limit\"\n"
    "tags = [\"a/b/gas\"]\nH = { at = 5 }\n";

std::string listed(const std::vector<Permit>& permits) {
  std::string text;
  for (const Permit& p : permits) {
    text += p.number + " " + p.id + " " + (p.subject ? std::string{to_text(*p.subject)} : "any");
    if (p.from != timestamp_min) text += " from " + to_rfc3339(p.from);
    if (p.until != timestamp_max) text += " until " + to_rfc3339(p.until);
    for (const std::string& gate : p.gates) text += " g:" + gate;
    for (const std::string& lane : p.lanes) text += " l:" + lane;
    text += "\n";
  }
  return text;
}

TimeZone beijing() {
  TimeZone zone;
  zone.offset = 8h;
  return zone;
}

}  // namespace

TEST_CASE("gates: without [gates] nothing is looked for", "[config]") {
  const Loaded loaded = given("");
  REQUIRE(loaded.config != nullptr);
  CHECK(loaded.config->plant->gates == GatePlan{});
  CHECK_FALSE(loaded.config->plant->gates.on);
}

TEST_CASE("gates: an empty [gates] has every rule on, with its defaults", "[config]") {
  const Loaded loaded = given("[gates]\n");
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  const GatePlan& plan = loaded.config->plant->gates;
  CHECK(plan.on);
  for (const GateRuleSpec& each : plan.rules) CHECK(each.on);
  CHECK(plan.rule(GateRule::wrong_gate).priority == Priority::high);
  CHECK(plan.rule(GateRule::count).priority == Priority::low);
  CHECK(plan.rule(GateRule::clock).priority == Priority::low);
  CHECK(plan.permit_for == SubjectSet{false, false, true});
  CHECK(plan.stay == std::array<Duration, subjects>{});
  CHECK(plan.keep == Duration{std::chrono::days{30}});
}

TEST_CASE("gates: every key is read", "[config]") {
  const Loaded loaded = given(
      "[gates]\npermit_for = [\"person\", \"hazmat\"]\nmost = { person = 800, hazmat = 12 }\n"
      "muster_rules = [\"evac*\"]\nnames = false\nkeep = \"7d\"\npseudonymise = true\n"
      "key_file = \"gates.key\"\npermits = \"permits.csv\"\ngroup = \"doors\"\n"
      "shown_for = \"2m\"\n[gates.rules]\nno_permit = { enabled = false }\n"
      "overstay = { priority = \"critical\", person = \"14h\", hazmat = \"2h\" }\n"
      "card = { after = \"1m\" }\ntailgating = { within = \"9s\" }\n"
      "count = { differs = 5, after = \"8m\" }\nbarrier = { after = \"20s\" }\nclock = { priority "
      "= \"high\" }\n"
      "[[gate]]\nname = \"g1\"\ntitle = { zh = \"1号\", en = \"one\" }\n"
      "classes = [\"person\", \"vehicle\"]\nzone = \"plant\"\n"
      "[[gate.lane]]\nname = \"1\"\nclasses = [\"vehicle\"]\nbarrier = true\n"
      "[[gate.lane]]\nname = \"2\"\n"
      "[[gate.device]]\nname = \"camera-1\"\nkind = \"camera\"\nlane = \"1\"\n"
      "tag = \"cp/g1/camera\"\nsilent_after = \"12h\"\n"
      "[[gate.device]]\nname = \"board\"\nkind = \"board\"\n"
      "[[zone]]\nname = \"plant\"\nmost = { vehicle = 3 }\n" +
      rule);
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  const GatePlan& plan = loaded.config->plant->gates;
  CHECK(plan.permit_for == SubjectSet{true, false, true});
  CHECK(plan.most[0] == 800U);
  CHECK_FALSE(plan.most[1]);
  CHECK(plan.muster_rules == std::vector<std::string>{"evac*"});
  CHECK_FALSE(plan.names);
  CHECK(plan.keep == Duration{std::chrono::days{7}});
  CHECK(plan.pseudonymise);
  CHECK(loaded.config->gates == GatesConfig{"permits.csv", "gates.key"});
  CHECK(plan.group == "doors");
  CHECK(plan.shown_for == Duration{2min});
  CHECK_FALSE(plan.rule(GateRule::no_permit).on);
  CHECK(plan.rule(GateRule::overstay).priority == Priority::critical);
  CHECK(plan.stay == std::array<Duration, subjects>{14h, 0s, 2h});
  CHECK(plan.card_after == Duration{1min});
  CHECK(plan.tailgating_within == Duration{9s});
  CHECK(plan.count_differs == 5);
  CHECK(plan.count_for == Duration{8min});
  CHECK(plan.barrier_after == Duration{20s});
  CHECK(plan.rule(GateRule::clock).priority == Priority::high);
  REQUIRE(plan.gates.size() == 1);
  CHECK(plan.gates[0].title.zh == "1号");
  CHECK(plan.gates[0].classes == SubjectSet{true, true, false});
  CHECK(plan.gates[0].zone == "plant");
  REQUIRE(plan.gates[0].lanes.size() == 2);
  CHECK(plan.gates[0].lanes[0] == GateLane{"1", {false, true, false}, true});
  CHECK(plan.gates[0].lanes[1] == GateLane{"2", {true, true, true}, false});
  CHECK(plan.gates[0].devices == std::vector<GateDevice>{{"camera-1", DeviceKind::camera, "1",
                                                          "cp/g1/camera", std::chrono::hours{12}},
                                                         {"board", DeviceKind::board, "", "", {}}});
  REQUIRE(plan.zone("plant") != nullptr);
  CHECK(plan.zone("plant")->most[1] == 3U);
}

TEST_CASE("gates: gates and zones may stand in any file, [gates] in the main one", "[config]") {
  const std::string main = "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n";
  const Loaded fine =
      loaded({{"p.toml", main + "[gates]\n"}, {"g.toml", "[[gate]]\nname = \"g\"\n"}});
  INFO(fine.said());
  REQUIRE(fine.config != nullptr);
  CHECK(fine.config->plant->gates.gates.size() == 1);
  const Loaded wrong = loaded({{"p.toml", main}, {"g.toml", "[gates]\nkeep = \"7d\"\n"}});
  CHECK(wrong.said().find("belongs into the main file") != std::string::npos);
  const Loaded idle = given("[[gate]]\nname = \"g\"\n");
  CHECK(idle.config != nullptr);
  CHECK(idle.said().find("does nothing without [gates]") != std::string::npos);
}

TEST_CASE("gates: what is wrong is told at its key", "[config]") {
  const std::vector<std::pair<std::string, std::string>> table{
      {"[gates]\npermit_for = [\"lorry\"]\n", "gates.permit_for"},
      {"[gates]\nmost = { lorry = 1 }\n", "gates.most.lorry"},
      {"[gates]\nmuster_rules = [\"nothing\"]\n", "matches no [[rule]]"},
      {"[gates]\nkeep = \"1h\"\n", "gates.keep"},
      {"[gates]\npseudonymise = true\n", "gates.key_file"},
      {"[gates]\ngroup = \"a b\"\n", "gates.group"},
      {"[gates]\n[gates.rules]\nwrong = {}\n", "gates.rules.wrong"},
      {"[gates]\n[gates.rules]\ncard = { within = \"1s\" }\n", "gates.rules.card.within"},
      {"[gates]\n[gates.rules]\ncount = { priority = \"urgent\" }\n", "gates.rules.count.priority"},
      {"[gates]\n[[gate]]\nname = \"a/b\"\n", "gate.name"},
      {"[gates]\n[[gate]]\nname = \"unknown\"\n", "gate.name"},
      {"[gates]\n[[gate]]\nname = \"g\"\n[[gate]]\nname = \"g\"\n", "is a gate already"},
      {"[gates]\n[[gate]]\nname = \"g\"\nzone = \"z\"\n", "is no [[zone]]"},
      {"[gates]\n[[gate]]\nname = \"g\"\n[[gate.lane]]\nname = \"1\"\n[[gate.lane]]\nname = "
       "\"1\"\n",
       "is a lane of this gate already"},
      {"[gates]\n[[gate]]\nname = \"g\"\n[[gate.device]]\nname = \"d\"\nkind = \"lamp\"\n",
       "gate.device.kind"},
      {"[gates]\n[[gate]]\nname = \"g\"\n[[gate.device]]\nname = \"d\"\nkind = \"door\"\n"
       "lane = \"9\"\n",
       "is no lane of this gate"},
      {"[gates]\n[[gate]]\nname = \"g\"\n[[gate.device]]\nname = \"d\"\nkind = \"door\"\n"
       "tag = \"a b\"\n",
       "gate.device.tag"},
      {"[gates]\n[[gate]]\nname = \"g\"\n[[gate.device]]\nname = \"d\"\nkind = \"board\"\n"
       "silent_after = \"1h\"\n",
       "a board tells no passages"},
      {"[gates]\n[[gate]]\nname = \"g\"\n[[gate.device]]\nname = \"d\"\nkind = \"door\"\n"
       "[[gate.device]]\nname = \"d\"\nkind = \"door\"\n",
       "is a device of this gate already"},
      {"[gates]\n[[zone]]\nname = \"z\"\nleast = 1\n", "zone.least"},
  };
  for (const auto& [text, said] : table) {
    const Loaded loaded = given(text);
    CAPTURE(text, loaded.said());
    CHECK(loaded.config == nullptr);
    CHECK(loaded.said().find(said) != std::string::npos);
  }
}

TEST_CASE("gates: the files that are named are looked at, and are no part of what is kept",
          "[config]") {
  Folder folder;
  folder.write("p.toml",
               "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n[gates]\n"
               "pseudonymise = true\nkey_file = \"gates.key\"\npermits = \"permits.csv\"\n");
  CHECK(load_from(folder, "p.toml").config == nullptr);
  folder.write("gates.key", "secret of the gates\n");
  folder.chmod("gates.key", 0644);
  folder.write("permits.csv", "number,id\n1,plate\n");
  CHECK(load_from(folder, "p.toml").said().find("gates.key_file") != std::string::npos);
  folder.chmod("gates.key", 0600);
  const Loaded fine = load_from(folder, "p.toml");
  INFO(fine.said());
  REQUIRE(fine.config != nullptr);
  CHECK(fine.config->bundle.find("secret") == std::string::npos);
  CHECK(fine.config->bundle.find("plate") == std::string::npos);
  CHECK(fine.config->gates.permits_file == folder / "permits.csv");
}

TEST_CASE("permits: a time that the site's offset moves out of ours is an error, not a permit",
          "[config]") {
  for (const std::string row : {"1,H1,1970-01-01 00:00,", "1,H1,,1969-12-31T23:59:59Z"}) {
    CAPTURE(row);
    Diagnostics out;
    (void)read_permits("p.csv", "number,id,from,until\n" + row + "\n", beijing(), out);
    REQUIRE(out.size() == 1);
    CHECK(to_text(out[0]).find("must be a time such as") != std::string::npos);
  }
}

TEST_CASE("permits: a header that is none is told by its place: what stands there may be a plate",
          "[config]") {
  Diagnostics out;
  (void)read_permits("p.csv", "number,id,SECRET\n1,H1,x\n", TimeZone{}, out);
  REQUIRE_FALSE(out.empty());
  CHECK(to_text(out[0]).find("SECRET") == std::string::npos);
  CHECK(to_text(out[0]).find("column 3") != std::string::npos);
}

TEST_CASE("permits: a list is read as spreadsheets save it", "[config]") {
  Diagnostics out;
  const auto permits =
      read_permits("p.csv",
                   "number,id,name,class,from,until,gates,lanes\n"
                   "P1,H1,,hazmat,2026-06-01T08:00+08:00,2026-06-01 18:00,g1 g2,h\n"
                   "P2,\"emp,7\",张三,,,,,\n",
                   beijing(), out);
  CHECK(text_of(out).empty());
  CHECK(listed(permits) ==
        "P1 H1 hazmat from 2026-06-01T00:00:00Z until 2026-06-01T10:00:00Z g:g1 g:g2 l:h\n"
        "P2 emp,7 any\n");
  REQUIRE(permits.size() == 2);
  CHECK(permits[1].name == "张三");
  CHECK(permits[0].of_file);
}

TEST_CASE("permits: an empty file and a header alone are no permits", "[config]") {
  Diagnostics out;
  CHECK(read_permits("p.csv", "", beijing(), out).empty());
  CHECK(read_permits("p.csv", "id,number\n", beijing(), out).empty());
  CHECK(text_of(out).empty());
}

TEST_CASE("permits: what is wrong is told with its line, and nothing of whom it is", "[config]") {
  const std::vector<std::pair<std::string, std::string>> table{
      {"number,who\n1,SECRET\n", "unknown column"},
      {"number\n1\n", "the column is missing"},
      {"number,id\n,SECRET\n", "p.csv:2"},
      {"number,id\n1,\n", "id"},
      {"number,id\n1,SECRET\n1,SECRET\n", "p.csv:3"},
      {"number,id,class\n1,SECRET,lorry\n", "must be person, vehicle or hazmat"},
      {"number,id,from\n1,SECRET,soon\n", "must be a time"},
      {"number,id,from,until\n1,SECRET,2026-06-02 08:00,2026-06-01 08:00\n", "is not after"},
  };
  for (const auto& [text, said] : table) {
    Diagnostics out;
    (void)read_permits("p.csv", text, beijing(), out);
    CAPTURE(text, text_of(out));
    CHECK(text_of(out).find(said) != std::string::npos);
    CHECK(text_of(out).find("SECRET") == std::string::npos);
  }
}

TEST_CASE("permits: a mistake is told where it stands, and a misspelt column with the right one",
          "[config]") {
  const auto said = [](const std::string& text) {
    Diagnostics out;
    (void)read_permits("p.csv", text, beijing(), out);
    return text_of(out);
  };
  CHECK(said("id,number,class\nH1,1,lorry\n") ==
        "p.csv:2:6 error permits.class: must be person, vehicle or hazmat\n");
  CHECK(said("id,number,class\nH1,1\nH2,1\n") ==
        "p.csv:3:4 error permits.number: another row has this number\n");
  CHECK(said("id,nummer\nH1,1\n") ==
        "p.csv:1:4 error permits: column 2: unknown column \"nummer\"; did you mean \"number\"?; "
        "the first line names them: number, id, name, class, from, until, gates, lanes\n");
}

TEST_CASE(
    "permits: the list of a configuration is one command, and nothing of a wrong one is taken",
    "[config]") {
  const Folder folder;
  const auto list_of = [&](const std::string& path, Diagnostics& out) {
    Config config;
    config.plant = std::make_shared<Plant>();
    config.gates.permits_file = path;
    return read_permit_list(config, out);
  };
  Diagnostics out;
  const auto none = list_of("", out);
  REQUIRE(none);
  CHECK(none->permits.empty());
  CHECK(none->verb == PermitCommand::Verb::file);
  folder.write("p.csv", "number,id\n1,a\n2,b\n");
  const auto list = list_of(folder / "p.csv", out);
  REQUIRE(list);
  CHECK(list->permits.size() == 2);
  CHECK(out.empty());
  folder.write("q.csv", "number,id\n1,a\n1,b\n");
  CHECK_FALSE(list_of(folder / "q.csv", out));
  CHECK(out.size() == 1);
  CHECK_FALSE(list_of(folder / "none", out));
  CHECK(out.size() == 2);
}

}  // namespace gates_test
