// daemon/notify/mqtt_alerts_send.cpp - What is sent when, and what becomes of it.
#include <cassert>
#include <utility>

#include "notify/mqtt_alerts_impl.h"

namespace parkwatch::notify {

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

}  // namespace parkwatch::notify
