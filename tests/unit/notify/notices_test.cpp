// tests/unit/notify/notices_test.cpp - The dispatcher's shell: sends, keeps, goes on with another
// plan; and that any one failure of a send or of the store costs nothing.
#include "notify/notices.h"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "tests/unit/notify/dispatch_rig.h"

namespace notices_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
using namespace std::chrono_literals;

namespace {

NotifyPlan hooks(std::vector<std::string> names) {
  NotifyPlan plan;
  for (const std::string& name : names) {
    plan.receivers.push_back(receiver(name, ReceiverKind::webhook));
    plan.receivers.back().group_wait = plan.receivers.back().group_interval = 0s;
  }
  plan.routes = {route_to(std::move(names))};
  return plan;
}

// A park with a store of rows, in which the n-th statement or send can fail.
class Park {
 public:
  explicit Park(NotifyPlan plan) : plan_(std::move(plan)) { start(); }

  // After a kill: whatever was in memory is gone.
  void start() {
    notices_.reset();
    loop_.restart();
    NoticesCalls calls;
    calls.now = [this] { return now; };
    calls.send = [this](const Request& request, const ReceiverSpec& spec, const Secrets& secrets,
                        std::function<void(Reply)> done) {
      Reply reply;
      reply.status = fails() ? 503 : secrets.token == accepted ? 200 : 401;
      const bool is_heard = reply.status == 200 || answers_are_lost;
      if (is_heard) heard[spec.name].push_back(request.body);
      boost::asio::post(loop_, [done = std::move(done), reply] { done(reply); });
    };
    calls.keep = [this](std::vector<KeptRow> changed) {
      for (KeptRow& row : changed) waiting_[row.key] = std::move(row.value);
      write();
    };
    calls.condition = [this](const ReceiverCondition& c) { conditions.push_back(c); };
    calls.log = [this](const std::string& line) { log.push_back(line); };
    waiting_.clear();
    notices_ =
        std::make_unique<Notices>(loop_, planned(), Sender{{"p", "g"}, china}, 1, std::move(calls));
    const std::uint64_t after =
        notices_->restore(rows, 0, [this](std::uint64_t j) { return find(j); });
    std::vector<AlarmEvent> missed;
    for (const auto& [number, event] : journal) {
      if (number > after) missed.push_back(event);
    }
    notices_->committed(missed);
  }

  void commit(const AlarmEvent& event) {
    journal[event.journal] = event;
    notices_->committed({event});
  }
  // Everything that is ready, then a step of time, until nobody waits.
  void settle() {
    for (int i = 0; i < 500; ++i) {
      loop_.restart();
      loop_.poll();
      if (notices_->waiting() == 0 && loop_.poll() == 0) return;
      now += 500ms;
      notices_->look();
    }
    FAIL("it never comes to rest");
  }
  void pass(Duration by) {
    now += by;
    notices_->look();
    settle();
  }
  // The store takes what waits for it, all or none.
  void write() {
    if (fails()) return;
    for (auto& [key, value] : waiting_) {
      if (value) {
        rows[key] = *value;
      } else {
        rows.erase(key);
      }
    }
    waiting_.clear();
  }
  void take_plan(NotifyPlan plan) {
    plan_ = std::move(plan);
    notices_->take_plan(planned());
  }
  static Secrets secrets() {
    Secrets out;
    out.endpoints = {{"http://127.0.0.1/", ""}};
    return out;
  }
  Notices& notices() { return *notices_; }
  boost::asio::io_context& loop() { return loop_; }

  [[nodiscard]] std::set<std::string> ids_of(const std::string& name) const {
    std::set<std::string> out;
    const auto at = heard.find(name);
    if (at == heard.end()) return out;
    for (const std::string& body : at->second) {
      for (const auto& [number, event] : journal) {
        const std::string id = "p-g-" + std::to_string(number);
        for (const char* end : {"\"", " "}) {
          if (body.find(id + end) != std::string::npos) out.insert(id);
        }
      }
    }
    return out;
  }

