// tools/trial/rule_test.cpp - Runs a test, finds the first difference, shows it.
#include "tools/trial/rule_test.h"

#include <algorithm>
#include <map>
#include <optional>

#include "pipeline/pipeline.h"
#include "tools/trial/test_plant.h"
#include "tools/trial/trend.h"

namespace parkwatch::trial {
namespace {

using config::ExpectedTransition;
using config::RuleTest;

int severity(Level level) {
  if (level == Level::none) return 0;
  return level == Level::low_low || level == Level::high_high ? 2 : 1;
}

// raise, rise, fall, return: what people call the first four; the rest by the journal's word.
class Namer {
 public:
  std::string name(const AlarmEvent& event) {
    const Level before = std::exchange(levels_[{event.rule, event.tag}], event.level);
    switch (event.kind) {
      case TransitionKind::raised:
        return "raise";
      case TransitionKind::returned:
        return "return";
      case TransitionKind::level_changed:
        return severity(event.level) < severity(before) ? "fall" : "rise";
      default:
        return std::string{parkwatch::to_text(event.kind)};
    }
  }

 private:
  std::map<std::pair<std::string, std::string>, Level> levels_;
};

// A source's quality, a flood: what no rule in force says, unless the test expects something of it.
bool is_beside(const RuleTest& test, const AlarmEvent& event) {
  if (event.rule != rule_quality && !is_record_rule(event.rule)) return false;
  return std::none_of(test.expect.begin(), test.expect.end(),
                      [&event](const auto& expected) { return expected.tag == event.tag; });
}

std::vector<Happened> run(const RuleTest& test, const std::shared_ptr<const Plant>& plant) {
  pipeline::Pipeline pipeline;
  Facts facts;
  std::uint64_t sequence = 0;
  const auto feed = [&](Timestamp at, auto body) {
    const Input input{++sequence, at, std::move(body)};
    pipeline.step(at, {&input, 1}, facts);
  };
  feed(test.begin, NewPlant{plant});
  for (std::size_t row = 0; row < test.input.size(); ++row) {
    Message message;
    message.topic = "test";
    message.payload = std::to_string(row);
    feed(test.begin + test.input[row].at, std::move(message));
    facts.readings.clear();
  }
  pipeline.step(test.begin + test.until, {}, facts);
  std::vector<Happened> happened;
  Namer namer;
  for (AlarmEvent& event : facts.transitions) {
    if (is_beside(test, event)) continue;
    const Duration at = event.at - test.begin;
    std::string what = namer.name(event);
    happened.push_back({at, std::move(what), std::move(event)});
  }
  return happened;
}

bool is_what(const ExpectedTransition& expected, const Happened& got) {
  return expected.what == got.what || expected.what == parkwatch::to_text(got.event.kind);
}

bool fits(const ExpectedTransition& expected, const Happened& got) {
  return expected.at == got.at && expected.tag == got.event.tag && is_what(expected, got) &&
         (!expected.level || *expected.level == got.event.level) &&
         (!expected.priority || *expected.priority == got.event.priority) &&
         (expected.rule.empty() || expected.rule == got.event.rule);
}

// The earliest thing that differs: a line without its transition, or a transition without a line.
struct Difference {
  const ExpectedTransition* missing = nullptr;
  const Happened* unexpected = nullptr;
};

std::optional<Difference> first_difference(const RuleTest& test,
                                           const std::vector<Happened>& happened) {
  std::vector<bool> taken(happened.size(), false);
  Difference difference;
  for (const ExpectedTransition& expected : test.expect) {
    bool found = false;
    for (std::size_t i = 0; i < happened.size() && !found; ++i) {
      if (taken[i] || !fits(expected, happened[i])) continue;
      taken[i] = found = true;
    }
    if (found) continue;
    if (difference.missing == nullptr || expected.at < difference.missing->at) {
      difference.missing = &expected;
    }
  }
  for (std::size_t i = 0; i < happened.size(); ++i) {
    if (taken[i]) continue;
    // Not asked for: a fault in an exact test, a hint in another.
    const bool hint =
        difference.missing != nullptr && difference.missing->tag == happened[i].event.tag;
    if (!test.exact && !hint) continue;
    difference.unexpected = &happened[i];
    break;
  }
  if (difference.missing == nullptr && difference.unexpected == nullptr) return std::nullopt;
  return difference;
}

std::string tag_of(const Difference& difference) {
  return difference.missing != nullptr ? difference.missing->tag : difference.unexpected->event.tag;
}

// The tag's series, or that of the first column if the tag has none (a derived one, a source).
Trend trend_of(const RuleTest& test, const std::string& wanted) {
  std::string tag;
  for (const config::TestRow& row : test.input) {
    for (const config::TestReading& reading : row.readings) {
      if (tag.empty() || reading.tag == wanted) tag = reading.tag;
    }
  }
  Trend trend;
  trend.end = test.until;
  for (const config::TestRow& row : test.input) {
    for (const config::TestReading& reading : row.readings) {
      if (reading.tag != tag || reading.historical) continue;
      const auto number = reading.value ? as_number(*reading.value) : std::nullopt;
      if (!number && trend.points.empty()) continue;
      trend.points.push_back(
          {row.at, number ? *number : trend.points.back().value, reading.quality == Quality::bad});
    }
  }
  return trend;
}

void add_limits(const Plant& plant, const std::string& tag, Trend& trend) {
  for (const RuleSpec& rule : plant.rules) {
    if (rule.kind != RuleKind::limit) continue;
    if (std::find(rule.tags.begin(), rule.tags.end(), tag) == rule.tags.end()) continue;
    for (const Limit& limit : rule.limits) {
      trend.lines.push_back(
          {std::string{parkwatch::to_text(limit.level)} + ' ' + parkwatch::to_text(Value{limit.at}),
           limit.at});
    }
  }
}

std::string list_of(const std::vector<Happened>& happened, bool with_rule) {
  constexpr std::size_t lines_max = 20;
  std::string out;
  for (std::size_t i = 0; i < happened.size(); ++i) {
    if (i == lines_max) {
      return out + "    ... " + std::to_string(happened.size() - i) + " more\n";
    }
    out += "    " + to_text(happened[i], with_rule) + '\n';
  }
  return out;
}

void explain(const RuleTest& test, const Plant& plant, const Difference& difference,
             TestOutcome& outcome) {
  const bool with_rule = plant.rules.size() != 1;
  Diagnostic& fault = outcome.fault;
  fault.key = "test";
  const auto* const missing = difference.missing;
  const auto* const extra = difference.unexpected;
  fault.where = missing == nullptr ? test.where : missing->where;
  fault.message = '"' + test.name + "\": ";
  if (missing != nullptr) outcome.detail += "  expected  " + missing->text + '\n';
  if (extra != nullptr) outcome.detail += "  got       " + to_text(*extra, with_rule) + '\n';
  if (missing == nullptr) {
    fault.message += "nobody expects " + to_text(*extra, with_rule);
  } else if (extra == nullptr) {
    fault.message += "does not happen: " + missing->text;
  } else {
    fault.message += "expected " + missing->text + ", got " + to_text(*extra, with_rule);
  }
  const std::string tag = tag_of(difference);
  Trend trend = trend_of(test, tag);
  add_limits(plant, tag, trend);
  if (missing != nullptr) trend.marks.push_back({missing->at, '^'});
  if (extra != nullptr) trend.marks.push_back({extra->at, '!'});
  const std::string drawing = drawn(trend);
  if (!drawing.empty()) outcome.detail += "  " + tag + "   (^ expected, ! got)\n" + drawing;
  outcome.detail += outcome.happened.empty() ? "  nothing happened\n" : "  all that happened:\n";
  outcome.detail += list_of(outcome.happened, with_rule);
}

}  // namespace

TestOutcome run_test(const RuleTest& test, const Plant& whole) {
  TestOutcome outcome;
  const auto plant = plant_of(test, whole);
  if (plant->rules.empty()) {
    outcome.fault = {Diagnostic::Severity::error, test.where, "test.rule",
                     '"' + test.name + "\": no column of the input is a tag of its rules"};
    return outcome;
  }
  outcome.happened = run(test, plant);
  const auto difference = first_difference(test, outcome.happened);
  outcome.passed = !difference;
  if (difference) explain(test, *plant, *difference, outcome);
  return outcome;
}

std::string to_text(const Happened& happened, bool with_rule) {
  const AlarmEvent& event = happened.event;
  std::string text = parkwatch::to_text(happened.at) + ' ' + event.tag + ' ' + happened.what;
  if (event.level != Level::none) text += ' ' + std::string{parkwatch::to_text(event.level)};
  text += ' ' + std::string{parkwatch::to_text(event.priority)};
  return with_rule ? text + ' ' + event.rule : text;
}

}  // namespace parkwatch::trial
