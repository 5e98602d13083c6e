// tests/support/reference/periods.h - When the periods of a site's calendar begin and end, as
// somebody sees who looks at the clock on its wall.
#pragma once
#include <chrono>
#include <vector>

#include "model/calendar.h"
#include "model/rule.h"

namespace parkwatch::reference {

struct Span {
  Timestamp begin;
  Timestamp end;
};

// The offset of a zone, and with it what a clock on the wall shows.
inline Duration wall(const TimeZone& zone, Timestamp t) {
  Duration offset = zone.offset;
  for (const ZoneChange& change : zone.changes) {
    if (change.at <= t) offset = change.offset;
  }
  return t.time_since_epoch() + offset;
}

// A number that rises with each period that the clock on the wall comes to.
inline std::int64_t place_of(Period period, const std::vector<Shift>& shifts, Duration shown) {
  using namespace std::chrono;
  const auto day = floor<days>(shown);
  switch (period) {
    case Period::hour:
      return floor<hours>(shown).count();
    case Period::week:  // 1970-01-05 was a Monday
      return floor<weeks>(shown - days{4}).count();
    case Period::month: {
      const year_month_day date{sys_days{day}};
      return std::int64_t{int{date.year()}} * 12 + unsigned{date.month()};
    }
    case Period::shift: {
      std::int64_t begun = 0;
      for (const Shift& shift : shifts) begun += shift.begin <= shown - day ? 1 : 0;
      return day.count() * static_cast<std::int64_t>(shifts.size()) + begun;
    }
    case Period::day:
    case Period::fixed:
      break;
  }
  return day.count();
}

// Looks at the clock on the wall every five minutes (for shifts, each minute), from well before
// `at` on. What it shows a second time, since it was set back, begins no period again.
inline Span span_around(const WindowSpec& spec, const Calendar& site, Timestamp at) {
  if (spec.period == Period::fixed) {
    const auto number = at.time_since_epoch() / spec.length;
    return {Timestamp{spec.length * number}, Timestamp{spec.length * (number + 1)}};
  }
  const Duration step = std::chrono::minutes{spec.period == Period::shift ? 1 : 5};
  const Duration back = std::chrono::days{spec.period == Period::month  ? 40
                                          : spec.period == Period::week ? 10
                                                                        : 3};
  Timestamp t{step * ((at - back).time_since_epoch() / step)};
  std::int64_t furthest = place_of(spec.period, site.shifts, wall(site.zone, t));
  for (Span span{t, t};; t += step) {
    const std::int64_t place = place_of(spec.period, site.shifts, wall(site.zone, t));
    if (place <= furthest) continue;
    furthest = place;
    if (t > at) return {span.begin, t};
    span.begin = t;
  }
}

// Of readings in the order of time.
class Spans {
 public:
  Spans(const WindowSpec& spec, const Calendar& site) : spec_(spec), site_(site) {}
  const Span& around(Timestamp at) {
    if (at < last_.begin || at >= last_.end) last_ = span_around(spec_, site_, at);
    return last_;
  }

 private:
  const WindowSpec& spec_;
  const Calendar& site_;
  Span last_{};
};

}  // namespace parkwatch::reference
