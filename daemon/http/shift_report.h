// daemon/http/shift_report.h - The shift report as a JSON document. A reader's thread; no state.
#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "http/live_view.h"
#include "model/calendar.h"
#include "model/plant_view.h"
#include "store/reader.h"

namespace parkwatch::http {

struct ShiftSpan {
  Timestamp from;
  Timestamp to;      // its end, or now if it goes on
  Timestamp end;     // of the whole shift
  std::string name;  // empty: a day of a site without shifts
};

// The shift (without shifts: the day) in which `at` lies, or with `last` the one before it.
[[nodiscard]] ShiftSpan shift_span(const Calendar& calendar, Timestamp at, bool last,
                                   Timestamp now);

// What it says of this moment, whatever the shift: standing alarms, bad sensors, pulls.
struct ShiftContext {
  std::string park;
  Timestamp now;
  Calendar calendar;
  PlantViewPtr view = std::make_shared<const PlantView>();  // never null
  const LiveView* live = nullptr;                           // never null
};

// Errors: as the reader's; refused - more alarms than an answer may be made of.
[[nodiscard]] Result<boost::json::object> shift_report(store::Reader& reader, const ShiftSpan& span,
                                                       const ShiftContext& context);

}  // namespace parkwatch::http
