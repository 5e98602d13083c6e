// tests/unit/parksim/recording_test.cpp - Tables of other people's instruments as messages.
#include "tools/parksim/recording.h"

#include <catch2/catch.hpp>

#include "tools/parksim/recorded_time.h"

namespace parkwatch::parksim::recording_test {
namespace {

using std::chrono::hours;

Result<Recording> recording(const std::string& mapping, const std::string& table) {
  return make_recording("replay.toml", mapping,
                        [&](const std::string&) -> Result<std::string> { return table; });
}

const std::string two_columns = R"(
file = "table.csv"
missing = ["", "-200"]
decimal_comma = true
[time]
columns = ["Date", "Time"]
format = "%d/%m/%Y %H.%M.%S"
zone = "+01:00"
[[column]]
name = "CO"
topic = "park/air/it/co"
digits = 1
[[column]]
name = "NO2"
topic = "park/air/it/no2"
factor = 0.001
)";

std::string said(const std::string& mapping, const std::string& table) {
  const auto made = recording(mapping, table);
  return made ? "nothing" : made.error().message;
}

std::optional<Timestamp> read(const std::string& text, TimeWriting writing) {
  return recorded_time(text, writing);
}

}  // namespace

TEST_CASE("recording: decimal commas, missing values and empty columns at the end", "[parksim]") {
  const auto made = recording(two_columns,
                              "Date;Time;CO;NO2;;\n"
                              "10/03/2004;18.00.00;2,6;113;;\n"
                              "10/03/2004;19.00.00;-200;92;;\n"
                              "10/03/2004;20.00.00;2,2;;;\n");
  REQUIRE(made);
  CHECK(made->rows == 3);
  CHECK(made->missing == 2);
  REQUIRE(made->messages.size() == 4);
  CHECK(line(made->messages[0]) ==
        R"({"topic": "park/air/it/co", "value": 2.6, "time": "2004-03-10T17:00:00.000Z"})");
  CHECK(line(made->messages[1]) ==
        R"({"topic": "park/air/it/no2", "value": 0.113, "time": "2004-03-10T17:00:00.000Z"})");
  CHECK(made->messages[2].topic == "park/air/it/no2");
  CHECK(made->messages[3].payload == R"({"value": 2.2, "time": "2004-03-10T19:00:00.000Z"})");
  CHECK(made->messages[3].time == *parse_rfc3339("2004-03-10T19:00:00Z"));
}

TEST_CASE("recording: rows come in the order of time, registers add up in it", "[parksim]") {
  const auto made = recording(R"(
file = "t"
header = false
[time]
columns = ["1"]
format = "D-%d/%m/%y"
[[column]]
name = "2"
topic = "a/b/c"
sum = true
factor = 2
digits = 0
)",
                              "D-4/3/90,3\nD-1/3/90,1\nD-2/3/90,2\n");
  REQUIRE(made);
  REQUIRE(made->messages.size() == 3);
  CHECK(made->messages[0].payload == R"({"value": 2, "time": "1990-03-01T00:00:00.000Z"})");
  CHECK(made->messages[1].payload == R"({"value": 6, "time": "1990-03-02T00:00:00.000Z"})");
  CHECK(made->messages[2].payload == R"({"value": 12, "time": "1990-03-04T00:00:00.000Z"})");
}

TEST_CASE("recording: a byte order mark is no part of the first column's name", "[parksim]") {
  const auto made = recording(R"(
file = "t"
[time]
columns = ["date"]
format = "%d-%m-%Y %H:%M"
midnight_ends = true
[[column]]
name = "kWh"
topic = "a/b/c"
)",
                              "\xEF\xBB\xBF"
                              "date,kWh\n01-01-2018 23:45,1\n01-01-2018 00:00,2\n");
  REQUIRE(made);
  REQUIRE(made->messages.size() == 2);
  CHECK(made->messages[1].payload == R"({"value": 2.000, "time": "2018-01-02T00:00:00.000Z"})");
}

