// daemon/store/salvage.cpp - What of a damaged database goes into a new one. The writer's thread.
#include "store/salvage.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parkwatch/v1/snapshot.pb.h"
#include "store/checksum.h"
#include "store/directory.h"
#include "store/keyed_scan.h"
#include "store/recovery.h"
#include "store/rows.h"
#include "store/schema.h"

namespace parkwatch::store {
namespace {

using Steady = std::chrono::steady_clock;

constexpr Key journal_rows_needed = 50'000;
constexpr Key window_batches = 500;
constexpr Key window_journal_rows = 10'000;
constexpr std::size_t snapshots_needed = 2;
// The daemon must be watching within seconds.
constexpr std::chrono::seconds older_readings_for{3};

// A query with keys in (?, ?], its key first, and the statement that takes its columns. `crc`: the
// column with the checksum of the one after it; -1: there is none. `columns`: of both.
struct Table {
  const char* from;
  const char* to;
  int columns;
  int crc = -1;
};

constexpr Table journal_table{
    "SELECT journal, at_us, rule, tag, crc, event FROM journal WHERE journal > ? AND journal <= ? "
    "ORDER BY journal",
    "INSERT OR IGNORE INTO journal(journal, at_us, rule, tag, crc, event) VALUES(?, ?, ?, ?, ?, ?)",
    6, 4};
constexpr Table outbox_table{
    "SELECT journal FROM outbox WHERE journal > ? AND journal <= ? ORDER BY journal",
    "INSERT OR IGNORE INTO outbox(journal) VALUES(?)", 1};
constexpr Table identities_table{
    "SELECT batch, crc, record FROM identities WHERE batch > ? AND batch <= ? ORDER BY batch",
    "INSERT OR IGNORE INTO identities(batch, crc, record) VALUES(?, ?, ?)", 3, 1};
constexpr Table personal_table{
    "SELECT batch, crc, record FROM personal WHERE batch > ? AND batch <= ? ORDER BY batch",
    "INSERT OR IGNORE INTO personal(batch, crc, record) VALUES(?, ?, ?)", 3, 1};
constexpr Table snapshots_table{
    "SELECT batch, sequence, crc, snapshot FROM snapshots WHERE batch > ? AND batch <= ? "
    "ORDER BY batch",
    "INSERT OR IGNORE INTO snapshots(batch, sequence, crc, snapshot) VALUES(?, ?, ?, ?)", 4, 2};
constexpr Table gaps_table{
    "SELECT first_sequence, last_sequence, from_us, to_us, readings, reason, unacknowledged "
    "FROM gaps WHERE first_sequence > ? AND first_sequence <= ? ORDER BY first_sequence",
    "INSERT OR IGNORE INTO gaps(first_sequence, last_sequence, from_us, to_us, readings, reason, "
    "unacknowledged) VALUES(?, ?, ?, ?, ?, ?, ?)",
    7};
constexpr const char* batches_from =
    "SELECT " PARKWATCH_BATCH_COLUMNS
    ", record, block FROM batches WHERE batch > ? AND batch <= ? ORDER BY batch";
constexpr const char* batches_to = "INSERT OR IGNORE INTO batches(" PARKWATCH_BATCH_COLUMNS
                                   ", record, block) "
                                   "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr int batch_columns = 17;

// Small tables without a number for a key: read from both ends, so that one hole costs itself.
struct NamedTable {
  const char* up;
  const char* down;
  const char* to;
  int columns;
  int crc = -1;
};

constexpr NamedTable consumers_table{
    "SELECT name, sequence, expires_us, updated_us FROM consumers ORDER BY name",
    "SELECT name, sequence, expires_us, updated_us FROM consumers ORDER BY name DESC",
    "INSERT OR IGNORE INTO consumers(name, sequence, expires_us, updated_us) VALUES(?, ?, ?, ?)",
    4};
constexpr NamedTable plants_table{
    "SELECT hash, sequence, crc, text FROM plants ORDER BY rowid",
    "SELECT hash, sequence, crc, text FROM plants ORDER BY rowid DESC",
    "INSERT OR IGNORE INTO plants(hash, sequence, crc, text) VALUES(?, ?, ?, ?)", 4, 2};
constexpr NamedTable notify_table{"SELECT key, value FROM notify ORDER BY key",
                                  "SELECT key, value FROM notify ORDER BY key DESC",
                                  "INSERT OR IGNORE INTO notify(key, value) VALUES(?, ?)", 2};
constexpr NamedTable meta_table{
    "SELECT key, value FROM meta WHERE key = 'journal_deleted' ORDER BY key",
    "SELECT key, value FROM meta WHERE key = 'journal_deleted' ORDER BY key DESC",
    "INSERT OR IGNORE INTO meta(key, value) VALUES(?, ?)", 2};
constexpr NamedTable generation_table{
    "SELECT key, value FROM meta WHERE key = 'generation' ORDER BY key",
    "SELECT key, value FROM meta WHERE key = 'generation' ORDER BY key DESC",
    "INSERT OR IGNORE INTO meta(key, value) VALUES(?, ?)", 2};
constexpr NamedTable standing_table{
    "SELECT rule, tag, journal, since FROM standing ORDER BY rule, tag",
    "SELECT rule, tag, journal, since FROM standing ORDER BY rule DESC, tag DESC",
    "INSERT OR IGNORE INTO standing(rule, tag, journal, since) VALUES(?, ?, ?, ?)", 4};
constexpr NamedTable tags_table{
    "SELECT id, version, sequence, crc, definition FROM tags ORDER BY id, version",
    "SELECT id, version, sequence, crc, definition FROM tags ORDER BY id DESC, version DESC",
    "INSERT OR IGNORE INTO tags(id, version, sequence, crc, definition) VALUES(?, ?, ?, ?, ?)", 5,
    3};

bool is_whole(const Query& row, int crc) {
  return crc < 0 || crc32(row.bytes_at(crc + 1)) == static_cast<std::uint32_t>(row.number_at(crc));
}

bool is_whole_batch(const Query& row) {
  const std::uint32_t sum =
      crc32(row.bytes_at(batch_columns - 1), crc32(row.bytes_at(batch_columns - 2)));
  const BatchRow batch = batch_at(row);
  return batch.whole() && batch.content_crc == sum;
}

class Salvager {
 public:
  Salvager(Connection& old, Depth depth, Connection& fresh, Salvage& out)
      : old_(old), depth_(depth), fresh_(fresh), out_(out) {}

