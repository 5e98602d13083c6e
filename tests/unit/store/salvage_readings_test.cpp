// tests/unit/store/salvage_readings_test.cpp - All readings that can be read of a damaged database,
// and what is missing of them.
#include <catch2/catch.hpp>

#include "store/salvage.h"
#include "tests/unit/store/damaged_store.h"

namespace salvage_readings_test {

using namespace parkwatch;
using namespace parkwatch::store;

namespace {

struct Salvaged {
  explicit Salvaged(const TempDir& dir) {
    const auto done = salvage_readings(dir.path() / "parkwatch.db", into.path());
    REQUIRE(done);
    counts = *done;
    const auto reader = reading(into.path());
    generation = reader->generation();
    ReadingsQuery all;
    all.after_sequence = 1;  // the registration
    all.bytes_max = std::size_t{1} << 30;
    page = page_of(*reader, all);
  }

  TempDir into;
  Salvage counts;
  std::string generation;
  ReadingsPage page;
};

}  // namespace

TEST_CASE("of a whole database all readings are read, with their generation and their tags",
          "[store][salvage]") {
  const TempDir dir;
  fill(dir);
  const Salvaged salvaged{dir};
  CHECK(salvaged.counts.readings == 3999);
  CHECK(salvaged.generation == reading(dir.path())->generation());
  CHECK(sequences_of(salvaged.page.readings) == numbers(2, 4000));
  CHECK(salvaged.page.gaps.empty());
  CHECK(salvaged.page.tags.size() == page_of(*reading(dir.path()), {}).tags.size());
}

TEST_CASE("what a destroyed page held is missing, and all before and behind it is read",
          "[store][salvage]") {
  const TempDir dir;
  fill(dir);
  destroy_page(dir, "batches");
  const Salvaged salvaged{dir};
  const std::vector<Reading>& readings = salvaged.page.readings;
  REQUIRE(salvaged.page.gaps.size() == 1);
  const Gap& gap = salvaged.page.gaps[0];
  CHECK(gap.reason == "damaged");
  CHECK(gap.readings > 0);
  CHECK(gap.readings + salvaged.counts.readings == 3999);
  CHECK(readings.size() == salvaged.counts.readings);
  // A replay ends there; readings behind it are read all the same.
  CHECK(readings.front().sequence == 2);
  CHECK(readings.back().sequence == 4000);
}

TEST_CASE("without a snapshot readings are read all the same, and without tags with a snapshot's",
          "[store][salvage]") {
  for (const char* table : {"snapshots", "tags", "plants", "meta", "journal"}) {
    CAPTURE(table);
    const TempDir dir;
    fill(dir);
    destroy_page(dir, table);
    const Salvaged salvaged{dir};
    CHECK(salvaged.counts.readings == 3999);
    CHECK(sequences_of(salvaged.page.readings) == numbers(2, 4000));
  }
}

TEST_CASE("what the WAL beside the file holds is read too, and both stay as they are",
          "[store][salvage]") {
  const TempDir dir;
  const TempDir kept;
  const auto store = opened(options_in(dir.path()));
  commit(*store, numbered_batch(1, 10));
  for (const std::string end : {"", "-wal"}) {
    std::filesystem::copy_file(dir.path() / ("parkwatch.db" + end),
                               kept.path() / ("kept.db" + end));
  }
  const auto size = std::filesystem::file_size(kept.path() / "kept.db-wal");
  REQUIRE(size > 0);
  const TempDir into;
  const auto done = salvage_readings(kept.path() / "kept.db", into.path());
  REQUIRE(done);
  CHECK(done->readings == 10);
  CHECK(std::filesystem::file_size(kept.path() / "kept.db-wal") == size);
}

TEST_CASE(
    "a file that ends early is read as far as it goes, and what it lacks at its end is not "
    "known",
    "[store][salvage]") {
  const TempDir dir;
  fill(dir);
  (void)page_of_table(dir, "batches");  // the WAL is taken into it
  const auto path = dir.path() / "parkwatch.db";
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  const Salvaged salvaged{dir};
  CHECK(salvaged.counts.readings > 0);
  CHECK(salvaged.counts.readings < 3999);
  CHECK(salvaged.page.readings.size() == salvaged.counts.readings);
}

TEST_CASE("of a file that is no database nothing is read, and one that is not there is refused",
          "[store][salvage]") {
  const TempDir dir;
  const TempDir into;
  const TempDir other;
  std::ofstream{dir.path() / "parkwatch.db"} << std::string(10'000, 'x');
  const auto nothing = salvage_readings(dir.path() / "parkwatch.db", into.path());
  REQUIRE(nothing);
  CHECK(nothing->batches == 0);
  const auto none = salvage_readings(dir.path() / "none.db", other.path());
  REQUIRE_FALSE(none);
  CHECK(none.error().kind == ErrorKind::permanent);
  CHECK(none.error().message.find("none.db") != std::string::npos);
}

}  // namespace salvage_readings_test
