// daemon/pipeline/sources.h - What is remembered of each source: its messages, and whether it is
// lost. Pure; pipeline thread.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "pipeline/duplicates.h"
#include "pipeline/engine.h"

namespace parkwatch::pipeline {

// A source that is lost for longer, or whose newest reading of any commissioned tag is bad, raises
// the alarm "quality" on "source/<name>": one, however many tags it is, of the highest priority
// that an active or pending alarm has which it blinds.
inline constexpr Duration source_lost_after = std::chrono::seconds{10};
// Of the alarm when it blinds none that is more urgent.
inline constexpr Priority lost_priority = Priority::high;
inline constexpr Priority bad_priority = Priority::medium;

struct SourceState {
  DuplicateMemory memory;
  bool lost = false;
  Timestamp lost_since;          // lost: since then
  Timestamp due = rules::never;  // of the alarm; never once it is raised
  std::string detail;            // why it was lost
  std::uint32_t bad = 0;         // tags whose newest reading is bad; follows from them

  // Lost for so long that it is an alarm.
  [[nodiscard]] bool is_gone() const { return lost && due == rules::never; }
  [[nodiscard]] bool is_blind() const { return bad > 0 || is_gone(); }
};

class Sources {
 public:
  // Sources are known by name. Those that left the plant are forgotten, their alarms closed.
  void configure(const Plant& plant, Scene& scene, Timestamp at);
  void on_condition(const SourceCondition& condition, Scene& scene, Timestamp at);
  // A reading became the newest of its tag, with another quality or from another source than the
  // one before. `source_id_none`: it is not known, so it is the one from before.
  void on_newest(const Reading& reading, SourceId source, Scene& scene, Timestamp at);

  // `source_id_none` for one that the plant does not have.
  [[nodiscard]] SourceId find(std::string_view name) const;
  // Null for a source that the plant does not have.
  [[nodiscard]] const SourceState* state(SourceId source) const {
    return source < by_id_.size() ? by_id_[source] : nullptr;
  }
  [[nodiscard]] DuplicateMemory* memory(SourceId source);
  [[nodiscard]] bool any_gone() const;
  [[nodiscard]] Timestamp next_due() const { return next_due_; }
  // REQUIRES: next_due() is not `never`.
  void fire_next(Scene& scene);
  // A newest reading of the tag counts when it is bad.
  [[nodiscard]] static bool counts_as_bad(const TagTable& tags, TagId tag, const Reading& newest);
  void shift(Duration by, Timestamp now);

  [[nodiscard]] const std::map<std::string, SourceState>& all() const { return states_; }
  void restore(const Plant& plant, std::map<std::string, SourceState> states, TagTable& tags);

 private:
  void index(const Plant& plant);
  void count_bad(TagTable& tags);
  void refresh(const std::string& name, SourceState& state, const std::string& detail,
               Priority priority, Scene& scene, Timestamp at);
  [[nodiscard]] Priority blinded_by(const SourceState& state, const Scene& scene) const;
  void refresh_due();

  std::map<std::string, SourceState> states_;
  std::vector<SourceState*> by_id_;
  std::vector<std::string> names_;  // by SourceId
  Timestamp next_due_ = rules::never;
};

}  // namespace parkwatch::pipeline
