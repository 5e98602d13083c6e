// daemon/app/gates_in.cpp - Keyed hashes by OpenSSL.
#include "app/gates_in.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <utility>

namespace parkwatch::app {
namespace {

constexpr std::size_t key_bytes_min = 16;
constexpr std::size_t pseudonym_bytes = 16;

}  // namespace

Pseudonym pseudonym_of(const std::string& secret) {
  return [key = std::make_shared<const std::string>(secret)](std::string_view id) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    const unsigned char* made =
        HMAC(EVP_sha256(), key->data(), static_cast<int>(key->size()),
             reinterpret_cast<const unsigned char*>(id.data()), id.size(), digest.data(), &length);
    // Without memory for a hash nothing can go on; a name must not pass instead.
    if (made == nullptr || length < pseudonym_bytes) std::abort();
    constexpr std::string_view hex = "0123456789abcdef";
    std::string text = "~";
    for (std::size_t i = 0; i < pseudonym_bytes; ++i) {
      text += hex[digest[i] >> 4U];
      text += hex[digest[i] & 0xFU];
    }
    return text;
  };
}

Result<Pseudonym> make_pseudonym(const config::Config& config) {
  if (!config.plant->gates.pseudonymise) return Pseudonym{};
  const std::string& path = config.gates.key_file;
  std::ifstream file{path};
  std::string key;
  if (!std::getline(file, key) || key.size() < key_bytes_min) {
    return Error{ErrorKind::permanent, path + ": its first line must be a key of at least " +
                                           std::to_string(key_bytes_min) + " characters"};
  }
  return pseudonym_of(key);
}

}  // namespace parkwatch::app
