// tests/systems/mutants.cpp - Making the mutants and running them side by side.
#include "tests/systems/mutants.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "tests/systems/derived.h"
#include "tests/systems/shifts.h"
#include "tests/systems/simulation.h"
#include "tests/systems/verdict.h"

namespace parkwatch::systems {
namespace {

// An alarm's range holds for each of them, so one that leaves it is enough.
constexpr std::uint64_t seeds = 3;

std::string text_of(const std::string& name, const Shift& shift, bool outward,
                    const std::string& unit = {}) {
  return name + ' ' + to_text(Value{shift.from}) + unit + " -> " + to_text(Value{shift.to}) + unit +
         (outward ? " (outward" : " (inward") + ", normal " + to_text(Value{shift.normal}) + ')';
}

// The package's rules, each with the rules that it became.
using Families = std::map<std::string, Family>;
Families families(const Plant& plant, const std::string& instance) {
  Families all;
  for (const RuleSpec& rule : plant.rules) {
    all[rule_of_package(rule.id, instance)].push_back(&rule);
  }
  return all;
}

std::set<Place> places_of(const Family& family, const QuietDay& quiet) {
  std::set<Place> places;
  for (const RuleSpec* rule : family) places.merge(places_of(*rule, quiet));
  return places;
}

class MutantMaker {
 public:
  MutantMaker(const Plant& plant, const QuietDay& quiet)
      : plant_(plant), quiet_(quiet), mutated_(std::make_shared<Plant>(plant)) {
    mutated_->rules.clear();
    mutated_->actions = {};
  }

  void add(const std::string& name, const Family& family) {
    const auto places = places_of(family, quiet_);
    if (places.empty()) return;
    add_control(name, family);
    for (const Place& place : places) {
      for (const TagSets& tags : apart(family, place)) {
        for (const bool outward : {true, false}) add_shift(name, family, place, tags, outward);
      }
    }
  }

  // The numbers that derived tags compare with, for each of the rules that depend on them.
  void add_derived(const Families& rules) {
    for (const auto& tags : derived_families(plant_)) {
      const auto figures = figures_in(*tags.front(), quiet_);
      for (std::size_t i = 0; i < figures.size(); ++i) {
        if (!figures[i].normal) continue;
        for (const auto& [name, family] : rules) {
          if (told_by(family, with_dependents(plant_, tags), figures[i].comparison) != Told::yes)
            continue;
          add_control(name, family);
          for (const bool outward : {true, false}) add_tags(name, family, tags, i, outward);
        }
      }
    }
  }

  MutantPlant finish() {
    result_.plant = std::move(mutated_);
    return std::move(result_);
  }

 private:
  using TagSets = std::set<std::vector<std::string>>;

  // Rules for each name of a list may have a limit each: those with the same figures, edition by
  // edition, together.
  [[nodiscard]] std::vector<TagSets> apart(const Family& family, const Place& place) const {
    std::map<std::vector<std::string>, std::vector<double>> figures;  // by tags
    for (const RuleSpec* rule : family) {
      RuleSpec copy = *rule;
      if (const auto done = shift(copy, place, true, quiet_)) {
        figures[rule->tags].push_back(done->from);
      }
    }
    std::map<std::vector<double>, TagSets> alike;
    for (const auto& [tags, own] : figures) alike[own].insert(tags);
    std::vector<TagSets> result;
    for (const auto& [own, tags] : alike) result.push_back(tags);
    return result;
  }

  void add_shift(const std::string& name, const Family& family, const Place& place,
                 const TagSets& tags, bool outward) {
    add_one({name, {}, false, false, {}}, family, [&](RuleSpec& rule, Mutant& mutant) {
      if (!tags.contains(rule.tags)) return;
      const auto done = shift(rule, place, outward, quiet_);
      const std::string unit = is_time(place.kind) ? "s" : "";
      if (done && mutant.what.empty()) {
        mutant.what = text_of(name_of(place), *done, outward, unit);
      }
    });
  }

  void add_control(const std::string& name, const Family& family) {
    if (!controlled_.insert(name).second) return;
    add_one({name, "nothing shifted", true, false, {}}, family, [](RuleSpec&, Mutant&) {});
  }

  // A rule on copies of the derived tags, in which the figure is shifted.
  void add_tags(const std::string& name, const Family& family, const std::vector<const Tag*>& tags,
                std::size_t which, bool outward) {
    const std::string end = "~" + std::to_string(result_.mutants.size());
    NewNames names;
    for (const std::string& old : with_dependents(plant_, tags)) names[old] = old + end;
    Mutant mutant{name, {}, false, false, {}};
    for (const Tag& tag : plant_.tags) {
      if (names.count(tag.name) == 0) continue;
      Tag copy = tag;
      if (std::find(tags.begin(), tags.end(), &tag) != tags.end()) {
        const auto done = shift_text(copy.expression, figures_in(tag, quiet_), which, outward);
        const std::string quantity{parts_of_tag_name(tag.name).quantity};
        if (done && mutant.what.empty()) mutant.what = text_of(quantity, *done, outward);
      }
      copy.name = names[tag.name];
      copy.expression = renamed(copy.expression, names);
      result_.tags[copy.name] = tag.name;
      mutated_->tags.push_back(std::move(copy));
    }
    add_one(std::move(mutant), family,
            [&](RuleSpec& rule, Mutant&) { rule = renamed(std::move(rule), names); });
  }

