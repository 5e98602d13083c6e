// tests/unit/config/notify_test.cpp - [[receiver]], [[route]], [[escalation]]: every key, its
// default and its mistakes.
#include "config/notify.h"

#include <catch2/catch.hpp>

#include "config/receivers.h"
#include "tests/unit/config/given.h"

namespace notify_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

namespace {

const std::string hook =
    "[[receiver]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"http://h/\"\n"
    "[[route]]\nto = [\"hook\"]\n";

// What a board needs.
const std::string broker = "[alerts]\nenabled = true\nurl = \"mqtt://127.0.0.1\"\n";

ReceiverSpec receiver_of(const std::string& keys) {
  const Loaded got =
      given(broker + "[[receiver]]\nname = \"r\"\n" + keys + "\n[[route]]\nto = [\"r\"]\n");
  CAPTURE(keys, got.said());
  REQUIRE(got.config != nullptr);
  REQUIRE(got.config->notify->receivers.size() == 1);
  return got.config->notify->receivers[0];
}

// What is said of a receiver with these keys, without the place.
std::string mistake(const std::string& keys) {
  const Loaded got = given("[[receiver]]\nname = \"r\"\n" + keys + "\n[[route]]\nto = [\"r\"]\n");
  std::string text;
  for (const Diagnostic& d : got.out) text += d.key + ": " + d.message + '\n';
  return text;
}

}  // namespace

TEST_CASE("notify config: without the sections nobody is told", "[config]") {
  const Loaded got = given("");
  REQUIRE(got.config != nullptr);
  CHECK(got.config->notify->empty());
}

TEST_CASE("notify config: defaults of each kind", "[config]") {
  const ReceiverSpec ding = receiver_of("kind = \"dingtalk\"\nurl = \"https://h/x\"");
  CHECK(ding.per_minute == 18);
  CHECK(ding.reserve == 5);
  CHECK(ding.group_wait == 10s);
  CHECK(ding.expire == 24h);
  CHECK(ding.fails_after == 60s);
  CHECK(ding.updates);
  CHECK(ding.digest_over == 10);
  CHECK(ding.language == Language::zh);
  CHECK(ding.mention_from == Priority::high);
  const ReceiverSpec feishu = receiver_of("kind = \"feishu\"\nurl = \"https://h/x\"");
  CHECK(feishu.per_minute == 90);
  CHECK(feishu.per_second == 4);
  const ReceiverSpec webhook = receiver_of("kind = \"webhook\"\nurl = \"https://h/x\"");
  CHECK_FALSE(webhook.updates);
  CHECK(webhook.per_minute == 0);
  CHECK(webhook.max_alerts == 100);
  const ReceiverSpec am = receiver_of("kind = \"alertmanager\"\nurl = \"http://h:9093\"");
  CHECK(am.group_wait == 0s);
  CHECK(am.updates);
  const ReceiverSpec board = receiver_of("kind = \"board\"\ntopic = \"gate/1\"");
  CHECK(board.characters == 24);
  CHECK(board.endpoints.empty());
  const ReceiverSpec mail =
      receiver_of("kind = \"email\"\nurl = \"smtp://m:587\"\nfrom = \"a@b\"\nto = [\"c@d\"]");
  CHECK(mail.starttls == StartTls::required);
  CHECK(mail.timeout == 30s);
}

TEST_CASE("notify config: every key of a robot", "[config]") {
  const ReceiverSpec r = receiver_of(
      "kind = \"dingtalk\"\nurl = \"https://h/x\"\nsecret_file = \"s\"\n"
      "spares = [{ url = \"https://h/y\" }, { url_file = \"u\", secret_file = \"t\" }]\n"
      "mention = [\"13800000000\"]\nmention_from = \"low\"\nlanguage = \"both\"\n"
      "link = \"https://gw/\"\nper_minute = 10\nreserve = 2\ndigest_over = 5\n"
      "group_wait = \"1s\"\ngroup_interval = \"2s\"\nupdates = false\nexpire = \"1h\"\n"
      "fails_after = \"5s\"\nqueue_max = 50\ntimeout = \"3s\"\nproxy = \"none\"\nca_file = \"ca\"");
  REQUIRE(r.endpoints.size() == 3);
  CHECK(r.endpoints[0] == Endpoint{"https://h/x", "", "s"});
  CHECK(r.endpoints[2] == Endpoint{"", "u", "t"});
  CHECK(r.mention == std::vector<std::string>{"13800000000"});
  CHECK(r.mention_from == Priority::low);
  CHECK(r.language == Language::both);
  CHECK(r.per_minute == 10);
  CHECK(r.queue_max == 50);
  CHECK_FALSE(r.updates);
  CHECK(r.proxy == "none");
}

