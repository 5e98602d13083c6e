// daemon/config/positions.cpp - Reads operator positions.
#include "config/positions.h"

#include <set>

#include "config/fields.h"

namespace parkwatch::config {

std::vector<alarms::Position> read_positions(SettingsReader& root, Diagnostics& out) {
  std::vector<alarms::Position> positions;
  std::set<std::string> names;
  for (const SettingsTable* table : root.tables("position")) {
    SettingsReader reader{*table, "position", out};
    alarms::Position position{reader.required_text("name"), reader.texts("groups")};
    if (position.groups.empty()) reader.error("groups", "is needed: the groups of alarms");
    if (position.name.size() > word_bytes_max) reader.error("name", "is too long");
    if (!names.insert(position.name).second) {
      reader.error("name", in_quotes(position.name) + " is another position's name already");
    }
    if (positions.size() == positions_max) {
      reader.error("name", "more than " + std::to_string(positions_max) + " positions");
      break;
    }
    reader.finish();
    positions.push_back(std::move(position));
  }
  return positions;
}

void warn_of_unknown_groups(SettingsReader& root, const Plant& plant, Diagnostics& out) {
  if (plant.rules.empty()) return;
  const auto groups = groups_of(plant);
  for (const SettingsTable* table : root.tables("position")) {
    SettingsReader reader{*table, "position", out};
    for (const std::string& group : reader.texts("groups")) {
      if (groups.contains(group)) continue;
      reader.warning("groups", "no alarm is of the group " + in_quotes(group) +
                                   hint(group, {groups.begin(), groups.end()}));
    }
  }
}

}  // namespace parkwatch::config
