// tests/unit/parkwatch/output_file_test.cpp - Appending, cutting back, and keeping off strangers'
// files.
#include "tools/parkwatch/output_file.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/temp_dir.h"

namespace output_file_test {

using namespace parkwatch;
using namespace parkwatch::cli;

namespace {

std::string content_of(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream{path}.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("output file: what was written after the last known place is cut off", "[cli]") {
  const test::TempDir dir;
  const std::string path = dir.path() / "out";
  Position position;
  {
    auto file = OutputFile::open(path, std::nullopt);
    REQUIRE(file);
    CHECK(file->at_start());
    REQUIRE(file->append("page 1\n"));
    REQUIRE(file->flush());
    file->describe(position);
    REQUIRE(file->append("half of pag"));  // and killed
  }
  CHECK(position.bytes == 7);
  auto again = OutputFile::open(path, position);
  REQUIRE(again);
  CHECK_FALSE(again->at_start());
  CHECK(content_of(path) == "page 1\n");
  REQUIRE(again->append("page 2\n"));
  CHECK(content_of(path) == "page 1\npage 2\n");
  Position then;
  again->describe(then);
  CHECK(then.bytes == 14);
  CHECK(then.inode == position.inode);
}

TEST_CASE("output file: a file that nobody vouches for is not touched", "[cli]") {
  const test::TempDir dir;
  const std::string path = dir.path() / "out";
  std::ofstream{path} << "precious";
  Position known;
  SECTION("without a cursor file") { CHECK_FALSE(OutputFile::open(path, std::nullopt)); }
  SECTION("with the cursor file of another file") {
    known = Position{"a.1", "csv", 1, 2, 3};
    CHECK_FALSE(OutputFile::open(path, known));
  }
  SECTION("shorter than the cursor file says") {
    const std::string other = dir.path() / "other";
    auto file = OutputFile::open(other, std::nullopt);
    REQUIRE(file);
    REQUIRE(file->append("123456"));
    file->describe(known);
    std::filesystem::resize_file(other, 3);
    file = Error{ErrorKind::permanent, "closed"};
    CHECK_FALSE(OutputFile::open(other, known));
  }
  CHECK(content_of(path) == "precious");
}

TEST_CASE("output file: a new file may take over from one that was moved away", "[cli]") {
  const test::TempDir dir;
  const std::string path = dir.path() / "out";
  Position known;
  {
    auto file = OutputFile::open(path, std::nullopt);
    REQUIRE(file);
    REQUIRE(file->append("old"));
    file->describe(known);
  }
  std::filesystem::rename(path, path + ".1");
  const auto file = OutputFile::open(path, known);
  REQUIRE(file);
  CHECK(file->at_start());
  CHECK(content_of(path + ".1") == "old");
}

TEST_CASE("output file: two pulls cannot write into one file", "[cli]") {
  const test::TempDir dir;
  const std::string path = dir.path() / "out";
  const auto first = OutputFile::open(path, std::nullopt);
  REQUIRE(first);
  const auto second = OutputFile::open(path, std::nullopt);
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find("another pull") != std::string::npos);
}

TEST_CASE("output file: what cannot be written is said with the system's reason", "[cli]") {
  const test::TempDir dir;
  const auto missing = OutputFile::open(dir.path() / "no" / "out", std::nullopt);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find("No such file or directory") != std::string::npos);
  auto full = OutputFile::open("/dev/full", std::nullopt);
  REQUIRE(full);
  const auto written = full->append("x");
  REQUIRE_FALSE(written);
  CHECK(written.error().message.find("No space left") != std::string::npos);
}

}  // namespace output_file_test
