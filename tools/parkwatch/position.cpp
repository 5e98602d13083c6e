// tools/parkwatch/position.cpp - One JSON object in a file.
#include "tools/parkwatch/position.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "tools/parkwatch/files.h"

namespace parkwatch::cli {
namespace json = boost::json;
namespace {

constexpr std::size_t file_bytes_max = 4096;

std::uint64_t number_at(const json::object& object, std::string_view key) {
  return object.at(key).to_number<std::uint64_t>();
}

std::optional<Position> parsed(const std::string& text) {
  try {
    const json::object object = json::parse(text).as_object();
    Position out;
    out.cursor = std::string{object.at("cursor").as_string()};
    out.format = std::string{object.at("format").as_string()};
    out.device = number_at(object, "device");
    out.inode = number_at(object, "inode");
    out.bytes = number_at(object, "bytes");
    return out;
  } catch (const std::exception&) {  // of Boost.JSON: whatever it is, this is no cursor file
    return std::nullopt;
  }
}

}  // namespace

Result<std::optional<Position>> load_position(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return std::optional<Position>{};
    return system_error(path, "the cursor file cannot be read");
  }
  std::ifstream file{path, std::ios::binary};
  std::string text(file_bytes_max, '\0');
  if (!file) return system_error(path, "the cursor file cannot be read");
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto position = parsed(text);
  if (!position) {
    return Error{ErrorKind::permanent,
                 path + ": this is no cursor file of parkwatch; remove it to begin anew"};
  }
  return position;
}

Result<Done> save_position(const std::string& path, const Position& position) {
  const json::object object{{"cursor", position.cursor},
                            {"format", position.format},
                            {"device", position.device},
                            {"inode", position.inode},
                            {"bytes", position.bytes}};
  const std::string temporary = path + ".tmp";
  constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  const Descriptor file{::open(temporary.c_str(), flags, 0644)};
  if (!file.is_open()) return system_error(temporary, "cannot be created");
  const std::string text = json::serialize(object) + '\n';
  if (auto written = write_all(file.get(), text, temporary); !written) return written;
  if (auto synced = sync_file(file.get(), temporary); !synced) return synced;
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    return system_error(path, "the cursor file cannot be replaced");
  }
  return sync_directory_of(path);
}

}  // namespace parkwatch::cli
