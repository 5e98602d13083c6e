// daemon/alarms/alarms.h - (conditions, commands, time) -> transitions of the ISA-18.2 life of an
// alarm (IEC 62682, GB/T 41261-2022). Pure; lives on one thread; time is an argument.
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "alarms/flood.h"
#include "alarms/maintenance.h"
#include "alarms/memory.h"
#include "model/alarm_event.h"
#include "model/input.h"
#include "model/plant.h"
#include "model/result.h"

namespace parkwatch::alarms {

// Longer comments and names of authors are refused.
inline constexpr std::size_t comment_bytes_max = 4096;
// So many raises within the time are chattering (ISA-18.2's detector, domain sheet 3.2); it is over
// after the same time without one.
inline constexpr std::size_t chatter_raises = 3;
inline constexpr Duration chatter_time = std::chrono::seconds{60};

// The longest time for which an alarm of this priority may be shelved; critical ones only by an
// admin. A rule's `shelvable.max` may be shorter.
[[nodiscard]] Duration shelve_cap(Priority priority);

// What the rules found out about one rule on one tag: the condition as it is from now on.
struct Condition {
  std::string_view rule;
  std::string_view tag;
  Level level = Level::none;  // none: it ended
  Priority priority = Priority::medium;
  std::optional<double> value;  // of the signal
  std::optional<double> limit;
  std::uint64_t reading_sequence = 0;  // the reading that began or ended it; 0: none
  std::uint32_t reading_index = 0;
  Timestamp reading_time;
  Quality quality = Quality::good;
  // Not used when the condition ended: an alarm keeps the texts of its raise until it closes.
  Text message;
  Text guidance;
  std::string group;
  std::string unit;
};

// When and by which input; and the configuration that decided.
struct Occasion {
  Timestamp at;
  std::uint64_t sequence = 0;
  const std::string& plant;
};

// True when the change from `from` to `to` (neither is none) must sound again: further out on the
// same side, or over to the other side.
[[nodiscard]] bool is_rise(Level from, Level to);

// Who commands, and what he may.
struct Person {
  const std::string& author;
  bool admin = false;
};

// Every alarm about which there is something to remember, as its last transition left it. Each
// function appends the transitions to `out`. Deadlines (ends of shelving, of windows, of chatter
// and floods, re-alarms, rechecks, overdue answers) are asked for with next_due() and fired one by
// one; they are stamped with their due time.
class Alarms {
 public:
  using Key = std::pair<std::string, std::string>;  // rule, tag
  // Also by views, so that looking needs no copy.
  struct Less {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      const int order = std::string_view{a.first}.compare(b.first);
      return order != 0 ? order < 0 : std::string_view{a.second} < std::string_view{b.second};
    }
  };
  using Remembered = std::map<Key, Alarm, Less>;

  // A configuration takes effect: how its rules' alarms behave, and which tags are commissioned.
  void configure(const Plant& plant, const Occasion& occasion, std::vector<AlarmEvent>& out);

  void apply(Condition condition, const Occasion& occasion, std::vector<AlarmEvent>& out);

  // Suppression by design: what suppress_when of the rule says for this tag from now on. When it
  // ends, the alarm stays suppressed for the rule's `recheck`; what is still active then appears.
  // Saying the same again does nothing. remove() forgets it.
  void suppress(std::string_view rule, std::string_view tag, bool by_design,
                const Occasion& occasion, std::vector<AlarmEvent>& out);

  // The rule or the tag left the configuration, or the rule is another one now (`gone` false): the
  // closing transition, if the alarm stands. What people did - shelving, out of service - goes with
  // what is gone, and stays otherwise.
  void remove(std::string_view rule, std::string_view tag, bool gone, const Occasion& occasion,
              std::vector<AlarmEvent>& out);

  // Alarms of these are marked as resting on a test value until told otherwise.
  void mark_test(std::string_view rule, std::string_view tag, bool tested);
  // It is active, by a test value.
  [[nodiscard]] bool rests_on_test(std::string_view rule, std::string_view tag) const;

