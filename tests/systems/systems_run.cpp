// tests/systems/systems_run.cpp - Proves system packages: their incidents, quiet days and limits.
// For authors: shows what an incident raises, with lines for incidents.toml.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <set>
#include <string>

#include "tests/systems/ledger_mutants.h"
#include "tests/systems/mutants.h"
#include "tests/systems/simulation.h"
#include "tests/systems/verdict.h"
#include "tools/parksim/physics/system.h"
#include "tools/trial/coverage.h"
#include "tools/trial/rule_test.h"

namespace parkwatch::systems {
namespace {

constexpr std::uint64_t incident_seeds = 3;
constexpr std::uint64_t quiet_seeds = 20;

// A package as incidents.toml describes it, or one of its variants.
struct Simulated {
  PackageCase described;
  std::shared_ptr<const Plant> plant;
  std::vector<config::RuleTest> tests;
};
// The package itself is the first.
using Package = std::vector<Simulated>;

// Whole seconds outward, such as incidents.toml has.
std::string rounded(Duration time, bool up) {
  const auto whole = up ? std::chrono::ceil<std::chrono::seconds>(time)
                        : std::chrono::floor<std::chrono::seconds>(time);
  return to_text(Duration{whole});
}

bool knows_causes(const parksim::SystemInfo& system, const PackageCase& described) {
  bool known = true;
  for (const IncidentCase& incident : described.incidents) {
    for (const std::string& cause : incident.causes) {
      if (parksim::has_cause(system, cause)) continue;
      std::cout << described.package << '/' << incident.name << ": no cause " << cause << '\n';
      known = false;
    }
  }
  return known;
}

// Says what is wrong; empty after an error.
Package open(const std::string& name) {
  Diagnostics diagnostics;
  Package result;
  const auto described = read_case(PARKWATCH_SOURCE_DIR, name, diagnostics);
  const parksim::SystemInfo* system = parksim::system_named(name);
  if (system == nullptr) std::cout << name << ": there is no simulated system of this name\n";
  bool good = described && system != nullptr;
  const auto add = [&](const PackageCase& one) {
    const std::string scratch = PARKWATCH_BINARY_DIR "/tests/systems/plants";
    auto instance = load_instance(PARKWATCH_SOURCE_DIR, one, scratch, diagnostics);
    good = good && instance && knows_causes(*system, one);
    if (good) result.push_back({one, instance->plant, std::move(instance->tests)});
  };
  if (good) {
    add(*described);
    for (const PackageCase& variant : described->variants) add(variant);
  }
  for (const Diagnostic& diagnostic : diagnostics) std::cout << to_text(diagnostic) << '\n';
  return good ? result : Package{};
}

Outcome run(const Simulated& one, const IncidentCase* incident, std::uint64_t seed) {
  const Run run{&one.described, one.plant, seed, incident};
  Listener listener{incident_begin(run), one.described.site, one.described.site};
  simulate(run, [&](const Facts& facts) {
    for (const AlarmEvent& event : facts.transitions) listener.hear(event);
    for (const Refusal& refusal : facts.refusals) {
      listener.refused(refusal.topic + ": " + refusal.detail);
    }
  });
  return listener.outcome();
}

std::vector<const IncidentCase*> incidents_of(const Package& package) {
  std::vector<const IncidentCase*> all;
  for (const Simulated& one : package) {
    for (const IncidentCase& incident : one.described.incidents) all.push_back(&incident);
  }
  return all;
}

// Causes of the simulator that no incident of the package has.
std::vector<std::string> untried(const Package& package) {
  std::vector<std::string> names;
  const auto incidents = incidents_of(package);
  for (const auto& cause : parksim::system_named(package.front().described.package)->causes) {
    const bool tried = std::any_of(incidents.begin(), incidents.end(), [&](const auto* incident) {
      return std::count(incident->causes.begin(), incident->causes.end(), cause.name) > 0;
    });
    if (!tried) names.emplace_back(cause.name);
  }
  return names;
}

// Rules of the package that no incident raises: nothing shows that their cause ends in them.
std::set<std::string> unraised(const Package& package) {
  std::set<std::string> rules;
  for (const Simulated& one : package) {
    for (const RuleSpec& rule : one.plant->rules) {
      rules.insert(rule_of_package(rule.id, one.described.site));
    }
  }
  for (const IncidentCase* incident : incidents_of(package)) {
    for (const ExpectedAlarm& alarm : incident->alarms) {
      rules.erase(rule_of_package(alarm.rule, ""));
    }
  }
  return rules;
}

std::string wrong_of(const Simulated& one, const IncidentCase& incident, std::uint64_t seeds) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const std::string what = difference(incident.alarms, run(one, &incident, seed));
    if (!what.empty()) return "seed " + std::to_string(seed) + ": " + what;
  }
  return {};
}

