// daemon/config/expand.cpp - Fills the parameters of a package in.
#include "config/expand.h"

#include <algorithm>

#include "config/fields.h"
#include "config/raw.h"

namespace parkwatch::config {
namespace {

struct Parameters {
  std::vector<std::string> names;  // in the text's order
  bool closed = true;              // every "${" has its "}"
};

Parameters parameters_of(std::string_view text) {
  Parameters found;
  for (;;) {
    const std::size_t begin = text.find("${");
    if (begin == std::string_view::npos) return found;
    const std::size_t end = text.find('}', begin);
    if (end == std::string_view::npos) {
      found.closed = false;
      return found;
    }
    found.names.emplace_back(text.substr(begin + 2, end - begin - 2));
    text.remove_prefix(end + 1);
  }
}

const std::vector<SettingsValue>* list_in(const Argument& argument) {
  return std::get_if<std::vector<SettingsValue>>(&argument);
}

std::string words_of(const Argument& argument) {
  if (const auto* text = std::get_if<std::string>(&argument)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&argument)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&argument)) return number_text(*number);
  if (const auto* flag = std::get_if<bool>(&argument)) return *flag ? "true" : "false";
  return {};
}

// Not empty, not 0, not false.
bool is_set(const Argument& argument) {
  if (const auto* text = std::get_if<std::string>(&argument)) return !text->empty();
  if (const auto* whole = std::get_if<std::int64_t>(&argument)) return *whole != 0;
  if (const auto* number = std::get_if<double>(&argument)) return *number != 0;
  if (const auto* flag = std::get_if<bool>(&argument)) return *flag;
  const auto* list = list_in(argument);
  return list != nullptr && !list->empty();
}

// The value itself, or one of a list's.
bool has_word(const Argument& argument, std::string_view word) {
  const auto* list = list_in(argument);
  if (list == nullptr) return words_of(argument) == word;
  return std::any_of(list->begin(), list->end(),
                     [&](const SettingsValue& one) { return words_of(one.held) == word; });
}

// The parameter of a text or a table in an array whose empty list makes it none at all.
std::optional<std::string> emptying(const SettingsValue& element, const Arguments& arguments) {
  std::vector<std::string> names;
  if (const auto* written = std::get_if<std::string>(&element.held)) {
    names = parameters_of(*written).names;
  } else if (const auto* inner = std::get_if<std::shared_ptr<SettingsTable>>(&element.held)) {
    names = raw_texts(**inner, "for_each");
  }
  for (const std::string& name : names) {
    const auto found = arguments.find(name);
    const auto* list = found == arguments.end() ? nullptr : list_in(found->second);
    if (list != nullptr && list->empty()) return name;
  }
  return std::nullopt;
}

std::string known_in(const Arguments& arguments, std::vector<std::string>& names) {
  std::string list;
  for (const auto& [name, value] : arguments) {
    names.push_back(name);
    list += " ${" + name + '}';
  }
  return list;
}

}  // namespace

std::vector<std::string> emptied_by(const SettingsTable& table, std::string_view key,
                                    const Arguments& arguments) {
  const SettingsValue* value = raw_value(table, key);
  if (value == nullptr) return {};
  const auto* array = std::get_if<std::vector<SettingsValue>>(&value->held);
  std::vector<std::string> names;
  for (const SettingsValue& element : array == nullptr ? std::vector{*value} : *array) {
    const auto name = emptying(element, arguments);
    if (!name) return {};
    if (std::find(names.begin(), names.end(), *name) == names.end()) names.push_back(*name);
  }
  return names;
}

SourceLocation Expander::placed(SourceLocation where) const {
  where.instance = instance_;
  return where;
}

void Expander::error(SourceLocation where, const std::string& key, std::string message) {
  failed_ = true;
  out_.push_back({Diagnostic::Severity::error, placed(std::move(where)), key, std::move(message)});
}

const Argument* Expander::find(std::string_view name, const SourceLocation& where,
                               const std::string& key) {
  const auto found = arguments_->find(name);
  if (found != arguments_->end()) return &found->second;
  std::vector<std::string> names;
  const std::string list = known_in(*arguments_, names);
  error(where, key,
        "unknown parameter ${" + std::string{name} + '}' + hint(name, names) + " (known:" + list +
            "; package.toml declares them)");
  return nullptr;
}

