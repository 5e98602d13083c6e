// tools/parkwatch/files.h - Files through their descriptors: whole writes, flushed to the disk.
#pragma once
#include <string>
#include <string_view>

#include "model/result.h"

namespace parkwatch::cli {

// An open file. Closed with its object.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  // The descriptor, which is no longer closed here.
  int release();

 private:
  int fd_;
};

// "<path>: <doing>: <the system's reason>" from errno.
[[nodiscard]] Error system_error(const std::string& path, std::string_view doing);
// Errors: permanent, as system_error().
[[nodiscard]] Result<Done> write_all(int fd, std::string_view bytes, const std::string& path);
// fsync; a pipe or a terminal, which cannot, is no error.
[[nodiscard]] Result<Done> sync_file(int fd, const std::string& path);
[[nodiscard]] Result<Done> sync_directory_of(const std::string& path);

}  // namespace parkwatch::cli
