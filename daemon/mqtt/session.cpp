// daemon/mqtt/session.cpp - Gate, Paho and the waits between attempts put together. Everything
// lives on the loop's thread but what Inbound says, and status().
#include "mqtt/session.h"

#include <atomic>
#include <boost/asio.hpp>
#include <map>
#include <mutex>
#include <random>

#include "mqtt/backoff.h"
#include "mqtt/gate.h"
#include "mqtt/inbound.h"
#include "mqtt/paho_client.h"

namespace parkwatch::mqtt_session {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr Duration stop_time = std::chrono::seconds{5};
constexpr std::uint8_t suback_failure = 0x80;  // MQTT 3.1.1, 3.9.3

std::string where(const SessionOptions& options) {
  return options.host + ":" + std::to_string(options.port);
}

class SessionCore : public std::enable_shared_from_this<SessionCore> {
 public:
  SessionCore(asio::io_context& loop, SessionOptions options, SessionHandlers handlers,
              std::function<std::uint64_t()> appended)
      : loop_(loop),
        options_(std::move(options)),
        handlers_(std::move(handlers)),
        appended_(std::move(appended)),
        inbound_(std::make_shared<Inbound>(handlers_)),
        tls_(options_.tls),
        backoff_(options_.reconnect_min, options_.reconnect_max, std::random_device{}()),
        retry_timer_(loop),
        answer_timer_(loop),
        stop_timer_(loop) {}

  Result<Done> start();
  void committed(std::uint64_t sequence);
  void flow(bool open);
  void stop_reading();
  void stop(std::function<void()> done);
  void publish(const std::string& topic, const std::string& payload, bool retained,
               std::function<void(bool)> done);
  [[nodiscard]] SessionStatus status() const;
  void abandon();  // the owner goes: no handler is called any more

 private:
  [[nodiscard]] PahoEvents paho_events();
  [[nodiscard]] GateEvents gate_events();
  void attempt();
  void wait_for_next_attempt();
  void gate_ready(std::uint16_t port);
  void gate_suback(const std::vector<std::uint8_t>& codes);
  void gate_closed(std::string why);
  [[nodiscard]] std::uint64_t acknowledgement_bound();
  void paho_connected();
  void paho_ended(const std::string& why);
  void published(std::uint64_t id, bool acknowledged);
  void established();
  void fail_outstanding();
  void finish_stop();
  void set_detail(bool connected, std::string detail);
  [[nodiscard]] std::string takeover_hint(Duration lasted);

