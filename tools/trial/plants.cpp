// tools/trial/plants.cpp - Reads each configuration once.
#include "tools/trial/plants.h"

#include "config/config.h"

namespace parkwatch::trial {

std::shared_ptr<const Plant> Plants::of(const std::string& hash) {
  const auto known = plants_.find(hash);
  if (known != plants_.end()) return known->second;
  const auto text = history_.plant_text(hash);
  if (!text) {
    fault_ = text.error().message;
    return nullptr;
  }
  Diagnostics diagnostics;
  const auto config = config::load_bundle(*text, {}, diagnostics);
  if (config == nullptr || config->plant->hash != hash) {
    fault_ = "the configuration " + hash + " cannot be read by this version" +
             (diagnostics.empty() ? "" : ": " + to_text(diagnostics.front()));
    return nullptr;
  }
  plants_.emplace(hash, config->plant);
  return config->plant;
}

}  // namespace parkwatch::trial
