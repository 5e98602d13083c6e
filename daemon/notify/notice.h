// daemon/notify/notice.h - What a receiver is to be told, and how it answered. Plain values.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/notify_plan.h"
#include "notify/cloud_event.h"

namespace parkwatch::notify {

// Later than every time of the program.
inline constexpr Timestamp never = timestamp_max + std::chrono::hours{24};

// Level and priority as an alarm's labels say them: of its last level, also once it has returned.
struct Face {
  Level level = Level::none;
  Priority priority = Priority::medium;
  bool operator==(const Face&) const = default;
};

// What a transition is to who was told of the alarm. Each alarm that is announced gets one closing
// message: when its condition ended, or when its rule was removed before. The acknowledgement after
// that is for those whom its escalation calls until then.
enum class Role : std::uint8_t { none, opens, updates, closes };
[[nodiscard]] Role role_of(const AlarmEvent& event);

// One thing for one receiver: a transition, or a step of its escalation.
struct News {
  AlertPtr alert;
  std::uint32_t step = 0;    // 0: the transition itself; n: the n-th step
  std::uint32_t steps = 0;   // of the escalation
  std::uint32_t repeat = 0;  // of the step, from 0
  Timestamp queued;
  Face face;
  Face before;  // as it was before the transition
  // Since when it has them: with its labels that names an alert, from its first message to its
  // last.
  Timestamp since;
  Timestamp before_since;
  // It ends what this receiver has been told of, so it is due however late: the alarm, or for a
  // program the alert with the labels before. Not kept: after a restart every end is, whose raise
  // does not wait.
  bool owed = false;

  // A raise, or what shows an alarm again, itself: no step of an escalation.
  [[nodiscard]] bool opens() const { return step == 0 && role_of(alert->event) == Role::opens; }
  // Whether it calls somebody: a raise, a rise, what comes back, an escalation.
  [[nodiscard]] bool announces() const;
  [[nodiscard]] bool urgent() const { return face.priority == Priority::critical && announces(); }
  // The alarm is over for who hears it: its end, or, for whom its escalation has called since, the
  // acknowledgement.
  [[nodiscard]] bool closes() const;
  // Whether the alarm is open after it (Alertmanager: firing).
  [[nodiscard]] bool firing() const { return !closes(); }
};

// The same notice has the same id for ever: the transition's, for a step with "-e<step>.<repeat>".
[[nodiscard]] std::string notice_id(const EventOrigin& origin, const News& notice);

// Notices that are only counted: what a digest is made of.
struct Tally {
  static constexpr std::size_t worst_max = 10;
  std::array<std::uint64_t, 4> by_priority{};  // by Priority
  std::uint64_t first = 0;                     // journal numbers; 0: none
  std::uint64_t last = 0;
  Timestamp from;  // of the transitions
  Timestamp to;
  std::vector<News> worst;  // the most urgent, the newest first among equals

  [[nodiscard]] std::uint64_t total() const;
  [[nodiscard]] bool empty() const { return total() == 0; }
  void add(const News& notice);
  void merge(const Tally& other);

 private:
  void place(const News& notice);
};

// An alarm as an Alertmanager holds it.
struct HeldAlert {
  AlertPtr alert;
  Face face;
  Timestamp since;  // it has this face
  Timestamp ends;   // never: active
};

enum class MessageKind : std::uint8_t {
  news,     // each notice in words
  digest,   // counts and the ten worst
  refresh,  // alertmanager: what is active, again
  beat,     // heartbeat
  test,     // `parkwatch notify test`
  report,   // email: a text of its own
};

// What is mailed whole.
struct ReportText {
  std::string title;
  std::string plain;
  std::string html;  // a whole document
};

struct NotifyMessage {
  std::size_t receiver = 0;  // in the plan
  std::size_t endpoint = 0;  // of the receiver
  std::uint64_t number = 0;  // rises by one
  MessageKind kind = MessageKind::news;
  bool flood = false;
  Timestamp at;                 // when it was made
  std::vector<News> notices;    // in the order of the journal
  Tally tally;                  // digest: of the notices, and of those that are not here any more
  std::vector<HeldAlert> held;  // alertmanager: what is to be said
  std::shared_ptr<const ReportText> report;  // report: never null
  AlertPtr standing;  // board: the worst that it was told of and that still stands
};

// How a message fared, named by what the sender must do.
struct Outcome {
  enum class What : std::uint8_t {
    ok,
    wait,     // try again later
    blocked,  // this endpoint takes nothing for `after`: use a spare
    refused,  // trying the same again will not help
  };
  What what = What::ok;
  Duration after{0};   // wait, blocked: not before; 0: as the sender thinks
  std::string detail;  // one line for people; no secret
};

}  // namespace parkwatch::notify
