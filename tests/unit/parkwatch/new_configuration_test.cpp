// tests/unit/parkwatch/new_configuration_test.cpp - `parkwatch new`: what it writes passes `check`,
// maps what `listen` found, and overwrites nothing.
#include "tools/parkwatch/new_configuration.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/unit/parkwatch/new_given.h"

namespace new_configuration_test {

using namespace parkwatch;
using namespace parkwatch::cli;

namespace {

NewCommand of_tanks() {
  NewCommand command;
  command.packages = {"tanks"};
  return command;
}

}  // namespace

TEST_CASE("new: a first configuration passes check, its parameters are keys with comments",
          "[cli]") {
  const config::Library library;
  library.folder.write("systems/tanks/rules.toml", "");
  const Made made{library, of_tanks()};
  CAPTURE(made.text, made.rec.err.str());
  CHECK(made.code == exit_ok);
  CHECK(made.has("[[system]]\npackage = \"tanks\"\nsite = \"tanks\"\n"));
  CHECK(made.has("# 储罐, the tanks - CHANGE THIS\ntanks = [\"tank1\"]\n"));
  CHECK(made.has("# height = 12 # (default)\n"));
  CHECK(made.has("# kind = \"acid\" # (default)\n"));
  CHECK(made.said("1 systems, 1 points, 2 rules"));
  CHECK(checked(library.folder, exit_ok).find("0 errors, 0 warnings") != std::string::npos);
}

TEST_CASE("new: what only the site knows is as in the instance that proves the package", "[cli]") {
  const config::Library library;
  library.folder.write("systems/tanks/incidents.toml",
                       "[system]\nsite = \"tf-a\"\ntanks = [\"T101\", \"T102\"]\n");
  NewCommand command = of_tanks();
  command.sites = {"tf-c"};
  const Made made{library, command};
  CAPTURE(made.text, made.rec.err.str());
  CHECK(made.code == exit_ok);
  CHECK(made.has("site = \"tf-c\"\n"));
  CHECK(made.has("CHANGE THIS\ntanks = [\"T101\", \"T102\"]\n"));
  CHECK(checked(library.folder, exit_ok).find("tests 2 passed, 0 failed") != std::string::npos);
}

TEST_CASE("new: packages may share a site, or have one each", "[cli]") {
  const config::Library library;
  library.folder.write("systems/tanks/rules.toml", "");
  library.folder.write("systems/air/package.toml", "name = \"air\"\nline = \"environment\"\n");
  library.folder.write("systems/air/points.csv", "tag,unit\n${site}/st/pm25,ug/m3\n");
  NewCommand command = of_tanks();
  command.packages.emplace_back("air");
  command.sites = {"a"};
  const Made shared{library, command};
  CHECK(shared.code == exit_ok);
  CHECK(shared.has("site = \"a\"\nid = \"a-air\"\n"));
  CHECK(checked(library.folder, exit_ok).find("0 errors") != std::string::npos);
  command.directory = library.folder / "other";
  command.sites = {"a", "b"};
  const Made own{library, command};
  CHECK(own.has("package = \"air\"\nsite = \"b\"\n"));
  command.directory = library.folder / "third";
  command.sites = {"a", "b", "c"};
  const Made wrong{library, command};
  CHECK(wrong.code == exit_no);
  CHECK(wrong.said("--site is given 3 times"));
}

TEST_CASE("new: with a draft it finds devices, maps topics, and tells what is missing and unused",
          "[cli]") {
  const config::Library library;
  NewCommand command = of_tanks();
  command.sites = {"tf-a"};
  command.from = drafted(library.folder,
                         {{"scada/farm", R"({"T101":{"level":7,"valve":"shut"},"ts":1780000000})"},
                          {"scada/farm/T102/level", "8.5"},
                          {"office/co2", "400"}});
  const Made made{library, command};
  CAPTURE(made.text, made.rec.out.str(), made.rec.err.str());
  CHECK(made.code == exit_ok);
  CHECK(made.said("unused   office/co2"));
  CHECK(made.said("mapped   tf-a/T102/level <- scada/farm/T102/level"));
  CHECK(made.has(
      "topic = \"scada/farm/T102/level\"\nformat = \"bare\"\ntag = \"tf-a/T102/level\"\n"));
}

TEST_CASE("new: fields of one message become one mapping with the message's time", "[cli]") {
  const config::Library library;
  library.folder.write("systems/tanks/points.csv",
                       "tag,unit\n${site}/${tanks}/level,m\n${site}/${tanks}/gas,%\n");
  library.folder.write("systems/tanks/rules.toml", "");
  NewCommand command = of_tanks();
  command.from =
      drafted(library.folder, {{"x/tanks/T1", R"({"level":7,"gas":1,"ts":1780000000})"},
                               {"park/tanks/T2/level", R"({"value":3,"time":1780000000})"}});
  const Made made{library, command};
  CAPTURE(made.text, made.rec.out.str(), made.rec.err.str());
  CHECK(made.code == exit_ok);
  CHECK(made.has("tanks = [\"T1\", \"T2\"]"));
  CHECK(
      made.has("topic = \"x/tanks/T1\"\nfields = [\n"
               "  { tag = \"tanks/T1/level\", value = \"/level\", time = \"/ts\", optional = true "
               "},\n"));
  // The mapping of all other topics takes this one.
  CHECK_FALSE(made.has("topic = \"park/tanks/T2/level\""));
  CHECK(made.said("mapped   tanks/T2/level <- park/tanks/T2/level /value"));
  CHECK(made.said("missing  tanks/T2/gas (%)"));
  CHECK(checked(library.folder, exit_ok).find("0 errors, 0 warnings") != std::string::npos);
}

TEST_CASE("new: wrong inputs are said, nothing is written, nothing is overwritten",
          "[cli][fault]") {
  const config::Library library;
  library.folder.write("systems/tanks/rules.toml", "");
  NewCommand command = of_tanks();
  command.packages = {"tnaks"};
  const Made unknown{library, command};
  CHECK(unknown.code == exit_no);
  CHECK(unknown.said("did you mean \"tanks\"?"));
  CHECK(unknown.text.empty());

  command = of_tanks();
  command.sites = {"a b"};
  const Made name{library, command};
  CHECK(name.code == exit_no);
  CHECK(name.said("system.site: must be a name"));
  CHECK(name.text.empty());

  command = of_tanks();
  command.from = library.folder / "none.csv";
  CHECK(Made{library, command}.said("none.csv: no such file"));
  library.folder.write("none.csv", "a,b\n");
  CHECK(Made{library, command}.said("is no draft of `parkwatch listen`"));

  command = of_tanks();
  command.broker = "http://x";
  CHECK(Made{library, command}.said("must be mqtt://host"));

  library.folder.write("made/parkwatch.toml", "mine");
  const Made there{library, of_tanks()};
  CHECK(there.code == exit_no);
  CHECK(there.said("is there already and is not overwritten"));
  CHECK(there.text == "mine");
}

TEST_CASE("new: a topic cannot break out of its text", "[cli][fault]") {
  const config::Library library;
  library.folder.write("systems/tanks/rules.toml", "");
  NewCommand command = of_tanks();
  command.from =
      drafted(library.folder, {{"a\"\n[daemon]\\x/T1/level", "3"}, {"b/{x}/T2/level", "3"}});
  const Made made{library, command};
  CAPTURE(made.text, made.rec.err.str());
  if (made.code == exit_ok) {
    CHECK(checked(library.folder, exit_ok).find("0 errors") != std::string::npos);
  }
  CHECK_FALSE(made.has("\n[daemon]\\x"));
  CHECK_FALSE(made.has("{x}"));
}

}  // namespace new_configuration_test
