// tests/unit/config/actions_test.cpp - [actions] and [[action]]: every key, its default and its
// mistakes.
#include "config/actions.h"

#include <catch2/catch.hpp>

#include "tests/unit/config/given.h"

namespace actions_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

namespace {

const std::string park =
    "[[tag]]\nname = \"t/t1/gas\"\n[[tag]]\nname = \"t/t2/gas\"\n"
    "[[tag]]\nname = \"t/t1/valve\"\nstates = [ { number = 0, word = \"closed\" }, "
    "{ number = 1, word = \"open\" } ]\n"
    "[[tag]]\nname = \"t/t2/valve\"\nstates = [ { number = 0, word = \"closed\" }, "
    "{ number = 1, word = \"open\" } ]\n"
    "[[tag]]\nname = \"t/note\"\ntype = \"text\"\n"
    "[[rule]]\nid = \"gas\"\nkind = \"limit\"\ntags = [\"t/*/gas\"]\ngroup = \"tanks\"\nH = 25\n"
    "HH = { at = 50, priority = \"critical\" }\n";

Loaded with(const std::string& keys, const std::string& settings = "allow = [\"park/#\"]") {
  return given("[actions]\n" + settings + "\n" + park + "[[action]]\nid = \"shut\"\n" + keys);
}

ActionSpec action_of(const std::string& keys) {
  const Loaded got = with(keys);
  CAPTURE(keys, got.said());
  REQUIRE(got.config != nullptr);
  REQUIRE(got.config->plant->actions.actions.size() == 1);
  return got.config->plant->actions.actions[0];
}

std::string mistake(const std::string& keys, const std::string& settings = "allow = [\"park/#\"]") {
  std::string text;
  for (const Diagnostic& d : with(keys, settings).out) text += d.key + ": " + d.message + '\n';
  return text;
}

bool has(const std::string& text, const std::string& part) {
  CAPTURE(text, part);
  return text.find(part) != std::string::npos;
}

const std::string good = "when = { rule = \"gas\" }\ntopic = \"park/valve\"\n";

}  // namespace

TEST_CASE("actions config: without a section nothing acts", "[config]") {
  const Loaded got = given("");
  REQUIRE(got.config != nullptr);
  CHECK(got.config->plant->actions == ActionPlan{});
}

TEST_CASE("actions config: a dry run is the default, and every key has one", "[config]") {
  const Loaded got = with(good);
  CAPTURE(got.said());
  REQUIRE(got.config != nullptr);
  CHECK_FALSE(got.config->plant->actions.live);
  const ActionSpec spec = action_of(good);
  CHECK(spec.expires == 30s);
  CHECK(spec.cooldown == 60s);
  CHECK_FALSE(spec.release);
  CHECK_FALSE(spec.order.confirm);
  CHECK(spec.order.json);
  CHECK(spec.order.payload.starts_with("{{\"id\":\"{id}\""));
}

TEST_CASE("actions config: all that can be said", "[config]") {
  const ActionSpec spec = action_of(
      "when = { rule = \"g*\", tag = \"t/t1/*\", group = \"tanks\", priority = [\"critical\"], "
      "level = \"HH\" }\n"
      "topic = \"park/{device}/valve\"\npayload = \"close\"\nexpires = \"5s\"\ncooldown = \"0s\"\n"
      "confirm = { tag = \"t/{device}/valve\", states = \"closed\", within = \"8s\" }\n"
      "on_return = { payload = \"open\", after = \"2m\", acknowledged = false, "
      "confirm = { tag = \"t/t1/valve\", above = 0.5 } }\n");
  CHECK(spec.rules == std::vector<std::string>{"g*"});
  CHECK(spec.priorities == std::vector<Priority>{Priority::critical});
  CHECK(spec.levels == std::vector<Level>{Level::high_high});
  CHECK(spec.order == ActionOrder{"park/{device}/valve", "close", false,
                                  ActionConfirm{"t/{device}/valve", {{}, {}, {0}}, 8s}});
  REQUIRE(spec.release);
  CHECK(*spec.release == ActionOrder{"park/{device}/valve", "open", false,
                                     ActionConfirm{"t/t1/valve", {0.5, {}, {}}, 10s}});
  CHECK(spec.release_after == 2min);
  CHECK_FALSE(spec.release_acknowledged);
  CHECK(spec.expires == 5s);
  CHECK(spec.cooldown == 0s);
}

