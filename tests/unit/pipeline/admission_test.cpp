// tests/unit/pipeline/admission_test.cpp - Duplicates, first values and the times of readings
// (design: MQTT, Time).
#include <catch2/catch.hpp>

#include "rig.h"

namespace admission_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

RuleSpec stale_rule() {
  RuleSpec rule = limit_of("silent", "a/b/c", 0);
  rule.kind = RuleKind::stale;
  rule.after = 30s;
  return rule;
}

}  // namespace

TEST_CASE("admission: a redelivered message is dropped only with DUP, identifier and content alike",
          "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send_mqtt(1s, "a/b/c 1", 7, false);
  rig.send_mqtt(2s, "a/b/c 1", 7, true);
  CHECK(rig.readings() == "a/b/c=1 good -");
  CHECK(rig.facts().counts.duplicates == 1);
  rig.send_mqtt(3s, "a/b/c 1", 7, false);  // two equal values in a row are two readings
  CHECK(rig.readings() == "a/b/c=1 good -");
  rig.send_mqtt(4s, "a/b/c 1", 8, true);  // the first delivery was never seen
  CHECK(rig.readings() == "a/b/c=1 good -");
  rig.send_mqtt(5s, "a/b/c 2", 7, true);
  CHECK(rig.readings() == "a/b/c=2 good -");
  CHECK(rig.facts().identities.size() == 5);
}

TEST_CASE("admission: a session that the broker did not keep clears the memory", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send_mqtt(1s, "a/b/c 1", 7, false);
  rig.feed(SourceCondition{"park", true, true, ""}, 2s);
  rig.send_mqtt(3s, "a/b/c 1", 7, true);
  CHECK(rig.facts().counts.duplicates == 1);
  rig.feed(SourceCondition{"park", true, false, ""}, 4s);
  rig.send_mqtt(5s, "a/b/c 1", 7, true);
  CHECK(rig.facts().counts.duplicates == 1);
  CHECK(rig.readings() == "a/b/c=1 good -; a/b/c=1 good -");
}

TEST_CASE("admission: the same time and value is stored once, another value at that time is not",
          "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send(1s, "a/b/c 1 t=1000000");
  rig.send(2s, "a/b/c 1 t=1000000");
  CHECK(rig.facts().counts.duplicates == 1);
  rig.send(3s, "a/b/c 2 t=1000000");
  rig.send(4s, "a/b/c 2 t=2000000");
  rig.send(5s, "a/b/c 2\na/b/c 2");  // no time: each is a reading of its own
  CHECK(rig.readings() ==
        "a/b/c=1 good; a/b/c=2 good; a/b/c=2 good; a/b/c=2 good -; a/b/c=2 good -");
}

TEST_CASE("admission: the same time and value with another quality is news", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send(1s, "a/b/c 1 t=1000000");
  rig.send(2s, "a/b/c 1 t=1000000 q=bad");
  rig.send(3s, "a/b/c 1 t=1000000 q=bad");
  CHECK(rig.facts().counts.duplicates == 1);
  CHECK(rig.facts().readings.back().quality == Quality::bad);
}

TEST_CASE("admission: a message that leaves nothing behind still leaves a trace for a replay",
          "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send(1s, "nothing/here 1");
  REQUIRE(rig.facts().identities.size() == 1);
  CHECK(rig.facts().identities[0].packet_id == 0);
  CHECK(rig.facts().identities[0].sequence == 2);
  rig.send(2s, "a/b/c 1");
  rig.send(3s, "a/b/c 2");
  CHECK(rig.facts().identities.size() == 1);
  // The first of its tag says which source brings it.
  REQUIRE(rig.facts().inputs.size() == 2);
  CHECK(rig.facts().inputs[1] ==
        RecordedInput{3, rig.facts().readings[0].receive_time, MessageSource{"park"}});
}

