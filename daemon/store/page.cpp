// daemon/store/page.cpp - One page of readings out of the stored blocks. A reader's thread.
#include "store/page.h"

#include <algorithm>
#include <optional>

namespace parkwatch::store {

Result<ReadingsPage> PageBuilder::build(const ReadingsQuery& query) {
  query_ = &query;
  page_ = {};
  page_.next_sequence = query.after_sequence;
  before_ = {};
  bytes_ = 0;
  cut_ = false;
  if (auto added = add_gaps(); !added) return added.error();
  if (auto added = add_batches(); !added) return added.error();
  if (auto added = add_tags(); !added) return added.error();
  return std::move(page_);
}

// Batches are deleted from the oldest on, so every gap lies before the first reading.
Result<Done> PageBuilder::add_gaps() {
  Query query{connection_,
              "SELECT first_sequence, last_sequence, from_us, to_us, readings, reason, "
              "unacknowledged FROM gaps WHERE last_sequence > ? ORDER BY first_sequence"};
  query.number(query_->after_sequence);
  while (query.row()) {
    Gap& gap = page_.gaps.emplace_back();
    gap.first_sequence = std::max(query.count_at(0), query_->after_sequence + 1);
    gap.last_sequence = query.count_at(1);
    gap.from = from_us(query.number_at(2));
    gap.to = from_us(query.number_at(3));
    gap.readings = query.count_at(4);
    gap.reason = std::string{query.bytes_at(5)};
    gap.unacknowledged = query.number_at(6) != 0;
    page_.next_sequence = gap.last_sequence;
  }
  if (query.failed()) return connection_.failure();
  return Done{};
}

Result<Done> PageBuilder::add_batches() {
  auto row = first_batch_after(connection_, query_->after_sequence);
  for (std::size_t looked_at = 0; row && *row; ++looked_at) {
    // A page without any reading goes on, so that a bound of 0 still gives a message.
    if (looked_at == page_batches_max || (full() && looked_at > 0)) return Done{};
    add_missing(**row);
    if (auto added = add_batch(**row); !added || cut_) return added;
    before_ = **row;
    page_.next_sequence = before_.last_sequence;
    row = whole_batch_from(connection_, before_.batch + 1);
  }
  if (!row) return row.error();
  page_.end = true;
  return Done{};
}

bool PageBuilder::full() const { return bytes_ >= query_->bytes_max || enough_readings(); }

bool PageBuilder::enough_readings() const {
  return page_.readings.size() >= std::min(query_->readings_max, page_readings_max);
}

bool PageBuilder::may_match(const BatchRow& row) const {
  if (row.readings == 0) return false;
  if (query_->from && row.source_to_us < to_us(*query_->from)) return false;
  return !query_->to || row.source_from_us < to_us(*query_->to);
}

Result<Done> PageBuilder::add_batch(const BatchRow& row) {
  if (!may_match(row)) return Done{};
  const auto stored = checked_block(connection_, row, nullptr);
  block_.clear();
  if (stored && unpacker_.unpack(*stored, block_) && block_.size() == row.readings) {
    add_readings(stored->size());
    return Done{};
  }
  // SQLite could not read it now; a block that it reads but that is damaged never gets better.
  if (!stored && stored.error().kind == ErrorKind::transient) return stored.error();
  add_damaged(row);
  return Done{};
}

void PageBuilder::add_readings(std::uint64_t block_bytes) {
  const std::uint64_t bytes_left = query_->bytes_max - std::min(bytes_, query_->bytes_max);
  // As many readings as their share of the stored bytes allows, but a message at least.
  const std::uint64_t share =
      block_bytes <= bytes_left
          ? block_.size()
          : block_.size() * bytes_left / std::max<std::uint64_t>(1, block_bytes);
  std::uint64_t looked_at = 0;
  std::uint64_t message = 0;
  for (const Reading& reading : block_) {
    if (reading.sequence <= query_->after_sequence) continue;
    const bool begins_message = reading.sequence != message;
    if (begins_message && looked_at > 0 && (looked_at >= share || enough_readings())) {
      cut_ = true;
      page_.next_sequence = message;
      break;
    }
    message = reading.sequence;
    ++looked_at;
    if (wants(reading)) page_.readings.push_back(reading);
  }
  bytes_ += block_bytes * looked_at / std::max<std::size_t>(1, block_.size());
}

void PageBuilder::add_damaged(const BatchRow& row) {
  Gap& gap = page_.gaps.emplace_back();
  gap.first_sequence = std::max(row.first_sequence, query_->after_sequence + 1);
  gap.last_sequence = row.last_sequence;
  gap.from = from_us(row.receive_from_us);
  gap.to = from_us(row.receive_to_us);
  gap.readings = row.readings;
  gap.reason = "damaged";
}

// Rows that are gone, or damaged, between two that are whole.
void PageBuilder::add_missing(const BatchRow& next) {
  const std::uint64_t had = std::max(before_.last_sequence, page_.next_sequence);
  if (next.first_sequence <= had + 1) return;
  Gap& gap = page_.gaps.emplace_back();
  gap.first_sequence = had + 1;
  gap.last_sequence = next.first_sequence - 1;
  gap.from = from_us(before_.batch != 0 ? before_.now_us : next.now_us);
  gap.to = from_us(next.now_us);
  if (before_.batch != 0) {
    gap.readings = next.readings_total - next.readings - before_.readings_total;
  }
  gap.reason = "damaged";
}

bool PageBuilder::wants_tag(TagId id) const {
  return query_->tags.empty() || std::binary_search(query_->tags.begin(), query_->tags.end(), id);
}

bool PageBuilder::wants(const Reading& reading) const {
  if (query_->from && reading.source_time < *query_->from) return false;
  if (query_->to && reading.source_time >= *query_->to) return false;
  return wants_tag(reading.tag);
}

Result<Done> PageBuilder::add_tag_rows(Query& query) {
  while (query.row()) {
    auto tag = tag_at(query);
    if (!tag) return tag.error();
    if (!wants_tag(tag->id)) continue;
    page_.tags.push_back({tag->id, tag->version, tag->sequence, std::move(tag->tag)});
  }
  if (query.failed()) return connection_.failure();
  return Done{};
}

Result<Done> PageBuilder::add_tags() {
  {
    Query changes{connection_,
                  "SELECT id, version, crc, definition FROM tags "
                  "WHERE sequence > ? AND sequence <= ? ORDER BY id, version"};
    changes.number(query_->after_sequence).number(page_.next_sequence);
    if (auto added = add_tag_rows(changes); !added) return added;
  }
  std::vector<TagId> ids;
  for (const Reading& reading : page_.readings) ids.push_back(reading.tag);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  Query before{connection_,
               "SELECT id, version, crc, definition FROM tags WHERE id = ? AND sequence <= ? "
               "ORDER BY version DESC LIMIT 1"};
  for (const TagId id : ids) {
    before.again().number(id).number(query_->after_sequence);
    if (auto added = add_tag_rows(before); !added) return added;
  }
  std::sort(page_.tags.begin(), page_.tags.end(), [](const TagRow& a, const TagRow& b) {
    return std::pair{a.id, a.version} < std::pair{b.id, b.version};
  });
  return Done{};
}

}  // namespace parkwatch::store
