// daemon/model/action.cpp - Topics, filters and the last step of a payload.
#include "model/action.h"

#include <algorithm>

namespace parkwatch {
namespace {

// The first level of `rest`, which loses it and the '/' behind it; `more` says whether there was
// one.
std::string_view take_level(std::string_view& rest, bool& more) {
  const std::size_t slash = rest.find('/');
  more = slash != std::string_view::npos;
  const std::string_view level = rest.substr(0, slash);
  rest = more ? rest.substr(slash + 1) : std::string_view{};
  return level;
}

template <typename T>
bool is_one_of(const std::vector<T>& list, const T& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

bool ActionSpec::takes(Level level, Priority priority) const {
  return is_one_of(levels, level) && is_one_of(priorities, priority);
}

bool ActionPlan::allows(std::string_view topic) const {
  return std::any_of(allow.begin(), allow.end(),
                     [topic](const std::string& filter) { return topic_matches(filter, topic); });
}

const ActionSpec* ActionPlan::find(std::string_view id) const {
  const auto found = std::find_if(actions.begin(), actions.end(),
                                  [id](const ActionSpec& spec) { return spec.id == id; });
  return found == actions.end() ? nullptr : &*found;
}

std::string command_id(std::string_view park, std::string_view generation, std::uint64_t request) {
  return std::string{park} + '-' + std::string{generation} + '-' + std::to_string(request);
}

std::string final_payload(std::string_view payload, std::string_view id) {
  constexpr std::string_view place = "{id}";
  std::string out;
  for (std::size_t at = 0; at < payload.size(); ++at) {
    const char c = payload[at];
    const bool doubled = (c == '{' || c == '}') && at + 1 < payload.size() && payload[at + 1] == c;
    if (doubled) {
      out += c;
      ++at;
    } else if (payload.substr(at).starts_with(place)) {
      out += id;
      at += place.size() - 1;
    } else {
      out += c;
    }
  }
  return out;
}

bool is_topic_filter(std::string_view text) {
  if (text.empty() || text.size() > action_topic_bytes_max) return false;
  if (std::any_of(text.begin(), text.end(), is_control)) return false;
  for (bool more = true; more;) {
    const std::string_view level = take_level(text, more);
    if (level == "#") return !more;
    if (level != "+" && level.find_first_of("+#") != std::string_view::npos) return false;
  }
  return true;
}

bool is_topic_name(std::string_view text) {
  return !text.empty() && text.size() <= action_topic_bytes_max &&
         text.find_first_of("+#") == std::string_view::npos &&
         std::none_of(text.begin(), text.end(), is_control);
}

bool topic_matches(std::string_view filter, std::string_view topic) {
  // A wildcard does not take the server's own topics (MQTT 3.1.1, 4.7.2).
  if (topic.starts_with('$') && !filter.starts_with('$')) return false;
  for (;;) {
    bool more_filter = false;
    bool more_topic = false;
    const std::string_view wanted = take_level(filter, more_filter);
    if (wanted == "#") return true;
    const std::string_view level = take_level(topic, more_topic);
    if (wanted != "+" && wanted != level) return false;
    if (!more_topic) return !more_filter || filter == "#";
    if (!more_filter) return false;
  }
}

std::string action_tag(std::string_view id) { return "action/" + std::string{id}; }

}  // namespace parkwatch
