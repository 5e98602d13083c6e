// tests/unit/parkwatch/topic_survey_test.cpp - What a broker's messages are drafted into, and what
// hostile ones cost.
#include "tools/parkwatch/topic_survey.h"

#include <catch2/catch.hpp>
#include <random>

#include "config/csv.h"
#include "model/tag.h"

namespace topic_survey_test {

using namespace parkwatch;
using namespace parkwatch::cli;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp start = from_us(1'780'000'000'000'000);

// The draft's row of a tag, its cells by column.
std::map<std::string, std::string> row_of(const TopicSurvey& survey, const std::string& tag) {
  const auto text = config::decoded_text(survey.point_table());
  REQUIRE(text);
  const auto rows = config::parse_csv(text->utf8);
  REQUIRE(rows);
  for (const config::CsvRow& row : *rows) {
    if (row.cells.front().text != tag) continue;
    std::map<std::string, std::string> cells;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      cells[rows->front().cells[i].text] = row.cells[i].text;
    }
    return cells;
  }
  FAIL("no row of " << tag << " in\n" << text->utf8);
  return {};
}

}  // namespace

TEST_CASE("topic survey: a value with a time has its field, range and period", "[cli]") {
  TopicSurvey survey;
  for (int i = 0; i < 5; ++i) {
    survey.add("park/tf-a/T101/level",
               R"({"value":)" + std::to_string(i) + R"(.5,"time":1780000000,"unit":"m"})", false,
               start + i * 2s);
  }
  auto row = row_of(survey, "tf-a/T101/level");
  CHECK(row["topic"] == "park/tf-a/T101/level");
  CHECK(row["field"] == "/value");
  CHECK(row["time"] == "/time");
  CHECK(row["type"] == "double");
  CHECK(row["unit"] == "m");
  CHECK(row["seen_low"] == "0.5");
  CHECK(row["seen_high"] == "4.5");
  CHECK(row["period"] == "2s");
  CHECK(row["messages"] == "5");
  CHECK(row["range_low"].empty());  // a range is for the engineer to say
}

TEST_CASE("topic survey: each field of a message is a row of its own", "[cli]") {
  TopicSurvey survey;
  survey.add("plant/P1", R"({"ts":"2026-05-01T00:00:00Z","a":{"flow":3,"on":true},"x":[7,8]})",
             false, start);
  CHECK(row_of(survey, "P1/a/flow")["field"] == "/a/flow");
  CHECK(row_of(survey, "P1/a/flow")["time"] == "/ts");
  CHECK(row_of(survey, "P1/a/on")["type"] == "bool");
  CHECK(row_of(survey, "P1/x/1")["field"] == "/x/1");
}

TEST_CASE("topic survey: bare payloads are numbers, switches or words", "[cli]") {
  TopicSurvey survey;
  for (const char* text : {"12.5", " 13 ", "-1"}) survey.add("a/b/n", text, false, start);
  for (const char* text : {"on", "OFF"}) survey.add("a/b/s", text, false, start);
  for (const char* text : {"open", "closed"}) survey.add("a/b/w", text, false, start);
  CHECK(row_of(survey, "a/b/n")["seen_low"] == "-1");
  CHECK(row_of(survey, "a/b/n")["field"].empty());
  CHECK(row_of(survey, "a/b/s")["type"] == "bool");
  CHECK(row_of(survey, "a/b/w")["words"] == "closed | open");
}

TEST_CASE("topic survey: what the broker kept tells no rate", "[cli]") {
  TopicSurvey survey;
  survey.add("a/b/c", "1", true, start);
  survey.add("a/b/c", "2", false, start + 1h);
  CHECK(row_of(survey, "a/b/c")["period"].empty());
  CHECK(row_of(survey, "a/b/c")["messages"] == "2");
}

