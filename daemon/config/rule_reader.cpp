// daemon/config/rule_reader.cpp - Reads rules, resolves their tags, and has them checked.
#include "config/rule_reader.h"

#include <algorithm>
#include <map>
#include <set>

#include "config/alarm_reader.h"
#include "config/each.h"
#include "config/fields.h"
#include "config/kinds.h"
#include "config/limits.h"
#include "config/rule_texts.h"
#include "model/plant.h"
#include "rules/check.h"

namespace parkwatch::config {
namespace {

constexpr std::size_t tag_patterns_max = 10'000;

class RuleReader {
 public:
  RuleReader(SettingsReader& reader, TagIndex& index, const Calendar& calendar)
      : reader_(reader), index_(index), calendar_(calendar) {}

  RuleSpec read() {
    rule_.id = read_word(reader_, "id");
    (void)check_rule_id(reader_, rule_.id);
    const std::optional<RuleKind> kind = read_kind();
    rule_.kind = kind.value_or(rule_.kind);
    // A rule that is switched off does not come this far.
    (void)reader_.boolean("enabled", true);
    read_common();
    refuse_foreign_keys(reader_, kind);
    if (kind) {
      if (!read_kind_keys(reader_, index_, tags_, calendar_, rule_)) unknown_tags_ = true;
    }
    read_texts(reader_, index_, rule_);
    read_validity(reader_, calendar_, rule_);
    rule_.alarm = read_alarm(reader_, rule_.tags, index_);
    reader_.finish();
    complete_ = kind.has_value();
    return rule_;
  }
  // False if the kind is unknown, so that nothing more can be said.
  [[nodiscard]] bool complete() const { return complete_; }
  // True if it names tags that are not there.
  [[nodiscard]] bool unknown_tags() const { return unknown_tags_; }

 private:
  std::optional<RuleKind> read_kind() {
    if (!reader_.has("kind")) {
      (void)reader_.value("kind");
      reader_.error("kind",
                    "is missing: such as limit, state or stale; docs/rules.md tells of all");
      return std::nullopt;
    }
    const std::string word =
        reader_.choice("kind", "",
                       {"limit", "state", "rate", "stale", "window", "expr", "deviation", "balance",
                        "vote", "mismatch", "forecast", "drift", "repeat", "cumulative"});
    return parse_rule_kind(word);
  }

  void read_common() {
    rule_.priority = read_priority(reader_, rule_.priority);
    rule_.on_delay = read_delay(reader_, "on_delay", rule_.on_delay);
    rule_.off_delay = read_delay(reader_, "off_delay", rule_.off_delay);
    rule_.group = reader_.has("group") ? read_word(reader_, "group") : std::string{default_group};
    read_tags_key();
  }

  void read_tags_key() {
    if (!reader_.has("tags")) {
      (void)reader_.value("tags");
      return;
    }
    const std::vector<std::string> patterns = reader_.texts("tags");
    if (patterns.size() > tag_patterns_max) {
      reader_.error("tags", "must not be more than " + std::to_string(tag_patterns_max));
      return;
    }
    std::set<std::string_view> seen;
    for (const std::string& pattern : patterns) {
      const std::vector<const Tag*> found = index_.match(pattern);
      if (found.empty()) refuse_pattern(pattern);
      for (const Tag* tag : found) {
        if (seen.insert(tag->name).second) tags_.push_back(tag);
      }
    }
    if (patterns.empty()) reader_.error("tags", "must not be empty");
    for (const Tag* tag : tags_) rule_.tags.push_back(tag->name);
  }

  void refuse_pattern(const std::string& pattern) {
    unknown_tags_ = true;
    if (!index_.complete()) return;
    const bool wild = pattern.find('*') != std::string::npos;
    reader_.error("tags", (wild ? in_quotes(pattern) + " matches no tag"
                                : "unknown tag " + in_quotes(pattern)) +
                              index_.hint_for(pattern));
  }

