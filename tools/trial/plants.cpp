// tools/trial/plants.cpp - Reads each configuration once.
#include "tools/trial/plants.h"

namespace parkwatch::trial {

std::shared_ptr<const Plant> Plants::of(const std::string& hash) {
  const auto config = config_of(hash);
  return config == nullptr ? nullptr : config->plant;
}

std::shared_ptr<const config::Config> Plants::config_of(const std::string& hash) {
  const auto known = configs_.find(hash);
  if (known != configs_.end()) return known->second;
  const auto text = history_.plant_text(hash);
  if (!text) {
    fault_ = text.error().message;
    return nullptr;
  }
  Diagnostics diagnostics;
  auto config = config::load_bundle(*text, {}, diagnostics);
  if (config == nullptr || config->plant->hash != hash) {
    fault_ = "the configuration " + hash + " cannot be read by this version" +
             (diagnostics.empty() ? "" : ": " + to_text(diagnostics.front()));
    return nullptr;
  }
  return configs_.emplace(hash, std::move(config)).first->second;
}

}  // namespace parkwatch::trial
