// tests/systems/package_case_test.cpp - Reading incidents.toml, and what is said of a wrong one.
#include "tests/systems/package_case.h"

#include <catch2/catch.hpp>

namespace parkwatch::systems::package_case_test {
namespace {

using namespace std::chrono_literals;

const std::string good = R"(
[system]
site = "tf-a"
tanks = ["T1", "T2"]
area = 20
share = 0.5
new = true

[quiet]
duration = "2d"

[[incident]]
name = "leak"
cause = { zh = "泄漏", en = "a leak" }
start = "30m"
duration = "10m"
watch = "2h"
alarms = [
  { rule = "level", tag = "T1/level", level = "L", priority = "high", after = ["1m", "2m"] },
]

[[incident]]
name = "fire"
causes = ["leak", "sparks"]
duration = "10m"
watch = "1h"
alarms = [{ rule = "flame", tag = "T1/flame", priority = "critical", after = ["0s", "9s"] }]
)";

std::string errors(const std::string& text) {
  Diagnostics out;
  CHECK_FALSE(parse_case("tank-farm", "incidents.toml", text, out).has_value());
  std::string all;
  for (const Diagnostic& diagnostic : out) all += to_text(diagnostic) + '\n';
  return all;
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("systems case: a package's incidents are read", "[systems]") {
  Diagnostics out;
  const auto read = parse_case("tank-farm", "incidents.toml", good, out);
  CHECK(out.empty());
  REQUIRE(read.has_value());
  CHECK(read->site == "tf-a");
  CHECK(read->quiet == 48h);
  CHECK(read->settings.at("tanks") == std::vector<std::string>{"T1", "T2"});
  CHECK(parksim::number_setting(read->settings, "share", 0.0) == 0.5);
  CHECK(parksim::flag_setting(read->settings, "new", false));
  CHECK(read->instance ==
        "[[system]]\npackage = \"tank-farm\"\nsite = \"tf-a\"\ntanks = [\"T1\", \"T2\"]\n"
        "area = 20\nshare = 0.5\nnew = true\n");
  REQUIRE(read->incidents.size() == 2);
  CHECK(read->incidents[0].causes == std::vector<std::string>{"leak"});
  CHECK(read->incidents[0].alarms[0].level == Level::low);
  CHECK(read->incidents[0].alarms[0].latest == 2min);
  CHECK(read->incidents[1].causes == std::vector<std::string>{"leak", "sparks"});
  CHECK(read->incidents[1].alarms[0].level == Level::on);
}

TEST_CASE("systems case: a variant is the instance with other parameters and incidents of its own",
          "[systems]") {
  const std::string two = R"(
[[variant]]
name = "small"
with = { area = 5, tanks = ["T9"] }

[[incident]]
name = "leak-small"
variant = "small"
causes = ["leak"]
duration = "10m"
watch = "1h"
alarms = [{ rule = "flame", tag = "T9/flame", priority = "critical", after = ["0s", "9s"] }]
)";
  Diagnostics out;
  const auto read = parse_case("tank-farm", "incidents.toml", good + two, out);
  REQUIRE(read.has_value());
  CHECK(read->incidents.size() == 2);
  REQUIRE(read->variants.size() == 1);
  const PackageCase& small = read->variants[0];
  CHECK(small.variant == "small");
  CHECK(small.package == "tank-farm");
  CHECK(small.site == "tf-a");
  CHECK(small.quiet == 48h);
  CHECK(small.settings.at("tanks") == std::vector<std::string>{"T9"});
  CHECK(small.instance ==
        "[[system]]\npackage = \"tank-farm\"\nsite = \"tf-a\"\nshare = 0.5\nnew = true\n"
        "area = 5\ntanks = [\"T9\"]\n");
  REQUIRE(small.incidents.size() == 1);
  CHECK(small.incidents[0].name == "leak-small");
  using Catch::Matchers::Contains;
  CHECK_THAT(errors(good + with(two, "variant = \"small\"", "variant = \"smal\"")),
             Contains("there is no [[variant]] smal") && Contains("small has no incident"));
  CHECK_THAT(errors(good + with(two, "area = 5", "site = \"other\"")),
             Contains("the site is the same"));
}

TEST_CASE("systems case: every mistake is said", "[systems]") {
  using Catch::Matchers::Contains;
  CHECK_THAT(errors(with(good, "site = \"tf-a\"", "")), Contains("site is needed"));
  CHECK_THAT(errors(with(good, "\"L\"", "\"LOW\"")), Contains("one of LL, L, on, H, HH"));
  CHECK_THAT(errors(with(good, "\"high\"", "\"hihg\"")), Contains("one of critical"));
  CHECK_THAT(errors(with(good, "[\"1m\", \"2m\"]", "[\"3m\", \"2m\"]")),
             Contains("[earliest, latest]"));
  CHECK_THAT(errors(with(good, "[\"1m\", \"2m\"]", "[\"1m\"]")), Contains("[earliest, latest]"));
  CHECK_THAT(errors(with(good, "watch = \"2h\"", "watch = \"35m\"")), Contains("before the cause"));
  CHECK_THAT(errors(with(good, "[quiet]", "[quit]")), Contains("quiet"));
  CHECK_THAT(errors(good.substr(0, good.rfind("[[incident]]"))), Contains("two at least"));
  CHECK_THAT(errors("[system"), Contains("incidents.toml:1"));
}

TEST_CASE("systems case: a package without the file says so", "[systems]") {
  Diagnostics out;
  CHECK_FALSE(read_case("/no/such/folder", "tank-farm", out).has_value());
  REQUIRE(out.size() == 1);
  CHECK(out[0].message == "cannot be read");
}

}  // namespace parkwatch::systems::package_case_test
