// tests/systems/packages_test.cpp - What every package must offer to those who answer its alarms,
// and that each can be switched on with as little as its README says.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "config/named_limits.h"
#include "config/raw.h"
#include "config/toml.h"
#include "tests/systems/derived.h"
#include "tests/systems/given_plant.h"
#include "tests/systems/package_case.h"
#include "tests/systems/simulation.h"

namespace parkwatch::systems::packages_test {
namespace {

const std::string root = PARKWATCH_SOURCE_DIR;

std::string folder_of(const std::string& package) { return root + "/config/systems/" + package; }

std::vector<std::string> packages() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{root + "/config/systems"}) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::shared_ptr<const Plant> plant_of_incidents(const std::string& package) {
  Diagnostics out;
  const auto described = read_case(root, package, out);
  for (const Diagnostic& diagnostic : out) UNSCOPED_INFO(to_text(diagnostic));
  REQUIRE(described);
  return given_plant(described->instance);
}

bool is_chinese(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0xE3; });
}

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string text_of(const std::string& path) {
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::shared_ptr<const SettingsTable> tables_of(const std::string& path) {
  Diagnostics out;
  auto tables = config::parse_toml(path, text_of(path), out);
  for (const Diagnostic& diagnostic : out) UNSCOPED_INFO(to_text(diagnostic));
  REQUIRE(tables != nullptr);
  return tables;
}

// A calendar's periods have no length of their own; those of days are what packages have.
Duration length_of(const WindowSpec& window) {
  switch (window.period) {
    case Period::fixed:
      return window.length;
    case Period::hour:
      return std::chrono::hours{1};
    case Period::week:
      return std::chrono::days{7};
    case Period::month:
      return std::chrono::days{31};
    default:
      return std::chrono::days{1};
  }
}

// Keys of a rule that are figures.
constexpr std::array<std::string_view, 7> figure_keys{"LL",    "L",     "H",     "HH",
                                                      "above", "below", "budget"};

// Figures that no limit's name stands for: the size of a plant, its contracts and its permits.
const std::map<std::string, std::set<std::string>> own_figures{
    {"emergency-pool", {"reserve", "reserve_least"}},
    {"energy-carbon",
     {"co2_budget", "connection", "contract", "demand_warning", "export_permit", "unaccounted"}},
    {"heating-geothermal", {"heat_min"}},
    {"tank-farm", {"level_ll", "level_l", "level_h", "level_hh"}},
    {"wastewater-plant", {"capacity"}},
    {"zero-liquid-discharge", {"concentrate"}}};

std::optional<std::string> parameter_in(const std::string& text) {
  if (!text.starts_with("${") || text.find('}') + 1 != text.size()) return std::nullopt;
  return text.substr(2, text.size() - 3);
}

// One of the package's own figures, or a part of the budget that is one.
bool is_of_site(const SettingsValue* figure, const std::set<std::string>& own) {
  const auto* text = figure == nullptr ? nullptr : std::get_if<std::string>(&figure->held);
  if (text == nullptr) return false;
  const auto parameter = parameter_in(*text);
  return parameter ? own.count(*parameter) > 0 : text->ends_with('%');
}

// The limits that a parameter may name: its default and its choices.
std::vector<std::string> names_of(const std::string& package, const std::string& parameter) {
  const auto tables = tables_of(folder_of(package) + "/package.toml");
  for (const SettingsTable* one : config::raw_tables(*tables, "parameter")) {
    if (*config::raw_text(*one, "name") != parameter) continue;
    std::vector<std::string> names = config::raw_texts(*one, "choices");
    if (const std::string* name = config::raw_text(*one, "default")) names.push_back(*name);
    return names;
  }
  return {};
}

// A level that is a bare number, or a parameter that is none of the package's own figures, fails.
void check_figures(const SettingsTable& rule, const std::set<std::string>& own) {
  for (const std::string_view key : figure_keys) {
    const SettingsValue* value = config::raw_value(rule, key);
    if (value == nullptr) continue;
    const SettingsTable* level = config::raw_table(rule, key);
    if (level != nullptr && config::raw_text(*level, "limit") != nullptr) continue;
    CAPTURE(value->where.line, key);
    CHECK(is_of_site(level == nullptr ? value : config::raw_value(*level, "at"), own));
  }
}

// The names of limits that a package's levels and expressions refer to.
std::set<std::string> limits_of(const std::string& package) {
  CAPTURE(package);
  const auto found = own_figures.find(package);
  const auto own = found == own_figures.end() ? std::set<std::string>{} : found->second;
  const auto tables = tables_of(folder_of(package) + "/rules.toml");
  std::set<std::string> written;
  for (const SettingsTable* rule : config::raw_tables(*tables, "rule")) {
    check_figures(*rule, own);
    config::add_limits_of(*rule, written);
  }
  std::set<std::string> names;
  for (const std::string& name : written) {
    const auto parameter = parameter_in(name);
    if (!parameter) {
      names.insert(name);
      continue;
    }
    const auto all = names_of(package, *parameter);
    CAPTURE(name);
    CHECK_FALSE(all.empty());
    names.insert(all.begin(), all.end());
  }
  return names;
}

// What the library's files of limits hold.
std::set<std::string> known_limits() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{root + "/config/limits"}) {
    const auto tables = tables_of(entry.path().string());
    for (const SettingsTable* limit : config::raw_tables(*tables, "limit")) {
      names.insert(*config::raw_text(*limit, "name"));
    }
  }
  return names;
}

