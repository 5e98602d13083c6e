// daemon/model/settings.cpp - Typed reading of a configuration table, and slips of the keyboard.
#include "model/settings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "model/value.h"

namespace parkwatch {
namespace {

// What a value is, in the words of a person who writes TOML.
std::string_view kind_of(const SettingsValue& value) {
  static constexpr std::array<std::string_view, 6> words{
      "a text", "a whole number", "a decimal number", "true or false", "an array", "a table"};
  return words.at(value.held.index());
}

std::string expected(std::string_view what, const SettingsValue& value) {
  return "must be " + std::string{what} + ", is " + std::string{kind_of(value)};
}

std::string quoted(std::string_view text) { return '"' + std::string{text} + '"'; }

// Its characters, so that a wrong Chinese one is one slip and not three; letters of ASCII in small.
std::u32string letters_of(std::string_view text) {
  std::u32string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continues = (byte & 0xC0U) == 0x80U;
    if (!continues) {
      const bool capital = c >= 'A' && c <= 'Z';
      out.push_back(byte + (capital ? U'a' - U'A' : 0U));
    } else if (!out.empty()) {
      out.back() = out.back() << 8U | byte;  // tells characters apart, which is all that is asked
    }
  }
  return out;
}

// Edits that turn `a` into `b`: insert, delete, replace, or swap two neighbours.
std::size_t edit_distance(const std::u32string& a, const std::u32string& b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::size_t slips_max(const std::u32string& word) {
  if (word.size() < 3) return 0;
  if (word.size() < 5) return 1;
  return word.size() < 10 ? 2 : 3;
}

}  // namespace

SettingsReader::SettingsReader(const SettingsTable& table, std::string path, Diagnostics& out)
    : table_(table), path_(std::move(path)), out_(out) {}

const SettingsValue* SettingsReader::find(std::string_view key) {
  asked_.emplace(key);
  for (const auto& [name, value] : table_.entries) {
    if (name == key) return &value;
  }
  return nullptr;
}

bool SettingsReader::has(std::string_view key) const {
  return std::any_of(table_.entries.begin(), table_.entries.end(),
                     [&](const auto& entry) { return entry.first == key; });
}

std::string SettingsReader::text(std::string_view key, std::string fallback) {
  std::optional<std::string> held = text(key);
  return held ? *std::move(held) : std::move(fallback);
}

std::optional<std::string> SettingsReader::text(std::string_view key) {
  const SettingsValue* found = find(key);
  if (found == nullptr) return std::nullopt;
  if (const auto* held = std::get_if<std::string>(&found->held)) return *held;
  error(key, expected("a text in quotes", *found));
  return std::nullopt;
}

std::string SettingsReader::required_text(std::string_view key) {
  if (!has(key)) {
    (void)find(key);
    error(key, "is missing and has no default");
    return {};
  }
  std::optional<std::string> held = text(key);
  if (held && held->empty()) error(key, "must not be empty");
  return held.value_or(std::string{});
}

bool SettingsReader::boolean(std::string_view key, bool fallback) {
  const SettingsValue* found = find(key);
  if (found == nullptr) return fallback;
  if (const auto* held = std::get_if<bool>(&found->held)) return *held;
  error(key, expected("true or false (without quotes)", *found));
  return fallback;
}

std::int64_t SettingsReader::integer(std::string_view key, std::int64_t fallback, std::int64_t low,
                                     std::int64_t high) {
  const SettingsValue* found = find(key);
  if (found == nullptr) return fallback;
  const std::string range =
      "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
  const auto* held = std::get_if<std::int64_t>(&found->held);
  if (held == nullptr) {
    error(key, expected(range, *found));
    return fallback;
  }
  if (*held < low || *held > high) {
    error(key, "must be " + range + ", is " + std::to_string(*held));
    return fallback;
  }
  return *held;
}

std::optional<double> SettingsReader::number(std::string_view key) {
  const SettingsValue* found = find(key);
  if (found == nullptr) return std::nullopt;
  if (const auto* whole = std::get_if<std::int64_t>(&found->held)) {
    return static_cast<double>(*whole);
  }
  const auto* held = std::get_if<double>(&found->held);
  if (held == nullptr) {
    error(key, expected("a number", *found));
    return std::nullopt;
  }
  if (!std::isfinite(*held)) {
    error(key, "must be a finite number, not inf or nan");
    return std::nullopt;
  }
  return *held;
}

Duration SettingsReader::duration(std::string_view key, Duration fallback, Duration low,
                                  Duration high) {
  const SettingsValue* found = find(key);
  if (found == nullptr) return fallback;
  constexpr std::string_view wanted =
      "a time with its unit, such as \"500ms\", \"10s\" or \"1h30m\"";
  const auto* held = std::get_if<std::string>(&found->held);
  if (held == nullptr) {
    error(key, expected(wanted, *found));
    return fallback;
  }
  const std::optional<Duration> parsed = parse_duration(*held);
  if (!parsed) {
    error(key, "must be " + std::string{wanted} + ", is " + quoted(*held));
    return fallback;
  }
  if (*parsed < low || *parsed > high) {
    error(key, "must be from " + to_text(low) + " to " + to_text(high) + ", is " + *held);
    return fallback;
  }
  return *parsed;
}

std::uint64_t SettingsReader::bytes(std::string_view key, std::uint64_t fallback, std::uint64_t low,
                                    std::uint64_t high) {
  const SettingsValue* found = find(key);
  if (found == nullptr) return fallback;
  constexpr std::string_view wanted =
      "a size such as \"64MiB\", \"2GB\" or a whole number of bytes";
  std::optional<std::uint64_t> parsed;
  if (const auto* text_held = std::get_if<std::string>(&found->held)) {
    parsed = parse_bytes(*text_held);
    if (!parsed) {
      error(key, "must be " + std::string{wanted} + ", is " + quoted(*text_held));
      return fallback;
    }
  } else if (const auto* whole = std::get_if<std::int64_t>(&found->held); whole && *whole >= 0) {
    parsed = static_cast<std::uint64_t>(*whole);
  } else {
    error(key, whole ? "must not be negative" : expected(wanted, *found));
    return fallback;
  }
  if (*parsed < low || *parsed > high) {
    error(key, "must be from " + std::to_string(low) + " to " + std::to_string(high) +
                   " bytes, is " + std::to_string(*parsed));
    return fallback;
  }
  return *parsed;
}

std::string SettingsReader::choice(std::string_view key, std::string fallback,
                                   std::initializer_list<std::string_view> words) {
  const std::optional<std::string> held = text(key);
  if (!held) return fallback;
  if (std::find(words.begin(), words.end(), *held) != words.end()) return *held;
  const std::vector<std::string> known{words.begin(), words.end()};
  std::string list;
  for (const std::string& word : known) list += (list.empty() ? "" : ", ") + quoted(word);
  std::string message = "unknown word " + quoted(*held);
  if (const auto near = did_you_mean(*held, known)) {
    message += "; did you mean " + quoted(*near) + "?";
  }
  error(key, message + " (one of " + list + ")");
  return fallback;
}

std::vector<std::string> SettingsReader::texts(std::string_view key) {
  const SettingsValue* found = find(key);
  if (found == nullptr) return {};
  if (const auto* one = std::get_if<std::string>(&found->held)) return {*one};
  const auto* array = std::get_if<std::vector<SettingsValue>>(&found->held);
  if (array == nullptr) {
    error(key, expected("a text or an array of texts", *found));
    return {};
  }
  std::vector<std::string> out;
  for (const SettingsValue& element : *array) {
    if (const auto* held = std::get_if<std::string>(&element.held)) {
      out.push_back(*held);
    } else {
      out_.push_back({Diagnostic::Severity::error, element.where, name_of(key),
                      "every element " + expected("a text", element)});
    }
  }
  return out;
}

const SettingsTable* SettingsReader::table(std::string_view key) {
  const SettingsValue* found = find(key);
  if (found == nullptr) return nullptr;
  if (const auto* held = std::get_if<std::shared_ptr<SettingsTable>>(&found->held)) {
    return held->get();
  }
  error(key, std::holds_alternative<std::vector<SettingsValue>>(found->held)
                 ? "must be one table: write [" + name_of(key) + "], not [[" + name_of(key) + "]]"
                 : expected("a table", *found));
  return nullptr;
}

std::vector<const SettingsTable*> SettingsReader::tables(std::string_view key) {
  const SettingsValue* found = find(key);
  if (found == nullptr) return {};
  const std::string wanted = "an array of tables: write [[" + name_of(key) + "]] for each";
  const auto* array = std::get_if<std::vector<SettingsValue>>(&found->held);
  if (array == nullptr) {
    error(key, expected(wanted, *found));
    return {};
  }
  std::vector<const SettingsTable*> out;
  for (const SettingsValue& element : *array) {
    if (const auto* held = std::get_if<std::shared_ptr<SettingsTable>>(&element.held)) {
      out.push_back(held->get());
    } else {
      out_.push_back({Diagnostic::Severity::error, element.where, name_of(key),
                      "every element " + expected("a table", element)});
    }
  }
  return out;
}

const SettingsValue* SettingsReader::value(std::string_view key) { return find(key); }

SettingsReader SettingsReader::within(const SettingsTable& table, std::string_view key) const {
  return SettingsReader{table, name_of(key), out_};
}

void SettingsReader::error(std::string_view key, std::string message) {
  report(Diagnostic::Severity::error, key, std::move(message));
}

void SettingsReader::warning(std::string_view key, std::string message) {
  report(Diagnostic::Severity::warning, key, std::move(message));
}

void SettingsReader::report(Diagnostic::Severity severity, std::string_view key,
                            std::string message) {
  out_.push_back({severity, where(key), name_of(key), std::move(message)});
}

SourceLocation SettingsReader::where(std::string_view key) const {
  for (const auto& [name, value] : table_.entries) {
    if (name == key) return value.where;
  }
  return table_.where;
}

std::string SettingsReader::name_of(std::string_view key) const {
  if (path_.empty()) return std::string{key};
  return key.empty() ? path_ : path_ + '.' + std::string{key};
}

void SettingsReader::finish() {
  const std::vector<std::string> known{asked_.begin(), asked_.end()};
  for (const auto& [name, value] : table_.entries) {
    if (asked_.contains(name)) continue;
    std::string message = "unknown key";
    if (const auto near = did_you_mean(name, known)) {
      message += "; did you mean " + quoted(*near) + "?";
    }
    out_.push_back({Diagnostic::Severity::error, value.where, name_of(name), std::move(message)});
  }
}

std::optional<std::string> did_you_mean(std::string_view word,
                                        const std::vector<std::string>& words) {
  // A longer word is no slip of anything; this also bounds the work that a hostile file can cause.
  constexpr std::size_t word_bytes_max = 256;
  if (word.size() > word_bytes_max) return std::nullopt;
  const std::u32string wanted = letters_of(word);
  std::size_t best = slips_max(wanted) + 1;
  const std::string* nearest = nullptr;
  for (const std::string& candidate : words) {
    if (candidate.size() > word_bytes_max || candidate == word) continue;
    const std::u32string letters = letters_of(candidate);
    const std::size_t longer = std::max(letters.size(), wanted.size());
    const std::size_t shorter = std::min(letters.size(), wanted.size());
    if (longer - shorter >= best) continue;
    const std::size_t distance = edit_distance(wanted, letters);
    if (distance < best) {
      best = distance;
      nearest = &candidate;
    }
  }
  if (nearest == nullptr) return std::nullopt;
  return *nearest;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::uint64_t bytes;
  };
  static constexpr std::array<Unit, 11> units{{{"", 1},
                                               {"B", 1},
                                               {"kB", 1'000},
                                               {"KB", 1'000},
                                               {"KiB", 1ULL << 10},
                                               {"MB", 1'000'000},
                                               {"MiB", 1ULL << 20},
                                               {"GB", 1'000'000'000},
                                               {"GiB", 1ULL << 30},
                                               {"TB", 1'000'000'000'000},
                                               {"TiB", 1ULL << 40}}};
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t number = 0;
  std::size_t at = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    const auto digit = static_cast<std::uint64_t>(text[at] - '0');
    if (number > (most - digit) / 10) return std::nullopt;
    number = number * 10 + digit;
  }
  if (at == 0) return std::nullopt;
  std::string_view unit = text.substr(at);
  if (unit.size() > 1 && unit.front() == ' ') unit.remove_prefix(1);
  for (const Unit& known : units) {
    if (unit != known.name) continue;
    if (number > most / known.bytes) return std::nullopt;
    return number * known.bytes;
  }
  return std::nullopt;
}

}  // namespace parkwatch
