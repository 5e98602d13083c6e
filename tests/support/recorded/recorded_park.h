// tests/support/recorded/recorded_park.h - The simulated park recorded into a real store by the
// daemon's pipeline, in simulated time: hours in seconds, with kills, late data, clock steps,
// acknowledgements and a changed configuration. One thread.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/pipeline.h"
#include "store/store.h"
#include "tools/parksim/physics/park.h"

namespace parkwatch::test {

struct RecordedParkOptions {
  std::string directory;  // the state directory
  std::uint64_t seed = 1;
  std::vector<parksim::Incident> incidents;
  // The gateway's clock is set, at these times since the start: by how much.
  std::map<parksim::Span, Duration> clock_steps;
  // From then on (since the start) other limits are in force; zero: never.
  parksim::Span reload_at{0};
  // The tank farm's readings come through a second source, "annex", which is away from the first of
  // these times (since the start) to the second; what it measured meanwhile is lost. Without:
  // everything comes through "park".
  std::optional<std::pair<parksim::Span, parksim::Span>> annex_away;
  std::string synchronous = "OFF";  // a kill loses nothing with it, a power cut would
};

// 2026-03-02T08:00:00Z, a Monday.
inline constexpr parksim::TimePoint park_start{std::chrono::seconds{1'772'438'400}};

// What the broker had for us in the last seconds before an end is delivered again with DUP, and
// what came while nobody listened, late: as a broker does that got no PUBACK.
class RecordedPark {
 public:
  // Opens the store and goes on where it ends, after having been away for some simulated time.
  explicit RecordedPark(RecordedParkOptions options);

  // To this simulated time since the start.
  void run_until(parksim::Span end);
  // As a kill: nothing is drained, no snapshot is taken. The object can only be destroyed then.
  void kill() { store_.reset(); }
  // As an orderly stop: everything is committed, with a snapshot.
  void stop();

  [[nodiscard]] parksim::Span done() const { return park_.now() - park_.start(); }
  [[nodiscard]] std::uint64_t replay_differences() const { return differences_; }
  [[nodiscard]] std::uint64_t transitions() const { return transitions_; }

 private:
  [[nodiscard]] Timestamp gateway_now() const;
  void open();
  void resume(Timestamp last_now);
  void take_samples(bool again);
  template <typename Body>
  void append(Body body);
  void step();
  void commit(bool with_snapshot);
  void acknowledge_due();
  void apply_schedule();
  void apply_annex();
  void append_sample(const parksim::Sample& sample, bool again);
  [[nodiscard]] std::string bundle(bool other) const;
  [[nodiscard]] bool reloaded() const;

  RecordedParkOptions options_;
  parksim::Park park_;
  std::unique_ptr<store::Store> store_;
  pipeline::Pipeline pipeline_;
  std::vector<Input> pending_;
  store::Batch batch_;
  std::uint64_t sequence_ = 0;
  std::uint16_t packet_ = 0;
  Duration offset_{0};  // of the gateway's clock
  std::map<parksim::Span, Duration>::const_iterator next_step_;
  bool second_plant_ = false;
  bool annex_up_ = true;
  Timestamp snapshot_at_;
  std::size_t uncommitted_steps_ = 0;
  std::deque<std::pair<Timestamp, AlarmEvent>> to_acknowledge_;
  std::uint64_t raises_ = 0;
  std::uint64_t differences_ = 0;
  std::uint64_t transitions_ = 0;
};

// The text of the shipped configuration as the store keeps it; `other`: with other limits.
[[nodiscard]] std::string park_bundle(bool other);
// The same with a second source, "annex", like the first one.
[[nodiscard]] std::string two_source_bundle(bool other);
// Its plant, with decoders.
[[nodiscard]] std::shared_ptr<const Plant> park_plant(const std::string& bundle);

}  // namespace parkwatch::test
