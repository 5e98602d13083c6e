// daemon/config/config.cpp - From files or a bundle to a checked configuration.
#include "config/config.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "config/actions.h"
#include "config/fields.h"
#include "config/files.h"
#include "config/gates.h"
#include "config/library.h"
#include "config/named_limits.h"
#include "config/notify.h"
#include "config/point_header.h"
#include "config/points.h"
#include "config/positions.h"
#include "config/raw.h"
#include "config/rule_reader.h"
#include "config/rule_tables.h"
#include "config/sections.h"
#include "config/shift_report.h"
#include "config/sort_diagnostics.h"
#include "config/systems.h"
#include "config/tags.h"
#include "config/toml.h"

namespace parkwatch::config {
namespace {

// A file with its parsed root; null after a syntax error, or if it could not be read.
struct Document {
  File file;
  std::string shown;  // in diagnostics
  std::shared_ptr<const SettingsTable> root;
  std::optional<CsvFile> csv;  // a point table or guidance, instead of a root
  [[nodiscard]] bool is_library() const { return file.path.starts_with(library_prefix); }
};

// Every table of an array of tables, behind what is there.
void add_tables(SettingsReader& root, std::string_view key,
                std::vector<const SettingsTable*>& out) {
  for (const SettingsTable* table : root.tables(key)) out.push_back(table);
}

class Loader {
 public:
  Loader(const DriverCheck& check, Diagnostics& out) : check_(check), out_(out) {}

  std::shared_ptr<const Config> from_disk(const std::string& path, FileFaults file_faults) {
    around_.file_faults = file_faults;
    const std::filesystem::path main{path};
    around_.folder = main.parent_path().string();
    Result<std::string> text = read_file(path);
    if (!text) {
      fault({path, 0, 0}, "", text.error().message);
      return nullptr;
    }
    add({main.filename().string(), *std::move(text)}, path);
    if (documents_.front().root) {
      include();
      add_library();
    }
    return finish();
  }

  std::shared_ptr<const Config> from_bundle_to_run(const std::string& bundle,
                                                   const std::string& path) {
    around_.folder = std::filesystem::path{path}.parent_path().string();
    around_.file_faults = FileFaults::warnings;
    return from_files(bundle);
  }

  std::shared_ptr<const Config> from_bundle(const std::string& bundle) {
    around_.check_files = false;
    return from_files(bundle);
  }

 private:
  std::shared_ptr<const Config> from_files(const std::string& bundle) {
    stored_ = true;
    Result<std::vector<File>> files = parse_bundle(bundle);
    if (!files) {
      fault({}, "", "the stored configuration " + files.error().message);
      return nullptr;
    }
    for (File& file : *files) {
      const std::string shown = file.path;
      add(std::move(file), shown);
    }
    if (documents_.empty()) return nullptr;  // the first one is too long already
    return finish();
  }

  void fault(SourceLocation where, std::string key, std::string message) {
    out_.push_back(
        {Diagnostic::Severity::error, std::move(where), std::move(key), std::move(message)});
  }

  void add(File file, const std::string& shown) {
    bytes_ += file.text.size();
    if (bytes_ > bundle_bytes_max / 2) {
      complete_ = false;
      fault({shown, 0, 0}, "",
            "all files together are longer than " + std::to_string(bundle_bytes_max / 2 >> 20U) +
                " MiB");
      return;
    }
    Document document{std::move(file), shown, nullptr, {}};
    if (document.file.path.ends_with(".csv")) {
      read_csv(document);
    } else {
      document.root = parse_toml(shown, document.file.text, out_);
    }
    complete_ = complete_ && (document.root != nullptr || document.csv);
    documents_.push_back(std::move(document));
  }

