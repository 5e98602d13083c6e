// tests/systems/ledger_mutants.cpp - A plant for each figure, and its incidents.
#include "tests/systems/ledger_mutants.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "tests/systems/simulation.h"
#include "tests/systems/verdict.h"

namespace parkwatch::systems {
namespace {

constexpr double a_fifth_more = 1.2;
constexpr double a_fifth_less = 0.8;

// `shift` makes the figure `factor` times itself and tells what it was and is.
struct LedgerFigure {
  GateRule rule;
  std::string name;
  std::function<std::string(GatePlan&, double factor)> shift;
};

std::string told(const std::string& from, const std::string& to) { return from + " -> " + to; }

std::string multiply(Duration& time, double factor) {
  const Duration from = time;
  time = Duration{std::llround(static_cast<double>(from.count()) * factor)};
  return told(to_text(from), to_text(time));
}

std::string multiply(std::uint32_t& count, double factor) {
  const std::uint32_t from = count;
  const auto by = std::max(1L, std::lround(std::abs(factor - 1.0) * from));
  const long to = factor > 1.0 ? from + by : std::max(0L, from - by);
  count = static_cast<std::uint32_t>(to);
  return told(std::to_string(from), std::to_string(count));
}

// of: the figure in a plan.
template <typename Of>
void add_figure(std::vector<LedgerFigure>& all, GateRule rule, std::string name, const Of& of) {
  all.push_back({rule, std::move(name),
                 [of](GatePlan& plan, double factor) { return multiply(of(plan), factor); }});
}

std::vector<LedgerFigure> ledger_figures(const GatePlan& plan) {
  std::vector<LedgerFigure> all;
  const auto named = [](std::size_t s) { return std::string{to_text(static_cast<Subject>(s))}; };
  for (std::size_t s = 0; s < subjects; ++s) {
    if (plan.stay[s] > Duration{0}) {
      add_figure(all, GateRule::overstay, named(s),
                 [s](GatePlan& p) -> Duration& { return p.stay[s]; });
    }
    if (plan.most[s]) {
      add_figure(all, GateRule::too_many, named(s),
                 [s](GatePlan& p) -> std::uint32_t& { return *p.most[s]; });
    }
  }
  add_figure(all, GateRule::card, "after", [](GatePlan& p) -> Duration& { return p.card_after; });
  add_figure(all, GateRule::tailgating, "within",
             [](GatePlan& p) -> Duration& { return p.tailgating_within; });
  add_figure(all, GateRule::barrier, "after",
             [](GatePlan& p) -> Duration& { return p.barrier_after; });
  add_figure(all, GateRule::count, "differs",
             [](GatePlan& p) -> std::uint32_t& { return p.count_differs; });
  add_figure(all, GateRule::count, "after", [](GatePlan& p) -> Duration& { return p.count_for; });
  std::erase_if(all, [&](const LedgerFigure& figure) { return !plan.rule(figure.rule).on; });
  return all;
}

std::vector<ExpectedAlarm> alarms_of(const IncidentCase& incident, const std::string& rule) {
  std::vector<ExpectedAlarm> result;
  for (const ExpectedAlarm& alarm : incident.alarms) {
    if (alarm.rule == rule) result.push_back(alarm);
  }
  return result;
}

// Incident and first difference; empty if no incident that expects the rule sees any.
std::string noticed(const PackageCase& package, const std::shared_ptr<const Plant>& plant,
                    const std::string& rule) {
  for (const IncidentCase& incident : package.incidents) {
    const auto expected = alarms_of(incident, rule);
    if (expected.empty()) continue;
    const Run run{&package, plant, 1, &incident};
    Listener listener{incident_begin(run), package.site, package.site};
    simulate(run, [&](const Facts& facts) {
      for (const AlarmEvent& event : facts.transitions) {
        if (event.rule == rule) listener.hear(event);
      }
    });
    const std::string what = difference(expected, listener.outcome());
    if (!what.empty()) return incident.name + ": " + what;
  }
  return {};
}

}  // namespace

std::vector<Mutant> run_ledger_mutants(const PackageCase& package,
                                       const std::shared_ptr<const Plant>& plant) {
  std::vector<Mutant> all;
  if (!plant->gates.on) return all;
  const auto try_one = [&](GateRule rule, std::string what, const GatePlan& plan, bool control) {
    auto shifted = std::make_shared<Plant>(*plant);
    shifted->gates = plan;
    shifted->rules.clear();  // the package's have mutants of their own
    shifted->actions = {};
    const std::string id{rule_id(rule)};
    const std::string by = noticed(package, shifted, id);
    all.push_back({id, std::move(what), control, !by.empty(), by});
  };
  std::set<GateRule> controlled;
  for (const LedgerFigure& figure : ledger_figures(plant->gates)) {
    if (controlled.insert(figure.rule).second) {
      try_one(figure.rule, "nothing shifted", plant->gates, true);
    }
    for (const double factor : {a_fifth_more, a_fifth_less}) {
      GatePlan plan = plant->gates;
      const std::string what = figure.name + ' ' + figure.shift(plan, factor);
      try_one(figure.rule, what, plan, false);
    }
  }
  return all;
}

}  // namespace parkwatch::systems