// Devices, by what their names begin with, that send all they have in one telegram: a rule for the
// silence of one of their tags stands for the others.
const std::map<std::string, std::string> of_one_telegram{
    {"chemical-park-gates", ""}, {"construction-site", ""}, {"energy-carbon", "e"}};

// What may fall silent and nobody is told: how its tags begin, behind the site.
const std::map<std::string, std::set<std::string>> untold_silence{
    // Helmets out of radio reach; cameras are told of by their recorder, which has a rule.
    {"construction-site", {"h", "cam"}},
    // Neither safety nor a contract rests on it.
    {"energy-carbon", {"weather/", "grid/energy_peak"}},
    // One platform sends all of it, and has a rule.
    {"park-overview", {""}},
    // Sent when something is seen; whether the camera lives is another tag.
    {"tank-farm", {"C1/event"}}};

// What the tag's value is made of: itself, or what it is derived from by however many steps.
void add_measured(const Plant& plant, const std::string& name, std::set<std::string>& to) {
  const auto tag = std::find_if(plant.tags.begin(), plant.tags.end(),
                                [&](const Tag& one) { return one.name == name; });
  const auto operands =
      tag == plant.tags.end() ? std::vector<std::string>{} : tags_in(tag->expression);
  if (operands.empty()) to.insert(name);
  for (const std::string& operand : operands) add_measured(plant, operand, to);
}

struct Measured {
  std::set<std::string> judged;  // that some alarm rests on
  std::set<std::string> missed;  // whose silence is told
};

Measured measured_of(const Plant& plant) {
  Measured result;
  for (const RuleSpec& rule : plant.rules) {
    if (rule.kind == RuleKind::stale) result.missed.insert(rule.tags.begin(), rule.tags.end());
    if (rule.kind == RuleKind::stale) continue;
    for (const std::string& tag : tags_of(rule)) add_measured(plant, tag, result.judged);
  }
  return result;
}

}  // namespace

TEST_CASE("packages: what an alarm rests on does not fall silent without an alarm", "[systems]") {
  for (const std::string& package : packages()) {
    const auto [judged, missed] = measured_of(*plant_of_incidents(package));
    const auto telegram = of_one_telegram.find(package);
    const auto untold = untold_silence.find(package);
    std::set<std::string> needed;  // of the exceptions
    for (const std::string& tag : judged) {
      const std::string device{parts_of_tag_name(tag).device};
      const bool is_one = telegram != of_one_telegram.end() && device.starts_with(telegram->second);
      const bool is_told = std::any_of(missed.begin(), missed.end(), [&](const std::string& one) {
        return one == tag || (is_one && parts_of_tag_name(one).device == device);
      });
      if (is_told) continue;
      CAPTURE(package, tag);
      const std::string name = tag.substr(tag.find('/') + 1);
      const bool is_known =
          untold != untold_silence.end() &&
          std::any_of(untold->second.begin(), untold->second.end(), [&](const std::string& begin) {
            if (!name.starts_with(begin)) return false;
            needed.insert(begin);
            return true;
          });
      CHECK(is_known);
    }
    CHECK(needed == (untold == untold_silence.end() ? std::set<std::string>{} : untold->second));
  }
}

