// daemon/http/backend.cpp - Waiting without polling: each waiter has a timer that an event cancels.
#include "http/backend.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace parkwatch::http {
namespace {

constexpr auto quietly = boost::asio::as_tuple(boost::asio::use_awaitable);
// All pages in hand together: three of the largest.
constexpr std::size_t answers_bytes_max = std::size_t{24} << 20;

// Keeps a timer in the set of those that an event cancels.
class Listed {
 public:
  Listed(std::set<boost::asio::steady_timer*>& timers, boost::asio::steady_timer& timer)
      : timers_(timers), timer_(timer) {
    timers_.insert(&timer_);
  }
  ~Listed() { timers_.erase(&timer_); }
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;

 private:
  std::set<boost::asio::steady_timer*>& timers_;
  boost::asio::steady_timer& timer_;
};

}  // namespace

// An answer on its way: filled on the loop by whoever gives it.
template <typename T>
struct Backend::Pending {
  explicit Pending(boost::asio::io_context& loop) : timer(loop) {}
  void take(Result<T> answer) {
    result = std::move(answer);
    timer.cancel();
  }
  boost::asio::steady_timer timer;
  std::optional<Result<T>> result;
};

Backend::Backend(boost::asio::io_context& loop, const HttpOptions& options,
                 const Services& services)
    : loop_(loop),
      options_(options),
      services_(services),
      readers_(services.open_reader),
      budget_(answers_bytes_max) {}

void Backend::on_committed() {
  ++commits_;
  wake_waiting();
}

void Backend::wake_waiting() {
  for (boost::asio::steady_timer* timer : waiting_) timer->cancel();
}

boost::asio::awaitable<bool> Backend::next_commit(std::uint64_t seen, SteadyTime until,
                                                  std::shared_ptr<const Presence> presence) {
  boost::asio::steady_timer timer{loop_};
  while (commits_ <= seen) {
    if (stopping_ || now() >= until || (presence && presence->gone())) co_return false;
    timer.expires_at(until);
    const Listed listed{waiting_, timer};
    // Cancelled or expired: both mean to look again.
    static_cast<void>(co_await timer.async_wait(quietly));
  }
  co_return !stopping_;
}

template <typename T>
boost::asio::awaitable<void> Backend::answered(Pending<T>& pending, SteadyTime until) {
  while (!pending.result && !stopping_ && now() < until) {
    const Listed listed{waiting_, pending.timer};
    pending.timer.expires_at(until);
    static_cast<void>(co_await pending.timer.async_wait(quietly));
  }
}

boost::asio::awaitable<Result<Done>> Backend::command(Command command) {
  const auto pending = std::make_shared<Pending<Done>>(loop_);
  auto reply = [pending, loop = loop_.get_executor()](const Result<Done>& result) {
    auto take = [pending, result] { pending->take(result); };
    boost::asio::post(loop, std::move(take));
  };
  const std::uint64_t sequence = services_.intake->append(std::move(command), std::move(reply));
  static_cast<void>(sequence);  // 0: the reply is on its way as well
  co_await answered(*pending, now() + options_.command_time_max);
  if (pending->result) co_return *pending->result;
  co_return Error{ErrorKind::transient,
                  stopping_ ? "the daemon is stopping; the command may still be committed"
                            : "the command is not committed yet; it may still be: look again"};
}

boost::asio::awaitable<Result<ReceiverTest>> Backend::test_receiver(std::string name,
                                                                    Duration longest) {
  const auto pending = std::make_shared<Pending<ReceiverTest>>(loop_);
  std::function<void(Result<ReceiverTest>)> done = [pending](Result<ReceiverTest> answer) {
    pending->take(std::move(answer));
  };
  services_.test_receiver(name, std::move(done));
  co_await answered(*pending, now() + longest);
  if (pending->result) co_return std::move(*pending->result);
  co_return Error{ErrorKind::transient, "the receiver did not answer in time"};
}

void Backend::stop() {
  stopping_ = true;
  wake_waiting();
}

}  // namespace parkwatch::http
