// daemon/notify/curl_sender.h - HTTP(S) and SMTP out through libcurl, on one thread of its own.
#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "notify/request.h"

namespace parkwatch::notify {

struct Transfer {
  Request request;
  Duration timeout = std::chrono::seconds{10};  // for all of it
  std::string proxy;                            // "": as the environment says; "none"
  std::string ca_file;                          // "": what the system trusts
  std::string cert_file;
  std::string key_file;
  // smtp
  std::string from;
  std::vector<std::string> to;
  StartTls starttls = StartTls::required;
  std::string username;
  std::string password;
};

[[nodiscard]] Transfer transfer_of(Request request, const ReceiverSpec& receiver,
                                   const Secrets& secrets);

// All transfers go side by side: a server that does not answer holds up no other. TLS 1.2 or later,
// the peer and its name verified; no redirects.
class CurlSender {
 public:
  explicit CurlSender(boost::asio::io_context& loop);
  // Transfers that are under way are given up and not answered.
  ~CurlSender();
  CurlSender(const CurlSender&) = delete;
  CurlSender& operator=(const CurlSender&) = delete;

  // Any thread; `done` on the loop.
  void send(Transfer transfer, std::function<void(Reply)> done);

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace parkwatch::notify
