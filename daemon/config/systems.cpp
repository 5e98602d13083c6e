// daemon/config/systems.cpp - Makes the systems of a configuration from their packages.
#include "config/systems.h"

#include <algorithm>
#include <set>

#include "config/expand.h"
#include "config/fields.h"
#include "config/package.h"
#include "config/raw.h"

namespace parkwatch::config {
namespace {

// The position of a column in a point table's header, by either of its names.
std::optional<std::size_t> column(const CsvFile& file, std::string_view key) {
  const auto& cells = file.rows.front().cells;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string name = half_width(cells[i].text);
    if (name == key || (key == "tag" && name == "位号")) return i;
  }
  return std::nullopt;
}

// One [[system]] with its package.
class Maker {
 public:
  Maker(const PackageFiles& files, Arguments arguments, const SettingsTable& system,
        Systems& systems, Points& points, Diagnostics& out)
      : files_(files),
        arguments_(std::move(arguments)),
        id_(std::get<std::string>(arguments_.at("id"))),
        instance_("system " + in_quotes(id_) + ", " + system.where.file + ':' +
                  std::to_string(system.where.line)),
        system_(system),
        systems_(systems),
        points_(points),
        out_(out) {}

  void make(const Package& package) {
    if (refuse_empty_lists(package)) {
      systems_.complete = false;
      return;
    }
    const std::size_t rules = points_.rules.size();
    const std::size_t faults = out_.size();
    make_all();
    if (points_.rules.size() == rules && out_.size() == faults) warn_of_no_rule(package);
  }

 private:
  void make_all() {
    if (files_.points && !files_.points->rows.empty()) make_points(*files_.points);
    if (files_.rules != nullptr) make_rules(*files_.rules);
  }

  // Rules of which an empty list leaves no tag: one error for each such list, where it is given,
  // instead of one for each of them in the package.
  bool refuse_empty_lists(const Package& package) {
    std::map<std::string, std::vector<std::string>> rules;  // by the list
    Diagnostics told_later;
    Expander expander{arguments_, instance_, told_later};
    const auto tables = files_.rules == nullptr ? std::vector<const SettingsTable*>{}
                                                : raw_tables(*files_.rules, "rule");
    for (const SettingsTable* table : tables) {
      for (const Copy& copy : expander.copies(*table, "rule")) {
        for (const std::string_view key : {"tags", "members", "terms"}) {
          for (const std::string& name : emptied_by(*table, key, copy.arguments)) {
            std::vector<std::string>& ids = rules[name];
            if (ids.empty() || ids.back() != id_of(*table)) ids.push_back(id_of(*table));
          }
        }
      }
    }
    SettingsReader reader{system_, "system", out_};
    for (const auto& [name, ids] : rules) {
      reader.error(name, "is empty, and without it " + rules_text(ids) + " of package " +
                             in_quotes(package.name) + " would watch nothing: give at least one");
    }
    return !rules.empty();
  }

  static std::string rules_text(const std::vector<std::string>& ids) {
    const std::size_t more = ids.size() - 1;
    if (more == 0) return "the rule " + in_quotes(ids.front());
    return "the rule " + in_quotes(ids.front()) + " and " + std::to_string(more) + " more";
  }

  // The lists that make rules, where all of them are empty.
  void warn_of_no_rule(const Package& package) {
    std::string names;
    for (const Parameter& parameter : package.parameters) {
      if (parameter.type != ParameterType::names || is_derived(parameter)) continue;
      const auto& list = std::get<std::vector<SettingsValue>>(arguments_.at(parameter.name));
      if (list.empty()) names += (names.empty() ? "" : ", ") + parameter.name;
    }
    if (names.empty()) return;
    SettingsReader reader{system_, "system", out_};
    reader.warning("", "watches nothing: package " + in_quotes(package.name) +
                           " needs at least one of these lists: " + names);
  }

