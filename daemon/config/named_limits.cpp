// daemon/config/named_limits.cpp - Limits by name, their editions, and the rules on them.
#include "config/named_limits.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "config/fields.h"
#include "config/raw.h"

namespace parkwatch::config {
namespace {

// Where a rule may refer to a limit; the first four are levels.
constexpr std::array<std::string_view, 7> keys{"LL", "L", "H", "HH", "above", "below", "budget"};
constexpr std::size_t levels = 4;
// Expressions, which say limit(name).
constexpr std::array<std::string_view, 2> expressions{"expression", "suppress_when"};

// A limit that stands in an expression.
struct Mention {
  std::size_t at = 0;
  std::size_t length = 0;
  std::string name;
};

bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// What stands between `` is a tag, whatever it says.
std::vector<Mention> mentions_in(std::string_view text) {
  constexpr std::string_view begin = "limit(";
  std::vector<Mention> found;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '`') {
      at = text.find('`', at + 1);
      if (at == std::string_view::npos) break;
      continue;
    }
    if (!text.substr(at).starts_with(begin) || (at > 0 && is_name_char(text[at - 1]))) continue;
    const std::size_t end = text.find(')', at);
    if (end == std::string_view::npos) break;
    std::string_view name = text.substr(at + begin.size(), end - at - begin.size());
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    found.push_back({at, end + 1 - at, std::string{name}});
    at = end;
  }
  return found;
}

// "day" and "1d" are the same time; empty: none that this knows.
std::string averaging_of(std::string_view text) {
  for (const std::string_view word : {"instant", "month", "year", "shift"}) {
    if (text == word) return std::string{word};
  }
  if (text == "hour") return to_text(Duration{std::chrono::hours{1}});
  if (text == "day") return to_text(Duration{std::chrono::hours{24}});
  if (text == "week") return to_text(Duration{std::chrono::hours{24 * 7}});
  const auto time = parse_duration(text);
  return time && *time > Duration{0} ? to_text(*time) : std::string{};
}

void read_dates(SettingsReader& reader, const Calendar& calendar, NamedLimit& limit) {
  const auto read = [&](std::string_view key, std::string& text, Timestamp& at) {
    text = reader.text(key, "");
    if (text.empty()) return;
    const auto day = parse_local(text, calendar.zone);
    if (text.size() != std::string_view{"2026-07-01"}.size() || !day) {
      reader.error(key, "must be a day such as \"2026-07-01\", is " + in_quotes(text));
      text.clear();
    } else {
      at = *day;
    }
  };
  read("valid_from", limit.valid_from, limit.from);
  read("valid_to", limit.valid_to, limit.to);
  if (limit.from >= limit.to) reader.error("valid_to", "must be later than valid_from");
}

NamedLimit read_limit(SettingsReader& reader, const Calendar& calendar) {
  NamedLimit limit;
  limit.name = read_word(reader, "name");
  if (!reader.has("value")) reader.error("value", "is missing: the figure");
  limit.value = reader.number("value").value_or(0);
  limit.where = reader.where("value");
  limit.named = reader.where("name");
  if (!reader.has("unit")) reader.error("unit", "is missing: as tags have it, \"\" for none");
  limit.unit = reader.text("unit", "");
  limit.averaging = reader.text("averaging", "");
  if (!limit.averaging.empty() && averaging_of(limit.averaging).empty()) {
    reader.error("averaging",
                 "must be instant, hour, day, week, month, year, shift or a time such as \"10m\", "
                 "is " +
                     in_quotes(limit.averaging));
  }
  read_dates(reader, calendar, limit);
  limit.clause = reader.text("clause", "");
  if (!reader.has("proof")) reader.error("proof", "is missing: read, quoted, site or proposal");
  limit.proof = reader.choice("proof", "site", {"read", "quoted", "site", "proposal"});
  (void)read_text(reader, "description");
  (void)read_text(reader, "note");
  reader.finish();
  return limit;
}

std::string valid_text(const NamedLimit& limit) {
  std::string text;
  if (!limit.valid_from.empty()) text = "from " + limit.valid_from;
  if (!limit.valid_to.empty()) text += (text.empty() ? "" : " ") + ("before " + limit.valid_to);
  return text;
}

// A key of a rule that refers to a limit.
struct Reference {
  std::string_view key;
  const SettingsTable* table = nullptr;  // null: it stands in an expression
  const std::vector<NamedLimit>* editions = nullptr;
  double factor = 1;
};

// A moment at which a rule's figures may change, and how it is written.
using Moments = std::map<Timestamp, std::string>;

const NamedLimit* in_force(const Reference& reference, Timestamp at) {
  for (const NamedLimit& one : *reference.editions) {
    if (one.from <= at && at < one.to) return &one;
  }
  return nullptr;
}

