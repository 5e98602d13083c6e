// daemon/pipeline/sources.h - What is remembered of each source: its messages, and whether it is
// lost. Pure; pipeline thread.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "pipeline/duplicates.h"
#include "pipeline/engine.h"

namespace parkwatch::pipeline {

// A source that is lost for longer raises the alarm "source-lost" on "source/<name>".
inline constexpr Duration source_lost_after = std::chrono::seconds{10};
inline constexpr std::string_view source_lost_rule = "source-lost";
// A tag whose device's clock was set back has the alarm "clock".
inline constexpr std::string_view clock_rule = "clock";
// The group of the alarms that need no rule.
inline constexpr std::string_view own_group = "parkwatch";

struct SourceState {
  DuplicateMemory memory;
  bool lost = false;
  Timestamp due = rules::never;  // of the alarm; never once it is raised
  std::string detail;            // why it was lost
};

class Sources {
 public:
  // Sources are known by name. Those that left the plant are forgotten, their alarms closed.
  void configure(const Plant& plant, Scene& scene, Timestamp at);
  void on_condition(const SourceCondition& condition, Scene& scene, Timestamp at);

  // Null for a source that the plant does not have.
  [[nodiscard]] DuplicateMemory* memory(SourceId source);
  [[nodiscard]] Timestamp next_due() const { return next_due_; }
  // REQUIRES: next_due() is not `never`.
  void fire_next(Scene& scene);
  void shift(Duration by);

  [[nodiscard]] const std::map<std::string, SourceState>& all() const { return states_; }
  void restore(const Plant& plant, std::map<std::string, SourceState> states);

 private:
  void index(const Plant& plant);
  void refresh_due();

  std::map<std::string, SourceState> states_;
  std::vector<SourceState*> by_id_;
  Timestamp next_due_ = rules::never;
};

}  // namespace parkwatch::pipeline
