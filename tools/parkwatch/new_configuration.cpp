// tools/parkwatch/new_configuration.cpp - Writes a first configuration.
#include "tools/parkwatch/new_configuration.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "config/config.h"
#include "config/fields.h"
#include "config/files.h"
#include "config/library.h"
#include "config/raw.h"
#include "drivers/driver.h"
#include "report/terminal_text.h"
#include "tools/parkwatch/draft_match.h"
#include "tools/parkwatch/new_file.h"
#include "tools/parkwatch/system_catalog.h"

namespace parkwatch::cli {
using report::printable;
namespace {

// A basic string of TOML.
std::string toml_text(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string list_of(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + toml_text(name);
  return '[' + out + ']';
}

std::string literal(const SettingsValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.held)) return toml_text(*text);
  if (const auto* flag = std::get_if<bool>(&value.held)) return *flag ? "true" : "false";
  if (const auto number = config::number_of(value)) return config::number_text(*number);
  std::string out;
  if (const auto* list = std::get_if<std::vector<SettingsValue>>(&value.held)) {
    for (const SettingsValue& one : *list) out += (out.empty() ? "" : ", ") + literal(one);
  }
  return '[' + out + ']';
}

// A comment of one line.
std::string comment(const std::string& text) {
  std::string out = "# ";
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return out + '\n';
}

struct ChosenSystem {
  CatalogSystem system;
  std::string site;
  std::string id;                                         // empty: the site
  std::map<std::string, std::vector<std::string>> lists;  // parameters that the draft answers
};

// What stands for a value that only the site knows: that of the instance which proves the package,
// since its values go together.
std::string example_of(const ChosenSystem& chosen, const config::Parameter& parameter) {
  const std::string& site = chosen.site;
  const bool is_tag =
      parameter.type == config::ParameterType::tag || parameter.type == config::ParameterType::tags;
  if (chosen.system.example != nullptr && !is_tag) {
    const SettingsValue* value = config::raw_value(*chosen.system.example, parameter.name);
    if (value != nullptr) return literal(*value);
  }
  std::string singular = parameter.name;
  if (singular.size() > 1 && singular.back() == 's') singular.pop_back();
  switch (parameter.type) {
    case config::ParameterType::name:
      return toml_text(singular + "1");
    case config::ParameterType::names:
      return list_of({singular + "1"});
    case config::ParameterType::number:
      return config::number_text(parameter.low.value_or(std::min(1.0, parameter.high.value_or(1))));
    case config::ParameterType::choice:
      return toml_text(parameter.choices.front());
    case config::ParameterType::boolean:
      return "false";
    case config::ParameterType::tag:
      return toml_text(site + '/' + parameter.name + "/value");
    case config::ParameterType::tags:
      break;
  }
  return list_of({site + '/' + parameter.name + "/value"});
}

std::string system_text(const ChosenSystem& chosen) {
  const config::Package& package = chosen.system.package;
  std::string out = "\n" + comment(package.title.zh + ", " + package.title.en) +
                    "[[system]]\npackage = " + toml_text(package.name) +
                    "\nsite = " + toml_text(chosen.site) + '\n';
  if (!chosen.id.empty()) out += "id = " + toml_text(chosen.id) + '\n';
  std::string tags;
  for (const config::Parameter& one : package.parameters) {
    if (one.name == "site") continue;
    const std::string words = one.description.zh == one.description.en
                                  ? one.description.en
                                  : one.description.zh + ", " + one.description.en;
    const auto found = chosen.lists.find(one.name);
    if (found != chosen.lists.end()) {
      out += comment(words) + one.name + " = " + list_of(found->second) + '\n';
    } else if (one.fallback) {
      out += comment(words) + "# " + one.name + " = " + literal(*one.fallback) + " # (default)\n";
    } else {
      out += comment(words + " - CHANGE THIS") + one.name + " = " + example_of(chosen, one) + '\n';
      if (one.type == config::ParameterType::tag || one.type == config::ParameterType::tags) {
        tags += "\n[[tag]] # which " + package.name +
                " needs: take one that is measured instead\n" +
                "name = " + toml_text(chosen.site + '/' + one.name + "/value") + '\n';
      }
    }
  }
  return out + tags;
}

// The mappings of the topics that were found, one a topic.
std::string mappings_text(const std::vector<Tag>& tags, const std::vector<DraftRow>& rows,
                          const std::vector<DraftMatch>& matches) {
  std::map<std::string, std::vector<DraftMatch>> by_topic;
  for (const DraftMatch& match : matches) by_topic[rows[match.row].topic].push_back(match);
  std::string out;
  for (const auto& [topic, own] : by_topic) {
    const DraftRow& first = rows[own.front().row];
    if (topic == "park/" + tags[own.front().tag].name && first.field == "/value" &&
        (first.time.empty() || first.time == "/time")) {
      continue;  // as the mapping at the end takes it
    }
    out += "\n[[source.mapping]]\ntopic = " + toml_text(topic) + '\n';
    if (first.field.empty()) {
      out += "format = \"bare\"\ntag = " + toml_text(tags[own.front().tag].name) + '\n';
      continue;
    }
    out += "fields = [\n";
    for (const DraftMatch& match : own) {
      const DraftRow& row = rows[match.row];
      out += "  { tag = " + toml_text(tags[match.tag].name) + ", value = " + toml_text(row.field);
      if (!row.time.empty()) out += ", time = " + toml_text(row.time);
      out += ", optional = true },\n";
    }
    out += "]\n";
  }
  return out;
}

std::string main_text(const NewCommand& command, const std::string& library,
                      const std::vector<ChosenSystem>& chosen, const std::string& mappings) {
  std::string out =
      "# A first configuration, written by `parkwatch new`.\n"
      "# config/parkwatch.toml of the distribution explains every key, docs/packages.md the "
      "systems.\n"
      "#\n"
      "#   parkwatch check parkwatch.toml             what is wrong, and the rules' tests\n"
      "#   parkwatch check --merged parkwatch.toml    every rule, and where each of its keys comes "
      "from\n\n"
      "[daemon]\npark = " +
      toml_text(command.park) + '\n';
  if (library != config::installed_library) {
    out += "# Where the packages are.\nlibrary = " + toml_text(library) + '\n';
  }
  out +=
      "\n[[source]]\nname = \"park\"\ndriver = \"mqtt\"\nurl = " + toml_text(command.broker) + '\n';
  out += mappings;
  out +=
      "\n# All other topics, as the packages name their points.\n"
      "[[source.mapping]]\ntopic = \"park/{site}/{device}/{quantity}\"\n"
      "tag = \"{site}/{device}/{quantity}\"\nvalue = \"/value\"\ntime = \"/time\"\n";
  for (const ChosenSystem& one : chosen) out += system_text(one);
  return out +
         "\n# Your own words on a rule of a package, by its id:\n"
         "# [[rule]]\n# id = \"...\"\n# H = 9.5 # or enabled = false\n";
}

// The configuration with the packages' files, without a look at the disk's other files.
std::shared_ptr<const config::Config> loaded(const std::string& text, const std::string& library,
                                             const std::vector<ChosenSystem>& chosen,
                                             Diagnostics& out) {
  std::vector<config::File> files{{"parkwatch.toml", text}};
  std::vector<std::string> paths = config::limits_in(library);
  std::set<std::string> seen;
  for (const ChosenSystem& one : chosen) {
    if (!seen.insert(one.system.package.name).second) continue;
    for (const std::string_view file : config::package_files) {
      paths.push_back(config::package_path(one.system.package.name, file));
    }
  }
  for (const std::string& path : paths) {
    auto read = config::read_file(config::path_from(library, path));
    if (read) files.push_back({std::string{config::library_prefix} + path, *std::move(read)});
  }
  return config::load_bundle(config::make_bundle(files), check_driver, out);
}

class NewConfiguration {
 public:
  NewConfiguration(const NewCommand& command, Console& console)
      : command_(command), console_(console) {
    library_ =
        command.library.empty() ? config::default_library("/etc/parkwatch") : command.library;
    std::error_code error;
    const auto whole = std::filesystem::absolute(library_, error).lexically_normal();
    if (!error) library_ = whole.string();
    if (library_.size() > 1 && library_.back() == '/') library_.pop_back();
    path_ = (std::filesystem::path{command.directory} / "parkwatch.toml").string();
  }

