// daemon/store/directory.cpp - The state directory: its lock, its ballast, and files made durable.
// The writer's thread.
#include "store/directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace parkwatch::store {
namespace {

// The ballast, and as much again: store.cpp names the sum.
constexpr std::uint64_t room_for_ballast_bytes = std::uint64_t{16} << 20;

std::string system_words(int number) { return std::generic_category().message(number); }

// Closes at its end.
class File {
 public:
  File(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// What to do about it is the same for each: named once.
Error cannot_write(const std::string& path, const std::string& why) {
  return {ErrorKind::permanent, "state directory " + path + " cannot be written: " + why +
                                    "; give it to the user that runs the daemon, or set another"};
}

std::string pid_in(int lock) {
  std::array<char, 32> text{};
  const ssize_t bytes = ::pread(lock, text.data(), text.size(), 0);
  int pid = 0;
  const char* end = text.data() + (bytes > 0 ? bytes : 0);
  if (std::from_chars(text.data(), end, pid).ec != std::errc{}) return "of unknown pid";
  return "with pid " + std::to_string(pid);
}

Result<Done> write_pid(int lock, const std::string& path) {
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock, 0) != 0 ||
      ::pwrite(lock, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    // Only the words of a refusal need it, and a full disk must not keep the daemon from starting.
    if (errno != ENOSPC) return cannot_write(path, system_words(errno));
  }
  return Done{};
}

Error not_durable(const std::string& path, int number) {
  return {ErrorKind::transient, path + ": cannot be made durable: " + system_words(number)};
}

constexpr std::string_view kept_prefix = "parkwatch-damaged-";

// "parkwatch-damaged-20261129T101500Z.db", or with a number where that is taken.
std::string free_name(const std::string& directory) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> time{};
  (void)std::strftime(time.data(), time.size(), "%Y%m%dT%H%M%SZ", &utc);
  const std::string base = std::string{kept_prefix} + time.data();
  std::error_code ec;
  std::string name = base + ".db";
  for (int n = 2; std::filesystem::exists(directory + "/" + name, ec) ||
                  std::filesystem::exists(directory + "/" + name + "-wal", ec);
       ++n) {
    name = base + "-" + std::to_string(n) + ".db";
  }
  return name;
}

// Names begin with their time, so that they sort by it. A clock that is behind must not cost the
// one that is read next.
void drop_oldest_kept(const std::string& directory, const std::string& newest) {
  std::vector<std::filesystem::path> kept;
  std::error_code ec;
  for (std::filesystem::directory_iterator at{directory, ec}, end; !ec && at != end;
       at.increment(ec)) {
    const std::string name = at->path().filename().string();
    const bool is_older = at->path() != newest;
    if (is_older && name.starts_with(kept_prefix) && name.ends_with(".db")) {
      kept.push_back(at->path());
    }
  }
  std::ranges::sort(kept);
  for (std::size_t n = 0; n + kept_databases_max <= kept.size(); ++n) {
    std::filesystem::remove(kept[n], ec);
    std::filesystem::remove(kept[n].string() + "-wal", ec);
  }
}

Result<Done> write_over(int fd, const std::string& path) {
  std::array<char, 65536> bytes{};
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(fd, bytes.data(), bytes.size(), at);
    if (got < 0) return not_durable(path, errno);
    if (got == 0) return Done{};
    const ssize_t put = ::pwrite(fd, bytes.data(), static_cast<std::size_t>(got), at);
    if (put < 0) return not_durable(path, errno);
    at += put;
  }
}

}  // namespace

Result<StateDirectory> StateDirectory::take(const std::string& path) {
  std::error_code ec;
  const std::filesystem::path directory{path};
  if (!std::filesystem::is_directory(directory, ec)) {
    if (directory.has_parent_path())
      std::filesystem::create_directories(directory.parent_path(), ec);
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
      return cannot_write(path, system_words(errno));
    }
  }
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    return cannot_write(path, system_words(errno));
  }
  File lock{path + "/lock", O_RDWR | O_CREAT};
  if (lock.get() < 0) return cannot_write(path, system_words(errno));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return cannot_write(path, system_words(errno));
    return Error{ErrorKind::permanent, "state directory " + path +
                                           " is in use by another parkwatchd " +
                                           pid_in(lock.get()) + ": stop it, or set another"};
  }
  if (auto written = write_pid(lock.get(), path); !written) return written.error();
  return StateDirectory{path, lock.release()};
}

