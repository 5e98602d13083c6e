// tools/parkwatch/systems.cpp - Lists packages, or shows one.
#include "tools/parkwatch/systems.h"

#include <boost/json.hpp>

#include "config/fields.h"
#include "config/library.h"
#include "report/table.h"
#include "report/terminal_text.h"

namespace parkwatch::cli {
using report::printable;
namespace json = boost::json;
namespace {

const std::string& in_language(const Text& text, const Console& console) {
  return console.style.chinese ? text.zh : text.en;
}

template <typename All, typename Name>
std::string joined(const All& all, Name name) {
  std::string out;
  for (const auto& one : all) out += (out.empty() ? "" : ", ") + name(one);
  return out;
}

void show_list(const std::vector<CatalogSystem>& all, Console& console) {
  report::Table table{{{"name"},
                       {"title"},
                       {"line"},
                       {"parameters"},
                       {"points", report::Table::Align::right},
                       {"rules", report::Table::Align::right},
                       {"incidents"}}};
  for (const CatalogSystem& system : all) {
    table.add({system.package.name, in_language(system.package.title, console), system.package.line,
               joined(system.package.parameters, [](const auto& one) { return one.name; }),
               std::to_string(system.points.size()), std::to_string(system.rules.size()),
               joined(system.incidents, [](const auto& one) { return one.name; })});
  }
  console.out << table.text(console.style.colour);
}

std::string default_text(const config::Parameter& parameter) {
  if (!parameter.fallback) return "needed";
  const auto& held = parameter.fallback->held;
  if (const auto* text = std::get_if<std::string>(&held)) return '"' + *text + '"';
  if (const auto* flag = std::get_if<bool>(&held)) return *flag ? "true" : "false";
  if (const auto number = config::number_of(*parameter.fallback)) {
    return config::number_text(*number);
  }
  const auto* list = std::get_if<std::vector<SettingsValue>>(&held);
  if (list == nullptr) return "";
  return '[' +
         joined(*list,
                [](const SettingsValue& one) {
                  const auto* text = std::get_if<std::string>(&one.held);
                  return text == nullptr ? std::string{} : '"' + *text + '"';
                }) +
         ']';
}

std::string range_text(const CatalogPoint& point) {
  return point.low.empty() ? "" : point.low + " .. " + point.high;
}

std::string level_text(const CatalogLevel& level) {
  return level.name + ' ' + (level.limit.empty() ? level.value : level.limit) +
         (level.factor.empty() || level.factor == "1" ? "" : " x " + level.factor);
}

void show_tables(const CatalogSystem& system, Console& console) {
  report::Table parameters{{{"parameter"}, {"type"}, {"default"}, {"what it is"}}};
  for (const config::Parameter& one : system.package.parameters) {
    parameters.add({one.name, std::string{to_text(one.type)}, default_text(one),
                    in_language(one.description, console)});
  }
  report::Table points{{{"point"}, {"unit"}, {"range"}, {"what it is"}}};
  for (const CatalogPoint& one : system.points) {
    points.add({one.tag, one.unit, range_text(one), in_language(one.description, console)});
  }
  report::Table rules{{{"rule"}, {"kind"}, {"levels"}}};
  for (const CatalogRule& one : system.rules) {
    rules.add({one.id, one.kind, joined(one.levels, level_text)});
  }
  report::Table limits{{{"limit"}, {"figure"}, {"standard"}, {"clause"}, {"proof"}}};
  for (const config::NamedLimit& one : system.limits) {
    limits.add({one.name, config::number_text(one.value) + ' ' + one.unit, one.standard, one.clause,
                one.proof});
  }
  report::Table incidents{{{"incident"}, {"cause"}, {"alarms"}}};
  for (const CatalogIncident& one : system.incidents) {
    incidents.add({one.name, in_language(one.cause, console),
                   joined(one.alarms, [](const CatalogAlarm& alarm) {
                     return alarm.rule + (alarm.level == "on" ? "" : ' ' + alarm.level);
                   })});
  }
  for (const report::Table* table : {&parameters, &points, &rules, &limits, &incidents}) {
    if (!table->empty()) console.out << '\n' << table->text(console.style.colour);
  }
}

void show_one(const CatalogSystem& system, Console& console) {
  const Text& title = system.package.title;
  console.out << printable(system.package.name) << ": "
              << printable(title.zh == title.en ? title.zh : title.zh + ", " + title.en) << " ("
              << printable(system.package.line) << ")\n";
  show_tables(system, console);
}

json::object both(const Text& text) { return {{"zh", text.zh}, {"en", text.en}}; }

json::object document_of(const CatalogSystem& system) {
  json::array parameters;
  for (const config::Parameter& one : system.package.parameters) {
    parameters.push_back(json::object{{"name", one.name},
                                      {"type", to_text(one.type)},
                                      {"needed", !one.fallback.has_value()},
                                      {"description", both(one.description)}});
  }
  json::array points;
  for (const CatalogPoint& one : system.points) {
    points.push_back(
        json::object{{"tag", one.tag}, {"unit", one.unit}, {"description", both(one.description)}});
  }
  json::array rules;
  for (const CatalogRule& one : system.rules) {
    rules.push_back(json::object{{"id", one.id}, {"kind", one.kind}});
  }
  json::array incidents;
  for (const CatalogIncident& one : system.incidents) {
    incidents.push_back(json::object{{"name", one.name}, {"cause", both(one.cause)}});
  }
  json::array limits;
  for (const config::NamedLimit& one : system.limits) {
    limits.push_back(json::object{{"name", one.name},
                                  {"value", one.value},
                                  {"unit", one.unit},
                                  {"standard", one.standard},
                                  {"clause", one.clause},
                                  {"proof", one.proof}});
  }
  return {{"name", system.package.name}, {"title", both(system.package.title)},
          {"line", system.package.line}, {"parameters", std::move(parameters)},
          {"points", std::move(points)}, {"rules", std::move(rules)},
          {"limits", std::move(limits)}, {"incidents", std::move(incidents)}};
}

void show_json(const std::vector<CatalogSystem>& all, Console& console) {
  json::array systems;
  for (const CatalogSystem& system : all) systems.push_back(document_of(system));
  console.out << json::serialize(json::object{{"systems", std::move(systems)}}) << '\n';
}

}  // namespace

int systems(const SystemsCommand& command, Console& console) {
  const std::string library = library_of(command.library);
  Diagnostics diagnostics;
  const std::vector<CatalogSystem> all = read_catalog(library, command.name, diagnostics);
  for (const Diagnostic& d : diagnostics) console.err << printable(to_text(d)) << '\n';
  if (all.empty() && diagnostics.empty()) {
    const auto names = config::packages_in(library);
    say_error(console,
              command.name.empty()
                  ? "no packages in " + library + "/systems" +
                        (command.library.empty() ? ", nor in ./config and /etc/parkwatch" : "") +
                        "; --library says where they are"
                  : "no package " + command.name + " in " + library + "/systems" +
                        config::hint(command.name, names));
    return exit_no;
  }
  if (command.markdown) {
    console.out << markdown_of(all);
  } else if (console.json) {
    show_json(all, console);
  } else if (command.name.empty()) {
    show_list(all, console);
  } else if (!all.empty()) {
    show_one(all.front(), console);
  }
  return diagnostics.empty() ? exit_ok : exit_no;
}

}  // namespace parkwatch::cli
