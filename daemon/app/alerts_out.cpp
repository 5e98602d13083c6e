// daemon/app/alerts_out.cpp - Options of the alert client, and a thread that reads the outbox for
// it.
#include "app/alerts_out.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "drivers/mqtt/connection.h"
#include "mqtt/session.h"

namespace parkwatch::app {

AlertsOut::AlertsOut(boost::asio::io_context& loop, const config::Config& config,
                     std::string generation, std::uint64_t start_number, AlertsOutCalls to)
    : loop_(loop),
      config_(config.alerts),
      calls_(std::move(to)),
      client_id_("parkwatch-" + config.plant->park + "-alerts") {
  if (!config_.enabled) return;
  notify::MqttAlertsOptions options;
  options.park = config.plant->park;
  options.generation = std::move(generation);
  options.start_number = start_number;
  notify::MqttAlertsCalls calls;
  calls.delivered = calls_.delivered;
  calls.damaged = calls_.damaged;
  calls.outbox_fault = calls_.outbox_fault;
  calls.fetch = [this](std::uint64_t after, std::size_t rows_max, auto done) {
    fetch(after, rows_max, std::move(done));
  };
  calls.condition = [this](bool connected, const std::string& detail) {
    calls_.log("alerts: " + std::string{connected ? "connected" : "not connected: "} + detail);
  };
  alerts_ = std::make_unique<notify::MqttAlerts>(loop_, std::move(options), std::move(calls));
}

Result<Done> AlertsOut::start(const std::string& state_directory) {
  if (!alerts_) return Done{};
  auto reader = store::open_reader(state_directory);
  if (!reader.ok()) return reader.error();
  reader_ = std::move(*reader);
  store::JournalNumbers damaged;
  auto standing = reader_->standing(&damaged);
  if (!standing.ok()) return standing.error();
  if (!damaged.empty()) calls_.damaged(damaged);
  alerts_->start(std::move(*standing), damaged.empty());
  try_to_connect(std::chrono::steady_clock::now());
  return Done{};
}

Result<Done> AlertsOut::connect() {
  auto connection = mqtt_driver::connection_options(*config_.table, client_id_);
  if (!connection.ok()) return connection.error();
  alerts_->complete(*connection);
  auto session =
      mqtt_session::make_session(loop_, std::move(*connection), alerts_->handlers(), nullptr);
  if (!session.ok()) return session.error();
  return alerts_->connect(std::move(*session));
}

// One file that cannot be read must not leave the park unwatched: it is as a broker that is away.
void AlertsOut::try_to_connect(Retry::SteadyTime now) {
  const auto connecting = connect();
  if (connecting.ok()) {
    failure_.clear();
    retry_.over();
    return;
  }
  retry_.failed(now);
  if (connecting.error().message == failure_) return;
  failure_ = connecting.error().message;
  calls_.log("alerts: cannot connect, is tried again: " + failure_);
}

void AlertsOut::retry(Retry::SteadyTime now) {
  if (!stopping_ && retry_.due(now)) try_to_connect(now);
}

void AlertsOut::retry_now() {
  retry_.hurry();
  retry(std::chrono::steady_clock::now());
}

void AlertsOut::fetch(std::uint64_t after, std::size_t rows_max,
                      std::function<void(notify::MqttAlertsCalls::Rows)> done) {
  boost::asio::post(pool_, [this, after, rows_max, done = std::move(done)] {
    using Calls = notify::MqttAlertsCalls;
    std::vector<std::uint64_t> damaged;
    auto events = reader_->outbox(after, rows_max, &damaged);
    auto rows = std::make_shared<Calls::Rows>(
        events.ok() ? Calls::Rows{Calls::Page{*std::move(events), std::move(damaged)}}
                    : Calls::Rows{events.error()});
    boost::asio::post(loop_, [rows, done] { done(std::move(*rows)); });
  });
}

void AlertsOut::committed(std::vector<AlarmEvent> transitions) {
  if (alerts_) alerts_->committed(std::move(transitions));
}

void AlertsOut::fault(std::string_view name, bool active, const Text& message, Timestamp at) {
  if (alerts_) alerts_->fault(name, active, message, at);
}

void AlertsOut::resume_fault(std::string_view name, const Text& message, Timestamp since,
                             bool heard) {
  if (alerts_) alerts_->resume_fault(name, message, since, heard);
}

bool AlertsOut::faults_wait() const { return alerts_ && alerts_->faults_wait(); }

void AlertsOut::publish(std::string topic, std::string payload, bool retained,
                        std::function<void(std::string)> done) {
  if (alerts_) {
    alerts_->publish(std::move(topic), std::move(payload), retained, std::move(done));
  } else {
    boost::asio::post(loop_, [done = std::move(done)] { done("there is no broker: no [alerts]"); });
  }
}

void AlertsOut::stop(std::function<void()> done) {
  stopping_ = true;
  if (!alerts_) return done();
  alerts_->stop(std::move(done));
}

std::size_t AlertsOut::pending() const {
  return alerts_ ? static_cast<std::size_t>(alerts_->status().pending) : 0;
}

std::uint64_t AlertsOut::failures() const { return alerts_ ? alerts_->status().lost_publishes : 0; }

bool AlertsOut::connected() const { return alerts_ && alerts_->status().connected; }

std::string AlertsOut::detail() const {
  if (!failure_.empty()) return failure_;
  return alerts_ ? alerts_->status().detail : std::string{};
}

}  // namespace parkwatch::app
