// drivers/mqtt/codec/json_scan.cpp - A recursive scanner, nesting_max deep at most.
#include "drivers/mqtt/codec/json_scan.h"

#include <array>

#include "drivers/mqtt/codec/scalar.h"

namespace parkwatch::mqtt_codec {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  JsonScan run() {
    bool going = value();
    while (going) going = depth_ == 0 ? end() : next_in_container();
    return std::move(scan_);
  }

 private:
  [[nodiscard]] char at() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] bool done() const { return at_ >= text_.size(); }

  bool fail(std::string what) {
    if (done()) what = "the text ends early: " + what;
    scan_.fault = JsonScan::Fault{at_, std::move(what)};
    return false;
  }

  void blanks() {
    while (!done() && (at() == ' ' || at() == '\t' || at() == '\n' || at() == '\r')) ++at_;
  }

  bool end() {
    blanks();
    if (!done()) return fail("nothing may follow the value");
    return false;
  }

  // A value, or the opening of a container with the key of its first member.
  bool value() {
    blanks();
    if (done()) return fail("a value is expected");
    switch (at()) {
      case '{':
      case '[':
        return open();
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool open() {
    const std::size_t start = at_;
    const bool object = at() == '{';
    ++at_;
    blanks();
    if (at() == (object ? '}' : ']')) {
      ++at_;
      return true;
    }
    if (depth_ == nesting_max) {
      at_ = start;
      return fail("deeper than " + std::to_string(nesting_max) + " levels");
    }
    is_object_[depth_++] = object;
    return object ? key() && value() : value();
  }

  bool close() {
    --depth_;
    ++at_;
    return true;
  }

  // After a value inside a container.
  bool next_in_container() {
    blanks();
    const bool object = is_object_[depth_ - 1];
    if (at() == (object ? '}' : ']')) return close();
    if (at() != ',') return fail(object ? "',' or '}' is expected" : "',' or ']' is expected");
    ++at_;
    return object ? key() && value() : value();
  }

  bool key() {
    blanks();
    if (at() != '"') return fail("a name in double quotes is expected");
    if (!string()) return false;
    blanks();
    if (at() != ':') return fail("':' is expected");
    ++at_;
    return true;
  }

  bool string() {
    ++at_;
    while (!done() && at() != '"') {
      if (static_cast<unsigned char>(at()) < 0x20) return fail("a control character in a text");
      if (at() == '\\' && !escape()) return false;
      ++at_;
    }
    if (done()) return fail("'\"' is expected");
    ++at_;
    return true;
  }

  // Ends on the escape's last byte.
  bool escape() {
    ++at_;
    if (done() || std::string_view{"\"\\/bfnrtu"}.find(at()) == std::string_view::npos) {
      return fail("no such escape");
    }
    if (at() != 'u') return true;
    for (int i = 0; i < 4; ++i) {
      ++at_;
      if (done() || !is_hex(at())) return fail("four hexadecimal digits are expected");
    }
    return true;
  }

  bool take(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  bool word(std::string_view expected) { return take(expected) || fail("a value is expected"); }

  bool digits() {
    if (!is_digit(at())) return fail("a digit is expected");
    while (is_digit(at())) ++at_;
    return true;
  }

  bool number() {
    const std::size_t start = at_;
    if (at() == '-') ++at_;
    if (take("NaN") || take("Infinity")) {
      scan_.not_finite.push_back({start, at_ - start});
      return true;
    }
    if (at_ == start && !is_digit(at())) return fail("a value is expected");
    if (at() == '0' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])) {
      return fail("a number must not begin with 0");
    }
    if (!digits()) return false;
    if (at() == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (at() == 'e' || at() == 'E') {
      ++at_;
      if (at() == '+' || at() == '-') ++at_;
      if (!digits()) return false;
    }
    remember_if_not_finite(start);
    return true;
  }

  void remember_if_not_finite(std::size_t start) {
    const ParsedNumber parsed = parse_number(text_.substr(start, at_ - start));
    // Beyond 64 bits simdjson takes no whole number, not even one that a double holds.
    const bool whole =
        text_.substr(start, at_ - start).find_first_of(".eE") == std::string_view::npos;
    if (std::holds_alternative<NotANumber>(parsed) ||
        (whole && std::holds_alternative<double>(parsed))) {
      scan_.not_finite.push_back({start, at_ - start});
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::array<bool, nesting_max> is_object_{};
  std::size_t depth_ = 0;
  JsonScan scan_;
};

}  // namespace

JsonScan scan_json(std::string_view text) { return Scanner{text}.run(); }

}  // namespace parkwatch::mqtt_codec