  asio::io_context& loop_;
  const SessionOptions options_;
  const SessionHandlers handlers_;
  const std::function<std::uint64_t()> appended_;
  const std::shared_ptr<Inbound> inbound_;
  std::unique_ptr<PahoClient> paho_;
  TlsContextSource tls_;
  std::shared_ptr<Gate> gate_;  // the attempt or connection in hand
  Backoff backoff_;
  asio::steady_timer retry_timer_;
  asio::steady_timer answer_timer_;
  asio::steady_timer stop_timer_;
  std::uint64_t committed_ = 0;
  bool started_ = false;
  bool waiting_ = false;    // for retry_timer_
  bool paho_busy_ = false;  // between connect() and its end
  bool session_present_ = false;
  bool established_ = false;  // SUBACK, or CONNACK where there is nothing to subscribe to
  SteadyTime established_at_;
  unsigned short_lives_ = 0;  // connections in a row that the broker closed early
  bool paused_ = false;       // flow(false)
  bool reading_stopped_ = false;
  bool stopping_ = false;
  std::function<void()> stop_done_;
  std::string last_failure_;  // the last one told to handlers_.lost
  std::map<std::uint64_t, std::function<void(bool)>> outstanding_;  // publishes of ours
  std::uint64_t last_publish_ = 0;
  std::atomic<std::uint64_t> connects_{0};
  mutable std::mutex detail_mutex_;  // protects connected_ and detail_
  bool connected_ = false;
  std::string detail_ = "not started";
};

Result<Done> SessionCore::start() {
  if (options_.tls.enabled) {  // a wrong file is told at once
    if (const auto context = tls_.get(); !context) return context.error();
  }
  try {
    paho_ = std::make_unique<PahoClient>(options_, paho_events());
  } catch (const std::exception& e) {
    return Error{ErrorKind::permanent, std::string{"Paho: "} + e.what()};
  }
  started_ = true;
  attempt();
  return Done{};
}

// Paho's threads only post; a session that is gone by then is not touched.
PahoEvents SessionCore::paho_events() {
  PahoEvents events;
  events.message = [inbound = inbound_](const mqtt::message& m) { inbound->on_message(m); };
  events.connected = [self = weak_from_this(), &loop = loop_] {
    asio::post(loop, [self] {
      if (const auto core = self.lock()) core->paho_connected();
    });
  };
  events.ended = [self = weak_from_this(), &loop = loop_](const std::string& why) {
    asio::post(loop, [self, why] {
      if (const auto core = self.lock()) core->paho_ended(why);
    });
  };
  events.published = [self = weak_from_this(), &loop = loop_](std::uint64_t id, bool acknowledged) {
    asio::post(loop, [self, id, acknowledged] {
      if (const auto core = self.lock()) core->published(id, acknowledged);
    });
  };
  return events;
}

// The gate calls on the loop's thread, and never after `closed`, which this session always awaits
// or causes.
GateEvents SessionCore::gate_events() {
  GateEvents events;
  events.ready = [this](std::uint16_t port) { gate_ready(port); };
  events.connack = [this](bool present) { session_present_ = present; };
  events.suback = [this](const std::vector<std::uint8_t>& codes) { gate_suback(codes); };
  events.oversized = [this](Message&& m) { return inbound_->on_oversized(std::move(m)); };
  events.appended = [this] { return acknowledgement_bound(); };
  events.log = [inbound = inbound_](const std::string& line) { inbound->log(line); };
  events.closed = [this](const std::string& why) { gate_closed(why); };
  return events;
}

std::uint64_t SessionCore::acknowledgement_bound() {
  if (!appended_) return 0;
  if (!inbound_->refused()) return appended_();
  if (!reading_stopped_) {
    asio::post(loop_, [self = weak_from_this(), gate = gate_] {
      if (self.lock() && gate) gate->close("a message could not be taken over");
    });
  }
  return AckLedger::never;
}

void SessionCore::attempt() {
  if (!started_ || stopping_ || reading_stopped_ || paused_) return;
  if (waiting_ || gate_ || paho_busy_) return;
  inbound_->begin_connection();
  set_detail(false, "connecting to " + where(options_));
  GateOptions options;
  options.broker.host = options_.host;
  options.broker.port = options_.port;
  if (options_.tls.enabled) {
    const auto context = tls_.get();
    if (!context) return gate_closed(context.error().message);
    options.broker.tls = *context;
    options.broker.server_name =
        options_.tls.server_name.empty() ? options_.host : options_.tls.server_name;
  }
  options.payload_bytes_max = options_.payload_bytes_max;
  options.connect_timeout = options_.connect_timeout;
  gate_ = std::make_shared<Gate>(loop_, std::move(options), gate_events(), inbound_->shared(),
                                 committed_);
  gate_->start();
}

void SessionCore::gate_ready(std::uint16_t port) {
  paho_busy_ = true;
  const Result<Done> asked = paho_->connect(port);
  if (!asked) {
    paho_busy_ = false;
    return gate_->close(asked.error().message);
  }
  answer_timer_.expires_after(options_.connect_timeout);
  answer_timer_.async_wait(
      [self = weak_from_this(), gate = std::weak_ptr<Gate>(gate_)](error_code ec) {
        const auto core = self.lock();
        const auto open = gate.lock();
        if (!ec && core && open) open->close("the broker does not answer the subscription");
      });
}

void SessionCore::paho_connected() {
  if (!gate_ || !paho_busy_ || stopping_) return;
  if (options_.filters.empty()) return established();
  const Result<Done> asked = paho_->subscribe(options_.filters);
  if (!asked) gate_->close(asked.error().message);
}

void SessionCore::gate_suback(const std::vector<std::uint8_t>& codes) {
  if (established_) return;
  for (std::size_t i = 0; i < codes.size() && i < options_.filters.size(); ++i) {
    if (codes[i] == suback_failure) {
      return gate_->close("the broker refused the subscription to '" + options_.filters[i] + "'");
    }
    if (codes[i] == 0) {
      inbound_->log("the broker grants only QoS 0 for '" + options_.filters[i] +
                    "': its messages may be lost");
    }
  }
  if (codes.size() != options_.filters.size()) {
    return gate_->close("the broker's SUBACK does not fit our subscription");
  }
  established();
}

void SessionCore::established() {
  answer_timer_.cancel();
  established_ = true;
  established_at_ = std::chrono::steady_clock::now();
  last_failure_.clear();
  ++connects_;
  set_detail(true, "connected to " + where(options_));
  if (handlers_.connected) handlers_.connected(session_present_);
}

// Two clients with one identifier put each other out: the broker closes the older connection,
// without a word in 3.1.1.
std::string SessionCore::takeover_hint(Duration lasted) {
  short_lives_ = lasted < options_.reconnect_max ? short_lives_ + 1 : 0;
  if (short_lives_ < 3) return {};
  return " (for the " + std::to_string(short_lives_) +
         "th time soon after it was set up: is another client using the identifier '" +
         options_.client_id + "'?)";
}

void SessionCore::gate_closed(std::string why) {
  gate_.reset();
  answer_timer_.cancel();
  const bool was_established = established_;
  established_ = false;
  bool begin_again = false;
  if (was_established) {
    const auto lasted =
        std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - established_at_);
    begin_again = lasted >= options_.reconnect_max;
    if (!paused_ && !stopping_) why += takeover_hint(lasted);
  }
  if (begin_again) backoff_.reset();
  const std::string place = where(options_) + ": ";
  set_detail(false, why.starts_with(place) ? why : place + why);
  if (!paused_ && !stopping_) wait_for_next_attempt();
  const bool tell = was_established || why != last_failure_;
  last_failure_ = why;
  fail_outstanding();
  if (tell && !stopping_ && handlers_.lost) handlers_.lost(why);
  finish_stop();
}

