// tests/contract/driver_contract_test.cpp - What every driver owes the daemon, whatever its
// protocol: run for each line of drivers/table.cpp with the sample that it ships.
#include <boost/asio.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <future>
#include <mutex>
#include <regex>
#include <thread>

#include "config/toml.h"
#include "drivers/driver.h"
#include "tests/support/mosquitto.h"

namespace driver_contract_test {

using namespace parkwatch;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

// One second after the other: nothing here looks at the time.
class TestClock final : public Clock {
 public:
  Timestamp now() override { return now_ += 1s; }

 private:
  Timestamp now_ = timestamp_min + 24h;
};

// The first [[source]] of a driver's sample, its peer moved to a port where nobody listens.
std::shared_ptr<const SettingsTable> sample_of(const DriverEntry& entry, const std::string& more) {
  std::ifstream file{std::string{PARKWATCH_SOURCE_DIR} + "/drivers/" + std::string{entry.name} +
                     "/sample.toml"};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  text = std::regex_replace(text, std::regex{R"((127\.0\.0\.1|localhost):\d+)"},
                            "127.0.0.1:" + std::to_string(test::free_loopback_port()));
  text = std::regex_replace(text, std::regex{R"(\[\[source\]\]\n)"}, "[[source]]\n" + more,
                            std::regex_constants::format_first_only);
  Diagnostics diagnostics;
  const auto root = config::parse_toml("sample.toml", text, diagnostics);
  REQUIRE(root != nullptr);
  SettingsReader reader{*root, "", diagnostics};
  const auto sources = reader.tables("source");
  REQUIRE_FALSE(sources.empty());
  return {root, sources.front()};
}

// A driver with a loop of its own and an intake in which everything counts as stored at once.
class RunningDriver {
 public:
  explicit RunningDriver(const DriverEntry& entry)
      : table_(sample_of(entry, "")), work_(asio::make_work_guard(loop_)) {
    DriverContext context{
        loop_, intake_, 0, "test", "park", false, [this](const std::string& line) {
          const std::lock_guard lock{mutex_};
          log_ += line + "\n";
        }};
    driver_ = entry.make(*table_, std::move(context));
    REQUIRE(driver_ != nullptr);
    thread_ = std::thread{[this] { loop_.run(); }};
  }
  ~RunningDriver() {
    on_loop([this] { driver_.reset(); });
    work_.reset();
    thread_.join();
  }
  RunningDriver(const RunningDriver&) = delete;
  RunningDriver& operator=(const RunningDriver&) = delete;

  void on_loop(const std::function<void()>& call) {
    std::promise<void> done;
    asio::post(loop_, [&] {
      call();
      done.set_value();
    });
    done.get_future().get();
  }
  // How often `done` was called when the time is up or, once it was, after whatever was posted
  // before.
  int stop() {
    auto done = std::make_shared<std::promise<void>>();
    auto ended = done->get_future();
    on_loop([&] {
      driver_->stop_reading();
      driver_->stop([this, done] {
        if (++stopped_ == 1) done->set_value();
      });
    });
    (void)ended.wait_for(10s);
    on_loop([] {});
    return stopped_;
  }
  Driver& driver() { return *driver_; }
  Intake& intake() { return intake_; }
  std::string log() {
    const std::lock_guard lock{mutex_};
    return log_;
  }

 private:
  std::shared_ptr<const SettingsTable> table_;
  TestClock clock_;
  Intake intake_{clock_, {}, 0};
  std::mutex mutex_;
  std::string log_;
  std::atomic<int> stopped_ = 0;
  asio::io_context loop_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::unique_ptr<Driver> driver_;
  std::thread thread_;
};

// Conditions of the source that it appended, in order.
std::vector<SourceCondition> conditions(Intake& intake) {
  std::vector<SourceCondition> found;
  for (const Input& input : intake.take(1000, 1, Duration{0}).inputs) {
    if (const auto* condition = std::get_if<SourceCondition>(&input.body))
      found.push_back(*condition);
  }
  return found;
}

}  // namespace

TEST_CASE("driver contract: a key that nobody knows is a mistake at its place", "[contract]") {
  for (const DriverEntry& entry : driver_table()) {
    CAPTURE(entry.name);
    Diagnostics diagnostics;
    entry.check(*sample_of(entry, "no_such_key = 1\n"), diagnostics);
    REQUIRE(diagnostics.size() == 1);
    CHECK_THAT(to_text(diagnostics.front()),
               Catch::StartsWith("sample.toml:3:") && Catch::Contains("no_such_key"));
  }
}

TEST_CASE("driver contract: a decoder survives any bytes and says what it refuses", "[contract]") {
  for (const DriverEntry& entry : driver_table()) {
    CAPTURE(entry.name);
    const auto decoder = entry.decoder(*sample_of(entry, ""));
    REQUIRE(decoder != nullptr);
    Decoded decoded;
    for (int byte = 0; byte < 256; ++byte) {
      Message message;
      message.topic = "park/a/b/c";
      message.payload = std::string(static_cast<std::size_t>(byte), static_cast<char>(byte));
      decoded.clear();
      decoder->decode(message, decoded);
      CAPTURE(byte);
      CHECK(decoded.readings.size() + decoded.faults.size() > 0);
    }
  }
}

TEST_CASE("driver contract: without a peer it says why, appends no message, and stops when told to",
          "[contract]") {
  for (const DriverEntry& entry : driver_table()) {
    CAPTURE(entry.name);
    RunningDriver running{entry};
    running.on_loop([&] {
      REQUIRE(running.driver().start());
      running.driver().flow(false);
      running.driver().committed(0);
      running.driver().flow(true);
    });
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (running.driver().status().detail.find("refused") == std::string::npos &&
           std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
    }
    const DriverStatus status = running.driver().status();
    CHECK_FALSE(status.connected);
    CHECK_THAT(status.detail, Catch::Contains("refused"));
    CHECK(status.messages == 0);
    CHECK(status.connects == 0);
    CHECK(status.held_acknowledgements == 0);
    CHECK(running.stop() == 1);
    for (const SourceCondition& condition : conditions(running.intake())) {
      CHECK(condition.source == "test");
      CHECK_FALSE(condition.connected);
    }
  }
}

TEST_CASE("driver contract: one that was never started stops all the same", "[contract]") {
  for (const DriverEntry& entry : driver_table()) {
    CAPTURE(entry.name);
    RunningDriver running{entry};
    CHECK_FALSE(running.driver().status().connected);
    CHECK(running.stop() == 1);
    CHECK(running.intake().appended() == 0);
  }
}

TEST_CASE("driver contract: the window that it tells is what its check bounds", "[contract]") {
  for (const DriverEntry& entry : driver_table()) {
    CAPTURE(entry.name);
    CHECK(entry.window(*sample_of(entry, "")) <= 65'535);
  }
}

}  // namespace driver_contract_test
