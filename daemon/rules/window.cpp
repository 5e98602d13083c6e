// daemon/rules/window.cpp - Spans of a window and their aggregates.
#include "rules/window.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace parkwatch::rules {
namespace {

// Adds to a sum whose lost low digits are gathered in `lost` (Neumaier 1974).
void add_to_sum(double& sum, double& lost, double value) {
  const double next = sum + value;
  lost += std::abs(sum) >= std::abs(value) ? (sum - next) + value : (value - next) + sum;
  sum = next;
}

}  // namespace

void Accumulator::add(Aggregate aggregate, double value) {
  ++count;
  switch (aggregate) {
    case Aggregate::avg:
    case Aggregate::sum:
    case Aggregate::integral:
    case Aggregate::increase:
      return add_to_sum(a, b, value);
    case Aggregate::min:
      a = count == 1 ? value : std::min(a, value);
      return;
    case Aggregate::max:
      a = count == 1 ? value : std::max(a, value);
      return;
    case Aggregate::count:
      return;
    case Aggregate::stddev: {
      const double distance = value - a;
      a += distance / static_cast<double>(count);
      b += distance * (value - a);
      return;
    }
  }
}

void Accumulator::merge(Aggregate aggregate, const Accumulator& other) {
  if (other.count == 0) return;
  if (count == 0) {
    *this = other;
    return;
  }
  const auto mine = static_cast<double>(count);
  const auto theirs = static_cast<double>(other.count);
  count += other.count;
  switch (aggregate) {
    case Aggregate::avg:
    case Aggregate::sum:
    case Aggregate::integral:
    case Aggregate::increase:
      // At most sixty of them: what their sum loses is far below what a reading is good for.
      a += other.a;
      b += other.b;
      return;
    case Aggregate::min:
      a = std::min(a, other.a);
      return;
    case Aggregate::max:
      a = std::max(a, other.a);
      return;
    case Aggregate::count:
      return;
    case Aggregate::stddev: {
      const double distance = other.a - a;
      a += distance * theirs / (mine + theirs);
      b += other.b + distance * distance * mine * theirs / (mine + theirs);
      return;
    }
  }
}

double Accumulator::value(Aggregate aggregate) const {
  const auto n = static_cast<double>(count);
  switch (aggregate) {
    case Aggregate::avg:
      return (a + b) / n;
    case Aggregate::sum:
    case Aggregate::integral:
    case Aggregate::increase:
      return a + b;
    case Aggregate::min:
    case Aggregate::max:
      return a;
    case Aggregate::count:
      return n;
    case Aggregate::stddev:
      return std::sqrt(std::max(0.0, b / n));
  }
  return 0;
}

WindowSignal::WindowSignal(const WindowSpec& spec, const Calendar* calendar)
    : spec_(spec),
      calendar_(calendar),
      span_(std::max(spec.calendar ? spec.length : spec.length / steps, Duration{1})),
      ring_(spec.calendar ? 0 : steps) {
  assert(spec.period == Period::fixed || (spec.calendar && calendar != nullptr));
  find_borders();
}

std::int64_t WindowSignal::number_of(Timestamp time) const {
  if (time >= begin_ && time < end_) return newest_;
  return spec_.period == Period::fixed ? time.time_since_epoch() / span_
                                       : calendar_->number_of(spec_.period, time);
}

void WindowSignal::find_borders() {
  if (spec_.period == Period::fixed) {
    begin_ = Timestamp{span_ * newest_};
    end_ = begin_ + span_;
  } else {
    begin_ = calendar_->begin_of(spec_.period, newest_);
    end_ = calendar_->begin_of(spec_.period, newest_ + 1);
  }
}

bool WindowSignal::add(Timestamp time, double value) {
  const std::int64_t number = number_of(time);
  if (filled_ || spec_.calendar) {
    if (newest_ - number >= reach()) return false;
  } else {
    // An empty sliding window begins wherever the reading is.
    newest_ = number;
    find_borders();
  }
  assert(!filled_ || number <= newest_);
  if (number > newest_) {
    newest_ = number;
    find_borders();
  }
  filled_ = true;
  if (is_total()) {
    contribute(time, value);
    return true;
  }
  place(number).add(spec_.aggregate, value);
  if (number != newest_) merge_older();
  return true;
}

