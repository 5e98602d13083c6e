// daemon/notify/signature.h - Signatures and encodings of what is sent. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "model/time.h"

namespace parkwatch::notify {

[[nodiscard]] std::string base64(std::string_view bytes);  // RFC 4648 section 4
[[nodiscard]] std::string hex(std::string_view bytes);
// RFC 3986: everything but the unreserved characters.
[[nodiscard]] std::string url_encoded(std::string_view text);
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view data);

// The value of `sign` in a DingTalk robot's URL, encoded for it: HMAC of "<ms>\n<secret>" under the
// secret (open.dingtalk.com, custom robot security).
[[nodiscard]] std::string dingtalk_sign(std::string_view secret, Timestamp at);
// The value of `sign` in a Feishu bot's body: HMAC of nothing under "<s>\n<secret>"
// (open.feishu.cn, custom bot guide).
[[nodiscard]] std::string feishu_sign(std::string_view secret, Timestamp at);

}  // namespace parkwatch::notify