TEST_CASE("notify config: mistakes of receivers say what would be right", "[config][hostile]") {
  const struct {
    const char* keys;
    const char* said;
  } cases[] = {
      {"", "receiver.kind: is needed, such as \"webhook\""},
      {"kind = \"dingtlk\"", "did you mean \"dingtalk\""},
      {"kind = \"webhook\"", "receiver.url: either url or url_file"},
      {"kind = \"webhook\"\nurl = \"ftp://x\"", "must begin with http:// or https://"},
      {"kind = \"webhook\"\nurl = \"http://u:p@x\"", "must not hold a user or a password"},
      {"kind = \"webhook\"\nurl = \"http://x\"\nmention = [\"1\"]", "unknown key"},
      {"kind = \"webhook\"\nurl = \"http://x\"\nretry_on = [200]", "HTTP statuses from 300 to 599"},
      {"kind = \"webhook\"\nurl = \"http://x\"\ncert_file = \"c\"", "must be given together"},
      {"kind = \"webhook\"\nurl = \"http://x\"\nlink = \"gw\"", "must begin with http://"},
      {"kind = \"webhook\"\nurl = \"http://x\"\nfallback = [\"r\"]", "stand in for itself"},
      {"kind = \"webhook\"\nurl = \"http://x\"\nfallback = [\"q\"]", "there is no receiver \"q\""},
      {"kind = \"dingtalk\"\nurl = \"https://h/?access_token=1\"", "a robot's URL is a secret"},
      {"kind = \"dingtalk\"\nurl = \"http://x\"\nreserve = 18", "less than per_minute (18)"},
      {"kind = \"wecom\"\nurl = \"http://x\"\nsecret_file = \"s\"", "unknown key"},
      {"kind = \"feishu\"\nurl = \"http://x\"\nmention = [\"a b\"]", "no telephone number or id"},
      {"kind = \"email\"\nurl = \"http://x\"\nfrom = \"a@b\"\nto = [\"c@d\"]",
       "smtp:// or smtps://"},
      {"kind = \"email\"\nurl = \"smtp://x\"\nfrom = \"a\"\nto = [\"c@d\"]", "no e-mail address"},
      {"kind = \"email\"\nurl = \"smtp://x\"\nfrom = \"a@b\"", "needs at least one address"},
      {"kind = \"email\"\nurl = \"smtp://x\"\nfrom = \"a@b\"\nto = [\"c@d\\r\\nX: y\"]",
       "no e-mail address"},
      {"kind = \"email\"\nurl = \"smtp://x\"\nfrom = \"a@b\"\nto = [\"c@d\"]\nusername = \"u\"",
       "must be given together"},
      {"kind = \"board\"\ntopic = \"a/#\"", "without + and #"},
      {"kind = \"board\"", "receiver.topic"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.keys);
    CHECK_THAT(mistake(one.keys), Catch::Contains(one.said));
  }
}

TEST_CASE("notify config: routes by priority, group, rule, tag, hours and days", "[config]") {
  const Loaded got = given(hook +
                           "[[route]]\npriority = [\"critical\", \"high\"]\ngroup = \"tank-farm\"\n"
                           "rule = [\"tank-*\"]\ntag = [\"wwtp1/**\"]\nhours = \"20:00-08:00\"\n"
                           "days = [\"mon\", \"sun\"]\nto = [\"hook\", \"page\", \"mqtt\"]\n"
                           "stop = true\n");
  CAPTURE(got.said());
  REQUIRE(got.config != nullptr);
  const RouteSpec& route = got.config->notify->routes.at(1);
  CHECK(route.priorities == std::vector<Priority>{Priority::critical, Priority::high});
  CHECK(route.groups == std::vector<std::string>{"tank-farm"});
  CHECK(route.rules == std::vector<std::string>{"tank-*"});
  CHECK(route.tags == std::vector<std::string>{"wwtp1/**"});
  CHECK(route.when == TimeOfDay{20 * 60, 8 * 60, {true, false, false, false, false, false, true}});
  CHECK(route.to == std::vector<std::string>{"hook"});  // the others are told anyway
  CHECK(route.stop);
}

