// daemon/report/words.cpp - See the header. No state.
#include "report/words.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace parkwatch::report {
namespace {

using Pair = std::pair<const char*, const char*>;

constexpr std::array priorities{Pair{"critical", "紧急"}, Pair{"high", "高"}, Pair{"medium", "中"},
                                Pair{"low", "低"}};
constexpr std::array states{
    Pair{"normal", "正常"}, Pair{"unacknowledged", "未确认"}, Pair{"acknowledged", "已确认"},
    Pair{"returned_unacknowledged", "已返回未确认"}, Pair{"latched", "已锁存"}};

template <std::size_t N>
std::string chosen(const std::array<Pair, N>& known, const std::string& word,
                   const ViewStyle& style) {
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const Pair& pair) { return word == pair.first; });
  return style.chinese && found != known.end() ? found->second : word;
}

}  // namespace

std::string priority_word(const std::string& word, const ViewStyle& style) {
  return chosen(priorities, word, style);
}

std::string state_word(const std::string& word, const ViewStyle& style) {
  return chosen(states, word, style);
}

std::string fixed_text(double number, int places) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.*f", places, number);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string percent_text(double share) { return fixed_text(100 * share, 1) + " %"; }

}  // namespace parkwatch::report
