// daemon/notify/dispatcher.h - Who is told what and when, from the transitions that are committed
// to messages that are confirmed; and what of that must survive a kill. Pure: time is an argument.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/input.h"
#include "model/waits.h"
#include "notify/alarm_book.h"
#include "notify/held_alerts.h"
#include "notify/kept_rows.h"
#include "notify/notice.h"
#include "notify/receiver_queue.h"
#include "notify/routing.h"

namespace parkwatch::notify {

// A row of what must survive: a value for a key, or that the key is gone. Rows of one call belong
// together: they are written in one transaction, in order, at any later time. What was sent
// meanwhile is then sent again after a kill, under the same ids.
struct KeptRow {
  std::string key;
  std::optional<std::string> value;
};

struct ReceiverStatus {
  std::string name;
  ReceiverKind kind = ReceiverKind::webhook;
  std::size_t waiting = 0;     // notices
  std::uint64_t folded = 0;    // that are only counted
  std::uint64_t told = 0;      // notices, since the start
  std::uint64_t messages = 0;  // confirmed, since the start
  std::uint64_t failures = 0;  // attempts, since the start
  std::uint64_t expired = 0;   // closed unsent, ever
  std::uint64_t refused = 0;   // given up, ever
  bool failing = false;
  std::string detail;  // of the last failure
  std::optional<Timestamp> last_ok;
  Waits raises;  // the last raises_timed that were told, from the raise to the confirmation
};

// A raise was told: its receiver confirmed a message with it, so long after the journal's time of
// the raise (or of what showed it). What is only counted in a digest is not timed, and neither is
// what was raised before the clock was set.
struct RaiseTold {
  std::string receiver;
  Duration wait{0};
};
inline constexpr std::size_t raises_timed = 1000;

// A receiver fails, or does again what it should: an input for the pipeline, which journals it.
struct ReceiverCondition {
  std::string receiver;
  bool failing = false;
  std::string detail;
};

// Notices that were closed unsent.
struct ClosedNews {
  std::string receiver;
  std::string reason;  // "expired", "refused", "gone": the receiver
  std::uint64_t count = 0;
  std::uint64_t first = 0;  // journal numbers
  std::uint64_t last = 0;
};

// What no row holds: volatile alarms that stand, each with the row that it would have, and what
// waits of them, by receiver.
struct VolatilePart {
  std::vector<std::pair<AlertPtr, std::string>> standing;
  std::vector<std::pair<std::string, News>> waiting;
};

class Dispatcher {
 public:
  Dispatcher(std::shared_ptr<const NotifyPlan> plan, ToLocal to_local);
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Before all else: the rows that an earlier run kept (empty: a first start). `find` gives a
  // transition by its journal number, null when it is gone. Rows that cannot be read are dropped;
  // what waits for receivers that are gone is closed, and told to whom the routes name now. Gives
  // the journal number after which transitions must be given to take() again; `newest` on a first
  // start: history is nobody's news.
  [[nodiscard]] std::uint64_t restore(Timestamp now, const std::map<std::string, std::string>& rows,
                                      std::uint64_t newest,
                                      const std::function<AlertPtr(std::uint64_t)>& find);

  // A committed transition, in the order of the journal; or a volatile one, at any time.
  void take(Timestamp now, const AlertPtr& alert);
  // An earlier run took this volatile one, a raise, and told it to those who have `heard`: whom the
  // routes name besides hears of it now; all of these hear of its end, and its escalation begins
  // now.
  void resume(Timestamp now, const AlertPtr& raise, const std::set<std::string>& heard);
  // Receivers that are to hear how a volatile alarm ends.
  [[nodiscard]] std::set<std::string> told_of_volatile() const;
  // For a dispatcher with another plan, beside the rows; and there, after restore().
  [[nodiscard]] VolatilePart volatile_part() const;
  void take_over(Timestamp now, const VolatilePart& part);

