// tests/unit/trial/backtest_test.cpp - A recorded hour of the simulated park with incidents, kills,
// late data, clock steps and a reload: replayed it is exact, and other rules run over it.
#include "tools/trial/backtest.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "config/config.h"
#include "config/files.h"
#include "parkwatch/v1/snapshot.pb.h"
#include "tests/support/recorded/recorded_park.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/parkwatch/recording_console.h"
#include "tools/parkwatch/backtest.h"
#include "tools/trial/verify.h"

namespace backtest_test {

using namespace parkwatch;
using namespace parkwatch::trial;
using namespace std::chrono_literals;

namespace {

using parksim::Cause;

const std::vector<parksim::Incident> incidents{
    {Cause::leak, 2min, 40s},           {Cause::network_drop, 5min, 60s},
    {Cause::influent_shock, 8min, 60s}, {Cause::sensor_silent, 12min, 40s},
    {Cause::overpressure, 16min, 40s},  {Cause::blower_trip, 19min, 60s}};

test::RecordedParkOptions options_in(const test::TempDir& dir) {
  test::RecordedParkOptions options;
  options.directory = dir.path();
  options.incidents = incidents;
  return options;
}

std::unique_ptr<store::History> history_in(const test::TempDir& dir) {
  auto opened = store::open_history(dir.path());
  if (!opened) FAIL(opened.error().message);
  return std::move(*opened);
}

// A quiet stretch: no kill, no step, one configuration.
void record_plain(const test::TempDir& dir) {
  test::RecordedPark park{options_in(dir)};
  park.run_until(22min);
  park.stop();
}

std::shared_ptr<const Plant> plain_plant() {
  Diagnostics out;
  return config::load_bundle(test::park_bundle(false), {}, out)->plant;
}

// (time, kind, rule, tag) of what rules and not people did.
using Told = std::tuple<Timestamp, TransitionKind, std::string, std::string>;
std::vector<Told> told_of(const std::vector<AlarmEvent>& events) {
  std::vector<Told> told;
  for (const AlarmEvent& e : events) {
    if (e.kind == TransitionKind::acknowledged || e.rule == rule_action) continue;
    told.emplace_back(e.at, e.kind, e.rule, e.tag);
  }
  return told;
}

// A recording of which one transition is told wrong.
class Forged final : public store::History {
 public:
  Forged(store::History& real, std::uint64_t journal) : real_(real), journal_(journal) {}
  const std::string& generation() const override { return real_.generation(); }
  Result<store::Extent> extent() override { return real_.extent(); }
  Result<std::vector<store::KeptSnapshot>> snapshots() override { return real_.snapshots(); }
  Result<std::shared_ptr<const v1::Snapshot>> snapshot(const store::KeptSnapshot& k) override {
    return real_.snapshot(k);
  }
  Result<std::uint64_t> first_batch_at(Timestamp t) override { return real_.first_batch_at(t); }
  Result<Done> batches(const store::BatchSpan& span,
                       const std::function<Result<Done>(RecordedBatch&)>& take) override {
    return real_.batches(span, [&](RecordedBatch& recorded) {
      std::erase_if(recorded.transitions, [&](AlarmEvent& e) {
        if (e.journal == journal_) e.at += 1us;
        return e.journal == journal_ + 1;
      });
      return take(recorded);
    });
  }
  Result<std::string> plant_text(const std::string& hash) override {
    return real_.plant_text(hash);
  }
  Result<std::vector<TagDefined>> tags() override { return real_.tags(); }
  Result<std::uint64_t> journal_given_up() override { return real_.journal_given_up(); }
  Result<std::vector<store::Gap>> gaps() override { return real_.gaps(); }
  Result<std::vector<AlarmEvent>> journal(Timestamp from, Timestamp to,
                                          std::size_t rows_max) override {
    return real_.journal(from, to, rows_max);
  }
  Result<std::vector<AlarmEvent>> journal_of(const std::string& rule, const std::string& tag,
                                             std::size_t rows_max) override {
    return real_.journal_of(rule, tag, rows_max);
  }

