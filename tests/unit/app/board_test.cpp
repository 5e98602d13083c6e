// tests/unit/app/board_test.cpp - What /healthz hears.
#include "app/board.h"

#include <catch2/catch.hpp>

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
