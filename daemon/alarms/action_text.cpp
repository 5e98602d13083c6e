// daemon/alarms/action_text.cpp - One pass over the text, placeholder by placeholder.
#include "alarms/action_text.h"

#include <array>
#include <optional>
#include <string_view>

#include "model/value.h"

namespace parkwatch::alarms {
namespace {

std::string number_text(const std::optional<double>& number, bool json) {
  if (!number) return json ? "null" : "-";
  return parkwatch::to_text(Value{*number});
}

// Empty: no such placeholder.
std::optional<std::string> meaning_of(std::string_view name, const CommandContext& c) {
  const TagNameParts parts = parts_of_tag_name(c.cause.tag);
  if (name == "park") return c.park;
  if (name == "action") return c.spec.id;
  if (name == "command") return c.release ? "release" : "act";
  if (name == "rule") return c.cause.rule;
  if (name == "tag") return c.cause.tag;
  if (name == "site") return std::string{parts.site};
  if (name == "device") return std::string{parts.device};
  if (name == "quantity") return std::string{parts.quantity};
  if (name == "group") return c.cause.group;
  if (name == "level") return std::string{to_text(c.cause.level)};
  if (name == "priority") return std::string{to_text(c.cause.priority)};
  if (name == "value") return number_text(c.cause.value, c.order.json);
  if (name == "limit") return number_text(c.cause.limit, c.order.json);
  if (name == "unit") return c.cause.unit;
  if (name == "message.zh") return c.cause.message.zh;
  if (name == "message.en") return c.cause.message.en;
  if (name == "at") return to_rfc3339(c.at);
  if (name == "expires") return to_rfc3339(c.expires);
  return std::nullopt;
}

void append_escaped(std::string_view text, bool json, std::string& out) {
  static constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '{' || c == '}') {
      out.append(2, c);
    } else if (json && (c == '"' || c == '\\')) {
      out += '\\';
      out += c;
    } else if (json && byte < 0x20) {
      out += "\\u00";
      out += digits[byte >> 4U];
      out += digits[byte & 0xFU];
    } else {
      out += c;
    }
  }
}

}  // namespace

const std::vector<std::string>& payload_placeholders() {
  static const std::vector<std::string> names{
      "id",     "park",       "action",     "command", "rule",     "tag",   "site",
      "device", "quantity",   "group",      "level",   "priority", "value", "limit",
      "unit",   "message.zh", "message.en", "at",      "expires"};
  return names;
}

std::string render_payload(const CommandContext& context) {
  const std::string& text = context.order.payload;
  std::string out;
  for (std::size_t at = 0; at < text.size() && out.size() <= action_payload_bytes_max; ++at) {
    const char c = text[at];
    const bool doubled = (c == '{' || c == '}') && at + 1 < text.size() && text[at + 1] == c;
    if (doubled) {
      out.append(2, c);
      ++at;
      continue;
    }
    const std::size_t end = c == '{' ? text.find('}', at) : std::string::npos;
    if (end == std::string::npos) {
      out += c;
      continue;
    }
    const auto meaning = meaning_of(std::string_view{text}.substr(at + 1, end - at - 1), context);
    if (meaning) {
      append_escaped(*meaning, context.order.json, out);
    } else {
      out.append(text, at, end - at + 1);  // {id}
    }
    at = end;
  }
  return out;
}

Text command_text(const CommandContext& c, const std::string& topic) {
  const std::string cause = c.cause.rule + " " + c.cause.tag;
  return {
      "联动 " + c.spec.id + (c.release ? " 解除" : "") + "：" + cause + " → " + topic,
      "action " + c.spec.id + (c.release ? ", release" : "") + ": for " + cause + " to " + topic};
}

std::string default_payload() {
  return R"({{"id":"{id}","park":"{park}","action":"{action}","command":"{command}",)"
         R"("rule":"{rule}","tag":"{tag}","level":"{level}","priority":"{priority}",)"
         R"("value":{value},"unit":"{unit}","message":{{"zh":"{message.zh}","en":"{message.en}"}},)"
         R"("at":"{at}","expires":"{expires}"}})";
}

}  // namespace parkwatch::alarms
