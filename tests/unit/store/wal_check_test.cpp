// tests/unit/store/wal_check_test.cpp - A log that lost committed frames is told from one that a
// power cut ended.
#include "store/wal_check.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"
#include "tests/unit/store/sample_batches.h"

namespace wal_check_test {

using namespace parkwatch;
using namespace parkwatch::store;
using parkwatch::test::TempDir;
namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t frame_bytes = 4096 + 24;

// A state directory as a kill leaves it: thirty commits, none of them in the database yet.
struct Killed {
  Killed() {
    const TempDir alive;
    const auto store = opened(options_in(alive.path()));
    for (std::uint64_t n = 1; n <= 30; ++n) commit(*store, numbered_batch(n, n));
    for (const char* name : {"parkwatch.db", "parkwatch.db-wal"}) {
      fs::copy_file(alive.path() / name, dir.path() / name);
    }
  }
  [[nodiscard]] fs::path wal() const { return dir.path() / "parkwatch.db-wal"; }
  [[nodiscard]] std::uintmax_t frames() const { return (fs::file_size(wal()) - 32) / frame_bytes; }
  void flip(std::uintmax_t at) const {
    std::fstream file{wal(), std::ios::binary | std::ios::in | std::ios::out};
    file.seekg(static_cast<std::streamoff>(at));
    const auto byte = static_cast<char>(file.get() ^ 1);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte);
    REQUIRE(file.flush());
  }

  TempDir dir;
};

}  // namespace

TEST_CASE("a log that is whole, or not there, has no fault", "[store]") {
  const Killed killed;
  CHECK(fault_of_wal(killed.wal()).empty());
  CHECK(fault_of_wal(killed.dir.path() / "none").empty());
  CHECK_FALSE(opened(options_in(killed.dir.path()))->recovered().salvage);
}

TEST_CASE("a log whose end a power cut tore is as it should be", "[store]") {
  for (const std::uintmax_t torn : {1U, 2000U, 5000U}) {
    const Killed killed;
    fs::resize_file(killed.wal(), fs::file_size(killed.wal()) - torn);
    CHECK(fault_of_wal(killed.wal()).empty());
  }
  const Killed killed;
  killed.flip(32 + (killed.frames() - 1) * frame_bytes + 100);  // of the last commit
  CHECK(fault_of_wal(killed.wal()).empty());
}

TEST_CASE("ends of transactions that two cuts tore do not follow from each other", "[store]") {
  const Killed killed;
  // Each frame from the middle on is torn in its page; their headers still say where commits were.
  for (std::uintmax_t n = killed.frames() / 2; n < killed.frames(); ++n) {
    killed.flip(32 + n * frame_bytes + 1000);
  }
  CHECK(fault_of_wal(killed.wal()).empty());
  CHECK_FALSE(opened(options_in(killed.dir.path()))->recovered().salvage);
}

TEST_CASE("a log whose header was never synced is as it should be", "[store]") {
  const Killed killed;
  fs::resize_file(killed.wal(), 0);
  fs::resize_file(killed.wal(), 32 + frame_bytes);
  CHECK(fault_of_wal(killed.wal()).empty());
}

TEST_CASE("a byte that is flipped in a committed frame is found, and the store begins anew",
          "[store][salvage]") {
  const Killed killed;
  killed.flip(32 + killed.frames() / 2 * frame_bytes + 1000);
  CHECK_THAT(fault_of_wal(killed.wal()), Catch::Contains("a frame in its middle is damaged"));
  const auto store = opened(options_in(killed.dir.path()));
  REQUIRE(store->recovered().salvage);
  CHECK(fs::exists(store->recovered().salvage->kept_as + "-wal"));
}

TEST_CASE("a destroyed log is found, and the store begins anew", "[store][salvage]") {
  const Killed killed;
  std::ofstream{killed.wal()} << std::string(20'000, '\xA5');
  CHECK_THAT(fault_of_wal(killed.wal()), Catch::Contains("its header is damaged"));
  const auto store = opened(options_in(killed.dir.path()));
  REQUIRE(store->recovered().salvage);
  CHECK(fs::file_size(store->recovered().salvage->kept_as + "-wal") == 20'000);
}

}  // namespace wal_check_test