class RuleLimiter {
 public:
  RuleLimiter(const SettingsTable& rule, const NamedLimits& limits, TagIndex& index,
              const Calendar& calendar, std::optional<Timestamp> now, Diagnostics& out)
      : rule_(rule),
        limits_(limits),
        index_(index),
        calendar_(calendar),
        now_(now),
        out_(out),
        reader_(rule, "rule", out) {}

  LimitedRule run() {
    LimitedRule result;
    for (const std::string_view key : keys) {
      const SettingsTable* table = raw_table(rule_, key);
      if (table == nullptr || raw_value(*table, "limit") == nullptr) continue;
      read_reference(key, *table, result.limits);
    }
    for (const std::string_view key : expressions) read_mentions(key, result.limits);
    result.failed = failed_;
    if (!failed_) make_editions(result);
    return result;
  }

 private:
  void read_reference(std::string_view key, const SettingsTable& table,
                      std::set<std::string>& names) {
    SettingsReader reader = reader_.within(table, key);
    const std::size_t first = out_.size();
    Reference reference{key, &table, nullptr, 1};
    const std::string name = reader.required_text("limit");
    if (reader.has("at")) reader.error("at", "goes not with limit, which is one");
    const bool has_factor = reader.has("factor");
    reference.factor = reader.number("factor").value_or(1);
    if (reference.factor <= 0) reader.error("factor", "must be above 0, such as 0.8");
    if (!name.empty()) reference.editions = find(reader, "limit", name);
    if (reference.editions != nullptr) {
      names.insert(name);
      check_unit(reader, reference.editions->front());
    }
    failed_ = failed_ || out_.size() > first;
    if (reference.editions != nullptr) {
      if (!has_factor) check_averaging(reader, reference.editions->front());
      warn_of_dates(reader, "limit", reference);
    }
    references_.push_back(reference);
  }

  // Null, and reported: there is none of this name.
  const std::vector<NamedLimit>* find(SettingsReader& reader, std::string_view key,
                                      const std::string& name) {
    const auto* editions = limits_.find(name);
    if (editions != nullptr) return editions;
    reader.error(key, "there is no limit " + in_quotes(name) + hint(name, limits_.names()) +
                          " ([[limit]] in limits/*.toml of the library, or here)");
    return nullptr;
  }

  // Units and averaging times of an expression's numbers are not known, so nothing is compared.
  void read_mentions(std::string_view key, std::set<std::string>& names) {
    const std::string* text = raw_text(rule_, key);
    if (text == nullptr) return;
    for (const Mention& mention : mentions_in(*text)) {
      const auto* editions = find(reader_, key, mention.name);
      failed_ = failed_ || editions == nullptr;
      if (editions == nullptr || !names.insert(mention.name).second) continue;
      references_.push_back({key, nullptr, editions, 1});
      warn_of_dates(reader_, key, references_.back());
    }
  }

  // What has the tag's unit: levels of values, not of changes and sums.
  [[nodiscard]] bool is_in_tag_unit() const {
    const std::string* kind = raw_text(rule_, "kind");
    if (kind == nullptr) return false;
    if (*kind != "window") {
      return *kind == "limit" || *kind == "deviation" || *kind == "vote" || *kind == "repeat";
    }
    const SettingsTable* window = raw_table(rule_, "window");
    const std::string* aggregate = window == nullptr ? nullptr : raw_text(*window, "aggregate");
    return aggregate != nullptr &&
           (*aggregate == "avg" || *aggregate == "min" || *aggregate == "max");
  }

  void check_unit(SettingsReader& reader, const NamedLimit& limit) {
    const auto say = [&](const std::string& of, const std::string& unit) {
      reader.error("limit", limit.name + " is in " +
                                (limit.unit.empty() ? "no unit" : in_quotes(limit.unit)) + " but " +
                                of + " is in " + (unit.empty() ? "no unit" : in_quotes(unit)));
    };
    const std::string* own = raw_text(rule_, "unit");
    const std::string* kind = raw_text(rule_, "kind");
    if (kind != nullptr && *kind == "balance") {
      if (own != nullptr && *own != limit.unit) say("the balance", *own);
      return;
    }
    if (!is_in_tag_unit()) return;
    // A vote's figure is of its members, whatever tag has the alarm.
    const bool is_vote = *kind == "vote";
    for (const std::string_view key : {"tags", "members"}) {
      if (is_vote && key == "tags") continue;
      for (const std::string& pattern : raw_texts(rule_, key)) {
        for (const Tag* tag : index_.match(pattern)) {
          if (tag->unit != limit.unit) return say(tag->name, tag->unit);
        }
      }
    }
  }

