// daemon/notify/held_alerts.h - What a pushed-to Alertmanager should hold: it forgets what is not
// said again. Pure: time is an argument.
#pragma once
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "notify/notice.h"

namespace parkwatch::notify {

// Active alerts are said again this often; ended ones for so long after their end
// (Alertmanager: docs/alerts_api.md, docs/clients.md).
inline constexpr Duration repeat_alerts_every = std::chrono::minutes{1};
inline constexpr Duration repeat_ended_for = std::chrono::minutes{5};

class HeldAlerts {
 public:
  // What a notice changes, whether or not it is ever sent. An alarm whose level or priority changed
  // is another alert there, since these are labels: the old one ends.
  void apply(const News& notice);
  // What these are about, each once and as it is now.
  [[nodiscard]] std::vector<HeldAlert> now_of(const std::vector<News>& notices) const;
  // It is active, as an earlier run has told.
  void hold(const AlertPtr& alert, Face face, Timestamp since);
  // The clock was set by so much. What is said of the past says it by the new one.
  void shift(Duration by);
  // At most `at_most` after those of the last call, in turn; empty: that was all of this round.
  [[nodiscard]] std::vector<HeldAlert> next(Timestamp now, std::size_t at_most);
  [[nodiscard]] std::size_t size() const { return alerts_.size(); }

 private:
  void set(const std::string& identity, const HeldAlert& held);
  // What ended long enough ago. Thousands may be active: it never looks through them.
  void forget(Timestamp now);

  std::map<std::string, HeldAlert> alerts_;            // by identity of the labels
  std::set<std::pair<Timestamp, std::string>> ended_;  // of alerts_, by their ends
  std::string said_;                                   // next() gave those up to here
};

}  // namespace parkwatch::notify
