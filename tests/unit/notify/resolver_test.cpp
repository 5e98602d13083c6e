// tests/unit/notify/resolver_test.cpp - A name server that does not answer: this program's own
// getaddrinfo stands in for it, also for libcurl.
#include <netdb.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "notify/curl_sender.h"
#include "tests/unit/notify/dispatch_rig.h"

namespace resolver_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// What asks for a name is held until the test lets go of it.
class Nameserver {
 public:
  void hold() {
    std::unique_lock lock{mutex_};
    ++asked_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return answers_; });
    --asked_;
    changed_.notify_all();
  }
  // False: nobody asked.
  bool wait_until_asked() {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, 20s, [this] { return asked_ > 0; });
  }
  [[nodiscard]] bool is_holding() {
    const std::lock_guard lock{mutex_};
    return asked_ > 0;
  }
  // Ends when everyone who asked has gone.
  bool answer() {
    std::unique_lock lock{mutex_};
    answers_ = true;
    changed_.notify_all();
    const bool gone = changed_.wait_for(lock, 20s, [this] { return asked_ == 0; });
    answers_ = false;
    return gone;
  }

 private:
  std::mutex mutex_;  // protects all below
  std::condition_variable changed_;
  int asked_ = 0;
  bool answers_ = false;
};

Nameserver& nameserver() {
  static Nameserver it;
  return it;
}

Transfer transfer_to(const std::string& url, Duration timeout) {
  Request request;
  request.url = url;
  request.body = "{}";
  ReceiverSpec spec = test::receiver("r", ReceiverKind::webhook);
  spec.timeout = timeout;
  spec.proxy = "none";
  return transfer_of(std::move(request), spec, {});
}

// Lets go of the name after a time in which nothing may wait for it; says whether it had to.
class LastResort {
 public:
  LastResort()
      : thread_([this] {
          std::unique_lock lock{mutex_};
          if (changed_.wait_for(lock, 15s, [this] { return done_; })) return;
          came_ = true;
          static_cast<void>(nameserver().answer());
        }) {}
  bool had_to() {
    {
      const std::lock_guard lock{mutex_};
      done_ = true;
    }
    changed_.notify_all();
    thread_.join();
    return came_;
  }

 private:
  std::mutex mutex_;  // protects done_ and came_
  std::condition_variable changed_;
  bool done_ = false;
  bool came_ = false;
  std::thread thread_;
};

}  // namespace

extern "C" int getaddrinfo(const char* /*name*/, const char* /*service*/, const addrinfo* /*hints*/,
                           addrinfo** /*result*/) {
  nameserver().hold();
  return EAI_AGAIN;
}

TEST_CASE("sender: its end does not wait for a name server that does not answer", "[notify]") {
  asio::io_context loop;
  LastResort last_resort;
  {
    CurlSender sender{loop};
    sender.send(transfer_to("http://unanswering.example/", 60s), [](const Reply&) {});
    REQUIRE(nameserver().wait_until_asked());
  }
  CHECK(nameserver().is_holding());
  CHECK_FALSE(last_resort.had_to());
  CHECK(nameserver().answer());
}

TEST_CASE("sender: a name that is not answered times out, and nobody else waits for it",
          "[notify]") {
  asio::io_context loop;
  tcp::acceptor acceptor{loop, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
  const std::string url =
      "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + '/';
  CurlSender sender{loop};
  LastResort last_resort;
  std::optional<Reply> unanswered;
  sender.send(transfer_to("http://unanswering.example/", 300ms),
              [&unanswered](Reply reply) { unanswered = std::move(reply); });
  REQUIRE(nameserver().wait_until_asked());
  const auto guard = asio::make_work_guard(loop);
  while (!unanswered) REQUIRE(loop.run_one_for(20s) == 1);
  CHECK_FALSE(unanswered->failure.empty());
  CHECK_FALSE(unanswered->will_not);

  std::optional<Reply> answered;
  tcp::socket peer{loop};
  std::string asked;
  acceptor.async_accept(peer, [&](const boost::system::error_code& error) {
    REQUIRE_FALSE(error);
    boost::system::error_code failed;
    asio::read_until(peer, asio::dynamic_buffer(asked), "\r\n\r\n", failed);
    asio::write(peer, asio::buffer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), failed);
  });
  sender.send(transfer_to(url, 20s), [&answered](Reply reply) { answered = std::move(reply); });
  while (!answered) REQUIRE(loop.run_one_for(20s) > 0);
  CHECK(answered->status == 200);
  CHECK(nameserver().is_holding());
  CHECK_FALSE(last_resort.had_to());
  CHECK(nameserver().answer());
}

}  // namespace resolver_test
