// daemon/http/backend.h - What the resources work with: queries off the loop, commits to wait for,
// commands to give. Lives on the loop.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <set>

#include "http/budget.h"
#include "http/reader_pool.h"
#include "http/request.h"
#include "http/server.h"
#include "model/input.h"

namespace parkwatch::http {

class Backend {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  Backend(boost::asio::io_context& loop, const HttpOptions& options, const Services& services);

  [[nodiscard]] const HttpOptions& options() const { return options_; }
  [[nodiscard]] const Services& services() const { return services_; }
  [[nodiscard]] ReaderPool& readers() { return readers_; }
  [[nodiscard]] const Budget& budget() const { return budget_; }
  [[nodiscard]] SteadyTime now() const { return std::chrono::steady_clock::now(); }

  // How many commits were told. Read it before a query: a commit that the query could not see is
  // told after that. Counted, since a commit of what only time caused brings no new message.
  [[nodiscard]] std::uint64_t commits() const { return commits_; }
  void on_committed();
  // True when more than `seen` commits are told; false at `until`, when the server stops or when
  // the client has gone.
  boost::asio::awaitable<bool> next_commit(std::uint64_t seen, SteadyTime until,
                                           std::shared_ptr<const Presence> presence);
  // A client may have gone: everyone who waits looks.
  void wake_waiting();

  // Gives the command to the intake and waits until it is committed. Errors: as the pipeline
  // answered; transient - not committed in time, or the server stops: it may still be.
  boost::asio::awaitable<Result<Done>> command(Command command);

  // REQUIRES: services().test_receiver. What the receiver answered. Errors: of the send; transient
  // - no answer after `longest`, or the server stops.
  boost::asio::awaitable<Result<ReceiverTest>> test_receiver(std::string name, Duration longest);

  void stop();
  [[nodiscard]] bool stopping() const { return stopping_; }

 private:
  template <typename T>
  struct Pending;
  // Until there is a result, it is `until`, or the server stops.
  template <typename T>
  boost::asio::awaitable<void> answered(Pending<T>& pending, SteadyTime until);

  boost::asio::io_context& loop_;
  const HttpOptions& options_;
  const Services& services_;
  ReaderPool readers_;
  Budget budget_;
  std::uint64_t commits_ = 0;
  bool stopping_ = false;
  std::set<boost::asio::steady_timer*> waiting_;  // of coroutines that are suspended
};

}  // namespace parkwatch::http
