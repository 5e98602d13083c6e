// daemon/http/request.cpp - Takes request targets apart.
#include "http/request.h"

#include <algorithm>
#include <charconv>

namespace parkwatch::http {
namespace {

// More parameters than this are no request of ours.
constexpr std::size_t parameters_max = 32;

std::optional<int> hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// As a browser's form encodes it: '+' is a blank.
std::optional<std::string> decode(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+') {
      decoded += ' ';
    } else if (text[at] != '%') {
      decoded += text[at];
    } else {
      if (at + 2 >= text.size()) return std::nullopt;
      const auto high = hex(text[at + 1]);
      const auto low = hex(text[at + 2]);
      if (!high || !low) return std::nullopt;
      decoded += static_cast<char>(*high * 16 + *low);
      at += 2;
    }
  }
  return decoded;
}

bool printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
  if (text.empty() || text.front() != '/' || !printable(text)) return std::nullopt;
  Target target;
  const std::size_t question = text.find('?');
  target.path = text.substr(0, question);
  if (question == std::string_view::npos) return target;
  std::string_view rest = text.substr(question + 1);
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    auto key = decode(part.substr(0, equals));
    auto value = decode(equals == std::string_view::npos ? "" : part.substr(equals + 1));
    if (!key || !value || target.query.size() == parameters_max) return std::nullopt;
    target.query.emplace_back(std::move(*key), std::move(*value));
  }
  return target;
}

Parameters::Parameters(const Target& target) : target_(target) {}

void Parameters::mistake(std::string_view key, std::string_view what) {
  if (!mistake_.empty()) return;
  mistake_ = "parameter '";
  mistake_ += key;
  mistake_ += "': ";
  mistake_ += what;
}

std::optional<std::string> Parameters::text(std::string_view key) {
  asked_.push_back(key);
  std::optional<std::string> found;
  for (const auto& [name, value] : target_.query) {
    if (name != key) continue;
    if (found) mistake(key, "is given twice");
    found = value;
  }
  return found;
}

std::uint64_t Parameters::number(std::string_view key, std::uint64_t fallback, std::uint64_t low,
                                 std::uint64_t high) {
  const auto given = text(key);
  if (!given) return fallback;
  std::uint64_t number = 0;
  const char* end = given->data() + given->size();
  const auto parsed = std::from_chars(given->data(), end, number);
  if (parsed.ec != std::errc{} || parsed.ptr != end || number < low || number > high) {
    const std::string bounds = high == UINT64_MAX
                                   ? " of at least " + std::to_string(low)
                                   : " from " + std::to_string(low) + " to " + std::to_string(high);
    mistake(key, "must be a whole number" + bounds + ", not '" + *given + "'");
    return fallback;
  }
  return number;
}

std::optional<Timestamp> Parameters::time(std::string_view key) {
  auto given = text(key);
  if (!given) return std::nullopt;
  // "...T08:00:00+08:00" in a query without encoding has lost its '+'.
  constexpr std::size_t offset = std::string_view{"+08:00"}.size();
  if (given->size() > offset + 10 && (*given)[given->size() - offset] == ' ') {
    (*given)[given->size() - offset] = '+';
  }
  const auto time = parse_rfc3339(*given);
  if (!time) {
    mistake(key, "must be a time as in 2026-01-31T08:00:00Z (RFC 3339), not '" + *given + "'");
  }
  return time;
}

std::vector<std::string> Parameters::list(std::string_view key, std::size_t parts_max) {
  std::vector<std::string> parts;
  const auto given = text(key);
  if (!given) return parts;
  std::string_view rest = *given;
  for (;;) {
    const std::size_t comma = rest.find(',');
    parts.emplace_back(rest.substr(0, comma));
    if (parts.back().empty()) mistake(key, "has an empty part");
    if (parts.size() > parts_max) {
      mistake(key, "has more than " + std::to_string(parts_max) + " parts");
      break;
    }
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return parts;
}

std::optional<Response> Parameters::finish() {
  for (const auto& [name, value] : target_.query) {
    if (std::ranges::find(asked_, name) == asked_.end()) {
      std::string known;
      for (const std::string_view key : asked_) {
        known += known.empty() ? "" : ", ";
        known += key;
      }
      mistake(name, known.empty() ? "this resource takes none" : "unknown; there are: " + known);
    }
  }
  if (mistake_.empty()) return std::nullopt;
  return problem(400, mistake_);
}

}  // namespace parkwatch::http
