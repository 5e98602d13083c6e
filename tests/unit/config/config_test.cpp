// tests/unit/config/config_test.cpp - Files to one configuration, or every mistake at once.
#include "config/config.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "given.h"

namespace config_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

namespace {

const std::string shipped = std::string{PARKWATCH_SOURCE_DIR} + "/config/parkwatch.toml";

Loaded load_shipped() {
  Loaded result;
  result.config = load(shipped, {}, result.out);
  return result;
}

}  // namespace

TEST_CASE("config: the least that is needed is the park's name, all else has a default",
          "[config]") {
  const Loaded got = loaded({{"p.toml", "[daemon]\npark = \"p\"\n"}});
  REQUIRE(got.config);
  CHECK(got.said() == "p.toml warning source: there is none, so nothing will be received\n");
  CHECK(got.config->plant->park == "p");
  CHECK(got.config->state_directory == "/var/lib/parkwatch");
  CHECK(got.config->http.listen == "127.0.0.1:7300");
  CHECK(got.config->store.bytes_max == 8ULL << 30);
  CHECK(got.config->intake_bytes_max == 16ULL << 20);
  CHECK(got.config->plant->timing == Timing{60s, 5s, 1h});
  CHECK(got.config->plant->calendar == Calendar{{"Asia/Shanghai", 8h, {}}, {}});
  CHECK_FALSE(got.config->alerts.enabled);
  CHECK(loaded({{"p.toml", ""}}).config == nullptr);
}

TEST_CASE("config: the shipped files are free of mistakes", "[config]") {
  const Loaded got = load_shipped();
  CHECK(got.said() == "");
  REQUIRE(got.config);
  const Plant& plant = *got.config->plant;
  CHECK(plant.tags.size() == 13 + 18 + 32);
  CHECK(plant.rules.size() == 32);
  CHECK(got.config->sources.size() == 1);
}

TEST_CASE("config: ten mistakes give ten diagnostics, each with file, line, column and key",
          "[config][fault]") {
  const Folder folder;
  folder.write("p.toml",
               "include = [\"tags/*.toml\", \"rules.toml\"]\n"
               "[daemon]\n"
               "park = \"park a\"\n"
               "log_levle = \"info\"\n"
               "[[source]]\n"
               "name = \"s\"\n"
               "driver = \"mqtt\"\n");
  folder.write("tags/a.toml",
               "[[tag]]\n"
               "name = \"tank/t101/level\"\n"
               "unit = \"m\"\n"
               "range = [0, 12]\n"
               "[[tag]]\n"
               "name = \"gate/g1/barrier\"\n"
               "states = [{ number = 0, word = \"closed\" }, { number = 1, word = \"open\" }]\n"
               "[[tag]]\n"
               "name = \"tank/t101/level\"\n");
  folder.write("rules.toml",
               "[[rule]]\n"
               "id = \"r1\"\n"
               "kind = \"limit\"\n"
               "tags = [\"tank/t102/level\"]\n"
               "H = 9\n"
               "[[rule]]\n"
               "id = \"r2\"\n"
               "kind = \"limit\"\n"
               "tags = [\"tank/*/level\"]\n"
               "unit = \"mm\"\n"
               "H = { at = 9, priority = \"hihg\" }\n"
               "HH = 13\n"
               "[[rule]]\n"
               "id = \"r3\"\n"
               "kind = \"limit\"\n"
               "tags = [\"tank/*/level\"]\n"
               "deadband = 2\n"
               "H = 9\n"
               "HH = 10\n"
               "message = \"level {vlaue}\"\n"
               "[[rule]]\n"
               "id = \"r4\"\n"
               "kind = \"state\"\n"
               "tags = [\"gate/*/barrier\"]\n"
               "states = [\"opened\"]\n");
  const Loaded got = load_from(folder, "p.toml");
  CHECK(got.config == nullptr);
  CHECK(got.said() ==
        "<folder>/p.toml:3:1 error daemon.park: must be 1 to 128 letters (a-z, A-Z), digits, '-', "
        "'_' or '.', is \"park a\"\n"
        "<folder>/p.toml:4:1 error daemon.log_levle: unknown key; did you mean \"log_level\"?\n"
        "<folder>/tags/a.toml:9:1 error tag.name: \"tank/t101/level\" is declared already at "
        "<folder>/tags/a.toml:2:1\n"
        "<folder>/rules.toml:4:1 error rule.tags: unknown tag \"tank/t102/level\"; did you mean "
        "\"tank/t101/level\"?\n"
        "<folder>/rules.toml:10:1 error rule.unit: is \"mm\" but tank/t101/level is in \"m\"\n"
        "<folder>/rules.toml:11:15 error rule.H.priority: unknown word \"hihg\"; did you mean "
        "\"high\"? (one of \"critical\", \"high\", \"medium\", \"low\")\n"
        "<folder>/rules.toml:12:1 error rule.HH: 13 is never passed inside the range 0 to 12 of "
        "`tank/t101/level` (values outside it are bad)\n"
        "<folder>/rules.toml:17:1 error rule.deadband: the deadband 2 of HH must be smaller than "
        "the distance 1 to H\n"
        "<folder>/rules.toml:20:1 error rule.message: unknown placeholder {vlaue}; did you mean "
        "\"value\"? (known: {tag} {site} {device} {quantity} {description} {value} {limit} {unit} "
        "{level} {priority} {rule} {group})\n"
        "<folder>/rules.toml:25:1 error rule.states: \"opened\" is no state of gate/g1/barrier; "
        "did you mean \"open\"? (it has \"closed\", \"open\")\n");
}

