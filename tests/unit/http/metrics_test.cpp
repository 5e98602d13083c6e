// tests/unit/http/metrics_test.cpp - Names and values, judged by promtool.
#include "http/metrics.h"

#include <stdio.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace metrics_test {

using namespace parkwatch;
using http::Metrics;

namespace {

// The value of the sample with this name and these labels, e.g. `x_total{reason="oversized"}`.
std::string sample(const std::string& text, const std::string& series) {
  const std::size_t at = text.find("\n" + series + " ");
  if (at == std::string::npos) return "absent";
  const std::size_t from = at + series.size() + 2;
  return text.substr(from, text.find('\n', from) - from);
}

Facts busy_facts() {
  Facts facts;
  facts.counts.messages = 3;
  facts.counts.standing = 8;
  facts.counts.duplicates = 2;
  facts.counts.late = 1;
  facts.counts.historical = 4;
  facts.counts.dropped_retained = 5;
  facts.counts.evaluations = 6;
  facts.counts.passages = 9;
  facts.readings.resize(7);
  facts.refusals.resize(2);
  facts.refusals[0].reason = RefusalReason::oversized;
  facts.refusals[1].reason = RefusalReason::not_utf8;
  facts.transitions.resize(1);
  facts.transitions[0].kind = TransitionKind::returned;
  return facts;
}

}  // namespace

TEST_CASE("metrics: promtool finds nothing to say about them", "[http]") {
  Metrics metrics;
  metrics.committed(busy_facts(), 1234, Duration{2500});
  metrics.commit_failed();
  metrics.set_source("park", {true, false, 3, Duration{1'500'000}, 1});
  metrics.http_answered(200, Duration{100});
  const test::TempDir dir;
  const std::string file = (dir.path() / "metrics.txt").string();
  std::ofstream{file} << metrics.text();
  FILE* promtool = ::popen(("promtool check metrics < '" + file + "' 2>&1").c_str(), "r");
  REQUIRE(promtool != nullptr);
  std::string said;
  for (int c = ::fgetc(promtool); c != EOF; c = ::fgetc(promtool)) said += static_cast<char>(c);
  CHECK(::pclose(promtool) == 0);
  CHECK(said.empty());
}

TEST_CASE("metrics: a commit counts what was in it", "[http]") {
  Metrics metrics;
  metrics.committed(busy_facts(), 1234, Duration{2500});
  metrics.committed(busy_facts(), 1000, Duration{2500});
  const std::string text = metrics.text();
  CHECK(sample(text, "parkwatch_messages_total") == "6");
  CHECK(sample(text, "parkwatch_readings_total") == "14");
  CHECK(sample(text, "parkwatch_duplicates_total") == "4");
  CHECK(sample(text, "parkwatch_passages_total") == "18");
  CHECK(sample(text, "parkwatch_late_readings_total") == "2");
  CHECK(sample(text, "parkwatch_historical_readings_total") == "8");
  CHECK(sample(text, "parkwatch_retained_dropped_total") == "10");
  CHECK(sample(text, "parkwatch_rule_evaluations_total") == "12");
  CHECK(sample(text, "parkwatch_refusals_total{reason=\"oversized\"}") == "2");
  CHECK(sample(text, "parkwatch_refusals_total{reason=\"malformed\"}") == "0");
  CHECK(sample(text, "parkwatch_alarm_transitions_total{kind=\"returned\"}") == "2");
  CHECK(sample(text, "parkwatch_alarms_standing") == "8");
  CHECK(sample(text, "parkwatch_commits_total") == "2");
  CHECK(sample(text, "parkwatch_commit_bytes_total") == "2234");
  CHECK(sample(text, "parkwatch_commit_duration_seconds_count") == "2");
  CHECK(sample(text, "parkwatch_commit_duration_seconds_bucket{le=\"0.0025\"}") == "2");
  CHECK(sample(text, "parkwatch_commit_duration_seconds_bucket{le=\"0.001\"}") == "0");
}

