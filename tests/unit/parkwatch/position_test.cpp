// tests/unit/parkwatch/position_test.cpp - Cursor files: whole or not at all.
#include "tools/parkwatch/position.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace position_test {

using namespace parkwatch;
using namespace parkwatch::cli;

TEST_CASE("position: is read back as it was saved", "[cli]") {
  const test::TempDir dir;
  const std::string path = dir.path() / "cursor";
  const Position saved{"00c0ffee.48213", "ndjson", 7, 9, std::uint64_t{1} << 40};
  REQUIRE(save_position(path, saved));
  const auto loaded = load_position(path);
  REQUIRE(loaded);
  CHECK(*loaded == saved);
  REQUIRE(save_position(path, Position{"00c0ffee.48214", "ndjson", 7, 9, 5}));
  CHECK((*load_position(path))->cursor == "00c0ffee.48214");
  // Nothing is left beside it.
  CHECK(std::distance(std::filesystem::directory_iterator{dir.path()}, {}) == 1);
}

TEST_CASE("position: without a file there is none", "[cli]") {
  const test::TempDir dir;
  const auto loaded = load_position(dir.path() / "absent");
  REQUIRE(loaded);
  CHECK_FALSE(loaded->has_value());
}

TEST_CASE("position: something else is refused with its path", "[cli]") {
  const test::TempDir dir;
  const std::string path = dir.path() / "cursor";
  const auto content =
      GENERATE(as<std::string>{}, "", "00c0ffee.48213\n", "{}", "[]",
               R"({"cursor":"a.1","format":"csv","device":-1,"inode":0,"bytes":0})",
               R"({"cursor":7,"format":"csv","device":1,"inode":0,"bytes":0})");
  std::ofstream{path} << content;
  const auto loaded = load_position(path);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().message.find(path) != std::string::npos);
  CHECK(loaded.error().message.find("no cursor file") != std::string::npos);
}

TEST_CASE("position: a save that cannot be done leaves the old one", "[cli]") {
  const test::TempDir dir;
  const std::string path = dir.path() / "cursor";
  REQUIRE(save_position(path, Position{"a.1", "csv", 0, 0, 0}));
  std::filesystem::create_directory(path + ".tmp");  // in the way of the temporary file
  const auto saved = save_position(path, Position{"a.2", "csv", 0, 0, 0});
  REQUIRE_FALSE(saved);
  CHECK(saved.error().message.find(path) != std::string::npos);
  CHECK((*load_position(path))->cursor == "a.1");
}

}  // namespace position_test
