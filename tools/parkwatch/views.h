// tools/parkwatch/views.h - The API's JSON as people read it. Pure. A member that is missing or of
// another type shows as nothing, never as a crash: the daemon may be older or newer.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "report/members.h"

namespace parkwatch::cli {

using report::ViewStyle;

[[nodiscard]] std::string status_view(const boost::json::object& status, const ViewStyle& style);
[[nodiscard]] std::string tags_view(const boost::json::array& tags, const ViewStyle& style);
// Unacknowledged first, then by priority, then the newest. Of an alarm whose data is bad or lost:
// its last value and for how long; `now` is as the daemon says it.
// Lines before the alarms: a flood, windows, loop checks.
[[nodiscard]] std::string alarms_head(const boost::json::object& document, const ViewStyle& style);
[[nodiscard]] std::string alarms_view(const boost::json::array& alarms, const ViewStyle& style,
                                      const std::string& now = {});
// One transition, one line, ended by '\n'.
[[nodiscard]] std::string event_line(const boost::json::object& event, const ViewStyle& style);
// Transitions that are no longer stored; likewise.
[[nodiscard]] std::string gap_line(const boost::json::object& gap, const ViewStyle& style);
[[nodiscard]] std::string consumers_view(const boost::json::array& consumers);
[[nodiscard]] std::string receivers_view(const boost::json::array& receivers);
// What came of a test message: its outcome, then the answer as it came.
[[nodiscard]] std::string receiver_test_view(const boost::json::object& test);
[[nodiscard]] std::string quarantine_view(const boost::json::array& rows);

using report::member_array;
using report::member_text;

}  // namespace parkwatch::cli
