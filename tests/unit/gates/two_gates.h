// tests/unit/gates/two_gates.h - People at two gates whose readers' clocks may be off.
#pragma once
#include "site.h"

namespace parkwatch::test::two_gates {

// A person at a reader whose clock is `slow`.
inline void pass(Site& site, Duration at, PassageKind kind, const std::string& id,
                 const std::string& gate, Duration slow, const std::string& lane = "") {
  Passage p = Site::passage(kind, Subject::person, id, gate, lane);
  p.time = Site::time(at - slow);
  site.pass(at, p);
}

inline void enter(Site& site, Duration at, const std::string& id, const std::string& gate,
                  Duration slow) {
  pass(site, at, PassageKind::enter, id, gate, slow);
}

inline void leave(Site& site, Duration at, const std::string& id, const std::string& gate,
                  Duration slow) {
  pass(site, at, PassageKind::leave, id, gate, slow);
}

// Two gates for everybody, so that nothing is said of them.
inline GatePlan everybody() {
  GatePlan plan;
  plan.on = true;
  plan.gates.push_back({"g1", {}, {true, true, true}, "", {}});
  plan.gates.push_back({"g2", {}, {true, true, true}, "", {}});
  for (GateRuleSpec& rule : plan.rules) rule.on = true;
  return plan;
}

inline Timestamp since(Site& site, const std::string& id) {
  return site.ledger().book().inside.at(id).since;
}

inline std::string missing(Site& site) {
  std::string text;
  for (const auto& [id, entry] : site.ledger().book().muster.entries) {
    if (entry.state == MusterState::missing) text += (text.empty() ? "" : " ") + id;
  }
  return text;
}

inline void begin_muster(Site& site, Duration at) {
  MusterCommand start;
  start.reason = "drill";
  REQUIRE(site.tell(at, start));
}
}  // namespace parkwatch::test::two_gates