  template <typename Change>
  void add_one(Mutant mutant, const Family& family, const Change& change) {
    const std::size_t place = result_.mutants.size();
    for (const RuleSpec* rule : family) {
      RuleSpec copy = *rule;
      change(copy, mutant);
      copy.id += "~" + std::to_string(place);
      result_.places[copy.id] = place;
      result_.originals[copy.id] = rule->id;
      mutated_->rules.push_back(std::move(copy));
    }
    result_.mutants.push_back(std::move(mutant));
  }

  const Plant& plant_;
  const QuietDay& quiet_;
  std::shared_ptr<Plant> mutated_;
  std::set<std::string> controlled_;
  MutantPlant result_;
};

std::vector<ExpectedAlarm> expected_of(const IncidentCase& incident, const std::string& rule) {
  std::vector<ExpectedAlarm> result;
  for (const ExpectedAlarm& alarm : incident.alarms) {
    if (rule_of_package(alarm.rule, "") == rule) result.push_back(alarm);
  }
  return result;
}

void try_incident(const PackageCase& package, const IncidentCase& incident, std::uint64_t seed,
                  MutantPlant& all) {
  const Run run{&package, all.plant, seed, &incident};
  std::vector<Listener> listeners(all.mutants.size(),
                                  {incident_begin(run), package.site, package.site});
  simulate(run, [&](const Facts& facts) {
    for (AlarmEvent event : facts.transitions) {
      const auto place = all.places.find(event.rule);
      if (place == all.places.end()) continue;
      event.rule = all.originals.at(event.rule);
      const auto copied = all.tags.find(event.tag);
      if (copied != all.tags.end()) event.tag = copied->second;
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

MutantPlant mutate(const Plant& plant, const std::string& instance, const QuietDay& quiet) {
  MutantMaker maker{plant, quiet};
  const Families rules = families(plant, instance);
  for (const auto& [name, family] : rules) maker.add(name, family);
  maker.add_derived(rules);
  return maker.finish();
}

namespace {

using Reasons = std::map<std::string, std::vector<std::string>>;

void note_rule(const std::string& name, const RuleSpec& rule, const QuietDay& quiet,
               Reasons& reasons) {
  if (rule.kind == RuleKind::state && rule.on_delay == Duration{0}) {
    reasons["states told at once"].push_back(name);
  }
  for (const auto kind : {Place::Kind::expression, Place::Kind::guard}) {
    for (const Figure& figure : figures_in(rule, kind, quiet)) {
      if (figure.normal) continue;
      const char* why = figure.is_state ? "states in expressions" : "factors in expressions";
      reasons[why].push_back(name + ": " + to_text(Value{figure.value}));
    }
  }
}

void note_tags(const Plant& plant, const Families& rules, const std::vector<const Tag*>& tags,
               const QuietDay& quiet, Reasons& reasons) {
  const std::string name{parts_of_tag_name(tags.front()->name).quantity};
  for (const Figure& figure : figures_in(*tags.front(), quiet)) {
    const bool told =
        figure.normal && std::any_of(rules.begin(), rules.end(), [&](const auto& one) {
          return told_by(one.second, with_dependents(plant, tags), figure.comparison) == Told::yes;
        });
    if (told) continue;
    const char* why = figure.normal     ? "behind a rule's own guard"
                      : figure.is_state ? "states in derived tags"
                                        : "factors in derived tags";
    reasons[why].push_back(name + ": " + to_text(Value{figure.value}));
  }
}

}  // namespace

std::map<std::string, std::vector<std::string>> not_shifted(const Plant& plant,
                                                            const std::string& instance,
                                                            const QuietDay& quiet) {
  Reasons reasons;
  const Families rules = families(plant, instance);
  for (const auto& [name, family] : rules) note_rule(name, *family.front(), quiet, reasons);
  for (const auto& tags : derived_families(plant)) {
    note_tags(plant, rules, tags, quiet, reasons);
  }
  return reasons;
}

std::shared_ptr<const Plant> differing(const Plant& plant, const Plant& base) {
  auto result = std::make_shared<Plant>(plant);
  std::erase_if(result->rules, [&](const RuleSpec& rule) {
    return std::find(base.rules.begin(), base.rules.end(), rule) != base.rules.end();
  });
  return result;
}

std::vector<Mutant> run_mutants(const PackageCase& package,
                                const std::shared_ptr<const Plant>& plant, const QuietDay& quiet) {
  MutantPlant all = mutate(*plant, package.site, quiet);
  const auto is_done = [&] {
    return std::all_of(all.mutants.begin(), all.mutants.end(),
                       [](const Mutant& mutant) { return mutant.control || mutant.caught; });
  };
  for (std::uint64_t seed = 1; seed <= seeds && (seed == 1 || !is_done()); ++seed) {
    for (const IncidentCase& incident : package.incidents) {
      try_incident(package, incident, seed, all);
    }
  }
  return std::move(all.mutants);
}

MutantScore& MutantScore::operator+=(const MutantScore& other) {
  mutants += other.mutants;
  caught += other.caught;
  controls += other.controls;
  broken += other.broken;
  return *this;
}

MutantScore score(const std::vector<Mutant>& mutants) {
  MutantScore result;
  for (const Mutant& mutant : mutants) {
    ++(mutant.control ? result.controls : result.mutants);
    if (mutant.caught) ++(mutant.control ? result.broken : result.caught);
  }
  return result;
}

}  // namespace parkwatch::systems
