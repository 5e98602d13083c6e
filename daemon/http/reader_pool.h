// daemon/http/reader_pool.h - The readers' threads: the only ones on which the HTTP server touches
// SQLite.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "model/result.h"
#include "store/reader.h"

namespace parkwatch::http {

using OpenReader = std::function<Result<std::unique_ptr<store::Reader>>()>;

// run() and query() are called from coroutines on the loop and resume there. Destroying it waits
// for the query that each thread has in hand.
class ReaderPool {
 public:
  explicit ReaderPool(OpenReader open) : open_(std::move(open)) {}
  ~ReaderPool() { join(); }
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  // Waits for what is in hand; what is started later never runs.
  void join() { threads_.join(); }

  // Runs `work` on a thread of the pool. What it throws becomes an Error (transient).
  template <typename T>
  boost::asio::awaitable<Result<T>> run(std::function<Result<T>()> work) {
    auto initiate = [this](auto handler, std::function<Result<T>()> what) {
      start<T>(std::move(handler), std::move(what));
    };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>,
                                                   void(Result<T>)>(
        initiate, boost::asio::use_awaitable, std::move(work));
  }

  // The same with a reader, opened when first needed and again after it failed.
  template <typename T>
  boost::asio::awaitable<Result<T>> query(std::function<Result<T>(store::Reader&)> work) {
    std::function<Result<T>()> with_reader = [this, work = std::move(work)]() -> Result<T> {
      auto reader = take();
      if (!reader) return reader.error();
      auto result = work(**reader);
      if (result || !is_fault(result.error().kind)) give_back(std::move(*reader));
      return result;
    };
    co_return co_await run<T>(std::move(with_reader));
  }

 private:
  template <typename T, typename Handler>
  void start(Handler handler, std::function<Result<T>()> work) {
    // Keeps the loop from ending while a thread works for it.
    auto loop = boost::asio::prefer(boost::asio::get_associated_executor(handler),
                                    boost::asio::execution::outstanding_work.tracked);
    auto task = [loop, handler = std::move(handler), work = std::move(work)]() mutable {
      auto result = guarded<T>(work);
      auto resume = [handler = std::move(handler), result = std::move(result)]() mutable {
        std::move(handler)(std::move(result));
      };
      boost::asio::post(loop, std::move(resume));
    };
    boost::asio::post(threads_, std::move(task));
  }

  template <typename T>
  static Result<T> guarded(const std::function<Result<T>()>& work) {
    try {
      return work();
    } catch (const std::exception& e) {
      return Error{ErrorKind::transient, std::string{"the query failed: "} + e.what()};
    }
  }

  // After these the reader itself may be at fault, not what was asked.
  static bool is_fault(ErrorKind kind) {
    return kind == ErrorKind::transient || kind == ErrorKind::permanent;
  }

  Result<std::unique_ptr<store::Reader>> take();
  void give_back(std::unique_ptr<store::Reader> reader);

  static constexpr std::size_t thread_count = 2;
  const OpenReader open_;
  std::mutex mutex_;                                  // protects idle_
  std::vector<std::unique_ptr<store::Reader>> idle_;  // at most one a thread
  boost::asio::thread_pool threads_{thread_count};    // last: joined first
};

}  // namespace parkwatch::http
