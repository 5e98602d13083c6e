// daemon/notify/pending_alerts.h - The alerts that wait for the broker: a bounded piece of the
// outbox in memory, in journal order; what does not fit is read again from the store. Pure; one
// thread.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "notify/cloud_event.h"

namespace parkwatch::notify {

class PendingAlerts {
 public:
  // What an alert needs to be told whole: the event first, since it is what wakes people.
  enum class Part : std::uint8_t { event, state };
  struct Send {
    std::uint64_t number = 0;  // names the alert here
    Part part = Part::event;
    AlertPtr alert;
  };
  struct Fetch {
    std::uint64_t after = 0;  // a journal number
    std::size_t rows_max = 0;
  };

  // At most `alerts_max` (> 0) are held. The first fetch reads what an earlier run left behind.
  explicit PendingAlerts(std::size_t alerts_max) : alerts_max_(alerts_max) {}

  // A transition that was just committed. Journal numbers rise from call to call.
  void committed(AlertPtr alert);
  // One that the outbox does not hold. false: full, it was not taken.
  [[nodiscard]] bool add_volatile(AlertPtr alert);

  // The read that is due now, if any; one at a time: answer with fetched() or fetch_failed().
  [[nodiscard]] std::optional<Fetch> begin_fetch();
  // Rows in journal order, and the numbers of damaged ones among them, which are passed over; fewer
  // than asked for: there were no more when the fetch began.
  void fetched(std::vector<AlarmEvent> rows, const std::vector<std::uint64_t>& damaged = {});
  void fetch_failed() { fetching_ = false; }
  // Whether the store holds alerts that are not here.
  [[nodiscard]] bool behind() const { return behind_; }

  // The next part that was not sent since rewind(), in journal order; counts as sent now.
  [[nodiscard]] std::optional<Send> next();
  // The broker has it. Gives the journal number when the alert is thereby told whole for the first
  // time (never for a volatile one).
  [[nodiscard]] std::optional<std::uint64_t> acknowledged(std::uint64_t number, Part part);
  // The connection was lost: all that is held is sent again, so that no topic goes back in time.
  void rewind();

  [[nodiscard]] std::size_t size() const { return held_.size(); }
  // Whether one that the outbox does not hold is not told yet.
  [[nodiscard]] bool holds_volatile() const;

 private:
  struct Held {
    AlertPtr alert;
    bool acknowledged[2] = {false, false};
    bool told = false;  // reported already; held because an older one is not done
  };

  void hold(AlertPtr alert) { held_.push_back(Held{std::move(alert), {false, false}, false}); }

  const std::size_t alerts_max_;
  std::deque<Held> held_;
  std::uint64_t first_number_ = 0;  // of held_.front()
  std::size_t unsent_ = 0;          // position in held_ of the first with an unsent part
  Part unsent_part_ = Part::event;

  std::uint64_t taken_ = 0;      // the journal up to here is held, or was
  std::uint64_t committed_ = 0;  // the highest that was committed
  bool behind_ = true;
  bool fetching_ = false;
  Fetch fetch_;
  std::uint64_t committed_at_fetch_ = 0;
};

}  // namespace parkwatch::notify