bool prove_incidents(const Package& package, std::uint64_t seeds) {
  const std::string& name = package.front().described.package;
  std::size_t exact = 0;
  for (const Simulated& one : package) {
    for (const IncidentCase& incident : one.described.incidents) {
      const std::string what = wrong_of(one, incident, seeds);
      if (what.empty()) ++exact;
      std::cout << (what.empty() ? "exact  " : "WRONG  ") << name << '/' << incident.name
                << (what.empty() ? "" : ": ") << what << std::endl;
    }
  }
  const auto causes = untried(package);
  for (const std::string& cause : causes) {
    std::cout << "WRONG  no incident has the cause " << cause << '\n';
  }
  const auto rules = unraised(package);
  for (const std::string& rule : rules) {
    std::cout << "WRONG  no incident raises the rule " << rule << '\n';
  }
  const std::size_t incidents = incidents_of(package).size();
  std::cout << "incidents package=" << name << " incidents=" << incidents << " exact=" << exact;
  return exact == incidents && causes.empty() && rules.empty();
}

// The [[test]]s that stand beside the rules.
bool prove_rules(const Package& package) {
  std::size_t tests = 0;
  std::size_t passed = 0;
  std::size_t levels = 0;
  std::size_t reached = 0;
  for (const Simulated& one : package) {
    trial::Coverage coverage{*one.plant};
    tests += one.tests.size();
    for (const config::RuleTest& test : one.tests) {
      const trial::TestOutcome outcome = trial::run_test(test, *one.plant);
      coverage.add(outcome);
      if (outcome.passed) ++passed;
      if (!outcome.passed) std::cout << to_text(outcome.fault) << '\n' << outcome.detail << '\n';
    }
    for (const trial::LevelOfRule& level : coverage.missing()) {
      std::cout << "WRONG  no rule test reaches " << level.rule << ' ' << to_text(level.level)
                << '\n';
    }
    levels += coverage.levels();
    reached += coverage.reached();
  }
  std::cout << "rules package=" << package.front().described.package << " tests=" << tests
            << " passed=" << passed << " levels=" << levels << " reached=" << reached;
  return passed == tests && passed > 0 && reached == levels;
}

bool prove_quiet(const Package& package) {
  std::size_t alarms = 0;
  std::size_t days = 0;
  for (const Simulated& one : package) {
    for (std::uint64_t seed = 1; seed <= quiet_seeds; ++seed, ++days) {
      const Outcome outcome = run(one, nullptr, seed);
      for (const SeenAlarm& alarm : outcome.alarms) {
        std::cout << "FALSE  seed " << seed << ' ' << one.described.variant << ": "
                  << text_of(alarm) << '\n';
      }
      for (const std::string& what : outcome.refused) std::cout << "REFUSED  " << what << '\n';
      alarms += outcome.alarms.size() + outcome.refused.size();
      if (alarms > 20) break;  // more of the same says nothing new
    }
  }
  std::cout << "quiet package=" << package.front().described.package << " days=" << days
            << " false_alarms=" << alarms;
  return alarms == 0;
}

void say(const Mutant& mutant, bool verbose) {
  if (mutant.control) {
    if (mutant.caught) std::cout << "WRONG  control " << mutant.rule << ": " << mutant.by << '\n';
  } else if (!mutant.caught) {
    std::cout << "UNSEEN " << mutant.rule << ' ' << mutant.what << '\n';
  } else if (verbose) {
    std::cout << "caught " << mutant.rule << ' ' << mutant.what << " by " << mutant.by << '\n';
  }
}

bool prove_mutants(const Package& package, bool verbose) {
  MutantScore total;
  std::size_t rest = 0;
  for (const Simulated& one : package) {
    const bool is_variant = &one != &package.front();
    const QuietDay quiet = quiet_day(one.described, one.plant);
    const auto plant = is_variant ? differing(*one.plant, *package.front().plant) : one.plant;
    auto mutants = run_mutants(one.described, plant, quiet);
    if (!is_variant) {
      const auto of_ledger = run_ledger_mutants(one.described, one.plant);
      mutants.insert(mutants.end(), of_ledger.begin(), of_ledger.end());
    }
    for (const Mutant& mutant : mutants) say(mutant, verbose);
    total += score(mutants);
    if (is_variant) continue;
    for (const auto& [why, figures] : not_shifted(*plant, one.described.site, quiet)) {
      std::cout << "note   not shifted: " << figures.size() << ' ' << why << '\n';
      for (const std::string& one_of : figures) {
        if (verbose) std::cout << "       " << one_of << '\n';
      }
      rest += figures.size();
    }
  }
  std::cout << "mutants package=" << package.front().described.package
            << " mutants=" << total.mutants << " caught=" << total.caught
            << " controls=" << total.controls << " broken=" << total.broken
            << " not_shifted=" << rest;
  return total.is_good();
}

