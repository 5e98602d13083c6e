// daemon/notify/notices.cpp - See the header.
#include "notify/notices.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace parkwatch::notify {
namespace {

// So that a clock that is set wakes whoever waits for it.
constexpr Duration look_at_least_every = std::chrono::seconds{10};
constexpr std::string_view receiver_tags = "receiver/";

}  // namespace

std::string receiver_tag(std::string_view receiver) {
  return std::string{receiver_tags} + std::string{receiver};
}

std::optional<std::string> receiver_of_tag(std::string_view tag) {
  if (!tag.starts_with(receiver_tags)) return std::nullopt;
  return std::string{tag.substr(receiver_tags.size())};
}

Notices::Notices(boost::asio::io_context& loop, NoticesPlan plan, Sender sender,
                 std::uint64_t start_number, NoticesCalls calls)
    : plan_(std::move(plan)),
      sender_(std::move(sender)),
      faults_('v' + std::to_string(start_number) + "-n"),
      calls_(std::move(calls)),
      dispatcher_(std::make_unique<Dispatcher>(plan_.plan, sender_.to_local)),
      timer_(loop) {}

Notices::~Notices() { *alive_ = false; }

std::uint64_t Notices::restore(std::map<std::string, std::string> rows, std::uint64_t newest,
                               const std::function<AlertPtr(std::uint64_t)>& find) {
  rows_ = std::move(rows);
  last_journal_ = newest;
  const std::uint64_t after = dispatcher_->restore(calls_.now(), rows_, newest, find);
  disable_without_secrets();
  report();  // the cursor, so that a kill before the first news loses none
  return after;
}

void Notices::committed(const std::vector<AlarmEvent>& transitions) {
  const Timestamp now = calls_.now();
  for (const AlarmEvent& event : transitions) {
    last_journal_ = std::max(last_journal_, event.journal);
    dispatcher_->take(now, std::make_shared<const Alert>(Alert{event, {}}));
  }
  pump();
}

void Notices::fault(std::string_view name, bool active, const Text& message, Timestamp at) {
  if (const AlertPtr alert = faults_.changed(name, active, message, at)) {
    dispatcher_->take(calls_.now(), alert);
  }
  pump();
}

void Notices::resume_fault(std::string_view name, const Text& message, Timestamp since,
                           const std::set<std::string>& heard) {
  if (const AlertPtr alert = faults_.changed(name, true, message, since)) {
    dispatcher_->resume(calls_.now(), alert, heard);
  }
  pump();
}

std::map<std::string, bool> Notices::faults_wait() const {
  std::map<std::string, bool> out;
  for (const std::string& name : dispatcher_->told_of_volatile()) out.emplace(name, false);
  for (const auto& [name, news] : dispatcher_->volatile_part().waiting) out[name] = true;
  return out;
}

void Notices::take_plan(NoticesPlan plan) {
  const std::map<std::uint64_t, AlertPtr> alerts = dispatcher_->alerts();
  const VolatilePart volatile_part = dispatcher_->volatile_part();
  report();
  const NoticesPlan old = std::exchange(plan_, std::move(plan));
  on_way_.clear();
  ++plan_number_;
  // The alarm of one that is gone, or that has its secret now, ends with it.
  for (std::size_t at = 0; at < old.plan->receivers.size(); ++at) {
    const std::string& name = old.plan->receivers[at].name;
    if (!receiver_of(*plan_.plan, name) || !old.secrets[at].missing.empty()) {
      calls_.condition({name, false, {}});
    }
  }
  dispatcher_ = std::make_unique<Dispatcher>(plan_.plan, sender_.to_local);
  // The rows say where the journal has been routed to, so nothing is to be read again.
  (void)dispatcher_->restore(calls_.now(), rows_, last_journal_, [&alerts](std::uint64_t journal) {
    const auto at = alerts.find(journal);
    return at == alerts.end() ? nullptr : at->second;
  });
  dispatcher_->take_over(calls_.now(), volatile_part);
  disable_without_secrets();
  pump();
}

std::vector<std::size_t> Notices::without_secrets() const {
  std::vector<std::size_t> all;
  for (std::size_t at = 0; at < plan_.secrets.size(); ++at) {
    if (!plan_.secrets[at].missing.empty()) all.push_back(at);
  }
  return all;
}

void Notices::disable_without_secrets() {
  for (const std::size_t at : without_secrets()) {
    dispatcher_->disable(calls_.now(), at, plan_.secrets[at].missing);
  }
}

bool Notices::take_secrets(std::size_t receiver, Secrets secrets) {
  if (plan_.secrets.at(receiver) == secrets) return false;
  plan_.secrets.at(receiver) = std::move(secrets);
  dispatcher_->enable(receiver);
  pump();
  return true;
}

void Notices::clock_stepped(Duration by) {
  dispatcher_->shift(by);
  pump();
}

