// daemon/notify/wording.cpp - See the header. No state.
#include "notify/wording.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "model/utf8.h"
#include "model/value.h"

namespace parkwatch::notify {
namespace {

constexpr std::size_t line_bytes_max = 600;
constexpr std::size_t guidance_lines_max = 6;

std::string two_digits(unsigned n) {
  std::string digits = std::to_string(n % 100U);
  return digits.size() == 1 ? '0' + digits : digits;
}

std::string number(double value) { return std::isfinite(value) ? to_text(Value{value}) : "?"; }

std::string span_text(const Voice& voice, Duration span) {
  const auto s = std::chrono::duration_cast<std::chrono::seconds>(std::max(span, Duration{0}));
  const long long h = s.count() / 3600;
  const long long m = s.count() / 60 % 60;
  if (h != 0) {
    return std::to_string(h) + chosen(voice.language, " 小时 ", " h ") + std::to_string(m) +
           chosen(voice.language, " 分", " min");
  }
  if (m != 0) return std::to_string(m) + chosen(voice.language, " 分", " min");
  return std::to_string(s.count()) + chosen(voice.language, " 秒", " s");
}

Wording::Tone tone_of(const News& news) {
  if (news.closes()) return Wording::Tone::over;
  if (!news.announces()) return Wording::Tone::quiet;
  switch (news.face.priority) {
    case Priority::critical:
      return Wording::Tone::critical;
    case Priority::high:
      return Wording::Tone::high;
    case Priority::medium:
      return Wording::Tone::medium;
    case Priority::low:
      break;
  }
  return Wording::Tone::low;
}

// Of kinds that say more than that there is news.
std::string kind_words(Language l, TransitionKind kind) {
  switch (kind) {
    case TransitionKind::unacknowledged:
      return chosen(l, "取消确认", "Unacknowledged");
    case TransitionKind::shelved:
      return chosen(l, "已搁置", "Shelved");
    case TransitionKind::unshelved:
      return chosen(l, "取消搁置", "Unshelved");
    case TransitionKind::suppressed:
      return chosen(l, "已抑制", "Suppressed");
    case TransitionKind::unsuppressed:
      return chosen(l, "取消抑制", "Unsuppressed");
    case TransitionKind::out_of_service:
      return chosen(l, "已停用", "Out of service");
    case TransitionKind::in_service:
      return chosen(l, "恢复使用", "In service");
    case TransitionKind::chattering:
      return chosen(l, "抖动", "Chattering");
    case TransitionKind::re_alarmed:
      return chosen(l, "再次报警", "Still standing");
    case TransitionKind::overdue:
      return chosen(l, "超时未确认", "Overdue");
    default:
      return {};
  }
}

std::string title_of(const Voice& voice, const News& news) {
  const AlarmEvent& e = news.alert->event;
  const std::string message = message_of(voice, e);
  const Language l = voice.language;
  if (news.step == 0 && role_of(e) == Role::closes) {
    return (e.kind == TransitionKind::removed ? chosen(l, "已撤销 · ", "Removed · ")
                                              : chosen(l, "已恢复 · ", "Back to normal · ")) +
           message;
  }
  const std::string rank =
      std::string{symbol(news.face.priority)} + ' ' +
      chosen(l, words_of(news.face.priority).zh, words_of(news.face.priority).en) + " · " + message;
  if (news.step != 0) {
    const bool returned = e.state == AlarmState::returned_unacknowledged;
    return chosen(l, "升级 ", "Escalation ") + std::to_string(news.step) + '/' +
           std::to_string(news.steps) + ' ' +
           (returned ? chosen(l, "已恢复，未确认 · ", "returned, not acknowledged · ") : "") + rank;
  }
  if (e.kind == TransitionKind::acknowledged) {
    const std::string who = one_line(e.author, 100);
    return chosen(l, "已确认", "Acknowledged") + (who.empty() ? "" : " (" + who + ")") + " · " +
           message;
  }
  const std::string what = kind_words(l, e.kind);
  if (!what.empty()) return what + " · " + rank;
  return news.announces() ? rank : chosen(l, "更新 ", "Update ") + rank;
}

std::string detail_of(const Voice& voice, const News& news) {
  const AlarmEvent& e = news.alert->event;
  std::string out;
  const auto add = [&out](const std::string& part) {
    if (!part.empty()) out += (out.empty() ? "" : " · ") + part;
  };
  if (e.value) add(number(*e.value) + (e.unit.empty() ? "" : ' ' + one_line(e.unit, 40)));
  if (e.limit) add(chosen(voice.language, "限值 ", "limit ") + number(*e.limit));
  if (e.level != Level::none && e.level != Level::on) add(std::string{to_text(e.level)});
  add(wall_clock(voice, e.at));
  if (role_of(e) == Role::closes) {
    add(chosen(voice.language, "持续 ", "lasted ") + span_text(voice, e.at - e.raised_at));
  }
  if (!e.comment.empty()) add('"' + one_line(e.comment, 200) + '"');
  add(one_line(e.group, 100));
  add(one_line(e.tag, 300));
  return out;
}

void add_lines(std::vector<std::string>& out, std::string_view text) {
  while (!text.empty() && out.size() < guidance_lines_max) {
    const std::size_t end = text.find('\n');
    const std::string line = one_line(text.substr(0, end), line_bytes_max);
    if (!line.empty()) out.push_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

}  // namespace

std::string one_line(std::string_view text, std::size_t bytes_max) {
  std::string out;
  while (!text.empty()) {
    const std::size_t good = std::min(first_not_utf8(text).value_or(text.size()), text.size());
    for (const char c : text.substr(0, good)) {
      const auto byte = static_cast<unsigned char>(c);
      out += byte < 0x20 || byte == 0x7F ? ' ' : c;
    }
    text.remove_prefix(good);
    if (text.empty()) break;
    out += "\xEF\xBF\xBD";
    text.remove_prefix(1);
  }
  if (out.size() <= bytes_max) return out;
  std::size_t end = bytes_max < 3 ? 0 : bytes_max - 3;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;
  return out.substr(0, end) + "…";
}

std::string first_characters(std::string_view text, std::size_t characters) {
  std::string line = one_line(text, text.size() * 3 + 3);
  std::size_t seen = 0;
  std::size_t before_last = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if ((static_cast<unsigned char>(line[at]) & 0xC0U) == 0x80U) continue;
    if (seen + 1 == characters) before_last = at;
    if (seen == characters) return line.substr(0, before_last) + "…";
    ++seen;
  }
  return line;
}

std::string chosen(Language language, std::string_view zh, std::string_view en) {
  if (language == Language::zh || en.empty()) return std::string{zh.empty() ? en : zh};
  if (language == Language::en || zh.empty() || zh == en) return std::string{en};
  return std::string{zh} + ' ' + std::string{en};
}

std::string_view symbol(Priority priority) {
  static constexpr std::array<std::string_view, 4> symbols{"●", "■", "◆", "▲"};
  return symbols.at(static_cast<std::size_t>(priority));
}

std::string wall_clock(const Voice& voice, Timestamp at) {
  const LocalTime local = voice.to_local(at);
  return two_digits(local.minute / 60U) + ':' + two_digits(local.minute % 60U) + ':' +
         two_digits(local.second);
}

std::string message_of(const Voice& voice, const AlarmEvent& event) {
  const std::string text =
      one_line(chosen(voice.language, event.message.zh, event.message.en), line_bytes_max);
  return test_mark(voice.language, event) +
         (text.empty() ? one_line(event.rule + ' ' + event.tag, line_bytes_max) : text);
}

std::string test_mark(Language language, const AlarmEvent& event) {
  return (event.flags & alarm_test) == 0 ? "" : chosen(language, "测试 · ", "TEST · ");
}

Wording words_of(const Voice& voice, const News& news) {
  Wording out;
  out.tone = tone_of(news);
  out.title = title_of(voice, news);
  out.detail = detail_of(voice, news);
  if (!news.announces()) return out;
  const Text& guidance = news.alert->event.guidance;
  if (voice.language != Language::en || guidance.en.empty()) add_lines(out.guidance, guidance.zh);
  if (voice.language != Language::zh || guidance.zh.empty()) {
    if (guidance.en != guidance.zh) add_lines(out.guidance, guidance.en);
  }
  return out;
}

std::string digest_title(const Voice& voice, const Tally& tally, bool flood) {
  const Language l = voice.language;
  std::string out = flood ? chosen(l, "报警泛滥 · ", "Alarm flood · ") : std::string{};
  out += chosen(l, "报警 " + std::to_string(tally.total()) + " 条",
                std::to_string(tally.total()) + " alarm news");
  for (std::size_t p = tally.by_priority.size(); p-- > 0;) {
    const std::uint64_t count = tally.by_priority.at(p);
    if (count != 0)
      out += ' ' + std::string{symbol(static_cast<Priority>(p))} + std::to_string(count);
  }
  return out + " · " + wall_clock(voice, tally.from) + "–" + wall_clock(voice, tally.to);
}

std::string and_more(const Voice& voice, std::uint64_t count) {
  const std::string n = std::to_string(count);
  return chosen(voice.language, "… 另 " + n + " 条", "… and " + n + " more");
}

std::string test_text(const Voice& voice, std::string_view receiver) {
  const std::string name{receiver};
  return chosen(voice.language, "测试消息：接收者 " + name + " 可以收到报警。",
                "Test: receiver " + name + " can be told of alarms.");
}

}  // namespace parkwatch::notify
