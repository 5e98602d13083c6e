// tests/systems/quiet_day.cpp - The rules' own signals, fed with a quiet day and never judged.
#include "tests/systems/quiet_day.h"

#include <algorithm>
#include <cassert>
#include <unordered_map>

#include "rules/rate.h"
#include "rules/signal.h"
#include "rules/window.h"
#include "tests/systems/simulation.h"

namespace parkwatch::systems {

// One rule on one of its tags, or on all that it joins.
struct QuietSignals::Watched {
  const RuleSpec* rule = nullptr;
  std::unique_ptr<rules::RateSignal> rate;
  std::unique_ptr<rules::WindowSignal> window;
  std::unique_ptr<rules::ReadingSignal> memory;  // drift, repeat
  std::vector<std::string> operands;             // of a joint rule
  std::vector<double> values;

  void note(std::optional<double> value) {
    if (value) values.push_back(*value);
  }
};

namespace {

bool is_joint(RuleKind kind) { return kind == RuleKind::deviation || kind == RuleKind::balance; }

// Of the others nothing is compared with a figure but times and states; of a forecast see
// normal_of().
bool is_watched(RuleKind kind) {
  return is_joint(kind) || is_window(kind) || kind == RuleKind::limit || kind == RuleKind::rate ||
         kind == RuleKind::drift || kind == RuleKind::repeat;
}

}  // namespace

QuietSignals::QuietSignals(const Plant& plant) {
  for (const RuleSpec& rule : plant.rules) {
    if (is_watched(rule.kind)) add_rule(rule, plant.calendar);
  }
}
QuietSignals::QuietSignals(QuietSignals&&) noexcept = default;
QuietSignals::~QuietSignals() = default;

void QuietSignals::add_rule(const RuleSpec& rule, const Calendar& calendar) {
  for (std::size_t i = 0; i < rule.tags.size(); ++i) {
    Watched watched;
    watched.rule = &rule;
    if (is_joint(rule.kind)) watched.operands = rules::operands_of(rule, i);
    if (is_window(rule.kind)) {
      watched.window = std::make_unique<rules::WindowSignal>(rule.window, &calendar);
    }
    if (rule.kind == RuleKind::rate) {
      watched.rate = std::make_unique<rules::RateSignal>(rule.over, rule.per);
    }
    watched.memory = rules::make_signal(rule);
    const auto& tags =
        watched.operands.empty() ? std::vector<std::string>{rule.tags[i]} : watched.operands;
    for (const std::string& tag : tags) of_tag_[tag].push_back(watched_.size());
    watched_.push_back(std::move(watched));
  }
}

void QuietSignals::take(const std::string& tag, const Reading& reading) {
  const auto number = as_number(reading.value);
  const bool old = (reading.flags & reading_historical) != 0;
  if (!number || reading.quality != Quality::good || old) return;
  values_[tag].push_back(*number);
  newest_[tag] = {*number, true};
  const auto found = of_tag_.find(tag);
  if (found == of_tag_.end()) return;
  for (const std::size_t i : found->second) judge(watched_[i], reading.evaluated_at(), *number);
}

void QuietSignals::judge(Watched& watched, Timestamp at, double value) {
  if (watched.window) {
    rules::WindowSignal& window = *watched.window;
    while (window.end() <= at) watched.note(window.close());
    // What sums up is judged when it is over: on the way there it is nothing that is normal.
    if (window.add(at, value) && !watched.rule->window.calendar) watched.note(window.value());
  } else if (watched.rate) {
    watched.note(watched.rate->add(at, value));
  } else if (watched.memory) {
    while (watched.memory->due() <= at) watched.note(watched.memory->on_due());
    watched.note(watched.memory->take(at, value));
  } else if (!watched.operands.empty()) {
    std::vector<rules::Member> members;
    for (const std::string& name : watched.operands) members.push_back(newest_[name]);
    watched.note(rules::joint_value(*watched.rule, members));
  } else {
    watched.note(value);
  }
}

QuietDay QuietSignals::finish() {
  QuietDay result;
  for (auto& [tag, values] : values_) result.tags[tag] = median(std::move(values));
  std::map<std::string, std::vector<double>> of_rules;
  for (Watched& watched : watched_) {
    if (watched.window && watched.window->end() != rules::never) {
      watched.note(watched.window->close());
    }
    if (watched.values.empty()) continue;
    of_rules[watched.rule->id].push_back(median(std::move(watched.values)));
  }
  for (auto& [rule, values] : of_rules) result.rules[rule] = median(std::move(values));
  return result;
}

QuietDay quiet_day(const PackageCase& package, const std::shared_ptr<const Plant>& plant) {
  QuietSignals signals{*plant};
  std::unordered_map<TagId, std::string> names;
  simulate({&package, plant, 1, nullptr}, [&](const Facts& facts) {
    for (const TagDefined& tag : facts.tags) names[tag.id] = tag.tag.name;
    for (const Reading& reading : facts.readings) signals.take(names[reading.tag], reading);
  });
  return signals.finish();
}

double median(std::vector<double> values) {
  assert(!values.empty());
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace parkwatch::systems
