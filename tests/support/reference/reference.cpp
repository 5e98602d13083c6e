// tests/support/reference/reference.cpp - Plain loops over the whole series.
#include "tests/support/reference/reference.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "tests/support/reference/periods.h"

namespace parkwatch::reference {
namespace {

struct One {
  const Limit* limit;
  bool in = false;
  bool active = false;
  Duration left{0};  // of a delay, while in != active
  std::vector<Timestamp> passed;
};

int side_of(Level level) { return level == Level::low || level == Level::low_low ? -1 : 1; }
bool is_outer(Level level) { return level == Level::low_low || level == Level::high_high; }

void look(One& one, double value, Timestamp at, const Count& count) {
  const double past = (value - one.limit->at) * side_of(one.limit->level);
  const bool in = one.in ? past >= -one.limit->deadband : past > 0;
  if (in == one.in) return;
  one.in = in;
  one.left = in ? one.limit->on_delay : one.limit->off_delay;
  if (!in || count.times == 0) return;
  one.passed.push_back(at);
  const auto recent = std::count_if(one.passed.begin(), one.passed.end(),
                                    [&](Timestamp t) { return at - t < count.within; });
  if (static_cast<std::size_t>(recent) >= count.times) one.left = Duration{0};
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
    case Aggregate::integral:
    case Aggregate::increase:
      break;  // see totals()
  }
  return 0;
}

std::optional<double> verdict(const WindowSpec& spec, const std::vector<double>& values) {
  if (values.size() < std::max(spec.count_min, 1U)) return std::nullopt;
  return aggregate(spec.aggregate, values);
}

// When that is found: at the first reading past it, or `late_after` later.
Timestamp found_over(Timestamp over, Duration late_after, const Series& readings) {
  const auto past =
      std::find_if(readings.begin(), readings.end(), [&](const Point& p) { return p.at >= over; });
  return past != readings.end() && past->at < over + late_after ? over : over + late_after;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

struct Arrival {
  Timestamp at;
  std::size_t tag;
  std::optional<double> value;
};

// Readings at the same time in the order of the tags.
std::vector<Arrival> arrivals_of(const std::vector<Series>& tags) {
  std::vector<Arrival> arrivals;
  for (std::size_t tag = 0; tag < tags.size(); ++tag) {
    for (const Point& p : tags[tag]) arrivals.push_back({p.at, tag, p.value});
  }
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  return arrivals;
}

Series only_good(const Series& readings) {
  Series good;
  std::copy_if(readings.begin(), readings.end(), std::back_inserter(good),
               [](const Point& p) { return p.value.has_value(); });
  return good;
}

}  // namespace

Changes levels(const std::vector<Limit>& limits, const Series& signal, Timestamp end, Count count) {
  std::vector<One> all;
  for (const Limit& limit : limits) all.push_back({&limit, false, false, Duration{0}, {}});
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
    for (One& one : all) look(one, *signal[i].value, signal[i].at, count);
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

Series calendar(const WindowSpec& spec, Duration late_after, const Series& readings, Timestamp end,
                const Calendar& site) {
  std::map<Timestamp, std::vector<double>> windows;  // by their end
  Spans spans{spec, site};
  for (const Point& p : only_good(readings)) {
    windows[spans.around(p.at).end].push_back(*p.value);
  }
  Series signal;
  for (const auto& [over, values] : windows) {
    const Timestamp at = found_over(over, late_after, readings);
    if (at <= end) signal.push_back({at, verdict(spec, values)});
  }
  return signal;
}

Series totals(const WindowSpec& spec, Duration late_after, const Series& readings, Timestamp end,
              const Calendar& site) {
  const Series good = only_good(readings);
  const auto part = [&](const Point& from, Timestamp begin, Timestamp to) {
    const Timestamp until = std::min(to, from.at + spec.gap);
    const Duration span = until - std::max(from.at, begin);
    return std::max(0.0, static_cast<double>(span.count())) * *from.value /
           static_cast<double>(spec.per.count());
  };
  Series signal;
  Spans spans{spec, site};
  for (std::size_t i = 0; i < good.size(); ++i) {
    const auto [begin, over] = spans.around(good[i].at);
    double total = 0;
    std::size_t count = 0;
    for (std::size_t j = 0; j <= i; ++j) {
      if (good[j].at >= begin) ++count;
      if (j == 0 || good[j].at < begin) continue;
      const double before = *good[j - 1].value;
      if (spec.aggregate == Aggregate::integral) total += part(good[j - 1], begin, good[j].at);
      if (spec.aggregate == Aggregate::increase) {
        total += *good[j].value >= before ? *good[j].value - before : *good[j].value;
      }
    }
    const auto told = [&](double value) {
      return count < spec.count_min ? std::nullopt : std::optional{value};
    };
    signal.push_back({good[i].at, told(total)});
    if (i + 1 < good.size() && good[i + 1].at < over) continue;
    if (spec.aggregate == Aggregate::integral) total += part(good[i], begin, over);
    const Timestamp at = found_over(over, late_after, readings);
    if (at <= end) signal.push_back({at, told(total)});
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
  std::vector<std::optional<double>> last(tags.size());
  Series signal;
  for (const Arrival& arrival : arrivals_of(tags)) {
    last[arrival.tag] = arrival.value;
    const bool known =
        std::all_of(last.begin(), last.end(), [](const auto& v) { return v.has_value(); });
    std::vector<double> values;
    for (const auto& value : last) values.push_back(value.value_or(0));
    signal.push_back({arrival.at, known ? std::optional{f(values)} : std::nullopt});
  }
  return signal;
}

Series votes(const std::vector<Series>& tags, const Trigger& trigger, std::size_t k) {
  std::vector<std::optional<double>> last(tags.size());
  Series signal;
  for (const Arrival& arrival : arrivals_of(tags)) {
    last[arrival.tag] = arrival.value;
    std::size_t for_it = 0;
    std::size_t unknown = 0;
    for (const auto& value : last) {
      if (!value) ++unknown;
      if (value && trigger.is_met(*value)) ++for_it;
    }
    const bool open = for_it < k && for_it + unknown >= k;
    signal.push_back(
        {arrival.at, open ? std::nullopt : std::optional{static_cast<double>(for_it)}});
  }
  return signal;
}

Changes mismatches(Duration within, const Series& own, const Series& command, Timestamp end) {
  const auto arrivals = arrivals_of({own, command});
  std::optional<double> is;
  std::optional<double> wanted;
  std::optional<double> wanted_before;
  Duration left = within;
  bool alarm = false;
  Changes changes;
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    const Arrival& a = arrivals[i];
    (a.tag == 0 ? is : wanted) = a.value;
    const bool is_command = a.tag == 1 && a.value;  // a bad one is none
    const bool changed = is_command && a.value != wanted_before;
    if (is_command) wanted_before = a.value;
    if (!is || !wanted) continue;  // and no time passes
    if (*is == *wanted) {
      if (alarm) changes.push_back({a.at, Level::none});
      alarm = false;
      left = within;
      continue;
    }
    if (changed) left = within;
    const Timestamp next = i + 1 < arrivals.size() ? std::min(arrivals[i + 1].at, end) : end;
    if (!alarm && left <= next - a.at) {
      changes.push_back({a.at + left, Level::on});
      alarm = true;
    }
    left -= next - a.at;
  }
  return changes;
}

Series forecasts(Duration over, double target, bool rising, const Series& readings) {
  Series signal;
  Series kept;
  for (const Point& p : readings) {
    signal.push_back({p.at, std::nullopt});
    if (!p.value) continue;
    if (kept.empty() || p.at - kept.back().at >= over / 30) kept.push_back(p);
    Series used;
    for (const Point& k : kept) {
      if (kept.back().at - k.at <= over) used.push_back(k);
    }
    if (used.size() < 5 || used.back().at - used.front().at < over / 2) continue;
    const auto minutes = [&](Timestamp at) {
      return static_cast<double>((at - used.front().at).count()) / 60e6;
    };
    std::vector<double> slopes;
    for (const Point& a : used) {
      for (const Point& b : used) {
        if (a.at < b.at) slopes.push_back((*b.value - *a.value) / (minutes(b.at) - minutes(a.at)));
      }
    }
    const double slope = median(slopes);
    std::vector<double> offsets;
    for (const Point& k : used) offsets.push_back(*k.value - slope * minutes(k.at));
    const double now = median(offsets) + slope * minutes(p.at);
    const double way = rising ? target - now : now - target;
    const double speed = rising ? slope : -slope;
    const double year = 366.0 * 24 * 60;
    signal.back().value = way <= 0 ? 0 : speed <= 0 ? year : std::min(way / speed, year);
  }
  return signal;
}

Series drifts(const RuleSpec& rule, const Series& readings) {
  const auto hours_of = [](Duration d) { return static_cast<double>(d.count()) / 3600e6; };
  const double memory = hours_of(rule.baseline);
  double most = 0;
  for (const Limit& limit : rule.limits) most = std::max(most, 2 * std::abs(limit.at));
  Series signal;
  std::optional<Timestamp> last;
  double baseline = 0;
  double up = 0;
  double down = 0;
  double covered = 0;
  for (const Point& p : readings) {
    signal.push_back({p.at, std::nullopt});
    if (!p.value) continue;
    const double dt = last ? hours_of(p.at - *last) : 0;
    if (!last || dt > memory) {
      baseline = *p.value;
      up = down = covered = 0;
      last = p.at;
      continue;
    }
    last = p.at;
    if (p.at > signal.front().at && dt <= hours_of(rule.per)) {
      const double off = *p.value - baseline;
      const bool warm = covered >= memory - 1e-12;
      if (warm) {
        up = std::clamp(up + (off - rule.slack) * dt / hours_of(rule.per), 0.0, most);
        down = std::clamp(down + (-off - rule.slack) * dt / hours_of(rule.per), 0.0, most);
      }
      baseline += off * dt / ((warm ? memory : covered) + dt);
      covered = std::min(covered + dt, memory);
    }
    if (covered >= memory - 1e-12) signal.back().value = up >= down ? up : -down;
  }
  return signal;
}

Series repetitions(const Trigger& trigger, std::size_t times, Duration within, Duration late_after,
                   const Series& readings, Timestamp end) {
  const Series good = only_good(readings);
  std::vector<Timestamp> begun;
  Series signal;
  for (const Point& p : readings) {
    if (!p.value) signal.push_back(p);
  }
  const auto count_at = [&](Timestamp at) {
    const auto young =
        std::count_if(begun.begin(), begun.end(), [&](Timestamp t) { return at - t < within; });
    return std::min(static_cast<double>(young), static_cast<double>(times));
  };
  for (std::size_t i = 0; i < good.size(); ++i) {
    const bool before = i == 0 || trigger.is_met(*good[i - 1].value);
    if (!before && trigger.is_met(*good[i].value)) begun.push_back(good[i].at);
    signal.push_back({good[i].at, count_at(good[i].at)});
    // What falls out of the time before the next good reading.
    if (begun.size() < times) continue;
    const Timestamp over = begun[begun.size() - times] + within;
    const bool before_next = i + 1 == good.size() || over <= good[i + 1].at;
    if (over <= good[i].at || !before_next) continue;
    const Timestamp at = found_over(over, late_after, readings);
    if (at <= end) signal.push_back({at, static_cast<double>(times) - 1});
  }
  std::stable_sort(signal.begin(), signal.end(),
                   [](const Point& a, const Point& b) { return a.at < b.at; });
  return signal;
}

}  // namespace parkwatch::reference
