// drivers/mqtt/codec/passage_mapping.cpp - Reads and checks [[source.passage]].
#include "drivers/mqtt/codec/passage_mapping.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace parkwatch::mqtt_codec {
namespace {

std::optional<std::size_t> find_capture(const std::vector<std::string>& captures,
                                        std::string_view name) {
  const auto found = std::find(captures.begin(), captures.end(), name);
  if (found == captures.end()) return std::nullopt;
  return static_cast<std::size_t>(found - captures.begin());
}

PassageField of_capture(std::size_t capture) {
  return {PassageField::Kind::capture, {}, capture, {}};
}

// "/pointer", "{capture}" or itself; without the key the capture of the same name.
PassageField read_field(SettingsReader& reader, std::string_view key,
                        const std::vector<std::string>& captures) {
  const std::optional<std::string> text = reader.text(key);
  if (!text) {
    const auto capture = find_capture(captures, key);
    return capture ? of_capture(*capture) : PassageField{};
  }
  if (text->starts_with('/')) {
    Result<JsonPointer> pointer = JsonPointer::parse(*text);
    if (pointer) return {PassageField::Kind::pointer, {}, 0, *std::move(pointer)};
    reader.error(key, pointer.error().message);
    return {};
  }
  if (text->starts_with('{') && text->ends_with('}')) {
    const std::string name = text->substr(1, text->size() - 2);
    if (const auto capture = find_capture(captures, name)) return of_capture(*capture);
    reader.error(key, "the topic has no {" + name + "}");
    return {};
  }
  if (!is_passage_text(*text)) {
    reader.error(key,
                 "must be a JSON pointer such as \"/id\", a capture such as \"{id}\", or a "
                 "text of at most 128 bytes");
  }
  return {PassageField::Kind::fixed, *text, 0, {}};
}

template <typename Word>
std::vector<std::pair<std::string, Word>> read_words(SettingsReader& reader, std::string_view key,
                                                     std::optional<Word> (*parse)(std::string_view),
                                                     const char* ours, Diagnostics& out) {
  std::vector<std::pair<std::string, Word>> words;
  const SettingsTable* table = reader.table(key);
  if (table == nullptr) return words;
  SettingsReader own{*table, reader.name_of(key), out};
  for (const auto& [word, value] : table->entries) {
    const std::optional<std::string> meaning = own.text(word);
    if (!meaning) continue;
    if (const auto known = parse(*meaning)) {
      words.emplace_back(word, *known);
    } else {
      own.error(word, std::string{"must be one of "} + ours + ", is \"" + *meaning + '"');
    }
  }
  return words;
}

constexpr const char* kinds_text =
    "enter, leave, seen, card_out, card_in, cycle, barrier_open, barrier_closed, count, report";
constexpr const char* classes_text = "person, vehicle, hazmat";

// A fixed word must be one of ours, or of the table.
template <typename Word>
void check_fixed(SettingsReader& reader, std::string_view key, const PassageField& field,
                 const std::vector<std::pair<std::string, Word>>& words,
                 std::optional<Word> (*parse)(std::string_view), const char* ours) {
  if (field.kind != PassageField::Kind::fixed || parse(field.text)) return;
  const bool listed = std::any_of(words.begin(), words.end(),
                                  [&](const auto& each) { return each.first == field.text; });
  if (!listed)
    reader.error(key, std::string{"must be one of "} + ours + ", a pointer or a capture");
}

void read_time(SettingsReader& reader, PassageMapping& mapping) {
  mapping.time = read_pointer(reader, "time");
  constexpr std::array<std::string_view, 6> words{"auto", "s", "ms", "us", "ns", "rfc3339"};
  const std::string word =
      reader.choice("time_format", "auto", {"auto", "s", "ms", "us", "ns", "rfc3339"});
  const auto found = std::find(words.begin(), words.end(), word);
  if (found != words.end()) mapping.time_format = static_cast<TimeFormat>(found - words.begin());
  mapping.time_zone = reader.text("time_zone", "");
  if (!mapping.time_zone.empty() && !parse_rfc3339("2000-01-02T00:00:00" + mapping.time_zone)) {
    reader.error("time_zone", "must be an offset to UTC such as \"+08:00\" or \"Z\"");
  }
}

void read_fields(SettingsReader& reader, PassageMapping& mapping, Diagnostics& out) {
  const std::vector<std::string>& captures = mapping.topic.captures();
  mapping.each = read_pointer(reader, "each");
  mapping.kind = read_field(reader, "kind", captures);
  mapping.subject = read_field(reader, "class", captures);
  mapping.id = read_field(reader, "id", captures);
  mapping.plate = read_field(reader, "plate", captures);
  mapping.name = read_field(reader, "name", captures);
  mapping.gate = read_field(reader, "gate", captures);
  mapping.lane = read_field(reader, "lane", captures);
  mapping.zone = read_field(reader, "zone", captures);
  mapping.card = read_field(reader, "card", captures);
  mapping.permit = read_field(reader, "permit", captures);
  mapping.count = read_field(reader, "count", captures);
  mapping.kinds = read_words<PassageKind>(reader, "kinds", &parse_passage_kind, kinds_text, out);
  mapping.classes = read_words<Subject>(reader, "classes", &parse_subject, classes_text, out);
  check_fixed<PassageKind>(reader, "kind", mapping.kind, mapping.kinds, &parse_passage_kind,
                           kinds_text);
  check_fixed<Subject>(reader, "class", mapping.subject, mapping.classes, &parse_subject,
                       classes_text);
  read_time(reader, mapping);
}

void check_against(SettingsReader& reader, const TopicPattern& topic, const TopicPattern& other) {
  if (other.covers(topic)) {
    reader.error("topic", "is never reached: what comes before it with the topic filter \"" +
                              other.filter() + "\" takes all of its messages");
  } else if (!topic.covers(other) && topic.overlaps(other)) {
    reader.warning("topic", "overlaps with the topic filter \"" + other.filter() +
                                "\": a broker may send a message of both twice");
  }
}

}  // namespace

std::vector<PassageMapping> read_passages(SettingsReader& source,
                                          const std::vector<Mapping>& mappings, Diagnostics& out) {
  std::vector<PassageMapping> passages;
  for (const SettingsTable* table : source.tables("passage")) {
    SettingsReader reader{*table, source.name_of("passage"), out};
    PassageMapping mapping;
    const std::string topic = reader.required_text("topic");
    Result<TopicPattern> pattern = TopicPattern::parse(topic);
    if (!pattern && !topic.empty()) reader.error("topic", pattern.error().message);
    const bool usable = pattern.ok();
    if (usable) {
      mapping.topic = *std::move(pattern);
      mapping.filter = mapping.topic.filter();
      for (const Mapping& other : mappings) check_against(reader, mapping.topic, other.topic);
      for (const PassageMapping& other : passages) {
        check_against(reader, mapping.topic, other.topic);
      }
    }
    read_fields(reader, mapping, out);
    reader.finish();
    if (usable) passages.push_back(std::move(mapping));
  }
  return passages;
}

std::vector<std::string> subscription_filters(const std::vector<Mapping>& mappings,
                                              const std::vector<PassageMapping>& passages) {
  // What a passage is made of does not matter here: as mappings after the others.
  std::vector<Mapping> all = mappings;
  for (const PassageMapping& passage : passages) {
    all.emplace_back();
    all.back().topic = passage.topic;
  }
  return subscription_filters(all);
}

}  // namespace parkwatch::mqtt_codec
