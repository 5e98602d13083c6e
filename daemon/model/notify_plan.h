// daemon/model/notify_plan.h - Who is told of which alarm, how and when: receivers, routes,
// escalations. Plain, immutable values; `config` makes them, `notify` works by them.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/rule.h"
#include "model/time.h"

namespace parkwatch {

enum class ReceiverKind : std::uint8_t {
  webhook,       // Alertmanager's webhook, version 4
  alertmanager,  // pushes to an Alertmanager's API, POST /api/v2/alerts
  dingtalk,
  wecom,
  feishu,
  email,
  board,      // a gate's electronic board: a short text on an MQTT topic
  heartbeat,  // an URL that is called while the daemon lives; takes no alarms
};
[[nodiscard]] std::string_view to_text(ReceiverKind k);
[[nodiscard]] std::optional<ReceiverKind> parse_receiver_kind(std::string_view text);

// Where a message goes. Files hold secrets and are read by `app`, never kept in the store.
struct Endpoint {
  std::string url;          // "" with url_file
  std::string url_file;     // its first line is the URL: a robot's URL is a secret
  std::string secret_file;  // of the signature; "" for none
  bool operator==(const Endpoint&) const = default;
};

enum class StartTls : std::uint8_t { required, offered, never };
// Language of what people read.
enum class Language : std::uint8_t { zh, en, both };

struct ReceiverSpec {
  std::string name;  // unique: letters, digits, '-', '_', '.'
  ReceiverKind kind = ReceiverKind::webhook;
  std::vector<Endpoint> endpoints;  // the first is used, the others are its spares; board: none
  Duration timeout = std::chrono::seconds{10};
  Duration expire = std::chrono::hours{24};  // older news are closed unsent, with a record; but not
                                             // the end of what was told
  Duration fails_after = std::chrono::seconds{60};  // then its fallback is told, and an alarm rises
  std::vector<std::string> fallback;
  // News wait for others this long, and the next message of a group for the one before it. Critical
  // ones do not.
  Duration group_wait = std::chrono::seconds{10};
  Duration group_interval = std::chrono::seconds{30};
  std::size_t digest_over = 10;   // people: more at a time become counts and the ten worst
  std::size_t queue_max = 2'000;  // news in memory; above it the least urgent are only counted;
                                  // programs: the ends of what they were told come on top
  // Messages in 60 s and in 1 s; 0: no bound. `reserve` of the first are kept for critical alarms.
  std::size_t per_minute = 0;
  std::size_t per_second = 0;
  std::size_t reserve = 0;
  bool updates = true;  // also acknowledgements and falls of a level, not only raise and close
  Language language = Language::zh;
  std::string link;  // of the operator's page, for people to open; "" for none
  std::vector<std::string> mention;
  Priority mention_from = Priority::high;
  std::size_t max_alerts = 100;  // webhook, alertmanager: in one request
  std::vector<int> retry_on;     // HTTP statuses that mean "later" beside 408, 425, 429 and 5xx
  std::string token_file;        // Authorization: Bearer
  std::string hmac_file;         // webhook: signs the body
  std::string proxy;             // "": as the environment says; "none"
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  // email
  std::string from;
  std::vector<std::string> to;
  StartTls starttls = StartTls::required;
  std::string username;
  std::string password_file;
  // board
  std::string topic;
  std::size_t characters = 24;
  std::string idle_text;
  // heartbeat
  Duration every = std::chrono::minutes{1};
  bool operator==(const ReceiverSpec&) const = default;

  // Programs that take every single transition, as opposed to people.
  [[nodiscard]] bool is_machine() const {
    return kind == ReceiverKind::webhook || kind == ReceiverKind::alertmanager;
  }
};

// By the clock on the wall, in the park's time zone. [from, to); from > to spans midnight, and then
// `days` are those on which it begins. from == to: the whole day.
struct TimeOfDay {
  std::uint16_t from_minute = 0;  // 0..1439
  std::uint16_t to_minute = 0;
  std::array<bool, 7> days = {true, true, true, true, true, true, true};  // from Monday
  bool operator==(const TimeOfDay&) const = default;
};

// Empty lists match everything. All matching routes count, in their order, up to one with `stop`.
struct RouteSpec {
  std::vector<Priority> priorities;
  std::vector<std::string> groups;  // patterns as tag_matches takes them
  std::vector<std::string> rules;
  std::vector<std::string> tags;  // a site is "wwtp1/**"
  std::optional<TimeOfDay> when;  // at the time of the raise
  std::vector<std::string> to;
  std::string escalation;  // "" for none
  bool stop = false;
  bool operator==(const RouteSpec&) const = default;
};

struct EscalationStep {
  enum class Until : std::uint8_t {
    acked,     // until somebody has acknowledged, also when the alarm has returned
    returned,  // until somebody has acknowledged or the alarm has returned
    closed,    // until the closing message, acknowledged or not
  };
  Duration after{0};  // from the raise, or the rise that un-acknowledged it
  std::vector<std::string> to;
  Until until = Until::acked;
  Duration repeat{0};       // 0: once
  std::uint32_t times = 1;  // with repeat: in all
  bool operator==(const EscalationStep&) const = default;
};

inline constexpr std::size_t escalation_steps_max = 16;
struct EscalationSpec {
  std::string id;
  std::vector<EscalationStep> steps;  // by rising `after`; at most escalation_steps_max
  bool operator==(const EscalationSpec&) const = default;
};

struct NotifyPlan {
  std::vector<ReceiverSpec> receivers;
  std::vector<RouteSpec> routes;
  std::vector<EscalationSpec> escalations;
  std::map<std::string, std::string> rule_escalations;  // of rules that name one: rule -> its id
  bool operator==(const NotifyPlan&) const = default;

  [[nodiscard]] bool empty() const { return receivers.empty(); }
};

}  // namespace parkwatch
