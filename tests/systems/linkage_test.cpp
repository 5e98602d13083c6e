// tests/systems/linkage_test.cpp - The actions that packages bring: what they command, and that
// nothing leaves unless a site says where to.
#include <catch2/catch.hpp>

#include "tests/systems/given_plant.h"

namespace parkwatch::systems::linkage_test {
namespace {

using namespace std::chrono_literals;

const std::string gates =
    "[[system]]\npackage = \"chemical-park-gates\"\nsite = \"cp\"\n"
    "gates = [\"g1\", \"g2\"]\n";
const std::string pool =
    "[[system]]\npackage = \"emergency-pool\"\nsite = \"pool\"\n"
    "pumps = [\"P1\"]\n";
const std::string tanks =
    "[[system]]\npackage = \"tank-farm\"\nsite = \"tf\"\ntanks = [\"T1\", \"T2\"]\n";

std::string with_commands(const std::string& system, const std::string& prefix) {
  return "[actions]\nallow = [\"cmd/#\"]\n" + system + "commands = \"" + prefix + "\"\n";
}

Timestamp noon() { return *parse_rfc3339("2026-04-01T12:00:00+08:00"); }

// Without the ids and times that payloads carry. A journaled payload keeps its doubled braces.
std::vector<std::string> begins(std::vector<std::string> lines, std::string_view until) {
  for (std::string& line : lines) line = line.substr(0, line.find(until));
  return lines;
}

}  // namespace

TEST_CASE("linkage: without a place for commands no package has an action", "[systems]") {
  for (const std::string& system : {gates, pool, tanks}) {
    CHECK(given_plant(system)->actions.actions.empty());
    const auto linked = given_plant(with_commands(system, "cmd/x"));
    CHECK_FALSE(linked->actions.actions.empty());
    CHECK_FALSE(linked->actions.live);
  }
}

TEST_CASE("linkage: an evacuation orders every barrier open, and to automatic when it is over",
          "[systems]") {
  GivenPark park{given_plant(with_commands(gates, "cmd/cp")), noon()};
  park.send(noon() + 1s, "cp/siren/evacuation", "true");
  CHECK(begins(park.decided(), ",\"id\"") ==
        std::vector<std::string>{
            R"(action_dry_run action/cp.open-barrier.g1 cmd/cp/g1/barrier {{"cmd":"open")",
            R"(action_dry_run action/cp.open-barrier.g2 cmd/cp/g2/barrier {{"cmd":"open")"});
  park.send(noon() + 10min, "cp/siren/evacuation", "false");
  park.wait_until(noon() + 20min);
  CHECK(park.decided().empty());  // nobody has acknowledged it
  park.acknowledge(noon() + 21min, "cp.evacuation");
  park.wait_until(noon() + 27min);
  CHECK(begins(park.decided(), ",\"id\"") ==
        std::vector<std::string>{
            R"(action_dry_run action/cp.open-barrier.g1 cmd/cp/g1/barrier {{"cmd":"auto")",
            R"(action_dry_run action/cp.open-barrier.g2 cmd/cp/g2/barrier {{"cmd":"auto")"});
}

TEST_CASE("linkage: the border's gate is ordered shut when nobody has for five minutes",
          "[systems]") {
  GivenPark park{given_plant(with_commands(pool, "cmd/pool")), noon()};
  park.send(noon() + 1s, "pool/L3/closed", "false");
  park.send(noon() + 2s, "pool/outfall/cod", "20");
  park.send(noon() + 3s, "pool/outfall/ph", "3.1");
  park.wait_until(noon() + 4min);
  CHECK(park.decided().empty());
  park.wait_until(noon() + 6min);
  CHECK(begins(park.decided(), ",\"id\"") ==
        std::vector<std::string>{
            R"(action_dry_run action/pool.shut-border cmd/pool/L3/gate {{"cmd":"shut")"});
}

TEST_CASE("linkage: brine shuts the border's gate, whatever is known of pH and COD", "[systems]") {
  GivenPark park{given_plant(with_commands(pool, "cmd/pool")), noon()};
  park.send(noon() + 1s, "pool/L3/closed", "false");
  park.send(noon() + 2s, "pool/outfall/conductivity", "6000");
  park.wait_until(noon() + 4min);
  CHECK(park.decided().empty());
  park.wait_until(noon() + 6min);
  CHECK(begins(park.decided(), ",\"id\"") ==
        std::vector<std::string>{
            R"(action_dry_run action/pool.shut-border cmd/pool/L3/gate {{"cmd":"shut")"});
}

TEST_CASE("linkage: a critical alarm of a tank tells the park where, another does not",
          "[systems]") {
  GivenPark park{given_plant(with_commands(tanks, "cmd/tf")), noon()};
  park.send(noon() + 1s, "tf/T1/gas", "30");
  park.wait_until(noon() + 20s);
  CHECK(park.raised() == std::vector<std::string>{"tf.gas tf/T1/gas 2026-04-01T04:00:01Z"});
  CHECK(park.decided().empty());
  park.send(noon() + 21s, "tf/T2/gas", "60");
  CHECK(begins(park.decided(), ",\"id\"") ==
        std::vector<std::string>{
            R"(action_dry_run action/tf.park-linkage cmd/tf/T2 {{"cmd":"alarm")"});
}

}  // namespace parkwatch::systems::linkage_test
