// tools/parkwatch/position.h - How far an output got: the content of a cursor file. It is replaced
// whole or not at all.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "model/result.h"

namespace parkwatch::cli {

struct Position {
  std::string cursor;  // everything up to it is in the output; empty: nothing yet
  std::string format;  // of the output: "ndjson", "csv", "protobuf"
  // The output and its length then; 0 for standard output. What is behind it in the file was
  // written by a run that ended before it could say so, and is fetched again.
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  bool operator==(const Position&) const = default;
};

// Empty when there is no such file. Errors: permanent - unreadable, or no cursor file: with the
// path.
[[nodiscard]] Result<std::optional<Position>> load_position(const std::string& path);

// Writes a temporary file beside it, fsync, rename, fsync of the directory. Errors: permanent.
[[nodiscard]] Result<Done> save_position(const std::string& path, const Position& position);

}  // namespace parkwatch::cli
