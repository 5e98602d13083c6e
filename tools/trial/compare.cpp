// tools/trial/compare.cpp - Pairs what was with what is.
#include "tools/trial/compare.h"

#include <algorithm>
#include <map>
#include <set>

#include "model/diagnostic.h"

namespace parkwatch::trial {
namespace {

using alarms::Activation;

// Activations by (rule, tag), in the order of their raises.
using ByAlarm = std::map<std::pair<std::string, std::string>, std::vector<const Activation*>>;

ByAlarm by_alarm(const std::vector<Activation>& all) {
  ByAlarm map;
  for (const Activation& a : all) map[{a.rule, a.tag}].push_back(&a);
  return map;
}

bool overlap(const Activation& a, const Activation& b) {
  return (!a.ended || b.raised <= *a.ended) && (!b.ended || a.raised <= *b.ended);
}

std::string why_it_mattered(const Activation& a) {
  if (!a.comment.empty()) return "acknowledged with a note by " + a.author;
  if (a.priority >= Priority::high) return std::string{to_text(a.priority)};
  return {};
}

// Alarms about what the daemon did, not about what the plant said: a backtest, which does nothing,
// cannot have them.
bool is_about_the_daemon(const Activation& a) {
  return a.rule == rule_action_unconfirmed || a.rule == rule_delivery_failed ||
         a.rule == rule_store_fault || a.rule == rule_configuration_fault;
}

// What is hidden all the while tells nobody, unless it was so before.
bool is_told(const Activation& was, const Activation& is) { return is.shown || !was.shown; }

class Comparer {
 public:
  Comparer(const std::vector<AlarmEvent>& was, const std::vector<AlarmEvent>& is, Timestamp from,
           Timestamp to)
      : was_(alarms::activations_of(was)), is_(alarms::activations_of(is)), from_(from), to_(to) {
    std::erase_if(was_, is_about_the_daemon);
    out_.was = alarms::kpi_of(was_, from, to);
    out_.is = alarms::kpi_of(is_, from, to);
  }

  RulesCompared run() {
    count();
    pair();
    add_kpis();
    for (auto& [rule, row] : rows_) out_.rules.push_back(std::move(row));
    return std::move(out_);
  }

 private:
  RuleComparison& row(const std::string& rule) {
    RuleComparison& found = rows_[rule];
    found.rule = rule;
    return found;
  }
  [[nodiscard]] bool counts(const Activation& a) const {
    return a.journal != 0 && a.raised >= from_ && a.raised < to_;
  }

  void count() {
    for (const Activation& a : was_) {
      old_rules_.insert(a.rule);
      if (counts(a)) ++row(a.rule).was;
    }
    for (const Activation& a : is_) {
      if (counts(a)) ++row(a.rule).is;
    }
    const double days = static_cast<double>((to_ - from_).count()) / 86'400e6;
    for (auto& [rule, one] : rows_) {
      one.per_day = static_cast<double>(one.is) / days;
      set_top_tag(one, one.is > 0 ? is_ : was_);
      set_active(one);
    }
  }

  void set_top_tag(RuleComparison& one, const std::vector<Activation>& all) const {
    std::map<std::string, std::size_t> tags;
    for (const Activation& a : all) {
      if (a.rule == one.rule && counts(a)) ++tags[a.tag];
    }
    const auto most = std::max_element(
        tags.begin(), tags.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most != tags.end()) one.top_tag = most->first;
  }

  void set_active(RuleComparison& one) const {
    std::set<std::string> tags;
    Duration active{0};
    for (const Activation& a : is_) {
      if (a.rule != one.rule) continue;
      tags.insert(a.tag);
      active +=
          std::max(Duration{0}, std::min(a.ended.value_or(to_), to_) - std::max(a.raised, from_));
    }
    if (tags.empty()) return;
    one.active = static_cast<double>(active.count()) /
                 (static_cast<double>((to_ - from_).count()) * static_cast<double>(tags.size()));
  }

  void pair() {
    const ByAlarm is = by_alarm(is_);
    std::map<std::string, std::pair<Duration, int>> earlier;
    for (const Activation& a : was_) {
      if (!counts(a)) continue;
      const Activation* same = overlapping(is, a.rule, a);
      if (same != nullptr && same->journal != 0) {
        auto& [sum, pairs] = earlier[a.rule];
        sum += a.raised - same->raised;
        ++pairs;
      }
      const std::string why = why_it_mattered(a);
      if (why.empty() || (same != nullptr && is_told(a, *same)) || replaced(a)) continue;
      ++row(a.rule).missed;
      out_.missed.push_back({a, why});
    }
    for (const auto& [rule, sum] : earlier) row(rule).earlier = sum.first / sum.second;
  }

  static const Activation* overlapping(const ByAlarm& is, const std::string& rule,
                                       const Activation& a) {
    const auto found = is.find({rule, a.tag});
    if (found == is.end()) return nullptr;
    const Activation* first = nullptr;
    for (const Activation* one : found->second) {
      if (!overlap(*one, a)) continue;
      if (is_told(a, *one)) return one;
      if (first == nullptr) first = one;
    }
    return first;
  }
  // By a rule that was not there before, or has another name now.
  [[nodiscard]] bool replaced(const Activation& a) const {
    return std::any_of(is_.begin(), is_.end(), [&](const Activation& one) {
      return one.tag == a.tag && !old_rules_.contains(one.rule) && overlap(one, a) &&
             is_told(a, one);
    });
  }

  void add_kpis() {
    for (const alarms::AlarmCount& one : out_.is.chattering) row(one.rule).chatter += one.count;
    for (const alarms::Flood& flood : out_.is.floods) {
      std::set<std::string> rules;
      for (const Activation& a : is_) {
        if (a.raised >= flood.from - alarms::window_length && a.raised < flood.to) {
          rules.insert(a.rule);
        }
      }
      for (const std::string& rule : rules) ++row(rule).floods;
    }
  }

  std::vector<Activation> was_;
  std::vector<Activation> is_;
  Timestamp from_;
  Timestamp to_;
  std::set<std::string> old_rules_;
  std::map<std::string, RuleComparison> rows_;
  RulesCompared out_;
};

}  // namespace

RulesCompared compare(const std::vector<AlarmEvent>& was, const std::vector<AlarmEvent>& is,
                      Timestamp from, Timestamp to) {
  return Comparer{was, is, from, to}.run();
}

}  // namespace parkwatch::trial
