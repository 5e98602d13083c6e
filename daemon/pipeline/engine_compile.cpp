// daemon/pipeline/engine_compile.cpp - From a plant's rules to instances, and from one plant to the
// next.
#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "pipeline/engine.h"
#include "rules/rate.h"
#include "rules/window.h"

namespace parkwatch::pipeline {
namespace {

using TagsByName = std::map<std::string_view, const Tag*>;

TagsByName by_name(const Plant& plant) {
  TagsByName tags;
  for (const Tag& tag : plant.tags) tags.emplace(tag.name, &tag);
  return tags;
}

// Which tags it runs on, with which partners, is looked at instance by instance. A better text ends
// no alarm.
bool is_same_rule(const RuleSpec& a, const RuleSpec& b) {
  RuleSpec c = b;
  c.message = a.message;
  c.guidance = a.guidance;
  c.columns = a.columns;
  c.tags = a.tags;
  if (a.kind == RuleKind::deviation || a.kind == RuleKind::mismatch) c.terms = a.terms;
  return a == c;
}

// By TagId: what both plants mean the same by.
std::vector<bool> same_tags(const Plant& before, const Plant& after, const TagTable& tags) {
  const TagsByName old_tags = by_name(before);
  std::vector<bool> same(tags.size());
  for (const Tag& tag : after.tags) {
    const auto old = old_tags.find(tag.name);
    const TagId id = tags.find(tag.name);
    if (old == old_tags.end() || id == tag_id_none) continue;
    same[id] = means_the_same(*old->second, tag);
  }
  return same;
}

// Evaluation order within a tag.
int order_of(RuleKind kind) {
  switch (kind) {
    case RuleKind::limit:
      return 0;
    case RuleKind::state:
      return 1;
    case RuleKind::rate:
      return 2;
    case RuleKind::forecast:
    case RuleKind::drift:
    case RuleKind::repeat:
      return 3;
    case RuleKind::window:
    case RuleKind::cumulative:
      return 4;
    case RuleKind::stale:
      return 5;
    case RuleKind::expr:
    case RuleKind::deviation:
    case RuleKind::balance:
    case RuleKind::vote:
    case RuleKind::mismatch:
      return 6;
  }
  return 7;
}

std::unique_ptr<rules::Signal> signal_of(const RuleSpec& rule, const Calendar& calendar) {
  if (rule.kind == RuleKind::rate) {
    return std::make_unique<rules::RateSignal>(rule.over, rule.per);
  }
  if (is_window(rule.kind)) return std::make_unique<rules::WindowSignal>(rule.window, &calendar);
  return rules::make_signal(rule);
}

// What `from` remembers, into a signal of the same rule.
void take_over(const RuleSpec& rule, const rules::Signal& from, rules::Signal& to) {
  const std::uint32_t rank = to.pending.rank;
  to.pending = from.pending;
  to.pending.rank = rank;
  if (rule.kind == RuleKind::rate) {
    static_cast<rules::RateSignal&>(to).restore(
        static_cast<const rules::RateSignal&>(from).samples());
  } else if (is_window(rule.kind)) {
    const auto& window = static_cast<const rules::WindowSignal&>(from);
    static_cast<rules::WindowSignal&>(to).restore(window.newest(), window.spans(),
                                                  window.previous(), window.closed());
  } else {
    (void)static_cast<rules::ReadingSignal&>(to).restore(
        static_cast<const rules::ReadingSignal&>(from).memory());
  }
}

}  // namespace

Engine::Engine(std::shared_ptr<const Plant> plant, const TagTable& tags, Timestamp since)
    : plant_(std::move(plant)) {
  compile(tags, since);
  list_expected();
  expect(since);
  resume();
}

void Engine::compile(const TagTable& tags, Timestamp since) {
  level_specs_.reserve(plant_->rules.size());
  for (const RuleSpec& rule : plant_->rules) level_specs_.emplace_back(rule);
  operands_.resize(tags.size());
  lives_.resize(tags.size());
  for (std::uint32_t index = 0; index < plant_->rules.size(); ++index) {
    compile_rule(index, tags, since);
  }
  std::stable_sort(
      instances_.begin(), instances_.end(), [](const RuleInstance& a, const RuleInstance& b) {
        return std::tuple{a.tag, order_of(a.kind)} < std::tuple{b.tag, order_of(b.kind)};
      });
  bands_.resize(instances_.size());
  signals_.resize(instances_.size());
  by_rank_.resize(instances_.size());
  std::iota(by_rank_.begin(), by_rank_.end(), 0U);
  std::sort(by_rank_.begin(), by_rank_.end(), [this](std::uint32_t a, std::uint32_t b) {
    return std::tuple{instances_[a].rule, instances_[a].tag} <
           std::tuple{instances_[b].rule, instances_[b].tag};
  });
  for (std::uint32_t rank = 0; rank < by_rank_.size(); ++rank) {
    instances_[by_rank_[rank]].rank = rank;
    const RuleInstance& x = instances_[by_rank_[rank]];
    if (is_window(x.kind) && spec(x).window.period != Period::fixed) periods_.push_back(rank);
    if (x.dated) dated_.push_back(by_rank_[rank]);
  }
  lay_out(tags.size());
  compile_guards(tags);
  index_users();
}

// A tag or an expression that config let through wrongly has no instance, rather than a crash.
void Engine::compile_rule(std::uint32_t index, const TagTable& tags, Timestamp since) {
  const RuleSpec& rule = plant_->rules[index];
  std::set<TagId> taken;
  for (std::size_t at = 0; at < rule.tags.size(); ++at) {
    const TagId tag = tags.find(rule.tags[at]);
    if (tag == tag_id_none || !taken.insert(tag).second) continue;
    if (is_of_several(rule.kind)) {
      auto joint = make_joint(rule, at, tags);
      if (!joint) continue;
      for (const TagId operand : joint->operands) operands_[operand].used = true;
      operands_[tag].used = true;
      joints_.push_back(std::move(*joint));
    }
    RuleInstance& x = instances_.emplace_back(index, tag, level_specs_[index]);
    x.kind = rule.kind;
    x.since = since;
    x.dated = rule.valid_from > timestamp_min || rule.valid_to < timestamp_max || by_day(rule);
    const PhaseNow now = phase_at(rule, *plant_, since);
    x.phase = now.phase;
    x.phase_until = now.until;
    x.joint = static_cast<std::uint32_t>(joints_.size()) - 1;
    x.signal = signal_of(rule, plant_->calendar);
  }
}

std::optional<Engine::Joint> Engine::make_joint(const RuleSpec& rule, std::size_t at,
                                                const TagTable& tags) const {
  Joint joint;
  std::vector<std::string> names;
  if (rule.kind == RuleKind::expr) {
    auto compiled = rules::Expression::compile(rule.expression);
    if (!compiled) return std::nullopt;
    names = compiled->tags();
    joint.expression = std::move(*compiled);
  } else {
    names = rules::operands_of(rule, at);
    if (names.empty()) return std::nullopt;
  }
  for (const std::string& name : names) joint.operands.push_back(tags.find(name));
  if (std::count(joint.operands.begin(), joint.operands.end(), tag_id_none) > 0) {
    return std::nullopt;
  }
  return joint;
}

void Engine::lay_out(std::size_t tags) {
  rules_of_.assign(tags, TagRules{});
  std::uint32_t i = 0;
  // The end of the tag's instances up to that kind.
  const auto run = [&](TagId tag, RuleKind kind) {
    while (i < instances_.size() && instances_[i].tag == tag &&
           order_of(instances_[i].kind) <= order_of(kind)) {
      ++i;
    }
    return i;
  };
  for (TagId tag = 0; tag < tags; ++tag) {
    TagRules& t = rules_of_[tag];
    t.limits = i;
    t.states = run(tag, RuleKind::limit);
    t.rates = run(tag, RuleKind::state);
    t.signals = run(tag, RuleKind::rate);
    t.windows = run(tag, RuleKind::repeat);
    t.stales = run(tag, RuleKind::window);
    t.joints = run(tag, RuleKind::stale);
    (void)run(tag, RuleKind::expr);
    for (std::uint32_t s = t.stales; s < t.joints; ++s) {
      t.silence = std::min(t.silence, spec(instances_[s]).after);
    }
  }
}

void Engine::index_users() {
  std::vector<std::vector<std::uint32_t>> users(rules_of_.size());
  for (std::size_t g = 0; g < guards_.size(); ++g) {
    const auto user = static_cast<std::uint32_t>(instances_.size() + g);
    for (const TagId tag : guards_[g].operands) users[tag].push_back(user);
  }
  for (const std::uint32_t i : by_rank_) {
    if (!is_of_several(instances_[i].kind)) continue;
    for (const TagId tag : joints_[instances_[i].joint].operands) {
      // Once, though a sum may name a tag twice.
      if (users[tag].empty() || users[tag].back() != i) users[tag].push_back(i);
    }
  }
  for (TagId tag = 0; tag < users.size(); ++tag) {
    rules_of_[tag].users = static_cast<std::uint32_t>(users_.size());
    users_.insert(users_.end(), users[tag].begin(), users[tag].end());
    rules_of_[tag].users_end = static_cast<std::uint32_t>(users_.size());
  }
}

// Whether `x` means what `old` meant under the plant before.
bool Engine::is_same(const RuleInstance& old, const RuleInstance& x, const Engine& before,
                     const std::vector<bool>& kept_tags) const {
  const RuleSpec& rule = spec(x);
  if (!kept_tags[x.tag] || !is_same_rule(before.spec(old), rule)) return false;
  const bool by_calendar =
      (is_window(rule.kind) && rule.window.period != Period::fixed) || by_day(rule);
  if (by_calendar && plant_->calendar != before.plant_->calendar) return false;
  if (!is_of_several(rule.kind)) return true;
  const std::vector<TagId>& operands = joints_[x.joint].operands;
  return operands == before.joints_[old.joint].operands &&
         std::all_of(operands.begin(), operands.end(),
                     [&](TagId operand) { return kept_tags[operand]; });
}

std::vector<bool> Engine::inherit(Engine& before, Scene& scene, Timestamp at) {
  std::copy(before.lives_.begin(), before.lives_.end(), lives_.begin());
  forget_unexpected(scene, at);
  expect(at);
  const std::vector<bool> kept_tags = same_tags(*before.plant_, *plant_, scene.tags);
  std::vector<bool> anew(instances_.size(), true);
  std::map<std::pair<std::string_view, TagId>, std::uint32_t> after;
  for (std::uint32_t i = 0; i < instances_.size(); ++i) {
    after.emplace(std::pair{std::string_view{spec(instances_[i]).id}, instances_[i].tag}, i);
  }
  for (const std::uint32_t old : before.by_rank_) {
    RuleInstance& x = before.instances_[old];
    const RuleSpec& rule = before.spec(x);
    const std::string& tag = scene.tags.slot(x.tag).tag.name;
    const auto found = after.find({rule.id, x.tag});
    const bool same =
        found != after.end() && is_same(x, instances_[found->second], before, kept_tags);
    if (!same) {
      scene.alarms.remove(rule.id, tag, found == after.end(), {at, scene.sequence, plant_->hash},
                          scene.facts.transitions);
      continue;
    }
    anew[found->second] = false;
    RuleInstance& y = instances_[found->second];
    y.since = x.since;
    y.last_at = x.last_at;
    y.halted = x.halted;
    y.phase = x.phase;
    y.phase_until = x.phase_until;
    y.levels.restore(x.levels.states(), x.levels.passings());
    if (x.signal) take_over(rule, *x.signal, *y.signal);
  }
  resume();
  return anew;
}

bool Engine::has_instance(const std::string& rule, const std::string& tag,
                          const TagTable& tags) const {
  const TagId id = tags.find(tag);
  return std::any_of(instances_.begin(), instances_.end(),
                     [&](const RuleInstance& x) { return x.tag == id && spec(x).id == rule; });
}

void Engine::on_new_tag(TagId id, const TagTable& tags) {
  rules_of_.resize(tags.size());
  lives_.resize(tags.size());
  operands_.resize(tags.size());
  operands_[id].known = false;
}

}  // namespace parkwatch::pipeline