TEST_CASE("actions config: a table is a payload in JSON, numbers stay numbers", "[config]") {
  const ActionSpec spec = action_of(
      good +
      "payload = { cmd = \"o\\\"k\", n = 2, v = \"{value}\", f = true, a = [1, \"{id}\"], "
      "in = { t = \"{tag}\" } }\n");
  CHECK(spec.order.json);
  CHECK(spec.order.payload ==
        R"({{"cmd":"o\"k","n":2,"v":{value},"f":true,"a":[1,"{id}"],"in":{{"t":"{tag}"}}}})");
}

TEST_CASE("actions config: a topic that the allow-list does not cover is told with its place",
          "[config]") {
  const Loaded got = with("when = { rule = \"gas\" }\ntopic = \"park/{device}/valve\"\n",
                          "allow = [\"park/t1/+\"]");
  CHECK(got.config == nullptr);
  REQUIRE(got.out.size() == 1);
  CHECK(got.out[0].where.file == "p.toml");
  CHECK(got.out[0].where.line > 6);
  CHECK(got.out[0].where.column > 0);
  CHECK(got.out[0].key == "action.topic");
  CHECK(has(got.out[0].message, "\"park/t2/valve\" is not allowed"));
  CHECK(has(mistake(good, "mode = \"dry-run\""), "is not allowed"));
}

TEST_CASE("actions config: what calls for nothing is a mistake", "[config]") {
  const std::string topic = "topic = \"park/v\"\n";
  CHECK(has(mistake(topic), "action.when: is missing"));
  CHECK(has(mistake("when = {}\n" + topic), "every alarm of the park is too many"));
  CHECK(has(mistake("when = { rule = \"gsa\" }\n" + topic),
            "there is no rule \"gsa\"; did you mean \"gas\"?"));
  CHECK(has(mistake("when = { tag = \"t/t9/*\" }\n" + topic), "is no tag"));
  CHECK(has(mistake("when = { rule = \"gas\", level = \"LL\" }\n" + topic), "no alarm calls"));
  CHECK(has(mistake("when = { level = \"X\" }\n" + topic), "must be one of LL, L, on, H, HH"));
  CHECK(has(mistake("when = { priority = \"hihg\" }\n" + topic), "did you mean \"high\"?"));
  CHECK(has(mistake("when = { rul = \"gas\" }\n" + topic), "rul"));
}

TEST_CASE("actions config: topics are names of others' that can be published to", "[config]") {
  const std::string when = "when = { rule = \"gas\" }\n";
  CHECK(has(mistake(when), "action.topic"));
  CHECK(has(mistake(when + "topic = \"park/+/x\"\n"), "is no topic to publish to"));
  CHECK(has(mistake(when + "topic = \"parkwatch/v1/x\"\n", "allow = [\"#\"]"),
            "is where Parkwatch publishes"));
  CHECK(has(mistake(when + "topic = \"park/{devcie}\"\n"),
            "unknown placeholder {devcie}; did you mean \"device\"?"));
  CHECK(has(mistake("when = { rule = \"quality\" }\ntopic = \"park/{device}\"\n"),
            "which have no device"));
  CHECK(mistake("when = { rule = \"quality\" }\ntopic = \"park/horn\"\n").empty());
}

