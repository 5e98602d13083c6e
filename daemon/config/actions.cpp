// daemon/config/actions.cpp - Reads actions key by key and tries each with the alarms that may call
// for it.
#include "config/actions.h"

#include <algorithm>
#include <map>
#include <set>

#include "config/action_payload.h"
#include "config/each.h"
#include "config/fields.h"
#include "config/rule_states.h"
#include "model/alarm_event.h"
#include "model/diagnostic.h"

namespace parkwatch::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t allow_max = 200;

// Alarms that need no rule of the configuration and can be named; their tags are not known here.
const std::vector<std::string>& own_rules() {
  static const std::vector<std::string> ids{std::string{rule_quality},
                                            std::string{rule_clock},
                                            std::string{rule_never_seen},
                                            std::string{rule_action_unconfirmed},
                                            std::string{rule_delivery_failed},
                                            std::string{rule_store_fault},
                                            std::string{rule_configuration_fault}};
  return ids;
}

bool can_call(const ActionSpec& spec, const RuleSpec& rule) {
  if (rule.limits.empty()) return spec.takes(Level::on, rule.priority);
  return std::any_of(rule.limits.begin(), rule.limits.end(), [&spec](const Limit& limit) {
    return spec.takes(limit.level, limit.priority);
  });
}

class ActionReader {
 public:
  ActionReader(const std::vector<RuleSpec>& rules, TagIndex& index, bool has_broker,
               Diagnostics& out)
      : rules_(rules), index_(index), has_broker_(has_broker), out_(out) {}

  ActionPlan read(const ActionTables& tables) {
    if (tables.settings != nullptr) settings(*tables.settings);
    if (tables.actions.size() > actions_max) {
      SettingsReader reader{*tables.actions[actions_max], "action", out_};
      reader.error("", "must not be more than " + std::to_string(actions_max));
      return std::move(plan_);
    }
    for (const SettingsTable* table : tables.actions) action(*table);
    return std::move(plan_);
  }

 private:
  void settings(const SettingsTable& table) {
    SettingsReader reader{table, "actions", out_};
    plan_.live = reader.choice("mode", "dry-run", {"dry-run", "live"}) == "live";
    if (plan_.live && !has_broker_) {
      reader.error("mode", "live commands leave over the broker of [alerts], which is not enabled");
    }
    plan_.allow = reader.texts("allow");
    if (plan_.allow.size() > allow_max) {
      reader.error("allow", "must not be more than " + std::to_string(allow_max));
    }
    for (const std::string& filter : plan_.allow) {
      if (!is_topic_filter(filter)) {
        reader.error("allow", in_quotes(filter) +
                                  " is no MQTT topic filter, such as \"park/+/barrier/cmd\"");
      } else if (filter == "#" || filter == "+/#") {
        reader.warning("allow", in_quotes(filter) + " allows every topic, which is no list at all");
      }
    }
    std::erase_if(plan_.allow, [](const std::string& each) { return !is_topic_filter(each); });
    reader.finish();
  }

  void action(const SettingsTable& table) {
    SettingsReader reader{table, "action", out_};
    ActionSpec spec;
    spec.id = read_word(reader, "id");
    if (!spec.id.empty()) {
      const auto [known, fresh] = places_.emplace(spec.id, reader.where("id"));
      if (!fresh) {
        reader.error("id", in_quotes(spec.id) + " is the id of the action on line " +
                               std::to_string(known->second.line) + " already");
      }
    }
    when(reader, spec);
    spec.expires = reader.duration("expires", spec.expires, seconds{1}, hours{1});
    spec.cooldown = reader.duration("cooldown", spec.cooldown, Duration{0}, hours{24});
    const std::vector<std::string> tags = callers(reader, spec);
    spec.order.topic = reader.required_text("topic");
    order(reader, spec.order, tags);
    if (const SettingsTable* inner = reader.table("on_return")) {
      SettingsReader release = reader.within(*inner, "on_return");
      spec.release.emplace();
      spec.release->topic = release.text("topic", spec.order.topic);
      spec.release_after = release.duration("after", spec.release_after, Duration{0}, hours{24});
      spec.release_acknowledged = release.boolean("acknowledged", spec.release_acknowledged);
      order(release, *spec.release, tags);
      release.finish();
    }
    reader.finish();
    plan_.actions.push_back(std::move(spec));
  }