  // False: `fresh` has failed.
  bool run() {
    const Key last = last_key(old_, batches_from);
    Key from = last;
    if (depth_ == Depth::readings) {
      if (!copy_definitions() || !copy_readings(last)) return false;
    } else if (depth_ != Depth::nothing && !copy_needed(from)) {
      return false;
    }
    if (depth_ == Depth::all && out_.state && !copy_older(from)) return false;
    Transaction transaction{fresh_, Transaction::Kind::write};
    return transaction.begun() && close(last) && transaction.commit();
  }

 private:
  // What a start and those who wait for alerts need. `from`: batches up to it are still to copy.
  bool copy_needed(Key& from) {
    Transaction transaction{fresh_, Transaction::Kind::write};
    if (!transaction.begun()) return false;
    for (const NamedTable* table : {&meta_table, &consumers_table, &plants_table, &notify_table}) {
      if (!copy(*table)) return false;
    }
    const Key journal = last_key(old_, journal_table.from);
    const Key rows = depth_ == Depth::all ? journal_rows_needed : 0;
    journal_copied_from_ = journal > rows ? journal - rows : 0;
    if (!copy(journal_table, journal_copied_from_, key_max)) return false;
    if (!copy(outbox_table, 0, key_max) || !copy_snapshots(from)) return false;
    if (out_.state) {
      const bool copied = copy_standing() && copy_tags() && copy(gaps_table, 0, key_max) &&
                          copy_batches(from, key_max) && cut_where_replay_ends(from);
      if (!copied) return false;
    }
    return copy_rows_of_outbox() && transaction.commit();
  }

  // What readings are read with. Where the table of tags is damaged, a snapshot knows most.
  bool copy_definitions() {
    Transaction transaction{fresh_, Transaction::Kind::write};
    Key from = 0;
    return transaction.begun() && copy(generation_table) &&
           fresh_.execute(
               "INSERT OR IGNORE INTO meta(key, value) VALUES('generation', '0000000000000000')") &&
           copy(plants_table) && copy_snapshots(from) && copy_tags() &&
           copy(gaps_table, 0, key_max) && transaction.commit();
  }

  // In parts, since all may be more than memory holds.
  bool copy_readings(Key last) {
    for (Key after = 0; after < last; after += window_batches) {
      Transaction transaction{fresh_, Transaction::Kind::write};
      const Key end = std::min(last, after + window_batches);
      if (!transaction.begun() || !copy_blocks(after, end) || !transaction.commit()) return false;
    }
    return true;
  }