TEST_CASE("notify config: mistakes of routes have file, line, column and key",
          "[config][hostile]") {
  const Loaded got =
      given(hook +
            "[[route]]\npriority = \"hihg\"\nhours = \"8-20\"\n"
            "days = [\"monday\"]\nto = [\"hok\"]\nescalation = \"duty\"\n[[route]]\n");
  CHECK(got.config == nullptr);
  CHECK(got.said() ==
        "p.toml:13:1 error route.priority: unknown priority \"hihg\"; did you mean \"high\"?\n"
        "p.toml:14:1 error route.hours: must be such as \"08:00-20:00\", is \"8-20\"\n"
        "p.toml:15:1 error route.days: unknown day \"monday\"; it must be one of mon, tue, wed, "
        "thu, fri, sat, sun\n"
        "p.toml:16:1 error route.to: there is no receiver \"hok\"; did you mean \"hook\"?\n"
        "p.toml:17:1 error route.escalation: there is no escalation \"duty\"\n"
        "p.toml:18:1 error route.to: a route needs to, escalation or stop = true\n");
}

TEST_CASE("notify config: an escalation with its steps and fallback", "[config]") {
  const Loaded got =
      given(hook +
            "[[receiver]]\nname = \"spare\"\nkind = \"webhook\"\nurl = \"http://s/\"\n"
            "[[escalation]]\nid = \"duty\"\nfallback = [\"spare\"]\nsteps = [\n"
            "{ after = \"0s\", to = [\"page\", \"hook\"] },\n"
            "{ after = \"3m\", to = [\"hook\"], until = \"closed\", repeat = \"5m\" },\n"
            "{ after = \"4m\", to = [\"hook\"], until = \"returned\" } ]\n"
            "[[route]]\nescalation = \"duty\"\n");
  CAPTURE(got.said());
  REQUIRE(got.config != nullptr);
  const EscalationSpec& duty = got.config->notify->escalations.at(0);
  REQUIRE(duty.steps.size() == 3);
  CHECK(duty.steps[0] == EscalationStep{0s, {"hook"}, EscalationStep::Until::acked, 0s, 1});
  CHECK(duty.steps[1] == EscalationStep{3min, {"hook"}, EscalationStep::Until::closed, 5min, 3});
  CHECK(duty.steps[2] == EscalationStep{4min, {"hook"}, EscalationStep::Until::returned, 0s, 1});
  CHECK(got.config->notify->receivers[0].fallback == std::vector<std::string>{"spare"});
  CHECK(got.config->notify->routes.back().escalation == "duty");
}

TEST_CASE("notify config: a rule names its escalation, which must be there", "[config]") {
  const std::string rule =
      "[[tag]]\nname = \"t/a/x\"\n[[rule]]\nid = \"r\"\nkind = \"limit\"\n"
      "tags = [\"t/a/x\"]\nH = { at = 1, priority = \"high\" }\nescalation = \"duty\"\n";
  const std::string duty =
      "[[escalation]]\nid = \"duty\"\nsteps = [{ after = \"3m\", to = [\"hook\"] }]\n";
  const Loaded good = given(hook + duty + rule);
  CAPTURE(good.said());
  REQUIRE(good.config != nullptr);
  CHECK(good.config->notify->rule_escalations.at("r") == "duty");
  CHECK_THAT(given(hook + rule).said(),
             Catch::Contains("error rule.escalation: there is no escalation \"duty\""));
}

