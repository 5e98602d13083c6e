// daemon/notify/alertmanager_body.h - Alarms as Prometheus' Alertmanager writes and reads them:
// its webhook, version 4, and its API's POST /api/v2/alerts. Pure.
#pragma once
#include <map>
#include <string>

#include "notify/notice.h"
#include "notify/request.h"

namespace parkwatch::notify {

using Labels = std::map<std::string, std::string>;

// alertname, severity, park, system, device, tag, level; never the value. Empty ones are left out,
// as Prometheus does.
[[nodiscard]] Labels labels_of(const EventOrigin& origin, const AlarmEvent& event, Face face);
// FNV-1a, 64 bits, over the sorted labels with a byte 255 after each name and value, 16 hex digits:
// the same as the Alertmanager's own (prometheus/common, model/signature.go).
[[nodiscard]] std::string fingerprint(const Labels& labels);

// Each label set once, at its newest; a changed level or priority ends the alert with the old
// labels. The annotation `ids` names every notice that an alert stands for.
[[nodiscard]] std::string webhook_body(const Sender& sender, const ReceiverSpec& receiver,
                                       const NotifyMessage& message);
// message.held; active ones end in four minutes unless they are said again.
[[nodiscard]] std::string push_body(const Sender& sender, const ReceiverSpec& receiver,
                                    const NotifyMessage& message);

}  // namespace parkwatch::notify
