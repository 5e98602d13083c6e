// daemon/config/package.cpp - Reads what a package declares and what a [[system]] gives it.
#include "config/package.h"

#include <algorithm>
#include <array>
#include <set>

#include "config/fields.h"

namespace parkwatch::config {
namespace {

constexpr std::array<std::string_view, 7> type_words{"name",    "names", "number", "choice",
                                                     "boolean", "tag",   "tags"};
constexpr std::size_t parameters_max = 200;
constexpr std::size_t names_max = 10'000;

bool is_name(const SettingsValue& value) {
  const auto* text = std::get_if<std::string>(&value.held);
  return text != nullptr && is_word(*text);
}

bool is_tag(const SettingsValue& value) {
  const auto* text = std::get_if<std::string>(&value.held);
  return text != nullptr && is_tag_name(*text);
}

bool is_empty_text(const SettingsValue& value) {
  const auto* text = std::get_if<std::string>(&value.held);
  return text != nullptr && text->empty();
}

bool is_empty_list(const SettingsValue& value) {
  const auto* list = std::get_if<std::vector<SettingsValue>>(&value.held);
  return list != nullptr && list->empty();
}

// Empty: nothing is wrong.
std::string fault_of_list(const SettingsValue& value, bool tags) {
  const auto* list = std::get_if<std::vector<SettingsValue>>(&value.held);
  std::string wanted = tags ? "must be an array of tag names, such as [\"a/b/c\"]"
                            : "must be an array of names, such as [\"T101\", \"T102\"]: "
                              "letters (a-z, A-Z), digits, '-', '_', '.'";
  if (list == nullptr) return wanted;
  if (list->size() > names_max) return "must not be more than " + std::to_string(names_max);
  std::set<std::string> seen;
  for (const SettingsValue& one : *list) {
    if (tags ? !is_tag(one) : !is_name(one)) return wanted;
    const std::string& name = std::get<std::string>(one.held);
    if (!seen.insert(name).second) return in_quotes(name) + " is there twice";
  }
  return {};
}

std::string fault_of_number(const Parameter& parameter, const SettingsValue& value) {
  const auto number = number_of(value);
  if (!number) return "must be a number";
  if ((parameter.low && *number < *parameter.low) ||
      (parameter.high && *number > *parameter.high)) {
    return "must be a number" +
           (parameter.low ? " from " + number_text(*parameter.low) : std::string{}) +
           (parameter.high ? " to " + number_text(*parameter.high) : std::string{}) + ", is " +
           number_text(*number);
  }
  return {};
}

std::string fault_of_choice(const Parameter& parameter, const SettingsValue& value) {
  const auto* text = std::get_if<std::string>(&value.held);
  const auto& known = parameter.choices;
  if (text != nullptr && std::find(known.begin(), known.end(), *text) != known.end()) return {};
  std::string list;
  for (const std::string& word : known) list += (list.empty() ? "" : ", ") + in_quotes(word);
  return "must be one of " + list + (text == nullptr ? std::string{} : hint(*text, known));
}

std::string fault_of(const Parameter& parameter, const SettingsValue& value) {
  switch (parameter.type) {
    case ParameterType::name:
      if (is_name(value)) return {};
      return "must be a name: letters (a-z, A-Z), digits, '-', '_', '.'";
    case ParameterType::names:
      return fault_of_list(value, false);
    case ParameterType::number:
      return fault_of_number(parameter, value);
    case ParameterType::choice:
      return fault_of_choice(parameter, value);
    case ParameterType::boolean:
      return std::holds_alternative<bool>(value.held) ? "" : "must be true or false";
    case ParameterType::tag:
      return is_tag(value) ? "" : "must be the name of a tag, such as \"a/b/c\"";
    case ParameterType::tags:
      break;
  }
  return fault_of_list(value, true);
}

// A name or a tag may be left open by the package, with the default "".
bool is_left_open(const Parameter& parameter, const SettingsValue& value) {
  return (parameter.type == ParameterType::name || parameter.type == ParameterType::tag) &&
         is_empty_text(value);
}

// A default may be made of parameters before it, so that it is checked when it is used.
bool has_parameters(const SettingsValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.held)) {
    return text->find("${") != std::string::npos;
  }
  const auto* list = std::get_if<std::vector<SettingsValue>>(&value.held);
  return list != nullptr && std::any_of(list->begin(), list->end(), has_parameters);
}

Parameter read_parameter(SettingsReader& reader) {
  Parameter parameter;
  parameter.name = read_word(reader, "name");
  const std::string type = reader.choice(
      "type", "name", {"name", "names", "number", "choice", "boolean", "tag", "tags"});
  const auto word = std::find(type_words.begin(), type_words.end(), type);
  parameter.type = static_cast<ParameterType>(word - type_words.begin());
  parameter.description = read_text(reader, "description");
  parameter.choices = reader.texts("choices");
  parameter.low = reader.number("low");
  parameter.high = reader.number("high");
  if (parameter.type == ParameterType::choice && parameter.choices.empty()) {
    reader.error("choices", "is missing: the words that may be chosen");
  }
  if (const SettingsValue* value = reader.value("default")) {
    const bool open = is_left_open(parameter, *value) || has_parameters(*value);
    const std::string fault = open ? std::string{} : fault_of(parameter, *value);
    if (!fault.empty()) reader.error("default", fault);
    parameter.fallback = *value;
  }
  reader.finish();
  return parameter;
}

