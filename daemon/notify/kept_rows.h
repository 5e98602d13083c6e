// daemon/notify/kept_rows.h - The rows that the notifications keep in the store: words and numbers
// with a blank between them, so that anyone can read them with SQL. Pure.
//
//   cursor                                  the journal is routed up to this number
//   low                                     the journal is needed from this number on
//   flood                                   there is one
//   a/<id>                                  an alarm that somebody was told of (AlarmRecord)
//   q/<receiver>/<journal>/<step>.<repeat>  a notice that waits
//   o/<receiver>/<rule>/<tag>               an alert that it holds open (LeftOpen)
//   d/<receiver>                            notices that are only counted (Tally)
//   w/<receiver>/<endpoint>                 when the last messages went
//   x/<receiver>                            notices that were closed unsent
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notify/alarm_book.h"
#include "notify/left_open.h"
#include "notify/notice.h"

namespace parkwatch::notify {

inline constexpr std::string_view cursor_key = "cursor";
inline constexpr std::string_view low_key = "low";
inline constexpr std::string_view flood_key = "flood";

// The parts of a row; `at` gives the n-th or nothing.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char by);
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);

[[nodiscard]] std::string notice_key(std::string_view receiver, const News& notice);
[[nodiscard]] std::string notice_row(const News& notice);
// With the alert that `find` gives for its journal number. Empty: no such row.
using FindAlert = std::function<AlertPtr(std::uint64_t)>;
struct NewsRow {
  std::string receiver;
  News notice;
};
[[nodiscard]] std::optional<NewsRow> parse_notice(std::string_view key, std::string_view value,
                                                  const FindAlert& find);

[[nodiscard]] std::string alarm_key(std::uint64_t id);
[[nodiscard]] std::string alarm_row(const AlarmRecord& record, const NotifyPlan& plan);
[[nodiscard]] std::optional<AlarmRecord> parse_alarm(std::string_view key, std::string_view value,
                                                     const NotifyPlan& plan, const FindAlert& find);

[[nodiscard]] std::string left_open_key(std::string_view receiver, const LeftOpen::Alarm& alarm);
[[nodiscard]] std::string left_open_row(const LeftOpen::Alert& alert);
// Of such a key; a tag has any number of '/'.
[[nodiscard]] std::optional<LeftOpen::Alarm> parse_left_open_key(std::string_view key);
[[nodiscard]] std::optional<LeftOpen::Alert> parse_left_open(std::string_view value);

[[nodiscard]] std::string tally_row(const Tally& tally);
[[nodiscard]] std::optional<Tally> parse_tally(std::string_view value, const FindAlert& find);

[[nodiscard]] std::string times_row(const std::vector<Timestamp>& times);
[[nodiscard]] std::vector<Timestamp> parse_times(std::string_view value);

}  // namespace parkwatch::notify
