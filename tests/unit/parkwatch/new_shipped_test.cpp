// tests/unit/parkwatch/new_shipped_test.cpp - `parkwatch new --from` a draft of each shipped
// package's own points: what it writes passes `check`.
#include <catch2/catch.hpp>
#include <set>

#include "config/library.h"
#include "drivers/driver.h"
#include "tests/unit/parkwatch/new_given.h"
#include "tools/parkwatch/system_catalog.h"

namespace new_shipped_test {

using namespace parkwatch;
using namespace parkwatch::cli;

namespace {

const std::string shipped = std::string{PARKWATCH_SOURCE_DIR} + "/config";

// What stands behind [system] in the package's incidents.toml: the instance that proves it.
std::string proved_instance(const std::string& package) {
  const auto text =
      config::read_file(shipped + '/' + config::package_path(package, "incidents.toml"));
  REQUIRE(text);
  const std::size_t begin = text->find("\n[system]\n") + 10;
  return text->substr(begin, text->find("\n[quiet]") - begin);
}

std::vector<Tag> tags_of(const config::Folder& folder, const std::string& package) {
  folder.write("own.toml", "[daemon]\npark = \"p\"\nlibrary = \"" + shipped +
                               "\"\n[[source]]\nname = \"s\"\ndriver = \"none\"\n[[system]]\n"
                               "package = \"" +
                               package + "\"\n" + proved_instance(package) + '\n');
  const config::Loaded own = config::load_from(folder, "own.toml");
  CAPTURE(own.said());
  REQUIRE(own.config != nullptr);
  return own.config->plant->tags;
}

// A value that the tag may have.
std::string value_of(const Tag& tag) {
  if (!tag.enumeration.empty()) return '"' + tag.enumeration.front().word + '"';
  if (tag.type == ValueType::boolean) return "true";
  if (tag.type == ValueType::text) return "\"x\"";
  return tag.range ? to_text(Value{(tag.range->low + tag.range->high) / 2}) : "1";
}

// The names that the proved instance gives to lists.
std::set<std::string> names_in_lists(const std::string& package) {
  Diagnostics diagnostics;
  const auto read = read_catalog(shipped, package, diagnostics);
  REQUIRE(read.size() == 1);
  std::set<std::string> names;
  for (const auto& [key, value] : read.front().example->entries) {
    const auto* list = std::get_if<std::vector<SettingsValue>>(&value.held);
    if (list == nullptr) continue;
    for (const SettingsValue& one : *list) names.insert(std::get<std::string>(one.held));
  }
  return names;
}

// The draft of a broker that sends every point of the package's proved instance, at a site of
// another name, whose devices begin with `prefix`.
std::string draft_of(const config::Folder& folder, const std::string& package,
                     const std::string& prefix) {
  const std::set<std::string> names = names_in_lists(package);
  std::vector<std::pair<std::string, std::string>> messages;
  for (const Tag& tag : tags_of(folder, package)) {
    if (!tag.expression.empty()) continue;
    const std::string device{parts_of_tag_name(tag.name).device};
    messages.emplace_back(
        "plant/here/" + (names.contains(device) ? prefix + device : device) +
            tag.name.substr(tag.name.rfind('/')),
        "{\"value\":" + value_of(tag) + ",\"unit\":\"" + tag.unit + "\",\"time\":1780000000}");
  }
  return drafted(folder, messages);
}

// Points that people must sort first: the only_if of turbines, which are taken for other producers
// of power, of a meter's register and of an analyser; feeds, each of which is of one of five lines,
// and what is computed of them.
std::size_t left_to_people(const std::string& package) {
  if (package == "energy-carbon") return 2;
  if (package == "coke-oven-gas") return 1;
  return package == "park-overview" ? 12 : 0;
}

// Gates of whatever name are the plant's: those of the other two levels are missing.
std::size_t missing_of(const std::string& package, const std::string& prefix) {
  return package == "emergency-pool" && !prefix.empty() ? 4 : 0;
}

}  // namespace

TEST_CASE("new from a draft: of each shipped package's own points it makes what passes check",
          "[cli]") {
  for (const std::string& package : config::packages_in(shipped)) {
    for (const std::string prefix : {"", "new-"}) {
      const config::Folder folder;
      NewCommand command;
      command.packages = {package};
      command.sites = {"here"};
      command.library = shipped;
      command.from = draft_of(folder, package, prefix);
      const Made made{folder, command};
      CAPTURE(package, prefix, made.text, made.rec.out.str(), made.rec.err.str());
      REQUIRE(made.code == exit_ok);
      CHECK(made.said(' ' + std::to_string(missing_of(package, prefix)) + " missing, " +
                      std::to_string(left_to_people(package)) + " unused\n"));
      const std::string said = checked(folder, exit_ok);
      CAPTURE(said);
      CHECK(said.find("\n0 errors, 0 warnings") != std::string::npos);
    }
  }
}

TEST_CASE("new: each shipped package alone, without a draft, watches something and passes check",
          "[cli]") {
  for (const std::string& package : config::packages_in(shipped)) {
    const config::Folder folder;
    NewCommand command;
    command.packages = {package};
    command.library = shipped;
    const Made made{folder, command};
    CAPTURE(package, made.text, made.rec.out.str(), made.rec.err.str());
    REQUIRE(made.code == exit_ok);
    CHECK_FALSE(made.said(" 0 rules\n"));
    CHECK(made.said("warning: package") == (package == "cold-chain-barns"));
    const std::string said = checked(folder, exit_ok);
    CAPTURE(said);
    CHECK(said.find("\n0 errors, 0 warnings") != std::string::npos);
  }
}

}  // namespace new_shipped_test
