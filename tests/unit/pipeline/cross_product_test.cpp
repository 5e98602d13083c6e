// tests/unit/pipeline/cross_product_test.cpp - Every way in which a kind of rule, a deadband,
// delays, a count of short conditions, bad or lost data, chatter, a latch with its resets,
// suppression, a shelf (timed or one-shot) and a maintenance window can meet (phoebus#1966, #2310):
// what hides an alarm never changes when it is one, and each opening notice has one closing.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <map>

#include "hiding.h"
#include "rig.h"
#include "tests/support/sanitized.h"

namespace cross_product_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

constexpr Duration whole = 10min;

// What the plant does: far below the limit of 80, past it, inside the deadband of 5, past it, far
// below for less than the off-delay, past it, far below. `chatters`: it falls back at times, longer
// past the limit than the on-delay; and at the end it is past it at times, for less than that.
double value_at(Duration t, bool chatters) {
  if (chatters && t >= 170s && t < 226s && (t - 170s) % 14s < 2s) return 70;
  if (chatters && t >= 288s && t < 330s) return (t - 288s) % 14s < 11s ? 70 : 81;
  if (t < 20s || (t >= 150s && t < 158s) || t >= 300s) return 70;
  return t >= 90s && t < 96s ? 78 : 81;
}

struct Span {
  Duration from{0};
  Duration until{0};  // before it; not after `from`: never
  [[nodiscard]] bool contains(Duration t) const { return from <= t && t < until; }
  [[nodiscard]] bool is_any() const { return from < until; }
};

// What comes of it.
struct Data {
  Span bad;   // readings say so
  Span lost;  // nothing comes: the source is away
  bool chatters = false;
  [[nodiscard]] double at(Duration t) const { return value_at(t, chatters); }
  [[nodiscard]] bool changes_at(Duration t) const {
    return at(t) != at(t - 1s) || bad.contains(t) != bad.contains(t - 1s) ||
           lost.contains(t) != lost.contains(t - 1s);
  }
};

// A reading each 5 s, but for a silence, and at each change.
std::vector<Duration> reading_times(const Data& data) {
  std::vector<Duration> times;
  const auto is_silent = [&](Duration t) {
    return (t > 230s && t < 280s) || data.lost.contains(t);
  };
  for (Duration t{0}; t <= 360s; t += 1s) {
    const bool changes = t > 0s && data.changes_at(t);
    if (!is_silent(t) && (t % 5s == 0s || changes)) times.push_back(t);
  }
  return times;
}

reference::Series series_of(const Data& data) {
  reference::Series series;
  for (const Duration t : reading_times(data)) {
    series.push_back({day + t, data.bad.contains(t) ? std::nullopt : std::optional{data.at(t)}});
  }
  // A loss holds what runs, as bad data does.
  if (data.lost.is_any()) {
    const auto behind = std::find_if(series.begin(), series.end(), [&](const auto& sample) {
      return sample.at >= day + data.lost.from;
    });
    series.insert(behind, {day + data.lost.from, std::nullopt});
  }
  return series;
}

// What hides it, each for a time; half seconds, at which no condition changes.
struct Hiding {
  Span suppressed;          // by `a/b/d`, and the recheck after it
  bool ends_badly = false;  // bad data ends it, not another value
  Span shelved;
  bool one_shot = false;  // the shelf ends with the first return, if that is sooner
  Span maintained;
};

// When the shelf ends.
Duration shelf_end(const Hiding& h, const reference::Changes& changes) {
  for (const reference::Change& change : changes) {
    const Duration t = change.at - day;
    if (h.one_shot && change.level == Level::none && h.shelved.contains(t)) return t;
  }
  return h.shelved.until;
}

constexpr Duration recheck = 4s;

Spans spans_of(const Hiding& h, const reference::Changes& changes) {
  Spans spans;
  const auto add = [&spans](Span span, Duration more, bool by_return = false) {
    if (span.is_any()) spans.push_back({day + span.from, day + span.until + more, by_return});
  };
  add(h.suppressed, recheck);
  const Duration end = shelf_end(h, changes);
  add({h.shelved.from, end}, 0s, end < h.shelved.until);
  add(h.maintained, 0s);
  return spans;
}

