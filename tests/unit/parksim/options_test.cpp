// tests/unit/parksim/options_test.cpp - What the command line of parksim understands.
#include "tools/parksim/options.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace parkwatch::parksim::options_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Parsed parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "parksim");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

}  // namespace

TEST_CASE("parksim options: without any it publishes to the local broker until a signal",
          "[parksim]") {
  const Parsed parsed = parse({});
  REQUIRE(parsed.run);
  CHECK(parsed.options.mode == Mode::publish);
  CHECK(parsed.options.broker == Broker{"127.0.0.1", 1883, false});
  CHECK(parsed.options.seed == 1);
  CHECK(parsed.options.incidents.empty());
  CHECK_FALSE(parsed.options.duration);
  CHECK_FALSE(parsed.options.start);
  CHECK(parsed.options.rate == 1.0);
  CHECK(parsed.options.speed == 1.0);
}

TEST_CASE("parksim options: each is read", "[parksim]") {
  const Parsed parsed = parse({"--broker",   "mqtts://broker.park:8884",
                               "--seed",     "42",
                               "--incident", "leak@20s+1m30s",
                               "--incident", "blower-trip@5+0.5",
                               "--duration", "10m",
                               "--start",    "2026-03-02T08:00:00Z",
                               "--rate",     "2",
                               "--speed",    "60",
                               "--print",    "--username",
                               "sim",        "--client-id",
                               "me"});
  CAPTURE(parsed.text);
  REQUIRE(parsed.run);
  const Options& options = parsed.options;
  CHECK(options.mode == Mode::print);
  CHECK(options.broker == Broker{"broker.park", 8884, true});
  CHECK(options.seed == 42);
  CHECK(options.incidents ==
        std::vector<Incident>{{Cause::leak, seconds{20}, seconds{90}},
                              {Cause::blower_trip, seconds{5}, milliseconds{500}}});
  CHECK(options.duration == minutes{10});
  CHECK(options.start == from_us(1772438400000000));
  CHECK(options.rate == 2.0);
  CHECK(options.speed == 60.0);
  CHECK(options.username == "sim");
  CHECK(options.client_id == "me");
}

TEST_CASE("parksim options: help, version and lists end with 0", "[parksim]") {
  const Parsed help = parse({"--help"});
  CHECK_FALSE(help.run);
  CHECK(help.exit_code == 0);
  CHECK(help.text.find("--incident") != std::string::npos);
  const Parsed version = parse({"--version"});
  CHECK_FALSE(version.run);
  CHECK(version.exit_code == 0);
  CHECK(version.text.find(PARKWATCH_VERSION) != std::string::npos);
  CHECK(parse({"--list-incidents"}).options.mode == Mode::list_incidents);
  CHECK(parse({"--list-tags"}).options.mode == Mode::list_tags);
}

TEST_CASE("parksim options: a mistake says what would be right", "[parksim]") {
  struct Case {
    std::vector<const char*> arguments;
    const char* said;
  };
  const Case cases[] = {
      {{"--incident", "leak"}, "NAME@START+DURATION"},
      {{"--incident", "leak@20s"}, "NAME@START+DURATION"},
      {{"--incident", "leek@20s+10s"}, "no such incident; there are valve-stuck-open, leak,"},
      {{"--incident", "leak@soon+10s"}, "the start is a time such as"},
      {{"--incident", "leak@20s+"}, "the duration is a time over 0"},
      {{"--incident", "leak@20s+0s"}, "the duration is a time over 0"},
      {{"--incident", "leak@20s+-5s"}, "the duration is a time over 0"},
      {{"--broker", "127.0.0.1:1883"}, "mqtt://HOST[:PORT]"},
      {{"--broker", "mqtt://"}, "a host is missing"},
      {{"--broker", "mqtt://host/topic"}, "a host is missing"},
      {{"--broker", "mqtt://host:0"}, "a number from 1 to 65535"},
      {{"--broker", "mqtt://host:65536"}, "a number from 1 to 65535"},
      {{"--broker", "mqtt://host:18x"}, "a number from 1 to 65535"},
      {{"--duration", "long"}, "a time such as 90s"},
      {{"--duration", "0s"}, "a time such as 90s"},
      {{"--start", "yesterday"}, "a time such as 2026-03-02T08:00:00Z"},
      {{"--rate", "0"}, "--rate"},
      {{"--speed", "-1"}, "--speed"},
      {{"--seed", "red"}, "--seed"},
      {{"--password-file", "/does/not/exist"}, "--password-file"},
      {{"--replay", "/does/not/exist"}, "--replay"},
      {{"--frobnicate"}, "frobnicate"},
  };
  for (const auto& [arguments, said] : cases) {
    const Parsed parsed = parse(arguments);
    CAPTURE(arguments.front(), arguments.back(), parsed.text);
    CHECK_FALSE(parsed.run);
    CHECK(parsed.exit_code == 2);
    CHECK(parsed.text.find(said) != std::string::npos);
  }
}