TEST_CASE("config: a syntax error in a file is one, and the other files are still checked",
          "[config][fault]") {
  const Folder folder;
  folder.write("p.toml",
               "include = [\"*.rules.toml\", \"tags.toml\"]\ndaemon.park = \"p\"\n"
               "http.lisen = \"x\"\n");
  folder.write("a.rules.toml", "[[rule]]\nid = \"a\"\nkind = limit\nid = 7 7\n");
  folder.write("b.rules.toml",
               "[[rule]]\nid = \"b\"\nkind = \"stale\"\ntags = [\"known/a\", \"in/tags\"]\n"
               "[[rule]]\nid = \"c\"\nkind = \"limti\"\n");
  folder.write("tags.toml", "[[tag]]\nname = \"in/tags\"\n[[tag]\n");
  const Loaded got = load_from(folder, "p.toml");
  CHECK(got.config == nullptr);
  // No "unknown tag": it may be declared where the syntax error hides it.
  CHECK(got.said() ==
        "<folder>/p.toml warning source: there is none, so nothing will be received\n"
        "<folder>/p.toml:3:6 error http.lisen: unknown key; did you mean \"listen\"?\n"
        "<folder>/a.rules.toml:3:8 error: syntax error: Error while parsing value: could not "
        "determine value type\n"
        "<folder>/b.rules.toml:1:1 error rule.after: is missing: a rule of kind \"stale\" needs "
        "it, such as \"1m\"\n"
        "<folder>/b.rules.toml:7:1 error rule.kind: unknown word \"limti\"; did you mean "
        "\"limit\"? (one of \"limit\", \"state\", \"rate\", \"stale\", "
        "\"window\", \"expr\", \"deviation\", \"balance\", \"vote\", "
        "\"mismatch\", \"forecast\", \"drift\", \"repeat\", \"cumulative\")\n"
        "<folder>/tags.toml:3:7 error: syntax error: Error while parsing table header: expected "
        "']', saw '\\n'\n");
}

TEST_CASE("config: a syntax error in the main file is the only thing said", "[config][fault]") {
  const Folder folder;
  folder.write("p.toml", "[daemon\npark = 1\n");
  const Loaded got = load_from(folder, "p.toml");
  CHECK(got.config == nullptr);
  REQUIRE(got.out.size() == 1);
  CHECK(got.said().find("<folder>/p.toml:1:8 error: syntax error: ") == 0);
}

