// tests/unit/parkwatch/salvage_command_test.cpp - `parkwatch store salvage` on a damaged file: what
// it writes, and what it says of what is missing.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <sstream>

#include "store/block_codec.h"
#include "tests/unit/http/frames_in.h"
#include "tests/unit/parkwatch/recording_console.h"
#include "tests/unit/store/damaged_store.h"
#include "tools/parkwatch/page_content.h"
#include "tools/parkwatch/salvage.h"

namespace salvage_command_test {

using namespace parkwatch;
using namespace parkwatch::cli;
using parkwatch::test::TempDir;

namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

SalvageCommand command_in(const TempDir& dir, const std::string& name, PullFormat format) {
  return {dir.path() / "parkwatch.db", dir.path() / name, format};
}

// The sequences of a CSV file's lines.
std::vector<std::uint64_t> sequences_in(const std::string& csv) {
  std::vector<std::uint64_t> out;
  std::istringstream lines{csv};
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const std::size_t index = line.rfind(',');
    const std::size_t sequence = line.rfind(',', index - 1);
    out.push_back(std::stoull(line.substr(sequence + 1)));
  }
  return out;
}

std::vector<Reading> readings_in(const std::string& frames) {
  std::vector<Reading> out;
  for (const v1::PullFrame& frame : test::frames_in(frames)) {
    if (frame.has_block()) REQUIRE(store::decode_block(frame.block(), out));
  }
  return out;
}

}  // namespace

TEST_CASE("store salvage: what can be read is written, and what is missing is said", "[cli]") {
  const TempDir dir;
  store::fill(dir);
  store::destroy_page(dir, "batches");
  test::RecordingConsole console;
  console.console.json = true;
  REQUIRE(salvage(command_in(dir, "out.csv", PullFormat::csv), console.console) == exit_ok);
  const auto told = boost::json::parse(console.out.str()).as_object();
  const auto& gaps = told.at("gaps").as_array();
  REQUIRE(gaps.size() == 1);
  const auto first = gaps[0].at("first_sequence").to_number<std::uint64_t>();
  const auto last = gaps[0].at("last_sequence").to_number<std::uint64_t>();
  CHECK(gaps[0].at("reason").as_string() == "damaged");
  CHECK(gaps[0].at("unacknowledged").as_bool() == false);
  std::vector<std::uint64_t> expected;
  for (std::uint64_t n = 2; n <= 4000; ++n) {
    if (n < first || n > last) expected.push_back(n);
  }
  CHECK(sequences_in(text_of(dir.path() / "out.csv")) == expected);
  CHECK(told.at("readings").to_number<std::uint64_t>() == expected.size());
  CHECK(told.at("missing_readings").to_number<std::uint64_t>() == 3999 - expected.size());
  // Nothing else is left.
  for (const auto& entry : std::filesystem::directory_iterator{dir.path()}) {
    CHECK(entry.path().string().find("salvage-") == std::string::npos);
  }
}

TEST_CASE("store salvage: each format is what a pull writes", "[cli]") {
  const TempDir dir;
  store::fill(dir);
  test::RecordingConsole console;
  REQUIRE(salvage(command_in(dir, "out.pb", PullFormat::protobuf), console.console) == exit_ok);
  REQUIRE(salvage(command_in(dir, "out.ndjson", PullFormat::ndjson), console.console) == exit_ok);
  CHECK(console.out.str().find("wrote 3999 readings") != std::string::npos);
  CHECK(console.out.str().find("MISSING") == std::string::npos);
  const std::string lines = text_of(dir.path() / "out.ndjson");
  std::size_t readings = 0;
  for (std::size_t at = 0; (at = lines.find("\"type\":\"reading\"", at)) != std::string::npos;
       ++at) {
    ++readings;
  }
  CHECK(readings == 3999);
  CHECK(lines.find("\"type\":\"tag\"") != std::string::npos);
  const auto kept = store::pull_all(*store::reading(dir.path()));
  CHECK((readings_in(text_of(dir.path() / "out.pb")) == kept));
}

TEST_CASE("store salvage: a store of several pages is one file, each reading in it once", "[cli]") {
  const TempDir dir;
  constexpr std::uint64_t last = 90'000;
  {
    store::StoreOptions options = store::options_in(dir.path());
    options.synchronous = "OFF";  // nobody cuts the power
    const auto store = store::opened(options);
    for (std::uint64_t n = 0; n < last; n += 30'000) {
      store::Batch batch = store::numbered_batch(n + 1, n + 30'000);
      if (n == 0) batch.facts.tags = {store::sample_definition(0, 1, 1)};
      store::commit(*store, batch);
    }
    REQUIRE(store->flush());
  }
  const auto reader = store::reading(dir.path());
  REQUIRE_FALSE(store::page_of(*reader, {}).end);
  test::RecordingConsole console;
  REQUIRE(salvage(command_in(dir, "out.csv", PullFormat::csv), console.console) == exit_ok);
  REQUIRE(salvage(command_in(dir, "out.pb", PullFormat::protobuf), console.console) == exit_ok);
  const std::string csv = text_of(dir.path() / "out.csv");
  CHECK((sequences_in(csv) == store::numbers(1, last)));
  CHECK((readings_in(text_of(dir.path() / "out.pb")) == store::pull_all(*reader)));
}

TEST_CASE(
    "store salvage: a file that holds something is not written over, nor is nothing taken for "
    "something",
    "[cli]") {
  const TempDir dir;
  test::RecordingConsole console;
  std::ofstream{dir.path() / "parkwatch.db"} << std::string(10'000, 'x');
  CHECK(salvage(command_in(dir, "new.csv", PullFormat::csv), console.console) == exit_no);
  CHECK(console.err.str().find("parkwatch.db") != std::string::npos);
  std::ofstream{dir.path() / "old.csv"} << "mine";
  CHECK(salvage(command_in(dir, "old.csv", PullFormat::csv), console.console) == exit_no);
  CHECK(text_of(dir.path() / "old.csv") == "mine");
}

}  // namespace salvage_command_test
