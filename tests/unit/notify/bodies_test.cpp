// tests/unit/notify/bodies_test.cpp - What robots, webhooks, boards and mailboxes get: signatures,
// sizes, escapes, mentions, threads.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "model/utf8.h"
#include "notify/alertmanager_body.h"
#include "notify/mail.h"
#include "notify/request.h"
#include "notify/robot_body.h"
#include "notify/signature.h"
#include "notify/wording.h"
#include "tests/unit/notify/dispatch_rig.h"

namespace bodies_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
namespace json = boost::json;

namespace {

const Sender park_a{{"park-a", "g1"}, china};
const Voice voice{"park-a", Language::zh, china};

News news_of(const AlarmEvent& event) {
  News news;
  news.alert = std::make_shared<const Alert>(Alert{event, {}});
  news.queued = event.at;
  news.face = news.before = Face{Level::high_high, event.priority};
  news.since = news.before_since = event.raised_at;
  return news;
}

NotifyMessage message_of(std::vector<News> news) {
  NotifyMessage message;
  message.at = sample_time;
  message.notices = std::move(news);
  return message;
}

NotifyMessage digest_of(int count) {
  NotifyMessage message;
  message.at = sample_time;
  message.kind = MessageKind::digest;
  for (int i = 1; i <= count; ++i) {
    message.tally.add(
        news_of(raised(static_cast<std::uint64_t>(i), "tank/t" + std::to_string(i) + "/level")));
  }
  return message;
}

Secrets secrets_with(std::string url, std::string secret = {}) {
  Secrets secrets;
  secrets.endpoints = {{std::move(url), std::move(secret)}};
  return secrets;
}

json::object body_of(const ReceiverSpec& spec, const NotifyMessage& message,
                     const std::string& secret = {}) {
  const Request request = make_request(park_a, spec, secrets_with("http://x/", secret), message);
  return json::parse(request.body).as_object();
}

std::string text_at(const json::value& document, const char* pointer) {
  return std::string{document.at_pointer(pointer).as_string()};
}

AlarmEvent nasty() {
  AlarmEvent e = raised(1);
  e.message.zh = "C:\\temp *t* _u_ [x](http://evil) <at id=all> @all \xFF\n# \"q\" `c`";
  e.guidance.zh = "第一步\n第二步";
  return e;
}

}  // namespace

