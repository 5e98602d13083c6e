// daemon/alarms/kpi.cpp - The figures, each from the activations alone.
#include "alarms/kpi.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <utility>

namespace parkwatch::alarms {
namespace {

using Activations = std::span<const Activation>;

// The part that was raised in [from, to).
Activations raised_in(Activations all, Timestamp from, Timestamp to) {
  const auto before = [](const Activation& a, Timestamp t) { return a.raised < t; };
  const auto first = std::lower_bound(all.begin(), all.end(), from, before);
  const auto last = std::lower_bound(first, all.end(), to, before);
  return {first, last};
}

double per(Duration unit, std::size_t count, Duration span) {
  return static_cast<double>(count) * static_cast<double>(unit.count()) /
         static_cast<double>(span.count());
}

void count_windows(Activations own, Kpi& kpi) {
  const auto length = window_length.count();
  kpi.windows = static_cast<std::size_t>((kpi.span().count() + length - 1) / length);
  std::map<std::int64_t, std::size_t> counts;  // empty ones are counted by their absence
  for (const Activation& a : own) ++counts[(a.raised - kpi.from).count() / length];
  for (const auto& [window, count] : counts) {
    kpi.window_most = std::max(kpi.window_most, count);
    if (count > window_alarms_max) ++kpi.windows_over;
  }
}

// Runs a window of the last 10 min over the raises: (t - 10 min, t].
class FloodScan {
 public:
  explicit FloodScan(Kpi& kpi) : kpi_(kpi) {}

  // All that were raised at one time: what leaves the window then goes with their coming.
  void raise(Activations group) {
    const Timestamp at = group.front().raised;
    expire(at - Duration{1});
    for (const Activation& a : group) recent_.push_back(&a);
    while (recent_.front()->raised + window_length <= at) recent_.pop_front();
    if (open_) {
      for (const Activation& a : group) add(kpi_.floods.back(), a);
      if (recent_.size() < flood_ends_below) end(at);
    } else if (recent_.size() > window_alarms_max) {
      open_ = true;
      kpi_.floods.emplace_back().from = at;
      for (const Activation* one : recent_) add(kpi_.floods.back(), *one);
    }
  }

  // What left the window by `t` may end a flood.
  void expire(Timestamp t) {
    while (!recent_.empty() && recent_.front()->raised + window_length <= t) {
      const Timestamp left = recent_.front()->raised + window_length;
      recent_.pop_front();
      if (open_ && recent_.size() < flood_ends_below) end(left);
    }
  }

  void finish() {
    expire(kpi_.to);
    if (open_) end(kpi_.to);
  }

 private:
  void end(Timestamp at) {
    open_ = false;
    kpi_.floods.back().to = std::min(at, kpi_.to);
  }
  static void add(Flood& flood, const Activation& a) {
    ++flood.alarms;
    if (flood.first.size() < top_alarms) flood.first.push_back(a);
  }

  Kpi& kpi_;
  std::deque<const Activation*> recent_;
  bool open_ = false;
};

void find_floods(Activations all, Kpi& kpi) {
  // A flood that stands at `from` began a while before: a day is longer than any.
  FloodScan scan{kpi};
  const Activations seen = raised_in(all, kpi.from - std::chrono::hours{24}, kpi.to);
  for (std::size_t at = 0; at < seen.size();) {
    std::size_t end = at + 1;
    while (end < seen.size() && seen[end].raised == seen[at].raised) ++end;
    scan.raise(seen.subspan(at, end - at));
    at = end;
  }
  scan.finish();
  std::erase_if(kpi.floods, [&](const Flood& flood) { return flood.to <= kpi.from; });
  for (const Flood& flood : kpi.floods) kpi.in_flood += flood.to - std::max(flood.from, kpi.from);
}

using Key = std::pair<std::string, std::string>;

std::vector<AlarmCount> sorted_counts(const std::map<Key, std::size_t>& counts, std::size_t total) {
  std::vector<AlarmCount> sorted;
  for (const auto& [key, count] : counts) {
    const double share = static_cast<double>(count) / static_cast<double>(total);
    sorted.push_back({key.first, key.second, count, share});
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const AlarmCount& a, const AlarmCount& b) { return a.count > b.count; });
  return sorted;
}

void rank(Activations own, Kpi& kpi) {
  std::map<Key, std::size_t> counts;
  for (const Activation& a : own) ++counts[{a.rule, a.tag}];
  kpi.top = sorted_counts(counts, std::max<std::size_t>(own.size(), 1));
  if (kpi.top.size() > top_alarms) kpi.top.resize(top_alarms);
  for (const AlarmCount& one : kpi.top) kpi.top_share += one.share;
}

void find_chatter(Activations own, Kpi& kpi) {
  struct Recent {
    std::deque<Timestamp> raised;
    bool chatters = false;
  };
  std::map<Key, Recent> recent;
  std::map<Key, std::size_t> episodes;
  for (const Activation& a : own) {
    Recent& alarm = recent[{a.rule, a.tag}];
    while (!alarm.raised.empty() && alarm.raised.front() + chatter_within <= a.raised) {
      alarm.raised.pop_front();
    }
    alarm.raised.push_back(a.raised);
    const bool chatters = alarm.raised.size() >= chatter_activations;
    if (chatters && !alarm.chatters) ++episodes[{a.rule, a.tag}];
    alarm.chatters = chatters;
    const bool seen = a.acknowledged && a.ended && *a.acknowledged <= *a.ended;
    const auto lasted = a.lasted();
    if (lasted && *lasted < chatter_within && !seen) ++kpi.fleeting;
  }
  kpi.chattering = sorted_counts(episodes, std::max<std::size_t>(own.size(), 1));
}

void look_at_acknowledgements(Activations own, Kpi& kpi) {
  std::vector<Duration> times;
  for (const Activation& a : own) {
    const bool known = a.acknowledged && *a.acknowledged < kpi.to;
    const Duration waited = (known ? *a.acknowledged : kpi.to) - a.raised;
    if (waited > window_length) ++kpi.unacknowledged_late;
    if (known) times.push_back(waited);
  }
  kpi.acknowledged = waits_of(std::move(times));
}

Waits detections_of(Activations own) {
  std::vector<Duration> times;
  for (const Activation& a : own) {
    if (a.detected_in) times.push_back(*a.detected_in);
  }
  return waits_of(std::move(times));
}

Waits closings_of(Activations all, Timestamp from, Timestamp to) {
  std::vector<Duration> times;
  for (const Activation& a : all) {
    if (!a.ended || *a.ended < from || *a.ended >= to) continue;
    if (const auto lasted = a.lasted()) times.push_back(*lasted);
  }
  return waits_of(std::move(times));
}

// How many of these spans there are at one time.
class AtOneTime {
 public:
  void add(Timestamp from, Timestamp to) {
    changes_.emplace_back(from, 1);
    changes_.emplace_back(to, -1);
  }
  [[nodiscard]] std::size_t most() {
    std::sort(changes_.begin(), changes_.end());  // an end before a beginning of the same time
    std::ptrdiff_t now = 0;
    std::ptrdiff_t most = 0;
    for (const auto& [at, change] : changes_) most = std::max(most, now += change);
    return static_cast<std::size_t>(most);
  }

