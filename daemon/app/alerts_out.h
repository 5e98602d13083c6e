// daemon/app/alerts_out.h - The alert client and its way to the outbox. Lives on the loop's thread.
#pragma once
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/retry.h"
#include "config/config.h"
#include "model/alarm_event.h"
#include "model/result.h"
#include "notify/mqtt_alerts.h"
#include "store/reader.h"

namespace parkwatch::app {

// All are called on the loop.
struct AlertsOutCalls {
  std::function<void(std::uint64_t journal)> delivered;  // an alert is told
  // Journal rows that are damaged; of the outbox or of an alarm that stands.
  std::function<void(const std::vector<std::uint64_t>& journals)> damaged;
  std::function<void(const std::string& fault)> outbox_fault;  // as MqttAlertsCalls
  std::function<void(const std::string&)> log;
};

// Does nothing when the configuration has no [alerts].
class AlertsOut {
 public:
  AlertsOut(boost::asio::io_context& loop, const config::Config& config, std::string generation,
            std::uint64_t start_number, AlertsOutCalls calls);

  // Reads the standing alarms from the store and begins; before the line commits anything. Without
  // its password or certificate it is not connected, says so, and tries again (retry()). Errors: of
  // the store.
  [[nodiscard]] Result<Done> start(const std::string& state_directory);
  // Tries what could not begin, once its time has come; as often as likes.
  void retry(Retry::SteadyTime now);
  // The same at once: a reload.
  void retry_now();
  void committed(std::vector<AlarmEvent> transitions);
  void fault(std::string_view name, bool active, const Text& message, Timestamp at);
  // As those of MqttAlerts.
  void resume_fault(std::string_view name, const Text& message, Timestamp since, bool heard);
  [[nodiscard]] bool faults_wait() const;
  // As MqttAlerts::publish(); fails at once without [alerts].
  void publish(std::string topic, std::string payload, bool retained,
               std::function<void(std::string)> done);
  void stop(std::function<void()> done);
  // Alerts that are not told yet, as far as they are in memory.
  [[nodiscard]] std::size_t pending() const;
  // Attempts to tell an alert that failed, since the start; each is repeated.
  [[nodiscard]] std::uint64_t failures() const;
  [[nodiscard]] bool enabled() const { return alerts_ != nullptr; }
  [[nodiscard]] bool connected() const;
  [[nodiscard]] std::string detail() const;

 private:
  void try_to_connect(Retry::SteadyTime now);
  [[nodiscard]] Result<Done> connect();
  void fetch(std::uint64_t after, std::size_t rows_max,
             std::function<void(notify::MqttAlertsCalls::Rows)> done);

  boost::asio::io_context& loop_;
  const config::AlertConfig config_;
  const AlertsOutCalls calls_;
  const std::string client_id_;  // unless the table has one
  std::string directory_;
  std::string failure_;  // why it could not begin to connect; empty: it did
  Retry retry_;
  bool stopping_ = false;
  std::unique_ptr<notify::MqttAlerts> alerts_;
  std::unique_ptr<store::Reader> reader_;  // used on pool_ only, once started
  boost::asio::thread_pool pool_{1};       // joins first: nothing below
};

}  // namespace parkwatch::app
