// tests/unit/parkwatch/command_line_test.cpp - What words mean, and which are refused with code 2.
#include "tools/parkwatch/command_line.h"

#include <cstdlib>

#include <catch2/catch.hpp>

namespace command_line_test {

using namespace parkwatch;
using namespace parkwatch::cli;

namespace {

template <typename Wanted>
Wanted command_of(const Parsed& parsed) {
  CAPTURE(parsed.text);
  REQUIRE(parsed.line);
  REQUIRE(std::holds_alternative<Wanted>(parsed.line->command));
  return std::get<Wanted>(parsed.line->command);
}

}  // namespace

TEST_CASE("command line: without more words the defaults hold", "[cli]") {
  const Parsed parsed = parse_command_line({"status"});
  static_cast<void>(command_of<StatusCommand>(parsed));
  CHECK(parsed.line->url == "http://127.0.0.1:7300");
  CHECK(parsed.line->token_file.empty());
  CHECK_FALSE(parsed.line->json);
  CHECK(parsed.line->timeout == std::chrono::seconds{10});
  CHECK(command_of<CheckCommand>(parse_command_line({"check"})).path ==
        "/etc/parkwatch/parkwatch.toml");
  CHECK(command_of<CheckCommand>(parse_command_line({"check", "a.toml"})).path == "a.toml");
}

TEST_CASE("command line: common options may stand before or behind the command", "[cli]") {
  for (const auto& args : {std::vector<std::string>{"--url", "http://gw:1", "--json", "--timeout",
                                                    "250ms", "tags", "a/*"},
                           std::vector<std::string>{"tags", "a/*", "--json", "--url", "http://gw:1",
                                                    "--timeout", "250ms"}}) {
    const Parsed parsed = parse_command_line(args);
    CHECK(command_of<TagsCommand>(parsed).pattern == "a/*");
    CHECK(parsed.line->url == "http://gw:1");
    CHECK(parsed.line->json);
    CHECK(parsed.line->timeout == std::chrono::milliseconds{250});
  }
}

TEST_CASE("command line: the environment gives the address and the token", "[cli]") {
  REQUIRE(::setenv("PARKWATCH_URL", "http://gw:9", 1) == 0);
  REQUIRE(::setenv("PARKWATCH_TOKEN_FILE", "/run/token", 1) == 0);
  const Parsed parsed = parse_command_line({"status"});
  const Parsed overridden = parse_command_line({"status", "--url", "http://gw:10"});
  REQUIRE(::unsetenv("PARKWATCH_URL") == 0);
  REQUIRE(::unsetenv("PARKWATCH_TOKEN_FILE") == 0);
  REQUIRE((parsed.line && overridden.line));
  CHECK(parsed.line->url == "http://gw:9");
  CHECK(parsed.line->token_file == "/run/token");
  CHECK(overridden.line->url == "http://gw:10");
}

TEST_CASE("command line: ack names an alarm, and perhaps an occurrence", "[cli]") {
  const auto plain =
      command_of<AckCommand>(parse_command_line({"ack", "tank-level", "tank/t/level"}));
  CHECK(plain.rule == "tank-level");
  CHECK(plain.tag == "tank/t/level");
  CHECK_FALSE(plain.occurrence);
  const auto full = command_of<AckCommand>(
      parse_command_line({"ack", "r", "t", "--occurrence", "48213", "--comment", "巡检中"}));
  CHECK(full.occurrence == 48213U);
  CHECK(full.comment == "巡检中");
}

TEST_CASE("command line: a pull with everything", "[cli]") {
  const auto pull = command_of<PullCommand>(parse_command_line(
      {"pull", "--format", "protobuf", "-o", "out.pb", "--cursor-file", "c", "--follow", "--tags",
       "a/*,b", "--from", "2026-01-01T00:00:00Z", "--to", "2026-01-02T00:00:00Z", "--consumer",
       "centre", "--page-bytes", "4MiB", "--accept-new-store"}));
  CHECK(pull.format == PullFormat::protobuf);
  CHECK(pull.output == "out.pb");
  CHECK(pull.cursor_file == "c");
  CHECK(pull.follow);
  CHECK(pull.tags == "a/*,b");
  CHECK(pull.from == "2026-01-01T00:00:00Z");
  CHECK(pull.to == "2026-01-02T00:00:00Z");
  CHECK(pull.consumer == "centre");
  CHECK(pull.page_bytes == std::uint64_t{4} << 20);
  CHECK(pull.accept_new_store);
  const Parsed small = parse_command_line({"pull", "--page-bytes", "5"});
  CHECK(small.code == exit_usage);
  CHECK_THAT(small.text, Catch::Contains("a page has 1024 bytes at least, not 5"));
  const auto plain = command_of<PullCommand>(parse_command_line({"pull"}));
  CHECK(plain.format == PullFormat::ndjson);
  CHECK(plain.output == "-");
  CHECK(plain.page_bytes == std::uint64_t{1} << 20);
}

TEST_CASE("command line: consumers are listed, added and removed", "[cli]") {
  CHECK(command_of<ConsumersCommand>(parse_command_line({"consumers"})).verb ==
        ConsumersCommand::Verb::list);
  const auto add = command_of<ConsumersCommand>(
      parse_command_line({"consumers", "add", "centre", "--start", "now", "--expires-in", "30d"}));
  CHECK(add.verb == ConsumersCommand::Verb::add);
  CHECK(add.name == "centre");
  CHECK(add.start == "now");
  CHECK(add.expires_in == "30d");
  const auto remove =
      command_of<ConsumersCommand>(parse_command_line({"consumers", "remove", "centre"}));
  CHECK(remove.verb == ConsumersCommand::Verb::remove);
  CHECK(remove.name == "centre");
}

TEST_CASE("command line: the other commands", "[cli]") {
  CHECK(command_of<AlarmsCommand>(parse_command_line({"alarms", "--watch"})).watch);
  CHECK_FALSE(command_of<AlarmsCommand>(parse_command_line({"alarms"})).watch);
  const auto events =
      command_of<EventsCommand>(parse_command_line({"events", "--after", "g.7", "--max", "5"}));
  CHECK(events.after == "g.7");
  CHECK(events.max == 5);
  CHECK(command_of<QuarantineCommand>(parse_command_line({"quarantine", "--max", "3"})).max == 3);
  CHECK(command_of<NotifyCommand>(parse_command_line({"notify", "list"})).verb ==
        NotifyCommand::Verb::list);
  const auto test = command_of<NotifyCommand>(parse_command_line({"notify", "test", "ding"}));
  CHECK(test.verb == NotifyCommand::Verb::test);
  CHECK(test.receiver == "ding");
  CHECK_FALSE(parse_command_line({"notify"}).line);
  CHECK_FALSE(parse_command_line({"notify", "test"}).line);
}

TEST_CASE("command line: what is wrong is refused with code 2 and words", "[cli]") {
  const auto args = GENERATE(values<std::vector<std::string>>({{},
                                                               {"fly"},
                                                               {"ack", "rule"},
                                                               {"status", "extra"},
                                                               {"pull", "--format", "xml"},
                                                               {"events", "--max", "0"},
                                                               {"events", "--max", "99999"},
                                                               {"quarantine", "--max", "-1"},
                                                               {"status", "--timeout", "soon"},
                                                               {"status", "--timeout", "0s"},
                                                               {"consumers", "add"},
                                                               {"consumers", "sell", "x"},
                                                               {"--unknown", "status"}}));
  const Parsed parsed = parse_command_line(args);
  CHECK_FALSE(parsed.line);
  CHECK(parsed.code == exit_usage);
  CHECK_FALSE(parsed.text.empty());
}

TEST_CASE("command line: an unknown command and an unknown format are told with what there is",
          "[cli]") {
  const auto text = [](std::vector<std::string> args) {
    const Parsed parsed = parse_command_line(std::move(args));
    CHECK(parsed.code == exit_usage);
    return parsed.text;
  };
  CHECK(text({"alarm"}) == "parkwatch: no command alarm; did you mean alarms?\n");
  CHECK(text({"--json", "frobnicate"}) ==
        "parkwatch: no command frobnicate; parkwatch --help lists them\n");
  CHECK_THAT(text({"pull", "--format", "xml"}), Catch::Contains("is ndjson, csv or protobuf"));
  CHECK_THAT(text({}), Catch::Contains("subcommand is required"));
}

TEST_CASE("command line: help and version are answers, not errors", "[cli]") {
  const Parsed help = parse_command_line({"--help"});
  CHECK_FALSE(help.line);
  CHECK(help.code == exit_ok);
  for (const char* word :
       {"check", "status", "tags", "alarms", "ack", "events", "pull", "consumers", "quarantine",
        "store", "--url", "--token-file", "--json", "Exit codes"}) {
    CAPTURE(word);
    CHECK(help.text.find(word) != std::string::npos);
  }
  const Parsed version = parse_command_line({"--version"});
  CHECK(version.code == exit_ok);
  CHECK(version.text.find(PARKWATCH_VERSION) != std::string::npos);
  CHECK(parse_command_line({"pull", "--help"}).text.find("--cursor-file") != std::string::npos);
}

TEST_CASE("command line: systems, new and listen", "[cli]") {
  CHECK(command_of<SystemsCommand>(parse_command_line({"systems"})).name.empty());
  const auto one = command_of<SystemsCommand>(
      parse_command_line({"systems", "tank-farm", "--library", "lib", "--markdown"}));
  CHECK(one.name == "tank-farm");
  CHECK(one.library == "lib");
  CHECK(one.markdown);
  const auto fresh = command_of<NewCommand>(
      parse_command_line({"new", "--package", "a", "--package", "b", "--site", "s", "--from",
                          "d.csv", "--park", "p", "--broker", "mqtt://h", "dir"}));
  CHECK(fresh.packages == std::vector<std::string>{"a", "b"});
  CHECK(fresh.sites == std::vector<std::string>{"s"});
  CHECK(fresh.directory == "dir");
  CHECK(fresh.from == "d.csv");
  CHECK(fresh.park == "p");
  const auto heard = command_of<ListenCommand>(parse_command_line(
      {"listen", "--broker", "mqtt://h", "--topic", "a/#", "--for", "5s", "-o", "d.csv"}));
  CHECK(heard.broker == "mqtt://h");
  CHECK(heard.topics == std::vector<std::string>{"a/#"});
  CHECK(heard.length == "5s");
  CHECK(heard.output == "d.csv");
  CHECK(command_of<ListenCommand>(parse_command_line({"listen", "--broker", "x"})).topics ==
        std::vector<std::string>{"#"});
  CHECK(parse_command_line({"new", "dir"}).code == exit_usage);
  CHECK(parse_command_line({"listen"}).code == exit_usage);
}

}  // namespace command_line_test