  void read_csv(Document& document) {
    auto text = decoded_text(document.file.text);
    if (!text) {
      fault({document.shown, 0, 0}, "", text.error().message);
      return;
    }
    auto rows = parse_csv(text->utf8);
    if (!rows) {
      fault({document.shown, 0, 0}, "", rows.error().message);
      return;
    }
    if (!document.is_library())
      notes_.push_back(document.shown + " is " + text->encoding + ", " +
                       std::to_string(rows->empty() ? 0 : rows->size() - 1) + " rows");
    document.csv = CsvFile{document.shown, *std::move(rows)};
    document.csv->stored = stored_;
  }

  // The point tables, behind every guidance table.
  Points read_point_tables() {
    GuidanceTable guidance;
    Points points;
    for (const Document& document : documents_) {
      if (document.csv && !document.is_library() && document.csv->is_guidance()) {
        read_guidance(*document.csv, guidance, out_);
      }
    }
    for (const Document& document : documents_) {
      if (document.csv && !document.is_library() && !document.csv->is_guidance()) {
        read_points(*document.csv, guidance, points, out_);
      }
    }
    return points;
  }

  // The tables [[key]] of the park's own files.
  [[nodiscard]] std::vector<const SettingsTable*> own_tables(std::string_view key) const {
    std::vector<const SettingsTable*> all;
    for (const Document& document : documents_) {
      if (document.root == nullptr || document.is_library()) continue;
      for (const SettingsTable* table : raw_tables(*document.root, key)) all.push_back(table);
    }
    return all;
  }

  // Reads the limits and the packages that are used, if anything asks for them.
  void add_library() {
    const SettingsTable* daemon = raw_table(*documents_.front().root, "daemon");
    const std::string* told = daemon == nullptr ? nullptr : raw_text(*daemon, "library");
    const std::vector<const SettingsTable*> systems = own_tables("system");
    const auto rules = own_tables("rule");
    const bool limits = !own_tables("limit").empty() ||
                        std::any_of(rules.begin(), rules.end(),
                                    [](const auto* rule) { return refers_to_limits(*rule); });
    if (told == nullptr && systems.empty() && !limits) return;
    library_ =
        told != nullptr ? path_from(around_.folder, *told) : default_library({around_.folder});
    packages_known_ = packages_in(library_);
    for (const std::string& path : limits_in(library_)) add_library_file(path, "");
    if (told != nullptr && packages_known_.empty() && !documents_.back().is_library()) {
      fault(raw_value(*daemon, "library")->where, "daemon.library",
            library_ + " has no systems/<package>/package.toml and no limits/*.toml");
    }
    std::set<std::string> seen;
    for (const SettingsTable* system : systems) {
      const std::string* name = raw_text(*system, "package");
      // A name is no way out of the library.
      if (name == nullptr || !is_word(*name) || name->starts_with('.')) continue;
      if (!seen.insert(*name).second) continue;
      const std::string user =
          "system on " + system->where.file + ':' + std::to_string(system->where.line);
      for (const std::string_view file : package_files) {
        add_library_file(package_path(*name, file), user);
      }
    }
  }

  // A file that is not there is none; whoever needs it says so.
  void add_library_file(const std::string& path, const std::string& user) {
    const std::string shown = path_from(library_, path);
    const Result<std::string> text = read_file(shown);
    if (!text && text.error().kind == ErrorKind::not_found) return;
    const std::size_t first = out_.size();
    if (!text || documents_.size() >= files_max) {
      complete_ = false;
      fault({shown, 0, 0}, "",
            text ? "more than " + std::to_string(files_max) + " files" : text.error().message);
    } else {
      add({std::string{library_prefix} + path, *text}, shown);
    }
    for (std::size_t at = first; at < out_.size(); ++at) out_[at].where.instance = user;
  }

