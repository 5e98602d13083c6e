// daemon/model/facts.cpp - What of the inputs is about people.
#include "model/facts.h"

namespace parkwatch {

bool is_personal(const RecordedInput& input) {
  if (std::holds_alternative<PassageSeen>(input.body)) return true;
  const auto* command = std::get_if<Command>(&input.body);
  if (command == nullptr) return false;
  return std::holds_alternative<PermitCommand>(command->body) ||
         std::holds_alternative<GateCorrection>(command->body) ||
         std::holds_alternative<MusterCommand>(command->body);
}

}  // namespace parkwatch
