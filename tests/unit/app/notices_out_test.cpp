// tests/unit/app/notices_out_test.cpp - Secrets from files, and what a start finds in the store.
#include "app/notices_out.h"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "store/connection.h"
#include "store/store.h"
#include "tests/support/temp_dir.h"

namespace notices_out_test {

using namespace parkwatch;
using namespace parkwatch::app;
using parkwatch::test::TempDir;

namespace {

std::string written(const TempDir& dir, const std::string& name, const std::string& text) {
  const std::filesystem::path path = dir.path() / name;
  std::ofstream{path} << text;
  std::filesystem::permissions(path, std::filesystem::perms{0600});
  return path.string();
}

// A board: what is sent to it needs no network.
NotifyPlan plan_with_board() {
  NotifyPlan plan;
  ReceiverSpec board;
  board.name = "board";
  board.kind = ReceiverKind::board;
  board.topic = "gate/1";
  board.group_wait = board.group_interval = Duration{0};
  plan.receivers = {board};
  RouteSpec route;
  route.to = {"board"};
  plan.routes = {route};
  return plan;
}

AlarmEvent raise_of(std::uint64_t journal) {
  AlarmEvent e;
  e.journal = journal;
  e.kind = TransitionKind::raised;
  e.state = AlarmState::unacknowledged;
  e.rule = "r" + std::to_string(journal);
  e.tag = "t/a/x";
  e.level = Level::on;
  e.priority = Priority::high;
  e.occurrence = journal;
  e.at = e.raised_at = e.reading_time = from_us(1'780'207'402'140'000);
  e.group = "g";
  e.message = {"报警", "alarm"};
  return e;
}

// A state directory, and the notifications of one start after another on it.
class Gateway {
 public:
  Gateway() {
    config_.state_directory = dir_.path().string();
    auto plant = std::make_shared<Plant>();
    plant->park = "p";
    plant->calendar.zone = *parse_offset("+08:00");
    config_.plant = plant;
    config_.notify = std::make_shared<const NotifyPlan>(plan_with_board());
    store::StoreOptions options;
    options.directory = config_.state_directory;
    auto opened = store::open_store(options);
    REQUIRE(opened.ok());
    store_ = std::move(*opened);
  }
  ~Gateway() { notices.reset(); }  // its timer lives on the loop
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  void commit(std::uint64_t sequence, std::vector<AlarmEvent> events) {
    store::Batch batch;
    batch.last_sequence = sequence;
    batch.now = from_us(1'780'207'402'140'000);
    batch.facts.transitions = std::move(events);
    REQUIRE(store_->commit(batch).ok());
  }

  void start(std::uint64_t newest) {
    NoticesOutCalls calls;
    calls.now = [] { return from_us(1'780'207'402'140'000); };
    calls.keep = [this](std::vector<notify::KeptRow> rows) {
      for (notify::KeptRow& row : rows) store_->keep(row.key, std::move(row.value));
    };
    calls.condition = [this](const notify::ReceiverCondition& c) { conditions.push_back(c); };
    calls.damaged = [this](const std::vector<std::uint64_t>& journals) {
      damaged.insert(damaged.end(), journals.begin(), journals.end());
    };
    calls.publish = [this](std::string topic, std::string payload, auto done) {
      published.emplace_back(std::move(topic), std::move(payload));
      if (answers) boost::asio::post(loop_, [done = std::move(done)] { done({}); });
    };
    calls.log = [this](const std::string& line) { log.push_back(line); };
    notices = std::make_unique<NoticesOut>(loop_, "p", "g", 1, std::move(calls));
    REQUIRE(notices->start(config_, newest).ok());
    run();
  }
  void run() {
    loop_.restart();
    loop_.poll();
    REQUIRE(store_->flush().ok());
  }
  config::Config& config() { return config_; }
  const std::filesystem::path& folder() const { return dir_.path(); }
  void damage_row(std::uint64_t journal) {
    const std::string path = config_.state_directory + "/parkwatch.db";
    auto connection = store::Connection::open({path, false, {}});
    REQUIRE(connection);
    REQUIRE((*connection)
                ->execute("UPDATE journal SET crc = crc + 1 WHERE journal = " +
                          std::to_string(journal)));
  }

  std::vector<std::pair<std::string, std::string>> published;
  std::vector<notify::ReceiverCondition> conditions;
  std::vector<std::uint64_t> damaged;
  std::vector<std::string> log;
  bool answers = true;
  std::unique_ptr<NoticesOut> notices;

 private:
  TempDir dir_;
  boost::asio::io_context loop_;
  config::Config config_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace

TEST_CASE("notices out: secrets are the first lines of their files", "[app]") {
  const TempDir dir;
  NotifyPlan plan;
  ReceiverSpec spec;
  spec.name = "ding";
  spec.endpoints = {{"", written(dir, "url", "https://h/x\r\nmore\n"), written(dir, "s", "k \n")},
                    {"https://h/y", "", ""}};
  spec.token_file = written(dir, "token", "t\n");
  plan.receivers = {spec};
  const auto secrets = read_secrets(plan);
  REQUIRE(secrets.ok());
  REQUIRE(secrets->size() == 1);
  CHECK(secrets->front().endpoints[0].url == "https://h/x");
  CHECK(secrets->front().endpoints[0].secret == "k");
  CHECK(secrets->front().endpoints[1].url == "https://h/y");
  CHECK(secrets->front().token == "t");
  CHECK(secrets->front().hmac.empty());
  plan.receivers[0].hmac_file = written(dir, "empty", "\n");
  const auto none = read_secrets(plan);
  REQUIRE_FALSE(none.ok());
  CHECK_THAT(none.error().message, Catch::Contains("receiver ding") && Catch::Contains("empty"));
}

TEST_CASE("notices out: a secret that others can read is none", "[app]") {
  const TempDir dir;
  NotifyPlan plan;
  ReceiverSpec spec;
  spec.name = "hook";
  spec.endpoints = {{"https://h/y", "", ""}};
  spec.token_file = written(dir, "token", "t\n");
  plan.receivers = {spec};
  REQUIRE(read_secrets(plan).ok());
  std::filesystem::permissions(spec.token_file, std::filesystem::perms{0644});
  CHECK_FALSE(read_secrets(plan).ok());
  const auto each = readable_secrets(plan);
  REQUIRE(each.size() == 1);
  CHECK_THAT(each[0].missing,
             Catch::Contains("receiver hook") && Catch::Contains("chmod 600 " + spec.token_file));
}

TEST_CASE("notices out: a receiver without its secret starts as failing, the others do not",
          "[app][fault]") {
  Gateway gateway;
  NotifyPlan plan = plan_with_board();
  plan.receivers.push_back(plan.receivers[0]);
  plan.receivers[1].name = "gate-2";  // a board that has a secret: nothing goes over a network
  plan.receivers[1].topic = "gate/2";
  plan.receivers[1].token_file = (gateway.folder() / "token").string();
  plan.routes[0].to = {"board", "gate-2"};
  gateway.config().notify = std::make_shared<const NotifyPlan>(plan);
  gateway.start(0);
  REQUIRE(gateway.conditions.size() == 1);
  CHECK(gateway.conditions[0].receiver == "gate-2");
  CHECK(gateway.conditions[0].failing);
  CHECK_THAT(gateway.conditions[0].detail,
             Catch::Contains("no such file") && Catch::Contains("token"));
  gateway.commit(1, {raise_of(1)});
  gateway.notices->committed({raise_of(1)});
  gateway.run();
  REQUIRE(gateway.published.size() == 1);
  CHECK(gateway.published[0].first == "gate/1");

  const auto later = [](int n) { return std::chrono::steady_clock::now() + std::chrono::hours{n}; };
  gateway.conditions.clear();        // the board's first success
  gateway.notices->retry(later(1));  // not yet there
  CHECK(gateway.conditions.empty());
  std::ofstream{plan.receivers[1].token_file} << "t\n";
  std::filesystem::permissions(plan.receivers[1].token_file, std::filesystem::perms{0600});
  gateway.notices->retry(std::chrono::steady_clock::now());  // its time has not come
  CHECK(gateway.conditions.empty());
  SECTION("after a while") { gateway.notices->retry(later(2)); }
  SECTION("at once at a reload") { gateway.notices->retry_now(); }
  gateway.run();
  REQUIRE(!gateway.conditions.empty());
  CHECK(gateway.conditions[0].receiver == "gate-2");
  CHECK_FALSE(gateway.conditions[0].failing);
  REQUIRE(gateway.published.size() == 2);
  CHECK(gateway.published[1].first == "gate/2");
  CHECK(gateway.notices->waiting() == 0);
}

TEST_CASE("notices out: a reload reads the secrets anew, also where the configuration is as it was",
          "[app]") {
  Gateway gateway;
  NotifyPlan plan = plan_with_board();
  plan.receivers[0].token_file = (gateway.folder() / "token").string();
  const auto exchange = [&](const std::string& token) {
    std::ofstream{plan.receivers[0].token_file} << token;
    std::filesystem::permissions(plan.receivers[0].token_file, std::filesystem::perms{0600});
  };
  exchange("old\n");
  gateway.config().notify = std::make_shared<const NotifyPlan>(plan);
  gateway.start(0);
  gateway.log.clear();
  gateway.notices->retry_now();
  CHECK(gateway.log.empty());  // it is the same
  exchange("new\n");
  gateway.notices->retry_now();
  CHECK(gateway.log == std::vector<std::string>{"receiver board: its secret has been read anew"});
  exchange("");  // half written: the last one holds
  gateway.notices->retry_now();
  CHECK(gateway.log.size() == 1);
}

TEST_CASE("notices out: what was committed after the last row is told at the next start", "[app]") {
  Gateway gateway;
  gateway.start(0);  // the cursor is kept, as with the first commit
  CHECK(gateway.published.empty());
  gateway.notices.reset();
  gateway.commit(1, {raise_of(1), raise_of(2)});  // and a kill before they were routed
  gateway.start(2);
  REQUIRE(gateway.published.size() == 1);
  CHECK(gateway.published[0] == std::pair<std::string, std::string>{"gate/1", "◆报警"});
  CHECK(gateway.notices->waiting() == 0);
  gateway.start(2);
  CHECK(gateway.published.size() == 1);
}

TEST_CASE("notices out: a damaged journal row is told as such and does not end the start",
          "[app]") {
  Gateway gateway;
  gateway.start(0);
  gateway.notices.reset();
  gateway.commit(1, {raise_of(1), raise_of(2), raise_of(3)});
  gateway.damage_row(2);
  gateway.damage_row(3);
  gateway.start(3);
  CHECK(gateway.published.size() == 1);  // of the first
  // Both as missed, and both as alarms that stand.
  CHECK(gateway.damaged == std::vector<std::uint64_t>{2, 3, 2, 3});
}

TEST_CASE("notices out: what was not answered is sent again after a kill", "[app]") {
  Gateway gateway;
  gateway.start(0);
  gateway.commit(1, {raise_of(1)});
  gateway.answers = false;
  gateway.notices->committed({raise_of(1)});
  gateway.run();
  CHECK(gateway.published.size() == 1);
  gateway.answers = true;
  gateway.start(1);
  CHECK(gateway.published.size() == 2);
  CHECK(gateway.notices->waiting() == 0);
}

TEST_CASE("notices out: on a first start, history is nobody's news", "[app]") {
  Gateway gateway;
  gateway.commit(1, {raise_of(1), raise_of(2)});
  gateway.start(2);
  CHECK(gateway.published.empty());
}

TEST_CASE("notices out: the alarm of a receiver that is gone ends", "[app]") {
  Gateway gateway;
  AlarmEvent failed = raise_of(1);
  failed.rule = rule_delivery_failed;
  failed.tag = notify::receiver_tag("old");
  gateway.commit(1, {failed});
  gateway.start(1);
  REQUIRE(gateway.conditions.size() == 1);
  CHECK(gateway.conditions[0].receiver == "old");
  CHECK_FALSE(gateway.conditions[0].failing);
}

TEST_CASE("notices out: another plan is taken at once, a bad secret is not", "[app]") {
  Gateway gateway;
  gateway.start(0);
  NotifyPlan plan = plan_with_board();
  plan.receivers[0].topic = "gate/2";
  gateway.config().notify = std::make_shared<const NotifyPlan>(plan);
  REQUIRE(gateway.notices->reload(gateway.config()).ok());
  gateway.commit(1, {raise_of(1)});
  gateway.notices->committed({raise_of(1)});
  gateway.run();
  REQUIRE(gateway.published.size() == 1);
  CHECK(gateway.published[0].first == "gate/2");
  plan.receivers[0].token_file = "/nonexistent";
  gateway.config().notify = std::make_shared<const NotifyPlan>(plan);
  CHECK_FALSE(gateway.notices->reload(gateway.config()).ok());
}

}  // namespace notices_out_test
