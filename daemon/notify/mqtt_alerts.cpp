// daemon/notify/mqtt_alerts.cpp - The life of the connection, and what comes in.
#include "notify/mqtt_alerts.h"

#include <boost/asio/post.hpp>
#include <cassert>
#include <utility>

#include "notify/mqtt_alerts_impl.h"

namespace parkwatch::notify {

MqttAlerts::Impl::Impl(boost::asio::io_context& loop, MqttAlertsOptions options,
                       MqttAlertsCalls calls)
    : loop_(loop),
      options_(std::move(options)),
      calls_(std::move(calls)),
      origin_{options_.park, options_.generation},
      topics_(options_.park),
      pending_(options_.pending_max),
      faults_('v' + std::to_string(options_.start_number) + '-'),
      retry_timer_(loop),
      fetch_timer_(loop),
      stop_timer_(loop) {
  assert(options_.publish_window > 0 && options_.pending_max > 0);
}

void MqttAlerts::Impl::complete(mqtt_session::SessionOptions& options) const {
  options.will.topic = topics_.online();
  options.will.payload = online_payload(false, {}, "connection lost");
  options.filters = {topics_.states_filter()};
  options.publish_window = options_.publish_window + others_max + commands_max;
  options.clean_session = true;
}

mqtt_session::SessionHandlers MqttAlerts::Impl::handlers() {
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

void MqttAlerts::Impl::start(std::vector<AlarmEvent> standing, bool is_whole) {
  knows_all_ = is_whole;
  for (AlarmEvent& event : standing) {
    const std::string topic = topics_.state(event.rule, event.tag);
    counts_of_alarms_.changed(event);
    standing_.changed(topic, std::make_shared<const Alert>(Alert{std::move(event), {}}));
  }
  fetch_more();
}

Result<Done> MqttAlerts::Impl::connect(std::unique_ptr<mqtt_session::Session> session) {
  session_ = std::move(session);
  auto started = session_->start();
  if (!started.ok()) session_.reset();
  return started;
}

void MqttAlerts::Impl::committed(std::vector<AlarmEvent> transitions) {
  for (AlarmEvent& event : transitions) {
    const std::string topic = topics_.state(event.rule, event.tag);
    counts_of_alarms_.changed(event);
    auto alert = std::make_shared<const Alert>(Alert{std::move(event), {}});
    standing_.changed(topic, alert);
    pending_.committed(std::move(alert));
  }
  pump();
}

void MqttAlerts::Impl::shut() {
  retry_timer_.cancel();
  fetch_timer_.cancel();
  stop_timer_.cancel();
  session_.reset();
}

MqttAlertsStatus MqttAlerts::Impl::status() const {
  MqttAlertsStatus out = counts_;
  out.connected = connected_;
  if (session_) out.detail = session_->status().detail;
  out.pending = pending_.size();
  out.more_in_outbox = pending_.behind();
  return out;
}

void MqttAlerts::Impl::fault(std::string_view name, bool active, const Text& message,
                             Timestamp at) {
  if (AlertPtr alert = faults_.changed(name, active, message, at)) tell(std::move(alert));
}

void MqttAlerts::Impl::resume_fault(std::string_view name, const Text& message, Timestamp since,
                                    bool heard) {
  if (!heard) return fault(name, true, message, since);
  if (const AlertPtr alert = faults_.changed(name, true, message, since)) show(alert);
  pump();
}

void MqttAlerts::Impl::tell(AlertPtr alert) {
  show(alert);
  // Full: the state is still shown at the next connect.
  if (!pending_.add_volatile(std::move(alert))) ++counts_.lost_publishes;
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
void MqttAlerts::resume_fault(std::string_view name, const Text& message, Timestamp since,
                              bool heard) {
  impl_->resume_fault(name, message, since, heard);
}
bool MqttAlerts::faults_wait() const { return impl_->faults_wait(); }
void MqttAlerts::publish(std::string topic, std::string payload, bool retained,
                         std::function<void(std::string)> done) {
  impl_->publish_for_other(std::move(topic), std::move(payload), retained, std::move(done));
}
void MqttAlerts::stop(std::function<void()> done) { impl_->stop(std::move(done)); }
MqttAlertsStatus MqttAlerts::status() const { return impl_->status(); }

}  // namespace parkwatch::notify
