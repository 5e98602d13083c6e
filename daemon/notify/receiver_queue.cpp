// daemon/notify/receiver_queue.cpp - See the header.
#include "notify/receiver_queue.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

namespace parkwatch::notify {
namespace {

using std::chrono::seconds;

constexpr Duration backoff_max = seconds{60};
constexpr Duration refused_pause = seconds{30};
// A notice that is refused so often while it stands alone is given up.
constexpr std::uint32_t refusals_max = 3;
// Feishu answers 11232 to what comes when everybody's timers go off.
constexpr int half_hour_s = 1800;
constexpr int half_hour_margin_s = 20;

// FNV-1a.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

std::pair<std::string, std::string> alarm_of(const News& notice) {
  return {notice.alert->event.rule, notice.alert->event.tag};
}

bool same_alarm(const News& a, const News& b) {
  return a.alert->event.rule == b.alert->event.rule && a.alert->event.tag == b.alert->event.tag;
}

}  // namespace

Duration backoff(std::uint32_t failures, std::string_view name) {
  Duration wait = seconds{1};
  for (std::uint32_t i = 1; i < failures && wait < backoff_max; ++i) wait *= 2;
  wait = std::min(wait, backoff_max);
  const std::uint32_t spread = (hash_of(name) + failures * 2654435761U) % 256U;
  return wait - wait * static_cast<int>(spread) / 1024;
}

ReceiverQueue::ReceiverQueue(const ReceiverSpec& spec, const ToLocal& to_local)
    : spec_(spec), to_local_(to_local) {
  const std::size_t endpoints = std::max<std::size_t>(1, spec.endpoints.size());
  windows_.assign(endpoints, RateWindow{spec.per_minute, spec.per_second, spec.reserve});
  blocked_.assign(endpoints, Timestamp{});
}

std::optional<News> ReceiverQueue::add(News& notice) {
  arrives(notice);
  const bool full = waiting_.size() >= spec_.queue_max;
  std::optional<News> folded = full ? replaced_by(notice) : std::nullopt;
  waiting_.push_back(notice);
  if (full && !folded) folded = least_wanted();
  if (folded) folded_.add(*folded);
  return folded;
}

// An alarm may change its level often while a program is away: what the last change would have
// ended, the next one ends, so that one of them is enough.
std::optional<News> ReceiverQueue::replaced_by(News& notice) {
  if (!is_spared(notice)) return std::nullopt;
  const auto last = std::find_if(waiting_.rbegin(), waiting_.rend(),
                                 [&](const News& other) { return same_alarm(other, notice); });
  if (last == waiting_.rend() || !is_spared(*last) || last->closes()) return std::nullopt;
  News replaced = std::move(*last);
  waiting_.erase(std::next(last).base());
  notice.before = replaced.before;
  notice.before_since = replaced.before_since;
  if (notice.closes()) {  // what was never begun needs no end
    notice.face = notice.before;
    notice.since = notice.before_since;
  }
  return replaced;
}

// The oldest of the least urgent: an alarm's later news are worth more. A program that heard what
// is to be ended, and not its end, would hold it open: so there the oldest of that alarm.
std::optional<News> ReceiverQueue::least_wanted() {
  std::set<Alarm> on_way;
  for (const News& notice : sending_) on_way.insert(alarm_of(notice));
  const auto stays = [&](const News& notice) {
    return is_spared(notice) ||
           (spec_.is_machine() && ends_something(notice) && on_way.contains(alarm_of(notice)));
  };
  auto least =
      std::min_element(waiting_.begin(), waiting_.end(), [&](const auto& a, const auto& b) {
        if (stays(a) || stays(b)) return !stays(a);
        if (a.urgent() != b.urgent()) return b.urgent();
        return a.face.priority < b.face.priority;
      });
  if (stays(*least)) return std::nullopt;
  if (spec_.is_machine()) {
    least = std::find_if(waiting_.begin(), waiting_.end(), [&](const News& notice) {
      return same_alarm(notice, *least) && !stays(notice);
    });
  }
  News folded = std::move(*least);
  waiting_.erase(least);
  lost(folded);
  return folded;
}

// To a program, another level or priority is the end of the alert with the old labels.
bool ReceiverQueue::ends_something(const News& notice) const {
  return notice.closes() || (spec_.is_machine() && notice.face != notice.before);
}

// An end is owed to who has been told, not to who will never hear of the raise.
void ReceiverQueue::arrives(News& notice) {
  if (notice.opens()) {
    raises_[alarm_of(notice)] = {notice.alert->event.journal, false};
  } else if (ends_something(notice)) {
    const auto raise = raises_.find(alarm_of(notice));
    notice.owed = raise == raises_.end();
    if (!notice.owed && notice.closes() && raise->second.lost) raises_.erase(raise);
  }
}

void ReceiverQueue::lost(const News& notice) {
  if (notice.owed && spec_.kind == ReceiverKind::webhook) left_open_.lost(notice);
  if (!notice.opens()) return;
  const auto raise = raises_.find(alarm_of(notice));
  if (raise != raises_.end() && raise->second.journal == notice.alert->event.journal) {
    raise->second.lost = true;
  }
}

// The ends that wait for what has just been told are owed from now on.
void ReceiverQueue::told(const std::vector<News>& notices) {
  left_open_.told(notices);
  std::map<Alarm, std::uint64_t> open;
  for (const News& notice : notices) {
    Alarm alarm = alarm_of(notice);
    const std::uint64_t journal = notice.alert->event.journal;
    const auto raise = raises_.find(alarm);
    if (raise != raises_.end() && raise->second.journal <= journal) raises_.erase(raise);
    if (notice.firing()) {
      open[std::move(alarm)] = journal;
    } else {
      open.erase(alarm);
    }
  }
  for (News& notice : waiting_) {
    if (open.empty()) return;
    if (!ends_something(notice)) continue;
    const auto raise = open.find(alarm_of(notice));
    if (raise == open.end() || notice.alert->event.journal < raise->second) continue;
    notice.owed = true;
    if (notice.closes()) open.erase(raise);
  }
}

ReceiverQueue::Group ReceiverQueue::group_of(const News& notice) const {
  switch (spec_.kind) {
    case ReceiverKind::alertmanager:
    case ReceiverKind::board:
    case ReceiverKind::heartbeat:
      return {};
    case ReceiverKind::email:  // a thread an occurrence
      return notice.alert->event.rule + ' ' + notice.alert->event.tag;
    case ReceiverKind::webhook:
    case ReceiverKind::dingtalk:
    case ReceiverKind::wecom:
    case ReceiverKind::feishu:
      break;
  }
  return notice.alert->event.group;
}

void ReceiverQueue::shift(Duration by) {
  for (News& notice : waiting_) notice.queued += by;
  for (News& notice : sending_) notice.queued += by;
  for (auto& [group, at] : told_at_) at += by;
  for (RateWindow& window : windows_) window.shift(by);
  for (Timestamp& until : blocked_) until += by;
  not_before_ += by;
  if (failing_since_ != never) failing_since_ += by;
  if (wake_ != never) wake_ += by;
}

bool ReceiverQueue::find_endpoint(Timestamp now) {
  for (std::size_t at = 0; at < blocked_.size(); ++at) {
    if (blocked_[at] > now) continue;
    endpoint_ = at;
    return true;
  }
  wake_at(*std::min_element(blocked_.begin(), blocked_.end()));
  return false;
}

std::optional<NotifyMessage> ReceiverQueue::next(Timestamp now, bool flood) {
  wake_ = never;
  if (busy_ || (waiting_.empty() && folded_.empty())) return std::nullopt;
  if (not_before_ > now) {
    wake_at(not_before_);
    return std::nullopt;
  }
  if (!find_endpoint(now)) return std::nullopt;
  auto message = urgent(now);
  if (!message) message = others(now, flood);
  if (!message) return std::nullopt;
  busy_ = true;
  left_open_.make_up_for(message->notices);
  sending_ = message->notices;
  message->endpoint = endpoint_;
  message->at = now;
  message->flood = flood;
  windows_[endpoint_].sent(now);
  return message;
}

template <typename Wanted>
NotifyMessage ReceiverQueue::take(Timestamp now, Wanted wanted, std::size_t notices_max) {
  std::erase_if(told_at_,
                [&](const auto& told) { return told.second + spec_.group_interval <= now; });
  NotifyMessage message;
  std::deque<News> left;
  for (News& notice : waiting_) {
    const bool takes = message.notices.size() < notices_max && wanted(notice);
    if (takes) {
      told_at_[group_of(notice)] = now;
      message.notices.push_back(std::move(notice));
    } else {
      left.push_back(std::move(notice));
    }
  }
  waiting_ = std::move(left);
  return message;
}

std::optional<NotifyMessage> ReceiverQueue::urgent(Timestamp now) {
  const auto is_urgent = [](const News& notice) { return notice.urgent(); };
  const auto first = std::find_if(waiting_.begin(), waiting_.end(), is_urgent);
  if (first == waiting_.end()) return std::nullopt;
  const Timestamp free = windows_[endpoint_].free_at(now, true);
  if (free > now) {
    wake_at(free);
    // Even the reserve is used up: too many to go one by one.
    const auto waiting = std::count_if(waiting_.begin(), waiting_.end(), is_urgent);
    scarce_ |= static_cast<std::size_t>(waiting) > spec_.digest_over;
    return std::nullopt;
  }
  const auto waiting = std::count_if(waiting_.begin(), waiting_.end(), is_urgent);
  if (!spec_.is_machine() && scarce_ && static_cast<std::size_t>(waiting) > spec_.digest_over) {
    return digest(now, true);
  }
  if (spec_.is_machine() || spec_.kind == ReceiverKind::board) {
    const Group group = group_of(*first);
    const std::size_t at_most = alone_ ? 1 : spec_.max_alerts;
    return take(
        now, [&](const News& n) { return group_of(n) == group; }, at_most);
  }
  // With what went before it of the same alarm, up to this.
  const News wanted = *first;
  const std::uint64_t upto = wanted.alert->event.journal;
  return take(
      now, [&](const News& n) { return same_alarm(n, wanted) && n.alert->event.journal <= upto; },
      alone_ ? 1 : spec_.digest_over);
}

std::optional<ReceiverQueue::Group> ReceiverQueue::due_group(Timestamp now) {
  std::optional<Group> due;
  std::map<Group, Timestamp> seen;
  for (const News& notice : waiting_) {
    Group group = group_of(notice);
    const auto [known, fresh] = seen.try_emplace(std::move(group), Timestamp{});
    if (!fresh) continue;
    const auto told = told_at_.find(known->first);
    Timestamp at = notice.queued + spec_.group_wait;
    if (told != told_at_.end()) at = std::max(at, told->second + spec_.group_interval);
    if (at > now) {
      wake_at(at);
    } else if (!due) {
      due = known->first;
    }
  }
  return due;
}

Timestamp ReceiverQueue::outside_half_hours(Timestamp at) const {
  if (spec_.kind != ReceiverKind::feishu) return at;
  const LocalTime local = to_local_(at);
  const int second = (local.minute % 30) * 60 + local.second;
  if (second < half_hour_margin_s) return at + seconds{half_hour_margin_s - second};
  const int left = half_hour_s - second;
  return left <= half_hour_margin_s ? at + seconds{left + half_hour_margin_s} : at;
}

std::optional<NotifyMessage> ReceiverQueue::others(Timestamp now, bool flood) {
  const std::optional<Group> group = due_group(now);
  if (!group && folded_.empty()) return std::nullopt;
  const Timestamp free = windows_[endpoint_].free_at(now, false);
  if (free > now) {
    scarce_ = true;
    wake_at(free);
    return std::nullopt;
  }
  const auto not_urgent = [](const News& n) { return !n.urgent(); };
  const auto in_group = [&](const News& n) {
    return not_urgent(n) && (!group || group_of(n) == *group);
  };
  if (spec_.is_machine() || spec_.kind == ReceiverKind::board) {
    const std::size_t at_most = alone_ ? 1 : spec_.max_alerts;
    NotifyMessage message = take(
        now, [&](const News& n) { return !group || group_of(n) == *group; }, at_most);
    message.tally = folded_;
    sending_folded_ = std::exchange(folded_, {});
    return message;
  }
  const auto count =
      static_cast<std::size_t>(spec_.kind == ReceiverKind::email
                                   ? std::count_if(waiting_.begin(), waiting_.end(), not_urgent)
                                   : std::count_if(waiting_.begin(), waiting_.end(), in_group));
  const bool many = count > spec_.digest_over || ((flood || scarce_) && count > 1);
  // What is only counted waits for nothing that may be refused with it.
  const bool only_counted = waiting_.empty();
  if ((!alone_ || only_counted) && (many || !folded_.empty())) {
    const Timestamp at = outside_half_hours(now);
    if (at <= now) return digest(now, false);
    wake_at(at);
    return std::nullopt;
  }
  if (!group) return std::nullopt;
  scarce_ = false;
  return take(now, in_group, alone_ ? 1 : spec_.digest_over);
}

NotifyMessage ReceiverQueue::digest(Timestamp now, bool with_urgent) {
  NotifyMessage message = take(
      now, [&](const News& n) { return with_urgent || !n.urgent(); }, spec_.queue_max + 1);
  message.kind = MessageKind::digest;
  message.tally = folded_;
  for (const News& notice : message.notices) message.tally.add(notice);
  sending_folded_ = std::exchange(folded_, {});
  scarce_ = false;
  return message;
}

ReceiverQueue::Settled ReceiverQueue::settle(Timestamp now, const Outcome& outcome) {
  assert(busy_);
  busy_ = false;
  Settled settled;
  std::vector<News> sent = std::exchange(sending_, {});
  Tally folded = std::exchange(sending_folded_, {});
  if (outcome.what == Outcome::What::ok) {
    settled.told = std::move(sent);
    told(settled.told);
    settled.tally_told = !folded.empty();
    attempts_ = refusals_ = 0;
    alone_ = refuses_ = false;
    failing_since_ = never;
    detail_.clear();
    return settled;
  }
  detail_ = outcome.detail;
  if (failing_since_ == never) failing_since_ = now;
  ++attempts_;
  const bool refused = outcome.what == Outcome::What::refused;
  if (outcome.what == Outcome::What::blocked) {
    // The message goes to a spare at once, if one is free.
    blocked_[endpoint_] = now + std::max<Duration>(outcome.after, seconds{1});
  } else {
    not_before_ = now + std::max(outcome.after,
                                 refused ? std::min(refused_pause, backoff(attempts_, spec_.name))
                                         : backoff(attempts_, spec_.name));
  }
  if (refused) {
    refuses_ = true;
    refusals_ = alone_ && sent.size() == 1 ? refusals_ + 1 : 0;
    alone_ = true;
    if (refusals_ >= refusals_max) {
      refusals_ = 0;
      settled.refused = std::exchange(sent, {});
      for (const News& notice : settled.refused) lost(notice);
    }
  }
  waiting_.insert(waiting_.begin(), std::make_move_iterator(sent.begin()),
                  std::make_move_iterator(sent.end()));
  folded.merge(folded_);  // what was counted meanwhile
  folded_ = std::move(folded);
  return settled;
}

void ReceiverQueue::each(const std::function<void(const News&)>& look) const {
  for (const News& news : sending_) look(news);
  for (const News& news : waiting_) look(news);
  for (const News& news : folded().worst) look(news);
}

std::vector<News> ReceiverQueue::untold() const {
  std::vector<News> all = sending_;
  all.insert(all.end(), waiting_.begin(), waiting_.end());
  return all;
}

std::uint64_t ReceiverQueue::oldest() const {
  std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
  const auto look = [&oldest](const News& news) {
    if (news.alert->event.journal != 0) oldest = std::min(oldest, news.alert->event.journal);
  };
  std::for_each(sending_.begin(), sending_.end(), look);
  std::for_each(waiting_.begin(), waiting_.end(), look);
  return oldest;
}

void ReceiverQueue::note(Timestamp now, const Outcome& outcome) {
  const bool ok = outcome.what == Outcome::What::ok;
  detail_ = ok ? std::string{} : outcome.detail;
  if (ok) {
    failing_since_ = never;
  } else if (failing_since_ == never) {
    failing_since_ = now;
  }
}

void ReceiverQueue::disable(Timestamp now, const std::string& why) {
  if (failing_since_ == never) failing_since_ = now;
  refuses_ = true;
  detail_ = why;
}

void ReceiverQueue::enable() {
  failing_since_ = never;
  refuses_ = false;
  attempts_ = 0;
  not_before_ = {};
  wake_ = {};
  detail_.clear();
}

Tally ReceiverQueue::folded() const {
  Tally all = sending_folded_;
  all.merge(folded_);
  return all;
}

std::vector<News> ReceiverQueue::expire(Timestamp now) {
  std::vector<News> expired;
  std::deque<News> left;
  for (News& notice : waiting_) {
    if (expires_at(notice) > now) {
      left.push_back(std::move(notice));
    } else {
      lost(notice);
      expired.push_back(std::move(notice));
    }
  }
  waiting_ = std::move(left);
  return expired;
}

Timestamp ReceiverQueue::next_expiry() const {
  Timestamp next = never;
  for (const News& notice : waiting_) next = std::min(next, expires_at(notice));
  return next;
}

Timestamp ReceiverQueue::expires_at(const News& notice) const {
  return notice.queued + (notice.owed ? std::max(spec_.expire, owed_for) : spec_.expire);
}

Timestamp ReceiverQueue::fails_at() const {
  if (failing_since_ == never) return never;
  return refuses_ ? failing_since_ : failing_since_ + spec_.fails_after;
}

bool ReceiverQueue::failing(Timestamp now) const { return fails_at() <= now; }

}  // namespace parkwatch::notify
