// tools/parksim/physics/link.h - The radio link of one site: readings on their way to the broker.
// Pure; one thread at a time.
#pragma once
#include <cstdint>
#include <deque>
#include <vector>

#include "tools/parksim/physics/tag.h"

namespace parkwatch::parksim {

class Link {
 public:
  // What the gateway's buffer holds; beyond it the oldest are lost (an hour of the tank farm).
  static constexpr std::size_t buffer_max = 100'000;
  // How many readings a step carries while a backlog is sent.
  static constexpr std::size_t backlog_a_step = 50;

  // Readings of the site from now on: kept while down, or lost while down.
  void set_down(bool buffering_outage, bool losing_outage);
  // Takes a reading in.
  void offer(const Sample& sample);
  // Appends what arrives in this step, in the order of offer().
  void carry(std::vector<Sample>& out);

  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  bool down_ = false;
  bool losing_ = false;
  std::deque<Sample> buffer_;
  std::uint64_t lost_ = 0;
};

}  // namespace parkwatch::parksim