  SettingsReader& reader_;
  TagIndex& index_;
  const Calendar& calendar_;
  RuleSpec rule_;
  std::vector<const Tag*> tags_;
  bool unknown_tags_ = false;
  bool complete_ = false;
};

bool is_of_window(const std::string& key) {
  return key == "length" || key == "count_min" || key == "calendar";
}

// The key's place in the file, where a rule's levels and window are tables of their own.
void report(SettingsReader& reader, const rules::Mistake& mistake) {
  std::vector<std::string_view> inner;
  if (is_of_window(mistake.key)) inner = {"window"};
  if (mistake.key == "deadband" && !reader.has("deadband")) inner = {"HH", "H", "L", "LL"};
  for (const std::string_view key : inner) {
    const SettingsValue* value = reader.value(key);
    if (value == nullptr) continue;
    const auto* table = std::get_if<std::shared_ptr<SettingsTable>>(&value->held);
    if (table == nullptr) continue;
    SettingsReader own = reader.within(**table, key);
    if (own.has(mistake.key)) return own.error(mistake.key, mistake.message);
  }
  reader.error(mistake.key, mistake.message);
}

// Whether `told` has this key, one around it, or one inside it.
bool is_told(const std::set<std::string>& told, const std::string& key) {
  return std::any_of(told.begin(), told.end(), [&key](const std::string& other) {
    return key == other || key.starts_with(other + '.') || other.starts_with(key + '.');
  });
}

// What the compiler of rules finds, but for what the reader has said of the same key already.
void add_mistakes(SettingsReader& reader, const RuleSpec& rule, const TagIndex& index,
                  const std::set<std::string>& told) {
  std::map<std::string, std::size_t> counts;
  const rules::TagLookup tag_of = [&index](const std::string& name) { return index.find(name); };
  for (const rules::Mistake& mistake : rules::check_rule(rule, tag_of)) {
    const std::string key = (is_of_window(mistake.key) ? "window." : "") + mistake.key;
    if (is_told(told, reader.name_of(key))) continue;
    if (++counts[mistake.key] <= same_key_max) report(reader, mistake);
  }
  for (const auto& [key, count] : counts) {
    if (count <= same_key_max) continue;
    report(reader, {key, "the same " + std::to_string(count - same_key_max) + " times more"});
  }
}

}  // namespace

std::vector<RuleSpec> read_rules(const std::vector<const SettingsTable*>& tables, TagIndex& index,
                                 const Calendar& calendar, Diagnostics& out) {
  std::vector<RuleSpec> rules;
  std::map<std::string, SourceLocation, std::less<>> places;
  std::size_t alarms = 0;
  for (const SettingsTable* table : tables) {
    SettingsReader reader{*table, "rule", out};
    if (rules.size() == rules_max) {
      reader.error("", "more than " + std::to_string(rules_max) + " rules");
      break;
    }
    const std::size_t first = out.size();
    RuleReader rule_reader{reader, index, calendar};
    RuleSpec rule = rule_reader.read();
    if (!rule.id.empty()) {
      const auto [known, fresh] = places.emplace(rule.id, reader.where("id"));
      if (!fresh) {
        reader.error("id", in_quotes(rule.id) + " is the id of the rule at " + known->second.file +
                               ':' + std::to_string(known->second.line) + " already");
      }
    }
    std::set<std::string> told;
    for (std::size_t at = first; at < out.size(); ++at) told.insert(out[at].key);
    if (rule_reader.unknown_tags()) {
      told.insert({"rule.tags", "rule.expression", "rule.with", "rule.command", "rule.terms",
                   "rule.members", "rule.k"});
    }
    if (rule.limits.empty()) told.insert("rule.limits");  // said of the levels
    if (told.contains("rule.states")) told.insert("rule.above");
    const bool names_its_own = rule.kind == RuleKind::expr || rule.kind == RuleKind::balance ||
                               rule.kind == RuleKind::vote;
    if (names_its_own && rule.tags.empty()) told.insert("rule.tags");  // what else is wrong says it
    if (rule_reader.complete()) add_mistakes(reader, rule, index, told);
    alarms += rule.tags.size();
    if (alarms > alarms_max) {
      reader.error("tags",
                   "more than " + std::to_string(alarms_max) + " alarms (rules times their tags)");
      break;
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace parkwatch::config
