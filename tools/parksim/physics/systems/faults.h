// tools/parksim/physics/systems/faults.h - What the causes of simulated systems have in common:
// which are at work, and faults that grow. Plain values.
#pragma once
#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "tools/parksim/physics/system.h"

namespace parkwatch::parksim {

// The causes that are at work.
class Causes {
 public:
  void set(std::string_view name, bool on) {
    if (on) {
      on_.emplace(name);
    } else if (const auto at = on_.find(name); at != on_.end()) {
      on_.erase(at);
    }
  }
  [[nodiscard]] bool has(std::string_view name) const { return on_.find(name) != on_.end(); }

 private:
  std::set<std::string, std::less<>> on_;
};

// A fault that grows by so much a second while its cause lasts, up to a most, and goes away with a
// first-order lag when it is mended. In the unit of what it adds to.
class Worsening {
 public:
  Worsening(double per_s, double most, double mend_s)
      : per_s_(per_s), most_(most), mend_s_(mend_s) {}

  double step(bool on, double dt_s) {
    value_ = on ? std::min(most_, value_ + per_s_ * dt_s) : lagged(value_, 0.0, dt_s, mend_s_);
    return value_;
  }
  [[nodiscard]] double value() const { return value_; }

 private:
  double per_s_;
  double most_;
  double mend_s_;
  double value_ = 0.0;
};

// Time since a cause began; 0 while it is not at work.
class Since {
 public:
  double step(bool on, double dt_s) {
    seconds_ = on ? seconds_ + dt_s : 0.0;
    return seconds_;
  }

 private:
  double seconds_ = 0.0;
};

}  // namespace parkwatch::parksim
