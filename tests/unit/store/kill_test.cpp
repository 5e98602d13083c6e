// tests/unit/store/kill_test.cpp - A process that commits is killed at a random point, again and
// again.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

#include "tests/support/temp_dir.h"
#include "tests/unit/store/sample_batches.h"

namespace kill_test {

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
    if (n % 11 == 0) (void)(*store)->checkpoint();
    if (n % 3 == 0 && !(*store)->retain(sample_now(n * 5), true)) ::_exit(5);
  }
}

// A store that is always over its size, so that every call of retain() has something to delete.
StoreOptions crowded(const std::string& directory) {
  StoreOptions options = options_in(directory);
  options.bytes_max = 300'000;
  return options;
}

// Ten messages, one of them large and of what does not compress.
Batch bulky_batch(std::uint64_t n) {
  Batch batch = numbered_batch(n * 10 - 9, n * 10);
  RandomReadings random{n};
  std::string text;
  while (text.size() < 20'000) text += std::to_string(random.below(UINT64_MAX));
  batch.facts.readings[3].value = text;
  if (n % 3 == 0) batch.snapshot = sample_snapshot(n * 10);
  return batch;
}

// Deletes as much as it commits, and reports before each call that deletes; never returns.
[[noreturn]] void retain_for_ever(const std::string& directory, int report) {
  auto store = open_store(crowded(directory));
  if (!store) ::_exit(2);
  for (std::uint64_t n = (*store)->recovered().last_sequence / 10 + 1;; ++n) {
    if (!(*store)->commit(bulky_batch(n))) ::_exit(3);
    for (bool more = true; more;) {
      if (::write(report, &n, sizeof n) != sizeof n) ::_exit(4);
      const auto retained = (*store)->retain(sample_now(n * 10), true);
      if (!retained) ::_exit(5);
      more = *retained;
    }
    if (n % 5 == 0) (void)(*store)->checkpoint();
  }
}

using Work = void (*)(const std::string& directory, int report);

// Kills the child once it has reported `reports` times: it is then anywhere in what follows. The
// last batch that it reported.
std::uint64_t killed_after(Work work, const std::string& directory, std::uint64_t reports) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    work(directory, ends[1]);
    ::_exit(6);
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
    const std::uint64_t reported = killed_after(commit_for_ever, dir.path(), 1 + random.below(40));
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

TEST_CASE("a kill in the middle of retention loses no message without telling of it",
          "[store][fault]") {
  const TempDir dir;
  RandomReadings random{32};
  std::uint64_t deleted = 0;
  for (int round = 0; round < 10; ++round) {
    CAPTURE(round);
    const std::uint64_t reported = killed_after(retain_for_ever, dir.path(), 20 + random.below(40));
    const auto store = opened(crowded(dir.path()));
    const std::uint64_t last = store->recovered().last_sequence;
    CHECK(last >= reported * 10);
    const auto reader = reading(dir.path());
    ReadingsQuery query;
    query.bytes_max = SIZE_MAX;
    const ReadingsPage page = page_of(*reader, query);
    CHECK(untold(page, last).empty());
    // Nothing is there and told as lost at once, and the gaps count what is missing.
    const auto first = reader->counts()->first_sequence;
    std::uint64_t lost = 0;
    for (const Gap& gap : page.gaps) {
      CHECK(gap.last_sequence < first);
      lost += gap.readings;
    }
    CHECK(lost == first - 1);
    CHECK(sequences_of(page.readings) == numbers(first, last));
    // What a replay needs is whole: the older of two snapshots and all behind it.
    const auto snapshot = store->newest_snapshot();
    REQUIRE(snapshot);
    REQUIRE(*snapshot);
    CHECK((*snapshot)->last_sequence() / 30 == last / 30);
    CHECK(first <= (*snapshot)->last_sequence() - 30 + 1);
    CHECK(first >= deleted);
    deleted = first;
  }
  CHECK(deleted > 1'000);  // it was deleting all the time
}

}  // namespace kill_test
