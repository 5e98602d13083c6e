// daemon/pipeline/engine.h - The rules of one plant at work: which instance a reading or a deadline
// touches, and what it says to the alarms. Pure; pipeline thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alarms/alarms.h"
#include "model/facts.h"
#include "model/plant.h"
#include "pipeline/deadlines.h"
#include "pipeline/operands.h"
#include "pipeline/phases.h"
#include "pipeline/tag_table.h"
#include "rules/expression.h"
#include "rules/joint.h"
#include "rules/levels.h"
#include "rules/signal.h"

namespace parkwatch::pipeline {

// Where a step takes place.
class Engine;
struct Scene {
  TagTable& tags;
  alarms::Alarms& alarms;
  const Engine* engine;  // null until the first plant
  const Plant& plant;
  Facts& facts;
  std::uint64_t sequence = 0;  // of the input at work, or that comes next
};

// One rule on one tag.
struct RuleInstance {
  RuleInstance(std::uint32_t rule_index, TagId tag_id, const rules::LevelSpec& spec)
      : rule(rule_index), tag(tag_id), levels(spec) {}

  std::uint32_t rule;  // position in Plant::rules
  TagId tag;
  RuleKind kind = RuleKind::limit;
  Phase phase = Phase::in_force;
  bool dated = false;  // the rule has dates or shifts
  Timestamp phase_until = rules::never;
  std::uint32_t rank = 0;   // by (rule, tag); its slot in the deadlines
  std::uint32_t joint = 0;  // rules of several tags: position in Engine::joints_
  Timestamp since;          // stale: came into force then (receive time)
  Timestamp last_at;        // of its last transition
  bool halted = false;      // its source is lost, and what ran then stands still
  bool blind = false;       // it is of a computed tag that rests on a lost one
  rules::LevelSet levels;
  std::unique_ptr<rules::Signal> signal;  // of kinds with a memory
};

// What is known of a tag's own life, for every rule on it.
struct TagLife {
  bool seen = false;             // a reading that ends silence came
  bool seen_device = false;      // by the device's clock
  bool on_device_clock = false;  // the last evaluated reading had the device's time
  Timestamp seen_receive;
  Timestamp seen_source;
  rules::Cause seen_cause;
  bool missed = false;                      // never seen, and that was told
  Timestamp expected_since = rules::never;  // it has a rule since then (receive time)
  bool operator==(const TagLife&) const = default;
};

class Engine {
 public:
  // Compiles the rules of `plant`, which must outlive this. All instances are new from `since` on.
  Engine(std::shared_ptr<const Plant> plant, const TagTable& tags, Timestamp since);

  // Takes over the state of every rule and tag that did not change; alarms of those that changed or
  // went are closed. Returns which instances begin anew.
  std::vector<bool> inherit(Engine& before, Scene& scene, Timestamp at);
  // What stands by now is told at once by those of them that need no history, for a device that
  // publishes only changes will not say it again: limits, states, rules of several tags. By the
  // last good value if the newest is bad; delays then stand still. REQUIRES: operands are loaded.
  void judge_anew(const std::vector<bool>& anew, Timestamp at, Scene& scene);

  // Gives the value to rules of several tags. Of a reading and of all that is computed from it
  // before any on_reading() of them, so that no rule sees the one without the other.
  void see(const Reading& reading) {
    Operand& operand = operands_[reading.tag];
    if (operand.used) take_operand(reading, operand);
  }
  // REQUIRES: taken, remembered, seen, not historical.
  void on_reading(const Reading& reading, Scene& scene);

  // Likewise, but a loop check's test value stands for it: all that it says is that the tag lives.
  void on_overridden(const Reading& reading, Scene& scene);

  // Which tags, by TagId, nothing comes from: their delays stand still from now on. What is back
  // goes on, and what rests on several tags is judged, since no reading may follow. REQUIRES:
  // operands are loaded.
  void on_lost(const std::vector<bool>& lost, Timestamp at, Scene& scene);
  // Likewise of a snapshot, which holds what stands still.
  void know_lost(const std::vector<bool>& lost, const TagTable& tags);
  [[nodiscard]] bool is_lost(TagId tag) const { return operands_[tag].lost; }

  // Since then nothing is due, so that what is held by then has run until then; empty: it is.
  void pause(std::optional<Timestamp> since) { paused_at_ = since; }
  // The dates, shifts and hours of rules go on in a pause. `never`: none.
  [[nodiscard]] Timestamp next_phase() const;
  // REQUIRES: next_phase() is not `never`.
  void fire_phase(Scene& scene);