  // The files of the packages that systems name.
  [[nodiscard]] std::map<std::string, PackageFiles> packages() const {
    std::map<std::string, PackageFiles> all;
    const std::string begin = std::string{library_prefix} + "systems/";
    for (const Document& document : documents_) {
      if (!document.file.path.starts_with(begin)) continue;
      const std::string rest = document.file.path.substr(begin.size());
      const std::size_t slash = std::min(rest.find('/'), rest.size() - 1);
      PackageFiles& files = all[rest.substr(0, slash)];
      const std::string name = rest.substr(slash + 1);
      if (name == "package.toml") files.package = document.root;
      if (name == "rules.toml") files.rules = document.root;
      if (name == "points.csv") files.points = document.csv;
    }
    // Without its first file it is none.
    std::erase_if(all, [this](const auto& one) { return !has_package(one.first); });
    return all;
  }

  [[nodiscard]] bool has_package(const std::string& name) const {
    const std::string path = std::string{library_prefix} + package_path(name, "package.toml");
    return std::any_of(documents_.begin(), documents_.end(),
                       [&](const Document& d) { return d.file.path == path; });
  }

  // Reads what the main file includes, pattern by pattern; a file that two patterns match, once.
  void include() {
    SettingsReader reader{*documents_.front().root, "", out_};
    std::set<std::string> seen{documents_.front().file.path};
    for (const std::string& pattern : reader.texts("include")) {
      const std::vector<std::string> paths = find_files(around_.folder, pattern);
      if (paths.empty()) {
        complete_ = false;
        reader.error("include", in_quotes(pattern) + " matches no file in " +
                                    (around_.folder.empty() ? "." : around_.folder));
      }
      for (const std::string& path : paths) {
        if (!seen.insert(path).second) continue;
        if (documents_.size() == files_max) {
          reader.error("include", "more than " + std::to_string(files_max) + " files");
          return;
        }
        include_file(reader, path);
      }
    }
  }

  void include_file(SettingsReader& reader, const std::string& path) {
    const std::string shown = path_from(around_.folder, path);
    Result<std::string> text = read_file(shown);
    if (text) {
      add({path, *std::move(text)}, shown);
      return;
    }
    complete_ = false;
    reader.error("include", shown + ": " + text.error().message);
  }

  std::shared_ptr<const Config> finish() {
    auto config = std::make_shared<Config>();
    auto plant = std::make_shared<Plant>();
    read_documents(*config, *plant);
    const bool failed = has_errors(out_);
    sort_diagnostics(shown_files(), out_);
    if (failed) return nullptr;
    std::vector<File> files;
    for (Document& document : documents_) files.push_back(std::move(document.file));
    config->bundle = make_bundle(files);
    config->notes = std::move(notes_);
    plant->hash = sha256_hex(config->bundle);
    config->plant = std::move(plant);
    return config;
  }