TEST_CASE("config: a main file that is not there, or is none, is said plainly", "[config][fault]") {
  const Folder folder;
  CHECK(load_from(folder, "none.toml").said() == "<folder>/none.toml error: no such file\n");
  std::filesystem::create_directory(folder / "dir.toml");
  CHECK(load_from(folder, "dir.toml").said() == "<folder>/dir.toml error: is not a regular file\n");
  folder.write("big.toml", std::string(file_bytes_max + 1, '#'));
  CHECK(load_from(folder, "big.toml").said() == "<folder>/big.toml error: is longer than 16 MiB\n");
}

TEST_CASE("config: included files come in the order of the patterns and of their names",
          "[config]") {
  const Folder folder;
  folder.write("p.toml",
               "include = [\"z/*.toml\", \"*/a.toml\"]\ndaemon.park = \"p\"\n"
               "[[tag]]\nname = \"main\"\n");
  folder.write("z/b.toml", "[[tag]]\nname = \"z/b\"\n");
  folder.write("z/a.toml", "[[tag]]\nname = \"z/a\"\n");
  folder.write("y/a.toml", "[[tag]]\nname = \"y/a\"\n");
  folder.write("z/.hidden.toml", "not toml at all\n");
  folder.write("z/b.toml.bak", "not toml at all\n");
  const Loaded got = load_from(folder, "p.toml");
  REQUIRE(got.config);
  std::string names;
  for (const Tag& tag : got.config->plant->tags) names += tag.name + ' ';
  CHECK(names == "main z/a z/b y/a ");
}

TEST_CASE("config: an include without a file, and a section in an included file, are mistakes",
          "[config][fault]") {
  const Folder folder;
  folder.write("p.toml",
               "include = [\"none/*.toml\", \"in.toml\", 7]\ndaemon.park = \"p\"\n"
               "[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n");
  folder.write("in.toml", "include = []\n[daemon]\npark = \"q\"\n[[source]]\n[[ruel]]\n");
  const Loaded got = load_from(folder, "p.toml");
  CHECK(got.config == nullptr);
  CHECK(got.said() ==
        "<folder>/p.toml:1:1 error include: \"none/*.toml\" matches no file in <folder>\n"
        "<folder>/p.toml:1:38 error include: every element must be a text, is a whole number\n"
        "<folder>/in.toml:1:1 error include: belongs into the main file; an included file holds "
        "[[tag]], [[rule]], [[test]], [[receiver]], [[route]], [[escalation]], [[action]], "
        "[[gate]], [[zone]], [[system]] and [[limit]]\n"
        "<folder>/in.toml:2:2 error daemon: belongs into the main file; an included file holds "
        "[[tag]], [[rule]], [[test]], [[receiver]], [[route]], [[escalation]], [[action]], "
        "[[gate]], [[zone]], [[system]] and [[limit]]\n"
        "<folder>/in.toml:4:3 error source: belongs into the main file; an included file holds "
        "[[tag]], [[rule]], [[test]], [[receiver]], [[route]], [[escalation]], [[action]], "
        "[[gate]], [[zone]], [[system]] and [[limit]]\n"
        "<folder>/in.toml:5:3 error ruel: unknown key; did you mean \"rule\"?\n");
}

TEST_CASE("config: a bundle gives the same plant and hash as the files it was made of",
          "[config]") {
  const Loaded from_disk = load_shipped();
  REQUIRE(from_disk.config);
  Diagnostics out;
  const auto from_bundle = load_bundle(from_disk.config->bundle, {}, out);
  CHECK(text_of(out).empty());
  REQUIRE(from_bundle);
  CHECK(from_bundle->bundle == from_disk.config->bundle);
  CHECK(from_bundle->plant->hash == from_disk.config->plant->hash);
  CHECK(from_bundle->plant->park == from_disk.config->plant->park);
  CHECK(from_bundle->plant->tags == from_disk.config->plant->tags);
  CHECK(from_bundle->plant->rules == from_disk.config->plant->rules);
  CHECK(from_bundle->plant->sources == from_disk.config->plant->sources);
  CHECK(from_bundle->plant->timing == from_disk.config->plant->timing);
}

