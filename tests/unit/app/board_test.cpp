// tests/unit/app/board_test.cpp - What /healthz hears.
#include "app/board.h"

#include <catch2/catch.hpp>

namespace board_test {

using namespace parkwatch;
using namespace parkwatch::app;

TEST_CASE("board: a problem makes it unhealthy and a grave one not ready, until it is gone",
          "[app]") {
  Board board{http::Status{}};
  CHECK_FALSE(board.health().ready);
  board.ready(true);
  CHECK(board.health().ready);
  CHECK(board.health().healthy);

  board.problem("source park", "source park is not connected: refused");
  CHECK(board.health().ready);
  CHECK_FALSE(board.health().healthy);
  CHECK(board.health().problems ==
        std::vector<std::string>{"source park is not connected: refused"});

  board.problem("store", "the store cannot commit: disk full", true);
  CHECK_FALSE(board.health().ready);
  CHECK(board.status().store_fault == "the store cannot commit: disk full");
  CHECK(board.status().problems == board.health().problems);

  board.problem("store", {});
  board.problem("source park", {});
  CHECK(board.health().ready);
  CHECK(board.health().healthy);
  CHECK(board.status().store_fault.empty());
}

TEST_CASE("board: the numbers of each commit add up", "[app]") {
  Board board{http::Status{}};
  Facts facts;
  facts.readings.resize(3);
  facts.refusals.resize(1);
  facts.counts.messages = 4;
  facts.counts.duplicates = 2;
  board.committed(facts, 100, 7);
  board.committed(facts, 50, 11);
  const http::Status status = board.status();
  CHECK(status.messages == 8);
  CHECK(status.readings == 6);
  CHECK(status.duplicates == 4);
  CHECK(status.refusals == 2);
  CHECK(status.commits == 2);
  CHECK(status.commit_bytes == 150);
  CHECK(status.last_sequence == 11);
}

TEST_CASE("board: the site of the configuration in force is what reports get", "[app]") {
  app::Board board{http::Status{}};
  CHECK(board.site().calendar.shifts.empty());
  CHECK(board.site().positions.empty());
  http::Site site;
  site.calendar.zone = *parse_offset("+08:00");
  site.calendar.shifts = {{"early", std::chrono::hours{8}}};
  site.positions = {{"tanks", {"tank-farm"}}};
  board.site(site);
  CHECK(board.site().calendar == site.calendar);
  CHECK(board.site().positions == site.positions);
  board.site({});
  CHECK(board.site().positions.empty());
}

TEST_CASE("board: problems of several subjects stand beside each other, one sentence each",
          "[app]") {
  Board board{http::Status{}};
  board.ready(true);
  board.problem("source b", "b is away");
  board.problem("source a", "a is away");
  board.problem("source a", "a is refused");  // the newest word of it
  CHECK(board.health().problems == std::vector<std::string>{"a is refused", "b is away"});
  board.problem("source a", {});
  CHECK(board.health().problems == std::vector<std::string>{"b is away"});
  board.problem("never heard of", {});
  CHECK(board.health().problems.size() == 1);
  CHECK(board.status().store_fault.empty());  // only that of the store is its fault
}

TEST_CASE("board: a problem that is grave no more leaves the daemon ready", "[app]") {
  Board board{http::Status{}};
  board.ready(true);
  board.problem("writer", "it hangs", true);
  board.problem("clock", "it was set", false);
  CHECK_FALSE(board.health().ready);
  board.problem("writer", "it is slow", false);
  CHECK(board.health().ready);
  CHECK_FALSE(board.health().healthy);
  board.ready(false);  // a stop
  CHECK_FALSE(board.health().ready);
}

TEST_CASE("board: what is fixed stays while what was set last is shown", "[app]") {
  http::Status fixed;
  fixed.version = "1.2.3";
  fixed.park = "test";
  Board board{fixed};
  board.plant("one");
  board.plant("two");
  board.outbox(5);
  board.outbox(3);
  http::SourceStatus source;
  source.name = "park";
  board.sources({source, source});
  board.sources({source});
  const http::Status status = board.status();
  CHECK(status.version == "1.2.3");
  CHECK(status.park == "test");
  CHECK(status.plant == "two");
  CHECK(status.outbox_pending == 3);
  CHECK(status.sources.size() == 1);
}

}  // namespace board_test
