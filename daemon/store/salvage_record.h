// daemon/store/salvage_record.h - That a store was salvaged, kept in it until its first snapshot
// is: until then each start must pass over what is missing, and tell of it. With a connection:
// blocking I/O; one thread.
#pragma once
#include <optional>

#include "store/connection.h"
#include "store/store.h"

namespace parkwatch::store {

// Errors: the connection's.
[[nodiscard]] Result<Done> keep_salvage(Connection& connection, const Salvage& salvage);
[[nodiscard]] Result<std::optional<Salvage>> kept_salvage(Connection& connection);
// False: failed, as connection.failure() says.
[[nodiscard]] bool forget_salvage(Connection& connection);

}  // namespace parkwatch::store
