// daemon/store/wal_check.h - Whether a write-ahead log lost committed frames without SQLite's
// noticing. Blocking file access; any thread.
#pragma once
#include <string>

namespace parkwatch::store {

// SQLite ends its reading at the first frame whose checksum differs, and calls what comes after it
// never written. After a power cut that is so: each commit is synced before the next begins, so
// behind a torn frame stand ends of transactions that do not follow from each other. Two that do
// mean that committed frames were damaged afterwards, as does a header that is none (all zero:
// nothing was synced yet). What is wrong; empty: nothing, or there is no log.
[[nodiscard]] std::string fault_of_wal(const std::string& path);

}  // namespace parkwatch::store
