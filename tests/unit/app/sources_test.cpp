// tests/unit/app/sources_test.cpp - Which sources live on over a reload, and which reload is
// refused.
#include "app/sources.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "app/gateway_clock.h"
#include "config/config.h"
#include "tests/support/mosquitto.h"
#include "tests/support/temp_dir.h"

namespace sources_test {

using namespace parkwatch;
using namespace parkwatch::app;
using namespace std::chrono_literals;

namespace {

std::string source(const std::string& name, std::uint16_t port, const std::string& topic) {
  return "[[source]]\nname = \"" + name +
         "\"\ndriver = \"mqtt\"\nurl = \"mqtt://127.0.0.1:" + std::to_string(port) +
         "\"\nclient_id = \"" + name + "\"\n[[source.mapping]]\ntopic = \"" + topic +
         "\"\nformat = \"bare\"\ntag = \"a/b/c\"\n";
}

std::shared_ptr<const config::Config> config_of(const std::string& sources) {
  const test::TempDir dir;
  const std::string path = (dir.path() / "parkwatch.toml").string();
  FILE* file = std::fopen(path.c_str(), "w");
  const std::string text = "[daemon]\npark = \"test\"\nstate_directory = \"/var/lib/x\"\n" +
                           sources + "[[tag]]\nname = \"a/b/c\"\n";
  REQUIRE(std::fwrite(text.data(), 1, text.size(), file) == text.size());
  REQUIRE(std::fclose(file) == 0);
  Diagnostics diagnostics;
  auto config = config::load(path, check_driver, diagnostics);
  for (const Diagnostic& d : diagnostics) UNSCOPED_INFO(to_text(d));
  REQUIRE(config != nullptr);
  return config;
}

struct Rig {
  GatewayClock clock{real_clock_sources(), timestamp_min};
  Intake intake{clock, {}, 0};
  boost::asio::io_context loop{1};
  Sources sources{loop, intake, clock, "test", false, [](const std::string&) {}};

  bool run_until_connected(std::size_t at) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < end) {
      loop.run_one_for(100ms);
      const auto status = sources.status();
      if (at < status.size() && status[at].connected) return true;
    }
    return false;
  }
  void stop() {
    bool done = false;
    sources.stop([&done] { done = true; });
    while (!done) loop.run_one_for(1s);
  }
};

}  // namespace

TEST_CASE("sources: a reload keeps what did not change and restarts what did", "[app]") {
  test::Mosquitto broker;
  Rig rig;
  const auto first =
      config_of(source("one", broker.port(), "x/y") + source("two", broker.port(), "z"));
  REQUIRE(rig.sources.apply(*first).ok());
  REQUIRE(rig.run_until_connected(0));
  REQUIRE(rig.run_until_connected(1));
  const Timestamp since = rig.sources.status()[0].since;

  const auto second =
      config_of(source("one", broker.port(), "x/y") + source("two", broker.port(), "other") +
                source("three", broker.port(), "w"));
  REQUIRE(rig.sources.apply(*second).ok());
  REQUIRE(rig.run_until_connected(2));
  REQUIRE(rig.run_until_connected(1));
  CHECK(rig.sources.status().size() == 3);
  CHECK(rig.sources.status()[0].since == since);
  CHECK(rig.sources.status()[0].connected);

  REQUIRE(rig.sources.apply(*first).ok());
  CHECK(rig.sources.status().size() == 2);
  rig.stop();
}

TEST_CASE("sources: a reload that gives a source another number is refused and changes nothing",
          "[app]") {
  const std::uint16_t nobody = test::free_loopback_port();
  Rig rig;
  REQUIRE(
      rig.sources.apply(*config_of(source("one", nobody, "x") + source("two", nobody, "y"))).ok());
  const auto swapped = config_of(source("two", nobody, "y") + source("one", nobody, "x"));
  const auto refused = rig.sources.apply(*swapped);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::refused);
  CHECK(refused.error().message.find("two") != std::string::npos);
  CHECK(rig.sources.status()[0].name == "one");
  rig.stop();
}

TEST_CASE("sources: high water is passed on, and to sources that start meanwhile", "[app]") {
  test::Mosquitto broker;
  Rig rig;
  rig.sources.flow(false);
  REQUIRE(rig.sources.apply(*config_of(source("one", broker.port(), "x"))).ok());
  CHECK(rig.sources.status()[0].paused);
  CHECK_FALSE(rig.sources.status()[0].connected);
  rig.sources.flow(true);
  CHECK(rig.run_until_connected(0));
  rig.stop();
}

