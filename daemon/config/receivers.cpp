// daemon/config/receivers.cpp - See the header.
#include "config/receivers.h"

#include <algorithm>
#include <initializer_list>

#include "config/fields.h"
#include "config/files.h"

namespace parkwatch::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t endpoints_max = 8;
constexpr std::size_t addresses_max = 50;

bool is_robot(ReceiverKind kind) {
  return kind == ReceiverKind::dingtalk || kind == ReceiverKind::wecom ||
         kind == ReceiverKind::feishu;
}

bool is_address(const std::string& text) {
  const auto at = text.find('@');
  return text.size() <= 254 && at != std::string::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string::npos &&
         std::all_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte > 0x20 && byte < 0x7F && c != '<' && c != '>' && c != ',' && c != ';';
         });
}

bool begins_with_any(const std::string& text, std::initializer_list<const char*> heads) {
  return std::any_of(heads.begin(), heads.end(),
                     [&text](const char* head) { return text.starts_with(head); });
}

class OneReceiver {
 public:
  OneReceiver(const SettingsTable& table, const Surroundings& around, Diagnostics& out)
      : reader_(table, "receiver", out), around_(around) {}

  ReceiverSpec read() {
    const std::string name = read_word(reader_, "name");
    const std::string word = reader_.choice(
        "kind", "",
        {"webhook", "alertmanager", "dingtalk", "wecom", "feishu", "email", "board", "heartbeat"});
    const auto kind = parse_receiver_kind(word);
    if (!kind) {
      if (!reader_.has("kind")) reader_.error("kind", "is needed, such as \"webhook\"");
      return {};  // which keys it may have is not known
    }
    spec_ = receiver_defaults(*kind);
    spec_.name = name;
    common();
    switch (*kind) {
      case ReceiverKind::webhook:
      case ReceiverKind::alertmanager:
        machine();
        break;
      case ReceiverKind::dingtalk:
      case ReceiverKind::wecom:
      case ReceiverKind::feishu:
        robot();
        break;
      case ReceiverKind::email:
        email();
        break;
      case ReceiverKind::board:
        board();
        break;
      case ReceiverKind::heartbeat:
        endpoints({"http://", "https://"});
        spec_.every = reader_.duration("every", spec_.every, seconds{1}, hours{24});
        spec_.token_file = file("token_file", 077);
        tls();
        break;
    }
    reader_.finish();
    return std::move(spec_);
  }

