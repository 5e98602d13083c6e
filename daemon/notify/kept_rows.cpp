// daemon/notify/kept_rows.cpp - See the header. No state.
#include "notify/kept_rows.h"

#include <charconv>

#include "notify/routing.h"

namespace parkwatch::notify {
namespace {

constexpr std::string_view nothing = "-";

std::string word(std::string_view text) { return std::string{text.empty() ? nothing : text}; }

std::string face_words(Face face) {
  return word(to_text(face.level)) + ' ' + std::string{to_text(face.priority)};
}

std::optional<Face> parse_face(std::string_view level, std::string_view priority) {
  const auto l = parse_level(level == nothing ? std::string_view{} : level);
  const auto p = parse_priority(priority);
  if (!p || (!l && level != nothing)) return std::nullopt;
  return Face{l.value_or(Level::none), *p};
}

std::optional<Timestamp> parse_time(std::string_view text) {
  const auto us = parse_count(text);
  if (!us || *us > static_cast<std::uint64_t>(to_us(timestamp_max))) return std::nullopt;
  return from_us(static_cast<std::int64_t>(*us));
}

std::string time_word(Timestamp t) { return std::to_string(to_us(t)); }

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ",") + part;
  return word(out);
}

std::string receiver_words(const std::set<std::size_t>& receivers, const NotifyPlan& plan) {
  std::vector<std::string> names;
  names.reserve(receivers.size());
  for (const std::size_t at : receivers) names.push_back(plan.receivers.at(at).name);
  return joined(names);
}

std::set<std::size_t> parse_receivers(std::string_view text, const NotifyPlan& plan) {
  std::set<std::size_t> out;
  for (const std::string_view name : split(text, ',')) {
    if (const auto at = receiver_of(plan, name)) out.insert(*at);
  }
  return out;
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(by);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return count;
}

std::string notice_key(std::string_view receiver, const News& notice) {
  std::string key = "q/";
  key += receiver;
  key += '/' + std::to_string(notice.alert->event.journal) + '/' + std::to_string(notice.step);
  return key + '.' + std::to_string(notice.repeat);
}

std::string notice_row(const News& notice) {
  return time_word(notice.queued) + ' ' + std::to_string(notice.steps) + ' ' +
         face_words(notice.face) + ' ' + time_word(notice.since) + ' ' + face_words(notice.before) +
         ' ' + time_word(notice.before_since);
}

std::optional<NewsRow> parse_notice(std::string_view key, std::string_view value,
                                    const FindAlert& find) {
  const auto names = split(key, '/');
  const auto words = split(value, ' ');
  if (names.size() != 4 || words.size() != 8) return std::nullopt;
  const auto numbers = split(names[3], '.');
  const auto journal = parse_count(names[2]);
  const auto queued = parse_time(words[0]);
  const auto steps = parse_count(words[1]);
  const auto face = parse_face(words[2], words[3]);
  const auto since = parse_time(words[4]);
  const auto before = parse_face(words[5], words[6]);
  const auto before_since = parse_time(words[7]);
  if (numbers.size() != 2 || !journal || !queued || !steps) return std::nullopt;
  const auto step = parse_count(numbers[0]);
  const auto repeat = parse_count(numbers[1]);
  if (!step || !repeat || !face || !since || !before || !before_since) return std::nullopt;
  NewsRow row;
  row.receiver = names[1];
  row.notice.alert = find(*journal);
  if (row.notice.alert == nullptr) return std::nullopt;
  row.notice.step = static_cast<std::uint32_t>(*step);
  row.notice.steps = static_cast<std::uint32_t>(*steps);
  row.notice.repeat = static_cast<std::uint32_t>(*repeat);
  row.notice.queued = *queued;
  row.notice.face = *face;
  row.notice.since = *since;
  row.notice.before = *before;
  row.notice.before_since = *before_since;
  return row;
}

std::string alarm_key(std::uint64_t id) { return "a/" + std::to_string(id); }

std::string alarm_row(const AlarmRecord& record, const NotifyPlan& plan) {
  std::vector<std::string> done;
  for (const std::uint32_t times : record.done) done.push_back(std::to_string(times));
  const std::string escalation =
      record.escalation ? plan.escalations.at(*record.escalation).id : "";
  return std::to_string(record.alert->event.journal) + ' ' + face_words(record.face) + ' ' +
         time_word(record.since) + (record.acknowledged ? " acked" : " unacked") +
         (record.hidden ? " hidden " : " shown ") + time_word(record.base) + ' ' +
         word(escalation) + ' ' + joined(done) + ' ' + receiver_words(record.told, plan) + ' ' +
         receiver_words(record.escalated, plan);
}

