// tools/parkwatch/topic_survey.h - What the messages of a broker look like: topics, fields, types,
// ranges, rates; and the point table that it drafts. Pure; bounded whatever is sent; one thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/time.h"

namespace parkwatch::cli {

inline constexpr std::size_t survey_topics_max = 20'000;
inline constexpr std::size_t survey_fields_max = 50'000;  // of all topics together
inline constexpr std::size_t survey_fields_a_topic_max = 200;
inline constexpr std::size_t survey_words_max = 8;  // different texts of a field that are kept
inline constexpr std::size_t survey_text_bytes_max = 64;
inline constexpr std::size_t survey_topic_bytes_max = 1024;
inline constexpr std::size_t survey_pointer_bytes_max = 256;
inline constexpr std::size_t survey_payload_bytes_max = std::size_t{256} * 1024;

// One value of a topic's messages: a JSON pointer, or "" for a payload that is the bare value.
struct SurveyField {
  std::uint64_t numbers = 0;
  std::uint64_t fractions = 0;  // of the numbers
  std::uint64_t booleans = 0;
  std::uint64_t texts = 0;
  double low = 0;  // of the numbers
  double high = 0;
  std::set<std::string> words;
  bool more_words = false;
};

struct SurveyTopic {
  std::uint64_t messages = 0;
  std::uint64_t live = 0;  // not from the broker's memory
  Timestamp first;         // of the live ones
  Timestamp last;
  std::map<std::string, SurveyField> fields;
};

class TopicSurvey {
 public:
  // A message as it came. `retained`: from the broker's memory, so that it tells no rate.
  void add(std::string_view topic, std::string_view payload, bool retained, Timestamp now);

  [[nodiscard]] const std::map<std::string, SurveyTopic>& topics() const { return topics_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }
  // Messages that gave nothing: no text, too long, or nothing that a point table can name.
  [[nodiscard]] std::uint64_t not_understood() const { return not_understood_; }
  // Messages of topics, and fields, beyond what is kept.
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

  // The draft: a point table with what was seen in further columns (seen_low, seen_high, words,
  // period, messages), with a BOM for spreadsheets.
  [[nodiscard]] std::string point_table() const;

 private:
  SurveyField* field_of(SurveyTopic& topic, const std::string& pointer);

  friend class PayloadWalk;
  std::map<std::string, SurveyTopic> topics_;
  std::size_t fields_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t not_understood_ = 0;
  std::uint64_t left_out_ = 0;
};

// A tag's name that a topic suggests, with the field but for a last "value": their last three
// levels, with what no tag name may have as '_'. Never empty.
[[nodiscard]] std::string suggested_tag(std::string_view topic, std::string_view pointer);

}  // namespace parkwatch::cli
