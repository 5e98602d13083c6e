// tools/parksim/physics/systems/gate_events.h - What the readers of a gate publish as somebody or
// something passes: topics and payloads as chemical-park-gates/ledger.toml maps them. Pure; one
// thread at a time.
#pragma once
#include <string>
#include <vector>

#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

class GateEvents {
 public:
  explicit GateEvents(std::string site) : site_(std::move(site)) {}

  // The time of what is told from now on.
  void set_now(TimePoint now) { now_ = now; }

  void plate(const std::string& gate, const std::string& lane, const std::string& plate,
             bool hazmat, bool in);
  void arm(const std::string& gate, const std::string& lane, bool up);
  void card(const std::string& gate, const std::string& id, const std::string& card, bool given);
  // A reader at a muster point.
  void report(const std::string& point, const std::string& id);
  // The optical counters of all doors: people inside.
  void people(std::size_t inside);

  // A face reader's passage, to be published now or, with its own time, when the reader is on line.
  // slow: what its clock is behind.
  [[nodiscard]] SystemEvent face(const std::string& gate, const std::string& id, bool in,
                                 Span slow) const;
  void publish(SystemEvent event);

  // Appends what was told, and forgets it.
  void take(std::vector<SystemEvent>& out);

 private:
  // body: the members before the time, as JSON, each with its comma.
  [[nodiscard]] SystemEvent event(const std::string& place, const std::string& body,
                                  Span slow = {}) const;

  std::string site_;
  TimePoint now_{};
  std::vector<SystemEvent> events_;
};

}  // namespace parkwatch::parksim
