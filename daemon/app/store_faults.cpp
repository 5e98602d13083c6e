// daemon/app/store_faults.cpp - The words for each fault of the store. The loop's thread.
#include "app/store_faults.h"

#include <utility>

namespace parkwatch::app {
namespace {

constexpr std::string_view tag_prefix = "store/";
constexpr std::string_view journal = "journal";
constexpr std::string_view outbox_part = "outbox";
constexpr std::string_view upkeep_part = "upkeep";
// What a log line names, and what is remembered so as not to say it twice.
constexpr std::size_t damaged_named_max = 10;
constexpr std::size_t damaged_kept_max = 10'000;

std::string list_of(const std::vector<std::uint64_t>& numbers) {
  std::string text;
  for (std::size_t at = 0; at < numbers.size() && at < damaged_named_max; ++at) {
    text += (at == 0 ? "" : ", ") + std::to_string(numbers[at]);
  }
  if (numbers.size() > damaged_named_max) {
    text += " and " + std::to_string(numbers.size() - damaged_named_max) + " more";
  }
  return text;
}

const Text look_at_disk{"检查磁盘（dmesg、smartctl），并备份状态目录",
                        "Look at the disk (dmesg, smartctl), and back up the state directory"};

}  // namespace

void StoreFaults::damaged(const std::vector<std::uint64_t>& journals) {
  std::vector<std::uint64_t> news;
  for (const std::uint64_t number : journals) {
    if (damaged_.size() < damaged_kept_max && damaged_.insert(number).second) {
      news.push_back(number);
    }
  }
  if (news.empty()) return;
  calls_.log("the store: damaged journal rows are passed over: " + list_of(news));
  const std::string count = std::to_string(damaged_.size());
  const std::string first = std::to_string(*damaged_.begin());
  tell(journal,
       {"存储中有 " + count + " 条损坏的报警记录（首条 " + first + "），已跳过，不再发送",
        "the store has " + count + " damaged journal rows (the first is " + first +
            "), which are passed over and told to nobody"},
       look_at_disk);
}

void StoreFaults::outbox(const std::string& fault) {
  if (fault.empty()) return end(outbox_part);
  tell(outbox_part,
       {"无法读取待发送的报警：" + fault, "alerts that wait in the store cannot be read: " + fault},
       look_at_disk);
}

void StoreFaults::upkeep(const std::string& fault) {
  if (fault.empty()) return end(upkeep_part);
  tell(upkeep_part,
       {"存储维护失败，数据库可能一直增长：" + fault,
        "the store cannot be looked after and may grow until its disk is full: " + fault},
       look_at_disk);
}

void StoreFaults::end_stale(const std::vector<AlarmEvent>& standing) {
  for (const AlarmEvent& event : standing) {
    if (event.rule != rule_store_fault || !event.tag.starts_with(tag_prefix)) continue;
    const std::string_view part = std::string_view{event.tag}.substr(tag_prefix.size());
    const bool ours = part == journal || part == outbox_part || part == upkeep_part;
    if (!ours || raised_.contains(part)) continue;
    raised_.emplace(part);
    end(part);
  }
}

void StoreFaults::tell(std::string_view part, const Text& message, const Text& guidance) {
  calls_.problem("store " + std::string{part}, message.en);
  if (part != journal) calls_.log(message.en);
  if (!raised_.emplace(part).second) return;
  OwnCondition own;
  own.rule = rule_store_fault;
  own.tag = std::string{tag_prefix} + std::string{part};
  own.on = true;
  own.message = message;
  own.guidance = guidance;
  calls_.condition(std::move(own));
}

void StoreFaults::end(std::string_view part) {
  const auto raised = raised_.find(part);
  if (raised == raised_.end()) return;
  calls_.log_end("the store's " + *raised + " is well again");
  calls_.problem("store " + *raised, {});
  OwnCondition own;
  own.rule = rule_store_fault;
  own.tag = std::string{tag_prefix} + *raised;
  raised_.erase(raised);
  calls_.condition(std::move(own));
}

}  // namespace parkwatch::app
