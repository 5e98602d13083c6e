// tests/unit/config/supply_packages_test.cpp - The packages for what supplies a park (energy,
// hydrogen, gas, heat, water): what their READMEs promise of parameters, limits and overrides.
#include <sstream>

#include "library_given.h"

namespace supply_packages_test {

using namespace parkwatch;
using namespace parkwatch::config;

namespace {

const std::string shipped = std::string{PARKWATCH_SOURCE_DIR} + "/config/";

// A system with nothing but what its package needs.
const std::map<std::string, std::string> least = {
    {"coke-oven-gas", ""},
    {"energy-carbon",
     "enterprises = [\"e01\"]\ncontract = 600\ndemand_warning = 540\nconnection = 1000\n"
     "unaccounted = 600\nco2_budget = 5_400_000\n"},
    {"heating-geothermal", "heat_min = 15\n"},
    {"hydrogen-station", "detectors = [\"h2a\"]\n"},
    {"water-supply", ""},
};

std::string system_of(const std::string& package, const std::string& more = {}) {
  return "[[system]]\npackage = \"" + package + "\"\nsite = \"s\"\n" + least.at(package) + more;
}

// `own`: an included file of the park.
Loaded with_shipped(const std::string& systems, const std::string& own = {}) {
  const Folder folder;
  std::filesystem::create_directory_symlink(shipped + "systems", folder / "systems");
  std::filesystem::create_directory_symlink(shipped + "limits", folder / "limits");
  folder.write("own.toml", own);
  folder.write("p.toml",
               "include = [\"own.toml\"]\ndaemon.park = \"p\"\n"
               "[[source]]\nname = \"park\"\ndriver = \"mqtt\"\n\n" +
                   systems);
  return load_from(folder, "p.toml");
}

// The README's blocks of TOML.
std::vector<std::string> examples_of(const std::string& package) {
  std::ifstream in{shipped + "systems/" + package + "/README.md"};
  REQUIRE(in);
  std::vector<std::string> blocks;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line == "```toml") {
      blocks.emplace_back();
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back() += line + '\n';
    }
  }
  return blocks;
}

const Limit& limit_of(const RuleSpec& spec, Level level) {
  const auto found = std::find_if(spec.limits.begin(), spec.limits.end(),
                                  [&](const Limit& limit) { return limit.level == level; });
  REQUIRE(found != spec.limits.end());
  return *found;
}

std::string expression_of(const Loaded& loaded, const std::string& tag) {
  REQUIRE(loaded.config != nullptr);
  for (const Tag& one : loaded.config->plant->tags) {
    if (one.name == tag) return one.expression;
  }
  return {};
}

}  // namespace

TEST_CASE("supply packages: whatever a site does not have is left out", "[config]") {
  for (const auto& [package, needed] : least) {
    CAPTURE(package);
    const Loaded got = with_shipped(system_of(package));
    CHECK(got.said().empty());
    CHECK(!rule_ids(got).empty());
  }
}

TEST_CASE("supply packages: a parameter that is needed is asked for", "[config]") {
  const Loaded energy = with_shipped("[[system]]\npackage = \"energy-carbon\"\nsite = \"s\"\n");
  for (const char* name :
       {"enterprises", "contract", "demand_warning", "connection", "unaccounted", "co2_budget"}) {
    CAPTURE(name);
    CHECK(energy.said().find(std::string{"system."} + name + ": is missing") != std::string::npos);
  }
  const Loaded hydrogen =
      with_shipped("[[system]]\npackage = \"hydrogen-station\"\nsite = \"s\"\n");
  CHECK(hydrogen.said().find("detectors: is missing") != std::string::npos);
}

TEST_CASE("supply packages: the READMEs' examples are right", "[config]") {
  for (const auto& [package, needed] : least) {
    CAPTURE(package);
    const std::vector<std::string> blocks = examples_of(package);
    REQUIRE(!blocks.empty());
    std::string own;
    for (std::size_t i = 1; i < blocks.size(); ++i) own += blocks[i] + '\n';
    const Loaded got = with_shipped(blocks.front(), own);
    CHECK(got.said().empty());
    CHECK(got.config != nullptr);
  }
}