void refuse_name(SettingsReader& reader, const Package& package, const std::string& name) {
  for (const std::string_view taken : {"id", "package", "site"}) {
    if (name == taken) reader.error("name", in_quotes(name) + " is what every [[system]] has");
  }
  for (const Parameter& other : package.parameters) {
    if (other.name == name) reader.error("name", in_quotes(name) + " is a parameter already");
  }
}

// A default with the parameters before it filled in; without a value after a mistake.
std::optional<SettingsValue> filled_default(const Parameter& parameter, const Arguments& before,
                                            const std::string& instance, Diagnostics& out) {
  Expander expander{before, instance, out};
  SettingsTable holder{parameter.fallback->where, {{"default", *parameter.fallback}}};
  const auto filled = expander.table(holder, "parameter");
  SettingsValue value = filled->entries.front().second;
  if (expander.failed()) return std::nullopt;
  const std::string fault = is_left_open(parameter, value) ? "" : fault_of(parameter, value);
  if (fault.empty()) return value;
  out.push_back({Diagnostic::Severity::error, value.where, "parameter.default", fault});
  return std::nullopt;
}

}  // namespace

std::string_view to_text(ParameterType type) {
  return type_words.at(static_cast<std::size_t>(type));
}

bool is_derived(const Parameter& parameter) {
  return parameter.fallback && has_parameters(*parameter.fallback);
}

const std::vector<std::string>& package_lines() {
  static const std::vector<std::string> lines{"safety", "environment", "emergency", "security",
                                              "energy"};
  return lines;
}

Package read_package(const SettingsTable& root, const std::string& name, Diagnostics& out) {
  SettingsReader reader{root, "", out};
  Package package;
  package.name = read_word(reader, "name");
  if (!package.name.empty() && package.name != name) {
    reader.error("name", "must be that of its folder, " + in_quotes(name));
  }
  package.title = read_text(reader, "title");
  package.line = reader.required_text("line");
  const auto& lines = package_lines();
  if (!package.line.empty() && std::find(lines.begin(), lines.end(), package.line) == lines.end()) {
    reader.error("line", "must be safety, environment, emergency, security or energy" +
                             hint(package.line, lines));
  }
  package.parameters.push_back({"site",
                                ParameterType::name,
                                std::nullopt,
                                {"站点：位号的第一级", "the site: the first level of every tag"},
                                {},
                                {},
                                {}});
  for (const SettingsTable* table : reader.tables("parameter")) {
    SettingsReader own = reader.within(*table, "parameter");
    Parameter parameter = read_parameter(own);
    refuse_name(own, package, parameter.name);
    package.parameters.push_back(std::move(parameter));
  }
  if (package.parameters.size() > parameters_max) {
    reader.error("parameter", "must not be more than " + std::to_string(parameters_max));
  }
  reader.finish();
  return package;
}

std::optional<Arguments> read_arguments(const Package& package, const SettingsTable& system,
                                        Diagnostics& out) {
  SettingsReader reader{system, "system", out};
  const std::size_t first = out.size();
  Arguments arguments;
  (void)reader.value("package");
  for (const Parameter& parameter : package.parameters) {
    const SettingsValue* given = reader.value(parameter.name);
    if (given != nullptr) {
      std::string fault =
          is_left_open(parameter, *given) && parameter.fallback ? "" : fault_of(parameter, *given);
      // What it may do without has a default.
      if (!parameter.fallback && is_empty_list(*given)) {
        fault = "must not be empty: package " + in_quotes(package.name) + " needs at least one (" +
                parameter.description.en + ')';
      }
      if (!fault.empty()) reader.error(parameter.name, fault);
      arguments.insert_or_assign(parameter.name, given->held);
    } else if (!parameter.fallback) {
      reader.error(parameter.name, "is missing: " + parameter.description.en + " (" +
                                       std::string{to_text(parameter.type)} + "), which package " +
                                       in_quotes(package.name) + " needs");
    }
  }
  const std::string site = reader.has("site") ? reader.text("site", "") : "";
  const std::string id = reader.has("id") ? read_word(reader, "id") : site;
  (void)reader.value("id");
  reader.finish();
  if (out.size() > first) return std::nullopt;
  arguments.insert_or_assign("id", id);
  const std::string instance = "system " + in_quotes(id) + ", " + system.where.file + ':' +
                               std::to_string(system.where.line);
  for (const Parameter& parameter : package.parameters) {
    if (arguments.contains(parameter.name)) continue;
    const auto value = filled_default(parameter, arguments, instance, out);
    if (!value) return std::nullopt;
    arguments.insert_or_assign(parameter.name, value->held);
  }
  return arguments;
}

}  // namespace parkwatch::config
