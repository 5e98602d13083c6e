// tests/unit/store/kill_test.cpp - A process that commits is killed at a random point, again and
// again.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

#include "tests/support/temp_dir.h"
#include "tests/unit/store/sample_batches.h"

using namespace parkwatch;
using namespace parkwatch::store;
using parkwatch::test::TempDir;

namespace {

Batch batch_of(std::uint64_t n) {
  Batch batch = numbered_batch(n * 5 - 4, n * 5);
  batch.facts.transitions = {event_of(n, "r", AlarmState::unacknowledged)};
  if (n % 7 == 0) batch.snapshot = sample_snapshot(n * 5);
  return batch;
}

// Commits batch after batch and reports each; never returns.
[[noreturn]] void commit_for_ever(const std::string& directory, int report) {
  auto store = open_store(options_in(directory));
  if (!store) ::_exit(2);
  for (std::uint64_t n = (*store)->recovered().last_sequence / 5 + 1;; ++n) {
    if (!(*store)->commit(batch_of(n))) ::_exit(3);
    if (::write(report, &n, sizeof n) != sizeof n) ::_exit(4);
    if (n % 11 == 0) (*store)->checkpoint();
    if (n % 3 == 0 && !(*store)->retain(sample_now(n * 5))) ::_exit(5);
  }
}

// Kills the child once it has reported `reports` batches: it is then anywhere in the next ones. The
// last batch that it reported.
std::uint64_t killed_after(const std::string& directory, std::uint64_t reports) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    commit_for_ever(directory, ends[1]);
  }
  ::close(ends[1]);
  std::uint64_t last = 0;
  std::uint64_t n = 0;
  for (std::uint64_t count = 0; count < reports; ++count) {
    if (::read(ends[0], &n, sizeof n) != sizeof n) break;
    last = n;
  }
  ::kill(child, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  while (::read(ends[0], &n, sizeof n) == sizeof n) last = n;
  ::close(ends[0]);
  return last;
}

}  // namespace

TEST_CASE("no batch that was reported as committed is lost by a kill", "[store][fault]") {
  const TempDir dir;
  RandomReadings random{31};
  for (int round = 0; round < 10; ++round) {
    CAPTURE(round);
    const std::uint64_t reported = killed_after(dir.path(), 1 + random.below(40));
    const auto store = opened(options_in(dir.path()));
    const std::uint64_t stored = store->recovered().last_sequence / 5;
    CHECK(stored >= reported);
    CHECK(stored <= reported + 1);
    const auto batches = batches_after(*store, 0);
    REQUIRE(batches.size() == stored);
    for (std::uint64_t n = 1; n <= stored; ++n) {
      const Batch expected = batch_of(n);
      if (batches[n - 1].readings == expected.facts.readings &&
          batches[n - 1].transitions == expected.facts.transitions) {
        continue;
      }
      FAIL("batch " << n << " differs");
    }
    CHECK(pull_all(*reading(dir.path())).size() == stored * 5);
  }
}
