// tests/unit/notify/wording_test.cpp - The words of every kind of news in both languages, and the
// ends of lines, numbers and spans of time.
#include "notify/wording.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "model/utf8.h"
#include "tests/unit/notify/sample_events.h"

namespace wording_test {

using namespace parkwatch;
using namespace parkwatch::notify;
using namespace parkwatch::test;
using namespace std::chrono_literals;

namespace {

LocalTime china(Timestamp at) { return local_time({"+08:00", 8h, {}}, at); }

const Voice zh{"park-a", Language::zh, china};
const Voice en{"park-a", Language::en, china};
const Voice both{"park-a", Language::both, china};

News news_of(const AlarmEvent& event) {
  News news;
  news.alert = std::make_shared<const Alert>(Alert{event, {}});
  news.queued = event.at;
  news.face = news.before = Face{Level::high_high, event.priority};
  return news;
}

// Told to receivers as an update that calls nobody again.
AlarmEvent update(TransitionKind kind) {
  AlarmEvent e = followed(raised(1), 2, kind, AlarmState::acknowledged);
  e.notice = Notice::updates;
  e.sounded = 1;
  return e;
}

AlarmEvent closed(Duration after) {
  AlarmEvent e = followed(raised(1), 2, TransitionKind::returned, AlarmState::normal);
  e.at = e.raised_at + after;
  return e;
}

}  // namespace

TEST_CASE("wording: who is called after the return reads so, and then who acknowledged",
          "[notify]") {
  const AlarmEvent back =
      followed(raised(1), 2, TransitionKind::returned, AlarmState::returned_unacknowledged);
  News call = news_of(back);
  CHECK(words_of(zh, call).title == "已恢复 · 液位高高");
  call.step = 2;
  call.steps = 3;
  CHECK(words_of(zh, call).title == "升级 2/3 已恢复，未确认 · ◆ 高 · 液位高高");
  CHECK(words_of(en, call).title ==
        "Escalation 2/3 returned, not acknowledged · ◆ high · level very high");
  CHECK(words_of(zh, call).tone == Wording::Tone::high);
  const News end = news_of(followed(back, 3, TransitionKind::acknowledged, AlarmState::normal));
  CHECK(words_of(zh, end).title == "已确认 (wang) · 液位高高");
  CHECK(words_of(zh, end).tone == Wording::Tone::over);
}

TEST_CASE("wording: each transition that says more than that there is news, in both languages",
          "[notify]") {
  const struct {
    TransitionKind kind;
    const char* zh;
    const char* en;
  } cases[] = {
      {TransitionKind::unacknowledged, "取消确认", "Unacknowledged"},
      {TransitionKind::shelved, "已搁置", "Shelved"},
      {TransitionKind::unshelved, "取消搁置", "Unshelved"},
      {TransitionKind::suppressed, "已抑制", "Suppressed"},
      {TransitionKind::unsuppressed, "取消抑制", "Unsuppressed"},
      {TransitionKind::out_of_service, "已停用", "Out of service"},
      {TransitionKind::in_service, "恢复使用", "In service"},
      {TransitionKind::chattering, "抖动", "Chattering"},
      {TransitionKind::re_alarmed, "再次报警", "Still standing"},
      {TransitionKind::overdue, "超时未确认", "Overdue"},
  };
  for (const auto& one : cases) {
    const News news = news_of(update(one.kind));
    CAPTURE(to_text(one.kind));
    CHECK(words_of(zh, news).title == std::string{one.zh} + " · ◆ 高 · 液位高高");
    CHECK(words_of(en, news).title == std::string{one.en} + " · ◆ high · level very high");
    CHECK(words_of(zh, news).tone == Wording::Tone::quiet);
    CHECK(words_of(zh, news).guidance.empty());  // nobody is called
  }
  const News fall = news_of(update(TransitionKind::level_changed));
  CHECK(words_of(zh, fall).title == "更新 ◆ 高 · 液位高高");
  CHECK(words_of(en, fall).title == "Update ◆ high · level very high");
}

TEST_CASE("wording: what rests on the test value of a loop check says so, first to last",
          "[notify]") {
  AlarmEvent test = raised(1);
  test.flags |= alarm_test;
  CHECK(words_of(zh, news_of(test)).title == "◆ 高 · 测试 · 液位高高");
  CHECK(words_of(en, news_of(test)).title == "◆ high · TEST · level very high");
  AlarmEvent over = closed(5min);
  over.flags |= alarm_test;
  CHECK(words_of(en, news_of(over)).title == "Back to normal · TEST · level very high");
  CHECK(words_of(en, news_of(raised(1))).title == "◆ high · level very high");
}

TEST_CASE("wording: an acknowledgement names who gave it, if somebody did", "[notify]") {
  AlarmEvent e = update(TransitionKind::acknowledged);
  CHECK(words_of(en, news_of(e)).title == "Acknowledged (wang) · level very high");
  e.author.clear();
  CHECK(words_of(en, news_of(e)).title == "Acknowledged · level very high");
  CHECK(words_of(zh, news_of(e)).title == "已确认 · 液位高高");
  e.author = "a\nb";  // one line stays one
  CHECK(words_of(en, news_of(e)).title == "Acknowledged (a b) · level very high");
}

TEST_CASE("wording: an end is told as a return, or as a rule that was removed", "[notify]") {
  AlarmEvent e = closed(1min);
  CHECK(words_of(zh, news_of(e)).title == "已恢复 · 液位高高");
  CHECK(words_of(en, news_of(e)).title == "Back to normal · level very high");
  e.kind = TransitionKind::removed;
  CHECK(words_of(zh, news_of(e)).title == "已撤销 · 液位高高");
  CHECK(words_of(en, news_of(e)).title == "Removed · level very high");
  CHECK(words_of(en, news_of(e)).tone == Wording::Tone::over);
}

TEST_CASE("wording: how long it lasted, in the two largest units", "[notify]") {
  const auto lasted = [](const Voice& voice, Duration after) {
    const std::string detail = words_of(voice, news_of(closed(after))).detail;
    const std::string word = voice.language == Language::zh ? "持续 " : "lasted ";
    const std::size_t from = detail.find(word) + word.size();
    return detail.substr(from, detail.find(" · ", from) - from);
  };
  CHECK(lasted(en, 0s) == "0 s");
  CHECK(lasted(en, 999ms) == "0 s");
  CHECK(lasted(en, 59s + 999ms) == "59 s");
  CHECK(lasted(en, 60s) == "1 min");
  CHECK(lasted(en, 59min + 59s) == "59 min");
  CHECK(lasted(en, 1h) == "1 h 0 min");
  CHECK(lasted(en, 49h + 5min) == "49 h 5 min");
  CHECK(lasted(en, -1h) == "0 s");  // a clock that was set back
  CHECK(lasted(zh, 59s) == "59 秒");
  CHECK(lasted(zh, 61s) == "1 分");
  CHECK(lasted(zh, 25h) == "25 小时 0 分");
  CHECK_THAT(words_of(en, news_of(raised(1))).detail, !Catch::Contains("lasted"));
}

TEST_CASE("wording: a colour for each priority while somebody is called", "[notify]") {
  const std::pair<Priority, Wording::Tone> tones[] = {{Priority::critical, Wording::Tone::critical},
                                                      {Priority::high, Wording::Tone::high},
                                                      {Priority::medium, Wording::Tone::medium},
                                                      {Priority::low, Wording::Tone::low}};
  const char* titles[] = {"▲ critical", "◆ high", "■ medium", "● low"};
  for (std::size_t i = 0; i < 4; ++i) {
    AlarmEvent e = raised(1);
    e.priority = tones[i].first;
    const Wording words = words_of(en, news_of(e));
    CHECK(words.tone == tones[i].second);
    CHECK(words.title == std::string{titles[i]} + " · level very high");
    CHECK(symbol(tones[i].first) == std::string{titles[i]}.substr(0, 3));
  }
  // A step of an escalation calls, whatever its transition was.
  News step = news_of(update(TransitionKind::level_changed));
  step.step = 1;
  step.steps = 2;
  CHECK(words_of(en, step).tone == Wording::Tone::high);
  CHECK(words_of(en, step).title == "Escalation 1/2 ◆ high · level very high");
  CHECK(words_of(en, step).guidance == std::vector<std::string>{"stop the feed pump"});
}

TEST_CASE("wording: the detail has what there is, and nothing in place of what there is not",
          "[notify]") {
  AlarmEvent e = raised(1);
  e.unit.clear();
  CHECK(words_of(en, news_of(e)).detail ==
        "91.2 · limit 90 · HH · 14:03:23 · tank-farm · tank/t101/level");
  e.value.reset();
  e.limit.reset();
  e.level = Level::on;
  e.group.clear();
  CHECK(words_of(en, news_of(e)).detail == "14:03:23 · tank/t101/level");
  e.level = Level::none;
  e.comment = "see\nme";
  CHECK(words_of(en, news_of(e)).detail == "14:03:23 · \"see me\" · tank/t101/level");
  e.value = std::numeric_limits<double>::infinity();
  CHECK_THAT(words_of(en, news_of(e)).detail, Catch::StartsWith("? · "));
}

TEST_CASE("wording: guidance is at most six lines, each language its own, none twice", "[notify]") {
  AlarmEvent e = raised(1);
  using Lines = std::vector<std::string>;
  e.guidance = {"一\n二", "one\ntwo"};
  CHECK(words_of(zh, news_of(e)).guidance == Lines{"一", "二"});
  CHECK(words_of(en, news_of(e)).guidance == Lines{"one", "two"});
  CHECK(words_of(both, news_of(e)).guidance == Lines{"一", "二", "one", "two"});
  e.guidance = {"一\n\n二\n", ""};
  CHECK(words_of(en, news_of(e)).guidance == Lines{"一", "二"});  // better than nothing
  e.guidance = {"", "one"};
  CHECK(words_of(zh, news_of(e)).guidance == Lines{"one"});
  e.guidance = {"same", "same"};
  CHECK(words_of(both, news_of(e)).guidance == Lines{"same"});
  e.guidance = {"1\n2\n3\n4\n5\n6\n7", "8"};
  CHECK(words_of(both, news_of(e)).guidance == Lines{"1", "2", "3", "4", "5", "6"});
}

TEST_CASE("wording: of two languages one stands for both, and equal ones are said once",
          "[notify]") {
  CHECK(chosen(Language::zh, "甲", "a") == "甲");
  CHECK(chosen(Language::en, "甲", "a") == "a");
  CHECK(chosen(Language::both, "甲", "a") == "甲 a");
  CHECK(chosen(Language::both, "x", "x") == "x");
  for (const Language l : {Language::zh, Language::en, Language::both}) {
    CHECK(chosen(l, "甲", "") == "甲");
    CHECK(chosen(l, "", "a") == "a");
    CHECK(chosen(l, "", "").empty());
  }
  AlarmEvent e = raised(1);
  e.message = {};
  CHECK(message_of(zh, e) == "tank-level tank/t101/level");
}

TEST_CASE("wording: a digest counts by priority, from when to when", "[notify]") {
  Tally tally;
  const Priority priorities[] = {Priority::low, Priority::critical, Priority::high, Priority::low};
  for (std::uint64_t i = 0; i < 4; ++i) {
    AlarmEvent e = raised(i + 1, "t/" + std::to_string(i));
    e.priority = priorities[i];
    tally.add(news_of(e));
  }
  CHECK(digest_title(zh, tally, false) == "报警 4 条 ▲1 ◆1 ●2 · 14:03:23–14:03:26");
  CHECK(digest_title(en, tally, true) == "Alarm flood · 4 alarm news ▲1 ◆1 ●2 · 14:03:23–14:03:26");
  CHECK(digest_title(zh, tally, true) == "报警泛滥 · 报警 4 条 ▲1 ◆1 ●2 · 14:03:23–14:03:26");
  CHECK(and_more(zh, 23) == "… 另 23 条");
  CHECK(and_more(en, 1) == "… and 1 more");
  CHECK(test_text(en, "ding") == "Test: receiver ding can be told of alarms.");
  CHECK(test_text(zh, "ding") == "测试消息：接收者 ding 可以收到报警。");
}

TEST_CASE("wording: a tally is the same in whatever order its parts come", "[notify][property]") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    std::mt19937_64 random{seed};
    std::vector<News> all;
    for (std::uint64_t i = 1; i <= 40; ++i) {
      AlarmEvent e = raised(i, "t/" + std::to_string(i));
      e.priority = static_cast<Priority>(random() % 4);
      all.push_back(news_of(e));
    }
    Tally whole;
    for (const News& news : all) whole.add(news);
    std::shuffle(all.begin(), all.end(), random);
    Tally parts[3];
    for (const News& news : all) parts[random() % 3].add(news);
    Tally merged;
    for (const Tally& part : parts) merged.merge(part);
    CAPTURE(seed);
    REQUIRE(merged.by_priority == whole.by_priority);
    REQUIRE(merged.total() == 40);
    REQUIRE((merged.first == 1 && merged.last == 40));
    REQUIRE((merged.from == whole.from && merged.to == whole.to));
    REQUIRE(merged.worst.size() == Tally::worst_max);
    for (std::size_t i = 0; i < Tally::worst_max; ++i) {
      REQUIRE(merged.worst[i].alert->event.journal == whole.worst[i].alert->event.journal);
      if (i > 0) REQUIRE(merged.worst[i - 1].face.priority >= merged.worst[i].face.priority);
    }
  }
}

TEST_CASE("wording: any bytes become one short line of UTF-8", "[notify][property]") {
  std::mt19937_64 random{5};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (auto size = random() % 60; size > 0; --size) {
      text += random() % 3 == 0 ? std::string{"液"} : std::string(1, static_cast<char>(random()));
    }
    const std::size_t most = 3 + random() % 60;
    const std::string line = one_line(text, most);
    CAPTURE(round);
    REQUIRE(line.size() <= most);
    REQUIRE_FALSE(first_not_utf8(line));
    REQUIRE(std::none_of(line.begin(), line.end(), [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte < 0x20 || byte == 0x7F;
    }));
    const std::string cut = first_characters(text, 5);
    REQUIRE_FALSE(first_not_utf8(cut));
    REQUIRE(std::count_if(cut.begin(), cut.end(), [](char c) {
              return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
            }) <= 5);
  }
}

}  // namespace wording_test