  void read_documents(Config& config, Plant& plant) {
    Points points = read_point_tables();
    Systems systems =
        make_systems(own_tables("system"), packages(), packages_known_, library_, points, out_);
    complete_ = complete_ && systems.complete;
    if (documents_.front().root != nullptr) {
      documents_.front().root = with_mappings(documents_.front().root, points, out_);
    }
    std::vector<const SettingsTable*> tags;
    std::vector<const SettingsTable*> rules;
    NotifyTables notify;
    const SettingsTable* report = nullptr;
    ActionTables actions;
    GateTables gates;
    std::vector<const SettingsTable*> tests;
    NamedLimits limits;
    for (const Document& document : documents_) {
      if (document.root == nullptr || document.is_library()) continue;
      SettingsReader root{*document.root, "", out_};
      if (&document == &documents_.front()) {
        // Its mistakes are told already; in a bundle there is no file to include.
        (void)root.value("include");
        read_sections(root, around_, check_, config, plant, out_);
        config.positions = read_positions(root, out_);
        report = root.table("shift_report");
        actions.settings = root.table("actions");
        gates.settings = root.table("gates");
      } else {
        refuse_main_keys(root);
      }
      add_tables(root, "tag", tags);
      add_tables(root, "rule", rules);
      add_tables(root, "receiver", notify.receivers);
      add_tables(root, "route", notify.routes);
      add_tables(root, "escalation", notify.escalations);
      add_tables(root, "action", actions.actions);
      add_tables(root, "gate", gates.gates);
      add_tables(root, "zone", gates.zones);
      add_tables(root, "test", tests);
      (void)root.tables("system");
      limits.read(root, plant.calendar, false);
      root.finish();
    }
    limits = library_limits(std::move(limits), plant.calendar, rules, points);
    auto plan = std::make_shared<NotifyPlan>(read_notify(notify, around_, out_));
    if (report != nullptr) config.shift_report = read_shift_report(*report, *plan, around_, out_);
    check_boards(notify, *plan, config.alerts.enabled, out_);
    for (const auto& table : points.tags) tags.push_back(table.get());
    merge_tables(systems.tags, "name", tags);
    merge_tables(systems.actions, "id", actions.actions);
    const std::vector<DeclaredTag> declared = read_tags(tags, out_);
    TagIndex index{declared, complete_};
    check_derived_tags(declared, index, out_);
    RuleTables made = make_rule_tables(std::move(rules), points, systems, limits, index,
                                       plant.calendar, now(), out_);
    config.point_rules = made.given;
    plant.rules = read_rules(made.tables, index, plant.calendar, out_);
    check_rule_escalations(made.tables, *plan, out_);
    plant.actions = read_actions(actions, plant.rules, index, config.alerts.enabled, out_);
    plant.gates = read_gates(gates, plant.rules, around_, config.gates, out_);
    for (const RuleSpec& rule : plant.rules) {
      if (!rule.alarm.escalation.empty()) plan->rule_escalations[rule.id] = rule.alarm.escalation;
    }
    config.notify = std::move(plan);
    if (made.complete) {
      config.tests = read_tests_of(test_tables(tests, systems, made), plant, index);
    }
    put_tags(declared, config, plant);
    warn_of_idle(points, plant);
  }

  // What could not be read may be what asks for these.
  void warn_of_idle(const Points& points, const Plant& plant) {
    if (!complete_ || has_errors(out_)) return;
    warn_of_unused(points.further, plant.rules, out_);
    SettingsReader main{*documents_.front().root, "", out_};
    warn_of_unknown_groups(main, plant, out_);
  }

  static void put_tags(const std::vector<DeclaredTag>& declared, Config& config, Plant& plant) {
    plant.tags.reserve(declared.size());
    for (const DeclaredTag& one : declared) {
      plant.tags.push_back(one.tag);
      config.tag_places.push_back(one.table == nullptr ? SourceLocation{} : one.table->where);
      config.tag_columns.push_back(one.columns);
    }
  }

  // The park's tests, and those of packages that still hold.
  std::vector<std::shared_ptr<SettingsTable>> test_tables(
      const std::vector<const SettingsTable*>& own, const Systems& systems,
      const RuleTables& made) {
    const auto spread = [&](const SettingsTable& test) {
      return with_families(*with_families(test, systems.families), made.editions);
    };
    std::vector<std::shared_ptr<SettingsTable>> all;
    for (const auto& test : systems.tests) all.push_back(spread(*test));
    all = tests_that_hold(all, made.changed, notes_);
    for (const SettingsTable* test : own) all.push_back(spread(*test));
    return all;
  }

  // Only what is read to be run is told that its limits are out of force.
  [[nodiscard]] std::optional<Timestamp> now() const {
    if (!around_.check_files) return std::nullopt;
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }

  // The park's limits and the library's. What the park's rules and those of points and packages do
  // not ask for is told, unless a rule could not be made; a stored configuration ran.
  NamedLimits library_limits(NamedLimits limits, const Calendar& calendar,
                             const std::vector<const SettingsTable*>& rules, const Points& points) {
    for (const Document& document : documents_) {
      const std::string begin = std::string{library_prefix} + "limits/";
      if (document.root == nullptr || !document.file.path.starts_with(begin)) continue;
      SettingsReader root{*document.root, "", out_};
      limits.read(root, calendar, true);
      root.finish();
    }
    if (!complete_ || !around_.check_files) return limits;
    std::set<std::string> used;
    for (const SettingsTable* rule : rules) add_limits_of(*rule, used);
    for (const PointRule& rule : points.rules) add_limits_of(*rule.table, used);
    limits.refuse_lost(used, out_);
    return limits;
  }

