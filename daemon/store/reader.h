// daemon/store/reader.h - Read-only view of the committed facts, for pulls and queries. One a
// thread.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/alarm_event.h"
#include "model/facts.h"
#include "model/result.h"
#include "model/time.h"

namespace parkwatch::store {

// A place in the stream of readings: everything up to and including message `sequence` is had. A
// page never cuts a message. Text form: "<generation>.<sequence>", opaque to clients.
struct Cursor {
  std::string generation;
  std::uint64_t sequence = 0;  // 0: the beginning
};
[[nodiscard]] std::string to_text(const Cursor& c);
[[nodiscard]] std::optional<Cursor> parse_cursor(std::string_view text);

struct TagRow {
  TagId id = tag_id_none;
  std::uint32_t version = 0;
  std::uint64_t sequence = 0;
  Tag tag;
};

// Readings that a consumer will never get: given up for space or age before it took them, or
// damaged.
struct Gap {
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  Timestamp from;
  Timestamp to;
  std::uint64_t readings = 0;   // of the whole run, though the first sequence may follow the cursor
  std::string reason;           // "size", "age", "damaged"
  bool unacknowledged = false;  // "size": a registered consumer had not taken it
  bool operator==(const Gap&) const = default;
};

struct ReadingsQuery {
  std::uint64_t after_sequence = 0;
  std::size_t bytes_max = std::size_t{1} << 20;  // soft, of the stored blocks; at least one message
  std::size_t readings_max = 50'000;  // soft likewise: bounds the memory that a page takes
  std::vector<TagId> tags;            // empty: all; sorted
  std::optional<Timestamp> from;      // source time, inclusive
  std::optional<Timestamp> to;        // exclusive
};

struct ReadingsPage {
  std::vector<Reading> readings;
  std::vector<Gap> gaps;     // that lie between the cursor and the first reading
  std::vector<TagRow> tags;  // definitions that came into force in what this page spans, and
                             // of every tag in it that was defined before (so a page stands alone)
  std::uint64_t next_sequence = 0;  // the cursor after this page
  bool end = false;                 // nothing more is stored now
};

struct ConsumerRow {
  std::string name;
  std::uint64_t sequence = 0;  // everything up to and including it is safe there
  std::optional<Timestamp> expires_at;
  Timestamp updated_at;
};

struct QuarantineRow {
  std::uint64_t id = 0;
  Refusal refusal;
};

// A passage with when and as what it came.
struct PassageRow {
  std::uint64_t sequence = 0;
  Timestamp receive_time;
  PassageSeen seen;
};

struct PassagesPage {
  std::vector<PassageRow> passages;
  std::uint64_t next_sequence = 0;  // the cursor after this page; no message is cut
  bool end = false;                 // nothing more is stored now
};

struct StoreCounts {
  std::uint64_t blocks = 0;
  std::uint64_t readings = 0;
  std::uint64_t bytes = 0;  // of the database file and its WAL
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t events = 0;         // the number of the last one
  std::uint64_t readings_lost = 0;  // given up though a registered consumer had not taken them
};

// Numbers of journal rows.
using JournalNumbers = std::vector<std::uint64_t>;

// What is known of a standing alarm whose last transition is damaged.
struct DamagedAlarm {
  std::string rule;
  std::string tag;
  std::uint64_t journal = 0;  // of that transition
};

// Where a call takes `damaged`, it passes damaged rows over and appends their numbers there; they
// count among its rows. Without, the first of them is an error that names it.
class Reader {
 public:
  virtual ~Reader() = default;
  [[nodiscard]] virtual const std::string& generation() const = 0;
  [[nodiscard]] virtual Result<ReadingsPage> readings(const ReadingsQuery& query) = 0;
  // Transitions with journal > after, at most `rows_max`.
  [[nodiscard]] virtual Result<std::vector<AlarmEvent>> events(
      std::uint64_t after, std::size_t rows_max, JournalNumbers* damaged = nullptr) = 0;
  // The number of the last transition; 0: there was none. Retention spares that row.
  [[nodiscard]] virtual Result<std::uint64_t> last_journal() = 0;
  // For events(): the number before the first transition with `at` >= t; that of the last one if
  // there is none.
  [[nodiscard]] virtual Result<std::uint64_t> journal_before(Timestamp t) = 0;
  // The last transition of every alarm that is not normal. One without its journal row is damaged.
  [[nodiscard]] virtual Result<std::vector<AlarmEvent>> standing(
      JournalNumbers* damaged = nullptr) = 0;
  // Those that standing() passed over.
  [[nodiscard]] virtual Result<std::vector<DamagedAlarm>> damaged_alarms(
      const JournalNumbers& damaged) = 0;
  // Undelivered outbox rows in journal order, after this journal number. One without its journal
  // row is damaged.
  [[nodiscard]] virtual Result<std::vector<AlarmEvent>> outbox(
      std::uint64_t after, std::size_t rows_max, JournalNumbers* damaged = nullptr) = 0;
  // What Store::keep() was given and still holds, by key.
  [[nodiscard]] virtual Result<std::map<std::string, std::string>> notify_rows() = 0;
  // Passages after message `after`, about `rows_max`; whole messages.
  [[nodiscard]] virtual Result<PassagesPage> passages(std::uint64_t after,
                                                      std::size_t rows_max) = 0;
  [[nodiscard]] virtual Result<std::vector<TagRow>> tags() = 0;
  [[nodiscard]] virtual Result<std::vector<ConsumerRow>> consumers() = 0;
  [[nodiscard]] virtual Result<std::vector<QuarantineRow>> quarantine(std::size_t rows_max) = 0;
  [[nodiscard]] virtual Result<StoreCounts> counts() = 0;
  // Where a consumer starts that wants everything received at or after `t`: the sequence of a
  // stored message before the first of it (up to one block earlier), or 0. Where the clock was set
  // back, older messages follow that first one.
  [[nodiscard]] virtual Result<std::uint64_t> sequence_at(Timestamp t) = 0;
  // What was given up and touches [from, to), by receive time.
  [[nodiscard]] virtual Result<std::vector<Gap>> gaps(Timestamp from, Timestamp to) = 0;
  // When the oldest reading after `sequence` was received, as far as its batch tells; empty: there
  // is none.
  [[nodiscard]] virtual Result<std::optional<Timestamp>> received_after(std::uint64_t sequence) = 0;
};

// `directory` as in StoreOptions; the store must exist.
[[nodiscard]] Result<std::unique_ptr<Reader>> open_reader(const std::string& directory);

// Of the database and its write-ahead log; 0 where there is none. Any thread.
[[nodiscard]] std::uint64_t bytes_on_disk(const std::string& directory);

}  // namespace parkwatch::store
