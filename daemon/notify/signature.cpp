// daemon/notify/signature.cpp - See the header. No state.
#include "notify/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace parkwatch::notify {

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                      reinterpret_cast<const unsigned char*>(bytes.data()),
                                      static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(written));
  return out;
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "0123456789abcdef"[byte >> 4U];
    out += "0123456789abcdef"[byte & 15U];
  }
  return out;
}

std::string url_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += "0123456789ABCDEF"[byte >> 4U];
    out += "0123456789ABCDEF"[byte & 15U];
  }
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const unsigned char* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(data.data()), data.size(), digest.data(), &size);
  if (done == nullptr) return {};
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string dingtalk_sign(std::string_view secret, Timestamp at) {
  std::string data = std::to_string(to_us(at) / 1000) + '\n';
  data += secret;
  return url_encoded(base64(hmac_sha256(secret, data)));
}

std::string feishu_sign(std::string_view secret, Timestamp at) {
  std::string key = std::to_string(to_us(at) / 1'000'000) + '\n';
  key += secret;
  return base64(hmac_sha256(key, {}));
}

}  // namespace parkwatch::notify
