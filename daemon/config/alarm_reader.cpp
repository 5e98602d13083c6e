// daemon/config/alarm_reader.cpp - Reads the behaviour of alarms key by key.
#include "config/alarm_reader.h"

#include <algorithm>
#include <set>

#include "config/each.h"
#include "config/fields.h"
#include "model/alarm_event.h"
#include "rules/check.h"
#include "rules/expression.h"

namespace parkwatch::config {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t reasons_max = 50;

bool check_placeholders(SettingsReader& reader, std::string_view key, const std::string& text) {
  const auto used = placeholders_of(text);
  if (!used) {
    reader.error(key, "a brace without its partner");
    return false;
  }
  for (const auto& [name, format] : *used) {
    const auto& known = tag_placeholders();
    if (format.empty() && std::find(known.begin(), known.end(), name) != known.end()) continue;
    reader.error(key, "unknown placeholder {" + name + "}" + hint(name, known) +
                          " (known: {site} {device} {quantity} {tag})");
    return false;
  }
  return true;
}

void read_shelvable(SettingsReader& reader, AlarmSpec& alarm) {
  const SettingsValue* value = reader.value("shelvable");
  if (value == nullptr) return;
  if (const auto* flag = std::get_if<bool>(&value->held)) {
    alarm.shelvable = *flag;
    return;
  }
  const auto* table = std::get_if<std::shared_ptr<SettingsTable>>(&value->held);
  if (table == nullptr) {
    reader.error("shelvable", "is true, false or { max = \"2h\", reasons = [\"calibration\"] }");
    return;
  }
  SettingsReader shelvable = reader.within(**table, "shelvable");
  alarm.shelve_max = shelvable.duration("max", alarm.shelve_max, minutes{1}, hours{24});
  alarm.shelve_reasons = shelvable.texts("reasons");
  if (alarm.shelve_reasons.size() > reasons_max) {
    shelvable.error("reasons", "must not be more than " + std::to_string(reasons_max));
  }
  for (const std::string& reason : alarm.shelve_reasons) {
    if (!reason.empty() && reason.size() <= word_bytes_max) continue;
    shelvable.error("reasons", "a reason has 1 to " + std::to_string(word_bytes_max) + " bytes");
  }
  shelvable.finish();
}

void read_count(SettingsReader& reader, AlarmSpec& alarm) {
  const SettingsTable* table = reader.table("count");
  if (table == nullptr) return;
  SettingsReader count = reader.within(*table, "count");
  for (const std::string_view key : {"times", "within"}) {
    if (!count.has(key)) count.error(key, "is missing");
  }
  alarm.count_times = static_cast<std::uint32_t>(count.integer("times", 2, 2, 1000));
  alarm.count_within = count.duration("within", minutes{1}, seconds{1}, hours{24 * 31});
  count.finish();
}

// With the placeholders of the operands filled for one tag of the rule: what is wrong, or "".
std::string wrong_with(const std::vector<std::string>& operands, const std::string& tag,
                       TagIndex& index) {
  for (const std::string& operand : operands) {
    const std::string name = filled_from_tag_name(operand, tag);
    const Tag* found = index.find(name);
    if (found == nullptr && !index.complete()) continue;
    if (found == nullptr) return "unknown tag " + in_quotes(name) + index.hint_for(name);
    if (found->type == ValueType::text) {
      return in_quotes(name) + " is a text; an expression needs numbers";
    }
  }
  return "";
}

void read_suppress_when(SettingsReader& reader, const std::vector<std::string>& rule_tags,
                        TagIndex& index, AlarmSpec& alarm) {
  const std::string text = reader.text("suppress_when", "");
  if (text.empty()) {
    if (reader.has("suppress_when")) reader.error("suppress_when", "must not be empty");
    return;
  }
  if (text.size() > rules::expression_bytes_max) {
    reader.error("suppress_when", "must not be longer than " +
                                      std::to_string(rules::expression_bytes_max) + " bytes");
    return;
  }
  if (!check_placeholders(reader, "suppress_when", text)) return;
  const auto compiled = rules::Expression::compile(text);
  if (!compiled) return reader.error("suppress_when", compiled.error().message);
  if (compiled->tags().empty()) {
    // It would hide the alarm for ever.
    return reader.error("suppress_when", "names no tag: write `site/device/quantity`");
  }
  alarm.suppress_when = text;
  std::set<std::string> told;
  for (const std::string& tag : rule_tags) {
    const std::string wrong = wrong_with(compiled->tags(), tag, index);
    if (wrong.empty() || !told.insert(wrong).second) continue;
    if (told.size() <= same_key_max) reader.error("suppress_when", wrong);
  }
}

}  // namespace

AlarmSpec read_alarm(SettingsReader& reader, const std::vector<std::string>& rule_tags,
                     TagIndex& index) {
  AlarmSpec alarm;
  alarm.ack_required = reader.choice("ack", "required", {"required", "auto"}) == "required";
  alarm.latched = reader.boolean("latched", alarm.latched);
  read_shelvable(reader, alarm);
  alarm.realarm = reader.duration("realarm", alarm.realarm, minutes{1}, hours{24 * 31});
  alarm.respond_within =
      reader.duration("respond_within", alarm.respond_within, seconds{1}, hours{24 * 31});
  alarm.first_out_group = reader.text("first_out_group", "");
  if (alarm.first_out_group.size() > word_bytes_max) {
    reader.error("first_out_group",
                 "must not be longer than " + std::to_string(word_bytes_max) + " bytes");
  }
  (void)check_placeholders(reader, "first_out_group", alarm.first_out_group);
  read_suppress_when(reader, rule_tags, index, alarm);
  alarm.recheck = reader.duration("recheck", alarm.recheck, seconds{0}, hours{24});
  if (reader.has("recheck") && !reader.has("suppress_when")) {
    reader.error("recheck", "is the time after suppress_when, which this rule does not have");
  }
  alarm.even_in_maintenance = reader.boolean("even_in_maintenance", alarm.even_in_maintenance);
  read_count(reader, alarm);
  if (reader.has("escalation")) {
    alarm.escalation = read_word(reader, "escalation");
  } else {
    (void)reader.value("escalation");
  }
  if (reader.has("ack") && !alarm.ack_required && alarm.realarm > Duration{0}) {
    reader.error("realarm",
                 "brings an acknowledged alarm back to an operator; ack = \"auto\" says "
                 "that it needs none");
  }
  return alarm;
}

bool check_rule_id(SettingsReader& reader, const std::string& id) {
  if (!is_own_rule(id)) return true;
  reader.error("id", in_quotes(id) + " is the id of an alarm that needs no rule; take another");
  return false;
}

}  // namespace parkwatch::config