  // Errors of all commands: bad_input - a text is too long or missing, a time is wrong; not_found -
  // there is no such alarm; conflict - it is otherwise by now, the message says how; refused - not
  // for this alarm, or not by this person.
  [[nodiscard]] Result<Done> acknowledge(const AcknowledgeAlarm& command, const Person& who,
                                         const Occasion& occasion, std::vector<AlarmEvent>& out);
  // `exists`: the configuration has this rule on this tag, so that it can be commanded while
  // normal.
  [[nodiscard]] Result<Done> command(const AlarmCommand& command, const Person& who, bool exists,
                                     const Occasion& occasion, std::vector<AlarmEvent>& out);
  [[nodiscard]] Result<Done> maintain(const MaintenanceCommand& command, const Person& who,
                                      const Occasion& occasion, std::vector<AlarmEvent>& out);
  // What notifications did: a row of its own, which changes nothing and of which nobody is told.
  // Escalations of an occurrence that is over leave none.
  void note(const NoticeNews& news, const Occasion& occasion, std::vector<AlarmEvent>& out);
  // How to learn what is still known of a tag whose data is bad or lost. Asked with each
  // transition.
  using KnowFrozen = std::function<std::optional<Frozen>(const std::string& tag)>;
  void know_frozen(KnowFrozen know) { know_frozen_ = std::move(know); }
  // A journal row that is no alarm's, e.g. of a loop check.
  void record(AlarmEvent row, const Occasion& occasion, std::vector<AlarmEvent>& out);

  [[nodiscard]] Timestamp next_due() const;
  // REQUIRES: next_due() is not `never`. In the order: windows, alarms by (rule, tag), floods.
  void fire_next(std::uint64_t sequence, const std::string& plant, std::vector<AlarmEvent>& out);
  // Downtime (`clock_step` false): what waits for data moves. A step of the clock: also what waits
  // for a person, but not what ends by the calendar.
  void shift(Duration by, bool clock_step);

  [[nodiscard]] const Remembered& remembered() const { return alarms_; }
  // How many are not normal.
  [[nodiscard]] std::size_t standing() const { return standing_; }
  [[nodiscard]] const Alarm* find(std::string_view rule, std::string_view tag) const;
  [[nodiscard]] std::uint64_t last_journal() const { return last_journal_; }
  // The next journal number is behind this one.
  void resume_after(std::uint64_t journal) { last_journal_ = std::max(last_journal_, journal); }
  [[nodiscard]] const std::map<std::string, FirstOut>& first_outs() const { return first_outs_; }
  [[nodiscard]] const FloodWatch& flood() const { return flood_; }
  [[nodiscard]] const Maintenance& maintenance() const { return maintenance_; }
  [[nodiscard]] std::uint64_t silenced() const { return silenced_; }
  // As they were given out, after configure() with the same plant (whose transitions are none).
  struct Saved {
    std::vector<Alarm> alarms;
    std::map<std::string, FirstOut> first_outs;
    FloodWatch flood;
    Maintenance maintenance;
    std::uint64_t silenced = 0;
    std::uint64_t last_journal = 0;
  };
  void restore(Saved saved);

 private:
  struct Rule {
    AlarmSpec alarm;
    std::string group;
    Priority highest = Priority::medium;
  };
  // Does the transition sound, and what is told of it if the alarm is not hidden.
  enum class Telling : std::uint8_t {
    journal,   // nothing, unless it is open: then an update
    silently,  // nothing
    update,    // opens if it is not open yet, without sound
    sound,     // the same, and the horn begins
  };
  using Out = std::vector<AlarmEvent>;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  [[nodiscard]] const Rule& rule_of(std::string_view rule) const;
  Remembered::iterator find_or_create(std::string_view rule, std::string_view tag);
  void emit(Alarm& alarm, TransitionKind kind, Telling telling, const Occasion& occasion, Out& out);
  void emit_by(Alarm& alarm, TransitionKind kind, Telling telling, const Person& who,
               const std::string& comment, const Occasion& occasion, Out& out);
  // After emit(): takes the alarm off the list if nothing of it needs to be remembered.
  void settle(Remembered::iterator alarm);
  void settle(const Alarm& alarm);