// Of the latched one: between the first raises of most, and after the last return.
constexpr Duration resets[] = {155s + 500ms, 345s + 500ms};

// The rule twice: "r", and "l", which is latched.
class Run {
 public:
  Run(const RuleSpec& rule, const Data& data, const Hiding& h) : rig_(plant(rule)) {
    std::map<Duration, std::function<void(Duration)>> steps;
    for (const Duration t : reading_times(data)) {
      steps[t] = [this, &data](Duration now) { send(now, data); };
    }
    if (data.lost.is_any()) {
      steps[data.lost.from] = [this](Duration now) { connect(now, false); };
    }
    steps[Duration{0}] = [this](Duration now) { rig_.send(now, "a/b/e 0\na/b/c 70"); };
    if (h.suppressed.is_any()) {
      steps[h.suppressed.from] = [this](Duration now) { rig_.send(now, "a/b/d 1"); };
      steps[h.suppressed.until] = [this, &h](Duration now) {
        rig_.send(now, h.ends_badly ? "a/b/d 1 q=bad" : "a/b/d 0");
      };
    }
    if (h.shelved.is_any()) {
      steps[h.shelved.from] = [this, &h](Duration now) { shelve(now, h); };
    }
    if (h.maintained.is_any()) {
      steps[h.maintained.from] = [this, &h](Duration now) { maintain(now, h.maintained.until); };
    }
    for (const Duration t : resets) steps[t] = [this](Duration now) { reset(now); };
    for (const auto& [t, step] : steps) step(t);
    rig_.tick(whole);
  }

  [[nodiscard]] const std::vector<AlarmEvent>& transitions() { return rig_.facts().transitions; }
  [[nodiscard]] reference::Changes changes(const std::string& rule) {
    reference::Changes changes;
    for (const AlarmEvent& e : transitions()) {
      if (e.rule == rule && is_change(e)) changes.push_back({e.at, e.level});
    }
    return changes;
  }
  // When each raise counts as chatter: by its reading.
  [[nodiscard]] std::vector<Timestamp> counted() {
    std::vector<Timestamp> out;
    for (const AlarmEvent& e : transitions()) {
      if (e.rule != "r" || e.kind != TransitionKind::raised) continue;
      out.push_back(e.reading_sequence == 0 ? e.at : std::min(e.reading_time, e.at));
      if (out.size() > 1) out.back() = std::max(out.back(), out[out.size() - 2]);
    }
    return out;
  }
  static bool is_change(const AlarmEvent& e) {
    return e.kind == TransitionKind::raised || e.kind == TransitionKind::level_changed ||
           e.kind == TransitionKind::returned;
  }

 private:
  static Plant plant(const RuleSpec& rule) {
    RuleSpec latched = rule;
    latched.id = "l";
    latched.alarm.latched = true;
    Plant plant = plant_of({rule, latched});
    plant.tags.push_back(tag_of("a/b/e"));
    return plant;
  }
  void send(Duration now, const Data& data) {
    if (data.lost.is_any() && now == data.lost.until) connect(now, true);
    const std::string value = std::to_string(data.at(now));
    rig_.send(now, "a/b/c " + value + (data.bad.contains(now) ? " q=bad" : ""));
  }
  void connect(Duration now, bool connected) {
    rig_.feed(SourceCondition{"park", connected, true, "timed out"}, now);
  }
  void shelve(Duration now, const Hiding& h) {
    for (const char* const rule : {"r", "l"}) {
      AlarmCommand c;
      c.rule = rule;
      c.tag = "a/b/c";
      c.length = h.shelved.until - now;
      c.one_shot = h.one_shot;
      c.comment = "calibration";
      rig_.feed(Command{"li", c}, now);
      REQUIRE(rig_.facts().replies.back().result.ok());
    }
  }
  void reset(Duration now) {
    AlarmCommand c;
    c.verb = AlarmCommand::Verb::reset;
    c.rule = "l";
    c.tag = "a/b/c";
    rig_.feed(Command{"li", c}, now);
  }
  void maintain(Duration now, Duration until) {
    MaintenanceCommand c;
    c.tags = "a/**";
    c.until = day + until;
    c.reason = "work";
    rig_.feed(Command{"li", c}, now);
    REQUIRE(rig_.facts().replies.back().result.ok());
  }