std::vector<Arguments> Expander::variants(const std::string& text, const SourceLocation& where,
                                          const std::string& key) {
  std::vector<Arguments> all{*arguments_};
  const Parameters used = parameters_of(text);
  if (!used.closed) error(where, key, "\"${\" without its \"}\"");
  for (const std::string& name : used.names) {
    const Argument* argument = find(name, where, key);
    if (argument == nullptr) return {};
    const auto* names = list_in(*argument);
    if (names == nullptr || list_in(all.empty() ? *argument : all.front().at(name)) == nullptr) {
      continue;  // one value, or a list that stands in the text twice
    }
    if (names->size() * all.size() > copies_max) {
      error(where, key, "becomes more than " + std::to_string(copies_max));
      return {};
    }
    std::vector<Arguments> more;
    for (const Arguments& variant : all) {
      for (const SettingsValue& one : *names) {
        more.push_back(variant);
        more.back().insert_or_assign(name, one.held);
      }
    }
    all = std::move(more);
  }
  return all;
}

std::string Expander::text(const std::string& text, const SourceLocation& where,
                           const std::string& key) {
  std::string done;
  std::string_view rest = text;
  for (;;) {
    const std::size_t begin = rest.find("${");
    const std::size_t end = begin == std::string_view::npos ? begin : rest.find('}', begin);
    if (begin != std::string_view::npos && end == std::string_view::npos) {
      error(where, key, "\"${\" without its \"}\"");
    }
    if (end == std::string_view::npos) return done += rest;
    const std::string_view name = rest.substr(begin + 2, end - begin - 2);
    const Argument* argument = find(name, where, key);
    if (argument == nullptr) return done;
    if (list_in(*argument) != nullptr) {
      error(where, key,
            "${" + std::string{name} +
                "} is a list, and here is room for one value: give the table for_each = " +
                in_quotes(name) + ", or write it into an array of texts");
      return done;
    }
    done += rest.substr(0, begin);
    done += words_of(*argument);
    rest.remove_prefix(end + 1);
  }
}

std::vector<std::string> Expander::texts(const std::string& text, const SourceLocation& where,
                                         const std::string& key) {
  std::vector<std::string> all;
  for (const Arguments& variant : variants(text, where, key)) {
    Expander own{variant, instance_, out_};
    all.push_back(own.text(text, where, key));
    failed_ = failed_ || own.failed_;
  }
  return all;
}

bool Expander::has_list(const std::string& text) const {
  const Parameters used = parameters_of(text);
  return std::any_of(used.names.begin(), used.names.end(), [&](const std::string& name) {
    const auto found = arguments_->find(name);
    return found != arguments_->end() && list_in(found->second) != nullptr;
  });
}

SettingsValue Expander::value(const SettingsValue& from, const std::string& path) {
  SettingsValue to{placed(from.where), from.held};
  if (const auto* written = std::get_if<std::string>(&from.held)) {
    const Parameters used = parameters_of(*written);
    const bool alone = used.names.size() == 1 && *written == "${" + used.names.front() + '}';
    if (!alone) {
      to.held = text(*written, from.where, path);
    } else if (const Argument* argument = find(used.names.front(), from.where, path)) {
      to.held = *argument;
      if (auto* list = std::get_if<std::vector<SettingsValue>>(&to.held)) {
        for (SettingsValue& element : *list) element.where = to.where;
      }
    }
  } else if (const auto* array = std::get_if<std::vector<SettingsValue>>(&from.held)) {
    to.held = elements(*array, path);
  } else if (const auto* inner = std::get_if<std::shared_ptr<SettingsTable>>(&from.held)) {
    to.held = table(**inner, path);
  }
  return to;
}

