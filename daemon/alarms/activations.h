// daemon/alarms/activations.h - Rows of the journal as stays of alarms: what was raised when, and
// when it ended. Pure; any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/alarm_event.h"

namespace parkwatch::alarms {

// One time that an alarm became active, until it returned or was removed.
struct Activation {
  std::string rule;
  std::string tag;
  std::string group;
  Level level = Level::none;             // the furthest out
  Priority priority = Priority::medium;  // the most urgent
  std::uint64_t journal = 0;             // of its raise; 0: it is not among the rows
  Timestamp raised;                      // without its raise: when its first row says it was
  std::optional<Timestamp> ended;        // empty: it is still active after the last row; `raised`:
                                         // before the first, when is not known
  // From the source time of the reading that caused its raise to the raise, at least 0. Empty: no
  // reading did, or its raise is not among the rows.
  std::optional<Duration> detected_in;
  std::optional<Timestamp> acknowledged;  // for the first time
  std::string author;                     // of that
  std::string comment;                    // of the first acknowledgement that has one
  Text message;                           // of its raise
  bool overdue = false;                   // nobody acknowledged it within its rule's respond_within
  // Since when somebody could see it: at its raise, or when what hid it then (a shelf, suppression,
  // out of service ...) was over while it was active. Empty: never.
  std::optional<Timestamp> shown;

  // From the raise to the return. Empty: it has not returned, or when is not known.
  [[nodiscard]] std::optional<Duration> lasted() const {
    if (!ended || (journal == 0 && *ended == raised)) return std::nullopt;
    return *ended - raised;
  }
  [[nodiscard]] bool is_active_at(Timestamp t) const {
    return raised <= t && (!ended || t < *ended);
  }
  bool operator==(const Activation&) const = default;
};

// When somebody hid alarms whom no token named, though hiding them needs a role: shelved, took out
// of service, began or planned a maintenance window, or a loop check, which hides what the plant
// says. What hides by design (suppress_when, not commissioned) is the configuration's.
struct Unauthorised {
  Timestamp at;
  std::string group;  // empty: of all, or of a tag
  bool operator==(const Unauthorised&) const = default;
};

// Takes rows in the order of the journal; records that are no alarms (floods, maintenance) are
// passed over, and so is what a loop check's test value raises. What stood before the first row and
// says nothing in these rows is not there; what does is there with journal 0.
class ActivationLog {
 public:
  void take(const AlarmEvent& event);
  [[nodiscard]] std::size_t size() const { return all_.size() + unauthorised_.size(); }
  // In the order of the journal.
  [[nodiscard]] const std::vector<Unauthorised>& unauthorised() const { return unauthorised_; }
  // In the order in which they were raised. Once, at the end.
  [[nodiscard]] std::vector<Activation> done();

 private:
  using Key = std::pair<std::string, std::string>;
  Activation& open(const AlarmEvent& event, std::uint64_t journal, Timestamp raised);
  Activation& opened(const AlarmEvent& event);
  [[nodiscard]] bool is_of_test(const AlarmEvent& event) const;
  void end_open(const AlarmEvent& event);
  void see(const AlarmEvent& event);
  void acknowledge(const AlarmEvent& event);

  std::vector<Activation> all_;
  std::vector<Unauthorised> unauthorised_;
  std::map<Key, std::size_t> active_;  // into all_
  std::map<Key, std::size_t> latest_;
};

[[nodiscard]] std::vector<Activation> activations_of(std::span<const AlarmEvent> journal);

}  // namespace parkwatch::alarms
