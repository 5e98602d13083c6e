// tests/unit/pipeline/guard_test.cpp - suppress_when: what it says reaches the alarm of each tag.
#include <catch2/catch.hpp>

#include "rig.h"

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

// `a/b/d` says that the device is out of service.
RuleSpec guarded() {
  RuleSpec rule = limit_of("limit", "a/b/c", 5);
  rule.alarm.suppress_when = "`{site}/{device}/d` == 1";
  return rule;
}

std::string kinds_of(const Facts& facts) {
  std::string text;
  for (const AlarmEvent& e : facts.transitions) {
    text += (text.empty() ? "" : " ") + std::string{to_text(e.kind)};
  }
  return text;
}

}  // namespace

TEST_CASE("suppress_when: hides the alarm before the reading that would raise it is judged",
          "[pipeline]") {
  Rig rig{plant_of({guarded()})};
  rig.send(1s, "a/b/d 1");
  rig.send(2s, "a/b/c 9");
  CHECK(kinds_of(rig.facts()).starts_with("suppressed raised"));
  CHECK((rig.facts().transitions.back().flags & alarm_suppressed) != 0);
}

TEST_CASE("suppress_when: bad data leaves it as it is", "[pipeline]") {
  Rig rig{plant_of({guarded()})};
  rig.send(1s, "a/b/d 1");
  const std::string before = kinds_of(rig.facts());
  rig.send(2s, "a/b/d 0 q=bad");
  rig.tick(10min);
  CHECK(kinds_of(rig.facts()) == before);
}

TEST_CASE("suppress_when: is looked at when a configuration comes into force", "[pipeline]") {
  Rig rig{plant_of({limit_of("limit", "a/b/c", 5)})};
  rig.send(1s, "a/b/d 1\na/b/c 1");
  Plant second = plant_of({guarded()});
  second.hash = "plant-2";
  rig.use(second, 2s);
  rig.send(3s, "a/b/c 9");
  CHECK((rig.facts().transitions.back().flags & alarm_suppressed) != 0);
}
