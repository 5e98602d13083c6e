// tools/parksim/physics/link.cpp - A first-in, first-out buffer in front of a link that may be
// down.
#include "tools/parksim/physics/link.h"

#include <algorithm>

namespace parkwatch::parksim {

void Link::set_down(bool buffering_outage, bool losing_outage) {
  down_ = buffering_outage || losing_outage;
  losing_ = losing_outage;
}

void Link::offer(const Sample& sample) {
  if (losing_) {
    ++lost_;
    return;
  }
  if (buffer_.size() == buffer_max) {
    buffer_.pop_front();
    ++lost_;
  }
  buffer_.push_back(sample);
}

void Link::carry(std::vector<Sample>& out) {
  if (down_) return;
  const auto count = static_cast<std::ptrdiff_t>(std::min(buffer_.size(), backlog_a_step));
  out.insert(out.end(), buffer_.begin(), buffer_.begin() + count);
  buffer_.erase(buffer_.begin(), buffer_.begin() + count);
}

}  // namespace parkwatch::parksim
