// daemon/pipeline/admission.cpp - Decisions in admit(), memory in remember().
#include "pipeline/admission.h"

#include <cmath>

#include "pipeline/convert.h"

namespace parkwatch::pipeline {
namespace {

constexpr std::uint8_t count_of_set_back = 3;

bool has_time(const Reading& r) { return (r.flags & reading_has_source_time) != 0; }

std::optional<RefusalReason> take_value(const TagTable& tags, TagId id, const DecodedReading& raw,
                                        Reading& out) {
  const TagHot& hot = tags.hot(id);
  const double* number = hot.linear ? std::get_if<double>(&raw.value) : nullptr;
  const double value = number != nullptr ? *number * hot.factor + hot.offset : 0;
  bool in_range = true;
  if (number != nullptr && std::isfinite(value)) {
    out.value = value;
    in_range = value >= hot.range_low && value <= hot.range_high;
  } else {
    const Tag& tag = tags.slot(id).tag;
    if (const auto why = convert(tag, raw.value, out.value)) return why;
    in_range = is_in_range(tag, out.value);
  }
  out.quality = raw.quality;
  out.reason = raw.reason;
  if (!in_range && raw.quality != Quality::bad) {
    out.quality = Quality::bad;
    out.reason = QualityReason::out_of_range;
  }
  return std::nullopt;
}

bool is_older(const Reading& r, const Reading& newest) {
  return r.source_time < newest.source_time && r.evaluated_at() < newest.evaluated_at();
}

// The clock that was set back is right again, or as good as.
bool is_plausible(const Reading& r, const ClockWatch& clock, const Timing& timing) {
  return r.source_time > clock.floor || r.receive_time - r.source_time <= timing.late_after;
}

void mark_at_receive(Reading& out) { out.flags |= reading_at_receive_time; }

// Sets late, future, historical and what follows from a set back clock. REQUIRES: `out` has a
// source time.
void place_in_time(const TagTable& tags, TagId id, bool historical, const Arrival& arrival,
                   const Timing& timing, Reading& out) {
  const TagHot& hot = tags.hot(id);
  if (out.receive_time - out.source_time > timing.late_after) out.flags |= reading_late;
  if (historical) {
    out.flags |= reading_historical;
    return;
  }
  if (out.source_time - out.receive_time > timing.future_after) {
    mark_at_receive(out);
    if (out.quality == Quality::good) {
      out.quality = Quality::uncertain;
      out.reason = QualityReason::clock_skew;
    }
  }
  const ClockWatch& clock = tags.slot(id).clock;
  if (hot.set_back && !is_plausible(out, clock, timing)) return mark_at_receive(out);
  if (hot.set_back || !hot.has_newest || hot.first_value) return;
  if (!is_older(out, tags.newest(id))) return;
  out.flags |= reading_historical;
  if (arrival.dup || arrival.retained) return;
  out.flags |= reading_out_of_order;
  const bool rising = hot.watched && out.source_time > clock.last;
  if (rising && clock.count + 1 >= count_of_set_back) {
    out.flags &= static_cast<std::uint8_t>(~reading_historical);
    mark_at_receive(out);
  }
}

bool is_duplicate(const TagHot& hot, const Reading& r, const Reading& newest) {
  return hot.has_newest && has_time(newest) && newest.source_time == r.source_time &&
         newest.value == r.value && newest.quality == r.quality && newest.reason == r.reason;
}

}  // namespace

Admitted admit(const TagTable& tags, TagId id, const DecodedReading& raw, const Arrival& arrival,
               const Timing& timing, Reading& out, RefusalReason& why) {
  const TagHot& hot = tags.hot(id);
  out.tag = id;
  out.sequence = arrival.sequence;
  out.receive_time = arrival.receive;
  out.source_time = raw.time.value_or(arrival.receive);
  out.flags = arrival.retained ? reading_retained : 0;
  if (out.source_time < timestamp_min || out.source_time > timestamp_max) {
    why = RefusalReason::time_out_of_range;
    return Admitted::refused;
  }
  if (const auto refused = take_value(tags, id, raw, out)) {
    why = *refused;
    return Admitted::refused;
  }
  if (!raw.time) {
    if (raw.historical) out.flags |= reading_historical;
    if (!arrival.retained) return Admitted::taken;
    if (hot.has_newest) return Admitted::dropped_retained;
    if (out.quality == Quality::bad) return Admitted::taken;
    out.quality = Quality::uncertain;
    out.reason = QualityReason::first_value;
    return Admitted::taken;
  }
  out.flags |= reading_has_source_time;
  if (is_duplicate(hot, out, tags.newest(id))) return Admitted::duplicate;
  if (arrival.retained && hot.has_newest && !hot.first_value &&
      out.source_time <= tags.newest(id).source_time) {
    return Admitted::dropped_retained;
  }
  place_in_time(tags, id, raw.historical, arrival, timing, out);
  return Admitted::taken;
}

ClockChange remember(TagTable& tags, const Reading& r, const Timing& timing) {
  TagHot& hot = tags.hot(r.tag);
  if ((r.flags & (reading_historical | reading_out_of_order)) == 0 && !hot.set_back &&
      !hot.watched) {
    tags.set_newest(r.tag, r);
    return ClockChange::none;
  }
  ClockWatch& clock = tags.slot(r.tag).clock;
  const bool historical = (r.flags & reading_historical) != 0;
  const bool out_of_order = (r.flags & reading_out_of_order) != 0;
  ClockChange change = ClockChange::none;
  if (historical && out_of_order) {
    // A clock that tells whole seconds says each twice.
    if (clock.count == 0 || r.source_time != clock.last) {
      const bool rising = clock.count > 0 && r.source_time > clock.last;
      clock.count = static_cast<std::uint8_t>(rising ? clock.count + 1 : 1);
      clock.last = r.source_time;
    }
  } else if (!historical) {
    if (out_of_order) {
      clock.set_back = true;
      clock.floor = tags.newest(r.tag).source_time;
      change = ClockChange::set_back;
    } else if (clock.set_back && has_time(r) && is_plausible(r, clock, timing)) {
      clock.set_back = false;
      change = ClockChange::right_again;
    }
    clock.count = 0;
    tags.set_newest(r.tag, r);
  }
  hot.set_back = clock.set_back;
  hot.watched = clock.count != 0;
  return change;
}

}  // namespace parkwatch::pipeline
