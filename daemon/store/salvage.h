// daemon/store/salvage.h - What of a damaged database goes into a new one. The writer's thread, at
// a start.
#pragma once
#include <string>

#include "model/result.h"
#include "store/connection.h"
#include "store/store.h"

namespace parkwatch::store {

// How much is carried over: a full disk has no room for all.
enum class Depth {
  all,
  state,    // what a start needs and what waits to be sent
  nothing,  // only that numbers go on
  readings  // what a pull gives, of the whole file and however long that takes; and its generation
};

// Reads the database `path` (with its WAL; by the VFS named, empty: the system's) by key around
// what is damaged, checks each row, and puts what is whole into `fresh`, an empty database of the
// newest version: consumers, configurations, the newest snapshot and the batches after it, the
// journal and what waits to be sent; then older readings, the newest first, for a few seconds.
// Numbers of batches, messages and the journal go on. Without a usable snapshot tags get other
// numbers, so that no readings are carried over. What is missing before the first batch becomes a
// gap. Sets `out`'s counts. Errors: those of `fresh`; what cannot be read is none.
Result<Done> salvage(const std::string& path, const std::string& vfs, Depth depth,
                     Connection& fresh, Salvage& out);

// What a pull gave of the database `path`, as far as it can be read: as a store for open_reader()
// in `directory`, which exists and is empty. Takes its time, and room for what it finds. Any
// thread. Sets only the counts. Errors: permanent - `path` cannot be opened as a database; those of
// `directory`.
[[nodiscard]] Result<Salvage> salvage_readings(const std::string& path,
                                               const std::string& directory);

}  // namespace parkwatch::store
