// tests/integration/listen_test.cpp - `parkwatch listen` at a real broker.
#include "tools/parkwatch/listen.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <future>

#include "config/config.h"
#include "config/files.h"
#include "drivers/driver.h"
#include "tests/support/mosquitto.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/mqtt/running_session.h"
#include "tests/unit/parkwatch/recording_console.h"

namespace listen_test {

using namespace parkwatch;
using namespace parkwatch::cli;
using namespace std::chrono_literals;

namespace {

test::MosquittoOptions with_log() {
  test::MosquittoOptions options;
  options.lines = {"log_type all"};
  return options;
}

struct Listened {
  test::Mosquitto broker{with_log()};
  test::TempDir dir;
  test::RecordingConsole rec;

  [[nodiscard]] ListenCommand command() const {
    ListenCommand one;
    one.broker = "mqtt://127.0.0.1:" + std::to_string(broker.port());
    one.output = dir.path() / "draft.csv";
    one.length = "60s";
    return one;
  }
  [[nodiscard]] std::string draft() const {
    const auto read = config::read_file(dir.path() / "draft.csv");
    return read ? *read : std::string{};
  }
  // Listens until all of it was delivered and acknowledged, then stops as Ctrl-C does.
  int run(const std::vector<std::pair<std::string, std::string>>& messages) {
    auto code = std::async(std::launch::async, [this] { return listen(command(), rec.console); });
    REQUIRE(broker.wait_for_log("Sending SUBACK to parkwatch-listen"));
    test::RunningSession publisher{test::publisher_options(broker.port())};
    REQUIRE(publisher.start());
    publisher.wait_for_connects(1);
    for (const auto& [topic, payload] : messages) {
      REQUIRE(publisher.publish(topic, payload).get());
    }
    // A broker's message numbers to one client count from 1.
    REQUIRE(broker.wait_for_log("PUBACK from parkwatch-listen-" + std::to_string(::getpid()) +
                                " (Mid: " + std::to_string(messages.size())));
    REQUIRE(std::raise(SIGINT) == 0);
    return code.get();
  }
};

}  // namespace

TEST_CASE("listen: what a broker's topics say becomes a point table that a configuration takes",
          "[listen]") {
  Listened scene;
  CHECK(scene.run({{"park/tf-a/T101/level", R"({"value":7.5,"time":1780000000,"unit":"m"})"},
                   {"park/tf-a/T101/level", R"({"value":7.75,"time":1780000002,"unit":"m"})"},
                   {"plc/P1", R"({"flow":12,"on":true})"},
                   {"bare/x/y", "3"},
                   {"bad/x/y", "{\"a\":"}}) == exit_ok);
  CAPTURE(scene.draft(), scene.rec.err.str());
  CHECK(scene.draft().find(
            "tf-a/T101/level,park/tf-a/T101/level,/value,/time,double,m,,,7.5,7.75,") !=
        std::string::npos);
  CHECK(scene.draft().find("plc/P1/flow,plc/P1,/flow,,double,,,,12,12,") != std::string::npos);
  CHECK(scene.draft().find("plc/P1/on,plc/P1,/on,,bool,") != std::string::npos);
  CHECK(scene.rec.err.str() == "5 messages of 4 topics, 1 not understood\n");

  std::ofstream{scene.dir.path() / "parkwatch.toml"}
      << "include = [\"draft.csv\"]\ndaemon.park = \"p\"\n[[source]]\nname = \"s\"\n"
         "driver = \"mqtt\"\nurl = \"mqtt://127.0.0.1\"\n";
  Diagnostics diagnostics;
  const auto config = config::load(scene.dir.path() / "parkwatch.toml", check_driver, diagnostics);
  for (const Diagnostic& d : diagnostics) UNSCOPED_INFO(to_text(d));
  CHECK(diagnostics.empty());
  REQUIRE(config != nullptr);
  CHECK(config->plant->tags.size() == 4);
}

TEST_CASE("listen: no broker, a wrong one, and a file that is there are said", "[listen][fault]") {
  test::TempDir dir;
  const auto code_of = [&](ListenCommand command, std::string& said) {
    test::RecordingConsole rec;
    const int code = listen(command, rec.console);
    said = rec.err.str();
    return code;
  };
  std::string said;
  ListenCommand command;
  command.broker = "http://127.0.0.1";
  CHECK(code_of(command, said) == exit_usage);
  CHECK(said.find("--broker must be mqtt://host") != std::string::npos);
  command.broker = "mqtt://127.0.0.1:" + std::to_string(test::free_loopback_port());
  command.length = "soon";
  CHECK(code_of(command, said) == exit_usage);
  command.length = "1s";
  command.topics = {"a/+", "a/#/b"};
  CHECK(code_of(command, said) == exit_usage);
  CHECK(said.find("--topic 'a/#/b' is no topic filter") != std::string::npos);
  command.topics = {"#"};
  CHECK(code_of(command, said) == exit_not_reachable);
  CHECK(said.find("no broker at mqtt://127.0.0.1:") != std::string::npos);
  command.output = dir.path() / "there.csv";
  std::ofstream{command.output} << "mine";
  CHECK(code_of(command, said) == exit_no);
  CHECK(said.find("is there already and is not overwritten") != std::string::npos);
}

TEST_CASE("listen: a silent broker gives no table", "[listen]") {
  const test::Mosquitto broker;
  test::RecordingConsole rec;
  ListenCommand command;
  command.broker = "mqtt://127.0.0.1:" + std::to_string(broker.port());
  command.topics = {"nobody/#"};
  command.length = "1s";
  CHECK(listen(command, rec.console) == exit_no);
  CHECK(rec.err.str().find("nothing came in 1s") != std::string::npos);
}

}  // namespace listen_test
