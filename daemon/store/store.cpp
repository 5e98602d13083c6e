// daemon/store/store.cpp - The writer: opens, commits, recovers from failures. One thread at a
// time.
#include "store/store.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <utility>

#include "parkwatch/v1/snapshot.pb.h"
#include "store/recovery.h"
#include "store/retention.h"
#include "store/salvage_record.h"
#include "store/schema.h"
#include "store/sqlite_store.h"
#include "store/wal_check.h"

namespace parkwatch::store {
namespace {

// 16 hex digits that no other store has.
Result<std::string> new_generation() {
  std::array<unsigned char, 8> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return Error{ErrorKind::transient, "the system gives no random bytes"};
  }
  std::string text;
  for (const unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 0xF];
  }
  return text;
}

// A start gives up on what a running daemon would wait for.
Error permanent(const Error& error) {
  return {error.kind == ErrorKind::damaged ? error.kind : ErrorKind::permanent, error.message};
}

}  // namespace

SqliteStore::SqliteStore(StoreOptions options, StateDirectory directory)
    : options_(std::move(options)),
      directory_(std::move(directory)),
      forget_outbox_(!options_.outbox) {}

Result<Done> SqliteStore::open() {
  if (!options_.damage.empty()) {
    if (auto marked = directory_.mark_damaged(options_.damage); !marked) return marked;
  }
  if (!directory_.damage().empty()) return begin_anew();
  Result<Done> found = look_at_wal();
  if (found) found = connect();
  if (found) found = read_recovered();
  if (found) return found;
  if (found.error().kind != ErrorKind::damaged) return permanent(found.error());
  if (auto marked = directory_.mark_damaged(found.error().message); !marked) return marked;
  return begin_anew();
}

Result<Done> SqliteStore::look_at_wal() const {
  std::string fault = fault_of_wal(directory_.wal_path());
  if (!fault.empty()) return Error{ErrorKind::damaged, std::move(fault)};
  return Done{};
}

Result<Done> SqliteStore::begin_anew() {
  auto begun = begin_anew(Depth::all);
  for (const Depth less : {Depth::state, Depth::nothing}) {
    if (begun || connection_ == nullptr || !connection_->failed_full()) break;
    begun = begin_anew(less);
  }
  if (!begun) return permanent(begun.error());
  follow_ballast();
  if (auto read = read_head(); !read) return permanent(read.error());
  if (auto read = read_recovered(); !read) return permanent(read.error());
  return directory_.forget_damage();
}

Result<Done> SqliteStore::begin_anew(Depth depth) {
  Salvage salvaged;
  salvaged.reason = directory_.damage();
  if (connection_ != nullptr) connection_->keep_wal_on_close();
  connection_.reset();
  auto kept = directory_.set_aside();
  if (!kept) return kept.error();
  salvaged.kept_as = std::move(*kept);
  if (auto connected = connect(); !connected) return connected;
  // A new database has no free pages: on a nearly full disk the ballast makes room for what is
  // needed.
  directory_.drop_ballast();
  if (held_ && connection_->hold_size(false)) held_ = false;
  if (auto done = salvage(salvaged.kept_as, options_.vfs, depth, *connection_, salvaged); !done) {
    return done;
  }
  return keep_salvage(*connection_, salvaged);
}

Result<Done> SqliteStore::read_recovered() {
  recovered_.last_sequence = head_.last_sequence;
  recovered_.last_now = from_us(head_.now_us);
  const auto last_journal = connection_->number("SELECT max(journal) FROM journal");
  if (!last_journal) return last_journal.error();
  recovered_.last_journal = static_cast<std::uint64_t>(*last_journal);
  auto salvaged = kept_salvage(*connection_);
  if (!salvaged) return salvaged.error();
  recovered_.salvage = std::move(*salvaged);
  if (recovered_.salvage) {
    recovered_.last_journal = std::max(recovered_.last_journal, recovered_.salvage->last_journal);
  }
  writer_ = std::make_unique<BatchWriter>(recovered_.generation, options_);
  return Done{};
}