TEST_CASE("admission: a retained message without a time is a first value only", "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80), stale_rule()})};
  rig.send_mqtt(1s, "a/b/c 99", 0, false, true);
  CHECK(rig.readings() == "a/b/c=99 uncertain(first_value) -R");
  CHECK(rig.alarms().empty());  // of unknown age: it raises nothing
  rig.tick(31s);
  CHECK(rig.alarms() == "30s raised on a/b/c");  // and is no sign of life
  rig.send_mqtt(32s, "a/b/c 98", 0, false, true);
  CHECK(rig.readings().empty());
  CHECK(rig.facts().counts.dropped_retained == 1);
}

TEST_CASE("admission: a first value does not make what follows look old", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send_mqtt(10s, "a/b/c 99", 0, false, true);
  (void)rig.readings();
  rig.send(11s, "a/b/c 1 t=5000000");
  CHECK(rig.readings() == "a/b/c=1 good");
}

TEST_CASE("admission: a retained message with a time counts when it is newer", "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80), stale_rule()})};
  rig.send(10s, "a/b/c 1 t=9000000");
  rig.send_mqtt(11s, "a/b/c 99 t=9000000", 0, false, true);
  rig.send_mqtt(12s, "a/b/c 99 t=8000000", 0, false, true);
  CHECK(rig.facts().counts.dropped_retained == 2);
  CHECK(rig.alarms().empty());
  rig.send_mqtt(13s, "a/b/c 99 t=9500000", 0, false, true);
  CHECK(rig.alarms() == "13s raised H a/b/c 99");
  rig.tick(41s);
  CHECK(rig.alarms() == "40s raised on a/b/c");  // it did not end silence
}

TEST_CASE("admission: late but newer is evaluated and marked", "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80)})};
  rig.send(1h, "a/b/c 99 t=1000000");
  CHECK(rig.readings() == "a/b/c=99 good L");
  CHECK(rig.alarms() == "1h raised H a/b/c 99");
  CHECK(rig.facts().counts.late == 1);
  rig.send(1h + 1s, "a/b/c 99 t=3541000000");  // late_after exactly is not late
  CHECK(rig.readings() == "a/b/c=99 good");
}

TEST_CASE("admission: older than the newest, or marked historical, is stored only", "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80), stale_rule()})};
  rig.send(10s, "a/b/c 1 t=9000000");
  rig.send(11s, "a/b/c 99 t=8000000");
  rig.send(12s, "a/b/c 99 t=11000000 h");
  CHECK(rig.readings() == "a/b/c=1 good; a/b/c=99 good HO; a/b/c=99 good H");
  CHECK(rig.alarms().empty());
  CHECK(rig.facts().counts.historical == 2);
  CHECK(rig.pipeline().next_deadline() == day + 40s);  // silence counts from the reading at 10 s
}

TEST_CASE("admission: what is far in the future is uncertain and judged when it comes",
          "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80)})};
  rig.send(10s, "a/b/c 99 t=15000000");  // 5 s ahead is still taken as it is
  CHECK(rig.readings() == "a/b/c=99 good");
  rig.send(11s, "a/b/c 1 t=60000000");
  CHECK(rig.readings() == "a/b/c=1 uncertain(clock_skew) A");
  CHECK(rig.alarms() == "10s raised H a/b/c 99; 11s returned a/b/c 1");
  rig.send(12s, "a/b/c 99 t=12000000");  // one wrong time does not make the right ones old
  CHECK(rig.readings() == "a/b/c=99 good");
}

TEST_CASE("admission: three in rising order that are too old mean a clock set back", "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80)})};
  rig.send(1h, "a/b/c 1 t=3600000000");
  rig.send(1h + 1s, "a/b/c 99 t=1000000");
  rig.send(1h + 2s, "a/b/c 99 t=2000000");
  CHECK(rig.alarms().empty());
  (void)rig.readings();
  rig.send(1h + 3s, "a/b/c 99 t=3000000");
  CHECK(rig.alarms() == "1h3s raised on a/b/c; 1h3s raised H a/b/c 99");
  CHECK(rig.facts().transitions[0].rule == "clock");
  CHECK(rig.facts().transitions[0].group == "parkwatch");
  CHECK_THAT(rig.facts().transitions[0].message.en, Catch::Contains("was set back"));
  CHECK(rig.readings() == "a/b/c=99 good LAO");
  rig.send(1h + 4s, "a/b/c 1 t=4000000");
  CHECK(rig.readings() == "a/b/c=1 good LA");
  CHECK(rig.alarms() == "1h4s returned a/b/c 1");
  // The clock is put right.
  rig.send(1h + 5s, "a/b/c 2 t=3604900000");
  CHECK(rig.readings() == "a/b/c=2 good");
  CHECK(rig.alarms() == "1h5s returned a/b/c");
}

