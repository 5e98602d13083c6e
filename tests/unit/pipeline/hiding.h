// tests/unit/pipeline/hiding.h - Who is told of an alarm while something hides it at times: plain
// loops over the whole series.
#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "model/alarm_event.h"
#include "tests/support/reference/reference.h"

namespace parkwatch::test {

using Spans = std::vector<std::pair<Timestamp, Timestamp>>;
using Notices = std::vector<std::pair<Timestamp, bool>>;  // when; opens, or closes

inline bool is_in(const Spans& spans, Timestamp t) {
  return std::any_of(spans.begin(), spans.end(),
                     [t](const auto& span) { return span.first <= t && t < span.second; });
}

// A raise in sight opens, and so does the end of hiding while it stands.
inline Notices notices_of(const reference::Changes& changes, const Spans& hidden, Timestamp end) {
  std::multimap<Timestamp, std::optional<Level>> moments;
  for (const auto& span : hidden) moments.emplace(span.second, std::nullopt);
  for (const reference::Change& change : changes) moments.emplace(change.at, change.level);
  Notices notices;
  bool open = false;
  Level level = Level::none;
  for (const auto& [at, changed] : moments) {
    if (at > end) break;
    level = changed.value_or(level);
    const bool opens = !open && level != Level::none && !is_in(hidden, at);
    const bool closes = open && level == Level::none;
    if (opens || closes) notices.emplace_back(at, open = opens);
  }
  return notices;
}

// Of what a run gave out for one rule.
inline Notices notices_in(const std::vector<AlarmEvent>& transitions, const std::string& rule) {
  Notices notices;
  for (const AlarmEvent& e : transitions) {
    const bool tells = e.notice == Notice::opens || e.notice == Notice::closes;
    if (e.rule == rule && tells) notices.emplace_back(e.at, e.notice == Notice::opens);
  }
  return notices;
}

}  // namespace parkwatch::test
