// daemon/rules/repeat.cpp - Beginnings within a time.
#include "rules/repeat.h"

#include <algorithm>
#include <utility>

namespace parkwatch::rules {

RepeatSignal::RepeatSignal(Trigger trigger, std::uint32_t times, Duration within)
    : trigger_(std::move(trigger)), times_(times), within_(within) {}

std::optional<double> RepeatSignal::take(Timestamp time, double value) {
  // What lies far ahead is of a clock that was set back since.
  std::erase_if(begun_, [&](Timestamp t) { return time - t >= within_ || t - time > within_; });
  const Met met = trigger_.is_met(value) ? Met::yes : Met::no;
  if (std::exchange(met_, met) == Met::no && met == Met::yes) {
    if (begun_.size() == times_) begun_.erase(begun_.begin());
    begun_.insert(std::upper_bound(begun_.begin(), begun_.end(), time), time);
  }
  return count();
}

Timestamp RepeatSignal::due() const {
  return begun_.size() < times_ ? never : begun_.front() + within_;
}

std::optional<double> RepeatSignal::on_due() {
  begun_.erase(begun_.begin());
  return count();
}

void RepeatSignal::shift(Duration by) {
  for (Timestamp& t : begun_) t += by;
}

ReadingSignal::Memory RepeatSignal::memory() const {
  Memory memory;
  for (const Timestamp t : begun_) memory.samples.push_back({t, 0});
  if (met_ != Met::unknown) memory.numbers = {met_ == Met::yes ? 1.0 : 0.0};
  return memory;
}

bool RepeatSignal::restore(const Memory& memory) {
  if (memory.samples.size() > times_ || memory.numbers.size() > 1) return false;
  met_ = Met::unknown;
  if (!memory.numbers.empty()) met_ = memory.numbers[0] != 0 ? Met::yes : Met::no;
  begun_.clear();
  for (const Sample& s : memory.samples) {
    if (!begun_.empty() && s.time < begun_.back()) return false;
    begun_.push_back(s.time);
  }
  return true;
}

}  // namespace parkwatch::rules
