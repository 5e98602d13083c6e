// tests/unit/alarms/life_test.cpp - What people and times do to an alarm.
#include "bench.h"

namespace life_test {

using namespace parkwatch;
using namespace parkwatch::test;
using Verb = AlarmCommand::Verb;

TEST_CASE("shelved: hidden until its end, then announced again if it is still active", "[alarms]") {
  AlarmBench b;
  b.raise(1s);
  CHECK(b.ack(2s) == "");
  CHECK(b.command(3s, AlarmBench::shelve(10min)) == "");
  CHECK(b.told() ==
        "1s raised unacknowledged opens!; 2s acknowledged acknowledged updates; "
        "3s shelved acknowledged updates");
  CHECK(b.last().author == "li");
  REQUIRE(b.last().shelving);
  CHECK(b.last().shelving->reason == "because");
  b.go(1h);
  CHECK(b.told() == "10m3s unshelved unacknowledged updates!");
  b.clear(2h);
  CHECK(b.told() == "2h returned returned_unacknowledged closes");
}

TEST_CASE("shelved: the closing message of what was announced comes even while it is shelved",
          "[alarms]") {
  AlarmBench b;
  b.raise(1s);
  (void)b.command(2s, AlarmBench::shelve(10min));
  (void)b.told();
  b.clear(3s);
  CHECK(b.told() == "3s returned returned_unacknowledged closes");
  b.raise(120s);
  b.clear(121s);
  b.go(1h);
  CHECK(b.told() ==
        "2m raised unacknowledged none; 2m1s returned returned_unacknowledged none; "
        "10m2s unshelved returned_unacknowledged none");
}

TEST_CASE("shelved while normal: what comes and goes meanwhile is journaled, nobody is told",
          "[alarms]") {
  AlarmBench b;
  CHECK(b.command(1s, AlarmBench::shelve(10min)) == "");
  b.raise(100s);
  b.clear(101s);
  CHECK(b.told() ==
        "1s shelved normal none; 1m40s raised unacknowledged none; "
        "1m41s returned normal none");
  b.go(1h);
  CHECK(b.told() == "10m1s unshelved normal none");
  CHECK(b.alarms().remembered().empty());
}

TEST_CASE("shelved: a rise un-shelves and sounds, a return with one_shot un-shelves", "[alarms]") {
  AlarmBench b;
  b.raise(1s);
  (void)b.command(2s, AlarmBench::shelve(10min));
  (void)b.told();
  b.level(3s, Level::high_high);
  CHECK(b.told() == "3s unshelved unacknowledged none; 3s level_changed unacknowledged updates!");
  AlarmCommand once = AlarmBench::of(Verb::shelve);
  once.one_shot = true;
  CHECK(b.command(4s, once) == "");
  CHECK(b.last().shelving->until == AlarmBench::time(24h + 4s));
  (void)b.told();
  b.clear(5s);
  CHECK(b.told() ==
        "5s returned returned_unacknowledged closes; "
        "5s unshelved returned_unacknowledged none");
}

TEST_CASE("shelved: what becomes more urgent than was shelved un-shelves and sounds", "[alarms]") {
  AlarmBench b;
  b.condition(1s, Level::on, Priority::medium, "quality", "source/park");
  AlarmCommand shelve = AlarmBench::shelve(24h, "quality");
  shelve.tag = "source/park";
  CHECK(b.command(2s, shelve) == "");
  (void)b.told();
  b.condition(3s, Level::on, Priority::critical, "quality", "source/park");
  CHECK(b.told() == "3s unshelved unacknowledged none; 3s level_changed unacknowledged updates!");
  CHECK(b.events()[b.events().size() - 2].comment == "it rose to critical");
  CHECK_THAT(b.command(4s, shelve), Catch::Contains("admin"));
  shelve.length = 30min;
  CHECK(b.command(4s, shelve, true) == "");
  (void)b.told();
  b.clear(5s, "quality", "source/park");
  b.condition(6s, Level::on, Priority::critical, "quality", "source/park");
  CHECK(b.told() == "5s returned returned_unacknowledged closes; 6s raised unacknowledged none");
}

TEST_CASE("shelved after it returned: hides what it was shelved for, and nothing more urgent",
          "[alarms]") {
  const auto seen = GENERATE(Level::none, Level::high);
  AlarmBench b;
  b.condition(1s, Level::high, Priority::medium);
  b.clear(2s);
  CHECK(b.command(3s, AlarmBench::shelve(24h)) == "");
  (void)b.told();
  if (seen != Level::none) {
    b.condition(100s, seen, Priority::medium);
    b.clear(101s);
    CHECK(b.told() ==
          "1m40s raised unacknowledged none; 1m41s returned returned_unacknowledged none");
  }
  b.condition(200s, Level::high_high, Priority::critical);
  CHECK(b.told() ==
        "3m20s unshelved returned_unacknowledged none; 3m20s raised unacknowledged opens!");
}

TEST_CASE("shelved: a more urgent level on the way back is announced too", "[alarms]") {
  AlarmBench b;
  b.condition(1s, Level::high_high, Priority::medium);
  CHECK(b.ack(2s) == "");
  CHECK(b.command(3s, AlarmBench::shelve(24h)) == "");
  (void)b.told();
  b.condition(4s, Level::high, Priority::critical);
  CHECK(b.told() == "4s unshelved acknowledged none; 4s level_changed unacknowledged updates!");
}

TEST_CASE("shelved: no longer than the priority allows, critical only by an admin", "[alarms]") {
  AlarmBench b;
  CHECK_THAT(b.command(1s, AlarmBench::shelve(25h)), Catch::Contains("at most"));
  CHECK_THAT(b.command(1s, AlarmBench::shelve(10min, "critical")), Catch::Contains("admin"));
  CHECK(b.command(1s, AlarmBench::shelve(30min, "critical"), true) == "");
  CHECK_THAT(b.command(1s, AlarmBench::shelve(31min, "critical"), true), Catch::Contains("30m"));
  AlarmCommand silent = AlarmBench::shelve(1min);
  silent.comment.clear();
  CHECK(b.command(2s, silent) == "shelving needs a reason");
  CHECK_THAT(b.command(2s, AlarmBench::of(Verb::shelve)), Catch::Contains("needs an end"));
  b.spec("plain").shelve_reasons = {"calibration"};
  b.spec("plain").shelve_max = 5min;
  b.spec("auto").shelvable = false;
  b.configure(3s);
  CHECK_THAT(b.command(4s, AlarmBench::shelve(1min)), Catch::Contains("one of: calibration"));
  AlarmCommand right = AlarmBench::shelve(6min);
  right.comment = "calibration";
  CHECK_THAT(b.command(4s, right), Catch::Contains("5m"));
  CHECK_THAT(b.command(4s, AlarmBench::shelve(1min, "auto")), Catch::Contains("not be shelved"));
  CHECK_THAT(b.command(5s, AlarmBench::of(Verb::unshelve)), Catch::Contains("nothing to do"));
  CHECK_THAT(b.command(5s, AlarmBench::shelve(1min, "none"), false, false),
             Catch::Contains("no alarm"));
}

TEST_CASE("latched: stays until it is reset, which does nothing while the cause is present",
          "[alarms]") {
  AlarmBench b;
  b.raise(1s, "latch");
  CHECK_THAT(b.command(2s, AlarmBench::of(Verb::reset, "latch")), Catch::Contains("cause"));
  (void)b.ack(3s, "latch");
  (void)b.told();
  b.clear(4s, "latch");
  CHECK(b.told() == "4s returned latched updates");
  CHECK(b.command(5s, AlarmBench::of(Verb::reset, "latch")) == "");
  CHECK(b.told() == "5s reset normal closes");
  b.raise(100s, "latch");
  b.clear(101s, "latch");
  CHECK(b.ack(102s, "latch") == "");
  b.raise(200s, "latch");
  CHECK(b.told() ==
        "1m40s raised unacknowledged opens!; "
        "1m41s returned returned_unacknowledged updates; "
        "1m42s acknowledged latched updates; 3m20s raised unacknowledged updates!");
  b.clear(201s, "latch");
  CHECK(b.command(202s, AlarmBench::of(Verb::reset, "latch")) == "");
  CHECK(b.ack(203s, "latch") == "");
  CHECK(b.told() ==
        "3m21s returned returned_unacknowledged updates; "
        "3m22s reset returned_unacknowledged closes; 3m23s acknowledged normal none");
}

TEST_CASE("ack = auto: nobody has to acknowledge and nothing sounds", "[alarms]") {
  AlarmBench b;
  b.raise(1s, "auto");
  b.clear(2s, "auto");
  CHECK(b.told() == "1s raised acknowledged opens; 2s returned normal closes");
}

TEST_CASE("un-acknowledge takes an acknowledgement back, as a new occurrence", "[alarms]") {
  AlarmBench b;
  b.raise(1s);
  CHECK_THAT(b.command(2s, AlarmBench::of(Verb::unacknowledge)),
             Catch::Contains("not acknowledged"));
  (void)b.ack(2s);
  AlarmCommand stale = AlarmBench::of(Verb::unacknowledge);
  stale.occurrence = 77;
  CHECK_THAT(b.command(3s, stale), Catch::Contains("has changed"));
  CHECK(b.command(3s, AlarmBench::of(Verb::unacknowledge)) == "");
  CHECK(b.last().occurrence == 3);
  CHECK(b.told() ==
        "1s raised unacknowledged opens!; 2s acknowledged acknowledged updates; "
        "3s unacknowledged unacknowledged updates!");
}

TEST_CASE("suppressed by design: hidden at once, shown again only after the recheck", "[alarms]") {
  AlarmBench b;
  b.suppress(1s, true);
  b.raise(2s);
  b.suppress(10s, false);
  b.suppress(20s, true);  // within the recheck: nothing happened
  b.suppress(30s, false);
  b.go(5min);
  CHECK(b.told() ==
        "1s suppressed normal none; 2s raised unacknowledged none; "
        "1m unsuppressed unacknowledged opens!");
  b.suppress(400s, true);
  b.suppress(401s, false);
  b.clear(410s);
  b.go(1h);
  CHECK(b.told() ==
        "6m40s suppressed unacknowledged updates; "
        "6m50s returned returned_unacknowledged closes; "
        "7m11s unsuppressed returned_unacknowledged none");
}

TEST_CASE("out of service and shelved are independent: both must end", "[alarms]") {
  AlarmBench b;
  CHECK(b.command(1s, AlarmBench::of(Verb::out_of_service)) == "");
  CHECK_THAT(b.command(2s, AlarmBench::of(Verb::out_of_service)), Catch::Contains("already"));
  CHECK(b.command(2s, AlarmBench::shelve(1min)) == "");
  b.raise(3s);
  b.go(5min);
  CHECK(b.command(6min, AlarmBench::of(Verb::in_service)) == "");
  CHECK(b.told() ==
        "1s out_of_service normal none; 2s shelved normal none; "
        "3s raised unacknowledged none; 1m2s unshelved unacknowledged none; "
        "6m in_service unacknowledged opens!");
  AlarmCommand timed = AlarmBench::of(Verb::out_of_service);
  timed.length = 1h;
  CHECK(b.command(7min, timed) == "");
  b.go(3h);
  CHECK(b.last().kind == TransitionKind::in_service);
  CHECK(b.last().comment == "its end");
}

TEST_CASE("maintenance: planned, started and ended by the clock, and what stands is announced",
          "[alarms]") {
  AlarmBench b;
  b.spec("critical").even_in_maintenance = true;
  b.configure(0s);
  MaintenanceCommand work;
  work.group = "tanks";
  work.tags = "t/*/level";
  work.from = AlarmBench::time(10s);
  work.length = 1h;
  work.reason = "new gauges";
  CHECK(b.maintain(1s, work) == "");
  CHECK(b.last().scope == "t/*/level");
  CHECK(is_listed(b.last()));
  b.raise(2s, "plain", "t/2/level");
  b.raise(20s);
  b.raise(21s, "critical");
  CHECK(b.told() ==
        "1s maintenance_planned none; 2s raised unacknowledged opens!; "
        "10s maintenance_started none; "
        "10s maintenance_started unacknowledged updates; "
        "20s raised unacknowledged none; 21s raised unacknowledged opens!");
  b.go(2h);
  CHECK(b.told() ==
        "1h10s maintenance_ended none; 1h10s maintenance_ended unacknowledged opens!; "
        "1h10s maintenance_ended unacknowledged updates!");
  CHECK_FALSE(is_listed(b.events()[b.events().size() - 3]));
}

TEST_CASE("maintenance: begun now, ended by a person, and refused without sense", "[alarms]") {
  AlarmBench b;
  MaintenanceCommand work;
  work.reason = "gauges";
  work.length = 1h;
  CHECK_THAT(b.maintain(1s, work), Catch::Contains("a group, a pattern"));
  work.group = "tanks";
  work.length = 24h * 40;
  CHECK_THAT(b.maintain(1s, work), Catch::Contains("at most"));
  work.length = {};
  CHECK_THAT(b.maintain(1s, work), Catch::Contains("needs an end"));
  work.length = 1h;
  work.reason.clear();
  CHECK_THAT(b.maintain(1s, work), Catch::Contains("reason"));
  work.reason = "gauges";
  CHECK(b.maintain(1s, work) == "");
  const std::uint64_t id = b.last().journal;
  CHECK(b.last().tag == "window/" + std::to_string(id));
  b.raise(2s);
  MaintenanceCommand end;
  end.verb = MaintenanceCommand::Verb::end;
  end.window = id + 5;
  CHECK_THAT(b.maintain(3s, end), Catch::Contains("no maintenance window"));
  end.window = id;
  CHECK(b.maintain(3s, end) == "");
  CHECK(b.told() ==
        "1s maintenance_started none; 2s raised unacknowledged none; "
        "3s maintenance_ended none; 3s maintenance_ended unacknowledged opens!");
}

TEST_CASE("not commissioned: journaled, and announced once the tag is commissioned", "[alarms]") {
  AlarmBench b;
  b.plant().tags[0].commissioned = false;
  b.configure(1s);
  b.raise(2s);
  b.plant().tags[0].commissioned = true;
  b.configure(3s);
  b.plant().tags[0].commissioned = false;
  b.configure(4s);
  CHECK(b.told() ==
        "2s raised unacknowledged none; 3s commissioned unacknowledged opens!; "
        "4s commissioned unacknowledged updates");
}

TEST_CASE("chattering: three raises in a minute are one row with a counter that sounds once",
          "[alarms]") {
  AlarmBench b;
  for (int i = 0; i < 3; ++i) {
    b.raise(10s * i + 1s);
    b.clear(10s * i + 5s);
  }
  CHECK(b.told() ==
        "1s raised unacknowledged opens!; 5s returned returned_unacknowledged closes; "
        "11s raised unacknowledged opens!; "
        "15s returned returned_unacknowledged closes; "
        "21s raised unacknowledged opens!; 21s chattering unacknowledged updates; "
        "25s returned returned_unacknowledged none");
  b.raise(31s);
  CHECK(b.last().raises == 4);
  b.level(32s, Level::high_high);
  b.clear(33s);
  CHECK(b.told() ==
        "31s raised unacknowledged none; 32s level_changed unacknowledged updates!; "
        "33s returned returned_unacknowledged none");
  b.go(5min);
  CHECK(b.told() == "1m31s chatter_ended returned_unacknowledged closes");
  CHECK(b.last().raises == 4);
  CHECK((b.last().flags & alarm_chattering) == 0);
}

TEST_CASE("chattering: what is raised behind an acknowledgement sounds once more", "[alarms]") {
  AlarmBench b;
  for (int i = 0; i < 3; ++i) {
    b.raise(10s * i + 1s);
    if (i < 2) b.clear(10s * i + 5s);
  }
  REQUIRE(b.ack(22s).empty());
  b.clear(25s);
  (void)b.told();
  b.raise(40s);
  CHECK(b.told() == "40s raised unacknowledged updates!");
  b.clear(41s);
  b.raise(42s);
  CHECK(b.told() == "41s returned returned_unacknowledged none; 42s raised unacknowledged none");
}

TEST_CASE("chattering: what the broker kept for us counts by the readings' time", "[alarms]") {
  AlarmBench b;
  const auto late = [&](Duration at, Duration read, Level level) {
    Condition c;
    c.rule = "plain";
    c.tag = "t/1/level";
    c.level = level;
    c.reading_sequence = 1;
    c.reading_time = AlarmBench::time(read);
    b.alarms().apply(c, b.occasion(at), b.events());
  };
  for (int i = 0; i < 3; ++i) {
    late(1h, 10min * i, Level::high);
    late(1h, 10min * i + 1s, Level::none);
  }
  CHECK_THAT(b.told(), !Catch::Contains("chattering"));
  for (int i = 0; i < 3; ++i) {
    late(1h, 40min + 1s * i, Level::high);
    late(1h, 40min + 1s * i, Level::none);
  }
  CHECK_THAT(b.told(), Catch::Contains("chattering"));
  late(1h, 50min, Level::high);
  CHECK_THAT(b.told(), Catch::Contains("chatter_ended"));
}

TEST_CASE("flood: begins above ten new alarms in ten minutes, names the first ten, ends below five",
          "[alarms]") {
  AlarmBench b;
  for (int i = 1; i <= 10; ++i) b.raise(10s * i, "plain", "t/" + std::to_string(i) + "/level");
  CHECK_THAT(b.told(), !Catch::Contains("flood"));
  b.raise(101s, "plain", "t/11/level");
  CHECK_THAT(b.told(), Catch::Contains("1m41s flood_started opens"));
  CHECK(b.last().related == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  CHECK_THAT(b.last().message.en, Catch::Contains("plain t/1/level, plain t/2/level"));
  CHECK(is_listed(b.last()));
  b.raise(5min, "plain", "t/12/level");  // nothing is dropped
  CHECK(b.told() == "5m raised unacknowledged opens!");
  b.go(1h);
  CHECK(b.told() == "11m20s flood_ended closes");  // the fifth newest was raised at 80 s
  CHECK_FALSE(is_listed(b.last()));
}

TEST_CASE("first-out: the first of its group is marked until all are normal or it is reset",
          "[alarms]") {
  AlarmBench b;
  for (const char* id : {"plain", "auto", "critical"}) {
    b.spec(id).first_out_group = "trip-{device}";
  }
  b.configure(0s);
  b.raise(1s, "auto");
  CHECK((b.last().flags & alarm_first_out) != 0);
  b.raise(2s);
  CHECK((b.last().flags & alarm_first_out) == 0);
  b.raise(2s, "plain", "t/2/level");  // another device
  CHECK((b.last().flags & alarm_first_out) != 0);
  b.clear(3s, "auto");  // gone, but the other one stands
  b.raise(4s, "auto");
  CHECK((b.last().flags & alarm_first_out) != 0);
  AlarmCommand reset = AlarmBench::of(Verb::reset_first_out);
  reset.group = "trip-1";
  CHECK(b.command(5s, reset) == "");
  CHECK(b.last().kind == TransitionKind::first_out_reset);
  CHECK((b.last().flags & alarm_first_out) == 0);
  CHECK_THAT(b.command(5s, reset), Catch::Contains("reset already"));
  b.raise(6s, "critical");
  CHECK((b.last().flags & alarm_first_out) != 0);
  reset.group = "trip-9";
  CHECK_THAT(b.command(7s, reset), Catch::Contains("no alarm of"));
}

TEST_CASE("re-alarm: an acknowledged alarm that still stands comes back; silence is no answer",
          "[alarms]") {
  AlarmBench b;
  b.spec("plain").realarm = 4h;
  b.spec("plain").respond_within = 5min;
  b.configure(0s);
  b.raise(1s);
  CHECK(b.last().respond_by == AlarmBench::time(5min + 1s));
  CHECK(b.command(2s, AlarmBench::of(Verb::silence)) == "");
  CHECK_THAT(b.command(3s, AlarmBench::of(Verb::silence)), Catch::Contains("nothing sounds"));
  b.go(10min);
  (void)b.ack(11min);
  b.go(5h);
  CHECK(b.told() ==
        "1s raised unacknowledged opens!; 2s silenced none; "
        "5m1s overdue unacknowledged updates; "
        "11m acknowledged acknowledged updates; "
        "4h11m re_alarmed unacknowledged updates!; "
        "4h16m overdue unacknowledged updates");
}

TEST_CASE("a changed rule closes its alarm, but what people did to it goes on", "[alarms]") {
  AlarmBench b;
  b.raise(1s);
  (void)b.command(2s, AlarmBench::of(Verb::out_of_service));
  (void)b.told();
  b.alarms().remove("plain", "t/1/level", false, b.occasion(3s), b.events());
  CHECK(b.told() == "3s removed normal closes; 3s out_of_service normal none");
  CHECK(is_listed(b.last()));
  b.raise(4s);
  CHECK(b.told() == "4s raised unacknowledged none");
  b.alarms().remove("plain", "t/1/level", true, b.occasion(5s), b.events());
  CHECK(b.told() == "5s removed normal none");
  CHECK(b.alarms().remembered().empty());
}

TEST_CASE("time: downtime moves what waits for data, not what a person or the calendar ends",
          "[alarms]") {
  AlarmBench b;
  b.raise(1s);
  (void)b.command(2s, AlarmBench::shelve(10min));
  b.suppress(3s, true);
  b.suppress(4s, false);
  b.alarms().shift(5min, false);
  CHECK(b.alarms().next_due() == AlarmBench::time(5min + 34s));
  b.go(6min);
  CHECK(b.alarms().next_due() == AlarmBench::time(6min + 1s));  // the detector's minute
  b.go(7min);
  CHECK(b.alarms().next_due() == AlarmBench::time(10min + 2s));
  b.alarms().shift(1h, true);
  CHECK(b.alarms().next_due() == AlarmBench::time(1h + 10min + 2s));
}

}  // namespace life_test