  void make_points(const CsvFile& from) {
    CsvFile file{from.shown,
                 {from.rows.front()},
                 instance_,
                 id_,
                 std::get<std::string>(arguments_.at("site")),
                 from.stored};
    const auto tag = column(from, "tag");
    const auto only_if = column(from, "only_if");
    Expander expander{arguments_, instance_, out_};
    for (std::size_t at = 1; at < from.rows.size(); ++at) {
      for (CsvRow& row : expander.rows(from.rows[at], tag, only_if, from.shown)) {
        file.rows.push_back(std::move(row));
      }
    }
    if (expander.failed()) systems_.complete = false;
    read_points(file, {}, points_, out_);
  }

  void make_rules(const SettingsTable& root) {
    SettingsReader reader{root, "", out_};
    const std::size_t first = out_.size();
    for (const SettingsTable* table : reader.tables("tag")) {
      each_copy(*table, "tag", [this](std::shared_ptr<SettingsTable> tag, const std::string&) {
        systems_.tags.push_back(std::move(tag));
      });
    }
    for (const SettingsTable* table : reader.tables("rule")) {
      each_copy(*table, "rule",
                [this](const std::shared_ptr<SettingsTable>& rule, const std::string& suffix) {
                  add_rule(rule, suffix);
                });
    }
    for (const SettingsTable* table : reader.tables("action")) {
      each_copy(*table, "action",
                [this](const std::shared_ptr<SettingsTable>& action, const std::string& suffix) {
                  add_action(action, suffix);
                });
    }
    for (const SettingsTable* table : reader.tables("test")) {
      if (is_of_left_out_rule(*table, root)) continue;
      each_copy(*table, "test",
                [this](const std::shared_ptr<SettingsTable>& test, const std::string& suffix) {
                  add_test(test, suffix);
                });
    }
    const std::size_t own = out_.size();
    reader.finish();
    for (std::size_t at = own; at < out_.size(); ++at) {
      out_[at].message +=
          " (a package's rules.toml holds [[tag]], [[rule]], [[action]] and [[test]])";
    }
    for (std::size_t at = first; at < out_.size(); ++at) out_[at].where.instance = instance_;
  }

  template <typename Take>
  void each_copy(const SettingsTable& table, const std::string& path, Take take) {
    Expander around{arguments_, instance_, out_};
    for (const Copy& copy : around.copies(table, path)) {
      Expander expander{copy.arguments, instance_, out_};
      std::shared_ptr<SettingsTable> filled =
          path == "test" ? expander.table(*with_columns(table, expander), path)
                         : expander.table(table, path);
      if (expander.failed()) {
        systems_.complete = false;
      } else {
        take(std::move(filled), copy.suffix);
      }
    }
    if (around.failed()) systems_.complete = false;
  }

  // Whether one of the test's rules is there in the package and not in this system (only_if, an
  // empty list).
  [[nodiscard]] bool is_of_left_out_rule(const SettingsTable& test,
                                         const SettingsTable& root) const {
    const std::vector<std::string> rules = raw_texts(test, "rule");
    return std::any_of(rules.begin(), rules.end(), [&](const std::string& id) {
      if (made_.contains(id)) return false;
      const auto all = raw_tables(root, "rule");
      return std::any_of(all.begin(), all.end(),
                         [&](const auto* one) { return id_of(*one) == id; });
    });
  }

  void add_rule(const std::shared_ptr<SettingsTable>& rule, const std::string& suffix) {
    std::string family;
    // Without an id the rule's reader says what is missing.
    if (std::string* id = raw_text(*rule, "id"); id != nullptr && !id->empty()) {
      made_.insert(*id);
      *id = id_ + '.' + *id;
      if (!suffix.empty()) {
        family = *id;
        *id += suffix;
        systems_.families[family].push_back(*id);
      }
    }
    points_.rules.push_back({"", rule, family});
  }

  void add_test(const std::shared_ptr<SettingsTable>& test, const std::string& suffix) {
    if (std::string* name = raw_text(*test, "name"); name != nullptr && !name->empty()) {
      *name = id_ + ": " + *name + (suffix.empty() ? "" : " (" + suffix.substr(1) + ')');
    }
    prefix_rules(*test);
    systems_.tests.push_back(test);
  }

