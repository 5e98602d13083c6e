// tests/unit/parkwatch/draft_devices_test.cpp - Which rows of a draft are of a system's site, and
// which devices are of its lists.
#include "tools/parkwatch/draft_devices.h"

#include <catch2/catch.hpp>

namespace draft_devices_test {

using namespace parkwatch;
using namespace parkwatch::cli;

namespace {

using Texts = std::vector<std::string>;
using Devices = std::map<std::string, Texts>;

std::vector<DraftRow> rows_of(const Texts& tags, const std::string& prefix = "x/") {
  std::vector<DraftRow> rows;
  for (const std::string& tag : tags) {
    rows.push_back({tag, prefix + tag, "/v", "", "double", "", std::nullopt});
  }
  return rows;
}

const Texts plant{"${site}/effluent/flow", "${site}/${blowers}/command",
                  "${site}/${blowers}/running", "${site}/${pumps}/running"};

Devices found_in(const std::vector<DraftRow>& rows, const Texts& patterns, const Texts& lists) {
  Devices names;
  for (const auto& [list, found] : devices_of(rows, patterns, lists)) names[list] = found.names;
  return names;
}

// "0 2", or "tf-a 3, tf-b 1" if there are several.
std::string chosen(const std::vector<DraftRow>& rows, const Texts& patterns,
                   const std::string& site) {
  const SiteRows found = rows_of_site(rows, patterns, site);
  std::string text;
  for (const std::size_t row : found.rows) text += (text.empty() ? "" : " ") + std::to_string(row);
  for (const auto& [name, points] : found.sites) {
    text += (text.empty() ? "" : ", ") + name + ' ' + std::to_string(points);
  }
  return text;
}

}  // namespace

TEST_CASE("draft devices: those of a list are those with most of its quantities", "[cli]") {
  const auto rows = rows_of({"p/T1/level", "p/T1/gas", "p/T2/level", "p/T2/gas", "p/T2/flow",
                             "p/pool/level", "p/office/co2"});
  const Texts patterns{"${site}/${tanks}/level", "${site}/${tanks}/gas", "${site}/${tanks}/flow"};
  CHECK(found_in(rows, patterns, {"tanks"}) == Devices{{"tanks", {"T1", "T2"}}});
  CHECK(found_in(rows, patterns, {"pumps"}).empty());
}

TEST_CASE("draft devices: one that fits two lists goes to that of whose points it has most",
          "[cli]") {
  const auto rows =
      rows_of({"w/B1/command", "w/B1/running", "w/B2/command", "w/B2/running", "w/P1/running"});
  const Devices found{{"blowers", {"B1", "B2"}}, {"pumps", {"P1"}}};
  CHECK(found_in(rows, plant, {"blowers", "pumps"}) == found);
  CHECK(found_in(rows, plant, {"pumps", "blowers"}) == found);
}

TEST_CASE("draft devices: of lists that it fits as well it goes to the first", "[cli]") {
  const Texts patterns{"${site}/${frozen}/temperature", "${site}/${chilled}/temperature"};
  const auto found = devices_of(rows_of({"c/R1/temperature"}), patterns, {"frozen", "chilled"});
  REQUIRE(found.size() == 1);
  CHECK(found.at("frozen").names == Texts{"R1"});
  CHECK(found.at("frozen").rivals == Texts{"chilled"});
}

TEST_CASE("draft devices: of lists that it fits as well it goes to the one that usually has it",
          "[cli]") {
  const Texts patterns{"${site}/${plant}/closed", "${site}/${space}/closed"};
  const auto found = devices_of(rows_of({"e/L1/closed", "e/L2/closed", "e/X/closed"}), patterns,
                                {"plant", "space"}, {{"plant", {"L1"}}, {"space", {"L2"}}});
  CHECK(found.at("plant").names == Texts{"L1", "X"});
  CHECK(found.at("space").names == Texts{"L2"});
}

TEST_CASE("draft devices: one may be in two lists that have no point in common", "[cli]") {
  const Texts patterns{"${site}/${gates}/board", "${site}/${gates}/camera",
                       "${site}/${hazmat}/occupied", "${site}/${cards}/in", "${site}/${cards}/out"};
  const auto rows = rows_of({"c/g1/board", "c/g1/camera", "c/g1/occupied", "c/g2/board",
                             "c/g2/camera", "c/g2/in", "c/g2/out", "c/g3/board", "c/g3/out"});
  CHECK(found_in(rows, patterns, {"gates", "hazmat", "cards"}) ==
        Devices{{"gates", {"g1", "g2", "g3"}}, {"hazmat", {"g1"}}, {"cards", {"g2"}}});
}

TEST_CASE("draft devices: what the package names itself is in no list", "[cli]") {
  const Texts patterns{"${site}/outlet/chlorine", "${site}/${taps}/chlorine"};
  CHECK(found_in(rows_of({"w/Outlet/chlorine", "w/tap1/chlorine"}), patterns, {"taps"}) ==
        Devices{{"taps", {"tap1"}}});
}

TEST_CASE("draft devices: the rows of a system are those of its site, however it is written",
          "[cli]") {
  const auto rows = rows_of({"wwtp1/B1/running", "wwtp2/B1/running", "office/x/co2"});
  CHECK(chosen(rows, plant, "wwtp2") == "1");
  CHECK(chosen(rows, plant, "WWTP-1") == "0");
}

TEST_CASE("draft devices: a draft that calls the site otherwise must have one that fits", "[cli]") {
  const auto one = rows_of({"plant/B1/running", "office/x/co2", "plant/effluent/flow"});
  CHECK(chosen(one, plant, "wwtp1") == "0 2");
  const auto two = rows_of({"north/B1/running", "south/B1/running", "south/effluent/flow"});
  CHECK(chosen(two, plant, "wwtp1") == "north 1, south 2");
  // A device of its own at another place is no point of the package.
  const auto other = rows_of({"north/B1/running", "south/inlet/flow"});
  CHECK(chosen(other, {"${site}/effluent/flow", "${site}/${blowers}/running"}, "w") == "0");
  CHECK(chosen(rows_of({"north/inlet/flow", "south/inlet/flow"}), {"${site}/effluent/flow"}, "w") ==
        "north 1, south 1");
  CHECK(chosen(rows_of({"a/b/c", "d/e/f"}), plant, "w").empty());
  CHECK(chosen({}, plant, "w").empty());
}

TEST_CASE("draft devices: the topic may name the site before what the tag keeps of it", "[cli]") {
  auto rows = rows_of({"area1/B1/running"}, "wwtp1/");
  for (DraftRow& row : rows_of({"area2/B1/running"}, "wwtp2/")) rows.push_back(std::move(row));
  CHECK(chosen(rows, plant, "wwtp2") == "1");
  for (DraftRow& row : rows_of({"area3/B1/running"}, "wwtp2/")) rows.push_back(std::move(row));
  CHECK(chosen(rows, plant, "wwtp2") == "area2 1, area3 1");
}

TEST_CASE("draft devices: a topic without a site is of a system only if none has one", "[cli]") {
  CHECK(chosen(rows_of({"B1/running", "B2/running"}), plant, "w") == "0 1");
  CHECK(chosen(rows_of({"B1/running", "w/B2/running"}), plant, "w") == "1");
  CHECK(chosen(rows_of({"B1/running", "v/B2/running"}), plant, "w") == " 1, v 1");
}

}  // namespace draft_devices_test
