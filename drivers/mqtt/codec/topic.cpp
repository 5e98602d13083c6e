// drivers/mqtt/codec/topic.cpp - Matching by level, without copies.
#include "drivers/mqtt/codec/topic.h"

#include <algorithm>

#include "model/utf8.h"

namespace parkwatch::mqtt_codec {
namespace {

bool is_capture_name(std::string_view name) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_inner = [&](char c) { return is_lower(c) || c == '_' || (c >= '0' && c <= '9'); };
  return !name.empty() && is_lower(name.front()) && std::all_of(name.begin(), name.end(), is_inner);
}

// The front level of `topic`, which moves behind the next '/'; `more` says whether there was one.
std::string_view take_level(std::string_view& topic, bool& more) {
  const std::size_t slash = topic.find('/');
  more = slash != std::string_view::npos;
  const std::string_view level = topic.substr(0, slash);
  topic.remove_prefix(more ? slash + 1 : topic.size());
  return level;
}

}  // namespace

Result<TopicPattern::Level> TopicPattern::parse_level(std::string_view text, bool last,
                                                      std::vector<std::string>& captures) {
  Level level;
  const std::string shown{text};
  if (text == "#") {
    if (!last) return Error{ErrorKind::bad_input, "'#' may only be the last level"};
    level.kind = Kind::rest;
  } else if (text == "+") {
    level.kind = Kind::any;
  } else if (text.size() >= 2 && text.front() == '{' && text.back() == '}') {
    const std::string name{text.substr(1, text.size() - 2)};
    if (!is_capture_name(name)) {
      return Error{ErrorKind::bad_input, "'" + shown +
                                             "' is no capture: its name has a-z, 0-9 and '_' and "
                                             "begins with a letter, e.g. {site}"};
    }
    if (std::find(captures.begin(), captures.end(), name) != captures.end()) {
      return Error{ErrorKind::bad_input, "two levels are captured as " + shown};
    }
    if (captures.size() == captures_max) {
      return Error{ErrorKind::bad_input, "more than " + std::to_string(captures_max) + " captures"};
    }
    captures.push_back(name);
    level.kind = Kind::any;
    level.captured = true;
  } else {
    if (text.find_first_of("+#{}") != std::string_view::npos) {
      return Error{ErrorKind::bad_input,
                   "'" + shown + "': '+', '#' and {name} stand for a whole level"};
    }
    level.text = shown;
  }
  return level;
}

Result<TopicPattern> TopicPattern::parse(std::string_view text) {
  if (text.empty())
    return Error{ErrorKind::bad_input, "a topic is needed, e.g. \"park/{site}/{quantity}\""};
  if (text.size() > topic_bytes_max) {
    return Error{ErrorKind::bad_input, "longer than " + std::to_string(topic_bytes_max) + " bytes"};
  }
  if (first_not_utf8(text) || text.find('\0') != std::string_view::npos) {
    return Error{ErrorKind::bad_input, "not UTF-8, or it holds a zero byte"};
  }
  TopicPattern pattern;
  for (bool more = true; more;) {
    const std::string_view level = take_level(text, more);
    Result<Level> parsed = parse_level(level, !more, pattern.captures_);
    if (!parsed) return parsed.error();
    pattern.levels_.push_back(*std::move(parsed));
  }
  return pattern;
}

bool TopicPattern::match(std::string_view topic, std::vector<std::string_view>& captured) const {
  captured.clear();
  if (!topic.empty() && topic.front() == '$' && levels_.front().kind != Kind::literal) return false;
  bool more = true;
  for (const Level& level : levels_) {
    if (level.kind == Kind::rest) return true;  // none is left, too: "a/#" takes "a"
    if (!more) return false;
    const std::string_view text = take_level(topic, more);
    if (level.kind == Kind::literal && text != level.text) return false;
    if (level.captured) captured.push_back(text);
  }
  return !more;
}

std::string TopicPattern::filter() const {
  std::string text;
  for (const Level& level : levels_) {
    if (&level != &levels_.front()) text += '/';
    text += level.kind == Kind::literal ? level.text : level.kind == Kind::any ? "+" : "#";
  }
  return text;
}

std::vector<std::string_view> TopicPattern::words() const {
  std::vector<std::string_view> words;
  for (const Level& level : levels_) {
    if (level.kind == Kind::literal) words.emplace_back(level.text);
  }
  return words;
}

bool TopicPattern::covers(const TopicPattern& other) const {
  // What begins with '$' is taken by a literal only.
  const Level& first = other.levels_.front();
  if (levels_.front().kind != Kind::literal && first.kind == Kind::literal &&
      first.text.substr(0, 1) == "$") {
    return false;
  }
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    if (levels_[i].kind == Kind::rest) return true;
    if (i == other.levels_.size() || other.levels_[i].kind == Kind::rest) return false;
    const bool same =
        other.levels_[i].kind == Kind::literal && other.levels_[i].text == levels_[i].text;
    if (levels_[i].kind == Kind::literal && !same) return false;
  }
  return levels_.size() == other.levels_.size();
}

bool TopicPattern::overlaps(const TopicPattern& other) const {
  const auto is_system = [](const Level& l) {
    return l.kind == Kind::literal && l.text.substr(0, 1) == "$";
  };
  const Level& mine = levels_.front();
  const Level& theirs = other.levels_.front();
  if (is_system(mine) && theirs.kind != Kind::literal) return false;
  if (is_system(theirs) && mine.kind != Kind::literal) return false;
  for (std::size_t i = 0;; ++i) {
    const bool mine_ends = i == levels_.size();
    const bool theirs_end = i == other.levels_.size();
    if (!mine_ends && levels_[i].kind == Kind::rest) return true;
    if (!theirs_end && other.levels_[i].kind == Kind::rest) return true;
    if (mine_ends || theirs_end) return mine_ends && theirs_end;
    const bool literals =
        levels_[i].kind == Kind::literal && other.levels_[i].kind == Kind::literal;
    if (literals && levels_[i].text != other.levels_[i].text) return false;
  }
}

std::string masked(std::string_view topic, const TopicWords& words) {
  std::string text;
  for (bool more = true; more;) {
    const std::string_view level = take_level(topic, more);
    text.append(words.contains(level) ? level : "+").append(more ? "/" : "");
  }
  return text;
}

}  // namespace parkwatch::mqtt_codec
