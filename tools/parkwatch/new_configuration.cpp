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
#include "tools/parkwatch/draft_devices.h"
#include "tools/parkwatch/draft_match.h"
#include "tools/parkwatch/new_file.h"
#include "tools/parkwatch/new_text.h"
#include "tools/parkwatch/system_catalog.h"

namespace parkwatch::cli {
using report::printable;
namespace {

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

// The points that somebody sends, with ${parameters}.
std::vector<std::string> sent_patterns(const CatalogSystem& system) {
  std::vector<std::string> patterns;
  for (const CatalogPoint& point : system.points) {
    if (!point.is_derived) patterns.push_back(point.tag);
  }
  return patterns;
}

// What the parameter is unless it is given: its default, or what the proved instance says.
const SettingsValue* usual_value(const CatalogSystem& system, const config::Parameter& parameter) {
  if (parameter.fallback) return &*parameter.fallback;
  return system.example == nullptr ? nullptr : config::raw_value(*system.example, parameter.name);
}

// A name that is usually one of a list's (the border's gate of the gates) is one of those found.
void choose_members(ChosenSystem& chosen) {
  const auto& parameters = chosen.system.package.parameters;
  for (const config::Parameter& list : parameters) {
    const auto found = chosen.lists.find(list.name);
    const SettingsValue* usual = usual_value(chosen.system, list);
    if (found == chosen.lists.end() || usual == nullptr) continue;
    const auto* before = std::get_if<std::vector<SettingsValue>>(&usual->held);
    for (const config::Parameter& one : parameters) {
      const SettingsValue* value = usual_value(chosen.system, one);
      const auto* name = value == nullptr ? nullptr : std::get_if<std::string>(&value->held);
      if (one.type != config::ParameterType::name || name == nullptr || before == nullptr) continue;
      const auto place = std::find_if(before->begin(), before->end(), [&](const auto& element) {
        const auto* text = std::get_if<std::string>(&element.held);
        return text != nullptr && *text == *name;
      });
      const auto& names = found->second.names;
      if (place == before->end() || std::find(names.begin(), names.end(), *name) != names.end()) {
        continue;
      }
      const auto at = static_cast<std::size_t>(place - before->begin());
      chosen.members.insert_or_assign(one.name, names[std::min(at, names.size() - 1)]);
    }
  }
}

// Without the derived ones, which nobody sends.
std::vector<Tag> measured(const std::vector<Tag>& tags) {
  std::vector<Tag> own;
  std::copy_if(tags.begin(), tags.end(), std::back_inserter(own),
               [](const Tag& tag) { return tag.expression.empty(); });
  return own;
}

std::vector<std::string> default_names(const config::Parameter& parameter) {
  std::vector<std::string> names;
  const auto* const list = parameter.fallback
                               ? std::get_if<std::vector<SettingsValue>>(&parameter.fallback->held)
                               : nullptr;
  if (list == nullptr) return names;
  for (const SettingsValue& one : *list) {
    if (const auto* const name = std::get_if<std::string>(&one.held)) names.push_back(*name);
  }
  return names;
}

// "wwtp1 (20), tf-a (3)", with how many points each has.
std::string sites_text(const std::vector<std::pair<std::string, std::size_t>>& sites) {
  std::string list;
  for (const auto& [site, points] : sites) {
    list += (list.empty() ? "" : ", ") + (site.empty() ? "(without a site)" : site) + " (" +
            std::to_string(points) + ')';
  }
  return list;
}

class NewConfiguration {
 public:
  NewConfiguration(const NewCommand& command, Console& console)
      : command_(command), console_(console) {
    library_ = library_of(command.library);
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
    if (!choose() || !read_draft() || !choose_rows()) return exit_no;
    Diagnostics diagnostics;
    for (ChosenSystem& one : chosen_) {
      fill_lists(one);
      if (!try_alone(one, diagnostics)) return refuse(diagnostics);
    }
    if (!tags_are_apart()) return exit_no;
    const std::string first = main_text(command_, library_, chosen_, "");
    auto config = loaded(first, library_, chosen_, diagnostics);
    if (config == nullptr) return refuse(diagnostics);
    const std::vector<Tag> tags = measured(config->plant->tags);
    const std::vector<DraftMatch> matches = match(tags);
    const std::string text =
        main_text(command_, library_, chosen_, mappings_text(tags, rows_, matches));
    diagnostics.clear();
    if (loaded(text, library_, chosen_, diagnostics) == nullptr) return refuse(diagnostics);
    std::filesystem::create_directories(command_.directory, error);
    if (const auto written = write_new_file(path_, text); !written) {
      return fail(written.error().message);
    }
    tell(tags, config->plant->rules.size(), matches);
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
      ChosenSystem chosen;
      chosen.system = std::move(read.front());
      chosen.site = name;
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

  // Each system's rows of the draft: those of its site.
  bool choose_rows() {
    if (command_.from.empty()) return true;
    for (ChosenSystem& one : chosen_) {
      SiteRows found = rows_of_site(rows_, sent_patterns(one.system), one.site);
      if (!found.better.empty()) {
        warnings_.push_back(command_.from + " has more points of package " +
                            one.system.package.name + " at other sites than at " + one.site + ": " +
                            sites_text(found.better) +
                            "; say with --site which it is (once for each package)");
      }
      if (found.sites.empty()) {
        one.rows = std::move(found.rows);
        continue;
      }
      const std::string list = sites_text(found.sites);
      fail(command_.from + " has points of package " + one.system.package.name + " at " +
           std::to_string(found.sites.size()) + " sites, and none is " + one.site + ": " + list +
           "; say with --site which of them it is (once for each package)");
      return false;
    }
    return true;
  }

  // The devices of the draft for the package's lists. What a list is made of is asked for instead
  // of it.
  void fill_lists(ChosenSystem& one) {
    std::vector<std::string> lists;
    std::map<std::string, std::vector<std::string>> usual;
    for (const config::Parameter& parameter : one.system.package.parameters) {
      const bool is_list = parameter.type == config::ParameterType::names;
      if (!is_list || is_derived(parameter)) continue;
      lists.push_back(parameter.name);
      usual[parameter.name] = default_names(parameter);
    }
    std::vector<DraftRow> own;
    for (const std::size_t row : one.rows) own.push_back(rows_[row]);
    one.lists = devices_of(own, sent_patterns(one.system), lists, usual);
    choose_members(one);
    for (const std::string& list : lists) fill_measured(one, list, own);
    for (const auto& [list, found] : one.lists) {
      if (found.rivals.empty()) continue;
      std::string rivals;
      for (const std::string& rival : found.rivals) rivals += ", " + rival;
      warnings_.push_back("package " + one.system.package.name + ": what is in " + list +
                          " fits these lists just as well: " + rivals.substr(2) +
                          "; put each where it belongs");
    }
  }

  // A list of what devices measure (toxic gases): what is measured, and the package takes.
  void fill_measured(ChosenSystem& one, const std::string& list, const std::vector<DraftRow>& own) {
    for (const std::string& member :
         members_measured(own, sent_patterns(one.system), list, one.lists)) {
      ChosenSystem tried = one;
      tried.lists[list].names.push_back(member);
      Diagnostics diagnostics;
      if (load_alone(tried, diagnostics) != nullptr) one.lists = std::move(tried.lists);
    }
  }

  // Learns the system's tags, and whether it watches anything as it is.
  bool try_alone(ChosenSystem& one, Diagnostics& diagnostics) {
    const auto config = load_alone(one, diagnostics);
    if (config == nullptr) return false;
    one.tags = config->plant->tags;
    if (!config->plant->rules.empty()) return true;
    std::string lists;
    for (const config::Parameter& parameter : one.system.package.parameters) {
      if (is_open_list(parameter)) lists += (lists.empty() ? "" : ", ") + parameter.name;
    }
    if (lists.empty()) return true;
    one.needs_a_list = true;
    const auto with_examples = load_alone(one, diagnostics);
    if (with_examples == nullptr) return false;
    one.tags = with_examples->plant->tags;
    warnings_.push_back("package " + one.system.package.name +
                        " watches nothing without one of its lists (" + lists +
                        "); examples stand there, marked CHANGE THIS: put your own, and leave out "
                        "those that you have not");
    return true;
  }

  [[nodiscard]] std::shared_ptr<const config::Config> load_alone(const ChosenSystem& one,
                                                                 Diagnostics& diagnostics) const {
    diagnostics.clear();
    return loaded(main_text(command_, library_, {one}, ""), library_, {one}, diagnostics);
  }

  // Systems at one site must not have a tag in common.
  bool tags_are_apart() {
    std::map<std::string, const ChosenSystem*> owners;
    for (const ChosenSystem& one : chosen_) {
      const ChosenSystem* other = nullptr;
      std::vector<std::string> both;
      for (const Tag& tag : one.tags) {
        const auto [owner, fresh] = owners.emplace(tag.name, &one);
        if (fresh || (other != nullptr && owner->second != other)) continue;
        other = owner->second;
        both.push_back(tag.name);
      }
      if (other == nullptr) continue;
      const std::string& name = one.system.package.name;
      const std::string& first = other->system.package.name;
      const std::string more =
          both.size() == 1 ? "" : " and " + std::to_string(both.size() - 1) + " more";
      fail((name == first ? "package " + name + " is chosen twice"
                          : "packages " + first + " and " + name) +
           " at the site " + one.site + ", where both have the tag " + both.front() + more +
           ": give each a site of its own (--site once for each package)");
      return false;
    }
    return true;
  }

  // Site by site; a row is of one tag.
  [[nodiscard]] std::vector<DraftMatch> match(const std::vector<Tag>& tags) const {
    std::vector<DraftMatch> all;
    std::set<std::size_t> used;
    std::set<std::string> sites;
    for (const ChosenSystem& one : chosen_) {
      if (!sites.insert(one.site).second) continue;
      std::vector<std::size_t> own_tags;
      std::vector<std::size_t> own_rows;
      collect(one.site, tags, own_tags, own_rows);
      std::erase_if(own_rows, [&](std::size_t row) { return used.contains(row); });
      std::vector<Tag> some_tags;
      some_tags.reserve(own_tags.size());
      std::vector<DraftRow> some_rows;
      some_rows.reserve(own_rows.size());
      for (const std::size_t at : own_tags) some_tags.push_back(tags[at]);
      for (const std::size_t at : own_rows) some_rows.push_back(rows_[at]);
      for (const DraftMatch& pair : match_draft(some_tags, some_rows)) {
        all.push_back({own_tags[pair.tag], own_rows[pair.row]});
        used.insert(own_rows[pair.row]);
      }
    }
    return all;
  }

  // The tags of the systems at a site, and the rows that may be theirs.
  void collect(const std::string& site, const std::vector<Tag>& tags,
               std::vector<std::size_t>& own_tags, std::vector<std::size_t>& own_rows) const {
    std::set<std::string> names;
    std::set<std::size_t> rows;
    for (const ChosenSystem& one : chosen_) {
      if (one.site != site) continue;
      for (const Tag& tag : one.tags) names.insert(tag.name);
      rows.insert(one.rows.begin(), one.rows.end());
    }
    for (std::size_t at = 0; at < tags.size(); ++at) {
      if (names.contains(tags[at].name)) own_tags.push_back(at);
    }
    own_rows.assign(rows.begin(), rows.end());
  }

  void tell(const std::vector<Tag>& tags, std::size_t rules,
            const std::vector<DraftMatch>& matches) {
    for (const std::string& warning : warnings_) {
      console_.err << "parkwatch: warning: " << printable(warning) << '\n';
    }
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
  std::vector<std::string> warnings_;
};

}  // namespace

int new_configuration(const NewCommand& command, Console& console) {
  return NewConfiguration{command, console}.run();
}

}  // namespace parkwatch::cli
