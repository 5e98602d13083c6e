// tests/unit/config/library_test.cpp - Where packages are found if nobody says it.
#include "config/library.h"

#include <catch2/catch.hpp>

#include "given.h"

namespace library_test {

using namespace parkwatch::config;

TEST_CASE("library: the first folder with systems/ is taken, in the order of the folders",
          "[config]") {
  const Folder folder;
  folder.write("b/systems/tanks/package.toml", "");
  folder.write("c/systems/tanks/package.toml", "");
  folder.write("file/systems", "");
  CHECK(default_library({folder / "a", folder / "file", folder / "b", folder / "c"}, "") ==
        folder / "b");
}

TEST_CASE("library: else ../share/parkwatch beside the program, else the installed one",
          "[config]") {
  const Folder folder;
  folder.write("opt/bin/parkwatch", "");
  const std::string program = folder / "opt/bin/parkwatch";
  CHECK(default_library({folder / "a"}, program) == installed_library);
  folder.write("opt/share/parkwatch/systems/tanks/package.toml", "");
  CHECK(default_library({folder / "a"}, program) == folder / "opt/share/parkwatch");
  CHECK(default_library({}, "") == installed_library);
  folder.write("a/systems/tanks/package.toml", "");
  CHECK(default_library({folder / "a"}, program) == folder / "a");
}

TEST_CASE("library: no folder's name is where the program stands", "[config]") {
  const Folder folder;
  folder.write("systems/tanks/package.toml", "");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const std::string here = default_library({""}, "");
  std::filesystem::current_path(before);
  CHECK(here.empty());
}

TEST_CASE("library: the program that runs is known", "[config]") {
  CHECK(running_program().filename().string().starts_with("config_"));
}

}  // namespace library_test
