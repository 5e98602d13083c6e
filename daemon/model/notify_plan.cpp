// daemon/model/notify_plan.cpp - The words of a receiver's kind.
#include "model/notify_plan.h"

#include "model/words.h"

namespace parkwatch {
namespace {

constexpr Words<ReceiverKind, 8> receiver_words{
    {"webhook", "alertmanager", "dingtalk", "wecom", "feishu", "email", "board", "heartbeat"}};

}  // namespace

std::string_view to_text(ReceiverKind k) { return receiver_words.text(k); }
std::optional<ReceiverKind> parse_receiver_kind(std::string_view text) {
  return receiver_words.parse(text);
}

}  // namespace parkwatch
