// daemon/config/limits.cpp - Reads limit sets.
#include "config/limits.h"

#include <charconv>
#include <cmath>
#include <map>

#include "config/fields.h"

namespace parkwatch::config {
namespace {

constexpr std::string_view deadband_wanted =
    "must be a number >= 0 in the unit of the signal, or a part of the tag's range such as \"2%\"";

std::optional<double> parse_percent(std::string_view text) {
  if (text.empty() || text.back() != '%') return std::nullopt;
  text.remove_suffix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(number) || number < 0 || number > 100) return std::nullopt;
  return number;
}

std::string range_text(const Tag& tag) {
  return tag.name + " has " + number_text(tag.range->low) + ".." + number_text(tag.range->high);
}

// A deadband as a number. Mistakes are reported where it is written.
double resolve(SettingsReader& reader, const Deadband& deadband,
               const std::vector<const Tag*>& tags, bool in_tag_unit) {
  if (!deadband.percent) return deadband.number;
  if (!in_tag_unit) {
    reader.error("deadband",
                 "a percentage is of the tag's range, and this rule's signal has no "
                 "range: write a number in its unit");
    return 0;
  }
  const Tag* first = nullptr;
  for (const Tag* tag : tags) {
    if (!tag->range) {
      reader.error("deadband", "a percentage needs the tag's range, and " + tag->name +
                                   " has none: give it one, or write a number");
      return 0;
    }
    if (first == nullptr) first = tag;
    if (tag->range->high - tag->range->low != first->range->high - first->range->low) {
      reader.error("deadband", "a percentage is of one range, but " + range_text(*first) + " and " +
                                   range_text(*tag) + ": write a number, or a rule for each range");
      return 0;
    }
  }
  return first == nullptr ? 0 : deadband.number / 100 * (first->range->high - first->range->low);
}

struct LimitReader {
  SettingsReader& reader;
  const RuleSpec& rule;
  const std::vector<const Tag*>& tags;
  bool in_tag_unit;
  double deadband;
  std::optional<double> whole;

  std::optional<Limit> read(Level level) const {
    const std::string_view key = to_text(level);
    const SettingsValue* value = reader.value(key);
    if (value == nullptr) return std::nullopt;
    Limit limit;
    limit.level = level;
    limit.deadband = deadband;
    limit.on_delay = rule.on_delay;
    limit.off_delay = rule.off_delay;
    limit.priority = rule.priority;
    if (const auto* table = std::get_if<std::shared_ptr<SettingsTable>>(&value->held)) {
      SettingsReader own = reader.within(**table, key);
      return read_table(own, limit);
    }
    const std::optional<double> at = position(*value);
    if (!at) {
      reader.error(key, whole
                            ? "must be a finite number, a part of the budget such as \"80%\", or a "
                              "table such as { at = \"80%\", priority = \"high\" }"
                            : "must be a finite number, or a table such as { at = 90, priority = "
                              "\"high\" }");
      return std::nullopt;
    }
    limit.at = *at;
    return limit;
  }

  // A number, or a part of the whole.
  [[nodiscard]] std::optional<double> position(const SettingsValue& value) const {
    const auto* text = std::get_if<std::string>(&value.held);
    if (text == nullptr || !whole) return number_of(value);
    const std::optional<double> percent = parse_percent(*text);
    return percent ? std::optional{*percent / 100 * *whole} : std::nullopt;
  }

  std::optional<Limit> read_table(SettingsReader& own, Limit limit) const {
    const bool has_at = own.has("at");
    if (!has_at) own.error("at", "is missing: the limit itself");
    const SettingsValue* value = own.value("at");
    std::optional<double> at;
    if (value != nullptr && std::holds_alternative<std::string>(value->held) && whole) {
      at = position(*value);
      if (!at) own.error("at", "must be a finite number, or a part of the budget such as \"80%\"");
    } else {
      at = own.number("at");
    }
    limit.priority = read_priority(own, limit.priority);
    limit.on_delay = read_delay(own, "on_delay", limit.on_delay);
    limit.off_delay = read_delay(own, "off_delay", limit.off_delay);
    if (const std::optional<Deadband> ours = read_deadband(own)) {
      limit.deadband = resolve(own, *ours, tags, in_tag_unit);
    }
    own.finish();
    if (!at) return std::nullopt;
    limit.at = *at;
    return limit;
  }
};

}  // namespace

Priority read_priority(SettingsReader& reader, Priority fallback) {
  const std::string word = reader.choice("priority", std::string{to_text(fallback)},
                                         {"critical", "high", "medium", "low"});
  return parse_priority(word).value_or(fallback);
}

Duration read_delay(SettingsReader& reader, std::string_view key, Duration fallback) {
  return reader.duration(key, fallback, Duration{0}, std::chrono::hours{24 * 7});
}

std::optional<Deadband> read_deadband(SettingsReader& reader) {
  const SettingsValue* value = reader.value("deadband");
  if (value == nullptr) return std::nullopt;
  if (const auto* text = std::get_if<std::string>(&value->held)) {
    if (const std::optional<double> percent = parse_percent(*text)) {
      return Deadband{*percent, true};
    }
  } else if (const std::optional<double> number = number_of(*value); number && *number >= 0) {
    return Deadband{*number, false};
  }
  reader.error("deadband", std::string{deadband_wanted});
  return std::nullopt;
}

std::vector<Limit> read_limits(SettingsReader& reader, const RuleSpec& rule,
                               const std::vector<const Tag*>& tags, bool in_tag_unit,
                               std::optional<double> whole) {
  LimitReader limits{reader, rule, tags, in_tag_unit, 0, whole};
  if (const std::optional<Deadband> common = read_deadband(reader)) {
    limits.deadband = resolve(reader, *common, tags, in_tag_unit);
  }
  std::vector<Limit> read;
  bool any = false;
  for (const Level level : {Level::low_low, Level::low, Level::high, Level::high_high}) {
    any = any || reader.has(to_text(level));
    if (const std::optional<Limit> limit = limits.read(level)) read.push_back(*limit);
  }
  if (!any && whole) {
    read.push_back({.level = Level::high,
                    .at = *whole,
                    .deadband = limits.deadband,
                    .on_delay = rule.on_delay,
                    .off_delay = rule.off_delay,
                    .priority = rule.priority});
  } else if (!any) {
    reader.error("H", "a rule of kind " + in_quotes(to_text(rule.kind)) +
                          " needs at least one of LL, L, H and HH");
  }
  return read;
}

}  // namespace parkwatch::config
