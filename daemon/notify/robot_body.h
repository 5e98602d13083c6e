// daemon/notify/robot_body.h - Messages for the group robots of DingTalk, WeCom and Feishu. Their
// sizes are held at a line's end. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "notify/request.h"
#include "notify/wording.h"

namespace parkwatch::notify {

// The longest body that each takes, in bytes: DingTalk answers 460101 above (its body), WeCom holds
// the text or the markdown to this, Feishu the body (open.feishu.cn: 20 KB).
inline constexpr std::size_t dingtalk_body_max = 20'000;
inline constexpr std::size_t wecom_text_max = 2'048;
inline constexpr std::size_t wecom_markdown_max = 4'096;
inline constexpr std::size_t feishu_body_max = 20'000;

// What is special to Markdown, escaped: by a backslash, for Feishu by an entity. '@' becomes its
// full-width sister: nobody is mentioned by a text.
[[nodiscard]] std::string escaped(ReceiverKind kind, std::string_view text);

// Blocks of lines, whole ones up to `bytes_max` with `tail` at the end; where some are left out, a
// line says how many. `weight` of a block: how many alarms it stands for.
struct Block {
  std::string text;
  std::uint64_t weight = 1;
};
[[nodiscard]] std::string bounded(const Voice& voice, const std::string& head,
                                  const std::vector<Block>& blocks, std::uint64_t unlisted,
                                  const std::string& tail, std::size_t bytes_max);

// The whole request; `endpoint` has the URL and the secret of the signature ("": none).
[[nodiscard]] Request robot_request(const Voice& voice, const ReceiverSpec& receiver,
                                    const Secrets::Endpoint& endpoint,
                                    const NotifyMessage& message);

}  // namespace parkwatch::notify