  // The pipeline knows nothing of what came behind a break, so it may give a tag's number again:
  // readings there would be taken for another tag's.
  bool cut_where_replay_ends(Key from) {
    Key last = from;
    const auto read = read_batches_after(fresh_, from, [&last](RecordedBatch&) -> Result<Done> {
      ++last;
      return Done{};
    });
    if (read) return true;
    Query batches{fresh_, "DELETE FROM batches WHERE batch > ?"};
    Query identities{fresh_, "DELETE FROM identities WHERE batch > ?"};
    Query personal{fresh_, "DELETE FROM personal WHERE batch > ?"};
    // Those of a snapshot are in it, whether its batch is whole or not.
    Query tags{fresh_,
               "DELETE FROM tags WHERE sequence > max("
               "coalesce((SELECT max(last_sequence) FROM batches), 0), "
               "coalesce((SELECT max(sequence) FROM snapshots), 0))"};
    return batches.number(last).run() && identities.number(last).run() &&
           personal.number(last).run() && tags.run();
  }

  // Those of the snapshot are the newest.
  bool copy_tags() {
    if (!copy(tags_table)) return false;
    const auto newest = read_newest_snapshot(fresh_);
    if (!newest || newest->snapshot == nullptr) return newest.ok();
    Query put{fresh_, tags_table.to};
    for (const v1::TagState& tag : newest->snapshot->tags()) {
      const std::string bytes = tag.definition().SerializeAsString();
      put.again().number(tag.definition().id()).number(tag.definition().version());
      put.number(tag.definition().sequence()).number(crc32(bytes)).blob(bytes);
      if (!put.run()) return false;
    }
    return true;
  }

  // Where it cannot be read it is made again of the journal.
  bool copy_standing() {
    bool whole = true;
    if (!copy(standing_table, &whole)) return false;
    if (whole) return true;
    Query put{fresh_,
              "INSERT INTO standing(rule, tag, journal, since) VALUES(?, ?, ?, ?) "
              "ON CONFLICT(rule, tag) DO UPDATE SET journal = excluded.journal"};
    Query drop{fresh_, "DELETE FROM standing WHERE rule = ? AND tag = ?"};
    Query rows{fresh_, "SELECT journal, crc, event FROM journal ORDER BY journal"};
    std::vector<std::uint64_t> damaged;
    const auto events = events_of(rows, fresh_, &damaged);
    if (!events) return false;
    for (const AlarmEvent& event : *events) {
      Query& query = is_listed(event) ? put : drop;
      query.again().text(event.rule).text(event.tag);
      if (is_listed(event)) query.number(event.journal).number(event.journal);
      if (!query.run()) return false;
    }
    return true;
  }

  // Rows that somebody waits for, however old.
  bool copy_rows_of_outbox() {
    std::vector<Key> wanted;
    for (const char* sql : {"SELECT journal FROM outbox", "SELECT journal FROM standing",
                            "SELECT since FROM standing"}) {
      Query query{fresh_, sql};
      while (query.row()) wanted.push_back(query.count_at(0));
      if (query.failed()) return false;
    }
    return std::ranges::all_of(wanted, [this](Key row) {
      return row == 0 || row > journal_copied_from_ || copy(journal_table, row - 1, row);
    });
  }

  // The two newest that are whole and of a configuration that is there.
  bool copy_snapshots(Key& from) {
    std::vector<Key> keys;
    scan("SELECT batch FROM snapshots WHERE batch > ? AND batch <= ? ORDER BY batch", 0, key_max,
         [&](const Query& row) {
           keys.push_back(row.count_at(0));
           return true;
         });
    std::size_t copied = 0;
    for (auto key = keys.rbegin(); key != keys.rend() && copied < snapshots_needed; ++key) {
      if (!copy(snapshots_table, *key - 1, *key)) return false;
      if (is_usable(*key)) {
        ++copied;
        from = *key;
      } else {
        Query drop{fresh_, "DELETE FROM snapshots WHERE batch = ?"};
        if (!drop.number(*key).run()) return false;
      }
    }
    out_.state = copied > 0;
    if (out_.state || !keys.empty()) return true;
    // A young store has none: everything is stepped again, if it is all there.
    scan(batches_from, 0, 1, [this](const Query& row) {
      out_.state = is_whole_batch(row);
      return true;
    });
    from = 0;
    return true;
  }

  bool is_usable(Key batch) {
    const auto snapshot = read_snapshot(fresh_, batch);
    return snapshot && read_plant(fresh_, (*snapshot)->plant_hash());
  }

