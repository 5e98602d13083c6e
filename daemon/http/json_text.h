// daemon/http/json_text.h - Writes JSON's values straight into a string: readings leave by the
// hundred thousand. Pure.
#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/time.h"
#include "model/value.h"

namespace parkwatch::http {

// A quoted JSON string (RFC 8259) of any bytes: what is not UTF-8 becomes U+FFFD, byte by byte.
void append_json_string(std::string& out, std::string_view text);
// The shortest text that reads back as the same number, a double always with a point or an
// exponent. REQUIRES: finite
void append_number(std::string& out, double number);
void append_number(std::string& out, std::int64_t number);
void append_number(std::string& out, std::uint64_t number);
void append_json_value(std::string& out, const Value& value);

// A document of ours, all of it on one line. Boost.JSON's own writer gives 7.42 as 7.42E0.
void append_json(std::string& out, const boost::json::value& document);

// Writes times as to_rfc3339() does, but renders a day only once. REQUIRES: within
// timestamp_min..max
class TimeText {
 public:
  void append(std::string& out, Timestamp t);

 private:
  std::int64_t day_ = -1;
  std::string date_;  // "2026-01-31T"
};

}  // namespace parkwatch::http
