// tests/unit/notify/standing_alarms_test.cpp - Which states a new connection must be told again.
#include "notify/standing_alarms.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/notify/sample_events.h"

namespace standing_alarms_test {

using namespace parkwatch;
using namespace parkwatch::notify;

namespace {

AlertPtr alert_of(AlarmEvent event) {
  return std::make_shared<const Alert>(Alert{std::move(event), {}});
}

std::vector<std::string> all_unsent(StandingAlarms& alarms) {
  std::vector<std::string> out;
  for (std::string topic = alarms.next_unsent(); !topic.empty(); topic = alarms.next_unsent()) {
    out.push_back(topic);
  }
  return out;
}

}  // namespace

TEST_CASE("standing alarms: each is named once a connection", "[notify]") {
  StandingAlarms alarms;
  alarms.changed("parkwatch/b", alert_of(test::raised(1)));
  alarms.changed("parkwatch/a", alert_of(test::raised(2)));
  alarms.connected();
  CHECK(all_unsent(alarms) == std::vector<std::string>{"parkwatch/a", "parkwatch/b"});
  CHECK(all_unsent(alarms).empty());
  alarms.connected();
  CHECK(all_unsent(alarms).size() == 2);
}

TEST_CASE("standing alarms: one that was sent over this connection is not named", "[notify]") {
  StandingAlarms alarms;
  const AlertPtr alert = alert_of(test::raised(1));
  alarms.changed("parkwatch/a", alert);
  alarms.connected();
  alarms.sent("parkwatch/a", alert);
  CHECK(all_unsent(alarms).empty());
  alarms.connected();
  CHECK(all_unsent(alarms) == std::vector<std::string>{"parkwatch/a"});
}

TEST_CASE("standing alarms: an older transition sent does not count for the newest", "[notify]") {
  StandingAlarms alarms;
  const AlertPtr old = alert_of(test::raised(1));
  alarms.changed("parkwatch/a", alert_of(test::raised(2)));
  alarms.connected();
  alarms.sent("parkwatch/a", old);
  alarms.sent("parkwatch/unknown", old);
  CHECK(all_unsent(alarms) == std::vector<std::string>{"parkwatch/a"});
}

TEST_CASE("standing alarms: an alarm that is normal or removed stands no longer", "[notify]") {
  StandingAlarms alarms;
  const AlarmEvent first = test::raised(1);
  alarms.changed("parkwatch/a", alert_of(first));
  REQUIRE(alarms.stands("parkwatch/a"));
  REQUIRE(alarms.find("parkwatch/a")->event == first);
  alarms.changed("parkwatch/a", alert_of(test::followed(first, 2, TransitionKind::returned,
                                                        AlarmState::returned_unacknowledged)));
  CHECK(alarms.stands("parkwatch/a"));
  alarms.changed("parkwatch/a", alert_of(test::followed(first, 3, TransitionKind::acknowledged,
                                                        AlarmState::normal)));
  CHECK_FALSE(alarms.stands("parkwatch/a"));
  CHECK(alarms.find("parkwatch/a") == nullptr);
  alarms.changed("parkwatch/b", alert_of(first));
  alarms.changed("parkwatch/b", alert_of(test::followed(first, 4, TransitionKind::removed,
                                                        AlarmState::unacknowledged)));
  CHECK_FALSE(alarms.stands("parkwatch/b"));
}

}  // namespace standing_alarms_test
