// tests/cases/case_files.cpp - Reading and writing of a case's files.
#include "case_files.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>

namespace parkwatch::cases {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// The byte of two digits at the front of `text`.
std::optional<char> hex_byte(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto high = hex_digit(text[0]);
  const auto low = hex_digit(text[1]);
  if (!high || !low) return std::nullopt;
  return static_cast<char>(*high * 16 + *low);
}

std::optional<std::string> from_hex(std::string_view text) {
  std::string bytes;
  for (; !text.empty(); text.remove_prefix(2)) {
    const auto byte = hex_byte(text);
    if (!byte) return std::nullopt;
    bytes += *byte;
  }
  return bytes;
}

std::optional<std::string> unescaped(std::string_view text) {
  constexpr std::string_view names = "tnr\\";
  constexpr std::string_view bytes = "\t\n\r\\";
  std::string out;
  while (!text.empty()) {
    if (text.front() != '\\') {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (text.size() < 2) return std::nullopt;
    const std::size_t named = names.find(text[1]);
    if (named != std::string_view::npos) {
      out += bytes[named];
      text.remove_prefix(2);
      continue;
    }
    const auto byte = text[1] == 'x' ? hex_byte(text.substr(2)) : std::nullopt;
    if (!byte) return std::nullopt;
    out += *byte;
    text.remove_prefix(4);
  }
  return out;
}

std::optional<Message> parse_line(std::string_view line) {
  constexpr std::string_view hex = "hex:";
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos) return std::nullopt;
  const std::string_view payload = line.substr(tab + 1);
  const auto topic = unescaped(line.substr(0, tab));
  const auto bytes =
      payload.starts_with(hex) ? from_hex(payload.substr(hex.size())) : unescaped(payload);
  if (!topic || !bytes) return std::nullopt;
  Message message;
  message.topic = *topic;
  message.payload = *bytes;
  message.payload_bytes = bytes->size();
  return message;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> buffer;
      (void)std::snprintf(buffer.data(), buffer.size(), "\\u%04x", static_cast<unsigned>(c));
      out += buffer.data();
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

std::vector<std::filesystem::path> find_cases(const std::filesystem::path& drivers) {
  std::vector<std::filesystem::path> cases;
  for (const auto& driver : std::filesystem::directory_iterator{drivers}) {
    const std::filesystem::path folder = driver.path() / "testcases";
    if (!std::filesystem::is_directory(folder)) continue;
    for (const auto& found : std::filesystem::directory_iterator{folder})
      cases.push_back(found.path());
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

Result<std::vector<Message>> parse_input(std::string_view text) {
  std::vector<Message> messages;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    std::optional<Message> message = parse_line(line);
    if (!message) {
      return Error{ErrorKind::bad_input,
                   "line " + std::to_string(number) +
                       ": a topic, a tab and a payload, with \\t \\n \\r \\\\ \\xNN only"};
    }
    messages.push_back(*std::move(message));
  }
  return messages;
}

std::string to_ndjson(std::size_t message, const Decoded& decoded) {
  std::string lines;
  const std::string begin = "{\"message\":" + std::to_string(message);
  for (const DecodedReading& r : decoded.readings) {
    const bool is_text = type_of(r.value) == ValueType::text;
    lines += begin + ",\"tag\":" + json_text(decoded.name_of(r)) +
             ",\"value\":" + (is_text ? json_text(to_text(r.value)) : to_text(r.value)) +
             ",\"type\":" + json_text(to_text(type_of(r.value)));
    if (r.time) lines += ",\"time\":" + json_text(to_rfc3339(*r.time));
    if (r.quality != Quality::good) lines += ",\"quality\":" + json_text(to_text(r.quality));
    if (r.reason != QualityReason::none) lines += ",\"reason\":" + json_text(to_text(r.reason));
    if (r.historical) lines += ",\"historical\":true";
    lines += "}\n";
  }
  for (const DecodeFault& f : decoded.faults) {
    lines += begin + ",\"refused\":" + json_text(to_text(f.reason)) +
             ",\"detail\":" + json_text(f.detail) + "}\n";
  }
  return lines;
}

}  // namespace parkwatch::cases