TEST_CASE("packages: every level is a limit with a name and a proof, or the site's parameter",
          "[systems]") {
  CHECK_FALSE(is_of_site(nullptr, {"level_h"}));
  for (const auto& [written, of_site] :
       std::map<std::string, bool>{{"40", false},
                                   {"\"${level_h}\"", true},
                                   {"\"${level_x}\"", false},
                                   {"\"${level_h}${level_h}\"", false},
                                   {"\"90%\"", true},
                                   {"\"90\"", false}}) {
    Diagnostics out;
    const auto table = config::parse_toml("rules.toml", "H = " + written, out);
    REQUIRE(table != nullptr);
    CAPTURE(written);
    CHECK(is_of_site(config::raw_value(*table, "H"), {"level_h"}) == of_site);
  }
  const auto known = known_limits();
  for (const std::string& package : packages()) {
    const auto used = limits_of(package);
    CHECK(used.size() >= 1);
    for (const std::string& name : used) {
      CAPTURE(package, name);
      CHECK((name.find("${") != std::string::npos || known.count(name) == 1));
    }
  }
}

TEST_CASE("packages: every figure of its own that a package brings is used, and says from where",
          "[systems]") {
  std::size_t files = 0;
  for (const std::string& package : packages()) {
    const std::string path = root + "/config/limits/site-" + package + ".toml";
    if (!std::filesystem::exists(path)) continue;
    ++files;
    const std::set<std::string> used = limits_of(package);
    const auto tables = tables_of(path);
    for (const SettingsTable* limit : config::raw_tables(*tables, "limit")) {
      const std::string* name = config::raw_text(*limit, "name");
      REQUIRE(name != nullptr);
      CAPTURE(*name);
      CHECK(name->starts_with("site." + package + '.'));
      const std::string* clause = config::raw_text(*limit, "clause");
      CHECK((clause != nullptr && !clause->empty()));
      const std::string* proof = config::raw_text(*limit, "proof");
      REQUIRE(proof != nullptr);
      CHECK((*proof == "site" || *proof == "proposal"));
      const bool is_used = std::any_of(used.begin(), used.end(), [&](const std::string& one) {
        const std::size_t parameter = one.find("${");
        return one == *name ||
               (parameter != std::string::npos && name->starts_with(one.substr(0, parameter)));
      });
      CHECK(is_used);
    }
  }
  CHECK(files >= 14);
}

TEST_CASE("packages: every limit has a first day, or its file says why not", "[systems]") {
  std::size_t dated = 0;
  for (const auto& entry : std::filesystem::directory_iterator{root + "/config/limits"}) {
    const auto tables = tables_of(entry.path().string());
    const SettingsTable* standard = config::raw_table(*tables, "standard");
    CAPTURE(entry.path().filename().string());
    REQUIRE(standard != nullptr);
    const std::string* reason = config::raw_text(*standard, "undated");
    std::size_t without = 0;
    for (const SettingsTable* limit : config::raw_tables(*tables, "limit")) {
      ++(config::raw_text(*limit, "valid_from") == nullptr ? without : dated);
    }
    CHECK((without > 0) == (reason != nullptr && !reason->empty()));
  }
  CHECK(dated >= 55);
}

TEST_CASE("packages: the grid's factor that a report has by default is the newest of North China",
          "[systems]") {
  const auto factors = tables_of(root + "/config/limits/grid-factors.toml");
  double newest = 0;
  std::string year;
  for (const SettingsTable* limit : config::raw_tables(*factors, "limit")) {
    const std::string* from = config::raw_text(*limit, "valid_from");
    REQUIRE(from != nullptr);
    if (*config::raw_text(*limit, "name") != "grid-factor.north" || *from <= year) continue;
    year = *from;
    newest = std::get<double>(config::raw_value(*limit, "value")->held);
  }
  REQUIRE(newest > 0);
  const auto package = tables_of(folder_of("energy-carbon") + "/package.toml");
  std::size_t found = 0;
  for (const SettingsTable* parameter : config::raw_tables(*package, "parameter")) {
    if (*config::raw_text(*parameter, "name") != "grid_factor") continue;
    ++found;
    CHECK(std::get<double>(config::raw_value(*parameter, "default")->held) == newest);
    const SettingsTable* described = config::raw_table(*parameter, "description");
    REQUIRE(described != nullptr);
    CHECK(config::raw_text(*described, "en")->find(year.substr(0, 4)) != std::string::npos);
  }
  CHECK(found == 1);
}

TEST_CASE("packages: every rule says in both languages what to do", "[systems]") {
  for (const std::string& package : packages()) {
    const auto plant = plant_of_incidents(package);
    for (const RuleSpec& rule : plant->rules) {
      CAPTURE(package, rule.id);
      CHECK(is_chinese(rule.guidance.zh));
      CHECK_FALSE(rule.guidance.en.empty());
      CHECK(is_ascii(rule.guidance.en));
      CHECK(is_chinese(rule.message.zh));
      CHECK_FALSE(rule.message.en.empty());
      CHECK_FALSE(rule.group == "general");
    }
  }
}

