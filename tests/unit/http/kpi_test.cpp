// tests/unit/http/kpi_test.cpp - Key figures and the shift report over the wire, in the site's own
// shifts and days.
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "tests/unit/http/client.h"
#include "tests/unit/http/park.h"

namespace kpi_test {

using namespace parkwatch;
using namespace std::chrono_literals;
using test::get;
using test::Park;

namespace {

// 2026-01-01T00:00:00Z, as the park's clock begins.
constexpr Timestamp midnight = from_us(1'767'225'600'000'000);

// A journal that grows by stays of alarms; the park's clock goes with it.
class Story {
 public:
  explicit Story(Park& park) : park_(park) {
    park.site.calendar.zone = *parse_offset("+08:00");
    park.site.calendar.shifts = {{"early", 8h}, {"late", 16h}, {"night", 0h}};
    std::sort(park.site.calendar.shifts.begin(), park.site.calendar.shifts.end(),
              [](const Shift& a, const Shift& b) { return a.begin < b.begin; });
    park.site.positions = {{"tanks", {"tank-farm"}}, {"water", {"wwtp"}}};
  }
  AlarmEvent& add(Duration at, TransitionKind kind, const std::string& rule,
                  const std::string& group = "tank-farm") {
    AlarmEvent event = test::transition(
        ++journal_, kind,
        kind == TransitionKind::returned ? AlarmState::normal : AlarmState::unacknowledged);
    event.at = event.raised_at = midnight + at;
    event.rule = rule;
    event.group = group;
    pending_.push_back(event);
    return pending_.back();
  }
  void stay(Duration from, Duration to, const std::string& rule,
            const std::string& group = "tank-farm") {
    add(from, TransitionKind::raised, rule, group);
    add(to, TransitionKind::returned, rule, group);
  }
  void commit(Duration now) {
    Facts facts;
    facts.transitions = pending_;
    pending_.clear();
    park_.clock.set(midnight + now);
    park_.commit(std::move(facts));
  }

 private:
  Park& park_;
  std::uint64_t journal_ = 0;
  std::vector<AlarmEvent> pending_;
};

boost::json::array periods(Park& park, const std::string& query) {
  const auto reply = get(park.port(), "/v1/kpi?" + query);
  INFO(reply.body);
  REQUIRE(reply.status == 200);
  return reply.json().at("periods").as_array();
}

}  // namespace

TEST_CASE("kpi: the whole time at once, thirty days unless said otherwise", "[http]") {
  Park park;
  Story story{park};
  story.stay(1h, 2h, "a");
  story.stay(3h, 4h, "b", "wwtp");
  story.commit(10h);
  const auto document = get(park.port(), "/v1/kpi").json();
  CHECK(document.at("by") == "all");
  CHECK(document.at("zone") == "+08:00");
  CHECK(document.at("positions") == 2);
  CHECK(document.at("targets").at("per_10_min") == 1.0);
  CHECK(document.at("targets").at("per_day") == 150);
  const auto& all = document.at("periods").as_array();
  REQUIRE(all.size() == 1);
  CHECK(all[0].at("activations") == 2);
  CHECK(all[0].at("windows") == 30 * 24 * 6);
  CHECK(all[0].at("to") == "2026-01-01T10:00:00Z");
}

TEST_CASE("kpi: times to detect, acknowledge and close, null where there was none", "[http]") {
  Park park;
  Story story{park};
  AlarmEvent& raise = story.add(1h, TransitionKind::raised, "a");
  raise.reading_sequence = 1;
  raise.reading_time = midnight + 1h - 2500ms;
  story.add(1h + 30s, TransitionKind::acknowledged, "a");
  story.add(3h, TransitionKind::returned, "a");
  story.commit(10h);
  const auto hours = periods(park, "by=hour&from=2026-01-01T00:00:00Z&to=2026-01-01T04:00:00Z");
  REQUIRE(hours.size() == 4);
  CHECK(hours[0].at("detected") == 0);
  CHECK(hours[0].at("detected_median_s").is_null());
  CHECK(hours[0].at("acknowledged_longest_s").is_null());
  CHECK(hours[1].at("detected_median_s") == 2.5);
  CHECK(hours[1].at("detected_longest_s") == 2.5);
  CHECK(hours[1].at("acknowledged_median_s") == 30.0);
  CHECK(hours[1].at("closed_median_s").is_null());
  CHECK(hours[3].at("closed") == 1);
  CHECK(hours[3].at("closed_longest_s") == 7200.0);
}

TEST_CASE("kpi: by hour, with the empty ones", "[http]") {
  Park park;
  Story story{park};
  story.stay(1h, 2h, "a");
  story.stay(3h, 4h, "a");
  story.commit(10h);
  const auto hours = periods(park, "by=hour&from=2026-01-01T00:00:00Z&to=2026-01-01T05:30:00Z");
  REQUIRE(hours.size() == 6);
  CHECK(hours[0].at("activations") == 0);
  CHECK(hours[1].at("activations") == 1);
  CHECK(hours[3].at("activations") == 1);
  CHECK(hours[5].at("to") == "2026-01-01T05:30:00Z");
  CHECK(hours[5].at("windows") == 3);
}

TEST_CASE("kpi: by shift and day of the site's own time", "[http]") {
  Park park;
  Story story{park};
  story.stay(1h, 2h, "a");            // 09:00 there: early
  story.stay(9h, 10h, "a");           // 17:00: late
  story.stay(15h, 15h + 30min, "a");  // 23:00: late
  story.stay(17h, 18h, "a");          // 01:00 of the next day: night
  story.commit(20h);
  const auto shifts = periods(park, "by=shift&from=2026-01-01T00:00:00Z");
  REQUIRE(shifts.size() == 3);
  CHECK(shifts[0].at("shift") == "early");
  CHECK(shifts[0].at("activations") == 1);
  CHECK(shifts[1].at("shift") == "late");
  CHECK(shifts[1].at("activations") == 2);
  CHECK(shifts[2].at("shift") == "night");
  CHECK(shifts[2].at("activations") == 1);
  const auto days = periods(park, "by=day&from=2026-01-01T00:00:00Z");
  REQUIRE(days.size() == 2);
  CHECK(days[0].at("to") == "2026-01-01T16:00:00Z");
  CHECK(days[1].at("activations") == 1);
  CHECK(periods(park, "by=month&from=2025-12-01T00:00:00Z").size() == 2);
}

TEST_CASE("kpi: of a position, and of groups", "[http]") {
  Park park;
  Story story{park};
  story.stay(1h, 2h, "a");
  story.stay(3h, 4h, "b", "wwtp");
  story.stay(5h, 6h, "b", "wwtp");
  story.commit(10h);
  CHECK(periods(park, "position=tanks")[0].at("activations") == 1);
  CHECK(periods(park, "position=water")[0].at("activations") == 2);
  CHECK(periods(park, "groups=wwtp,tank-farm")[0].at("activations") == 3);
  CHECK(get(park.port(), "/v1/kpi?position=fire").status == 400);
  CHECK(get(park.port(), "/v1/kpi?groups=wwtp,nosuch").detail() ==
        "no alarm is of the group 'nosuch'");
}

TEST_CASE("kpi: unauthorised suppression counts for its position, of no group for every one",
          "[http]") {
  Park park;
  Story story{park};
  const auto hide = [&](Duration at, TransitionKind kind, const std::string& group) {
    AlarmEvent& row = story.add(at, kind, "r", group);
    row.author = "local";
    row.shelving = Hold{row.at, row.at + 1h, false, "local", "why"};
  };
  hide(1h, TransitionKind::shelved, "wwtp");
  hide(2h, TransitionKind::maintenance_started, "");
  hide(3h, TransitionKind::loop_check_started, "parkwatch");
  story.commit(10h);
  CHECK(periods(park, "")[0].at("unauthorised") == 3);
  CHECK(periods(park, "position=water")[0].at("unauthorised") == 3);
  CHECK(periods(park, "position=tanks")[0].at("unauthorised") == 2);
  CHECK(periods(park, "from=2026-01-01T01:30:00Z")[0].at("unauthorised") == 2);
  const auto document = get(park.port(), "/v1/kpi").json();
  CHECK(document.at("targets").at("unauthorised") == 0);
  CHECK(get(park.port(), "/v1/shift-report?shift=last").json().at("kpi").at("unauthorised") == 3);
}

TEST_CASE("kpi: an alarm that stands for long is stale, whenever it began", "[http]") {
  Park park;
  Story story{park};
  story.add(0h, TransitionKind::raised, "old");
  story.commit(100h);
  const auto last = periods(park, "from=2026-01-05T00:00:00Z")[0];
  CHECK(last.at("activations") == 0);
  REQUIRE(last.at("stale").as_array().size() == 1);
  CHECK(last.at("stale").at(0).at("rule") == "old");
}

TEST_CASE("kpi: what cannot be answered is told", "[http]") {
  Park park;
  for (const char* query : {"by=fortnight", "by=fixed", "by=shift", "from=yesterday",
                            "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "form=x",
                            "by=hour&from=2020-01-01T00:00:00Z"}) {
    CAPTURE(query);
    CHECK(get(park.port(), std::string{"/v1/kpi?"} + query).status == 400);
  }
}

TEST_CASE("shift report: the shift so far, or the last one", "[http]") {
  Park park;
  Story story{park};
  Facts facts;
  facts.tags = {park.define("tank/t101/level")};
  Reading bad;
  bad.tag = 0;
  bad.value = 1.0;
  bad.quality = Quality::bad;
  bad.reason = QualityReason::comm_lost;
  facts.readings = {bad};
  park.commit(std::move(facts));
  story.stay(1h, 2h, "early-alarm");
  story.add(9h, TransitionKind::raised, "late-alarm");
  AlarmEvent& ack = story.add(9h + 20min, TransitionKind::acknowledged, "late-alarm");
  ack.state = AlarmState::acknowledged;
  ack.author = "li";
  ack.comment = "on my way";
  story.add(9h + 30min, TransitionKind::raised, "shelved-one").flags = alarm_shelved;
  for (const auto rule : {rule_maintenance, rule_loop_check, rule_flood}) {
    story.add(9h + 40min, TransitionKind::maintenance_started, std::string{rule}).flags =
        alarm_in_progress;
  }
  story.commit(10h);

  const auto now = get(park.port(), "/v1/shift-report").json();
  CHECK(now.at("shift") == "late");
  CHECK(now.at("from") == "2026-01-01T08:00:00Z");
  CHECK(now.at("to") == "2026-01-01T10:00:00Z");
  REQUIRE(now.at("standing").as_array().size() == 1);
  CHECK(now.at("standing").at(0).at("rule") == "late-alarm");
  REQUIRE(now.at("shelved").as_array().size() == 1);
  REQUIRE(now.at("maintenance").as_array().size() == 1);
  REQUIRE(now.at("loop_checks").as_array().size() == 1);
  CHECK(now.at("loop_checks").at(0).at("rule") == "loop-check");
  CHECK(now.at("bad_sensors").at(0).at("tag") == "tank/t101/level");
  CHECK(now.at("bad_sensors").at(0).at("reason") == "comm_lost");
  CHECK(now.at("kpi").at("activations") == 1);
  CHECK(now.at("kpi").at("hidden") == 1);
  REQUIRE(now.at("unacknowledged_late").as_array().size() == 1);
  REQUIRE(now.at("notes").as_array().size() == 1);
  CHECK(now.at("notes").at(0).at("text") == "on my way");
  CHECK(now.at("notes").at(0).at("author") == "li");
  CHECK(now.at("gaps").as_array().empty());

  const auto last = get(park.port(), "/v1/shift-report?shift=last").json();
  CHECK(last.at("shift") == "early");
  CHECK(last.at("from") == "2026-01-01T00:00:00Z");
  CHECK(last.at("to") == "2026-01-01T08:00:00Z");
  CHECK(last.at("kpi").at("top").at(0).at("rule") == "early-alarm");
  CHECK(get(park.port(), "/v1/shift-report?at=2026-01-01T01:00:00Z").json().at("shift") == "early");
}

TEST_CASE("shift report: what stands is listed by urgency, and counted", "[http]") {
  Park park;
  Story story{park};
  story.add(1h, TransitionKind::raised, "a").priority = Priority::low;
  story.add(2h, TransitionKind::raised, "b").priority = Priority::critical;
  story.commit(10h);
  const auto report = get(park.port(), "/v1/shift-report").json();
  CHECK(report.at("standing").at(0).at("rule") == "b");
  CHECK(report.at("standing_count") == 2);
}

TEST_CASE("shift report: without shifts it is the day; wrong words are told", "[http]") {
  Park park;
  park.clock.set(midnight + 3h);
  const auto report = get(park.port(), "/v1/shift-report").json();
  CHECK(report.at("shift") == "");
  CHECK(report.at("from") == "2026-01-01T00:00:00Z");
  CHECK(get(park.port(), "/v1/shift-report?shift=next").status == 400);
  CHECK(get(park.port(), "/v1/shift-report?at=2027-01-01T00:00:00Z").status == 400);
}

TEST_CASE("shift report: totals are those of the periods that the shift has a part in", "[http]") {
  Park park;
  Story story{park};
  Tally cod;
  cod.rule = "cod-load";
  cod.tag = "wwtp1/effluent/cod";
  cod.unit = "kg";
  cod.period = Period::shift;
  cod.aggregate = Aggregate::integral;
  cod.limits = {{.level = Level::high, .at = 40, .priority = Priority::high}};
  cod.running = Tally::Total{midnight + 8h, midnight + 16h, 12.5, 7};
  cod.before = Tally::Total{midnight, midnight + 8h, 36.0, {}};
  Tally day = cod;
  day.rule = "cod-day";
  day.period = Period::day;
  day.aggregate = Aggregate::avg;
  day.count_min = 9;
  day.running = Tally::Total{midnight - 8h, midnight + 16h, {}, 0};
  day.before.reset();
  Tally gone = cod;  // limits that are no longer in force
  gone.rule = "gone";
  gone.running.reset();
  park.view.tallies = {day, cod, gone};
  story.commit(10h);

  const auto report = get(park.port(), "/v1/shift-report").json();
  CHECK(report.at("totals_count") == 2);
  const auto now = report.at("totals").as_array();
  REQUIRE(now.size() == 2);
  CHECK(now[0].at("rule") == "cod-day");
  CHECK(now[0].at("period") == "day");
  CHECK(now[0].at("aggregate") == "avg");
  CHECK(now[0].at("value").is_null());
  CHECK(now[0].at("count") == 0);
  CHECK(now[0].at("count_min") == 9);
  CHECK(now[1].at("value") == 12.5);
  CHECK(now[1].at("count") == 7);
  CHECK(now[1].at("unit") == "kg");
  CHECK(now[1].at("from") == "2026-01-01T08:00:00Z");
  CHECK(now[1].at("limits").at(0).at("level") == "H");
  CHECK(now[1].at("limits").at(0).at("at") == 40.0);
  const auto last = get(park.port(), "/v1/shift-report?shift=last").json().at("totals").as_array();
  REQUIRE(last.size() == 3);
  CHECK(last[1].at("value") == 36.0);
  CHECK(last[1].at("count").is_null());
  CHECK(last[2].at("rule") == "gone");
}

TEST_CASE(
    "shift report: a day that ends in the shift has its verdict in it, and the new day begins",
    "[http]") {
  Park park;
  Story story{park};
  park.site.calendar.shifts = {{"day", 8h}, {"night", 20h}};
  Tally day;
  day.rule = "cod-daily";
  day.period = Period::day;
  day.before = Tally::Total{midnight - 8h, midnight + 16h, 49.5, {}};
  day.running = Tally::Total{midnight + 16h, midnight + 40h, 31.0, 4};
  park.view.tallies = {day};
  story.commit(20h);  // 04:00 there
  const auto night = get(park.port(), "/v1/shift-report").json().at("totals").as_array();
  REQUIRE(night.size() == 2);
  CHECK(night[0].at("value") == 49.5);
  CHECK(night[0].at("to") == "2026-01-01T16:00:00Z");
  CHECK(night[1].at("value") == 31.0);
}

TEST_CASE("shift report: of more totals than it lists it says how many there are", "[http]") {
  Park park;
  Story story{park};
  Tally day;
  day.rule = "cod-daily";
  day.running = Tally::Total{midnight - 8h, midnight + 16h, 31.0, 4};
  park.view.tallies.assign(1200, day);
  story.commit(10h);
  const auto report = get(park.port(), "/v1/shift-report").json();
  CHECK(report.at("totals").as_array().size() == 1000);
  CHECK(report.at("totals_count") == 1200);
}

TEST_CASE("shift report: signing is a command, and shows in the report of that shift", "[http]") {
  Park park;
  Story story{park};
  story.commit(9h);
  const auto reply =
      test::send(park.port(), "POST", "/v1/shift-report/sign", R"({"note":"Wang, all quiet"})");
  INFO(reply.body);
  REQUIRE(reply.status == 200);
  CHECK(reply.json().at("shift") == "early");
  REQUIRE(park.commands().size() == 1);
  const Command command = park.commands()[0];
  CHECK(command.author == "local");
  CHECK(std::get<SignShift>(command.body) ==
        SignShift{"early", midnight, midnight + 8h, "Wang, all quiet"});

  AlarmEvent& row = story.add(9h, TransitionKind::shift_signed, "shift");
  row.state = AlarmState::normal;
  row.raised_at = midnight;
  row.author = "local";
  row.comment = "Wang, all quiet";
  story.commit(9h + 1min);
  const auto report = get(park.port(), "/v1/shift-report?shift=last").json();
  REQUIRE(report.at("signed").as_array().size() == 1);
  CHECK(report.at("signed").at(0).at("author") == "local");
  CHECK(report.at("signed").at(0).at("note") == "Wang, all quiet");
  CHECK(report.at("notes").as_array().empty());
  CHECK(report.at("offset_s") == 8 * 3600);
  CHECK(get(park.port(), "/v1/shift-report").json().at("signed").as_array().empty());
}

TEST_CASE("shift report: what cannot be signed is told", "[http]") {
  Park park;
  Story story{park};
  story.commit(9h);
  for (const char* body :
       {R"({"shift":"next"})", R"({"at":"2027-01-01T00:00:00Z"})", R"({"remark":"x"})", "[]"}) {
    CAPTURE(body);
    CHECK(test::send(park.port(), "POST", "/v1/shift-report/sign", body).status == 400);
  }
  CHECK(park.commands().empty());
}

TEST_CASE("alarms: one whose data is bad or lost says so with its last value", "[http]") {
  Park park;
  Story story{park};
  story.add(1h, TransitionKind::raised, "a");
  // At its last transition it was frozen, which is over.
  story.add(1h, TransitionKind::raised, "b").frozen = Frozen{1.0, midnight, midnight};
  story.commit(2h);
  park.view.frozen = {{"a", "tank/t101/level", {33.5, midnight + 1h, midnight + 90min}}};
  const auto document = get(park.port(), "/v1/alarms").json();
  CHECK(document.at("now") == "2026-01-01T02:00:00Z");
  REQUIRE(document.at("alarms").as_array().size() == 2);
  for (const auto& alarm : document.at("alarms").as_array()) {
    if (alarm.at("rule") == "b") {
      CHECK_FALSE(alarm.as_object().contains("frozen"));
      continue;
    }
    CHECK(alarm.at("frozen").at("value") == 33.5);
    CHECK(alarm.at("frozen").at("value_at") == "2026-01-01T01:00:00Z");
    CHECK(alarm.at("frozen").at("since") == "2026-01-01T01:30:00Z");
  }
  // The event keeps what it was.
  const auto events = get(park.port(), "/v1/events?max=10");
  CHECK(events.body.find(R"("frozen":{"since":"2026-01-01T00:00:00Z")") != std::string::npos);
}

}  // namespace kpi_test
