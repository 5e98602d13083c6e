// daemon/http/server.h - The HTTP API: answers from committed facts, turns commands into inputs.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "alarms/kpi.h"
#include "http/gates_view.h"
#include "http/live_view.h"
#include "http/metrics.h"
#include "http/role.h"
#include "intake/intake.h"
#include "model/calendar.h"
#include "model/plant_view.h"
#include "model/result.h"
#include "model/time.h"
#include "model/waits.h"
#include "store/reader.h"

namespace parkwatch::http {

// Limits hold for each connection; the defaults are for a small gateway. Times are at least 1 ms.
struct HttpOptions {
  std::string listen = "127.0.0.1:7300";  // address:port, "[::1]:7300"; port 0 picks a free one
  std::string token;                 // empty: none, and only a loopback address may be listened on
  std::vector<TokenHolder> holders;  // of other tokens; either makes other addresses allowed
  std::size_t connections_max = 64;  // one more is answered 503 and closed
  std::size_t header_bytes_max = std::size_t{16} << 10;
  std::size_t body_bytes_max = std::size_t{64} << 10;
  std::size_t page_bytes_max = std::size_t{8} << 20;    // what max_bytes of a pull is held to
  Duration header_time_max = std::chrono::seconds{10};  // from a request's first byte
  Duration body_time_max = std::chrono::seconds{10};
  Duration idle_time_max = std::chrono::seconds{30};     // between two requests
  Duration write_time_max = std::chrono::seconds{30};    // without any progress
  Duration wait_max = std::chrono::seconds{60};          // of a long poll
  Duration command_time_max = std::chrono::seconds{30};  // until a command is committed, else 503
};

// What /healthz and /readyz say. `ready`: readings are taken in and answered from. `healthy`:
// nothing needs a person. Each problem is one sentence that names the thing.
struct Health {
  bool ready = false;
  bool healthy = false;
  std::vector<std::string> problems;
};

struct SourceStatus {
  std::string name;
  std::string driver;
  bool connected = false;
  bool paused = false;         // high water: the source must wait
  std::string detail;          // lost: why, as the network or TLS said it
  Timestamp since;             // of this condition
  std::uint64_t messages = 0;  // since the start
  std::size_t held_acks = 0;
  Duration oldest_held{0};
};

// Numbers since the start unless said otherwise.
struct Status {
  std::string version;
  std::string park;
  std::string plant;  // hash of the configuration in force
  Timestamp started_at;
  Timestamp now;  // by the gateway clock
  std::uint64_t messages = 0;
  std::uint64_t readings = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t refusals = 0;
  std::uint64_t transitions = 0;
  std::uint64_t commits = 0;
  std::uint64_t commit_bytes = 0;   // of readings blocks as stored
  std::uint64_t last_sequence = 0;  // committed
  std::size_t intake_inputs = 0;
  std::size_t intake_bytes = 0;
  std::size_t outbox_pending = 0;
  std::string store_fault;            // empty: commits work
  std::vector<std::string> problems;  // as in Health
  std::vector<SourceStatus> sources;
};

// Who is told of alarms, and how that fares.
struct ReceiverStatus {
  std::string name;
  std::string kind;
  bool failing = false;
  std::uint64_t waiting = 0;   // notices, counted ones included
  std::uint64_t told = 0;      // since the start
  std::uint64_t failures = 0;  // attempts, since the start
  std::uint64_t expired = 0;   // closed unsent, ever
  std::uint64_t refused = 0;   // given up, ever
  std::string detail;          // of the last failure
  std::optional<Timestamp> last_ok;
  Waits raises;  // from the raise to the confirmation, of the last that were told since the start
};

// What came of a test message.
struct ReceiverTest {
  std::string outcome;  // "ok", "wait", "blocked", "refused"
  int status = 0;       // of HTTP or SMTP; 0: none
  std::string reply;    // its text
  std::string detail;   // what is wrong, in a line
};

// What reports need of the configuration in force.
struct Site {
  Calendar calendar;
  std::vector<alarms::Position> positions;
  std::set<std::string, std::less<>> groups = {};  // of its alarms
  std::set<std::string, std::less<>> gates = {};
};

// What the server answers from. Everything must outlive it. The functions are called on the
// readers' threads or the loop, several at a time; they must not wait for I/O.
struct Services {
  Intake* intake = nullptr;
  Clock* clock = nullptr;
  const LiveView* live = nullptr;
  const GatesView* gates = nullptr;  // null: there are none
  Metrics* metrics = nullptr;
  // Called on a readers' thread, at most once a thread and after an error of the reader.
  std::function<Result<std::unique_ptr<store::Reader>>()> open_reader;
  std::function<Health()> health;
  std::function<Status()> status;
  // On the loop; may be empty.
  std::function<std::vector<ReceiverStatus>()> receivers;
  // Likewise. Sends a test message; the answer comes on the loop. Errors: not_found.
  std::function<void(const std::string& name, std::function<void(Result<ReceiverTest>)>)>
      test_receiver;
  std::function<Site()> site;  // empty: UTC, without shifts and positions
  // Running totals and frozen alarms, as committed; never null. Empty: none.
  std::function<PlantViewPtr()> view;
};

// Lives on `loop` (one thread); every call but committed() is made there, or before it runs. SQLite
// is only touched on a pool of two readers' threads of its own, never on the loop.
class Server {
 public:
  Server(boost::asio::io_context& loop, HttpOptions options, Services services);
  // REQUIRES: stop() has called back, or the loop no longer runs.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Errors: permanent - `listen` is no address, or no loopback address although there is no token;
  // transient - the address is in use or not of this machine. Each names the address and what to
  // do.
  [[nodiscard]] Result<Done> start();
  // The port that is listened on; 0 before start().
  [[nodiscard]] std::uint16_t port() const;
  // Any thread, after each commit: what is in it can be read now. Wakes long polls.
  void committed();
  // No new connections; idle ones close, requests in hand are answered (long polls at once,
  // commands that are not committed with 503), all within two seconds. Then calls `done` on the
  // loop.
  void stop(std::function<void()> done);

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

// As start() does before it binds; for `parkwatchd --check`. Errors: permanent, as start().
[[nodiscard]] Result<Done> check_listen(const std::string& listen, bool has_token);

}  // namespace parkwatch::http
