// tests/unit/app/sources_test.cpp - Which sources live on over a reload, and which reload is
// refused.
#include "app/sources.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "app/gateway_clock.h"
#include "config/config.h"
#include "tests/support/certificates.h"
#include "tests/support/mosquitto.h"
#include "tests/support/temp_dir.h"

namespace sources_test {

using namespace parkwatch;
using namespace parkwatch::app;
using namespace std::chrono_literals;

namespace {

std::string source(const std::string& name, std::uint16_t port, const std::string& topic,
                   const std::string& keys = "", const std::string& scheme = "mqtt") {
  return "[[source]]\nname = \"" + name + "\"\ndriver = \"mqtt\"\nurl = \"" + scheme +
         "://127.0.0.1:" + std::to_string(port) + "\"\nclient_id = \"" + name + "\"\n" + keys +
         "[[source.mapping]]\ntopic = \"" + topic + "\"\nformat = \"bare\"\ntag = \"a/b/c\"\n";
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
  auto config = config::load(path, check_driver, diagnostics, config::FileFaults::warnings);
  for (const Diagnostic& d : diagnostics) UNSCOPED_INFO(to_text(d));
  REQUIRE(config != nullptr);
  return config;
}

struct Rig {
  GatewayClock clock{real_clock_sources(), timestamp_min};
  Intake intake{clock, {}, 0};
  boost::asio::io_context loop{1};
  std::vector<std::string> log;
  Sources sources{loop,   intake, clock,
                  "test", false,  [this](const std::string& line) { log.push_back(line); }};

  // What the pipeline heard of sources since it was asked last.
  std::vector<SourceCondition> heard() {
    std::vector<SourceCondition> all;
    for (const Input& input : intake.take(1000, 1, Duration{0}).inputs) {
      if (const auto* one = std::get_if<SourceCondition>(&input.body)) all.push_back(*one);
    }
    return all;
  }

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

// A secret of the owner alone, whole at once.
void write_secret(const std::string& path, const std::string& text) {
  std::ofstream{path + ".new"} << text;
  std::filesystem::permissions(
      path + ".new", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::rename(path + ".new", path);
}

// Later than any wait between two attempts, and later each time.
Retry::SteadyTime later(int times = 1) { return std::chrono::steady_clock::now() + times * 1h; }

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

TEST_CASE("sources: one whose password cannot be read is lost, and starts when it can be",
          "[app][fault]") {
  test::MosquittoOptions options;
  options.username = "gateway";
  options.password = "secret";
  test::Mosquitto broker{options};
  const test::TempDir dir;
  const std::string password = (dir.path() / "password").string();
  const auto config = config_of(source(
      "one", broker.port(), "x", "username = \"gateway\"\npassword_file = \"" + password + "\"\n"));
  Rig rig;
  REQUIRE(rig.sources.apply(*config).ok());
  const auto lost = rig.heard();
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].source == "one");
  CHECK_FALSE(lost[0].connected);
  CHECK_THAT(lost[0].detail, Catch::Contains(password));
  REQUIRE(rig.sources.status().size() == 1);
  CHECK_FALSE(rig.sources.status()[0].connected);
  CHECK(rig.sources.status()[0].detail == lost[0].detail);

  // The same failure again is no news.
  const std::size_t lines = rig.log.size();
  rig.sources.retry(later(1));
  CHECK(rig.heard().empty());
  CHECK(rig.log.size() == lines);

  write_secret(password, "secret\n");
  rig.sources.retry(std::chrono::steady_clock::now());  // its time has not come
  CHECK_FALSE(rig.sources.status()[0].detail.empty());
  CHECK(rig.sources.status()[0].detail == lost[0].detail);
  rig.sources.retry(later(2));
  REQUIRE(rig.run_until_connected(0));
  const auto back = rig.heard();
  REQUIRE(back.size() == 1);
  CHECK(back[0].connected);
  rig.stop();
}

TEST_CASE("sources: a reload tries at once what could not start, also without a change",
          "[app][fault]") {
  test::CertificateAuthority authority;
  const auto server = authority.issue("localhost", "IP:127.0.0.1");
  test::MosquittoOptions options;
  options.ca_file = authority.file();
  options.cert_file = server.cert;
  options.key_file = server.key;
  test::Mosquitto broker{options};
  const test::TempDir dir;
  const std::string ca = (dir.path() / "ca.pem").string();
  std::ofstream{ca} << "half of a renewal";
  const auto config =
      config_of(source("one", broker.port(), "x", "ca_file = \"" + ca + "\"\n", "mqtts"));
  Rig rig;
  REQUIRE(rig.sources.apply(*config).ok());
  const auto lost = rig.heard();
  REQUIRE(lost.size() == 1);
  CHECK_THAT(lost[0].detail, Catch::Contains(ca));
  std::filesystem::copy_file(authority.file(), ca,
                             std::filesystem::copy_options::overwrite_existing);
  rig.sources.retry_now();
  REQUIRE(rig.sources.apply(*config).ok());
  REQUIRE(rig.run_until_connected(0));
  REQUIRE(rig.heard().size() == 1);
  rig.stop();
}

TEST_CASE("sources: what could not start is not tried when it is gone or the daemon stops",
          "[app][fault]") {
  const std::uint16_t nobody = test::free_loopback_port();
  const test::TempDir dir;
  const std::string password = (dir.path() / "password").string();
  const std::string keys = "username = \"g\"\npassword_file = \"" + password + "\"\n";
  Rig rig;
  const auto one = source("one", nobody, "x");
  REQUIRE(rig.sources.apply(*config_of(one + source("two", nobody, "y", keys))).ok());
  REQUIRE(rig.heard().size() == 1);
  REQUIRE(rig.sources.apply(*config_of(one)).ok());
  rig.sources.retry(later(1));
  CHECK(rig.sources.status().size() == 1);

  REQUIRE(rig.sources.apply(*config_of(one + source("two", nobody, "y", keys))).ok());
  const auto again = rig.sources.status()[1].detail;
  rig.sources.stop_reading();
  write_secret(password, "p\n");
  rig.sources.retry_now();
  rig.sources.retry(later(2));
  CHECK(rig.sources.status()[1].detail == again);
  rig.stop();
}

TEST_CASE("retry: it is due after a wait that grows to half a minute, or at once when hurried",
          "[app]") {
  Retry retry;
  Retry::SteadyTime now{};
  now += 1h;
  CHECK_FALSE(retry.due(now));
  retry.hurry();  // nothing failed
  CHECK_FALSE(retry.due(now + 1h));
  for (int i = 0; i < 10; ++i) {
    retry.failed(now);
    CHECK_FALSE(retry.due(now));
    CHECK(retry.due(now + 30s));
    now += 30s;
  }
  retry.failed(now);
  CHECK_FALSE(retry.due(now + 14s));
  retry.hurry();
  CHECK(retry.due(now));
  retry.failed(now);
  CHECK_FALSE(retry.due(now));
  CHECK(retry.due(now + 1s));
  retry.over();
  CHECK_FALSE(retry.due(now + 1h));
}

}  // namespace sources_test
