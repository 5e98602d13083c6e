// daemon/rules/window.h - Aggregates over a calendar window or a sliding one. Pure; time is an
// argument.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/rule.h"
#include "rules/signal.h"

namespace parkwatch::rules {

// Readings of one span of time, reduced to what their aggregate needs. Sums are compensated
// (Neumaier); stddev is that of the population (Welford). Of integral and increase the value that
// is added is what the reading contributes.
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
//
// An integral holds each value until the next one comes, at most for `gap`, also across the end of
// a window. An increase is the difference to the reading before, and belongs to the window of the
// later one; a counter that goes back has begun anew from 0.
class WindowSignal final : public Signal {
 public:
  static constexpr int steps = 60;

  // `calendar` is needed for periods that are not fixed, and must outlive this.
  explicit WindowSignal(const WindowSpec& spec, const Calendar* calendar = nullptr);

  // False: its span is closed already, or lies more than a length back; it is not counted.
  // REQUIRES: close() was called until end() is `never` or after `time`.
  bool add(Timestamp time, double value);
  // The end of the span that is being filled, by source time; `never`: there is nothing in the
  // window.
  [[nodiscard]] Timestamp end() const { return filled_ ? end_ : never; }
  // Ends that span. The aggregate of what ends (calendar), or of the window that has moved by a
  // step (sliding); empty: fewer than count_min values. REQUIRES: end() is not `never`.
  std::optional<double> close();
  // All that is in the window now, also of a span that is not over yet.
  [[nodiscard]] Accumulator content() const;
  // Its aggregate; empty: fewer than count_min values.
  [[nodiscard]] std::optional<double> value() const { return verdict(content()); }
  // Whether value() is a verdict after each reading, not only close().
  [[nodiscard]] bool is_running() const { return !spec_.calendar || spec_.running; }
  void clear();

  [[nodiscard]] Timestamp due() const override { return end(); }
  std::optional<double> on_due() override { return close(); }
  // Windows do not move: a clock that was set back begins them anew.
  void shift(Duration by) override;

  // What a snapshot keeps. Spans are numbered from 1970; `spans` are those from `newest` backwards
  // that are not empty.
  struct Span {
    std::int64_t number = 0;
    Accumulator content;
  };
  [[nodiscard]] std::int64_t newest() const { return newest_; }
  [[nodiscard]] std::vector<Span> spans() const;
  // Of integral and increase: the reading before the next one.
  [[nodiscard]] const std::optional<Sample>& previous() const { return previous_; }
  // Of a calendar window: the last span that was closed, if it gave a verdict.
  struct Closed {
    std::int64_t number = 0;
    double value = 0;
  };
  [[nodiscard]] const std::optional<Closed>& closed() const { return closed_; }
  void restore(std::int64_t newest, const std::vector<Span>& spans,
               std::optional<Sample> previous = std::nullopt,
               std::optional<Closed> closed = std::nullopt);

 private:
  [[nodiscard]] Accumulator& place(std::int64_t number) {
    return spec_.calendar ? older_ : ring_[static_cast<std::size_t>(number) % steps];
  }
  [[nodiscard]] std::int64_t reach() const { return spec_.calendar ? 1 : steps; }
  [[nodiscard]] std::optional<double> verdict(const Accumulator& whole) const;
  [[nodiscard]] bool is_total() const { return spec_.aggregate >= Aggregate::integral; }
  [[nodiscard]] std::int64_t number_of(Timestamp time) const;
  void find_borders();
  void contribute(Timestamp time, double value);
  // What the value before adds to the span that is being filled, up to `time`.
  [[nodiscard]] double held_until(Timestamp time) const;
  void merge_older();

  WindowSpec spec_;
  const Calendar* calendar_;
  Duration span_;
  std::int64_t newest_ = -1;  // the span being filled; calendar: none before it is accepted
  Timestamp begin_;           // of it
  Timestamp end_;
  bool filled_ = false;            // something is in the window
  std::vector<Accumulator> ring_;  // sliding: `steps` of them
  Accumulator older_;              // sliding: all but the newest; calendar: the one there is
  std::optional<Sample> previous_;
  std::optional<Closed> closed_;
};

}  // namespace parkwatch::rules
