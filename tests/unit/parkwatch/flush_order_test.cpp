// tests/unit/parkwatch/flush_order_test.cpp - In which order a pull makes its files safe: this
// program's own fsync() and rename() write down what is asked of them, do it, or fail.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"
#include "tests/unit/parkwatch/recording_console.h"
#include "tests/unit/parkwatch/scripted_server.h"
#include "tools/parkwatch/position.h"
#include "tools/parkwatch/pull.h"

namespace flush_order_test {

namespace {

struct Ledger {
  std::mutex mutex;  // protects all below
  bool open = false;
  std::string failing;  // the call that is to fail, as it is written down
  std::vector<std::string> calls;

  // False when the call is to fail.
  bool note(const std::string& call) {
    const std::lock_guard lock{mutex};
    if (!open) return true;
    calls.push_back(call);
    return call != failing;
  }
};

Ledger& ledger() {
  static Ledger the_one;
  return the_one;
}

std::string name_of(const std::string& path) {
  return std::filesystem::path{path}.filename().string();
}

std::string name_of(int fd) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  return size < 0 ? "?" : name_of(std::string(path.data(), static_cast<std::size_t>(size)));
}

}  // namespace

// Instead of the C library's, for the whole of this program.
extern "C" int fsync(int fd) {
  if (!ledger().note("sync " + name_of(fd))) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

extern "C" int rename(const char* from, const char* to) noexcept {
  if (!ledger().note("rename " + name_of(from) + " to " + name_of(to))) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0U));
}

using namespace parkwatch;
using namespace parkwatch::cli;

namespace {

// Writes down from here to the end of its life.
class Watch {
 public:
  explicit Watch(std::string failing = {}) {
    const std::lock_guard lock{ledger().mutex};
    ledger().calls.clear();
    ledger().failing = std::move(failing);
    ledger().open = true;
  }
  ~Watch() {
    const std::lock_guard lock{ledger().mutex};
    ledger().open = false;
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  [[nodiscard]] static std::vector<std::string> calls() {
    const std::lock_guard lock{ledger().mutex};
    return ledger().calls;
  }
};

test::Scripted page_of_one() {
  test::Scripted page;
  page.body = "{\"type\":\"reading\"}\n{\"type\":\"page\",\"cursor\":\"g.1\"}\n";
  page.content_type = "application/x-ndjson";
  page.headers = {{"Parkwatch-Cursor", "g.1"}, {"Parkwatch-End", "true"}};
  return page;
}

struct Pulled {
  int code = -1;
  std::string err;
  std::size_t asked = 0;
};

Pulled pull_into(const std::filesystem::path& folder) {
  const test::ScriptedServer server{{page_of_one(), test::Scripted{}}};
  HttpClient client{*parse_server_url(server.url()), {}, std::chrono::seconds{5}};
  test::RecordingConsole rec;
  PullCommand command;
  command.output = folder / "out";
  command.cursor_file = folder / "cursor";
  Pulled pulled;
  pulled.code = Pull{client, command, rec.console}.run();
  pulled.err = rec.err.str();
  pulled.asked = server.asked().size();
  return pulled;
}

}  // namespace

TEST_CASE(
    "flush order: a cursor is on the disk before it takes the old one's name, and the name "
    "before it is told",
    "[cli][fault]") {
  const test::TempDir dir;
  const std::string folder = dir.path().filename();
  const std::string path = dir.path() / "cursor";
  const std::vector<std::string> expected{"sync cursor.tmp", "rename cursor.tmp to cursor",
                                          "sync " + folder};
  {
    const Watch watch;
    REQUIRE(save_position(path, Position{"g.1", "csv", 0, 0, 0}));
    CHECK(Watch::calls() == expected);
  }
  for (std::size_t failing = 0; failing < expected.size(); ++failing) {
    CAPTURE(expected[failing]);
    const Watch watch{expected[failing]};
    const auto saved = save_position(path, Position{"g.2", "csv", 0, 0, 0});
    REQUIRE_FALSE(saved);
    CHECK_THAT(saved.error().message, Catch::Contains("Input/output error"));
    // It stops there: nothing is renamed that may not be on the disk.
    CHECK(Watch::calls() ==
          std::vector<std::string>(expected.begin(),
                                   expected.begin() + static_cast<std::ptrdiff_t>(failing) + 1));
    CHECK((*load_position(path))->cursor == (failing < 2 ? "g.1" : "g.2"));
  }
}

TEST_CASE("flush order: a page is on the disk before the cursor that vouches for it",
          "[cli][fault]") {
  const test::TempDir dir;
  const std::string folder = dir.path().filename();
  const Watch watch;
  const Pulled pulled = pull_into(dir.path());
  INFO(pulled.err);
  CHECK(pulled.code == exit_ok);
  // The output's name, an empty cursor beside it, then the page and the cursor behind it.
  CHECK(Watch::calls() ==
        std::vector<std::string>{"sync " + folder, "sync cursor.tmp", "rename cursor.tmp to cursor",
                                 "sync " + folder, "sync out", "sync cursor.tmp",
                                 "rename cursor.tmp to cursor", "sync " + folder});
}

TEST_CASE("flush order: a page that cannot be made safe moves no cursor", "[cli][fault]") {
  const test::TempDir dir;
  const Watch watch{"sync out"};
  const Pulled pulled = pull_into(dir.path());
  CHECK(pulled.code != exit_ok);
  CHECK(pulled.asked == 1);
  CHECK_THAT(pulled.err, Catch::Contains("out: cannot be flushed to the disk"));
  CHECK((*load_position(dir.path() / "cursor"))->cursor.empty());  // as it was before the page
}

}  // namespace flush_order_test
