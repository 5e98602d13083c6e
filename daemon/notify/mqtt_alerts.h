// daemon/notify/mqtt_alerts.h - Alerts out over MQTT: every committed transition is told at least
// once, in journal order, and the retained states show the alarms that stand. On the loop's thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/alarm_event.h"
#include "model/result.h"
#include "model/time.h"
#include "mqtt/session.h"

namespace parkwatch::notify {

struct MqttAlertsOptions {
  std::string park;        // the third level of every topic
  std::string generation;  // of the store
  // Tells the ids of alerts that no journal holds from those of other starts: rises with each start
  // (e.g. the microseconds of its time).
  std::uint64_t start_number = 0;
  std::size_t publish_window = 16;  // as in the session's options; >= 1
  std::size_t pending_max = 2000;   // alerts in memory, about 1.5 KiB each; more stay in the outbox
  Duration retry_after = std::chrono::milliseconds{200};
  Duration stop_within = std::chrono::seconds{2};  // for what is still to be told at stop()
};

// How it reaches the rest of the daemon. All are called on the loop's thread.
struct MqttAlertsCalls {
  struct Page {
    std::vector<AlarmEvent> events;      // in journal order
    std::vector<std::uint64_t> damaged;  // journal numbers of rows that cannot be read; likewise
  };
  using Rows = Result<Page>;
  // The outbox row of this journal number is told: both publishes were acknowledged.
  std::function<void(std::uint64_t journal)> delivered;
  // Reads undelivered outbox rows after a journal number (store::Reader::outbox) on another thread
  // and answers on the loop; one at a time. An error is tried again.
  std::function<void(std::uint64_t after, std::size_t rows_max, std::function<void(Rows)> done)>
      fetch;
  // For the log and `status`; may be empty.
  std::function<void(bool connected, const std::string& detail)> condition;
  // Damaged rows that a fetch came upon: nothing will be told of them, and `delivered` is not
  // called for them. May be empty.
  std::function<void(const std::vector<std::uint64_t>& journals)> damaged;
  // The outbox cannot be read, and why; "": it can again. Called at each change; may be empty.
  std::function<void(const std::string& fault)> outbox_fault;
};

struct MqttAlertsStatus {
  bool connected = false;
  std::string detail;  // as the session says it
  std::uint64_t connects = 0;
  std::uint64_t pending = 0;         // alerts in memory that are not acknowledged
  bool more_in_outbox = false;       // and others wait in the store
  std::uint64_t delivered = 0;       // alerts told since the start
  std::uint64_t publishes = 0;       // acknowledged ones, of any kind
  std::uint64_t lost_publishes = 0;  // not acknowledged before the connection went: sent again
  std::uint64_t emptied = 0;         // retained states of alarms that do not stand
};

// Every call on the loop's thread. Topics and payloads: docs/alerts.md.
//
// Life: construct; start(); complete() the session's options and make the session with handlers();
// connect(); committed() after each commit; stop(). What is committed before connect() waits. It
// may be destroyed when stop() is done, or at any time while the loop does not run.
class MqttAlerts {
 public:
  MqttAlerts(boost::asio::io_context& loop, MqttAlertsOptions options, MqttAlertsCalls calls);
  ~MqttAlerts();
  MqttAlerts(const MqttAlerts&) = delete;
  MqttAlerts& operator=(const MqttAlerts&) = delete;

  // Sets what only this class knows: the last will, the filter of our own retained states, the
  // window, a clean session (what is lost with it is sent again from here).
  void complete(mqtt_session::SessionOptions& options) const;
  [[nodiscard]] mqtt_session::SessionHandlers handlers();

  // Takes the alarms that stand (store::Reader::standing; nothing may be committed between that
  // read and this call). `is_whole` false: of some nothing could be read, so retained states are
  // left alone that none of `standing` is about; they may be what is left of those.
  void start(std::vector<AlarmEvent> standing, bool is_whole = true);
  // Takes the session (made with handlers(), its acknowledgements not held) and begins. Errors: as
  // the session's start(); then another session may be given.
  [[nodiscard]] Result<Done> connect(std::unique_ptr<mqtt_session::Session> session);
  // Both.
  [[nodiscard]] Result<Done> start(std::unique_ptr<mqtt_session::Session> session,
                                   std::vector<AlarmEvent> standing);

  // Transitions that are committed now, in journal order. They are sent at once if the window
  // allows.
  void committed(std::vector<AlarmEvent> transitions);

  // A fault of the daemon itself that cannot be journaled, e.g. ("store", true, ...) while commits
  // fail: a critical alarm of rule "parkwatch-<name>" on tag "parkwatch/<name>" that leaves at once
  // and ends with active == false. Saying the same again does nothing. `name`: one topic level.
  void fault(std::string_view name, bool active, const Text& message, Timestamp at);

  // After start(): this fault stood in an earlier run. `heard`: that one told of it, and perhaps
  // not of its end; it stands, and nobody is told again that it began.
  void resume_fault(std::string_view name, const Text& message, Timestamp since, bool heard);
  // Whether the begin or the end of a fault is not acknowledged yet.
  [[nodiscard]] bool faults_wait() const;

  // A message of another's: a retained text (a board), or a command. `done` on the loop, with what
  // went wrong or "". Waits for nothing: without a connection it fails at once.
  void publish(std::string topic, std::string payload, bool retained,
               std::function<void(std::string)> done);

  // Tells what is still waiting in memory, says "offline", disconnects. `done` on the loop.
  void stop(std::function<void()> done);

  [[nodiscard]] MqttAlertsStatus status() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // handlers that come late hold it weakly
};

}  // namespace parkwatch::notify
