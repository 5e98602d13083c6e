// daemon/report/report_view.h - The shift report for people: text and HTML, in Chinese or English.
// Pure.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "report/members.h"

namespace parkwatch::report {

// What stands for a text between the tags and in the attributes of HTML.
[[nodiscard]] std::string html_escaped(std::string_view text);
// Of /v1/shift-report: park, shift and times in one line.
[[nodiscard]] std::string shift_report_title(const boost::json::object& report,
                                             const ViewStyle& style);
[[nodiscard]] std::string shift_report_view(const boost::json::object& report,
                                            const ViewStyle& style);
// The same as one HTML document without anything from outside, to be printed and signed.
[[nodiscard]] std::string shift_report_html(const boost::json::object& report,
                                            const ViewStyle& style);

}  // namespace parkwatch::report
