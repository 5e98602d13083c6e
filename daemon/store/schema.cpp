// daemon/store/schema.cpp - The tables, their versions, and whose file it is. With a connection:
// its thread.
//
// Free pages are used again, without auto_vacuum: whatever retention frees, the next readings fill,
// and the pointer map that auto_vacuum keeps would cost writes with every commit.
//
// Columns that a scan needs come before the blobs, so that it reads no overflow page. Each blob is
// zstd frames or a message of parkwatch.v1; `crc` is its CRC-32, but for batches. Times are
// microseconds since 1970 UTC.
#include "store/schema.h"

namespace parkwatch::store {
namespace {

constexpr const char* version_1 = R"(
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
-- One row a commit. `batch` rises by one; last_sequence equals that of the row before when only
-- time passed.
CREATE TABLE batches(
  batch INTEGER PRIMARY KEY,
  first_sequence INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  now_us INTEGER NOT NULL,
  readings INTEGER NOT NULL,
  readings_total INTEGER NOT NULL,  -- of this and of every batch before it, deleted ones too
  receive_from_us INTEGER NOT NULL, -- of the readings; 0 when there is none
  receive_to_us INTEGER NOT NULL,
  source_from_us INTEGER NOT NULL,
  source_to_us INTEGER NOT NULL,
  first_journal INTEGER NOT NULL,   -- of the transitions; 0 when there is none
  transitions INTEGER NOT NULL,
  identities INTEGER NOT NULL,
  content_crc INTEGER NOT NULL,     -- of record and block
  crc INTEGER NOT NULL,             -- of the columns before it
  record BLOB,                      -- zstd of BatchRecord, identities apart
  block BLOB                        -- zstd of ReadingBlocks, end to end
);
-- Apart, since they are needed for minutes and the readings for months.
CREATE TABLE identities(batch INTEGER PRIMARY KEY, crc INTEGER NOT NULL, record BLOB NOT NULL);
CREATE TABLE journal(
  journal INTEGER PRIMARY KEY,
  at_us INTEGER NOT NULL,
  rule TEXT NOT NULL,
  tag TEXT NOT NULL,
  crc INTEGER NOT NULL,
  event BLOB NOT NULL
);
CREATE TABLE outbox(journal INTEGER PRIMARY KEY);
-- Alarms that are not normal: their last transition, and the first since they were normal.
CREATE TABLE standing(
  rule TEXT NOT NULL,
  tag TEXT NOT NULL,
  journal INTEGER NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY(rule, tag)
) WITHOUT ROWID;
CREATE TABLE tags(
  id INTEGER NOT NULL,
  version INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  definition BLOB NOT NULL,
  PRIMARY KEY(id, version)
) WITHOUT ROWID;
CREATE INDEX tags_by_sequence ON tags(sequence);
CREATE TABLE plants(
  hash TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  text BLOB NOT NULL
);
CREATE TABLE snapshots(
  batch INTEGER PRIMARY KEY,        -- with which it was stored; batches after it are stepped again
  sequence INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  snapshot BLOB NOT NULL
);
CREATE TABLE consumers(
  name TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,
  expires_us INTEGER,
  updated_us INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE gaps(
  first_sequence INTEGER PRIMARY KEY,
  last_sequence INTEGER NOT NULL,
  from_us INTEGER NOT NULL,
  to_us INTEGER NOT NULL,
  readings INTEGER NOT NULL,
  reason TEXT NOT NULL,
  unacknowledged INTEGER NOT NULL
);
CREATE TABLE quarantine(
  id INTEGER PRIMARY KEY,
  sequence INTEGER NOT NULL,
  receive_us INTEGER NOT NULL,
  source TEXT NOT NULL,
  topic TEXT NOT NULL,
  reason INTEGER NOT NULL,
  detail TEXT NOT NULL,
  payload_bytes INTEGER NOT NULL,
  payload BLOB
);
)";

// What the notifications must remember: which of them wait, who was told of what (notify's
// kept_rows.h). Words and numbers, for anyone to read.
constexpr const char* version_2 = R"(
CREATE TABLE notify(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
)";

// Of each batch what says who was where (is_personal): kept for days where readings are for months.
constexpr const char* version_3 = R"(
CREATE TABLE personal(
  batch INTEGER PRIMARY KEY,
  crc INTEGER NOT NULL,
  record BLOB NOT NULL              -- zstd of BatchRecord
);
)";

// Batches with which the time went back: between two of them `now_us` never falls, and nothing was
// received after its batch's `now_us`. Kept by triggers, so that it holds in whatever order and by
// whom rows are put in. Steps of the clock before this version are not in it.
constexpr const char* version_4 = R"(
CREATE TABLE clock_turns(batch INTEGER PRIMARY KEY);
CREATE TRIGGER batch_turns_back AFTER INSERT ON batches
WHEN new.now_us < max(new.receive_to_us, coalesce(
  (SELECT now_us FROM batches WHERE batch < new.batch ORDER BY batch DESC LIMIT 1), new.now_us))
BEGIN
  INSERT OR IGNORE INTO clock_turns VALUES(new.batch);
END;
CREATE TRIGGER next_batch_turns_back AFTER INSERT ON batches
WHEN new.now_us > (SELECT now_us FROM batches WHERE batch > new.batch ORDER BY batch LIMIT 1)
BEGIN
  INSERT OR IGNORE INTO clock_turns SELECT min(batch) FROM batches WHERE batch > new.batch;
END;
CREATE TRIGGER batch_is_gone AFTER DELETE ON batches
BEGIN
  DELETE FROM clock_turns WHERE batch = old.batch;
END;
)";

