// daemon/store/keyed_scan.cpp - See the header. No state.
#include "store/keyed_scan.h"

namespace parkwatch::store {
namespace {

// Whether SQLite can say what comes after this key: a row, or none.
bool can_be_read(Connection& old, const char* sql, Key after, Key last) {
  Query query{old, sql};
  return query.number(after).number(last).row() || !query.failed();
}

Key last_key(Connection& old, const char* sql, bool is_more_in_hole) {
  Key low = 0;
  Key high = key_max;
  while (low < high) {
    const Key middle = low + (high - low) / 2;
    Query query{old, sql};
    const bool more = query.number(middle).number(key_max).row();
    if (more || (query.failed() && is_more_in_hole)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

std::optional<Key> behind_hole(Connection& old, const char* sql, Key after, Key last) {
  Key step = 1;
  while (!can_be_read(old, sql, after + step, last)) {
    if (after + step > last || step > key_max) return std::nullopt;
    step *= 2;
  }
  Key low = after + step / 2;  // cannot be read
  Key high = after + step;
  while (high - low > 1) {
    const Key middle = low + (high - low) / 2;
    (can_be_read(old, sql, middle, last) ? high : low) = middle;
  }
  return high;
}

Key last_key(Connection& old, const char* sql) {
  const Key last = last_key(old, sql, true);
  return last < key_max ? last : last_key(old, sql, false);
}

}  // namespace parkwatch::store
