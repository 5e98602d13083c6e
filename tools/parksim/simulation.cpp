// tools/parksim/simulation.cpp - The demo park and the park of systems.
#include "tools/parksim/simulation.h"

#include "tools/parksim/physics/park.h"
#include "tools/parksim/physics/system_park.h"

namespace parkwatch::parksim {
namespace {

class DemoSimulation final : public Simulation {
 public:
  explicit DemoSimulation(ParkOptions options) : park_(std::move(options)) {}

  void advance(Span span) override { park_.advance(span); }
  [[nodiscard]] Span step() const override { return step_span; }
  [[nodiscard]] const std::vector<Sample>& samples() const override { return park_.samples(); }
  [[nodiscard]] const std::vector<SystemEvent>& events() const override { return none_; }
  [[nodiscard]] const std::vector<TagInfo>& tags() const override { return park_.tags(); }
  [[nodiscard]] std::uint64_t lost() const override { return park_.lost(); }

 private:
  Park park_;
  std::vector<SystemEvent> none_;
};

class SystemsSimulation final : public Simulation {
 public:
  explicit SystemsSimulation(SystemParkOptions options) : park_(std::move(options)) {}

  void advance(Span span) override { park_.advance(span); }
  [[nodiscard]] Span step() const override { return system_step_span; }
  [[nodiscard]] const std::vector<Sample>& samples() const override { return park_.samples(); }
  [[nodiscard]] const std::vector<SystemEvent>& events() const override { return park_.events(); }
  [[nodiscard]] const std::vector<TagInfo>& tags() const override { return park_.tags(); }
  [[nodiscard]] std::uint64_t lost() const override { return 0; }

 private:
  SystemPark park_;
};

std::string sentence(std::string_view what) {
  std::string text{what};
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  return text + '.';
}

}  // namespace

std::unique_ptr<Simulation> make_simulation(const Options& options, TimePoint start) {
  const TimePoint begin = options.start ? TimePoint{*options.start} : start;
  if (options.systems.empty()) {
    return std::make_unique<DemoSimulation>(ParkOptions{.seed = options.seed,
                                                        .start = begin,
                                                        .incidents = options.incidents,
                                                        .rate = options.rate});
  }
  return std::make_unique<SystemsSimulation>(SystemParkOptions{
      .seed = options.seed, .start = begin, .systems = options.systems, .rate = options.rate});
}

std::vector<Planned> planned(const Options& options) {
  std::vector<Planned> all;
  for (const Incident& incident : options.incidents) {
    const CauseInfo& cause = info_of(incident.cause);
    all.push_back(
        {std::string{cause.name}, std::string{cause.what}, incident.start, incident.duration});
  }
  for (const SystemChoice& choice : options.systems) {
    for (const SystemIncident& incident : choice.incidents) {
      const SystemCause* cause = cause_named(*choice.info, incident.cause);
      if (cause == nullptr) continue;
      all.push_back({std::string{choice.info->package} + '/' + incident.cause,
                     sentence(cause->what), incident.start, incident.duration});
    }
  }
  return all;
}

}  // namespace parkwatch::parksim
