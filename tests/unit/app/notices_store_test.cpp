// tests/unit/app/notices_store_test.cpp - The notifications on the real store: each of its writes,
// syncs, truncations, deletions and openings fails once, and sends with them; everybody is told of
// every announced transition, of none that is not, and of the end of what he was told.
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>

#include "notify/notices.h"
#include "store/reader.h"
#include "store/store.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/sanitized.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/notify/dispatch_rig.h"

namespace notices_store_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

// None of these runs cuts power: in memory, where the system has such a place.
std::filesystem::path quick_folder() {
  const std::filesystem::path memory{"/dev/shm"};
  return std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
}

// A webhook, an Alertmanager and a webhook that an escalation calls.
NotifyPlan three() {
  NotifyPlan plan;
  for (const auto& [name, kind] :
       {std::pair{"hook", ReceiverKind::webhook}, std::pair{"am", ReceiverKind::alertmanager},
        std::pair{"lead", ReceiverKind::webhook}}) {
    plan.receivers.push_back(receiver(name, kind));
    plan.receivers.back().group_wait = plan.receivers.back().group_interval = 0s;
  }
  plan.escalations = {{"duty", {{5s, {"lead"}, EscalationStep::Until::acked, 0s, 1}}}};
  plan.routes = {route_to({"hook", "am"})};
  plan.routes[0].escalation = "duty";
  return plan;
}

// What comes to the gateway, one batch every two seconds. The second alarm returns, is escalated
// and then acknowledged.
std::vector<AlarmEvent> story() {
  const AlarmEvent one = raised(1, "tank/t1/level");
  const AlarmEvent two = with_priority(raised(2, "tank/t2/level"), Priority::critical);
  const AlarmEvent acked = followed(one, 3, TransitionKind::acknowledged, AlarmState::acknowledged);
  const AlarmEvent back =
      followed(two, 4, TransitionKind::returned, AlarmState::returned_unacknowledged);
  return {one,
          two,
          acked,
          back,
          followed(acked, 5, TransitionKind::returned, AlarmState::normal),
          followed(back, 6, TransitionKind::acknowledged, AlarmState::normal)};
}

// The gateway's loop and writer in one thread, as far as notifications see them.
class Gateway {
 public:
  Gateway(FaultyVfs& vfs, int send_fails_at)
      : vfs_(vfs), dir_(quick_folder()), send_fails_at_(send_fails_at) {}
  ~Gateway() { notices_.reset(); }
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // As at each start; what fails is tried again.
  void start() {
    notices_.reset();
    store_.reset();
    loop_.restart();
    loop_.poll();  // what was on its way is nobody's any more
    store::StoreOptions options;
    options.directory = dir_.path().string();
    options.vfs = vfs_.name();
    while (store_ == nullptr) {
      if (auto opened = store::open_store(options); opened.ok()) store_ = std::move(*opened);
      ++tries_;
      REQUIRE(tries_ < 1000);
    }
    auto reader = store::open_reader(options.directory);
    REQUIRE(reader.ok());
    auto rows = (*reader)->notify_rows();
    REQUIRE(rows.ok());
    make_notices();
    const auto find = [&reader](std::uint64_t journal) -> AlertPtr {
      auto found = (*reader)->events(journal - 1, 1);
      if (!found.ok() || found->empty() || found->front().journal != journal) return nullptr;
      return std::make_shared<const Alert>(Alert{std::move(found->front()), {}});
    };
    const std::uint64_t after =
        notices_->restore(*std::move(rows), store_->recovered().last_journal, find);
    const auto missed = (*reader)->events(after, 1000);
    REQUIRE(missed.ok());
    notices_->committed(*missed);
  }

  // What the broker sends again and again until it is safe. `kill`: the failure is the last thing
  // that this run sees.
  void commit(const AlarmEvent& event, bool kill) {
    for (;;) {
      if (store_->recovered().last_journal >= event.journal || committed_ >= event.journal) break;
      store::Batch batch;
      batch.last_sequence = event.journal;
      batch.now = now;
      batch.facts.transitions = {event};
      batch.facts.transitions[0].at = now;
      if (store_->commit(batch).ok()) {
        committed_ = event.journal;
        notices_->committed(batch.facts.transitions);
        break;
      }
      REQUIRE(++tries_ < 1000);
      if (kill) start();
    }
    pass(1s, kill);
  }
  void pass(Duration by, bool kill) {
    now += by;
    notices_->look();
    loop_.restart();
    loop_.poll();
    if (!store_->flush().ok() && kill) start();
  }
  [[nodiscard]] std::size_t waiting() const { return notices_->waiting(); }
  [[nodiscard]] std::map<std::uint64_t, AlarmEvent> journal() const {
    auto reader = store::open_reader(dir_.path().string());
    REQUIRE(reader.ok());
    const auto events = (*reader)->events(0, 1000);
    REQUIRE(events.ok());
    std::map<std::uint64_t, AlarmEvent> out;
    for (const AlarmEvent& event : *events) out[event.journal] = event;
    return out;
  }