TEST_CASE("parksim options: systems take the place of the demo park", "[parksim]") {
  const test::TempDir dir;
  const std::string file = (dir.path() / "incidents.toml").string();
  std::ofstream{file} << "[system]\nsite = \"tf-b\"\ntanks = [\"T1\", \"T2\"]\narea = 12.5\n"
                         "spare = true\nyears = 3\n[quiet]\nduration = \"1d\"\n";
  const std::string system = "tank-farm:" + file;
  const Parsed parsed = parse({"--system", system.c_str(), "--system", "wastewater-plant",
                               "--incident", "tank-farm/flange-leak@30m+20m"});
  CAPTURE(parsed.text);
  REQUIRE(parsed.run);
  REQUIRE(parsed.options.systems.size() == 2);
  const SystemChoice& farm = parsed.options.systems[0];
  CHECK(farm.info == system_named("tank-farm"));
  CHECK(farm.settings == SystemSettings{{"site", {"tf-b"}},
                                        {"tanks", {"T1", "T2"}},
                                        {"area", {"12.5"}},
                                        {"spare", {"true"}},
                                        {"years", {"3"}}});
  CHECK(farm.incidents == std::vector<SystemIncident>{{"flange-leak", minutes{30}, minutes{20}}});
  CHECK(parsed.options.systems[1].incidents.empty());
}

TEST_CASE("parksim options: a mistake about a system says what would be right", "[parksim]") {
  const test::TempDir dir;
  const std::string empty = "tank-farm:" + (dir.path() / "empty.toml").string();
  const std::string broken = "tank-farm:" + (dir.path() / "broken.toml").string();
  std::ofstream{dir.path() / "empty.toml"} << "system = 1\n";
  std::ofstream{dir.path() / "broken.toml"} << "[system\n";
  struct Case {
    std::vector<const char*> arguments;
    const char* said;
  };
  const Case cases[] = {
      {{"--system", "tank-firm"}, "no such system; there are "},
      {{"--system", "tank-farm:/does/not/exist"}, "/does/not/exist cannot be read"},
      {{"--system", empty.c_str()}, "has no table [system]"},
      {{"--system", broken.c_str()}, "broken.toml:1"},
      {{"--incident", "tank-farm/overfill@1m+1m"}, "add --system tank-farm"},
      {{"--system", "tank-farm", "--incident", "tank-farm/leek@1m+1m"}, "there are overfill,"},
      {{"--system", "tank-farm", "--incident", "tank-farm/overfill@1m"}, "NAME@START+DURATION"},
      {{"--system", "tank-farm", "--incident", "leak@1m+1m"}, "the demo park is not simulated"},
  };
  for (const auto& [arguments, said] : cases) {
    const Parsed parsed = parse(arguments);
    CAPTURE(arguments.back(), parsed.text);
    CHECK_FALSE(parsed.run);
    CHECK(parsed.exit_code == 2);
    CHECK(parsed.text.find(said) != std::string::npos);
  }
}

TEST_CASE("parksim options: brokers with and without a port, names and addresses", "[parksim]") {
  const std::pair<const char*, Broker> cases[] = {
      {"mqtt://localhost", {"localhost", 1883, false}},
      {"mqtts://localhost", {"localhost", 8883, true}},
      {"mqtt://10.0.0.1:11883/", {"10.0.0.1", 11883, false}},
      {"mqtt://[::1]:1884", {"[::1]", 1884, false}},
      {"mqtt://[::1]", {"[::1]", 1883, false}},
  };
  for (const auto& [text, broker] : cases) {
    const auto parsed = parse_broker(text);
    CAPTURE(text);
    REQUIRE(parsed);
    CHECK(*parsed == broker);
  }
}

}  // namespace parkwatch::parksim::options_test