  Rig rig_;
};

struct Filter {
  double deadband = 0;
  Duration on_delay{0};
  Duration off_delay{0};
  reference::Count count{};
};

RuleSpec rule_of(RuleKind kind, const Filter& f, Level level = Level::high, double at = 80) {
  RuleSpec rule = limit_of("r", "a/b/c", at);
  rule.kind = kind;
  rule.limits[0] = {.level = level,
                    .at = at,
                    .deadband = f.deadband,
                    .on_delay = f.on_delay,
                    .off_delay = f.off_delay};
  rule.on_delay = f.on_delay;
  rule.off_delay = f.off_delay;
  rule.alarm.count_times = static_cast<std::uint32_t>(f.count.times);
  rule.alarm.count_within = f.count.within;
  rule.alarm.suppress_when = "`a/b/d` == 1";
  rule.alarm.recheck = recheck;
  return rule;
}

RuleSpec switched(RuleKind kind, const Filter& f) {
  RuleSpec rule = rule_of(kind, f);
  rule.limits.clear();
  return rule;
}

using Reference = std::function<reference::Changes(const RuleSpec&, const reference::Series&)>;

struct Kind {
  RuleSpec rule;
  Reference
      reference;  // none: reference_kinds_test.cpp has it; here it is the run that nothing hides
};

reference::Changes by_levels(const RuleSpec& rule, const reference::Series& series) {
  return reference::levels(rule.limits, series, day + whole,
                           {rule.alarm.count_times, rule.alarm.count_within});
}

reference::Changes by_state(const RuleSpec& rule, const reference::Series& series) {
  RuleSpec on = rule;
  on.limits = {
      {.level = Level::on, .at = 0.5, .on_delay = rule.on_delay, .off_delay = rule.off_delay}};
  return by_levels(on, reference::states({81}, series));
}

// Those whose verdict is that of the value at the time.
std::vector<Kind> direct_kinds(const Filter& f) {
  RuleSpec deviation = rule_of(RuleKind::deviation, f);
  deviation.terms = {{"a/b/e", 1}};
  RuleSpec balance = rule_of(RuleKind::balance, f);
  balance.terms = {{"a/b/c", 1}, {"a/b/e", -1}};
  std::vector<Kind> kinds{
      {rule_of(RuleKind::limit, f), by_levels}, {deviation, by_levels}, {balance, by_levels}};
  if (f.deadband > 0) return kinds;  // the others have none
  RuleSpec state = switched(RuleKind::state, f);
  state.states = {81};
  RuleSpec expr = switched(RuleKind::expr, f);
  expr.expression = "`a/b/c` > 80";
  RuleSpec vote = switched(RuleKind::vote, f);
  vote.terms = {{"a/b/c", 1}, {"a/b/e", 1}};
  vote.trigger.above = 80;
  vote.times = 1;
  for (const RuleSpec& rule : {state, expr, vote}) kinds.push_back({rule, by_state});
  return kinds;
}

// Those with a memory.
std::vector<Kind> remembering_kinds(const Filter& f) {
  RuleSpec rate = rule_of(RuleKind::rate, f, Level::high, 0.5);
  rate.per = 10s;
  rate.over = 20s;
  RuleSpec window = rule_of(RuleKind::window, f, Level::high, 75);
  window.window = {.aggregate = Aggregate::avg, .length = 20s};
  RuleSpec cumulative = rule_of(RuleKind::cumulative, f, Level::high, 160);
  cumulative.window = {
      .aggregate = Aggregate::integral, .length = 200s, .running = true, .per = 1min, .gap = 1min};
  RuleSpec forecast = rule_of(RuleKind::forecast, f, Level::low, 5);
  forecast.over = 30s;
  forecast.target = 82;
  RuleSpec drift = rule_of(RuleKind::drift, f, Level::high, 3);
  drift.per = 10s;
  drift.baseline = 1min;
  drift.slack = 0.5;
  std::vector<Kind> kinds;
  for (const RuleSpec& rule : {rate, window, cumulative, forecast, drift}) {
    kinds.push_back({rule, nullptr});
  }
  if (f.deadband > 0) return kinds;
  RuleSpec stale = switched(RuleKind::stale, f);
  stale.after = 25s;
  RuleSpec repeat = switched(RuleKind::repeat, f);
  repeat.trigger.above = 80;
  repeat.times = 2;
  repeat.within = 100s;
  RuleSpec mismatch = switched(RuleKind::mismatch, f);
  mismatch.terms = {{"a/b/e", 1}};
  mismatch.within = 7s;
  mismatch.tolerance = 79;
  for (const RuleSpec& rule : {stale, repeat, mismatch}) kinds.push_back({rule, nullptr});
  return kinds;
}