  Timestamp now = sample_time;
  std::map<std::string, std::multiset<std::string>> told;           // ids, by receiver
  std::map<std::string, std::map<std::string, std::string>> stand;  // "tag level" -> status

 private:
  void make_notices() {
    auto plan = std::make_shared<const NotifyPlan>(three());
    NoticesPlan planned{plan, std::vector<Secrets>(plan->receivers.size())};
    for (Secrets& secrets : planned.secrets) secrets.endpoints = {{"http://127.0.0.1/", ""}};
    NoticesCalls calls;
    calls.now = [this] { return now; };
    calls.send = [this](const Request& request, const ReceiverSpec& spec, const Secrets&,
                        std::function<void(notify::Reply)> done) {
      notify::Reply reply;
      reply.status = sends_++ == send_fails_at_ ? 503 : 200;
      // Every other one that fails was heard all the same.
      if (reply.status == 200 || send_fails_at_ % 2 == 0) hear(spec, request.body);
      boost::asio::post(loop_, [done = std::move(done), reply] { done(reply); });
    };
    calls.keep = [this](std::vector<KeptRow> rows) {
      for (KeptRow& row : rows) store_->keep(std::move(row.key), std::move(row.value));
    };
    calls.condition = [](const ReceiverCondition&) {};
    calls.log = [](const std::string&) {};
    notices_ = std::make_unique<Notices>(loop_, std::move(planned), Sender{{"p", "g"}, china}, 1,
                                         std::move(calls));
  }
  void hear(const ReceiverSpec& spec, const std::string& body) {
    const json::value parsed = json::parse(body);
    const bool pushed = spec.kind == ReceiverKind::alertmanager;
    for (const json::value& alert : (pushed ? parsed : parsed.at("alerts")).as_array()) {
      const json::object& labels = alert.at("labels").as_object();
      const bool firing = pushed ? alert.at("endsAt").as_string() > to_rfc3339(now)
                                 : alert.at("status").as_string() == "firing";
      stand[spec.name][std::string{labels.at("tag").as_string()}] = firing ? "firing" : "over";
      const auto& annotations = alert.at("annotations").as_object();
      if (!annotations.contains("ids")) continue;
      std::string ids{annotations.at("ids").as_string()};
      for (std::size_t at = 0; at != std::string::npos;) {
        const std::size_t end = ids.find(' ', at);
        told[spec.name].insert(ids.substr(at, end - at));
        at = end == std::string::npos ? end : end + 1;
      }
    }
  }

  FaultyVfs& vfs_;
  const TempDir dir_;
  const int send_fails_at_;
  boost::asio::io_context loop_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Notices> notices_;
  std::uint64_t committed_ = 0;
  int sends_ = 0;
  int tries_ = 0;
};

}  // namespace

TEST_CASE("notices and store: each operation of the disk fails in turn, and sends with it",
          "[app][fault]") {
  const auto fault =
      GENERATE(FaultyVfs::Fault::io_error, FaultyVfs::Fault::torn, FaultyVfs::Fault::full);
  const bool kill = GENERATE(false, true);
  const std::uint64_t step = is_sanitized ? 7 : 1;
  std::uint64_t runs = 0;
  for (std::uint64_t n = 1;; n += step, ++runs) {
    CAPTURE(n, kill, static_cast<int>(fault));
    FaultyVfs vfs{"notices"};
    Gateway gateway{vfs, static_cast<int>(n % 9)};
    vfs.fail_at(n, fault);
    gateway.start();
    for (const AlarmEvent& event : story()) {
      gateway.commit(event, kill);
      gateway.pass(1s, kill);
    }
    for (int i = 0; i < 100 && gateway.waiting() != 0; ++i) gateway.pass(1s, kill);
    REQUIRE(gateway.waiting() == 0);
    const bool struck = vfs.struck();
    vfs.heal();
    gateway.start();
    gateway.pass(1s, kill);

    REQUIRE(gateway.journal().size() == story().size());
    const std::set<std::string> everything{"p-g-1", "p-g-2", "p-g-3", "p-g-4", "p-g-5"};
    const auto& hook = gateway.told["hook"];
    CHECK(std::set<std::string>(hook.begin(), hook.end()) == everything);
    const auto& lead = gateway.told["lead"];
    CHECK(std::set<std::string>(lead.begin(), lead.end()) ==
          std::set<std::string>{"p-g-4-e1.0", "p-g-6"});
    const std::map<std::string, std::string> one{{"tank/t2/level", "over"}};
    const std::map<std::string, std::string> both{{"tank/t1/level", "over"}, *one.begin()};
    CHECK(gateway.stand["hook"] == both);
    CHECK(gateway.stand["am"] == both);
    CHECK(gateway.stand["lead"] == one);
    if (!struck) break;  // the scenario has fewer operations than this
    REQUIRE(runs < 2000);
  }
  CHECK(runs > (is_sanitized ? 10 : 100));
}

}  // namespace notices_store_test
