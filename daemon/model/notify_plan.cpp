// daemon/model/notify_plan.cpp - The words of a receiver's kind.
#include "model/notify_plan.h"

#include "model/words.h"

namespace parkwatch {
namespace {

constexpr Words<ReceiverKind, 8> kinds{
    {"webhook", "alertmanager", "dingtalk", "wecom", "feishu", "email", "board", "heartbeat"}};

}  // namespace

std::string_view to_text(ReceiverKind k) { return kinds.text(k); }
std::optional<ReceiverKind> parse_receiver_kind(std::string_view text) { return kinds.parse(text); }

}  // namespace parkwatch
