// tests/unit/notify/curl_sender_test.cpp - HTTP and mail against scripted servers on loopback:
// answers, silence, hang-ups, refused addresses, and that nobody waits for another.
#include "notify/curl_sender.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <thread>

#include "tests/unit/notify/dispatch_rig.h"

namespace curl_sender_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Takes one connection, reads a request with its body, and answers `answer`; "" only holds it.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer)
      : acceptor_(io_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}),
        answer_(std::move(answer)),
        port_(acceptor_.local_endpoint().port()),
        thread_([this] { serve(); }) {}
  ~OneAnswer() {
    boost::system::error_code ignored;
    // As many as it may still wait for.
    tcp::socket first{io_};
    first.connect({asio::ip::address_v4::loopback(), port_}, ignored);
    tcp::socket second{io_};
    second.connect({asio::ip::address_v4::loopback(), port_}, ignored);
    first.close(ignored);
    second.close(ignored);
    thread_.join();
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/path";
  }
  std::string request;  // complete once the answer has come

 private:
  void serve() {
    tcp::socket socket{io_};
    boost::system::error_code error;
    acceptor_.accept(socket, error);
    if (answer_.empty()) {
      tcp::socket second{io_};
      acceptor_.accept(second, error);  // until the test is over
      return;
    }
    std::string text;
    asio::read_until(socket, asio::dynamic_buffer(text), "\r\n\r\n", error);
    const std::size_t head = text.find("\r\n\r\n") + 4;
    const std::size_t length_at = text.find("Content-Length: ");
    if (length_at != std::string::npos) {
      const std::size_t length = std::stoul(text.substr(length_at + 16));
      while (text.size() < head + length && !error) {
        char more[4096];
        text.append(more, socket.read_some(asio::buffer(more), error));
      }
    }
    request = text;
    asio::write(socket, asio::buffer(answer_), error);
    socket.shutdown(tcp::socket::shutdown_both, error);
    tcp::socket second{io_};
    acceptor_.accept(second, error);
  }

  asio::io_context io_;
  tcp::acceptor acceptor_;
  const std::string answer_;
  const std::uint16_t port_;
  std::thread thread_;
};

// A mail server for one connection. It refuses the addresses that it has an answer for.
class MailServer {
 public:
  explicit MailServer(std::map<std::string, std::string> refuses)
      : acceptor_(io_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}),
        refuses_(std::move(refuses)),
        port_(acceptor_.local_endpoint().port()),
        thread_([this] { serve(); }) {}
  ~MailServer() { end(); }
  [[nodiscard]] std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }
  // Who gets the mail, once the connection is over.
  std::vector<std::string> delivered() {
    end();
    return has_mail_ ? accepted_ : std::vector<std::string>{};
  }

 private:
  void end() {
    if (!thread_.joinable()) return;
    boost::system::error_code ignored;
    tcp::socket nobody{io_};  // if it still waits for its connection
    nobody.connect({asio::ip::address_v4::loopback(), port_}, ignored);
    nobody.close(ignored);
    thread_.join();
  }
  void serve() {
    tcp::socket socket{io_};
    boost::system::error_code error;
    acceptor_.accept(socket, error);
    std::string text;
    for (std::string answer = "220 ready"; !error;) {
      asio::write(socket, asio::buffer(answer + "\r\n"), error);
      const std::string_view until = answer.starts_with("354") ? "\r\n.\r\n" : "\r\n";
      const std::size_t length = asio::read_until(socket, asio::dynamic_buffer(text), until, error);
      if (error) break;
      has_mail_ = has_mail_ || answer.starts_with("354");
      answer = answer.starts_with("354") ? "250 taken" : answer_to(text.substr(0, length));
      text.erase(0, length);
    }
  }
  std::string answer_to(const std::string& line) {
    if (line.starts_with("DATA")) return "354 go on";
    if (line.starts_with("QUIT")) return "221 bye";
    if (!line.starts_with("RCPT TO:<")) return "250 well";
    const std::string address = line.substr(9, line.find('>') - 9);
    const auto refusal = refuses_.find(address);
    if (refusal != refuses_.end()) return refusal->second;
    accepted_.push_back(address);
    return "250 well";
  }

  asio::io_context io_;
  tcp::acceptor acceptor_;
  const std::map<std::string, std::string> refuses_;
  const std::uint16_t port_;
  bool has_mail_ = false;
  std::vector<std::string> accepted_;
  std::thread thread_;
};

Transfer transfer_to(const std::string& url, std::string body = "{}") {
  Request request;
  request.url = url;
  request.body = std::move(body);
  request.headers = {"Content-Type: application/json"};
  ReceiverSpec spec = test::receiver("r", ReceiverKind::webhook);
  spec.timeout = 2s;
  spec.proxy = "none";
  return transfer_of(std::move(request), spec, {});
}

Reply reply_of(CurlSender& sender, asio::io_context& loop, Transfer transfer) {
  std::optional<Reply> got;
  sender.send(std::move(transfer), [&got](Reply reply) { got = std::move(reply); });
  const auto guard = asio::make_work_guard(loop);
  loop.restart();
  while (!got) REQUIRE(loop.run_one_for(20s) == 1);
  return *got;
}

