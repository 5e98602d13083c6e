// daemon/config/tags.cpp - Reads tags; finds them by name and pattern.
#include "config/tags.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_set>

#include "config/each.h"
#include "config/fields.h"
#include "rules/check.h"
#include "rules/expression.h"

namespace parkwatch::config {
namespace {

constexpr std::size_t states_max = 1000;

ValueType read_type(SettingsReader& reader, ValueType fallback) {
  const std::string word = reader.choice("type", std::string{to_text(fallback)},
                                         {"float64", "int64", "boolean", "text"});
  return parse_value_type(word).value_or(fallback);
}

Scaling read_scale(SettingsReader& reader) {
  Scaling scaling;
  const SettingsTable* table = reader.table("scale");
  if (table == nullptr) return scaling;
  SettingsReader scale = reader.within(*table, "scale");
  scaling.factor = scale.number("factor").value_or(1);
  scaling.offset = scale.number("offset").value_or(0);
  scaling.clamp = read_range(scale, "clamp");
  if (scaling.factor == 0) scale.error("factor", "must not be 0: every value would be the same");
  scale.finish();
  return scaling;
}

EnumEntry read_state(SettingsReader& state) {
  EnumEntry entry;
  if (!state.has("number")) state.error("number", "is missing: the number that is stored");
  constexpr std::int64_t most = 1'000'000'000;
  entry.number = state.integer("number", 0, -most, most);
  entry.word = state.required_text("word");
  entry.text = read_text(state, "text");
  if (entry.text == Text{}) entry.text = {entry.word, entry.word};
  state.finish();
  return entry;
}

std::vector<EnumEntry> read_states(SettingsReader& reader) {
  std::vector<EnumEntry> entries;
  std::set<std::int64_t> numbers;
  std::set<std::string> words;
  const std::vector<const SettingsTable*> tables = reader.tables("states");
  if (tables.size() > states_max) {
    reader.error("states", "must not be more than " + std::to_string(states_max));
    return entries;
  }
  for (const SettingsTable* table : tables) {
    SettingsReader state = reader.within(*table, "states");
    EnumEntry entry = read_state(state);
    if (!numbers.insert(entry.number).second) {
      state.error("number", "another state has the number " + std::to_string(entry.number));
    } else if (!entry.word.empty() && !words.insert(entry.word).second) {
      state.error("word", "another state has the word " + in_quotes(entry.word));
    } else {
      entries.push_back(std::move(entry));
    }
  }
  if (reader.has("states") && tables.empty()) reader.error("states", "must not be empty");
  return entries;
}

// What does not go together in one tag.
void check_combination(SettingsReader& reader, const Tag& tag) {
  const bool is_number = tag.type == ValueType::float64 || tag.type == ValueType::int64;
  for (const std::string_view key : {"range", "scale"}) {
    if (reader.has(key) && !is_number) {
      reader.error(key, "a tag of type " + in_quotes(to_text(tag.type)) + " has none");
    }
    if (reader.has(key) && reader.has("states")) {
      reader.error(key, "a tag with states has none: a state is known or it is not");
    }
  }
  if (reader.has("states") && tag.type != ValueType::int64) {
    reader.error("type", "a tag with states is \"int64\": the state's number is stored");
  }
  if (tag.expression.empty()) return;
  for (const std::string_view key : {"scale", "states"}) {
    if (reader.has(key)) reader.error(key, "a derived tag has none: write it into the expression");
  }
  if (tag.type != ValueType::float64 && tag.type != ValueType::boolean) {
    reader.error("type", "a derived tag is \"float64\" or \"boolean\"");
  }
}

// Everything but the name, which `each` varies.
Tag read_tag(SettingsReader& reader) {
  Tag tag;
  tag.description = read_text(reader, "description");
  tag.unit = reader.text("unit", "");
  tag.type = read_type(reader, reader.has("states") ? ValueType::int64 : ValueType::float64);
  tag.range = read_range(reader, "range");
  tag.decimals = static_cast<std::uint8_t>(reader.integer("decimals", tag.decimals, 0, 15));
  tag.scaling = read_scale(reader);
  tag.enumeration = read_states(reader);
  tag.expression = reader.text("expression", "");
  tag.commissioned = reader.boolean("commissioned", tag.commissioned);
  if (tag.expression.size() > rules::expression_bytes_max) {
    reader.error("expression", "must not be longer than " +
                                   std::to_string(rules::expression_bytes_max) + " bytes");
    tag.expression.clear();
  }
  if (tag.unit.size() > word_bytes_max) {
    reader.error("unit", "must not be longer than " + std::to_string(word_bytes_max) + " bytes");
  }
  check_combination(reader, tag);
  return tag;
}

// Words for the texts of rules, by placeholder: a point table's row gives its further columns so.
TagColumns read_columns(SettingsReader& reader) {
  TagColumns columns;
  const SettingsTable* table = reader.table("columns");
  if (table == nullptr) return columns;
  SettingsReader own = reader.within(*table, "columns");
  for (const auto& [name, value] : table->entries) {
    columns.insert_or_assign(name, own.text(name, ""));
  }
  return columns;
}

void check_placeholders(SettingsReader& reader, std::string_view key, const std::string& text,
                        const Variant& variant) {
  const std::optional<std::vector<Placeholder>> used = placeholders_of(text);
  if (!used) {
    reader.error(key, "a brace without its partner in " + in_quotes(text));
    return;
  }
  std::vector<std::string> known;
  for (const auto& pair : variant) known.push_back(pair.first);
  for (const auto& [name, format] : *used) {
    if (format.empty() && std::find(known.begin(), known.end(), name) != known.end()) continue;
    reader.error(key, "unknown placeholder {" + name + "}" + hint(name, known) +
                          "; `each` gives words to placeholders, such as each = { " + name +
                          " = [\"a\", \"b\"] }");
  }
}

class TagReader {
 public:
  explicit TagReader(Diagnostics& out) : out_(out) {}

