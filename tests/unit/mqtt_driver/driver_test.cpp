// tests/unit/mqtt_driver/driver_test.cpp - The MQTT driver between a scripted broker and an intake.
#include "drivers/driver.h"

#include <sys/stat.h>

#include <boost/asio.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <future>
#include <thread>

#include "intake/intake.h"
#include "tests/support/scripted_broker.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/mqtt_codec/support.h"

namespace parkwatch::mqtt_driver::driver_test {
namespace {

using mqtt_codec::Cell;
using mqtt_codec::table;
using test::ScriptedBroker;
using test::Wire;
using Entries = std::vector<std::pair<std::string, Cell>>;
using namespace std::chrono_literals;

class StandingClock final : public Clock {
 public:
  Timestamp now() override { return from_us(1'700'000'000'000'000); }
};

SettingsTable source(std::uint16_t port, Entries more = {}) {
  const auto mapping = [](const char* topic) {
    return table({{"topic", topic}, {"format", "bare"}, {"tag", "t/{x}"}});
  };
  Entries entries{
      {"url", "mqtt://127.0.0.1:" + std::to_string(port)},
      {"mapping", std::vector<Cell>{mapping("a/one/{x}"), mapping("a/+/{x}"), mapping("a/{x}")}}};
  for (auto& entry : more) entries.push_back(std::move(entry));
  return table(std::move(entries));
}

// The driver with an intake and a loop's thread of its own, as app has them.
class Running {
 public:
  explicit Running(const SettingsTable& settings)
      : work_(loop_.get_executor()), intake_(clock_, IntakeLimits{}, 100) {
    DriverContext context{loop_, intake_, 3, "park", "park-a", false, [](const std::string&) {}};
    driver_ = find_driver("mqtt")->make(settings, std::move(context));
    thread_ = std::thread{[this] { loop_.run(); }};
  }
  ~Running() {
    stop();
    run_on_loop([this] { driver_.reset(); });
    work_.reset();
    thread_.join();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void run_on_loop(const std::function<void()>& call) {
    std::promise<void> done;
    boost::asio::post(loop_, [&] {
      call();
      done.set_value();
    });
    done.get_future().get();
  }
  Result<Done> start() {
    Result<Done> result = Done{};
    run_on_loop([&] { result = driver_->start(); });
    return result;
  }
  void stop() {
    std::promise<void> done;
    boost::asio::post(loop_, [&] { driver_->stop([&done] { done.set_value(); }); });
    REQUIRE(done.get_future().wait_for(6s) == std::future_status::ready);
  }
  void committed(std::uint64_t sequence) {
    run_on_loop([&] { driver_->committed(sequence); });
  }

  // The next input that the driver appended; fails the test when none comes.
  Input next() {
    for (int tries = 0; inputs_.empty() && tries < 100; ++tries) {
      for (Input& input : intake_.take(1000, 1, 100ms).inputs) inputs_.push_back(std::move(input));
    }
    REQUIRE_FALSE(inputs_.empty());
    Input input = std::move(inputs_.front());
    inputs_.pop_front();
    return input;
  }
  Driver& driver() { return *driver_; }
  Intake& intake() { return intake_; }

 private:
  StandingClock clock_;
  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  Intake intake_;
  std::deque<Input> inputs_;
  std::unique_ptr<Driver> driver_;
  std::thread thread_;
};

std::string text_of(const test::ByteVector& bytes) { return {bytes.begin(), bytes.end()}; }

TEST_CASE("driver: a message is appended with its source, and acknowledged only when committed",
          "[mqtt_driver]") {
  ScriptedBroker broker;
  Running running{source(broker.port())};
  REQUIRE(running.start());
  broker.welcome();
  CHECK(std::get<SourceCondition>(running.next().body) == SourceCondition{"park", true, false, ""});
  broker.send(test::wire({"a/one", "12.5", 7}));
  const Input input = running.next();
  const auto& message = std::get<Message>(input.body);
  CHECK(message.source == 3);
  CHECK(message.topic == "a/one");
  CHECK(message.payload == "12.5");
  CHECK(message.packet_id == 7);
  CHECK(broker.silent_for(150ms));
  CHECK(running.driver().status().connected);
  CHECK(running.driver().status().held_acknowledgements == 1);
  running.committed(input.sequence - 1);
  CHECK(broker.silent_for(150ms));
  running.committed(input.sequence);
  CHECK(broker.expect(Wire::puback).packet_id() == 7);
  CHECK(running.driver().status().messages == 1);
  CHECK(running.driver().status().window == 20);
}

TEST_CASE("driver: it subscribes once for topics that cover each other, under its own name",
          "[mqtt_driver]") {
  ScriptedBroker broker;
  Running running{source(broker.port())};
  REQUIRE(running.start());
  const auto connect = broker.expect(Wire::connect);
  CHECK_THAT(text_of(connect.body), Catch::Contains("parkwatch-park-a-park"));
  broker.send(test::wire_connack());
  const auto subscribe = broker.expect(Wire::subscribe);
  const std::string body = text_of(subscribe.body);
  CHECK_THAT(body, Catch::Contains("a/+/+") && !Catch::Contains("a/one"));
  broker.send(test::wire_suback(subscribe.packet_id(), {1, 1}));
  CHECK(std::holds_alternative<SourceCondition>(running.next().body));
}

TEST_CASE("driver: a lost broker is told once, and its return", "[mqtt_driver]") {
  ScriptedBroker broker;
  Running running{source(broker.port())};
  REQUIRE(running.start());
  broker.welcome();
  CHECK(std::get<SourceCondition>(running.next().body).connected);
  broker.drop();
  const auto lost = std::get<SourceCondition>(running.next().body);
  CHECK_FALSE(lost.connected);
  CHECK(lost.source == "park");
  CHECK_FALSE(lost.detail.empty());
  broker.expect(Wire::connect);
  broker.send(
      test::wire_connack(false, 5));  // not authorised: another reason, but lost it was already
  broker.welcome(true);
  CHECK(std::get<SourceCondition>(running.next().body) == SourceCondition{"park", true, true, ""});
}

TEST_CASE("driver: a broker that cannot be reached is told from the start", "[mqtt_driver]") {
  std::uint16_t port = 0;
  {
    ScriptedBroker gone;
    port = gone.port();
  }
  Running running{source(port)};
  REQUIRE(running.start());
  const auto condition = std::get<SourceCondition>(running.next().body);
  CHECK_FALSE(condition.connected);
  CHECK_THAT(condition.detail, Catch::Contains("refused"));
  CHECK_FALSE(running.driver().status().connected);
}

TEST_CASE("driver: what a closed intake did not take is never acknowledged", "[mqtt_driver]") {
  ScriptedBroker broker;
  Running running{source(broker.port())};
  REQUIRE(running.start());
  broker.welcome();
  CHECK(std::holds_alternative<SourceCondition>(running.next().body));
  running.intake().close();
  broker.send(test::wire({"a/one", "1", 7}));
  CHECK(broker.silent_for(150ms));
  running.committed(1'000'000);
  CHECK(broker.silent_for(150ms));
}

TEST_CASE("driver: back-pressure closes the connection and opens it again", "[mqtt_driver]") {
  ScriptedBroker broker;
  Running running{source(broker.port())};
  REQUIRE(running.start());
  broker.welcome();
  running.run_on_loop([&] { running.driver().flow(false); });
  broker.wait_until_closed();
  running.run_on_loop([&] { running.driver().flow(true); });
  broker.welcome(true);
}

TEST_CASE("driver: name and password are those of the keys", "[mqtt_driver]") {
  const test::TempDir dir;
  const std::string file = (dir.path() / "password").string();
  std::ofstream{file} << "s3cret\n";
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  ScriptedBroker broker;
  Running running{source(broker.port(),
                         {{"client_id", "me-1"}, {"username", "user-1"}, {"password_file", file}})};
  REQUIRE(running.start());
  const std::string connect = text_of(broker.welcome().body);
  CHECK_THAT(connect,
             Catch::Contains("me-1") && Catch::Contains("user-1") && Catch::Contains("s3cret"));
}

TEST_CASE("driver: a password that cannot be read is what start answers, and status",
          "[mqtt_driver]") {
  const test::TempDir dir;
  Running running{
      source(1, {{"username", "u"}, {"password_file", (dir.path() / "absent").string()}})};
  const auto started = running.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().kind == ErrorKind::permanent);
  CHECK_THAT(started.error().message, Catch::Contains("No such file"));
  CHECK(running.driver().status().detail == started.error().message);
  running.committed(5);
  running.run_on_loop([&] {
    running.driver().flow(true);
    running.driver().stop_reading();
  });
}

TEST_CASE("driver: an oversized message is appended without its payload", "[mqtt_driver]") {
  ScriptedBroker broker;
  Running running{source(broker.port(), {{"payload_max", 100}})};
  REQUIRE(running.start());
  broker.welcome();
  CHECK(std::holds_alternative<SourceCondition>(running.next().body));
  broker.send(test::wire({"a/large", std::string(5000, 'x'), 9}));
  const Input input = running.next();
  const auto& message = std::get<Message>(input.body);
  CHECK(message.oversized);
  CHECK(message.topic == "a/large");
  CHECK(message.payload_bytes == 5000);
  CHECK(message.source == 3);
  running.committed(input.sequence);
  CHECK(broker.expect(Wire::puback).packet_id() == 9);
  CHECK(running.driver().status().oversized_messages == 1);
}

}  // namespace
}  // namespace parkwatch::mqtt_driver::driver_test
