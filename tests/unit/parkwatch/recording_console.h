// tests/unit/parkwatch/recording_console.h - A console whose words the test can read, and whose
// pauses take no time.
#pragma once
#include <sstream>
#include <vector>

#include "tools/parkwatch/console.h"

namespace parkwatch::test {

struct RecordingConsole {
  std::ostringstream out;
  std::ostringstream err;
  std::vector<Duration> pauses;
  cli::Console console{out, err, {}, false, [this](Duration d) { pauses.push_back(d); }};
};

}  // namespace parkwatch::test
