// tests/unit/parksim/faults_test.cpp - Causes that are at work, and faults that grow.
#include "tools/parksim/physics/systems/faults.h"

#include <catch2/catch.hpp>

namespace parkwatch::parksim::faults_test {

TEST_CASE("faults: a cause is at work until it is mended", "[parksim]") {
  Causes causes;
  CHECK_FALSE(causes.has("leak"));
  causes.set("leak", true);
  causes.set("leak", true);
  causes.set("fire", true);
  CHECK(causes.has("leak"));
  causes.set("leak", false);
  CHECK_FALSE(causes.has("leak"));
  CHECK(causes.has("fire"));
  causes.set("never", false);
  CHECK_FALSE(causes.has("never"));
}

TEST_CASE("faults: one that grows does so evenly, stops at its most and goes away with a lag",
          "[parksim]") {
  Worsening fault{0.5, 10.0, 20.0};
  for (int i = 0; i < 10; ++i) fault.step(true, 1.0);
  CHECK(fault.value() == Approx(5.0));
  fault.step(true, 60.0);
  CHECK(fault.value() == 10.0);
  fault.step(false, 20.0);
  CHECK(fault.value() == Approx(10.0 / 2.718281828));
  fault.step(false, 1000.0);
  CHECK(fault.value() == Approx(0.0).margin(1e-9));
}

TEST_CASE("faults: the time since a cause began is 0 without it", "[parksim]") {
  Since since;
  CHECK(since.step(false, 1.0) == 0.0);
  CHECK(since.step(true, 1.0) == 1.0);
  CHECK(since.step(true, 2.0) == 3.0);
  CHECK(since.step(false, 1.0) == 0.0);
  CHECK(since.step(true, 1.0) == 1.0);
}

}  // namespace parkwatch::parksim::faults_test
