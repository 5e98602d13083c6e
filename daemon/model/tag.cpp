// daemon/model/tag.cpp - Names of tags and patterns over them.
#include "model/tag.h"

#include <algorithm>

#include "model/utf8.h"

namespace parkwatch {
namespace {

constexpr std::string_view name_forbidden = "+#*`\"'\\ ";

// Cuts the first level off `rest`; `rest` becomes empty after the last one.
std::string_view next_level(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  const std::string_view level = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  return level;
}

// '*' stands for any run of bytes of one level. Greedy with one step back, so linear in practice.
bool level_matches(std::string_view pattern, std::string_view level) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < level.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == level[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

bool is_tag_name(std::string_view name) {
  if (name.empty() || name.size() > tag_name_bytes_max || first_not_utf8(name)) return false;
  if (name.front() == '/' || name.back() == '/' || name.find("//") != std::string_view::npos) {
    return false;
  }
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || name_forbidden.find(c) != std::string_view::npos)
      return false;
  }
  return true;
}

TagNameParts parts_of_tag_name(std::string_view name) {
  TagNameParts parts;
  parts.site = name.substr(0, name.find('/'));
  if (parts.site.size() < name.size()) {
    const std::string_view rest = name.substr(parts.site.size() + 1);
    parts.device = rest.substr(0, rest.find('/'));
  }
  const std::size_t slash = name.rfind('/');
  parts.quantity = slash == std::string_view::npos ? name : name.substr(slash + 1);
  return parts;
}

std::string filled_from_tag_name(std::string_view text, std::string_view name) {
  const TagNameParts parts = parts_of_tag_name(name);
  const std::pair<std::string_view, std::string_view> words[] = {{"{site}", parts.site},
                                                                 {"{device}", parts.device},
                                                                 {"{quantity}", parts.quantity},
                                                                 {"{tag}", name}};
  std::string out;
  while (!text.empty()) {
    bool replaced = false;
    for (const auto& [placeholder, word] : words) {
      if (!text.starts_with(placeholder)) continue;
      out += word;
      text.remove_prefix(placeholder.size());
      replaced = true;
      break;
    }
    if (replaced) continue;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

// As level_matches, a level instead of a byte a step: the newest "**" alone is worth going back to,
// so a hostile pattern costs the product of the lengths and not a power of them.
bool tag_matches(std::string_view pattern, std::string_view name) {
  std::optional<std::string_view> behind_stars;  // the pattern behind the newest "**"
  std::string_view resume;                       // of the name: where its next try begins
  while (!name.empty()) {
    std::string_view pattern_rest = pattern;
    const std::string_view level = next_level(pattern_rest);
    std::string_view name_rest = name;
    if (level == "**") {
      if (pattern_rest.empty()) return true;
      pattern = pattern_rest;
      behind_stars = pattern_rest;
      resume = name;
    } else if (!pattern.empty() && level_matches(level, next_level(name_rest))) {
      pattern = pattern_rest;
      name = name_rest;
    } else if (behind_stars) {
      (void)next_level(resume);
      name = resume;
      pattern = *behind_stars;
    } else {
      return false;
    }
  }
  while (pattern.starts_with("**/")) pattern.remove_prefix(3);
  return pattern.empty() || pattern == "**";
}

bool tag_matches_one(const std::vector<std::string>& patterns, std::string_view name) {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(),
                     [name](const std::string& pattern) { return tag_matches(pattern, name); });
}

}  // namespace parkwatch
