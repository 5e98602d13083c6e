// daemon/rules/check.cpp - Each kind's own demands, then those of all.
#include "rules/check.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "rules/expression.h"
#include "rules/forecast.h"
#include "rules/message.h"
#include "rules/repeat.h"

namespace parkwatch::rules {
namespace {

using std::chrono::seconds;

bool is_high_side(Level level) { return level >= Level::high; }

std::string quoted(const std::string& name) { return "`" + name + "`"; }

std::string number(double value) { return to_text(Value{value}); }

class RuleCheck {
 public:
  RuleCheck(const RuleSpec& rule, const TagLookup& tag_of) : rule_(rule), tag_of_(tag_of) {}

  std::vector<Mistake> run() {
    check_tags();
    check_kind();
    if (rule_.on_delay < Duration{0}) add("on_delay", "a delay cannot be negative");
    if (rule_.off_delay < Duration{0}) add("off_delay", "a delay cannot be negative");
    return std::move(mistakes_);
  }

 private:
  void add(std::string key, std::string message) {
    mistakes_.push_back({std::move(key), std::move(message)});
  }

  void check_kind() {
    switch (rule_.kind) {
      case RuleKind::limit:
        return check_limits();
      case RuleKind::state:
        return check_states();
      case RuleKind::rate:
        return check_rate();
      case RuleKind::stale:
        if (rule_.after <= Duration{0}) add("after", "must be longer than 0, e.g. \"60s\"");
        return;
      case RuleKind::window:
        return check_window();
      case RuleKind::expr:
        return check_expression();
      case RuleKind::deviation:
      case RuleKind::mismatch:
        return check_pairs();
      case RuleKind::balance:
        return check_balance();
      case RuleKind::vote:
        return check_vote();
      case RuleKind::forecast:
        return check_forecast();
      case RuleKind::drift:
        return check_drift();
      case RuleKind::repeat:
        return check_repeat();
      case RuleKind::cumulative:
        return check_cumulative();
    }
  }

  void check_tags() {
    if (rule_.tags.empty()) add("tags", "the rule matches no tag");
    const bool one_alarm = rule_.kind == RuleKind::expr || rule_.kind == RuleKind::balance ||
                           rule_.kind == RuleKind::vote;
    if (one_alarm && rule_.tags.size() > 1) {
      add("tags", "a rule of kind " + std::string{to_text(rule_.kind)} +
                      " has one alarm: name the one tag that carries it");
    }
    for (const std::string& name : rule_.tags) {
      const Tag* tag = tag_of_(name);
      if (tag == nullptr) {
        add("tags", "unknown tag " + quoted(name));
      } else {
        tags_.push_back(tag);
      }
    }
    if (rule_.kind == RuleKind::stale || one_alarm) return;
    for (const Tag* tag : tags_) {
      if (tag->type != ValueType::text) continue;
      add("tags", quoted(tag->name) + " is a text; a " + std::string{to_text(rule_.kind)} +
                      " rule needs numbers");
    }
  }

  void check_limits() {
    if (rule_.limits.empty()) add("limits", "at least one of LL, L, H, HH is needed");
    for (std::size_t i = 0; i < rule_.limits.size(); ++i) {
      const Limit& limit = rule_.limits[i];
      check_one(limit);
      if (i > 0) check_pair(rule_.limits[i - 1], limit);
      if (has_tag_unit()) check_range(limit);
    }
  }

  void check_one(const Limit& limit) {
    const std::string key{to_text(limit.level)};
    if (limit.level == Level::none || limit.level == Level::on) {
      add("limits", "a limit is one of LL, L, H, HH");
    }
    if (!std::isfinite(limit.at)) add(key, "the limit is no finite number");
    if (!(limit.deadband >= 0) || !std::isfinite(limit.deadband)) {
      add("deadband", "must be a finite number, 0 or more");
    }
    if (limit.on_delay < Duration{0}) add("on_delay", "a delay cannot be negative");
    if (limit.off_delay < Duration{0}) add("off_delay", "a delay cannot be negative");
  }

  // Two neighbours: in order, and each ends before the other's limit is reached.
  void check_pair(const Limit& below, const Limit& above) {
    const std::string low{to_text(below.level)};
    const std::string high{to_text(above.level)};
    if (below.level >= above.level) {
      return add(high, "levels must be given once each, in the order LL, L, H, HH");
    }
    const double gap = above.at - below.at;
    if (!(gap > 0)) {
      return add(high, "must be above " + low + ": " + number(above.at) + " is not above " +
                           number(below.at));
    }
    const Limit* ending = is_high_side(above.level) ? &above : &below;
    check_deadband(*ending, gap, ending == &above ? low : high);
    // Between the two sides (L and H) both deadbands reach towards the other.
    if (is_high_side(above.level) && !is_high_side(below.level)) check_deadband(below, gap, high);
  }