  bool copy_blocks(Key after, Key last) {
    return scan(batches_from, after, last, [&](const Query& row) {
      return !is_whole_batch(row) || insert(row, batches_to, batch_columns);
    });
  }

  bool copy_batches(Key after, Key last) {
    return copy_blocks(after, last) && copy(identities_table, after, last) &&
           copy(personal_table, after, last) && copy(snapshots_table, after, last);
  }

  // The newest first, as long as there is time. Each part is whole by itself.
  bool copy_older(Key last) {
    const Steady::time_point until = Steady::now() + older_readings_for;
    while ((last > 0 || journal_copied_from_ > 0) && Steady::now() < until) {
      Transaction transaction{fresh_, Transaction::Kind::write};
      const Key after = last - std::min(last, window_batches);
      const Key row = journal_copied_from_;
      const Key row_after = row - std::min(row, window_journal_rows);
      const bool done = transaction.begun() && copy_batches(after, last) &&
                        copy(journal_table, row_after, row) && transaction.commit();
      // A full disk: the daemon can do without.
      if (!done) return fresh_.failed_full();
      last = after;
      journal_copied_from_ = row_after;
    }
    return true;
  }

  // The new numbers follow the old ones, and what is missing is told.
  bool close(Key last) {
    const auto newest = last_batch(fresh_);
    const auto given_up = fresh_.number("SELECT sum(readings) FROM gaps");
    const auto count = fresh_.number("SELECT count(*) FROM batches");
    const auto readings = fresh_.number("SELECT sum(readings) FROM batches");
    if (!newest || !given_up || !count || !readings) return false;
    out_.batches = static_cast<std::uint64_t>(*count);
    out_.readings = static_cast<std::uint64_t>(*readings);
    BatchRow head = newest->value_or(BatchRow{});
    BatchRow known = head;
    scan(batches_from, last > 0 ? last - 1 : 0, key_max, [&](const Query& row) {
      if (batch_at(row).whole()) known = batch_at(row);
      return true;
    });
    const std::uint64_t there = out_.readings + static_cast<std::uint64_t>(*given_up);
    out_.readings_lost = known.readings_total - std::min(known.readings_total, there);
    if (!keep_journal_numbers(known) || !drop_orphans() || !add_head(head, known)) return false;
    Query clamp{fresh_, "UPDATE consumers SET sequence = min(sequence, ?)"};
    return clamp.number(head.last_sequence).run() && add_gap();
  }

  // Those who were told of a row pass over its number.
  bool keep_journal_numbers(const BatchRow& known) {
    const auto there = fresh_.number(
        "SELECT max(coalesce((SELECT max(journal) FROM journal), 0), "
        "coalesce((SELECT max(journal) FROM outbox), 0), "
        "coalesce((SELECT max(journal) FROM standing), 0), "
        "coalesce((SELECT max(CAST(value AS INTEGER)) FROM notify WHERE key = 'cursor'), 0))");
    if (!there) return false;
    const std::uint64_t given = known.first_journal + known.transitions;
    out_.last_journal =
        std::max(static_cast<std::uint64_t>(*there), given - std::min<std::uint64_t>(given, 1));
    return true;
  }

  // Their numbers will be given again, and what they belong to is lost.
  bool drop_orphans() {
    return fresh_.execute(
        "DELETE FROM identities WHERE batch NOT IN (SELECT batch FROM batches); "
        "DELETE FROM personal WHERE batch NOT IN (SELECT batch FROM batches); "
        "DELETE FROM outbox WHERE journal NOT IN (SELECT journal FROM journal); "
        "DELETE FROM standing WHERE journal NOT IN (SELECT journal FROM journal)");
  }

  // A batch in which nothing was, where what is known goes beyond the last that was copied.
  bool add_head(BatchRow& head, const BatchRow& known) {
    BatchRow row;
    row.batch = std::max(head.batch, known.batch);
    row.last_sequence = std::max(head.last_sequence, known.last_sequence);
    row.now_us = std::max(head.now_us, known.now_us);
    Query newest{fresh_, "SELECT batch, sequence FROM snapshots ORDER BY batch DESC LIMIT 1"};
    if (newest.row()) {
      row.batch = std::max(row.batch, newest.count_at(0));
      row.last_sequence = std::max(row.last_sequence, newest.count_at(1));
      const auto snapshot = read_snapshot(fresh_, newest.count_at(0));
      if (snapshot) row.now_us = std::max(row.now_us, (*snapshot)->now_us());
    }
    if (row.batch == head.batch && row.last_sequence == head.last_sequence) return true;
    if (row.batch == head.batch) ++row.batch;
    row.first_sequence = row.last_sequence + 1;  // none: what is missing shows between the rows
    row.readings_total = std::max(head.readings_total, known.readings_total);
    row.content_crc = crc32({}, crc32({}));
    row.crc = row.crc_of_columns();
    Query put{fresh_, batches_to};
    put.number(row.batch).number(row.first_sequence).number(row.last_sequence).number(row.now_us);
    put.number(row.readings).number(row.readings_total).number(0).number(0).number(0).number(0);
    put.number(0).number(0).number(0).number(row.content_crc).number(row.crc).null().null();
    head = row;
    return put.run();
  }

