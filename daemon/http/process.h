// daemon/http/process.h - This process's own numbers, read from /proc when asked. Any thread.
#pragma once
#include <cstddef>
#include <cstdint>

namespace parkwatch::http {

struct ProcessNumbers {
  std::uint64_t resident_bytes = 0;  // 0 where the system does not say
  std::size_t open_files = 0;
  double cpu_seconds = 0;  // user and system
};
[[nodiscard]] ProcessNumbers process_numbers();

// When this process began, in seconds since 1970 UTC; 0 where the system does not say.
[[nodiscard]] double process_start_seconds();

}  // namespace parkwatch::http