TEST_CASE("supply packages: two systems of one package stand side by side", "[config]") {
  const Loaded got = with_shipped(system_of("water-supply") +
                                  "[[system]]\npackage = \"water-supply\"\nsite = \"t\"\n"
                                  "taps = [\"a\", \"b\"]\n");
  CHECK(got.said().empty());
  CHECK(rule(got, "s.ph").tags == std::vector<std::string>{"s/outlet/ph"});
  CHECK(rule(got, "t.ph").tags == std::vector<std::string>{"t/outlet/ph"});
  CHECK(rule(got, "t.tap-chlorine").tags ==
        std::vector<std::string>{"t/a/chlorine", "t/b/chlorine"});
  CHECK(rule_ids(got).find("s.tap-chlorine") == std::string::npos);
}

TEST_CASE("water supply: limits are the standard's, and turbidity may be that of a poor source",
          "[config]") {
  const Loaded usual = with_shipped(system_of("water-supply"));
  CHECK(limit_of(rule(usual, "s.turbidity"), Level::high_high).at == 1.0);
  CHECK(limit_of(rule(usual, "s.chlorine"), Level::low).at == 0.3);
  CHECK(limit_of(rule(usual, "s.chlorine"), Level::high).at == 2.0);
  CHECK(limit_of(rule(usual, "s.ph"), Level::low).at == 6.5);
  CHECK(limit_of(rule(usual, "s.ph"), Level::high).at == 8.5);
  CHECK(limit_of(rule(usual, "s.codmn"), Level::high).at == 3.0);
  const Loaded poor = with_shipped(
      system_of("water-supply", "turbidity_limit = \"gb5749.turbidity.constrained\"\n"));
  CHECK(limit_of(rule(poor, "s.turbidity"), Level::high_high).at == 3.0);
}

TEST_CASE("water supply: a site's own limit replaces that of the package", "[config]") {
  const Loaded got =
      with_shipped(system_of("water-supply"),
                   "[[limit]]\nname = \"site.water-supply.tank.high\"\nvalue = 3.5\nunit = \"m\"\n"
                   "proof = \"site\"\n");
  CHECK(limit_of(rule(got, "s.clear-water"), Level::high).at == 3.5);
  CHECK(limit_of(rule(got, "s.clear-water"), Level::high_high).at == 4.3);
}

TEST_CASE("energy: one enterprise's contract is an override by id", "[config]") {
  const Loaded got = with_shipped(
      "[[system]]\npackage = \"energy-carbon\"\nsite = \"s\"\nenterprises = [\"a\", \"b\"]\n"
      "contract = 600\ndemand_warning = 540\nconnection = 1000\nunaccounted = 600\n"
      "co2_budget = 1000\n",
      "[[rule]]\nid = \"s.demand.b\"\nH = 1125\nHH = 1250\n");
  CHECK(got.said().empty());
  CHECK(limit_of(rule(got, "s.demand.a"), Level::high_high).at == 600.0);
  const RuleSpec& other = rule(got, "s.demand.b");
  CHECK(limit_of(other, Level::high).at == 1125.0);
  CHECK(limit_of(other, Level::high_high).at == 1250.0);
  CHECK(limit_of(other, Level::high_high).priority == Priority::high);
}

TEST_CASE("energy: the target of the peak hours changes on the day that its editions say",
          "[config]") {
  const Loaded got = with_shipped(
      system_of("energy-carbon"),
      "[[limit]]\nname = \"site.energy-carbon.peak.load\"\nvalue = 12000\nunit = \"kW\"\n"
      "valid_from = \"2026-01-01\"\nvalid_to = \"2026-07-01\"\nproof = \"site\"\n"
      "[[limit]]\nname = \"site.energy-carbon.peak.load\"\nvalue = 10500\nunit = \"kW\"\n"
      "valid_from = \"2026-07-01\"\nproof = \"site\"\n");
  CHECK(got.said().empty());
  const RuleSpec& winter = rule(got, "s.peak-load");
  const RuleSpec& summer = rule(got, "s.peak-load.2026-07-01");
  CHECK(limit_of(winter, Level::high).at == 12000.0);
  CHECK(limit_of(summer, Level::high).at == 10500.0);
  CHECK(winter.valid_to == summer.valid_from);
}

