// drivers/mqtt/codec/pointer.cpp - RFC 6901, sections 3 and 4.
#include "drivers/mqtt/codec/pointer.h"

#include <algorithm>
#include <charconv>

namespace parkwatch::mqtt_codec {
namespace {

Result<std::string> unescape(std::string_view text) {
  std::string key;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '~') {
      key += text[i];
    } else if (i + 1 < text.size() && (text[i + 1] == '0' || text[i + 1] == '1')) {
      key += text[++i] == '0' ? '~' : '/';
    } else {
      return Error{ErrorKind::bad_input,
                   "in a JSON pointer '~' is written \"~0\" and '/' in a name \"~1\""};
    }
  }
  return key;
}

std::optional<std::size_t> index_of(const std::string& key) {
  const bool digits = !key.empty() && std::all_of(key.begin(), key.end(),
                                                  [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || (key.size() > 1 && key.front() == '0')) return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  return error == std::errc{} && end == key.data() + key.size() ? std::optional{index}
                                                                : std::nullopt;
}

}  // namespace

Result<JsonPointer> JsonPointer::parse(std::string_view text) {
  JsonPointer pointer;
  pointer.text = text;
  if (text.empty()) return pointer;
  if (text.front() != '/') {
    return Error{ErrorKind::bad_input,
                 "a JSON pointer begins with '/', e.g. \"/" + std::string{text} + "\""};
  }
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::size_t end = std::min(text.find('/'), text.size());
    Result<std::string> key = unescape(text.substr(0, end));
    if (!key) return key.error();
    pointer.tokens.push_back(Token{*key, index_of(*key)});
    text.remove_prefix(end);
  }
  return pointer;
}

}  // namespace parkwatch::mqtt_codec