TEST_CASE("metrics: held acknowledgements show their number and age, source by source", "[http]") {
  Metrics metrics;
  metrics.set_source("park", {true, true, 20, Duration{1'500'000}, 1});
  metrics.set_source("tanks", {});
  std::string text = metrics.text();
  CHECK(sample(text, "parkwatch_source_held_acknowledgements{source=\"park\"}") == "20");
  CHECK(sample(text, "parkwatch_source_held_acknowledgement_age_seconds{source=\"park\"}") ==
        "1.5");
  CHECK(sample(text, "parkwatch_source_paused{source=\"park\"}") == "1");
  CHECK(sample(text, "parkwatch_source_connected{source=\"tanks\"}") == "0");
  CHECK(sample(text, "parkwatch_source_connects_total{source=\"park\"}") == "1");
  metrics.remove_source("park");
  metrics.remove_source("never there");
  text = metrics.text();
  CHECK(text.find("source=\"park\"") == std::string::npos);
  CHECK(sample(text, "parkwatch_source_connected{source=\"tanks\"}") == "0");
}

TEST_CASE("metrics: connects are counted on over a driver that was made anew", "[http]") {
  Metrics metrics;
  for (const std::uint64_t connects : {2, 2, 5, 1, 3}) {
    Metrics::SourceNumbers numbers;
    numbers.connects = connects;
    metrics.set_source("park", numbers);
  }
  CHECK(sample(metrics.text(), "parkwatch_source_connects_total{source=\"park\"}") == "8");
}

TEST_CASE("metrics: how long raises waited is a histogram of each receiver", "[http]") {
  Metrics metrics;
  metrics.raise_told("ding", std::chrono::milliseconds{500});
  metrics.raise_told("ding", std::chrono::seconds{40});
  metrics.raise_told("mail", std::chrono::seconds{2});
  const std::string text = metrics.text();
  const std::string name = "parkwatch_raise_told_seconds";
  CHECK(sample(text, name + "_count{receiver=\"ding\"}") == "2");
  CHECK(sample(text, name + "_sum{receiver=\"ding\"}") == "40.5");
  CHECK(sample(text, name + "_bucket{receiver=\"ding\",le=\"1\"}") == "1");
  CHECK(sample(text, name + "_bucket{receiver=\"ding\",le=\"60\"}") == "2");
  CHECK(sample(text, name + "_count{receiver=\"mail\"}") == "1");
}

TEST_CASE("metrics: gauges hold what was set last", "[http]") {
  Metrics metrics;
  CHECK(sample(metrics.text(), "parkwatch_store_working") == "1");
  metrics.set_store_working(false);
  metrics.set_store_bytes(4096);
  metrics.set_intake(5, 500);
  metrics.set_tags(12);
  metrics.set_outbox_pending(2);
  metrics.alert_delivered();
  metrics.set_alert_failures(1);
  metrics.set_alert_failures(1);
  metrics.replay_differed(2);
  metrics.set_http_connections(4);
  metrics.http_refused_connection();
  metrics.http_answered(404, Duration{100});
  metrics.http_answered(201, Duration{100});
  const std::string text = metrics.text();
  CHECK(sample(text, "parkwatch_store_working") == "0");
  CHECK(sample(text, "parkwatch_store_bytes") == "4096");
  CHECK(sample(text, "parkwatch_intake_inputs") == "5");
  CHECK(sample(text, "parkwatch_intake_bytes") == "500");
  CHECK(sample(text, "parkwatch_tags") == "12");
  CHECK(sample(text, "parkwatch_outbox_pending") == "2");
  CHECK(sample(text, "parkwatch_alert_deliveries_total") == "1");
  CHECK(sample(text, "parkwatch_alert_failures_total") == "1");
  CHECK(sample(text, "parkwatch_replay_differences_total") == "2");
  CHECK(sample(text, "parkwatch_http_connections") == "4");
  CHECK(sample(text, "parkwatch_http_connections_refused_total") == "1");
  CHECK(sample(text, "parkwatch_http_requests_total{code=\"4xx\"}") == "1");
  CHECK(sample(text, "parkwatch_http_requests_total{code=\"2xx\"}") == "1");
}

TEST_CASE("metrics: the process tells its own size, files, time and start", "[http]") {
  Metrics metrics;
  const std::string text = metrics.text();
  CHECK(std::stod(sample(text, "process_resident_memory_bytes")) > 1e6);
  CHECK(std::stod(sample(text, "process_open_fds")) >= 3);
  CHECK(std::stod(sample(text, "process_cpu_seconds_total")) > 0);
  CHECK(std::stod(sample(text, "process_start_time_seconds")) > 1.7e9);
}

}  // namespace metrics_test
