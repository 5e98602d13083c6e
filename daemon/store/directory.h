// daemon/store/directory.h - The state directory: its lock, its ballast, and files made durable.
// The writer's thread.
#pragma once
#include <cstdint>
#include <string>

#include "model/result.h"

namespace parkwatch::store {

inline constexpr const char* database_name = "parkwatch.db";
// The WAL holds 1000 pages of 4 KiB, and a batch more, before it is taken into the database.
inline constexpr std::uint64_t ballast_bytes = std::uint64_t{8} << 20;

// A disk that damages one database after the other must not be filled with them.
inline constexpr std::size_t kept_databases_max = 3;

// Held while its owner may write the directory; the lock ends with the process, however it ends.
class StateDirectory {
 public:
  // Creates the directory (mode 0700) and those above it if need be, checks that it can be written,
  // and locks it. Errors: permanent - with the path, why not, and for a taken lock the process that
  // has it.
  static Result<StateDirectory> take(const std::string& path);

  StateDirectory(StateDirectory&& other) noexcept;
  StateDirectory& operator=(StateDirectory&& other) noexcept;
  ~StateDirectory();

  [[nodiscard]] std::string database_path() const { return path_ + "/" + database_name; }
  [[nodiscard]] std::string wal_path() const { return database_path() + "-wal"; }

  // A full disk refuses even deletes: their pages need room in the WAL, and the WAL cannot start
  // again from its front before the database has taken what it holds. So as much as that is kept in
  // a file that is dropped then. True: there was one.
  bool drop_ballast();
  // Puts it back when the disk has room again. True: it is there.
  bool restore_ballast();

  // The database must be set aside at the next start, and why. Kept in a file, so that it outlives
  // this run; the first reason stays. Errors: transient - with the system's words.
  Result<Done> mark_damaged(const std::string& reason);
  // Why; empty: it need not be.
  [[nodiscard]] std::string damage() const;
  // After mark_damaged(): renames the database and its WAL, or goes on where a start before was
  // killed: what that had begun anew is deleted. So are the oldest of more than kept_databases_max
  // that were set aside. Gives the database's new path. Errors: likewise.
  Result<std::string> set_aside();
  // The new database is complete.
  Result<Done> forget_damage();

  // Writes the WAL's own bytes over it once more and syncs: after a failed sync the kernel may hold
  // pages for clean that never reached the disk (and a killed process may have left some unsynced),
  // and what is read back must not be taken for durable. Nothing to do without a WAL. Errors:
  // transient - with the system's words.
  Result<Done> make_wal_durable();

 private:
  [[nodiscard]] std::string mark_path() const { return database_path() + "-damaged"; }
  Result<Done> sync() const;

  StateDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_ = -1;
};

}  // namespace parkwatch::store
