// tests/systems/shifts.h - The figures of a rule or a derived tag, and each shifted by a fifth of
// its distance to normal; mutants.h tells which figures, and what is normal.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "model/plant.h"
#include "tests/systems/figures.h"
#include "tests/systems/quiet_day.h"

namespace parkwatch::systems {

// What of a rule is shifted.
struct Place {
  enum class Kind : std::uint8_t {
    level,
    above,
    below,
    times,
    expression,
    guard,
    on_delay,
    within,
    after,
    target,
    slack,
    tolerance
  };
  Kind kind = Kind::level;
  Level level = Level::none;
  std::size_t figure = 0;  // of an expression
  bool operator<(const Place& other) const {
    return std::tie(kind, level, figure) < std::tie(other.kind, other.level, other.figure);
  }
};

[[nodiscard]] std::string name_of(const Place& place);
[[nodiscard]] bool is_time(Place::Kind kind);
[[nodiscard]] std::set<Place> places_of(const RuleSpec& rule, const QuietDay& quiet);

struct Shift {
  double from = 0;
  double to = 0;
  double normal = 0;
};

// Empty if this rule (of several of one package's rule) has no such place.
[[nodiscard]] std::optional<Shift> shift(RuleSpec& rule, const Place& place, bool outward,
                                         const QuietDay& quiet);
// Of an expression: the figure `which` of those in it.
[[nodiscard]] std::optional<Shift> shift_text(std::string& text, const std::vector<Figure>& figures,
                                              std::size_t which, bool outward);

// Of the rule's expression or guard, of the tag's expression.
[[nodiscard]] std::vector<Figure> figures_in(const RuleSpec& rule, Place::Kind kind,
                                             const QuietDay& quiet);
[[nodiscard]] std::vector<Figure> figures_in(const Tag& tag, const QuietDay& quiet);

}  // namespace parkwatch::systems
