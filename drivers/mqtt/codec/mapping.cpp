// drivers/mqtt/codec/mapping.cpp - Reads and checks [[source.mapping]].
#include "drivers/mqtt/codec/mapping.h"

#include <algorithm>
#include <array>

#include "drivers/mqtt/codec/scalar.h"

namespace parkwatch::mqtt_codec {
namespace {

constexpr std::array<std::string_view, 13> json_keys{
    "value",         "fields",       "members",     "except",    "each",
    "time",          "message_time", "time_format", "time_zone", "quality",
    "quality_words", "historical",   "text_numbers"};

TagTemplate read_tag(SettingsReader& reader, const TagTemplate::Allowed& allowed,
                     const std::string& fallback) {
  const std::string text =
      fallback.empty() ? reader.required_text("tag") : reader.text("tag", fallback);
  if (text.empty()) return {};
  Result<TagTemplate> tag = TagTemplate::parse(text, allowed);
  if (tag) return *std::move(tag);
  reader.error("tag", tag.error().message);
  return {};
}

MarkPointers read_marks(SettingsReader& reader) {
  MarkPointers marks;
  marks.time = read_pointer(reader, "time");
  marks.quality = read_pointer(reader, "quality");
  marks.historical = read_pointer(reader, "historical");
  return marks;
}

// One field's table of [[source.mapping.fields]].
FieldSpec read_field(const SettingsTable& table, const std::string& path, const Mapping& mapping,
                     Diagnostics& out) {
  SettingsReader reader{table, path, out};
  FieldSpec field;
  field.tag = read_tag(reader, {mapping.topic.captures(), true, ""}, "");
  if (!reader.has("value")) {
    reader.error("value", "is missing: a JSON pointer to the field's value, e.g. \"/cod\"");
  } else if (auto pointer = read_pointer(reader, "value")) {
    field.value = *std::move(pointer);
  }
  field.optional = reader.boolean("optional", false);
  if (reader.has("time") || reader.has("quality") || reader.has("historical")) {
    MarkPointers marks = read_marks(reader);
    if (!marks.time) marks.time = mapping.marks.time;
    if (!marks.quality) marks.quality = mapping.marks.quality;
    if (!marks.historical) marks.historical = mapping.marks.historical;
    field.marks = std::move(marks);
  }
  reader.finish();
  return field;
}

TimeFormat read_time_format(SettingsReader& reader) {
  const std::string word =
      reader.choice("time_format", "auto", {"auto", "s", "ms", "us", "ns", "rfc3339"});
  constexpr std::array<std::string_view, 6> words{"auto", "s", "ms", "us", "ns", "rfc3339"};
  const auto found = std::find(words.begin(), words.end(), word);
  return found == words.end() ? TimeFormat::automatic
                              : static_cast<TimeFormat>(found - words.begin());
}

std::string read_time_zone(SettingsReader& reader) {
  std::string zone = reader.text("time_zone", "");
  if (!zone.empty() && !parse_rfc3339("2000-01-02T00:00:00" + zone)) {
    reader.error("time_zone",
                 "must be an offset to UTC such as \"+08:00\" or \"Z\", is \"" + zone + '"');
  }
  return zone;
}

void read_quality_words(SettingsReader& reader, Mapping& mapping, Diagnostics& out) {
  const SettingsTable* table = reader.table("quality_words");
  if (table == nullptr) return;
  SettingsReader words{*table, reader.name_of("quality_words"), out};
  for (const auto& [word, value] : table->entries) {
    const std::optional<std::string> meaning = words.text(word);
    if (!meaning) continue;
    if (const auto mark = quality_of(*meaning)) {
      mapping.quality_words.emplace_back(word, *mark);
    } else {
      words.error(
          word,
          "must be good, uncertain, bad or a reason (stale, comm_lost, out_of_range, sensor_fault, "
          "maintenance, clock_skew, not_commissioned, first_value), is \"" +
              *meaning + '"');
    }
  }
}

// A member that holds the time or the quality of the others is no reading.
void except_mark(Mapping& mapping, const std::optional<JsonPointer>& mark) {
  const auto& object = mapping.fields.front().value.tokens;
  if (!mark || mark->tokens.size() != object.size() + 1) return;
  if (!std::equal(object.begin(), object.end(), mark->tokens.begin())) return;
  mapping.except.push_back(mark->tokens.back().key);
}

void read_members(SettingsReader& reader, Mapping& mapping) {
  FieldSpec& field = mapping.fields.emplace_back();
  const auto& captures = mapping.topic.captures();
  if (std::find(captures.begin(), captures.end(), "member") != captures.end()) {
    reader.error("topic", "{member} is the name of a member here: name the capture differently");
  }
  field.tag = read_tag(reader, {captures, true, "member"}, "");
  if (auto pointer = read_pointer(reader, "value")) field.value = *std::move(pointer);
  mapping.except = reader.texts("except");
  except_mark(mapping, mapping.marks.time);
  except_mark(mapping, mapping.marks.quality);
  except_mark(mapping, mapping.marks.historical);
  // With `each` the message's root is another object than the one with the members.
  if (!mapping.each) except_mark(mapping, mapping.message_time);
}

void read_json(SettingsReader& reader, Mapping& mapping, Diagnostics& out) {
  mapping.each = read_pointer(reader, "each");
  mapping.marks = read_marks(reader);
  mapping.message_time = read_pointer(reader, "message_time");
  mapping.time_format = read_time_format(reader);
  mapping.time_zone = read_time_zone(reader);
  mapping.text_numbers = reader.boolean("text_numbers", false);
  mapping.members = reader.boolean("members", false);
  read_quality_words(reader, mapping, out);
  const bool has_fields = reader.has("fields");
  if (has_fields && (mapping.members || reader.has("value") || reader.has("tag"))) {
    reader.error("fields",
                 "each field has its own tag and value: leave out tag, value and members here");
  }
  if (has_fields) {
    for (const SettingsTable* table : reader.tables("fields")) {
      mapping.fields.push_back(read_field(*table, reader.name_of("fields"), mapping, out));
    }
    (void)reader.value("tag");
    (void)reader.value("value");
  } else if (mapping.members) {
    read_members(reader, mapping);
  } else {
    FieldSpec& field = mapping.fields.emplace_back();
    field.tag = read_tag(reader, {mapping.topic.captures(), true, ""}, "");
    if (!reader.has("value")) {
      reader.error(
          "value",
          "is missing: a JSON pointer such as \"/value\" (\"\" for a message that is the value); "
          "or [[source.mapping.fields]], or members = true");
    } else if (auto pointer = read_pointer(reader, "value")) {
      field.value = *std::move(pointer);
    }
  }
  if (!mapping.members && reader.has("except")) {
    (void)reader.value("except");
    reader.error("except", "is only for members = true");
  }
}

void read_other(SettingsReader& reader, Mapping& mapping) {
  FieldSpec& field = mapping.fields.emplace_back();
  const bool bare = mapping.format == Format::bare;
  const auto& captures = mapping.topic.captures();
  if (!bare && std::find(captures.begin(), captures.end(), "tag") != captures.end()) {
    reader.error("topic",
                 "{tag} is the tag that a reading names here: name the capture differently");
  }
  field.tag = read_tag(reader, {captures, false, bare ? "" : "tag"}, bare ? "" : "{tag}");
  for (const std::string_view key : json_keys) {
    if (!reader.has(key)) continue;
    (void)reader.value(key);
    reader.error(key, "is only for format = \"json\"");
  }
}

// Empty if its topic is none.
std::optional<Mapping> read_mapping(SettingsReader& reader, Diagnostics& out) {
  Mapping mapping;
  const std::string topic = reader.required_text("topic");
  const std::string format = reader.choice("format", "json", {"json", "bare", "parkwatch.v1"});
  if (format == "bare") mapping.format = Format::bare;
  if (format == "parkwatch.v1") mapping.format = Format::parkwatch_v1;
  Result<TopicPattern> pattern = TopicPattern::parse(topic);
  const bool usable = pattern.ok();
  if (usable) {
    mapping.topic = *std::move(pattern);
  } else if (!topic.empty()) {
    reader.error("topic", pattern.error().message);
  }
  if (mapping.format == Format::json) {
    read_json(reader, mapping, out);
  } else {
    read_other(reader, mapping);
  }
  reader.finish();
  return usable ? std::optional{std::move(mapping)} : std::nullopt;
}

// The first mapping that matches is taken, so one that is covered by an earlier never is; and a
// broker may send a message once for each subscription that it matches.
void check_against_earlier(SettingsReader& reader, const Mapping& mapping,
                           const std::vector<Mapping>& earlier) {
  for (const Mapping& other : earlier) {
    if (other.topic.covers(mapping.topic)) {
      return reader.error("topic",
                          "is never reached: the mapping before it with the topic filter \"" +
                              other.topic.filter() + "\" takes all of its messages");
    }
    if (!mapping.topic.covers(other.topic) && mapping.topic.overlaps(other.topic)) {
      reader.warning("topic", "overlaps with the topic filter \"" + other.topic.filter() +
                                  "\": a broker may send a message of both twice");
    }
  }
}

}  // namespace

std::optional<JsonPointer> read_pointer(SettingsReader& reader, std::string_view key) {
  const std::optional<std::string> text = reader.text(key);
  if (!text) return std::nullopt;
  Result<JsonPointer> pointer = JsonPointer::parse(*text);
  if (pointer) return *std::move(pointer);
  reader.error(key, pointer.error().message);
  return std::nullopt;
}

std::vector<Mapping> read_mappings(SettingsReader& source, Diagnostics& out) {
  std::vector<Mapping> mappings;
  const std::string path = source.name_of("mapping");
  if (!source.has("mapping") && !source.has("passage")) {
    source.error("mapping", "is missing: without a [[" + path + "]] no message means anything");
  }
  for (const SettingsTable* table : source.tables("mapping")) {
    SettingsReader reader{*table, path, out};
    std::optional<Mapping> mapping = read_mapping(reader, out);
    if (!mapping) continue;
    check_against_earlier(reader, *mapping, mappings);
    mappings.push_back(*std::move(mapping));
  }
  return mappings;
}

std::vector<std::string> subscription_filters(const std::vector<Mapping>& mappings) {
  std::vector<std::string> filters;
  for (const Mapping& mapping : mappings) {
    const bool covered = std::any_of(mappings.begin(), mappings.end(), [&](const Mapping& other) {
      if (&other == &mapping || !other.topic.covers(mapping.topic)) return false;
      // Of two equal ones the first stays.
      return !mapping.topic.covers(other.topic) || &other < &mapping;
    });
    if (!covered) filters.push_back(mapping.topic.filter());
  }
  return filters;
}

}  // namespace parkwatch::mqtt_codec
