// daemon/http/json_text.cpp - Direct writers with std::to_chars.
#include "http/json_text.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cassert>
#include <charconv>
#include <cmath>
#include <type_traits>
#include <utility>

#include "model/utf8.h"
#include "store/convert.h"

namespace parkwatch::http {
namespace {

template <typename Number>
void append_chars(std::string& out, Number number) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  assert(error == std::errc{});  // the longest double has 24 characters
  out.append(text.data(), end);
}

// What must be escaped: quote, backslash, control characters; DEL too, since terminals act on it.
constexpr bool plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte != 0x7F && c != '"' && c != '\\';
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += digits[static_cast<unsigned char>(c) >> 4];
      out += digits[static_cast<unsigned char>(c) & 15];
  }
}

void append_digits(std::string& out, std::int64_t number, int count) {
  std::array<char, 8> text;
  for (int at = count; at-- > 0; number /= 10) {
    text[static_cast<std::size_t>(at)] = static_cast<char>('0' + number % 10);
  }
  out.append(text.data(), static_cast<std::size_t>(count));
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  std::string repaired;
  if (first_not_utf8(text)) {
    repaired = store::mended_utf8(text);
    text = repaired;
  }
  out += '"';
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (plain(text[at])) continue;
    out.append(text.substr(from, at - from));
    append_escaped(out, text[at]);
    from = at + 1;
  }
  out.append(text.substr(from));
  out += '"';
}

void append_number(std::string& out, double number) {
  assert(std::isfinite(number));
  const std::size_t from = out.size();
  append_chars(out, number);
  // 9.0 stays a double, and -0.0 keeps its sign, for readers that tell whole numbers apart.
  if (out.find_first_of(".e", from) == std::string::npos) out += ".0";
}
void append_number(std::string& out, std::int64_t number) { append_chars(out, number); }
void append_number(std::string& out, std::uint64_t number) { append_chars(out, number); }

void append_json_value(std::string& out, const Value& value) {
  std::visit(
      [&out](const auto& held) {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, bool>) {
          out += held ? "true" : "false";
        } else if constexpr (std::is_same_v<Held, std::string>) {
          append_json_string(out, held);
        } else {
          append_number(out, held);
        }
      },
      value);
}

void append_json(std::string& out, const boost::json::value& document) {
  if (const auto* object = document.if_object()) {
    out += '{';
    for (bool first = true; const auto& member : *object) {
      if (!std::exchange(first, false)) out += ',';
      append_json_string(out, member.key());
      out += ':';
      append_json(out, member.value());
    }
    out += '}';
  } else if (const auto* array = document.if_array()) {
    out += '[';
    for (bool first = true; const auto& element : *array) {
      if (!std::exchange(first, false)) out += ',';
      append_json(out, element);
    }
    out += ']';
  } else if (const auto* text = document.if_string()) {
    append_json_string(out, *text);
  } else if (const auto* number = document.if_double()) {
    append_number(out, *number);
  } else if (const auto* integer = document.if_int64()) {
    append_number(out, *integer);
  } else if (const auto* natural = document.if_uint64()) {
    append_number(out, *natural);
  } else if (const auto* truth = document.if_bool()) {
    out += *truth ? "true" : "false";
  } else {
    out += "null";
  }
}

void TimeText::append(std::string& out, Timestamp t) {
  constexpr std::int64_t us_a_day = 86'400'000'000;
  const std::int64_t us = to_us(t);
  assert(us >= 0);
  if (us / us_a_day != day_) {
    day_ = us / us_a_day;
    date_ = to_rfc3339(from_us(day_ * us_a_day)).substr(0, std::string_view{"2026-01-31T"}.size());
  }
  out += date_;
  const std::int64_t rest = us % us_a_day;
  append_digits(out, rest / 3'600'000'000, 2);
  out += ':';
  append_digits(out, rest / 60'000'000 % 60, 2);
  out += ':';
  append_digits(out, rest / 1'000'000 % 60, 2);
  const std::int64_t fraction = rest % 1'000'000;
  if (fraction != 0) {
    out += '.';
    if (fraction % 1000 == 0) {
      append_digits(out, fraction / 1000, 3);
    } else {
      append_digits(out, fraction, 6);
    }
  }
  out += 'Z';
}

}  // namespace parkwatch::http