// What each seed raised, and what incidents.toml could say.
void show_incident(const Simulated& one, const IncidentCase& incident) {
  std::map<std::string, std::pair<SeenAlarm, std::vector<Duration>>> lines;
  for (std::uint64_t seed = 1; seed <= incident_seeds; ++seed) {
    const Outcome outcome = run(one, &incident, seed);
    std::cout << "seed " << seed << ": ";
    const std::string what = difference(incident.alarms, outcome);
    std::cout << (what.empty() ? "exact" : what) << '\n';
    for (const SeenAlarm& alarm : outcome.alarms) {
      std::cout << "  " << text_of(alarm) << '\n';
      auto& line = lines[alarm.rule + alarm.tag + std::string{to_text(alarm.level)}];
      line.first = alarm;
      line.second.push_back(alarm.after);
    }
    for (const std::string& name : outcome.standing)
      std::cout << "  stands at the end: " << name << '\n';
    for (const std::string& name : outcome.refused) std::cout << "  refused: " << name << '\n';
  }
  std::vector<std::pair<SeenAlarm, std::vector<Duration>>> sorted;
  for (const auto& [key, line] : lines) sorted.push_back(line);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.second.front() < b.second.front(); });
  std::cout << "alarms = [\n";
  for (const auto& [alarm, times] : sorted) {
    const auto [low, high] = std::minmax_element(times.begin(), times.end());
    std::cout << "  { rule = \"" << alarm.rule << "\", tag = \"" << alarm.tag << "\", level = \""
              << to_text(alarm.level) << "\", priority = \"" << to_text(alarm.priority)
              << "\", after = [\"" << rounded(*low, false) << "\", \"" << rounded(*high, true)
              << "\"] },\n";
  }
  std::cout << "]  # the narrowest ranges of " << incident_seeds << " seeds\n";
}

int show(const Package& package, const std::string& name) {
  if (name == "medians") {
    const QuietDay quiet = quiet_day(package.front().described, package.front().plant);
    for (const auto& [tag, value] : quiet.tags) std::cout << tag << ' ' << value << '\n';
    for (const auto& [rule, value] : quiet.rules) {
      std::cout << "rule " << rule << ' ' << value << '\n';
    }
    return 0;
  }
  for (const Simulated& one : package) {
    for (const IncidentCase& incident : one.described.incidents) {
      if (incident.name != name) continue;
      show_incident(one, incident);
      return 0;
    }
  }
  std::cout << "no incident " << name << "; there are medians (of a quiet day)";
  for (const IncidentCase* incident : incidents_of(package)) std::cout << ", " << incident->name;
  std::cout << '\n';
  return 1;
}

struct Wanted {
  std::string package;
  std::string incident;
  bool rules = false;
  bool incidents = false;
  bool quiet = false;
  bool mutants = false;
  bool verbose = false;
  std::uint64_t seeds = incident_seeds;
};

int prove(const Package& package, const Wanted& wanted) {
  using clock = std::chrono::steady_clock;
  bool good = true;
  auto begin = clock::now();
  const auto end_line = [&](bool result) {
    good = good && result;
    const std::chrono::duration<double> took = clock::now() - begin;
    std::cout << " seconds=" << std::round(took.count() * 10.0) / 10.0 << std::endl;
    begin = clock::now();
  };
  if (wanted.rules) end_line(prove_rules(package));
  if (wanted.incidents) end_line(prove_incidents(package, wanted.seeds));
  if (wanted.quiet) end_line(prove_quiet(package));
  if (wanted.mutants) end_line(prove_mutants(package, wanted.verbose));
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Wanted wanted;
  CLI::App app{"Proves a system package, or shows what one of its incidents raises", "systems_run"};
  app.add_option("package", wanted.package, "a folder of config/systems")->required();
  app.add_option("incident", wanted.incident, "show what it raises; medians: of a quiet day");
  app.add_flag("--rules", wanted.rules, "the package's own rule tests pass");
  app.add_flag("--incidents", wanted.incidents, "every incident raises exactly what it must");
  app.add_option("--seeds", wanted.seeds, "of each incident");
  app.add_flag("--quiet", wanted.quiet, "quiet days raise nothing");
  app.add_flag("--mutants", wanted.mutants, "a figure that is shifted by a fifth is noticed");
  app.add_flag("--verbose", wanted.verbose, "also by which incident");
  CLI11_PARSE(app, argc, argv);
  if (!wanted.rules && !wanted.incidents && !wanted.quiet && !wanted.mutants) {
    wanted.rules = wanted.incidents = wanted.quiet = wanted.mutants = true;
  }
  const auto package = open(wanted.package);
  if (package.empty()) return 1;
  return wanted.incident.empty() ? prove(package, wanted) : show(package, wanted.incident);
}

}  // namespace parkwatch::systems

int main(int argc, char** argv) { return parkwatch::systems::main(argc, argv); }
