// daemon/app/daemon_alerts.cpp - How alarms leave: over MQTT, and to the receivers. The loop's
// thread.
#include <algorithm>
#include <utility>

#include "app/daemon.h"
#include "app/stored_configuration.h"
#include "spdlog/logger.h"

namespace parkwatch::app {
namespace {

const char* word_of(notify::Outcome::What what) {
  switch (what) {
    case notify::Outcome::What::ok:
      return "ok";
    case notify::Outcome::What::wait:
      return "wait";
    case notify::Outcome::What::blocked:
      return "blocked";
    case notify::Outcome::What::refused:
      break;
  }
  return "refused";
}

http::ReceiverStatus shown(const notify::ReceiverStatus& receiver) {
  http::ReceiverStatus out;
  out.name = receiver.name;
  out.kind = to_text(receiver.kind);
  out.failing = receiver.failing;
  out.waiting = receiver.waiting + receiver.folded;
  out.told = receiver.told;
  out.failures = receiver.failures;
  out.expired = receiver.expired;
  out.refused = receiver.refused;
  out.detail = receiver.detail;
  out.last_ok = receiver.last_ok;
  out.raises = receiver.raises;
  return out;
}

Result<http::ReceiverTest> tested(const Result<notify::Reply>& reply,
                                  const notify::Outcome& outcome) {
  if (!reply.ok()) return reply.error();
  http::ReceiverTest out;
  out.outcome = word_of(outcome.what);
  out.status = reply->status;
  out.reply = reply->body;
  out.detail = outcome.detail;
  return out;
}

Text store_fault_text(const std::string& fault) {
  return {"存储无法提交：" + fault + "（确认已暂停，数据留在消息服务器）",
          "the store cannot commit: " + fault +
              " (acknowledgements are held, data wait at the broker)"};
}

// Among the names of receivers, which have no brackets.
constexpr const char* by_mqtt = "[alerts]";

// What went wrong; "": nothing.
using Told = std::function<void(std::string)>;

}  // namespace

void Daemon::make_store_faults() {
  StoreFaultsCalls calls;
  calls.problem = [this](const std::string& subject, std::string sentence) {
    board_->problem(subject, std::move(sentence));
  };
  calls.condition = [this](OwnCondition own) { (void)intake_->append(std::move(own)); };
  calls.log = [](const std::string& text) { logger().error(text); };
  calls.log_end = [](const std::string& text) { logger().warn(text); };
  store_faults_ = std::make_unique<StoreFaults>(std::move(calls));
  passing_alarms_ = std::make_unique<PassingAlarms>(
      [this](OwnCondition own) { (void)intake_->append(std::move(own)); });
}

void Daemon::on_readings_lost(std::uint64_t readings) {
  OwnCondition lost = readings_were_lost(readings, ++loss_turns_);
  logger().error(lost.message.en);
  passing_alarms_->raise(std::move(lost), std::chrono::steady_clock::now());
}

// Nothing can be told of them: the outbox is not to offer them again, whether they are in it or
// not.
void Daemon::on_damaged_rows(const std::vector<std::uint64_t>& journals) {
  store_faults_->damaged(journals);
  for (const std::uint64_t journal : journals) line_->delivered(journal);
}

Result<Done> Daemon::start_alerts() {
  const auto log = [](const std::string& text) { logger().info(text); };
  const auto start_number = static_cast<std::uint64_t>(to_us(clock_->now()));
  make_store_faults();
  AlertsOutCalls out;
  out.delivered = [this](std::uint64_t journal) {
    metrics_.alert_delivered();
    line_->delivered(journal);
  };
  out.damaged = [this](const std::vector<std::uint64_t>& journals) { on_damaged_rows(journals); };
  out.outbox_fault = [this](const std::string& fault) { store_faults_->outbox(fault); };
  out.log = log;
  alerts_ = std::make_unique<AlertsOut>(loop_, *config_, recovered_.generation, start_number,
                                        std::move(out));
  auto alerting = alerts_->start(config_->state_directory);
  if (!alerting.ok()) return alerting;

  NoticesOutCalls calls;
  calls.now = [this] { return clock_->now(); };
  calls.keep = [this](std::vector<notify::KeptRow> rows) {
    std::vector<std::pair<std::string, std::optional<std::string>>> pairs;
    pairs.reserve(rows.size());
    for (notify::KeptRow& row : rows) pairs.emplace_back(std::move(row.key), std::move(row.value));
    line_->keep(std::move(pairs));
  };
  calls.condition = [this](const notify::ReceiverCondition& condition) { on_receiver(condition); };
  calls.damaged = [this](const std::vector<std::uint64_t>& journals) { on_damaged_rows(journals); };
  calls.news = [this](NoticeNews news) { (void)intake_->append(std::move(news)); };
  calls.raise_told = [this](const notify::RaiseTold& told) {
    metrics_.raise_told(told.receiver, told.wait);
  };
  calls.publish = [this](std::string topic, std::string payload, Told done) {
    alerts_->publish(std::move(topic), std::move(payload), true, std::move(done));
  };
  calls.log = log;
  notices_ = std::make_unique<NoticesOut>(loop_, config_->plant->park, recovered_.generation,
                                          start_number, std::move(calls));
  start_actions();
  auto noticing = notices_->start(*config_, recovered_.last_journal);
  if (!noticing.ok()) return noticing;
  resume_store_fault();
  return end_stale_store_faults();
}

// Of a fault that no store holds.
ToldFault::Waiting Daemon::who_waits() const {
  ToldFault::Waiting all = notices_->faults_wait();
  if (alerts_->enabled()) all.emplace(by_mqtt, alerts_->faults_wait());
  return all;
}

// The store could keep nothing of it. The first commit tells whether it is over.
void Daemon::resume_store_fault() {
  if (!fault_before_) return;
  const Text message = store_fault_text(fault_before_->fault);
  logger().warn("commits failed when the daemon last ran: {}", fault_before_->fault);
  alerts_->resume_fault("store", message, fault_before_->since,
                        fault_before_->heard.contains(by_mqtt));
  notices_->resume_fault("store", message, fault_before_->since, fault_before_->heard);
}

void Daemon::tell_store_fault(const std::string& fault, Timestamp at) {
  if (fault.empty()) {
    logger().warn("the store commits again");
  } else {
    logger().error("the store cannot commit, acknowledgements are held: {}", fault);
  }
  board_->problem("store", fault.empty() ? fault : "the store cannot commit: " + fault, true);
  told_fault_->changed(fault, at);
  alerts_->fault("store", !fault.empty(), store_fault_text(fault), at);
  notices_->fault("store", !fault.empty(), store_fault_text(fault), at);
}

Result<Done> Daemon::end_stale_store_faults() {
  auto reader = store::open_reader(config_->state_directory);
  if (!reader.ok()) return reader.error();
  store::JournalNumbers damaged;  // told by those who start before
  const auto standing = (*reader)->standing(&damaged);
  if (!standing.ok()) return standing.error();
  tell_of_salvage();
  tell_of_configuration(*standing);
  store_faults_->end_stale(*standing);
  passing_alarms_->end_stale(*standing);
  return Done{};
}

void Daemon::tell_of_salvage() {
  if (!recovered_.salvage) return;
  OwnCondition own = store_was_salvaged(*recovered_.salvage);
  logger().error("{}; {} batches with {} readings were carried over; {}", own.message.en,
                 recovered_.salvage->batches, recovered_.salvage->readings, own.guidance.en);
  const auto now = std::chrono::steady_clock::now();
  board_->problem("store salvaged", own.message.en);
  salvage_told_until_ = now + PassingAlarms::shown_for;
  passing_alarms_->raise(std::move(own), now);
}

// The alarm of an earlier start ends with one whose configuration is well.
void Daemon::tell_of_configuration(const std::vector<AlarmEvent>& standing) {
  if (configuration_fault_) board_->problem("configuration", configuration_fault_->message.en);
  const auto tell = [&](const std::optional<OwnCondition>& fault, OwnCondition well) {
    const bool stands = std::any_of(standing.begin(), standing.end(), [&](const AlarmEvent& event) {
      return event.rule == well.rule && event.tag == well.tag && event.state != AlarmState::normal;
    });
    if (fault) {
      (void)intake_->append(OwnCondition{*fault});
    } else if (stands) {
      (void)intake_->append(std::move(well));
    }
  };
  tell(configuration_fault_, configuration_is_well());
  tell(token_fault_, tokens_are_well());
}

void Daemon::configuration_mended() {
  board_->problem("configuration", {});
  if (!configuration_fault_) return;
  configuration_fault_.reset();
  logger().warn("the configuration on disk is in force again");
  (void)intake_->append(configuration_is_well());
}

// The acknowledgements of the batch in hand are held, so that it comes again to the next start,
// which sets the database aside.
void Daemon::end_damaged(const std::string& fault) {
  if (stopping_) return;
  logger().critical("the store is damaged, the daemon ends so that a new start begins anew: {}",
                    fault);
  store_is_damaged_ = true;
  stop();
}

void Daemon::start_shift_reports() {
  ShiftReportsCalls calls;
  calls.context = [this] {
    const http::Site site = board_->site();
    return http::ShiftContext{config_->plant->park, clock_->now(), site.calendar, board_->view(),
                              &live_};
  };
  calls.open_reader = [directory = config_->state_directory] {
    return store::open_reader(directory);
  };
  calls.mail = [this](const std::string& receiver, const std::string& title,
                      const std::string& text, const std::string& html, auto done) {
    notices_->mail(receiver, {title, text, html}, std::move(done));
  };
  calls.log = [](const std::string& text) { logger().info(text); };
  shift_reports_ = std::make_unique<ShiftReports>(loop_, std::move(calls));
  shift_reports_->use(config_->shift_report, config_->plant->timing.late_after);
}

void Daemon::start_actions() {
  ActionsOutCalls calls;
  calls.now = [this] { return clock_->now(); };
  calls.publish = [this](std::string topic, std::string payload, Told done) {
    alerts_->publish(std::move(topic), std::move(payload), false, std::move(done));
  };
  calls.report = [this](ActionReport report) { (void)intake_->append(std::move(report)); };
  calls.log = [](const std::string& text) { logger().warn(text); };
  actions_ = std::make_unique<ActionsOut>(loop_, config_->plant->park, recovered_.generation,
                                          std::move(calls));
  actions_->resume(commands_, config_->plant->actions);
  commands_.clear();
}

void Daemon::on_receiver(const notify::ReceiverCondition& condition) {
  const std::string subject = "receiver " + condition.receiver;
  const std::string sentence = subject + " cannot be told of alarms: " + condition.detail;
  board_->problem(subject, condition.failing ? sentence : std::string{});
  // An alarm like any other: journaled, and told to those who can be.
  OwnCondition own;
  own.rule = rule_delivery_failed;
  own.tag = notify::receiver_tag(condition.receiver);
  own.on = condition.failing;
  own.message = {"接收者 " + condition.receiver + " 无法收到报警：" + condition.detail, sentence};
  own.guidance = {"检查网络、地址和密钥：parkwatch notify test " + condition.receiver,
                  "Check network, address and secret: parkwatch notify test " + condition.receiver};
  (void)intake_->append(std::move(own));
}

void Daemon::offer_receivers(http::Services& services) {
  services.receivers = [this] {
    std::vector<http::ReceiverStatus> out;
    if (notices_ == nullptr) return out;
    for (const notify::ReceiverStatus& receiver : notices_->status()) {
      out.push_back(shown(receiver));
    }
    return out;
  };
  services.test_receiver = [this](const std::string& name,
                                  std::function<void(Result<http::ReceiverTest>)> done) {
    if (notices_ == nullptr) return done(Error{ErrorKind::refused, "the daemon is starting"});
    notices_->test(name, [done = std::move(done)](const Result<notify::Reply>& reply,
                                                  const notify::Outcome& outcome) {
      done(tested(reply, outcome));
    });
  };
}

}  // namespace parkwatch::app