void SessionCore::wait_for_next_attempt() {
  waiting_ = true;
  retry_timer_.expires_after(backoff_.next());
  retry_timer_.async_wait([self = weak_from_this()](error_code ec) {
    const auto core = self.lock();
    if (ec || !core) return;
    core->waiting_ = false;
    core->attempt();
  });
}

void SessionCore::paho_ended(const std::string& why) {
  paho_busy_ = false;
  // Stopping, the gate closes by itself when the DISCONNECT, which it may not have read yet, is
  // out.
  if (gate_ && !stopping_) gate_->close(why);
  finish_stop();
  attempt();  // if its time came while Paho was still busy
}

void SessionCore::committed(std::uint64_t sequence) {
  committed_ = std::max(committed_, sequence);
  if (gate_) gate_->committed(committed_);
}

void SessionCore::flow(bool open) {
  if (paused_ == !open) return;
  paused_ = !open;
  if (paused_) {
    waiting_ = false;
    retry_timer_.cancel();
    inbound_->drop_the_rest();
    if (gate_) gate_->close("closed by us until the backlog is stored (high water)");
  } else {
    attempt();
  }
}

void SessionCore::stop_reading() {
  if (!appended_) return;  // nothing comes in, and the answers to our publishes must be read
  reading_stopped_ = true;
  if (!gate_) return;
  established_ ? gate_->stop_reading() : gate_->close("stopped");
}

void SessionCore::stop(std::function<void()> done) {
  stopping_ = true;
  stop_done_ = std::move(done);
  retry_timer_.cancel();
  stop_timer_.expires_after(stop_time);
  stop_timer_.async_wait([self = weak_from_this()](error_code ec) {
    const auto core = self.lock();
    if (ec || !core) return;
    core->paho_busy_ = false;  // no longer waited for
    if (core->gate_) core->gate_->close("no end of the connection in time");
    core->finish_stop();
  });
  if (gate_ && established_) {
    gate_->allow_disconnect();
    if (paho_->disconnect()) return;
  }
  if (gate_) gate_->close("stopped");
  finish_stop();
}

