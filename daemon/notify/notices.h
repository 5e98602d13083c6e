// daemon/notify/notices.h - Runs a dispatcher: sends what it gives, keeps what it must remember.
// On the loop's thread.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/result.h"
#include "notify/dispatcher.h"
#include "notify/own_fault.h"
#include "notify/request.h"

namespace parkwatch::notify {

// The tag of rule_delivery_failed, the alarm of a receiver that fails.
[[nodiscard]] std::string receiver_tag(std::string_view receiver);
// The receiver of such a tag; empty: it is another's.
[[nodiscard]] std::optional<std::string> receiver_of_tag(std::string_view tag);

// How it reaches the rest of the daemon. All are called on the loop's thread.
struct NoticesCalls {
  std::function<Timestamp()> now;  // the gateway clock
  // Sends; `done` on the loop, at any later time or never (at the end).
  std::function<void(const Request&, const ReceiverSpec&, const Secrets&,
                     std::function<void(Reply)> done)>
      send;
  // Rows for the store, of one call all or none.
  std::function<void(std::vector<KeptRow>)> keep;
  std::function<void(const ReceiverCondition&)> condition;
  // For the journal: an escalation, notices that were given up. May be empty.
  std::function<void(NoticeNews)> news;
  std::function<void(const RaiseTold&)> raise_told;  // for the metrics. May be empty.
  std::function<void(const std::string&)> log;
};

// A plan with the secrets of its receivers, in their order. One whose secrets are missing fails at
// once.
struct NoticesPlan {
  std::shared_ptr<const NotifyPlan> plan;
  std::vector<Secrets> secrets;
};

class Notices {
 public:
  // `start_number`: as MqttAlertsOptions'.
  Notices(boost::asio::io_context& loop, NoticesPlan plan, Sender sender,
          std::uint64_t start_number, NoticesCalls calls);
  ~Notices();
  Notices(const Notices&) = delete;
  Notices& operator=(const Notices&) = delete;

  // Before all else; see Dispatcher::restore(). Then what was committed after the returned number
  // is to be given to committed().
  [[nodiscard]] std::uint64_t restore(std::map<std::string, std::string> rows, std::uint64_t newest,
                                      const std::function<AlertPtr(std::uint64_t)>& find);
  void committed(const std::vector<AlarmEvent>& transitions);
  // Instead, while the plan is empty: the journal is this far.
  void passed(std::uint64_t journal) { last_journal_ = journal; }
  // As those of MqttAlerts; after restore().
  void fault(std::string_view name, bool active, const Text& message, Timestamp at);
  void resume_fault(std::string_view name, const Text& message, Timestamp since,
                    const std::set<std::string>& heard);  // receivers
  // Each receiver that is told of a fault, and whether something of it still waits there.
  [[nodiscard]] std::map<std::string, bool> faults_wait() const;
  // Another configuration. What waits goes on waiting; what is on its way may be sent again.
  void take_plan(NoticesPlan plan);
  // Receivers whose secrets are missing, and their secrets once they are there.
  [[nodiscard]] std::vector<std::size_t> without_secrets() const;
  // Also other ones than it had: then it is tried again at once. False: they are the same.
  bool take_secrets(std::size_t receiver, Secrets secrets);
  // The clock was set by so much: what waits goes on waiting for as long.
  void clock_stepped(Duration by);
  // Sends what may go now.
  void look() { pump(); }
  void stop();

  // Sends a test to every endpoint's first; `done` with what was answered, on the loop. Errors:
  // not_found - no such receiver.
  void test(const std::string& receiver, std::function<void(Result<Reply>, Outcome)> done);

  // Mails a report once, outside of the queues; what went wrong ("": nothing), on the loop. Errors
  // in words: no such receiver, or none of e-mail.
  void mail(const std::string& receiver, ReportText report, std::function<void(std::string)> done);

  [[nodiscard]] std::vector<ReceiverStatus> status() const { return dispatcher_->status(); }
  [[nodiscard]] std::size_t waiting() const { return dispatcher_->waiting(); }

 private:
  void pump();
  void send(NotifyMessage message);
  void transmit(const NotifyMessage& message, std::function<void(Reply)> done);
  void disable_without_secrets();
  void settled(std::uint64_t plan_number, std::uint64_t number, const Reply& reply);
  void report();
  void arm();

  NoticesPlan plan_;
  const Sender sender_;
  OwnFaults faults_;
  const NoticesCalls calls_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::map<std::string, std::string> rows_;        // as the store has them, or will
  std::map<std::uint64_t, NotifyMessage> on_way_;  // by number
  std::uint64_t plan_number_ = 0;                  // answers to messages of earlier plans are moot
  std::uint64_t last_journal_ = 0;
  bool stopped_ = false;
  boost::asio::steady_timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace parkwatch::notify
