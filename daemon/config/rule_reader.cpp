// daemon/config/rule_reader.cpp - Reads rules, resolves their tags, and has them checked.
#include "config/rule_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "config/alarm_reader.h"
#include "config/each.h"
#include "config/fields.h"
#include "config/limits.h"
#include "rules/check.h"
#include "rules/expression.h"

namespace parkwatch::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t tag_patterns_max = 10'000;

// The keys that only some kinds have.
struct KindKeys {
  RuleKind kind;
  std::vector<std::string_view> keys;
};

const std::array<KindKeys, 6>& kind_keys() {
  static const std::array<KindKeys, 6> table{
      {{RuleKind::limit, {"LL", "L", "H", "HH", "deadband", "unit"}},
       {RuleKind::state, {"states"}},
       {RuleKind::rate, {"LL", "L", "H", "HH", "deadband", "unit", "per", "over"}},
       {RuleKind::stale, {"after"}},
       {RuleKind::window, {"LL", "L", "H", "HH", "deadband", "unit", "window"}},
       {RuleKind::expr, {"expression"}}}};
  return table;
}

std::string kinds_with(std::string_view key) {
  std::string kinds;
  for (const KindKeys& row : kind_keys()) {
    if (std::find(row.keys.begin(), row.keys.end(), key) == row.keys.end()) continue;
    kinds += (kinds.empty() ? "" : ", ") + in_quotes(to_text(row.kind));
  }
  return kinds;
}

// Keys of other kinds would do nothing, silently. `kind` empty: it is unknown, so all may be right.
void refuse_foreign_keys(SettingsReader& reader, std::optional<RuleKind> kind) {
  std::set<std::string_view> own;
  std::set<std::string_view> all;
  for (const KindKeys& row : kind_keys()) {
    all.insert(row.keys.begin(), row.keys.end());
    if (row.kind == kind) own.insert(row.keys.begin(), row.keys.end());
  }
  for (const std::string_view key : all) {
    if (own.contains(key)) continue;
    (void)reader.value(key);
    if (kind && reader.has(key)) {
      reader.error(key, "does nothing in a rule of kind " + in_quotes(to_text(*kind)) +
                            "; it belongs to " + kinds_with(key));
    }
  }
}

bool is_format(std::string_view name, std::string_view format) {
  return (name == "value" || name == "limit") && format.size() == 3 && format[0] == '.' &&
         format[1] >= '0' && format[1] <= '9' && format[2] == 'f';
}

void check_message(SettingsReader& reader, std::string_view key, const std::string& text) {
  const std::vector<std::string>& known = rules::message_placeholders();
  const std::optional<std::vector<Placeholder>> used = placeholders_of(text);
  if (!used) {
    reader.error(key, "a brace without its partner");
    return;
  }
  for (const auto& [name, format] : *used) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string list;
      for (const std::string& word : known) list += " {" + word + "}";
      reader.error(
          key, "unknown placeholder {" + name + "}" + hint(name, known) + " (known:" + list + ")");
    } else if (!format.empty() && !is_format(name, format)) {
      reader.error(key, "{" + name + ":" + format +
                            "}: only {value:.1f} and {limit:.1f} have a "
                            "format, with 0 to 9 digits");
    }
  }
}

void check_text(SettingsReader& reader, std::string_view key, const Text& text) {
  check_message(reader, key, text.zh);
  if (text.en != text.zh) check_message(reader, key, text.en);
}

class RuleReader {
 public:
  RuleReader(SettingsReader& reader, TagIndex& index) : reader_(reader), index_(index) {}

