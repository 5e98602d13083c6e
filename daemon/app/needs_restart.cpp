// daemon/app/needs_restart.cpp - Compares the sections.
#include "app/needs_restart.h"

#include "app/same_settings.h"

namespace parkwatch::app {
namespace {

bool same_alerts(const config::AlertConfig& a, const config::AlertConfig& b) {
  if (a.enabled != b.enabled || (a.table == nullptr) != (b.table == nullptr)) return false;
  return a.table == nullptr || same_settings(*a.table, *b.table);
}

}  // namespace

std::string needs_restart(const config::Config& started, const config::Config& now) {
  std::string sections;
  const auto add = [&sections](bool same, const char* section) {
    if (!same) sections += (sections.empty() ? "" : ", ") + std::string{section};
  };
  add(started.http == now.http, "[http]");
  add(same_alerts(started.alerts, now.alerts), "[alerts]");
  add(started.store == now.store, "[store]");
  add(started.intake_bytes_max == now.intake_bytes_max, "[intake]");
  return sections;
}

}  // namespace parkwatch::app
