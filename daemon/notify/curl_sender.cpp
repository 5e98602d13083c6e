// daemon/notify/curl_sender.cpp - See the header. Everything of libcurl but the wake-up is touched
// on the sender's own thread only.
#include "notify/curl_sender.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace parkwatch::notify {
namespace {

constexpr int idle_wait_ms = 1000;
constexpr std::chrono::milliseconds connect_within_max{5000};

struct CurlGlobal {
  CurlGlobal() { curl_global_init(CURL_GLOBAL_DEFAULT); }
};

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

List list_of(const std::vector<std::string>& lines) {
  List list;
  for (const std::string& line : lines) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) break;
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

// Errors that stay until somebody changes the configuration, here or there.
bool is_final(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_USE_SSL_FAILED:
    case CURLE_LOGIN_DENIED:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
      return true;
    default:
      return false;
  }
}

// One transfer with all that libcurl points into.
class Exchange {
 public:
  Exchange(Transfer transfer, std::function<void(Reply)> done)
      : transfer_(std::move(transfer)), done_(std::move(done)), handle_(curl_easy_init()) {
    if (handle_ == nullptr) return;
    set_common();
    if (transfer_.request.way == Request::Way::smtp) {
      set_smtp();
    } else {
      set_http();
    }
  }
  ~Exchange() {
    if (handle_ != nullptr) curl_easy_cleanup(handle_);
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  [[nodiscard]] CURL* handle() const { return handle_; }
  [[nodiscard]] std::function<void(Reply)> take_done() { return std::move(done_); }

  [[nodiscard]] Reply reply(CURLcode code) {
    Reply reply;
    reply.body = std::move(body_);
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    reply.status = static_cast<int>(status);
    curl_off_t after = 0;
    curl_easy_getinfo(handle_, CURLINFO_RETRY_AFTER, &after);
    if (after > 0) {
      reply.retry_after = std::chrono::seconds{std::min<curl_off_t>(after, 24L * 3600)};
    }
    if (code == CURLE_OK) {
      if (transfer_.request.way == Request::Way::smtp) reply.status = 250;  // else QUIT's
      return reply;
    }
    reply.failure = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
    reply.will_not = is_final(code);
    return reply;
  }

 private:
  template <typename T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(handle_, option, value);
  }

  void set_common() {
    const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(transfer_.timeout);
    set(CURLOPT_URL, transfer_.request.url.c_str());
    set(CURLOPT_NOSIGNAL, 1L);
    // A name server that does not answer holds its own thread only: without this the end of a
    // transfer (a timeout, our stop) waits for getaddrinfo, and every other receiver with it.
    set(CURLOPT_QUICK_EXIT, 1L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    set(CURLOPT_CONNECTTIMEOUT_MS,
        static_cast<long>(std::min(timeout, connect_within_max).count()));
    set(CURLOPT_ERRORBUFFER, error_);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
    set(CURLOPT_WRITEDATA, this);
    if (transfer_.proxy == "none") {
      set(CURLOPT_PROXY, "");
    } else if (!transfer_.proxy.empty()) {
      set(CURLOPT_PROXY, transfer_.proxy.c_str());
    }
    if (!transfer_.ca_file.empty()) set(CURLOPT_CAINFO, transfer_.ca_file.c_str());
    if (!transfer_.cert_file.empty()) set(CURLOPT_SSLCERT, transfer_.cert_file.c_str());
    if (!transfer_.key_file.empty()) set(CURLOPT_SSLKEY, transfer_.key_file.c_str());
  }

  void set_http() {
    const Request& request = transfer_.request;
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_USERAGENT, "parkwatch/" PARKWATCH_VERSION);
    std::vector<std::string> headers = request.headers;
    headers.emplace_back("Expect:");  // no second round trip
    list_ = list_of(headers);
    set(CURLOPT_HTTPHEADER, list_.get());
    if (request.method == "GET") return;
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data());
  }

  void set_smtp() {
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    sender_ = '<' + transfer_.from + '>';
    set(CURLOPT_MAIL_FROM, sender_.c_str());
    std::vector<std::string> to;
    for (const std::string& address : transfer_.to) to.push_back('<' + address + '>');
    list_ = list_of(to);
    set(CURLOPT_MAIL_RCPT, list_.get());
    // One address that is gone must not keep the alarm from the others. (The name is libcurl's.)
    set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    const long tls = transfer_.starttls == StartTls::required  ? CURLUSESSL_ALL
                     : transfer_.starttls == StartTls::offered ? CURLUSESSL_TRY
                                                               : CURLUSESSL_NONE;
    set(CURLOPT_USE_SSL, tls);
    if (!transfer_.username.empty()) {
      set(CURLOPT_USERNAME, transfer_.username.c_str());
      set(CURLOPT_PASSWORD, transfer_.password.c_str());
    }
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READFUNCTION, &Exchange::on_upload);
    set(CURLOPT_READDATA, this);
  }

  // A longer answer is read, but not kept.
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) {
    std::string& body = static_cast<Exchange*>(self)->body_;
    const std::size_t bytes = size * count;
    body.append(data, std::min(bytes, reply_bytes_max - std::min(reply_bytes_max, body.size())));
    return bytes;
  }

  static std::size_t on_upload(char* out, std::size_t size, std::size_t count, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    const std::string& body = exchange.transfer_.request.body;
    const std::size_t bytes = std::min(size * count, body.size() - exchange.uploaded_);
    body.copy(out, bytes, exchange.uploaded_);
    exchange.uploaded_ += bytes;
    return bytes;
  }

  const Transfer transfer_;
  std::function<void(Reply)> done_;
  CURL* handle_;
  List list_;
  std::string sender_;
  std::string body_;
  std::size_t uploaded_ = 0;
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace

