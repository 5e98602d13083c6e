// daemon/report/words.cpp - See the header. No state.
#include "report/words.h"

#include <array>
#include <cstdio>

#include "model/alarm_event.h"
#include "model/rule.h"

namespace parkwatch::report {
namespace {

template <typename Known>
std::string chosen(const Known& known, const std::string& word, const ViewStyle& style) {
  return style.chinese && known ? words_of(*known).zh : word;
}

}  // namespace

std::string priority_word(const std::string& word, const ViewStyle& style) {
  return chosen(parse_priority(word), word, style);
}

std::string state_word(const std::string& word, const ViewStyle& style) {
  return chosen(parse_alarm_state(word), word, style);
}

std::string fixed_text(double number, int places) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.*f", places, number);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string percent_text(double share) { return fixed_text(100 * share, 1) + " %"; }

}  // namespace parkwatch::report