  int run() {
    std::error_code error;
    if (std::filesystem::exists(path_, error)) {
      return fail(path_ + " is there already and is not overwritten");
    }
    if (!choose() || !read_draft()) return exit_no;
    fill_lists();
    Diagnostics diagnostics;
    const std::string first = main_text(command_, library_, chosen_, "");
    auto config = loaded(first, library_, chosen_, diagnostics);
    if (config == nullptr) return refuse(diagnostics);
    const auto& tags = config->plant->tags;
    const std::vector<DraftMatch> matches = match_draft(measured(tags), rows_);
    const std::string text =
        main_text(command_, library_, chosen_, mappings_text(measured(tags), rows_, matches));
    diagnostics.clear();
    if (loaded(text, library_, chosen_, diagnostics) == nullptr) return refuse(diagnostics);
    std::filesystem::create_directories(command_.directory, error);
    if (const auto written = write_new_file(path_, text); !written) {
      return fail(written.error().message);
    }
    tell(measured(tags), config->plant->rules.size(), matches);
    return exit_ok;
  }

 private:
  int fail(const std::string& message) {
    say_error(console_, message);
    return exit_no;
  }

  int refuse(const Diagnostics& diagnostics) {
    for (const Diagnostic& d : diagnostics) console_.err << printable(to_text(d)) << '\n';
    return fail("nothing is written");
  }