TEST_CASE("packages: every tag is described in both languages", "[systems]") {
  for (const std::string& package : packages()) {
    const auto plant = plant_of_incidents(package);
    REQUIRE_FALSE(plant->tags.empty());
    for (const Tag& tag : plant->tags) {
      CAPTURE(package, tag.name);
      CHECK(is_chinese(tag.description.zh));
      CHECK_FALSE(tag.description.en.empty());
      const bool plain = tag.enumeration.empty() && tag.expression.empty();
      if (plain && tag.type == ValueType::float64) CHECK(tag.range.has_value());
      for (const EnumEntry& entry : tag.enumeration) CHECK_FALSE(entry.word.empty());
    }
  }
}

TEST_CASE("packages: a quiet day is long enough to judge every mean of a window in it",
          "[systems]") {
  for (const std::string& package : packages()) {
    Diagnostics out;
    const auto described = read_case(root, package, out);
    REQUIRE(described);
    const auto plant = plant_of_incidents(package);
    for (const RuleSpec& rule : plant->rules) {
      if (rule.kind != RuleKind::window) continue;
      CAPTURE(package, rule.id);
      CHECK(described->quiet >= 2 * length_of(rule.window));
    }
  }
}

TEST_CASE("packages: critical is rare", "[systems]") {
  for (const std::string& package : packages()) {
    const auto plant = plant_of_incidents(package);
    std::size_t critical = 0;
    for (const RuleSpec& rule : plant->rules) {
      const bool level = std::any_of(rule.limits.begin(), rule.limits.end(), [](const Limit& l) {
        return l.priority == Priority::critical;
      });
      if (level || (rule.limits.empty() && rule.priority == Priority::critical)) ++critical;
    }
    CAPTURE(package, critical, plant->rules.size());
    CHECK(critical * 2 <= plant->rules.size());
  }
}

TEST_CASE("packages: a README tells how each is switched on, and names every rule with a limit",
          "[systems]") {
  for (const std::string& package : packages()) {
    const std::string readme = text_of(folder_of(package) + "/README.md");
    CAPTURE(package);
    CHECK(readme.find("package = \"" + package + "\"") != std::string::npos);
    const auto plant = plant_of_incidents(package);
    for (const RuleSpec& rule : plant->rules) {
      if (rule.limits.empty()) continue;
      const auto first = rule.id.find('.') + 1;
      const std::string id = rule.id.substr(first, rule.id.find('.', first) - first);
      CAPTURE(rule.id);
      CHECK(readme.find(id) != std::string::npos);
    }
  }
}

TEST_CASE("packages: each part of a package may be left out", "[systems]") {
  const auto rules = [](const std::string& system) {
    const auto plant = given_plant("[[system]]\nsite = \"s\"\n" + system);
    std::set<std::string> ids;
    for (const RuleSpec& rule : plant->rules) ids.insert(rule.id);
    return ids;
  };
  const auto barns = rules("package = \"cold-chain-barns\"\nbarns = [\"b1\"]\n");
  CHECK(barns.count("s.ventilation-failed") == 1);
  CHECK(barns.count("s.door-open") == 0);
  CHECK(barns.count("s.chicks-ammonia") == 0);
  const auto rooms = rules("package = \"cold-chain-barns\"\nchilled_rooms = [\"r\"]\n");
  CHECK(rooms.count("s.door-open") == 1);
  CHECK(rooms.count("s.frozen-temperature") == 0);
  CHECK(rooms.count("s.barn-power") == 0);
  const auto gates = rules("package = \"chemical-park-gates\"\ngates = [\"g1\"]\n");
  CHECK(gates.count("s.barrier-stuck") == 1);
  CHECK(gates.count("s.cards-few") == 0);
  CHECK(gates.count("s.hazmat-lane-blocked") == 0);
  const auto command = rules("package = \"park-overview\"\nresources = false\n");
  CHECK(command == std::set<std::string>{"s.command-link-down", "s.platform-silent"});
  const auto crane = rules(
      "package = \"construction-site\"\ncranes = [\"c1\"]\n"
      "attendance = false\nfence = false\n");
  CHECK(crane == std::set<std::string>{"s.crane-moment", "s.crane-silent", "s.crane-wind"});
}

}  // namespace parkwatch::systems::packages_test