  std::vector<DeclaredTag> take() { return std::move(tags_); }

  void read(const SettingsTable& table) {
    SettingsReader reader{table, "tag", out_};
    const std::string name = reader.required_text("name");
    const std::vector<Variant> variants = read_each(reader);
    const Tag common = read_tag(reader);
    const TagColumns columns = read_columns(reader);
    reader.finish();
    if (name.empty() || variants.empty()) return;
    check_placeholders(reader, "name", name, variants.front());
    if (!variants.front().empty()) {
      check_placeholders(reader, "description", common.description.zh, variants.front());
      check_placeholders(reader, "description", common.description.en, variants.front());
      for (const auto& [column, text] : columns) {
        check_placeholders(reader, "columns", text, variants.front());
      }
    }
    for (const Variant& variant : variants) {
      Tag tag = common;
      tag.name = filled(name, variant);
      tag.description.zh = filled(tag.description.zh, variant);
      tag.description.en = filled(tag.description.en, variant);
      tag.expression = filled(tag.expression, variant);
      TagColumns own = columns;
      for (auto& [column, text] : own) text = filled(text, variant);
      if (!add(reader, {std::move(tag), &table, std::move(own)}))
        return;  // its sisters would say the same
    }
  }

 private:
  bool add(SettingsReader& reader, DeclaredTag declared) {
    const Tag& tag = declared.tag;
    if (!is_tag_name(tag.name) || tag.name.find_first_of("{}") != std::string::npos) {
      reader.error("name", in_quotes(tag.name) +
                               " is no tag name: levels divided by single '/', without blanks, "
                               "quotes, braces, '+', '#' or '*'");
      return false;
    }
    const auto [known, fresh] = places_.emplace(tag.name, reader.where("name"));
    if (!fresh) {
      const SourceLocation& first = known->second;
      reader.error("name", in_quotes(tag.name) + " is declared already at " + first.file + ':' +
                               std::to_string(first.line) + ':' + std::to_string(first.column));
      return false;
    }
    if (tags_.size() == tags_max) {
      reader.error("name", "more than " + std::to_string(tags_max) + " tags");
      return false;
    }
    tags_.push_back(std::move(declared));
    return true;
  }