  void when(SettingsReader& reader, ActionSpec& spec) {
    const SettingsTable* table = reader.table("when");
    if (table == nullptr) {
      if (!reader.has("when")) {
        reader.error("when",
                     "is missing: which alarms call for it, such as "
                     "{ rule = \"tf-gas\", level = \"HH\" }");
      }
      return;
    }
    SettingsReader inner = reader.within(*table, "when");
    spec.rules = inner.texts("rule");
    spec.tags = inner.texts("tag");
    spec.groups = inner.texts("group");
    for (const std::string& word : inner.texts("priority")) {
      const auto priority = parse_priority(word);
      if (priority) spec.priorities.push_back(*priority);
      if (priority) continue;
      inner.error("priority", "unknown priority " + in_quotes(word) +
                                  hint(word, {"critical", "high", "medium", "low"}));
    }
    for (const std::string& word : inner.texts("level")) {
      const auto level = parse_level(word);
      if (level && *level != Level::none) {
        spec.levels.push_back(*level);
      } else {
        inner.error("level",
                    "unknown level " + in_quotes(word) + "; it must be one of LL, L, on, H, HH");
      }
    }
    if (table->entries.empty()) {
      inner.error("",
                  "must name a rule, tag, group, priority or level; every alarm of the park is "
                  "too many");
    }
    check_rules(inner, spec);
    for (const std::string& pattern : spec.tags) {
      if (!index_.complete() || !index_.match(pattern).empty()) continue;
      inner.error("tag", in_quotes(pattern) + " is no tag" + index_.hint_for(pattern));
    }
    inner.finish();
  }

  void check_rules(SettingsReader& when, const ActionSpec& spec) {
    std::vector<std::string> ids = own_rules();
    for (const RuleSpec& rule : rules_) ids.push_back(rule.id);
    for (const std::string& pattern : spec.rules) {
      const bool known = std::any_of(ids.begin(), ids.end(), [&pattern](const std::string& id) {
        return tag_matches(pattern, id);
      });
      if (known || !index_.complete()) continue;
      when.error("rule", "there is no rule " + in_quotes(pattern) + hint(pattern, ids));
    }
  }

  // The tags of the alarms that may call for it, each once. "" stands for those that are not known
  // here: no placeholder can be tried with them.
  std::vector<std::string> callers(SettingsReader& reader, const ActionSpec& spec) {
    std::set<std::string> tags;
    for (const RuleSpec& rule : rules_) {
      if (!tag_matches_one(spec.rules, rule.id) || !tag_matches_one(spec.groups, rule.group))
        continue;
      if (!can_call(spec, rule)) continue;
      for (const std::string& tag : rule.tags) {
        if (tag_matches_one(spec.tags, tag)) tags.insert(tag);
      }
    }
    const bool own = !spec.rules.empty() &&
                     std::any_of(own_rules().begin(), own_rules().end(),
                                 [&](const auto& id) { return tag_matches_one(spec.rules, id); });
    if (own) tags.insert("");
    if (tags.empty() && reader.has("when") && index_.complete() && !parkwatch::has_errors(out_)) {
      reader.error("when",
                   "no alarm calls for it: no rule has such a tag, group, level and "
                   "priority together");
    }
    return {tags.begin(), tags.end()};
  }

