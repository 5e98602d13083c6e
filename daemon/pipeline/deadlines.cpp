// daemon/pipeline/deadlines.cpp - A binary heap whose void entries are dropped when they surface.
#include "pipeline/deadlines.h"

#include <algorithm>

namespace parkwatch::pipeline {
namespace {

constexpr Timestamp none = Timestamp::max();

bool is_later(const Deadlines::Entry& a, const Deadlines::Entry& b) {
  return a.due != b.due ? a.due > b.due : a.slot > b.slot;
}

}  // namespace

void Deadlines::reset(std::size_t count) {
  heap_.clear();
  armed_.assign(count, none);
}

void Deadlines::arm(std::uint32_t slot, Timestamp due) {
  if (due >= armed_[slot]) return;
  armed_[slot] = due;
  heap_.push_back({due, slot});
  std::push_heap(heap_.begin(), heap_.end(), is_later);
  if (heap_.size() > 2 * armed_.size() + 64) compact();
}

Deadlines::Entry Deadlines::pop() {
  std::pop_heap(heap_.begin(), heap_.end(), is_later);
  const Entry entry = heap_.back();
  heap_.pop_back();
  return entry;
}

void Deadlines::disarm(std::uint32_t slot) { armed_[slot] = none; }

// Only one entry a slot counts, so the heap never holds more than twice the slots.
void Deadlines::compact() {
  std::erase_if(heap_, [this](const Entry& e) { return armed_[e.slot] != e.due; });
  // In ascending order it is a heap already.
  std::sort(heap_.begin(), heap_.end(),
            [](const Entry& a, const Entry& b) { return is_later(b, a); });
  const auto same = [](const Entry& a, const Entry& b) {
    return a.slot == b.slot && a.due == b.due;
  };
  heap_.erase(std::unique(heap_.begin(), heap_.end(), same), heap_.end());
}

}  // namespace parkwatch::pipeline