TEST_CASE("sources: from the end any number may be taken and added again, from elsewhere none",
          "[app]") {
  const std::uint16_t nobody = test::free_loopback_port();
  const auto one = source("one", nobody, "x");
  const auto two = source("two", nobody, "y");
  const auto three = source("three", nobody, "z");
  Rig rig;
  const auto names = [&rig] {
    std::vector<std::string> all;
    for (const auto& status : rig.sources.status()) all.push_back(status.name);
    return all;
  };
  struct Step {
    std::string config;
    bool accepted;
    std::vector<std::string> then;
  };
  const Step steps[] = {{one + two + three, true, {"one", "two", "three"}},
                        {one + three, false, {"one", "two", "three"}},  // from the middle
                        {two + three, false, {"one", "two", "three"}},  // from the beginning
                        {three + one + two, false, {"one", "two", "three"}},
                        {one, true, {"one"}},
                        {one + three, true, {"one", "three"}},
                        {one + two + three, false, {"one", "three"}},  // into the middle
                        {one + three + two, true, {"one", "three", "two"}}};
  for (const Step& step : steps) {
    CAPTURE(step.config);
    const auto config = config_of(step.config);
    CHECK(rig.sources.check(*config).ok() == step.accepted);
    CHECK(rig.sources.apply(*config).ok() == step.accepted);
    CHECK(names() == step.then);
  }
  rig.stop();
}

TEST_CASE("sources: a refused reload says which source stands where, and what may be done",
          "[app]") {
  const std::uint16_t nobody = test::free_loopback_port();
  Rig rig;
  REQUIRE(rig.sources.apply(*config_of(source("one", nobody, "x"))).ok());
  const auto renamed = config_of(source("uno", nobody, "x"));
  const auto refused = rig.sources.check(*renamed);
  REQUIRE_FALSE(refused.ok());
  CHECK_THAT(refused.error().message,
             Catch::Contains("\"uno\" stands where \"one\" was") && Catch::Contains("restart"));
  CHECK(rig.sources.status()[0].name == "one");
  rig.stop();
}

TEST_CASE("sources: the state of a source counts from its last change", "[app]") {
  auto broker = std::make_unique<test::Mosquitto>();
  Rig rig;
  const auto config = config_of(source("one", broker->port(), "x"));
  const Timestamp before = rig.clock.now();
  REQUIRE(rig.sources.apply(*config).ok());
  CHECK(rig.sources.status()[0].since >= before);
  REQUIRE(rig.run_until_connected(0));
  const Timestamp connected = rig.sources.status()[0].since;
  CHECK(connected > before);
  CHECK(rig.sources.status()[0].since == connected);  // looking does not change it
  broker.reset();
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (rig.sources.status()[0].connected && std::chrono::steady_clock::now() < end) {
    rig.loop.run_one_for(100ms);
  }
  const auto lost = rig.sources.status()[0];
  CHECK_FALSE(lost.connected);
  CHECK(lost.since > connected);
  rig.stop();
}

TEST_CASE("sources: a stop without any source is done at once", "[app]") {
  Rig rig;
  bool done = false;
  rig.sources.stop([&done] { done = true; });
  CHECK(done);
  rig.sources.committed(7);
  rig.sources.flow(false);
  rig.sources.stop_reading();
  CHECK(rig.sources.status().empty());
}

TEST_CASE("sources: each gets its own decoder and window, in the order of their numbers", "[app]") {
  const std::uint16_t nobody = test::free_loopback_port();
  const auto config = config_of(source("one", nobody, "x") + source("two", nobody, "y/z"));
  const auto decoders = make_decoders(*config);
  REQUIRE(decoders.size() == 2);
  REQUIRE(windows_of(*config).size() == 2);
  const std::string topics[] = {"x", "y/z"};
  for (std::size_t decoder = 0; decoder < 2; ++decoder) {
    for (std::size_t topic = 0; topic < 2; ++topic) {
      CAPTURE(decoder, topic);
      Message message;
      message.topic = topics[topic];
      message.payload = "7";
      Decoded decoded;
      decoders[decoder]->decode(message, decoded);
      CHECK(decoded.readings.size() == (decoder == topic ? 1 : 0));
      CHECK(decoded.faults.size() == (decoder == topic ? 0 : 1));
    }
  }
}

}  // namespace sources_test
