// tests/systems/shifts.cpp - See the header.
#include "tests/systems/shifts.h"

#include <algorithm>
#include <cmath>

namespace parkwatch::systems {
namespace {

constexpr double part = 0.2;

}  // namespace

std::string name_of(const Place& place) {
  switch (place.kind) {
    case Place::Kind::level:
      return std::string{to_text(place.level)};
    case Place::Kind::above:
      return "above";
    case Place::Kind::below:
      return "below";
    case Place::Kind::times:
      return "times";
    case Place::Kind::expression:
      return "expression";
    case Place::Kind::guard:
      return "suppress_when";
    case Place::Kind::on_delay:
      return "on_delay";
    case Place::Kind::within:
      return "within";
    case Place::Kind::after:
      return "after";
    case Place::Kind::target:
      return "target";
    case Place::Kind::slack:
      return "slack";
    case Place::Kind::tolerance:
      return "tolerance";
  }
  return {};
}

namespace {

// Null: not a time.
Duration* time_at(RuleSpec& rule, Place::Kind kind) {
  switch (kind) {
    case Place::Kind::on_delay:
      return &rule.on_delay;
    case Place::Kind::within:
      return &rule.within;
    case Place::Kind::after:
      return &rule.after;
    default:
      return nullptr;
  }
}

double of_or_zero(const std::map<std::string, double>& normal, const std::string& name) {
  const auto at = normal.find(name);
  return at == normal.end() ? 0.0 : at->second;
}

double normal_of_members(const RuleSpec& rule, const QuietDay& quiet) {
  std::vector<double> known;
  const auto add = [&](const std::string& tag) {
    const auto at = quiet.tags.find(tag);
    if (at != quiet.tags.end()) known.push_back(at->second);
  };
  if (rule.kind == RuleKind::vote) {
    for (const Term& term : rule.terms) add(term.tag);
  } else {
    for (const std::string& tag : rule.tags) add(tag);
  }
  return known.empty() ? 0.0 : median(std::move(known));
}

}  // namespace

// A guard names the tags of its alarm's own tag; its tags are alike, so the first stands for all.
std::vector<Figure> figures_in(const RuleSpec& rule, Place::Kind kind, const QuietDay& quiet) {
  const std::string own = rule.tags.empty() ? std::string{} : rule.tags.front();
  return figures_of(kind == Place::Kind::guard ? rule.alarm.suppress_when : rule.expression,
                    [&](const std::string& tag) -> std::optional<double> {
                      const auto at = quiet.tags.find(filled_from_tag_name(tag, own));
                      return at == quiet.tags.end() ? std::nullopt : std::optional{at->second};
                    });
}

std::vector<Figure> figures_in(const Tag& tag, const QuietDay& quiet) {
  return figures_of(tag.expression, [&](const std::string& name) -> std::optional<double> {
    const auto at = quiet.tags.find(name);
    return at == quiet.tags.end() ? std::nullopt : std::optional{at->second};
  });
}

namespace {

bool is_counted(const RuleSpec& rule) {
  return rule.kind == RuleKind::vote || rule.kind == RuleKind::repeat;
}

// A delay of a level is judged by the range of `after` together with the level itself; of a rule
// without levels it is the only figure.
void add_times(const RuleSpec& rule, std::set<Place>& places) {
  if (rule.limits.empty() && rule.on_delay > Duration{0}) places.insert({Place::Kind::on_delay});
  if (rule.within > Duration{0}) places.insert({Place::Kind::within});
  if (rule.after > Duration{0}) places.insert({Place::Kind::after});
}

}  // namespace

std::set<Place> places_of(const RuleSpec& rule, const QuietDay& quiet) {
  std::set<Place> places;
  add_times(rule, places);
  if (rule.kind == RuleKind::forecast) places.insert({Place::Kind::target});
  if (rule.slack > 0) places.insert({Place::Kind::slack});
  if (rule.tolerance > 0) places.insert({Place::Kind::tolerance});
  for (const Limit& limit : rule.limits) places.insert({Place::Kind::level, limit.level});
  if (rule.trigger.above) places.insert({Place::Kind::above});
  if (rule.trigger.below) places.insert({Place::Kind::below});
  // Once is as little as there can be.
  if (is_counted(rule) && rule.times > 1) places.insert({Place::Kind::times});
  for (const auto kind : {Place::Kind::expression, Place::Kind::guard}) {
    const auto figures = figures_in(rule, kind, quiet);
    for (std::size_t i = 0; i < figures.size(); ++i) {
      if (figures[i].normal) places.insert({kind, Level::none, i});
    }
  }
  return places;
}

namespace {

Shift shifted(double from, double normal, bool outward) {
  return {from, from + (outward ? part : -part) * (from - normal), normal};
}

// By a whole one at least, and never to none.
Shift shift_times(RuleSpec& rule, bool outward, const QuietDay& quiet) {
  const double from = rule.times;
  const double normal = rule.kind == RuleKind::repeat ? of_or_zero(quiet.rules, rule.id) : 0.0;
  const double by = std::max(1.0, std::round(part * (from - normal)));
  const double to = std::max(1.0, from + (outward ? by : -by));
  rule.times = static_cast<std::uint32_t>(to);
  return {from, to, normal};
}

}  // namespace

std::optional<Shift> shift_text(std::string& text, const std::vector<Figure>& figures,
                                std::size_t which, bool outward) {
  if (which >= figures.size() || !figures[which].normal) return std::nullopt;
  const Shift shift = shifted(figures[which].value, *figures[which].normal, outward);
  text = with_figure(text, figures[which], shift.to);
  return shift;
}

namespace {

std::optional<Shift> shift_number(double* at, double normal, bool outward) {
  if (at == nullptr) return std::nullopt;
  const Shift shift = shifted(*at, normal, outward);
  *at = shift.to;
  return shift;
}

// Nothing is usual of a time: the whole of it counts.
Shift shift_time(Duration& at, bool outward) {
  using seconds = std::chrono::duration<double>;
  const Shift shift = shifted(seconds{at}.count(), 0.0, outward);
  at = std::chrono::round<Duration>(seconds{shift.to});
  return shift;
}

}  // namespace

std::optional<Shift> shift(RuleSpec& rule, const Place& place, bool outward,
                           const QuietDay& quiet) {
  const auto figures = [&] { return figures_in(rule, place.kind, quiet); };
  switch (place.kind) {
    case Place::Kind::level:
      for (Limit& limit : rule.limits) {
        if (limit.level != place.level) continue;
        return shift_number(&limit.at, of_or_zero(quiet.rules, rule.id), outward);
      }
      return std::nullopt;
    case Place::Kind::above:
    case Place::Kind::below: {
      auto& bound = place.kind == Place::Kind::above ? rule.trigger.above : rule.trigger.below;
      return shift_number(bound ? &*bound : nullptr, normal_of_members(rule, quiet), outward);
    }
    case Place::Kind::times:
      return shift_times(rule, outward, quiet);
    case Place::Kind::expression:
      return shift_text(rule.expression, figures(), place.figure, outward);
    case Place::Kind::guard:
      return shift_text(rule.alarm.suppress_when, figures(), place.figure, outward);
    case Place::Kind::target:
      return shift_number(&rule.target, normal_of_members(rule, quiet), outward);
    case Place::Kind::slack:
      return shift_number(&rule.slack, 0.0, outward);
    case Place::Kind::tolerance:
      return shift_number(&rule.tolerance, 0.0, outward);
    default:
      return shift_time(*time_at(rule, place.kind), outward);
  }
}

bool is_time(Place::Kind kind) {
  RuleSpec any;
  return time_at(any, kind) != nullptr;
}

}  // namespace parkwatch::systems
