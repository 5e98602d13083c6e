// daemon/app/gates_in.cpp - Keyed hashes by OpenSSL, and a list of permits.
#include "app/gates_in.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <utility>

#include "config/files.h"
#include "config/gates.h"

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

std::optional<PermitCommand> read_permit_list(const config::Config& config, Diagnostics& out) {
  const std::string& path = config.gates.permits_file;
  PermitCommand command;
  command.verb = PermitCommand::Verb::file;
  // Without a file there is an empty list: what an earlier one held is permitted no more.
  if (path.empty()) return command;
  const auto text = config::read_file(path);
  if (!text) {
    out.push_back({Diagnostic::Severity::error, {path, 0, 0}, "", text.error().message});
    return std::nullopt;
  }
  command.permits = config::read_permits(path, *text, config.plant->calendar.zone, out);
  for (const Diagnostic& each : out) {
    if (each.severity == Diagnostic::Severity::error) return std::nullopt;
  }
  return command;
}

}  // namespace parkwatch::app
