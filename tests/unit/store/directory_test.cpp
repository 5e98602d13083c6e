// tests/unit/store/directory_test.cpp - The state directory: its lock, its permissions, its
// ballast.
#include "store/directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/support/temp_dir.h"
#include "tests/unit/store/sample_batches.h"

namespace directory_test {

using namespace parkwatch;
using namespace parkwatch::store;
using parkwatch::test::TempDir;

namespace {

// Runs `body` in a process of its own; true if it returned true.
bool in_child(const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body() ? 0 : 1);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool says(const Result<StateDirectory>& taken, const std::string& words) {
  return !taken && taken.error().kind == ErrorKind::permanent &&
         taken.error().message.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a directory in use is refused with the pid of the one that uses it", "[store]") {
  const TempDir dir;
  const auto store = opened(options_in(dir.path()));
  CHECK(in_child([&] {
    const auto second = open_store(options_in(dir.path()));
    const std::string pid = "with pid " + std::to_string(::getppid());
    return !second && second.error().kind == ErrorKind::permanent &&
           second.error().message.find("is in use by another parkwatchd " + pid) !=
               std::string::npos &&
           second.error().message.find(dir.path()) != std::string::npos;
  }));
}

TEST_CASE("the lock ends with its owner, however that ends", "[store]") {
  const TempDir dir;
  CHECK(in_child([&] {
    const auto taken = StateDirectory::take(dir.path());
    if (!taken) return false;
    ::_exit(0);  // without destructors, as a kill
  }));
  CHECK(StateDirectory::take(dir.path()));
}

TEST_CASE("a missing directory is created with those above it, for its owner only", "[store]") {
  const TempDir dir;
  const std::filesystem::path deep = dir.path() / "var" / "lib" / "parkwatch";
  REQUIRE(StateDirectory::take(deep));
  CHECK(std::filesystem::status(deep).permissions() == std::filesystem::perms::owner_all);
}

TEST_CASE("a directory that cannot be is refused with the reason", "[store][hostile]") {
  const TempDir dir;
  std::ofstream{dir.path() / "file"} << "x";
  CHECK(says(StateDirectory::take(dir.path() / "file"), "cannot be written"));
  CHECK(says(StateDirectory::take(dir.path() / "file" / "state"), "cannot be written"));
}

TEST_CASE("a directory without write permission is refused with what to do", "[store][hostile]") {
  const TempDir dir;
  const std::filesystem::path state = dir.path() / "state";
  std::filesystem::create_directory(state);
  REQUIRE(::chmod(dir.path().c_str(), 0755) == 0);
  REQUIRE(::chmod(state.c_str(), 0555) == 0);
  const auto refused = [&](const std::string& path) {
    const auto store = open_store(options_in(path));
    return !store && store.error().kind == ErrorKind::permanent &&
           store.error().message.find(path +
                                      " cannot be written: Permission denied; give it to the "
                                      "user that runs the daemon") != std::string::npos;
  };
  CHECK(in_child([&] {
    // Root may write anywhere.
    if (::getuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) return false;
    return refused(state) && refused(state / "new");
  }));
  REQUIRE(::chmod(state.c_str(), 0755) == 0);
}

TEST_CASE("the ballast is put down, dropped once and put back", "[store]") {
  const TempDir dir;
  auto state = StateDirectory::take(dir.path());
  REQUIRE(state);
  CHECK_FALSE(state->drop_ballast());
  CHECK(state->restore_ballast());
  struct stat found {};
  REQUIRE(::stat((dir.path() / "ballast").c_str(), &found) == 0);
  CHECK(found.st_size == 8 << 20);
  CHECK(found.st_blocks * 512 >= 8 << 20);
  CHECK(state->drop_ballast());
  CHECK_FALSE(state->drop_ballast());
  CHECK(state->restore_ballast());
  CHECK(state->restore_ballast());
  CHECK(state->drop_ballast());
}

TEST_CASE("a WAL written over again is the same, and a missing one is no error", "[store]") {
  const TempDir dir;
  auto state = StateDirectory::take(dir.path());
  REQUIRE(state);
  CHECK(state->make_wal_durable());
  std::string bytes;
  for (int n = 0; n < 200'000; ++n) bytes += static_cast<char>(n * 31);
  std::ofstream{state->wal_path(), std::ios::binary} << bytes;
  CHECK(state->make_wal_durable());
  std::ifstream file{state->wal_path(), std::ios::binary};
  CHECK(std::string{std::istreambuf_iterator<char>{file}, {}} == bytes);
}

}  // namespace directory_test