  // One message that may go now, for a receiver that has none on its way.
  [[nodiscard]] std::optional<NotifyMessage> next(Timestamp now);
  // How it fared.
  void settle(Timestamp now, const NotifyMessage& message, const Outcome& outcome);
  // What this receiver needs (a secret) is missing: it fails from now on, and says why, until
  // enable() or until something is taken all the same.
  void disable(Timestamp now, std::size_t receiver, const std::string& why);
  void enable(std::size_t receiver);
  // The clock was set by so much, between two calls: what waits goes on waiting for as long.
  void shift(Duration by);
  // Call next() again then; never: when something else happens.
  [[nodiscard]] Timestamp deadline() const;

  [[nodiscard]] std::vector<KeptRow> changes();
  [[nodiscard]] std::vector<ReceiverCondition> conditions();
  [[nodiscard]] std::vector<ClosedNews> closed();
  [[nodiscard]] std::vector<RaiseTold> raises_told();
  // Steps of escalations that told somebody, for the journal.
  [[nodiscard]] std::vector<NoticeNews> escalated();

  [[nodiscard]] std::vector<ReceiverStatus> status() const;
  [[nodiscard]] const NotifyPlan& plan() const { return *plan_; }
  // Every transition that is still needed, by its number: what a dispatcher with another plan needs
  // beside the rows.
  [[nodiscard]] std::map<std::uint64_t, AlertPtr> alerts() const;
  // Notices and counted ones that wait, over all receivers.
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Receiver {
    Receiver(const ReceiverSpec& spec, const ToLocal& to_local) : queue(spec, to_local) {}
    ReceiverQueue queue;
    std::unique_ptr<HeldAlerts> held;  // alertmanager
    Timestamp refresh_due = never;     // alertmanager, heartbeat
    bool refreshing = false;           // a message without notices is on its way
    std::uint32_t refresh_failures = 0;
    std::optional<bool> reported_failing;
    std::deque<Duration> raise_waits;  // the newest last
    ReceiverStatus status;
  };

  void hold(const AlarmRecord& record);
  void pass_on(Timestamp now, const std::vector<NewsRow>& gone,
               const std::map<std::string, Tally>& counted);
  void tell(Timestamp now, std::vector<Tell> tells);
  void note_escalations(const std::vector<Tell>& tells);
  void enqueue(std::size_t receiver, News notice);
  void stand_in(Timestamp now, std::size_t failing, const News& notice);
  void time_raises(Timestamp now, Receiver& receiver, const std::vector<News>& told);
  void close(std::size_t receiver, const std::vector<News>& notices, const char* reason);
  void expire(Timestamp now);
  void look_at_failures(Timestamp now);
  [[nodiscard]] std::optional<NotifyMessage> next_of(Timestamp now, std::size_t receiver);
  [[nodiscard]] std::optional<NotifyMessage> refresh(Timestamp now, std::size_t receiver);
  void settle_refresh(Timestamp now, std::size_t receiver, const Outcome& outcome);
  void keep(std::string key, std::optional<std::string> value);
  void keep_low();
  void keep_tally(std::size_t receiver);
  void keep_window(std::size_t receiver, std::size_t endpoint);
  void keep_closed(std::size_t receiver);
  void restore_row(Timestamp now, const std::string& key, const std::string& value,
                   const std::function<AlertPtr(std::uint64_t)>& find);

  const std::shared_ptr<const NotifyPlan> plan_;
  const ToLocal to_local_;
  AlarmBook book_;
  std::vector<std::unique_ptr<Receiver>> receivers_;
  std::uint64_t cursor_ = 0;
  std::uint64_t low_ = 0;  // as kept
  std::uint64_t next_number_ = 1;
  std::size_t turn_ = 0;  // the receiver to ask first
  bool flood_ = false;
  std::uint64_t clock_set_after_ = 0;  // the clock was set after this transition
  std::map<std::string, std::optional<std::string>> changed_;
  std::vector<ReceiverCondition> conditions_;
  std::vector<ClosedNews> closed_;
  std::vector<RaiseTold> raises_told_;
  std::vector<NoticeNews> escalated_;
};

}  // namespace parkwatch::notify
