// daemon/gates/wakes.h - When the ledger looks at what next: one time for each thing. Pure.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "gates/state.h"

namespace parkwatch::gates {

// What waits: which kind, and which of them.
struct Wake {
  enum class Kind : std::uint8_t {
    stay,
    hold,
    lane,
    card,
    count,
    permit,
    departed,
    muster,
    doubt,
    device
  };
  Kind kind = Kind::stay;
  GateRule rule = GateRule::no_permit;  // hold
  std::string key;                      // id, card, gate, zone, number
  std::string place;  // hold: the place; lane: the lane; count: the class; device: it

  friend bool operator<(const Wake& a, const Wake& b) {
    return std::tie(a.kind, a.rule, a.key, a.place) < std::tie(b.kind, b.rule, b.key, b.place);
  }
};

class Wakes {
 public:
  Wakes() = default;
  Wakes(const Wakes&) = delete;
  Wakes& operator=(const Wakes&) = delete;
  Wakes(Wakes&&) noexcept = default;
  Wakes& operator=(Wakes&&) noexcept = default;

  void clear() {
    queue_.clear();
    times_.clear();
  }
  // At `at` instead of any earlier word about it; `never`: not at all.
  void arm(const Wake& wake, Timestamp at) {
    const auto found = times_.lower_bound(wake);
    const bool known = found != times_.end() && !(wake < found->first);
    if (known && found->second == at) return;
    if (known) queue_.erase({found->second, &found->first});
    if (at == never) {
      if (known) times_.erase(found);
      return;
    }
    const auto entry = known ? found : times_.emplace_hint(found, wake, at);
    entry->second = at;
    queue_.emplace(at, &entry->first);
  }
  [[nodiscard]] Timestamp next() const { return queue_.empty() ? never : queue_.begin()->first; }
  // The first in the order of (time, wake). REQUIRES: next() is not `never`.
  std::pair<Timestamp, Wake> pop() {
    const auto first = queue_.begin();
    std::pair<Timestamp, Wake> popped{first->first, *first->second};
    queue_.erase(first);
    times_.erase(popped.second);
    return popped;
  }

 private:
  using Entry = std::pair<Timestamp, const Wake*>;  // of times_
  struct Less {
    bool operator()(const Entry& a, const Entry& b) const {
      return a.first != b.first ? a.first < b.first : *a.second < *b.second;
    }
  };

  std::map<Wake, Timestamp> times_;
  std::set<Entry, Less> queue_;
};

}  // namespace parkwatch::gates
