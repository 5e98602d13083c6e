// tests/systems/given_plant.h - The plant of a main file beside this repository's limits and
// packages, and a pipeline that is given readings of it.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/facts.h"
#include "model/plant.h"
#include "pipeline/pipeline.h"

namespace parkwatch::systems {

// A source "park" with the mapping of the packages' topics, and `more`. Fails the test if anything
// in it is wrong.
[[nodiscard]] std::shared_ptr<const Plant> given_plant(const std::string& more);

// One message a reading, received when it was measured.
class GivenPark {
 public:
  GivenPark(std::shared_ptr<const Plant> plant, Timestamp begin);

  // `value` as JSON has it; `tag` is site/device/quantity.
  void send(Timestamp at, const std::string& tag, const std::string& value);
  void publish(Timestamp at, std::string topic, std::string payload);
  void wait_until(Timestamp now) { step(now, {}); }
  // An operator acknowledges what the rule raised last.
  void acknowledge(Timestamp at, const std::string& rule);

  // "rule tag time" of what was raised and returned since the last call, in their order.
  [[nodiscard]] std::vector<std::string> raised();
  [[nodiscard]] std::vector<std::string> returned();
  // "kind action topic payload" of what actions decided since the last call, in its order.
  [[nodiscard]] std::vector<std::string> decided();
  [[nodiscard]] std::size_t readings() const { return readings_; }
  [[nodiscard]] std::size_t refusals() const { return refusals_; }

 private:
  void step(Timestamp now, std::vector<Input> inputs);

  pipeline::Pipeline pipeline_;
  std::uint64_t sequence_ = 0;
  std::size_t readings_ = 0;
  std::size_t refusals_ = 0;
  std::vector<std::string> raised_;
  std::vector<std::string> returned_;
  std::vector<std::string> decided_;
  std::map<std::string, AcknowledgeAlarm> newest_;  // by rule
};

}  // namespace parkwatch::systems
