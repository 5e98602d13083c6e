// daemon/http/command_body.cpp - Parses with Boost.JSON, which bounds the depth and checks UTF-8.
#include "http/command_body.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cmath>

namespace parkwatch::http {
namespace json = boost::json;
namespace {

// Our bodies are flat.
constexpr std::size_t depth_max = 4;
constexpr std::size_t time_bytes_max = 64;

bool readable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7F) || c == '\n' || c == '\t';
  });
}

}  // namespace

CommandBody::CommandBody(const std::string& text) {
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return;
  json::parse_options options;
  options.max_depth = depth_max;
  boost::system::error_code failed;
  auto value = json::parse(text, failed, {}, options);
  if (failed) {
    mistake_ = "the body is no JSON: " + failed.message();
  } else if (!value.is_object()) {
    mistake_ = "the body must be a JSON object";
  } else {
    object_ = std::move(value.as_object());
  }
}

void CommandBody::mistake(std::string_view key, std::string_view what) {
  if (!mistake_.empty()) return;
  mistake_ = "member '";
  mistake_ += key;
  mistake_ += "': ";
  mistake_ += what;
}

const json::value* CommandBody::find(std::string_view key) {
  asked_.push_back(key);
  return object_.if_contains(key);
}

std::optional<std::string> CommandBody::text(std::string_view key, std::size_t bytes_max) {
  const json::value* value = find(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_string()) {
    mistake(key, "must be a string");
    return std::nullopt;
  }
  std::string text{std::string_view{value->as_string()}};
  if (text.size() > bytes_max) {
    mistake(key, "is longer than " + std::to_string(bytes_max) + " bytes");
  } else if (!readable(text)) {
    mistake(key, "has control characters");
  }
  return text;
}

std::string CommandBody::required_text(std::string_view key, std::size_t bytes_max) {
  const auto given = text(key, bytes_max);
  if (!given || given->empty()) mistake(key, "is missing");
  return given.value_or("");
}

std::vector<std::string> CommandBody::texts(std::string_view key, std::size_t count_max,
                                            std::size_t bytes_max) {
  const json::value* value = find(key);
  if (value == nullptr || value->is_null()) return {};
  std::vector<std::string> texts;
  if (!value->is_array()) {
    mistake(key, "must be an array of strings");
    return texts;
  }
  for (const json::value& each : value->get_array()) {
    const bool fine = each.is_string() && !each.get_string().empty() &&
                      each.get_string().size() <= bytes_max && readable(each.get_string());
    if (!fine) mistake(key, "holds what is no short text");
    if (fine) texts.emplace_back(std::string_view{each.get_string()});
  }
  if (texts.size() > count_max) mistake(key, "holds more than " + std::to_string(count_max));
  return texts;
}

std::uint64_t CommandBody::required_number(std::string_view key) {
  const json::value* value = find(key);
  if (value == nullptr) {
    mistake(key, "is missing");
    return 0;
  }
  boost::system::error_code failed;
  const auto number = value->to_number<std::uint64_t>(failed);
  if (failed || number == 0) mistake(key, "must be a whole number, 1 or more");
  return failed ? 0 : number;
}

std::uint64_t CommandBody::number(std::string_view key) {
  return object_.contains(key) ? required_number(key) : (find(key), 0);
}

std::optional<double> CommandBody::real(std::string_view key) {
  const json::value* value = find(key);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code failed;
  const auto number = value->to_number<double>(failed);
  if (!failed && std::isfinite(number)) return number;
  mistake(key, "must be a number");
  return std::nullopt;
}

bool CommandBody::boolean(std::string_view key, bool fallback) {
  const json::value* value = find(key);
  if (value == nullptr) return fallback;
  if (value->is_bool()) return value->as_bool();
  mistake(key, "must be true or false");
  return fallback;
}

std::optional<Timestamp> CommandBody::time(std::string_view key) {
  const auto given = text(key, time_bytes_max);
  if (!given) return std::nullopt;
  const auto time = parse_rfc3339(*given);
  if (!time) mistake(key, "must be a time like 2026-05-31T06:00:00Z");
  return time;
}

CommandBody::End CommandBody::end() {
  End end;
  end.until = time("until");
  const auto length = text("for", time_bytes_max);
  if (!length) return end;
  const auto parsed = parse_duration(*length);
  if (!parsed || *parsed <= Duration{0}) mistake("for", "must be a time like 30m or 2h");
  if (end.until) mistake("for", "stands beside 'until'; give one of them");
  end.length = parsed.value_or(Duration{0});
  return end;
}

std::optional<Response> CommandBody::finish() {
  for (const auto& member : object_) {
    const std::string_view key = member.key();
    if (std::ranges::find(asked_, key) == asked_.end()) mistake(key, "is unknown");
  }
  if (mistake_.empty()) return std::nullopt;
  return problem(400, mistake_);
}

}  // namespace parkwatch::http
