// tests/unit/pipeline/actions_park.h - A park in which gas calls for a command, and the rows of
// what becomes of it.
#pragma once
#include <string>

#include "rig.h"

namespace parkwatch::test {

// Tag a/b/c calls for a command; a/b/d is its feedback: 1 when the barrier is open.
inline ActionSpec open_action() {
  ActionSpec spec;
  spec.id = "open";
  spec.rules = {"gas"};
  spec.order.topic = "park/{device}/cmd";
  spec.order.payload = "open {id} {tag} {value}";
  spec.order.confirm = ActionConfirm{"a/b/d", {{}, {}, {1}}, 10s};
  spec.expires = 30s;
  spec.cooldown = 60s;
  return spec;
}

inline ActionOrder close_order() {
  return {"park/{device}/cmd", "close {id}", false, ActionConfirm{"a/b/d", {{}, {}, {0}}, 10s}};
}

inline Plant park(ActionSpec spec, bool live = true) {
  RuleSpec gas = limit_of("gas", "a/b/c", 50);
  gas.tags = {"a/b/c", "a/b/e"};
  gas.limits.push_back({.level = Level::high_high, .at = 90, .priority = Priority::critical});
  Plant plant = plant_of({gas});
  plant.tags.push_back(tag_of("a/b/e"));
  plant.actions.live = live;
  plant.actions.allow = {"park/+/cmd"};
  plant.actions.actions = {std::move(spec)};
  return plant;
}

// "kind topic payload" of each row of a command since the last call.
inline std::string commands(Rig& rig, std::size_t& told) {
  std::string text;
  for (; told < rig.facts().transitions.size(); ++told) {
    const AlarmEvent& e = rig.facts().transitions[told];
    if (!e.command) continue;
    text += (text.empty() ? "" : "; ") + to_text(e.at - day) + " " + std::string{to_text(e.kind)};
    if (e.kind == TransitionKind::action_requested || e.kind == TransitionKind::action_dry_run) {
      text += " " + e.command->topic + " " + e.command->payload;
    }
    if (e.kind == TransitionKind::action_skipped) text += " " + e.comment;
  }
  return text;
}

inline std::uint64_t last_request(Rig& rig) {
  std::uint64_t request = 0;
  for (const AlarmEvent& e : rig.facts().transitions) {
    if (e.kind == TransitionKind::action_requested) request = e.journal;
  }
  return request;
}

inline void acknowledge(Rig& rig, Duration at) {
  for (auto e = rig.facts().transitions.rbegin(); e != rig.facts().transitions.rend(); ++e) {
    if (e->rule != "gas") continue;
    rig.feed(Command{"li", AcknowledgeAlarm{e->rule, e->tag, e->occurrence, ""}, false}, at);
    return;
  }
}

}  // namespace parkwatch::test