  // Tells the alarms what their suppress_when says by now: all of a plant that came into force, or
  // those that name the tag.
  void look_at_guards(Timestamp at, Scene& scene);
  void look_at_guards(TagId tag, Timestamp at, Scene& scene);

  // A loop check's test value: limits, states and expressions see it; slopes, windows and silence
  // do not, since it is nothing that the plant did. Told to see() before.
  void on_test_value(const Reading& value, Scene& scene);
  // The levels that rest on a test value at `tag` are normal again. True: there were some.
  bool end_tests(TagId tag, Timestamp at, Scene& scene);
  // The alarms that a reading of the tag may change, as (rule, tag): its own and those of
  // expressions that name it.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> alarms_of(
      TagId tag, const TagTable& tags) const;
  // The highest priority of these that is active or waits for its delay; empty: none.
  [[nodiscard]] std::optional<Priority> urgency_of(TagId tag) const;

  // Hints that on_reading() will soon be called for the tag: many tags do not fit into a cache.
  // First the one, some readings later the other.
  void prefetch_rules(TagId tag) const;
  void prefetch_instances(TagId tag) const;

  [[nodiscard]] bool may_be_due(Timestamp by) const {
    return (!deadlines_.empty() && deadlines_.earliest() <= by) ||
           (!unseen_.empty() && unseen_.earliest() <= by);
  }
  // The true next deadline; `never`: none.
  [[nodiscard]] Timestamp next_due();
  // REQUIRES: next_due() is not `never`. Acts on that one instance, at its due time.
  void fire_next(Scene& scene);

  // Downtime, a pause, or a step of the gateway's clock: deadlines that wait for data move. `now`:
  // the time then.
  void shift(Duration by, Timestamp now, bool clock_step);

  [[nodiscard]] const std::shared_ptr<const Plant>& plant() const { return plant_; }
  // Instances in the order (rule, tag), and what is known of tags: for snapshots. After a change:
  // resume().
  [[nodiscard]] std::size_t size() const { return by_rank_.size(); }
  [[nodiscard]] const RuleInstance& ranked(std::size_t rank) const {
    return instances_[by_rank_[rank]];
  }
  [[nodiscard]] RuleInstance& ranked(std::size_t rank) { return instances_[by_rank_[rank]]; }
  // Ranks of the instances that judge a period of the site's calendar.
  [[nodiscard]] const std::vector<std::uint32_t>& periods() const { return periods_; }
  [[nodiscard]] const std::vector<TagLife>& lives() const { return lives_; }
  [[nodiscard]] std::vector<TagLife>& lives() { return lives_; }
  void resume();
  [[nodiscard]] Operands& operands() { return operands_; }
  [[nodiscard]] bool has_instance(const std::string& rule, const std::string& tag,
                                  const TagTable& tags) const;
  // `id` is new, or came back.
  void on_new_tag(TagId id, const TagTable& tags);

 private:
  // Positions of a tag's instances, by kind; those of several tags are found by their operands.
  struct TagRules {
    std::uint32_t limits = 0;
    std::uint32_t states = 0;
    std::uint32_t rates = 0;
    std::uint32_t signals = 0;
    std::uint32_t windows = 0;
    std::uint32_t stales = 0;
    std::uint32_t joints = 0;
    std::uint32_t users = 0;  // into users_: guards and instances of several tags, this among them
    std::uint32_t users_end = 0;
    std::uint32_t silent = 0;  // stale instances that found silence, and one if never seen
    Duration silence = Duration::max();    // the shortest `after` of them
    Timestamp wake_device = rules::never;  // no delay is due earlier by the device's clock
    Timestamp wake_signal = rules::never;  // no signal changes by itself earlier
  };
  static_assert(sizeof(TagRules) == 64, "one line of the cache");
  struct Joint {
    std::vector<TagId> operands;
    std::optional<rules::Expression> expression;  // else the kind says what is computed
  };

  // The suppress_when of one alarm. The alarms know it too, also after a restart.
  struct Guard {
    std::uint32_t instance = 0;
    std::uint32_t expression = 0;  // in guard_expressions_
    std::vector<TagId> operands;
    std::optional<bool> said;
  };

  void compile(const TagTable& tags, Timestamp since);
  void compile_guards(const TagTable& tags);
  [[nodiscard]] bool is_suppressed(const Guard& guard, const TagTable& tags);
  void on_guard(Guard& guard, Timestamp at, Scene& scene);
  // Returns the first of the tag's users after them.
  std::uint32_t on_guards(const TagRules& t, Timestamp at, Scene& scene);
  [[nodiscard]] bool is_guard(std::uint32_t user) const { return user >= instances_.size(); }
  void compile_rule(std::uint32_t index, const TagTable& tags, Timestamp since);
  [[nodiscard]] std::optional<Joint> make_joint(const RuleSpec& rule, std::size_t at,
                                                const TagTable& tags) const;
  [[nodiscard]] bool is_same(const RuleInstance& old, const RuleInstance& x, const Engine& before,
                             const std::vector<bool>& kept_tags) const;
  void lay_out(std::size_t tags);
  void index_users();