  void check_deadband(const Limit& limit, double gap, const std::string& neighbour) {
    if (limit.deadband < gap) return;
    add("deadband", "the deadband " + number(limit.deadband) + " of " +
                        std::string{to_text(limit.level)} + " must be smaller than the distance " +
                        number(gap) + " to " + neighbour);
  }

  // Whether the signal has the tag's unit, so that its range bounds the limits too.
  [[nodiscard]] bool has_tag_unit() const {
    if (rule_.kind == RuleKind::limit) return true;
    const Aggregate a = rule_.window.aggregate;
    return rule_.kind == RuleKind::window &&
           (a == Aggregate::avg || a == Aggregate::min || a == Aggregate::max);
  }

  void check_range(const Limit& limit) {
    for (const Tag* tag : tags_) {
      if (!tag->range) continue;
      const bool reachable = is_high_side(limit.level)
                                 ? limit.at < tag->range->high && limit.at >= tag->range->low
                                 : limit.at > tag->range->low && limit.at <= tag->range->high;
      const std::string range = "the range " + number(tag->range->low) + " to " +
                                number(tag->range->high) + " of " + quoted(tag->name) +
                                " (values outside it are bad)";
      if (!reachable) {
        add(std::string{to_text(limit.level)},
            number(limit.at) + " is never passed inside " + range);
      } else if (!has_way_back(limit, *tag->range)) {
        add(limit.deadband > 0 ? "deadband" : std::string{to_text(limit.level)},
            "must leave a way back: with the deadband " + number(limit.deadband) + " the limit " +
                number(limit.at) + " is never left inside " + range);
      }
    }
  }

  [[nodiscard]] static bool has_way_back(const Limit& limit, const Range& range) {
    return is_high_side(limit.level) ? limit.at - limit.deadband > range.low
                                     : limit.at + limit.deadband < range.high;
  }

  void check_states() {
    if (rule_.states.empty()) add("states", "at least one alarming state is needed");
    for (const double state : rule_.states) {
      if (!std::isfinite(state)) add("states", "a state is no finite number");
      for (const Tag* tag : tags_) check_state(*tag, state);
    }
  }

  void check_state(const Tag& tag, double state) {
    if (tag.type == ValueType::boolean && state != 0 && state != 1) {
      add("states", number(state) + " is no state of " + quoted(tag.name) + ": it is 0 or 1");
    }
    if (tag.enumeration.empty()) return;
    std::string known;
    for (const EnumEntry& entry : tag.enumeration) {
      if (static_cast<double>(entry.number) == state) return;
      known += (known.empty() ? "" : ", ") + std::to_string(entry.number) + " " + entry.word;
    }
    add("states", number(state) + " is no state of " + quoted(tag.name) + ": it has " + known);
  }

  void check_rate() {
    if (rule_.per <= Duration{0}) add("per", "must be longer than 0, e.g. \"1m\"");
    if (rule_.over <= Duration{0}) add("over", "must be longer than 0, e.g. \"1m\"");
    check_limits();
  }

  void check_window() {
    if (rule_.window.period == Period::fixed && rule_.window.length < seconds{1}) {
      add("length", "must be at least \"1s\"");
    }
    if (rule_.window.period != Period::fixed && !rule_.window.calendar) {
      add("calendar", "a sliding window has a length in time, such as \"24h\"");
    }
    if (rule_.window.count_min < 1) add("count_min", "must be at least 1");
    check_limits();
  }

  void check_expression() {
    const auto compiled = Expression::compile(rule_.expression);
    if (!compiled) return add("expression", compiled.error().message);
    if (compiled->tags().empty()) add("expression", "names no tag: write `site/device/quantity`");
    for (const std::string& name : compiled->tags()) {
      const Tag* tag = tag_of_(name);
      if (tag == nullptr) {
        add("expression", "unknown tag " + quoted(name));
      } else if (tag->type == ValueType::text) {
        add("expression", quoted(name) + " is a text; an expression needs numbers");
      }
    }
  }

  // A known tag that is no text; else a mistake at `key`.
  const Tag* number_tag(const std::string& key, const std::string& name) {
    const Tag* tag = tag_of_(name);
    if (tag == nullptr) {
      add(key, "unknown tag " + quoted(name));
    } else if (tag->type == ValueType::text) {
      add(key, quoted(name) + " is a text; a rule of kind " + std::string{to_text(rule_.kind)} +
                   " needs numbers");
      tag = nullptr;
    }
    return tag;
  }

  static std::string unit_text(const Tag& tag) {
    return quoted(tag.name) + (tag.unit.empty() ? " has no unit" : " is in " + tag.unit);
  }

