// tools/parkwatch/topic_survey.cpp - Counts what messages hold.
#include "tools/parkwatch/topic_survey.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <optional>

#include "config/csv.h"
#include "model/tag.h"
#include "model/utf8.h"
#include "model/value.h"

namespace parkwatch::cli {
namespace json = boost::json;
namespace {

constexpr std::size_t depth_max = 8;      // of fields that a table may name
constexpr std::size_t elements_max = 16;  // of an array
constexpr std::size_t parse_depth_max = 64;

// Fields that say when, by their name.
constexpr std::array<std::string_view, 8> time_names{"time", "ts",   "timestamp", "datetime",
                                                     "date", "when", "t",         "utc"};
// Fields that are the value itself, by their name: they say nothing that the topic does not.
constexpr std::array<std::string_view, 5> value_names{"value", "val", "v", "data", "reading"};

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

template <typename Names>
bool is_one_of(std::string_view name, const Names& names) {
  return std::find(names.begin(), names.end(), lower(name)) != names.end();
}

std::string_view last_of(std::string_view pointer) {
  const std::size_t slash = pointer.rfind('/');
  return slash == std::string_view::npos ? pointer : pointer.substr(slash + 1);
}

bool is_time(std::string_view pointer) { return is_one_of(last_of(pointer), time_names); }
bool is_unit(std::string_view pointer) {
  return is_one_of(last_of(pointer), std::array<std::string_view, 2>{"unit", "units"});
}
bool is_quality(std::string_view pointer) {
  return is_one_of(last_of(pointer), std::array<std::string_view, 3>{"quality", "q", "historical"});
}

// RFC 6901.
std::string pointer_escaped(std::string_view key) {
  std::string out;
  for (const char c : key) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

std::optional<double> number_of_text(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return std::isfinite(number) ? std::optional{number} : std::nullopt;
}

void take_number(SurveyField& field, double number) {
  if (field.numbers == 0 || number < field.low) field.low = number;
  if (field.numbers == 0 || number > field.high) field.high = number;
  ++field.numbers;
  if (number != std::floor(number)) ++field.fractions;
}

void take_text(SurveyField& field, std::string_view text) {
  ++field.texts;
  if (text.size() > survey_text_bytes_max) {
    field.more_words = true;
    return;
  }
  if (field.words.size() < survey_words_max || field.words.contains(std::string{text})) {
    field.words.emplace(text);
  } else {
    field.more_words = true;
  }
}

// The value of a payload that is no JSON object or array.
void take_bare(SurveyField& field, std::string_view text) {
  const std::string word = lower(text);
  if (const auto number = number_of_text(text)) return take_number(field, *number);
  if (word == "true" || word == "false" || word == "on" || word == "off") {
    ++field.booleans;
    return;
  }
  take_text(field, text);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace

// Walks the values of one payload.
class PayloadWalk {
 public:
  PayloadWalk(TopicSurvey& survey, SurveyTopic& topic) : survey_(survey), topic_(topic) {}

  void walk(const json::value& value, const std::string& pointer, std::size_t depth) {
    if (depth > depth_max) return;
    if (const auto* object = value.if_object()) {
      for (const auto& [key, inner] : *object) {
        walk(inner, pointer + '/' + pointer_escaped({key.data(), key.size()}), depth + 1);
      }
    } else if (const auto* array = value.if_array()) {
      for (std::size_t i = 0; i < std::min(array->size(), elements_max); ++i) {
        walk((*array)[i], pointer + '/' + std::to_string(i), depth + 1);
      }
    } else if (!value.is_null()) {
      leaf(value, pointer);
    }
  }

 private:
  void leaf(const json::value& value, const std::string& pointer) {
    SurveyField* field = survey_.field_of(topic_, pointer);
    if (field == nullptr) return;
    if (value.is_bool()) {
      ++field->booleans;
    } else if (const auto* text = value.if_string()) {
      take_text(*field, {text->data(), text->size()});
    } else {
      json::error_code error;
      const auto number = value.to_number<double>(error);
      if (!error && std::isfinite(number)) take_number(*field, number);
    }
  }

  TopicSurvey& survey_;
  SurveyTopic& topic_;
};

SurveyField* TopicSurvey::field_of(SurveyTopic& topic, const std::string& pointer) {
  const auto found = topic.fields.find(pointer);
  if (found != topic.fields.end()) return &found->second;
  if (topic.fields.size() >= survey_fields_a_topic_max || fields_ >= survey_fields_max ||
      pointer.size() > survey_pointer_bytes_max) {
    ++left_out_;
    return nullptr;
  }
  ++fields_;
  return &topic.fields[pointer];
}

void TopicSurvey::add(std::string_view topic, std::string_view payload, bool retained,
                      Timestamp now) {
  ++messages_;
  const std::string_view text = trimmed(payload);
  if (payload.size() > survey_payload_bytes_max || text.empty() || first_not_utf8(payload) ||
      first_not_utf8(topic)) {
    ++not_understood_;
    return;
  }
  const std::string name{topic};
  if (topic.size() > survey_topic_bytes_max ||
      (topics_.size() >= survey_topics_max && !topics_.contains(name))) {
    ++left_out_;
    return;
  }
  SurveyTopic& seen = topics_[name];
  ++seen.messages;
  if (!retained) {
    if (seen.live++ == 0) seen.first = now;
    seen.last = now;
  }
  json::parse_options options;
  options.max_depth = parse_depth_max;
  json::error_code error;
  const json::value value =
      json::parse(json::string_view{text.data(), text.size()}, error, {}, options);
  if (!error && (value.is_object() || value.is_array())) {
    PayloadWalk{*this, seen}.walk(value, "", 0);
    return;
  }
  if (text.front() == '{' || text.front() == '[') {
    ++not_understood_;
    return;
  }
  if (SurveyField* field = field_of(seen, "")) take_bare(*field, text);
}

namespace {

// The levels of a topic or a pointer, without empty ones.
void add_levels(std::string_view text, std::vector<std::string>& levels) {
  while (!text.empty()) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    if (slash > 0) levels.emplace_back(text.substr(0, slash));
    text.remove_prefix(std::min(slash + 1, text.size()));
  }
}

}  // namespace

std::string suggested_tag(std::string_view topic, std::string_view pointer) {
  std::vector<std::string> levels;
  add_levels(topic, levels);
  const bool says_nothing = is_one_of(last_of(pointer), value_names);
  add_levels(says_nothing ? pointer.substr(0, pointer.rfind('/')) : pointer, levels);
  const std::size_t first = levels.size() > 3 ? levels.size() - 3 : 0;
  std::string tag;
  for (std::size_t i = first; i < levels.size(); ++i) tag += (i == first ? "" : "/") + levels[i];
  for (char& c : tag) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7F || std::string_view{"+#*`\"'{}$"}.find(c) < 9) c = '_';
  }
  return is_tag_name(tag) ? tag : "topic/" + std::to_string(std::hash<std::string_view>{}(topic));
}

namespace {

std::string type_of(const SurveyField& field) {
  if (field.texts > 0 && field.texts >= field.numbers + field.booleans) return "text";
  if (field.booleans > field.numbers) return "bool";
  return "double";
}

std::string words_of(const SurveyField& field) {
  std::string out;
  for (const std::string& word : field.words) out += (out.empty() ? "" : " | ") + word;
  return field.more_words ? out + (out.empty() ? "..." : " | ...") : out;
}

// The field beside `pointer` that says when; empty: none.
std::string time_beside(const SurveyTopic& topic, const std::string& pointer) {
  std::string found;
  for (const auto& [other, field] : topic.fields) {
    if (!is_time(other)) continue;
    const std::string own = pointer.substr(0, pointer.rfind('/'));
    if (other.substr(0, other.rfind('/')) == own) return other;
    if (other.rfind('/') == 0) found = other;  // of the whole message
  }
  return found;
}

std::string unit_beside(const SurveyTopic& topic, const std::string& pointer) {
  for (const auto& [other, field] : topic.fields) {
    if (!is_unit(other) || field.words.size() != 1 || field.more_words) continue;
    if (other.substr(0, other.rfind('/')) == pointer.substr(0, pointer.rfind('/'))) {
      return *field.words.begin();
    }
  }
  return {};
}

// The mean time between two live messages.
std::string period_of(const SurveyTopic& topic) {
  if (topic.live < 2) return {};
  const Duration period = (topic.last - topic.first) / static_cast<std::int64_t>(topic.live - 1);
  constexpr Duration step = std::chrono::milliseconds{100};
  return to_text(std::max(step, period / step * step));
}

void add_row(const std::string& name, const SurveyTopic& topic, const std::string& pointer,
             const std::string& tag, std::string& out) {
  const SurveyField& field = topic.fields.at(pointer);
  const bool numbers = field.numbers > 0;
  const std::vector<std::string> cells{tag,
                                       name,
                                       pointer,
                                       pointer.empty() ? "" : time_beside(topic, pointer),
                                       type_of(field),
                                       pointer.empty() ? "" : unit_beside(topic, pointer),
                                       "",
                                       "",
                                       numbers ? to_text(Value{field.low}) : "",
                                       numbers ? to_text(Value{field.high}) : "",
                                       words_of(field),
                                       period_of(topic),
                                       std::to_string(topic.messages)};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    out += (i == 0 ? "" : ",") + config::csv_cell(cells[i]);
  }
  out += '\n';
}

}  // namespace

std::string TopicSurvey::point_table() const {
  std::string out =
      "\xEF\xBB\xBFtag,topic,field,time,type,unit,range_low,range_high,seen_low,seen_high,words,"
      "period,messages\n";
  std::set<std::string> taken;
  for (const auto& [name, topic] : topics_) {
    for (const auto& [pointer, field] : topic.fields) {
      if (is_time(pointer) || is_unit(pointer) || is_quality(pointer)) continue;
      std::string tag = suggested_tag(name, pointer);
      for (int more = 2; !taken.insert(tag).second; ++more) {
        tag = suggested_tag(name, pointer) + '_' + std::to_string(more);
      }
      add_row(name, topic, pointer, tag, out);
    }
  }
  return out;
}

}  // namespace parkwatch::cli
