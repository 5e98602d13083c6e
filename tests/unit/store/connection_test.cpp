// tests/unit/store/connection_test.cpp - SQLite by values.
#include "store/connection.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/temp_dir.h"

namespace connection_test {

using namespace parkwatch;
using namespace parkwatch::store;
using parkwatch::test::TempDir;

namespace {

std::unique_ptr<Connection> connected(const TempDir& dir) {
  auto connection = Connection::open({dir.path() / "file.db", false, {}});
  REQUIRE(connection);
  return std::move(*connection);
}

std::int64_t rows(Connection& connection) {
  const auto count = connection.number("SELECT count(*) FROM t");
  REQUIRE(count);
  return *count;
}

}  // namespace

TEST_CASE("values bound to a query come back", "[store]") {
  const TempDir dir;
  const auto connection = connected(dir);
  Query query{*connection, "SELECT ?, ?, ?, ?, ?"};
  const std::string zeros("a\0b", 3);
  query.number(std::int64_t{-5}).number(std::uint64_t{7}).text("\u6c34").blob(zeros).null();
  REQUIRE(query.row());
  CHECK(query.number_at(0) == -5);
  CHECK(query.count_at(1) == 7);
  CHECK(query.bytes_at(2) == "\u6c34");
  CHECK(query.bytes_at(3) == zeros);
  CHECK(query.null_at(4));
  CHECK(query.bytes_at(4).empty());
  CHECK_FALSE(query.row());
  CHECK_FALSE(query.failed());
}

TEST_CASE("a query runs again with other parameters", "[store]") {
  const TempDir dir;
  const auto connection = connected(dir);
  REQUIRE(connection->execute("CREATE TABLE t(x INTEGER)"));
  {
    Query insert{*connection, "INSERT INTO t VALUES(?)"};
    for (int n = 1; n <= 3; ++n) REQUIRE(insert.again().number(n).run());
  }
  const auto sum = connection->number("SELECT sum(x) FROM t");
  REQUIRE(sum);
  CHECK(*sum == 6);
}

TEST_CASE("a transaction that is not committed leaves nothing", "[store]") {
  const TempDir dir;
  const auto connection = connected(dir);
  REQUIRE(connection->execute("CREATE TABLE t(x INTEGER)"));
  {
    const Transaction transaction{*connection, Transaction::Kind::write};
    REQUIRE(transaction.begun());
    REQUIRE(connection->execute("INSERT INTO t VALUES(1)"));
    CHECK_FALSE(connection->idle());
  }
  CHECK(connection->idle());
  CHECK(rows(*connection) == 0);
  {
    Transaction transaction{*connection, Transaction::Kind::write};
    REQUIRE(connection->execute("INSERT INTO t VALUES(1)"));
    REQUIRE(transaction.commit());
  }
  CHECK(rows(*connection) == 1);
}

TEST_CASE("a mistake in SQL is a permanent error with SQLite's words", "[store]") {
  const TempDir dir;
  const auto connection = connected(dir);
  Query query{*connection, "SELECT nonsense"};
  CHECK(query.failed());
  CHECK_FALSE(query.number(1).row());
  CHECK(connection->failure().kind == ErrorKind::permanent);
  CHECK_THAT(connection->failure().message, Catch::Contains("file.db"));
  CHECK_THAT(connection->failure().message, Catch::Contains("no such column: nonsense"));
}

TEST_CASE("a lock that another holds is a transient error", "[store]") {
  const TempDir dir;
  const auto one = connected(dir);
  const auto two = connected(dir);
  REQUIRE(two->execute("PRAGMA busy_timeout = 0"));
  const Transaction first{*one, Transaction::Kind::write};
  REQUIRE(first.begun());
  const Transaction second{*two, Transaction::Kind::write};
  CHECK_FALSE(second.begun());
  CHECK(two->failure().kind == ErrorKind::transient);
  CHECK_THAT(two->failure().message, Catch::Contains("database is locked"));
}

TEST_CASE("a read-only connection writes nothing and creates no file", "[store]") {
  const TempDir dir;
  CHECK_FALSE(Connection::open({dir.path() / "none.db", true, {}}));
  REQUIRE(connected(dir)->execute("CREATE TABLE t(x INTEGER)"));
  auto reader = Connection::open({dir.path() / "file.db", true, {}});
  REQUIRE(reader);
  CHECK_FALSE((*reader)->execute("INSERT INTO t VALUES(1)"));
  CHECK(rows(**reader) == 0);
}

}  // namespace connection_test
