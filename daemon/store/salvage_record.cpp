// daemon/store/salvage_record.cpp - That a store was salvaged: a row for each member.
#include "store/salvage_record.h"

#include <array>
#include <string>
#include <utility>

namespace parkwatch::store {
namespace {

constexpr std::array<std::pair<const char*, std::uint64_t Salvage::*>, 4> counts{
    {{"salvaged.batches", &Salvage::batches},
     {"salvaged.readings", &Salvage::readings},
     {"salvaged.readings_lost", &Salvage::readings_lost},
     {"salvaged.last_journal", &Salvage::last_journal}}};
constexpr std::array<std::pair<const char*, std::string Salvage::*>, 2> texts{
    {{"salvaged.reason", &Salvage::reason}, {"salvaged.kept_as", &Salvage::kept_as}}};
constexpr const char* state_key = "salvaged.state";
constexpr const char* put_sql = "INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)";

}  // namespace

Result<Done> keep_salvage(Connection& connection, const Salvage& salvage) {
  Transaction transaction{connection, Transaction::Kind::write};
  bool done = transaction.begun();
  {
    Query put{connection, put_sql};
    for (const auto& [key, member] : counts) {
      done = done && put.again().text(key).number(salvage.*member).run();
    }
    for (const auto& [key, member] : texts) {
      done = done && put.again().text(key).text(salvage.*member).run();
    }
    done = done && put.again().text(state_key).number(salvage.state ? 1 : 0).run();
  }
  if (!done || !transaction.commit()) return connection.failure();
  return Done{};
}

Result<std::optional<Salvage>> kept_salvage(Connection& connection) {
  std::optional<Salvage> found;
  Query query{connection, "SELECT key, value FROM meta WHERE key LIKE 'salvaged.%'"};
  while (query.row()) {
    if (!found) found.emplace();
    const std::string key{query.bytes_at(0)};
    for (const auto& [name, member] : counts) {
      if (key == name) (*found).*member = query.count_at(1);
    }
    for (const auto& [name, member] : texts) {
      if (key == name) (*found).*member = std::string{query.bytes_at(1)};
    }
    if (key == state_key) found->state = query.number_at(1) != 0;
  }
  if (query.failed()) return connection.failure();
  return found;
}

bool forget_salvage(Connection& connection) {
  return connection.execute("DELETE FROM meta WHERE key LIKE 'salvaged.%'");
}

}  // namespace parkwatch::store