TEST_CASE("signature: the published vectors of the robots", "[notify]") {
  CHECK(dingtalk_sign("SECtest", from_us(1'700'000'000'000'000)) ==
        "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D");
  CHECK(feishu_sign("SECtest", from_us(1'700'000'000'000'000)) ==
        "G7XpBpG8NgG02fJOAhX6FRAObIljmFoxVReo8I62pEk=");
}

TEST_CASE("signature: base64, hex, URL encoding and HMAC of their standards", "[notify]") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(hex(std::string_view{"\x00\xff\x1a", 3}) == "00ff1a");
  CHECK(url_encoded("a+/=~ 中") == "a%2B%2F%3D~%20%E4%B8%AD");
  // RFC 4231, test case 2.
  CHECK(hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("wording: one line, cut at a character", "[notify]") {
  CHECK(one_line("a\nb\tc", 100) == "a b c");
  CHECK(one_line("a\xFF", 100) == "a\xEF\xBF\xBD");
  CHECK(one_line("液位高高", 8) == "液…");
  CHECK(first_characters("液位高高", 3) == "液位…");
  CHECK(first_characters("液位高高", 4) == "液位高高");
  CHECK(first_characters("abc", 1) == "…");
}

TEST_CASE("wording: each kind of news says what it is", "[notify]") {
  const AlarmEvent first = raised(1);
  News news = news_of(first);
  CHECK(words_of(voice, news).title == "◆ 高 · 液位高高");
  CHECK(words_of(voice, news).detail ==
        "91.2 % · 限值 90 · HH · 14:03:23 · tank-farm · tank/t101/level");
  CHECK(words_of(voice, news).guidance == std::vector<std::string>{"停进料泵"});
  news.step = 2;
  news.steps = 3;
  CHECK(words_of(voice, news).title == "升级 2/3 ◆ 高 · 液位高高");
  AlarmEvent acked = followed(first, 2, TransitionKind::acknowledged, AlarmState::acknowledged);
  acked.comment = "巡检中";
  CHECK(words_of(voice, news_of(acked)).title == "已确认 (wang) · 液位高高");
  CHECK(words_of(voice, news_of(acked)).tone == Wording::Tone::quiet);
  CHECK_THAT(words_of(voice, news_of(acked)).detail, Catch::Contains("\"巡检中\""));
  AlarmEvent back = followed(first, 400, TransitionKind::returned, AlarmState::normal);
  CHECK(words_of(voice, news_of(back)).title == "已恢复 · 液位高高");
  CHECK_THAT(words_of(voice, news_of(back)).detail, Catch::Contains("持续 6 分"));
  CHECK(words_of(voice, news_of(back)).tone == Wording::Tone::over);
  const Voice english{"park-a", Language::en, china};
  CHECK(words_of(english, news_of(first)).title == "◆ high · level very high");
  const Voice both{"park-a", Language::both, china};
  CHECK(words_of(both, news_of(first)).guidance.size() == 2);
}

TEST_CASE("dingtalk: markdown with title, park, guidance and mentions", "[notify]") {
  ReceiverSpec spec = receiver("ding", ReceiverKind::dingtalk);
  spec.link = "https://gw/";
  spec.mention = {"13800000000"};
  const json::object body = body_of(spec, message_of({news_of(raised(1))}));
  CHECK(text_at(body, "/msgtype") == "markdown");
  CHECK(text_at(body, "/markdown/title") == "◆ 高 · 液位高高");
  const std::string text = text_at(body, "/markdown/text");
  CHECK_THAT(text, Catch::StartsWith("### ◆ 高 · 液位高高  \n> 91.2 %"));
  CHECK_THAT(text, Catch::Contains("1. 停进料泵"));
  CHECK_THAT(text, Catch::Contains("park-a"));
  CHECK_THAT(text, Catch::Contains("[打开](https://gw/)"));
  CHECK_THAT(text, Catch::EndsWith("@13800000000"));
  CHECK(text_at(body, "/at/atMobiles/0") == "13800000000");
}

TEST_CASE("robots: nobody is called for what is below mention_from, or over", "[notify]") {
  ReceiverSpec spec = receiver("ding", ReceiverKind::dingtalk);
  spec.mention = {"13800000000"};
  spec.mention_from = Priority::critical;
  CHECK_FALSE(body_of(spec, message_of({news_of(raised(1))})).contains("at"));
  spec.mention_from = Priority::low;
  CHECK(body_of(spec, message_of({news_of(raised(1))})).contains("at"));
  const AlarmEvent back = followed(raised(1), 2, TransitionKind::returned, AlarmState::normal);
  CHECK_FALSE(body_of(spec, message_of({news_of(back)})).contains("at"));
}

TEST_CASE("dingtalk: the signature is in the URL, after its token", "[notify]") {
  const ReceiverSpec spec = receiver("ding", ReceiverKind::dingtalk);
  NotifyMessage message = message_of({news_of(raised(1))});
  message.at = from_us(1'700'000'000'000'000);
  const Request request = make_request(
      park_a, spec, secrets_with("https://h/robot/send?access_token=t", "SECtest"), message);
  CHECK(request.url ==
        "https://h/robot/send?access_token=t&timestamp=1700000000000"
        "&sign=aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D");
}

TEST_CASE("robots: hostile texts neither format, nor mention, nor break the JSON", "[notify]") {
  for (const ReceiverKind kind :
       {ReceiverKind::dingtalk, ReceiverKind::wecom, ReceiverKind::feishu}) {
    const json::object body = body_of(receiver("r", kind), message_of({news_of(nasty())}));
    const std::string all = json::serialize(body);
    CAPTURE(all);
    CHECK(all.find("@all") == std::string::npos);
    CHECK(all.find("<at id=all>") == std::string::npos);
    if (kind == ReceiverKind::wecom) CHECK(all.find("[x](") == std::string::npos);
    CHECK_FALSE(first_not_utf8(all));
  }
  CHECK(escaped(ReceiverKind::dingtalk, "a*b\\<c>") == "a\\*b\\\\&lt;c\\>");
  CHECK(escaped(ReceiverKind::feishu, "a*b") == "a&#42;b");
}

TEST_CASE("robots: sizes are held at a line's end, and what is left out is counted", "[notify]") {
  std::vector<News> many;
  for (std::uint64_t j = 1; j <= 200; ++j) {
    AlarmEvent e = raised(j, "tank/t" + std::to_string(j) + "/level");
    e.message.zh = std::string(500, '"');
    many.push_back(news_of(e));
  }
  for (const ReceiverKind kind :
       {ReceiverKind::dingtalk, ReceiverKind::wecom, ReceiverKind::feishu}) {
    ReceiverSpec spec = receiver("r", kind);
    const Request request = make_request(park_a, spec, secrets_with("http://x/"), message_of(many));
    CHECK(request.body.size() <= 20'000);
    CHECK(request.body.find("… 另 1") != std::string::npos);
    CHECK(request.body.find("park-a") != std::string::npos);
    if (kind != ReceiverKind::wecom) continue;
    CHECK(text_at(json::parse(request.body), "/markdown/content").size() <= wecom_markdown_max);
    spec.mention = {"13800000000"};
    const json::object text = body_of(spec, message_of(many));
    CHECK(text_at(text, "/text/content").size() <= wecom_text_max);
    CHECK(text_at(text, "/text/mentioned_mobile_list/0") == "13800000000");
  }
}

TEST_CASE("robots: one text that is too long by itself is cut at a character", "[notify]") {
  AlarmEvent e = raised(1);
  e.message.zh.clear();
  for (int i = 0; i < 3000; ++i) e.message.zh += "汉";
  e.guidance.zh = e.message.zh;
  const json::object body = body_of(receiver("r", ReceiverKind::wecom), message_of({news_of(e)}));
  const std::string text = text_at(body, "/markdown/content");
  CHECK(text.size() <= wecom_markdown_max);
  CHECK_FALSE(first_not_utf8(text));
  CHECK_THAT(text, Catch::Contains("…"));
}

TEST_CASE("robots: bounded text never passes its bound, whatever the blocks", "[notify]") {
  for (std::size_t bound = 120; bound < 2000; bound += 37) {
    std::vector<Block> blocks;
    for (int i = 0; i < 40; ++i) {
      blocks.push_back({std::string(static_cast<std::size_t>(i * 13 % 90 + 1), 'x'), 1});
    }
    const std::string text = bounded(voice, "head", blocks, 7, "\ntail", bound);
    CAPTURE(bound, text);
    CHECK(text.size() <= bound);
    CHECK_THAT(text, Catch::EndsWith("\ntail"));
    CHECK_THAT(text, Catch::Contains("另"));
  }
}

TEST_CASE("wecom: colour by what it is, users mentioned in the markdown", "[notify]") {
  ReceiverSpec spec = receiver("r", ReceiverKind::wecom);
  spec.mention = {"wang"};
  const json::object loud = body_of(spec, message_of({news_of(raised(1))}));
  CHECK_THAT(text_at(loud, "/markdown/content"),
             Catch::StartsWith("<font color=\"warning\">◆ 高 · 液位高高</font>\n> 91.2"));
  CHECK_THAT(text_at(loud, "/markdown/content"), Catch::EndsWith("<@wang>"));
  const AlarmEvent back = followed(raised(1), 2, TransitionKind::returned, AlarmState::normal);
  const json::object over = body_of(spec, message_of({news_of(back)}));
  CHECK_THAT(text_at(over, "/markdown/content"), Catch::StartsWith("<font color=\"info\">"));
}

TEST_CASE("feishu: a card with the colour of the worst, signed in the body", "[notify]") {
  ReceiverSpec spec = receiver("r", ReceiverKind::feishu);
  spec.mention = {"ou_1"};
  NotifyMessage message = message_of({news_of(raised(1))});
  message.at = from_us(1'700'000'000'000'000);
  const json::object body = body_of(spec, message, "SECtest");
  CHECK(text_at(body, "/timestamp") == "1700000000");
  CHECK(text_at(body, "/sign") == "G7XpBpG8NgG02fJOAhX6FRAObIljmFoxVReo8I62pEk=");
  CHECK(text_at(body, "/msg_type") == "interactive");
  CHECK(text_at(body, "/card/header/template") == "orange");
  CHECK(text_at(body, "/card/header/title/content") == "◆ 高 · 液位高高");
  CHECK_THAT(text_at(body, "/card/elements/0/text/content"), Catch::Contains("<at id=ou_1></at>"));
  AlarmEvent worse = raised(2);
  worse.priority = Priority::critical;
  const json::object two = body_of(spec, message_of({news_of(raised(1)), news_of(worse)}));
  CHECK(text_at(two, "/card/header/template") == "red");
  CHECK_FALSE(two.contains("sign"));
}

TEST_CASE("robots: a digest has counts, the ten worst, and how many others", "[notify]") {
  for (const ReceiverKind kind :
       {ReceiverKind::dingtalk, ReceiverKind::wecom, ReceiverKind::feishu}) {
    const std::string all = json::serialize(body_of(receiver("r", kind), digest_of(33)));
    CAPTURE(all);
    CHECK(all.find("报警 33 条 ◆33 · 14:03:23–14:03:55") != std::string::npos);
    CHECK(all.find("… 另 23 条") != std::string::npos);
    CHECK(all.find("tank/t33/level") != std::string::npos);
  }
}

TEST_CASE("webhook: version 4, member by member", "[notify]") {
  ReceiverSpec spec = receiver("hook", ReceiverKind::webhook);
  spec.link = "https://gw/";
  const json::object body = body_of(spec, message_of({news_of(raised(1))}));
  CHECK(
      json::serialize(body) ==
      R"({"version":"4","groupKey":"{}:{system=\"tank-farm\"}","truncatedAlerts":0,)"
      R"("status":"firing","receiver":"hook","groupLabels":{"system":"tank-farm"},)"
      R"("commonLabels":{"alertname":"tank-level","device":"t101","level":"HH","park":"park-a",)"
      R"("severity":"high","system":"tank-farm","tag":"tank/t101/level"},)"
      R"("commonAnnotations":{"description":"level very high","guidance":"停进料泵",)"
      R"("ids":"park-a-g1-1","limit":"90","occurrence":"1","summary":"液位高高","value":"91.2 %"},)"
      R"("externalURL":"https://gw/","alerts":[{"status":"firing","labels":)"
      R"({"alertname":"tank-level","device":"t101","level":"HH","park":"park-a",)"
      R"("severity":"high","system":"tank-farm","tag":"tank/t101/level"},"annotations":)"
      R"({"description":"level very high","guidance":"停进料泵","ids":"park-a-g1-1",)"
      R"("limit":"90","occurrence":"1","summary":"液位高高","value":"91.2 %"},)"
      R"("startsAt":"2026-05-31T06:03:23.140Z","endsAt":"0001-01-01T00:00:00Z",)"
      R"("generatorURL":"https://gw/","fingerprint":")" +
          fingerprint(labels_of(park_a.origin, raised(1), {Level::high_high, Priority::high})) +
          R"("}]})");
}

TEST_CASE("webhook: an alarm of a loop check is marked in its annotations", "[notify]") {
  AlarmEvent event = raised(1);
  event.flags |= alarm_test;
  const json::object body =
      body_of(receiver("hook", ReceiverKind::webhook), message_of({news_of(event)}));
  const json::object& told = body.at("commonAnnotations").as_object();
  CHECK(told.at("summary") == "测试 · 液位高高");
  CHECK(told.at("description") == "TEST · level very high");
  CHECK(told.at("test") == "true");
}

TEST_CASE("webhook: an alarm that came and went in one message is one alert with both ids",
          "[notify]") {
  const AlarmEvent back = followed(raised(1), 2, TransitionKind::returned, AlarmState::normal);
  const json::object body = body_of(receiver("hook", ReceiverKind::webhook),
                                    message_of({news_of(raised(1)), news_of(back)}));
  CHECK(text_at(body, "/status") == "resolved");
  REQUIRE(body.at("alerts").as_array().size() == 1);
  CHECK(text_at(body, "/alerts/0/endsAt") == to_rfc3339(back.at));
  CHECK(text_at(body, "/alerts/0/annotations/ids") == "park-a-g1-1 park-a-g1-2");
}

TEST_CASE("webhook: another level is another alert, and the old one ends", "[notify]") {
  News rise =
      news_of(followed(raised(1), 2, TransitionKind::level_changed, AlarmState::unacknowledged));
  rise.before = Face{Level::high, Priority::medium};
  const json::object body = body_of(receiver("hook", ReceiverKind::webhook), message_of({rise}));
  REQUIRE(body.at("alerts").as_array().size() == 2);
  CHECK(text_at(body, "/alerts/0/status") == "resolved");
  CHECK(text_at(body, "/alerts/0/labels/severity") == "medium");
  CHECK(text_at(body, "/alerts/1/status") == "firing");
  CHECK_FALSE(body.at("commonLabels").as_object().contains("severity"));
}

TEST_CASE("webhook: key, token and HMAC are in the headers", "[notify]") {
  Secrets secrets = secrets_with("http://x/");
  secrets.token = "t0";
  secrets.hmac = "k";
  const Request request = make_request(park_a, receiver("hook", ReceiverKind::webhook), secrets,
                                       message_of({news_of(raised(1)), news_of(raised(2))}));
  CHECK(request.headers ==
        std::vector<std::string>{
            "Content-Type: application/json", "Idempotency-Key: park-a-g1-1..park-a-g1-2",
            "Authorization: Bearer t0",
            "X-Parkwatch-Signature: sha256=" + hex(hmac_sha256("k", request.body))});
}

TEST_CASE("alertmanager: active alerts end in four minutes unless said again", "[notify]") {
  NotifyMessage message;
  message.at = sample_time;
  const News news = news_of(raised(1));
  message.held = {{news.alert, news.face, news.since, never},
                  {news.alert, news.face, news.since, sample_time}};
  const Request request = make_request(park_a, receiver("am", ReceiverKind::alertmanager),
                                       secrets_with("http://x/"), message);
  CHECK(request.url == "http://x/api/v2/alerts");
  const json::value list = json::parse(request.body);
  CHECK(text_at(list, "/0/endsAt") == to_rfc3339(sample_time + std::chrono::minutes{4}));
  CHECK(text_at(list, "/1/endsAt") == text_at(list, "/1/startsAt"));  // never before the start
  CHECK(text_at(list, "/0/labels/tag") == "tank/t101/level");
}

TEST_CASE("board: the worst that stands, short; its idle text when nothing does", "[notify]") {
  ReceiverSpec spec = receiver("board", ReceiverKind::board);
  spec.topic = "gate/1/board";
  spec.characters = 4;
  spec.idle_text = "欢迎";
  NotifyMessage message = message_of({news_of(raised(1))});
  Request request = make_request(park_a, spec, {}, message);
  CHECK(request.way == Request::Way::mqtt);
  CHECK(request.url == "gate/1/board");
  CHECK(request.body == "欢迎");
  message.standing = message.notices[0].alert;
  CHECK(make_request(park_a, spec, {}, message).body == "◆液位…");
}

TEST_CASE("mail: one thread an occurrence, text and HTML, marked as generated", "[notify]") {
  ReceiverSpec spec = receiver("mail", ReceiverKind::email);
  spec.from = "park@example.org";
  spec.to = {"a@example.org", "b@example.org"};
  const std::string first = mail_of(park_a, spec, message_of({news_of(raised(7))}));
  CHECK_THAT(first, Catch::Contains("Message-ID: <park-a-g1-7@park-a.parkwatch>\r\n"));
  CHECK(first.find("References") == std::string::npos);
  CHECK_THAT(first, Catch::Contains("To: <a@example.org>,\r\n <b@example.org>\r\n"));
  CHECK_THAT(first, Catch::Contains("Date: Sun, 31 May 2026 06:03:22 +0000\r\n"));
  CHECK_THAT(first, Catch::Contains("Auto-Submitted: auto-generated\r\n"));
  CHECK_THAT(first, Catch::Contains("text/plain; charset=utf-8"));
  CHECK_THAT(first, Catch::Contains("text/html; charset=utf-8"));
  const AlarmEvent back =
      followed(raised(7), 9, TransitionKind::returned, AlarmState::returned_unacknowledged);
  const std::string second = mail_of(park_a, spec, message_of({news_of(back)}));
  CHECK_THAT(second, Catch::Contains("Message-ID: <park-a-g1-9@park-a.parkwatch>\r\n"));
  CHECK_THAT(second, Catch::Contains("References: <park-a-g1-7@park-a.parkwatch>\r\n"));
  for (const std::string& mail : {first, second}) {
    for (std::size_t at = 0; at < mail.size(); ++at) {
      if (mail[at] == '\n') REQUIRE((at > 0 && mail[at - 1] == '\r'));
    }
  }
}

TEST_CASE("mail: a text cannot add a header", "[notify]") {
  ReceiverSpec spec = receiver("mail", ReceiverKind::email);
  AlarmEvent e = raised(1);
  e.message.zh = "x\r\nBcc: victim@example.org";
  const std::string mail = mail_of(park_a, spec, message_of({news_of(e)}));
  CHECK(mail.find("Bcc") == std::string::npos);
  CHECK(html_escaped("<b a=\"1\">&") == "&lt;b a=&quot;1&quot;&gt;&amp;");
}

TEST_CASE("mail: encoded words are at most 75 characters and never cut a character", "[notify]") {
  std::string text;
  for (int i = 0; i < 60; ++i) text += i % 3 == 0 ? "a" : "汉";
  std::string words = mail_words(text) + "\r\n ";
  std::string back;
  for (std::size_t at = words.find("\r\n "); at != std::string::npos; at = words.find("\r\n ")) {
    const std::string word = words.substr(0, at);
    CHECK(word.size() <= 75);
    CHECK_THAT(word, Catch::StartsWith("=?UTF-8?B?"));
    words.erase(0, at + 3);
  }
}

TEST_CASE("test message: every kind says that it is a test, with the park's name", "[notify]") {
  for (int k = 0; k < 8; ++k) {
    const auto kind = static_cast<ReceiverKind>(k);
    if (kind == ReceiverKind::heartbeat) continue;
    ReceiverSpec spec = receiver("r", kind);
    spec.topic = "t";
    NotifyMessage message;
    message.kind = MessageKind::test;
    message.at = sample_time;
    const Request request = make_request(park_a, spec, secrets_with("http://x/"), message);
    CAPTURE(to_text(kind), request.body);
    CHECK_FALSE(request.body.empty());
    if (kind == ReceiverKind::email) continue;  // base64
    CHECK(request.body.find("测试") != std::string::npos);
  }
}

}  // namespace bodies_test
