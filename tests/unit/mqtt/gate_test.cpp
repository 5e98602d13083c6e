// tests/unit/mqtt/gate_test.cpp - One gate between a scripted broker and a client that the test
// plays itself.
#include "mqtt/gate.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "tests/support/scripted_broker.h"

namespace gate_test {

using namespace parkwatch;
using namespace parkwatch::test;
using namespace parkwatch::mqtt_session;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;
namespace asio = boost::asio;

namespace {

// The other end of the loopback connection, where Paho would be. Blocking.
class PlayedClient {
 public:
  explicit PlayedClient(std::uint16_t port) : socket_(io_) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
  }
  void send(const ByteVector& bytes) { asio::write(socket_, asio::buffer(bytes)); }
  // Exactly that many bytes; fewer when the gate closes.
  ByteVector receive(std::size_t count) {
    ByteVector bytes(count);
    boost::system::error_code ec;
    bytes.resize(asio::read(socket_, asio::buffer(bytes), ec));
    return bytes;
  }
  bool closed_by_gate() { return receive(1).empty(); }
  void hang_up() { socket_.close(); }
  // What has arrived and was not received; waits for nothing.
  [[nodiscard]] std::size_t available() { return socket_.available(); }
  // Segments that were sent and that the gate's end has not acknowledged (TCP's word for it).
  [[nodiscard]] unsigned unacknowledged_segments() {
    tcp_info info{};
    socklen_t size = sizeof info;
    REQUIRE(::getsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
    return info.tcpi_unacked;
  }

 private:
  asio::io_context io_;
  tcp::socket socket_;
};

const ByteVector connect_packet{0x10, 2, 'c', 'c'};  // the gate does not look into it
const ByteVector pingreq{0xC0, 0};
const ByteVector pingresp{0xD0, 0};

class RunningGate {
 public:
  explicit RunningGate(std::uint16_t broker_port, GateOptions options = {})
      : work_(asio::make_work_guard(loop_)), shared_(std::make_shared<GateShared>()) {
    options.broker.host = "127.0.0.1";
    options.broker.port = broker_port;
    GateEvents events;
    events.ready = [this](std::uint16_t port) { ready_.set_value(port); };
    events.connack = [](bool) {};
    events.suback = [](const std::vector<std::uint8_t>&) {};
    events.oversized = [this](Message&& m) {
      oversized.push_back(std::move(m));
      return ++appended;
    };
    events.appended = [this] { return appended.load(); };
    events.log = [this](const std::string& line) { log += line + "\n"; };
    events.closed = [this](const std::string& why) { closed_.set_value(why); };
    gate_ = std::make_shared<Gate>(loop_, std::move(options), std::move(events), shared_, 0);
    thread_ = std::thread([this] { loop_.run(); });
    on_loop([this] { gate_->start(); });
  }
  ~RunningGate() {
    on_loop([this] { gate_->close("the test is over"); });
    work_.reset();
    thread_.join();
  }
  RunningGate(const RunningGate&) = delete;
  RunningGate& operator=(const RunningGate&) = delete;

  // Waits for everything that was handed to the loop before.
  void on_loop(const std::function<void()>& call) {
    std::packaged_task<void()> task(call);
    std::future<void> done = task.get_future();
    asio::post(loop_, [&task] { task(); });
    done.get();
  }
  std::uint16_t port() { return ready_.get_future().get(); }
  std::string why_closed() {
    std::future<std::string> why = closed_.get_future();
    if (why.wait_for(10s) != std::future_status::ready) return "not closed";
    return why.get();
  }
  void commit(std::uint64_t sequence) {
    on_loop([&] { gate_->committed(sequence); });
  }
  // Acknowledgements arrive through a socket, so there is nothing else to wait for.
  void wait_for_held(std::uint64_t count) {
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (shared_->held != count && std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
    }
    REQUIRE(shared_->held == count);
  }
  Gate& gate() { return *gate_; }

  std::atomic<std::uint64_t> appended{0};
  std::vector<Message> oversized;  // loop's thread, or when it rests
  std::string log;                 // likewise