TEST_CASE("notify config: mistakes of escalations", "[config][hostile]") {
  const Loaded got = given(hook +
                           "[[escalation]]\nid = \"e\"\n[[escalation]]\nid = \"e\"\nsteps = [\n"
                           "{ after = \"3m\", to = [\"hook\"], times = 2 },\n"
                           "{ after = \"1m\", until = \"never\" } ]\n");
  CHECK(got.config == nullptr);
  const std::string said = got.said();
  CAPTURE(said);
  for (const char* text :
       {"escalation.steps: needs at least one step", "is the name of the escalation on line 13",
        "does nothing without repeat", "steps must be in the order of their `after`",
        "escalation.steps.to: is needed", "escalation.steps.until"}) {
    CHECK_THAT(said, Catch::Contains(text));
  }
}

TEST_CASE("notify config: two of one name, and one that nothing names", "[config]") {
  const Loaded got = given(hook + hook);
  CHECK_THAT(got.said(), Catch::Contains("is the name of the receiver on line 7 already"));
  const Loaded idle =
      given("[[receiver]]\nname = \"r\"\nkind = \"webhook\"\nurl = \"http://h/\"\n");
  REQUIRE(idle.config != nullptr);
  CHECK_THAT(idle.said(), Catch::Contains("is told nothing"));
  CHECK(given("[[receiver]]\nname = \"r\"\nkind = \"pigeon\"\n").said().find("is told nothing") ==
        std::string::npos);
  const Loaded beat = given(
      "[[receiver]]\nname = \"r\"\nkind = \"heartbeat\"\nurl = \"http://h/\"\n"
      "[[route]]\nto = [\"r\"]\n");
  CHECK_THAT(beat.said(), Catch::Contains("is a heartbeat, which takes no alarms"));
}

TEST_CASE("notify config: a secret that others can read is refused", "[config]") {
  const Folder folder;
  folder.write("p.toml",
               "[daemon]\npark = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n"
               "[[receiver]]\nname = \"r\"\nkind = \"dingtalk\"\nurl_file = \"u\"\n"
               "[[route]]\nto = [\"r\"]\n");
  folder.write("u", "https://h/\n");
  folder.chmod("u", 0644);
  CHECK(load_from(folder, "p.toml").config == nullptr);
  folder.chmod("u", 0600);
  const Loaded got = load_from(folder, "p.toml");
  CAPTURE(got.said());
  REQUIRE(got.config != nullptr);
  CHECK(got.config->notify->receivers[0].endpoints[0].url_file == folder / "u");
}

TEST_CASE("notify config: an included file may hold them", "[config]") {
  const Loaded got = loaded({{"p.toml",
                              "include = [\"n.toml\"]\ndaemon.park = \"p\"\n[[source]]\n"
                              "name = \"s\"\ndriver = \"mqtt\"\n"},
                             {"n.toml", hook}});
  CAPTURE(got.said());
  REQUIRE(got.config != nullptr);
  CHECK(got.config->notify->receivers.size() == 1);
}

TEST_CASE("notify config: hours of a day", "[config]") {
  CHECK(parse_hours("08:00-20:30")->to_minute == 20 * 60 + 30);
  CHECK(parse_hours("00:00-24:00")->to_minute == 0);
  for (const char* text : {"", "8:00-20:00", "08:00", "08:00-25:00", "08:60-09:00", "24:01-08:00",
                           "08:00-20:00 ", "aa:bb-cc:dd"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_hours(text));
  }
}

// The example file must stay true: uncommented, all of it is a configuration.
TEST_CASE("notify config: config/notify.toml is right when it is uncommented", "[config]") {
  std::ifstream file{std::string{PARKWATCH_SOURCE_DIR} + "/config/notify.toml"};
  REQUIRE(file);
  std::string text;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("# ")) line = line.substr(2);
    const bool is_table = line.starts_with("[[");
    const bool is_key = line.find(" = ") != std::string::npos && line.front() >= 'a' &&
                        line.front() <= 'z' && line.find(' ') == line.find(" = ");
    const bool is_step = line.starts_with("  {");
    if (is_table || is_key || is_step) text += line + '\n';
  }
  const Loaded got = given(broker + text);
  CAPTURE(text, got.said());
  REQUIRE(got.config != nullptr);
  CHECK(got.config->notify->receivers.size() == 8);
  CHECK(got.config->notify->escalations.size() == 1);
}

}  // namespace notify_test