TEST_CASE("recording: what is wrong is said with its place", "[parksim][fault]") {
  CHECK(said("file = 1", "").starts_with("replay.toml:1:"));
  CHECK(said(two_columns, "Date;Time;CO\n") == "replay.toml: there is no column NO2 in table.csv");
  CHECK(said(two_columns, "Date;Time;CO;NO2\n10/03/2004;18.00.00;2,6;x\n") ==
        "table.csv:2: NO2 is no number: x");
  CHECK(said(two_columns, "Date;Time;CO;NO2\n31/02/2004;18.00.00;2,6;1\n") ==
        "table.csv:2: is no time: 31/02/2004 18.00.00");
  CHECK(said(two_columns, "") == "table.csv: is empty");
  CHECK(said(two_columns, "Date;\"Time\n").starts_with("table.csv: "));
  CHECK(said(two_columns + "unit = \"m\"\n", "").find("unit") != std::string::npos);
}

TEST_CASE("recording: rows that begin with their own names, which the header has no word for",
          "[parksim]") {
  const std::string mapping =
      "file = \"t.csv\"\n[time]\ncolumns = [\"date\"]\nformat = \"%Y-%m-%d %H:%M:%S\"\n"
      "[[column]]\nname = \"CO2\"\ntopic = \"park/cb/room/co2\"\n";
  const auto made = recording(mapping,
                              "\"date\",\"Light\",\"CO2\"\n"
                              "\"140\",\"2015-02-02 14:19:00\",585.2,749.2\n");
  REQUIRE(made);
  REQUIRE(made->messages.size() == 1);
  CHECK(line(made->messages[0]) ==
        R"({"topic": "park/cb/room/co2", "value": 749.200, "time": "2015-02-02T14:19:00.000Z"})");
}

TEST_CASE("recording: the files of the test data are all read", "[parksim]") {
  const std::string root = PARKWATCH_SOURCE_DIR "/tests/data/recordings/";
  const auto counts = [&](const std::string& folder) {
    const auto made = read_recording(root + folder + "/replay.toml");
    INFO((made ? "" : made.error().message));
    REQUIRE(made);
    for (std::size_t i = 1; i < made->messages.size(); ++i) {
      if (made->messages[i].time < made->messages[i - 1].time) FAIL(folder << ": time goes back");
    }
    return std::vector<std::size_t>{made->rows, made->messages.size(), made->missing};
  };
  CHECK(counts("beijing-pm25") == std::vector<std::size_t>{8760, 8091, 669});
  CHECK(counts("bsm-influent") == std::vector<std::size_t>{1344, 2688, 0});
  const auto steel = counts("steel-energy");
  CHECK(steel == std::vector<std::size_t>{11616, 23232, 0});
  const auto air = counts("air-quality-uci");
  CHECK(air[0] == 3499);
  CHECK(air[1] + air[2] == 2 * 3499);
  CHECK(counts("nab") == std::vector<std::size_t>{3168, 3168, 0});
  CHECK(counts("occupancy-co2") == std::vector<std::size_t>{2665, 3 * 2665, 0});
  const auto water = counts("uci-water-treatment");
  CHECK(water[0] == 300);
  CHECK(water[1] + water[2] == 5 * 300);
  CHECK_FALSE(read_recording(root + "nothing/replay.toml"));
}

TEST_CASE("recorded time: a clock's offset, days with a fraction, years of two digits",
          "[parksim]") {
  const auto at = [](const char* text) { return parse_rfc3339(text); };
  TimeWriting local{"%Y %m %d %H", {}, hours{8}, false};
  CHECK(read("2010 1 1 0", local) == at("2009-12-31T16:00:00Z"));
  CHECK_FALSE(read("2010 1 1", local));
  CHECK_FALSE(read("2010 1 1 24", local));
  CHECK_FALSE(read("2010 1 1 0 ", local));
  CHECK_FALSE(read("2010 13 1 0", local));
  TimeWriting days{"", *at("2026-03-01T16:00:00Z"), {}, false};
  CHECK(read("0.010416666", days) == at("2026-03-01T16:15:00Z"));
  CHECK(read("13.989583333", days) == at("2026-03-15T15:45:00Z"));
  CHECK_FALSE(read("x", days));
  CHECK_FALSE(read("1e9", days));
  CHECK(read("1/2/70", {"%d/%m/%y", {}, {}, false}) == at("1970-02-01T00:00:00Z"));
  CHECK(read("1/2/69", {"%d/%m/%y", {}, {}, false}) == at("2069-02-01T00:00:00Z"));
  CHECK_FALSE(read("1/2/1990", {"%d/%m/%y", {}, {}, false}));
}

}  // namespace parkwatch::parksim::recording_test
