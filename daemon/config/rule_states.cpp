// daemon/config/rule_states.cpp - Words of enumerations as numbers.
#include "config/rule_states.h"

#include <algorithm>

#include "config/fields.h"

namespace parkwatch::config {
namespace {

std::optional<double> number_of_word(SettingsReader& reader, const std::vector<const Tag*>& tags,
                                     const std::string& word) {
  std::optional<double> number;
  for (const Tag* tag : tags) {
    std::vector<std::string> words;
    const EnumEntry* entry = nullptr;
    for (const EnumEntry& candidate : tag->enumeration) {
      words.push_back(candidate.word);
      if (candidate.word == word) entry = &candidate;
    }
    if (entry == nullptr) {
      std::string list;
      for (const std::string& known : words) list += (list.empty() ? "" : ", ") + in_quotes(known);
      reader.error("states", in_quotes(word) + " is no state of " + tag->name + hint(word, words) +
                                 (words.empty() ? " (it has no words)" : " (it has " + list + ")"));
      return std::nullopt;
    }
    const auto own = static_cast<double>(entry->number);
    if (number && *number != own) {
      reader.error("states", in_quotes(word) + " is " + number_text(*number) + " in " +
                                 tags.front()->name + " but " + number_text(own) + " in " +
                                 tag->name + ": write a rule for each");
      return std::nullopt;
    }
    number = own;
  }
  return number;
}

std::optional<double> state_number(SettingsReader& reader, const std::vector<const Tag*>& tags,
                                   const SettingsValue& value) {
  if (const auto* flag = std::get_if<bool>(&value.held)) return *flag ? 1.0 : 0.0;
  if (const auto* word = std::get_if<std::string>(&value.held))
    return number_of_word(reader, tags, *word);
  const std::optional<double> number = number_of(value);
  if (!number) reader.error("states", "a state is a word of the tag's, a number, true or false");
  return number;
}

}  // namespace

std::vector<double> read_alarming_states(SettingsReader& reader,
                                         const std::vector<const Tag*>& tags) {
  std::vector<double> states;
  const SettingsValue* value = reader.value("states");
  if (value == nullptr) {
    reader.error("states", "is missing: the alarming states, such as [\"open\"], [true] or [1]");
    return states;
  }
  std::vector<SettingsValue> one{*value};
  const auto* array = std::get_if<std::vector<SettingsValue>>(&value->held);
  const std::vector<SettingsValue>& elements = array != nullptr ? *array : one;
  if (elements.empty()) reader.error("states", "must not be empty");
  for (const SettingsValue& element : elements) {
    const std::optional<double> number = state_number(reader, tags, element);
    if (number && std::find(states.begin(), states.end(), *number) == states.end()) {
      states.push_back(*number);
    }
  }
  return states;
}

}  // namespace parkwatch::config
