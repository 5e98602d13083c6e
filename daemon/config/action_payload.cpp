// daemon/config/action_payload.cpp - Tables to JSON with placeholders left in it.
#include "config/action_payload.h"

#include <algorithm>

#include "alarms/action_text.h"
#include "config/each.h"
#include "config/fields.h"

namespace parkwatch::config {
namespace {

constexpr int depth_max = 8;
constexpr std::string_view digits = "0123456789abcdef";

void append_text(std::string_view text, std::string& out) {
  // Numbers and null, not their texts.
  if (text == "{value}" || text == "{limit}") {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (byte < 0x20) {
      out += "\\u00";
      out += digits[byte >> 4U];
      out += digits[byte & 0xFU];
    } else {
      out += c;
    }
  }
  out += '"';
}

// False: nested too deeply, or a number that JSON does not have.
bool append_json(const SettingsValue& value, int depth, std::string& out) {
  if (depth > depth_max) return false;
  if (const auto* text = std::get_if<std::string>(&value.held)) {
    append_text(*text, out);
  } else if (const auto* flag = std::get_if<bool>(&value.held)) {
    out += *flag ? "true" : "false";
  } else if (const auto* array = std::get_if<std::vector<SettingsValue>>(&value.held)) {
    out += '[';
    for (const SettingsValue& each : *array) {
      if (&each != &array->front()) out += ',';
      if (!append_json(each, depth + 1, out)) return false;
    }
    out += ']';
  } else if (const auto* table = std::get_if<std::shared_ptr<SettingsTable>>(&value.held)) {
    out += "{{";
    for (const auto& [key, inner] : (*table)->entries) {
      if (&key != &(*table)->entries.front().first) out += ',';
      append_text(key, out);
      out += ':';
      if (!append_json(inner, depth + 1, out)) return false;
    }
    out += "}}";
  } else {
    const auto number = number_of(value);
    if (number) out += number_text(*number);
    return number.has_value();
  }
  return true;
}

}  // namespace

bool check_placeholders(SettingsReader& reader, std::string_view key, std::string_view text,
                        const std::vector<std::string>& known) {
  const auto used = placeholders_of(text);
  if (!used) {
    reader.error(key, "a brace without its partner; a brace of the text itself is doubled");
    return false;
  }
  for (const auto& [name, format] : *used) {
    if (format.empty() && std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string list;
    for (const std::string& each : known) list += " {" + each + "}";
    reader.error(key, "unknown placeholder {" + name + (format.empty() ? "" : ":" + format) + "}" +
                          hint(name, known) + " (known:" + list + ")");
    return false;
  }
  return true;
}

void read_payload(SettingsReader& reader, ActionOrder& order) {
  const SettingsValue* value = reader.value("payload");
  if (value == nullptr) {
    order.payload = alarms::default_payload();
    order.json = true;
    return;
  }
  if (const auto* text = std::get_if<std::string>(&value->held)) {
    order.payload = *text;
  } else if (std::holds_alternative<std::shared_ptr<SettingsTable>>(value->held)) {
    order.json = true;
    if (!append_json(*value, 0, order.payload)) {
      return reader.error("payload", "is nested too deeply, or has a number that JSON lacks");
    }
  } else {
    return reader.error("payload",
                        "is a text, or a table that is sent as JSON, such as "
                        "{ cmd = \"open\", id = \"{id}\" }");
  }
  if (order.payload.size() > text_bytes_max) {
    return reader.error("payload",
                        "must not be longer than " + std::to_string(text_bytes_max) + " bytes");
  }
  (void)check_placeholders(reader, "payload", order.payload, alarms::payload_placeholders());
}

}  // namespace parkwatch::config
