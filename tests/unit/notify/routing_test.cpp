// tests/unit/notify/routing_test.cpp - Which route takes what, and the hours on the wall.
#include "notify/routing.h"

#include <catch2/catch.hpp>

#include "tests/unit/notify/dispatch_rig.h"

namespace routing_test {

using namespace parkwatch;
using namespace parkwatch::notify;

namespace {

using Names = std::set<std::string>;

Names names_for(const NotifyPlan& plan, const AlarmEvent& event, LocalTime local = {}) {
  Names out;
  for (const std::size_t at : route(plan, event, local).receivers) {
    out.insert(plan.receivers[at].name);
  }
  return out;
}

NotifyPlan two_receivers() {
  NotifyPlan plan;
  plan.receivers = {test::receiver("a", ReceiverKind::webhook),
                    test::receiver("b", ReceiverKind::email)};
  return plan;
}

LocalTime at(int hour, int minute, std::uint8_t weekday) {
  LocalTime local;
  local.minute = static_cast<std::uint16_t>(hour * 60 + minute);
  local.weekday = weekday;
  return local;
}

}  // namespace

TEST_CASE("routing: every matching route counts, up to one with stop", "[notify]") {
  NotifyPlan plan = two_receivers();
  plan.routes = {test::route_to({"a"}), test::route_to({"b"})};
  CHECK(names_for(plan, test::raised(1)) == Names{"a", "b"});
  plan.routes[0].stop = true;
  CHECK(names_for(plan, test::raised(1)) == Names{"a"});
  plan.routes[0].priorities = {Priority::low};  // does not match, so it does not stop
  CHECK(names_for(plan, test::raised(1)) == Names{"b"});
}

TEST_CASE("routing: by priority, group, rule and tag, all of which must match", "[notify]") {
  struct Case {
    RouteSpec route;
    bool matches;
  };
  const auto with = [](auto set) {
    RouteSpec route;
    set(route);
    return route;
  };
  const Case cases[] = {
      {with([](RouteSpec&) {}), true},
      {with([](RouteSpec& r) {
         r.priorities = {Priority::critical, Priority::high};
       }),
       true},
      {with([](RouteSpec& r) { r.priorities = {Priority::critical}; }), false},
      {with([](RouteSpec& r) {
         r.groups = {"gates", "tank-*"};
       }),
       true},
      {with([](RouteSpec& r) { r.groups = {"gates"}; }), false},
      {with([](RouteSpec& r) { r.rules = {"tank-level"}; }), true},
      {with([](RouteSpec& r) { r.rules = {"cod"}; }), false},
      {with([](RouteSpec& r) { r.tags = {"tank/**"}; }), true},
      {with([](RouteSpec& r) { r.tags = {"tank/*"}; }), false},
      {with([](RouteSpec& r) { r.tags = {"tank/**"}, r.groups = {"gates"}; }), false},
  };
  int number = 0;
  for (const Case& c : cases) {
    CAPTURE(number++);
    CHECK(matches(c.route, test::raised(1), {}) == c.matches);
  }
}

TEST_CASE("routing: hours of the day, also across midnight and on chosen days", "[notify]") {
  TimeOfDay day{8 * 60, 20 * 60, {true, true, true, true, true, false, false}};
  CHECK(within(day, at(8, 0, 0)));
  CHECK(within(day, at(19, 59, 4)));
  CHECK_FALSE(within(day, at(20, 0, 0)));
  CHECK_FALSE(within(day, at(7, 59, 0)));
  CHECK_FALSE(within(day, at(12, 0, 5)));  // Saturday

  TimeOfDay night{20 * 60, 8 * 60, {true, false, false, false, false, false, false}};
  CHECK(within(night, at(20, 0, 0)));
  CHECK(within(night, at(7, 59, 1)));  // Tuesday morning belongs to Monday's night
  CHECK_FALSE(within(night, at(7, 59, 0)));
  CHECK_FALSE(within(night, at(20, 0, 1)));
  CHECK_FALSE(within(night, at(12, 0, 0)));

  TimeOfDay always{0, 0, {false, true, true, true, true, true, true}};
  CHECK(within(always, at(0, 0, 1)));
  CHECK_FALSE(within(always, at(23, 59, 0)));
}

TEST_CASE("routing: the clock on the wall of the park's zone", "[notify]") {
  const TimeZone china = *parse_offset("+08:00");
  const LocalTime local = local_time(china, test::sample_time);  // a Sunday, 06:03:22 UTC
  CHECK(local.minute == 14 * 60 + 3);
  CHECK(local.second == 22);
  CHECK(local.weekday == 6);
  CHECK(local_time(china, test::sample_time + std::chrono::hours{10}).weekday == 0);
  CHECK(local_time(*parse_offset("-12:00"), from_us(0)).weekday == 2);  // still Wednesday
}

TEST_CASE("routing: the first route with an escalation decides which", "[notify]") {
  NotifyPlan plan = two_receivers();
  plan.escalations = {{"day", {}}, {"night", {}}};
  plan.routes = {test::route_to({"a"}), RouteSpec{}, RouteSpec{}};
  plan.routes[1].escalation = "night";
  plan.routes[2].escalation = "day";
  const Routed routed = route(plan, test::raised(1), {});
  REQUIRE(routed.escalation);
  CHECK(plan.escalations[*routed.escalation].id == "night");
  CHECK_FALSE(escalation_of(plan, "gone"));
  CHECK_FALSE(receiver_of(plan, "gone"));
}

}  // namespace routing_test