StateDirectory::StateDirectory(StateDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

StateDirectory& StateDirectory::operator=(StateDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

StateDirectory::~StateDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

bool StateDirectory::drop_ballast() { return ::unlink((path_ + "/ballast").c_str()) == 0; }

bool StateDirectory::restore_ballast() {
  const std::string ballast = path_ + "/ballast";
  constexpr auto size = static_cast<off_t>(ballast_bytes);
  struct stat found {};
  if (::stat(ballast.c_str(), &found) == 0 && found.st_size == size) return true;
  struct statvfs disk {};
  if (::statvfs(path_.c_str(), &disk) != 0) return false;
  if (std::uint64_t{disk.f_bavail} * disk.f_frsize < room_for_ballast_bytes) return false;
  const File file{ballast, O_RDWR | O_CREAT};
  if (file.get() >= 0 && ::posix_fallocate(file.get(), 0, size) == 0) return true;
  drop_ballast();
  return false;
}

Result<Done> StateDirectory::make_wal_durable() {
  const File wal{wal_path(), O_RDWR};
  if (wal.get() < 0) {
    if (errno == ENOENT) return Done{};
    return not_durable(wal_path(), errno);
  }
  if (auto written = write_over(wal.get(), wal_path()); !written) return written;
  if (::fdatasync(wal.get()) != 0) return not_durable(wal_path(), errno);
  return sync();
}

Result<Done> StateDirectory::sync() const {
  const File directory{path_, O_RDONLY | O_DIRECTORY};
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return not_durable(path_, errno);
  return Done{};
}

// Two lines: the name under which the database is kept, and why.
Result<Done> StateDirectory::mark_damaged(const std::string& reason) {
  std::error_code ec;
  if (std::filesystem::exists(mark_path(), ec)) return Done{};
  const std::string text = free_name(path_) + "\n" + reason + "\n";
  const std::string draft = mark_path() + "-new";
  drop_ballast();  // the disk may be full too
  {
    const File file{draft, O_WRONLY | O_CREAT | O_TRUNC};
    const bool written = file.get() >= 0 && ::write(file.get(), text.data(), text.size()) ==
                                                static_cast<ssize_t>(text.size());
    if (!written || ::fsync(file.get()) != 0) return not_durable(draft, errno);
  }
  if (::rename(draft.c_str(), mark_path().c_str()) != 0) return not_durable(mark_path(), errno);
  return sync();
}

std::string StateDirectory::damage() const {
  std::ifstream file{mark_path()};
  std::string name;
  std::string reason;
  std::getline(file, name);
  std::getline(file, reason);
  return reason.empty() && !name.empty() ? "damaged" : reason;
}

Result<std::string> StateDirectory::set_aside() {
  std::string name;
  std::getline(std::ifstream{mark_path()}, name);
  const std::string kept = path_ + "/" + name;
  std::error_code ec;
  const bool renamed = std::filesystem::exists(kept, ec);
  if (ec) return not_durable(kept, ec.value());  // a rename could then replace the original
  if (renamed) {
    // Both were renamed: what stands in their place is the half of a copy.
    ::unlink(wal_path().c_str());
    ::unlink(database_path().c_str());
  } else {
    // The WAL first: without it the database would be an older one, and nothing would tell.
    for (const char* end : {"-wal", ""}) {
      const std::string from = database_path() + end;
      if (::rename(from.c_str(), (kept + end).c_str()) != 0 && errno != ENOENT) {
        return not_durable(from, errno);
      }
    }
  }
  ::unlink((database_path() + "-shm").c_str());
  drop_oldest_kept(path_, kept);
  if (auto synced = sync(); !synced) return synced.error();
  return kept;
}

Result<Done> StateDirectory::forget_damage() {
  if (::unlink(mark_path().c_str()) != 0 && errno != ENOENT) return not_durable(mark_path(), errno);
  return sync();
}

}  // namespace parkwatch::store
