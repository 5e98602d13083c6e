// tools/parkwatch/new_file.cpp - See the header.
#include "tools/parkwatch/new_file.h"

#include <fcntl.h>

#include <cerrno>

#include "tools/parkwatch/files.h"

namespace parkwatch::cli {

Result<Done> write_new_file(const std::string& path, std::string_view text) {
  constexpr mode_t mode = 0644;
  const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
  if (!file.is_open() && errno == EEXIST) {
    return Error{ErrorKind::bad_input, path + " is there already and is not overwritten"};
  }
  if (!file.is_open()) return system_error(path, "cannot be made");
  if (auto written = write_all(file.get(), text, path); !written) return written.error();
  return sync_file(file.get(), path);
}

}  // namespace parkwatch::cli
