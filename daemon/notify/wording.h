// daemon/notify/wording.h - What people read: the words of a notice in Chinese and English, as
// plain lines. No markup; the senders of each kind add theirs. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "notify/notice.h"
#include "notify/routing.h"

namespace parkwatch::notify {

// Whose words these are, and in which clock.
struct Voice {
  std::string park;
  Language language = Language::zh;
  ToLocal to_local;
};

// One notice, or a part of a digest, line by line.
struct Wording {
  // What colour it has: by priority while it announces, else green or grey.
  enum class Tone : std::uint8_t { critical, high, medium, low, over, quiet };
  Tone tone = Tone::quiet;
  std::string title;   // "◆ 高 · 液位高高", with "升级 2/3" or "已恢复" in front
  std::string detail;  // value, limit, time, group, tag
  std::vector<std::string> guidance;  // of what announces
};

// `text` on one line: control characters become blanks, bytes that are not UTF-8 U+FFFD; cut at a
// character to `bytes_max` with a "…".
[[nodiscard]] std::string one_line(std::string_view text, std::size_t bytes_max);
// At most `characters` characters, the last one "…" if it was cut.
[[nodiscard]] std::string first_characters(std::string_view text, std::size_t characters);

[[nodiscard]] std::string_view symbol(Priority priority);                // ▲ ◆ ■ ●
[[nodiscard]] std::string wall_clock(const Voice& voice, Timestamp at);  // "14:03:22"
// "TEST · " before what rests on the test value of a loop check.
[[nodiscard]] std::string test_mark(Language language, const AlarmEvent& event);
// The alarm's message in the voice's language; rule and tag when it has none.
[[nodiscard]] std::string message_of(const Voice& voice, const AlarmEvent& event);

[[nodiscard]] Wording words_of(const Voice& voice, const News& news);
// "报警 37 条 ▲1 ◆22 ■3 ●11 · 14:03:22–14:05:10"
[[nodiscard]] std::string digest_title(const Voice& voice, const Tally& tally, bool flood);
// "… 另 23 条"
[[nodiscard]] std::string and_more(const Voice& voice, std::uint64_t count);
[[nodiscard]] std::string test_text(const Voice& voice, std::string_view receiver);
// One of two texts, or both with a blank between them.
[[nodiscard]] std::string chosen(Language language, std::string_view zh, std::string_view en);

}  // namespace parkwatch::notify
