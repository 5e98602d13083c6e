// tests/unit/config/hostile_packages_test.cpp - Packages with any bytes are a configuration or
// diagnostics, never a fault of ours; and a mistake never passes in silence.
#include <catch2/catch.hpp>
#include <random>

#include "library_given.h"

namespace hostile_packages_test {

using namespace parkwatch;
using namespace parkwatch::config;

namespace {

// `text` with some of its bytes changed, taken out or doubled.
std::string mutated(std::string text, std::mt19937& random) {
  const std::string letters = "\"{}[]$=,.\n#axT1 \\\xC3";
  for (unsigned n = 1 + random() % 4; n > 0 && !text.empty(); --n) {
    const std::size_t at = random() % text.size();
    switch (random() % 3) {
      case 0:
        text[at] = letters[random() % letters.size()];
        break;
      case 1:
        text.erase(at, 1 + random() % 6);
        break;
      default:
        text.insert(at, text.substr(at, 1 + random() % 12));
    }
  }
  return text;
}

Loaded bundled(const std::string& package, const std::string& points, const std::string& rules) {
  return loaded({{"p.toml", "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n\n" +
                                two_tanks},
                 {"library:systems/tanks/package.toml", package},
                 {"library:systems/tanks/points.csv", points},
                 {"library:systems/tanks/rules.toml", rules}});
}

const std::string points =
    "tag,description,unit,range_low,range_high,HH,timeout,only_if\n"
    "${site}/${tanks}/level,${tanks},m,0,50,${height},1m,tanks\n";

}  // namespace

TEST_CASE("hostile packages: any change is a plant or says what is wrong", "[config][fault]") {
  REQUIRE(bundled(tanks_package, points, tanks_rules).config != nullptr);
  std::mt19937 random{23};
  std::size_t good = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 600; ++i) {
    const unsigned which = random() % 3;
    const Loaded got = bundled(which == 0 ? mutated(tanks_package, random) : tanks_package,
                               which == 1 ? mutated(points, random) : points,
                               which == 2 ? mutated(tanks_rules, random) : tanks_rules);
    ++(got.config != nullptr ? good : refused);
    if (got.config != nullptr) continue;
    REQUIRE_FALSE(got.out.empty());
    for (const Diagnostic& d : got.out) {
      CAPTURE(to_text(d));
      CHECK_FALSE(d.where.file.empty());
      CHECK_FALSE(d.message.empty());
    }
  }
  CHECK(good > 0);
  CHECK(refused > 100);
}

TEST_CASE("hostile packages: a bundle may name packages oddly, or hold none", "[config][fault]") {
  const std::string main = "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n\n";
  for (const char* path : {"library:systems/", "library:systems/x", "library:systems//package.toml",
                           "library:", "library:limits/", "library:limits/x.toml"}) {
    CAPTURE(path);
    CHECK(loaded({{"p.toml", main}, {path, ""}}).config != nullptr);
  }
  const Loaded none = loaded({{"p.toml", main + two_tanks}});
  CHECK(none.config == nullptr);
  CHECK(none.said().find("p.toml:7:1 error system.package: there is no package \"tanks\"") !=
        std::string::npos);
  CHECK(loaded({{"p.toml", main + "[[system]]\npackage = \"../../etc\"\nsite = \"a\"\n"}})
            .said()
            .find("there is no package \"../../etc\"") != std::string::npos);
}

TEST_CASE("hostile packages: a name with a way out of the library is no package",
          "[config][fault]") {
  const Library library;
  library.folder.write("secret/package.toml", "name = \"secret\"\nline = \"safety\"\n");
  for (const char* name : {"../secret", "/etc", "a/b", ".."}) {
    const Loaded got =
        library.with("[[system]]\npackage = \"" + std::string{name} + "\"\nsite = \"a\"\n");
    CAPTURE(name, got.said());
    CHECK(got.config == nullptr);
    CHECK(got.said().find("there is no package") != std::string::npos);
  }
}

}  // namespace hostile_packages_test
