// daemon/app/simulated_clock.cpp - Time out of messages.
#include "app/simulated_clock.h"

#include <algorithm>
#include <utility>

namespace parkwatch::app {

SimulatedClock::SimulatedClock(Timestamp start)
    : now_us_(to_us(start)), began_us_(to_us(start)), started_(start != timestamp_min) {}

std::optional<Timestamp> SimulatedClock::time_of(const Message& message) {
  if (message.source >= decoders_.size() || message.oversized) return std::nullopt;
  decoded_.clear();
  decoders_[message.source]->decode(message, decoded_);
  std::optional<Timestamp> latest;
  for (const DecodedReading& reading : decoded_.readings) {
    if (reading.time && (!latest || *reading.time > *latest)) latest = reading.time;
  }
  for (const Passage& passage : decoded_.passages) {
    if (passage.time && (!latest || *passage.time > *latest)) latest = passage.time;
  }
  return latest;
}

std::optional<Duration> SimulatedClock::step_to(Timestamp t) {
  if (started_) return std::nullopt;
  return t - now();
}

void SimulatedClock::set(Timestamp t) {
  if (!std::exchange(started_, true)) began_us_ = to_us(t);
  now_us_ = std::max(now_us_.load(), to_us(t));
}

}  // namespace parkwatch::app
