// daemon/store/batch_writer.cpp - Puts one batch into the tables. The writer's thread.
#include "store/batch_writer.h"

#include <algorithm>

#include "parkwatch/v1/record.pb.h"
#include "parkwatch/v1/snapshot.pb.h"
#include "store/checksum.h"
#include "store/convert.h"
#include "store/recovery.h"

namespace parkwatch::store {
namespace {

Error mistake(std::string what) {
  return {ErrorKind::permanent, "store: refused a batch: " + std::move(what)};
}

// The ranges that let a pull pass over a block without opening it.
void set_ranges(std::span<const Reading> readings, BatchRow& row) {
  if (readings.empty()) return;
  row.receive_from_us = row.receive_to_us = to_us(readings.front().receive_time);
  row.source_from_us = row.source_to_us = to_us(readings.front().source_time);
  for (const Reading& r : readings) {
    row.receive_from_us = std::min(row.receive_from_us, to_us(r.receive_time));
    row.receive_to_us = std::max(row.receive_to_us, to_us(r.receive_time));
    row.source_from_us = std::min(row.source_from_us, to_us(r.source_time));
    row.source_to_us = std::max(row.source_to_us, to_us(r.source_time));
  }
}

bool rise_by_one(std::span<const AlarmEvent> transitions) {
  for (std::size_t at = 1; at < transitions.size(); ++at) {
    if (transitions[at].journal != transitions[at - 1].journal + 1) return false;
  }
  return true;
}

Result<Done> compress(Compressor& compressor, const std::string& bytes, std::string& out) {
  out.clear();
  if (bytes.empty()) return Done{};
  if (bytes.size() > content_bytes_max) return mistake("a part of it could not be read back");
  return compressor.append_frame(bytes, out);
}

std::string_view cut(std::string_view text, std::size_t bytes_max) {
  return text.substr(0, bytes_max);
}

// What is not yet stored cannot be safe anywhere.
std::uint64_t stored_by(const ConsumerCommand& command, std::uint64_t last_sequence) {
  return std::min(command.sequence, last_sequence);
}

bool put_consumer(Connection& connection, const ConsumerCommand& command, Timestamp at,
                  std::uint64_t last_sequence) {
  // On a consumer that exists only the expiry is new: its cursor is its own to move.
  Query query{connection,
              "INSERT INTO consumers(name, sequence, expires_us, updated_us) VALUES(?, ?, ?, ?) "
              "ON CONFLICT(name) DO UPDATE SET expires_us = excluded.expires_us, "
              "updated_us = excluded.updated_us"};
  query.text(command.name).number(stored_by(command, last_sequence));
  if (command.expires_at) {
    query.number(to_us(*command.expires_at));
  } else {
    query.null();
  }
  return query.number(to_us(at)).run();
}

bool acknowledge(Connection& connection, const ConsumerCommand& command, Timestamp at,
                 std::uint64_t last_sequence) {
  Query query{connection,
              "UPDATE consumers SET sequence = max(sequence, ?), updated_us = ? WHERE name = ?"};
  query.number(stored_by(command, last_sequence));
  return query.number(to_us(at)).text(command.name).run();
}

bool apply(Connection& connection, const ConsumerCommand& command, Timestamp at,
           std::uint64_t last_sequence) {
  switch (command.verb) {
    case ConsumerCommand::Verb::put:
      return put_consumer(connection, command, at, last_sequence);
    case ConsumerCommand::Verb::ack:
      return acknowledge(connection, command, at, last_sequence);
    case ConsumerCommand::Verb::remove:
      break;
  }
  Query query{connection, "DELETE FROM consumers WHERE name = ?"};
  return query.text(command.name).run();
}

}  // namespace

Result<Done> BatchWriter::prepare(const Batch& batch, const BatchRow& before) {
  if (batch.last_sequence < before.last_sequence) {
    return mistake("it ends at message " + std::to_string(batch.last_sequence) + ", before " +
                   std::to_string(before.last_sequence) + ", which is stored");
  }
  if (batch.now < timestamp_min || batch.now > timestamp_max) return mistake("its time is odd");
  const Facts& facts = batch.facts;
  if (!rise_by_one(facts.transitions)) return mistake("its journal numbers do not rise by one");
  row_ = {};
  row_.batch = before.batch + 1;
  row_.first_sequence = before.last_sequence + 1;
  row_.last_sequence = batch.last_sequence;
  row_.now_us = to_us(batch.now);
  row_.readings = facts.readings.size();
  row_.readings_total = before.readings_total + row_.readings;
  row_.transitions = facts.transitions.size();
  if (!facts.transitions.empty()) row_.first_journal = facts.transitions.front().journal;
  row_.identities = facts.identities.size();
  set_ranges(facts.readings, row_);
  if (auto prepared = prepare_blobs(batch); !prepared) return prepared;
  row_.content_crc = crc32(block_, crc32(record_));
  row_.crc = row_.crc_of_columns();
  return Done{};
}

Result<Done> BatchWriter::prepare_blobs(const Batch& batch) {
  const Facts& facts = batch.facts;
  block_.clear();
  const BlockSpan span{generation_, row_.first_sequence, row_.last_sequence};
  if (auto packed = packer_.pack(facts.readings, span, block_); !packed) {
    return mistake(packed.error().message);
  }
  v1::BatchRecord record;
  v1::BatchRecord personal;
  for (const RecordedInput& input : facts.inputs) {
    to_proto(input, is_personal(input) ? *personal.add_inputs() : *record.add_inputs());
  }
  record.set_personal_inputs(static_cast<std::uint32_t>(personal.inputs_size()));
  bytes_ = record.SerializeAsString();
  if (auto made = compress(compressor_, bytes_, record_); !made) return made;
  bytes_ = personal.SerializeAsString();
  if (auto made = compress(compressor_, bytes_, personal_); !made) return made;

  v1::MessageIdentities identities;
  to_proto(facts.identities, identities);
  bytes_ = identities.SerializeAsString();
  if (auto made = compress(compressor_, bytes_, identities_); !made) return made;

  plants_.clear();
  for (const auto& [hash, text] : batch.plants) {
    if (text.size() > content_bytes_max) return mistake("a configuration is too long");
    if (auto made = compressor_.append_frame(text, plants_.emplace_back()); !made) return made;
  }
  bytes_.clear();
  snapshot_.clear();
  if (batch.snapshot == nullptr) return Done{};
  if (!batch.snapshot->AppendToString(&bytes_)) return mistake("protobuf refuses its snapshot");
  if (bytes_.empty()) return mistake("its snapshot is empty");
  return compress(compressor_, bytes_, snapshot_);
}

bool BatchWriter::write(Connection& connection, const Batch& batch) {
  return write_row(connection) && write_transitions(connection, batch.facts.transitions) &&
         write_tags(connection, batch.facts.tags) && write_plants(connection, batch) &&
         write_snapshot(connection, batch) && write_consumers(connection, batch) &&
         write_refusals(connection, batch.facts.refusals);
}

bool BatchWriter::write_row(Connection& connection) {
  Query query{connection,
              "INSERT INTO batches(" PARKWATCH_BATCH_COLUMNS
              ", record, block) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  query.number(row_.batch).number(row_.first_sequence).number(row_.last_sequence);
  query.number(row_.now_us).number(row_.readings).number(row_.readings_total);
  query.number(row_.receive_from_us).number(row_.receive_to_us);
  query.number(row_.source_from_us).number(row_.source_to_us);
  query.number(row_.first_journal).number(row_.transitions).number(row_.identities);
  query.number(row_.content_crc).number(row_.crc).blob(record_).blob(block_);
  if (!query.run() || !write_personal(connection)) return false;
  if (row_.identities == 0) return true;
  Query identities{connection, "INSERT INTO identities(batch, crc, record) VALUES(?, ?, ?)"};
  return identities.number(row_.batch).number(crc32(identities_)).blob(identities_).run();
}

bool BatchWriter::write_personal(Connection& connection) {
  if (personal_.empty()) return true;
  Query query{connection, "INSERT INTO personal(batch, crc, record) VALUES(?, ?, ?)"};
  return query.number(row_.batch).number(crc32(personal_)).blob(personal_).run();
}

bool BatchWriter::write_transitions(Connection& connection,
                                    std::span<const AlarmEvent> transitions) {
  if (transitions.empty()) return true;
  Query journal{connection,
                "INSERT INTO journal(journal, at_us, rule, tag, crc, event) "
                "VALUES(?, ?, ?, ?, ?, ?)"};
  Query outbox{connection, "INSERT INTO outbox(journal) VALUES(?)"};
  v1::AlarmEvent message;
  for (const AlarmEvent& event : transitions) {
    to_proto(event, message);
    bytes_ = message.SerializeAsString();
    journal.again().number(event.journal).number(to_us(event.at));
    journal.text(event.rule).text(event.tag).number(crc32(bytes_)).blob(bytes_);
    if (!journal.run()) return false;
    if (options_.outbox && !outbox.again().number(event.journal).run()) return false;
    if (!write_standing(connection, event)) return false;
  }
  return true;
}

bool BatchWriter::write_standing(Connection& connection, const AlarmEvent& event) {
  if (!is_listed(event)) {
    Query query{connection, "DELETE FROM standing WHERE rule = ? AND tag = ?"};
    return query.text(event.rule).text(event.tag).run();
  }
  Query query{connection,
              "INSERT INTO standing(rule, tag, journal, since) VALUES(?, ?, ?, ?) "
              "ON CONFLICT(rule, tag) DO UPDATE SET journal = excluded.journal"};
  query.text(event.rule).text(event.tag);
  return query.number(event.journal).number(event.journal).run();
}

bool BatchWriter::write_tags(Connection& connection, std::span<const TagDefined> tags) {
  if (tags.empty()) return true;
  Query query{
      connection,
      "INSERT OR REPLACE INTO tags(id, version, sequence, crc, definition) VALUES(?, ?, ?, ?, ?)"};
  v1::TagDefinition message;
  for (const TagDefined& tag : tags) {
    to_proto(tag, message);
    bytes_ = message.SerializeAsString();
    query.again().number(tag.id).number(tag.version).number(tag.sequence);
    if (!query.number(crc32(bytes_)).blob(bytes_).run()) return false;
  }
  return true;
}

bool BatchWriter::write_plants(Connection& connection, const Batch& batch) {
  for (std::size_t at = 0; at < batch.plants.size(); ++at) {
    // A configuration that comes into force again is kept once.
    Query query{connection,
                "INSERT OR IGNORE INTO plants(hash, sequence, crc, text) VALUES(?, ?, ?, ?)"};
    query.text(batch.plants[at].first).number(batch.last_sequence);
    if (!query.number(crc32(plants_[at])).blob(plants_[at]).run()) return false;
  }
  return true;
}

bool BatchWriter::write_snapshot(Connection& connection, const Batch& batch) {
  if (batch.snapshot == nullptr) return true;
  Query insert{connection,
               "INSERT INTO snapshots(batch, sequence, crc, snapshot) VALUES(?, ?, ?, ?)"};
  insert.number(row_.batch).number(row_.last_sequence).number(crc32(snapshot_)).blob(snapshot_);
  // Two are kept, in case the newest turns out to be damaged; and the first of each day (of UTC) as
  // long as its batch, so that any day can be replayed.
  Query trim{connection,
             "DELETE FROM snapshots WHERE batch < "
             "(SELECT min(batch) FROM (SELECT batch FROM snapshots ORDER BY batch DESC LIMIT 2)) "
             "AND batch NOT IN (SELECT min(s.batch) FROM snapshots s JOIN batches b USING(batch) "
             "GROUP BY b.now_us / 86400000000)"};
  return insert.run() && trim.run();
}

bool BatchWriter::write_consumers(Connection& connection, const Batch& batch) {
  for (const RecordedInput& input : batch.facts.inputs) {
    const auto* command = std::get_if<Command>(&input.body);
    if (command == nullptr) continue;
    const auto* consumer = std::get_if<ConsumerCommand>(&command->body);
    if (consumer == nullptr) continue;
    if (!apply(connection, *consumer, input.receive_time, batch.last_sequence)) return false;
  }
  return true;
}

bool BatchWriter::write_refusals(Connection& connection, std::span<const Refusal> refusals) {
  if (refusals.empty() || options_.quarantine_rows_max == 0) return true;
  // More than the ring holds would only be deleted again.
  if (refusals.size() > options_.quarantine_rows_max) {
    refusals = refusals.last(options_.quarantine_rows_max);
  }
  Query query{connection,
              "INSERT INTO quarantine(sequence, receive_us, source, topic, reason, detail, "
              "payload_bytes, payload) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"};
  for (const Refusal& refusal : refusals) {
    query.again().number(refusal.sequence).number(to_us(refusal.receive_time));
    query.text(cut(refusal.source, quarantine_text_bytes_max));
    query.text(cut(refusal.topic, quarantine_text_bytes_max));
    query.number(static_cast<int>(refusal.reason));
    query.text(cut(refusal.detail, quarantine_text_bytes_max));
    query.number(refusal.payload_bytes);
    if (!query.blob(cut(refusal.payload, refusal_payload_bytes_max)).run()) return false;
  }
  Query trim{connection, "DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?"};
  return trim.number(options_.quarantine_rows_max).run();
}

}  // namespace parkwatch::store
