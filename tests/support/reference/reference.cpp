// tests/support/reference/reference.cpp - Plain loops over the whole series.
#include "tests/support/reference/reference.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

namespace parkwatch::reference {
namespace {

struct One {
  const Limit* limit;
  bool in = false;
  bool active = false;
  Duration left{0};  // of a delay, while in != active
};

int side_of(Level level) { return level == Level::low || level == Level::low_low ? -1 : 1; }
bool is_outer(Level level) { return level == Level::low_low || level == Level::high_high; }

void look(One& one, double value) {
  const double past = (value - one.limit->at) * side_of(one.limit->level);
  const bool in = one.in ? past >= -one.limit->deadband : past > 0;
  if (in == one.in) return;
  one.in = in;
  one.left = in ? one.limit->on_delay : one.limit->off_delay;
}

void settle(std::vector<One>& all) {
  for (One& one : all) {
    if (one.in != one.active && one.left <= Duration{0}) one.active = one.in;
  }
  for (const One& outer : all) {
    if (!outer.active || !outer.in || !is_outer(outer.limit->level)) continue;
    for (One& inner : all) {
      if (side_of(inner.limit->level) == side_of(outer.limit->level) && inner.in) {
        inner.active = true;
      }
    }
  }
}

Level level_of(const std::vector<One>& all) {
  const One* best = nullptr;
  const auto rank = [](const One& one) {
    return std::tuple{is_outer(one.limit->level), one.in, side_of(one.limit->level)};
  };
  for (const One& one : all) {
    if (one.active && (best == nullptr || rank(one) > rank(*best))) best = &one;
  }
  return best == nullptr ? Level::none : best->limit->level;
}

double aggregate(Aggregate kind, const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  double squares = 0;
  for (const double value : values) squares += (value - sum / n) * (value - sum / n);
  switch (kind) {
    case Aggregate::avg:
      return sum / n;
    case Aggregate::min:
      return *std::min_element(values.begin(), values.end());
    case Aggregate::max:
      return *std::max_element(values.begin(), values.end());
    case Aggregate::sum:
      return sum;
    case Aggregate::count:
      return n;
    case Aggregate::stddev:
      return std::sqrt(squares / n);
  }
  return 0;
}

std::optional<double> verdict(const WindowSpec& spec, const std::vector<double>& values) {
  if (values.size() < std::max(spec.count_min, 1U)) return std::nullopt;
  return aggregate(spec.aggregate, values);
}

Series only_good(const Series& readings) {
  Series good;
  std::copy_if(readings.begin(), readings.end(), std::back_inserter(good),
               [](const Point& p) { return p.value.has_value(); });
  return good;
}

}  // namespace

Changes levels(const std::vector<Limit>& limits, const Series& signal, Timestamp end) {
  std::vector<One> all;
  for (const Limit& limit : limits) all.push_back({&limit});
  Changes changes;
  Level level = Level::none;
  const auto note = [&](Timestamp at) {
    settle(all);
    // What is found late by the device's time is never stamped before what was told already.
    if (!changes.empty()) at = std::max(at, changes.back().at);
    if (level_of(all) != level) changes.push_back({at, level = level_of(all)});
  };
  for (std::size_t i = 0; i < signal.size() && signal[i].at <= end; ++i) {
    if (!signal[i].value) continue;  // and no time passes for delays
    for (One& one : all) look(one, *signal[i].value);
    note(signal[i].at);
    Timestamp now = signal[i].at;
    const Timestamp next = i + 1 < signal.size() ? std::min(signal[i + 1].at, end) : end;
    for (;;) {
      Duration step = next - now;
      bool pending = false;
      for (const One& one : all) {
        if (one.in != one.active && one.left <= step) {
          step = one.left;
          pending = true;
        }
      }
      for (One& one : all) one.left -= step;
      now += step;
      if (!pending) break;
      note(now);
    }
  }
  return changes;
}

Changes on_off(Duration on_delay, Duration off_delay, const Series& signal, Timestamp end) {
  return levels({{.level = Level::on, .at = 0.5, .on_delay = on_delay, .off_delay = off_delay}},
                signal, end);
}

Series states(const std::vector<double>& alarming, const Series& readings) {
  Series signal = readings;
  for (Point& p : signal) {
    if (p.value) p.value = std::count(alarming.begin(), alarming.end(), *p.value) > 0 ? 1 : 0;
  }
  return signal;
}

Series slopes(Duration over, Duration per, const Series& readings) {
  Series signal;
  Series kept;
  for (const Point& p : readings) {
    signal.push_back({p.at, std::nullopt});
    if (!p.value) continue;
    for (const Point& then : kept) {
      if (p.at - then.at < over) continue;
      signal.back().value = (*p.value - *then.value) /
                            static_cast<double>((p.at - then.at).count()) *
                            static_cast<double>(per.count());
    }
    if (kept.empty() || p.at - kept.back().at >= over / 60) kept.push_back(p);
  }
  return signal;
}

Changes silences(Duration after, const Series& readings, Timestamp begin, Timestamp end) {
  Changes changes;
  Timestamp last = begin;
  for (const Point& p : only_good(readings)) {
    if (p.at - last >= after) {
      changes.push_back({last + after, Level::on});
      changes.push_back({p.at, Level::none});
    }
    last = p.at;
  }
  if (end - last >= after) changes.push_back({last + after, Level::on});
  return changes;
}

Series calendar(const WindowSpec& spec, Duration late_after, const Series& readings,
                Timestamp end) {
  std::map<std::int64_t, std::vector<double>> windows;
  for (const Point& p : only_good(readings)) {
    windows[p.at.time_since_epoch() / spec.length].push_back(*p.value);
  }
  Series signal;
  for (const auto& [number, values] : windows) {
    const Timestamp over{spec.length * (number + 1)};
    const auto past = std::find_if(readings.begin(), readings.end(),
                                   [&](const Point& p) { return p.at >= over; });
    const bool in_time = past != readings.end() && past->at < over + late_after;
    const Timestamp at = in_time ? over : over + late_after;
    if (in_time || at <= end) signal.push_back({at, verdict(spec, values)});
  }
  return signal;
}

Series sliding(const WindowSpec& spec, Duration late_after, const Series& readings, Timestamp end) {
  const Duration step = spec.length / 60;
  Series signal;
  Series seen;
  const auto window_at = [&](std::int64_t newest) {
    std::vector<double> values;
    for (const Point& p : seen) {
      const std::int64_t number = p.at.time_since_epoch() / step;
      if (number > newest - 60 && number <= newest) values.push_back(*p.value);
    }
    return values;
  };
  // The steps after that of the last good reading, until `until`, or until nothing is left.
  const auto move = [&](std::int64_t from, Timestamp until, bool reading_comes) {
    for (std::int64_t number = from + 1;; ++number) {
      const Timestamp boundary{step * number};
      const bool by_deadline = boundary + late_after <= until;
      if (!by_deadline && !(reading_comes && boundary <= until)) return;
      const auto values = window_at(number);
      signal.push_back({by_deadline ? boundary + late_after : boundary, verdict(spec, values)});
      if (values.empty()) return;
    }
  };
  std::int64_t newest = 0;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const Point& p = readings[i];
    if (!seen.empty()) move(newest, p.at, true);
    newest = p.at.time_since_epoch() / step;
    if (!p.value) continue;
    seen.push_back(p);
    signal.push_back({p.at, verdict(spec, window_at(newest))});
  }
  if (!seen.empty()) move(newest, end, false);
  return signal;
}

Series combined(const std::vector<Series>& tags,
                const std::function<double(const std::vector<double>&)>& f) {
  struct Arrival {
    Timestamp at;
    std::size_t tag;
    std::optional<double> value;
  };
  std::vector<Arrival> arrivals;
  for (std::size_t tag = 0; tag < tags.size(); ++tag) {
    for (const Point& p : tags[tag]) arrivals.push_back({p.at, tag, p.value});
  }
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  std::vector<std::optional<double>> last(tags.size());
  Series signal;
  for (const Arrival& arrival : arrivals) {
    last[arrival.tag] = arrival.value;
    const bool known =
        std::all_of(last.begin(), last.end(), [](const auto& v) { return v.has_value(); });
    std::vector<double> values;
    for (const auto& value : last) values.push_back(value.value_or(0));
    signal.push_back({arrival.at, known ? std::optional{f(values)} : std::nullopt});
  }
  return signal;
}

}  // namespace parkwatch::reference
