// tests/unit/parkwatch/systems_test.cpp - `parkwatch systems`: what is said of a library, and that
// docs/systems.md is what the packages are.
#include "tools/parkwatch/systems.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "config/files.h"
#include "tests/unit/config/library_given.h"
#include "tests/unit/parkwatch/recording_console.h"

namespace systems_test {

using namespace parkwatch;
using namespace parkwatch::cli;

namespace {

struct Shown {
  test::RecordingConsole rec;
  int code = exit_ok;

  Shown(const config::Library& library, const std::string& name, bool markdown = false,
        bool as_json = false) {
    rec.console.json = as_json;
    code = systems({name, library.folder.path(), markdown}, rec.console);
  }
  [[nodiscard]] bool says(const std::string& text) const {
    return rec.out.str().find(text) != std::string::npos;
  }
};

// The library's package with a limit and an incident.
void complete(const config::Library& library) {
  library.folder.write("limits/gb.toml",
                       "[standard]\nname = \"GB 1\"\n[[limit]]\nname = \"gb.acid.rate\"\n"
                       "value = 2\nunit = \"m\"\nclause = \"4.2\"\nproof = \"quoted\"\n"
                       "[[limit]]\nname = \"gb.unused\"\nvalue = 1\nunit = \"\"\n"
                       "proof = \"read\"\n");
  library.folder.write("systems/tanks/rules.toml",
                       "[[rule]]\nid = \"filling\"\nkind = \"rate\"\n"
                       "tags = [\"${site}/${tanks}/level\"]\nper = \"1h\"\n"
                       "H = { limit = \"gb.${kind}.rate\", factor = 0.8 }\n");
  library.folder.write("systems/tanks/incidents.toml",
                       "[system]\nsite = \"a\"\n[[incident]]\nname = \"overfill\"\n"
                       "cause = { zh = \"阀卡开\", en = \"A valve | sticks\" }\n"
                       "alarms = [{ rule = \"filling\", tag = \"T1/level\", level = \"H\", "
                       "priority = \"high\", after = [\"1m\", \"2m\"] }]\n");
}

}  // namespace

TEST_CASE("systems command: the list has a line a package", "[cli]") {
  const config::Library library;
  complete(library);
  const Shown shown{library, ""};
  CHECK(shown.code == exit_ok);
  CAPTURE(shown.rec.out.str());
  CHECK(
      shown.says("tanks  Tanks  safety  site, tanks, height, kind, valves       1      1  "
                 "overfill"));
}

TEST_CASE("systems command: one package in full", "[cli]") {
  const config::Library library;
  complete(library);
  const Shown shown{library, "tanks"};
  CHECK(shown.code == exit_ok);
  CAPTURE(shown.rec.out.str());
  for (const char* text :
       {"tanks: 储罐, Tanks (safety)", "needed", "\"acid\"", "${site}/${tanks}/level", "0 .. 50",
        "H gb.${kind}.rate x 0.8", "gb.acid.rate", "GB 1", "4.2", "A valve | sticks"}) {
    CAPTURE(text);
    CHECK(shown.says(text));
  }
  CHECK_FALSE(shown.says("gb.unused"));
}

TEST_CASE("systems command: JSON for other programs", "[cli]") {
  const config::Library library;
  complete(library);
  const Shown shown{library, "tanks", false, true};
  const auto document = boost::json::parse(shown.rec.out.str());
  const auto& system = document.at("systems").as_array().at(0);
  CHECK(system.at("name") == "tanks");
  CHECK(system.at("parameters").as_array().at(1).at("needed") == true);
  CHECK(system.at("limits").as_array().at(0).at("proof") == "quoted");
}

TEST_CASE("systems command: an unknown package, an empty library and a wrong file are said",
          "[cli][fault]") {
  const config::Library library;
  const Shown unknown{library, "tnaks"};
  CHECK(unknown.code == exit_no);
  CHECK(unknown.rec.err.str().find("did you mean \"tanks\"?") != std::string::npos);
  library.folder.write("systems/other/package.toml", "name = \"other\"\nline = \"x\"\n");
  const Shown wrong{library, ""};
  CHECK(wrong.code == exit_no);
  CHECK(wrong.rec.err.str().find("systems/other/package.toml:2:1 error line") != std::string::npos);
  CHECK(wrong.says("tanks"));  // the others are shown
  test::RecordingConsole rec;
  CHECK(systems({"", library.folder.path() + "/none", false}, rec.console) == exit_no);
  CHECK(rec.err.str().find("no packages in") != std::string::npos);
}

TEST_CASE("systems command: packages are found in config/ of the folder where one stands",
          "[cli]") {
  const config::Folder folder;
  folder.write("config/systems/tanks/package.toml", config::tanks_package);
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  test::RecordingConsole found;
  const int code = systems({"", "", false}, found.console);
  std::filesystem::current_path(before);
  CHECK(code == exit_ok);
  CHECK(found.out.str().find("\ntanks  Tanks  safety") != std::string::npos);
}

TEST_CASE("systems command: the markdown has incidents, rules and what limits rest on", "[cli]") {
  const config::Library library;
  complete(library);
  const Shown shown{library, "", true};
  CAPTURE(shown.rec.out.str());
  for (const char* text :
       {"| [tanks](#tanks): Tanks (储罐) | safety | 1 | 1 | overfill | 1 quoted |",
        "| overfill | A valve \\| sticks (阀卡开) | `filling H` high |",
        "| `filling` | rate | H `gb.${kind}.rate` × 0.8 |",
        "| `gb.acid.rate` | 2 m | GB 1, 4.2 | quoted |"}) {
    CAPTURE(text);
    CHECK(shown.says(text));
  }
}

TEST_CASE("systems command: docs/systems.md is what the packages are", "[cli]") {
  const std::string root = PARKWATCH_SOURCE_DIR;
  Diagnostics diagnostics;
  const auto all = read_catalog(root + "/config", "", diagnostics);
  for (const Diagnostic& d : diagnostics) FAIL_CHECK(to_text(d));
  const auto kept = config::read_file(root + "/docs/systems.md");
  REQUIRE(kept);
  INFO("parkwatch systems --library config --markdown > docs/systems.md");
  CHECK(*kept == markdown_of(all));
}

}  // namespace systems_test
