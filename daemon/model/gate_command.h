// daemon/model/gate_command.h - What people tell the gates' ledger. Plain values.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "model/gates.h"

namespace parkwatch {

// Permits come from the list in the configuration and from the API; a number has one owner.
struct PermitCommand {
  enum class Verb : std::uint8_t {
    put,     // all of `permits`, by their numbers
    remove,  // `number`
    file,    // `permits` are the whole list of the file from now on
  };
  Verb verb = Verb::put;
  std::string number;
  std::vector<Permit> permits;
  bool unchanged = false;  // file: as it was; only in the record
  bool operator==(const PermitCommand&) const = default;
};

// The ledger was wrong: nobody saw it pass, or a plate was misread.
struct GateCorrection {
  enum class Verb : std::uint8_t { enter, leave, rename };
  Verb verb = Verb::enter;
  std::string id;
  std::string to;  // rename: the right id
  Subject subject = Subject::person;
  std::string name;
  std::string gate;    // enter
  std::string zone;    // enter
  std::string reason;  // never empty
  bool operator==(const GateCorrection&) const = default;
};

struct MusterCommand {
  enum class Verb : std::uint8_t {
    start,  // freezes the list of everyone inside
    end,
    report,  // `id` is safe at `place`
  };
  Verb verb = Verb::start;
  std::string id;
  std::string place;
  std::string reason;  // start: never empty
  bool operator==(const MusterCommand&) const = default;
};

}  // namespace parkwatch