  Timestamp now = sample_time;
  std::map<std::uint64_t, AlarmEvent> journal;
  std::map<std::string, std::string> rows;
  std::map<std::string, std::vector<std::string>> heard;
  std::vector<ReceiverCondition> conditions;
  std::vector<std::string> log;
  std::string accepted;           // the token without which nothing is taken
  std::set<std::string> missing;  // receivers whose secrets are, at the next start
  int operations = 0;
  int fail_at = -1;  // this operation, and with `kill_there` the process with it
  bool failed = false;
  bool answers_are_lost = false;  // a send that fails was heard all the same

 private:
  bool fails() {
    failed |= operations == fail_at;
    return operations++ == fail_at;
  }
  NoticesPlan planned() const {
    NoticesPlan out;
    out.plan = std::make_shared<const NotifyPlan>(plan_);
    out.secrets.resize(plan_.receivers.size());
    for (std::size_t at = 0; at < out.secrets.size(); ++at) {
      if (missing.contains(plan_.receivers[at].name)) {
        out.secrets[at].missing = "no such file: /s";
      } else {
        out.secrets[at] = secrets();
      }
    }
    return out;
  }
  AlertPtr find(std::uint64_t number) const {
    const auto at = journal.find(number);
    if (at == journal.end()) return nullptr;
    return std::make_shared<const Alert>(Alert{at->second, {}});
  }

  boost::asio::io_context loop_;
  NotifyPlan plan_;
  std::map<std::string, std::optional<std::string>> waiting_;
  std::unique_ptr<Notices> notices_;
};

// Two alarms' lives; the same steps in every run.
const std::vector<AlarmEvent>& story() {
  static const std::vector<AlarmEvent> events = [] {
    const AlarmEvent one = raised(1, "tank/t1/level");
    const AlarmEvent two = with_priority(raised(2, "tank/t2/level"), Priority::critical);
    const AlarmEvent acked =
        followed(one, 3, TransitionKind::acknowledged, AlarmState::acknowledged);
    return std::vector<AlarmEvent>{
        one, two, acked, followed(acked, 4, TransitionKind::returned, AlarmState::normal),
        followed(two, 5, TransitionKind::returned, AlarmState::returned_unacknowledged)};
  }();
  return events;
}

}  // namespace

TEST_CASE(
    "notices: each statement and each send fails in turn, heard or not, with a kill and without",
    "[notify][fault]") {
  const bool with_kill = GENERATE(false, true);
  const bool heard = GENERATE(false, true);
  int runs = 0;
  for (int n = 0; n < 200; ++n) {
    Park park{hooks({"a", "b"})};
    park.operations = 0;
    park.fail_at = n;
    park.answers_are_lost = heard;
    for (const AlarmEvent& event : story()) {
      park.commit(event);
      park.loop().restart();
      park.loop().poll();
      if (with_kill && park.failed && park.fail_at >= 0) {
        park.fail_at = -1;
        park.start();
      }
    }
    park.settle();
    CAPTURE(n, with_kill, heard);
    for (const char* name : {"a", "b"}) {
      CHECK(park.ids_of(name) ==
            std::set<std::string>{"p-g-1", "p-g-2", "p-g-3", "p-g-4", "p-g-5"});
    }
    CHECK(park.notices().waiting() == 0);
    ++runs;
    if (!park.failed) break;  // the scenario has fewer operations than this
  }
  CHECK(runs > 15);
  CHECK(runs < 200);
}

TEST_CASE("notices: a kill before anything was written tells all of it again, by the same ids",
          "[notify][fault]") {
  Park park{hooks({"a"})};
  park.write();
  const auto before = park.rows;
  for (const AlarmEvent& event : story()) park.commit(event);
  park.settle();
  const auto first = park.ids_of("a");
  park.rows = before;
  park.heard.clear();
  park.start();
  park.settle();
  CHECK(park.ids_of("a") == first);
  CHECK(first.size() == 5);
}

TEST_CASE("notices: after an orderly run a start tells nothing again", "[notify]") {
  Park park{hooks({"a"})};
  for (const AlarmEvent& event : story()) park.commit(event);
  park.settle();
  park.heard.clear();
  park.start();
  park.settle();
  CHECK(park.heard.empty());
}