std::vector<Hiding> hidings() {
  const Duration half = 500ms;
  const std::vector<Span> suppressions{{},
                                       {10s + half, 45s + half},     // from before to during
                                       {25s + half, 120s + half},    // during a delay
                                       {100s + half, 240s + half},   // over returns and raises
                                       {200s + half, 340s + half}};  // until after the end
  const std::vector<std::pair<Span, bool>> shelves{
      {{}, false},
      {{12s + half, 60s + half}, false},
      {{41s + half, 130s + half}, false},
      {{170s + half, 320s + half}, false},
      {{12s + half, 130s + half}, true},   // most kinds: it ends by the clock
      {{41s + half, 320s + half}, true}};  // and here with a return
  const std::vector<Span> windows{{}, {15s + half, 165s + half}};
  std::vector<Hiding> all;
  for (const Span& suppressed : suppressions) {
    for (const bool ends_badly : {false, true}) {
      if (ends_badly && !suppressed.is_any()) continue;
      for (const auto& [shelved, one_shot] : shelves) {
        if (ends_badly && shelved.is_any()) continue;  // how it ends is nothing to a shelf
        for (const Span& maintained : windows) {
          all.push_back({suppressed, ends_badly, shelved, one_shot, maintained});
        }
      }
    }
  }
  return all;
}

// The flags of the changes, and the end of the shelf.
void check_flags(Run& run, const Hiding& h, Duration shelf_ends) {
  const bool by_return = shelf_ends < h.shelved.until;
  std::size_t unshelved = 0;
  for (const AlarmEvent& e : run.transitions()) {
    if (e.rule != "r" && e.rule != "l") continue;
    const Duration t = e.at - day;
    if (e.kind == TransitionKind::unshelved) {
      ++unshelved;
      REQUIRE(t == shelf_ends);
    }
    if (!Run::is_change(e)) continue;
    CAPTURE(to_text(e.kind), to_text(t), e.journal);
    const Span suppressed{h.suppressed.from, h.suppressed.until + recheck};
    const Span shelved{h.shelved.from, shelf_ends + (by_return ? 1us : 0us)};
    const bool by_design = h.suppressed.is_any() && suppressed.contains(t);
    REQUIRE(((e.flags & alarm_suppressed) != 0) == by_design);
    REQUIRE(((e.flags & alarm_shelved) != 0) == shelved.contains(t));
    REQUIRE(((e.flags & alarm_maintenance) != 0) == h.maintained.contains(t));
  }
  REQUIRE(unshelved == (h.shelved.is_any() ? 2 : 0));
}

// How many one-shot shelves ended with a return.
std::size_t check_hidden(const Kind& kind, const Data& data, const reference::Changes& changes,
                         const std::vector<Timestamp>& counted) {
  const Keeping as_it_is{false, {}, counted};
  Keeping latched{true, {}, counted};
  for (const Duration t : resets) latched.resets.push_back(day + t);
  std::size_t by_return = 0;
  for (const Hiding& h : hidings()) {
    CAPTURE(h.suppressed.from.count(), h.ends_badly, h.shelved.from.count(), h.one_shot,
            h.maintained.from.count());
    Run run{kind.rule, data, h};
    const Spans hidden = spans_of(h, changes);
    for (const char* const rule : {"r", "l"}) {
      CAPTURE(rule);
      const Keeping& keeping = *rule == 'l' ? latched : as_it_is;
      REQUIRE(run.changes(rule) == changes);
      REQUIRE(notices_in(run.transitions(), rule) ==
              notices_of(changes, hidden, day + whole, keeping));
    }
    const Duration end = shelf_end(h, changes);
    check_flags(run, h, end);
    if (end < h.shelved.until) ++by_return;
  }
  return by_return;
}