TEST_CASE("admission: a set back clock that tells each second twice is found too", "[pipeline]") {
  Rig rig{plant_of({limit_of("level", "a/b/c", 80)})};
  rig.send(1h, "a/b/c 1 t=3600000000");
  rig.send(1h + 500ms, "a/b/c 97 t=1000000");
  rig.send(1h + 1s, "a/b/c 98 t=1000000");
  rig.send(1h + 1500ms, "a/b/c 97 t=2000000");
  rig.send(1h + 2s, "a/b/c 98 t=2000000");
  CHECK(rig.alarms().empty());
  rig.send(1h + 2500ms, "a/b/c 99 t=3000000");
  CHECK(rig.alarms() == "1h2s500ms raised on a/b/c; 1h2s500ms raised H a/b/c 99");
}

TEST_CASE("admission: a set back clock ends when it passes the time before the jump",
          "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send(1s, "a/b/c 1 t=1000000");
  for (int i = 0; i < 3; ++i) {
    rig.send(1h + i * 1s, "a/b/c 1 t=" + std::to_string(100 + i));
  }
  CHECK(rig.alarms() == "1h2s raised on a/b/c");
  rig.send(1h + 5s, "a/b/c 1 t=1000001");  // late as it is, it is newer
  CHECK(rig.alarms() == "1h5s returned a/b/c");
  CHECK_THAT(rig.readings(), Catch::EndsWith("a/b/c=1 good L"));
}

TEST_CASE("admission: neither falling nor re-sent nor marked readings are a clock set back",
          "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send(1h, "a/b/c 1 t=3600000000");
  for (int i = 9; i > 0; --i) rig.send(1h + 1s, "a/b/c 1 t=" + std::to_string(i));
  for (std::uint16_t i = 1; i < 9; ++i) {
    rig.send_mqtt(1h + 2s, "a/b/c 1 t=" + std::to_string(100 + i), i, true);
    rig.send(1h + 2s, "a/b/c 1 t=" + std::to_string(200 + i) + " h");
  }
  CHECK(rig.alarms().empty());
  // A good reading between them begins the count anew.
  rig.send(1h + 3s, "a/b/c 1 t=3603000000");
  rig.send(1h + 3s, "a/b/c 1 t=301\na/b/c 1 t=302");
  rig.send(1h + 4s, "a/b/c 1 t=3604000000");
  rig.send(1h + 5s, "a/b/c 1 t=303\na/b/c 1 t=304");
  CHECK(rig.alarms().empty());
}

TEST_CASE("admission: a value outside the tag's range is kept, as bad", "[pipeline]") {
  Plant plant = plant_of({limit_of("level", "a/b/c", 80)});
  plant.tags[0].range = Range{0, 100};
  Rig rig{plant};
  rig.send(1s, "a/b/c 100");
  rig.send(2s, "a/b/c 100.5");
  rig.send(3s, "a/b/c -0.5 q=bad");
  CHECK(rig.readings() ==
        "a/b/c=100 good -; a/b/c=100.5 bad(out_of_range) -; a/b/c=-0.5 bad(sensor_fault) -");
  CHECK(rig.alarms() == "1s raised H a/b/c 100");
}

TEST_CASE("admission: times before 1970 are refused", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send(1s, "a/b/c 1 t=-" + std::to_string(to_us(day) + 1));
  CHECK(rig.readings().empty());
  REQUIRE(rig.facts().refusals.size() == 1);
  CHECK(rig.facts().refusals[0].reason == RefusalReason::time_out_of_range);
}

}  // namespace admission_test