 private:
  std::vector<std::pair<Timestamp, int>> changes_;
};

void look_at_activity(Activations all, Kpi& kpi) {
  AtOneTime active;
  AtOneTime stale;
  for (const Activation& a : all) {
    if (a.raised >= kpi.to) break;
    const Timestamp ended = std::min(a.ended.value_or(kpi.to), kpi.to);
    if (ended <= kpi.from) continue;
    kpi.active_time += ended - std::max(a.raised, kpi.from);
    active.add(std::max(a.raised, kpi.from), ended);
    if (ended - a.raised <= stale_after) continue;
    kpi.stale.push_back(a);
    stale.add(std::max(a.raised + stale_after, kpi.from), ended);
  }
  kpi.active_most = active.most();
  kpi.stale_most = stale.most();
}

// For an operator an alarm begins when he can see it.
std::vector<Activation> as_told(Activations all) {
  std::vector<Activation> told;
  for (const Activation& a : all) {
    if (!a.shown) continue;
    told.push_back(a);
    told.back().raised = *a.shown;
    if (a.acknowledged) told.back().acknowledged = std::max(*a.acknowledged, *a.shown);
  }
  std::stable_sort(told.begin(), told.end(),
                   [](const Activation& a, const Activation& b) { return a.raised < b.raised; });
  return told;
}

}  // namespace

Kpi kpi_of(Activations all, Timestamp from, Timestamp to,
           std::span<const Unauthorised> unauthorised) {
  Kpi kpi;
  kpi.from = from;
  kpi.to = to;
  kpi.unauthorised = static_cast<std::size_t>(
      std::count_if(unauthorised.begin(), unauthorised.end(),
                    [&](const Unauthorised& one) { return one.at >= from && one.at < to; }));
  const std::vector<Activation> told = as_told(all);
  const Activations raised = raised_in(all, from, to);
  kpi.hidden = static_cast<std::uint64_t>(
      std::count_if(raised.begin(), raised.end(), [](const auto& a) { return !a.shown; }));
  const Activations activations{told};
  const Activations own = raised_in(activations, from, to);
  kpi.activations = own.size();
  kpi.per_10_min = per(window_length, own.size(), kpi.span());
  kpi.per_hour = per(std::chrono::hours{1}, own.size(), kpi.span());
  kpi.per_day = per(std::chrono::hours{24}, own.size(), kpi.span());
  for (const Activation& a : own) {
    ++kpi.by_priority.at(static_cast<std::size_t>(a.priority));
    if (a.overdue) ++kpi.responded_late;
  }
  count_windows(own, kpi);
  find_floods(activations, kpi);
  rank(own, kpi);
  find_chatter(own, kpi);
  kpi.detected = detections_of(own);
  look_at_acknowledgements(own, kpi);
  kpi.closed = closings_of(activations, from, to);
  look_at_activity(activations, kpi);
  return kpi;
}

}  // namespace parkwatch::alarms
