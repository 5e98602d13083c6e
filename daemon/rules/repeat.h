// daemon/rules/repeat.h - How often something began within a time. Pure; time is an argument.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "rules/signal.h"

namespace parkwatch::rules {

// Counts the readings that meet the trigger after one that did not: how many of them are less than
// `within` old. Counts to `times` and not beyond.
class RepeatSignal final : public ReadingSignal {
 public:
  static constexpr std::uint32_t times_max = 1000;

  // REQUIRES: 1 <= times <= times_max, within > 0
  RepeatSignal(Trigger trigger, std::uint32_t times, Duration within);

  std::optional<double> take(Timestamp time, double value) override;
  // While it counts to `times`: when the oldest that is counted is `within` old.
  [[nodiscard]] Timestamp due() const override;
  std::optional<double> on_due() override;
  void shift(Duration by) override;
  [[nodiscard]] Memory memory() const override;
  bool restore(const Memory& memory) override;

 private:
  enum class Met : std::uint8_t { unknown, no, yes };
  [[nodiscard]] double count() const { return static_cast<double>(begun_.size()); }

  Trigger trigger_;
  std::uint32_t times_;
  Duration within_;
  Met met_ = Met::unknown;
  std::vector<Timestamp> begun_;  // oldest first, at most `times_`
};

}  // namespace parkwatch::rules