TEST_CASE("topic survey: suggested tags can be tags, and are all different", "[cli]") {
  CHECK(suggested_tag("park/tf-a/T101/level", "/value") == "tf-a/T101/level");
  CHECK(suggested_tag("tf-a/T101", "/level") == "tf-a/T101/level");
  CHECK(suggested_tag("scada/farm", "/T101/level/value") == "farm/T101/level");
  CHECK(suggested_tag("/a//b c/", "") == "a/b_c");
  CHECK(is_tag_name(suggested_tag("", "")));
  CHECK(is_tag_name(suggested_tag("///", "/")));
  TopicSurvey survey;
  survey.add("x/a/b/c", "1", false, start);
  survey.add("y/a/b/c", "1", false, start);
  CHECK(row_of(survey, "a/b/c")["topic"] == "x/a/b/c");
  CHECK(row_of(survey, "a/b/c_2")["topic"] == "y/a/b/c");
}

TEST_CASE("topic survey: hostile payloads are counted and cost nothing more", "[cli][fault]") {
  TopicSurvey survey;
  const std::vector<std::string> hostile{"",
                                         "{",
                                         "{\"a\":",
                                         std::string(100'000, '['),
                                         "[1,2",
                                         "\xFF\xFE",
                                         std::string(300'000, 'x'),
                                         "{\"a\":1}}",
                                         "{\"a\":NaN}"};
  for (const std::string& payload : hostile) survey.add("a/b/c", payload, false, start);
  CHECK(survey.messages() == hostile.size());
  CHECK(survey.not_understood() == hostile.size());
  survey.add("a/\xFF/c", "1", false, start);
  CHECK(survey.not_understood() == hostile.size() + 1);
  survey.add("f/o/rmula", "=cmd|' /C calc'!A0", false, start);
  CHECK(row_of(survey, "f/o/rmula")["type"] == "text");
}

TEST_CASE("topic survey: topics, fields and words are bounded", "[cli][fault]") {
  TopicSurvey survey;
  std::string many = "{";
  for (int i = 0; i < 1000; ++i) {
    many += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":1";
  }
  many += '}';
  survey.add("a/b/c", many, false, start);
  CHECK(survey.topics().at("a/b/c").fields.size() == survey_fields_a_topic_max);
  CHECK(survey.left_out() == 1000 - survey_fields_a_topic_max);
  for (std::size_t i = 0; i < survey_topics_max + 10; ++i) {
    survey.add("t/" + std::to_string(i), "word" + std::to_string(i), false, start);
  }
  CHECK(survey.topics().size() == survey_topics_max);
  for (int i = 0; i < 100; ++i) survey.add("t/1", "w" + std::to_string(i), false, start);
  const SurveyField& field = survey.topics().at("t/1").fields.at("");
  CHECK(field.words.size() == survey_words_max);
  CHECK(field.more_words);
  survey.add(std::string(survey_topic_bytes_max + 1, 't'), "1", false, start);
  CHECK(survey.topics().size() == survey_topics_max);
}

TEST_CASE("topic survey: no bytes make it fail", "[cli][fault]") {
  std::mt19937 random{7};
  TopicSurvey survey;
  const std::string letters = "{}[]\",:0123456789.eE-+truefalsnu/\\\x01\xC3\xA9 ";
  for (int i = 0; i < 20'000; ++i) {
    std::string payload;
    for (unsigned n = random() % 40; n > 0; --n) payload += letters[random() % letters.size()];
    std::string topic;
    for (unsigned n = random() % 8; n > 0; --n) topic += letters[random() % letters.size()];
    survey.add(topic, payload, random() % 2 == 0, start + std::chrono::seconds{i});
  }
  const auto text = config::decoded_text(survey.point_table());
  REQUIRE(text);
  const auto rows = config::parse_csv(text->utf8);
  REQUIRE(rows);
  for (std::size_t at = 1; at < rows->size(); ++at) {
    CAPTURE((*rows)[at].cells.front().text);
    CHECK(is_tag_name((*rows)[at].cells.front().text));
  }
}

}  // namespace topic_survey_test
