// tools/parkwatch/systems_markdown.cpp - docs/systems.md from the packages.
#include <algorithm>
#include <map>

#include "tools/parkwatch/systems.h"

namespace parkwatch::cli {
namespace {

// A cell of a table: '|' would end it.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string both(const Text& text) {
  if (text.zh.empty() || text.zh == text.en) return cell(text.en);
  return cell(text.en) + " (" + cell(text.zh) + ")";
}

// "2 quoted, 1 site"
std::string proofs_of(const CatalogSystem& system) {
  std::map<std::string, std::size_t> counts;
  for (const config::NamedLimit& limit : system.limits) ++counts[limit.proof];
  std::string out;
  for (const char* proof : {"read", "quoted", "site", "proposal"}) {
    if (!counts.contains(proof)) continue;
    out += (out.empty() ? "" : ", ") + std::to_string(counts[proof]) + ' ' + proof;
  }
  return out.empty() ? "parameters of the site" : out;
}

std::string alarms_of(const CatalogIncident& incident) {
  std::string out;
  for (const CatalogAlarm& alarm : incident.alarms) {
    out += (out.empty() ? "`" : ", `") + cell(alarm.rule);
    if (!alarm.level.empty() && alarm.level != "on") out += ' ' + cell(alarm.level);
    out += '`';
    if (!alarm.priority.empty()) out += ' ' + cell(alarm.priority);
  }
  return out;
}

std::string dates_of(const config::NamedLimit& limit) {
  std::string out;
  if (!limit.valid_from.empty()) out = "from " + limit.valid_from;
  if (!limit.valid_to.empty()) out += (out.empty() ? "" : " ") + ("before " + limit.valid_to);
  return out;
}

// What a rule is made of: its levels by their limits, or by figures of its own.
std::string levels_of(const CatalogRule& rule) {
  std::string out;
  for (const CatalogLevel& level : rule.levels) {
    out += (out.empty() ? "" : ", ") + level.name + ' ';
    out += level.limit.empty() ? cell(level.value) : '`' + cell(level.limit) + '`';
    if (!level.factor.empty() && level.factor != "1") out += " × " + cell(level.factor);
  }
  return out.empty() ? "-" : out;
}

std::string section_of(const CatalogSystem& system) {
  std::string out = "\n## " + system.package.name + "\n" + both(system.package.title) + ".\n";
  if (!system.incidents.empty()) {
    out += "\n| incident | cause | alarms |\n| --- | --- | --- |\n";
    for (const CatalogIncident& incident : system.incidents) {
      out += "| " + cell(incident.name) + " | " + both(incident.cause) + " | " +
             alarms_of(incident) + " |\n";
    }
  }
  out += "\n| rule | kind | levels |\n| --- | --- | --- |\n";
  for (const CatalogRule& rule : system.rules) {
    out += "| `" + cell(rule.id) + "` | " + cell(rule.kind) + " | " + levels_of(rule) + " |\n";
  }
  if (system.limits.empty()) return out;
  out += "\n| limit | figure | standard, clause | proof |\n| --- | --- | --- | --- |\n";
  for (const config::NamedLimit& limit : system.limits) {
    const std::string dates = dates_of(limit);
    out += "| `" + limit.name + "` | " + to_text(Value{limit.value}) + ' ' + cell(limit.unit) +
           (limit.averaging.empty() ? "" : ", " + limit.averaging) +
           (dates.empty() ? "" : ", " + dates) + " | " + cell(limit.standard) +
           (limit.clause.empty() ? "" : ", " + cell(limit.clause)) + " | " + limit.proof + " |\n";
  }
  return out;
}

}  // namespace

std::string markdown_of(const std::vector<CatalogSystem>& systems) {
  std::string out =
      "# Systems\n\n"
      "Written by `parkwatch systems --markdown` from the packages; do not edit.\n"
      "[packages.md](packages.md) tells how to use one.\n\n"
      "Proof of a limit: `read`: the standard's text was read; `quoted`: a page quotes it; `site`: "
      "the site\nconfirms it; `proposal`: ours, no law.\n\n"
      "| system | line | points | rules | incidents | limits |\n"
      "| --- | --- | --- | --- | --- | --- |\n";
  for (const CatalogSystem& system : systems) {
    std::string incidents;
    for (const CatalogIncident& one : system.incidents) {
      incidents += (incidents.empty() ? "" : ", ") + one.name;
    }
    const std::string& name = system.package.name;
    out += "| [" + name + "](#" + name + "): " + both(system.package.title) + " | " +
           system.package.line + " | " + std::to_string(system.points.size()) + " | " +
           std::to_string(system.rules.size()) + " | " + incidents + " | " + proofs_of(system) +
           " |\n";
  }
  for (const CatalogSystem& system : systems) out += section_of(system);
  return out;
}

}  // namespace parkwatch::cli
