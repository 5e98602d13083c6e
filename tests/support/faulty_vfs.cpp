// tests/support/faulty_vfs.cpp - A file system for SQLite that fails when a test wants it. One
// thread.
#include "tests/support/faulty_vfs.h"

#include <sys/stat.h>

#include <stdexcept>

namespace parkwatch::test {
namespace {

// What SQLite holds for a file: its own part first, then ours; the system's file lies behind it.
struct File {
  sqlite3_file base;
  FaultyVfs* owner;
  std::uint64_t inode;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* file_of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return file_of(file)->real(); }
FaultyVfs& owner_of(sqlite3_file* file) { return *file_of(file)->owner; }
FaultyVfs& owner_of(sqlite3_vfs* vfs) { return *static_cast<FaultyVfs*>(vfs->pAppData); }

int close_file(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }

std::uint64_t inode_of(const char* path) {
  struct stat found {};
  return path != nullptr && ::stat(path, &found) == 0 ? found.st_ino : 0;
}

int read(sqlite3_file* file, void* bytes, int size, sqlite3_int64 at) {
  if (owner_of(file).unreadable(file_of(file)->inode, at, size)) return SQLITE_IOERR_CORRUPTFS;
  return real(file)->pMethods->xRead(real(file), bytes, size, at);
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  FaultyVfs& owner = owner_of(file);
  sqlite3_file* under = real(file);
  if (owner.strikes('w')) {
    if (owner.fault() == FaultyVfs::Fault::torn) {
      static_cast<void>(under->pMethods->xWrite(under, bytes, size / 2, at));
    }
    return owner.fault() == FaultyVfs::Fault::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }
  sqlite3_int64 now = 0;
  if (under->pMethods->xFileSize(under, &now) != SQLITE_OK) return SQLITE_IOERR_FSTAT;
  if (at + size > now && owner.over_quota(static_cast<std::uint64_t>(at + size - now))) {
    return SQLITE_FULL;
  }
  return under->pMethods->xWrite(under, bytes, size, at);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (owner_of(file).strikes('t')) return SQLITE_IOERR_TRUNCATE;
  return real(file)->pMethods->xTruncate(real(file), size);
}

// The disk itself is not waited for: these tests kill no power.
int sync(sqlite3_file* file, int) {
  return owner_of(file).strikes('s') ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real(file)->pMethods->xFileSize(real(file), size);
}
int lock(sqlite3_file* file, int level) { return real(file)->pMethods->xLock(real(file), level); }
int unlock(sqlite3_file* file, int level) {
  return real(file)->pMethods->xUnlock(real(file), level);
}
int check_reserved_lock(sqlite3_file* file, int* out) {
  return real(file)->pMethods->xCheckReservedLock(real(file), out);
}
int file_control(sqlite3_file* file, int op, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), op, argument);
}
int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
int device_characteristics(sqlite3_file* file) {
  return real(file)->pMethods->xDeviceCharacteristics(real(file));
}
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}
int shm_lock(sqlite3_file* file, int offset, int n, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, n, flags);
}
void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int shm_unmap(sqlite3_file* file, int remove) {
  return real(file)->pMethods->xShmUnmap(real(file), remove);
}

// Version 2: without memory-mapped reads, which would pass us by.
const sqlite3_io_methods methods = {2,
                                    close_file,
                                    read,
                                    write,
                                    truncate,
                                    sync,
                                    file_size,
                                    lock,
                                    unlock,
                                    check_reserved_lock,
                                    file_control,
                                    sector_size,
                                    device_characteristics,
                                    shm_map,
                                    shm_lock,
                                    shm_barrier,
                                    shm_unmap,
                                    nullptr,
                                    nullptr};

int open_file(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  FaultyVfs& owner = owner_of(vfs);
  File* ours = file_of(file);
  ours->base.pMethods = nullptr;
  ours->owner = &owner;
  if ((flags & SQLITE_OPEN_READWRITE) != 0 && owner.strikes('o')) return SQLITE_CANTOPEN;
  const int code = owner.system()->xOpen(owner.system(), path, ours->real(), flags, out_flags);
  if (ours->real()->pMethods != nullptr) ours->base.pMethods = &methods;
  ours->inode = inode_of(path);
  return code;
}

int delete_file(sqlite3_vfs* vfs, const char* path, int sync_directory) {
  FaultyVfs& owner = owner_of(vfs);
  if (owner.strikes('d')) return SQLITE_IOERR_DELETE;
  return owner.system()->xDelete(owner.system(), path, sync_directory);
}

}  // namespace

FaultyVfs::FaultyVfs(std::string name)
    : name_(std::move(name)), system_(sqlite3_vfs_find(nullptr)), vfs_(*system_) {
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + system_->szOsFile;
  vfs_.zName = name_.c_str();
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.xOpen = open_file;
  vfs_.xDelete = delete_file;
  if (sqlite3_vfs_register(&vfs_, 0) != SQLITE_OK) throw std::runtime_error("no VFS " + name_);
}

FaultyVfs::~FaultyVfs() { sqlite3_vfs_unregister(&vfs_); }

void FaultyVfs::fail_at(std::uint64_t n, Fault fault, std::uint64_t count) {
  fault_ = fault;
  struck_ = false;
  failing_from_ = operations_ + n;
  failing_until_ = failing_from_ + count;
}

bool FaultyVfs::strikes(char kind) {
  if (kind == 'o') ++opens_;
  if (only_ != 0 && only_ != kind) return false;
  ++operations_;
  const bool now =
      failing_from_ != 0 && operations_ >= failing_from_ && operations_ < failing_until_;
  struck_ |= now;
  return now;
}

void FaultyVfs::set_quota(const std::filesystem::path& directory, std::uint64_t bytes_max) {
  quota_of_ = directory;
  quota_bytes_ = bytes_max;
}

void FaultyVfs::make_unreadable(const std::filesystem::path& file, std::int64_t at,
                                std::int64_t bytes) {
  unreadable_inode_ = inode_of(file.c_str());
  unreadable_from_ = at;
  unreadable_to_ = at + bytes;
}

bool FaultyVfs::unreadable(std::uint64_t inode, std::int64_t at, std::int64_t bytes) const {
  return unreadable_inode_ != 0 && inode == unreadable_inode_ && at < unreadable_to_ &&
         at + bytes > unreadable_from_;
}

bool FaultyVfs::over_quota(std::uint64_t growth_bytes) const {
  if (quota_of_.empty()) return false;
  std::uint64_t bytes = growth_bytes;
  for (const auto& entry : std::filesystem::directory_iterator{quota_of_}) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes > quota_bytes_;
}

}  // namespace parkwatch::test