  Diagnostics& out_;
  std::vector<DeclaredTag> tags_;
  std::map<std::string, SourceLocation, std::less<>> places_;
};

}  // namespace

std::vector<DeclaredTag> read_tags(const std::vector<const SettingsTable*>& tables,
                                   Diagnostics& out) {
  TagReader reader{out};
  for (const SettingsTable* table : tables) reader.read(*table);
  return reader.take();
}

TagIndex::TagIndex(const std::vector<DeclaredTag>& tags, bool complete) : complete_(complete) {
  names_.reserve(tags.size());
  std::set<std::string_view> columns;
  for (const DeclaredTag& declared : tags) {
    by_name_.emplace(declared.tag.name, &declared);
    names_.push_back(declared.tag.name);
    for (const auto& [column, text] : declared.columns) columns.insert(column);
  }
  std::sort(names_.begin(), names_.end());
  column_names_.assign(columns.begin(), columns.end());
}

const Tag* TagIndex::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second->tag;
}

const std::string* TagIndex::cell(std::string_view tag, std::string_view column) const {
  const auto found = by_name_.find(tag);
  if (found == by_name_.end()) return nullptr;
  const auto cell = found->second->columns.find(column);
  return cell == found->second->columns.end() ? nullptr : &cell->second;
}

std::pair<std::size_t, std::size_t> TagIndex::with_prefix(std::string_view prefix) const {
  const auto first = std::lower_bound(names_.begin(), names_.end(), prefix);
  const auto last = std::partition_point(first, names_.end(), [&](const std::string& name) {
    return std::string_view{name}.substr(0, prefix.size()) == prefix;
  });
  return {first - names_.begin(), last - names_.begin()};
}

std::vector<const Tag*> TagIndex::match(const std::string& pattern) const {
  const std::size_t star = pattern.find('*');
  std::vector<const Tag*> found;
  if (star == std::string::npos) {
    if (const Tag* tag = find(pattern)) found.push_back(tag);
    return found;
  }
  const auto [first, last] = with_prefix(std::string_view{pattern}.substr(0, star));
  for (std::size_t at = first; at < last; ++at) {
    if (tag_matches(pattern, names_[at])) found.push_back(find(names_[at]));
  }
  return found;
}

std::string TagIndex::hint_for(const std::string& pattern) {
  if (hints_left_ == 0) return {};
  --hints_left_;
  if (pattern.find('*') == std::string::npos) {
    std::string near = hint(pattern, names_);
    if (!near.empty()) return near;
  }
  // The longest whole levels that some tags begin with.
  std::string_view prefix = std::string_view{pattern}.substr(0, pattern.find('*'));
  while (!prefix.empty()) {
    const std::size_t slash = prefix.rfind('/');
    if (slash == std::string_view::npos) break;
    prefix = prefix.substr(0, slash + 1);
    const auto [first, last] = with_prefix(prefix);
    if (first < last) {
      return " (" + std::to_string(last - first) +
             (last - first == 1 ? " tag starts" : " tags start") + " with " + std::string{prefix} +
             ", e.g. " + names_[first] + ")";
    }
    prefix.remove_suffix(1);
  }
  std::vector<std::string> sites;
  for (const std::string& name : names_) {
    const std::string site = name.substr(0, name.find('/'));
    if (sites.empty() || sites.back() != site) sites.push_back(site);
  }
  const std::string site = pattern.substr(0, pattern.find('/'));
  return " (no tag starts with " + site + "/" + hint(site, sites) + ")";
}

void check_derived_tags(const std::vector<DeclaredTag>& tags, TagIndex& index, Diagnostics& out) {
  const rules::TagLookup tag_of = [&index](const std::string& name) { return index.find(name); };
  std::unordered_set<const SettingsTable*> told;  // one mistake a table: its sisters say the same
  for (const auto& [tag, table, columns] : tags) {
    if (tag.expression.empty() || told.contains(table)) continue;
    SettingsReader reader{*table, "tag", out};
    bool unknown = false;
    for (const std::string& name : rules::tags_of_expression(tag.expression)) {
      if (index.find(name) != nullptr) continue;
      unknown = true;
      if (!index.complete()) continue;
      reader.error("expression", "unknown tag " + in_quotes(name) + index.hint_for(name));
      told.insert(table);
    }
    if (unknown) continue;
    for (const rules::Mistake& mistake : rules::check_derived(tag, tag_of)) {
      if (mistake.key == "type") continue;  // said when the tag was read
      reader.error(mistake.key, mistake.message);
      told.insert(table);
    }
  }
}

}  // namespace parkwatch::config
