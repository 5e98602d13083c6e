// tests/systems/replay_test.cpp - Real recordings through decoder, pipeline and the package's
// rules: the alarms are those that a short computation over the same files finds.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/systems/given_plant.h"
#include "tools/parksim/recording.h"

namespace parkwatch::systems::replay_test {
namespace {

using namespace std::chrono_literals;

const std::string root = PARKWATCH_SOURCE_DIR;

struct Replayed {
  std::size_t readings = 0;
  std::size_t refusals = 0;
  std::vector<std::string> raised;  // "rule tag time"
};

Replayed replay(const std::string& folder, std::shared_ptr<const Plant> plant) {
  const auto recording =
      parksim::read_recording(root + "/tests/data/recordings/" + folder + "/replay.toml");
  REQUIRE(recording);
  GivenPark park{std::move(plant), recording->messages.front().time};
  for (const parksim::RecordedMessage& message : recording->messages) {
    park.publish(message.time, message.topic, message.payload);
  }
  park.wait_until(recording->messages.back().time + 48h);
  return {park.readings(), park.refusals(), park.raised()};
}

// The reference: means of the file's own cells, without any part of the daemon.
struct Mean {
  double sum = 0;
  int count = 0;
};

std::vector<std::string> cells(const std::string& row, char separator) {
  std::vector<std::string> result;
  std::istringstream in{row};
  for (std::string cell; std::getline(in, cell, separator);) result.push_back(cell);
  return result;
}

// By "2010-01-05", of the calendar day in the file.
std::map<std::string, Mean> beijing_days() {
  std::map<std::string, Mean> days;
  std::ifstream file{root + "/tests/data/recordings/beijing-pm25/2010.csv"};
  std::string row;
  std::getline(file, row);
  while (std::getline(file, row)) {
    const auto cell = cells(row, ',');
    char day[16];
    std::snprintf(day, sizeof day, "%s-%02d-%02d", cell[1].c_str(), std::stoi(cell[2]),
                  std::stoi(cell[3]));
    Mean& mean = days[day];
    if (cell[5].empty()) continue;
    mean.sum += std::stod(cell[5]);
    ++mean.count;
  }
  return days;
}

// The first days of the runs of days over the limit: "2010-01-05". A day with too
// few values changes nothing, nor does one that is just at the limit.
std::vector<std::string> begins_above(const std::map<std::string, Mean>& days, double limit,
                                      int least) {
  std::vector<std::string> begins;
  bool above = false;
  for (const auto& [day, mean] : days) {
    if (mean.count < least) continue;
    const double value = mean.sum / mean.count;
    const bool now = above ? value >= limit : value > limit;
    if (now && !above) begins.push_back(day);
    above = now;
  }
  return begins;
}

// The day there (offset) that was over at most a minute before the alarm was raised.
std::vector<std::string> days_of(const std::vector<std::string>& events, const std::string& rule,
                                 Duration offset) {
  std::vector<std::string> days;
  for (const std::string& event : events) {
    if (!event.starts_with(rule + ' ')) continue;
    const auto at = parse_rfc3339(event.substr(event.rfind(' ') + 1));
    REQUIRE(at);
    const auto local = *at + offset;
    const auto midnight = std::chrono::floor<std::chrono::days>(local);
    CHECK(local - midnight <= 1min);
    days.push_back(to_rfc3339(Timestamp{midnight - 24h}).substr(0, 10));
  }
  return days;
}

std::size_t count_of(const std::vector<std::string>& events, const std::string& rule) {
  return static_cast<std::size_t>(
      std::count_if(events.begin(), events.end(),
                    [&](const std::string& event) { return event.starts_with(rule + ' '); }));
}

// The rows of a recording's table.
std::vector<std::vector<std::string>> rows_of(const std::string& file, bool header = true) {
  std::ifstream in{root + "/tests/data/recordings/" + file};
  std::vector<std::vector<std::string>> rows;
  std::string row;
  if (header) std::getline(in, row);
  while (std::getline(in, row)) rows.push_back(cells(row, ','));
  return rows;
}

// How often values pass the limit and stay above it so many samples more; below it by `deadband`
// they are no longer.
std::size_t runs_above(const std::vector<double>& values, double limit, double deadband,
                       std::size_t samples) {
  std::size_t runs = 0;
  std::size_t above = 0;  // samples so far
  bool stands = false;
  for (const double value : values) {
    if (value < limit - deadband) stands = false;
    above = value > limit ? above + 1 : 0;
    if (!stands && above > samples) {
      stands = true;
      ++runs;
    }
  }
  return runs;
}

const std::string hourly = "hour_values = 1\nday_values = 20\nsilent_after = \"3h\"\n";

}  // namespace

TEST_CASE("replay: a year of Beijing raises PM2.5 as often as its days' means say", "[systems]") {
  const Replayed replayed =
      replay("beijing-pm25", given_plant("[time]\nnever_seen_after = \"0s\"\n[[system]]\n"
                                         "package = \"air-quality\"\nsite = \"air\"\n"
                                         "stations = [\"bj\"]\n" +
                                         hourly));
  CHECK(replayed.readings == 8091);
  CHECK(replayed.refusals == 0);
  const auto days = beijing_days();
  REQUIRE(days.size() == 365);
  const auto begins = begins_above(days, 75.0, 20);  // GB 3095-2012, class 2
  CHECK(begins.size() > 30);
  CHECK(days_of(replayed.raised, "air.pm25-day", 8h) == begins);
  CHECK(count_of(replayed.raised, "air.pm25-day.2026-03-01") == 0);
  CHECK(count_of(replayed.raised, "air.pm10-day") == 0);
}

TEST_CASE("replay: hours of NO2 beside an Italian road, decimal commas and all", "[systems]") {
  const Replayed replayed =
      replay("air-quality-uci", given_plant("[time]\nnever_seen_after = \"0s\"\n[[system]]\n"
                                            "package = \"air-quality\"\nsite = \"air\"\n"
                                            "stations = [\"it\"]\n" +
                                            hourly));
  std::ifstream file{root + "/tests/data/recordings/air-quality-uci/part1.csv"};
  std::string row;
  std::getline(file, row);
  std::size_t values = 0;
  std::size_t runs = 0;
  bool above = false;
  while (std::getline(file, row)) {
    const auto cell = cells(row, ';');
    for (const std::size_t column : {4, 9}) {  // NMHC(GT), NO2(GT)
      if (cell[column] != "-200") ++values;
    }
    if (cell[9] == "-200") continue;
    const bool now = std::stod(cell[9]) > 200.0;  // no cell of these has a comma
    if (now && !above) ++runs;
    above = now;
  }
  CHECK(replayed.readings == values);
  CHECK(replayed.refusals == 0);
  CHECK(count_of(replayed.raised, "air.no2-hour") == runs);
}

TEST_CASE("replay: the register of a steel works, whose midnight belongs to the day before",
          "[systems]") {
  // The works sends every quarter of an hour, not every minute.
  const std::string works =
      "[time]\nzone = \"+09:00\"\n[[system]]\npackage = \"energy-carbon\"\nsite = \"en\"\n"
      "enterprises = [\"steel\"]\ncontract = 560\ndemand_warning = 480\nconnection = 500\n"
      "unaccounted = 1000\nco2_budget = 1000000\n"
      "[[rule]]\nid = \"en.demand.steel\"\nwindow = { count_min = 1 }\n"
      "[[rule]]\nid = \"en.gap\"\nafter = \"20m\"\n";
  const Replayed replayed = replay("steel-energy", given_plant(works));
  CHECK(replayed.readings == 2 * 11616);
  CHECK(replayed.refusals == 0);
  std::vector<double> power;
  for (const auto& row : rows_of("steel-energy/2018_jan_apr.csv")) {
    power.push_back(4 * std::stod(row[1]));
  }
  // A register whose midnights were a day early would run back, and have gaps.
  const std::vector<double> advances{power.begin() + 1, power.end()};
  const auto jumps = runs_above(advances, 500, 0, 0);
  CHECK(jumps > 50);
  CHECK(count_of(replayed.raised, "en.register") == jumps);
  CHECK(count_of(replayed.raised, "en.gap") == 1);  // its end
  const auto demands = runs_above(power, 480, 5, 0);
  CHECK(demands > 50);
  CHECK(count_of(replayed.raised, "en.demand.steel") == demands);
}

TEST_CASE("replay: a machine that runs hot for days before it is shut down", "[systems]") {
  const Replayed replayed =
      replay("nab", given_plant("[[system]]\npackage = \"hydrogen-station\"\nsite = \"hs\"\n"
                                "detectors = [\"d1\"]\nelectrolysers = [\"e1\"]\n"));
  CHECK(replayed.readings == 3168);
  CHECK(replayed.refusals == 0);
  std::vector<double> values;
  for (const auto& row : rows_of("nab/machine_temperature_2013_dec.csv")) {
    values.push_back(std::stod(row[1]));
  }
  // Five minutes apart, so one is enough for the minute that the rule asks for.
  const auto runs = runs_above(values, 85, 1, 0);
  CHECK(runs == 3);
  CHECK(count_of(replayed.raised, "hs.stack-temperature") == runs);
}

TEST_CASE("replay: the air of an office is a barn's with too little of it", "[systems]") {
  const Replayed replayed =
      replay("occupancy-co2", given_plant("[[system]]\npackage = \"cold-chain-barns\"\n"
                                          "site = \"cb\"\nbarns = [\"room\"]\n"
                                          "[[limit]]\nname = \"site.cold-chain-barns.co2\"\n"
                                          "value = 1000\nunit = \"ppm\"\n"
                                          "averaging = \"instant\"\nproof = \"site\"\n"));
  CHECK(replayed.readings == 3 * 2665);
  CHECK(replayed.refusals == 0);
  std::vector<double> values;
  for (const auto& row : rows_of("occupancy-co2/datatest.csv")) values.push_back(std::stod(row[5]));
  const auto runs = runs_above(values, 1000, 100, 5);
  CHECK(runs >= 2);
  CHECK(count_of(replayed.raised, "cb.barn-co2") == runs);
}

TEST_CASE("replay: a treatment plant's year is as often over its limits as its days say",
          "[systems]") {
  // In 1990 the standards were not in force yet: their figures as the site's own.
  const std::string limits =
      "[[limit]]\nname = \"gb18918.2.cod\"\nvalue = 100\nunit = \"mg/L\"\n"
      "averaging = \"day\"\nproof = \"site\"\n"
      "[[limit]]\nname = \"gb18918.2.ss\"\nvalue = 30\nunit = \"mg/L\"\n"
      "averaging = \"day\"\nproof = \"site\"\n"
      "[[limit]]\nname = \"gb31962.a.cod\"\nvalue = 500\nunit = \"mg/L\"\n"
      "averaging = \"instant\"\nproof = \"site\"\n";
  const std::string plant =
      "[time]\nzone = \"+01:00\"\nnever_seen_after = \"0s\"\n[[system]]\n"
      "package = \"wastewater-plant\"\nsite = \"ww\"\nclass = \"2\"\n"
      "samples_min = 1\nblowers = [\"b1\"]\npumps = [\"p1\"]\n";
  const Replayed replayed = replay("uci-water-treatment", given_plant(plant + limits));
  CHECK(replayed.refusals == 0);
  std::map<std::string, Mean> cod;
  std::map<std::string, Mean> solids;
  std::map<std::string, double> inlet;
  std::size_t values = 0;
  for (const auto& row : rows_of("uci-water-treatment/water-treatment-1990.csv", false)) {
    int day = 0;
    int month = 0;
    REQUIRE(std::sscanf(row[0].c_str(), "D-%d/%d/90", &day, &month) == 2);
    char text[16];
    std::snprintf(text, sizeof text, "1990-%02d-%02d", month, day);
    for (const std::size_t column : {3, 5, 23, 25, 26}) values += row[column] == "-1" ? 0 : 1;
    if (row[25] != "-1") cod[text] = {std::stod(row[25]), 1};
    if (row[26] != "-1") solids[text] = {std::stod(row[26]), 1};
    if (row[5] != "-1") inlet[text] = std::stod(row[5]);
  }
  CHECK(replayed.readings > values);                // with what is derived from them
  const auto cod_days = begins_above(cod, 100, 1);  // GB 18918-2002, class 2
  CHECK(cod_days.size() > 30);
  CHECK(days_of(replayed.raised, "ww.cod-daily", 1h) == cod_days);
  const auto solid_days = begins_above(solids, 30, 1);
  CHECK(solid_days.size() > 20);
  CHECK(days_of(replayed.raised, "ww.ss-daily", 1h) == solid_days);
  std::vector<double> incoming;
  for (const auto& [day, value] : inlet) incoming.push_back(value);
  const auto shocks = runs_above(incoming, 500, 20, 0);  // GB/T 31962-2015, grade A
  CHECK(shocks > 20);
  CHECK(count_of(replayed.raised, "ww.influent-cod") == shocks);
  CHECK(count_of(replayed.raised, "ww.effluent-ph") == 0);
}

TEST_CASE("replay: the benchmark's dry weather is every quarter of an hour for a fortnight",
          "[systems]") {
  const std::string tags =
      "[[tag]]\nname = \"ww/influent/flow\"\nunit = \"m3/h\"\n"
      "[[tag]]\nname = \"ww/influent/nh3n\"\nunit = \"mg/L\"\n"
      "[[rule]]\nid = \"load\"\nkind = \"limit\"\ntags = [\"ww/influent/flow\"]\nH = 1200\n";
  const Replayed replayed = replay("bsm-influent", given_plant(tags));
  CHECK(replayed.readings == 2688);
  std::ifstream file{root + "/tests/data/recordings/bsm-influent/dryinfluent.csv"};
  std::size_t runs = 0;
  bool above = false;
  for (std::string row; std::getline(file, row);) {
    const bool now = std::stod(cells(row, ',')[15]) / 24.0 > 1200.05;  // told with one digit
    if (now && !above) ++runs;
    above = now;
  }
  CHECK(runs >= 10);
  CHECK(count_of(replayed.raised, "load") == runs);
}

}  // namespace parkwatch::systems::replay_test
