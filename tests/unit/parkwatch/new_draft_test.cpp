// tests/unit/parkwatch/new_draft_test.cpp - `parkwatch new --from`: what it makes of drafts that
// several lists, sites and packages lay claim to.
#include <catch2/catch.hpp>

#include "tests/unit/parkwatch/new_given.h"

namespace new_draft_test {

using namespace parkwatch;
using namespace parkwatch::cli;

namespace {

using Texts = std::vector<std::string>;

// A library of packages that are points, a list a line of `lists` ("pumps = []" has a default, the
// text behind '=', "pumps" none), and a rule on each first quantity of a list.
struct Packages {
  config::Folder folder;

  void add(const std::string& name, const Texts& lists, const Texts& points,
           const Texts& rules) const {
    std::string package = "name = \"" + name + "\"\ntitle = \"t\"\nline = \"safety\"\n";
    for (const std::string& list : lists) {
      const std::size_t equals = list.find(" = ");
      package += "[[parameter]]\nname = \"" + list.substr(0, equals) +
                 "\"\ntype = \"names\"\ndescription = \"" + list.substr(0, equals) + "\"\n";
      if (equals != std::string::npos) package += "default = " + list.substr(equals + 3) + '\n';
    }
    std::string table = "tag\n";
    for (const std::string& point : points) table += "${site}/" + point + '\n';
    std::string text;
    for (const std::string& rule : rules) {
      const std::size_t name_at = rule.find("${") + 2;
      const std::string list = rule.substr(name_at, rule.find('}') - name_at);
      text += "[[rule]]\nid = \"on-" + list + "\"\nfor_each = \"" + list +
              "\"\nkind = \"limit\"\nH = 1\ntags = [\"${site}/" + rule + "\"]\n";
    }
    folder.write("systems/" + name + "/package.toml", package);
    folder.write("systems/" + name + "/points.csv", table);
    folder.write("systems/" + name + "/rules.toml", text);
  }

  // A package with two lists that have a quantity in common.
  void add_plant() const {
    add("plant", {"blowers", "pumps"},
        {"${blowers}/command", "${blowers}/running", "${pumps}/running"},
        {"${blowers}/running", "${pumps}/running"});
  }