  // All gaps of the table lie before the first batch; a pull finds those between batches.
  bool add_gap() {
    const auto first = batch_from(fresh_, 0);
    if (!first || !*first) return first.ok();
    Query before{fresh_, "SELECT max(last_sequence), sum(readings), max(to_us) FROM gaps"};
    const bool any = before.row();
    const std::uint64_t told_to = any ? before.count_at(0) : 0;
    const std::uint64_t readings = any ? before.count_at(1) : 0;
    const std::int64_t from_us = any && told_to > 0 ? before.number_at(2) : (*first)->now_us;
    if ((*first)->first_sequence <= told_to + 1) return true;
    const std::uint64_t total = (*first)->readings_total - (*first)->readings;
    Query put{fresh_,
              "INSERT INTO gaps(first_sequence, last_sequence, from_us, to_us, readings, reason, "
              "unacknowledged) VALUES(?, ?, ?, ?, ?, 'damaged', "
              "EXISTS (SELECT 1 FROM consumers WHERE sequence < ?))"};
    put.number(told_to + 1).number((*first)->first_sequence - 1).number(from_us);
    put.number((*first)->now_us).number(total - std::min(total, readings));
    return put.number((*first)->first_sequence - 1).run();
  }

  bool insert(const Query& row, const char* to, int columns) {
    Query put{fresh_, to};
    for (int column = 0; column < columns; ++column) put.copy(row, column);
    return put.run();
  }

  bool copy(const Table& table, Key after, Key last) {
    return scan(table.from, after, last, [&](const Query& row) {
      return !is_whole(row, table.crc) || insert(row, table.to, table.columns);
    });
  }

  // `whole`: becomes false if not every row could be read.
  bool copy(const NamedTable& table, bool* whole = nullptr) {
    for (const char* sql : {table.up, table.down}) {
      Query query{old_, sql};
      while (query.row()) {
        if (is_whole(query, table.crc) && !insert(query, table.to, table.columns)) return false;
      }
      if (!query.failed()) return true;
    }
    if (whole != nullptr) *whole = false;
    return true;
  }

  template <typename Take>
  bool scan(const char* sql, Key after, Key last, Take take) {
    return scan_by_key(old_, sql, after, last, take);
  }

  Connection& old_;
  Depth depth_;
  Connection& fresh_;
  Salvage& out_;
  Key journal_copied_from_ = 0;
};

// A file that is shorter than it says can then be read as far as it goes.
Result<std::unique_ptr<Connection>> open_damaged(const std::string& path, const std::string& vfs) {
  auto opened = Connection::open({path, true, vfs});
  if (opened && !(*opened)->execute("PRAGMA writable_schema = ON")) return (*opened)->failure();
  return opened;
}

}  // namespace

Result<Done> salvage(const std::string& path, const std::string& vfs, Depth depth,
                     Connection& fresh, Salvage& out) {
  const auto opened = open_damaged(path, vfs);
  if (opened && !Salvager{**opened, depth, fresh, out}.run()) return fresh.failure();
  return Done{};
}

Result<Salvage> salvage_readings(const std::string& path, const std::string& directory) {
  const auto opened = open_damaged(path, {});
  if (!opened) return Error{ErrorKind::permanent, opened.error().message};
  const std::string database = directory + "/" + database_name;
  auto fresh = Connection::open({database, false, {}});
  if (!fresh) return fresh.error();
  if (auto made = migrate(**fresh, migrations(), database); !made) return made.error();
  // Nobody needs it after a crash.
  if (!(*fresh)->execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")) {
    return (*fresh)->failure();
  }
  Salvage out;
  if (!Salvager{**opened, Depth::readings, **fresh, out}.run()) return (*fresh)->failure();
  return out;
}

}  // namespace parkwatch::store