  // Levels on one side of a signal that is never below 0, so that it can come back from each.
  void check_distances(const std::string& what) {
    for (const Limit& limit : rule_.limits) {
      const std::string key{to_text(limit.level)};
      if (!is_high_side(limit.level)) {
        add(key, what + " is never below 0: give H or HH");
      } else if (limit.at - limit.deadband <= 0) {
        add(limit.at > 0 ? "deadband" : key, "must leave a way back: " + what +
                                                 " is never below 0, so the limit " +
                                                 number(limit.at) + " less its deadband " +
                                                 number(limit.deadband) + " must be above it");
      }
    }
  }

  void check_pairs() {
    const bool follows = rule_.kind == RuleKind::mismatch;
    const std::string key = follows ? "command" : "with";
    for (std::size_t i = 0; i < rule_.tags.size(); ++i) {
      const Tag* own = tag_of_(rule_.tags[i]);
      if (i >= rule_.terms.size()) {
        add(key, "names no tag beside " + quoted(rule_.tags[i]));
        continue;
      }
      const Tag* other = number_tag(key, rule_.terms[i].tag);
      if (own == nullptr || other == nullptr) continue;
      if (own->name == other->name) add(key, "is " + quoted(own->name) + " itself");
      if (own->unit == other->unit) continue;
      add(key, "compares two units: " + unit_text(*own) + ", " + unit_text(*other) +
                   "; give both the same, or derive a tag that converts");
    }
    if (!follows) {
      check_limits();
      return check_distances("a deviation");
    }
    if (rule_.within <= Duration{0}) add("within", "must be longer than 0, e.g. \"10s\"");
    if (!(rule_.tolerance >= 0) || !std::isfinite(rule_.tolerance)) {
      add("tolerance", "must be a finite number, 0 or more");
    }
  }

  void check_balance() {
    if (rule_.terms.size() < 2) add("terms", "a balance needs at least two tags");
    const Tag* first = nullptr;
    for (const Term& term : rule_.terms) {
      if (term.weight == 0 || !std::isfinite(term.weight)) {
        add("terms", "the weight of " + quoted(term.tag) + " must be a finite number other than 0");
      }
      const Tag* tag = number_tag("terms", term.tag);
      if (tag == nullptr) continue;
      if (first == nullptr) first = tag;
      if (tag->unit == first->unit || !rule_.unit.empty()) continue;
      add("terms", "adds different units: " + unit_text(*first) + ", " + unit_text(*tag) +
                       "; if the weights convert them, give the unit of the sum as \"unit\"");
    }
    check_limits();
  }

  void check_vote() {
    const Tag* first = nullptr;
    for (const Term& term : rule_.terms) {
      const Tag* tag = number_tag("members", term.tag);
      if (tag == nullptr) continue;
      if (first == nullptr) first = tag;
      for (const double state : rule_.trigger.states) check_state(*tag, state);
      const bool has_limit = rule_.trigger.above || rule_.trigger.below;
      if (!has_limit || tag->unit == first->unit) continue;
      add("members",
          "compares two units with one number: " + unit_text(*first) + ", " + unit_text(*tag));
    }
    if (rule_.terms.empty()) {
      add("members", "matches no tag");
    } else if (rule_.times < 1 || rule_.times > rule_.terms.size()) {
      add("k", "must be 1 to " + std::to_string(rule_.terms.size()) +
                   ", the number of members, is " + std::to_string(rule_.times));
    }
    check_trigger(rule_.terms.empty() ? nullptr : first);
  }

  // `tag` stands for those that the trigger looks at; its range bounds what can be reached.
  void check_trigger(const Tag* tag) {
    const Trigger& t = rule_.trigger;
    if (!t.above && !t.below && t.states.empty()) {
      add("above", "is missing: when does it count? One of above, below and states");
    }
    if (t.above && t.below && *t.above < *t.below) {
      add("above", "and below are met by every number");
    }
    if (tag == nullptr || !tag->range) return;
    const std::string range =
        number(tag->range->low) + " to " + number(tag->range->high) + " of " + quoted(tag->name);
    if (t.above && *t.above >= tag->range->high) {
      add("above", number(*t.above) + " is never passed inside the range " + range);
    }
    if (t.below && *t.below <= tag->range->low) {
      add("below", number(*t.below) + " is never passed inside the range " + range);
    }
  }

