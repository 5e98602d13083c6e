// daemon/config/kinds.cpp - What each kind of rule is made of.
#include "config/kinds.h"

#include <algorithm>
#include <array>
#include <set>

#include "config/each.h"
#include "config/fields.h"
#include "config/limits.h"
#include "config/rule_states.h"
#include "rules/check.h"
#include "rules/expression.h"
#include "rules/repeat.h"

namespace parkwatch::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

// The keys that only some kinds have.
struct KindKeys {
  RuleKind kind;
  std::vector<std::string_view> keys;
};

const std::array<KindKeys, 14>& kind_keys() {
  static const std::array<KindKeys, 14> table{
      {{RuleKind::limit, {"LL", "L", "H", "HH", "deadband", "unit"}},
       {RuleKind::state, {"states"}},
       {RuleKind::rate, {"LL", "L", "H", "HH", "deadband", "unit", "per", "over"}},
       {RuleKind::stale, {"after"}},
       {RuleKind::window, {"LL", "L", "H", "HH", "deadband", "unit", "window"}},
       {RuleKind::expr, {"expression"}},
       {RuleKind::deviation, {"H", "HH", "LL", "L", "deadband", "unit", "with"}},
       {RuleKind::balance, {"LL", "L", "H", "HH", "deadband", "unit", "terms"}},
       {RuleKind::vote, {"members", "k", "above", "below", "states"}},
       {RuleKind::mismatch, {"command", "within", "tolerance"}},
       {RuleKind::forecast,
        {"LL", "L", "H", "HH", "deadband", "unit", "target", "direction", "over"}},
       {RuleKind::drift, {"LL", "L", "H", "HH", "deadband", "unit", "baseline", "slack", "per"}},
       {RuleKind::repeat, {"times", "within", "above", "below", "states"}},
       {RuleKind::cumulative,
        {"LL", "L", "H", "HH", "deadband", "unit", "of", "per", "gap", "period", "budget",
         "count_min"}}}};
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

class KindReader {
 public:
  KindReader(SettingsReader& reader, TagIndex& index, const std::vector<const Tag*>& tags,
             const Calendar& calendar, RuleSpec& rule)
      : reader_(reader), index_(index), tags_(tags), calendar_(calendar), rule_(rule) {}

  // False: a tag that is named does not exist.
  bool read() {
    if (!names_its_own() && !reader_.has("tags")) {
      reader_.error("tags", "is missing: the names or patterns of the tags");
    }
    read_kind();
    read_unit();
    return !unknown_tags_;
  }

 private:
  // Whether the tags follow from other keys.
  [[nodiscard]] bool names_its_own() const {
    return rule_.kind == RuleKind::expr || rule_.kind == RuleKind::balance ||
           rule_.kind == RuleKind::vote;
  }

  void read_kind() {
    switch (rule_.kind) {
      case RuleKind::limit:
        rule_.limits = read_limits(reader_, rule_, tags_, true);
        return;
      case RuleKind::state:
        rule_.states = read_alarming_states(reader_, tags_);
        return;
      case RuleKind::rate:
        rule_.per = required_duration("per", milliseconds{100}, hours{24 * 31});
        rule_.over = reader_.duration("over", rule_.per, milliseconds{100}, hours{24 * 31});
        rule_.limits = read_limits(reader_, rule_, tags_, false);
        return;
      case RuleKind::stale:
        rule_.after = required_duration("after", milliseconds{100}, hours{24 * 366});
        return;
      case RuleKind::window:
        return read_window();
      case RuleKind::expr:
        return read_expression();
      case RuleKind::deviation:
        read_partners("with");
        rule_.limits = read_limits(reader_, rule_, tags_, true);
        return;
      case RuleKind::balance:
        return read_balance();
      case RuleKind::vote:
        return read_vote();
      case RuleKind::mismatch:
        read_partners("command");
        rule_.within = required_duration("within", milliseconds{100}, hours{24 * 7});
        rule_.tolerance = reader_.number("tolerance").value_or(0);
        refuse_delay();
        return;
      case RuleKind::forecast:
        return read_forecast();
      case RuleKind::drift:
        return read_drift();
      case RuleKind::repeat:
        rule_.times = read_times("times", 1, rules::RepeatSignal::times_max);
        rule_.within = required_duration("within", seconds{1}, hours{24 * 366});
        read_trigger(tags_);
        refuse_delay();
        return;
      case RuleKind::cumulative:
        return read_cumulative();
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
    read_length(window);
    rule_.window.calendar = window.boolean("calendar", rule_.window.calendar);
    rule_.window.count_min = static_cast<std::uint32_t>(
        window.integer("count_min", rule_.window.count_min, 1, 1'000'000'000));
    window.finish();
  }

  // A length in time, or a period of the site's calendar.
  void read_length(SettingsReader& window) {
    const SettingsValue* value = window.value("length");
    const auto* word = value != nullptr ? std::get_if<std::string>(&value->held) : nullptr;
    const auto period = word != nullptr ? parse_period(*word) : std::nullopt;
    if (!period || *period == Period::fixed) {
      rule_.window.length = window.duration("length", hours{1}, seconds{1}, hours{24 * 31});
      return;
    }
    rule_.window.period = *period;
    need_shifts(window, "length");
  }

  void need_shifts(SettingsReader& reader, std::string_view key) {
    if (rule_.window.period != Period::shift || !calendar_.shifts.empty()) return;
    reader.error(key, "there are no shifts: give them in the main file as time.shifts");
    rule_.window.period = Period::day;
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

  // The partner of each tag: a name, in which {site}, {device} and {quantity} are the tag's own.
  void read_partners(std::string_view key) {
    const std::string pattern = reader_.required_text(key);
    if (pattern.empty()) return;
    const auto used = placeholders_of(pattern);
    const std::vector<std::string> known{"site", "device", "quantity"};
    if (!used) return reader_.error(key, "a brace without its partner");
    for (const Placeholder& p : *used) {
      if (std::find(known.begin(), known.end(), p.name) != known.end() && p.format.empty())
        continue;
      return reader_.error(key, "unknown placeholder {" + p.name + "}" + hint(p.name, known) +
                                    " (known: {site} {device} {quantity})");
    }
    int told = 0;
    for (const Tag* tag : tags_) {
      const std::string name = filled(pattern, parts_of(tag->name));
      rule_.terms.push_back({name, 1});
      if (index_.find(name) != nullptr) continue;
      unknown_tags_ = true;
      if (!index_.complete() || ++told > 3) continue;
      reader_.error(key, "unknown tag " + in_quotes(name) + index_.hint_for(name) +
                             " (partner of " + tag->name + ")");
    }
  }

  static Variant parts_of(const std::string& name) {
    const std::size_t first = name.find('/');
    const std::size_t last = name.rfind('/');
    if (first == std::string::npos) return {{"site", name}, {"device", ""}, {"quantity", name}};
    const std::size_t second = name.find('/', first + 1);
    return {{"site", name.substr(0, first)},
            {"device",
             name.substr(first + 1, second == std::string::npos ? second : second - first - 1)},
            {"quantity", name.substr(last + 1)}};
  }

  void read_balance() {
    for (const SettingsTable* table : reader_.tables("terms")) {
      SettingsReader term = reader_.within(*table, "terms");
      const std::string name = term.required_text("tag");
      if (!term.has("weight")) term.error("weight", "is missing, such as 1 or -1");
      const double weight = term.number("weight").value_or(1);
      term.finish();
      if (name.empty()) continue;
      rule_.terms.push_back({name, weight});
      if (index_.find(name) != nullptr) continue;
      unknown_tags_ = true;
      if (index_.complete()) {
        term.error("tag", "unknown tag " + in_quotes(name) + index_.hint_for(name));
      }
    }
    if (!reader_.has("terms")) {
      reader_.error("terms",
                    "is missing, such as [{ tag = \"a/b/in\", weight = 1 }, "
                    "{ tag = \"a/b/out\", weight = -1 }]");
    }
    carry();
    rule_.limits = read_limits(reader_, rule_, {}, false);
  }

  void read_vote() {
    std::vector<const Tag*> members;
    for (const std::string& pattern : reader_.texts("members")) {
      const std::vector<const Tag*> found = index_.match(pattern);
      if (found.empty()) {
        unknown_tags_ = true;
        if (index_.complete()) {
          reader_.error("members",
                        in_quotes(pattern) + " matches no tag" + index_.hint_for(pattern));
        }
      }
      for (const Tag* tag : found) {
        if (std::find(members.begin(), members.end(), tag) == members.end()) members.push_back(tag);
      }
    }
    if (!reader_.has("members")) {
      reader_.error("members", "is missing: the names or patterns of the tags that vote");
    }
    for (const Tag* tag : members) rule_.terms.push_back({tag->name, 1});
    carry();
    rule_.times = read_times("k", 1, tags_max);
    read_trigger(members);
  }

  // Without `tags`, the first term carries the alarm.
  void carry() {
    if (!reader_.has("tags") && !rule_.terms.empty()) rule_.tags = {rule_.terms.front().tag};
  }

  std::uint32_t read_times(std::string_view key, std::int64_t low, std::int64_t high) {
    if (!reader_.has(key)) {
      (void)reader_.value(key);
      reader_.error(key, "is missing: how many");
    }
    return static_cast<std::uint32_t>(reader_.integer(key, low, low, high));
  }

  void read_trigger(const std::vector<const Tag*>& tags) {
    rule_.trigger.above = reader_.number("above");
    rule_.trigger.below = reader_.number("below");
    if (reader_.has("states")) rule_.trigger.states = read_alarming_states(reader_, tags);
  }

  void refuse_delay() {
    if (reader_.has("on_delay")) {
      reader_.error("on_delay", "does nothing in a rule of kind " + in_quotes(to_text(rule_.kind)) +
                                    ": within is its delay");
    }
  }

  double required_number(std::string_view key, const std::string& what) {
    if (!reader_.has(key)) {
      (void)reader_.value(key);
      reader_.error(key, "is missing: " + what);
    }
    return reader_.number(key).value_or(0);
  }

  void read_forecast() {
    rule_.target = required_number("target", "the value whose time is foretold");
    if (!reader_.has("direction")) {
      (void)reader_.value("direction");
      reader_.error("direction",
                    "is missing: \"up\" if the target is reached from below, or \"down\"");
    } else {
      rule_.rising = reader_.choice("direction", "up", {"up", "down"}) == "up";
    }
    rule_.over = required_duration("over", seconds{1}, hours{24 * 31});
    rule_.limits = read_limits(reader_, rule_, tags_, false);
  }

  void read_drift() {
    rule_.baseline = required_duration("baseline", seconds{1}, hours{24 * 366});
    rule_.slack = required_number("slack", "a distance to the baseline that is none, in the unit");
    rule_.per = reader_.duration("per", hours{1}, seconds{1}, hours{24 * 31});
    rule_.limits = read_limits(reader_, rule_, tags_, false);
  }

  void read_cumulative() {
    WindowSpec& w = rule_.window;
    w.running = true;
    const bool counts = reader_.choice("of", "rate", {"rate", "counter"}) == "counter";
    w.aggregate = counts ? Aggregate::increase : Aggregate::integral;
    if (counts) {
      for (const std::string_view key : {"per", "gap"}) {
        (void)reader_.value(key);
        if (reader_.has(key)) reader_.error(key, "does nothing for a counter");
      }
    } else {
      w.per = required_duration("per", seconds{1}, hours{24 * 31});
      w.gap = reader_.duration("gap", hours{1}, seconds{1}, hours{24 * 31});
    }
    if (!reader_.has("period")) {
      (void)reader_.value("period");
      reader_.error("period", "is missing: a budget is for an hour, day, week, month or shift");
    }
    const std::string word =
        reader_.choice("period", "day", {"hour", "day", "week", "month", "shift"});
    w.period = parse_period(word).value_or(Period::day);
    need_shifts(reader_, "period");
    w.count_min =
        static_cast<std::uint32_t>(reader_.integer("count_min", w.count_min, 1, 1'000'000'000));
    rule_.limits = read_limits(reader_, rule_, tags_, false,
                               reader_.has("budget") ? reader_.number("budget") : std::nullopt);
    (void)reader_.value("budget");
  }

  // Of the tags; a balance has a unit of its own.
  void read_unit() {
    if (!reader_.has("unit")) {
      (void)reader_.value("unit");
      return;
    }
    const std::optional<std::string> unit = reader_.text("unit");
    if (!unit) return;
    if (rule_.kind == RuleKind::balance) {
      rule_.unit = *unit;
      return;
    }
    for (const Tag* tag : tags_) {
      if (tag->unit == *unit) continue;
      reader_.error("unit", "is " + in_quotes(*unit) + " but " + tag->name + " is in " +
                                (tag->unit.empty() ? "no unit" : in_quotes(tag->unit)));
      return;
    }
  }

  SettingsReader& reader_;
  TagIndex& index_;
  const std::vector<const Tag*>& tags_;
  const Calendar& calendar_;
  RuleSpec& rule_;
  bool unknown_tags_ = false;
};

}  // namespace

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

bool read_kind_keys(SettingsReader& reader, TagIndex& index, const std::vector<const Tag*>& tags,
                    const Calendar& calendar, RuleSpec& rule) {
  return KindReader{reader, index, tags, calendar, rule}.read();
}

namespace {

void read_rule_shifts(SettingsReader& reader, const Calendar& calendar, RuleSpec& rule) {
  rule.shifts = reader.texts("shifts");
  if (rule.shifts.empty()) return;
  if (is_window(rule.kind)) {
    reader.error("shifts",
                 "is not for windows and totals: their length or period can be \"shift\"");
  }
  std::vector<std::string> known;
  for (const Shift& shift : calendar.shifts) known.push_back(shift.name);
  for (const std::string& name : rule.shifts) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    reader.error("shifts",
                 "there is no shift " + in_quotes(name) + " in time.shifts" + hint(name, known));
  }
}

// ["22:00", "06:00"]
void read_hours(SettingsReader& reader, RuleSpec& rule) {
  const std::vector<std::string> texts = reader.texts("hours");
  if (!reader.has("hours")) return;
  const auto from = texts.size() == 2 ? parse_time_of_day(texts[0]) : std::nullopt;
  const auto to = texts.size() == 2 ? parse_time_of_day(texts[1]) : std::nullopt;
  if (!from || !to || *from == *to) {
    reader.error("hours",
                 "must be two times of the day, such as [\"22:00\", \"06:00\"]: from and to");
    return;
  }
  if (is_window(rule.kind)) reader.error("hours", "is not for windows and totals");
  if (!rule.shifts.empty()) reader.error("hours", "and shifts: give one of them");
  rule.hours = DayHours{*from, *to};
}

}  // namespace

void read_validity(SettingsReader& reader, const Calendar& calendar, RuleSpec& rule) {
  const auto read = [&](std::string_view key, Timestamp fallback) {
    const std::optional<std::string> text = reader.text(key);
    if (!text) return fallback;
    const std::optional<Timestamp> at = parse_local(*text, calendar.zone);
    if (!at) {
      reader.error(key,
                   "must be a day or a time of the site, such as \"2026-07-01\" or "
                   "\"2026-07-01 08:00\", or one with an offset");
    }
    return at.value_or(fallback);
  };
  rule.valid_from = read("valid_from", rule.valid_from);
  rule.valid_to = read("valid_to", rule.valid_to);
  read_rule_shifts(reader, calendar, rule);
  read_hours(reader, rule);
  if (rule.valid_from < rule.valid_to) return;
  reader.error("valid_to", "must be later than valid_from");
}

}  // namespace parkwatch::config
