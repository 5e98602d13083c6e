// daemon/store/reader.cpp - Read-only view of the committed facts. One a thread.
#include "store/reader.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "store/directory.h"
#include "store/page.h"
#include "store/personal.h"
#include "store/rows.h"
#include "store/schema.h"

namespace parkwatch::store {
namespace {

// Rows of one answer, whatever was asked for.
constexpr std::size_t rows_a_call_max = 10'000;

std::uint64_t file_bytes(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
}

class SqliteReader final : public Reader {
 public:
  SqliteReader(std::unique_ptr<Connection> connection, std::string path)
      : connection_(std::move(connection)), path_(std::move(path)), pages_(*connection_) {}

  Result<Done> open();

  const std::string& generation() const override { return generation_; }
  Result<ReadingsPage> readings(const ReadingsQuery& query) override;
  Result<std::vector<AlarmEvent>> events(std::uint64_t after, std::size_t rows_max,
                                         JournalNumbers* damaged) override;
  Result<std::uint64_t> last_journal() override;
  Result<std::uint64_t> journal_before(Timestamp t) override;
  Result<std::vector<AlarmEvent>> standing(JournalNumbers* damaged) override;
  Result<std::vector<DamagedAlarm>> damaged_alarms(const JournalNumbers& damaged) override;
  Result<std::vector<AlarmEvent>> outbox(std::uint64_t after, std::size_t rows_max,
                                         JournalNumbers* damaged) override;
  Result<std::map<std::string, std::string>> notify_rows() override;
  Result<PassagesPage> passages(std::uint64_t after, std::size_t rows_max) override;
  Result<std::vector<TagRow>> tags() override;
  Result<std::vector<ConsumerRow>> consumers() override;
  Result<std::vector<QuarantineRow>> quarantine(std::size_t rows_max) override;
  Result<StoreCounts> counts() override;
  Result<std::uint64_t> sequence_at(Timestamp t) override;
  Result<std::vector<Gap>> gaps(Timestamp from, Timestamp to) override {
    return gaps_between(*connection_, from, to);
  }
  Result<std::optional<Timestamp>> received_after(std::uint64_t sequence) override;

