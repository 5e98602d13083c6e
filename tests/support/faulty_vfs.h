// tests/support/faulty_vfs.h - A file system for SQLite that fails when a test wants it. One
// thread.
#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

namespace parkwatch::test {

// Lies over the system's VFS under a name of its own; gone with its object, which must outlive
// every connection that uses it. Counts what changes files: opens for writing, writes, syncs,
// truncations, deletes.
class FaultyVfs {
 public:
  enum class Fault {
    io_error,  // SQLITE_IOERR of the operation's kind, nothing done
    torn,      // likewise, but half of a write is done, and all of a sync
    full,      // SQLITE_FULL for a write, SQLITE_IOERR for another operation
  };

  explicit FaultyVfs(std::string name);
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  // The n-th operation from now on fails (1: the next), and the `count - 1` after it.
  void fail_at(std::uint64_t n, Fault fault, std::uint64_t count = 1);
  // Only operations of this kind count and fail; 0: all. One of 'w'rite, 's'ync, 't'runcate,
  // 'd'elete, 'o'pen.
  void only(char kind) { only_ = kind; }
  void heal() { failing_from_ = 0; }
  // Whether any operation has failed since fail_at().
  [[nodiscard]] bool struck() const { return struck_; }
  [[nodiscard]] std::uint64_t operations() const { return operations_; }
  // Files opened for writing so far, failed or not.
  [[nodiscard]] std::uint64_t opens() const { return opens_; }

  // Writes that would grow the files of `directory` above this many bytes in sum get SQLITE_FULL.
  void set_quota(const std::filesystem::path& directory, std::uint64_t bytes_max);

  // These bytes of a file, under whatever name, cannot be read: what SQLite makes of EIO.
  void make_unreadable(const std::filesystem::path& file, std::int64_t at, std::int64_t bytes);

  // For the functions that SQLite calls: the operation happens, and whether it is to fail.
  bool strikes(char kind);
  [[nodiscard]] Fault fault() const { return fault_; }
  [[nodiscard]] bool over_quota(std::uint64_t growth_bytes) const;
  [[nodiscard]] bool unreadable(std::uint64_t inode, std::int64_t at, std::int64_t bytes) const;
  [[nodiscard]] sqlite3_vfs* system() const { return system_; }

 private:
  std::string name_;
  sqlite3_vfs* system_;
  sqlite3_vfs vfs_;
  Fault fault_ = Fault::io_error;
  char only_ = 0;
  bool struck_ = false;
  std::uint64_t operations_ = 0;
  std::uint64_t opens_ = 0;
  std::uint64_t failing_from_ = 0;  // 0: none fails
  std::uint64_t failing_until_ = 0;
  std::filesystem::path quota_of_;
  std::uint64_t unreadable_inode_ = 0;  // 0: none
  std::int64_t unreadable_from_ = 0;
  std::int64_t unreadable_to_ = 0;
  std::uint64_t quota_bytes_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace parkwatch::test
