// tests/fault/replay_recorder.cpp - Records the simulated park into a store until it is killed or
// the time is over: fault_replay DIRECTORY SEED HOURS. Started again, it goes on where the store
// ends. It is killed by tests/fault/replay.py. Prints a line for each simulated hour.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>
#include <string>

#include "tests/support/recorded/recorded_park.h"

namespace {

using namespace parkwatch;
using namespace std::chrono_literals;

// An incident about every ten minutes, of every cause in turn, and now and then a clock that is
// set.
test::RecordedParkOptions options_of(const std::string& directory, std::uint64_t seed, int hours) {
  test::RecordedParkOptions options;
  options.directory = directory;
  options.seed = seed;
  std::mt19937_64 random{seed};
  const auto causes = parksim::causes();
  std::size_t cause = 0;
  for (parksim::Span at = 2min; at < 1h * hours; at += 5min + 1s * (random() % 600)) {
    options.incidents.push_back(
        {causes[cause++ % causes.size()].cause, at, 30s + 1s * (random() % 90)});
  }
  for (int hour = 1; hour < hours; hour += 3) {
    const auto by = 1s * (3 + random() % 60);
    options.clock_steps[1h * hour + 1s * (random() % 3000)] = hour % 2 == 0 ? by : -by;
  }
  options.reload_at = 1h * hours / 2;
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  try {
    const int hours = std::atoi(argv[3]);
    test::RecordedPark park{options_of(argv[1], std::strtoull(argv[2], nullptr, 10), hours)};
    if (park.replay_differences() != 0) {
      std::printf("the start's own replay differs in %llu places\n",
                  static_cast<unsigned long long>(park.replay_differences()));
      return 1;
    }
    for (int hour = 1; hour <= hours; ++hour) {
      park.run_until(1h * hour);
      std::printf("hour %d\n", hour);
      std::fflush(stdout);
    }
    park.stop();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fault_replay: %s\n", error.what());
    return 1;
  }
}
