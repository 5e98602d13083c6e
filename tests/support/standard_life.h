// tests/support/standard_life.h - An observer who holds each alarm's events against the table of
// the standard's transitions (ISA-18.2 / IEC 62682, domain sheet 3.1), written here anew. Fails the
// test at the first that is not in it.
#pragma once
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "model/alarm_event.h"

namespace parkwatch::test {

class StandardLife {
 public:
  using Kind = TransitionKind;
  using Steps = std::set<std::pair<char, char>>;  // from, to

  // Whether the gateway's clock is set meanwhile, so that times may fall.
  explicit StandardLife(bool clock_is_set = false) : clock_is_set_(clock_is_set) {}

  // Events in the order of the journal; records that are no alarms are passed over. `automatic`:
  // nobody need acknowledge the alarm.
  void take(const AlarmEvent& e, bool automatic) {
    CAPTURE(e.journal, e.rule, e.tag, to_text(e.kind), to_text(e.notice), e.flags);
    if (is_record_rule(e.rule)) return;
    kinds_.insert(e.kind);
    check_one(e, automatic, seen_[{e.rule, e.tag}]);
  }
  [[nodiscard]] char state_of(const std::string& rule, const std::string& tag) const {
    const auto found = seen_.find({rule, tag});
    return found == seen_.end() ? 'N' : found->second.state;
  }
  // Which lines of the table were reached: one that nothing reaches would prove nothing.
  [[nodiscard]] const std::set<Kind>& kinds() const { return kinds_; }

  // ISA-18.2 / IEC 62682. N normal, U unacknowledged, A acknowledged, R returned unacknowledged, L
  // returned and latched. U->N and U->L: raised and returned while hidden, so that nobody was told.
  // With ack = "auto", A stands in for U.
  static const std::map<Kind, Steps>& table() {
    static const Steps stays{{'N', 'N'}, {'U', 'U'}, {'A', 'A'}, {'R', 'R'}, {'L', 'L'}};
    static const Steps shows{{'N', 'N'}, {'U', 'U'}, {'A', 'A'}, {'R', 'R'},
                             {'L', 'L'}, {'A', 'U'}, {'L', 'R'}};
    static const std::map<Kind, Steps> all{
        {Kind::raised, {{'N', 'U'}, {'R', 'U'}, {'L', 'U'}, {'N', 'A'}}},
        {Kind::level_changed, {{'U', 'U'}, {'A', 'A'}, {'A', 'U'}}},
        {Kind::acknowledged, {{'U', 'A'}, {'R', 'N'}, {'R', 'L'}}},
        {Kind::returned, {{'U', 'R'}, {'A', 'N'}, {'A', 'L'}, {'U', 'N'}, {'U', 'L'}}},
        {Kind::unacknowledged, {{'A', 'U'}, {'L', 'R'}}},
        {Kind::reset, {{'L', 'N'}, {'R', 'R'}}},
        {Kind::removed, {{'N', 'N'}, {'U', 'N'}, {'A', 'N'}, {'R', 'N'}, {'L', 'N'}}},
        {Kind::re_alarmed, {{'A', 'U'}}},
        {Kind::overdue, {{'U', 'U'}}},
        {Kind::chattering, {{'U', 'U'}, {'A', 'A'}}},
        {Kind::chatter_ended, stays},
        {Kind::first_out_reset, stays},
        {Kind::escalated, stays},
        {Kind::commissioned, shows},
        {Kind::shelved, stays},
        {Kind::suppressed, stays},
        {Kind::out_of_service, stays},
        {Kind::maintenance_started, stays},
        {Kind::unshelved, shows},
        {Kind::unsuppressed, shows},
        {Kind::in_service, shows},
        {Kind::maintenance_ended, shows},
    };
    return all;
  }

 private:
  // What an observer knows of one alarm by its events alone.
  struct Seen {
    char state = 'N';
    bool open = false;
    std::uint64_t occurrence = 0;
    Timestamp at = timestamp_min;
  };
  static char letter_of(AlarmState s) {
    switch (s) {
      case AlarmState::normal:
        return 'N';
      case AlarmState::unacknowledged:
        return 'U';
      case AlarmState::acknowledged:
        return 'A';
      case AlarmState::returned_unacknowledged:
        return 'R';
      case AlarmState::latched:
        return 'L';
    }
    return '?';
  }
  void check_one(const AlarmEvent& e, bool automatic, Seen& seen) const {
    const char to = letter_of(e.state);
    CAPTURE(seen.state, to);
    const auto row = table().find(e.kind);
    REQUIRE(row != table().end());
    REQUIRE(row->second.contains({seen.state, to}));
    if (to == 'U' && automatic) FAIL("an automatic alarm waits for an operator");
    const bool vanishes = e.kind == Kind::removed;
    if (seen.state == 'U' && (to == 'N' || to == 'L') && !vanishes)
      REQUIRE((e.flags & alarm_hidden) != 0);
    // An un-acknowledging transition is a new occurrence; an acknowledgement is of the present one.
    const bool unacks = (to == 'U' || to == 'R') && seen.state != to && e.kind != Kind::returned;
    if (unacks) REQUIRE(e.occurrence == e.journal);
    if (e.kind == Kind::acknowledged) REQUIRE(e.occurrence == seen.occurrence);
    // Each opening notice has exactly one closing one, and what is hidden opens nothing.
    REQUIRE((e.notice == Notice::opens) <= !seen.open);
    REQUIRE((e.notice == Notice::updates || e.notice == Notice::closes) <= seen.open);
    REQUIRE((e.notice == Notice::opens) <= ((e.flags & alarm_hidden) == 0));
    REQUIRE(begins_horn(e) <= ((e.flags & alarm_hidden) == 0 && (to == 'U' || to == 'R')));
    if (e.notice == Notice::opens) seen.open = true;
    if (e.notice == Notice::closes) seen.open = false;
    const bool chatters = (e.flags & alarm_chattering) != 0;
    const bool holds = to == 'U' || to == 'A' || (e.flags & alarm_latched) != 0;
    REQUIRE((seen.open && !chatters) <= holds);
    // A rise un-shelves first, and is told right after.
    const bool rises = e.kind == Kind::unshelved && e.comment.starts_with("it rose");
    if ((e.flags & alarm_hidden) == 0 && holds && !rises) REQUIRE(seen.open);
    REQUIRE(e.shelving.has_value() == ((e.flags & alarm_shelved) != 0));
    REQUIRE(e.service.has_value() == ((e.flags & alarm_out_of_service) != 0));
    REQUIRE((clock_is_set_ || e.at >= seen.at));
    seen.state = to;
    seen.occurrence = e.occurrence;
    seen.at = e.at;
  }

  std::map<std::pair<std::string, std::string>, Seen> seen_;
  std::set<Kind> kinds_;
  bool clock_is_set_;
};

}  // namespace parkwatch::test
