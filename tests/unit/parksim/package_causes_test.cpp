// tests/unit/parksim/package_causes_test.cpp - What every simulated system must keep: each of its
// causes is felt by an instrument, and is over some time after it was mended.
#include <cmath>

#include "tests/unit/parksim/supply_trace.h"

namespace parkwatch::parksim::package_causes_test {
namespace {

using namespace test;

const std::vector<SystemRun>& runs() {
  static const std::vector<SystemRun> all{
      {.package = "coke-oven-gas",
       .settings = {{"site", {"a"}}, {"detectors", {"c1"}}, {"ovens", {"o1"}}}},
      {.package = "energy-carbon",
       .settings = {{"site", {"a"}},
                    {"enterprises", {"e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9"}},
                    {"pv", {"p1"}},
                    {"wind", {"w1"}},
                    {"chargers", {"c1"}},
                    {"storage", {"b1"}}}},
      {.package = "heating-geothermal",
       .settings =
           {{"site", {"a"}}, {"wells", {"w1", "w2"}}, {"stations", {"s1"}}, {"rooms", {"r1"}}}},
      {.package = "hydrogen-station",
       .settings = {{"site", {"a"}},
                    {"detectors", {"d1"}},
                    {"flames", {"f1"}},
                    {"electrolysers", {"e1"}},
                    {"dispensers", {"n1"}},
                    {"lng", {"l1"}},
                    {"chargers", {"c1"}}}},
      {.package = "water-supply", .settings = {{"site", {"a"}}, {"taps", {"t1"}}}},
  };
  return all;
}

// A fan's starter is missed when the fan is wanted.
std::vector<SystemIncident> incidents_of(std::string_view cause) {
  std::vector<SystemIncident> all{{std::string{cause}, 2h, 2h}};
  if (cause == "fan-starter-burnt") all.push_back({"fitting-leak", 2h, 2h});
  return all;
}

bool differ(const SystemTrace& one, const SystemTrace& other) { return one.all() != other.all(); }

}  // namespace

TEST_CASE("simulated systems: every cause is felt by an instrument", "[parksim]") {
  for (SystemRun run : runs()) {
    run.start = midnight + 8h;
    const SystemTrace sound{run, 4h};
    for (const SystemCause& cause : system_named(run.package)->causes) {
      CAPTURE(run.package, cause.name);
      run.incidents = incidents_of(cause.name);
      CHECK(differ(SystemTrace{run, 4h}, sound));
    }
  }
}

TEST_CASE("simulated systems: the same seed gives the same samples, noise included", "[parksim]") {
  for (SystemRun run : runs()) {
    CAPTURE(run.package);
    run.noise = true;
    CHECK(!differ(SystemTrace{run, 1h}, SystemTrace{run, 1h}));
    const SystemTrace noisy{run, 1h};
    run.noise = false;
    CHECK(differ(noisy, SystemTrace{run, 1h}));
  }
}

TEST_CASE("simulated systems: a device that is not there has no instruments", "[parksim]") {
  for (SystemRun run : runs()) {
    CAPTURE(run.package);
    const std::size_t with = SystemTrace{run, 10min}.all().size();
    run.settings = {{"site", {"a"}}};
    CHECK(SystemTrace{run, 10min}.all().size() < with);
  }
}

}  // namespace parkwatch::parksim::package_causes_test
