// tests/unit/parksim/package_causes_test.cpp - What the systems that supply a park keep: causes act
// on the first device of a kind, and what is not there has no instruments.
#include <cmath>
#include <set>

#include "tests/unit/parksim/supply_trace.h"

namespace parkwatch::parksim::package_causes_test {
namespace {

using namespace test;

struct Supplied {
  SystemRun run;
  std::vector<std::string> lists;       // settings that may be empty
  std::vector<std::string> aloof;       // tags of second devices, which no cause may move ...
  std::set<std::string_view> of_all{};  // ... but those of the weather, or of all devices
};

const std::vector<Supplied>& all_supplied() {
  static const std::vector<Supplied> all{
      {{.package = "coke-oven-gas",
        .settings = {{"site", {"a"}}, {"detectors", {"c1", "c2"}}, {"ovens", {"o1", "o2"}}}},
       {"detectors", "ovens"},
       {"c2/co", "o2/in_operation", "o2/enclosure", "o2/nmhc", "o2/benzene", "o2/wastewater"}},
      {{.package = "energy-carbon",
        .settings = {{"site", {"a"}},
                     {"pv", {"p1", "p2"}},
                     {"wind", {"w1", "w2"}},
                     {"chargers", {"c1", "c2"}},
                     {"storage", {"b1", "b2"}}}},
       {"enterprises", "pv", "wind", "chargers", "storage"},
       {"e01/cover_open", "e01/clock_offset", "p2/power", "w2/power", "c2/temperature", "c2/fault",
        "b2/cell_max", "b2/voltage_spread", "b2/co", "b2/smoke"},
       {"lull"}},
      {{.package = "heating-geothermal",
        .settings = {{"site", {"a"}},
                     {"wells", {"w1", "w2"}},
                     {"stations", {"s1", "s2"}},
                     {"rooms", {"r1", "r2"}}}},
       {"wells", "stations", "rooms"},
       {"w2/depth", "s2/pump", "s2/pressure", "s2/make_up"},
       {"wells-flushed"}},
      {{.package = "hydrogen-station",
        .settings = {{"site", {"a"}},
                     {"flames", {"f1", "f2"}},
                     {"electrolysers", {"e1", "e2"}},
                     {"dispensers", {"d1", "d2"}},
                     {"lng", {"l1", "l2"}},
                     {"chargers", {"c1", "c2"}}}},
       {"flames", "grades", "electrolysers", "dispensers", "lng", "chargers"},
       {"f2/flame", "e2/h2_in_o2", "e2/o2_in_h2", "e2/temperature", "e2/cell_voltage",
        "d2/pressure", "d2/temperature", "l2/gas", "l2/pressure", "c2/temperature", "c2/fault"}},
      {{.package = "water-supply", .settings = {{"site", {"a"}}, {"taps", {"t1", "t2"}}}},
       {"taps"},
       {}},
  };
  return all;
}

// Whether any value differs; the same instruments publish at the same times.
double distance(const SystemTrace& one, const SystemTrace& other, const std::string& tag) {
  const auto& left = one.of(tag);
  const auto& right = other.of(tag);
  REQUIRE(left.size() == right.size());
  double most = 0.0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    most = std::max(most, std::abs(left[i].second - right[i].second));
  }
  return most;
}

}  // namespace

TEST_CASE("supply: a cause of one device leaves the next one alone", "[parksim]") {
  for (const Supplied& supplied : all_supplied()) {
    SystemRun run = supplied.run;
    run.start = midnight + 8h;
    const SystemTrace sound{run, 4h};
    for (const SystemCause& cause : system_named(run.package)->causes) {
      if (supplied.of_all.count(cause.name) > 0) continue;
      run.incidents = {{std::string{cause.name}, 1h, 2h}};
      const SystemTrace troubled{run, 4h};
      for (const std::string& tag : supplied.aloof) {
        CAPTURE(run.package, cause.name, tag);
        CHECK(distance(sound, troubled, tag) == 0.0);
      }
    }
  }
}

TEST_CASE("supply: a device that is not there has no instruments", "[parksim]") {
  for (const Supplied& supplied : all_supplied()) {
    const std::size_t with = SystemTrace{supplied.run, 10min}.all().size();
    for (const std::string& list : supplied.lists) {
      CAPTURE(supplied.run.package, list);
      SystemRun run = supplied.run;
      run.settings[list] = {};
      CHECK(SystemTrace{run, 10min}.all().size() < with);
    }
  }
}

TEST_CASE("supply: noise is there, is small, and is the same for the same seed", "[parksim]") {
  for (const Supplied& supplied : all_supplied()) {
    CAPTURE(supplied.run.package);
    SystemRun run = supplied.run;
    const SystemTrace truth{run, 2h};
    run.noise = true;
    const SystemTrace noisy{run, 2h};
    CHECK(noisy.all() == SystemTrace{run, 2h}.all());
    std::size_t moved = 0;
    for (const auto& [tag, series] : truth.all()) {
      CAPTURE(tag);
      const double most = distance(truth, noisy, tag);
      CHECK(most < 0.03 * truth.span_of(tag));
      if (most > 0.0) ++moved;
    }
    CHECK(moved * 3 > truth.all().size());
  }
}

}  // namespace parkwatch::parksim::package_causes_test
