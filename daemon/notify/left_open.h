// daemon/notify/left_open.h - Alerts that a program holds open though its alarm has other labels
// by now, since the news of that never reached it. Pure.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "notify/notice.h"

namespace parkwatch::notify {

class LeftOpen {
 public:
  using Alarm = std::pair<std::string, std::string>;  // rule, tag
  struct Alert {
    Face face;
    Timestamp since;  // it has this face
    bool operator==(const Alert&) const = default;
  };
  // What is to be kept; nothing: it is open no more.
  using Changed = std::vector<std::pair<Alarm, std::optional<Alert>>>;

  // Will not be told, and is the first of its alarm that was not: what it would have ended stays
  // open.
  void lost(const News& end);
  // About to be sent: the first news of such an alarm end what is open there.
  void make_up_for(std::vector<News>& notices) const;
  void told(const std::vector<News>& notices);
  void restore(Alarm alarm, Alert alert) { open_.emplace(std::move(alarm), alert); }
  // Since the last call.
  [[nodiscard]] Changed changes();

 private:
  std::map<Alarm, Alert> open_;
  std::set<Alarm> touched_;
};

}  // namespace parkwatch::notify
