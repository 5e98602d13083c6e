// daemon/store/retention.cpp - What gives way when the store is too large or too old. The writer's
// thread.
#include "store/retention.h"

#include <algorithm>
#include <optional>
#include <string>

#include "store/personal.h"
#include "store/rows.h"

namespace parkwatch::store {
namespace {

constexpr std::uint64_t all = INT64_MAX;

// Why a batch may go. `unacknowledged`: a consumer loses it, which the operator is told of.
struct Verdict {
  const char* reason = "age";
  bool unacknowledged = false;
};

// What does not change within a call.
struct Bounds {
  std::uint64_t spared_after = 0;    // the last batch that no snapshot needs
  std::uint64_t acknowledged = all;  // by every consumer
  std::uint64_t consumers = 0;
};

Result<std::uint64_t> used_bytes(Connection& connection) {
  const auto pages = connection.number("PRAGMA page_count");
  if (!pages) return pages.error();
  const auto free = connection.number("PRAGMA freelist_count");
  if (!free) return free.error();
  const auto page_bytes = connection.number("PRAGMA page_size");
  if (!page_bytes) return page_bytes.error();
  return static_cast<std::uint64_t>((*pages - *free) * *page_bytes);
}

Result<Bounds> bounds_of(Connection& connection) {
  Bounds bounds;
  const auto spared_after = replay_starts_after(connection);
  if (!spared_after) return spared_after.error();
  bounds.spared_after = *spared_after;
  Query consumers{connection, "SELECT count(*), min(sequence) FROM consumers"};
  if (consumers.row() && consumers.number_at(0) > 0) {
    bounds.consumers = consumers.count_at(0);
    bounds.acknowledged = consumers.count_at(1);
  }
  if (consumers.failed()) return connection.failure();
  return bounds;
}

bool extend_gap(Connection& connection, const BatchRow& row, const Verdict& verdict, bool& found) {
  Query query{connection,
              "UPDATE gaps SET last_sequence = ?, to_us = max(to_us, ?), readings = readings + ? "
              "WHERE first_sequence = (SELECT max(first_sequence) FROM gaps) "
              "AND last_sequence = ? AND reason = ? AND unacknowledged = ? RETURNING 1"};
  query.number(row.last_sequence).number(row.receive_to_us).number(row.readings);
  query.number(row.first_sequence - 1).text(verdict.reason).number(verdict.unacknowledged);
  found = query.row();
  return query.run();
}

bool record_gap(Connection& connection, const BatchRow& row, const Verdict& verdict) {
  bool extended = false;
  if (!extend_gap(connection, row, verdict, extended)) return false;
  // Without readings only time passed, or commands came: nothing is lost.
  if (extended || row.readings == 0) return true;
  Query query{connection,
              "INSERT INTO gaps(first_sequence, last_sequence, from_us, to_us, readings, reason, "
              "unacknowledged) VALUES(?, ?, ?, ?, ?, ?, ?)"};
  query.number(row.first_sequence).number(row.last_sequence).number(row.receive_from_us);
  query.number(row.receive_to_us).number(row.readings).text(verdict.reason);
  return query.number(verdict.unacknowledged).run();
}

bool delete_batch(Connection& connection, const BatchRow& row, const Verdict& verdict) {
  // A damaged row says nothing that a gap could be made of; a pull finds that it is missing.
  Query batch{connection, "DELETE FROM batches WHERE batch = ?"};
  Query identities{connection, "DELETE FROM identities WHERE batch = ?"};
  Query personal{connection, "DELETE FROM personal WHERE batch = ?"};
  return (!row.whole() || record_gap(connection, row, verdict)) && batch.number(row.batch).run() &&
         identities.number(row.batch).run() && personal.number(row.batch).run();
}

// Deletes batches from the oldest on while `judge` gives a verdict on them, at most as many as a
// call may.
template <typename Judge>
Result<Retained> delete_batches(Connection& connection, const Bounds& bounds, Judge judge) {
  Retained retained;
  for (;;) {
    const auto oldest = batch_from(connection, 0);
    if (!oldest) return oldest.error();
    if (!*oldest || (*oldest)->batch > bounds.spared_after) return retained;
    const Result<std::optional<Verdict>> verdict = judge(**oldest);
    if (!verdict) return verdict.error();
    if (!*verdict) return retained;
    if (retained.batches == retained_batches_a_call) {
      retained.more = true;
      return retained;
    }
    if (!delete_batch(connection, **oldest, **verdict)) return connection.failure();
    ++retained.batches;
    if ((*verdict)->unacknowledged) retained.readings_lost += (*oldest)->readings;
  }
}

bool forget_expired(Connection& connection, Timestamp now) {
  Query query{connection, "DELETE FROM consumers WHERE expires_us <= ?"};
  return query.number(to_us(now)).run();
}

bool trim_identities(Connection& connection, const Bounds& bounds, Retained& retained) {
  Query query{connection,
              "DELETE FROM identities WHERE batch IN "
              "(SELECT batch FROM identities WHERE batch <= ? ORDER BY batch LIMIT ?) RETURNING 1"};
  query.number(bounds.spared_after).number(retained_rows_a_call);
  std::uint64_t rows = 0;
  while (query.row()) ++rows;
  retained.rows += rows;
  retained.more |= rows == retained_rows_a_call;
  return !query.failed();
}

// The first journal row that the replay after the older snapshot must find.
Result<std::uint64_t> journal_spared_from(Connection& connection, const Bounds& bounds) {
  Query query{connection,
              "SELECT first_journal FROM batches WHERE batch > ? AND transitions > 0 "
              "ORDER BY batch LIMIT 1"};
  if (query.number(bounds.spared_after).row()) return query.count_at(0);
  if (query.failed()) return connection.failure();
  return all;
}

// Counted without a scan: numbers rise by one from 1, and what was deleted is noted.
Result<std::uint64_t> journal_rows(Connection& connection) {
  const auto newest = connection.number("SELECT max(journal) FROM journal");
  if (!newest) return newest.error();
  const auto deleted = connection.number("SELECT value FROM meta WHERE key = 'journal_deleted'");
  if (!deleted) return deleted.error();
  return static_cast<std::uint64_t>(*newest - *deleted);
}

// The rows of one look for what may go.
struct JournalSpan {
  std::uint64_t after = 0;
  std::uint64_t last = 0;
  bool to_end = false;  // nothing behind `last` may go
};

// The newest row stays, whatever it says: the next number follows it.
Result<JournalSpan> journal_span(Connection& connection, std::uint64_t after,
                                 std::uint64_t spared_from) {
  Query query{connection,
              "SELECT count(*), max(journal) FROM (SELECT journal FROM journal WHERE journal > ? "
              "AND journal < ? AND journal < (SELECT max(journal) FROM journal) "
              "ORDER BY journal LIMIT ?)"};
  query.number(after).number(spared_from).number(journal_rows_looked_at_a_call);
  if (!query.row()) return connection.failure();
  return JournalSpan{after, query.count_at(1), query.count_at(0) < journal_rows_looked_at_a_call};
}

// How many of a span were deleted; `span.last` becomes the last of them where rows_max ended it.
Result<std::uint64_t> delete_closed(Connection& connection, JournalSpan& span,
                                    std::uint64_t rows_max) {
  Query query{connection,
              "DELETE FROM journal WHERE journal IN (SELECT j.journal FROM journal j "
              "WHERE j.journal > ? AND j.journal <= ? "
              "AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.journal = j.journal) "
              "AND NOT EXISTS (SELECT 1 FROM notify n WHERE n.key = 'low' "
              "AND CAST(n.value AS INTEGER) <= j.journal) "
              "AND NOT EXISTS (SELECT 1 FROM standing s WHERE s.rule = j.rule AND s.tag = j.tag "
              "AND s.since <= j.journal) ORDER BY j.journal LIMIT ?) RETURNING journal"};
  query.number(span.after).number(span.last).number(rows_max);
  std::uint64_t deleted = 0;
  std::uint64_t last_deleted = 0;
  for (; query.row(); ++deleted) last_deleted = std::max(last_deleted, query.count_at(0));
  if (query.failed()) return connection.failure();
  if (deleted == rows_max) {
    span.last = last_deleted;
    span.to_end = false;
  }
  if (deleted == 0) return deleted;
  Query count{connection,
              "INSERT INTO meta(key, value) VALUES('journal_deleted', ?) "
              "ON CONFLICT(key) DO UPDATE SET value = value + excluded.value"};
  if (!count.number(deleted).run()) return connection.failure();
  return deleted;
}

Result<Done> trim_journal(Connection& connection, const StoreOptions& options, const Bounds& bounds,
                          std::uint64_t looked_to, Retained& retained) {
  const auto rows = journal_rows(connection);
  if (!rows) return rows.error();
  if (*rows <= options.journal_rows_max) return Done{};
  const std::uint64_t excess = *rows - options.journal_rows_max;
  const auto spared_from = journal_spared_from(connection, bounds);
  if (!spared_from) return spared_from.error();
  auto span = journal_span(connection, looked_to, *spared_from);
  if (!span) return span.error();
  const auto deleted = delete_closed(connection, *span, std::min(excess, retained_rows_a_call));
  if (!deleted) return deleted.error();
  retained.rows += *deleted;
  // At the end it begins again: an alarm may have closed meanwhile.
  retained.journal_looked_to = span->to_end ? 0 : span->last;
  retained.more |= *deleted > 0 && excess > *deleted && !span->to_end;
  return Done{};
}

Result<Retained> delete_over_limits(Connection& connection, const StoreOptions& options,
                                    const Bounds& bounds, Timestamp now, bool certain) {
  const std::int64_t oldest_us = certain ? to_us(now) - options.age_max.count() : INT64_MIN;
  return delete_batches(connection, bounds,
                        [&](const BatchRow& row) -> Result<std::optional<Verdict>> {
                          const bool acknowledged = row.last_sequence <= bounds.acknowledged;
                          const auto used = used_bytes(connection);
                          if (!used) return used.error();
                          if (*used > options.bytes_max)
                            return std::optional{Verdict{"size", !acknowledged}};
                          if (row.now_us < oldest_us && acknowledged)
                            return std::optional{Verdict{"age", false}};
                          return std::optional<Verdict>{};
                        });
}

}  // namespace

Result<Retained> retain_within_limits(Connection& connection, const StoreOptions& options,
                                      Timestamp now, bool certain,
                                      std::uint64_t journal_looked_to) {
  Transaction transaction{connection, Transaction::Kind::write};
  if (!transaction.begun()) return connection.failure();
  if (certain && !forget_expired(connection, now)) return connection.failure();
  const auto bounds = bounds_of(connection);
  if (!bounds) return bounds.error();
  auto retained = delete_over_limits(connection, options, *bounds, now, certain);
  if (!retained) return retained;
  if (!trim_identities(connection, *bounds, *retained)) return connection.failure();
  const auto forgotten = forget_personal(connection, now - options.personal_age_max,
                                         bounds->spared_after, retained->more);
  if (!forgotten) return forgotten.error();
  retained->rows += *forgotten;
  const auto trimmed = trim_journal(connection, options, *bounds, journal_looked_to, *retained);
  if (!trimmed) return trimmed.error();
  if (!transaction.commit()) return connection.failure();
  return retained;
}

Result<Retained> free_acknowledged(Connection& connection) {
  Transaction transaction{connection, Transaction::Kind::write};
  if (!transaction.begun()) return connection.failure();
  const auto bounds = bounds_of(connection);
  if (!bounds) return bounds.error();
  if (bounds->consumers == 0) return Retained{};
  auto retained = delete_batches(connection, *bounds,
                                 [&](const BatchRow& row) -> Result<std::optional<Verdict>> {
                                   if (row.last_sequence > bounds->acknowledged)
                                     return std::optional<Verdict>{};
                                   return std::optional{Verdict{"size", false}};
                                 });
  if (!retained) return retained;
  if (!transaction.commit()) return connection.failure();
  return retained;
}

}  // namespace parkwatch::store