Result<Done> SqliteStore::connect() {
  // Before SQLite reads it: what it finds there counts as committed.
  if (auto durable = directory_.make_wal_durable(); !durable) return durable;
  auto opened = Connection::open({directory_.database_path(), false, options_.vfs});
  if (!opened) return opened.error();
  connection_ = std::move(*opened);
  if (auto migrated = migrate(*connection_, migrations(), directory_.database_path()); !migrated) {
    return migrated;
  }
  // A small WAL: less is lost when it is damaged (measured: no slower than a large one).
  const bool set = connection_->execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = " + options_.synchronous +
      "; PRAGMA secure_delete = OFF; PRAGMA mmap_size = 0; PRAGMA wal_autocheckpoint = 1000; "
      "PRAGMA journal_size_limit = 8388608; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096");
  if (!set) return connection_->failure();
  if (!connection_->has_wal()) {
    return Error{ErrorKind::permanent,
                 directory_.database_path() + ": this file system does not let SQLite keep a WAL"};
  }
  if (auto read = read_generation(); !read) return read;
  held_ = false;
  follow_ballast();
  return read_head();
}

Result<Done> SqliteStore::ensure_connected() {
  if (connection_ != nullptr) return Done{};
  auto connected = connect();
  if (!connected) connection_.reset();
  return connected;
}

Result<Done> SqliteStore::read_generation() {
  {
    Query query{*connection_, "SELECT value FROM meta WHERE key = 'generation'"};
    if (query.row()) {
      recovered_.generation = std::string{query.bytes_at(0)};
      return Done{};
    }
    if (query.failed()) return connection_->failure();
  }
  auto generation = new_generation();
  if (!generation) return generation.error();
  Query query{*connection_, "INSERT INTO meta(key, value) VALUES('generation', ?)"};
  if (!query.text(*generation).run()) return connection_->failure();
  recovered_.generation = std::move(*generation);
  return Done{};
}

Result<Done> SqliteStore::read_head() {
  const auto last = last_batch(*connection_);
  if (!last) return last.error();
  if (*last && !(*last)->whole()) {
    return Error{ErrorKind::damaged,
                 name_of(**last) + ", the last of " + directory_.database_path() + ", is damaged"};
  }
  head_ = last->value_or(BatchRow{});
  return Done{};
}

Result<std::shared_ptr<const v1::Snapshot>> SqliteStore::newest_snapshot() {
  if (auto ready = ensure_connected(); !ready) return ready.error();
  auto stored = read_newest_snapshot(*connection_);
  if (!stored) return stored.error();
  snapshot_batch_ = stored->batch;
  snapshot_sequence_ = stored->sequence;
  return std::move(stored->snapshot);
}

Result<Done> SqliteStore::batches_after(
    std::uint64_t sequence, const std::function<Result<Done>(const RecordedBatch&)>& take) {
  if (auto ready = ensure_connected(); !ready) return ready;
  // Batches in which only time passed end at the same message: the snapshot says which of them it
  // has seen.
  if (snapshot_batch_ != 0 && snapshot_sequence_ == sequence) {
    return read_batches_after(*connection_, snapshot_batch_, take);
  }
  if (sequence == 0) return read_batches_after(*connection_, 0, take);
  const auto first = first_batch_after(*connection_, sequence);
  if (!first) return first.error();
  if (!*first) return Done{};
  return read_batches_after(*connection_, (*first)->batch - 1, take);
}

Result<std::string> SqliteStore::plant_text(const std::string& hash) {
  if (auto ready = ensure_connected(); !ready) return ready.error();
  return read_plant(*connection_, hash);
}

Result<CommitInfo> SqliteStore::commit(const Batch& batch) {
  if (auto ready = ensure_connected(); !ready) return ready.error();
  if (got_in()) return committed();
  if (held_) follow_ballast();
  in_doubt_ = false;
  if (auto prepared = writer_->prepare(batch, head_); !prepared) return prepared.error();
  if (commit_prepared(batch)) {
    forget_aside();
    return committed();
  }
  in_doubt_ = true;
  Error error = recover(connection_->failure());
  if (connection_ != nullptr && got_in()) return committed();
  return error;
}

bool SqliteStore::got_in() const {
  return in_doubt_ && head_.batch == writer_->row().batch && head_.crc == writer_->row().crc;
}