TEST_CASE("notices: another plan goes on with what waits", "[notify]") {
  Park park{hooks({"a", "b"})};
  park.commit(story()[0]);  // on its way to both; the answers are those of an earlier plan
  park.take_plan(hooks({"b", "c"}));
  park.settle();
  park.take_plan(hooks({"b", "c", "d"}));
  park.commit(followed(story()[0], 6, TransitionKind::returned, AlarmState::normal));
  park.settle();
  CHECK(park.ids_of("b") == std::set<std::string>{"p-g-1", "p-g-6"});
  CHECK(park.ids_of("c") == std::set<std::string>{"p-g-1", "p-g-6"});  // in the place of a
  CHECK(park.ids_of("d").empty());  // it was never told of the raise
  for (const auto& [key, value] : park.rows) CHECK_FALSE(key.starts_with("q/"));
}

TEST_CASE("notices: without receivers nothing is kept, and a later one begins with what is new",
          "[notify]") {
  Park park{hooks({"a"})};
  park.commit(story()[0]);
  park.settle();
  park.take_plan(NotifyPlan{});
  CHECK(park.rows.empty());
  park.commit(story()[1]);
  park.settle();
  CHECK(park.rows.empty());
  park.take_plan(hooks({"b"}));
  park.commit(raised(9, "tank/t9/level"));
  park.settle();
  CHECK(park.ids_of("b") == std::set<std::string>{"p-g-9"});
}

TEST_CASE("notices: a clock that is set moves what waits", "[notify]") {
  NotifyPlan plan = hooks({"a"});
  plan.receivers[0].group_wait = 10s;
  Park park{plan};
  park.commit(story()[0]);
  park.now -= 8h;
  park.notices().clock_stepped(-8h);
  park.settle();
  CHECK(park.now <= sample_time - 8h + 11s);
  CHECK(park.ids_of("a") == std::set<std::string>{"p-g-1"});
}

TEST_CASE("notices: a fault of the daemon itself is told once, and its end", "[notify]") {
  Park park{hooks({"a"})};
  park.notices().fault("store", true, {"存储", "store"}, sample_time);
  park.notices().fault("store", true, {"存储", "store"}, sample_time);
  park.settle();
  REQUIRE(park.heard["a"].size() == 1);
  CHECK(park.heard["a"][0].find("p-g-v1-n1") != std::string::npos);
  park.notices().fault("store", false, {}, sample_time + 60s);
  park.settle();
  REQUIRE(park.heard["a"].size() == 2);
  CHECK(park.heard["a"][1].find("\"status\":\"resolved\"") != std::string::npos);
}

TEST_CASE("notices: who was told of a fault hears its end, also when another plan came meanwhile",
          "[notify]") {
  NotifyPlan plan = hooks({"a", "b", "lead"});
  plan.routes = {route_to({"a", "b"})};
  EscalationStep step{180s, {"lead"}, EscalationStep::Until::acked, 0s, 1};
  plan.escalations = {{"duty", {step}}};
  plan.routes[0].escalation = "duty";
  Park park{plan};
  park.notices().fault("store", true, {"存储", "store"}, sample_time);
  park.settle();
  park.pass(200s);
  CHECK(park.heard["lead"].size() == 1);
  plan.receivers.push_back(plan.receivers[0]);
  plan.receivers[3].name = "late";
  plan.routes = {route_to({"late"})};
  park.take_plan(plan);
  park.pass(200s);
  CHECK(park.heard["lead"].size() == 1);  // as far as its escalation was
  using Waits = std::map<std::string, bool>;
  CHECK(park.notices().faults_wait() == Waits{{"a", false}, {"b", false}, {"lead", false}});
  park.notices().fault("store", false, {}, park.now);
  CHECK(park.notices().faults_wait() == Waits{{"a", true}, {"b", true}, {"lead", true}});
  park.settle();
  CHECK(park.notices().faults_wait().empty());
  for (const char* name : {"a", "b", "lead"}) {
    CAPTURE(name);
    REQUIRE(park.heard[name].size() == 2);
    CHECK(park.heard[name][1].find("\"status\":\"resolved\"") != std::string::npos);
  }
  CHECK(park.heard["late"].empty());
}

