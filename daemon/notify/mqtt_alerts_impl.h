// daemon/notify/mqtt_alerts_impl.h - What MqttAlerts holds. On the loop's thread, but for the
// message handler, which only posts. No locks here.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "notify/alarm_counts.h"
#include "notify/mqtt_alerts.h"
#include "notify/own_fault.h"
#include "notify/pending_alerts.h"
#include "notify/standing_alarms.h"
#include "notify/topics.h"

namespace parkwatch::notify {

class MqttAlerts::Impl : public std::enable_shared_from_this<MqttAlerts::Impl> {
 public:
  // Publishes of others that are on their way at a time: boards, and commands, which no board holds
  // up.
  static constexpr std::size_t others_max = 4;
  static constexpr std::size_t commands_max = 1;
  // Retained states to empty that wait at a time; more are found again at the next connect.
  static constexpr std::size_t stale_topics_max = 20'000;

  Impl(boost::asio::io_context& loop, MqttAlertsOptions options, MqttAlertsCalls calls);

  void complete(mqtt_session::SessionOptions& options) const;
  mqtt_session::SessionHandlers handlers();
  void start(std::vector<AlarmEvent> standing, bool is_whole);
  Result<Done> connect(std::unique_ptr<mqtt_session::Session> session);
  void committed(std::vector<AlarmEvent> transitions);
  void fault(std::string_view name, bool active, const Text& message, Timestamp at);
  void resume_fault(std::string_view name, const Text& message, Timestamp since, bool heard);
  [[nodiscard]] bool faults_wait() const { return pending_.holds_volatile(); }
  void publish_for_other(std::string topic, std::string payload, bool retained,
                         std::function<void(std::string)> done);
  void stop(std::function<void()> done);
  // Nothing of ours is called after this.
  void shut();

  [[nodiscard]] MqttAlertsStatus status() const;

 private:
  // What a publish was for, to be told when it is done.
  struct Purpose {
    enum class What : std::uint8_t { alert, standing, stale, online, offline, digest };
    What what = What::alert;
    std::uint64_t number = 0;  // alert
    PendingAlerts::Part part = PendingAlerts::Part::event;
    std::string topic;  // stale
  };

  void show(const AlertPtr& alert);
  void tell(AlertPtr alert);
  void connected();
  void lost(const std::string& why);
  void retained_state(std::string topic);
  void new_connection();
  void retry_later();

  void pump();
  bool send_next();
  bool send_alert();
  bool send_standing();
  bool send_stale();
  bool send_digests();
  bool send_offline();
  void publish(std::string topic, std::string payload, bool retained, Purpose purpose);
  void published(std::uint64_t connection, const Purpose& purpose, bool ok);
  void acknowledged(const Purpose& purpose);

  void fetch_more();
  void fetched(MqttAlertsCalls::Rows rows);
  void outbox_fault(const std::string& fault);
  void finish_stop();

  boost::asio::io_context& loop_;
  const MqttAlertsOptions options_;
  const MqttAlertsCalls calls_;
  const EventOrigin origin_;
  const Topics topics_;
  std::unique_ptr<mqtt_session::Session> session_;

  PendingAlerts pending_;
  StandingAlarms standing_;
  bool knows_all_ = true;  // that stand
  AlarmCounts counts_of_alarms_;
  std::string summary_sent_;  // over the present connection
  std::string sounder_sent_;
  std::deque<std::string> stale_;  // retained topics to empty
  OwnFaults faults_;

  bool connected_ = false;
  bool stalled_ = false;          // a publish failed: wait for the retry or a new connection
  std::uint64_t connection_ = 0;  // answers to publishes of earlier ones only free the window
  std::size_t outstanding_ = 0;
  std::size_t others_ = 0;
  std::size_t commands_ = 0;
  bool online_sent_ = false;
  bool pumping_ = false;
  bool fetch_failed_ = false;
  bool outbox_fails_ = false;  // and it was said

  bool stopping_ = false;
  bool offline_sent_ = false;
  std::function<void()> stopped_;

  boost::asio::steady_timer retry_timer_;
  boost::asio::steady_timer fetch_timer_;
  boost::asio::steady_timer stop_timer_;
  MqttAlertsStatus counts_;
};

}  // namespace parkwatch::notify
