// tools/parkwatch/console.cpp - See the header.
#include "tools/parkwatch/console.h"

#include <algorithm>
#include <boost/json.hpp>

#include "report/terminal_text.h"

namespace parkwatch::cli {
using report::printable;

Duration pause_before_try(unsigned n) {
  constexpr unsigned doublings_max = 5;
  const Duration wait = std::chrono::seconds{1LL << std::min(n, doublings_max)};
  return std::min<Duration>(wait, std::chrono::seconds{30});
}

void say_error(Console& console, const std::string& message) {
  if (console.json) {
    console.err << boost::json::serialize(boost::json::object{{"error", message}}) << '\n';
  } else {
    console.err << "parkwatch: " << printable(message) << '\n';
  }
  console.err.flush();
}

}  // namespace parkwatch::cli
