// daemon/notify/alertmanager_body.cpp - See the header. No state.
#include "notify/alertmanager_body.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>
#include <vector>

#include "model/value.h"
#include "notify/signature.h"
#include "notify/wording.h"

namespace parkwatch::notify {
namespace {

namespace json = boost::json;

constexpr std::size_t text_bytes_max = 4096;
constexpr std::string_view no_end = "0001-01-01T00:00:00Z";  // Go's zero time: still firing
constexpr Duration active_for = std::chrono::minutes{4};

json::object object_of(const Labels& labels) {
  json::object out;
  for (const auto& [name, value] : labels) out.emplace(name, value);
  return out;
}

// Of "site/device/quantity" the middle.
std::string device_of(const std::string& tag) {
  const std::size_t first = tag.find('/');
  const std::size_t last = tag.rfind('/');
  if (first == std::string::npos || first == last) return {};
  return tag.substr(first + 1, last - first - 1);
}

std::string long_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out += (out.empty() ? "" : "\n") + one_line(text.substr(0, end), text_bytes_max);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out.size() > text_bytes_max ? one_line(out, text_bytes_max) : out;
}

Labels annotations_of(const AlarmEvent& e) {
  Labels out;
  const auto add = [&out](const char* name, std::string value) {
    if (!value.empty()) out.emplace(name, std::move(value));
  };
  const auto marked = [&e](Language language, const std::string& text) {
    return text.empty() ? text : test_mark(language, e) + long_text(text);
  };
  add("summary", marked(Language::zh, e.message.zh.empty() ? e.message.en : e.message.zh));
  add("description", marked(Language::en, e.message.en.empty() ? e.message.zh : e.message.en));
  if ((e.flags & alarm_test) != 0) add("test", "true");
  add("guidance", long_text(e.guidance.zh.empty() ? e.guidance.en : e.guidance.zh));
  if (e.value) add("value", to_text(Value{*e.value}) + (e.unit.empty() ? "" : ' ' + e.unit));
  if (e.limit) add("limit", to_text(Value{*e.limit}));
  if (e.occurrence != 0) add("occurrence", std::to_string(e.occurrence));
  if (e.state == AlarmState::acknowledged) {
    add("acked_by", one_line(e.author.empty() ? "-" : e.author, 200));
  }
  return out;
}

struct WireAlert {
  Labels labels;
  Labels annotations;
  Timestamp starts;
  Timestamp ends;  // never: firing

  [[nodiscard]] json::object to_json(std::string_view link, bool as_webhook) const {
    const bool firing = ends == never;
    json::object out;
    if (as_webhook) out.emplace("status", firing ? "firing" : "resolved");
    out.emplace("labels", object_of(labels));
    out.emplace("annotations", object_of(annotations));
    out.emplace("startsAt", to_rfc3339(starts));
    out.emplace("endsAt", firing ? std::string{no_end} : to_rfc3339(ends));
    out.emplace("generatorURL", link);
    if (as_webhook) out.emplace("fingerprint", fingerprint(labels));
    return out;
  }
};

void put(std::vector<WireAlert>& alerts, WireAlert alert) {
  const auto same = std::find_if(alerts.begin(), alerts.end(), [&alert](const WireAlert& other) {
    return other.labels == alert.labels;
  });
  if (same == alerts.end()) {
    alerts.push_back(std::move(alert));
    return;
  }
  // Which notices it stands for is told of all.
  const std::string before = same->annotations["ids"];
  std::string& ids = alert.annotations["ids"];
  if (!before.empty()) ids = before + (ids.empty() ? "" : ' ' + ids);
  *same = std::move(alert);
}

std::vector<WireAlert> alerts_of(const Sender& sender, const NotifyMessage& message) {
  std::vector<WireAlert> alerts;
  for (const News& news : message.notices) {
    const AlarmEvent& e = news.alert->event;
    if (news.before != news.face) {
      put(alerts,
          {labels_of(sender.origin, e, news.before), annotations_of(e), news.before_since, e.at});
    }
    WireAlert alert{labels_of(sender.origin, e, news.face), annotations_of(e), news.since,
                    news.firing() ? never : e.at};
    alert.annotations.emplace("ids", notice_id(sender.origin, news));
    if (news.step != 0) {
      alert.annotations.emplace("escalation",
                                std::to_string(news.step) + '/' + std::to_string(news.steps));
    }
    put(alerts, std::move(alert));
  }
  return alerts;
}

Labels common(const std::vector<WireAlert>& alerts, Labels WireAlert::*part) {
  if (alerts.empty()) return {};
  Labels out = alerts.front().*part;
  for (const WireAlert& alert : alerts) {
    std::erase_if(out, [&](const auto& entry) {
      const auto other = (alert.*part).find(entry.first);
      return other == (alert.*part).end() || other->second != entry.second;
    });
  }
  return out;
}

// For `notify test`: an alert that ends as it begins.
std::vector<WireAlert> test_alert(const Sender& sender, const ReceiverSpec& receiver,
                                  Timestamp at) {
  WireAlert alert;
  alert.labels = {
      {"alertname", "parkwatch-test"}, {"severity", "low"}, {"park", sender.origin.park}};
  const Voice voice{sender.origin.park, Language::both, sender.to_local};
  alert.annotations = {{"summary", test_text(voice, receiver.name)}};
  alert.starts = alert.ends = at;
  return {alert};
}

}  // namespace

