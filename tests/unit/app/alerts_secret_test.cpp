// tests/unit/app/alerts_secret_test.cpp - Alerts whose password cannot be read at the start.
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "app/alerts_out.h"
#include "drivers/driver.h"
#include "store/store.h"
#include "tests/support/mosquitto.h"
#include "tests/support/temp_dir.h"

namespace alerts_secret_test {

using namespace parkwatch;
using namespace parkwatch::app;
using namespace std::chrono_literals;

namespace {

// A broker that wants a password, and a gateway that does not find its own.
class Gateway {
 public:
  Gateway() {
    store::StoreOptions options;
    options.directory = (dir_.path() / "state").string();
    auto opened = store::open_store(options);
    REQUIRE(opened.ok());
    store_ = std::move(*opened);
    const std::string path = (dir_.path() / "p.toml").string();
    std::ofstream{path} << "[daemon]\npark = \"test\"\n[alerts]\nenabled = true\nurl = "
                           "\"mqtt://127.0.0.1:" +
                               std::to_string(broker_.port()) +
                               "\"\nusername = \"gateway\"\npassword_file = \"password\"\n";
    Diagnostics diagnostics;
    config_ = config::load(path, check_driver, diagnostics, config::FileFaults::warnings);
    REQUIRE(config_ != nullptr);
    AlertsOutCalls calls;
    calls.delivered = [](std::uint64_t) {};
    calls.log = [this](const std::string& line) { log.push_back(line); };
    alerts = std::make_unique<AlertsOut>(loop, *config_, "g", 1, std::move(calls));
    REQUIRE(alerts->start(options.directory).ok());
  }
  void write_password() const {
    std::ofstream{dir_.path() / "new"} << "secret\n";
    std::filesystem::permissions(dir_.path() / "new", std::filesystem::perms{0600});
    std::filesystem::rename(dir_.path() / "new", password());
  }
  bool run_until_connected() {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!alerts->connected() && std::chrono::steady_clock::now() < end) loop.run_one_for(100ms);
    return alerts->connected();
  }
  void stop() {
    bool done = false;
    alerts->stop([&done] { done = true; });
    while (!done) {
      loop.restart();
      loop.run_one_for(1s);
    }
  }
  [[nodiscard]] std::filesystem::path password() const { return dir_.path() / "password"; }

  boost::asio::io_context loop{1};
  std::vector<std::string> log;
  std::unique_ptr<AlertsOut> alerts;

 private:
  static test::MosquittoOptions with_password() {
    test::MosquittoOptions options;
    options.username = "gateway";
    options.password = "secret";
    return options;
  }
  test::Mosquitto broker_{with_password()};
  test::TempDir dir_;
  std::shared_ptr<const config::Config> config_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace

TEST_CASE("alerts: without their password they start disconnected, and connect when it is there",
          "[app][fault]") {
  Gateway gateway;
  CHECK(gateway.alerts->enabled());
  CHECK_FALSE(gateway.alerts->connected());
  CHECK_THAT(gateway.alerts->detail(), Catch::Contains(gateway.password().string()));
  REQUIRE(gateway.log.size() == 1);
  CHECK_THAT(gateway.log[0], Catch::Contains(gateway.password().string()));
  gateway.alerts->retry(std::chrono::steady_clock::now() + 1h);
  CHECK(gateway.log.size() == 1);  // the same failure is no news
  gateway.write_password();
  SECTION("after a while") { gateway.alerts->retry(std::chrono::steady_clock::now() + 2h); }
  SECTION("at once at a reload") { gateway.alerts->retry_now(); }
  CHECK(gateway.run_until_connected());
  CHECK_THAT(gateway.alerts->detail(), !Catch::Contains("password"));
  gateway.stop();
}

TEST_CASE("alerts: what is committed without a session is told over the first one",
          "[app][fault]") {
  Gateway gateway;
  gateway.alerts->fault("store", true, {"存储", "the store"}, from_us(1'780'207'402'140'000));
  CHECK(gateway.alerts->pending() == 1);
  gateway.write_password();
  gateway.alerts->retry_now();
  REQUIRE(gateway.run_until_connected());
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (gateway.alerts->pending() != 0 && std::chrono::steady_clock::now() < end) {
    gateway.loop.run_one_for(100ms);
  }
  CHECK(gateway.alerts->pending() == 0);
  gateway.stop();
}

TEST_CASE("alerts: a stop before they could connect is done, and ends the attempts",
          "[app][fault]") {
  Gateway gateway;
  gateway.stop();
  gateway.write_password();
  gateway.alerts->retry_now();
  CHECK_THAT(gateway.alerts->detail(), Catch::Contains("password"));
}

}  // namespace alerts_secret_test
