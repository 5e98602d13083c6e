// daemon/store/connection.cpp - SQLite by values. One thread at a time.
#include "store/connection.h"

#include <sqlite3.h>

#include <system_error>

namespace parkwatch::store {
namespace {

// Another process that looks into the file (the sqlite3 shell, a backup) may hold its locks for a
// moment.
constexpr int busy_timeout_ms = 2000;

int primary(int code) { return code & 0xFF; }

ErrorKind kind_of(int code) {
  switch (primary(code)) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:  // a file system that the kernel has set read-only after an error
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
      return ErrorKind::transient;
    case SQLITE_CORRUPT:  // or a sector that the disk cannot read: EIO becomes this
    case SQLITE_NOTADB:
      return ErrorKind::damaged;
    default:
      return ErrorKind::permanent;
  }
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const Options& options) {
  auto connection = std::make_unique<Connection>(Private{}, options.path);
  const int flags =
      SQLITE_OPEN_NOMUTEX |
      (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const int code = sqlite3_open_v2(options.path.c_str(), &connection->handle_, flags,
                                   options.vfs.empty() ? nullptr : options.vfs.c_str());
  if (code != SQLITE_OK) {
    connection->note_failure(code);
    return connection->failure();
  }
  sqlite3_extended_result_codes(connection->handle_, 1);
  sqlite3_busy_timeout(connection->handle_, busy_timeout_ms);
  // Only the writer checkpoints (SQLite's WAL-reset defect of versions before 3.51.3).
  if (options.read_only) connection->keep_wal_on_close();
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

bool Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK || note_failure(code);
}

Result<std::int64_t> Connection::number(const char* sql) {
  Query query{*this, sql};
  if (query.row()) return query.number_at(0);
  if (query.failed()) return failure_;
  return std::int64_t{0};
}

bool Connection::failed_full() const { return primary(failure_code_) == SQLITE_FULL; }
bool Connection::failed_io() const { return primary(failure_code_) == SQLITE_IOERR; }
bool Connection::failed_not_a_database() const { return primary(failure_code_) == SQLITE_NOTADB; }
bool Connection::idle() const { return sqlite3_get_autocommit(handle_) != 0; }

bool Connection::has_wal() {
  Query query{*this, "PRAGMA journal_mode"};
  return query.row() && query.bytes_at(0) == "wal";
}

void Connection::keep_wal_on_close() {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Result<bool> Connection::checkpoint(bool truncate) {
  int frames = 0;
  int moved = 0;
  // TRUNCATE would wait for readers as long as the busy handler says: the writer has better to do.
  sqlite3_busy_timeout(handle_, 0);
  const int code = sqlite3_wal_checkpoint_v2(
      handle_, nullptr, truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &frames,
      &moved);
  sqlite3_busy_timeout(handle_, busy_timeout_ms);
  if (code == SQLITE_BUSY) return false;
  if (code != SQLITE_OK) {
    note_failure(code);
    return failure_;
  }
  return frames == moved;
}

bool Connection::hold_size(bool hold) {
  // SQLite takes a limit below the present size for the present size; the other is its largest.
  return execute(hold ? "PRAGMA max_page_count = 1" : "PRAGMA max_page_count = 4294967294");
}

sqlite3_stmt* Connection::prepare(const char* sql) {
  const auto found = prepared_.find(sql);
  if (found != prepared_.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    note_failure(code);
    return nullptr;
  }
  prepared_.emplace(sql, statement);
  return statement;
}

bool Connection::note_failure(int code) {
  failure_code_ = code;
  std::string words = path_ + ": " + sqlite3_errstr(code);
  if (handle_ != nullptr && primary(sqlite3_errcode(handle_)) == primary(code)) {
    const std::string detail = sqlite3_errmsg(handle_);
    if (detail != sqlite3_errstr(code)) words += " (" + detail + ")";
  }
  const int system = handle_ != nullptr ? sqlite3_system_errno(handle_) : 0;
  const bool of_system = primary(code) == SQLITE_IOERR || primary(code) == SQLITE_CANTOPEN ||
                         primary(code) == SQLITE_FULL;
  if (of_system && system != 0) words += ": " + std::generic_category().message(system);
  failure_ = {kind_of(code), std::move(words)};
  return false;
}

Query::Query(Connection& connection, const char* sql)
    : connection_(connection),
      statement_(connection.prepare(sql)),
      failed_(statement_ == nullptr) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::note_bind(int code) {
  if (code == SQLITE_OK || failed_) return;
  failed_ = true;
  connection_.note_failure(code);
}

Query& Query::bind_number(std::int64_t value) {
  if (!failed_) note_bind(sqlite3_bind_int64(statement_, ++bound_, value));
  return *this;
}

Query& Query::text(std::string_view value) {
  if (failed_) return *this;
  note_bind(sqlite3_bind_text64(statement_, ++bound_, value.empty() ? "" : value.data(),
                                value.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Query& Query::blob(std::string_view value) {
  if (value.empty()) return null();
  if (failed_) return *this;
  note_bind(sqlite3_bind_blob64(statement_, ++bound_, value.data(), value.size(), SQLITE_STATIC));
  return *this;
}

Query& Query::copy(const Query& from, int column) {
  if (!failed_) {
    note_bind(
        sqlite3_bind_value(statement_, ++bound_, sqlite3_column_value(from.statement_, column)));
  }
  return *this;
}

Query& Query::null() {
  if (!failed_) note_bind(sqlite3_bind_null(statement_, ++bound_));
  return *this;
}

bool Query::row() {
  if (failed_) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    failed_ = true;
    connection_.note_failure(code);
  }
  return false;
}

bool Query::run() {
  while (row()) {
  }
  return !failed_;
}

Query& Query::again() {
  if (statement_ != nullptr) sqlite3_reset(statement_);
  bound_ = 0;
  return *this;
}

std::int64_t Query::number_at(int column) const { return sqlite3_column_int64(statement_, column); }

std::uint64_t Query::count_at(int column) const {
  return static_cast<std::uint64_t>(number_at(column));
}

std::string_view Query::bytes_at(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr
             ? std::string_view{}
             : std::string_view{static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

bool Query::null_at(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
  Query begin{connection_, kind == Kind::read ? "BEGIN" : "BEGIN IMMEDIATE"};
  open_ = begin.run();
}

Transaction::~Transaction() {
  // SQLite may have rolled back by itself. A rollback that fails leaves a connection that is not
  // idle().
  if (!open_ || connection_.idle()) return;
  // What is worth telling is why it came to this.
  const int code = connection_.failure_code_;
  const Error failure = connection_.failure_;
  Query rollback{connection_, "ROLLBACK"};
  if (rollback.run()) return;
  connection_.failure_code_ = code;
  connection_.failure_ = failure;
}

bool Transaction::commit() {
  Query commit{connection_, "COMMIT"};
  if (!commit.run()) return false;
  open_ = false;
  return true;
}

}  // namespace parkwatch::store
