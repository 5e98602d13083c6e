// tools/parkwatch/new_text.cpp - Writes the first configuration as TOML.
#include "tools/parkwatch/new_text.h"

#include <algorithm>

#include "config/fields.h"
#include "config/library.h"
#include "config/raw.h"

namespace parkwatch::cli {
namespace {

// A basic string of TOML.
std::string toml_text(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string list_of(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + toml_text(name);
  return '[' + out + ']';
}

std::string literal(const SettingsValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.held)) return toml_text(*text);
  if (const auto* flag = std::get_if<bool>(&value.held)) return *flag ? "true" : "false";
  if (const auto number = config::number_of(value)) return config::number_text(*number);
  std::string out;
  if (const auto* list = std::get_if<std::vector<SettingsValue>>(&value.held)) {
    for (const SettingsValue& one : *list) out += (out.empty() ? "" : ", ") + literal(one);
  }
  return '[' + out + ']';
}

std::string in_words(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
    out += names[i];
  }
  return out;
}

// A comment of one line.
std::string comment(const std::string& text) {
  std::string out = "# ";
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return out + '\n';
}

// What stands for a value that only the site knows: that of the instance which proves the package,
// since its values go together.
std::string example_of(const ChosenSystem& chosen, const config::Parameter& parameter) {
  const std::string& site = chosen.site;
  const bool is_tag =
      parameter.type == config::ParameterType::tag || parameter.type == config::ParameterType::tags;
  if (chosen.system.example != nullptr && !is_tag) {
    const SettingsValue* value = config::raw_value(*chosen.system.example, parameter.name);
    if (value != nullptr) return literal(*value);
  }
  std::string singular = parameter.name;
  if (singular.size() > 1 && singular.back() == 's') singular.pop_back();
  switch (parameter.type) {
    case config::ParameterType::name:
      return toml_text(singular + "1");
    case config::ParameterType::names:
      return list_of({singular + "1"});
    case config::ParameterType::number:
      return config::number_text(parameter.low.value_or(std::min(1.0, parameter.high.value_or(1))));
    case config::ParameterType::choice:
      return toml_text(parameter.choices.front());
    case config::ParameterType::boolean:
      return "false";
    case config::ParameterType::tag:
      return toml_text(site + '/' + parameter.name + "/value");
    case config::ParameterType::tags:
      break;
  }
  return list_of({site + '/' + parameter.name + "/value"});
}

std::string system_text(const ChosenSystem& chosen) {
  const config::Package& package = chosen.system.package;
  std::string out = "\n" + comment(package.title.zh + ", " + package.title.en) +
                    "[[system]]\npackage = " + toml_text(package.name) +
                    "\nsite = " + toml_text(chosen.site) + '\n';
  if (!chosen.id.empty()) out += "id = " + toml_text(chosen.id) + '\n';
  std::string tags;
  for (const config::Parameter& one : package.parameters) {
    if (one.name == "site") continue;
    const std::string words = one.description.zh == one.description.en
                                  ? one.description.en
                                  : one.description.zh + ", " + one.description.en;
    const auto found = chosen.lists.find(one.name);
    const auto member = chosen.members.find(one.name);
    if (found != chosen.lists.end()) {
      const std::string rivals = in_words(found->second.rivals);
      out += comment(words + (rivals.empty() ? "" : " - CHANGE THIS: they may be " + rivals)) +
             one.name + " = " + list_of(found->second.names) + '\n';
    } else if (member != chosen.members.end()) {
      out +=
          comment(words + " - CHANGE THIS") + one.name + " = " + toml_text(member->second) + '\n';
    } else if (one.fallback && !(chosen.needs_a_list && is_open_list(one))) {
      out += comment(words) + "# " + one.name + " = " + literal(*one.fallback) + " # (default)\n";
    } else {
      out += comment(words + " - CHANGE THIS") + one.name + " = " + example_of(chosen, one) + '\n';
      if (one.type == config::ParameterType::tag || one.type == config::ParameterType::tags) {
        tags += "\n[[tag]] # which " + package.name +
                " needs: take one that is measured instead\n" +
                "name = " + toml_text(chosen.site + '/' + one.name + "/value") + '\n';
      }
    }
  }
  return out + tags;
}

}  // namespace

std::string mappings_text(const std::vector<Tag>& tags, const std::vector<DraftRow>& rows,
                          const std::vector<DraftMatch>& matches) {
  std::map<std::string, std::vector<DraftMatch>> by_topic;
  for (const DraftMatch& match : matches) by_topic[rows[match.row].topic].push_back(match);
  std::string out;
  for (const auto& [topic, own] : by_topic) {
    const DraftRow& first = rows[own.front().row];
    if (topic == "park/" + tags[own.front().tag].name && first.field == "/value" &&
        (first.time.empty() || first.time == "/time")) {
      continue;  // as the mapping at the end takes it
    }
    out += "\n[[source.mapping]]\ntopic = " + toml_text(topic) + '\n';
    if (first.field.empty()) {
      out += "format = \"bare\"\ntag = " + toml_text(tags[own.front().tag].name) + '\n';
      continue;
    }
    out += "fields = [\n";
    for (const DraftMatch& match : own) {
      const DraftRow& row = rows[match.row];
      out += "  { tag = " + toml_text(tags[match.tag].name) + ", value = " + toml_text(row.field);
      if (!row.time.empty()) out += ", time = " + toml_text(row.time);
      out += ", optional = true },\n";
    }
    out += "]\n";
  }
  return out;
}

std::string main_text(const NewCommand& command, const std::string& library,
                      const std::vector<ChosenSystem>& chosen, const std::string& mappings) {
  std::string out =
      "# A first configuration, written by `parkwatch new`.\n"
      "# config/parkwatch.toml of the distribution explains every key, docs/packages.md the "
      "systems.\n"
      "#\n"
      "#   parkwatch check parkwatch.toml             what is wrong, and the rules' tests\n"
      "#   parkwatch check --merged parkwatch.toml    every rule, and where each of its keys comes "
      "from\n\n"
      "[daemon]\npark = " +
      toml_text(command.park) + '\n';
  if (library != config::installed_library) {
    out += "# Where the packages are.\nlibrary = " + toml_text(library) + '\n';
  }
  out +=
      "\n[[source]]\nname = \"park\"\ndriver = \"mqtt\"\nurl = " + toml_text(command.broker) + '\n';
  out += mappings;
  out +=
      "\n# All other topics, as the packages name their points.\n"
      "[[source.mapping]]\ntopic = \"park/{site}/{device}/{quantity}\"\n"
      "tag = \"{site}/{device}/{quantity}\"\nvalue = \"/value\"\ntime = \"/time\"\n";
  for (const ChosenSystem& one : chosen) out += system_text(one);
  return out +
         "\n# Your own words on a rule of a package, by its id:\n"
         "# [[rule]]\n# id = \"...\"\n# H = 9.5 # or enabled = false\n";
}

bool is_open_list(const config::Parameter& parameter) {
  if (parameter.type != config::ParameterType::names || !parameter.fallback) return false;
  const auto* list = std::get_if<std::vector<SettingsValue>>(&parameter.fallback->held);
  return list != nullptr && list->empty();
}

}  // namespace parkwatch::cli
