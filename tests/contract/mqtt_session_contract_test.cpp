// tests/contract/mqtt_session_contract_test.cpp - What every mqtt_session::Session keeps, against a
// real mosquitto: in the clear, and over TLS with a client certificate and a password.
#include <catch2/catch.hpp>
#include <set>

#include "tests/support/certificates.h"
#include "tests/support/mosquitto.h"
#include "tests/unit/mqtt/running_session.h"

namespace mqtt_session_contract_test {

using namespace parkwatch;
using namespace parkwatch::test;
using namespace parkwatch::mqtt_session;
using namespace std::chrono_literals;

namespace {

struct Plain {
  [[nodiscard]] MosquittoOptions broker() const { return {}; }
  void apply(SessionOptions&) const {}
};

struct Secure {
  CertificateAuthority authority;
  CertificateFiles server = authority.issue("broker", "IP:127.0.0.1");
  CertificateFiles client = authority.issue("gateway", "");

  [[nodiscard]] MosquittoOptions broker() const {
    MosquittoOptions options;
    options.ca_file = authority.file();
    options.cert_file = server.cert;
    options.key_file = server.key;
    options.require_certificate = true;
    options.username = "gateway";
    options.password = "secret";
    return options;
  }
  void apply(SessionOptions& options) const {
    options.tls.enabled = true;
    options.tls.ca_file = authority.file();
    options.tls.cert_file = client.cert;
    options.tls.key_file = client.key;
    options.username = "gateway";
    options.password = "secret";
  }
};

template <typename Access>
struct Scene {
  explicit Scene(bool survives_restart = false)
      : broker([&] {
          MosquittoOptions options = access.broker();
          options.persistence = survives_restart;
          options.unlimited_queue = true;
          return options;
        }()) {}

  [[nodiscard]] SessionOptions subscriber() const {
    SessionOptions options = subscriber_options(broker.port(), {"park/#"});
    access.apply(options);
    return options;
  }
  [[nodiscard]] SessionOptions publisher() const {
    SessionOptions options = publisher_options(broker.port());
    access.apply(options);
    return options;
  }

