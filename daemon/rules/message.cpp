// daemon/rules/message.cpp - Placeholders, and the words of rules that have none of their own.
#include "rules/message.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "rules/check.h"

namespace parkwatch::rules {
namespace {

enum class Language { zh, en };

// "wwtp1/effluent/cod" -> level 0, 1 or "the last"; fewer levels leave the middle empty.
std::string_view level_of(std::string_view name, std::size_t wanted) {
  for (; wanted > 0; --wanted) {
    const std::size_t slash = name.find('/');
    if (slash == std::string_view::npos) return {};
    name.remove_prefix(slash + 1);
  }
  return name.substr(0, name.find('/'));
}

std::string_view last_level(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

// ".1f" -> 1; anything else, or more than 9 digits: the fallback.
int decimals_of(std::string_view format, int fallback) {
  if (format.size() == 3 && format[0] == '.' && format[1] >= '0' && format[1] <= '9' &&
      format[2] == 'f') {
    return format[1] - '0';
  }
  return fallback;
}

std::string fixed(std::optional<double> number, std::string_view format, int decimals) {
  if (!number) return "-";
  std::array<char, 400> buffer;
  const int size =
      std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals_of(format, decimals), *number);
  std::string text(buffer.data(), static_cast<std::size_t>(size));
  if (!format.empty() || text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string_view level_word(Level level, Language language) {
  static constexpr std::array<std::string_view, 6> zh{"", "低低", "低", "报警", "高", "高高"};
  return language == Language::zh ? zh.at(static_cast<std::size_t>(level)) : to_text(level);
}

std::string description_of(const Tag& tag, Language language) {
  const std::string& own = language == Language::zh ? tag.description.zh : tag.description.en;
  const std::string& other = language == Language::zh ? tag.description.en : tag.description.zh;
  if (!own.empty()) return own;
  return other.empty() ? tag.name : other;
}

bool has_partner(RuleKind kind) {
  return kind == RuleKind::deviation || kind == RuleKind::mismatch;
}

// The other tag of a deviation or a mismatch.
std::string_view partner_of(const RuleSpec& rule, const std::string& tag) {
  const auto own = std::find(rule.tags.begin(), rule.tags.end(), tag);
  const auto at = static_cast<std::size_t>(own - rule.tags.begin());
  return at < rule.terms.size() ? std::string_view{rule.terms[at].tag} : std::string_view{};
}

// Numbers of an enumeration are read as its words.
std::string value_text(const MessageContext& c, std::string_view format, Language language) {
  if (c.value && (c.rule.kind == RuleKind::state || c.rule.kind == RuleKind::mismatch)) {
    for (const EnumEntry& entry : c.tag.enumeration) {
      if (static_cast<double>(entry.number) != *c.value) continue;
      const std::string& text = language == Language::zh ? entry.text.zh : entry.text.en;
      return text.empty() ? entry.word : text;
    }
  }
  return fixed(c.value, format, c.tag.decimals);
}

std::optional<std::string> column(std::string_view name, const MessageContext& c) {
  const auto columns = c.rule.columns.find(c.tag.name);
  if (columns == c.rule.columns.end()) return std::nullopt;
  const auto cell = columns->second.find(name);
  return cell == columns->second.end() ? std::nullopt : std::optional{cell->second};
}

// Empty: no such placeholder.
std::optional<std::string> placeholder(std::string_view name, std::string_view format,
                                       const MessageContext& c, Language language) {
  if (name == "tag") return c.tag.name;
  if (name == "site") return std::string{level_of(c.tag.name, 0)};
  if (name == "device") return std::string{level_of(c.tag.name, 1)};
  if (name == "quantity") return std::string{last_level(c.tag.name)};
  if (name == "description") return description_of(c.tag, language);
  if (name == "value") return value_text(c, format, language);
  if (name == "limit") return fixed(c.limit, format, c.tag.decimals);
  if (name == "unit") return c.unit;
  if (name == "level") return std::string{level_word(c.level, language)};
  if (name == "priority")
    return language == Language::zh ? words_of(c.priority).zh : words_of(c.priority).en;
  if (name == "rule") return c.rule.id;
  if (name == "group") return c.rule.group;
  if (name == "other" && has_partner(c.rule.kind)) {
    return std::string{partner_of(c.rule, c.tag.name)};
  }
  if (name == "target" && c.rule.kind == RuleKind::forecast) {
    return fixed(c.rule.target, format, c.tag.decimals);
  }
  return column(name, c);
}

void cut_at_character(std::string& text) {
  if (text.size() <= message_bytes_max) return;
  std::size_t end = message_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
}

std::string render_one(const std::string& text, const MessageContext& c, Language language) {
  std::string out;
  for (std::size_t at = 0; at < text.size() && out.size() <= message_bytes_max; ++at) {
    const char ch = text[at];
    if ((ch == '{' || ch == '}') && at + 1 < text.size() && text[at + 1] == ch) {
      out.push_back(ch);
      ++at;
      continue;
    }
    const std::size_t end = ch == '{' ? text.find('}', at) : std::string::npos;
    if (end == std::string::npos) {
      out.push_back(ch);
      continue;
    }
    const std::string_view inside = std::string_view{text}.substr(at + 1, end - at - 1);
    const std::size_t colon = inside.find(':');
    const std::string_view format =
        colon == std::string_view::npos ? std::string_view{} : inside.substr(colon + 1);
    const auto filled = placeholder(inside.substr(0, colon), format, c, language);
    out.append(filled ? *filled : text.substr(at, end - at + 1));
    at = end;
  }
  cut_at_character(out);
  return out;
}

Text default_message(RuleKind kind) {
  switch (kind) {
    case RuleKind::limit:
      return {"{description} {level}限报警：{value}{unit}（限值 {limit}{unit}）",
              "{description} {level}: {value} {unit} (limit {limit} {unit})"};
    case RuleKind::state:
      return {"{description} 状态异常：{value}", "{description} is in state {value}"};
    case RuleKind::rate:
      return {"{description} 变化率{level}限报警：{value}{unit}（限值 {limit}{unit}）",
              "{description} changes too fast, {level}: {value} {unit} (limit {limit} {unit})"};
    case RuleKind::stale:
      return {"{description} 超过 {limit} 秒无数据",
              "{description} silent for more than {limit} s"};
    case RuleKind::window:
      return {"{description} 统计值{level}限报警：{value}{unit}（限值 {limit}{unit}）",
              "{description} over its period, {level}: {value} {unit} (limit {limit} {unit})"};
    case RuleKind::expr:
      return {"{description} 报警：条件 {rule} 成立", "{description}: condition {rule} holds"};
    case RuleKind::deviation:
      return {"{description} 与 {other} 偏差{level}限报警：{value}{unit}（限值 {limit}{unit}）",
              "{description} and {other} differ, {level}: {value} {unit} (limit {limit} {unit})"};
    case RuleKind::balance:
      return {"{description} 平衡差{level}限报警：{value}{unit}（限值 {limit}{unit}）",
              "{description} out of balance, {level}: {value} {unit} (limit {limit} {unit})"};
    case RuleKind::vote:
      return {"{description} 表决报警：{value} 个成立（至少 {limit} 个）",
              "{description}: {value} vote for an alarm ({limit} needed)"};
    case RuleKind::mismatch:
      return {"{description} 未在 {limit} 秒内按 {other} 动作，现为 {value}",
              "{description} did not follow {other} within {limit} s, it is {value}"};
    case RuleKind::forecast:
      return {"{description} 预计 {value} 分钟后达到 {target}（限值 {limit} 分钟）",
              "{description} reaches {target} in {value} min (limit {limit} min)"};
    case RuleKind::drift:
      return {"{description} 漂移{level}限报警：{value}{unit}（限值 {limit}{unit}）",
              "{description} drifts, {level}: {value} {unit} (limit {limit} {unit})"};
    case RuleKind::repeat:
      return {"{description} 反复发生：{value} 次（限值 {limit} 次）",
              "{description} happened {value} times (limit {limit})"};
    case RuleKind::cumulative:
      return {"{description} 累计量{level}限报警：{value}{unit}（限值 {limit}{unit}）",
              "{description} total, {level}: {value} {unit} (limit {limit} {unit})"};
  }
  return {};
}

std::string per_text(Duration per) {
  using namespace std::chrono_literals;
  if (per == 1s) return "/s";
  if (per == 1min) return "/min";
  if (per == 1h) return "/h";
  if (per == 24h) return "/d";
  return "/(" + to_text(per) + ")";
}

// Of a value times a time: what is per hour, times an hour, is without it.
std::string unit_of_product(const std::string& unit, Duration per) {
  const std::string rate = per_text(per);
  if (unit.size() > rate.size() && unit.ends_with(rate)) {
    return unit.substr(0, unit.size() - rate.size());
  }
  return unit.empty() ? rate.substr(1) : unit + "·" + rate.substr(1);
}

}  // namespace

Text render(const Text& text, const MessageContext& context) {
  return {render_one(text.zh, context, Language::zh), render_one(text.en, context, Language::en)};
}

Text render_message(const MessageContext& context) {
  Text text = context.rule.message;
  const Text fallback = default_message(context.rule.kind);
  // One language alone stands for both: a text in the other tongue says more than a default one.
  if (text.zh.empty()) text.zh = text.en.empty() ? fallback.zh : text.en;
  if (text.en.empty()) text.en = context.rule.message.zh.empty() ? fallback.en : text.zh;
  return render(text, context);
}

std::string unit_of_signal(const RuleSpec& rule, const Tag& tag) {
  if (!rule.unit.empty()) return rule.unit;
  switch (rule.kind) {
    case RuleKind::stale:
      return "s";
    case RuleKind::rate:
      return tag.unit + per_text(rule.per);
    case RuleKind::window:
      return rule.window.aggregate == Aggregate::count ? "" : tag.unit;
    case RuleKind::cumulative:
      return rule.window.aggregate == Aggregate::increase
                 ? tag.unit
                 : unit_of_product(tag.unit, rule.window.per);
    case RuleKind::drift:
      return unit_of_product(tag.unit, rule.per);
    case RuleKind::forecast:
      return "min";
    case RuleKind::vote:
    case RuleKind::repeat:
      return "";
    default:
      return tag.unit;
  }
}

std::vector<std::string> message_placeholders(RuleKind kind) {
  std::vector<std::string> names{"tag",   "site", "device", "quantity", "description", "value",
                                 "limit", "unit", "level",  "priority", "rule",        "group"};
  if (has_partner(kind)) names.emplace_back("other");
  if (kind == RuleKind::forecast) names.emplace_back("target");
  return names;
}

}  // namespace parkwatch::rules
