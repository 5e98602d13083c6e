// daemon/config/files.cpp - Files, patterns over them, and the bundle.
#include "config/files.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <system_error>

#include "model/tag.h"

namespace parkwatch::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view bundle_head = "parkwatch-bundle 1\n";

std::string reason_of(int error) { return std::generic_category().message(error); }

// Names in `folder` that one level of a pattern takes.
std::vector<std::string> names_of(const fs::path& folder, const std::string& level) {
  std::vector<std::string> names;
  std::error_code error;
  const fs::path place = folder.empty() ? fs::path{"."} : folder;
  for (fs::directory_iterator it{place, error}, end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.front() == '.' && level.front() != '.') continue;
    if (tag_matches(level, name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void expand(const fs::path& folder, const std::string& done, std::string_view rest,
            std::vector<std::string>& out) {
  const std::size_t slash = rest.find('/');
  const std::string level{rest.substr(0, slash)};
  const bool last = slash == std::string_view::npos;
  const std::string_view after = last ? std::string_view{} : rest.substr(slash + 1);
  std::vector<std::string> names{level};
  if (level.find('*') != std::string::npos) names = names_of(folder / done, level);
  for (const std::string& name : names) {
    std::error_code error;
    if (out.size() > files_max) return;  // the caller says that it is too many
    if (!last) {
      expand(folder, done + name + '/', after, out);
    } else if (fs::is_regular_file(folder / (done + name), error)) {
      out.push_back(done + name);
    }
  }
}

// Takes a decimal number and the character after it off the front.
std::optional<std::size_t> take_number(std::string_view& text, char after) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto length = static_cast<std::size_t>(end - text.data());
  if (error != std::errc{} || length >= text.size() || text[length] != after) return std::nullopt;
  text.remove_prefix(length + 1);
  return number;
}

// Takes `bytes` and a line end off the front.
std::optional<std::string> take_text(std::string_view& text, std::size_t bytes) {
  if (bytes >= text.size() || text[bytes] != '\n') return std::nullopt;
  std::string taken{text.substr(0, bytes)};
  text.remove_prefix(bytes + 1);
  return taken;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    return Error{ErrorKind::not_found, "no such file"};
  }
  if (error) return Error{ErrorKind::permanent, "cannot be read: " + error.message()};
  if (status.type() != fs::file_type::regular) {
    return Error{ErrorKind::bad_input, "is not a regular file"};
  }
  errno = 0;
  std::ifstream in{path, std::ios::binary};
  if (!in) return Error{ErrorKind::permanent, "cannot be read: " + reason_of(errno)};
  std::string text;
  std::array<char, 1 << 16> chunk{};
  while (in.read(chunk.data(), chunk.size()), in.gcount() > 0) {
    text.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > file_bytes_max) {
      return Error{ErrorKind::bad_input,
                   "is longer than " + std::to_string(file_bytes_max >> 20U) + " MiB"};
    }
  }
  if (in.bad()) return Error{ErrorKind::permanent, "cannot be read: " + reason_of(errno)};
  return text;
}

std::vector<std::string> find_files(const std::string& folder, const std::string& pattern) {
  std::vector<std::string> found;
  if (pattern.empty() || pattern.back() == '/') return found;
  const bool absolute = pattern.front() == '/';
  const std::string_view rest = absolute ? std::string_view{pattern}.substr(1) : pattern;
  expand(absolute ? fs::path{"/"} : fs::path{folder}, "", rest, found);
  if (absolute) {
    for (std::string& path : found) path.insert(path.begin(), '/');
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string path_from(const std::string& folder, const std::string& path) {
  if (path.empty() || path.front() == '/' || folder.empty()) return path;
  return (fs::path{folder} / path).string();
}

std::string find_state_directory(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return {};
  static const std::regex given{R"((?:^|\n)[ \t]*state_directory[ \t]*=[ \t]*["']([^"'\n]+)["'])"};
  std::smatch found;
  const std::string directory =
      std::regex_search(*text, found, given) ? found[1].str() : Config{}.state_directory;
  return path_from(std::filesystem::path{path}.parent_path().string(), directory);
}

std::string make_bundle(const std::vector<File>& files) {
  std::string bundle{bundle_head};
  for (const File& file : files) {
    bundle += std::to_string(file.path.size()) + ' ' + std::to_string(file.text.size()) + '\n';
    bundle += file.path + '\n' + file.text + '\n';
  }
  return bundle;
}

Result<std::vector<File>> parse_bundle(std::string_view bundle) {
  const Error bad{ErrorKind::bad_input, "is not a bundle of configuration files"};
  if (bundle.size() > bundle_bytes_max || bundle.substr(0, bundle_head.size()) != bundle_head) {
    return bad;
  }
  bundle.remove_prefix(bundle_head.size());
  std::vector<File> files;
  while (!bundle.empty()) {
    const std::optional<std::size_t> path_bytes = take_number(bundle, ' ');
    if (!path_bytes) return bad;
    const std::optional<std::size_t> text_bytes = take_number(bundle, '\n');
    if (!text_bytes || files.size() == files_max) return bad;
    std::optional<std::string> path = take_text(bundle, *path_bytes);
    if (!path) return bad;
    std::optional<std::string> text = take_text(bundle, *text_bytes);
    if (!text) return bad;
    files.push_back({*std::move(path), *std::move(text)});
  }
  if (files.empty()) return bad;
  return files;
}

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const int done =
      EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  assert(done == 1);  // fails only without memory or without SHA-256
  std::string hex;
  for (unsigned i = 0; done == 1 && i < size; ++i) {
    std::array<char, 3> two{};
    (void)std::snprintf(two.data(), two.size(), "%02x", static_cast<unsigned>(digest.at(i)));
    hex += two.data();
  }
  return hex;
}

std::string fault_of_file(const std::string& path, unsigned forbidden) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return "no such file: " + path;
  if (error) return "cannot be read: " + path + ": " + error.message();
  if (status.type() != fs::file_type::regular) return "is not a regular file: " + path;
  const auto mode = static_cast<unsigned>(status.permissions() & fs::perms::mask);
  if ((mode & forbidden) != 0) {
    std::array<char, 8> octal{};
    (void)std::snprintf(octal.data(), octal.size(), "%04o", mode);
    return path + " holds a secret but others may read it (mode " + octal.data() + "): run chmod " +
           ((forbidden & 070U) != 0 ? "600 " : "640 ") + path;
  }
  errno = 0;
  const std::ifstream in{path, std::ios::binary};
  if (!in) return "cannot be read: " + path + ": " + reason_of(errno);
  return {};
}

Result<std::string> read_token(const std::string& path) {
  if (std::string fault = fault_of_file(path, 077); !fault.empty()) {
    return Error{ErrorKind::permanent, std::move(fault)};
  }
  std::ifstream file{path};
  std::string token;
  std::getline(file, token);
  token.erase(token.find_last_not_of(" \t\r") + 1);
  if (token.empty()) {
    return Error{ErrorKind::permanent, path +
                                           " has no token in its first line: write one with "
                                           "openssl rand -hex 32 > " +
                                           path};
  }
  return token;
}

}  // namespace parkwatch::config