TEST_CASE("config: what is no bundle is refused, and a mistake in one is named",
          "[config][fault]") {
  for (const std::string bad : {"", "parkwatch-bundle 1\n", "parkwatch-bundle 1\n1 5\na\nxyz"}) {
    Diagnostics out;
    CHECK(load_bundle(bad, {}, out) == nullptr);
    REQUIRE(out.size() == 1);
    CHECK(out[0].message == "the stored configuration is not a bundle of configuration files");
  }
  CHECK(loaded({{"p.toml", "daemon.park = \"p\"\n"}, {"r.toml", "[[rule]]\nid = \"r\"\n"}})
            .said()
            .find("r.toml:1:1 error rule.kind: is missing") != std::string::npos);
}

TEST_CASE("config: the hash is of every file's path and text", "[config]") {
  const auto hash = [](const std::vector<File>& files) {
    const Loaded got = loaded(files);
    REQUIRE(got.config);
    return got.config->plant->hash;
  };
  const File main{"p.toml", "daemon.park = \"p\"\n"};
  const std::string first = hash({main});
  CHECK(first.size() == 64);
  CHECK(first.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(hash({main}) == first);
  CHECK(hash({{"q.toml", main.text}}) != first);
  CHECK(hash({{"p.toml", main.text + "#"}}) != first);
  CHECK(hash({main, {"a.toml", "#"}}) != hash({main, {"b.toml", "#"}}));
}

TEST_CASE("config: relative paths begin in the main file's folder, and a bundle leaves them",
          "[config]") {
  const Folder folder;
  folder.write("p.toml", "[daemon]\npark = \"p\"\nstate_directory = \"state\"\n");
  const Loaded got = load_from(folder, "p.toml");
  REQUIRE(got.config);
  CHECK(got.config->state_directory == folder / "state");
  Diagnostics out;
  CHECK(load_bundle(got.config->bundle, {}, out)->state_directory == "state");
}

TEST_CASE("config: a bundle that is run has paths in the main file's folder, whatever is there now",
          "[config]") {
  const Folder folder;
  folder.write("secret", "s");
  std::filesystem::permissions(folder / "secret", std::filesystem::perms{0600});
  folder.write("p.toml",
               "[daemon]\npark = \"p\"\nstate_directory = \"state\"\n[http]\n"
               "token_file = \"secret\"\n");
  const Loaded got = load_from(folder, "p.toml");
  REQUIRE(got.config);
  folder.write("p.toml", "[daemon\n");
  Diagnostics out;
  const auto again = load_bundle_to_run(got.config->bundle, folder / "p.toml", {}, out);
  const auto errors = [&out] {
    return std::count_if(out.begin(), out.end(), [](const Diagnostic& d) {
      return d.severity == Diagnostic::Severity::error;
    });
  };
  REQUIRE(again);
  CHECK(errors() == 0);
  CHECK(again->state_directory == folder / "state");
  CHECK(again->http.token_file == folder / "secret");
  CHECK(again->plant->hash == got.config->plant->hash);
  // A token that cannot be read keeps its holder out, and not the park unwatched.
  std::filesystem::remove(folder / "secret");
  CHECK(load_bundle_to_run(got.config->bundle, folder / "p.toml", {}, out) != nullptr);
  CHECK(errors() == 0);
  CHECK_THAT(text_of(out), Catch::Contains("warning http.token_file: no such file"));
}

TEST_CASE("config: more mistakes than anyone reads are counted", "[config][fault]") {
  std::string text;
  for (int i = 0; i < 1500; ++i) text += "k" + std::to_string(i) + " = 1\n";
  const Loaded got = loaded({{"p.toml", "daemon.park = \"p\"\n"}, {"a.toml", text}});
  CHECK(got.config == nullptr);
  REQUIRE(got.out.size() == diagnostics_max + 1);
  CHECK(got.out.back().message == "and 501 more errors and warnings");
}

}  // namespace config_test