  void order(SettingsReader& reader, ActionOrder& order, const std::vector<std::string>& tags) {
    read_payload(reader, order);
    if (!order.topic.empty() &&
        check_placeholders(reader, "topic", order.topic, tag_placeholders())) {
      check_topics(reader, order, tags);
    }
    const SettingsTable* table = reader.table("confirm");
    if (table == nullptr) return;
    SettingsReader inner = reader.within(*table, "confirm");
    ActionConfirm confirm;
    confirm.tag = inner.required_text("tag");
    confirm.within = inner.duration("within", confirm.within, milliseconds{100}, hours{1});
    std::vector<const Tag*> feedback;
    if (!confirm.tag.empty() && check_placeholders(inner, "tag", confirm.tag, tag_placeholders())) {
      feedback = feedback_of(inner, confirm.tag, tags);
    }
    confirm.trigger.above = inner.number("above");
    confirm.trigger.below = inner.number("below");
    if (inner.has("states")) {
      confirm.trigger.states = read_alarming_states(inner, feedback);
    } else if (!confirm.trigger.above && !confirm.trigger.below) {
      inner.error("states",
                  "is missing: what the feedback then is, such as states = \"open\", or "
                  "above or below a number");
    }
    inner.finish();
    order.confirm = std::move(confirm);
  }

  void check_topics(SettingsReader& reader, const ActionOrder& order,
                    const std::vector<std::string>& tags) {
    std::set<std::string> told;
    for (const std::string& tag : tags) {
      if (tag.empty() && is_filled(order.topic)) {
        reader.error("topic",
                     "has placeholders, but alarms of Parkwatch's own may call for it, "
                     "which have no device: name other rules, or a fixed topic");
        return;
      }
      const std::string topic = filled_from_tag_name(order.topic, tag);
      const std::string wrong = wrong_with(topic);
      if (wrong.empty() || !told.insert(wrong).second) continue;
      if (told.size() <= same_key_max) reader.error("topic", wrong);
    }
  }

  static bool is_filled(const std::string& text) {
    return text.find_first_of("{}") != std::string::npos;
  }

  [[nodiscard]] std::string wrong_with(const std::string& topic) const {
    if (!is_topic_name(topic) || topic.starts_with('$')) {
      return in_quotes(topic) + " is no topic to publish to: 1.." +
             std::to_string(action_topic_bytes_max) + " bytes without + and #";
    }
    if (topic.starts_with("parkwatch/")) {
      return in_quotes(topic) + " is where Parkwatch publishes its alarms; take another";
    }
    if (plan_.allows(topic)) return {};
    return in_quotes(topic) + " is not allowed: no filter in allow of [actions] covers it";
  }

  std::vector<const Tag*> feedback_of(SettingsReader& reader, const std::string& pattern,
                                      const std::vector<std::string>& tags) {
    std::vector<const Tag*> found;
    std::set<std::string> seen;
    for (const std::string& tag : tags) {
      const std::string name = filled_from_tag_name(pattern, tag);
      if (!seen.insert(name).second) continue;
      const Tag* feedback = index_.find(name);
      if (feedback == nullptr && index_.complete()) {
        reader.error("tag", "unknown tag " + in_quotes(name) + index_.hint_for(name));
      } else if (feedback != nullptr && feedback->type == ValueType::text) {
        reader.error("tag", in_quotes(name) + " is a text, which is neither a number nor a state");
      } else if (feedback != nullptr) {
        found.push_back(feedback);
      }
      if (seen.size() - found.size() >= same_key_max) break;
    }
    return found;
  }

  const std::vector<RuleSpec>& rules_;
  TagIndex& index_;
  const bool has_broker_;
  Diagnostics& out_;
  ActionPlan plan_;
  std::map<std::string, SourceLocation> places_;
};

}  // namespace

ActionPlan read_actions(const ActionTables& tables, const std::vector<RuleSpec>& rules,
                        TagIndex& index, bool has_broker, Diagnostics& out) {
  return ActionReader{rules, index, has_broker, out}.read(tables);
}

}  // namespace parkwatch::config