 private:
  void common() {
    ReceiverSpec& s = spec_;
    s.timeout = reader_.duration("timeout", s.timeout, milliseconds{100}, minutes{5});
    s.fails_after = reader_.duration("fails_after", s.fails_after, seconds{1}, hours{24});
    s.fallback = reader_.texts("fallback");
    if (s.kind == ReceiverKind::heartbeat) return;
    s.expire = reader_.duration("expire", s.expire, minutes{1}, hours{24 * 31});
    s.group_wait = reader_.duration("group_wait", s.group_wait, Duration{0}, hours{1});
    s.group_interval = reader_.duration("group_interval", s.group_interval, Duration{0}, hours{24});
    s.queue_max = count("queue_max", s.queue_max, 10, 100'000);
    if (s.kind != ReceiverKind::alertmanager && s.kind != ReceiverKind::board) {
      s.updates = reader_.boolean("updates", s.updates);
    }
    if (!s.is_machine()) language();
    if (s.kind != ReceiverKind::board) link();
  }

  std::size_t count(std::string_view key, std::size_t fallback, std::int64_t low,
                    std::int64_t high) {
    return static_cast<std::size_t>(
        reader_.integer(key, static_cast<std::int64_t>(fallback), low, high));
  }

  void language() {
    const std::string word = reader_.choice("language", "zh", {"zh", "en", "both"});
    spec_.language = word == "zh" ? Language::zh : word == "en" ? Language::en : Language::both;
  }

  void link() {
    spec_.link = reader_.text("link", "");
    if (!spec_.link.empty() && !begins_with_any(spec_.link, {"http://", "https://"})) {
      reader_.error("link", "must begin with http:// or https://");
    }
  }

  void rates() {
    spec_.per_minute = count("per_minute", spec_.per_minute, 1, 10'000);
    spec_.reserve = count("reserve", spec_.reserve, 0, 10'000);
    if (spec_.reserve >= spec_.per_minute) {
      reader_.error("reserve", "must be less than per_minute (" + std::to_string(spec_.per_minute) +
                                   "), or only critical alarms would be told");
    }
    spec_.digest_over = count("digest_over", spec_.digest_over, 1, 100);
  }

  void machine() {
    endpoints({"http://", "https://"});
    ReceiverSpec& s = spec_;
    s.max_alerts = count("max_alerts", s.max_alerts, 1, 1000);
    if (const SettingsValue* value = reader_.value("retry_on")) statuses(*value);
    s.token_file = file("token_file", 077);
    if (s.kind == ReceiverKind::webhook) s.hmac_file = file("hmac_file", 077);
    tls();
  }

  void statuses(const SettingsValue& value) {
    const auto* array = std::get_if<std::vector<SettingsValue>>(&value.held);
    bool good = array != nullptr && array->size() <= 50;
    for (std::size_t at = 0; good && at < array->size(); ++at) {
      const auto* status = std::get_if<std::int64_t>(&(*array)[at].held);
      good = status != nullptr && *status >= 300 && *status <= 599;
      if (good) spec_.retry_on.push_back(static_cast<int>(*status));
    }
    if (!good)
      reader_.error("retry_on", "must be HTTP statuses from 300 to 599, such as [404, 409]");
  }

  void robot() {
    endpoints({"http://", "https://"});
    rates();
    spec_.mention = reader_.texts("mention");
    for (const std::string& one : spec_.mention) {
      if (!is_word(one)) reader_.error("mention", in_quotes(one) + " is no telephone number or id");
    }
    const std::string from =
        reader_.choice("mention_from", "high", {"critical", "high", "medium", "low"});
    spec_.mention_from = parse_priority(from).value_or(Priority::high);
    tls();
  }

  void email() {
    endpoints({"smtp://", "smtps://"});
    rates();
    spec_.from = reader_.required_text("from");
    spec_.to = reader_.texts("to");
    if (spec_.to.empty()) reader_.error("to", "needs at least one address");
    if (spec_.to.size() > addresses_max) {
      reader_.error("to", "must not be more than " + std::to_string(addresses_max) + " addresses");
    }
    for (const std::string& address : spec_.to) check_address("to", address);
    if (!spec_.from.empty()) check_address("from", spec_.from);
    const std::string tls_word =
        reader_.choice("starttls", "required", {"required", "offered", "never"});
    spec_.starttls = tls_word == "required"  ? StartTls::required
                     : tls_word == "offered" ? StartTls::offered
                                             : StartTls::never;
    spec_.username = reader_.text("username", "");
    spec_.password_file = file("password_file", 077);
    if (spec_.username.empty() != spec_.password_file.empty()) {
      reader_.error("username", "and password_file must be given together");
    }
    if (!spec_.username.empty() && spec_.starttls == StartTls::never && !spec_.endpoints.empty() &&
        spec_.endpoints[0].url.starts_with("smtp://")) {
      reader_.warning("starttls", "the password will be sent in the clear");
    }
    tls();
  }

  void check_address(std::string_view key, const std::string& address) {
    if (!is_address(address)) reader_.error(key, in_quotes(address) + " is no e-mail address");
  }

  void board() {
    spec_.topic = reader_.required_text("topic");
    if (spec_.topic.find_first_of("+#") != std::string::npos || spec_.topic.size() > 500) {
      reader_.error("topic", "must be an MQTT topic without + and #, at most 500 bytes");
    }
    spec_.characters = count("characters", spec_.characters, 2, 500);
    spec_.idle_text = reader_.text("idle_text", "");
  }

  void endpoints(std::initializer_list<const char*> schemes) {
    spec_.endpoints.push_back(endpoint(reader_, schemes));
    if (!is_robot(spec_.kind)) return;
    const auto spares = reader_.tables("spares");
    if (spares.size() >= endpoints_max) {
      reader_.error("spares", "must be fewer than " + std::to_string(endpoints_max));
    }
    for (const SettingsTable* spare : spares) {
      SettingsReader inner = reader_.within(*spare, "spares");
      spec_.endpoints.push_back(endpoint(inner, schemes));
      inner.finish();
    }
  }

  Endpoint endpoint(SettingsReader& reader, std::initializer_list<const char*> schemes) {
    Endpoint out;
    out.url = reader.text("url", "");
    out.url_file = file_of(reader, "url_file", 077);
    if (out.url.empty() == out.url_file.empty()) {
      reader.error("url", "either url or url_file (a file whose first line is the URL) is needed");
    }
    if (!out.url.empty() && !begins_with_any(out.url, schemes)) {
      reader.error("url", std::string{"must begin with "} + *schemes.begin() + " or " +
                              *(schemes.begin() + 1));
    }
    if (out.url.find('@') != std::string::npos) {
      reader.error("url", "must not hold a user or a password: they belong into files");
    }
    if (is_robot(spec_.kind)) {
      if (spec_.kind != ReceiverKind::wecom) {
        out.secret_file = file_of(reader, "secret_file", 077);
      }
      if (out.url.find("access_token=") != std::string::npos ||
          out.url.find("key=") != std::string::npos) {
        reader.warning("url",
                       "a robot's URL is a secret and would be kept with the configuration; "
                       "url_file keeps it apart");
      }
    }
    return out;
  }

  void tls() {
    spec_.proxy = reader_.text("proxy", "");
    spec_.ca_file = file("ca_file", 0);
    spec_.cert_file = file("cert_file", 0);
    spec_.key_file = file("key_file", 007);
    if (spec_.cert_file.empty() != spec_.key_file.empty()) {
      reader_.error("cert_file", "and key_file must be given together");
    }
  }

  std::string file(std::string_view key, unsigned forbidden) {
    return file_of(reader_, key, forbidden);
  }

  // `forbidden`: permission bits that it must not have.
  std::string file_of(SettingsReader& reader, std::string_view key, unsigned forbidden) {
    std::string path = reader.text(key, "");
    if (path.empty() || !around_.check_files) return path;
    path = path_from(around_.folder, path);
    look_at_peer_file(reader, key, path, forbidden, around_);
    return path;
  }

  SettingsReader reader_;
  const Surroundings& around_;
  ReceiverSpec spec_;
};

}  // namespace

ReceiverSpec receiver_defaults(ReceiverKind kind) {
  ReceiverSpec spec;
  spec.kind = kind;
  switch (kind) {
    case ReceiverKind::webhook:
      spec.updates = false;
      break;
    case ReceiverKind::alertmanager:
    case ReceiverKind::board:
      spec.group_wait = spec.group_interval = Duration{0};
      break;
    case ReceiverKind::dingtalk:
    case ReceiverKind::wecom:  // 20 in a minute are allowed
      spec.per_minute = 18;
      spec.reserve = 5;
      break;
    case ReceiverKind::feishu:
      // 100 in a minute and 5 in a second are allowed, counted when they arrive.
      spec.per_minute = 90;
      spec.per_second = 4;
      spec.reserve = 20;
      break;
    case ReceiverKind::email:
      spec.per_minute = 30;
      spec.reserve = 10;
      spec.timeout = seconds{30};
      break;
    case ReceiverKind::heartbeat:
      break;
  }
  return spec;
}

ReceiverSpec read_receiver(const SettingsTable& table, const Surroundings& around,
                           Diagnostics& out) {
  return OneReceiver{table, around, out}.read();
}

}  // namespace parkwatch::config
