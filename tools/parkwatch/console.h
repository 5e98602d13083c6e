// tools/parkwatch/console.h - Where the commands speak to, and how they wait. Plain values.
#pragma once
#include <functional>
#include <ostream>

#include "model/time.h"
#include "tools/parkwatch/views.h"

namespace parkwatch::cli {

struct Console {
  std::ostream& out;
  std::ostream& err;
  ViewStyle style;
  bool json = false;
  std::function<void(Duration)> pause;  // between two tries of what waits for ever
};

// The time before the n-th try (from 0): 1 s, 2 s, 4 s ... 30 s.
[[nodiscard]] Duration pause_before_try(unsigned n);

// Says an error in words, or with --json as {"error":...}, on `err`.
void say_error(Console& console, const std::string& message);

}  // namespace parkwatch::cli