void SessionCore::finish_stop() {
  if (!stopping_ || gate_ || paho_busy_ || !stop_done_) return;
  stop_timer_.cancel();
  set_detail(false, "stopped");
  asio::post(loop_, std::move(stop_done_));
  stop_done_ = nullptr;
}

void SessionCore::publish(const std::string& topic, const std::string& payload, bool retained,
                          std::function<void(bool)> done) {
  const std::uint64_t id = ++last_publish_;
  const bool asked = established_ && !stopping_ && outstanding_.size() < options_.publish_window &&
                     paho_->publish(id, topic, payload, retained);
  if (asked) {
    outstanding_.emplace(id, std::move(done));
  } else {
    asio::post(loop_, [done = std::move(done)] { done(false); });
  }
}

void SessionCore::published(std::uint64_t id, bool acknowledged) {
  const auto node = outstanding_.extract(id);
  if (!node.empty()) node.mapped()(acknowledged);
}

void SessionCore::fail_outstanding() {
  for (auto& [id, done] : std::exchange(outstanding_, {})) {
    asio::post(loop_, [done = std::move(done)] { done(false); });
  }
}

void SessionCore::set_detail(bool connected, std::string detail) {
  const std::lock_guard lock(detail_mutex_);
  connected_ = connected;
  detail_ = std::move(detail);
}

SessionStatus SessionCore::status() const {
  SessionStatus status;
  const GateShared& shared = *inbound_->shared();
  status.messages = inbound_->messages();
  status.qos0_messages = inbound_->qos0_messages();
  status.oversized_messages = inbound_->oversized_messages();
  status.held_acknowledgements = shared.held;
  if (const std::int64_t since = shared.oldest_since_ns; since != 0) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    status.oldest_held =
        std::chrono::duration_cast<Duration>(now - std::chrono::nanoseconds{since});
  }
  status.connects = connects_;
  const std::lock_guard lock(detail_mutex_);
  status.connected = connected_;
  status.detail = detail_;
  return status;
}

void SessionCore::abandon() {
  stopping_ = true;
  stop_done_ = nullptr;
  retry_timer_.cancel();
  answer_timer_.cancel();
  stop_timer_.cancel();
  outstanding_.clear();
  if (gate_) gate_->close("abandoned");
  paho_.reset();
}

// What the owner holds. Handlers that were posted keep only weak references to the core.
class PahoSession final : public Session {
 public:
  explicit PahoSession(std::shared_ptr<SessionCore> core) : core_(std::move(core)) {}
  ~PahoSession() override {
    try {
      core_->abandon();
    } catch (const std::exception&) {  // from a socket or timer that is gone: so is the session
    }
  }
  PahoSession(const PahoSession&) = delete;
  PahoSession& operator=(const PahoSession&) = delete;

  Result<Done> start() override { return core_->start(); }
  void committed(std::uint64_t sequence) override { core_->committed(sequence); }
  void flow(bool open) override { core_->flow(open); }
  void stop_reading() override { core_->stop_reading(); }
  void stop(std::function<void()> done) override { core_->stop(std::move(done)); }
  void publish(std::string topic, std::string payload, bool retained,
               std::function<void(bool)> done) override {
    core_->publish(topic, payload, retained, std::move(done));
  }
  [[nodiscard]] SessionStatus status() const override { return core_->status(); }

 private:
  const std::shared_ptr<SessionCore> core_;
};

}  // namespace

Result<std::unique_ptr<Session>> make_session(asio::io_context& loop, SessionOptions options,
                                              SessionHandlers handlers,
                                              std::function<std::uint64_t()> appended) {
  const std::string version = paho_version();
  if (!acknowledges_after_callback(version)) {
    return Error{ErrorKind::permanent,
                 "Paho MQTT C reports version '" + version +
                     "': before 1.3.10 it acknowledges messages before they are safe"};
  }
  return std::unique_ptr<Session>{std::make_unique<PahoSession>(std::make_shared<SessionCore>(
      loop, std::move(options), std::move(handlers), std::move(appended)))};
}

}  // namespace parkwatch::mqtt_session
