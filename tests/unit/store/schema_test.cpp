// tests/unit/store/schema_test.cpp - Whose file it is, and how it gets from version to version.
#include "store/schema.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"
#include "tests/unit/store/sample_batches.h"

namespace schema_test {

using namespace parkwatch;
using namespace parkwatch::store;
using parkwatch::test::TempDir;

namespace {

std::unique_ptr<Connection> database(const TempDir& dir) {
  auto connection = Connection::open({dir.path() / "parkwatch.db", false, {}});
  REQUIRE(connection);
  return std::move(*connection);
}

std::int64_t version_of(Connection& connection) {
  const auto version = connection.number("PRAGMA user_version");
  REQUIRE(version);
  return *version;
}

Error refusal_of(const TempDir& dir) {
  const auto store = open_store(options_in(dir.path()));
  REQUIRE_FALSE(store);
  return store.error();
}

}  // namespace

TEST_CASE("a new database gets the newest version and our mark", "[store]") {
  const TempDir dir;
  const auto connection = database(dir);
  REQUIRE(migrate(*connection, migrations(), "x"));
  CHECK(version_of(*connection) == static_cast<std::int64_t>(migrations().size()));
  CHECK(*connection->number("PRAGMA application_id") == application_id);
  CHECK(check_schema(*connection, "x"));
  REQUIRE(migrate(*connection, migrations(), "x"));
}

TEST_CASE("an older database is brought up to date with its rows", "[store]") {
  const TempDir dir;
  const auto connection = database(dir);
  const std::vector<const char*> old = {"CREATE TABLE t(x INTEGER); INSERT INTO t VALUES(5)"};
  REQUIRE(migrate(*connection, old, "x"));
  REQUIRE(version_of(*connection) == 1);
  std::vector<const char*> now = old;
  now.push_back("ALTER TABLE t ADD COLUMN y INTEGER DEFAULT 7");
  now.push_back("UPDATE t SET y = y + x");
  REQUIRE(migrate(*connection, now, "x"));
  CHECK(version_of(*connection) == 3);
  CHECK(*connection->number("SELECT y FROM t") == 12);
  // Once is enough.
  REQUIRE(migrate(*connection, now, "x"));
  CHECK(*connection->number("SELECT y FROM t") == 12);
}

TEST_CASE("a migration that fails leaves the version before it whole", "[store]") {
  const TempDir dir;
  const auto connection = database(dir);
  const std::vector<const char*> steps = {"CREATE TABLE t(x INTEGER)",
                                          "CREATE TABLE u(x INTEGER); nonsense"};
  const auto migrated = migrate(*connection, steps, "x");
  REQUIRE_FALSE(migrated);
  CHECK_THAT(migrated.error().message, Catch::Contains("nonsense"));
  CHECK(version_of(*connection) == 1);
  CHECK(*connection->number("SELECT count(*) FROM sqlite_master") == 1);
}

TEST_CASE("an empty file of version 0 that bears our mark is filled", "[store]") {
  const TempDir dir;
  {
    const auto connection = database(dir);
    REQUIRE(connection->execute("PRAGMA application_id = " + std::to_string(application_id)));
  }
  commit(*opened(options_in(dir.path())), numbered_batch(1, 3));
  CHECK(sequences_of(pull_all(*reading(dir.path()))) == numbers(1, 3));
}

TEST_CASE("a file that is no database is set aside as it is", "[store][hostile]") {
  const TempDir dir;
  const std::string text =
      "these are the minutes of the meeting of 3 May, " + std::string(5000, '.');
  std::ofstream{dir.path() / "parkwatch.db"} << text;
  const auto store = opened(options_in(dir.path()));
  REQUIRE(store->recovered().salvage);
  const Salvage& salvage = *store->recovered().salvage;
  CHECK_THAT(salvage.reason, Catch::Contains((dir.path() / "parkwatch.db").string()) &&
                                 Catch::Contains("not a database"));
  std::ifstream file{salvage.kept_as};
  CHECK(std::string{std::istreambuf_iterator<char>{file}, {}} == text);
}

TEST_CASE("a database of another application is refused and left alone", "[store][hostile]") {
  for (const char* script : {"CREATE TABLE music(title TEXT)", "PRAGMA application_id = 252006674",
                             "PRAGMA user_version = 3"}) {
    CAPTURE(script);
    const TempDir dir;
    REQUIRE(database(dir)->execute(script));
    const Error error = refusal_of(dir);
    CHECK(error.kind == ErrorKind::permanent);
    CHECK_THAT(error.message, Catch::Contains("is a database of another application"));
    CHECK(*database(dir)->number("SELECT count(*) FROM sqlite_master WHERE name = 'batches'") == 0);
    const auto reader = open_reader(dir.path());
    REQUIRE_FALSE(reader);
    CHECK_THAT(reader.error().message, Catch::Contains("another application"));
  }
}

TEST_CASE("a database of a newer version is refused with both versions", "[store][hostile]") {
  const TempDir dir;
  commit(*opened(options_in(dir.path())), numbered_batch(1, 3));
  REQUIRE(database(dir)->execute("PRAGMA user_version = 99"));
  const Error error = refusal_of(dir);
  CHECK(error.kind == ErrorKind::permanent);
  CHECK_THAT(error.message,
             Catch::Contains("written by a newer version of Parkwatch (schema 99; this "
                             "one knows up to " +
                             std::to_string(migrations().size()) + ")"));
  const auto reader = open_reader(dir.path());
  REQUIRE_FALSE(reader);
  CHECK_THAT(reader.error().message, Catch::Contains("newer version"));
  REQUIRE(database(dir)->execute("PRAGMA user_version = " + std::to_string(migrations().size())));
  CHECK(opened(options_in(dir.path()))->recovered().last_sequence == 3);
}

TEST_CASE("a reader asks for the daemon when the database is of an older version", "[store]") {
  const TempDir dir;
  REQUIRE(database(dir)->execute("PRAGMA application_id = " + std::to_string(application_id)));
  const auto reader = open_reader(dir.path());
  REQUIRE_FALSE(reader);
  CHECK_THAT(reader.error().message, Catch::Contains("of an older version of Parkwatch"));
}

}  // namespace schema_test
