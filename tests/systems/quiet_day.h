// tests/systems/quiet_day.h - What is normal for a package: the values of its tags, and what each
// of its rules compares with its levels, over a quiet day.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/plant.h"
#include "model/reading.h"
#include "rules/joint.h"
#include "tests/systems/package_case.h"

namespace parkwatch::systems {

struct QuietDay {
  std::map<std::string, double> tags;  // the median of each tag's good readings, by name
  // The median of what the rule compares, by the rule's id: of its slopes, of its sums, of its
  // windows as they close (of a total: what the quiet day's periods came to). Of several tags the
  // median again. Rules that compare nothing that day have none.
  std::map<std::string, double> rules;
};

// Follows the readings of a day. Pure.
class QuietSignals {
 public:
  // `plant` must outlive this.
  explicit QuietSignals(const Plant& plant);
  QuietSignals(QuietSignals&&) noexcept;
  ~QuietSignals();

  // In the order of time. What is not good is no reading.
  void take(const std::string& tag, const Reading& reading);
  // Ends the day: windows that stand open count as they are.
  [[nodiscard]] QuietDay finish();

 private:
  struct Watched;

  void add_rule(const RuleSpec& rule, const Calendar& calendar);
  void judge(Watched& watched, Timestamp at, double value);

  std::vector<Watched> watched_;
  std::map<std::string, std::vector<std::size_t>> of_tag_;  // places in watched_
  std::map<std::string, rules::Member> newest_;
  std::map<std::string, std::vector<double>> values_;
};

// Simulates the package's quiet day, with seed 1.
[[nodiscard]] QuietDay quiet_day(const PackageCase& package,
                                 const std::shared_ptr<const Plant>& plant);

// The middle one; of an even number the higher of the two. REQUIRES: not empty.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace parkwatch::systems