  bool choose() {
    const auto& sites = command_.sites;
    if (sites.size() > 1 && sites.size() != command_.packages.size()) {
      fail("--site is given " + std::to_string(sites.size()) +
           " times: once, or once for each of " + std::to_string(command_.packages.size()) +
           " packages");
      return false;
    }
    std::set<std::string> ids;
    for (std::size_t i = 0; i < command_.packages.size(); ++i) {
      const std::string& name = command_.packages[i];
      Diagnostics diagnostics;
      auto read = read_catalog(library_, name, diagnostics);
      for (const Diagnostic& d : diagnostics) console_.err << printable(to_text(d)) << '\n';
      if (read.empty()) {
        fail("no package " + name + " in " + library_ + "/systems" +
             config::hint(name, config::packages_in(library_)) +
             "; `parkwatch systems` lists them");
        return false;
      }
      ChosenSystem chosen{std::move(read.front()), name, "", {}};
      if (!sites.empty()) chosen.site = sites.size() == 1 ? sites.front() : sites[i];
      std::string id = chosen.site;
      for (int more = 2; !ids.insert(id).second; ++more) {
        id = chosen.site + '-' + name + (more == 2 ? "" : '-' + std::to_string(more));
        chosen.id = id;
      }
      chosen_.push_back(std::move(chosen));
    }
    return true;
  }

  bool read_draft() {
    if (command_.from.empty()) return true;
    const auto bytes = config::read_file(command_.from);
    auto rows = bytes ? parse_draft(*bytes) : Result<std::vector<DraftRow>>{bytes.error()};
    if (!rows) {
      fail(command_.from + ": " + rows.error().message);
      return false;
    }
    // What a mapping would take for a pattern cannot be mapped by its own topic.
    std::erase_if(*rows, [](const DraftRow& row) {
      return row.topic.find_first_of("{}+#") != std::string::npos;
    });
    rows_ = *std::move(rows);
    return true;
  }

  // The devices of the draft for the lists that a package needs.
  void fill_lists() {
    for (ChosenSystem& one : chosen_) {
      std::vector<std::string> patterns;
      for (const CatalogPoint& point : one.system.points) patterns.push_back(point.tag);
      for (const config::Parameter& parameter : one.system.package.parameters) {
        if (parameter.type != config::ParameterType::names || parameter.fallback) continue;
        auto devices = devices_of(rows_, patterns, parameter.name);
        if (!devices.empty()) one.lists.emplace(parameter.name, std::move(devices));
      }
    }
  }

  // Without the derived ones, which nobody sends.
  static std::vector<Tag> measured(const std::vector<Tag>& tags) {
    std::vector<Tag> own;
    std::copy_if(tags.begin(), tags.end(), std::back_inserter(own),
                 [](const Tag& tag) { return tag.expression.empty(); });
    return own;
  }

  void tell(const std::vector<Tag>& tags, std::size_t rules,
            const std::vector<DraftMatch>& matches) {
    console_.out << printable(path_) << ": " << chosen_.size() << " systems, " << tags.size()
                 << " points, " << rules << " rules\n";
    if (command_.from.empty()) return;
    std::set<std::size_t> tags_found;
    std::set<std::size_t> rows_used;
    for (const DraftMatch& match : matches) {
      tags_found.insert(match.tag);
      rows_used.insert(match.row);
      const DraftRow& row = rows_[match.row];
      console_.out << "mapped   " << printable(tags[match.tag].name) << " <- "
                   << printable(row.topic + (row.field.empty() ? "" : " " + row.field)) << '\n';
    }
    for (std::size_t i = 0; i < tags.size(); ++i) {
      if (tags_found.contains(i)) continue;
      console_.out << "missing  " << printable(tags[i].name)
                   << (tags[i].unit.empty() ? "" : " (" + printable(tags[i].unit) + ")") << '\n';
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (rows_used.contains(i)) continue;
      console_.out << "unused   "
                   << printable(rows_[i].topic +
                                (rows_[i].field.empty() ? "" : ' ' + rows_[i].field))
                   << '\n';
    }
    console_.out << matches.size() << " mapped, " << tags.size() - matches.size() << " missing, "
                 << rows_.size() - matches.size() << " unused\n";
  }

  const NewCommand& command_;
  Console& console_;
  std::string library_;
  std::string path_;
  std::vector<ChosenSystem> chosen_;
  std::vector<DraftRow> rows_;
};

}  // namespace

int new_configuration(const NewCommand& command, Console& console) {
  return NewConfiguration{command, console}.run();
}

}  // namespace parkwatch::cli
