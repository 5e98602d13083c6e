// tools/parkwatch/files.cpp - See the header.
#include "tools/parkwatch/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace parkwatch::cli {

Descriptor::~Descriptor() {
  // What matters was synced before; close() has nobody to tell.
  if (fd_ >= 0) static_cast<void>(::close(fd_));
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) static_cast<void>(::close(fd_));
    fd_ = other.release();
  }
  return *this;
}

int Descriptor::release() { return std::exchange(fd_, -1); }

Error system_error(const std::string& path, std::string_view doing) {
  const std::string reason = std::generic_category().message(errno);
  return {ErrorKind::permanent, path + ": " + std::string{doing} + ": " + reason};
}

Result<Done> write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return system_error(path, "cannot be written");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return Done{};
}

Result<Done> sync_file(int fd, const std::string& path) {
  if (::fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS) return Done{};
  return system_error(path, "cannot be flushed to the disk");
}

Result<Done> sync_directory_of(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path{path}.parent_path();
  const std::string name = parent.empty() ? "." : parent.string();
  const Descriptor directory{::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!directory.is_open()) return system_error(name, "cannot be opened");
  return sync_file(directory.get(), name);
}

}  // namespace parkwatch::cli
