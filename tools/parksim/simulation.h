// tools/parksim/simulation.h - What parksim runs: the demo park, or systems of packages, behind one
// face. One thread at a time.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "model/time.h"
#include "tools/parksim/options.h"
#include "tools/parksim/physics/system.h"
#include "tools/parksim/physics/tag.h"

namespace parkwatch::parksim {

// A cause that begins and is mended, as people are told of it.
struct Planned {
  std::string name;
  std::string what;
  Duration start{0};
  Duration duration{0};
};

class Simulation {
 public:
  virtual ~Simulation() = default;
  // As Park::advance().
  virtual void advance(Span span) = 0;
  [[nodiscard]] virtual Span step() const = 0;
  [[nodiscard]] virtual const std::vector<Sample>& samples() const = 0;
  // Messages that are no samples, of the last advance().
  [[nodiscard]] virtual const std::vector<SystemEvent>& events() const = 0;
  [[nodiscard]] virtual const std::vector<TagInfo>& tags() const = 0;
  [[nodiscard]] virtual std::uint64_t lost() const = 0;
};

// `start` is used if the options have none.
[[nodiscard]] std::unique_ptr<Simulation> make_simulation(const Options& options, TimePoint start);
[[nodiscard]] std::vector<Planned> planned(const Options& options);

}  // namespace parkwatch::parksim