  std::vector<RuleTest> read_tests_of(const std::vector<std::shared_ptr<SettingsTable>>& tests,
                                      const Plant& plant, TagIndex& index) {
    // A stored configuration ran: what a later version thinks of its tests must not keep a replay
    // from it.
    if (!around_.check_files) return {};
    std::vector<const SettingsTable*> tables;
    tables.reserve(tests.size());
    for (const auto& test : tests) tables.push_back(test.get());
    const LineOf line_of = [this](const std::string& file, std::uint32_t line) {
      const auto found = std::find_if(documents_.begin(), documents_.end(),
                                      [&](const Document& d) { return d.shown == file; });
      std::string_view rest = found == documents_.end() ? "" : std::string_view{found->file.text};
      for (; line > 1 && !rest.empty(); --line) {
        rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
      }
      return rest.substr(0, rest.find('\n'));
    };
    const TestFiles files{line_of, [this](const std::string& path) { return test_csv(path); },
                          around_.file_faults == FileFaults::errors};
    return read_rule_tests(tables, plant.rules, index, files, out_);
  }

  // The input of a test. What tests say is no part of what the configuration means, so the file is
  // not bundled.
  [[nodiscard]] Result<CsvFile> test_csv(const std::string& path) const {
    const std::string shown = path_from(around_.folder, path);
    const auto failed = [&](const Error& e) { return Error{e.kind, shown + ": " + e.message}; };
    const Result<std::string> bytes = read_file(shown);
    if (!bytes) return failed(bytes.error());
    const auto text = decoded_text(*bytes);
    if (!text) return failed(text.error());
    auto rows = parse_csv(text->utf8);
    if (!rows) return failed(rows.error());
    return CsvFile{shown, *std::move(rows)};
  }

  [[nodiscard]] std::vector<std::string> shown_files() const {
    std::vector<std::string> shown;
    for (const Document& document : documents_) shown.push_back(document.shown);
    return shown;
  }

  static void refuse_main_keys(SettingsReader& root) {
    for (const std::string_view key :
         {"daemon", "http", "store", "intake", "time", "alerts", "source", "position",
          "shift_report", "actions", "gates", "include"}) {
      (void)root.value(key);
      if (root.has(key)) {
        root.error(
            key,
            "belongs into the main file; an included file holds [[tag]], [[rule]], [[test]], "
            "[[receiver]], [[route]], [[escalation]], [[action]], [[gate]], [[zone]], [[system]] "
            "and [[limit]]");
      }
    }
  }

  const DriverCheck& check_;
  Diagnostics& out_;
  Surroundings around_;
  std::vector<Document> documents_;
  std::size_t bytes_ = 0;
  std::vector<std::string> notes_;
  bool stored_ = false;                               // read from a bundle
  bool complete_ = true;                              // every file could be read
  std::string library_ = "the stored configuration";  // where packages are
  std::vector<std::string> packages_known_;
};

}  // namespace

std::shared_ptr<const Config> load(const std::string& path, const DriverCheck& check,
                                   Diagnostics& out, FileFaults file_faults) {
  return Loader{check, out}.from_disk(path, file_faults);
}

std::shared_ptr<const Config> load_bundle(const std::string& bundle, const DriverCheck& check,
                                          Diagnostics& out) {
  return Loader{check, out}.from_bundle(bundle);
}

std::shared_ptr<const Config> load_bundle_to_run(const std::string& bundle, const std::string& path,
                                                 const DriverCheck& check, Diagnostics& out) {
  return Loader{check, out}.from_bundle_to_run(bundle, path);
}

}  // namespace parkwatch::config