constexpr const char* const all_migrations[] = {version_1, version_2, version_3, version_4};

struct Identity {
  std::int64_t application = 0;
  std::int64_t version = 0;
  bool empty = true;
};

Result<Identity> identity_of(Connection& connection) {
  const auto application = connection.number("PRAGMA application_id");
  if (!application) return application.error();
  const auto version = connection.number("PRAGMA user_version");
  if (!version) return version.error();
  const auto objects = connection.number("SELECT count(*) FROM sqlite_master");
  if (!objects) return objects.error();
  return Identity{*application, *version, *objects == 0};
}

Error foreign(const std::string& path, std::int64_t application) {
  return {ErrorKind::permanent,
          path + " is a database of another application (application_id " +
              std::to_string(application) +
              "), not of Parkwatch: move it away, or set another state directory"};
}

Error newer(const std::string& path, std::int64_t theirs, std::size_t ours) {
  return {ErrorKind::permanent,
          path + " was written by a newer version of Parkwatch (schema " + std::to_string(theirs) +
              "; this one knows up to " + std::to_string(ours) +
              "): install that version again, or set another state directory"};
}

Result<Done> step_to(Connection& connection, std::size_t version, const char* script) {
  Transaction transaction{connection, Transaction::Kind::write};
  const bool done =
      transaction.begun() && connection.execute(script) &&
      connection.execute("PRAGMA user_version = " + std::to_string(version)) &&
      connection.execute("PRAGMA application_id = " + std::to_string(application_id)) &&
      transaction.commit();
  if (!done) return connection.failure();
  return Done{};
}

}  // namespace

std::span<const char* const> migrations() { return all_migrations; }

Result<Done> migrate(Connection& connection, std::span<const char* const> steps,
                     const std::string& path) {
  const auto identity = identity_of(connection);
  if (!identity) return identity.error();
  const bool fresh = identity->empty && identity->application == 0 && identity->version == 0;
  if (!fresh && identity->application != application_id) {
    return foreign(path, identity->application);
  }
  if (identity->version < 0 || static_cast<std::size_t>(identity->version) > steps.size()) {
    return newer(path, identity->version, steps.size());
  }
  for (auto at = static_cast<std::size_t>(identity->version); at < steps.size(); ++at) {
    if (auto stepped = step_to(connection, at + 1, steps[at]); !stepped) return stepped;
  }
  return Done{};
}

Result<Done> check_schema(Connection& connection, const std::string& path) {
  const auto identity = identity_of(connection);
  if (!identity) return identity.error();
  if (identity->application != application_id) return foreign(path, identity->application);
  const auto version = static_cast<std::size_t>(identity->version);
  if (version > migrations().size()) return newer(path, identity->version, migrations().size());
  if (version < migrations().size()) {
    return Error{ErrorKind::permanent, path +
                                           " is of an older version of Parkwatch: start the "
                                           "daemon of this version once to bring it up to date"};
  }
  return Done{};
}

}  // namespace parkwatch::store
