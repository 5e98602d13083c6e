// daemon/model/plant.cpp - See the header. No state.
#include "model/plant.h"

namespace parkwatch {

std::set<std::string, std::less<>> groups_of(const Plant& plant) {
  std::set<std::string, std::less<>> groups{std::string{own_group}, std::string{default_group}};
  for (const RuleSpec& rule : plant.rules) groups.insert(rule.group);
  if (plant.gates.on) groups.insert(plant.gates.group);
  return groups;
}

}  // namespace parkwatch
