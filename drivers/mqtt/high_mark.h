// drivers/mqtt/high_mark.h - The highest number that any thread has raised it to. Any thread.
#pragma once
#include <atomic>
#include <cstdint>

namespace parkwatch::mqtt_driver {

// Two threads append, and the one with the lower sequence number may come here last: a plain store
// would lower the mark, and the acknowledgement of the higher one would go before its commit.
class HighMark {
 public:
  void raise(std::uint64_t number) {
    std::uint64_t seen = mark_.load();
    while (seen < number && !mark_.compare_exchange_weak(seen, number)) {
    }
  }
  [[nodiscard]] std::uint64_t get() const { return mark_.load(); }

 private:
  std::atomic<std::uint64_t> mark_{0};
};

}  // namespace parkwatch::mqtt_driver
