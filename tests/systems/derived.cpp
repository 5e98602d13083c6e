// tests/systems/derived.cpp - Following the names of tags through expressions and rules.
#include "tests/systems/derived.h"

#include <algorithm>

namespace parkwatch::systems {
namespace {

// The text with each name in backquotes replaced by what `other` gives for it.
template <typename Other>
std::string with_names(const std::string& text, const Other& other) {
  std::string result;
  std::size_t done = 0;
  for (std::size_t at = text.find('`'); at != std::string::npos; at = text.find('`', done)) {
    const std::size_t end = text.find('`', at + 1);
    if (end == std::string::npos) break;
    result += text.substr(done, at + 1 - done) + other(text.substr(at + 1, end - at - 1)) + '`';
    done = end + 1;
  }
  return result + text.substr(done);
}

// What is the same in the copies of one derived tag for several devices.
std::string shape_of(const Tag& tag) {
  return std::string{parts_of_tag_name(tag.name).quantity} + ' ' +
         with_names(tag.expression, [](const std::string& name) {
           return std::string{parts_of_tag_name(name).quantity};
         });
}

std::string guard_of(const RuleSpec& rule) {
  if (rule.tags.empty()) return rule.alarm.suppress_when;
  return filled_from_tag_name(rule.alarm.suppress_when, rule.tags.front());
}

template <typename Some>
bool is_any_of(const Some& some, const std::set<std::string>& names) {
  return std::any_of(some.begin(), some.end(),
                     [&](const std::string& one) { return names.count(one) > 0; });
}

}  // namespace

std::vector<std::vector<const Tag*>> derived_families(const Plant& plant) {
  std::map<std::string, std::size_t> places;
  std::vector<std::vector<const Tag*>> all;
  for (const Tag& tag : plant.tags) {
    if (tag.expression.empty()) continue;
    const auto [place, fresh] = places.emplace(shape_of(tag), all.size());
    if (fresh) all.emplace_back();
    all[place->second].push_back(&tag);
  }
  return all;
}

std::set<std::string> with_dependents(const Plant& plant, const std::vector<const Tag*>& tags) {
  std::set<std::string> names;
  for (const Tag* tag : tags) names.insert(tag->name);
  for (std::size_t before = 0; before != names.size();) {
    before = names.size();
    for (const Tag& tag : plant.tags) {
      if (is_any_of(tags_in(tag.expression), names)) names.insert(tag.name);
    }
  }
  return names;
}

std::vector<std::string> tags_in(const std::string& expression) {
  std::vector<std::string> names;
  (void)with_names(expression, [&](const std::string& name) {
    names.push_back(name);
    return name;
  });
  return names;
}

std::set<std::string> tags_of(const RuleSpec& rule) {
  std::set<std::string> names{rule.tags.begin(), rule.tags.end()};
  for (const Term& term : rule.terms) names.insert(term.tag);
  for (const std::string& text : {rule.expression, guard_of(rule)}) {
    for (const std::string& name : tags_in(text)) names.insert(name);
  }
  return names;
}

std::string renamed(const std::string& expression, const NewNames& names) {
  return with_names(expression, [&](const std::string& name) {
    const auto found = names.find(name);
    return found == names.end() ? name : found->second;
  });
}

RuleSpec renamed(RuleSpec rule, const NewNames& names) {
  const auto rename = [&](std::string& name) {
    const auto found = names.find(name);
    if (found != names.end()) name = found->second;
  };
  for (std::string& tag : rule.tags) rename(tag);
  for (Term& term : rule.terms) rename(term.tag);
  rule.expression = renamed(rule.expression, names);
  rule.alarm.suppress_when = renamed(rule.alarm.suppress_when, names);
  return rule;
}

bool is_guarded(const RuleSpec& rule, const std::string& comparison) {
  const auto guarding = tags_in(guard_of(rule));
  const auto compared = tags_in(comparison);
  return !compared.empty() && std::all_of(compared.begin(), compared.end(), [&](const auto& name) {
    return std::count(guarding.begin(), guarding.end(), name) > 0;
  });
}

Told told_by(const Family& family, const std::set<std::string>& tags,
             const std::string& comparison) {
  Told told = Told::no;
  for (const RuleSpec* rule : family) {
    if (!is_any_of(tags_of(*rule), tags)) continue;
    if (!is_guarded(*rule, comparison)) return Told::yes;
    told = Told::guarded;
  }
  return told;
}

}  // namespace parkwatch::systems
