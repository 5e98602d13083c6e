// daemon/store/keyed_scan.h - Reads a table by key around what of it is damaged. With a connection:
// blocking I/O; one thread.
#pragma once
#include <cstdint>
#include <optional>

#include "store/connection.h"

namespace parkwatch::store {

// Here `sql` is a query with keys in (?, ?], in their order, its key first.
using Key = std::uint64_t;
inline constexpr Key key_max = Key{1} << 50;

// The last key; where the end of the table cannot be read, one before it.
[[nodiscard]] Key last_key(Connection& old, const char* sql);
// The smallest key behind a hole that begins after `after`; empty: there is nothing behind it.
[[nodiscard]] std::optional<Key> behind_hole(Connection& old, const char* sql, Key after, Key last);

// Gives `take` every row that can be read, in the order of the keys. False: `take` was.
template <typename Take>
[[nodiscard]] bool scan_by_key(Connection& old, const char* sql, Key after, Key last, Take take) {
  for (;;) {
    {
      Query query{old, sql};
      query.number(after).number(last);
      while (query.row()) {
        after = query.count_at(0);
        if (!take(query)) return false;
      }
      if (!query.failed()) return true;
    }
    const auto next = behind_hole(old, sql, after, last);
    if (!next) return true;
    after = *next;
  }
}

}  // namespace parkwatch::store
