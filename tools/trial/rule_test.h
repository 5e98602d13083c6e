// tools/trial/rule_test.h - Runs one [[test]] through the pipeline, the daemon's own. Pure: time is
// the test's.
#pragma once
#include <string>
#include <vector>

#include "config/rule_tests.h"
#include "model/alarm_event.h"
#include "model/diagnostic.h"
#include "model/plant.h"

namespace parkwatch::trial {

// A transition as a test names it.
struct Happened {
  Duration at{0};    // since the test's beginning
  std::string what;  // raise, rise, fall, return, or the journal's word
  AlarmEvent event;
};

struct TestOutcome {
  bool passed = false;
  Diagnostic fault;    // if not: the first difference, at its line
  std::string detail;  // expected and got, with a trend; lines
  std::vector<Happened> happened;
};

// `plant` is the whole configuration's.
[[nodiscard]] TestOutcome run_test(const config::RuleTest& test, const Plant& plant);

// "15s tank/t101/level raise HH high", with the rule's id where a test has several.
using parkwatch::to_text;
[[nodiscard]] std::string to_text(const Happened& happened, bool with_rule);

}  // namespace parkwatch::trial
