// tests/unit/app/store_faults_test.cpp - What is said of a store that commits and is not well.
#include "app/store_faults.h"

#include <catch2/catch.hpp>
#include <map>

namespace store_faults_test {

using namespace parkwatch;
using namespace parkwatch::app;

namespace {

struct Rig {
  StoreFaultsCalls calls() {
    StoreFaultsCalls c;
    c.problem = [this](const std::string& subject, std::string sentence) {
      problems[subject] = std::move(sentence);
    };
    c.condition = [this](OwnCondition own) { conditions.push_back(std::move(own)); };
    c.log = [this](const std::string& line) { lines.push_back(line); };
    c.log_end = [this](const std::string& line) { ends.push_back(line); };
    return c;
  }
  std::map<std::string, std::string> problems;
  std::vector<OwnCondition> conditions;
  std::vector<std::string> lines;
  std::vector<std::string> ends;
  StoreFaults faults{calls()};
};

AlarmEvent standing(const std::string& rule, const std::string& tag) {
  AlarmEvent event;
  event.rule = rule;
  event.tag = tag;
  event.state = AlarmState::unacknowledged;
  return event;
}

}  // namespace

TEST_CASE("store faults: a damaged journal row is logged once and raises one alarm", "[app]") {
  Rig rig;
  rig.faults.damaged({7, 9});
  rig.faults.damaged({9});
  REQUIRE(rig.lines.size() == 1);
  CHECK_THAT(rig.lines[0], Catch::Contains("7, 9"));
  REQUIRE(rig.conditions.size() == 1);
  const OwnCondition& own = rig.conditions[0];
  CHECK(own.on);
  CHECK(own.rule == "store-fault");
  CHECK(own.tag == "store/journal");
  CHECK(own.priority == Priority::high);
  CHECK_THAT(own.message.en, Catch::Contains("2 damaged journal rows (the first is 7)"));
  CHECK_THAT(own.message.zh, Catch::Contains("2"));
  CHECK_FALSE(own.guidance.zh.empty());
  rig.faults.damaged({5});
  CHECK(rig.lines.size() == 2);
  CHECK(rig.conditions.size() == 1);  // it stands already
  CHECK_THAT(rig.problems["store journal"], Catch::Contains("3 damaged journal rows"));
}

TEST_CASE("store faults: a log line names a few of many damaged rows", "[app]") {
  Rig rig;
  std::vector<std::uint64_t> many;
  for (std::uint64_t n = 1; n <= 25; ++n) many.push_back(n);
  rig.faults.damaged(many);
  REQUIRE(rig.lines.size() == 1);
  CHECK_THAT(rig.lines[0], Catch::EndsWith("9, 10 and 15 more"));
}

TEST_CASE("store faults: upkeep and outbox raise an alarm each and end it", "[app]") {
  Rig rig;
  rig.faults.upkeep({});  // works, as it did: nothing to say
  CHECK(rig.conditions.empty());
  rig.faults.upkeep("malformed");
  rig.faults.outbox("disk I/O error");
  REQUIRE(rig.conditions.size() == 2);
  CHECK(rig.conditions[0].tag == "store/upkeep");
  CHECK_THAT(rig.conditions[0].message.en, Catch::Contains("malformed"));
  CHECK(rig.conditions[1].tag == "store/outbox");
  CHECK_THAT(rig.problems["store outbox"], Catch::Contains("disk I/O error"));
  rig.faults.upkeep({});
  REQUIRE(rig.conditions.size() == 3);
  CHECK(rig.conditions[2].tag == "store/upkeep");
  CHECK_FALSE(rig.conditions[2].on);
  CHECK(rig.problems["store upkeep"].empty());
  CHECK_FALSE(rig.problems["store outbox"].empty());
  CHECK(rig.ends == std::vector<std::string>{"the store's upkeep is well again"});
  rig.faults.upkeep({});
  CHECK(rig.conditions.size() == 3);
}

TEST_CASE("store faults: a start ends the alarms of an earlier run that it did not come upon",
          "[app]") {
  Rig rig;
  rig.faults.damaged({3});
  rig.faults.end_stale({standing("store-fault", "store/journal"),
                        standing("store-fault", "store/upkeep"), standing("tank-level", "store/x"),
                        standing("store-fault", "elsewhere")});
  REQUIRE(rig.conditions.size() == 2);
  CHECK(rig.conditions[0].on);
  CHECK(rig.conditions[0].tag == "store/journal");
  CHECK_FALSE(rig.conditions[1].on);
  CHECK(rig.conditions[1].tag == "store/upkeep");
}

}  // namespace store_faults_test
