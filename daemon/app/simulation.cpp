// daemon/app/simulation.cpp - See the header.
#include "app/simulation.h"

#include <string>
#include <string_view>

namespace parkwatch::app {
namespace {

constexpr std::string_view suffix = "-simulated";

// Not within the real one, however it is written.
std::string folder_beside(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path.append(suffix);
}

std::shared_ptr<const SettingsTable> without_client_id(const SettingsTable& table) {
  auto copy = std::make_shared<SettingsTable>(table);
  std::erase_if(copy->entries, [](const auto& entry) { return entry.first == "client_id"; });
  return copy;
}

std::shared_ptr<const Plant> plant_of_simulation(const Plant& plant) {
  auto copy = std::make_shared<Plant>(plant);
  copy->park += suffix;
  copy->actions.live = false;
  return copy;
}

std::shared_ptr<const NotifyPlan> plan_of_simulation(const NotifyPlan& plan) {
  auto copy = std::make_shared<NotifyPlan>(plan);
  std::erase_if(copy->receivers,
                [](const ReceiverSpec& r) { return r.kind == ReceiverKind::heartbeat; });
  for (ReceiverSpec& receiver : copy->receivers) {
    if (receiver.kind == ReceiverKind::board) receiver.topic += suffix;
  }
  return copy;
}

}  // namespace

std::shared_ptr<const config::Config> simulation_of(const config::Config& config) {
  auto copy = std::make_shared<config::Config>(config);
  copy->plant = plant_of_simulation(*config.plant);
  if (config.notify != nullptr) copy->notify = plan_of_simulation(*config.notify);
  copy->state_directory = folder_beside(config.state_directory);
  if (!config.shift_report.directory.empty()) {
    copy->shift_report.directory = folder_beside(config.shift_report.directory);
  }
  for (config::SourceConfig& source : copy->sources) {
    source.table = without_client_id(*source.table);
  }
  if (copy->alerts.table != nullptr) copy->alerts.table = without_client_id(*copy->alerts.table);
  return copy;
}

}  // namespace parkwatch::app