  void check_averaging(SettingsReader& reader, const NamedLimit& limit) {
    const SettingsTable* window = raw_table(rule_, "window");
    const std::string* length =
        window != nullptr ? raw_text(*window, "length") : raw_text(rule_, "period");
    if (length == nullptr || limit.averaging.empty()) return;
    const std::string own = averaging_of(*length);
    if (own.empty() || own == averaging_of(limit.averaging)) return;
    reader.warning("limit", limit.name + " is for " + limit.averaging +
                                ", and the rule's window is " + *length +
                                ": take a limit for that, or say with factor (1 too) "
                                "that it is meant so");
  }

  void warn_of_dates(SettingsReader& reader, std::string_view key, const Reference& reference) {
    if (!now_ || in_force(reference, *now_) != nullptr) return;
    std::string dates;
    for (const NamedLimit& one : *reference.editions) {
      dates += (dates.empty() ? "" : ", ") + valid_text(one);
    }
    reader.warning(key, "no edition of " + reference.editions->front().name +
                            " is in force today (in force " + dates + ')');
  }

  // The rule's own date, or `open`; a wrong one is reported by whoever reads the rule.
  [[nodiscard]] Timestamp own_date(std::string_view key, Timestamp open, Moments& moments) const {
    const std::string* text = raw_text(rule_, key);
    const auto at = text == nullptr ? std::nullopt : parse_local(*text, calendar_.zone);
    moments.emplace(at.value_or(open), at ? *text : std::string{});
    return at.value_or(open);
  }

  void make_editions(LimitedRule& result) {
    Moments moments;
    const Timestamp begin = own_date("valid_from", timestamp_min, moments);
    const Timestamp end = own_date("valid_to", timestamp_max, moments);
    for (const Reference& reference : references_) {
      for (const NamedLimit& one : *reference.editions) {
        moments.emplace(one.from, one.valid_from);
        moments.emplace(one.to, one.valid_to);
      }
    }
    for (auto at = moments.begin(); at != moments.end() && at->first < end; ++at) {
      const auto next = std::next(at);
      if (at->first < begin || next == moments.end()) continue;
      auto edition = edition_at(at->first);
      if (edition == nullptr) continue;
      if (!result.editions.empty()) add_suffix(*edition, at->second);
      set_date(*edition, "valid_from", at->second);
      set_date(*edition, "valid_to", next->second);
      result.editions.push_back(std::move(edition));
    }
  }

  static void add_suffix(SettingsTable& rule, const std::string& day) {
    if (std::string* id = raw_text(rule, "id")) *id += '.' + day;
  }

  static void set_date(SettingsTable& rule, const std::string& key, const std::string& text) {
    if (text.empty()) return;
    if (SettingsValue* value = raw_value(rule, key)) {
      value->held = text;
      return;
    }
    rule.entries.emplace_back(key, SettingsValue{rule.where, text});
  }

  // The rule as it is at a moment; null if one of its limits is not in force then.
  [[nodiscard]] std::shared_ptr<SettingsTable> edition_at(Timestamp moment) const {
    auto rule = std::make_shared<SettingsTable>(rule_);
    for (const Reference& reference : references_) {
      const NamedLimit* limit = in_force(reference, moment);
      if (limit == nullptr) return nullptr;
      if (reference.table == nullptr) continue;
      SettingsValue& place = *raw_value(*rule, reference.key);
      const SettingsValue number{limit->where, limit->value * reference.factor};
      const auto* const level = std::find(keys.begin(), keys.end(), reference.key);
      if (level < keys.begin() + levels) {
        place.held = level_of(*reference.table, number);
      } else {
        place = number;
      }
    }
    for (const std::string_view key : expressions) {
      if (std::string* text = raw_text(*rule, key)) *text = with_figures(*text, moment);
    }
    return rule;
  }

  // From behind, so that what is not replaced yet stays where it was found.
  [[nodiscard]] std::string with_figures(std::string text, Timestamp moment) const {
    const auto mentions = mentions_in(text);
    for (auto mention = mentions.rbegin(); mention != mentions.rend(); ++mention) {
      const NamedLimit* limit = in_force({{}, nullptr, limits_.find(mention->name), 1}, moment);
      const std::string number = number_text(limit->value);
      text.replace(mention->at, mention->length, limit->value < 0 ? '(' + number + ')' : number);
    }
    return text;
  }

  static std::shared_ptr<SettingsTable> level_of(const SettingsTable& table, SettingsValue at) {
    auto level = std::make_shared<SettingsTable>();
    level->where = table.where;
    level->entries.emplace_back("at", std::move(at));
    for (const auto& [key, value] : table.entries) {
      if (key != "limit" && key != "factor" && key != "at") level->entries.emplace_back(key, value);
    }
    return level;
  }

  const SettingsTable& rule_;
  const NamedLimits& limits_;
  TagIndex& index_;
  const Calendar& calendar_;
  std::optional<Timestamp> now_;
  Diagnostics& out_;
  SettingsReader reader_;
  std::vector<Reference> references_;
  bool failed_ = false;
};

}  // namespace

