// tests/systems/systems_run.cpp - Proves system packages: their incidents, quiet days and limits.
// For authors: shows what an incident raises, with lines for incidents.toml.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <set>
#include <string>

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

struct Package {
  PackageCase described;
  std::shared_ptr<const Plant> plant;
  std::vector<config::RuleTest> tests;
};

// Whole seconds outward, such as incidents.toml has.
std::string rounded(Duration time, bool up) {
  const auto whole = up ? std::chrono::ceil<std::chrono::seconds>(time)
                        : std::chrono::floor<std::chrono::seconds>(time);
  return to_text(Duration{whole});
}

// Says what is wrong; empty after an error.
std::optional<Package> open(const std::string& name) {
  Diagnostics diagnostics;
  std::optional<Package> result;
  auto described = read_case(PARKWATCH_SOURCE_DIR, name, diagnostics);
  const parksim::SystemInfo* system = parksim::system_named(name);
  if (system == nullptr) std::cout << name << ": there is no simulated system of this name\n";
  if (described && system != nullptr) {
    bool causes_known = true;
    for (const IncidentCase& incident : described->incidents) {
      for (const std::string& cause : incident.causes) {
        if (parksim::has_cause(*system, cause)) continue;
        std::cout << name << '/' << incident.name << ": no cause " << cause << '\n';
        causes_known = false;
      }
    }
    const std::string scratch = PARKWATCH_BINARY_DIR "/tests/systems/plants";
    auto instance = load_instance(PARKWATCH_SOURCE_DIR, *described, scratch, diagnostics);
    if (instance && causes_known) {
      result = Package{std::move(*described), instance->plant, std::move(instance->tests)};
    }
  }
  for (const Diagnostic& diagnostic : diagnostics) std::cout << to_text(diagnostic) << '\n';
  return result;
}

Outcome run(const Package& package, const IncidentCase* incident, std::uint64_t seed) {
  const Run run{&package.described, package.plant, seed, incident};
  Listener listener{incident_begin(run), package.described.site, package.described.site};
  simulate(run, [&](const Facts& facts) {
    for (const AlarmEvent& event : facts.transitions) listener.hear(event);
    for (const Refusal& refusal : facts.refusals) {
      listener.refused(refusal.topic + ": " + refusal.detail);
    }
  });
  return listener.outcome();
}

// Causes of the simulator that no incident of the package has.
std::vector<std::string> untried(const Package& package) {
  std::vector<std::string> names;
  for (const auto& cause : parksim::system_named(package.described.package)->causes) {
    const auto& all = package.described.incidents;
    const bool tried = std::any_of(all.begin(), all.end(), [&](const IncidentCase& incident) {
      return std::count(incident.causes.begin(), incident.causes.end(), cause.name) > 0;
    });
    if (!tried) names.emplace_back(cause.name);
  }
  return names;
}

// Rules of the package that no incident raises: nothing proves them but their rule tests.
std::set<std::string> unraised(const Package& package) {
  const std::string& site = package.described.site;
  std::set<std::string> rules;
  for (const RuleSpec& rule : package.plant->rules) rules.insert(rule_of_package(rule.id, site));
  for (const IncidentCase& incident : package.described.incidents) {
    for (const ExpectedAlarm& alarm : incident.alarms) rules.erase(rule_of_package(alarm.rule, ""));
  }
  return rules;
}

bool prove_incidents(const Package& package) {
  std::size_t exact = 0;
  for (const IncidentCase& incident : package.described.incidents) {
    std::string what;
    for (std::uint64_t seed = 1; seed <= incident_seeds && what.empty(); ++seed) {
      what = difference(incident.alarms, run(package, &incident, seed));
      if (!what.empty()) what = "seed " + std::to_string(seed) + ": " + what;
    }
    if (what.empty()) ++exact;
    std::cout << (what.empty() ? "exact  " : "WRONG  ") << package.described.package << '/'
              << incident.name << (what.empty() ? "" : ": ") << what << std::endl;
  }
  const auto names = untried(package);
  for (const std::string& name : names)
    std::cout << "WRONG  no incident has the cause " << name << '\n';
  for (const std::string& rule : unraised(package)) {
    std::cout << "note   no incident raises the rule " << rule << '\n';
  }
  std::cout << "incidents package=" << package.described.package
            << " incidents=" << package.described.incidents.size() << " exact=" << exact;
  return exact == package.described.incidents.size() && names.empty();
}