std::optional<AlarmRecord> parse_alarm(std::string_view key, std::string_view value,
                                       const NotifyPlan& plan, const FindAlert& find) {
  const auto words = split(value, ' ');
  const auto id = parse_count(key.substr(std::min<std::size_t>(2, key.size())));
  if (!id || *id >= volatile_ids || words.size() != 11) return std::nullopt;
  const auto journal = parse_count(words[0]);
  const auto face = parse_face(words[1], words[2]);
  const auto since = parse_time(words[3]);
  const auto base = parse_time(words[6]);
  if (!journal || !face || !since || !base) return std::nullopt;
  AlarmRecord record;
  record.id = *id;
  record.alert = find(*journal);
  if (record.alert == nullptr) return std::nullopt;
  record.face = *face;
  record.since = *since;
  record.acknowledged = words[4] == "acked";
  record.hidden = words[5] == "hidden";
  record.base = *base;
  record.escalation = escalation_of(plan, words[7]);
  const std::string_view done = words[8];
  for (const std::string_view times :
       done == nothing ? std::vector<std::string_view>{} : split(done, ',')) {
    if (record.done.size() == escalation_steps_max) break;
    record.done.push_back(static_cast<std::uint32_t>(parse_count(times).value_or(0)));
  }
  record.told = parse_receivers(words[9], plan);
  record.escalated = parse_receivers(words[10], plan);
  return record;
}

std::string left_open_key(std::string_view receiver, const LeftOpen::Alarm& alarm) {
  return "o/" + std::string{receiver} + '/' + alarm.first + '/' + alarm.second;
}

std::string left_open_row(const LeftOpen::Alert& alert) {
  return face_words(alert.face) + ' ' + time_word(alert.since);
}

std::optional<LeftOpen::Alarm> parse_left_open_key(std::string_view key) {
  const auto names = split(key, '/');
  if (names.size() < 4 || names[2].empty()) return std::nullopt;
  const auto tag_at = static_cast<std::size_t>(names[3].data() - key.data());
  return LeftOpen::Alarm{names[2], key.substr(tag_at)};
}

std::optional<LeftOpen::Alert> parse_left_open(std::string_view value) {
  const auto words = split(value, ' ');
  if (words.size() != 3) return std::nullopt;
  const auto face = parse_face(words[0], words[1]);
  const auto since = parse_time(words[2]);
  if (!face || !since) return std::nullopt;
  return LeftOpen::Alert{*face, *since};
}

std::string tally_row(const Tally& tally) {
  std::string out;
  for (const std::uint64_t count : tally.by_priority) out += std::to_string(count) + ' ';
  out += std::to_string(tally.first) + ' ' + std::to_string(tally.last) + ' ' +
         time_word(tally.from) + ' ' + time_word(tally.to) + ' ';
  std::vector<std::string> worst;
  for (const News& notice : tally.worst) {
    worst.push_back(std::to_string(notice.alert->event.journal) + ':' +
                    word(to_text(notice.face.level)) + ':' +
                    std::string{to_text(notice.face.priority)});
  }
  return out + joined(worst);
}

std::optional<Tally> parse_tally(std::string_view value, const FindAlert& find) {
  const auto words = split(value, ' ');
  if (words.size() != 9) return std::nullopt;
  Tally tally;
  for (std::size_t p = 0; p < 4; ++p) {
    const auto count = parse_count(words[p]);
    if (!count) return std::nullopt;
    tally.by_priority.at(p) = *count;
  }
  const auto first = parse_count(words[4]);
  const auto last = parse_count(words[5]);
  const auto from = parse_time(words[6]);
  const auto to = parse_time(words[7]);
  if (!first || !last || !from || !to) return std::nullopt;
  tally.first = *first;
  tally.last = *last;
  tally.from = *from;
  tally.to = *to;
  for (const std::string_view one : split(words[8], ',')) {
    const auto parts = split(one, ':');
    if (parts.size() != 3 || tally.worst.size() == Tally::worst_max) continue;
    const auto journal = parse_count(parts[0]);
    const auto face = parse_face(parts[1], parts[2]);
    AlertPtr alert = journal ? find(*journal) : nullptr;
    if (alert == nullptr || !face) continue;
    News notice;
    notice.alert = std::move(alert);
    notice.queued = *to;
    notice.face = *face;
    notice.before = *face;
    tally.worst.push_back(std::move(notice));
  }
  return tally;
}

std::string times_row(const std::vector<Timestamp>& times) {
  std::vector<std::string> words;
  words.reserve(times.size());
  for (const Timestamp t : times) words.push_back(time_word(t));
  return joined(words);
}

std::vector<Timestamp> parse_times(std::string_view value) {
  std::vector<Timestamp> out;
  for (const std::string_view one : split(value, ',')) {
    if (const auto t = parse_time(one)) out.push_back(*t);
  }
  return out;
}

}  // namespace parkwatch::notify
