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
// few values changes nothing.
std::vector<std::string> begins_above(const std::map<std::string, Mean>& days, double limit,
                                      int least) {
  std::vector<std::string> begins;
  bool above = false;
  for (const auto& [day, mean] : days) {
    if (mean.count < least) continue;
    const bool now = mean.sum / mean.count > limit;
    if (now && !above) begins.push_back(day);
    above = now;
  }
  return begins;
}

// The day in Beijing that was over at most a minute before the alarm was raised.
std::vector<std::string> days_of(const std::vector<std::string>& events, const std::string& rule) {
  std::vector<std::string> days;
  for (const std::string& event : events) {
    if (!event.starts_with(rule + ' ')) continue;
    const auto at = parse_rfc3339(event.substr(event.rfind(' ') + 1));
    REQUIRE(at);
    const auto local = *at + 8h;
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
  CHECK(days_of(replayed.raised, "air.pm25-day") == begins);
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
  const std::string rules =
      "[[tag]]\nname = \"en/steel/energy\"\nunit = \"kWh\"\n"
      "[[tag]]\nname = \"en/steel/power\"\nunit = \"kW\"\n"
      "[time]\nzone = \"+09:00\"\n"
      "[[rule]]\nid = \"day\"\nkind = \"cumulative\"\ntags = [\"en/steel/energy\"]\n"
      "of = \"counter\"\nperiod = \"day\"\nH = 5000\n";
  const Replayed replayed = replay("steel-energy", given_plant(rules));
  CHECK(replayed.readings == 2 * 11616);
  // What the register grows by at the readings of a day: the one of midnight begins the next day.
  std::ifstream file{root + "/tests/data/recordings/steel-energy/2018_jan_apr.csv"};
  std::string row;
  std::getline(file, row);
  std::vector<double> days(122, 0.0);
  for (std::size_t quarter = 1; std::getline(file, row); ++quarter) {
    REQUIRE(quarter / 96 < days.size());
    if (quarter > 1) days[quarter / 96] += std::stod(cells(row, ',')[1]);
  }
  const auto above = std::count_if(days.begin(), days.end(), [](double d) { return d > 5000.0; });
  CHECK(above > 10);
  CHECK(count_of(replayed.raised, "day") == static_cast<std::size_t>(above));
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
