// tests/systems/ledger_test.cpp - The ledger beside the simulated gates: it knows who is inside, a
// muster ticks everybody off, and its figures are watched.
#include <algorithm>
#include <catch2/catch.hpp>

#include "model/gates.h"
#include "tests/systems/ledger_mutants.h"
#include "tests/systems/package_case.h"
#include "tests/systems/simulation.h"

namespace parkwatch::systems::ledger_test {
namespace {

struct Gates {
  PackageCase described;
  std::shared_ptr<const Plant> plant;
};

Gates gates() {
  Diagnostics out;
  auto described = read_case(PARKWATCH_SOURCE_DIR, "chemical-park-gates", out);
  REQUIRE(described);
  const auto instance = load_instance(PARKWATCH_SOURCE_DIR, *described,
                                      PARKWATCH_BINARY_DIR "/tests/systems/ledger-plants", out);
  for (const Diagnostic& diagnostic : out) UNSCOPED_INFO(to_text(diagnostic));
  REQUIRE(instance);
  return {std::move(*described), instance->plant};
}

const IncidentCase& incident_of(const Gates& all, const std::string& name) {
  const auto& incidents = all.described.incidents;
  const auto at = std::find_if(incidents.begin(), incidents.end(),
                               [&](const IncidentCase& one) { return one.name == name; });
  REQUIRE(at != incidents.end());
  return *at;
}

struct Followed {
  GateBook book;
  std::size_t most = 0;  // inside at a time
};

Followed follow(const Gates& all, const IncidentCase* incident) {
  Followed result;
  simulate({&all.described, all.plant, 1, incident}, [&](const Facts& facts) {
    for (const GateChange& change : facts.gates) result.book.apply(change);
    result.most = std::max(result.most, result.book.inside.size());
    CHECK(facts.refusals.empty());
  });
  return result;
}

}  // namespace

TEST_CASE("ledger: on a quiet day hundreds come, all leave, and there is no muster", "[systems]") {
  const Gates all = gates();
  const Followed day = follow(all, nullptr);
  CHECK(day.most > 250);
  CHECK(day.book.inside.empty());
  CHECK_FALSE(day.book.muster.known);
  CHECK(day.book.permits.size() == 41);
}

TEST_CASE("ledger: an evacuation musters everyone inside, and each is ticked off", "[systems]") {
  const Gates all = gates();
  // Looked at after twenty minutes: later those at the muster point go home.
  IncidentCase siren = incident_of(all, "evacuation-ordered");
  siren.watch = siren.start + std::chrono::minutes{20};
  const Followed day = follow(all, &siren);
  const Muster& muster = day.book.muster;
  REQUIRE(muster.known);
  CHECK(muster.reason == "cp.evacuation cp/siren/evacuation");
  CHECK(muster.entries.size() > 200);
  const auto count = [&](MusterState state) {
    return std::count_if(muster.entries.begin(), muster.entries.end(),
                         [&](const auto& entry) { return entry.second.state == state; });
  };
  CHECK(count(MusterState::reported) > 20);  // at the muster point, and still inside
  CHECK(count(MusterState::left) > 100);
  CHECK(count(MusterState::missing) == 0);
  for (const auto& [id, entry] : muster.entries) {
    CAPTURE(id);
    if (entry.state == MusterState::reported) CHECK(entry.place == "mp1");
  }
}

TEST_CASE("ledger: a figure that no incident tries is told, and one that is off is caught",
          "[systems]") {
  Gates all = gates();
  std::erase_if(all.described.incidents, [](const IncidentCase& incident) {
    return incident.name != "visitor-keeps-card" && incident.name != "convoy";
  });
  const auto mutants = run_ledger_mutants(all.described, all.plant);
  const auto count = [&](const std::string& rule, bool control, bool caught) {
    return std::count_if(mutants.begin(), mutants.end(), [&](const Mutant& mutant) {
      return mutant.rule == rule && mutant.control == control && mutant.caught == caught;
    });
  };
  CHECK(count("gate-card", false, true) == 2);
  CHECK(count("gate-card", true, false) == 1);
  CHECK(count("gate-overstay", false, true) == 0);
  CHECK(count("gate-overstay", false, false) == 6);
  CHECK(count("gate-too-many", false, true) == 2);   // of hazardous goods ...
  CHECK(count("gate-too-many", false, false) == 2);  // ... of people nothing is tried
  auto without = std::make_shared<Plant>(*all.plant);
  without->gates = {};
  CHECK(run_ledger_mutants(all.described, without).empty());
}

}  // namespace parkwatch::systems::ledger_test
