// tools/parksim/physics/system_park.cpp - Builds the systems, warms them up and steps them.
#include "tools/parksim/physics/system_park.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace parkwatch::parksim {
namespace {

// Instruments and controllers settle, so that the first sample is one of a running plant.
constexpr int warm_up_steps = 600;
constexpr double seconds_a_step = std::chrono::duration<double>(system_step_span).count();

// Of the tags from `first` on; empty: there is none.
std::optional<TagIndex> instrument_named(std::string_view name, std::size_t first,
                                         const std::vector<TagInfo>& tags) {
  for (std::size_t i = first; i < tags.size(); ++i) {
    if (name == tags[i].quantity || name == tags[i].device + '/' + tags[i].quantity) {
      return static_cast<TagIndex>(i);
    }
  }
  return std::nullopt;
}

}  // namespace

SystemPark::SystemPark(SystemParkOptions options)
    : options_(std::move(options)),
      now_(options_.start - warm_up_steps * system_step_span),
      panel_(options_.seed, options_.rate, options_.noise, system_step_span) {
  for (std::size_t i = 0; i < options_.systems.size(); ++i) {
    const SystemChoice& choice = options_.systems[i];
    const std::size_t first_tag = tags().size();
    systems_.push_back(choice.info->make(choice.settings, panel_, options_.seed));
    for (const SystemIncident& incident : choice.incidents) {
      assert(has_cause(*choice.info, incident.cause));
      const bool known = std::any_of(causes_.begin(), causes_.end(), [&](const Cause& cause) {
        return cause.system == i && cause.name == incident.cause;
      });
      if (known) continue;
      const SystemCause& cause = *cause_named(*choice.info, incident.cause);
      causes_.push_back({i, incident.cause, instrument_named(cause.unpowers, first_tag, tags())});
    }
  }
  warm_up();
}

void SystemPark::warm_up() {
  for (int i = 0; i < warm_up_steps; ++i) {
    step();
    samples_.clear();
    events_.clear();
  }
}

void SystemPark::step() {
  now_ += system_step_span;
  for (const auto& system : systems_) {
    system->step(now_, seconds_a_step, panel_);
    system->take_events(events_);
  }
  // Last: some systems switch their instruments in each step.
  for (const Cause& cause : causes_) {
    if (cause.on && cause.unpowered) panel_.power(*cause.unpowered, false);
  }
  panel_.sample(now_, samples_);
}

void SystemPark::apply_causes() {
  const Span since_start = now_ - options_.start;
  for (Cause& cause : causes_) {
    const auto& incidents = options_.systems[cause.system].incidents;
    const bool on = std::any_of(incidents.begin(), incidents.end(), [&](const SystemIncident& i) {
      return i.cause == cause.name && since_start >= i.start && since_start - i.start < i.duration;
    });
    if (on == cause.on) continue;
    cause.on = on;
    if (cause.unpowered) {
      panel_.power(*cause.unpowered, !on);
    } else {
      systems_[cause.system]->set_cause(cause.name, on);
    }
  }
}

void SystemPark::advance(Span span) {
  assert(span >= Span{0});
  samples_.clear();
  events_.clear();
  for (rest_ += span; rest_ >= system_step_span; rest_ -= system_step_span) {
    apply_causes();
    step();
  }
}

}  // namespace parkwatch::parksim
