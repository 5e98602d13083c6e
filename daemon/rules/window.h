// daemon/rules/window.h - Aggregates over a calendar window or a sliding one. Pure; time is an
// argument.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/rule.h"
#include "rules/levels.h"

namespace parkwatch::rules {

// Readings of one span of time, reduced to what their aggregate needs. Sums are compensated
// (Neumaier); stddev is that of the population (Welford).
struct Accumulator {
  std::uint64_t count = 0;
  double a = 0;  // sum, min, max or mean
  double b = 0;  // compensation of the sum, or the sum of squared distances to the mean
  bool operator==(const Accumulator&) const = default;

  void add(Aggregate aggregate, double value);
  void merge(Aggregate aggregate, const Accumulator& other);
  // REQUIRES: count > 0
  [[nodiscard]] double value(Aggregate aggregate) const;
};

// The window of one rule on one tag. Calendar windows follow each other from 1970 on; a sliding one
// is the last sixty sixtieths of its length, the one that is being filled included. Both are told
// by the caller when a span is over (close), by a reading past its end or by a deadline.
class WindowSignal {
 public:
  static constexpr int steps = 60;

  explicit WindowSignal(const WindowSpec& spec);

  // False: its span is closed already, or lies more than a length back; it is not counted.
  // REQUIRES: close() was called until end() is `never` or after `time`.
  bool add(Timestamp time, double value);
  // The end of the span that is being filled, by source time; `never`: there is nothing in the
  // window.
  [[nodiscard]] Timestamp end() const;
  // Ends that span. The aggregate of what ends (calendar), or of the window that has moved by a
  // step (sliding); empty: fewer than count_min values. REQUIRES: end() is not `never`.
  std::optional<double> close();
  // The aggregate as it is now, of a span that is not over yet too.
  [[nodiscard]] std::optional<double> value() const;
  [[nodiscard]] Duration span() const { return span_; }
  void clear();

  // What a snapshot keeps. Spans are numbered from 1970; `spans` are those from `newest` backwards
  // that are not empty.
  struct Span {
    std::int64_t number = 0;
    Accumulator content;
  };
  [[nodiscard]] std::int64_t newest() const { return newest_; }
  [[nodiscard]] std::vector<Span> spans() const;
  void restore(std::int64_t newest, const std::vector<Span>& spans);

 private:
  [[nodiscard]] Accumulator& place(std::int64_t number) {
    return spec_.calendar ? older_ : ring_[static_cast<std::size_t>(number) % steps];
  }
  [[nodiscard]] std::int64_t reach() const { return spec_.calendar ? 1 : steps; }
  [[nodiscard]] std::optional<double> verdict(const Accumulator& whole) const;
  void merge_older();

  WindowSpec spec_;
  Duration span_;
  std::int64_t newest_ = -1;       // the span being filled; calendar: none before it is accepted
  bool filled_ = false;            // something is in the window
  std::vector<Accumulator> ring_;  // sliding: `steps` of them
  Accumulator older_;              // sliding: all but the newest; calendar: the one there is
};

}  // namespace parkwatch::rules
