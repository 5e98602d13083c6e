// daemon/http/receivers.cpp - /v1/receivers: who is told of alarms, how they fare, and a test.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <optional>

#include "http/documents.h"
#include "http/resources.h"

namespace parkwatch::http {
namespace json = boost::json;
namespace {

constexpr auto test_time_max = std::chrono::seconds{35};

json::object document_of(const ReceiverStatus& receiver) {
  json::object out{{"name", text_value(receiver.name)},
                   {"kind", text_value(receiver.kind)},
                   {"failing", receiver.failing},
                   {"waiting", receiver.waiting},
                   {"told", receiver.told},
                   {"failures", receiver.failures},
                   {"expired", receiver.expired},
                   {"refused", receiver.refused}};
  if (receiver.last_ok) out["last_ok"] = time_value(*receiver.last_ok);
  if (!receiver.detail.empty()) out["detail"] = text_value(receiver.detail);
  return out;
}

struct Waited {
  std::optional<Result<ReceiverTest>> answer;
  boost::asio::steady_timer timer;
};

}  // namespace

Answer get_receivers(Backend& backend, const Request& request) {
  Parameters parameters{request.target};
  if (auto mistake = parameters.finish()) co_return std::move(*mistake);
  json::array rows;
  if (backend.services().receivers) {
    for (const ReceiverStatus& receiver : backend.services().receivers()) {
      rows.emplace_back(document_of(receiver));
    }
  }
  json::object document{{"receivers", std::move(rows)}};
  co_return json_response(document, 200);
}

Answer post_receiver_test(Backend& backend, const Request& request) {
  if (!backend.services().test_receiver) co_return problem(404, "there are no receivers");
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto waited =
      std::make_shared<Waited>(Waited{std::nullopt, boost::asio::steady_timer{executor}});
  waited->timer.expires_after(test_time_max);
  std::function<void(Result<ReceiverTest>)> done = [waited](Result<ReceiverTest> answer) {
    waited->answer = std::move(answer);
    waited->timer.cancel();
  };
  backend.services().test_receiver(request.name, std::move(done));
  if (!waited->answer) {
    const auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    co_await waited->timer.async_wait(token);
  }
  if (!waited->answer) co_return problem(503, "the receiver did not answer in time");
  if (!waited->answer->ok()) co_return problem(waited->answer->error());
  const ReceiverTest& test = **waited->answer;
  json::object document{{"receiver", text_value(request.name)},
                        {"outcome", text_value(test.outcome)},
                        {"status", test.status},
                        {"reply", text_value(test.reply)}};
  if (!test.detail.empty()) document["detail"] = text_value(test.detail);
  co_return json_response(document, 200);
}

}  // namespace parkwatch::http
