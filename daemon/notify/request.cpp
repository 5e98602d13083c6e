// daemon/notify/request.cpp - A message as its receiver understands it. No state.
#include "notify/request.h"

#include "notify/alertmanager_body.h"
#include "notify/mail.h"
#include "notify/robot_body.h"
#include "notify/signature.h"
#include "notify/wording.h"

namespace parkwatch::notify {
namespace {

// The same message has the same key, however often it is sent: that of its first notice and of how
// many there are.
std::string idempotency_key(const Sender& sender, const NotifyMessage& message) {
  if (message.notices.empty()) return {};
  const std::string first = notice_id(sender.origin, message.notices.front());
  const std::string last = notice_id(sender.origin, message.notices.back());
  return first == last ? first : first + ".." + last;
}

Request webhook_request(const Sender& sender, const ReceiverSpec& receiver, const Secrets& secrets,
                        const NotifyMessage& message) {
  Request request;
  const bool push = receiver.kind == ReceiverKind::alertmanager;
  request.url = secrets.endpoints.at(message.endpoint).url;
  if (push) {
    while (request.url.ends_with('/')) request.url.pop_back();
    request.url += "/api/v2/alerts";
  }
  request.body =
      push ? push_body(sender, receiver, message) : webhook_body(sender, receiver, message);
  request.headers = {"Content-Type: application/json"};
  if (!push) {
    const std::string key = idempotency_key(sender, message);
    if (!key.empty()) request.headers.push_back("Idempotency-Key: " + one_line(key, 200));
  }
  if (!secrets.token.empty()) request.headers.push_back("Authorization: Bearer " + secrets.token);
  if (!secrets.hmac.empty()) {
    request.headers.push_back("X-Parkwatch-Signature: sha256=" +
                              hex(hmac_sha256(secrets.hmac, request.body)));
  }
  return request;
}

Request board_request(const Sender& sender, const ReceiverSpec& receiver,
                      const NotifyMessage& message) {
  Request request;
  request.way = Request::Way::mqtt;
  request.url = receiver.topic;
  const Voice voice{sender.origin.park, receiver.language, sender.to_local};
  std::string text = receiver.idle_text;
  if (message.kind == MessageKind::test) {
    text = test_text(voice, receiver.name);
  } else if (message.standing != nullptr) {
    const AlarmEvent& e = message.standing->event;
    text = std::string{symbol(e.priority)} + message_of(voice, e);
  }
  request.body = first_characters(text, receiver.characters);
  return request;
}

}  // namespace

Request make_request(const Sender& sender, const ReceiverSpec& receiver, const Secrets& secrets,
                     const NotifyMessage& message) {
  switch (receiver.kind) {
    case ReceiverKind::webhook:
    case ReceiverKind::alertmanager:
      return webhook_request(sender, receiver, secrets, message);
    case ReceiverKind::dingtalk:
    case ReceiverKind::wecom:
    case ReceiverKind::feishu: {
      const Voice voice{sender.origin.park, receiver.language, sender.to_local};
      return robot_request(voice, receiver, secrets.endpoints.at(message.endpoint), message);
    }
    case ReceiverKind::board:
      return board_request(sender, receiver, message);
    case ReceiverKind::email: {
      Request request;
      request.way = Request::Way::smtp;
      request.url = secrets.endpoints.at(message.endpoint).url;
      request.body = mail_of(sender, receiver, message);
      return request;
    }
    case ReceiverKind::heartbeat:
      break;
  }
  Request request;
  request.method = "GET";
  request.url = secrets.endpoints.at(message.endpoint).url;
  if (!secrets.token.empty()) request.headers = {"Authorization: Bearer " + secrets.token};
  return request;
}

}  // namespace parkwatch::notify