CommitInfo SqliteStore::committed() {
  in_doubt_ = false;
  head_ = writer_->row();
  return {writer_->block_bytes()};
}

bool SqliteStore::commit_prepared(const Batch& batch) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  return transaction.begun() && writer_->write(*connection_, batch) && write_aside() &&
         (batch.snapshot == nullptr || !recovered_.salvage || forget_salvage(*connection_)) &&
         transaction.commit();
}

bool SqliteStore::write_aside() {
  if (forget_outbox_) {
    Query query{*connection_, "DELETE FROM outbox"};
    if (!query.run()) return false;
  }
  if (!delivered_.empty()) {
    Query query{*connection_, "DELETE FROM outbox WHERE journal = ?"};
    for (const std::uint64_t journal : delivered_) {
      if (!query.again().number(journal).run()) return false;
    }
  }
  if (kept_.empty()) return true;
  Query put{*connection_, "INSERT OR REPLACE INTO notify(key, value) VALUES(?, ?)"};
  Query drop{*connection_, "DELETE FROM notify WHERE key = ?"};
  for (const auto& [key, value] : kept_) {
    const bool done =
        value ? put.again().text(key).text(*value).run() : drop.again().text(key).run();
    if (!done) return false;
  }
  return true;
}

void SqliteStore::forget_aside() {
  delivered_.clear();
  kept_.clear();
  forget_outbox_ = false;
}

Result<Done> SqliteStore::flush() {
  if (auto ready = ensure_connected(); !ready) return ready;
  if (delivered_.empty() && kept_.empty() && !forget_outbox_) return Done{};
  const auto write = [this] {
    Transaction transaction{*connection_, Transaction::Kind::write};
    return transaction.begun() && write_aside() && transaction.commit();
  };
  if (!write()) return recover(connection_->failure());
  forget_aside();
  return Done{};
}

Error SqliteStore::recover(Error error) {
  if (error.kind == ErrorKind::damaged) {
    // What cannot be written down is found again by the next start, as it was now.
    static_cast<void>(directory_.mark_damaged(error.message));
    return error;
  }
  if (connection_->failed_full()) {
    make_room();
    if (held_) error.message += "; it may not grow until its disk has 16 MiB free";
  }
  if (connection_->failed_io() || !connection_->idle()) {
    // A failed sync must never be retried on the same file as if it had worked.
    connection_->keep_wal_on_close();
    connection_.reset();
    static_cast<void>(ensure_connected());  // tried again by the next call
  }
  return error;
}

void SqliteStore::make_room() {
  directory_.drop_ballast();
  (void)connection_->checkpoint(false);  // as far as it goes
  held_ = connection_->hold_size(true);
  if (const auto freed = free_acknowledged(*connection_); freed && freed->batches > 0) {
    truncate_wal_ = true;
  }
}

void SqliteStore::follow_ballast() {
  const bool hold = !directory_.restore_ballast();
  if (hold != held_ && connection_->hold_size(hold)) held_ = hold;
}

Result<bool> SqliteStore::retain(Timestamp now, bool certain) {
  if (auto ready = ensure_connected(); !ready) return ready.error();
  const auto retained =
      retain_within_limits(*connection_, options_, now, certain, journal_looked_to_);
  if (!retained) return recover(retained.error());
  journal_looked_to_ = retained->journal_looked_to;
  if (retained->batches > 0) truncate_wal_ = true;
  readings_lost_ += retained->readings_lost;
  return retained->more;
}

Result<Done> SqliteStore::checkpoint() {
  if (auto ready = ensure_connected(); !ready) return ready;
  const auto moved = connection_->checkpoint(truncate_wal_);
  if (moved && *moved) truncate_wal_ = false;
  follow_ballast();
  if (!moved) return moved.error();
  return Done{};
}

Result<std::unique_ptr<Store>> open_store(StoreOptions options) {
  auto directory = StateDirectory::take(options.directory);
  if (!directory) return directory.error();
  auto store = std::make_unique<SqliteStore>(std::move(options), std::move(*directory));
  if (auto opened = store->open(); !opened) return opened.error();
  return std::unique_ptr<Store>{std::move(store)};
}

}  // namespace parkwatch::store