  void begin(Condition& condition, Alarm& alarm, const Occasion& occasion, Out& out);
  void end(const Condition& condition, Alarm& alarm, const Occasion& occasion, Out& out);
  void unacknowledge(Alarm& alarm, const Occasion& occasion);
  void count_raise(Alarm& alarm, Timestamp time, const Occasion& occasion);
  void end_chatter(Alarm& alarm, const Occasion& occasion, Out& out);
  // True: the condition is more than was shelved, so that it is not hidden by that any more.
  bool rise_above_shelf(Alarm& alarm, const Condition& condition, const Occasion& occasion,
                        Out& out);
  void show_again(Alarm& alarm, TransitionKind kind, const Person& who, const std::string& comment,
                  const Occasion& occasion, Out& out);
  void unshelve(Alarm& alarm, const Person& who, const std::string& comment,
                const Occasion& occasion, Out& out);
  void enter_group(Alarm& alarm);
  void leave_group(Alarm& alarm);
  [[nodiscard]] bool is_covered(const Alarm& alarm) const;
  void refresh_covers(TransitionKind kind, const Occasion& occasion, Out& out);
  void told_open(const AlarmEvent& event, const Occasion& occasion, Out& out);

  [[nodiscard]] Result<Done> unacknowledge(const AlarmCommand& c, const Person& who, Alarm& alarm,
                                           const Occasion& occasion, Out& out);
  [[nodiscard]] Result<Done> shelve(const AlarmCommand& c, const Person& who, Alarm& alarm,
                                    const Occasion& occasion, Out& out);
  [[nodiscard]] Result<Done> reset(const AlarmCommand& c, const Person& who, Alarm& alarm,
                                   const Occasion& occasion, Out& out);
  [[nodiscard]] Result<Done> take_out(const AlarmCommand& c, const Person& who, Alarm& alarm,
                                      const Occasion& occasion, Out& out);
  [[nodiscard]] Result<Done> reset_first_out(const AlarmCommand& c, const Person& who,
                                             const Occasion& occasion, Out& out);
  [[nodiscard]] Result<Done> silence(const AlarmCommand& c, const Person& who,
                                     const Occasion& occasion, Out& out);
  [[nodiscard]] Result<Done> one_alarm(const AlarmCommand& c, const Person& who, Alarm& alarm,
                                       const Occasion& occasion, Out& out);

  void fire_alarm(Alarm& alarm, const Occasion& occasion, Out& out);
  void fire_window(const Occasion& occasion, Out& out);
  void record_window(const Window& window, TransitionKind kind, const Person& who,
                     const std::string& comment, const Occasion& occasion, Out& out);
  void queue(Alarm& alarm);

  struct DueLess {
    bool operator()(const Alarm* a, const Alarm* b) const;
  };

  KnowFrozen know_frozen_;
  // By id; looked at several times a transition, so no tree of strings.
  std::unordered_map<std::string, Rule, TextHash, std::equal_to<>> rules_;
  std::set<std::string, std::less<>> not_commissioned_;
  std::set<Key, Less> tested_;
  Remembered alarms_;
  std::set<Alarm*, DueLess> queue_;  // of alarms_ that wait for a time
  std::map<std::string, FirstOut> first_outs_;
  FloodWatch flood_;
  Maintenance maintenance_;
  std::uint64_t silenced_ = 0;  // journal number
  std::size_t standing_ = 0;
  std::uint64_t last_journal_ = 0;
};

}  // namespace parkwatch::alarms
