// daemon/notify/dispatcher_kept.cpp - What of a dispatcher outlives it: rows, and what none holds.
#include <algorithm>
#include <tuple>
#include <utility>

#include "notify/dispatcher.h"
#include "notify/kept_rows.h"

namespace parkwatch::notify {
namespace {

bool is_single(std::string_view key) {
  return key == cursor_key || key == low_key || key == flood_key;
}

bool is_periodic(ReceiverKind kind) {
  return kind == ReceiverKind::alertmanager || kind == ReceiverKind::heartbeat;
}

// As they came: those of one batch at the same time, in the order of the journal. A step has the
// number of the transition that it calls for, and says how the alarm stood when it was due.
void put_in_order(std::vector<NewsRow>& rows) {
  const auto place = [](const News& news) {
    return std::tuple{news.queued, news.step != 0, news.alert->event.journal, news.step,
                      news.repeat};
  };
  std::sort(rows.begin(), rows.end(), [&place](const NewsRow& a, const NewsRow& b) {
    return place(a.notice) < place(b.notice);
  });
}

}  // namespace

void Dispatcher::keep(std::string key, std::optional<std::string> value) {
  changed_[std::move(key)] = std::move(value);
}

std::uint64_t Dispatcher::restore(Timestamp now, const std::map<std::string, std::string>& rows,
                                  std::uint64_t newest, const FindAlert& find) {
  if (plan_->empty()) {
    // Whoever is configured later begins with what comes then.
    for (const auto& [key, value] : rows) keep(key, std::nullopt);
    cursor_ = newest;
    return cursor_;
  }
  const auto known = rows.find(std::string{cursor_key});
  cursor_ = known == rows.end() ? newest : parse_count(known->second).value_or(newest);
  keep(std::string{cursor_key}, std::to_string(cursor_));
  std::vector<NewsRow> notices;
  std::vector<NewsRow> gone;  // with their receivers
  std::map<std::string, Tally> counted;
  for (const auto& row : rows) {
    if (!row.first.starts_with("q/")) {
      if (row.first == flood_key) flood_ = true;
      if (!is_single(row.first)) restore_row(now, row.first, row.second, find);
      if (!row.first.starts_with("d/") || receiver_of(*plan_, row.first.substr(2))) continue;
      if (auto tally = parse_tally(row.second, find)) {
        counted[row.first.substr(2)] = *std::move(tally);
      }
      continue;
    }
    auto parsed = parse_notice(row.first, row.second, find);
    if (parsed && receiver_of(*plan_, parsed->receiver)) {
      parsed->notice.queued = std::min(parsed->notice.queued, now);
      notices.push_back(*std::move(parsed));
      continue;
    }
    keep(row.first, std::nullopt);
    if (parsed) gone.push_back(*std::move(parsed));
  }
  put_in_order(notices);
  put_in_order(gone);
  for (NewsRow& row : notices) {
    const std::size_t receiver = *receiver_of(*plan_, row.receiver);
    if (row.notice.step != 0) (void)book_.add_step(row.notice, receiver);
    enqueue(receiver, std::move(row.notice));
  }
  pass_on(now, gone, counted);
  for (std::size_t at = 0; at < receivers_.size(); ++at) {
    if (is_periodic(plan_->receivers[at].kind)) receivers_[at]->refresh_due = now;
  }
  book_.each([this](const AlarmRecord& record) { hold(record); });
  return cursor_;
}

// Somebody else is told of what waited for receivers that are gone, and that it was not told.
void Dispatcher::pass_on(Timestamp now, const std::vector<NewsRow>& gone,
                         const std::map<std::string, Tally>& counted) {
  std::map<std::string, Tally> unsent = counted;
  for (const NewsRow& row : gone) {
    unsent[row.receiver].add(row.notice);
    if (row.notice.announces()) tell(now, book_.pass_on(now, row.notice));
  }
  // An alarm's newest news are listed: its raise may be among what was counted.
  for (const auto& [receiver, tally] : counted) {
    for (const News& notice : tally.worst) tell(now, book_.pass_on(now, notice));
  }
  for (const auto& [receiver, tally] : unsent) {
    closed_.push_back({receiver, "gone", tally.total(), tally.first, tally.last});
  }
}

// What an Alertmanager was told of goes on being pushed.
void Dispatcher::hold(const AlarmRecord& record) {
  for (const std::size_t at : record.told) {
    if (receivers_[at]->held) receivers_[at]->held->hold(record.alert, record.face, record.since);
  }
}

// A kill may have come between a clock that was set back and the rows that moved with it.
void Dispatcher::restore_row(Timestamp now, const std::string& key, const std::string& value,
                             const FindAlert& find) {
  const auto names = split(key, '/');
  if (names[0] == "a") {
    auto record = parse_alarm(key, value, *plan_, find);
    if (record) record->base = std::min(record->base, now);
    if (record) {
      book_.restore(now, *std::move(record));
      return;
    }
  } else if (names.size() >= 2) {
    const auto at = receiver_of(*plan_, names[1]);
    if (at && names[0] == "d") {
      if (auto tally = parse_tally(value, find)) {
        receivers_[*at]->queue.restore(*std::move(tally));
        return;
      }
    } else if (at && names[0] == "w" && names.size() == 3) {
      const auto endpoint = parse_count(names[2]);
      if (endpoint && *endpoint < receivers_[*at]->queue.windows()) {
        std::vector<Timestamp> times = parse_times(value);
        for (Timestamp& time : times) time = std::min(time, now);
        receivers_[*at]->queue.window(*endpoint).restore(times);
        return;
      }
    } else if (at && names[0] == "o") {
      auto alarm = parse_left_open_key(key);
      const auto alert = parse_left_open(value);
      if (alarm && alert) {
        receivers_[*at]->queue.left_open().restore(*std::move(alarm), *alert);
        return;
      }
    } else if (at && names[0] == "x") {
      const auto words = split(value, ' ');
      if (words.size() == 4) {
        receivers_[*at]->status.expired = parse_count(words[0]).value_or(0);
        receivers_[*at]->status.refused = parse_count(words[1]).value_or(0);
        return;
      }
    }
  }
  keep(key, std::nullopt);
}

void Dispatcher::resume(Timestamp now, const AlertPtr& raise, const std::set<std::string>& heard) {
  if (plan_->empty()) return;
  std::set<std::size_t> told;
  for (const std::string& name : heard) {
    if (const auto at = receiver_of(*plan_, name)) told.insert(*at);
  }
  std::vector<Tell> untold;
  for (Tell& one : book_.resume(now, raise, told)) {
    Receiver& receiver = *receivers_[one.receiver];
    if (!told.contains(one.receiver)) {
      untold.push_back(std::move(one));
    } else if (receiver.held) {
      receiver.held->apply(one.notice);
    }
  }
  tell(now, std::move(untold));
}

std::set<std::string> Dispatcher::told_of_volatile() const {
  std::set<std::string> names;
  book_.each([&](const AlarmRecord& record) {
    if (record.id < volatile_ids) return;
    for (const std::size_t at : record.told) names.insert(plan_->receivers[at].name);
  });
  return names;
}

VolatilePart Dispatcher::volatile_part() const {
  VolatilePart part;
  book_.each([&](const AlarmRecord& record) {
    if (record.id >= volatile_ids) {
      part.standing.emplace_back(record.alert, alarm_row(record, *plan_));
    }
  });
  for (const auto& receiver : receivers_) {
    for (News& notice : receiver->queue.untold()) {
      if (notice.alert->volatile_id.empty()) continue;
      part.waiting.emplace_back(receiver->status.name, std::move(notice));
    }
  }
  return part;
}

void Dispatcher::take_over(Timestamp now, const VolatilePart& part) {
  for (const auto& [alert, row] : part.standing) {
    auto record =
        parse_alarm(alarm_key(0), row, *plan_, [&alert = alert](std::uint64_t) { return alert; });
    if (!record) continue;
    record->base = std::min(record->base, now);
    hold(*book_.restore_volatile(now, *std::move(record)));
  }
  for (auto [name, notice] : part.waiting) {
    if (const auto at = receiver_of(*plan_, name)) {
      enqueue(*at, std::move(notice));
    } else if (notice.announces()) {
      tell(now, book_.pass_on(now, notice));
    }
  }
}

void Dispatcher::keep_tally(std::size_t receiver) {
  const Tally tally = receivers_[receiver]->queue.folded();
  std::string key = "d/" + plan_->receivers[receiver].name;
  if (tally.empty()) {
    keep(std::move(key), std::nullopt);
  } else {
    keep(std::move(key), tally_row(tally));
  }
}

void Dispatcher::keep_window(std::size_t receiver, std::size_t endpoint) {
  const ReceiverSpec& spec = plan_->receivers[receiver];
  if (spec.per_minute == 0) return;
  const auto& times = receivers_[receiver]->queue.window(endpoint).times();
  keep("w/" + spec.name + '/' + std::to_string(endpoint), times_row({times.begin(), times.end()}));
}

// The oldest transition that a restart would have to find.
void Dispatcher::keep_low() {
  if (plan_->empty()) return;
  std::uint64_t low = cursor_ + 1;
  for (const auto& receiver : receivers_) low = std::min(low, receiver->queue.oldest());
  if (low == low_) return;
  low_ = low;
  keep(std::string{low_key}, std::to_string(low));
}

std::vector<KeptRow> Dispatcher::changes() {
  keep_low();
  for (const auto& [id, record] : book_.changes()) {
    std::optional<std::string> row;
    if (record != nullptr) row = alarm_row(*record, *plan_);
    keep(alarm_key(id), std::move(row));
  }
  for (const auto& receiver : receivers_) {
    for (const auto& [alarm, alert] : receiver->queue.left_open().changes()) {
      std::optional<std::string> row;
      if (alert) row = left_open_row(*alert);
      keep(left_open_key(receiver->status.name, alarm), std::move(row));
    }
  }
  std::vector<KeptRow> out;
  out.reserve(changed_.size());
  for (auto& [key, value] : changed_) out.push_back({key, std::move(value)});
  changed_.clear();
  return out;
}

std::map<std::uint64_t, AlertPtr> Dispatcher::alerts() const {
  std::map<std::uint64_t, AlertPtr> out;
  for (const auto& receiver : receivers_) {
    receiver->queue.each(
        [&out](const News& news) { out.emplace(news.alert->event.journal, news.alert); });
  }
  book_.each([&out](const AlarmRecord& record) {
    out.emplace(record.alert->event.journal, record.alert);
  });
  return out;
}

}  // namespace parkwatch::notify
