// daemon/alarms/maintenance.h - Maintenance windows: what is worked on, so that its alarms are no
// news. Pure.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "alarms/memory.h"

namespace parkwatch::alarms {

inline constexpr std::size_t windows_max = 1000;
inline constexpr Duration window_length_max = std::chrono::hours{24 * 31};

struct Window {
  std::uint64_t id = 0;  // journal number of the row that began or planned it
  std::string group;     // of alarms; empty: any
  std::string tags;      // a pattern; empty: any
  Timestamp from;
  Timestamp until;  // later than `from`
  std::string author;
  std::string reason;
  bool started = false;
  bool operator==(const Window&) const = default;
};

class Maintenance {
 public:
  void add(Window window) { windows_.insert_or_assign(window.id, std::move(window)); }
  void erase(std::uint64_t id) { windows_.erase(id); }
  // Null: there is none.
  [[nodiscard]] Window* find(std::uint64_t id);
  // Whether a started window covers an alarm.
  [[nodiscard]] bool covers(std::string_view group, std::string_view tag) const;
  // The window whose beginning or end comes first; null without any.
  [[nodiscard]] Window* next();
  [[nodiscard]] Timestamp next_due() const;
  [[nodiscard]] const std::map<std::uint64_t, Window>& all() const { return windows_; }

 private:
  std::map<std::uint64_t, Window> windows_;
};

}  // namespace parkwatch::alarms
