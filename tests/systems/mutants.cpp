// tests/systems/mutants.cpp - Making the mutants and running them side by side.
#include "tests/systems/mutants.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "tests/systems/derived.h"
#include "tests/systems/figures.h"
#include "tests/systems/simulation.h"
#include "tests/systems/verdict.h"

namespace parkwatch::systems {
namespace {

constexpr double part = 0.2;
// An alarm's range holds for each of them, so one that leaves it is enough.
constexpr std::uint64_t seeds = 3;

// What of a rule is shifted.
struct Place {
  enum class Kind : std::uint8_t {
    level,
    above,
    below,
    times,
    expression,
    guard,
    on_delay,
    within,
    after,
    target,
    slack,
    tolerance
  };
  Kind kind = Kind::level;
  Level level = Level::none;
  std::size_t figure = 0;  // of an expression
  bool operator<(const Place& other) const {
    return std::tie(kind, level, figure) < std::tie(other.kind, other.level, other.figure);
  }
};

std::string name_of(const Place& place) {
  switch (place.kind) {
    case Place::Kind::level:
      return std::string{to_text(place.level)};
    case Place::Kind::above:
      return "above";
    case Place::Kind::below:
      return "below";
    case Place::Kind::times:
      return "times";
    case Place::Kind::expression:
      return "expression";
    case Place::Kind::guard:
      return "suppress_when";
    case Place::Kind::on_delay:
      return "on_delay";
    case Place::Kind::within:
      return "within";
    case Place::Kind::after:
      return "after";
    case Place::Kind::target:
      return "target";
    case Place::Kind::slack:
      return "slack";
    case Place::Kind::tolerance:
      return "tolerance";
  }
  return {};
}

// Null: not a time.
Duration* time_at(RuleSpec& rule, Place::Kind kind) {
  switch (kind) {
    case Place::Kind::on_delay:
      return &rule.on_delay;
    case Place::Kind::within:
      return &rule.within;
    case Place::Kind::after:
      return &rule.after;
    default:
      return nullptr;
  }
}

double of_or_zero(const std::map<std::string, double>& normal, const std::string& name) {
  const auto at = normal.find(name);
  return at == normal.end() ? 0.0 : at->second;
}

double normal_of_members(const RuleSpec& rule, const QuietDay& quiet) {
  std::vector<double> known;
  const auto add = [&](const std::string& tag) {
    const auto at = quiet.tags.find(tag);
    if (at != quiet.tags.end()) known.push_back(at->second);
  };
  if (rule.kind == RuleKind::vote) {
    for (const Term& term : rule.terms) add(term.tag);
  } else {
    for (const std::string& tag : rule.tags) add(tag);
  }
  return known.empty() ? 0.0 : median(std::move(known));
}

// A guard names the tags of its alarm's own tag; its tags are alike, so the first stands for all.
std::vector<Figure> figures_in(const RuleSpec& rule, Place::Kind kind, const QuietDay& quiet) {
  const std::string own = rule.tags.empty() ? std::string{} : rule.tags.front();
  return figures_of(kind == Place::Kind::guard ? rule.alarm.suppress_when : rule.expression,
                    [&](const std::string& tag) -> std::optional<double> {
                      const auto at = quiet.tags.find(filled_from_tag_name(tag, own));
                      return at == quiet.tags.end() ? std::nullopt : std::optional{at->second};
                    });
}

std::vector<Figure> figures_in(const Tag& tag, const QuietDay& quiet) {
  return figures_of(tag.expression, [&](const std::string& name) -> std::optional<double> {
    const auto at = quiet.tags.find(name);
    return at == quiet.tags.end() ? std::nullopt : std::optional{at->second};
  });
}

bool is_counted(const RuleSpec& rule) {
  return rule.kind == RuleKind::vote || rule.kind == RuleKind::repeat;
}

// A delay of a level is judged by the range of `after` together with the level itself; of a rule
// without levels it is the only figure.
void add_times(const RuleSpec& rule, std::set<Place>& places) {
  if (rule.limits.empty() && rule.on_delay > Duration{0}) places.insert({Place::Kind::on_delay});
  if (rule.within > Duration{0}) places.insert({Place::Kind::within});
  if (rule.after > Duration{0}) places.insert({Place::Kind::after});
}

std::set<Place> places_of(const RuleSpec& rule, const QuietDay& quiet) {
  std::set<Place> places;
  add_times(rule, places);
  if (rule.kind == RuleKind::forecast) places.insert({Place::Kind::target});
  if (rule.slack > 0) places.insert({Place::Kind::slack});
  if (rule.tolerance > 0) places.insert({Place::Kind::tolerance});
  for (const Limit& limit : rule.limits) places.insert({Place::Kind::level, limit.level});
  if (rule.trigger.above) places.insert({Place::Kind::above});
  if (rule.trigger.below) places.insert({Place::Kind::below});
  // Once is as little as there can be.
  if (is_counted(rule) && rule.times > 1) places.insert({Place::Kind::times});
  for (const auto kind : {Place::Kind::expression, Place::Kind::guard}) {
    const auto figures = figures_in(rule, kind, quiet);
    for (std::size_t i = 0; i < figures.size(); ++i) {
      if (figures[i].normal) places.insert({kind, Level::none, i});
    }
  }
  return places;
}

struct Shift {
  double from = 0;
  double to = 0;
  double normal = 0;
};

Shift shifted(double from, double normal, bool outward) {
  return {from, from + (outward ? part : -part) * (from - normal), normal};
}

// By a whole one at least, and never to none.
Shift shift_times(RuleSpec& rule, bool outward, const QuietDay& quiet) {
  const double from = rule.times;
  const double normal = rule.kind == RuleKind::repeat ? of_or_zero(quiet.rules, rule.id) : 0.0;
  const double by = std::max(1.0, std::round(part * (from - normal)));
  const double to = std::max(1.0, from + (outward ? by : -by));
  rule.times = static_cast<std::uint32_t>(to);
  return {from, to, normal};
}

std::optional<Shift> shift_text(std::string& text, const std::vector<Figure>& figures,
                                std::size_t which, bool outward) {
  if (which >= figures.size() || !figures[which].normal) return std::nullopt;
  const Shift shift = shifted(figures[which].value, *figures[which].normal, outward);
  text = with_figure(text, figures[which], shift.to);
  return shift;
}

std::optional<Shift> shift_number(double* at, double normal, bool outward) {
  if (at == nullptr) return std::nullopt;
  const Shift shift = shifted(*at, normal, outward);
  *at = shift.to;
  return shift;
}

// Nothing is usual of a time: the whole of it counts.
Shift shift_time(Duration& at, bool outward) {
  using seconds = std::chrono::duration<double>;
  const Shift shift = shifted(seconds{at}.count(), 0.0, outward);
  at = std::chrono::round<Duration>(seconds{shift.to});
  return shift;
}

// Empty if this rule (of several of one package's rule) has no such place.
std::optional<Shift> shift(RuleSpec& rule, const Place& place, bool outward,
                           const QuietDay& quiet) {
  const auto figures = [&] { return figures_in(rule, place.kind, quiet); };
  switch (place.kind) {
    case Place::Kind::level:
      for (Limit& limit : rule.limits) {
        if (limit.level != place.level) continue;
        return shift_number(&limit.at, of_or_zero(quiet.rules, rule.id), outward);
      }
      return std::nullopt;
    case Place::Kind::above:
    case Place::Kind::below: {
      auto& bound = place.kind == Place::Kind::above ? rule.trigger.above : rule.trigger.below;
      return shift_number(bound ? &*bound : nullptr, normal_of_members(rule, quiet), outward);
    }
    case Place::Kind::times:
      return shift_times(rule, outward, quiet);
    case Place::Kind::expression:
      return shift_text(rule.expression, figures(), place.figure, outward);
    case Place::Kind::guard:
      return shift_text(rule.alarm.suppress_when, figures(), place.figure, outward);
    case Place::Kind::target:
      return shift_number(&rule.target, normal_of_members(rule, quiet), outward);
    case Place::Kind::slack:
      return shift_number(&rule.slack, 0.0, outward);
    case Place::Kind::tolerance:
      return shift_number(&rule.tolerance, 0.0, outward);
    default:
      return shift_time(*time_at(rule, place.kind), outward);
  }
}

bool is_time(Place::Kind kind) {
  RuleSpec any;
  return time_at(any, kind) != nullptr;
}

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
      for (const bool outward : {true, false}) {
        add_one({name, {}, false, false, {}}, family, [&](RuleSpec& rule, Mutant& mutant) {
          const auto done = shift(rule, place, outward, quiet_);
          const std::string unit = is_time(place.kind) ? "s" : "";
          if (done && mutant.what.empty()) {
            mutant.what = text_of(name_of(place), *done, outward, unit);
          }
        });
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