void NamedLimits::read(SettingsReader& reader, const Calendar& calendar, bool of_library) {
  std::string standard;
  Text title;
  if (const SettingsTable* table = reader.table("standard")) {
    SettingsReader own = reader.within(*table, "standard");
    standard = own.required_text("name");
    title = read_text(own, "title");
    (void)own.text("source");
    (void)own.text("undated");
    own.finish();
  }
  for (const SettingsTable* table : reader.tables("limit")) {
    SettingsReader own = reader.within(*table, "limit");
    NamedLimit limit = read_limit(own, calendar);
    limit.standard = standard;
    limit.standard_title = title;
    if (!limit.name.empty()) add(std::move(limit), of_library, own);
  }
}

void NamedLimits::add(NamedLimit limit, bool of_library, SettingsReader& reader) {
  if (++count_ > named_limits_max) {
    if (count_ == named_limits_max + 1) {
      reader.error("", "more than " + std::to_string(named_limits_max) + " limits");
    }
    return;
  }
  Entry& entry = entries_[limit.name];
  if (!entry.editions.empty() && entry.of_library != of_library) {
    replaced_.insert(limit.name);
    if (of_library) return;
    entry.editions.clear();
  }
  entry.of_library = of_library;
  for (const NamedLimit& other : entry.editions) {
    if (other.from >= limit.to || limit.from >= other.to) continue;
    // An edition that has no end yet ends where the next one begins.
    if (other.from != limit.from && (other.valid_to.empty() || limit.valid_to.empty())) continue;
    reader.error("name", in_quotes(limit.name) + " is a limit already at " + other.where.file +
                             ':' + std::to_string(other.where.line) +
                             "; another edition needs dates of its own (valid_from, valid_to)");
    return;
  }
  entry.editions.push_back(std::move(limit));
  std::sort(entry.editions.begin(), entry.editions.end(),
            [](const NamedLimit& a, const NamedLimit& b) { return a.from < b.from; });
  for (std::size_t i = 0; i + 1 < entry.editions.size(); ++i) {
    NamedLimit& one = entry.editions[i];
    const NamedLimit& next = entry.editions[i + 1];
    if (one.to <= next.from) continue;
    one.to = next.from;
    one.valid_to = next.valid_from;
  }
}

void NamedLimits::refuse_lost(const std::set<std::string>& used, Diagnostics& out) const {
  const auto is_known = [&](const auto& one) {
    return one.second.of_library || replaced_.contains(one.first);
  };
  std::vector<std::string> known;
  for (const auto& one : entries_) {
    if (is_known(one)) known.push_back(one.first);
  }
  for (const auto& one : entries_) {
    if (is_known(one) || used.contains(one.first)) continue;
    const std::string nearest = hint(one.first, known);
    out.push_back({nearest.empty() ? Diagnostic::Severity::warning : Diagnostic::Severity::error,
                   one.second.editions.front().named, "limit.name",
                   in_quotes(one.first) +
                       " replaces no limit of the library, and no rule refers to it" + nearest});
  }
}

const std::vector<NamedLimit>* NamedLimits::find(const std::string& name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : &found->second.editions;
}

std::vector<std::string> NamedLimits::names() const {
  std::vector<std::string> names;
  for (const auto& [name, limits] : entries_) names.push_back(name);
  return names;
}

std::optional<LimitedRule> with_limits(const SettingsTable& rule, const NamedLimits& limits,
                                       TagIndex& index, const Calendar& calendar,
                                       std::optional<Timestamp> now, Diagnostics& out) {
  if (!refers_to_limits(rule)) return std::nullopt;
  return RuleLimiter{rule, limits, index, calendar, now, out}.run();
}

bool refers_to_limits(const SettingsTable& rule) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](std::string_view key) {
                       const SettingsTable* table = raw_table(rule, key);
                       return table != nullptr && raw_value(*table, "limit") != nullptr;
                     }) ||
         std::any_of(expressions.begin(), expressions.end(), [&](std::string_view key) {
           const std::string* text = raw_text(rule, key);
           return text != nullptr && !mentions_in(*text).empty();
         });
}

void add_limits_of(const SettingsTable& rule, std::set<std::string>& names) {
  for (const std::string_view key : keys) {
    const SettingsTable* table = raw_table(rule, key);
    const std::string* name = table == nullptr ? nullptr : raw_text(*table, "limit");
    if (name != nullptr) names.insert(*name);
  }
  for (const std::string_view key : expressions) {
    const std::string* text = raw_text(rule, key);
    if (text == nullptr) continue;
    for (const Mention& mention : mentions_in(*text)) names.insert(mention.name);
  }
}

}  // namespace parkwatch::config
