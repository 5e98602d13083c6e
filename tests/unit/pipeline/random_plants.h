// tests/unit/pipeline/random_plants.h - The two plants of RandomPark: every kind of rule, gates and
// actions, and what a reload changes of them.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rig.h"

namespace parkwatch::test {

inline RuleSpec rule_named(std::string id, RuleKind kind, std::vector<std::string> tags) {
  RuleSpec r;
  r.id = std::move(id);
  r.kind = kind;
  r.tags = std::move(tags);
  r.group = "test";
  return r;
}

// The second lacks a gate, a zone and some rules, and knows nobody's name.
inline GatePlan make_gates(bool second) {
  GatePlan plan;
  plan.on = true;
  plan.gates.push_back({"g1", {}, {true, true, false}, "z1", {{"1", {true, true, true}, true}}});
  plan.gates.push_back({"g2", {}, {true, true, true}, "", {{"h", {false, false, true}, false}}});
  plan.gates[0].devices = {{"arm", DeviceKind::barrier, "1", "", 30s},
                           {"reader", DeviceKind::reader, "", "", second ? 50s : 20s}};
  plan.zones.push_back({"z1", {}, {2, 1, std::nullopt}});
  for (GateRuleSpec& rule : plan.rules) rule.on = true;
  plan.rules[1].on = !second;
  plan.permit_for = {false, second, true};
  plan.stay = {90s, 70s, 40s};
  plan.card_after = 20s;
  plan.tailgating_within = 10s;
  plan.barrier_after = 15s;
  plan.count_differs = 1;
  plan.count_for = 25s;
  plan.most = {4, 3, std::nullopt};
  plan.shown_for = 30s;
  plan.keep = std::chrono::hours{1};
  plan.muster_rules = {"vote"};
  plan.names = !second;
  plan.pseudonymise = second;
  if (!second) return plan;
  plan.gates.pop_back();
  plan.zones.clear();
  plan.gates[0].zone.clear();
  return plan;
}

// The second plan lacks one, and has another of the same id.
inline ActionPlan make_actions(bool second) {
  ActionSpec open;
  open.id = "open";
  open.rules = {"limit", "state", "vote"};
  open.order = {"{device}/cmd", "open {id} {tag} {value}", false,
                ActionConfirm{"a/b/n", {{}, {}, {1}}, 8s}};
  open.release =
      ActionOrder{"{device}/cmd", "close {id}", true, ActionConfirm{"{tag}", {{}, 30.0, {}}, 15s}};
  open.release_after = 5s;
  open.cooldown = 20s;
  ActionSpec text;
  text.id = "text";
  text.priorities = {Priority::medium, Priority::high};
  text.order = {second ? "board" : "{quantity}/text", "{message.zh} {at}", true, {}};
  text.release = ActionOrder{"board", "", false, {}};
  text.release_acknowledged = false;
  text.expires = 20s;
  text.cooldown = 0s;
  ActionSpec dry = text;
  dry.id = "dry";
  dry.order.topic = "not/allowed";
  ActionPlan plan;
  plan.live = true;
  plan.allow = {"+/cmd", "+/text", "board"};
  plan.actions = {open, text};
  if (!second) plan.actions.push_back(dry);
  return plan;
}

// Of several tags.
inline std::vector<RuleSpec> joint_rules(bool second) {
  RuleSpec deviation = rule_named("deviation", RuleKind::deviation, {"a/b/c", "a/b/n"});
  deviation.terms = {{"a/b/d", 1}, {"a/b/d", 1}};
  if (second) deviation.terms[1].tag = "a/b/c";
  deviation.limits = {{.level = Level::high, .at = 40, .deadband = 5, .on_delay = 3s}};
  RuleSpec balance = rule_named("balance", RuleKind::balance, {"a/d/sum"});
  balance.terms = {{"a/d/sum", 1}, {"a/b/c", -1}, {"a/b/n", second ? 2.0 : 3.0}};
  balance.limits = {{.level = Level::low, .at = 0, .deadband = 1},
                    {.level = Level::high, .at = 50, .deadband = 1, .off_delay = 2s}};
  RuleSpec vote = rule_named("vote", RuleKind::vote, {"a/b/c"});
  vote.terms = {{"a/b/c", 1}, {"a/b/d", 1}, {"a/b/n", 1}};
  vote.trigger.above = 50;
  vote.trigger.states = {1};
  vote.times = 2;
  vote.on_delay = 1s;
  vote.alarm.suppress_when = "`a/d/inverse` > 0 && `a/b/d` < 40";
  if (!second) deviation.alarm.suppress_when = "!`{site}/b/s`";
  RuleSpec mismatch = rule_named("mismatch", RuleKind::mismatch, {"a/b/n"});
  mismatch.terms = {{second ? "a/b/c" : "a/b/s", 1}};
  mismatch.within = 6s;
  mismatch.tolerance = 0.5;
  return {deviation, balance, vote, mismatch};
}

// With a memory.
inline std::vector<RuleSpec> memory_rules(bool second) {
  RuleSpec forecast = rule_named("forecast", RuleKind::forecast, {"a/b/c", "a/b/d"});
  forecast.over = 20s;
  forecast.target = 80;
  forecast.limits = {{.level = Level::low_low, .at = 0.2, .on_delay = 2s},
                     {.level = Level::low, .at = 1, .deadband = 0.5}};
  RuleSpec drift = rule_named("drift", RuleKind::drift, {"a/b/c", "a/b/d"});
  drift.per = 30s;
  drift.baseline = 1min;
  drift.slack = 3;
  drift.limits = {{.level = Level::low, .at = -5, .deadband = 1},
                  {.level = Level::high, .at = 5, .deadband = 1, .on_delay = 1s}};
  RuleSpec repeat = rule_named("repeat", RuleKind::repeat, {"a/b/n", "a/b/c"});
  repeat.trigger.states = {1, 2};
  repeat.trigger.above = 50;
  repeat.times = second ? 3 : 2;
  repeat.within = 25s;
  RuleSpec hours = rule_named("hours", RuleKind::window, {"a/b/c"});
  hours.window = {.aggregate = Aggregate::max, .count_min = 2, .period = Period::hour};
  hours.limits = {{.level = Level::high, .at = 40, .deadband = 1, .on_delay = 5s}};
  RuleSpec budget = rule_named("budget", RuleKind::cumulative, {"a/b/c", "a/b/d"});
  budget.window = {.aggregate = Aggregate::integral,
                   .period = Period::shift,
                   .running = true,
                   .per = 1min,
                   .gap = 30s};
  budget.limits = {{.level = Level::high, .at = 50, .deadband = 5},
                   {.level = Level::high_high, .at = 90, .on_delay = 2s}};
  RuleSpec counter = budget;
  counter.id = "counter";
  counter.window.aggregate = Aggregate::increase;
  counter.window.period = Period::hour;
  RuleSpec often = rule_named("often", RuleKind::limit, {"a/b/c", "a/b/d"});
  often.limits = {{.level = Level::high, .at = 50, .on_delay = 1min, .off_delay = 3s}};
  often.alarm.count_times = 2;
  often.alarm.count_within = 30s;
  return {forecast, drift, repeat, hours, budget, counter, often};
}

// In force for a part of the time.
inline std::vector<RuleSpec> dated_rules(bool second) {
  RuleSpec limit = rule_named("dated", RuleKind::limit, {"a/b/c", "a/b/d"});
  limit.limits = {{.level = Level::high, .at = 40, .on_delay = 3s}};
  limit.valid_from = day + 1h + 1min;
  limit.valid_to = day + 1h + 4min;
  RuleSpec stale = rule_named("dated-stale", RuleKind::stale, {"a/b/n"});
  stale.after = 8s;
  stale.valid_to = day + 1h + 5min;
  RuleSpec window = rule_named("dated-window", RuleKind::window, {"a/b/d"});
  window.window = {.aggregate = Aggregate::avg, .length = 20s};
  window.limits = {{.level = Level::high, .at = 30}};
  window.valid_from = day + 1h + 2min;
  window.valid_to = day + 1h + (second ? 5min : 6min);
  RuleSpec vote = rule_named("dated-vote", RuleKind::vote, {"a/b/d"});
  vote.terms = {{"a/b/c", 1}, {"a/b/d", 1}};
  vote.trigger.above = 20;
  vote.times = 1;
  vote.valid_from = day + 1h + 90s;
  // In shifts that begin and end within a run.
  RuleSpec shifts = rule_named("in-shifts", RuleKind::limit, {"a/b/c", "a/b/d"});
  shifts.limits = {{.level = Level::high, .at = 30, .on_delay = 2s}};
  shifts.shifts = {second ? "c" : "b"};
  RuleSpec silent = rule_named("in-shifts-stale", RuleKind::stale, {"a/b/n"});
  silent.after = 5s;
  silent.shifts = {"a", "c"};
  // Likewise in hours of its own.
  RuleSpec hours = rule_named("in-hours", RuleKind::limit, {"a/b/c", "a/b/d"});
  hours.limits = {{.level = Level::high, .at = 30, .on_delay = 2s}};
  hours.hours = DayHours{9h + 58min, 10h + (second ? 2min : 1min)};
  return {limit, stale, window, vote, shifts, silent, hours};
}

inline std::vector<RuleSpec> make_rules(bool second) {
  RuleSpec limit = rule_named("limit", RuleKind::limit, {"a/b/c", "a/b/d", "a/d/sum"});
  limit.limits = {{.level = Level::low_low, .at = -20, .deadband = 2, .off_delay = 3s},
                  {.level = Level::low, .at = 0, .deadband = 1},
                  {.level = Level::high, .at = 60, .deadband = 5, .on_delay = 4s},
                  {.level = Level::high_high,
                   .at = 90,
                   .deadband = 5,
                   .on_delay = 2s,
                   .off_delay = 5s,
                   .priority = Priority::high}};
  if (second) limit.limits[2].at = 55;
  RuleSpec state = rule_named("state", RuleKind::state, {"a/b/n", "a/b/s"});
  state.states = {1, 2};
  state.on_delay = 2s;
  RuleSpec rate = rule_named("rate", RuleKind::rate, {"a/b/c", "a/b/d"});
  rate.per = 1min;
  rate.over = 6s;
  rate.limits = {{.level = Level::low, .at = -400, .deadband = 50},
                 {.level = Level::high, .at = 400, .deadband = 50, .on_delay = 3s}};
  RuleSpec stale = rule_named("stale", RuleKind::stale, {"a/b/c", "a/b/n", "a/d/sum"});
  stale.after = 20s;
  RuleSpec average = rule_named("average", RuleKind::window, {"a/b/c", "a/b/d"});
  average.window = {.aggregate = Aggregate::avg, .length = 30s, .count_min = 3};
  average.limits = {{.level = Level::high, .at = 40, .deadband = 5}};
  RuleSpec sliding = rule_named("sliding", RuleKind::window, {"a/b/c", "a/d/sum"});
  sliding.window = {.aggregate = Aggregate::stddev, .length = 60s, .calendar = false};
  sliding.limits = {{.level = Level::high, .at = 30, .deadband = 5, .on_delay = 2s}};
  RuleSpec expr = rule_named("expr", RuleKind::expr, {"a/b/c"});
  expr.expression = "`a/b/c` > 50 && `a/b/n` == 1";
  expr.on_delay = 3s;
  limit.alarm.latched = true;
  limit.alarm.first_out_group = "{site}";
  limit.alarm.realarm = 10min;
  state.alarm.respond_within = 90s;
  rate.alarm.ack_required = false;
  stale.alarm.even_in_maintenance = true;
  limit.alarm.suppress_when = "`a/b/n` == 2";
  limit.alarm.recheck = second ? 20s : 7s;
  rate.alarm.suppress_when = "`{site}/{device}/d` > 60 || `{tag}` > 130";
  rate.alarm.recheck = 0s;
  std::vector<RuleSpec> all = {limit, state, rate, stale, average, sliding, expr};
  if (second) all.erase(all.begin() + 4);
  for (RuleSpec& more : joint_rules(second)) all.push_back(std::move(more));
  for (RuleSpec& more : memory_rules(second)) all.push_back(std::move(more));
  for (RuleSpec& more : dated_rules(second)) all.push_back(std::move(more));
  return all;
}

// The second plant lacks a tag, has another, and some of its rules differ.
inline std::shared_ptr<const Plant> random_plant(std::string hash, bool second) {
  Plant plant = plant_of({});
  plant.hash = std::move(hash);
  plant.sources = {{"park", 3}, {"field", 0}};
  if (second) plant.sources.pop_back();
  plant.decoders.push_back(plant.decoders[0]);
  plant.tags = {tag_of("a/b/c"), tag_of("a/b/d"), tag_of("a/b/n", ValueType::int64),
                tag_of("a/b/s", ValueType::boolean)};
  plant.tags[0].range = Range{-50, 150};
  plant.tags[1].scaling = {second ? 0.5 : 2.0, 1, Range{-100, 100}};
  plant.tags[2].enumeration = {{0, "off", {}}, {1, "on", {}}, {2, "fault", {}}};
  plant.tags[2].commissioned = !second;
  if (second) plant.tags.erase(plant.tags.begin() + 3);
  if (second) plant.tags.push_back(tag_of("a/b/x"));
  Tag sum = tag_of("a/d/sum");
  sum.expression = "`a/b/c` + `a/b/d`";
  plant.tags.push_back(sum);
  Tag twice = tag_of("a/d/inverse");
  twice.expression = "1 / (`a/d/sum` - 100)";
  plant.tags.push_back(twice);
  plant.timing.never_seen_after = second ? 40s : 30s;
  // Its hours begin at odd minutes, so that some end within a run.
  plant.calendar = {{"site", second ? 8h + 55min : 8h + 57min, {{day + 1h + 6min, 8h}}},
                    {{"a", 9h + 58min}, {"b", 10h + 1min}, {"c", 10h + 3min}}};
  plant.rules = make_rules(second);
  plant.actions = make_actions(second);
  plant.gates = make_gates(second);
  // A replay has none, and needs none.
  plant.pseudonym = [](std::string_view id) {
    std::string made(33, '0');
    made[0] = '~';
    for (const char c : id) made[1 + static_cast<unsigned char>(c) % 32] = 'a';
    return made;
  };
  return std::make_shared<const Plant>(std::move(plant));
}

}  // namespace parkwatch::test
