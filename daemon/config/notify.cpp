// daemon/config/notify.cpp - Routes and escalations, and that every name in them is a receiver's.
#include "config/notify.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "config/fields.h"
#include "config/receivers.h"

namespace parkwatch::config {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::array<std::string_view, 7> weekdays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
// The page and the broker are always told, in full and at once; a step may name them.
bool is_always_told(std::string_view name) { return name == "page" || name == "mqtt"; }

std::optional<std::uint16_t> parse_minute(std::string_view text) {
  const auto digit = [&text](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + text[1] - '0';
  const int minute = (text[3] - '0') * 10 + text[4] - '0';
  if (minute > 59 || hour > 24 || (hour == 24 && minute != 0)) return std::nullopt;
  return static_cast<std::uint16_t>(hour % 24 * 60 + minute);
}

class NotifyReader {
 public:
  NotifyReader(const Surroundings& around, Diagnostics& out) : around_(around), out_(out) {}

  NotifyPlan read(const NotifyTables& tables) {
    bounded(tables.receivers, receivers_max, "receiver", [this](const SettingsTable& table) {
      ReceiverSpec spec = read_receiver(table, around_, out_);
      unique(table, "receiver", "name", spec.name, receiver_places_);
      plan_.receivers.push_back(std::move(spec));
    });
    for (const ReceiverSpec& spec : plan_.receivers) names_.push_back(spec.name);
    bounded(tables.escalations, escalations_max, "escalation",
            [this](const SettingsTable& table) { escalation(table); });
    bounded(tables.routes, routes_max, "route",
            [this](const SettingsTable& table) { route(table); });
    check_fallbacks(tables.receivers);
    warn_of_idle(tables.receivers);
    return std::move(plan_);
  }

 private:
  using Places = std::map<std::string, SourceLocation>;

  template <typename Read>
  void bounded(const std::vector<const SettingsTable*>& tables, std::size_t most, const char* key,
               Read read) {
    if (tables.size() > most) {
      SettingsReader reader{*tables[most], key, out_};
      reader.error("", "must not be more than " + std::to_string(most));
      return;
    }
    for (const SettingsTable* table : tables) read(*table);
  }

  void unique(const SettingsTable& table, const char* section, const char* key,
              const std::string& name, Places& places) {
    if (name.empty()) return;
    SettingsReader reader{table, section, out_};
    const auto [known, fresh] = places.emplace(name, reader.where(key));
    if (fresh) return;
    reader.error(key, in_quotes(name) + " is the name of the " + section + " on line " +
                          std::to_string(known->second.line) + " already");
  }

  // The receivers that a key names; heartbeats take no alarms.
  std::vector<std::string> receivers(SettingsReader& reader, std::string_view key) {
    std::vector<std::string> out;
    for (const std::string& name : reader.texts(key)) {
      if (is_always_told(name)) continue;
      const auto at = std::find(names_.begin(), names_.end(), name);
      if (at == names_.end()) {
        reader.error(key, "there is no receiver " + in_quotes(name) + hint(name, names_));
        continue;
      }
      const ReceiverSpec& spec = plan_.receivers[static_cast<std::size_t>(at - names_.begin())];
      if (spec.kind == ReceiverKind::heartbeat) {
        reader.error(key, in_quotes(name) + " is a heartbeat, which takes no alarms");
      }
      used_.insert(name);
      out.push_back(name);
    }
    return out;
  }

  static EscalationStep::Until until(SettingsReader& reader) {
    const std::string word = reader.choice("until", "acked", {"acked", "returned", "closed"});
    if (word == "returned") return EscalationStep::Until::returned;
    return word == "closed" ? EscalationStep::Until::closed : EscalationStep::Until::acked;
  }

  void escalation(const SettingsTable& table) {
    SettingsReader reader{table, "escalation", out_};
    EscalationSpec spec;
    spec.id = read_word(reader, "id");
    unique(table, "escalation", "id", spec.id, escalation_places_);
    const std::vector<const SettingsTable*> steps = reader.tables("steps");
    if (steps.empty())
      reader.error("steps", "needs at least one step, { after = \"3m\", to = [...] }");
    if (steps.size() > escalation_steps_max) {
      reader.error("steps", "must not be more than " + std::to_string(escalation_steps_max));
    }
    Duration before{-1};
    for (const SettingsTable* one : steps) {
      SettingsReader inner = reader.within(*one, "steps");
      EscalationStep step;
      step.after = inner.duration("after", Duration{0}, Duration{0}, hours{24 * 7});
      step.to = receivers(inner, "to");
      if (!inner.has("to")) inner.error("to", "is needed: the receivers that this step tells");
      step.until = until(inner);
      step.repeat = inner.duration("repeat", Duration{0}, seconds{30}, hours{24 * 7});
      step.times = static_cast<std::uint32_t>(
          inner.integer("times", inner.has("repeat") ? 3 : 1, 1, repeat_times_max));
      if (inner.has("times") && !inner.has("repeat")) {
        inner.error("times", "does nothing without repeat");
      }
      if (step.after < before) inner.error("after", "steps must be in the order of their `after`");
      before = step.after;
      inner.finish();
      spec.steps.push_back(std::move(step));
    }
    // For every receiver that its steps name.
    const std::vector<std::string> fallback = receivers(reader, "fallback");
    for (ReceiverSpec& receiver : plan_.receivers) {
      const bool named = std::any_of(spec.steps.begin(), spec.steps.end(), [&](const auto& step) {
        return std::find(step.to.begin(), step.to.end(), receiver.name) != step.to.end();
      });
      if (!named) continue;
      for (const std::string& name : fallback) {
        if (name != receiver.name) receiver.fallback.push_back(name);
      }
    }
    reader.finish();
    plan_.escalations.push_back(std::move(spec));
  }

  void route(const SettingsTable& table) {
    SettingsReader reader{table, "route", out_};
    RouteSpec route;
    for (const std::string& word : reader.texts("priority")) {
      const auto priority = parse_priority(word);
      if (priority) {
        route.priorities.push_back(*priority);
      } else {
        reader.error("priority", "unknown priority " + in_quotes(word) +
                                     hint(word, {"critical", "high", "medium", "low"}));
      }
    }
    route.groups = reader.texts("group");
    route.rules = reader.texts("rule");
    route.tags = reader.texts("tag");
    when(reader, route);
    route.to = receivers(reader, "to");
    route.escalation = reader.text("escalation", "");
    if (!route.escalation.empty() && !escalation_places_.contains(route.escalation)) {
      std::vector<std::string> known;
      for (const auto& [id, place] : escalation_places_) known.push_back(id);
      reader.error("escalation", "there is no escalation " + in_quotes(route.escalation) +
                                     hint(route.escalation, known));
    }
    route.stop = reader.boolean("stop", false);
    if (!reader.has("to") && !reader.has("escalation") && !route.stop) {
      reader.error("to", "a route needs to, escalation or stop = true");
    }
    reader.finish();
    plan_.routes.push_back(std::move(route));
  }

  void when(SettingsReader& reader, RouteSpec& route) {
    if (!reader.has("hours") && !reader.has("days")) {
      (void)reader.value("hours");
      (void)reader.value("days");
      return;
    }
    TimeOfDay when;
    if (const auto text = reader.text("hours")) {
      const auto parsed = parse_hours(*text);
      if (!parsed) reader.error("hours", "must be such as \"08:00-20:00\", is " + in_quotes(*text));
      when.from_minute = parsed.value_or(Hours{}).from_minute;
      when.to_minute = parsed.value_or(Hours{}).to_minute;
    }
    const std::vector<std::string> days = reader.texts("days");
    if (!days.empty()) when.days.fill(false);
    for (const std::string& day : days) {
      const auto at = std::find(weekdays.begin(), weekdays.end(), day);
      if (at == weekdays.end()) {
        reader.error("days", "unknown day " + in_quotes(day) +
                                 "; it must be one of mon, tue, wed, thu, fri, sat, sun");
      } else {
        when.days.at(static_cast<std::size_t>(at - weekdays.begin())) = true;
      }
    }
    route.when = when;
  }

  void check_fallbacks(const std::vector<const SettingsTable*>& tables) {
    for (std::size_t at = 0; at < std::min(tables.size(), plan_.receivers.size()); ++at) {
      SettingsReader reader{*tables[at], "receiver", out_};
      for (const std::string& name : receivers(reader, "fallback")) {
        if (name == plan_.receivers[at].name) {
          reader.error("fallback", "a receiver cannot stand in for itself");
        }
      }
    }
  }

  void warn_of_idle(const std::vector<const SettingsTable*>& tables) {
    for (std::size_t at = 0; at < std::min(tables.size(), plan_.receivers.size()); ++at) {
      const ReceiverSpec& spec = plan_.receivers[at];
      // Without a name it has mistakes that are told.
      if (spec.name.empty() || spec.kind == ReceiverKind::heartbeat) continue;
      if (used_.contains(spec.name)) continue;
      SettingsReader reader{*tables[at], "receiver", out_};
      reader.warning("name", in_quotes(spec.name) +
                                 " is told nothing: no route, escalation or fallback names it");
    }
  }

  const Surroundings& around_;
  Diagnostics& out_;
  NotifyPlan plan_;
  std::vector<std::string> names_;
  std::set<std::string> used_;
  Places receiver_places_;
  Places escalation_places_;
};

}  // namespace

std::optional<Hours> parse_hours(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto from = parse_minute(text.substr(0, dash));
  const auto to = parse_minute(text.substr(dash + 1));
  if (!from || !to) return std::nullopt;
  return Hours{*from, *to};
}

void check_rule_escalations(const std::vector<const SettingsTable*>& rules, const NotifyPlan& plan,
                            Diagnostics& out) {
  std::vector<std::string> known;
  for (const EscalationSpec& spec : plan.escalations) known.push_back(spec.id);
  for (const SettingsTable* table : rules) {
    // Whether it is a text at all, the rule's own reader says.
    const auto entry = std::find_if(table->entries.begin(), table->entries.end(),
                                    [](const auto& one) { return one.first == "escalation"; });
    if (entry == table->entries.end()) continue;
    const auto* id = std::get_if<std::string>(&entry->second.held);
    if (id == nullptr || std::find(known.begin(), known.end(), *id) != known.end()) continue;
    SettingsReader reader{*table, "rule", out};
    reader.error("escalation", "there is no escalation " + in_quotes(*id) + hint(*id, known));
  }
}

void check_boards(const NotifyTables& tables, const NotifyPlan& plan, bool alerting,
                  Diagnostics& out) {
  if (alerting) return;
  for (const ReceiverSpec& receiver : plan.receivers) {
    if (receiver.kind != ReceiverKind::board) continue;
    for (const SettingsTable* table : tables.receivers) {
      SettingsReader reader{*table, "receiver", out};
      if (reader.text("name", "") != receiver.name) continue;
      reader.error("kind",
                   "a board is told over the broker of [alerts], and there is no [alerts] with "
                   "enabled = true");
    }
  }
}

NotifyPlan read_notify(const NotifyTables& tables, const Surroundings& around, Diagnostics& out) {
  return NotifyReader{around, out}.read(tables);
}

}  // namespace parkwatch::config
