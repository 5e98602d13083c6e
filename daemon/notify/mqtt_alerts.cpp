// daemon/notify/mqtt_alerts.cpp - What is sent when. On the loop's thread, but for the message
// handler, which only posts. No locks in this file.
#include "notify/mqtt_alerts.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cassert>
#include <deque>
#include <map>
#include <utility>

#include "notify/alarm_counts.h"
#include "notify/own_fault.h"
#include "notify/pending_alerts.h"
#include "notify/standing_alarms.h"
#include "notify/topics.h"

namespace parkwatch::notify {
namespace {

// Retained states to empty that wait at a time; more are found again at the next connect.
constexpr std::size_t stale_topics_max = 20'000;
// Publishes of others that are on their way at a time: boards, and commands, which no board holds
// up.
constexpr std::size_t others_max = 4;
constexpr std::size_t commands_max = 1;

}  // namespace

class MqttAlerts::Impl : public std::enable_shared_from_this<MqttAlerts::Impl> {
 public:
  Impl(boost::asio::io_context& loop, MqttAlertsOptions options, MqttAlertsCalls calls)
      : loop_(loop),
        options_(std::move(options)),
        calls_(std::move(calls)),
        origin_{options_.park, options_.generation},
        topics_(options_.park),
        pending_(options_.pending_max),
        retry_timer_(loop),
        fetch_timer_(loop),
        stop_timer_(loop) {
    assert(options_.publish_window > 0 && options_.pending_max > 0);
  }

  void complete(mqtt_session::SessionOptions& options) const {
    options.will.topic = topics_.online();
    options.will.payload = online_payload(false, {}, "connection lost");
    options.filters = {topics_.states_filter()};
    options.publish_window = options_.publish_window + others_max + commands_max;
    options.clean_session = true;
  }

  mqtt_session::SessionHandlers handlers() {
    mqtt_session::SessionHandlers out;
    std::weak_ptr<Impl> weak = weak_from_this();
    // On Paho's thread. Our own states come back as they are published; only those that the broker
    // had kept from before are of interest.
    out.message = [weak, &loop = loop_, topics = topics_](Message&& message) -> std::uint64_t {
      const bool empty = message.payload.empty() && !message.oversized;
      if (!message.retained || empty || !topics.is_state(message.topic)) return 0;
      boost::asio::post(loop, [weak, topic = std::move(message.topic)]() mutable {
        if (const auto self = weak.lock()) self->retained_state(std::move(topic));
      });
      return 0;
    };
    out.connected = [weak](bool) {
      if (const auto self = weak.lock()) self->connected();
    };
    out.lost = [weak](const std::string& why) {
      if (const auto self = weak.lock()) self->lost(why);
    };
    return out;
  }

  void start(std::vector<AlarmEvent> standing, bool is_whole) {
    knows_all_ = is_whole;
    for (AlarmEvent& event : standing) {
      const std::string topic = topics_.state(event.rule, event.tag);
      counts_of_alarms_.changed(event);
      standing_.changed(topic, std::make_shared<const Alert>(Alert{std::move(event), {}}));
    }
    fetch_more();
  }

  Result<Done> connect(std::unique_ptr<mqtt_session::Session> session) {
    session_ = std::move(session);
    auto started = session_->start();
    if (!started.ok()) session_.reset();
    return started;
  }

  void committed(std::vector<AlarmEvent> transitions) {
    for (AlarmEvent& event : transitions) {
      const std::string topic = topics_.state(event.rule, event.tag);
      counts_of_alarms_.changed(event);
      auto alert = std::make_shared<const Alert>(Alert{std::move(event), {}});
      standing_.changed(topic, alert);
      pending_.committed(std::move(alert));
    }
    pump();
  }

  void fault(std::string_view name, bool active, const Text& message, Timestamp at);
  void resume_fault(std::string_view name, const Text& message, Timestamp since);
  [[nodiscard]] bool faults_untold() const { return !faults_.empty() || pending_.holds_volatile(); }
  void publish_for_other(std::string topic, std::string payload, bool retained,
                         std::function<void(std::string)> done);
  void stop(std::function<void()> done);
  // Nothing of ours is called after this.
  void shut() {
    retry_timer_.cancel();
    fetch_timer_.cancel();
    stop_timer_.cancel();
    session_.reset();
  }