class CurlSender::Core {
 public:
  explicit Core(boost::asio::io_context& loop) : loop_(loop) {
    static const CurlGlobal global;
    multi_ = curl_multi_init();
    thread_ = std::thread{[this] { run(); }};
  }
  ~Core() {
    ending_ = true;
    curl_multi_wakeup(multi_);
    thread_.join();
    for (auto& [handle, exchange] : exchanges_) curl_multi_remove_handle(multi_, handle);
    exchanges_.clear();
    curl_multi_cleanup(multi_);
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  void send(Transfer transfer, std::function<void(Reply)> done) {
    {
      const std::lock_guard lock{mutex_};
      asked_.emplace_back(std::move(transfer), std::move(done));
    }
    curl_multi_wakeup(multi_);
  }

 private:
  void run() {
    while (!ending_) {
      begin_asked();
      int running = 0;
      curl_multi_perform(multi_, &running);
      finish_done();
      curl_multi_poll(multi_, nullptr, 0, idle_wait_ms, nullptr);
    }
  }

  void begin_asked() {
    std::vector<std::pair<Transfer, std::function<void(Reply)>>> asked;
    {
      const std::lock_guard lock{mutex_};
      asked.swap(asked_);
    }
    for (auto& [transfer, done] : asked) {
      auto exchange = std::make_unique<Exchange>(std::move(transfer), std::move(done));
      CURL* const handle = exchange->handle();
      if (handle == nullptr || curl_multi_add_handle(multi_, handle) != CURLM_OK) {
        Reply reply;
        reply.failure = "libcurl cannot begin";
        answer(*exchange, std::move(reply));
        continue;
      }
      exchanges_.emplace(handle, std::move(exchange));
    }
  }

  void finish_done() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const auto at = exchanges_.find(message->easy_handle);
      const CURLcode code = message->data.result;
      Reply reply = at->second->reply(code);
      curl_multi_remove_handle(multi_, at->first);
      answer(*at->second, std::move(reply));
      exchanges_.erase(at);
    }
  }

  void answer(Exchange& exchange, Reply reply) {
    boost::asio::post(loop_, [done = exchange.take_done(), reply = std::move(reply)]() mutable {
      done(std::move(reply));
    });
  }

  boost::asio::io_context& loop_;
  CURLM* multi_ = nullptr;
  std::map<CURL*, std::unique_ptr<Exchange>> exchanges_;  // the thread's
  std::atomic<bool> ending_ = false;
  std::mutex mutex_;  // protects asked_
  std::vector<std::pair<Transfer, std::function<void(Reply)>>> asked_;
  std::thread thread_;
};

Transfer transfer_of(Request request, const ReceiverSpec& receiver, const Secrets& secrets) {
  Transfer out;
  out.request = std::move(request);
  out.timeout = receiver.timeout;
  out.proxy = receiver.proxy;
  out.ca_file = receiver.ca_file;
  out.cert_file = receiver.cert_file;
  out.key_file = receiver.key_file;
  out.from = receiver.from;
  out.to = receiver.to;
  out.starttls = receiver.starttls;
  out.username = receiver.username;
  out.password = secrets.password;
  return out;
}

CurlSender::CurlSender(boost::asio::io_context& loop) : core_(std::make_unique<Core>(loop)) {}
CurlSender::~CurlSender() = default;

void CurlSender::send(Transfer transfer, std::function<void(Reply)> done) {
  core_->send(std::move(transfer), std::move(done));
}

}  // namespace parkwatch::notify
