// tools/parkwatch/views.cpp - Tables and lines.
#include "tools/parkwatch/views.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <cstdio>
#include <vector>

#include "model/alarm_event.h"
#include "model/value.h"
#include "report/alarm_note.h"
#include "report/table.h"
#include "report/terminal_text.h"
#include "report/words.h"
#include "tools/parkwatch/base64.h"

namespace parkwatch::cli {
using report::cut_to_width;
using report::display_width;
using report::member_object;
using report::painted;
using report::printable;
using report::Table;
using report::value_text;
namespace json = boost::json;
namespace {

constexpr std::size_t payload_columns_max = 300;
constexpr std::string_view red = "31";
constexpr std::string_view green = "32";

bool is_true(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found != nullptr && found->is_bool() && found->get_bool();
}

std::string local_text(const json::object& object, std::string_view key, const ViewStyle& style) {
  const json::object& both = member_object(object, key);
  std::string wanted = member_text(both, style.chinese ? "zh" : "en");
  return wanted.empty() ? member_text(both, style.chinese ? "en" : "zh") : wanted;
}

std::string paint_of_priority(std::string_view priority) {
  if (priority == "critical") return "1;31";
  if (priority == "high") return "31";
  if (priority == "medium") return "33";
  return "35";
}

// Six figures are enough for people: a slope or a mean has sixteen.
std::string measured_text(const json::object& event, std::string_view key) {
  const json::value* value = event.if_contains(key);
  if (value == nullptr || !value->is_double()) return member_text(event, key);
  std::array<char, 32> out{};
  const int length = std::snprintf(out.data(), out.size(), "%.6g", value->get_double());
  return {out.data(), static_cast<std::size_t>(length)};
}

// "91.2 % (limit 90)"; empty without a value: the limit of what is silent or bad is a time.
std::string value_and_limit(const json::object& event) {
  std::string out = measured_text(event, "value");
  const std::string unit = member_text(event, "unit");
  if (!out.empty() && !unit.empty()) out += ' ' + unit;
  const std::string limit = measured_text(event, "limit");
  if (!out.empty() && !limit.empty()) out += " (limit " + limit + ')';
  return out;
}

// "bad data for 4m10s, last 33.5 %"
std::string frozen_text(const json::object& alarm, const std::string& now) {
  const json::object& frozen = member_object(alarm, "frozen");
  if (frozen.empty()) return {};
  const std::string since = member_text(frozen, "since");
  const auto from = parse_rfc3339(since);
  const auto to = parse_rfc3339(now);
  std::string out = "bad data ";
  if (from && to && *to >= *from) {
    out += "for " + to_text(std::chrono::floor<std::chrono::seconds>(*to - *from));
  } else {
    out += "since " + since;
  }
  const std::string value = measured_text(frozen, "value");
  if (value.empty()) return out;
  const std::string unit = member_text(alarm, "unit");
  return out + ", last " + value + (unit.empty() ? "" : ' ' + unit);
}

// What is shelved or out of service may never have been raised.
std::string if_raised(const json::object& alarm, std::string_view key) {
  return member_text(alarm, "occurrence") == "0" ? "-" : member_text(alarm, key);
}

std::string frozen_or_value(const json::object& alarm, const std::string& now) {
  std::string frozen = frozen_text(alarm, now);
  if (!frozen.empty()) return frozen;
  const std::string value = value_and_limit(alarm);
  return value.empty() ? "-" : value;
}

// A number as the tag wants it shown, a state with its word.
std::string latest_text(const json::object& tag, const json::object& latest) {
  const json::value* value = latest.if_contains("value");
  if (value == nullptr) return {};
  if (value->is_double()) {
    const json::value* decimals = tag.if_contains("decimals");
    const bool known = decimals != nullptr && decimals->is_int64();
    const int places =
        known ? static_cast<int>(std::clamp<std::int64_t>(decimals->get_int64(), 0, 15)) : 3;
    std::array<char, 400> out{};  // 1e308 with 15 places fits
    const int length = std::snprintf(out.data(), out.size(), "%.*f", places, value->get_double());
    return {out.data(), static_cast<std::size_t>(length)};
  }
  std::string out = value_text(*value);
  if (const json::array* entries = member_array(tag, "enumeration")) {
    for (const json::value& entry : *entries) {
      if (!entry.is_object() || member_text(entry.get_object(), "number") != out) continue;
      return out + ' ' + member_text(entry.get_object(), "word");
    }
  }
  return out;
}

std::string quality_text(const json::object& reading) {
  const std::string reason = member_text(reading, "reason");
  const std::string quality = member_text(reading, "quality");
  return reason.empty() ? quality : quality + ' ' + reason;
}

std::string joined_numbers(const json::object& numbers, std::initializer_list<const char*> keys) {
  std::string out;
  for (const char* key : keys) {
    if (!out.empty()) out += ", ";
    out += std::string{key} + ' ' + member_text(numbers, key);
  }
  return out;
}

// The description, behind the test value that rules see instead of the tag's own.
std::string under_test(const json::object& tag, const ViewStyle& style) {
  const json::object& test = member_object(tag, "test");
  std::string text = local_text(tag, "description", style);
  if (test.empty()) return text;
  return (style.chinese ? "测试 " : "TEST ") + member_text(test, "value") + "  " + text;
}

std::string as_it_is(const std::string& time) { return time; }

std::string payload_text(const json::object& row) {
  if (row.contains("payload")) return member_text(row, "payload");
  return base64_decoded(member_text(row, "payload_base64")).value_or("");
}

}  // namespace

std::string status_view(const json::object& status, const ViewStyle& style) {
  const auto line = [](const std::string& name, const std::string& text) {
    return name + std::string(14 - name.size(), ' ') + printable(text) + '\n';
  };
  const json::object& store = member_object(status, "store");
  const json::object& intake = member_object(status, "intake");
  std::string out = line("park", member_text(status, "park"));
  out += line("parkwatchd", member_text(status, "version") + ", up since " +
                                member_text(status, "started_at") + ", now " +
                                member_text(status, "now"));
  out += line("configuration", member_text(status, "plant"));
  out += line("since start", joined_numbers(member_object(status, "numbers"),
                                            {"messages", "readings", "duplicates", "refusals",
                                             "transitions", "commits", "commit_bytes"}));
  out += line("waiting", "inputs " + member_text(intake, "inputs") + ", bytes " +
                             member_text(intake, "bytes") + ", alerts " +
                             member_text(status, "outbox_pending"));
  out += line("tags", member_text(status, "tags"));
  const std::string error = member_text(store, "error");
  const std::string fault = member_text(status, "store_fault");
  out +=
      line("store", error.empty() ? joined_numbers(store, {"readings", "blocks", "bytes", "events",
                                                           "first_sequence", "last_sequence"}) +
                                        ", generation " + member_text(store, "generation")
                                  : error);
  if (!fault.empty()) {
    out += painted("NOTHING IS STORED: " + printable(fault), std::string{red}, style.colour) + '\n';
  }
  if (const json::array* problems = member_array(status, "problems")) {
    for (const json::value& problem : *problems) {
      if (problem.is_string()) out += line("problem", printable(problem.as_string()));
    }
  }
  Table sources{{{"SOURCE"},
                 {"DRIVER"},
                 {"STATE"},
                 {"SINCE"},
                 {"MESSAGES", Table::Align::right},
                 {"HELD", Table::Align::right},
                 {"DETAIL"}}};
  if (const json::array* rows = member_array(status, "sources")) {
    for (const json::value& row : *rows) {
      if (!row.is_object()) continue;
      const json::object& s = row.get_object();
      const bool up = is_true(s, "connected");
      const char* state = !up ? "lost" : is_true(s, "paused") ? "paused" : "connected";
      sources.add({member_text(s, "name"), member_text(s, "driver"), state, member_text(s, "since"),
                   member_text(s, "messages"), member_text(s, "held_acknowledgements"),
                   member_text(s, "detail")},
                  std::string{up ? green : red});
    }
  }
  return sources.empty() ? out : out + '\n' + sources.text(style.colour);
}

std::string tags_view(const json::array& tags, const ViewStyle& style) {
  Table table{
      {{"TAG"}, {"VALUE", Table::Align::right}, {"UNIT"}, {"QUALITY"}, {"TIME"}, {"DESCRIPTION"}}};
  for (const json::value& value : tags) {
    if (!value.is_object()) continue;
    const json::object& tag = value.get_object();
    const json::object& latest = member_object(tag, "latest");
    const bool bad = member_text(latest, "quality") == "bad";
    table.add({member_text(tag, "name"), latest_text(tag, latest), member_text(tag, "unit"),
               quality_text(latest), member_text(latest, "time"), under_test(tag, style)},
              bad ? std::string{red} : std::string{});
  }
  return table.text(style.colour);
}

std::string alarms_head(const json::object& document, const ViewStyle& style) {
  return report::alarms_head(document, style, as_it_is);
}

std::string alarms_view(const json::array& alarms, const ViewStyle& style, const std::string& now) {
  std::vector<const json::object*> sorted;
  for (const json::value& alarm : alarms) {
    if (alarm.is_object()) sorted.push_back(&alarm.get_object());
  }
  const auto key = [](const json::object& alarm) {
    const bool acknowledged = member_text(alarm, "state") == "acknowledged";
    const auto priority = parse_priority(member_text(alarm, "priority"));
    return std::pair{acknowledged ? 1 : 0, -static_cast<int>(priority.value_or(Priority::low))};
  };
  std::stable_sort(sorted.begin(), sorted.end(), [&](const auto* a, const auto* b) {
    if (key(*a) != key(*b)) return key(*a) < key(*b);
    return member_text(*a, "raised_at") > member_text(*b, "raised_at");
  });
  Table table{{{"PRIORITY"},
               {"STATE"},
               {"LEVEL"},
               {"RULE"},
               {"TAG"},
               {"VALUE"},
               {"SINCE"},
               {"OCCURRENCE", Table::Align::right},
               {"MESSAGE"},
               {"NOTE"}}};
  for (const json::object* alarm : sorted) {
    const std::string priority = member_text(*alarm, "priority");
    table.add(
        {report::priority_word(priority, style),
         report::state_word(member_text(*alarm, "state"), style), member_text(*alarm, "level"),
         member_text(*alarm, "rule"), member_text(*alarm, "tag"), frozen_or_value(*alarm, now),
         if_raised(*alarm, "raised_at"), if_raised(*alarm, "occurrence"),
         local_text(*alarm, "message", style), report::alarm_note(*alarm, style, as_it_is)},
        paint_of_priority(priority));
  }
  return table.empty() ? "no alarm stands\n" : table.text(style.colour);
}

std::string event_line(const json::object& event, const ViewStyle& style) {
  const auto padded = [](std::string text, std::size_t width) {
    text = printable(text);
    if (display_width(text) < width) text.append(width - display_width(text), ' ');
    return text;
  };
  const std::string kind = member_text(event, "kind");
  const std::string priority = member_text(event, "priority");
  std::string line = padded(member_text(event, "at"), 24) + "  " + padded(kind, 13) + "  " +
                     padded(report::priority_word(priority, style), 8) + "  " +
                     padded(member_text(event, "level"), 2) + "  " +
                     printable(member_text(event, "rule")) + ' ' +
                     printable(member_text(event, "tag"));
  if (report::is_test(event)) line += style.chinese ? "  测试" : "  TEST";
  const std::string value = value_and_limit(event);
  if (!value.empty()) line += "  " + printable(value);
  const std::string author = member_text(event, "author");
  if (!author.empty()) line += "  by " + printable(author);
  for (const std::string& text :
       {member_text(event, "comment"), local_text(event, "message", style)}) {
    if (!text.empty()) line += "  " + printable(text);
  }
  const bool rises = kind == "raised" || kind == "level_changed";
  return painted(line, rises ? paint_of_priority(priority) : std::string{green}, style.colour) +
         '\n';
}

std::string gap_line(const json::object& gap, const ViewStyle& style) {
  const std::string first = member_text(gap, "first_journal");
  const std::string last = member_text(gap, "last_journal");
  const std::string line = style.chinese
                               ? "报警记录 " + first + " 至 " + last + " 已不在库中"
                               : "transitions " + first + " to " + last + " are no longer stored";
  return painted(line, paint_of_priority("medium"), style.colour) + '\n';
}

std::string consumers_view(const json::array& consumers) {
  Table table{{{"CONSUMER"}, {"CURSOR"}, {"UPDATED"}, {"EXPIRES"}}};
  for (const json::value& row : consumers) {
    if (!row.is_object()) continue;
    const json::object& consumer = row.get_object();
    const std::string expires = member_text(consumer, "expires_at");
    table.add({member_text(consumer, "name"), member_text(consumer, "cursor"),
               member_text(consumer, "updated_at"), expires.empty() ? "never" : expires});
  }
  return table.empty() ? "no consumer is registered\n" : table.text(false);
}

std::string receivers_view(const json::array& receivers) {
  Table table{{{"RECEIVER"},
               {"KIND"},
               {"STATE"},
               {"WAITING"},
               {"TOLD"},
               {"FAILURES"},
               {"EXPIRED"},
               {"LAST OK"},
               {"DETAIL"}}};
  for (const json::value& row : receivers) {
    if (!row.is_object()) continue;
    const json::object& one = row.get_object();
    table.add({member_text(one, "name"), member_text(one, "kind"),
               is_true(one, "failing") ? "failing" : "ok", member_text(one, "waiting"),
               member_text(one, "told"), member_text(one, "failures"), member_text(one, "expired"),
               member_text(one, "last_ok"), member_text(one, "detail")});
  }
  return table.empty() ? "no receiver is configured\n" : table.text(false);
}

std::string receiver_test_view(const json::object& test) {
  std::string out = printable(member_text(test, "receiver")) + ": " +
                    printable(member_text(test, "outcome")) + ", status " +
                    member_text(test, "status") + '\n';
  const std::string detail = member_text(test, "detail");
  const std::string reply = printable(member_text(test, "reply"), true);
  if (!detail.empty()) out += "    " + printable(detail) + '\n';
  return reply.empty() ? out : out + reply + '\n';
}

std::string quarantine_view(const json::array& rows) {
  std::string out;
  for (const json::value& value : rows) {
    if (!value.is_object()) continue;
    const json::object& row = value.get_object();
    out += printable(member_text(row, "received")) + "  " + printable(member_text(row, "source")) +
           "  " + printable(member_text(row, "topic")) + "  " +
           printable(member_text(row, "reason")) + '\n';
    const std::string detail = member_text(row, "detail");
    if (!detail.empty()) out += "    " + printable(detail) + '\n';
    const std::string payload = printable(payload_text(row), true);
    out += "    " + member_text(row, "payload_bytes") +
           " bytes: " + cut_to_width(payload, payload_columns_max) + '\n';
  }
  return out.empty() ? "the quarantine is empty\n" : out;
}

}  // namespace parkwatch::cli