void Notices::stop() {
  stopped_ = true;
  timer_.cancel();
}

void Notices::pump() {
  if (stopped_) return;
  while (auto message = dispatcher_->next(calls_.now())) send(*std::move(message));
  report();
  arm();
}

void Notices::send(NotifyMessage message) {
  const std::uint64_t number = message.number;
  const NotifyMessage& kept = on_way_.emplace(number, std::move(message)).first->second;
  transmit(kept, [this, alive = alive_, plan = plan_number_, number](const Reply& reply) {
    if (*alive) settled(plan, number, reply);
  });
}

// Without its secret a receiver is one that cannot be reached.
void Notices::transmit(const NotifyMessage& message, std::function<void(Reply)> done) {
  const ReceiverSpec& receiver = plan_.plan->receivers.at(message.receiver);
  const Secrets& secrets = plan_.secrets.at(message.receiver);
  if (secrets.missing.empty()) {
    calls_.send(make_request(sender_, receiver, secrets, message), receiver, secrets,
                std::move(done));
    return;
  }
  Reply reply;
  reply.failure = secrets.missing;
  boost::asio::post(timer_.get_executor(), [done = std::move(done), reply] { done(reply); });
}

void Notices::settled(std::uint64_t plan_number, std::uint64_t number, const Reply& reply) {
  if (plan_number != plan_number_ || stopped_) return;
  const auto at = on_way_.find(number);
  if (at == on_way_.end()) return;
  const NotifyMessage message = std::move(at->second);
  on_way_.erase(at);
  const ReceiverSpec& receiver = plan_.plan->receivers.at(message.receiver);
  const Outcome outcome = judge(receiver, reply);
  if (outcome.what != Outcome::What::ok) {
    calls_.log("receiver " + receiver.name + ": " + outcome.detail);
  }
  dispatcher_->settle(calls_.now(), message, outcome);
  pump();
}

void Notices::report() {
  std::vector<KeptRow> rows = dispatcher_->changes();
  for (const KeptRow& row : rows) {
    if (row.value) {
      rows_[row.key] = *row.value;
    } else {
      rows_.erase(row.key);
    }
  }
  if (!rows.empty()) calls_.keep(std::move(rows));
  for (const ReceiverCondition& condition : dispatcher_->conditions()) {
    if (condition.failing) {
      calls_.log("receiver " + condition.receiver + " fails: " + condition.detail);
    }
    calls_.condition(condition);
  }
  for (const ClosedNews& closed : dispatcher_->closed()) {
    const std::string what = std::to_string(closed.count) + " notices closed unsent (" +
                             closed.reason + "), journal " + std::to_string(closed.first) + ".." +
                             std::to_string(closed.last);
    calls_.log("receiver " + closed.receiver + ": " + what);
    if (!calls_.news) continue;
    calls_.news({TransitionKind::delivery_failed, std::string{rule_delivery_failed},
                 receiver_tag(closed.receiver), 0, what});
  }
  for (const RaiseTold& told : dispatcher_->raises_told()) {
    if (calls_.raise_told) calls_.raise_told(told);
  }
  for (NoticeNews& news : dispatcher_->escalated()) {
    if (calls_.news) calls_.news(std::move(news));
  }
}

void Notices::arm() {
  const Duration wait = std::clamp<Duration>(dispatcher_->deadline() - calls_.now(), Duration{0},
                                             look_at_least_every);
  timer_.expires_after(wait);
  timer_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
    if (!error && *alive) pump();
  });
}

void Notices::test(const std::string& name, std::function<void(Result<Reply>, Outcome)> done) {
  const auto at = receiver_of(*plan_.plan, name);
  if (!at) {
    done(Error{ErrorKind::not_found, "there is no receiver \"" + name + '"'}, {});
    return;
  }
  NotifyMessage message;
  message.receiver = *at;
  message.kind = MessageKind::test;
  message.at = calls_.now();
  transmit(message, [spec = plan_.plan->receivers[*at], done = std::move(done)](
                        const Reply& reply) { done(reply, judge(spec, reply)); });
}

void Notices::mail(const std::string& name, ReportText report,
                   std::function<void(std::string)> done) {
  const auto at = receiver_of(*plan_.plan, name);
  if (!at || plan_.plan->receivers[*at].kind != ReceiverKind::email) {
    return done("there is no e-mail receiver \"" + name + '"');
  }
  NotifyMessage message;
  message.receiver = *at;
  message.kind = MessageKind::report;
  message.at = calls_.now();
  message.report = std::make_shared<const ReportText>(std::move(report));
  transmit(message,
           [spec = plan_.plan->receivers[*at], done = std::move(done)](const Reply& reply) {
             const Outcome outcome = judge(spec, reply);
             done(outcome.what == Outcome::What::ok ? std::string{} : outcome.detail);
           });
}

}  // namespace parkwatch::notify
