// tests/unit/notify/reply_test.cpp - What each answer means: taken, later, blocked, never.
#include <catch2/catch.hpp>

#include "notify/request.h"
#include "tests/unit/notify/dispatch_rig.h"

namespace reply_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace std::chrono_literals;
using What = Outcome::What;

namespace {

Reply answer(int status, std::string body = {}) {
  Reply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

What what(ReceiverKind kind, int status, std::string body = {}) {
  return judge(test::receiver("r", kind), answer(status, std::move(body))).what;
}

}  // namespace

TEST_CASE("reply: HTTP statuses of a webhook", "[notify]") {
  const ReceiverKind hook = ReceiverKind::webhook;
  for (const int status : {200, 201, 204, 299}) CHECK(what(hook, status) == What::ok);
  for (const int status : {408, 425, 429, 500, 502, 503, 504}) {
    CHECK(what(hook, status) == What::wait);
  }
  for (const int status : {301, 400, 401, 403, 404, 410, 413, 422}) {
    CHECK(what(hook, status) == What::refused);
  }
  ReceiverSpec spec = test::receiver("r", hook);
  spec.retry_on = {404};
  CHECK(judge(spec, answer(404)).what == What::wait);
  Reply later = answer(503, "<html>busy\n");
  later.retry_after = 120s;
  CHECK(judge(spec, later).after == 120s);
  CHECK(judge(spec, later).detail == "HTTP 503: <html>busy ");
}

TEST_CASE("reply: a robot's HTTP 200 can be a refusal", "[notify]") {
  const ReceiverKind ding = ReceiverKind::dingtalk;
  CHECK(what(ding, 200, R"({"errcode":0,"errmsg":"ok"})") == What::ok);
  CHECK(what(ding, 200, R"({"errcode":310000,"errmsg":"sign not match"})") == What::refused);
  CHECK(what(ding, 200, R"({"errcode":460101,"errmsg":"message too long"})") == What::refused);
  CHECK(what(ding, 200, R"({"errcode":-1,"errmsg":"busy"})") == What::wait);
  CHECK(what(ding, 200, R"({"errcode":999999})") == What::wait);  // nothing is lost by trying
  CHECK(what(ding, 200, "<html>proxy login</html>") == What::wait);
  CHECK(what(ding, 200, "") == What::wait);
  CHECK(what(ding, 200, R"({"errcode":"0"})") == What::wait);
  CHECK(what(ding, 502, "bad gateway") == What::wait);
  CHECK(what(ding, 404, "not found") == What::refused);
  const Outcome blocked = judge(test::receiver("r", ding),
                                answer(200, R"({"errcode":130101,"errmsg":"send too fast"})"));
  CHECK(blocked.what == What::blocked);
  CHECK(blocked.after == 10min);
  CHECK(blocked.detail == "code 130101: send too fast");
}

TEST_CASE("reply: WeCom and Feishu, whose 400 can mean later", "[notify]") {
  CHECK(what(ReceiverKind::wecom, 200, R"({"errcode":0})") == What::ok);
  CHECK(what(ReceiverKind::wecom, 200, R"({"errcode":45009})") == What::blocked);
  CHECK(what(ReceiverKind::wecom, 200, R"({"errcode":93000})") == What::refused);
  CHECK(what(ReceiverKind::feishu, 200, R"({"code":0,"msg":"success"})") == What::ok);
  CHECK(what(ReceiverKind::feishu, 200, R"({"StatusCode":0,"StatusMessage":"success"})") ==
        What::ok);
  CHECK(what(ReceiverKind::feishu, 400, R"({"code":9499,"msg":"too many request"})") ==
        What::blocked);
  CHECK(what(ReceiverKind::feishu, 200, R"({"code":11232})") == What::blocked);
  CHECK(what(ReceiverKind::feishu, 200, R"({"code":19021})") == What::refused);
  CHECK(what(ReceiverKind::feishu, 500, R"({"code":0})") == What::wait);
}

TEST_CASE("reply: SMTP, by its first digit", "[notify]") {
  CHECK(what(ReceiverKind::email, 250) == What::ok);
  CHECK(what(ReceiverKind::email, 451) == What::wait);
  CHECK(what(ReceiverKind::email, 550) == What::refused);
  Reply refused = answer(550);
  refused.failure = "RCPT failed";  // libcurl fails where the server refused
  CHECK(judge(test::receiver("m", ReceiverKind::email), refused).what == What::refused);
}

TEST_CASE("reply: no answer is tried again, unless it cannot help", "[notify]") {
  Reply silent;
  silent.failure = "timed out";
  for (const ReceiverKind kind : {ReceiverKind::webhook, ReceiverKind::email, ReceiverKind::board,
                                  ReceiverKind::feishu, ReceiverKind::heartbeat}) {
    const Outcome outcome = judge(test::receiver("r", kind), silent);
    CHECK(outcome.what == What::wait);
    CHECK(outcome.detail == "timed out");
  }
  silent.will_not = true;
  CHECK(judge(test::receiver("r", ReceiverKind::email), silent).what == What::refused);
}

}  // namespace reply_test