// A source that is away for longer than 10 s has an alarm, until it is back.
void check_lost(Run& run, const Data& data) {
  if (!data.lost.is_any()) return;
  std::vector<std::pair<Duration, TransitionKind>> told;
  for (const AlarmEvent& e : run.transitions()) {
    if (e.rule == rule_quality) told.emplace_back(e.at - day, e.kind);
  }
  REQUIRE(told.size() == 2);
  REQUIRE(told[0] == std::pair{data.lost.from + 10s, TransitionKind::raised});
  REQUIRE(told[1] == std::pair{data.lost.until, TransitionKind::returned});
}

std::vector<Filter> filters() {
  std::vector<Filter> all;
  for (const double deadband : {0.0, 5.0}) {
    for (const Duration on_delay : {Duration{0}, Duration{10s}}) {
      for (const Duration off_delay : {Duration{0}, Duration{10s}}) {
        all.push_back({deadband, on_delay, off_delay, {}});
        const bool counts = on_delay > 0s && off_delay == 0s;
        if (counts) all.push_back({deadband, on_delay, off_delay, {3, 1min}});
      }
    }
  }
  return all;
}

std::vector<Data> all_data() {
  std::vector<Data> all{{},
                        {{}, {}, true},
                        {{60s, 70s}, {}},
                        {{}, {24s, 36s}},    // within a delay
                        {{}, {302s, 318s}},  // within the last off-delay
                        {{}, {290s, 330s}},  // over the last return
                        {{24s, 29s}, {}},
                        {{148s, 155s}, {}},
                        {{298s, 310s}, {}},
                        {{201s, 208s}, {}, true},   // within the chatter
                        {{}, {346s, 358s}, true}};  // before its end
  if (is_sanitized) all.resize(3);
  return all;
}

// What was compared, by kind: a kind that says nothing proves nothing.
struct Compared {
  std::size_t changes = 0;
  std::size_t by_return = 0;  // one-shot shelves that ended so
  std::size_t chatters = 0;
};

void check_one(const Kind& kind, const Data& data, Compared& compared) {
  Run open{kind.rule, data, {}};
  check_lost(open, data);
  const auto changes = open.changes("r");
  compared.changes += changes.size();
  for (const AlarmEvent& e : open.transitions()) {
    if (e.rule == "r" && e.kind == TransitionKind::chattering) ++compared.chatters;
  }
  if (kind.reference) REQUIRE(changes == kind.reference(kind.rule, series_of(data)));
  compared.by_return += check_hidden(kind, data, changes, open.counted());
}

// Over every deadband, delay, count, time of bad or lost data, latch and way of hiding.
void check_all(std::vector<Kind> (*kinds_of)(const Filter&)) {
  std::map<RuleKind, Compared> compared;
  std::size_t kinds = 0;
  for (const Filter& f : filters()) {
    const auto all = kinds_of(f);
    kinds = std::max(kinds, all.size());
    for (const Kind& kind : all) {
      for (const Data& data : all_data()) {
        CAPTURE(to_text(kind.rule.kind), f.deadband, f.on_delay.count(), f.off_delay.count(),
                f.count.times, data.bad.from.count(), data.lost.from.count(), data.chatters);
        check_one(kind, data, compared[kind.rule.kind]);
      }
    }
  }
  REQUIRE(compared.size() == kinds);
  std::size_t chatters = 0;
  for (const auto& [kind, seen] : compared) {
    CAPTURE(to_text(kind));
    CHECK(seen.changes >= 20);
    CHECK(seen.by_return >= 20);
    chatters += seen.chatters;
  }
  CHECK(chatters >= (is_sanitized ? 4 : 10));
}

}  // namespace

TEST_CASE("cross product: what hides an alarm of a value at a time", "[pipeline][property]") {
  check_all(direct_kinds);
}

TEST_CASE("cross product: what hides an alarm of a kind with a memory", "[pipeline][property]") {
  check_all(remembering_kinds);
}

}  // namespace cross_product_test
