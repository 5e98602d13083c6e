// daemon/report/alarm_note.h - What an operator must know of an alarm beyond its state, in a few
// words: a test, what hides it, that it chatters. Of the API's documents of alarms. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <string>

#include "report/members.h"

namespace parkwatch::report {

// How a time of a document (RFC 3339) is shown.
using ShowTime = std::function<std::string(const std::string&)>;

// It rests on the test value of a loop check.
[[nodiscard]] bool is_test(const boost::json::object& alarm);
// "TEST; shelved until 2026-01-01T08:00:00Z by wang; chatters, 14 times: shelve it?"; "" when there
// is nothing to say.
[[nodiscard]] std::string alarm_note(const boost::json::object& alarm, const ViewStyle& style,
                                     const ShowTime& time);
// Lines before the list of /v1/alarms: a flood, windows of maintenance, loop checks, alarms whose
// record is damaged. "" without any.
[[nodiscard]] std::string alarms_head(const boost::json::object& document, const ViewStyle& style,
                                      const ShowTime& time);

}  // namespace parkwatch::report
