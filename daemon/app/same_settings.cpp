// daemon/app/same_settings.cpp - Compares values, not places.
#include "app/same_settings.h"

#include <algorithm>
#include <type_traits>

namespace parkwatch::app {
namespace {

bool same_value(const SettingsValue& a, const SettingsValue& b) {
  if (a.held.index() != b.held.index()) return false;
  return std::visit(
      [&b](const auto& left) {
        using Held = std::decay_t<decltype(left)>;
        const auto& right = std::get<Held>(b.held);
        if constexpr (std::is_same_v<Held, std::vector<SettingsValue>>) {
          return std::equal(left.begin(), left.end(), right.begin(), right.end(), same_value);
        } else if constexpr (std::is_same_v<Held, std::shared_ptr<SettingsTable>>) {
          return same_settings(*left, *right);
        } else {
          return left == right;
        }
      },
      a.held);
}

}  // namespace

bool same_settings(const SettingsTable& a, const SettingsTable& b) {
  if (a.entries.size() != b.entries.size()) return false;
  return std::all_of(a.entries.begin(), a.entries.end(), [&b](const auto& entry) {
    const auto found =
        std::find_if(b.entries.begin(), b.entries.end(),
                     [&entry](const auto& other) { return other.first == entry.first; });
    return found != b.entries.end() && same_value(entry.second, found->second);
  });
}

}  // namespace parkwatch::app
