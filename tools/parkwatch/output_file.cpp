// tools/parkwatch/output_file.cpp - See the header.
#include "tools/parkwatch/output_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace parkwatch::cli {

Result<OutputFile> OutputFile::open(const std::string& path, const std::optional<Position>& known) {
  if (path == "-") return OutputFile{"standard output", Descriptor{}};
  OutputFile out{path, Descriptor{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644)}};
  const int fd = out.file_.get();
  if (fd < 0) return system_error(path, "cannot be opened for writing");
  struct stat found {};
  if (::fstat(fd, &found) != 0) return system_error(path, "cannot be looked at");
  if (!S_ISREG(found.st_mode)) return out;  // a pipe or a device: nothing to go back to
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return Error{ErrorKind::permanent, path + ": another pull writes to this file"};
  }
  out.device_ = found.st_dev;
  out.inode_ = found.st_ino;
  if (found.st_size == 0) {
    if (auto synced = sync_directory_of(path); !synced) return synced.error();
    return out;
  }
  const bool ours = known && known->device == out.device_ && known->inode == out.inode_ &&
                    known->bytes <= static_cast<std::uint64_t>(found.st_size);
  if (!ours) {
    return Error{ErrorKind::permanent,
                 path +
                     ": holds something already that the cursor file knows nothing of; give "
                     "another --output, or the --cursor-file that belongs to it"};
  }
  if (::ftruncate(fd, static_cast<off_t>(known->bytes)) != 0) {
    return system_error(path, "cannot be cut to its last whole page");
  }
  if (::lseek(fd, 0, SEEK_END) < 0) return system_error(path, "cannot be appended to");
  out.bytes_ = known->bytes;
  return out;
}

Result<Done> OutputFile::append(std::string_view bytes) {
  bytes_ += bytes.size();
  return write_all(file_.is_open() ? file_.get() : STDOUT_FILENO, bytes, path_);
}

Result<Done> OutputFile::flush() {
  return sync_file(file_.is_open() ? file_.get() : STDOUT_FILENO, path_);
}

void OutputFile::describe(Position& position) const {
  position.device = device_;
  position.inode = inode_;
  position.bytes = file_.is_open() ? bytes_ : 0;
}

}  // namespace parkwatch::cli
