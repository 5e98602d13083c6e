// tests/unit/store/damaged_store.h - A full store, and how its file comes to harm.
#pragma once
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "store/connection.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/store/sample_batches.h"

namespace parkwatch::store {

using test::TempDir;

inline constexpr std::uint64_t batches = 400;

// 400 batches of ten messages, an alarm each, whose alerts wait from the 391st on; snapshots with
// the 380th and the 390th. A consumer has taken a hundred messages.
inline void fill(const TempDir& dir) {
  StoreOptions options = options_in(dir.path());
  options.synchronous = "OFF";  // nobody cuts the power
  const auto store = opened(options);
  ConsumerCommand put;
  put.name = "centre";
  put.sequence = 0;
  commit(*store, consumer_batch(1, put));
  for (std::uint64_t n = 1; n <= batches; ++n) {
    Batch batch = numbered_batch(n == 1 ? 2 : n * 10 - 9, n * 10);
    const auto state = n > 390 ? AlarmState::unacknowledged : AlarmState::normal;
    batch.facts.transitions = {event_of(n, "r" + std::to_string(n), state)};
    if (n > 390) batch.facts.identities = {{n * 10, sample_now(n * 10), 0, 1, n}};
    if (n == 1) batch.facts.tags = {sample_definition(0, 1, 5)};
    if (n == 380 || n == 390) {
      batch.snapshot = sample_snapshot(n * 10);
      batch.plants = {{batch.snapshot->plant_hash(), "text"}};
    }
    if (n <= 390) store->delivered(n);
    if (n == 12) {
      ConsumerCommand ack = put;
      ack.verb = ConsumerCommand::Verb::ack;
      ack.sequence = 100;
      batch.facts.inputs.push_back(sample_consumer_input(n * 10, ack));
    }
    commit(*store, batch);
  }
  store->keep("low", "391");
  REQUIRE(store->flush());
}

struct Page {
  std::int64_t number = 0;
  std::int64_t bytes = 0;
};

// The page in the middle (or the last) of those that hold rows of a table; its root where it has
// but one.
inline Page page_of_table(const TempDir& dir, const std::string& table, bool last = false) {
  const auto connection = Connection::open({dir.path() / "parkwatch.db", false, {}});
  REQUIRE(connection);
  REQUIRE((*connection)->checkpoint(true));
  std::vector<std::int64_t> pages;
  Query query{**connection,
              "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path"};
  query.text(table);
  while (query.row()) pages.push_back(query.number_at(0));
  REQUIRE_FALSE(pages.empty());
  return {last ? pages.back() : pages[pages.size() / 2],
          *(*connection)->number("PRAGMA page_size")};
}

inline void write_over(const std::filesystem::path& path, std::int64_t at, std::size_t bytes) {
  std::fstream file{path, std::ios::binary | std::ios::in | std::ios::out};
  file.seekp(at);
  file << std::string(bytes, '\xA5');
  REQUIRE(file.flush());
}

inline void destroy_page(const TempDir& dir, const std::string& table, bool last = false) {
  const Page page = page_of_table(dir, table, last);
  write_over(dir.path() / "parkwatch.db", (page.number - 1) * page.bytes,
             static_cast<std::size_t>(page.bytes));
}

}  // namespace parkwatch::store