  // Without `rule` in when, alarms of the whole park could call for it: those of the system then.
  void add_action(const std::shared_ptr<SettingsTable>& action, const std::string& suffix) {
    if (std::string* id = raw_text(*action, "id"); id != nullptr && !id->empty()) {
      *id = id_ + '.' + *id + suffix;
    }
    if (SettingsTable* when = raw_table(*action, "when")) {
      if (raw_value(*when, "rule") == nullptr) {
        when->entries.emplace_back("rule", SettingsValue{when->where, std::string{"*"}});
      }
      prefix_rules(*when);
    }
    systems_.actions.push_back(action);
  }

  // The id in front of what `rule` names.
  void prefix_rules(SettingsTable& table) const {
    SettingsValue* rule = raw_value(table, "rule");
    if (rule == nullptr) return;
    if (auto* one = std::get_if<std::string>(&rule->held)) *one = id_ + '.' + *one;
    if (auto* all = std::get_if<std::vector<SettingsValue>>(&rule->held)) {
      for (SettingsValue& element : *all) {
        if (auto* one = std::get_if<std::string>(&element.held)) *one = id_ + '.' + *one;
      }
    }
  }

  const PackageFiles& files_;
  Arguments arguments_;
  std::string id_;
  std::string instance_;
  const SettingsTable& system_;
  Systems& systems_;
  Points& points_;
  Diagnostics& out_;
  std::set<std::string> made_;  // rules, as the package calls them
};

// How much there is before a system is made.
struct MadeSoFar {
  std::size_t point_tags;
  std::size_t rules;
  std::size_t mappings;
  std::size_t tags;
  std::size_t tests;
  std::size_t actions;

  MadeSoFar(const Systems& systems, const Points& points)
      : point_tags(points.tags.size()),
        rules(points.rules.size()),
        mappings(points.mappings.size()),
        tags(systems.tags.size()),
        tests(systems.tests.size()),
        actions(systems.actions.size()) {}

  // Takes back what was made since.
  void restore(Systems& systems, Points& points) const {
    points.tags.resize(point_tags);
    points.rules.erase(points.rules.begin() + static_cast<std::ptrdiff_t>(rules),
                       points.rules.end());
    points.mappings.resize(mappings);
    systems.tags.resize(tags);
    systems.tests.resize(tests);
    systems.actions.resize(actions);
    systems.complete = false;
  }
};

// Which system made which tag; a second one must not make it again.
class TagOwners {
 public:
  // Of what `id` made since `before`; of the other's tags it has some too if that has a value.
  struct Clash {
    std::string other;
    std::vector<std::string> tags;
  };
  std::optional<Clash> add(const std::string& id, const MadeSoFar& before, const Systems& systems,
                           const Points& points) {
    Clash clash;
    const auto add_from = [&](const auto& tables, std::size_t first) {
      for (std::size_t at = first; at < tables.size(); ++at) {
        const std::string* name = raw_text(*tables[at], "name");
        if (name == nullptr) continue;
        const auto [owner, fresh] = owners_.emplace(*name, id);
        if (fresh || owner->second == id) continue;
        if (clash.other.empty()) clash.other = owner->second;
        if (clash.other == owner->second) clash.tags.push_back(*name);
      }
    };
    add_from(points.tags, before.point_tags);
    add_from(systems.tags, before.tags);
    return clash.tags.empty() ? std::nullopt : std::optional{std::move(clash)};
  }

 private:
  std::map<std::string, std::string> owners_;
};

// The package that a [[system]] names; null, and reported, if there is none.
const PackageFiles* package_of(SettingsReader& reader,
                               const std::map<std::string, PackageFiles>& packages,
                               const std::vector<std::string>& known, const std::string& library) {
  const std::string name = reader.required_text("package");
  if (name.empty()) return nullptr;
  const auto found = packages.find(name);
  if (found != packages.end()) return &found->second;
  std::string list;
  for (const std::string& one : known) list += (list.empty() ? "" : ", ") + one;
  reader.error("package", "there is no package " + in_quotes(name) + hint(name, known) + " (" +
                              (list.empty() ? "no packages" : list) + " in " + library +
                              "/systems; the key library of [daemon] says where they are)");
  return nullptr;
}

}  // namespace