TEST_CASE("energy: the factor is North China's unless another is named", "[config]") {
  const Loaded north = with_shipped(system_of("energy-carbon"));
  CHECK(expression_of(north, "s/grid/co2").find("0.6361") != std::string::npos);
  const Loaded east = with_shipped(system_of("energy-carbon", "grid_factor = 0.55\n"));
  CHECK(expression_of(east, "s/grid/co2").find("* 0.55 +") != std::string::npos);
}

TEST_CASE("energy: the balance has a term for every meter that there is", "[config]") {
  const Loaded alone = with_shipped(system_of("energy-carbon"));
  CHECK(rule(alone, "s.unaccounted").terms.size() == 2);
  const Loaded all =
      with_shipped(system_of("energy-carbon",
                             "pv = [\"p1\", \"p2\"]\nwind = [\"w1\"]\nchargers = [\"c1\"]\n"
                             "storage = [\"b1\"]\n"));
  CHECK(rule(all, "s.unaccounted").terms.size() == 7);
}

TEST_CASE("hydrogen: each storage grade has its own pressures, and another one needs its limits",
          "[config]") {
  const Loaded usual = with_shipped(system_of("hydrogen-station"));
  CHECK(limit_of(rule(usual, "s.storage.low"), Level::high).at == 21.0);
  CHECK(limit_of(rule(usual, "s.storage.high"), Level::low).at == 30.0);
  const std::string grade = "grades = [\"p90\"]\n";
  const Loaded missing = with_shipped(system_of("hydrogen-station", grade));
  CHECK(missing.config == nullptr);
  CHECK(missing.said().find("site.hydrogen-station.over.p90") != std::string::npos);
  CHECK(missing.said().find("site.hydrogen-station.under.p90") != std::string::npos);
  const Loaded given = with_shipped(
      system_of("hydrogen-station", grade),
      "[[limit]]\nname = \"site.hydrogen-station.over.p90\"\nvalue = 95\nunit = \"MPa\"\n"
      "proof = \"site\"\n"
      "[[limit]]\nname = \"site.hydrogen-station.under.p90\"\nvalue = 60\nunit = \"MPa\"\n"
      "proof = \"site\"\n");
  CHECK(given.said().empty());
  CHECK(limit_of(rule(given, "s.storage.p90"), Level::high).at == 95.0);
}

TEST_CASE("hydrogen: what must not be missed is latched, critical at its worst, and in no shadow",
          "[config]") {
  const Loaded got = with_shipped(system_of("hydrogen-station", "flames = [\"f\"]\n"));
  const RuleSpec& h2 = rule(got, "s.h2");
  CHECK(limit_of(h2, Level::high).at == 0.4);
  CHECK(limit_of(h2, Level::high_high).priority == Priority::critical);
  for (const char* id : {"s.h2", "s.flame"}) {
    CAPTURE(id);
    CHECK(rule(got, id).alarm.latched);
    CHECK(rule(got, id).alarm.suppress_when.empty());
  }
}

TEST_CASE("supply packages: every rule says in both languages what is wrong and what to do",
          "[config]") {
  for (const auto& [package, needed] : least) {
    const Loaded got = with_shipped(examples_of(package).front());
    REQUIRE(got.config != nullptr);
    for (const RuleSpec& spec : got.config->plant->rules) {
      CAPTURE(spec.id);
      CHECK(!spec.message.zh.empty());
      CHECK(spec.message.zh != spec.message.en);
      CHECK(!spec.guidance.zh.empty());
      CHECK(spec.guidance.zh != spec.guidance.en);
    }
  }
}

}  // namespace supply_packages_test
