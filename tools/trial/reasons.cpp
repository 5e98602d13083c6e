// tools/trial/reasons.cpp - What is known of an alarm, as sentences.
#include <algorithm>

#include "model/settings.h"
#include "tools/trial/explain.h"

namespace parkwatch::trial {
namespace {

Text operator+(const Text& a, const Text& b) { return {a.zh + b.zh, a.en + b.en}; }
Text same(std::string_view text) { return {std::string{text}, std::string{text}}; }
Text number(double value) { return same(to_text(Value{value})); }

Text seconds(Duration time) {
  return same(to_text(std::chrono::duration_cast<Duration>(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::max(time, Duration{0})))));
}

Text limit_text(const Limit& limit) {
  if (limit.level == Level::on) return {"条件", "the condition"};
  return same(to_text(limit.level)) + same(" = ") + number(limit.at);
}

Text active_text(const Limit& limit) {
  Text text = limit_text(limit) + Text{" 已越限，级别有效", " is passed: the level is active"};
  if (limit.deadband <= 0) return text;
  const bool high = limit.level >= Level::high;
  const double back = limit.at + (high ? -1 : 1) * limit.deadband;
  return text +
         (high ? Text{"，直到信号低于 ", " until the signal is below "}
               : Text{"，直到信号高于 ", " until the signal is above "}) +
         number(back);
}

Text delay_text(const Text& what, const ExplainedLevel& level, const Text& delay, Duration whole) {
  const Text left = seconds(level.left.value_or(Duration{0}));
  return what + Text{"；", "; "} + Text{"", left.en + " of its "} + delay + same(" (") +
         same(to_text(whole)) + same(")") + Text{"尚余 " + left.zh, " are left"};
}

Text reason_of(const ExplainedLevel& level) {
  const Text limit = limit_text(level.limit);
  if (level.held) {
    return limit +
           Text{"：数据不可信，延时暂停，尚余 ",
                ": its delay stands still while the data is bad, "} +
           seconds(*level.left) + Text{"", " are left"};
  }
  if (level.in && !level.active) {
    return delay_text(limit + Text{" 已越限", " is passed"}, level, {"报警延时", "on-delay"},
                      level.limit.on_delay);
  }
  if (level.in) return active_text(level.limit);
  if (level.active) {
    return delay_text(limit + Text{" 不再越限", " is no longer passed"}, level,
                      {"恢复延时", "off-delay"}, level.limit.off_delay);
  }
  return limit + Text{" 未越限", " is not passed"};
}

Text count_reason(const AlarmSpec& alarm, const ExplainedLevel& level) {
  const std::string within = to_text(alarm.count_within);
  const std::string passed = std::to_string(level.passings);
  const std::string times = std::to_string(alarm.count_times);
  return limit_text(level.limit) +
         Text{"：" + within + " 内越限 " + passed + " 次，满 " + times + " 次即报警，不等延时",
              ": passed " + passed + " times within " + within + "; " + times +
                  " times count at once, without the on-delay"};
}

Text quality_text(const Reading& r) {
  if (r.quality == Quality::good) return {};
  const std::string_view reason = r.reason == QualityReason::none ? "" : to_text(r.reason);
  return same(", ") + same(to_text(r.quality)) + same(reason.empty() ? "" : " ") + same(reason);
}

// "a/b/pump is 0", and what makes it worthless.
Text text_of(const ExplainedTag& tag) {
  if (tag.check) {
    return same(tag.tag) + Text{" 的试验值为 ", " has the test value "} + number(tag.check->value);
  }
  if (!tag.newest) return same(tag.tag) + Text{" 从未有数据", " was never seen"};
  return same(tag.tag) + Text{" 为 ", " is "} + same(to_text(tag.newest->value)) +
         quality_text(*tag.newest);
}

Text list_of(const std::vector<ExplainedTag>& tags) {
  Text list;
  for (const ExplainedTag& tag : tags) {
    if (!list.en.empty()) list = list + Text{"；", "; "};
    list = list + text_of(tag);
  }
  return same(" (") + list + same(")");
}

Text guard_reason(const Explained& e) {
  const Text expression = same(filled_from_tag_name(e.rule.alarm.suppress_when, e.tag.name));
  const Text operands = list_of(e.guard);
  if (e.by_design) return Text{"被设计抑制：", "suppressed by "} + expression + operands;
  if (e.recheck) {
    const std::string until = to_rfc3339(*e.recheck);
    const std::string recheck = to_text(e.rule.alarm.recheck);
    return Text{"抑制到 " + until + "（复检 " + recheck + "），此前 ",
                "suppressed until " + until + ", the recheck (" + recheck + ") after "} +
           expression + operands;
  }
  return Text{"未抑制：", "not suppressed: "} + expression +
         Text{" 不成立，或其数据不可用", " does not hold, or its data does not count"} + operands;
}

Text hold_text(const Text& what, const Hold& hold) {
  Text text = what;
  if (hold.until) text = text + Text{"，至 ", " until "} + same(to_rfc3339(*hold.until));
  if (hold.one_shot) text = text + Text{"或恢复为止", " or until it returns"};
  return text + Text{"，", " by "} + same(hold.author) + Text{"：", ": "} + same(hold.reason);
}

void add_hidden(const Explained& e, std::vector<Text>& reasons) {
  if (!e.guard.empty()) reasons.push_back(guard_reason(e));
  const AlarmEvent* last = e.decisions.empty() ? nullptr : &e.decisions.back();
  if (last != nullptr && (e.hidden & alarm_shelved) != 0 && last->shelving) {
    reasons.push_back(hold_text({"已搁置", "shelved"}, *last->shelving));
  }
  if (last != nullptr && (e.hidden & alarm_out_of_service) != 0 && last->service) {
    reasons.push_back(hold_text({"已停用", "out of service"}, *last->service));
  }
  if (!e.tag.commissioned) {
    reasons.push_back({"该点位尚未投用", "its tag is not commissioned"});
  }
  if ((e.hidden & alarm_maintenance) != 0) {
    reasons.push_back({"处于检修窗口内", "a maintenance window covers it"});
  }
  if (e.hidden != 0) {
    reasons.push_back({"因此只判断、记入日志，不通知任何人",
                       "so it is evaluated and journaled, and nobody is told"});
  }
}

std::string clock_text(Duration of_day) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(of_day).count();
  const auto two = [](auto n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return two(minutes / 60) + ':' + two(minutes % 60);
}

Text validity_text(const RuleSpec& rule) {
  std::vector<Text> parts;
  if (!rule.shifts.empty()) {
    std::string names;
    for (const std::string& name : rule.shifts) names += (names.empty() ? "" : ", ") + name;
    parts.push_back({"班次 " + names, "in the shifts " + names});
  }
  if (rule.hours) {
    const std::string from = clock_text(rule.hours->from);
    const std::string to = clock_text(rule.hours->to);
    parts.push_back({"每日 " + from + " 至 " + to, "from " + from + " to " + to});
  }
  if (rule.valid_from > timestamp_min) {
    parts.push_back(Text{"自 ", "from "} + same(to_rfc3339(rule.valid_from)) + Text{" 起", " on"});
  }
  if (rule.valid_to < timestamp_max) {
    parts.push_back(Text{"至 ", "before "} + same(to_rfc3339(rule.valid_to)));
  }
  Text all;
  for (const Text& part : parts) all = all + (all.en.empty() ? part : Text{"，", ", "} + part);
  return all;
}

Text phase_reason(const Explained& e) {
  const Text when =
      Text{"规则现在不生效：只在", "not in force now: it judges only "} + validity_text(e.rule);
  if (e.phase.phase == pipeline::Phase::after) return when + Text{"，已经结束", ", which is over"};
  return when + Text{"，下次自 ", "; next from "} + same(to_rfc3339(e.phase.until)) +
         Text{" 起", " on"};
}

Text check_reason(const pipeline::LoopCheck& check) {
  return Text{"按试验值 ", "a test value is judged, not the readings: "} + number(check.value) +
         Text{" 判断，不看实际读数，至 ", " until "} + same(to_rfc3339(check.until)) +
         Text{"，", " by "} + same(check.author) + Text{"：", ": "} + same(check.reason);
}

// "open, shut": words where the tag has some.
std::string states_text(const Tag& tag, const std::vector<double>& states) {
  std::string list;
  for (const double state : states) {
    std::string word = to_text(Value{state});
    for (const EnumEntry& entry : tag.enumeration) {
      if (static_cast<double>(entry.number) == state) word += " " + entry.word;
    }
    list += (list.empty() ? "" : ", ") + word;
  }
  return list;
}

std::string aggregate_of(const RuleSpec& rule) {
  const WindowSpec& window = rule.window;
  const std::string length =
      window.period == Period::fixed ? to_text(window.length) : std::string{to_text(window.period)};
  return std::string{to_text(window.aggregate)} + " (" + length + ")";
}

// What the signal of a kind is: before its value.
Text name_of_signal(const RuleSpec& rule) {
  const std::string over = to_text(rule.over);
  switch (rule.kind) {
    case RuleKind::rate:
      return {over + " 内的变化率", "the slope over " + over};
    case RuleKind::window:
    case RuleKind::cumulative:
      return {"至今的 " + aggregate_of(rule), "so far the " + aggregate_of(rule)};
    case RuleKind::forecast:
      return Text{"到达 ", "the time until "} + number(rule.target) +
             Text{" 的时间", " is reached"};
    case RuleKind::drift:
      return {"漂移累计", "the sum of the drift"};
    case RuleKind::repeat:
      return {to_text(rule.within) + " 内的次数", "the count within " + to_text(rule.within)};
    case RuleKind::stale:
      return {"无数据已", "the silence"};
    case RuleKind::deviation:
      return {"偏差", "the distance"};
    case RuleKind::balance:
      return {"差额", "the sum"};
    case RuleKind::vote:
      return {"表决数", "the number of votes"};
    default:
      return {"值", "the value"};
  }
}

// What a count or a silence must be to count.
Text need_of(const RuleSpec& rule) {
  if (rule.kind == RuleKind::vote || rule.kind == RuleKind::repeat) {
    const std::string times = std::to_string(rule.times);
    return {"，满 " + times + " 报警", "; " + times + " are an alarm"};
  }
  if (rule.kind != RuleKind::stale) return {};
  const std::string after = to_text(rule.after);
  return {"，满 " + after + " 报警", "; " + after + " are an alarm"};
}

Text condition_reason(const Explained& e) {
  const bool holds = *e.signal.value != 0;
  if (e.rule.kind == RuleKind::expr) {
    return same(e.rule.expression) +
           (holds ? Text{" 成立", " holds"} : Text{" 不成立", " does not hold"});
  }
  const std::string by = to_text(Value{e.rule.tolerance});
  return holds ? Text{"与指令相差超过 " + by, "it is apart from its command by more than " + by}
               : Text{"与指令一致（容差 " + by + "）",
                      "it agrees with its command (tolerance " + by + ")"};
}

Text signal_text(const Explained& e) {
  const RuleSpec& rule = e.rule;
  if (rule.kind == RuleKind::expr || rule.kind == RuleKind::mismatch) return condition_reason(e);
  const std::string unit = e.signal.unit.empty() ? "" : ' ' + e.signal.unit;
  Text text = name_of_signal(rule) + Text{"为 ", " is "} + number(*e.signal.value) + same(unit);
  if (rule.kind == RuleKind::state) {
    const std::string states = states_text(e.tag, rule.states);
    return text + Text{"，报警状态：" + states, "; alarming: " + states};
  }
  return text + need_of(rule);
}

// Bad and missing operands are told by their names.
Text no_verdict(const Explained& e) {
  const Text none{"暂不能判断", "no verdict"};
  std::vector<ExplainedTag> useless;
  for (const ExplainedTag& operand : e.signal.operands) {
    if (!operand.value()) useless.push_back(operand);
  }
  if (!useless.empty()) return none + Text{"，缺", ", for want of"} + list_of(useless);
  if (!e.signal.operands.empty()) return none + Text{"：结果不是数值", ": the result is no number"};
  return none + Text{"：可信读数尚不够", ": too few good readings yet"};
}

void add_signal(const Explained& e, std::vector<Text>& reasons) {
  const bool told = e.rule.kind == RuleKind::limit;  // the value itself
  const bool unusable = e.rule.kind == RuleKind::state && !e.signal.value;
  if (!told && !unusable) {
    Text text = e.signal.value ? signal_text(e) : no_verdict(e);
    if (!e.signal.operands.empty()) text = text + Text{"：", ":"} + list_of(e.signal.operands);
    reasons.push_back(std::move(text));
  }
  if (e.signal.closed) {
    reasons.push_back(Text{"上一完整时段为 ", "the last whole one gave "} +
                      number(*e.signal.closed) + same(' ' + e.signal.unit));
  }
}

// Of kinds of one tag.
void add_reading(const Explained& e, std::vector<Text>& reasons) {
  if (e.check || is_of_several(e.rule.kind)) return;
  if (!e.newest) {
    reasons.push_back(
        {"该点位尚无读数，无从判断", "no reading of the tag has come yet: nothing can be said"});
  } else if (e.newest->quality == Quality::bad) {
    const std::string reason{to_text(e.newest->reason)};
    reasons.push_back(
        {"数据不可信（" + reason + "）：既不触发也不消除报警",
         "the data is bad (" + reason + "): it neither raises nor clears this alarm"});
  } else if (e.newest->reason == QualityReason::first_value) {
    reasons.push_back({"最新读数由代理服务器保存，时间不明，不参与判断",
                       "the newest reading was kept by the broker, of unknown age: no rule "
                       "judges it"});
  } else if ((e.newest->flags & reading_historical) != 0) {
    reasons.push_back(
        {"最新读数是历史数据，不触发报警", "the newest reading is historical: it never alarms"});
  }
}

Text standing_reason(const Explained& e) {
  if (!e.standing) return {"报警正常", "the alarm is normal"};
  const std::string since = to_rfc3339(e.standing->raised_at);
  const std::string occurrence = std::to_string(e.standing->occurrence);
  return Text{"报警", "the alarm is "} + words_of(e.standing->state) +
         Text{"，始于 " + since + "，第 " + occurrence + " 号",
              " since " + since + ", occurrence " + occurrence};
}

void add_rule(const Explained& e, std::vector<Text>& reasons) {
  if (e.check) reasons.push_back(check_reason(*e.check));
  add_reading(e, reasons);
  if (e.phase.phase != pipeline::Phase::in_force) {
    reasons.push_back(phase_reason(e));
    return;
  }
  add_signal(e, reasons);
  for (const ExplainedLevel& level : e.levels) {
    reasons.push_back(reason_of(level));
    if (e.rule.alarm.count_times > 0) reasons.push_back(count_reason(e.rule.alarm, level));
  }
}

}  // namespace

std::vector<Text> reasons_of(const Explained& e) {
  std::vector<Text> reasons;
  if (!e.own) add_rule(e, reasons);
  if (e.switched_off) {
    reasons.push_back({"该门禁规则未启用", "this rule of the gates is switched off"});
  }
  reasons.push_back(standing_reason(e));
  if (e.own && e.standing && !e.standing->message.en.empty()) {
    reasons.push_back(e.standing->message);
  }
  add_hidden(e, reasons);
  return reasons;
}

}  // namespace parkwatch::trial
