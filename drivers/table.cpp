// drivers/table.cpp - Every driver by name. An explicit table: a linker drops what registers itself
// from a static library.
#include <algorithm>
#include <string>

#include "drivers/driver.h"
#include "drivers/mqtt/connection.h"
#include "drivers/mqtt/driver.h"

namespace parkwatch {

const std::vector<DriverEntry>& driver_table() {
  static const std::vector<DriverEntry> table{mqtt_driver::entry()};
  return table;
}

const DriverEntry* find_driver(std::string_view name) {
  const auto& table = driver_table();
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const DriverEntry& entry) { return entry.name == name; });
  return found == table.end() ? nullptr : &*found;
}

void check_driver(const std::string& driver, const SettingsTable& table, Diagnostics& out) {
  if (driver == "alerts") return mqtt_driver::check_alerts(table, out);
  if (const DriverEntry* entry = find_driver(driver)) return entry->check(table, out);
  std::vector<std::string> names;
  std::string list;
  for (const DriverEntry& entry : driver_table()) {
    names.emplace_back(entry.name);
    list += (list.empty() ? "" : ", ") + names.back();
  }
  std::string message = "unknown driver \"" + driver + '"';
  if (const auto nearest = did_you_mean(driver, names))
    message += "; did you mean \"" + *nearest + "\"?";
  SettingsReader reader{table, "source", out};
  reader.error("driver", message + " (there is: " + list + ")");
}

}  // namespace parkwatch