  RuleSpec read() {
    rule_.id = read_word(reader_, "id");
    (void)check_rule_id(reader_, rule_.id);
    const std::optional<RuleKind> kind = read_kind();
    read_common();
    refuse_foreign_keys(reader_, kind);
    if (kind) {
      rule_.kind = *kind;
      read_kind_keys();
      read_unit();
    }
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
      reader_.error("kind", "is missing: limit, state, rate, stale, window or expr");
      return std::nullopt;
    }
    const std::string word =
        reader_.choice("kind", "", {"limit", "state", "rate", "stale", "window", "expr"});
    return parse_rule_kind(word);
  }

  void read_common() {
    rule_.priority = read_priority(reader_, rule_.priority);
    rule_.on_delay = read_delay(reader_, "on_delay", rule_.on_delay);
    rule_.off_delay = read_delay(reader_, "off_delay", rule_.off_delay);
    rule_.message = read_text(reader_, "message");
    rule_.guidance = read_text(reader_, "guidance");
    check_text(reader_, "message", rule_.message);
    check_text(reader_, "guidance", rule_.guidance);
    rule_.group = reader_.has("group") ? read_word(reader_, "group") : "general";
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

  void read_kind_keys() {
    if (rule_.kind != RuleKind::expr && !reader_.has("tags")) {
      reader_.error("tags", "is missing: the names or patterns of the tags");
    }
    switch (rule_.kind) {
      case RuleKind::limit:
        rule_.limits = read_limits(reader_, rule_, tags_, true);
        break;
      case RuleKind::state:
        read_alarming_states();
        break;
      case RuleKind::rate:
        rule_.per = required_duration("per", milliseconds{100}, hours{24 * 31});
        rule_.over = reader_.duration("over", rule_.per, milliseconds{100}, hours{24 * 31});
        rule_.limits = read_limits(reader_, rule_, tags_, false);
        break;
      case RuleKind::stale:
        rule_.after = required_duration("after", milliseconds{100}, hours{24 * 366});
        break;
      case RuleKind::window:
        read_window();
        break;
      case RuleKind::expr:
        read_expression();
        break;
    }
  }

  Duration required_duration(std::string_view key, Duration low, Duration high) {
    if (!reader_.has(key)) {
      (void)reader_.value(key);
      reader_.error(key, "is missing: a rule of kind " + in_quotes(to_text(rule_.kind)) +
                             " needs it, such as \"1m\"");
    }
    return reader_.duration(key, low, low, high);
  }

  void read_window() {
    const SettingsTable* table = reader_.table("window");
    if (table != nullptr) {
      read_window_table(*table);
    } else if (!reader_.has("window")) {
      reader_.error("window", "is missing, such as { aggregate = \"avg\", length = \"1h\" }");
    }
    const Aggregate a = rule_.window.aggregate;
    const bool in_tag_unit = a == Aggregate::avg || a == Aggregate::min || a == Aggregate::max;
    rule_.limits = read_limits(reader_, rule_, tags_, in_tag_unit);
  }

  void read_window_table(const SettingsTable& table) {
    SettingsReader window = reader_.within(table, "window");
    for (const std::string_view key : {"aggregate", "length"}) {
      if (!window.has(key)) window.error(key, "is missing");
    }
    const std::string word =
        window.choice("aggregate", "avg", {"avg", "min", "max", "sum", "count", "stddev"});
    rule_.window.aggregate = parse_aggregate(word).value_or(Aggregate::avg);
    rule_.window.length = window.duration("length", hours{1}, seconds{1}, hours{24 * 31});
    rule_.window.calendar = window.boolean("calendar", rule_.window.calendar);
    rule_.window.count_min = static_cast<std::uint32_t>(
        window.integer("count_min", rule_.window.count_min, 1, 1'000'000'000));
    window.finish();
  }

  void read_expression() {
    rule_.expression = reader_.required_text("expression");
    if (rule_.expression.size() > rules::expression_bytes_max) {
      reader_.error("expression", "must not be longer than " +
                                      std::to_string(rules::expression_bytes_max) + " bytes");
      rule_.expression.clear();
      return;
    }
    const std::vector<std::string> names = rules::tags_of_expression(rule_.expression);
    for (const std::string& name : names) {
      if (index_.find(name) != nullptr) continue;
      unknown_tags_ = true;
      if (!index_.complete()) continue;
      reader_.error("expression", "unknown tag " + in_quotes(name) + index_.hint_for(name));
    }
    if (!reader_.has("tags") && !names.empty()) rule_.tags = {names.front()};
    if (rule_.tags.size() > 1) {
      reader_.error("tags", "an expression gives one alarm, so name one tag; this matches " +
                                std::to_string(rule_.tags.size()));
    }
  }

  void read_alarming_states();
  [[nodiscard]] std::optional<double> state_number(const SettingsValue& value);
  [[nodiscard]] std::optional<double> number_of_word(const std::string& word);
  void read_unit();

  SettingsReader& reader_;
  TagIndex& index_;
  RuleSpec rule_;
  std::vector<const Tag*> tags_;
  bool unknown_tags_ = false;
  bool complete_ = false;
};

void RuleReader::read_alarming_states() {
  const SettingsValue* value = reader_.value("states");
  if (value == nullptr) {
    reader_.error("states", "is missing: the alarming states, such as [\"open\"], [true] or [1]");
    return;
  }
  std::vector<SettingsValue> one{*value};
  const auto* array = std::get_if<std::vector<SettingsValue>>(&value->held);
  const std::vector<SettingsValue>& elements = array != nullptr ? *array : one;
  if (elements.empty()) reader_.error("states", "must not be empty");
  for (const SettingsValue& element : elements) {
    const std::optional<double> number = state_number(element);
    if (!number) continue;
    if (std::find(rule_.states.begin(), rule_.states.end(), *number) == rule_.states.end()) {
      rule_.states.push_back(*number);
    }
  }
}

std::optional<double> RuleReader::state_number(const SettingsValue& value) {
  if (const auto* flag = std::get_if<bool>(&value.held)) return *flag ? 1.0 : 0.0;
  if (const auto* word = std::get_if<std::string>(&value.held)) return number_of_word(*word);
  const std::optional<double> number = number_of(value);
  if (!number) reader_.error("states", "a state is a word of the tag's, a number, true or false");
  return number;
}

std::optional<double> RuleReader::number_of_word(const std::string& word) {
  std::optional<double> number;
  for (const Tag* tag : tags_) {
    std::vector<std::string> words;
    const EnumEntry* entry = nullptr;
    for (const EnumEntry& candidate : tag->enumeration) {
      words.push_back(candidate.word);
      if (candidate.word == word) entry = &candidate;
    }
    if (entry == nullptr) {
      std::string list;
      for (const std::string& known : words) list += (list.empty() ? "" : ", ") + in_quotes(known);
      reader_.error("states",
                    in_quotes(word) + " is no state of " + tag->name + hint(word, words) +
                        (words.empty() ? " (it has no words)" : " (it has " + list + ")"));
      return std::nullopt;
    }
    const auto own = static_cast<double>(entry->number);
    if (number && *number != own) {
      reader_.error("states", in_quotes(word) + " is " + number_text(*number) + " in " +
                                  tags_.front()->name + " but " + number_text(own) + " in " +
                                  tag->name + ": write a rule for each");
      return std::nullopt;
    }
    number = own;
  }
  return number;
}

void RuleReader::read_unit() {
  if (!reader_.has("unit")) {
    (void)reader_.value("unit");
    return;
  }
  const std::optional<std::string> unit = reader_.text("unit");
  if (!unit) return;
  for (const Tag* tag : tags_) {
    if (tag->unit == *unit) continue;
    reader_.error("unit", "is " + in_quotes(*unit) + " but " + tag->name + " is in " +
                              (tag->unit.empty() ? "no unit" : in_quotes(tag->unit)));
    return;
  }
}

// The key's place in the file, where a rule's levels and window are tables of their own.
void report(SettingsReader& reader, const rules::Mistake& mistake) {
  std::vector<std::string_view> inner;
  if (mistake.key == "length" || mistake.key == "count_min") inner = {"window"};
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
  constexpr int same_key_max = 3;  // a pattern of 200 tags would say the same 200 times
  std::map<std::string, int> counts;
  const rules::TagLookup tag_of = [&index](const std::string& name) { return index.find(name); };
  for (const rules::Mistake& mistake : rules::check_rule(rule, tag_of)) {
    const bool of_window = mistake.key == "length" || mistake.key == "count_min";
    if (is_told(told, reader.name_of(of_window ? "window." + mistake.key : mistake.key))) continue;
    if (++counts[mistake.key] <= same_key_max) report(reader, mistake);
  }
  for (const auto& [key, count] : counts) {
    if (count <= same_key_max) continue;
    report(reader, {key, "the same " + std::to_string(count - same_key_max) + " times more"});
  }
}

}  // namespace

std::vector<RuleSpec> read_rules(const std::vector<const SettingsTable*>& tables, TagIndex& index,
                                 Diagnostics& out) {
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
    RuleReader rule_reader{reader, index};
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
    if (rule_reader.unknown_tags()) told.insert({"rule.tags", "rule.expression"});
    if (rule.limits.empty()) told.insert("rule.limits");  // said of the levels
    if (rule.kind == RuleKind::expr && rule.expression.empty()) {
      told.insert("rule.tags");  // the expression would have named one
    }
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
