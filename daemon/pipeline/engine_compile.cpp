// daemon/pipeline/engine_compile.cpp - From a plant's rules to instances, and from one plant to the
// next.
#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "pipeline/engine.h"

namespace parkwatch::pipeline {
namespace {

using rules::never;

using TagsByName = std::map<std::string_view, const Tag*>;

TagsByName by_name(const Plant& plant) {
  TagsByName tags;
  for (const Tag& tag : plant.tags) tags.emplace(tag.name, &tag);
  return tags;
}

// Which tags it runs on is looked at instance by instance.
bool is_same_rule(const RuleSpec& a, const RuleSpec& b) {
  RuleSpec c = b;
  c.tags = a.tags;
  return a == c;
}

bool is_same_tag(std::string_view name, const TagsByName& before, const TagsByName& after) {
  const auto a = before.find(name);
  const auto b = after.find(name);
  return a != before.end() && b != after.end() && means_the_same(*a->second, *b->second);
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
    case RuleKind::window:
      return 3;
    case RuleKind::stale:
      return 4;
    case RuleKind::expr:
      return 5;
  }
  return 6;
}

}  // namespace

Engine::Engine(std::shared_ptr<const Plant> plant, const TagTable& tags, Timestamp since)
    : plant_(std::move(plant)) {
  compile(tags, since);
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
  rates_.resize(instances_.size());
  windows_.resize(instances_.size());
  by_rank_.resize(instances_.size());
  std::iota(by_rank_.begin(), by_rank_.end(), 0U);
  std::sort(by_rank_.begin(), by_rank_.end(), [this](std::uint32_t a, std::uint32_t b) {
    return std::tuple{instances_[a].rule, instances_[a].tag} <
           std::tuple{instances_[b].rule, instances_[b].tag};
  });
  for (std::uint32_t rank = 0; rank < by_rank_.size(); ++rank) {
    instances_[by_rank_[rank]].rank = rank;
  }
  lay_out(tags.size());
  index_users();
}

// A tag or an expression that config let through wrongly has no instance, rather than a crash.
void Engine::compile_rule(std::uint32_t index, const TagTable& tags, Timestamp since) {
  const RuleSpec& rule = plant_->rules[index];
  std::set<TagId> taken;
  for (const std::string& name : rule.tags) {
    const TagId tag = tags.find(name);
    if (tag == tag_id_none || !taken.insert(tag).second) continue;
    if (rule.kind == RuleKind::expr) {
      auto compiled = rules::Expression::compile(rule.expression);
      if (!compiled) continue;
      Compiled entry{{}, std::move(*compiled)};
      for (const std::string& operand : entry.expression.tags()) {
        entry.operands.push_back(tags.find(operand));
      }
      if (std::count(entry.operands.begin(), entry.operands.end(), tag_id_none) > 0) continue;
      for (const TagId operand : entry.operands) operands_[operand].used = true;
      operands_[tag].used = true;
      expressions_.push_back(std::move(entry));
    }
    RuleInstance& x = instances_.emplace_back(index, tag, level_specs_[index]);
    x.kind = rule.kind;
    x.since = since;
    if (rule.kind == RuleKind::rate) {
      x.rate = std::make_unique<rules::RateSignal>(rule.over, rule.per);
    }
    if (rule.kind == RuleKind::window) x.window = std::make_unique<WindowWork>(rule.window);
    x.expression = static_cast<std::uint32_t>(expressions_.size()) - 1;
  }
}

void Engine::lay_out(std::size_t tags) {
  rules_of_.assign(tags, TagRules{});
  std::uint32_t i = 0;
  const auto run = [&](TagId tag, RuleKind kind) {
    while (i < instances_.size() && instances_[i].tag == tag && instances_[i].kind == kind) ++i;
    return i;
  };
  for (TagId tag = 0; tag < tags; ++tag) {
    TagRules& t = rules_of_[tag];
    t.limits = i;
    t.states = run(tag, RuleKind::limit);
    t.rates = run(tag, RuleKind::state);
    t.windows = run(tag, RuleKind::rate);
    t.stales = run(tag, RuleKind::window);
    t.exprs = run(tag, RuleKind::stale);
    t.end = run(tag, RuleKind::expr);
    for (std::uint32_t s = t.stales; s < t.exprs; ++s) {
      t.silence = std::min(t.silence, spec(instances_[s]).after);
    }
  }
}

void Engine::index_users() {
  std::vector<std::vector<std::uint32_t>> users(rules_of_.size());
  for (const std::uint32_t i : by_rank_) {
    if (instances_[i].kind != RuleKind::expr) continue;
    for (const TagId tag : expressions_[instances_[i].expression].operands) users[tag].push_back(i);
  }
  for (TagId tag = 0; tag < users.size(); ++tag) {
    rules_of_[tag].users = static_cast<std::uint32_t>(users_.size());
    users_.insert(users_.end(), users[tag].begin(), users[tag].end());
    rules_of_[tag].users_end = static_cast<std::uint32_t>(users_.size());
  }
}

void Engine::inherit(Engine& before, Scene& scene, Timestamp at) {
  std::copy(before.lives_.begin(), before.lives_.end(), lives_.begin());
  const TagsByName tags_before = by_name(*before.plant_);
  const TagsByName tags_after = by_name(*plant_);
  std::map<std::pair<std::string_view, TagId>, std::uint32_t> after;
  for (std::uint32_t i = 0; i < instances_.size(); ++i) {
    after.emplace(std::pair{std::string_view{spec(instances_[i]).id}, instances_[i].tag}, i);
  }
  for (const std::uint32_t old : before.by_rank_) {
    RuleInstance& x = before.instances_[old];
    const RuleSpec& rule = before.spec(x);
    const std::string& tag = scene.tags.slot(x.tag).tag.name;
    const auto found = after.find({rule.id, x.tag});
    bool same = found != after.end() && is_same_rule(rule, spec(instances_[found->second])) &&
                is_same_tag(tag, tags_before, tags_after);
    if (same && x.kind == RuleKind::expr) {
      for (const std::string& operand : before.expressions_[x.expression].expression.tags()) {
        same = same && is_same_tag(operand, tags_before, tags_after);
      }
    }
    if (!same) {
      scene.alarms.remove(rule.id, tag, {at, scene.sequence, plant_->hash},
                          scene.facts.transitions);
      continue;
    }
    RuleInstance& y = instances_[found->second];
    y.since = x.since;
    y.last_at = x.last_at;
    y.levels.restore(x.levels.states());
    y.rate = std::move(x.rate);
    y.window = std::move(x.window);
  }
  resume();
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