 private:
  store::History& real_;
  std::uint64_t journal_;
};

}  // namespace

TEST_CASE("verify: an hour with incidents, kills, late data, clock steps and a reload is exact",
          "[trial]") {
  const test::TempDir dir;
  test::RecordedParkOptions options = options_in(dir);
  options.clock_steps = {{3min, 20s}, {13min, -7s}};
  options.reload_at = 15min;
  std::uint64_t transitions = 0;
  for (const parksim::Span until : {2min + 20s, 8min + 30s, 19min + 10s, 60min + 0s}) {
    test::RecordedPark park{options};
    CHECK(park.replay_differences() == 0);
    park.run_until(until);
    transitions += park.transitions();
    if (until < 60min) {
      park.kill();
    } else {
      park.stop();
    }
  }
  const auto history = history_in(dir);
  const auto verified = verify(*history, {}, {});
  REQUIRE(verified.ok());
  for (const std::string& one : verified->first) UNSCOPED_INFO(one);
  CHECK(verified->differ == 0);
  CHECK(verified->starts == 3);
  CHECK(verified->clock_steps == 2);
  CHECK(verified->transitions > 30);
  CHECK(verified->transitions <= transitions);  // some were not committed when it was killed
  CHECK(verified->derived > 1000);
  CHECK(verified->readings > 100'000);

  // From a kept state in the middle as well.
  const auto part = verify(*history, verified->from + 40min, {});
  REQUIRE(part.ok());
  CHECK(part->differ == 0);
  CHECK(part->batches < verified->batches);
  CHECK(part->batches > 0);
}

TEST_CASE("verify: a wrong time and a missing transition are told", "[trial]") {
  const test::TempDir dir;
  record_plain(dir);
  const auto history = history_in(dir);
  Forged forged{*history, 3};
  const auto verified = verify(forged, {}, {});
  REQUIRE(verified.ok());
  CHECK(verified->differ == 2);
  REQUIRE(verified->first.size() == 2);
  CHECK(verified->first[0].find("journal 3") != std::string::npos);
  CHECK(verified->first[1].find("came out but is not recorded: journal 4") != std::string::npos);
}

TEST_CASE("verify: an empty store has nothing to verify", "[trial]") {
  const test::TempDir dir;
  store::StoreOptions options;
  options.directory = dir.path();
  REQUIRE(store::open_store(options).ok());
  const auto history = history_in(dir);
  const auto verified = verify(*history, {}, {});
  REQUIRE_FALSE(verified.ok());
  CHECK(verified.error().kind == ErrorKind::not_found);
  CHECK_FALSE(store::open_history(std::string{dir.path()} + "/none").ok());
}

TEST_CASE("backtest: the rules that were in force give what was recorded", "[trial]") {
  const test::TempDir dir;
  record_plain(dir);
  const auto history = history_in(dir);
  const auto run = run_rules(*history, plain_plant(), {}, {});
  if (!run) FAIL(run.error().message);
  const auto recorded = history->journal(run->from, run->to, 1'000'000);
  REQUIRE(recorded.ok());
  REQUIRE(recorded->size() > 20);
  // Acknowledging changes no raise and no return.
  CHECK(told_of(run->transitions) == told_of(*recorded));
  CHECK(run->gaps == 0);
  CHECK(run->tags > 50);
}

TEST_CASE("backtest: which of two sources a tag came from is known, as when one of them was away",
          "[trial]") {
  const test::TempDir dir;
  test::RecordedParkOptions options = options_in(dir);
  options.annex_away = {2min + 35s, 3min + 30s};  // while gas leaks
  test::RecordedPark park{options};
  park.run_until(5min);
  park.stop();
  const auto history = history_in(dir);
  Diagnostics out;
  const auto plant = config::load_bundle(test::two_source_bundle(false), {}, out)->plant;
  const auto run = run_rules(*history, plant, {}, {});
  if (!run) FAIL(run.error().message);
  const auto recorded = history->journal(run->from, run->to, 1'000'000);
  REQUIRE(recorded.ok());
  const std::vector<AlarmEvent>& events = *recorded;
  const auto away = std::find_if(events.begin(), events.end(), [](const AlarmEvent& e) {
    return e.rule == rule_quality && e.tag == "source/annex" && e.kind == TransitionKind::raised;
  });
  REQUIRE(away != events.end());
  const auto again =
      std::find_if(run->transitions.begin(), run->transitions.end(), [&](const AlarmEvent& e) {
        return e.rule == away->rule && e.tag == away->tag && e.kind == TransitionKind::raised;
      });
  REQUIRE(again != run->transitions.end());
  // It has the priority of what it blinds, which is known by the tags that came from it.
  CHECK(away->priority == Priority::critical);
  CHECK(again->priority == away->priority);
  CHECK(told_of(run->transitions) == told_of(*recorded));
}

TEST_CASE("backtest: a part of the time is warmed up by what came before it", "[trial]") {
  const test::TempDir dir;
  record_plain(dir);
  const auto history = history_in(dir);
  const auto whole = run_rules(*history, plain_plant(), {}, {});
  REQUIRE(whole.ok());
  const Timestamp middle = whole->from + 7min + 30s;
  const auto part = run_rules(*history, plain_plant(), middle, {});
  REQUIRE(part.ok());
  std::vector<Told> expected;
  for (const Told& one : told_of(whole->transitions)) {
    if (std::get<0>(one) >= middle) expected.push_back(one);
  }
  CHECK(told_of(part->transitions) == expected);
  CHECK(part->from == middle);

  const auto outside = run_rules(*history, plain_plant(), whole->to + 1h, {});
  REQUIRE_FALSE(outside.ok());
  CHECK(outside.error().kind == ErrorKind::not_found);
  const auto reversed = run_rules(*history, plain_plant(), middle, whole->from);
  REQUIRE_FALSE(reversed.ok());
  CHECK(reversed.error().kind == ErrorKind::bad_input);
}

TEST_CASE("backtest: the command prints the table, and misses cost the exit code", "[trial]") {
  const test::TempDir dir;
  record_plain(dir);
  auto parsed = config::parse_bundle(test::park_bundle(false));
  REQUIRE(parsed.ok());
  const std::filesystem::path rules = std::filesystem::path{dir.path()} / "rules-new";
  for (config::File& file : *parsed) {
    if (file.path == "rules/actions.toml") file.text.clear();  // of gas HH
    // Nobody is told of gas any more, and of pressure only much later.
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"H = { at = 25, priority = \"high\" }", "H = { at = 99, priority = \"high\" }"},
             {"HH = { at = 50, priority = \"critical\" }", ""}}) {
      const auto at = file.text.find(from);
      if (at != std::string::npos) file.text.replace(at, from.size(), to);
    }
    // The tests of the rules go their own way.
    std::filesystem::create_directories((rules / file.path).parent_path());
    std::ofstream{rules / file.path} << file.text.substr(0, file.text.find("\n[[test]]"));
  }
  cli::BacktestCommand command;
  command.rules = rules;
  command.state_directory = dir.path();
  test::RecordingConsole rec;
  CHECK(cli::backtest(command, rec.console) == cli::exit_no);
  const std::string out = rec.out.str();
  CAPTURE(out, rec.err.str());
  CHECK(out.find("same code as the daemon; nothing is sent") != std::string::npos);
  CHECK(out.find("missed: ") != std::string::npos);
  CHECK(out.find("gas tf-a/t102/gas") != std::string::npos);
  CHECK(out.find("total ") != std::string::npos);

  command.allow_missed = true;
  test::RecordingConsole json;
  json.console.json = true;
  CHECK(cli::backtest(command, json.console) == cli::exit_ok);
  const auto document = boost::json::parse(json.out.str()).as_object();
  CHECK(document.at("missed").as_array().size() >= 1);
  CHECK(document.at("was").to_number<int>() > document.at("new").to_number<int>());

  command.csv = true;
  test::RecordingConsole csv;
  CHECK(cli::backtest(command, csv.console) == cli::exit_ok);
  CHECK(csv.out.str().starts_with("rule,was,new,per_day,"));
  command.csv = false;
  command.html = true;
  test::RecordingConsole html;
  CHECK(cli::backtest(command, html.console) == cli::exit_ok);
  CHECK(html.out.str().starts_with("<!DOCTYPE html>"));

  command.verify = true;
  test::RecordingConsole exact;
  CHECK(cli::backtest(command, exact.console) == cli::exit_ok);
  CHECK(exact.out.str().find("differ 0") != std::string::npos);

  command.from = "yesterday";
  test::RecordingConsole wrong;
  CHECK(cli::backtest(command, wrong.console) == cli::exit_usage);
}

}  // namespace backtest_test
