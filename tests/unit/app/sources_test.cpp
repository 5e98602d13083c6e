// tests/unit/app/sources_test.cpp - Which sources live on over a reload, and which reload is
// refused.
#include "app/sources.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "app/gateway_clock.h"
#include "config/config.h"
#include "tests/support/mosquitto.h"
#include "tests/support/temp_dir.h"

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
