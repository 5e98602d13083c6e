// tests/unit/pipeline/hiding.h - Who is told of an alarm while something hides it at times: plain
// loops over the whole series.
#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "model/alarm_event.h"
#include "tests/support/reference/reference.h"

namespace parkwatch::test {

// What hides an alarm, from when until before when. `by_return`: it ends with a return, which it
// hides still.
struct HiddenSpan {
  Timestamp from;
  Timestamp until;
  bool by_return = false;
};
using Spans = std::vector<HiddenSpan>;
using Notices = std::vector<std::pair<Timestamp, bool>>;  // when; opens, or closes

// `after`: what ends then has ended.
inline bool is_in(const Spans& spans, Timestamp t, bool after = false) {
  return std::any_of(spans.begin(), spans.end(), [t, after](const HiddenSpan& span) {
    return span.from <= t && (t < span.until || (span.by_return && !after && t == span.until));
  });
}

// What keeps an alarm open beside its condition: a latch until it is reset, and chatter.
struct Keeping {
  bool latched = false;
  std::vector<Timestamp> resets;   // those of an active alarm do nothing
  std::vector<Timestamp> counted;  // when each raise counts; none: when it is
};

// Three raises within a minute chatter, until there has been none for a minute.
class Chatter {
 public:
  static constexpr Duration time = std::chrono::minutes{1};
  void raised(Timestamp at, Timestamp counted) {
    std::erase_if(raises_, [counted](Timestamp t) { return counted - t > time; });
    raises_.push_back(counted);
    on_ = on_ || raises_.size() == 3;
    calm_ = at + time;
  }
  [[nodiscard]] bool on() const { return on_; }
  [[nodiscard]] bool ends_by(Timestamp t) const { return !raises_.empty() && calm_ <= t; }
  Timestamp end() {
    raises_.clear();
    on_ = false;
    return calm_;
  }

 private:
  std::vector<Timestamp> raises_;
  Timestamp calm_;
  bool on_ = false;
};

// A raise in sight opens, and so does the end of hiding while it stands or is latched.
inline Notices notices_of(const reference::Changes& changes, const Spans& hidden, Timestamp end,
                          const Keeping& keeping = {}) {
  struct Moment {
    std::optional<Level> level;
    bool resets = false;
  };
  std::multimap<std::pair<Timestamp, bool>, Moment> moments;  // when; after what is then
  for (const HiddenSpan& span : hidden) moments.insert({{span.until, span.by_return}, {}});
  for (const reference::Change& change : changes)
    moments.insert({{change.at, false}, {change.level}});
  for (const Timestamp at : keeping.resets) moments.insert({{at, false}, {{}, true}});
  moments.insert({{end, true}, {}});
  Notices notices;
  bool open = false;
  bool latched = false;
  Level level = Level::none;
  Chatter chatter;
  std::size_t raises = 0;
  const auto holds = [&] { return level != Level::none || latched; };
  const auto close = [&](Timestamp at) {
    if (open && !holds() && !chatter.on()) notices.emplace_back(at, open = false);
  };
  for (const auto& [when, moment] : moments) {
    const auto [at, after] = when;
    if (at > end) break;
    if (chatter.ends_by(at)) close(chatter.end());
    if (moment.level && level == Level::none && moment.level != Level::none) {
      latched = false;
      chatter.raised(at, keeping.counted.empty() ? at : keeping.counted.at(raises));
      ++raises;
    }
    level = moment.level.value_or(level);
    if (moment.level == Level::none) latched = keeping.latched;
    if (moment.resets && level == Level::none) latched = false;
    if (!open && holds() && !moment.resets && !is_in(hidden, at, after)) {
      notices.emplace_back(at, open = true);
    }
    close(at);
  }
  return notices;
}

// Of what a run gave out for one rule.
inline Notices notices_in(const std::vector<AlarmEvent>& transitions, const std::string& rule) {
  Notices notices;
  for (const AlarmEvent& e : transitions) {
    const bool tells = e.notice == Notice::opens || e.notice == Notice::closes;
    if (e.rule == rule && tells) notices.emplace_back(e.at, e.notice == Notice::opens);
  }
  return notices;
}

}  // namespace parkwatch::test