void WindowSignal::contribute(Timestamp time, double value) {
  double part = 0;
  if (previous_ && time > previous_->time) {
    if (spec_.aggregate == Aggregate::integral) {
      part = held_until(time);
    } else {
      part = value >= previous_->value ? value - previous_->value : value;
    }
  }
  older_.add(spec_.aggregate, part);
  // An older reading would be counted twice by the next one.
  if (!previous_ || time > previous_->time) previous_ = Sample{time, value};
}

double WindowSignal::held_until(Timestamp time) const {
  if (!previous_) return 0;
  const Timestamp from = std::max(previous_->time, begin_);
  const Timestamp to = std::min(time, previous_->time + spec_.gap);
  if (to <= from) return 0;
  return previous_->value * static_cast<double>((to - from).count()) /
         static_cast<double>(spec_.per.count());
}

std::optional<double> WindowSignal::close() {
  if (spec_.calendar) {
    if (spec_.aggregate == Aggregate::integral) {
      add_to_sum(older_.a, older_.b, held_until(end_));
    }
    const auto value = verdict(older_);
    closed_ = value ? std::optional{Closed{newest_, *value}} : std::nullopt;
    older_ = Accumulator{};
    filled_ = false;
    ++newest_;  // the next one is the first that may be filled
    find_borders();
    return value;
  }
  ++newest_;
  find_borders();
  place(newest_) = Accumulator{};
  merge_older();
  filled_ = older_.count > 0;
  return verdict(older_);
}

Accumulator WindowSignal::content() const {
  Accumulator whole = older_;
  if (!spec_.calendar) {
    whole.merge(spec_.aggregate, ring_[static_cast<std::size_t>(newest_) % ring_.size()]);
  }
  return whole;
}

std::optional<double> WindowSignal::verdict(const Accumulator& whole) const {
  if (whole.count < std::max<std::uint64_t>(spec_.count_min, 1)) return std::nullopt;
  const double value = whole.value(spec_.aggregate);
  return std::isfinite(value) ? std::optional{value} : std::nullopt;
}

// Oldest first, so that the order of sums does not depend on how the window was moved.
void WindowSignal::merge_older() {
  older_ = Accumulator{};
  const auto newest = static_cast<std::size_t>(newest_) % ring_.size();
  const auto merge = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (ring_[i].count > 0) older_.merge(spec_.aggregate, ring_[i]);
    }
  };
  const auto sum = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      older_.count += ring_[i].count;
      older_.a += ring_[i].a;
      older_.b += ring_[i].b;
    }
  };
  if (spec_.aggregate == Aggregate::avg || spec_.aggregate == Aggregate::sum) {
    sum(newest + 1, ring_.size());
    sum(0, newest);
  } else {
    merge(newest + 1, ring_.size());
    merge(0, newest);
  }
}

void WindowSignal::clear() {
  std::fill(ring_.begin(), ring_.end(), Accumulator{});
  older_ = Accumulator{};
  newest_ = -1;
  find_borders();
  filled_ = false;
  previous_.reset();
  closed_.reset();
}

void WindowSignal::shift(Duration by) {
  if (by < Duration{0}) {
    clear();
  } else if (previous_) {
    previous_->time += by;
  }
}

std::vector<WindowSignal::Span> WindowSignal::spans() const {
  std::vector<Span> spans;
  for (std::int64_t number = std::max<std::int64_t>(newest_ - reach() + 1, 0); number <= newest_;
       ++number) {
    const Accumulator& content =
        spec_.calendar ? older_ : ring_[static_cast<std::size_t>(number) % steps];
    if (content.count > 0) spans.push_back({number, content});
  }
  return spans;
}

void WindowSignal::restore(std::int64_t newest, const std::vector<Span>& spans,
                           std::optional<Sample> previous, std::optional<Closed> closed) {
  clear();
  newest_ = newest;
  find_borders();
  previous_ = previous;
  closed_ = closed;
  for (const Span& span : spans) place(span.number) = span.content;
  filled_ = !spans.empty();
  if (!spec_.calendar) merge_older();
}

}  // namespace parkwatch::rules
