// tests/unit/parksim/link_test.cpp - A radio link that is down for a while.
#include "tools/parksim/physics/link.h"

#include <catch2/catch.hpp>

namespace parkwatch::parksim::link_test {
namespace {

Sample sample_at(int second) {
  return {.tag = 1, .time = TimePoint{std::chrono::seconds{second}}, .value = 1.0 * second};
}

}  // namespace

TEST_CASE("link: carries at once while it is up", "[parksim]") {
  Link link;
  std::vector<Sample> out;
  link.offer(sample_at(1));
  link.carry(out);
  CHECK(out == std::vector{sample_at(1)});
}

TEST_CASE("link: a buffered outage delivers everything late, in order, a step's share at a time",
          "[parksim]") {
  Link link;
  std::vector<Sample> out;
  link.set_down(true, false);
  for (int i = 0; i < 120; ++i) {
    link.offer(sample_at(i));
    link.carry(out);
  }
  CHECK(out.empty());
  link.set_down(false, false);
  link.offer(sample_at(120));  // new readings queue behind the old ones
  link.carry(out);
  CHECK(out.size() == Link::backlog_a_step);
  link.carry(out);
  link.carry(out);
  REQUIRE(out.size() == 121);
  for (int i = 0; i < 121; ++i) CHECK(out[static_cast<std::size_t>(i)] == sample_at(i));
  CHECK(link.lost() == 0);
}

TEST_CASE("link: an outage without a buffer loses its readings and counts them", "[parksim]") {
  Link link;
  std::vector<Sample> out;
  link.set_down(false, true);
  for (int i = 0; i < 10; ++i) link.offer(sample_at(i));
  link.set_down(false, false);
  link.offer(sample_at(10));
  link.carry(out);
  CHECK(out == std::vector{sample_at(10)});
  CHECK(link.lost() == 10);
}

TEST_CASE("link: a full buffer drops the oldest and counts it", "[parksim]") {
  Link link;
  link.set_down(true, false);
  const auto more = static_cast<int>(Link::buffer_max) + 3;
  for (int i = 0; i < more; ++i) link.offer(sample_at(i));
  CHECK(link.lost() == 3);
  link.set_down(false, false);
  std::vector<Sample> out;
  link.carry(out);
  CHECK(out.front() == sample_at(3));
}

}  // namespace parkwatch::parksim::link_test