TEST_CASE("notices: news of a fault that wait go on waiting when another plan comes", "[notify]") {
  Park park{hooks({"a"})};
  park.notices().fault("store", true, {"存储", "store"}, sample_time);  // on its way
  park.take_plan(hooks({"a", "b"}));
  park.settle();
  REQUIRE(park.heard["a"].size() == 2);  // sent again, under the same id
  CHECK(park.heard["a"][1] == park.heard["a"][0]);
  park.notices().fault("store", false, {}, sample_time + 60s);
  park.take_plan(hooks({"a"}));
  park.settle();
  CHECK(park.heard["a"].back().find("\"status\":\"resolved\"") != std::string::npos);
  CHECK(park.heard["b"].empty());
}

TEST_CASE("notices: a fault that an earlier run told is told to nobody again, and ends for all",
          "[notify]") {
  NotifyPlan plan = hooks({"a", "am", "lead"});
  plan.receivers[1].kind = ReceiverKind::alertmanager;
  plan.routes = {route_to({"a", "am"})};
  EscalationStep step{180s, {"lead"}, EscalationStep::Until::acked, 0s, 1};
  plan.escalations = {{"duty", {step}}};
  plan.routes[0].escalation = "duty";
  Park park{plan};
  park.notices().resume_fault("store", {"存储", "store"}, sample_time - 24h, {"a", "am"});
  park.notices().fault("store", true, {"存储", "store"}, sample_time);  // it still stands
  park.pass(1min);
  CHECK(park.heard["a"].empty());
  CHECK(park.heard["lead"].empty());
  REQUIRE(park.heard["am"].size() == 1);  // goes on being pushed
  CHECK(park.heard["am"][0].find("parkwatch-store") != std::string::npos);
  park.pass(119s);
  CHECK(park.heard["lead"].empty());
  park.pass(2s);
  CHECK(park.heard["lead"].size() == 1);
  park.notices().fault("store", false, {}, park.now);
  park.settle();
  for (const char* name : {"a", "lead"}) {
    REQUIRE(!park.heard[name].empty());
    CHECK(park.heard[name].back().find("\"status\":\"resolved\"") != std::string::npos);
  }
  park.heard.clear();
  park.pass(10min);
  CHECK(park.heard["am"].empty());
}

TEST_CASE("notices: who heard of a fault before a restart hears its end, whatever the routes name",
          "[notify]") {
  NotifyPlan plan = hooks({"a", "lead", "late"});
  EscalationStep step{180s, {"lead"}, EscalationStep::Until::acked, 0s, 1};
  plan.escalations = {{"duty", {step}}};
  plan.routes = {route_to({})};
  plan.routes[0].escalation = "duty";
  if (GENERATE(false, true)) plan.routes.clear();
  Park park{plan};
  park.notices().resume_fault("store", {"存储", "store"}, sample_time - 24h, {"a", "lead", "gone"});
  park.pass(1min);
  CHECK(park.heard.empty());
  using Waits = std::map<std::string, bool>;
  CHECK(park.notices().faults_wait() == Waits{{"a", false}, {"lead", false}});
  park.notices().fault("store", false, {}, park.now);
  park.settle();
  for (const char* name : {"a", "lead"}) {
    CAPTURE(name);
    REQUIRE(park.heard[name].size() == 1);
    CHECK(park.heard[name][0].find("\"status\":\"resolved\"") != std::string::npos);
  }
  CHECK_FALSE(park.heard.contains("late"));
}

TEST_CASE("notices: who has not heard of a fault before a restart hears when it began, and its end",
          "[notify]") {
  Park park{hooks({"a", "b"})};
  park.notices().resume_fault("store", {"存储", "store"}, sample_time - 24h, {"a"});
  const bool is_over = GENERATE(false, true);  // before anybody could be told
  if (is_over) park.notices().fault("store", false, {}, park.now);
  park.settle();
  if (!is_over) {
    CHECK(park.heard["a"].empty());
    REQUIRE(park.heard["b"].size() == 1);
    CHECK(park.heard["b"][0].find("\"status\":\"firing\"") != std::string::npos);
    CHECK(park.heard["b"][0].find("\"startsAt\":\"2026-05-30T06:03:22.140Z\"") !=
          std::string::npos);
    park.notices().fault("store", false, {}, park.now);
    park.settle();
  }
  for (const char* name : {"a", "b"}) {
    CAPTURE(name);
    REQUIRE(!park.heard[name].empty());
    CHECK(park.heard[name].back().find("\"status\":\"resolved\"") != std::string::npos);
  }
}

