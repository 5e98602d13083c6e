// daemon/http/receivers.cpp - /v1/receivers: who is told of alarms, how they fare, and a test.
#include <boost/json/array.hpp>
#include <chrono>

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
  put_waits(out, "raises_told", receiver.raises);
  if (receiver.last_ok) out["last_ok"] = time_value(*receiver.last_ok);
  if (!receiver.detail.empty()) out["detail"] = text_value(receiver.detail);
  return out;
}

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
  const auto answer = co_await backend.test_receiver(request.name, test_time_max);
  if (!answer) co_return problem(answer.error());
  const ReceiverTest& test = *answer;
  json::object document{{"receiver", text_value(request.name)},
                        {"outcome", text_value(test.outcome)},
                        {"status", test.status},
                        {"reply", text_value(test.reply)}};
  if (!test.detail.empty()) document["detail"] = text_value(test.detail);
  co_return json_response(document, 200);
}

}  // namespace parkwatch::http