// How a mail to three addresses fares. Its connection is over then.
Outcome mailed_to(const std::string& url) {
  ReceiverSpec spec = test::receiver("mail", ReceiverKind::email);
  spec.endpoints = {{url, "", ""}};
  spec.timeout = 5s;
  spec.proxy = "none";
  spec.from = "parkwatch@park";
  spec.to = {"gone@park", "duty@park", "old@park"};
  spec.starttls = StartTls::never;
  Request request;
  request.way = Request::Way::smtp;
  request.url = spec.endpoints[0].url;
  request.body = "Subject: level\r\n\r\nhigh\r\n";
  asio::io_context loop;
  CurlSender sender{loop};
  return judge(spec, reply_of(sender, loop, transfer_of(std::move(request), spec, {})));
}

}  // namespace

TEST_CASE("sender: posts a body and gives the answer", "[notify]") {
  asio::io_context loop;
  CurlSender sender{loop};
  OneAnswer server{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"};
  const Reply reply = reply_of(sender, loop, transfer_to(server.url(), "{\"a\":1}"));
  CHECK(reply.failure.empty());
  CHECK(reply.status == 200);
  CHECK(reply.body == "hello");
  CHECK_THAT(server.request, Catch::StartsWith("POST /path HTTP/1.1\r\n"));
  CHECK_THAT(server.request, Catch::EndsWith("\r\n\r\n{\"a\":1}"));
  CHECK(server.request.find("Expect") == std::string::npos);
}

TEST_CASE("sender: later is read from Retry-After, redirects are not followed", "[notify]") {
  asio::io_context loop;
  CurlSender sender{loop};
  OneAnswer busy{"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"};
  const Reply later = reply_of(sender, loop, transfer_to(busy.url()));
  CHECK(later.status == 503);
  CHECK(later.retry_after == Duration{7s});
  OneAnswer moved{
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"};
  CHECK(reply_of(sender, loop, transfer_to(moved.url())).status == 302);
}

TEST_CASE("sender: a long answer is cut, a hang-up is a failure", "[notify][hostile]") {
  asio::io_context loop;
  CurlSender sender{loop};
  const std::string body(100'000, 'x');
  OneAnswer server{"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + body};
  CHECK(reply_of(sender, loop, transfer_to(server.url())).body.size() == reply_bytes_max);
  OneAnswer rude{"\r\n"};
  const Reply reply = reply_of(sender, loop, transfer_to(rude.url()));
  CHECK_FALSE(reply.failure.empty());
  CHECK_FALSE(reply.will_not);
}

TEST_CASE("sender: a server that is silent holds up no other", "[notify]") {
  asio::io_context loop;
  CurlSender sender{loop};
  OneAnswer silent{""};
  std::optional<Reply> late;
  Transfer transfer = transfer_to(silent.url());
  transfer.timeout = 1s;
  sender.send(transfer, [&late](Reply reply) { late = std::move(reply); });
  OneAnswer server{"HTTP/1.1 204 No Content\r\n\r\n"};
  CHECK(reply_of(sender, loop, transfer_to(server.url())).status == 204);
  CHECK_FALSE(late);
  const auto guard = asio::make_work_guard(loop);
  loop.restart();
  while (!late) REQUIRE(loop.run_one_for(20s) == 1);
  CHECK_THAT(late->failure, Catch::Contains("timed out") || Catch::Contains("Timeout"));
}

TEST_CASE("sender: nobody listens, and what is no URL", "[notify]") {
  asio::io_context loop;
  CurlSender sender{loop};
  std::uint16_t port = 0;
  {
    tcp::acceptor closed{loop, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    port = closed.local_endpoint().port();
  }
  const std::string url = "http://127.0.0.1:" + std::to_string(port) + '/';
  const Reply refused = reply_of(sender, loop, transfer_to(url));
  CHECK_FALSE(refused.failure.empty());
  CHECK_FALSE(refused.will_not);
  const Reply other = reply_of(sender, loop, transfer_to("file:///etc/passwd"));
  CHECK_FALSE(other.failure.empty());
  CHECK(other.body.empty());
}

TEST_CASE("sender: an address that is refused keeps the mail from no other", "[notify]") {
  MailServer server{{{"gone@park", "550 no such user"}, {"old@park", "553 moved"}}};
  CHECK(mailed_to(server.url()).what == Outcome::What::ok);
  CHECK(server.delivered() == std::vector<std::string>{"duty@park"});
}

TEST_CASE("sender: a mail of which every address is refused is refused", "[notify]") {
  const std::string code = GENERATE("550", "450");
  MailServer server{{{"gone@park", code + " no such user"},
                     {"duty@park", code + " not here"},
                     {"old@park", code + " moved"}}};
  const Outcome outcome = mailed_to(server.url());
  CHECK(outcome.what == (code == "550" ? Outcome::What::refused : Outcome::What::wait));
  CHECK_THAT(outcome.detail, Catch::Contains(code));
  CHECK(server.delivered().empty());
}

TEST_CASE("sender: an end in the midst of a transfer waits for nobody", "[notify]") {
  asio::io_context loop;
  OneAnswer silent{""};
  CurlSender sender{loop};
  Transfer transfer = transfer_to(silent.url());
  transfer.timeout = 300s;
  sender.send(transfer, [](const Reply&) { FAIL("it was answered"); });
}

}  // namespace curl_sender_test
