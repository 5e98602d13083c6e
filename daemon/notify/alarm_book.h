// daemon/notify/alarm_book.h - The alarms that somebody was told of: who, and how far each one's
// escalation is. Pure: time is an argument.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "notify/notice.h"
#include "notify/routing.h"

namespace parkwatch::notify {

inline constexpr std::uint64_t volatile_ids = std::uint64_t{1} << 63U;

// An open alarm: from its raise to its closing message; and one that has returned and that nobody
// has acknowledged, as long as its escalation goes on or somebody it called is to hear how it ends.
struct AlarmRecord {
  // Journal number of the transition that opened it; from volatile_ids on: of one that is not
  // journaled, and then the record is not kept either.
  std::uint64_t id = 0;
  // Its last transition that announced, made it unacknowledged, or said that it has returned so.
  AlertPtr alert;
  Face face;
  Timestamp since;  // it has this face
  bool acknowledged = false;
  bool hidden = false;                    // shelved, suppressed ...: nobody is called
  Timestamp base;                         // of the escalation
  std::optional<std::size_t> escalation;  // in the plan
  std::vector<std::uint32_t> done;        // by step: how often it was told
  std::set<std::size_t> told;             // receivers that are to hear how it ends
  std::set<std::size_t> escalated;        // those of them that a step told
  // Receiver, journal number, volatile_id, step, repeat: so that who is called and stands in for
  // another is called once. Not kept: after a kill a fallback may be called once more.
  using StepTold =
      std::tuple<std::size_t, std::uint64_t, std::string, std::uint32_t, std::uint32_t>;
  std::set<StepTold> steps_told;
  Timestamp due = never;  // of the next step
};

// One receiver to be told. The notice's `queued` is the time of the call.
struct Tell {
  std::size_t receiver = 0;
  News notice;
  bool escalates = false;  // a step that was waited for
};

class AlarmBook {
 public:
  using Key = std::pair<std::string, std::string>;  // rule, tag
  // What changed is to be kept; null: the record of this id is to go.
  using Changed = std::vector<std::pair<std::uint64_t, const AlarmRecord*>>;

  // Both outlive this.
  AlarmBook(const NotifyPlan& plan, const ToLocal& to_local) : plan_(plan), to_local_(to_local) {}

  // A transition, in the order of the journal.
  [[nodiscard]] std::vector<Tell> take(Timestamp now, const AlertPtr& alert);
  // The steps that are due, each once however late it is.
  [[nodiscard]] std::vector<Tell> escalate(Timestamp now);
  [[nodiscard]] Timestamp deadline() const;

  // `by` stands in for a receiver that `notice` does not reach: what it is to be told at once, and
  // then the rest of the alarm. However much waits there, that is one notice of how the alarm
  // stands, with the labels that its end will have. Nothing: it has been told, or the alarm is
  // over.
  std::optional<News> stand_in(Timestamp now, const News& notice, std::size_t by);
  // A step's `notice` is to call `by`, itself or for a receiver that fails: it is told the rest of
  // the alarm too. false: it has been called by this already, or nobody is to be called any more.
  bool add_step(const News& notice, std::size_t by);
  // One whose escalation is gone goes on, from `now`, with the one that the routes name.
  void restore(Timestamp now, AlarmRecord record);
  // What waited for a receiver that is gone: whom the routes (or the step) name now stands in.
  [[nodiscard]] std::vector<Tell> pass_on(Timestamp now, const News& notice);
  // One that no row holds; its id is a new one. Valid until the next call.
  const AlarmRecord* restore_volatile(Timestamp now, AlarmRecord record);
  // As take() of a raise that an earlier run took and told to those who have `heard`, whatever the
  // routes name: its escalation begins now.
  [[nodiscard]] std::vector<Tell> resume(Timestamp now, const AlertPtr& raise,
                                         const std::set<std::size_t>& heard);
  // The worst open alarm that `receiver` was told of and that nothing hides; null: none.
  [[nodiscard]] AlertPtr worst_of(std::size_t receiver) const;
  void each(const std::function<void(const AlarmRecord&)>& look) const;

  // The clock was set by so much: steps that wait go on waiting for as long.
  void shift(Duration by);

  // Since the last call.
  [[nodiscard]] Changed changes();

 private:
  using Records = std::map<Key, AlarmRecord>;
  [[nodiscard]] std::vector<Tell> announce(Timestamp now, const AlertPtr& alert,
                                           const std::set<std::size_t>& besides);
  [[nodiscard]] std::vector<Tell> follow(Timestamp now, const AlertPtr& alert,
                                         Records::iterator at);
  void close(Records::iterator at);
  [[nodiscard]] bool wants(std::size_t receiver, const AlarmRecord& record,
                           const News& notice) const;
  static void take_face(AlarmRecord& record, News& notice);
  [[nodiscard]] bool add_told(AlarmRecord& record, std::size_t by);
  [[nodiscard]] bool goes_on(const AlarmRecord& record, const AlarmEvent& raise,
                             const Routed& routed) const;
  void begin_escalation(AlarmRecord& record, Timestamp at) const;
  [[nodiscard]] std::set<std::size_t> told_at_once(const AlarmRecord& record) const;
  [[nodiscard]] std::vector<std::size_t> named_by(const EscalationStep& step) const;
  void schedule(Records::iterator at);
  void touch(const AlarmRecord& record) {
    if (record.id < volatile_ids) touched_.insert(record.id);
  }

  const NotifyPlan& plan_;
  const ToLocal& to_local_;
  Records records_;
  std::map<std::uint64_t, Key> by_id_;
  std::set<std::pair<Timestamp, Key>> due_;
  std::set<std::uint64_t> touched_;
  std::uint64_t next_volatile_ = volatile_ids;
};

}  // namespace parkwatch::notify