 private:
  std::unique_ptr<Connection> connection_;
  std::string path_;
  std::string generation_;
  PageBuilder pages_;
};

Result<Done> SqliteReader::open() {
  if (!connection_->execute(
          "PRAGMA mmap_size = 0; PRAGMA cache_size = -2048; PRAGMA query_only = 1")) {
    return connection_->failure();
  }
  if (auto checked = check_schema(*connection_, path_); !checked) return checked;
  Query query{*connection_, "SELECT value FROM meta WHERE key = 'generation'"};
  if (!query.row()) {
    if (query.failed()) return connection_->failure();
    return Error{ErrorKind::permanent,
                 path_ + " has no generation: it was never opened for writing"};
  }
  generation_ = std::string{query.bytes_at(0)};
  return Done{};
}

Result<ReadingsPage> SqliteReader::readings(const ReadingsQuery& query) {
  const Transaction transaction{*connection_, Transaction::Kind::read};
  if (!transaction.begun()) return connection_->failure();
  return pages_.build(query);
}

Result<std::vector<AlarmEvent>> SqliteReader::events(std::uint64_t after, std::size_t rows_max,
                                                     JournalNumbers* damaged) {
  Query query{*connection_,
              "SELECT journal, crc, event FROM journal WHERE journal > ? ORDER BY journal LIMIT ?"};
  query.number(after).number(std::min(rows_max, rows_a_call_max));
  return events_of(query, *connection_, damaged);
}

Result<std::uint64_t> SqliteReader::last_journal() {
  const auto last = connection_->number("SELECT max(journal) FROM journal");
  if (!last) return last.error();
  return static_cast<std::uint64_t>(*last);
}

Result<std::uint64_t> SqliteReader::journal_before(Timestamp t) {
  Query query{*connection_,
              "SELECT coalesce((SELECT min(journal) - 1 FROM journal WHERE at_us >= ?), "
              "(SELECT max(journal) FROM journal), 0)"};
  if (!query.number(to_us(t)).row()) return connection_->failure();
  return query.count_at(0);
}

Result<std::vector<AlarmEvent>> SqliteReader::standing(JournalNumbers* damaged) {
  Query query{*connection_,
              "SELECT s.journal, j.crc, j.event FROM standing s LEFT JOIN journal j USING(journal) "
              "ORDER BY s.journal"};
  return events_of(query, *connection_, damaged);
}

Result<std::vector<DamagedAlarm>> SqliteReader::damaged_alarms(const JournalNumbers& damaged) {
  std::vector<DamagedAlarm> alarms;
  Query query{*connection_, "SELECT rule, tag FROM standing WHERE journal = ?"};
  for (const std::uint64_t journal : damaged) {
    query.again().number(journal);
    while (query.row()) {
      alarms.push_back({std::string{query.bytes_at(0)}, std::string{query.bytes_at(1)}, journal});
    }
    if (query.failed()) return connection_->failure();
  }
  return alarms;
}

Result<std::vector<AlarmEvent>> SqliteReader::outbox(std::uint64_t after, std::size_t rows_max,
                                                     JournalNumbers* damaged) {
  Query query{*connection_,
              "SELECT o.journal, j.crc, j.event FROM outbox o LEFT JOIN journal j USING(journal) "
              "WHERE o.journal > ? ORDER BY o.journal LIMIT ?"};
  query.number(after).number(std::min(rows_max, rows_a_call_max));
  return events_of(query, *connection_, damaged);
}

Result<std::map<std::string, std::string>> SqliteReader::notify_rows() {
  Query query{*connection_, "SELECT key, value FROM notify"};
  std::map<std::string, std::string> rows;
  while (query.row()) {
    rows.emplace(std::string{query.bytes_at(0)}, std::string{query.bytes_at(1)});
  }
  if (query.failed()) return connection_->failure();
  return rows;
}

Result<PassagesPage> SqliteReader::passages(std::uint64_t after, std::size_t rows_max) {
  const Transaction transaction{*connection_, Transaction::Kind::read};
  if (!transaction.begun()) return connection_->failure();
  return passages_after(*connection_, after, std::min(rows_max, rows_a_call_max));
}

Result<std::vector<TagRow>> SqliteReader::tags() {
  Query query{*connection_,
              "SELECT id, version, crc, definition FROM tags t WHERE version = "
              "(SELECT max(version) FROM tags n WHERE n.id = t.id) ORDER BY id"};
  std::vector<TagRow> rows;
  while (query.row()) {
    auto tag = tag_at(query);
    if (!tag) return tag.error();
    rows.push_back({tag->id, tag->version, tag->sequence, std::move(tag->tag)});
  }
  if (query.failed()) return connection_->failure();
  return rows;
}

Result<std::vector<ConsumerRow>> SqliteReader::consumers() {
  Query query{*connection_,
              "SELECT name, sequence, expires_us, updated_us FROM consumers ORDER BY name"};
  std::vector<ConsumerRow> rows;
  while (query.row()) {
    ConsumerRow& row = rows.emplace_back();
    row.name = std::string{query.bytes_at(0)};
    row.sequence = query.count_at(1);
    if (!query.null_at(2)) row.expires_at = from_us(query.number_at(2));
    row.updated_at = from_us(query.number_at(3));
  }
  if (query.failed()) return connection_->failure();
  return rows;
}

Result<std::vector<QuarantineRow>> SqliteReader::quarantine(std::size_t rows_max) {
  Query query{*connection_,
              "SELECT id, sequence, receive_us, source, topic, reason, detail, payload_bytes, "
              "payload FROM quarantine ORDER BY id DESC LIMIT ?"};
  query.number(std::min(rows_max, rows_a_call_max));
  std::vector<QuarantineRow> rows;
  while (query.row()) {
    QuarantineRow& row = rows.emplace_back();
    row.id = query.count_at(0);
    row.refusal.sequence = query.count_at(1);
    row.refusal.receive_time = from_us(query.number_at(2));
    row.refusal.source = std::string{query.bytes_at(3)};
    row.refusal.topic = std::string{query.bytes_at(4)};
    const std::uint64_t reason = query.count_at(5);
    if (reason < refusal_reasons) row.refusal.reason = static_cast<RefusalReason>(reason);
    row.refusal.detail = std::string{query.bytes_at(6)};
    row.refusal.payload_bytes = query.count_at(7);
    row.refusal.payload = std::string{query.bytes_at(8)};
  }
  if (query.failed()) return connection_->failure();
  return rows;
}

Result<StoreCounts> SqliteReader::counts() {
  const Transaction transaction{*connection_, Transaction::Kind::read};
  if (!transaction.begun()) return connection_->failure();
  const auto first = whole_batch_from(*connection_, 0);
  if (!first) return first.error();
  const auto last = last_whole_batch(*connection_);
  if (!last) return last.error();
  StoreCounts counts;
  if (*first && *last) {
    counts.blocks = (*last)->batch - (*first)->batch + 1;
    counts.readings = (*last)->readings_total - (*first)->readings_total + (*first)->readings;
    counts.first_sequence = (*first)->first_sequence;
    counts.last_sequence = (*last)->last_sequence;
  }
  counts.bytes = file_bytes(path_) + file_bytes(path_ + "-wal");
  const auto events = last_journal();
  if (!events) return events.error();
  counts.events = *events;
  const auto lost = connection_->number("SELECT sum(readings) FROM gaps WHERE unacknowledged = 1");
  if (!lost) return lost.error();
  counts.readings_lost = static_cast<std::uint64_t>(*lost);
  return counts;
}

Result<std::uint64_t> SqliteReader::sequence_at(Timestamp t) {
  const Transaction transaction{*connection_, Transaction::Kind::read};
  if (!transaction.begun()) return connection_->failure();
  const auto found = first_batch_received_at(*connection_, t);
  if (!found) return found.error();
  const auto edge = *found ? whole_batch_from(*connection_, 0) : last_whole_batch(*connection_);
  if (!edge) return edge.error();
  if (!*edge) return std::uint64_t{0};
  if (!*found) return (*edge)->last_sequence;
  // From before the oldest on: the gaps are told too.
  return (*edge)->batch == (*found)->batch ? 0 : (*found)->first_sequence - 1;
}

Result<std::optional<Timestamp>> SqliteReader::received_after(std::uint64_t sequence) {
  const auto next = first_batch_after(*connection_, sequence);
  if (!next) return next.error();
  if (!*next) return std::optional<Timestamp>{};
  // Only time passed, or commands came, in batches that add nothing to the total; that of the first
  // one after a salvage counts what is not here.
  const std::uint64_t before = (*next)->readings_total - (*next)->readings;
  auto row = first_batch_that(*connection_,
                              [&](const BatchRow& one) { return one.readings_total > before; },
                              {(*next)->batch});
  if (row && *row && (*row)->readings == 0) {
    row = first_batch_that(
        *connection_,
        [&](const BatchRow& one) { return one.readings_total > (*next)->readings_total; },
        {(*next)->batch});
  }
  if (!row) return row.error();
  if (!*row || (*row)->readings == 0) return std::optional<Timestamp>{};
  return std::optional{from_us((*row)->receive_from_us)};
}

}  // namespace

std::string to_text(const Cursor& c) { return c.generation + "." + std::to_string(c.sequence); }

std::optional<Cursor> parse_cursor(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot != 16) return std::nullopt;
  Cursor cursor;
  cursor.generation = std::string{text.substr(0, dot)};
  if (cursor.generation.find_first_not_of("0123456789abcdef") != std::string::npos)
    return std::nullopt;
  const std::string_view number = text.substr(dot + 1);
  const char* const end = number.data() + number.size();
  const auto [stop, ec] = std::from_chars(number.data(), end, cursor.sequence);
  // SQLite's integers end at 2^63.
  if (ec != std::errc{} || stop != end || cursor.sequence > INT64_MAX) return std::nullopt;
  return cursor;
}

Result<std::unique_ptr<Reader>> open_reader(const std::string& directory) {
  const std::string path = directory + "/" + database_name;
  auto connection = Connection::open({path, true, {}});
  if (!connection) return connection.error();
  auto reader = std::make_unique<SqliteReader>(std::move(*connection), path);
  if (auto opened = reader->open(); !opened) return opened.error();
  return std::unique_ptr<Reader>{std::move(reader)};
}

std::uint64_t bytes_on_disk(const std::string& directory) {
  std::uint64_t bytes = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code error;
    const auto size = std::filesystem::file_size(directory + "/" + database_name + suffix, error);
    if (!error) bytes += size;
  }
  return bytes;
}

}  // namespace parkwatch::store