  void on_signals(const Reading& r, const rules::Moment& at, Scene& scene);
  void on_rates(const Reading& r, double value, const rules::Moment& at, Scene& scene);
  void on_memories(const Reading& r, double value, const rules::Moment& at, Scene& scene);
  void on_windows(const Reading& r, double value, const rules::Moment& at, Scene& scene);
  void on_seen(const Reading& r, const rules::Moment& at, Scene& scene);
  void on_joint(std::uint32_t i, const Reading& r, const rules::Moment& at, Scene& scene);
  [[nodiscard]] std::optional<double> joint_signal(const RuleInstance& x);
  void await_signal(const Reading& r, rules::Signal& signal, const rules::Moment& at);
  void end_span(std::uint32_t i, const rules::Moment& at, Timestamp due, Scene& scene);
  void verdict(std::uint32_t i, const Reading& r, std::optional<double> value,
               const rules::Moment& at, Scene& scene);
  void signal(std::uint32_t i, double value, const rules::Moment& at, const rules::Cause& cause,
              Scene& scene);
  void hold(std::uint32_t i, const rules::Moment& at);
  void hold(RuleInstance& x, const rules::Moment& at);
  [[nodiscard]] bool has_data(const RuleInstance& x, const TagTable& tags);
  void judge_newest(std::uint32_t i, Timestamp at, Scene& scene);
  void judge(std::uint32_t i, const Reading& r, const rules::Moment& at, Scene& scene);
  [[nodiscard]] bool may_judge(const RuleInstance& x, Timestamp source) const;
  void change_phase(std::uint32_t i, Timestamp due, Scene& scene);

  [[nodiscard]] Timestamp next_of_rules();
  void fire_next_rule(Scene& scene);
  void list_expected();
  void expect(Timestamp at);
  void forget_unexpected(Scene& scene, Timestamp at);
  [[nodiscard]] Timestamp unseen_due(TagId tag) const;
  void arm_unseen();
  [[nodiscard]] Timestamp next_unseen();
  void fire_unseen(Scene& scene);
  void end_unseen(TagId tag, Timestamp at, Scene& scene);
  void fire_by_source(TagId tag, const rules::Moment& at, Scene& scene);
  [[nodiscard]] std::uint32_t next_by_source(TagId tag, const rules::Moment& at) const;
  void fire_one_by_source(std::uint32_t i, const rules::Moment& at, Scene& scene);
  [[nodiscard]] Timestamp source_due(const RuleInstance& x, bool device_time) const;
  [[nodiscard]] Timestamp receive_due(const RuleInstance& x) const;
  [[nodiscard]] Timestamp silence_due(const RuleInstance& x) const;
  void touch(std::uint32_t i);
  void wake_at(TagId tag, Timestamp source_due);
  void refresh_wakes(TagId tag);
  void announce(RuleInstance& x, Timestamp at, Scene& scene);
  [[nodiscard]] const RuleSpec& spec(const RuleInstance& x) const { return plant_->rules[x.rule]; }

  std::shared_ptr<const Plant> plant_;
  std::vector<rules::LevelSpec> level_specs_;  // by rule
  std::vector<RuleInstance> instances_;        // by (tag, kind, rule)
  std::vector<rules::Band> bands_;             // by instance
  std::vector<rules::Signal*> signals_;        // by instance: what it owns, for a short way there
  std::vector<std::uint32_t> by_rank_;
  std::vector<std::uint32_t> periods_;
  std::vector<std::uint32_t> dated_;  // instances with dates, shifts or hours, by rank
  std::optional<Timestamp> paused_at_;
  std::vector<TagRules> rules_of_;  // by tag
  std::vector<TagLife> lives_;      // by tag
  // By tag, guards first: those from instances_.size() on are positions in guards_.
  std::vector<std::uint32_t> users_;
  std::vector<Guard> guards_;
  // One a rule: its placeholders stand in the names of its operands, which each guard has filled.
  std::vector<rules::Expression> guard_expressions_;
  std::vector<Joint> joints_;
  std::vector<rules::Member> members_;  // of one of them, for the moment
  Operands operands_;
  Deadlines deadlines_;
  std::vector<TagId> expected_;  // tags with a rule, ascending; empty: it does not matter
  Deadlines unseen_;             // by position in expected_
};

}  // namespace parkwatch::pipeline