TEST_CASE("notices: a test says what was answered; an unknown receiver is told so", "[notify]") {
  Park park{hooks({"a"})};
  bool answered = false;
  park.notices().test("nobody", [&](const Result<Reply>& reply, const Outcome&) {
    answered = true;
    CHECK(reply.error().kind == ErrorKind::not_found);
  });
  CHECK(answered);
  answered = false;
  park.notices().test("a", [&](const Result<Reply>& reply, const Outcome& outcome) {
    answered = true;
    CHECK(reply->status == 200);
    CHECK(outcome.what == Outcome::What::ok);
  });
  park.settle();
  CHECK(answered);
  CHECK(park.heard["a"].at(0).find("parkwatch-test") != std::string::npos);
}

TEST_CASE("notices: a failing receiver is reported with what it said", "[notify]") {
  Park park{hooks({"a"})};
  park.conditions.clear();
  park.commit(story()[0]);
  park.settle();
  REQUIRE(park.conditions.size() == 1);  // well again, whatever an earlier run said
  CHECK_FALSE(park.conditions[0].failing);
}

TEST_CASE("notices: a receiver without its secret fails at once, and is told when it is there",
          "[notify][fault]") {
  NotifyPlan plan = hooks({"a", "b", "spare"});
  plan.routes = {route_to({"a", "b"})};
  plan.receivers[0].fallback = {"spare"};
  Park park{plan};
  park.missing = {"a"};
  park.conditions.clear();
  park.start();
  REQUIRE(park.conditions.size() == 1);
  CHECK(park.conditions[0].receiver == "a");
  CHECK(park.conditions[0].failing);
  CHECK(park.conditions[0].detail == "no such file: /s");
  CHECK(park.notices().without_secrets() == std::vector<std::size_t>{0});
  CHECK(park.notices().status()[0].failing);

  park.commit(story()[0]);
  for (int i = 0; i < 10; ++i) {
    park.loop().restart();
    park.loop().poll();
    park.now += 30s;
    park.notices().look();
  }
  CHECK(park.ids_of("a").empty());
  CHECK(park.ids_of("b").contains("p-g-1"));
  CHECK(park.ids_of("spare").contains("p-g-1"));
  CHECK(park.notices().waiting() == 1);
  CHECK(park.notices().status()[0].failures > 1);
  bool tested = false;
  park.notices().test("a", [&](const Result<Reply>& reply, const Outcome& outcome) {
    tested = reply.ok() && outcome.detail == "no such file: /s";
  });
  park.loop().restart();
  park.loop().poll();
  CHECK(tested);

  park.conditions.clear();
  park.notices().take_secrets(0, Park::secrets());
  park.settle();
  CHECK(park.ids_of("a").contains("p-g-1"));
  CHECK(park.notices().without_secrets().empty());
  REQUIRE(!park.conditions.empty());
  CHECK(park.conditions[0].receiver == "a");
  CHECK_FALSE(park.conditions[0].failing);
}

TEST_CASE("notices: another secret is used at once, and what was refused is tried again with it",
          "[notify]") {
  Park park{hooks({"a"})};
  park.accepted = "new";
  park.commit(story()[0]);
  park.loop().restart();
  park.loop().poll();
  CHECK(park.heard.empty());
  CHECK(park.notices().status()[0].failing);
  CHECK_FALSE(park.notices().take_secrets(0, Park::secrets()));
  Secrets other = Park::secrets();
  other.token = "new";
  CHECK(park.notices().take_secrets(0, other));
  CHECK_FALSE(park.notices().status()[0].failing);
  park.loop().restart();
  park.loop().poll();  // no time passes
  CHECK(park.ids_of("a") == std::set<std::string>{"p-g-1"});
}

TEST_CASE("notices: another plan with the secret ends the failure, one without it goes on",
          "[notify][fault]") {
  Park park{hooks({"a"})};
  park.missing = {"a"};
  park.start();
  park.conditions.clear();
  park.take_plan(hooks({"a", "b"}));
  REQUIRE(!park.conditions.empty());
  CHECK(park.conditions.back().failing);
  park.missing.clear();
  park.take_plan(hooks({"a", "b"}));
  CHECK_FALSE(park.conditions.back().failing);
  CHECK(park.notices().without_secrets().empty());
}

}  // namespace notices_test
