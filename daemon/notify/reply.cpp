// daemon/notify/reply.cpp - What an answer means. No state.
#include <algorithm>
#include <boost/json.hpp>

#include "notify/request.h"
#include "notify/wording.h"

namespace parkwatch::notify {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using What = Outcome::What;

constexpr std::size_t detail_bytes_max = 300;
constexpr Duration robot_pause = seconds{60};
// A DingTalk robot that was sent too much takes nothing for so long.
constexpr Duration dingtalk_block = minutes{10};

std::string detail_of(std::string_view head, std::string_view body) {
  std::string text{head};
  if (!body.empty()) text += ": " + std::string{body};
  return one_line(text, detail_bytes_max);
}

Outcome by_status(const ReceiverSpec& receiver, const Reply& reply) {
  Outcome out;
  out.detail = detail_of("HTTP " + std::to_string(reply.status), reply.body);
  const int s = reply.status;
  if (s >= 200 && s < 300) return {};
  const bool later =
      s == 408 || s == 425 || s == 429 || s >= 500 ||
      std::find(receiver.retry_on.begin(), receiver.retry_on.end(), s) != receiver.retry_on.end();
  out.what = later ? What::wait : What::refused;
  if (later) out.after = reply.retry_after.value_or(Duration{0});
  return out;
}

struct RobotAnswer {
  std::int64_t code = 0;
  std::string text;
};

// The first of the members that is there.
std::optional<RobotAnswer> robot_answer(const std::string& body) {
  boost::system::error_code error;
  const boost::json::value document = boost::json::parse(body, error);
  if (error || !document.is_object()) return std::nullopt;
  const boost::json::object& answer = document.get_object();
  RobotAnswer out;
  bool found = false;
  for (const char* key : {"errcode", "code", "StatusCode"}) {
    const boost::json::value* code = answer.if_contains(key);
    if (found || code == nullptr || !code->is_int64()) continue;
    out.code = code->get_int64();
    found = true;
  }
  for (const char* key : {"errmsg", "msg", "StatusMessage"}) {
    const boost::json::value* text = answer.if_contains(key);
    if (out.text.empty() && text != nullptr && text->is_string()) {
      out.text = std::string{text->get_string()};
    }
  }
  if (!found) return std::nullopt;
  return out;
}

// What no later attempt changes: a wrong token, signature, keyword or address, a body it will not
// take. DingTalk and WeCom count from -1 (busy); all that is not listed is tried again.
bool is_final(ReceiverKind kind, std::int64_t code) {
  switch (kind) {
    case ReceiverKind::dingtalk:
      return code == 310000 || code == 300001 || code == 300005 || code == 400101 ||
             code == 400102 || code == 400105 || code == 400106 || code == 460101 ||
             code == 430101 || code == 430102 || code == 430103 || code == 430104 || code == 40035;
    case ReceiverKind::wecom:
      return code == 93000 || code == 40008 || code == 40058 || code == 40073 || code == 40096 ||
             code == 41001 || code == 44004 || code == 45002;
    case ReceiverKind::feishu:
      return code == 19001 || code == 19002 || code == 19003 || code == 19007 || code == 19021 ||
             code == 19022 || code == 19024 || code == 9997;
    default:
      return false;
  }
}

Outcome by_robot(const ReceiverSpec& receiver, const Reply& reply) {
  const auto answer = robot_answer(reply.body);
  if (!answer) {
    Outcome out = by_status(receiver, reply);
    if (out.what != What::ok) return out;
    return {What::wait, Duration{0}, detail_of("no robot's answer", reply.body)};
  }
  if (answer->code == 0 && reply.status >= 200 && reply.status < 300) return {};
  const std::string detail = detail_of("code " + std::to_string(answer->code), answer->text);
  const std::int64_t code = answer->code;
  if (receiver.kind == ReceiverKind::dingtalk && code == 130101) {
    return {What::blocked, dingtalk_block, detail};
  }
  const bool too_many = code == 45009 || code == 45033 || code == 11232 || code == 9499 ||
                        code == 130102 || reply.status == 429;
  if (too_many) return {What::blocked, reply.retry_after.value_or(robot_pause), detail};
  return {is_final(receiver.kind, code) ? What::refused : What::wait, Duration{0}, detail};
}

Outcome by_smtp(const Reply& reply) {
  if (reply.status >= 200 && reply.status < 300) return {};
  const std::string detail = detail_of("SMTP " + std::to_string(reply.status), reply.body);
  return {reply.status >= 500 ? What::refused : What::wait, Duration{0}, detail};
}

}  // namespace

Outcome judge(const ReceiverSpec& receiver, const Reply& reply) {
  const bool unheard =
      !reply.failure.empty() && (receiver.kind != ReceiverKind::email || reply.status < 400);
  if (unheard) {
    return {reply.will_not ? What::refused : What::wait, Duration{0},
            one_line(reply.failure, detail_bytes_max)};
  }
  switch (receiver.kind) {
    case ReceiverKind::dingtalk:
    case ReceiverKind::wecom:
    case ReceiverKind::feishu:
      return by_robot(receiver, reply);
    case ReceiverKind::email:
      return by_smtp(reply);
    case ReceiverKind::board:
      return {};
    case ReceiverKind::webhook:
    case ReceiverKind::alertmanager:
    case ReceiverKind::heartbeat:
      break;
  }
  return by_status(receiver, reply);
}

}  // namespace parkwatch::notify