TEST_CASE("actions config: payloads with unknown placeholders or lone braces", "[config]") {
  CHECK(has(mistake(good + "payload = \"{valeu}\"\n"),
            "unknown placeholder {valeu}; did you mean \"value\"?"));
  CHECK(has(mistake(good + "payload = \"{\"\n"), "a brace without its partner"));
  CHECK(has(mistake(good + "payload = 3\n"), "is a text, or a table"));
  CHECK(
      has(mistake(good + "payload = \"" + std::string(2001, 'x') + "\"\n"), "must not be longer"));
}

TEST_CASE("actions config: feedback is a tag that is a number or a state", "[config]") {
  CHECK(has(mistake(good + "confirm = { tag = \"t/t1/vavle\", states = \"closed\" }\n"),
            "unknown tag \"t/t1/vavle\""));
  CHECK(has(mistake(good + "confirm = { tag = \"t/note\", above = 1 }\n"), "is a text"));
  CHECK(has(mistake(good + "confirm = { tag = \"t/t1/valve\" }\n"), "states: is missing"));
  CHECK(has(mistake(good + "confirm = { tag = \"t/t1/valve\", states = \"ajar\" }\n"), "ajar"));
  CHECK(has(mistake(good + "confirm = { states = \"closed\" }\n"), "confirm.tag"));
}

TEST_CASE("actions config: live needs a broker, and lists are bounded and sound", "[config]") {
  CHECK(has(mistake(good, "mode = \"live\"\nallow = [\"park/#\"]"), "the broker of [alerts]"));
  CHECK(has(mistake(good, "mode = \"on\"\nallow = [\"park/#\"]"), "actions.mode"));
  CHECK(has(mistake(good, "allow = [\"park/#\", \"a+\"]"), "is no MQTT topic filter"));
  CHECK(has(mistake(good, "allow = [\"#\"]"), "allows every topic"));
  CHECK(
      has(mistake(good + "[[action]]\nid = \"shut\"\n" + good), "is the id of the action on line"));
  CHECK(has(mistake(good + "expires = \"2h\"\n"), "action.expires"));
  CHECK(has(mistake(good + "coldown = \"2h\"\n"), "did you mean \"cooldown\""));
}

TEST_CASE("actions config: the example of docs/actions.md is right", "[config]") {
  std::ifstream file{std::string{PARKWATCH_SOURCE_DIR} + "/docs/actions.md"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const std::size_t begin = text.find("```toml\n") + 8;
  const std::string example = text.substr(begin, text.find("```", begin) - begin);
  const Loaded got =
      given(example +
            "[[tag]]\nname = \"tf-a/t1/gas\"\n[[tag]]\nname = \"gates/gate1/barrier\"\n"
            "states = [ { number = 0, word = \"closed\" }, { number = 1, word = \"open\" } ]\n"
            "[[rule]]\nid = \"gas\"\nkind = \"limit\"\ntags = [\"tf-a/t1/gas\"]\nHH = 50\n");
  CAPTURE(got.said());
  REQUIRE(got.config != nullptr);
  CHECK(got.said().empty());
  const ActionPlan& plan = got.config->plant->actions;
  CHECK_FALSE(plan.live);
  REQUIRE(plan.actions.size() == 1);
  CHECK(plan.allows("cmd/gates/tf-a"));
  CHECK(plan.actions[0].release_acknowledged);
}

TEST_CASE("actions config: the section belongs into the main file, actions into any", "[config]") {
  const Loaded got = loaded(
      {{"p.toml", "daemon.park = \"p\"\ninclude = [\"r.toml\"]\n[actions]\nallow = [\"park/#\"]\n"},
       {"r.toml", park + "[[action]]\nid = \"shut\"\n" + good}});
  CAPTURE(got.said());
  REQUIRE(got.config != nullptr);
  CHECK(got.config->plant->actions.actions.size() == 1);
  const Loaded wrong = loaded({{"p.toml", "daemon.park = \"p\"\n"}, {"r.toml", "[actions]\n"}});
  CHECK(wrong.config == nullptr);
  CHECK(has(wrong.said(), "belongs into the main file"));
}

}  // namespace actions_test
