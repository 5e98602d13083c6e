// daemon/pipeline/actions.h - Which commands alarms publish, and what becomes of them. Decides
// only: what is decided is a row of the journal, sent once that is committed. Pure; pipeline
// thread.
//
// An alarm calls for an action with a transition that un-acknowledges and is announced: raised, or
// risen, or shown again. Hidden alarms, those on a test value and those that stand when a
// configuration comes into force do not. The release comes only when no alarm calls for the action
// any more, and never from a hidden or removed one: doing is quick, undoing is careful.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/action.h"
#include "model/alarm_event.h"
#include "model/input.h"
#include "pipeline/engine.h"

namespace parkwatch::pipeline {

// Commands of which nothing is known yet; more are not decided.
inline constexpr std::size_t commands_max = 1000;
inline constexpr std::size_t action_targets_max = 1000;

// One action on one topic.
struct ActionTarget {
  std::set<std::pair<std::string, std::string>> causes;  // alarms that call for it: rule, tag
  std::optional<Timestamp> ordered;                      // the last command that was no release
  Priority ordered_priority = Priority::low;             // of the alarm that called for it
  bool engaged = false;                                  // and there was no release since
  Timestamp release_due = rules::never;
  std::optional<AlarmEvent> ending;   // release_due: after which nothing called for it
  std::optional<AlarmEvent> awaited;  // the row of the newest command that is to be sent
  Timestamp confirm_due = rules::never;
  bool awaits = false;           // its feedback
  bool failed = false;           // it did not come in time, or the command did not leave
  TagId feedback = tag_id_none;  // follows from the configuration
};

class Actions {
 public:
  using Targets = std::map<std::pair<std::string, std::string>, ActionTarget>;  // action, topic
  using Commands = std::map<std::uint64_t, AlarmEvent>;  // their rows, by journal number

  // A configuration takes effect. Commands of actions that are others now are called off.
  void configure(Scene& scene, Timestamp at);
  // Looks at the transitions since it looked last.
  void look(Scene& scene);
  // The readings of the input at work are the newest of their tags now.
  void look_at_feedback(Scene& scene, Timestamp at);
  void on_report(const ActionReport& report, Scene& scene, Timestamp at);

  [[nodiscard]] Timestamp next_due() const { return next_due_; }
  // REQUIRES: next_due() is not `never`.
  void fire_next(Scene& scene);
  // Downtime: what waits for data moves. A step of the clock: everything.
  void shift(Duration by, Timestamp now, bool clock_step);

  [[nodiscard]] const Targets& targets() const { return targets_; }
  [[nodiscard]] const Commands& commands() const { return commands_; }
  // As they were given out; `looked` is the last journal number.
  void restore(const Plant& plant, const TagTable& tags, Targets targets, Commands commands,
               std::uint64_t looked);

 private:
  using Entry = Targets::value_type;
  // What is to be commanded, and by which transition.
  struct Wish {
    const ActionSpec& spec;
    const AlarmEvent& cause;
    bool release = false;
    Timestamp at;
  };

  void take(const AlarmEvent& event, Scene& scene);
  void end_causes(const AlarmEvent& event, Scene& scene);
  void begin(const ActionSpec& spec, const AlarmEvent& event, Scene& scene);
  void idle(Entry& target, const AlarmEvent& event, Scene& scene);
  void decide(const Wish& wish, ActionTarget& target, Scene& scene);
  void await(const Wish& wish, ActionTarget& target, const AlarmEvent& row, Scene& scene);
  [[nodiscard]] std::string why_not(const Wish& wish, const ActionTarget& target,
                                    const ActionCommand& command) const;
  [[nodiscard]] AlarmEvent row_of(const Wish& wish, Scene& scene) const;
  void record(AlarmEvent row, TransitionKind kind, std::string comment, Scene& scene, Timestamp at);
  [[nodiscard]] bool is_met(const Entry& target, const Scene& scene) const;
  void confirm(Entry& target, Scene& scene, Timestamp at);
  void fail(Entry& target, Scene& scene, Timestamp at);
  void end_failure(Entry& target, Scene& scene, Timestamp at);
  void refresh_alarm(const std::string& action, Scene& scene, Timestamp at) const;
  void forget_idle(Timestamp at);
  void find_feedback(const TagTable& tags);
  void refresh_due();

  ActionPlan plan_;
  Targets targets_;
  Commands commands_;
  std::uint64_t looked_ = 0;  // journal number
  std::size_t awaiting_ = 0;  // targets whose feedback is awaited
  Timestamp next_due_ = rules::never;
};

}  // namespace parkwatch::pipeline
