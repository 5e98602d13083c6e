// daemon/report/members.h - Members of a JSON object that may be missing or of another type: they
// show as nothing, never as a crash. Pure.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace parkwatch::report {

// How texts are shown.
struct ViewStyle {
  bool colour = false;
  bool chinese = false;  // texts in Chinese where there are both
};

// A text in both languages, and the one that is shown.
struct Words {
  const char* zh;
  const char* en;
};
[[nodiscard]] inline std::string in(const ViewStyle& style, Words words) {
  return style.chinese ? words.zh : words.en;
}

// A text as it is; numbers and booleans written out; "" for anything else.
[[nodiscard]] std::string value_text(const boost::json::value& value);
// "" unless there is such a member.
[[nodiscard]] std::string member_text(const boost::json::object& object, std::string_view key);
// Null unless the member is an array.
[[nodiscard]] const boost::json::array* member_array(const boost::json::object& object,
                                                     std::string_view key);
// The objects of the array; empty unless the member is one.
[[nodiscard]] std::vector<const boost::json::object*> member_rows(const boost::json::object& object,
                                                                  std::string_view key);
// 0 unless the member is a number.
[[nodiscard]] double member_number(const boost::json::object& object, std::string_view key);
// Empty unless the member is an object.
[[nodiscard]] const boost::json::object& member_object(const boost::json::object& object,
                                                       std::string_view key);

}  // namespace parkwatch::report