Systems make_systems(const std::vector<const SettingsTable*>& tables,
                     const std::map<std::string, PackageFiles>& packages,
                     const std::vector<std::string>& known, const std::string& library,
                     Points& points, Diagnostics& out) {
  Systems systems;
  const std::size_t own = points.tags.size();
  std::map<std::string, SourceLocation> ids;
  TagOwners owners;
  for (const SettingsTable* table : tables) {
    SettingsReader reader{*table, "system", out};
    if (ids.size() == systems_max) {
      reader.error("", "more than " + std::to_string(systems_max) + " systems");
      break;
    }
    const PackageFiles* files = package_of(reader, packages, known, library);
    Package package;
    std::optional<Arguments> arguments;
    if (files != nullptr && files->package != nullptr) {
      const std::size_t first = out.size();
      const std::string name = reader.text("package", "");
      package = read_package(*files->package, name, out);
      // Said for each system of a package; one of them stays.
      for (std::size_t at = first; at < out.size(); ++at) {
        out[at].where.instance =
            "system on " + table->where.file + ':' + std::to_string(table->where.line);
      }
      if (out.size() == first) arguments = read_arguments(package, *table, out);
    }
    if (!arguments) {
      systems.complete = false;
      const std::string* id = raw_text(*table, reader.has("id") ? "id" : "site");
      if (id != nullptr) systems.ids.push_back(*id);
      continue;
    }
    const std::string id = std::get<std::string>(arguments->at("id"));
    const auto [other, fresh] = ids.emplace(id, reader.where("site"));
    if (!fresh) {
      reader.error(reader.has("id") ? "id" : "site",
                   in_quotes(id) + " is the id of the system at " + other->second.file + ':' +
                       std::to_string(other->second.line) + " already; give it an id of its own");
      continue;
    }
    systems.ids.push_back(id);
    const MadeSoFar before{systems, points};
    Maker{*files, *std::move(arguments), *table, systems, points, out}.make(package);
    if (const auto clash = owners.add(id, before, systems, points)) {
      const std::size_t more = clash->tags.size() - 1;
      const SourceLocation& where = ids.at(clash->other);
      reader.error("site", in_quotes(clash->tags.front()) +
                               (more == 0 ? "" : " and " + std::to_string(more) + " more") +
                               " of package " + in_quotes(package.name) +
                               " would be tags of the system " + in_quotes(clash->other) + " at " +
                               where.file + ':' + std::to_string(where.line) +
                               " as well; give it a site of its own");
      before.restore(systems, points);
    }
  }
  const auto first = points.tags.begin() + static_cast<std::ptrdiff_t>(own);
  systems.tags.insert(systems.tags.begin(), first, points.tags.end());
  points.tags.erase(first, points.tags.end());
  return systems;
}

void refuse_lost_overrides(const Systems& systems, const Points& points,
                           std::vector<const SettingsTable*>& rules, Diagnostics& out) {
  const auto is_lost = [&](const SettingsTable* rule) {
    SettingsReader reader{*rule, "rule", out};
    if (reader.has("kind")) return false;
    const std::string id = id_of(*rule);
    const auto system =
        std::find_if(systems.ids.begin(), systems.ids.end(),
                     [&](const std::string& one) { return id.starts_with(one + '.'); });
    if (system == systems.ids.end()) return false;
    if (!systems.complete) return true;  // it may be of what is missing
    std::vector<std::string> known;
    for (const PointRule& point : points.rules) {
      const std::string other = id_of(*point.table);
      if (other.starts_with(*system + '.')) known.push_back(other);
      if (!point.family.empty()) known.push_back(point.family);
    }
    reader.error("id", "the system " + in_quotes(*system) + " has no rule " + in_quotes(id) +
                           hint(id, known) +
                           "; a rule that overrides none needs a kind (parkwatch check --merged "
                           "prints the rules of systems)");
    return true;
  };
  rules.erase(std::remove_if(rules.begin(), rules.end(), is_lost), rules.end());
}

}  // namespace parkwatch::config
