// daemon/config/each.cpp - Placeholders in names and texts of a configuration.
#include "config/each.h"

#include <algorithm>

#include "model/tag.h"

namespace parkwatch::config {

const std::vector<std::string>& tag_placeholders() {
  static const std::vector<std::string> names{"site", "device", "quantity", "tag"};
  return names;
}

std::vector<Variant> read_each(SettingsReader& reader) {
  std::vector<Variant> variants{{}};
  const SettingsTable* table = reader.table("each");
  if (table == nullptr) return variants;
  for (const auto& [placeholder, value] : table->entries) {
    std::vector<std::string> words;
    if (const auto* array = std::get_if<std::vector<SettingsValue>>(&value.held)) {
      for (const SettingsValue& element : *array) {
        if (const auto* word = std::get_if<std::string>(&element.held)) words.push_back(*word);
      }
      if (words.size() != array->size()) words.clear();
    }
    if (words.empty()) {
      reader.error("each", "\"" + placeholder +
                               "\" must be an array of texts, such as "
                               "each = { tank = [\"t101\", \"t102\"] }");
      continue;
    }
    if (words.size() > tags_max / variants.size()) {
      reader.error("each", "gives more than " + std::to_string(tags_max) + " tags");
      return {{}};
    }
    std::vector<Variant> longer;
    for (const Variant& variant : variants) {
      for (const std::string& word : words) {
        longer.push_back(variant);
        longer.back().emplace_back(placeholder, word);
      }
    }
    variants = std::move(longer);
  }
  return variants;
}

std::optional<std::vector<Placeholder>> placeholders_of(std::string_view text) {
  std::vector<Placeholder> found;
  for (;;) {
    const std::size_t brace = text.find_first_of("{}");
    if (brace == std::string_view::npos) return found;
    const char c = text[brace];
    text.remove_prefix(brace + 1);
    if (!text.empty() && text.front() == c) {
      text.remove_prefix(1);
      continue;
    }
    const std::size_t end = c == '{' ? text.find_first_of("{}") : std::string_view::npos;
    if (end == std::string_view::npos || text[end] == '{') return std::nullopt;
    const std::string_view inside = text.substr(0, end);
    const std::size_t colon = inside.find(':');
    found.push_back({std::string{inside.substr(0, colon)},
                     colon == std::string_view::npos ? "" : std::string{inside.substr(colon + 1)}});
    text.remove_prefix(end + 1);
  }
}

std::string filled(std::string_view text, const Variant& variant) {
  std::string out;
  while (!text.empty()) {
    const std::size_t brace = text.find('{');
    const std::size_t end = brace == std::string_view::npos ? brace : text.find('}', brace);
    if (end == std::string_view::npos) break;
    const std::string_view name = text.substr(brace + 1, end - brace - 1);
    const auto found = std::find_if(variant.begin(), variant.end(),
                                    [&](const auto& pair) { return pair.first == name; });
    out += text.substr(0, brace);
    out +=
        found == variant.end() ? std::string{text.substr(brace, end + 1 - brace)} : found->second;
    text.remove_prefix(end + 1);
  }
  return out += text;
}

}  // namespace parkwatch::config