  Access access;
  Mosquitto broker;
};

// Publishes the numbers from `first` to before `end`, each acknowledged by the broker before it
// returns.
void publish_numbers(RunningSession& publisher, int first, int end) {
  std::vector<std::future<bool>> results;
  for (int i = first; i < end; ++i) {
    results.push_back(publisher.publish("park/number", std::to_string(i)));
    if (results.size() == 16 || i + 1 == end) {  // the window
      for (std::future<bool>& result : results) REQUIRE(result.get());
      results.clear();
    }
  }
}

// The same, each only when the one before it is held by the subscriber: so each is held by itself.
void publish_held_numbers(RunningSession& publisher, RunningSession& subscriber, int count) {
  for (int i = 0; i < count; ++i) {
    publish_numbers(publisher, i, i + 1);
    subscriber.wait_for_held(static_cast<std::uint64_t>(i) + 1);
  }
}

std::set<std::string> payloads(const RunningSession& session) {
  std::set<std::string> all;
  for (const Message& message : session.messages()) all.insert(message.payload);
  return all;
}

}  // namespace

TEMPLATE_TEST_CASE("contract: messages come once, in order, and are acknowledged when committed",
                   "", Plain, Secure) {
  Scene<TestType> scene;
  RunningSession subscriber(scene.subscriber());
  RunningSession publisher(scene.publisher());
  REQUIRE(subscriber.start());
  REQUIRE(publisher.start());
  subscriber.wait_for_connects(1);
  publisher.wait_for_connects(1);
  publish_held_numbers(publisher, subscriber, 10);
  CHECK(scene.broker.log().find("Received PUBACK from subscriber") == std::string::npos);
  subscriber.commit(9);
  REQUIRE(scene.broker.wait_for_log("Received PUBACK from subscriber (Mid: 9,"));
  CHECK(subscriber.status().held_acknowledgements == 1);
  subscriber.commit(10);
  REQUIRE(scene.broker.wait_for_log("Received PUBACK from subscriber (Mid: 10,"));
  const std::vector<Message> messages = subscriber.messages();
  REQUIRE(messages.size() == 10);
  for (int i = 0; i < 10; ++i) {
    CHECK(messages[static_cast<std::size_t>(i)].payload == std::to_string(i));
    CHECK(messages[static_cast<std::size_t>(i)].packet_id == i + 1);
    CHECK_FALSE(messages[static_cast<std::size_t>(i)].dup);
  }
}

TEMPLATE_TEST_CASE("contract: what was not committed when a session died is delivered again as DUP",
                   "", Plain, Secure) {
  Scene<TestType> scene;
  RunningSession publisher(scene.publisher());
  REQUIRE(publisher.start());
  publisher.wait_for_connects(1);
  {
    RunningSession subscriber(scene.subscriber());
    REQUIRE(subscriber.start());
    subscriber.wait_for_connects(1);
    CHECK_FALSE(subscriber.connects().at(0));
    publish_held_numbers(publisher, subscriber, 5);
    subscriber.commit(3);
    REQUIRE(scene.broker.wait_for_log("Received PUBACK from subscriber (Mid: 3,"));
  }
  RunningSession subscriber(scene.subscriber());
  REQUIRE(subscriber.start());
  subscriber.wait_for_connects(1);
  CHECK(subscriber.connects().at(0));
  subscriber.wait_for_messages(2);
  const std::vector<Message> messages = subscriber.messages();
  CHECK(messages.at(0).payload == "3");
  CHECK(messages.at(0).dup);
  CHECK(messages.at(0).packet_id == 4);
  CHECK(messages.at(1).payload == "4");
  CHECK(messages.size() == 2);
}

TEMPLATE_TEST_CASE("contract: a restarted broker is connected to again and nothing is lost", "",
                   Plain, Secure) {
  Scene<TestType> scene(true);
  RunningSession subscriber(scene.subscriber());
  RunningSession publisher(scene.publisher());
  REQUIRE(subscriber.start());
  REQUIRE(publisher.start());
  subscriber.wait_for_connects(1);
  publisher.wait_for_connects(1);
  publish_held_numbers(publisher, subscriber, 5);
  subscriber.commit(2);
  REQUIRE(scene.broker.wait_for_log("Received PUBACK from subscriber (Mid: 2,"));
  scene.broker.stop();  // saves its state; kill() may lose what it was told a moment ago
  CHECK(subscriber.wait_for_loss() == "the broker closed the connection");
  publisher.wait_for_loss();
  CHECK_FALSE(publisher.publish("park/number", "while away").get());
  scene.broker.start();
  subscriber.wait_for_connects(2);
  publisher.wait_for_connects(2);
  publish_numbers(publisher, 5, 10);
  subscriber.commit(1'000'000);             // from now on everything is safe
  subscriber.wait_for_messages(5 + 3 + 5);  // three again
  CHECK(payloads(subscriber).size() == 10);
  CHECK(subscriber.status().connects == 2);
}

TEMPLATE_TEST_CASE("contract: at high water it stays away from the broker and loses nothing", "",
                   Plain, Secure) {
  Scene<TestType> scene;
  RunningSession subscriber(scene.subscriber());
  RunningSession publisher(scene.publisher());
  REQUIRE(subscriber.start());
  REQUIRE(publisher.start());
  subscriber.wait_for_connects(1);
  publisher.wait_for_connects(1);
  publish_numbers(publisher, 0, 50);
  subscriber.flow(false);
  CHECK(subscriber.wait_for_loss() == "closed by us until the backlog is stored (high water)");
  publish_numbers(publisher, 50, 200);
  CHECK(subscriber.connects().size() == 1);
  CHECK_FALSE(subscriber.status().connected);
  const std::size_t before = subscriber.messages().size();
  subscriber.commit(1'000'000);
  subscriber.flow(true);
  subscriber.wait_for_connects(2);
  subscriber.wait_for_status("all",
                             [&](const auto&) { return payloads(subscriber).size() == 200; });
  CHECK(before <= 50);
}

TEMPLATE_TEST_CASE("contract: a graceful stop acknowledges what is committed and publishes no will",
                   "", Plain, Secure) {
  Scene<TestType> scene;
  RunningSession publisher(scene.publisher());
  SessionOptions observed = scene.subscriber();
  observed.client_id = "observer";
  observed.filters = {"will/#"};
  RunningSession observer(observed);
  REQUIRE(observer.start());
  REQUIRE(publisher.start());
  observer.wait_for_connects(1);
  publisher.wait_for_connects(1);
  SessionOptions options = scene.subscriber();
  options.will = {"will/online", "gone"};
  {
    RunningSession subscriber(options);
    REQUIRE(subscriber.start());
    subscriber.wait_for_connects(1);
    publish_held_numbers(publisher, subscriber, 3);
    subscriber.stop_reading();
    publish_numbers(publisher, 3, 5);
    subscriber.commit(2);
    subscriber.stop();
    CHECK(subscriber.messages().size() == 3);
    CHECK(subscriber.status().detail == "stopped");
  }
  REQUIRE(scene.broker.wait_for_log("Received DISCONNECT from subscriber"));
  CHECK(scene.broker.log().find("Received PUBACK from subscriber (Mid: 2,") != std::string::npos);
  CHECK(scene.broker.log().find("Received PUBACK from subscriber (Mid: 3,") == std::string::npos);
  RunningSession again(options);
  REQUIRE(again.start());
  again.wait_for_messages(3);  // the third, and the two that came after stop_reading
  CHECK(payloads(again) == std::set<std::string>{"2", "3", "4"});
  CHECK(observer.messages().empty());
}

TEMPLATE_TEST_CASE("contract: the will is published when a session ends without a stop", "", Plain,
                   Secure) {
  Scene<TestType> scene;
  SessionOptions observed = scene.subscriber();
  observed.filters = {"will/#"};
  RunningSession observer(observed);
  REQUIRE(observer.start());
  observer.wait_for_connects(1);
  {
    SessionOptions options = scene.publisher();
    options.will = {"will/online", "gone"};
    RunningSession publisher(options);
    REQUIRE(publisher.start());
    publisher.wait_for_connects(1);
  }
  observer.wait_for_messages(1);
  CHECK(observer.messages().at(0).topic == "will/online");
  CHECK(observer.messages().at(0).payload == "gone");
}

}  // namespace mqtt_session_contract_test