  // `new` of these packages at these sites, with a draft of topics of bare numbers.
  [[nodiscard]] Made made(const Texts& packages, const Texts& sites, const Texts& topics) const {
    NewCommand command;
    command.packages = packages;
    command.sites = sites;
    std::vector<std::pair<std::string, std::string>> messages;
    for (const std::string& topic : topics) messages.emplace_back(topic, "1");
    if (!topics.empty()) command.from = drafted(folder, messages);
    return Made{folder, command};
  }
  void check_passes() const {
    const std::string said = checked(folder, exit_ok);
    CAPTURE(said);
    CHECK(said.find("0 errors, 0 warnings") != std::string::npos);
  }
};

}  // namespace

TEST_CASE("new from a draft: a device that two lists could have is in one of them", "[cli]") {
  const Packages library;
  library.add_plant();
  const Made made = library.made(
      {"plant"}, {"w"},
      {"x/w/B1/command", "x/w/B1/running", "x/w/B2/command", "x/w/B2/running", "x/w/P1/running"});
  CAPTURE(made.text, made.rec.err.str());
  CHECK(made.has("blowers = [\"B1\", \"B2\"]"));
  CHECK(made.has("pumps = [\"P1\"]"));
  CHECK(made.said("5 mapped, 0 missing, 0 unused"));
  library.check_passes();
}

TEST_CASE("new from a draft: devices that are found win over a list's default", "[cli]") {
  const Packages library;
  library.add("farm", {"tanks = [\"T101\"]", "cameras = []", "vents = [\"V1\"]"},
              {"${tanks}/level", "${cameras}/online", "${vents}/open"}, {"${tanks}/level"});
  const Made made =
      library.made({"farm"}, {"tf"}, {"x/tf/T7/level", "x/tf/T8/level", "x/tf/C1/online"});
  CAPTURE(made.text, made.rec.err.str());
  CHECK(made.has("\ntanks = [\"T7\", \"T8\"]\n"));
  CHECK(made.has("\ncameras = [\"C1\"]\n"));
  CHECK(made.has("\n# vents = [\"V1\"] # (default)\n"));
  CHECK_FALSE(made.has("T101"));
  library.check_passes();
}

TEST_CASE("new from a draft: a list that is made of others is left to them", "[cli]") {
  const Packages library;
  library.add("rooms", {"cold = []", "warm = []", "all = [\"${cold}\", \"${warm}\"]"},
              {"${cold}/ice", "${warm}/heat", "${all}/door"}, {"${all}/door"});
  const Made made = library.made({"rooms"}, {"r"}, {"x/r/R1/ice", "x/r/R1/door", "x/r/R2/door"});
  CAPTURE(made.text, made.rec.err.str());
  CHECK(made.has("\ncold = [\"R1\"]\n"));
  CHECK(made.has("\n# all = [\"${cold}\", \"${warm}\"] # (default)\n"));
  CHECK(made.said("mapped   r/R1/door"));
  CHECK(made.said("unused   x/r/R2/door"));
  library.check_passes();
}

TEST_CASE("new from a draft: a name that is one of a list's follows what is found", "[cli]") {
  const Packages library;
  library.add("pool", {"gates = [\"L1\", \"L2\"]"}, {"${gates}/closed"}, {"${gates}/closed"});
  const auto package = config::read_file(library.folder / "systems/pool/package.toml");
  REQUIRE(package);
  library.folder.write("systems/pool/package.toml",
                       *package +
                           "[[parameter]]\nname = \"border\"\ndefault = \"L2\"\n"
                           "description = \"the border's\"\n");
  library.folder.write("systems/pool/rules.toml",
                       "[[rule]]\nid = \"open\"\nkind = \"limit\"\nL = 1\n"
                       "tags = [\"${site}/${border}/closed\"]\n");
  const Made made =
      library.made({"pool"}, {"p"}, {"x/p/G1/closed", "x/p/G2/closed", "x/p/G3/closed"});
  CAPTURE(made.text, made.rec.err.str());
  CHECK(made.has("# the border's - CHANGE THIS\nborder = \"G2\"\n"));
  library.check_passes();
}

TEST_CASE("new from a draft: devices and topics of another site are not taken", "[cli]") {
  const Packages library;
  library.add_plant();
  const Texts topics{"x/w1/B1/command", "x/w1/B1/running", "x/w1/P1/running",
                     "x/w2/B9/command", "x/w2/B9/running", "x/w2/P9/running"};
  const Made made = library.made({"plant"}, {"w2"}, topics);
  CAPTURE(made.text, made.rec.out.str(), made.rec.err.str());
  CHECK(made.has("blowers = [\"B9\"]"));
  CHECK(made.has("pumps = [\"P9\"]"));
  CHECK_FALSE(made.has("w1"));
  CHECK(made.said("3 mapped, 0 missing, 3 unused"));
  library.check_passes();
}

TEST_CASE("new from a draft: of several sites one must be said", "[cli][fault]") {
  const Packages library;
  library.add_plant();
  const Texts topics{"x/w1/B1/command", "x/w1/P1/running", "x/w2/B1/command", "office/r1/co2"};
  const Made open = library.made({"plant"}, {}, topics);
  CHECK(open.code == exit_no);
  CHECK(open.text.empty());
  CHECK(
      open.said("draft.csv has points of package plant at 2 sites, and none is plant: w1 (2), "
                "w2 (1); say with --site which of them it is"));
  CHECK(library.made({"plant"}, {"w3"}, topics).said("and none is w3: w1 (2), w2 (1)"));
  // One package at each of them.
  const Made both = library.made({"plant", "plant"}, {"w1", "w2"}, topics);
  CHECK(both.said("mapped   w1/B1/command <- x/w1/B1/command"));
  CHECK(both.said("mapped   w2/B1/command <- x/w2/B1/command"));
}

TEST_CASE("new from a draft: a site that has more of a package than its own is named", "[cli]") {
  const Packages library;
  library.add_plant();
  const Texts topics{"x/w1/B1/running", "x/w2/B1/command", "x/w2/B1/running", "x/w2/P1/running"};
  const Made made = library.made({"plant"}, {"w1"}, topics);
  CAPTURE(made.rec.err.str());
  CHECK(
      made.said("has more points of package plant at other sites than at w1: w2 (3); say with "
                "--site which it is"));
  CHECK_FALSE(library.made({"plant"}, {"w2"}, topics).said("at other sites"));
}

TEST_CASE("new from a draft: the only site of a draft may have another name", "[cli]") {
  const Packages library;
  library.add_plant();
  const Made made = library.made({"plant"}, {}, {"x/w1/B1/command", "x/w1/P1/running", "y/z/co2"});
  CAPTURE(made.text, made.rec.err.str());
  CHECK(made.has("site = \"plant\""));
  CHECK(made.said("mapped   plant/B1/command <- x/w1/B1/command"));
  library.check_passes();
}

TEST_CASE("new from a draft: what fits two lists alike is said, since nobody can tell them apart",
          "[cli]") {
  const Packages library;
  library.add("rooms", {"cold = []", "warm = []", "hot = []"},
              {"${cold}/degrees", "${warm}/degrees", "${hot}/degrees", "${hot}/fire"},
              {"${cold}/degrees"});
  const Made made = library.made(
      {"rooms"}, {"r"}, {"x/r/R1/degrees", "x/r/R2/degrees", "x/r/R3/degrees", "x/r/R3/fire"});
  CAPTURE(made.text);
  CHECK(
      made.rec.err.str() ==
      "parkwatch: warning: package rooms: what is in cold fits these lists just as well: warm; put "
      "each where it belongs\n");
  CHECK(made.has("# cold - CHANGE THIS: they may be warm\ncold = [\"R1\", \"R2\"]\n"));
  CHECK(made.has("# hot\nhot = [\"R3\"]\n"));
  library.check_passes();
}

TEST_CASE("new: packages that have a tag in common at a site are named", "[cli][fault]") {
  const Packages library;
  library.add("station", {"chargers"}, {"${chargers}/power", "${chargers}/fault"},
              {"${chargers}/power"});
  library.add("energy", {"chargers", "meters = [\"M1\"]"}, {"${chargers}/power", "${meters}/power"},
              {"${chargers}/power"});
  const Made made = library.made({"station", "energy"}, {"s"}, {});
  CHECK(made.code == exit_no);
  CHECK(made.text.empty());
  CHECK(made.rec.err.str() ==
        "parkwatch: packages station and energy at the site s, where both have the tag "
        "s/charger1/power: give each a site of its own (--site once for each package)\n");
  CHECK(library.made({"energy", "energy"}, {"s"}, {})
            .said("package energy is chosen twice at the site s, where both have the tag "
                  "s/charger1/power and 1 more: give"));
  CHECK(library.made({"station", "energy"}, {"s", "e"}, {}).code == exit_ok);
}

TEST_CASE("new: a package that watches nothing as it is has examples, and says so", "[cli]") {
  const Packages library;
  library.add("rooms", {"cold = []", "warm = []", "all = [\"${cold}\", \"${warm}\"]"},
              {"${cold}/ice", "${warm}/heat"}, {"${cold}/ice", "${warm}/heat"});
  const Made made = library.made({"rooms"}, {}, {});
  CAPTURE(made.text);
  CHECK(made.code == exit_ok);
  CHECK(made.rec.err.str().find("parkwatch: warning: package rooms watches nothing without one of "
                                "its lists (cold, warm); examples stand there") == 0);
  CHECK(made.has("# cold - CHANGE THIS\ncold = [\"cold1\"]\n"));
  CHECK(made.has("# warm - CHANGE THIS\nwarm = [\"warm1\"]\n"));
  CHECK(made.has("\n# all = ["));
  CHECK(made.said("2 points, 2 rules"));
  library.check_passes();
  // With one of them found nothing is missing.
  library.folder.write("made/parkwatch.toml", "");
  std::filesystem::remove(library.folder / "made/parkwatch.toml");
  const Made found = library.made({"rooms"}, {"r"}, {"x/r/R1/ice"});
  CHECK(found.rec.err.str().empty());
  CHECK(found.has("cold = [\"R1\"]"));
  CHECK(found.has("# warm = [] # (default)"));
}

}  // namespace new_draft_test
