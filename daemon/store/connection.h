// daemon/store/connection.h - SQLite by values: a connection, its prepared statements,
// transactions. One thread at a time.
#pragma once
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace parkwatch::store {

class Connection {
 public:
  struct Options {
    std::string path;
    bool read_only = false;
    std::string vfs;  // empty: the system's
  };
  // Opens the file, and creates it unless read_only; touches nothing in it.
  // Errors: as failure().
  static Result<std::unique_ptr<Connection>> open(const Options& options);

  struct Private {
    explicit Private() = default;
  };
  Connection(Private, std::string path) : path_(std::move(path)) {}  // use open()
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Statements without rows that matter, end to end; not kept prepared.
  [[nodiscard]] bool execute(const std::string& sql);
  // The value of a pragma or of a query of one number; 0 if it has no row.
  [[nodiscard]] Result<std::int64_t> number(const char* sql);

  // The last thing that went wrong here. Errors: transient - full disk, I/O, locks, memory;
  // damaged - the file, or it is no database; permanent - mistakes of ours. The text names file,
  // SQLite's and the system's words.
  [[nodiscard]] const Error& failure() const { return failure_; }
  [[nodiscard]] bool failed_full() const;
  [[nodiscard]] bool failed_io() const;
  [[nodiscard]] bool failed_not_a_database() const;
  [[nodiscard]] bool has_wal();  // the journal mode is WAL
  // True outside a transaction.
  [[nodiscard]] bool idle() const;

  // Leaves the WAL as it is when this is the last connection to close.
  void keep_wal_on_close();
  // Moves what the WAL holds into the database: as far as readers let, without waiting; `truncate`
  // also empties the file. False if not all of it went. Errors: as failure(); readers are none.
  Result<bool> checkpoint(bool truncate);
  // While held, what needs more pages than the database has now fails as on a full disk.
  [[nodiscard]] bool hold_size(bool hold);

 private:
  friend class Query;
  friend class Transaction;
  sqlite3_stmt* prepare(const char* sql);  // null: failure()
  bool note_failure(int code);             // false, for `return note_failure(code)`

  std::string path_;
  sqlite3* handle_ = nullptr;
  std::unordered_map<std::string_view, sqlite3_stmt*> prepared_;
  int failure_code_ = 0;
  Error failure_;
};

// One run of a prepared statement; parameters are bound in order. A failure shows at row() or
// run(). Lives shorter than its connection; no two of the same text at a time.
class Query {
 public:
  // `sql` is a literal: it is kept as the statement's name.
  Query(Connection& connection, const char* sql);
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  template <std::integral T>
  Query& number(T value) {
    return bind_number(static_cast<std::int64_t>(value));
  }
  // The bytes must live until the next again() or the end.
  Query& text(std::string_view value);
  Query& blob(std::string_view value);  // empty: NULL
  Query& null();
  // The value of a column of another query's current row, as it is.
  Query& copy(const Query& from, int column);

  // Steps to the next row. False: no more, or failed().
  [[nodiscard]] bool row();
  // Runs to the end, rows or not. False: failed.
  [[nodiscard]] bool run();
  [[nodiscard]] bool failed() const { return failed_; }
  // Ready for other parameters.
  Query& again();

  // Of the current row; views live until the next row(), again() or the end. NULL reads as 0 or
  // empty.
  [[nodiscard]] std::int64_t number_at(int column) const;
  [[nodiscard]] std::uint64_t count_at(int column) const;
  [[nodiscard]] std::string_view bytes_at(int column) const;  // a text or a blob
  [[nodiscard]] bool null_at(int column) const;

 private:
  Query& bind_number(std::int64_t value);
  void note_bind(int code);

  Connection& connection_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
  bool failed_ = false;
};

// Rolls back at its end unless committed.
class Transaction {
 public:
  enum class Kind { read, write };
  Transaction(Connection& connection, Kind kind);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  [[nodiscard]] bool begun() const { return open_; }
  // False: failed, and nothing is stored unless it was the last sync that failed.
  [[nodiscard]] bool commit();

 private:
  Connection& connection_;
  bool open_ = false;
};

}  // namespace parkwatch::store