  void check_forecast() {
    if (rule_.over < seconds{1}) add("over", "must be at least \"1s\", e.g. \"10m\"");
    if (!std::isfinite(rule_.target)) add("target", "is no finite number");
    check_limits();
    for (const Limit& limit : rule_.limits) {
      const std::string key{to_text(limit.level)};
      if (is_high_side(limit.level)) {
        add(key, "the signal is the time left, in minutes: give L or LL");
      } else if (!(limit.at > 0) || limit.at + limit.deadband >= ForecastSignal::minutes_max) {
        add(key, "must be above 0 minutes, and below a year with its deadband");
      }
    }
    for (const Tag* tag : tags_) {
      if (!tag->range || (rule_.target >= tag->range->low && rule_.target <= tag->range->high)) {
        continue;
      }
      add("target", number(rule_.target) + " is outside the range " + number(tag->range->low) +
                        " to " + number(tag->range->high) + " of " + quoted(tag->name));
    }
  }

  void check_drift() {
    if (rule_.per <= Duration{0}) add("per", "must be longer than 0, e.g. \"1h\"");
    if (rule_.baseline <= rule_.per) add("baseline", "must be longer than per, e.g. \"24h\"");
    if (!(rule_.slack >= 0) || !std::isfinite(rule_.slack)) {
      add("slack", "must be a finite number, 0 or more");
    }
    check_limits();
    for (const Limit& limit : rule_.limits) {
      if (is_high_side(limit.level) == (limit.at > 0) && limit.at != 0) continue;
      add(std::string{to_text(limit.level)}, "H and HH are above 0 (a drift up), L and LL below");
    }
  }

  void check_repeat() {
    if (rule_.times < 1 || rule_.times > RepeatSignal::times_max) {
      add("times", "must be 1 to " + std::to_string(RepeatSignal::times_max));
    }
    if (rule_.within <= Duration{0}) add("within", "must be longer than 0, e.g. \"1h\"");
    for (const Tag* tag : tags_) {
      for (const double state : rule_.trigger.states) check_state(*tag, state);
    }
    check_trigger(tags_.empty() ? nullptr : tags_.front());
  }

  void check_cumulative() {
    const WindowSpec& w = rule_.window;
    if (w.period == Period::fixed) add("period", "a total needs a period: hour, day, week, month");
    if (w.aggregate == Aggregate::integral) {
      if (w.per <= Duration{0}) add("per", "must be longer than 0, e.g. \"1h\" for m3/h");
      if (w.gap <= Duration{0}) add("gap", "must be longer than 0, e.g. \"1h\"");
    }
    check_limits();
    check_distances("a total");
  }

  const RuleSpec& rule_;
  const TagLookup& tag_of_;
  std::vector<const Tag*> tags_;
  std::vector<Mistake> mistakes_;
};

// Whether `target` is reached from the operands of `tag`. Each tag is looked at once, so circles
// end.
bool depends_on(const Tag& tag, const std::string& target, const TagLookup& tag_of) {
  std::vector<std::string> open = tags_of_expression(tag.expression);
  std::set<std::string> seen;
  while (!open.empty()) {
    const std::string name = std::move(open.back());
    open.pop_back();
    if (name == target) return true;
    if (!seen.insert(name).second) continue;
    const Tag* operand = tag_of(name);
    if (operand == nullptr) continue;
    for (std::string& next : tags_of_expression(operand->expression)) {
      open.push_back(std::move(next));
    }
  }
  return false;
}

}  // namespace

std::vector<Mistake> check_rule(const RuleSpec& rule, const TagLookup& tag_of) {
  return RuleCheck{rule, tag_of}.run();
}

std::vector<Mistake> check_derived(const Tag& tag, const TagLookup& tag_of) {
  std::vector<Mistake> mistakes;
  const auto add = [&](std::string key, std::string message) {
    mistakes.push_back({std::move(key), std::move(message)});
  };
  if (tag.type == ValueType::text) add("type", "a derived tag is a number or a boolean");
  const auto compiled = Expression::compile(tag.expression);
  if (!compiled) {
    add("expression", compiled.error().message);
    return mistakes;
  }
  if (compiled->tags().empty()) add("expression", "names no tag: write `site/device/quantity`");
  for (const std::string& name : compiled->tags()) {
    const Tag* operand = tag_of(name);
    if (operand == nullptr) {
      add("expression", "unknown tag " + quoted(name));
    } else if (operand->type == ValueType::text) {
      add("expression", quoted(name) + " is a text; an expression needs numbers");
    }
  }
  if (depends_on(tag, tag.name, tag_of)) {
    add("expression", quoted(tag.name) + " is computed from itself");
  }
  return mistakes;
}

std::vector<std::string> tags_of_expression(const std::string& expression) {
  std::vector<std::string> names;
  for (std::size_t at = expression.find('`'); at != std::string::npos;) {
    const std::size_t end = expression.find('`', at + 1);
    if (end == std::string::npos) break;
    std::string name = expression.substr(at + 1, end - at - 1);
    if (std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
    at = expression.find('`', end + 1);
  }
  return names;
}

}  // namespace parkwatch::rules