Labels labels_of(const EventOrigin& origin, const AlarmEvent& event, Face face) {
  Labels out;
  const auto add = [&out](const char* name, std::string_view value) {
    if (!value.empty()) out.emplace(name, one_line(value, text_bytes_max));
  };
  add("alertname", event.rule);
  add("severity", to_text(face.priority));
  add("park", origin.park);
  add("system", event.group);
  add("device", device_of(event.tag));
  add("tag", event.tag);
  add("level", to_text(face.level));
  return out;
}

std::string fingerprint(const Labels& labels) {
  std::uint64_t hash = 14695981039346656037U;
  const auto mix = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    hash = (hash ^ 0xFFU) * 1099511628211U;
  };
  for (const auto& [name, value] : labels) {
    mix(name);
    mix(value);
  }
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>((hash >> shift) & 0xFFU);
  return hex(bytes);
}

std::string webhook_body(const Sender& sender, const ReceiverSpec& receiver,
                         const NotifyMessage& message) {
  const bool test = message.kind == MessageKind::test;
  const std::vector<WireAlert> alerts =
      test ? test_alert(sender, receiver, message.at) : alerts_of(sender, message);
  const bool firing = std::any_of(alerts.begin(), alerts.end(),
                                  [](const WireAlert& alert) { return alert.ends == never; });
  const std::string group =
      message.notices.empty() ? "" : message.notices.front().alert->event.group;
  Labels group_labels;
  if (!group.empty()) group_labels.emplace("system", one_line(group, text_bytes_max));
  json::array list;
  for (const WireAlert& alert : alerts) list.emplace_back(alert.to_json(receiver.link, true));
  Labels common_annotations = common(alerts, &WireAlert::annotations);
  const std::uint64_t truncated = message.tally.total();
  if (truncated != 0) {
    common_annotations.emplace("truncated_journal", std::to_string(message.tally.first) + ".." +
                                                        std::to_string(message.tally.last));
  }
  json::object out;
  out.emplace("version", "4");
  out.emplace("groupKey",
              "{}:{system=" + json::serialize(json::string(one_line(group, text_bytes_max))) + '}');
  out.emplace("truncatedAlerts", truncated);
  out.emplace("status", firing ? "firing" : "resolved");
  out.emplace("receiver", receiver.name);
  out.emplace("groupLabels", object_of(group_labels));
  out.emplace("commonLabels", object_of(common(alerts, &WireAlert::labels)));
  out.emplace("commonAnnotations", object_of(common_annotations));
  out.emplace("externalURL", receiver.link);
  out.emplace("alerts", std::move(list));
  return json::serialize(out);
}

std::string push_body(const Sender& sender, const ReceiverSpec& receiver,
                      const NotifyMessage& message) {
  json::array list;
  if (message.kind == MessageKind::test) {
    for (const WireAlert& alert : test_alert(sender, receiver, message.at)) {
      list.emplace_back(alert.to_json(receiver.link, false));
    }
    return json::serialize(list);
  }
  for (const HeldAlert& held : message.held) {
    const AlarmEvent& e = held.alert->event;
    // What lies ahead would be taken for active until then: it was stamped before the clock was
    // set back. An end before the beginning is refused (400).
    const Timestamp ends =
        held.ends == never ? message.at + active_for : std::min(held.ends, message.at);
    const WireAlert alert{labels_of(sender.origin, e, held.face), annotations_of(e),
                          std::min({held.since, ends, message.at}), ends};
    list.emplace_back(alert.to_json(receiver.link, false));
  }
  return json::serialize(list);
}

}  // namespace parkwatch::notify
