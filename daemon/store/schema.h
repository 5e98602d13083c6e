// daemon/store/schema.h - The tables, their versions, and whose file it is. With a connection: its
// thread.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "model/result.h"
#include "store/connection.h"

namespace parkwatch::store {

// SQLite's application_id of our databases: "PkWt".
inline constexpr std::int64_t application_id = 0x506B5774;

// SQL scripts; the n-th, from 1, takes a database from version n - 1 to n. Old ones never change.
[[nodiscard]] std::span<const char* const> migrations();

// Brings a new or older database to the newest version, each step in a transaction of its own.
// Errors: permanent - the file belongs to another application, or to a newer version of ours
// (nothing is changed); else as the connection's.
Result<Done> migrate(Connection& connection, std::span<const char* const> steps,
                     const std::string& path);

// For a reader: the database is ours and of exactly this version. Errors: permanent.
Result<Done> check_schema(Connection& connection, const std::string& path);

}  // namespace parkwatch::store