// The [[test]]s that stand beside the rules.
bool prove_rules(const Package& package) {
  trial::Coverage coverage{*package.plant};
  std::size_t passed = 0;
  for (const config::RuleTest& test : package.tests) {
    const trial::TestOutcome outcome = trial::run_test(test, *package.plant);
    coverage.add(outcome);
    if (outcome.passed) ++passed;
    if (!outcome.passed) std::cout << to_text(outcome.fault) << '\n' << outcome.detail << '\n';
  }
  for (const trial::LevelOfRule& level : coverage.missing()) {
    std::cout << "note   no rule test reaches " << level.rule << ' ' << to_text(level.level)
              << '\n';
  }
  std::cout << "rules package=" << package.described.package << " tests=" << package.tests.size()
            << " passed=" << passed << " levels=" << coverage.levels()
            << " reached=" << coverage.reached();
  return passed == package.tests.size() && passed > 0;
}

bool prove_quiet(const Package& package) {
  std::size_t alarms = 0;
  for (std::uint64_t seed = 1; seed <= quiet_seeds; ++seed) {
    const Outcome outcome = run(package, nullptr, seed);
    for (const SeenAlarm& alarm : outcome.alarms) {
      std::cout << "FALSE  seed " << seed << ": " << text_of(alarm) << '\n';
    }
    for (const std::string& what : outcome.refused) std::cout << "REFUSED  " << what << '\n';
    alarms += outcome.alarms.size() + outcome.refused.size();
    if (alarms > 20) break;  // more of the same says nothing new
  }
  std::cout << "quiet package=" << package.described.package << " days=" << quiet_seeds
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
  const PackageCase& described = package.described;
  const QuietDay quiet = quiet_day(described, package.plant);
  const auto mutants = run_mutants(described, package.plant, quiet);
  for (const Mutant& mutant : mutants) say(mutant, verbose);
  std::size_t rest = 0;
  for (const auto& [what, count] : not_shifted(*package.plant, described.site, quiet)) {
    std::cout << "note   not shifted: " << count << ' ' << what << '\n';
    rest += count;
  }
  const MutantScore result = score(mutants);
  std::cout << "mutants package=" << described.package << " mutants=" << result.mutants
            << " caught=" << result.caught << " controls=" << result.controls
            << " broken=" << result.broken << " not_shifted=" << rest;
  return result.is_good();
}

// What each seed raised, and what incidents.toml could say.
void show_incident(const Package& package, const IncidentCase& incident) {
  std::map<std::string, std::pair<SeenAlarm, std::vector<Duration>>> lines;
  for (std::uint64_t seed = 1; seed <= incident_seeds; ++seed) {
    const Outcome outcome = run(package, &incident, seed);
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
    const QuietDay quiet = quiet_day(package.described, package.plant);
    for (const auto& [tag, value] : quiet.tags) std::cout << tag << ' ' << value << '\n';
    for (const auto& [rule, value] : quiet.rules)
      std::cout << "rule " << rule << ' ' << value << '\n';
    return 0;
  }
  for (const IncidentCase& incident : package.described.incidents) {
    if (incident.name != name) continue;
    show_incident(package, incident);
    return 0;
  }
  std::cout << "no incident " << name << "; there are medians (of a quiet day)";
  for (const IncidentCase& incident : package.described.incidents)
    std::cout << ", " << incident.name;
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
  if (wanted.incidents) end_line(prove_incidents(package));
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
  app.add_flag("--quiet", wanted.quiet, "quiet days raise nothing");
  app.add_flag("--mutants", wanted.mutants, "a figure that is shifted by a fifth is noticed");
  app.add_flag("--verbose", wanted.verbose, "also by which incident");
  CLI11_PARSE(app, argc, argv);
  if (!wanted.rules && !wanted.incidents && !wanted.quiet && !wanted.mutants) {
    wanted.rules = wanted.incidents = wanted.quiet = wanted.mutants = true;
  }
  const auto package = open(wanted.package);
  if (!package) return 1;
  return wanted.incident.empty() ? prove(*package, wanted) : show(*package, wanted.incident);
}

}  // namespace parkwatch::systems

int main(int argc, char** argv) { return parkwatch::systems::main(argc, argv); }
