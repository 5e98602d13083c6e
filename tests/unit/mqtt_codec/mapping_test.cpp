// tests/unit/mqtt_codec/mapping_test.cpp - [[source.mapping]]: what is read, and how each mistake
// is told.
#include "drivers/mqtt/codec/mapping.h"

#include <catch2/catch.hpp>

#include "support.h"

namespace parkwatch::mqtt_codec::mapping_test {
namespace {

using Entries = std::vector<std::pair<std::string, Cell>>;

std::string problems(Entries entries) {
  return texts(read({table(std::move(entries))}).diagnostics);
}

const Entries good{{"topic", "park/{site}"}, {"tag", "{site}/cod"}, {"value", "/value"}};

Entries with(Entries entries, const std::string& key, Cell cell) {
  entries.emplace_back(key, std::move(cell));
  return entries;
}

TEST_CASE("mapping: every key of a JSON mapping is read", "[mqtt_codec]") {
  const Read result = read({table({{"topic", "park/{site}/{device}"},
                                   {"format", "json"},
                                   {"tag", "{site}/{device}/{/quantity}"},
                                   {"each", "/readings"},
                                   {"value", "/value"},
                                   {"time", "/t"},
                                   {"message_time", "/ts"},
                                   {"time_format", "ms"},
                                   {"time_zone", "+08:00"},
                                   {"quality", "/q"},
                                   {"historical", "/h"},
                                   {"quality_words", table({{"N", "good"}, {"D", "sensor_fault"}})},
                                   {"text_numbers", true}})});
  REQUIRE(texts(result.diagnostics) == "");
  REQUIRE(result.mappings.size() == 1);
  const Mapping& m = result.mappings.front();
  CHECK(m.topic.filter() == "park/+/+");
  CHECK(m.format == Format::json);
  CHECK(m.each->text == "/readings");
  CHECK(m.fields.front().value.text == "/value");
  CHECK(m.marks.time->text == "/t");
  CHECK(m.marks.quality->text == "/q");
  CHECK(m.marks.historical->text == "/h");
  CHECK(m.message_time->text == "/ts");
  CHECK(m.time_format == TimeFormat::ms);
  CHECK(m.time_zone == "+08:00");
  CHECK(m.text_numbers);
  REQUIRE(m.quality_words.size() == 2);
  CHECK(m.quality_words[1].first == "D");
  CHECK(m.quality_words[1].second == QualityMark{Quality::bad, QualityReason::sensor_fault});
}

TEST_CASE("mapping: fields inherit the marks that they do not name", "[mqtt_codec]") {
  const Cell fields{std::vector<Cell>{
      table({{"tag", "{site}/a"}, {"value", "/a"}}),
      table({{"tag", "{site}/b"}, {"value", "/b"}, {"quality", "/bq"}, {"optional", true}})}};
  const Read result =
      read({table({{"topic", "p/{site}"}, {"time", "/t"}, {"quality", "/q"}, {"fields", fields}})});
  REQUIRE(texts(result.diagnostics) == "");
  const auto& read_fields = result.mappings.front().fields;
  REQUIRE(read_fields.size() == 2);
  CHECK_FALSE(read_fields[0].marks);
  CHECK_FALSE(read_fields[0].optional);
  REQUIRE(read_fields[1].marks);
  CHECK(read_fields[1].marks->time->text == "/t");
  CHECK(read_fields[1].marks->quality->text == "/bq");
  CHECK(read_fields[1].optional);
}

TEST_CASE("mapping: members that carry the marks are no readings", "[mqtt_codec]") {
  const Read result = read({table({{"topic", "p/{site}"},
                                   {"tag", "{site}/{member}"},
                                   {"members", true},
                                   {"value", "/data"},
                                   {"time", "/data/t"},
                                   {"quality", "/q"},
                                   {"except", std::vector<Cell>{"id"}}})});
  REQUIRE(texts(result.diagnostics) == "");
  CHECK(result.mappings.front().except == std::vector<std::string>{"id", "t"});
  const auto with_message_time = [](const char* each_key) {
    return read({table({{"topic", "p"},
                        {"tag", "{member}"},
                        {"members", true},
                        {"message_time", "/ts"},
                        {each_key, each_key == std::string{"each"} ? "/list" : "/t"}})})
        .mappings.front()
        .except;
  };
  CHECK(with_message_time("time") == std::vector<std::string>{"t", "ts"});
  CHECK(with_message_time("each").empty());
}

TEST_CASE("mapping: the tag of parkwatch.v1 is what the message says unless told otherwise",
          "[mqtt_codec]") {
  const Read result =
      read({table({{"topic", "a/{site}"}, {"format", "parkwatch.v1"}}),
            table({{"topic", "b/{site}"}, {"format", "parkwatch.v1"}, {"tag", "{site}/{tag}"}})});
  REQUIRE(texts(result.diagnostics) == "");
  CHECK(result.mappings[0].fields.front().tag.parts.size() == 1);
  CHECK(result.mappings[1].fields.front().tag.parts.size() == 3);
}

TEST_CASE("mapping: each mistake is told at its key", "[mqtt_codec]") {
  CHECK(problems(good) == "");
  const std::pair<Entries, std::string> mistakes[] = {
      {{{"tag", "a"}, {"value", "/v"}}, "source.mapping.topic: is missing and has no default"},
      {{{"topic", "a/#/b"}, {"tag", "a"}, {"value", "/v"}},
       "source.mapping.topic: '#' may only be the last level"},
      {{{"topic", "a"}, {"value", "/v"}}, "source.mapping.tag: is missing and has no default"},
      {{{"topic", "a/{site}"}, {"tag", "{sit}/x"}, {"value", "/v"}}, "did you mean {site}?"},
      {{{"topic", "a"}, {"tag", "x"}},
       "source.mapping.value: is missing: a JSON pointer such as \"/value\""},
      {{{"topic", "a"}, {"tag", "x"}, {"value", "v"}},
       "source.mapping.value: a JSON pointer begins with '/'"},
      {with(good, "format", "jsn"),
       "source.mapping.format: unknown word \"jsn\"; did you mean \"json\"?"},
      {with(good, "time_format", "minutes"),
       "source.mapping.time_format: unknown word \"minutes\""},
      {with(good, "time_zone", "Shanghai"), "source.mapping.time_zone: must be an offset to UTC"},
      {with(good, "tiem", "/t"), "source.mapping.tiem: unknown key; did you mean \"time\"?"},
      {with(good, "except", std::vector<Cell>{"x"}),
       "source.mapping.except: is only for members = true"},
      {with(good, "quality_words", table({{"N", "fine"}})),
       "source.mapping.quality_words.N: must be good, uncertain, bad or a reason"},
      {with(good, "fields", std::vector<Cell>{table({{"tag", "x"}, {"value", "/v"}})}),
       "source.mapping.fields: each field has its own tag and value"},
      {{{"topic", "a"}, {"fields", std::vector<Cell>{table({{"tag", "x"}})}}},
       "source.mapping.fields.value: is missing"},
      {{{"topic", "a"}, {"fields", std::vector<Cell>{table({{"value", "/v"}})}}},
       "source.mapping.fields.tag: is missing"},
      {{{"topic", "a"},
        {"fields", std::vector<Cell>{table({{"tag", "x"}, {"value", "/v"}, {"vlaue", "/v"}})}}},
       "source.mapping.fields.vlaue: unknown key; did you mean \"value\"?"},
      {{{"topic", "{member}"}, {"tag", "{member}"}, {"members", true}},
       "source.mapping.topic: {member} is the name"},
      {{{"topic", "{tag}"}, {"format", "parkwatch.v1"}}, "source.mapping.topic: {tag} is the tag"},
      {{{"topic", "a"}, {"format", "bare"}, {"tag", "x"}, {"time", "/t"}},
       "source.mapping.time: is only for format = \"json\""},
      {{{"topic", "a"}, {"format", "bare"}, {"tag", "{/x}"}},
       "source.mapping.tag: {/x}: JSON pointers are only for"},
      {{{"topic", "a"}, {"format", "bare"}}, "source.mapping.tag: is missing"}};
  for (const auto& [entries, part] : mistakes) {
    CHECK_THAT(problems(entries), Catch::StartsWith(part) || Catch::Contains(part));
    CHECK(read({table(entries)}).diagnostics.size() == 1);
  }
}

TEST_CASE("mapping: a diagnostic names the line of its key", "[mqtt_codec]") {
  const Read result = read({table(with(good, "time_format", "minutes"))});
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(result.diagnostics.front().where.line == 4);
}

TEST_CASE("mapping: a mapping that no message can reach is an error", "[mqtt_codec]") {
  const auto at = [](const char* topic) {
    return table({{"topic", topic}, {"format", "bare"}, {"tag", "x"}});
  };
  CHECK_THAT(texts(read({at("a/+"), at("a/b")}).diagnostics),
             Catch::StartsWith("source.mapping.topic: is never reached"));
  CHECK(texts(read({at("a/b"), at("a/+")}).diagnostics) == "");
  CHECK_THAT(
      texts(read({at("a/+/c"), at("a/b/+")}).diagnostics),
      Catch::StartsWith("warning source.mapping.topic: overlaps with the topic filter \"a/+/c\""));
}

TEST_CASE("mapping: one subscription for topics that cover each other", "[mqtt_codec]") {
  const auto filters = [](const std::vector<std::string>& topics) {
    std::vector<SettingsTable> mappings;
    for (const std::string& topic : topics) {
      mappings.push_back(table({{"topic", topic}, {"format", "bare"}, {"tag", "x"}}));
    }
    return subscription_filters(read(std::move(mappings)).mappings);
  };
  using Texts = std::vector<std::string>;
  CHECK(filters({"a/{x}", "b/#"}) == Texts{"a/+", "b/#"});
  CHECK(filters({"a/b", "a/{x}"}) == Texts{"a/+"});
  CHECK(filters({"a/b/c", "a/b", "a/#"}) == Texts{"a/#"});
  CHECK(filters({"a/{x}", "a/{y}"}) == Texts{"a/+"});
  CHECK(filters({"a/+/c", "a/b/+"}) == Texts{"a/+/c", "a/b/+"});
}

TEST_CASE("mapping: a source without any is an error", "[mqtt_codec]") {
  Diagnostics diagnostics;
  const SettingsTable empty = table({});
  SettingsReader reader{empty, "source", diagnostics};
  CHECK(read_mappings(reader, diagnostics).empty());
  CHECK_THAT(texts(diagnostics), Catch::StartsWith("source.mapping: is missing"));
}

}  // namespace
}  // namespace parkwatch::mqtt_codec::mapping_test