  [[nodiscard]] MqttAlertsStatus status() const {
    MqttAlertsStatus out = counts_;
    out.connected = connected_;
    if (session_) out.detail = session_->status().detail;
    out.pending = pending_.size();
    out.more_in_outbox = pending_.behind();
    return out;
  }

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
  [[nodiscard]] std::string next_volatile_id() {
    return 'v' + std::to_string(options_.start_number) + '-' + std::to_string(++volatile_number_);
  }
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
  std::deque<std::string> stale_;                        // retained topics to empty
  std::map<std::string, AlertPtr, std::less<>> faults_;  // those that stand, by name
  std::uint64_t volatile_number_ = 0;

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

void MqttAlerts::Impl::fault(std::string_view name, bool active, const Text& message,
                             Timestamp at) {
  const auto known = faults_.find(name);
  if ((known != faults_.end()) == active) return;
  if (active && faults_.size() >= faults_max) return;
  AlertPtr alert = active ? fault_begins(name, message, at, next_volatile_id())
                          : fault_ends(known->second, at, next_volatile_id());
  if (active) {
    faults_.emplace(name, alert);
  } else {
    faults_.erase(known);
  }
  show(alert);
  // Full: the state is still shown at the next connect.
  if (!pending_.add_volatile(std::move(alert))) ++counts_.lost_publishes;
  pump();
}

void MqttAlerts::Impl::resume_fault(std::string_view name, const Text& message, Timestamp since) {
  AlertPtr alert = fault_begins(name, message, since, next_volatile_id());
  if (faults_.emplace(name, alert).second) show(alert);
  pump();
}

void MqttAlerts::Impl::show(const AlertPtr& alert) {
  counts_of_alarms_.changed(alert->event);
  standing_.changed(topics_.state(alert->event.rule, alert->event.tag), alert);
}

void MqttAlerts::Impl::connected() {
  connected_ = true;
  ++counts_.connects;
  stale_.clear();  // the subscription finds them anew
  new_connection();
  if (calls_.condition) calls_.condition(true, {});
  pump();
}

void MqttAlerts::Impl::lost(const std::string& why) {
  connected_ = false;
  ++connection_;
  if (calls_.condition) calls_.condition(false, why);
  if (stopping_) finish_stop();
}

void MqttAlerts::Impl::new_connection() {
  ++connection_;
  stalled_ = false;
  online_sent_ = false;
  offline_sent_ = false;
  summary_sent_.clear();
  sounder_sent_.clear();
  pending_.rewind();
  standing_.connected();
  retry_timer_.cancel();
}

void MqttAlerts::Impl::retained_state(std::string topic) {
  if (!knows_all_ || standing_.stands(topic) || stale_.size() >= stale_topics_max) return;
  stale_.push_back(std::move(topic));
  pump();
}

// A publish failed although nobody said that the connection was lost (or not yet).
void MqttAlerts::Impl::retry_later() {
  ++connection_;
  stalled_ = true;
  retry_timer_.expires_after(options_.retry_after);
  std::weak_ptr<Impl> weak = weak_from_this();
  retry_timer_.async_wait([weak](const boost::system::error_code& ec) {
    const auto self = weak.lock();
    if (ec || !self || !self->stalled_) return;
    self->new_connection();
    self->pump();
  });
}

void MqttAlerts::Impl::pump() {
  if (pumping_ || !session_) return;
  pumping_ = true;  // a publish may answer at once
  while (connected_ && !stalled_ && outstanding_ < options_.publish_window && send_next()) {
  }
  pumping_ = false;
  fetch_more();
}

bool MqttAlerts::Impl::send_next() {
  if (offline_sent_) return false;
  if (!online_sent_) {
    online_sent_ = true;
    publish(topics_.online(), online_payload(true, options_.generation, {}), true,
            Purpose{Purpose::What::online, 0, {}, {}});
    return true;
  }
  if (send_alert()) return true;
  if (send_digests()) return true;
  if (stopping_) return send_offline();
  // After the alerts, so that a topic never shows an alarm's newest transition before an older one.
  if (pending_.behind() && !fetch_failed_) return false;
  return send_standing() || send_stale();
}

bool MqttAlerts::Impl::send_alert() {
  const auto send = pending_.next();
  if (!send) return false;
  const AlarmEvent& event = send->alert->event;
  const Purpose purpose{Purpose::What::alert, send->number, send->part, {}};
  if (send->part == PendingAlerts::Part::event) {
    publish(topics_.event(event.priority, event.group), cloud_event(origin_, *send->alert), false,
            purpose);
    return true;
  }
  std::string topic = topics_.state(event.rule, event.tag);
  standing_.sent(topic, send->alert);
  std::string payload = ends_alarm(event) ? std::string{} : cloud_event(origin_, *send->alert);
  publish(std::move(topic), std::move(payload), true, purpose);
  return true;
}

bool MqttAlerts::Impl::send_standing() {
  std::string topic = standing_.next_unsent();
  if (topic.empty()) return false;
  const AlertPtr alert = standing_.find(topic);
  publish(std::move(topic), cloud_event(origin_, *alert), true,
          Purpose{Purpose::What::standing, 0, {}, {}});
  return true;
}

bool MqttAlerts::Impl::send_stale() {
  while (!stale_.empty()) {
    std::string topic = std::move(stale_.front());
    stale_.pop_front();
    if (standing_.stands(topic)) continue;  // raised since
    Purpose purpose{Purpose::What::stale, 0, {}, topic};
    publish(std::move(topic), {}, true, std::move(purpose));
    return true;
  }
  return false;
}

// After the alerts that they count: a burst costs one of each.
bool MqttAlerts::Impl::send_digests() {
  std::string sounder = counts_of_alarms_.sounder();
  if (sounder != sounder_sent_) {
    sounder_sent_ = sounder;
    publish(topics_.sounder(), std::move(sounder), true, Purpose{Purpose::What::digest, 0, {}, {}});
    return true;
  }
  std::string summary = counts_of_alarms_.summary();
  if (summary == summary_sent_) return false;
  summary_sent_ = summary;
  publish(topics_.summary(), std::move(summary), true, Purpose{Purpose::What::digest, 0, {}, {}});
  return true;
}

bool MqttAlerts::Impl::send_offline() {
  offline_sent_ = true;
  publish(topics_.online(), online_payload(false, options_.generation, "stopped"), true,
          Purpose{Purpose::What::offline, 0, {}, {}});
  return true;
}

void MqttAlerts::Impl::publish(std::string topic, std::string payload, bool retained,
                               Purpose purpose) {
  ++outstanding_;
  std::weak_ptr<Impl> weak = weak_from_this();
  session_->publish(std::move(topic), std::move(payload), retained,
                    [weak, connection = connection_, purpose = std::move(purpose)](bool ok) {
                      if (const auto self = weak.lock()) self->published(connection, purpose, ok);
                    });
}

void MqttAlerts::Impl::published(std::uint64_t connection, const Purpose& purpose, bool ok) {
  assert(outstanding_ > 0);
  --outstanding_;
  ++(ok ? counts_.publishes : counts_.lost_publishes);
  if (!ok && purpose.what == Purpose::What::stale && stale_.size() < stale_topics_max) {
    stale_.push_back(purpose.topic);
  }
  if (connection == connection_) {
    if (ok) {
      acknowledged(purpose);
    } else {
      retry_later();
    }
  }
  pump();
}

void MqttAlerts::Impl::acknowledged(const Purpose& purpose) {
  switch (purpose.what) {
    case Purpose::What::alert:
      if (const auto journal = pending_.acknowledged(purpose.number, purpose.part)) {
        ++counts_.delivered;
        if (calls_.delivered) calls_.delivered(*journal);
      }
      break;
    case Purpose::What::stale:
      ++counts_.emptied;
      break;
    case Purpose::What::offline:
      finish_stop();
      break;
    case Purpose::What::standing:
    case Purpose::What::digest:
    case Purpose::What::online:
      break;
  }
}

void MqttAlerts::Impl::publish_for_other(std::string topic, std::string payload, bool retained,
                                         std::function<void(std::string)> done) {
  const bool full = retained ? others_ == others_max : commands_ == commands_max;
  if (!session_ || !connected_ || stopping_ || full) {
    boost::asio::post(loop_, [done = std::move(done)] { done("the broker is not connected"); });
    return;
  }
  ++(retained ? others_ : commands_);
  std::weak_ptr<Impl> weak = weak_from_this();
  session_->publish(std::move(topic), std::move(payload), retained,
                    [weak, retained, done = std::move(done)](bool ok) {
                      if (const auto self = weak.lock()) {
                        --(retained ? self->others_ : self->commands_);
                      }
                      done(ok ? std::string{} : "the broker did not acknowledge");
                    });
}

void MqttAlerts::Impl::fetch_more() {
  if (!calls_.fetch || fetch_failed_) return;
  const auto fetch = pending_.begin_fetch();
  if (!fetch) return;
  std::weak_ptr<Impl> weak = weak_from_this();
  calls_.fetch(fetch->after, fetch->rows_max, [weak](MqttAlertsCalls::Rows rows) {
    if (const auto self = weak.lock()) self->fetched(std::move(rows));
  });
}

void MqttAlerts::Impl::fetched(MqttAlertsCalls::Rows rows) {
  if (rows.ok()) {
    outbox_fault({});
    if (!rows->damaged.empty() && calls_.damaged) calls_.damaged(rows->damaged);
    fetch_failed_ = false;
    pending_.fetched(std::move(rows->events), rows->damaged);
    pump();
    return;
  }
  outbox_fault(rows.error().message);
  pending_.fetch_failed();
  fetch_failed_ = true;
  fetch_timer_.expires_after(options_.retry_after);
  std::weak_ptr<Impl> weak = weak_from_this();
  fetch_timer_.async_wait([weak](const boost::system::error_code& ec) {
    const auto self = weak.lock();
    if (ec || !self) return;
    self->fetch_failed_ = false;
    self->fetch_more();
  });
  pump();
}

// Each attempt may fail in other words: said once.
void MqttAlerts::Impl::outbox_fault(const std::string& fault) {
  if (std::exchange(outbox_fails_, !fault.empty()) == !fault.empty()) return;
  if (calls_.outbox_fault) calls_.outbox_fault(fault);
}

void MqttAlerts::Impl::stop(std::function<void()> done) {
  if (!session_) {
    boost::asio::post(loop_, std::move(done));
    return;
  }
  stopping_ = true;
  stopped_ = std::move(done);
  if (!connected_) {
    finish_stop();
    return;
  }
  stop_timer_.expires_after(options_.stop_within);
  std::weak_ptr<Impl> weak = weak_from_this();
  stop_timer_.async_wait([weak](const boost::system::error_code& ec) {
    const auto self = weak.lock();
    if (!ec && self) self->finish_stop();
  });
  pump();
}

void MqttAlerts::Impl::finish_stop() {
  if (!stopped_) return;
  stop_timer_.cancel();
  retry_timer_.cancel();
  connected_ = false;
  session_->stop(std::exchange(stopped_, nullptr));
}

MqttAlerts::MqttAlerts(boost::asio::io_context& loop, MqttAlertsOptions options,
                       MqttAlertsCalls calls)
    : impl_(std::make_shared<Impl>(loop, std::move(options), std::move(calls))) {}

MqttAlerts::~MqttAlerts() { impl_->shut(); }

void MqttAlerts::complete(mqtt_session::SessionOptions& options) const { impl_->complete(options); }
mqtt_session::SessionHandlers MqttAlerts::handlers() { return impl_->handlers(); }
Result<Done> MqttAlerts::start(std::unique_ptr<mqtt_session::Session> session,
                               std::vector<AlarmEvent> standing) {
  impl_->start(std::move(standing), true);
  return impl_->connect(std::move(session));
}
void MqttAlerts::start(std::vector<AlarmEvent> standing, bool is_whole) {
  impl_->start(std::move(standing), is_whole);
}
Result<Done> MqttAlerts::connect(std::unique_ptr<mqtt_session::Session> session) {
  return impl_->connect(std::move(session));
}
void MqttAlerts::committed(std::vector<AlarmEvent> transitions) {
  impl_->committed(std::move(transitions));
}
void MqttAlerts::fault(std::string_view name, bool active, const Text& message, Timestamp at) {
  impl_->fault(name, active, message, at);
}
void MqttAlerts::resume_fault(std::string_view name, const Text& message, Timestamp since) {
  impl_->resume_fault(name, message, since);
}
bool MqttAlerts::faults_untold() const { return impl_->faults_untold(); }
void MqttAlerts::publish(std::string topic, std::string payload, bool retained,
                         std::function<void(std::string)> done) {
  impl_->publish_for_other(std::move(topic), std::move(payload), retained, std::move(done));
}
void MqttAlerts::stop(std::function<void()> done) { impl_->stop(std::move(done)); }
MqttAlertsStatus MqttAlerts::status() const { return impl_->status(); }

}  // namespace parkwatch::notify