 private:
  asio::io_context loop_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::shared_ptr<GateShared> shared_;
  std::promise<std::uint16_t> ready_;
  std::promise<std::string> closed_;
  std::shared_ptr<Gate> gate_;
  std::thread thread_;
};

// A client behind the gate that has been let in by the broker.
struct Scene {
  explicit Scene(std::size_t payload_bytes_max = 100)
      : gate(broker.port(),
             [&] {
               GateOptions options;
               options.payload_bytes_max = payload_bytes_max;
               return options;
             }()),
        client(gate.port()) {
    client.send(connect_packet);
    broker.expect(Wire::connect);
    broker.send(wire_connack());
    REQUIRE(client.receive(4) == wire_connack());
  }
  ScriptedBroker broker;
  RunningGate gate;
  PlayedClient client;
};

WirePublish publish(std::uint16_t packet_id, std::string payload = "p") {
  return {.topic = "t", .payload = std::move(payload), .packet_id = packet_id};
}

ByteVector operator+(ByteVector a, const ByteVector& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

TEST_CASE(
    "gate: an acknowledgement waits for what was appended when it was read; the rest passes") {
  Scene scene;
  scene.gate.appended = 5;
  scene.client.send(wire_puback(1));
  scene.gate.wait_for_held(1);
  scene.gate.appended = 6;
  scene.client.send(wire_puback(2) + wire_puback(3));
  scene.gate.wait_for_held(3);
  scene.client.send({0x82, 3, 0, 9, 'f'});  // a SUBSCRIBE overtakes them
  CHECK(scene.broker.expect(Wire::subscribe).packet_id() == 9);
  scene.gate.commit(4);
  CHECK(scene.broker.silent_for(50ms));
  scene.gate.commit(5);
  CHECK(scene.broker.expect(Wire::puback).packet_id() == 1);
  CHECK(scene.broker.silent_for(50ms));
  scene.gate.commit(6);
  CHECK(scene.broker.expect(Wire::puback).packet_id() == 2);
  CHECK(scene.broker.expect(Wire::puback).packet_id() == 3);
}

// What would happen with a Paho older than 1.3.10, and why make_session refuses one.
// Paho leaves Nagle on: its next packet would wait 40 ms for the kernel's delayed acknowledgement
// of a PUBACK that the gate holds and so does not answer.
TEST_CASE("gate: what it read from Paho is acknowledged by TCP at once") {
  Scene scene;
  for (std::uint16_t id = 1; id <= 40; ++id) {
    scene.broker.send(wire(publish(id)));
    scene.client.receive(wire(publish(id)).size());
    ++scene.gate.appended;
    scene.client.send(wire_puback(id));
    scene.gate.wait_for_held(id);
    CHECK(scene.client.unacknowledged_segments() == 0);
  }
}

TEST_CASE("gate: an acknowledgement written before its message was appended could not be held") {
  Scene scene;
  scene.broker.send(wire(publish(1)));
  scene.client.receive(wire(publish(1)).size());
  scene.client.send(wire_puback(1));  // nothing was appended yet
  CHECK(scene.broker.expect(Wire::puback).packet_id() == 1);
}

TEST_CASE("gate: a connection of another user is turned away and logged, and ours still gets in") {
  ScriptedBroker broker;
  int asked = 0;
  GateOptions options;
  options.peer_owner = [&asked](std::uint16_t peer, std::uint16_t ours) -> std::optional<uid_t> {
    if (++asked == 1) return ::geteuid() + 1;
    if (asked == 2) return std::nullopt;
    return peer_owner_of_kernel(peer, ours);
  };
  RunningGate gate(broker.port(), options);
  const std::uint16_t port = gate.port();
  CHECK(PlayedClient(port).closed_by_gate());
  CHECK(PlayedClient(port).closed_by_gate());
  PlayedClient ours(port);
  ours.send(connect_packet);
  broker.expect(Wire::connect);
  CHECK(broker.waiting() == 0);
  CHECK(asked == 3);
  gate.on_loop([] {});
  CHECK(gate.log ==
        "refused a connection to the MQTT gate: its other end is not our own user's\n"
        "refused a connection to the MQTT gate: its other end is not our own user's\n");
}

TEST_CASE("gate: other users who keep connecting end the attempt, not the daemon") {
  ScriptedBroker broker;
  GateOptions options;
  options.peer_owner = [](std::uint16_t, std::uint16_t) { return std::optional<uid_t>{}; };
  RunningGate gate(broker.port(), options);
  const std::uint16_t port = gate.port();
  for (int i = 0; i < 16; ++i) CHECK(PlayedClient(port).closed_by_gate());
  CHECK(gate.why_closed() == "the loopback port is besieged by connections of other users");
  CHECK(broker.waiting() == 0);
}

TEST_CASE("gate: the loopback port takes one connection and is gone") {
  Scene scene;
  ScriptedBroker other;
  RunningGate gate(other.port());
  const std::uint16_t port = gate.port();
  PlayedClient first(port);
  first.send(connect_packet);
  other.expect(Wire::connect);
  CHECK_THROWS_WITH(PlayedClient(port), Catch::Contains("refused"));
}

TEST_CASE("gate: a DISCONNECT of Paho's passes only when it was asked for") {
  SECTION("not asked for: the broker must publish the will") {
    Scene scene;
    scene.client.send({0xE0, 0});
    CHECK(scene.broker.silent_for(50ms));
  }
  SECTION("asked for: behind the acknowledgements that may leave") {
    Scene scene;
    scene.gate.appended = 1;
    scene.client.send(wire_puback(1));
    scene.gate.wait_for_held(1);
    scene.gate.on_loop([&] { scene.gate.gate().allow_disconnect(); });
    scene.gate.commit(1);
    scene.client.send({0xE0, 0});
    scene.client.hang_up();
    scene.broker.expect(Wire::puback);
    scene.broker.expect(Wire::disconnect);
    CHECK(scene.gate.why_closed() == "disconnected");
    scene.broker.wait_until_closed();
  }
}

TEST_CASE("gate: told to stop reading, it passes the packet in hand and nothing after it") {
  Scene scene;
  scene.broker.answer_pings(false);  // its answer could come in the middle of its own packet
  const ByteVector first = wire(publish(1, "0123456789"));
  scene.broker.send(ByteVector(first.begin(), first.begin() + 12));
  scene.client.receive(12);
  scene.gate.on_loop([&] { scene.gate.gate().stop_reading(); });
  scene.client.send(pingreq);  // in the middle of a packet: the answer must wait for its end
  scene.broker.send(ByteVector(first.begin() + 12, first.end()) + wire(publish(2)));
  CHECK(scene.client.receive(first.size() - 12 + 2) ==
        ByteVector(first.begin() + 12, first.end()) + pingresp);
  scene.client.send(pingreq);
  CHECK(scene.client.receive(2) == pingresp);
  CHECK(scene.client.available() == 0);
  scene.gate.appended = 1;
  scene.client.send(wire_puback(1));
  scene.gate.wait_for_held(1);
  scene.gate.commit(1);
  CHECK(scene.broker.expect(Wire::puback).packet_id() == 1);
}

TEST_CASE("gate: told to stop reading between packets, it still answers pings") {
  Scene scene;
  scene.gate.on_loop([&] { scene.gate.gate().stop_reading(); });
  scene.broker.answer_pings(false);
  scene.client.send(pingreq);
  CHECK(scene.client.receive(2) == pingresp);
  scene.broker.send(wire(publish(1)));
  scene.client.send(pingreq);
  CHECK(scene.client.receive(2) == pingresp);
  CHECK(scene.client.available() == 0);
}

TEST_CASE("gate: an oversized message is acknowledged in its turn, under the hold rule") {
  Scene scene(10);
  const ByteVector before = wire(publish(1, "small"));
  const ByteVector after = wire(publish(3, "small"));
  scene.broker.send(before + wire(publish(2, "this is too large")) + after);
  CHECK(scene.client.receive(before.size() + after.size()) == before + after);
  scene.gate.wait_for_held(1);  // its own, waiting for Paho's first one
  REQUIRE(scene.gate.oversized.size() == 1);
  CHECK(scene.gate.oversized[0].oversized);
  CHECK(scene.gate.oversized[0].topic == "t");
  CHECK(scene.gate.oversized[0].payload.empty());
  CHECK(scene.gate.oversized[0].payload_bytes == 17);
  CHECK(scene.gate.oversized[0].packet_id == 2);
  scene.gate.commit(1);
  CHECK(scene.broker.silent_for(50ms));
  scene.gate.appended = 3;
  scene.client.send(wire_puback(1) + wire_puback(3));
  scene.gate.wait_for_held(3);
  scene.gate.commit(3);
  CHECK(scene.broker.expect(Wire::puback).packet_id() == 1);
  CHECK(scene.broker.expect(Wire::puback).packet_id() == 2);
  CHECK(scene.broker.expect(Wire::puback).packet_id() == 3);
}

TEST_CASE("gate: what is no MQTT closes the connection with a clear text") {
  Scene scene;
  scene.broker.send({0x34, 5, 0, 1, 't', 0, 1});
  CHECK(scene.gate.why_closed() ==
        "bad data from the broker: a PUBLISH of QoS 2, which was not subscribed to: it could be "
        "lost");
  scene.broker.wait_until_closed();
  CHECK(scene.client.closed_by_gate());
}

TEST_CASE("gate: each step that takes too long is named") {
  GateOptions options;
  options.connect_timeout = 200ms;
  SECTION("the TLS handshake") {
    ScriptedBroker broker;
    TlsOptions tls;
    tls.enabled = true;
    options.broker.tls = *make_tls_context(tls);
    options.broker.server_name = "broker.plant";
    RunningGate gate(broker.port(), options);
    CHECK(gate.why_closed() == "no answer within the time for the TLS handshake");
  }
  SECTION("the CONNACK") {
    ScriptedBroker broker;
    RunningGate gate(broker.port(), options);
    PlayedClient client(gate.port());
    client.send(connect_packet);
    CHECK(gate.why_closed() == "the broker does not answer with a CONNACK");
  }
}

TEST_CASE("gate: a broker that is not there is told with its address") {
  std::uint16_t port = 0;
  {
    asio::io_context io;
    const tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    port = acceptor.local_endpoint().port();
  }
  RunningGate gate(port);
  CHECK(gate.why_closed() == "127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST_CASE("gate: a client that goes because its pings are not answered has the broker to blame") {
  Scene scene;
  scene.broker.answer_pings(false);
  scene.client.send(pingreq);
  scene.client.hang_up();
  CHECK(scene.gate.why_closed() == "the broker does not answer pings");
}

}  // namespace gate_test