std::vector<SettingsValue> Expander::elements(const std::vector<SettingsValue>& from,
                                              const std::string& path) {
  std::vector<SettingsValue> to;
  for (const SettingsValue& one : from) {
    if (const auto* written = std::get_if<std::string>(&one.held)) {
      for (std::string& filled : texts(*written, one.where, path)) {
        to.push_back({placed(one.where), std::move(filled)});
      }
    } else if (const auto* inner = std::get_if<std::shared_ptr<SettingsTable>>(&one.held)) {
      add_tables(**inner, path, to);
    } else {
      to.push_back(value(one, path));
    }
  }
  return to;
}

void Expander::add_tables(const SettingsTable& from, const std::string& path,
                          std::vector<SettingsValue>& to) {
  for (const Copy& copy : copies(from, path)) {
    Expander own{copy.arguments, instance_, out_};
    auto filled = own.table(from, path);
    failed_ = failed_ || own.failed_;
    to.push_back({filled->where, filled});
  }
}

std::shared_ptr<SettingsTable> Expander::table(const SettingsTable& from, const std::string& path) {
  auto to = std::make_shared<SettingsTable>();
  to->where = placed(from.where);
  for (const auto& [key, held] : from.entries) {
    if (key == "for_each" || key == "only_if") continue;  // copies() is through with them
    to->entries.emplace_back(key, value(held, path + '.' + key));
  }
  return to;
}

bool Expander::is_wanted(std::string_view condition, const SourceLocation& where,
                         const std::string& key) {
  const bool negated = condition.starts_with('!');
  if (negated) condition.remove_prefix(1);
  const std::size_t equals = condition.find('=');
  const Argument* argument = find(condition.substr(0, equals), where, key);
  if (argument == nullptr) return false;
  const bool met = equals == std::string_view::npos
                       ? is_set(*argument)
                       : has_word(*argument, condition.substr(equals + 1));
  return met != negated;
}

std::vector<Copy> Expander::copies(const SettingsTable& table, const std::string& path) {
  const SettingsValue* value = raw_value(table, "only_if");
  const std::vector<std::string> conditions = raw_texts(table, "only_if");
  if (value != nullptr && conditions.empty()) {
    error(value->where, path + ".only_if",
          "must be a parameter's name, or \"!name\", or several of them");
    return {};
  }
  for (const std::string& condition : conditions) {
    if (!is_wanted(condition, value->where, path + ".only_if")) return {};
  }
  value = raw_value(table, "for_each");
  const std::string* name = raw_text(table, "for_each");
  if (name == nullptr && value == nullptr) return {{"", *arguments_}};
  const Argument* argument =
      name == nullptr ? nullptr : find(*name, value->where, path + ".for_each");
  const auto* names = argument == nullptr ? nullptr : list_in(*argument);
  if (names == nullptr) {
    const bool told = name != nullptr && argument == nullptr;
    if (!told) error(value->where, path + ".for_each", "must be the name of a list parameter");
    return {};
  }
  std::vector<Copy> all;
  for (const SettingsValue& one : *names) {
    Copy copy{'.' + words_of(one.held), *arguments_};
    copy.arguments.insert_or_assign(*name, one.held);
    all.push_back(std::move(copy));
  }
  return all;
}

std::vector<CsvRow> Expander::rows(const CsvRow& row, std::optional<std::size_t> tag,
                                   std::optional<std::size_t> only_if, const std::string& file) {
  const auto where = [&](std::size_t i) {
    return SourceLocation{file, row.line, row.cells[i].column};
  };
  const auto has = [&](std::optional<std::size_t> i) {
    return i && *i < row.cells.size() && !row.cells[*i].text.empty();
  };
  if (has(only_if) && !is_wanted(row.cells[*only_if].text, where(*only_if), "points.only_if")) {
    return {};
  }
  if (!has(tag)) return {row};  // whoever reads the row says that
  std::vector<CsvRow> all;
  for (const Arguments& variant : variants(row.cells[*tag].text, where(*tag), "points.tag")) {
    Expander own{variant, instance_, out_};
    CsvRow filled = row;
    for (std::size_t i = 0; i < filled.cells.size(); ++i) {
      if (i == only_if) continue;
      filled.cells[i].text = own.text(filled.cells[i].text, where(i), "points");
    }
    failed_ = failed_ || own.failed_;
    if (!own.failed_) all.push_back(std::move(filled));
  }
  return all;
}

}  // namespace parkwatch::config
