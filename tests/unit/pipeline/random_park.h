// tests/unit/pipeline/random_park.h - Random inputs of every kind over a small park, from a seed.
#pragma once
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "rig.h"

namespace parkwatch::test {

// Makes plants and a long list of inputs. The same seed makes the same ones.
class RandomPark {
 public:
  explicit RandomPark(std::uint64_t seed) : random_(seed) {
    plants_ = {make_plant("plant-1", false), make_plant("plant-2", true)};
  }

  [[nodiscard]] const std::vector<std::shared_ptr<const Plant>>& plants() const { return plants_; }

  std::vector<Input> inputs(std::size_t count) {
    std::vector<Input> all;
    add(all, NewPlant{plants_[0]});
    while (all.size() < count) add_any(all);
    return all;
  }

  // 0..n-1
  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>{0, n - 1}(random_);
  }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  static RuleSpec rule(std::string id, RuleKind kind, std::vector<std::string> tags) {
    RuleSpec r;
    r.id = std::move(id);
    r.kind = kind;
    r.tags = std::move(tags);
    r.group = "test";
    return r;
  }

  // The second plant lacks a tag, has another, and some of its rules differ.
  static std::shared_ptr<const Plant> make_plant(std::string hash, bool second) {
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

  // The second lacks a gate, a zone and some rules, and knows nobody's name.
  static GatePlan make_gates(bool second) {
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
  static ActionPlan make_actions(bool second) {
    ActionSpec open;
    open.id = "open";
    open.rules = {"limit", "state", "vote"};
    open.order = {"{device}/cmd", "open {id} {tag} {value}", false,
                  ActionConfirm{"a/b/n", {{}, {}, {1}}, 8s}};
    open.release = ActionOrder{"{device}/cmd", "close {id}", true,
                               ActionConfirm{"{tag}", {{}, 30.0, {}}, 15s}};
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

  static std::vector<RuleSpec> make_rules(bool second) {
    RuleSpec limit = rule("limit", RuleKind::limit, {"a/b/c", "a/b/d", "a/d/sum"});
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
    RuleSpec state = rule("state", RuleKind::state, {"a/b/n", "a/b/s"});
    state.states = {1, 2};
    state.on_delay = 2s;
    RuleSpec rate = rule("rate", RuleKind::rate, {"a/b/c", "a/b/d"});
    rate.per = 1min;
    rate.over = 6s;
    rate.limits = {{.level = Level::low, .at = -400, .deadband = 50},
                   {.level = Level::high, .at = 400, .deadband = 50, .on_delay = 3s}};
    RuleSpec stale = rule("stale", RuleKind::stale, {"a/b/c", "a/b/n", "a/d/sum"});
    stale.after = 20s;
    RuleSpec average = rule("average", RuleKind::window, {"a/b/c", "a/b/d"});
    average.window = {.aggregate = Aggregate::avg, .length = 30s, .count_min = 3};
    average.limits = {{.level = Level::high, .at = 40, .deadband = 5}};
    RuleSpec sliding = rule("sliding", RuleKind::window, {"a/b/c", "a/d/sum"});
    sliding.window = {.aggregate = Aggregate::stddev, .length = 60s, .calendar = false};
    sliding.limits = {{.level = Level::high, .at = 30, .deadband = 5, .on_delay = 2s}};
    RuleSpec expr = rule("expr", RuleKind::expr, {"a/b/c"});
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

  // Of several tags.
  static std::vector<RuleSpec> joint_rules(bool second) {
    RuleSpec deviation = rule("deviation", RuleKind::deviation, {"a/b/c", "a/b/n"});
    deviation.terms = {{"a/b/d", 1}, {"a/b/d", 1}};
    if (second) deviation.terms[1].tag = "a/b/c";
    deviation.limits = {{.level = Level::high, .at = 40, .deadband = 5, .on_delay = 3s}};
    RuleSpec balance = rule("balance", RuleKind::balance, {"a/d/sum"});
    balance.terms = {{"a/d/sum", 1}, {"a/b/c", -1}, {"a/b/n", second ? 2.0 : 3.0}};
    balance.limits = {{.level = Level::low, .at = 0, .deadband = 1},
                      {.level = Level::high, .at = 50, .deadband = 1, .off_delay = 2s}};
    RuleSpec vote = rule("vote", RuleKind::vote, {"a/b/c"});
    vote.terms = {{"a/b/c", 1}, {"a/b/d", 1}, {"a/b/n", 1}};
    vote.trigger.above = 50;
    vote.trigger.states = {1};
    vote.times = 2;
    vote.on_delay = 1s;
    vote.alarm.suppress_when = "`a/d/inverse` > 0 && `a/b/d` < 40";
    if (!second) deviation.alarm.suppress_when = "!`{site}/b/s`";
    RuleSpec mismatch = rule("mismatch", RuleKind::mismatch, {"a/b/n"});
    mismatch.terms = {{second ? "a/b/c" : "a/b/s", 1}};
    mismatch.within = 6s;
    mismatch.tolerance = 0.5;
    return {deviation, balance, vote, mismatch};
  }

  // With a memory.
  static std::vector<RuleSpec> memory_rules(bool second) {
    RuleSpec forecast = rule("forecast", RuleKind::forecast, {"a/b/c", "a/b/d"});
    forecast.over = 20s;
    forecast.target = 80;
    forecast.limits = {{.level = Level::low_low, .at = 0.2, .on_delay = 2s},
                       {.level = Level::low, .at = 1, .deadband = 0.5}};
    RuleSpec drift = rule("drift", RuleKind::drift, {"a/b/c", "a/b/d"});
    drift.per = 30s;
    drift.baseline = 1min;
    drift.slack = 3;
    drift.limits = {{.level = Level::low, .at = -5, .deadband = 1},
                    {.level = Level::high, .at = 5, .deadband = 1, .on_delay = 1s}};
    RuleSpec repeat = rule("repeat", RuleKind::repeat, {"a/b/n", "a/b/c"});
    repeat.trigger.states = {1, 2};
    repeat.trigger.above = 50;
    repeat.times = second ? 3 : 2;
    repeat.within = 25s;
    RuleSpec hours = rule("hours", RuleKind::window, {"a/b/c"});
    hours.window = {.aggregate = Aggregate::max, .count_min = 2, .period = Period::hour};
    hours.limits = {{.level = Level::high, .at = 40, .deadband = 1, .on_delay = 5s}};
    RuleSpec budget = rule("budget", RuleKind::cumulative, {"a/b/c", "a/b/d"});
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
    RuleSpec often = rule("often", RuleKind::limit, {"a/b/c", "a/b/d"});
    often.limits = {{.level = Level::high, .at = 50, .on_delay = 1min, .off_delay = 3s}};
    often.alarm.count_times = 2;
    often.alarm.count_within = 30s;
    return {forecast, drift, repeat, hours, budget, counter, often};
  }

  // In force for a part of the time.
  static std::vector<RuleSpec> dated_rules(bool second) {
    RuleSpec limit = rule("dated", RuleKind::limit, {"a/b/c", "a/b/d"});
    limit.limits = {{.level = Level::high, .at = 40, .on_delay = 3s}};
    limit.valid_from = day + 1h + 1min;
    limit.valid_to = day + 1h + 4min;
    RuleSpec stale = rule("dated-stale", RuleKind::stale, {"a/b/n"});
    stale.after = 8s;
    stale.valid_to = day + 1h + 5min;
    RuleSpec window = rule("dated-window", RuleKind::window, {"a/b/d"});
    window.window = {.aggregate = Aggregate::avg, .length = 20s};
    window.limits = {{.level = Level::high, .at = 30}};
    window.valid_from = day + 1h + 2min;
    window.valid_to = day + 1h + (second ? 5min : 6min);
    RuleSpec vote = rule("dated-vote", RuleKind::vote, {"a/b/d"});
    vote.terms = {{"a/b/c", 1}, {"a/b/d", 1}};
    vote.trigger.above = 20;
    vote.times = 1;
    vote.valid_from = day + 1h + 90s;
    // In shifts that begin and end within a run.
    RuleSpec shifts = rule("in-shifts", RuleKind::limit, {"a/b/c", "a/b/d"});
    shifts.limits = {{.level = Level::high, .at = 30, .on_delay = 2s}};
    shifts.shifts = {second ? "c" : "b"};
    RuleSpec silent = rule("in-shifts-stale", RuleKind::stale, {"a/b/n"});
    silent.after = 5s;
    silent.shifts = {"a", "c"};
    // Likewise in hours of its own.
    RuleSpec hours = rule("in-hours", RuleKind::limit, {"a/b/c", "a/b/d"});
    hours.limits = {{.level = Level::high, .at = 30, .on_delay = 2s}};
    hours.hours = DayHours{9h + 58min, 10h + (second ? 2min : 1min)};
    return {limit, stale, window, vote, shifts, silent, hours};
  }

  template <typename Body>
  void add(std::vector<Input>& all, Body body) {
    all.push_back({all.size() + 1, now_, std::move(body)});
    scout_.step(time_after(all.back()), {&all.back(), 1}, seen_);
  }

  void add_any(std::vector<Input>& all) {
    now_ += Duration{below(4) == 0 ? below(30'000'000) : below(2'000'000)};
    const std::size_t kind = below(200);
    if (kind < 168) return add(all, message());
    if (kind < 170) return add(all, report());
    if (kind < 182) return add(all, command());
    if (kind < 184) return add(all, NewPlant{plants_[below(2)]});
    if (kind < 190) return add(all, condition());
    if (kind < 191) return add(all, Pause{one_in(3)});
    if (kind < 192) {
      return add(
          all,
          OwnCondition{
              "delivery-failed", "receiver/mail", one_in(2), Priority::high, {"坏", "bad"}, {}});
    }
    if (kind < 196) {
      const Duration away{below(120'000'000)};
      now_ += away;
      return add(all, Start{away});
    }
    const Duration by{static_cast<std::int64_t>(below(120'000'000)) - 60'000'000};
    add(all, ClockStep{by});
    now_ += by;
  }

  // Of one of the last commands, mostly.
  ActionReport report() {
    ActionReport r;
    r.outcome = one_in(3) ? ActionReport::Outcome::expired : ActionReport::Outcome::sent;
    const auto waiting = scout_.commands();
    r.request = waiting.empty() || one_in(10) ? below(100) : waiting[below(waiting.size())].journal;
    if (one_in(2)) r.detail = "no broker";
    return r;
  }

  Message message() {
    Message m;
    m.source = static_cast<SourceId>(below(8) == 0 ? 1 : 0);
    m.topic = "t" + std::to_string(below(2));
    if (!sent_.empty() && one_in(12)) {
      m = sent_[below(sent_.size())];
      m.dup = !one_in(3);
      return m;
    }
    m.packet_id = static_cast<std::uint16_t>(one_in(4) ? 0 : 1 + below(40));
    m.retained = one_in(10);
    m.oversized = one_in(80);
    for (std::size_t lines = 1 + below(4); lines > 0; --lines) m.payload += line();
    sent_.push_back(m);
    if (sent_.size() > 50) sent_.erase(sent_.begin());
    return m;
  }

  std::string line() {
    static const char* const names[] = {"a/b/c", "a/b/d", "a/b/n", "a/b/s", "a/b/x", "a/d/sum"};
    if (one_in(40)) return "!\n";
    if (one_in(4)) return passage();
    std::string text = one_in(20) ? "a/auto/" + std::to_string(below(6)) : names[below(6)];
    text += " " + value();
    if (!one_in(3)) {
      text += " t=" + std::to_string((now_ - day).count() - source_age());
    }
    if (one_in(15)) text += " q=bad";
    if (one_in(25)) text += " q=uncertain";
    if (one_in(25)) text += " h";
    return text + "\n";
  }

  std::string passage() {
    static const char* const kinds[] = {"enter",        "enter",          "leave",   "leave",
                                        "seen",         "card_out",       "card_in", "cycle",
                                        "barrier_open", "barrier_closed", "count",   "report"};
    static const char* const classes[] = {"person", "vehicle", "hazmat"};
    static const char* const gates[] = {"g1", "g2", "g3"};
    std::string text = std::string{"@ "} + kinds[below(12)] + " " + classes[below(3)] + " id" +
                       std::to_string(below(9)) + " " + gates[below(3)];
    if (one_in(2)) text += one_in(2) ? " lane=1" : " lane=h";
    if (one_in(4)) text += " zone=z1";
    text += " card=K" + std::to_string(below(4)) + " n=" + std::to_string(below(5)) + " name=N";
    if (one_in(2)) text += " t=" + std::to_string((now_ - day).count() - source_age());
    return text + "\n";
  }

  std::string value() {
    if (one_in(12)) return one_in(2) ? "on" : "true";
    if (one_in(4)) return std::to_string(below(3));
    walk_ += static_cast<double>(below(4001)) / 100 - 20;
    if (walk_ > 160 || walk_ < -60) walk_ = 50;
    return std::to_string(walk_);
  }

  // Mostly fresh; at times late, out of order, far back for a while, or in the future.
  std::int64_t source_age() {
    if (one_in(60)) offset_ = one_in(2) ? 0 : 3'600'000'000;
    if (one_in(30)) return static_cast<std::int64_t>(below(100'000'000));
    if (one_in(30)) return -static_cast<std::int64_t>(below(20'000'000));
    return offset_ + static_cast<std::int64_t>(below(300'000));
  }

  Command command() {
    static const char* const ids[] = {"limit",   "state", "rate",  "stale",
                                      "average", "expr",  "clock", "never-seen"};
    static const char* const tags[] = {"a/b/c", "a/b/d", "a/b/n", "a/d/sum"};
    Command c;
    c.author = "li";
    if (one_in(5)) {
      ConsumerCommand consumer;
      consumer.name = "central";
      c.body = consumer;
    } else {
      c.body = AcknowledgeAlarm{ids[below(8)], tags[below(4)], 1 + below(60), "seen"};
    }
    // Mostly one that may stand.
    const auto& told = seen_.transitions;
    if (!told.empty() && !one_in(5)) {
      const AlarmEvent& e = told[told.size() - 1 - below(std::min<std::size_t>(told.size(), 8))];
      c.body = AcknowledgeAlarm{e.rule, e.tag, e.occurrence, "seen"};
      if (!one_in(3)) c.body = alarm_command(e);
    }
    c.admin = !one_in(4);
    if (one_in(8)) c.body = maintenance();
    if (one_in(8)) c.body = loop_check(tags[below(4)]);
    if (one_in(4)) give_gates(c);
    return c;
  }

  AlarmCommand alarm_command(const AlarmEvent& e) {
    AlarmCommand c;
    c.verb = static_cast<AlarmCommand::Verb>(below(8));
    c.rule = e.rule;
    c.tag = e.tag;
    c.group = "a";
    c.one_shot = one_in(3);
    c.length = Duration{below(400'000'000)};
    c.comment = "because";
    return c;
  }

  MaintenanceCommand maintenance() {
    MaintenanceCommand c;
    for (const AlarmEvent& e : seen_.transitions) {
      if (e.kind == TransitionKind::maintenance_planned) c.window = e.journal;
      if (e.kind == TransitionKind::maintenance_started && e.rule == rule_maintenance) {
        c.window = std::stoull(e.tag.substr(7));
      }
    }
    if (c.window > 0 && one_in(2)) c.verb = MaintenanceCommand::Verb::end;
    c.tags = one_in(2) ? "a/b/*" : "**";
    if (one_in(2)) c.from = now_ + Duration{below(200'000'000)};
    c.length = Duration{1 + below(300'000'000)};
    c.reason = "work";
    return c;
  }

  LoopCheckCommand loop_check(const std::string& tag) {
    LoopCheckCommand c;
    if (one_in(3)) c.verb = LoopCheckCommand::Verb::end;
    c.tag = tag;
    c.value = static_cast<double>(below(120));
    c.length = Duration{1 + below(90'000'000)};
    c.reason = "loop";
    return c;
  }

  void give_gates(Command& c) {
    const std::string id = "id" + std::to_string(below(9));
    if (one_in(3)) {
      PermitCommand permit;
      permit.verb = static_cast<PermitCommand::Verb>(below(3));
      permit.number = "P" + std::to_string(below(4));
      permit.permits.push_back({permit.number,
                                id,
                                "N",
                                std::nullopt,
                                now_ - 10s,
                                now_ + Duration{below(200'000'000)},
                                {},
                                {},
                                false});
      c.body = permit;
    } else if (one_in(2)) {
      GateCorrection correction;
      correction.verb = static_cast<GateCorrection::Verb>(below(3));
      correction.id = id;
      correction.to = "id" + std::to_string(below(9));
      correction.gate = "g1";
      correction.reason = "seen";
      c.body = correction;
    } else {
      MusterCommand muster;
      muster.verb = static_cast<MusterCommand::Verb>(below(3));
      muster.id = id;
      muster.reason = "drill";
      c.body = muster;
    }
  }

  SourceCondition condition() {
    return {one_in(4) ? "field" : "park", one_in(2), !one_in(3), "broken pipe"};
  }

  std::mt19937_64 random_;
  std::vector<std::shared_ptr<const Plant>> plants_;
  std::vector<Message> sent_;
  Timestamp now_ = day + 1h;
  double walk_ = 50;
  std::int64_t offset_ = 0;
  pipeline::Pipeline scout_;  // runs along, so that commands can name what stands
  Facts seen_;
};

}  // namespace parkwatch::test
