// daemon/app/simulated_clock.h - `--simulate`: the gateway clock is the simulator's time, taken
// only from the ordered stream of messages, so that a day runs in minutes and the same every time.
#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include "intake/intake.h"
#include "model/decoder.h"
#include "model/time.h"

namespace parkwatch::app {

// now() and began() from any thread; the rest under the intake's lock, in the order of the
// messages.
class SimulatedClock final : public Clock, public MessageClock {
 public:
  // `start`: where the last run ended; timestamp_min: nowhere, so the first message's time is a
  // step of the clock and not a time that passed.
  explicit SimulatedClock(Timestamp start);

  // Of the configuration in force, by SourceId; of its own, since they are used on other threads
  // than the pipeline's. Before the sources start.
  void use(std::vector<std::shared_ptr<Decoder>> decoders) { decoders_ = std::move(decoders); }

  // The latest source time of all messages so far.
  [[nodiscard]] Timestamp now() override { return from_us(now_us_.load()); }
  // The first of them, or where the last run ended: when the simulated daemon started.
  [[nodiscard]] Timestamp began() const { return from_us(began_us_.load()); }
  [[nodiscard]] std::optional<Timestamp> time_of(const Message& message) override;
  [[nodiscard]] std::optional<Duration> step_to(Timestamp t) override;
  void set(Timestamp t) override;

 private:
  std::atomic<std::int64_t> now_us_;
  std::atomic<std::int64_t> began_us_;
  bool started_;
  std::vector<std::shared_ptr<Decoder>> decoders_;
  Decoded decoded_;
};

}  // namespace parkwatch::app
