// daemon/notify/topics.cpp - Topic names. No state.
#include "notify/topics.h"

#include <cstdint>

#include "model/utf8.h"

namespace parkwatch::notify {
namespace {

constexpr std::string_view states_level = "alarm/";
constexpr std::string_view state_level = "/state";

struct CodePoint {
  std::uint32_t value;
  std::size_t bytes;
};

// REQUIRES: `text` is well-formed UTF-8 and not empty.
CodePoint first_code_point(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t value = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    value = (value << 6) | (static_cast<std::uint8_t>(text[i]) & 0x3FU);
  }
  return {value, bytes};
}

bool is_allowed(std::uint32_t c, bool levels) {
  if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return false;  // control characters
  if (c >= 0xFDD0 && c <= 0xFDEF) return false;            // non-characters
  if ((c & 0xFFFE) == 0xFFFE) return false;
  if (c == '/') return levels;
  return c != '+' && c != '#';
}

}  // namespace

std::string topic_part(std::string_view text, bool levels) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t good = first_not_utf8(text).value_or(text.size());
    std::string_view run = text.substr(0, good);
    while (!run.empty()) {
      const CodePoint c = first_code_point(run);
      if (is_allowed(c.value, levels)) {
        out.append(run.substr(0, c.bytes));
      } else {
        out += '_';
      }
      run.remove_prefix(c.bytes);
    }
    text.remove_prefix(good);
    if (text.empty()) break;
    out += '_';
    text.remove_prefix(1);
  }
  return out.empty() ? "_" : out;
}

Topics::Topics(std::string_view park) : root_("parkwatch/v1/" + topic_part(park, false) + '/') {}

std::string Topics::state(std::string_view rule, std::string_view tag) const {
  std::string topic = root_;
  topic += states_level;
  topic += topic_part(rule, false);
  topic += '/';
  topic += topic_part(tag, true);
  topic += state_level;
  return topic;
}

std::string Topics::event(Priority priority, std::string_view group) const {
  std::string topic = root_ + "event/";
  topic += to_text(priority);
  topic += '/';
  topic += topic_part(group, false);
  return topic;
}

std::string Topics::online() const { return root_ + "online"; }

std::string Topics::summary() const { return root_ + "summary"; }
std::string Topics::sounder() const { return root_ + "sounder"; }

std::string Topics::states_filter() const { return root_ + "alarm/+/#"; }

bool Topics::is_state(std::string_view topic) const {
  if (!topic.starts_with(root_)) return false;
  topic.remove_prefix(root_.size());
  if (!topic.starts_with(states_level) || !topic.ends_with(state_level)) return false;
  topic.remove_prefix(states_level.size());
  if (topic.size() <= state_level.size()) return false;
  topic.remove_suffix(state_level.size());
  const std::size_t slash = topic.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < topic.size();
}

}  // namespace parkwatch::notify
