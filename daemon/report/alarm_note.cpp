// daemon/report/alarm_note.cpp - See the header. No state.
#include "report/alarm_note.h"

#include <algorithm>

#include "report/terminal_text.h"

namespace parkwatch::report {
namespace {

namespace json = boost::json;

bool is_flagged(const json::object& alarm, std::string_view flag) {
  const json::array* flags = member_array(alarm, "flags");
  return flags != nullptr && std::any_of(flags->begin(), flags->end(), [&](const json::value& one) {
           return one.is_string() && std::string_view{one.get_string()} == flag;
         });
}

// " until ... by ..." of what somebody holds.
std::string held_text(const json::object& hold, const ViewStyle& style, const ShowTime& time) {
  std::string out;
  const std::string until = member_text(hold, "until");
  const std::string author = member_text(hold, "author");
  if (!until.empty()) out += (style.chinese ? "，至 " : " until ") + time(until);
  if (!author.empty()) out += (style.chinese ? "，" : " by ") + author;
  return out;
}

std::string chatter_text(const json::object& alarm, const ViewStyle& style) {
  std::string times = member_text(alarm, "raises");
  if (!times.empty()) times = (style.chinese ? " ×" : ", ×") + times;
  const bool offered = member_text(alarm, "offer") == "shelve";
  return (style.chinese ? "抖动" : "chatters") + times +
         (!offered        ? ""
          : style.chinese ? "：搁置？"
                          : ": shelve it?");
}

}  // namespace

bool is_test(const json::object& alarm) { return is_flagged(alarm, "test"); }

std::string alarm_note(const json::object& alarm, const ViewStyle& style, const ShowTime& time) {
  std::string out;
  const auto add = [&](std::string_view flag, const std::string& words) {
    if (is_flagged(alarm, flag)) out += (out.empty() ? "" : "; ") + words;
  };
  const auto in = [&](const char* zh, const char* en) {
    return std::string{style.chinese ? zh : en};
  };
  add("test", in("测试", "TEST"));
  add("first_out", in("首出", "first out"));
  add("shelved",
      in("已搁置", "shelved") + held_text(member_object(alarm, "shelving"), style, time));
  add("suppressed", in("已抑制", "suppressed"));
  add("out_of_service",
      in("已停用", "out of service") + held_text(member_object(alarm, "service"), style, time));
  add("maintenance", in("检修中", "maintenance"));
  add("not_commissioned", in("未投运", "not commissioned"));
  add("latched", in("待复位", "to be reset"));
  add("chattering", chatter_text(alarm, style));
  const std::string respond = member_text(alarm, "respond_by");
  if (!respond.empty()) {
    out += (out.empty() ? "" : "; ") + in("须响应于 ", "respond by ") + time(respond);
  }
  return printable(out);
}

std::string alarms_head(const json::object& document, const ViewStyle& style,
                        const ShowTime& time) {
  std::string out;
  const auto line = [&](const json::object& row) {
    const json::object& message = member_object(row, "message");
    std::string text = member_text(message, style.chinese ? "zh" : "en");
    if (text.empty()) text = member_text(row, "rule") + ' ' + member_text(row, "scope");
    out += printable("! " + text + held_text(member_object(row, "shelving"), style, time)) + '\n';
  };
  const json::object& flood = member_object(document, "flood");
  if (!flood.empty()) line(flood);
  for (const char* const key : {"loop_checks", "maintenance"}) {
    const json::array* rows = member_array(document, key);
    if (rows == nullptr) continue;
    for (const json::value& row : *rows) {
      if (row.is_object()) line(row.get_object());
    }
  }
  const json::array* damaged = member_array(document, "damaged");
  for (const json::value& row : damaged == nullptr ? json::array{} : *damaged) {
    if (!row.is_object()) continue;
    const json::object& alarm = row.get_object();
    out += printable("! " + member_text(alarm, "rule") + ' ' + member_text(alarm, "tag") +
                     (style.chinese ? " 报警存在，但其记录已损坏"
                                    : " stands, but its record is damaged")) +
           '\n';
  }
  return out;
}

}  // namespace parkwatch::report
