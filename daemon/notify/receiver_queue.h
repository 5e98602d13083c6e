// daemon/notify/receiver_queue.h - What waits for one receiver, and when the next message to it may
// go: groups, rates, digests, retries, spares. Pure: time is an argument.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/notify_plan.h"
#include "notify/left_open.h"
#include "notify/notice.h"
#include "notify/rate_window.h"
#include "notify/routing.h"

namespace parkwatch::notify {

// One message is on its way at a time, so that news arrive in order.
class ReceiverQueue {
 public:
  // `spec` and `to_local` outlive this.
  ReceiverQueue(const ReceiverSpec& spec, const ToLocal& to_local);

  // The least urgent that no longer fits, if any: it is only counted from now on. The end of what a
  // program was told of never is, and comes on top: one an alarm. What ends an alert that waits to
  // be changed may take the change's place: `notice` is as it then waits.
  [[nodiscard]] std::optional<News> add(News& notice);
  // Counted only, from an earlier run.
  void restore(Tally folded) { folded_ = std::move(folded); }

  // The message that may go now; wake() says when to ask again. `flood`: people get digests.
  [[nodiscard]] std::optional<NotifyMessage> next(Timestamp now, bool flood);
  [[nodiscard]] Timestamp wake() const { return wake_; }

  // What became of the message that next() gave.
  struct Settled {
    std::vector<News> told;     // need no more
    bool tally_told = false;    // and so do those that were only counted
    std::vector<News> refused;  // given up: the receiver does not take them, whenever
  };
  [[nodiscard]] Settled settle(Timestamp now, const Outcome& outcome);

  // A message without notices (a heartbeat) fared so.
  void note(Timestamp now, const Outcome& outcome);
  // It fails from now on, whatever is sent: what a message needs is missing.
  void disable(Timestamp now, const std::string& why);
  // What was missing is there: the next message may go at once.
  void enable();

  // The clock was set by so much: what waits goes on waiting for as long.
  void shift(Duration by);

  // Takes out what waits for longer than the receiver's `expire`; an end of what it was told only
  // when that has waited for owed_for.
  [[nodiscard]] std::vector<News> expire(Timestamp now);
  [[nodiscard]] Timestamp next_expiry() const;
  // A receiver that is gone for good must not keep the journal from giving way for ever.
  static constexpr Duration owed_for = std::chrono::days{30};

  // It has taken nothing for `fails_after`, or refuses for good.
  [[nodiscard]] bool failing(Timestamp now) const;
  [[nodiscard]] Timestamp fails_at() const;  // when failing() becomes true; never
  [[nodiscard]] const std::string& detail() const { return detail_; }  // of the last failure

  // What waits and what is on its way, which may not arrive; in the order of sending.
  [[nodiscard]] std::vector<News> untold() const;
  // The lowest journal number among them; the highest there is when there is none.
  [[nodiscard]] std::uint64_t oldest() const;
  // Every news here, also that on its way.
  void each(const std::function<void(const News&)>& look) const;
  // What is only counted, on its way or not.
  [[nodiscard]] Tally folded() const;
  [[nodiscard]] std::size_t size() const { return waiting_.size() + sending_.size(); }
  [[nodiscard]] bool busy() const { return busy_; }
  [[nodiscard]] std::size_t endpoint() const { return endpoint_; }
  [[nodiscard]] RateWindow& window(std::size_t endpoint) { return windows_.at(endpoint); }
  [[nodiscard]] std::size_t windows() const { return windows_.size(); }
  void counted(std::size_t endpoint, Timestamp at) { windows_.at(endpoint).sent(at); }
  // webhook: its alerts whose end was lost. Of an Alertmanager they end by themselves.
  [[nodiscard]] LeftOpen& left_open() { return left_open_; }

 private:
  using Group = std::string;
  using Alarm = LeftOpen::Alarm;
  // The last raise of an alarm, while nothing of that was told.
  struct Raise {
    std::uint64_t journal = 0;
    bool lost = false;  // it will not be: only counted, expired, refused
  };
  [[nodiscard]] Group group_of(const News& notice) const;
  [[nodiscard]] Timestamp expires_at(const News& notice) const;
  [[nodiscard]] std::optional<News> replaced_by(News& notice);
  [[nodiscard]] std::optional<News> least_wanted();
  [[nodiscard]] bool ends_something(const News& notice) const;
  [[nodiscard]] bool is_spared(const News& notice) const {
    return notice.owed && spec_.is_machine();
  }
  // What a notice means for whether its alarm's end is owed.
  void arrives(News& notice);
  void lost(const News& notice);
  void told(const std::vector<News>& notices);
  [[nodiscard]] bool find_endpoint(Timestamp now);
  [[nodiscard]] std::optional<NotifyMessage> urgent(Timestamp now);
  [[nodiscard]] std::optional<NotifyMessage> others(Timestamp now, bool flood);
  // The group whose time has come; sets wake_ to when the next one's comes.
  [[nodiscard]] std::optional<Group> due_group(Timestamp now);
  [[nodiscard]] Timestamp outside_half_hours(Timestamp at) const;
  template <typename Wanted>
  [[nodiscard]] NotifyMessage take(Timestamp now, Wanted wanted, std::size_t notices_max);
  [[nodiscard]] NotifyMessage digest(Timestamp now, bool with_urgent);
  void wake_at(Timestamp at) { wake_ = std::min(wake_, at); }

  const ReceiverSpec& spec_;
  const ToLocal& to_local_;
  std::deque<News> waiting_;
  std::map<Alarm, Raise> raises_;
  LeftOpen left_open_;
  Tally folded_;
  std::map<Group, Timestamp> told_at_;  // when the last message of a group went
  std::vector<RateWindow> windows_;     // by endpoint
  std::vector<Timestamp> blocked_;      // by endpoint: until then
  std::size_t endpoint_ = 0;
  Timestamp wake_ = never;
  bool scarce_ = false;  // news were held back by the rate: the next message is a digest

  bool busy_ = false;
  std::vector<News> sending_;
  Tally sending_folded_;
  bool alone_ = false;  // after a refusal: one notice at a time, to find the one that is refused

  std::uint32_t attempts_ = 0;  // failed in a row
  std::uint32_t refusals_ = 0;  // of one and the same notice
  Timestamp not_before_{};
  Timestamp failing_since_ = never;
  bool refuses_ = false;
  std::string detail_;
};

// How long to wait after the n-th failure in a row (from 1): 1 s, 2 s, 4 s ... 60 s, less up to a
// quarter that differs from receiver to receiver.
[[nodiscard]] Duration backoff(std::uint32_t failures, std::string_view name);

}  // namespace parkwatch::notify
