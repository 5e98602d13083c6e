// daemon/app/passing_alarms.cpp - The words, and when each is over. The loop's thread.
#include "app/passing_alarms.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace parkwatch::app {
namespace {

constexpr std::string_view lost_tag = "store/readings";
constexpr std::string_view database_tag = "store/database";
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> known{
    {{rule_clock, gateway_clock_tag},
     {rule_store_fault, lost_tag},
     {rule_store_fault, database_tag}}};

OwnCondition condition_of(std::string_view rule, std::string_view tag, Priority priority) {
  OwnCondition own;
  own.rule = rule;
  own.tag = tag;
  own.on = true;
  own.priority = priority;
  return own;
}

}  // namespace

OwnCondition clock_was_set(Duration by) {
  OwnCondition own = condition_of(rule_clock, gateway_clock_tag, Priority::medium);
  const std::string much = to_text(by);
  own.message = {"网关时钟被调整 " + much, "the gateway's clock was set by " + much};
  own.guidance = {"核对系统时间与 NTP；延时已随之移动，按整点统计的量可能不完整",
                  "Check the system's time and NTP; delays moved along, figures of whole hours and "
                  "days may be incomplete"};
  return own;
}

OwnCondition readings_were_lost(std::uint64_t readings, std::uint64_t turns) {
  OwnCondition own = condition_of(rule_store_fault, lost_tag, Priority::high);
  const std::string many = std::to_string(readings);
  const std::string often = std::to_string(turns);
  own.message = {
      "存储已满，" + many + " 条尚未被上级取走的读数已被删除",
      "the store is full: " + many + " readings gave way that a central server had not pulled"};
  if (turns > 1) {
    own.message.zh += "（启动以来共 " + often + " 次的合计）";
    own.message.en += ", in " + often + " turns since the start";
  }
  own.guidance = {
      "检查上级平台是否在取数；必要时增大 store.size_max，或注销不用的消费者",
      "See whether the central servers pull; raise store.size_max, or remove a consumer "
      "that is gone"};
  return own;
}

OwnCondition store_was_salvaged(const store::Salvage& salvage) {
  OwnCondition own = condition_of(rule_store_fault, database_tag, Priority::high);
  const std::string lost = std::to_string(salvage.readings_lost);
  const std::string& file = salvage.kept_as;
  own.message = {
      "数据库已损坏（" + salvage.reason + "），原文件保留为 " + file +
          (salvage.state ? "，报警状态已恢复" : "，报警状态未能恢复") + "，约 " + lost +
          " 条读数未能恢复",
      "the database was damaged (" + salvage.reason + ") and is kept as " + file +
          (salvage.state ? "; alarms keep their state" : "; the state of alarms is lost") +
          "; about " + lost + " readings are not carried over"};
  own.guidance = {"检查磁盘（dmesg、smartctl）；核对现存报警；备份保留的文件后可将其删除",
                  "Look at the disk (dmesg, smartctl) and go over the standing alarms; the file "
                  "that is kept can be deleted once it is backed up"};
  return own;
}

void PassingAlarms::raise(OwnCondition what, Time now) {
  const auto [at, fresh] = shown_.try_emplace({what.rule, what.tag});
  Shown& shown = at->second;
  shown.until = now + shown_for;
  if (!fresh) {
    shown.untold = std::move(what);
    return;
  }
  shown.again_at = now + shown.wait;
  condition_(std::move(what));
}

void PassingAlarms::tick(Time now) {
  for (auto at = shown_.begin(); at != shown_.end();) {
    Shown& shown = at->second;
    const bool over = shown.until <= now;
    if (shown.untold && (over || shown.again_at <= now)) {
      tell_again(shown, now);
    } else if (over) {
      end(at->first.first, at->first.second);
      at = shown_.erase(at);
      continue;
    }
    ++at;
  }
}

// An alarm keeps the texts of its raise, and an acknowledgement was of what was known then.
void PassingAlarms::tell_again(Shown& shown, Time now) {
  OwnCondition what = *std::exchange(shown.untold, std::nullopt);
  end(what.rule, what.tag);
  condition_(std::move(what));
  shown.wait = std::min(shown.wait * 2, std::chrono::minutes{told_again_after_max});
  shown.until = now + shown_for;
  shown.again_at = now + shown.wait;
}

void PassingAlarms::end_stale(const std::vector<AlarmEvent>& standing) {
  for (const AlarmEvent& event : standing) {
    if (shown_.contains({event.rule, event.tag})) continue;
    for (const auto& [rule, tag] : known) {
      if (event.rule == rule && event.tag == tag) end(event.rule, event.tag);
    }
  }
}

void PassingAlarms::end(const std::string& rule, const std::string& tag) {
  OwnCondition own;
  own.rule = rule;
  own.tag = tag;
  condition_(std::move(own));
}

}  // namespace parkwatch::app
