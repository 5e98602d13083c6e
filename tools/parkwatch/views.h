// tools/parkwatch/views.h - The API's JSON as people read it. Pure. A member that is missing or of
// another type shows as nothing, never as a crash: the daemon may be older or newer.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace parkwatch::cli {

struct ViewStyle {
  bool colour = false;
  bool chinese = false;  // texts in Chinese where there are both
};

[[nodiscard]] std::string status_view(const boost::json::object& status, const ViewStyle& style);
[[nodiscard]] std::string tags_view(const boost::json::array& tags, const ViewStyle& style);
// Unacknowledged first, then by priority, then the newest.
[[nodiscard]] std::string alarms_view(const boost::json::array& alarms, const ViewStyle& style);
// One transition, one line, ended by '\n'.
[[nodiscard]] std::string event_line(const boost::json::object& event, const ViewStyle& style);
[[nodiscard]] std::string consumers_view(const boost::json::array& consumers);
[[nodiscard]] std::string receivers_view(const boost::json::array& receivers);
// What came of a test message: its outcome, then the answer as it came.
[[nodiscard]] std::string receiver_test_view(const boost::json::object& test);
[[nodiscard]] std::string quarantine_view(const boost::json::array& rows);

// "" unless the member is a text; numbers and booleans are written out.
[[nodiscard]] std::string member_text(const boost::json::object& object, std::string_view key);
// Null unless the member is an array.
[[nodiscard]] const boost::json::array* member_array(const boost::json::object& object,
                                                     std::string_view key);

}  // namespace parkwatch::cli
