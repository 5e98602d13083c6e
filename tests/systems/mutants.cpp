// tests/systems/mutants.cpp - Making the mutants and running them side by side.
#include "tests/systems/mutants.h"

#include <algorithm>
#include <optional>
#include <set>

#include "tests/systems/simulation.h"
#include "tests/systems/verdict.h"

namespace parkwatch::systems {
namespace {

constexpr double part = 0.2;

double median_of(const std::vector<std::string>& tags,
                 const std::map<std::string, double>& medians) {
  std::vector<double> known;
  for (const std::string& tag : tags) {
    const auto at = medians.find(tag);
    if (at != medians.end()) known.push_back(at->second);
  }
  if (known.empty()) return 0.0;
  const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
  std::nth_element(known.begin(), middle, known.end());
  return *middle;
}

// What of a rule is shifted: one of its levels, or the bounds of its trigger.
struct Place {
  std::optional<Level> level;
  bool above = false;
  bool operator<(const Place& other) const {
    return std::tie(level, above) < std::tie(other.level, other.above);
  }
};

std::set<Place> places_of(const RuleSpec& rule) {
  std::set<Place> places;
  for (const Limit& limit : rule.limits) places.insert({limit.level, false});
  if (rule.trigger.above) places.insert({std::nullopt, true});
  if (rule.trigger.below) places.insert({std::nullopt, false});
  return places;
}

// Shifts it, and says how; empty if this rule (of several of one package's rule) has no such place.
std::string shift(RuleSpec& rule, const Place& place, bool outward, double normal) {
  double* at = nullptr;
  for (Limit& limit : rule.limits) {
    if (place.level && limit.level == *place.level) at = &limit.at;
  }
  if (!place.level && place.above && rule.trigger.above) at = &*rule.trigger.above;
  if (!place.level && !place.above && rule.trigger.below) at = &*rule.trigger.below;
  if (at == nullptr) return {};
  const double before = *at;
  *at += (outward ? part : -part) * (before - normal);
  const std::string name = place.level   ? std::string{to_text(*place.level)}
                           : place.above ? "above"
                                         : "below";
  return name + ' ' + to_text(Value{before}) + " -> " + to_text(Value{*at}) +
         (outward ? " (outward" : " (inward") + ", normal " + to_text(Value{normal}) + ')';
}

// The package's rules with limits, each with the rules that it became.
std::map<std::string, std::vector<const RuleSpec*>> families(const Plant& plant,
                                                             const std::string& instance) {
  std::map<std::string, std::vector<const RuleSpec*>> all;
  for (const RuleSpec& rule : plant.rules) {
    if (!places_of(rule).empty()) all[rule_of_package(rule.id, instance)].push_back(&rule);
  }
  return all;
}

std::vector<ExpectedAlarm> expected_of(const IncidentCase& incident, const std::string& rule) {
  std::vector<ExpectedAlarm> result;
  for (const ExpectedAlarm& alarm : incident.alarms) {
    if (rule_of_package(alarm.rule, "") == rule) result.push_back(alarm);
  }
  return result;
}

void try_incident(const PackageCase& package, const IncidentCase& incident, MutantPlant& all) {
  const Run run{&package, all.plant, 1, &incident};
  std::vector<Listener> listeners(all.mutants.size(),
                                  {incident_begin(run), package.site, package.site});
  simulate(run, [&](const Facts& facts) {
    for (AlarmEvent event : facts.transitions) {
      const auto place = all.places.find(event.rule);
      if (place == all.places.end()) continue;
      event.rule = all.originals.at(event.rule);
      listeners[place->second].hear(event);
    }
  });
  for (std::size_t i = 0; i < all.mutants.size(); ++i) {
    Mutant& mutant = all.mutants[i];
    const std::string what = difference(expected_of(incident, mutant.rule), listeners[i].outcome());
    if (what.empty() || mutant.caught) continue;
    mutant.caught = true;
    mutant.by = incident.name + ": " + what;
  }
}

}  // namespace

std::string rule_of_package(const std::string& id, const std::string& instance) {
  const bool prefixed = !instance.empty() && id.starts_with(instance + '.');
  const std::string rest = prefixed ? id.substr(instance.size() + 1) : id;
  return rest.substr(0, rest.find('.'));
}

double normal_of(const RuleSpec& rule, const std::map<std::string, double>& medians) {
  switch (rule.kind) {
    case RuleKind::limit:
    case RuleKind::repeat:
      return median_of(rule.tags, medians);
    case RuleKind::vote: {
      std::vector<std::string> members;
      for (const Term& term : rule.terms) members.push_back(term.tag);
      return median_of(members, medians);
    }
    case RuleKind::window:
      switch (rule.window.aggregate) {
        case Aggregate::avg:
        case Aggregate::min:
        case Aggregate::max:
          return median_of(rule.tags, medians);
        default:
          return 0.0;
      }
    default:
      return 0.0;  // a difference, a rate or a total; of a forecast the level itself is shifted
  }
}

MutantPlant mutate(const Plant& plant, const std::string& instance,
                   const std::map<std::string, double>& medians) {
  MutantPlant result;
  auto mutated = std::make_shared<Plant>(plant);
  mutated->rules.clear();
  mutated->actions = {};
  for (const auto& [name, rules] : families(plant, instance)) {
    std::set<Place> places;
    for (const RuleSpec* rule : rules) places.merge(places_of(*rule));
    for (const Place& place : places) {
      for (const bool outward : {true, false}) {
        Mutant mutant{name, {}, false, {}};
        for (const RuleSpec* rule : rules) {
          RuleSpec copy = *rule;
          const std::string what = shift(copy, place, outward, normal_of(*rule, medians));
          copy.id += "~" + std::to_string(result.mutants.size());
          if (mutant.what.empty()) mutant.what = what;
          result.places[copy.id] = result.mutants.size();
          result.originals[copy.id] = rule->id;
          mutated->rules.push_back(std::move(copy));
        }
        result.mutants.push_back(std::move(mutant));
      }
    }
  }
  result.plant = std::move(mutated);
  return result;
}

std::vector<Mutant> run_mutants(const PackageCase& package,
                                const std::shared_ptr<const Plant>& plant) {
  MutantPlant all = mutate(*plant, package.site, quiet_medians(package, plant));
  for (const IncidentCase& incident : package.incidents) try_incident(package, incident, all);
  return std::move(all.mutants);
}

}  // namespace parkwatch::systems
