// daemon/notify/alarm_counts.cpp - See the header.
#include "notify/alarm_counts.h"

#include <limits>

namespace parkwatch::notify {
namespace {

constexpr std::array<AlarmState, 4> shown_states{
    AlarmState::unacknowledged, AlarmState::acknowledged, AlarmState::returned_unacknowledged,
    AlarmState::latched};
constexpr std::array<Priority, 4> shown_priorities{Priority::critical, Priority::high,
                                                   Priority::medium, Priority::low};

// What no journal holds sounds until it is over.
constexpr std::uint64_t not_journaled = std::numeric_limits<std::uint64_t>::max();

bool is_unacknowledged(AlarmState state) {
  return state == AlarmState::unacknowledged || state == AlarmState::returned_unacknowledged;
}

void add(std::string& out, std::string_view key, std::uint64_t value) {
  out += '"';
  out += key;
  out += "\":" + std::to_string(value);
}

}  // namespace

void AlarmCounts::count(const Standing& standing, bool up) {
  const auto add_one = [up](std::uint64_t& number) { number += up ? 1 : std::uint64_t{0} - 1; };
  const auto priority = static_cast<std::size_t>(standing.priority);
  if (standing.hidden) {
    add_one(hidden_);
    return;
  }
  add_one(by_state_.at(priority).at(static_cast<std::size_t>(standing.state)));
  if (sounds(standing)) add_one(sounding_.at(priority));
}

void AlarmCounts::changed(const AlarmEvent& event) {
  if (event.kind == TransitionKind::flood_started) flood_ = true;
  if (event.kind == TransitionKind::flood_ended) flood_ = false;
  if (event.kind == TransitionKind::silenced) {
    silenced_ = event.journal;
    sounding_.fill(0);
    for (const auto& [key, standing] : standing_) {
      if (sounds(standing)) ++sounding_.at(static_cast<std::size_t>(standing.priority));
    }
  }
  if (is_record_rule(event.rule)) return;
  const Key key{event.rule, event.tag};
  if (const auto before = standing_.find(key); before != standing_.end()) {
    count(before->second, false);
    standing_.erase(before);
  }
  if (event.state == AlarmState::normal || event.kind == TransitionKind::removed) return;
  Standing now;
  now.priority = event.priority;
  now.state = event.state;
  now.hidden = is_hidden(event);
  if (is_unacknowledged(event.state)) {
    now.sounded = event.sounded != 0 ? event.sounded : event.occurrence;
    if (event.journal == 0) now.sounded = not_journaled;
  }
  count(now, true);
  standing_.emplace(key, now);
}

std::string AlarmCounts::summary() const {
  std::string out = "{";
  for (const Priority priority : shown_priorities) {
    out += '"' + std::string{to_text(priority)} + "\":{";
    const auto& states = by_state_.at(static_cast<std::size_t>(priority));
    for (const AlarmState state : shown_states) {
      if (state != shown_states.front()) out += ',';
      add(out, to_text(state), states.at(static_cast<std::size_t>(state)));
    }
    out += "},";
  }
  add(out, "hidden", hidden_);
  return out + ",\"flood\":" + (flood_ ? "true}" : "false}");
}

std::string AlarmCounts::sounder() const {
  for (const Priority priority : shown_priorities) {
    if (sounding_.at(static_cast<std::size_t>(priority)) == 0) continue;
    std::string out = "{\"sounding\":true,\"priority\":\"" + std::string{to_text(priority)} + "\",";
    add(out, "alarms", sounding_.at(static_cast<std::size_t>(priority)));
    return out + '}';
  }
  return R"({"sounding":false,"priority":"","alarms":0})";
}

}  // namespace parkwatch::notify
