// daemon/store/history.cpp - A look back, read-only. One a thread.
#include "store/history.h"

#include <utility>

#include "parkwatch/v1/snapshot.pb.h"
#include "store/directory.h"
#include "store/recovery.h"
#include "store/rows.h"
#include "store/schema.h"

namespace parkwatch::store {
namespace {

class SqliteHistory final : public History {
 public:
  explicit SqliteHistory(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)) {}

  Result<Done> open(const std::string& path) {
    if (!connection_->execute("PRAGMA cache_size = -8192; PRAGMA query_only = 1")) {
      return connection_->failure();
    }
    if (auto checked = check_schema(*connection_, path); !checked) return checked;
    Query query{*connection_, "SELECT value FROM meta WHERE key = 'generation'"};
    if (!query.row()) {
      if (query.failed()) return connection_->failure();
      return Error{ErrorKind::permanent, path + " has no generation"};
    }
    generation_ = std::string{query.bytes_at(0)};
    return Done{};
  }

  const std::string& generation() const override { return generation_; }

  Result<Extent> extent() override {
    const auto first = whole_batch_from(*connection_, 0);
    if (!first) return first.error();
    const auto last = last_whole_batch(*connection_);
    if (!last) return last.error();
    if (!*first || !*last) return Extent{};
    const BatchRow& a = **first;
    const BatchRow& b = **last;
    const std::uint64_t before = a.readings_total - a.readings;
    const auto told = first_batch_that(
        *connection_, [&](const BatchRow& row) { return row.readings_total > before; });
    if (!told) return told.error();
    const bool any = *told && (*told)->readings > 0;
    return Extent{a.batch,
                  b.batch,
                  from_us(a.now_us),
                  from_us(b.now_us),
                  from_us(any ? (*told)->receive_from_us : a.now_us),
                  b.readings_total - before};
  }

  Result<std::vector<KeptSnapshot>> snapshots() override {
    Query query{*connection_,
                "SELECT batch, b.now_us FROM snapshots JOIN batches b USING(batch) ORDER BY batch"};
    std::vector<KeptSnapshot> kept;
    while (query.row()) kept.push_back({query.count_at(0), from_us(query.number_at(1))});
    if (query.failed()) return connection_->failure();
    return kept;
  }

  Result<std::shared_ptr<const v1::Snapshot>> snapshot(const KeptSnapshot& kept) override {
    return read_snapshot(*connection_, kept.batch);
  }

  Result<std::uint64_t> first_batch_at(Timestamp t) override {
    const auto found = first_batch_received_at(*connection_, t);
    if (!found) return found.error();
    return *found ? (*found)->batch : std::uint64_t{0};
  }

  Result<Done> batches(const BatchSpan& span,
                       const std::function<Result<Done>(RecordedBatch&)>& take) override {
    return read_batches_after(
        *connection_, span.after, take,
        {.whole = false, .transitions = span.transitions, .until = span.until});
  }

  Result<std::string> plant_text(const std::string& hash) override {
    return read_plant(*connection_, hash);
  }

  Result<std::vector<TagDefined>> tags() override {
    Query query{*connection_,
                "SELECT id, version, crc, definition FROM tags t WHERE version = "
                "(SELECT max(version) FROM tags n WHERE n.id = t.id) ORDER BY id"};
    std::vector<TagDefined> rows;
    while (query.row()) {
      auto tag = tag_at(query);
      if (!tag) return tag.error();
      rows.push_back(std::move(*tag));
    }
    if (query.failed()) return connection_->failure();
    return rows;
  }

  Result<std::uint64_t> journal_given_up() override {
    const auto rows = connection_->number("SELECT value FROM meta WHERE key = 'journal_deleted'");
    if (!rows) return rows.error();
    return static_cast<std::uint64_t>(*rows);
  }

  Result<std::vector<Gap>> gaps() override {
    return gaps_between(*connection_, timestamp_min, timestamp_max);
  }

  Result<std::vector<AlarmEvent>> journal(Timestamp from, Timestamp to,
                                          std::size_t rows_max) override {
    Query query{*connection_,
                "SELECT journal, crc, event FROM journal WHERE at_us >= ? AND at_us < ? "
                "ORDER BY journal LIMIT ?"};
    query.number(to_us(from)).number(to_us(to)).number(rows_max);
    return events_of(query, *connection_);
  }

  Result<std::vector<AlarmEvent>> journal_of(const std::string& rule, const std::string& tag,
                                             std::size_t rows_max) override {
    Query query{*connection_,
                "SELECT journal, crc, event FROM (SELECT journal, crc, event FROM journal "
                "WHERE rule = ? AND tag = ? ORDER BY journal DESC LIMIT ?) ORDER BY journal"};
    query.text(rule).text(tag).number(rows_max);
    return events_of(query, *connection_);
  }

 private:
  std::unique_ptr<Connection> connection_;
  std::string generation_;
};

}  // namespace

Result<std::unique_ptr<History>> open_history(const std::string& directory) {
  const std::string path = directory + "/" + database_name;
  auto connection = Connection::open({path, true, {}});
  if (!connection) return connection.error();
  auto history = std::make_unique<SqliteHistory>(std::move(*connection));
  if (auto opened = history->open(path); !opened) return opened.error();
  return std::unique_ptr<History>{std::move(history)};
}

}  // namespace parkwatch::store
