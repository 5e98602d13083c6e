// tests/unit/gates/wakes_test.cpp - One time for each thing, in the order of time.
#include "gates/wakes.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

namespace parkwatch::gates::wakes_test {
namespace {

Timestamp at(int seconds) { return Timestamp{std::chrono::seconds{seconds}}; }

Wake stay(const std::string& id) { return {Wake::Kind::stay, {}, id, {}}; }
Wake hold(GateRule rule, const std::string& id) { return {Wake::Kind::hold, rule, id, "gate/g1"}; }

std::string popped(Wakes& wakes) {
  std::string text;
  while (wakes.next() != never) {
    const auto [time, wake] = wakes.pop();
    if (!text.empty()) text += " ";
    text += std::to_string(time.time_since_epoch() / std::chrono::seconds{1}) + wake.key;
  }
  return text;
}

}  // namespace

TEST_CASE("Wakes come in the order of time") {
  Wakes wakes;
  wakes.arm(stay("b"), at(2));
  wakes.arm(stay("c"), at(3));
  wakes.arm(stay("a"), at(1));
  CHECK(wakes.next() == at(1));
  CHECK(popped(wakes) == "1a 2b 3c");
  CHECK(wakes.next() == never);
}

TEST_CASE("A later word about the same thing stands in place of the earlier one") {
  Wakes wakes;
  wakes.arm(stay("a"), at(1));
  wakes.arm(stay("a"), at(5));
  wakes.arm(stay("b"), at(9));
  wakes.arm(stay("b"), at(2));
  wakes.arm(stay("b"), at(2));
  CHECK(popped(wakes) == "2b 5a");
}

TEST_CASE("Never takes a wake away, and does no harm to one that is not there") {
  Wakes wakes;
  wakes.arm(stay("a"), at(1));
  wakes.arm(stay("a"), never);
  wakes.arm(stay("z"), never);
  CHECK(wakes.next() == never);
  wakes.arm(stay("a"), at(4));
  CHECK(popped(wakes) == "4a");
}

TEST_CASE("Things of different kinds, rules and places are different") {
  Wakes wakes;
  wakes.arm(stay("a"), at(3));
  wakes.arm(hold(GateRule::wrong_gate, "a"), at(2));
  wakes.arm(hold(GateRule::no_permit, "a"), at(1));
  wakes.arm({Wake::Kind::lane, {}, "a", "1"}, at(4));
  wakes.arm({Wake::Kind::lane, {}, "a", "2"}, at(5));
  CHECK(popped(wakes) == "1a 2a 3a 4a 5a");
}

TEST_CASE("At one time the order is that of the things, whatever the order of arming was") {
  const std::vector<Wake> things{stay("a"), stay("b"), hold(GateRule::no_permit, "c"),
                                 hold(GateRule::wrong_gate, "d")};
  Wakes forward;
  for (const Wake& each : things) forward.arm(each, at(1));
  Wakes backward;
  for (auto each = things.rbegin(); each != things.rend(); ++each) backward.arm(*each, at(1));
  const std::string expected = popped(forward);
  CHECK(expected == "1a 1b 1c 1d");
  CHECK(popped(backward) == expected);
}

TEST_CASE("Any words about wakes leave the last one about each thing") {
  std::mt19937 random{11};
  const auto below = [&random](int n) { return std::uniform_int_distribution<>{0, n - 1}(random); };
  for (int round = 0; round < 50; ++round) {
    Wakes wakes;
    std::map<std::string, int> last;
    for (int word = 0; word < 200; ++word) {
      const std::string id = "id" + std::to_string(below(20));
      const int time = below(100);
      wakes.arm(stay(id), time < 20 ? never : at(time));
      if (time < 20) {
        last.erase(id);
      } else {
        last[id] = time;
      }
    }
    Timestamp before = at(0);
    while (wakes.next() != never) {
      const auto [time, wake] = wakes.pop();
      CHECK(time >= before);
      before = time;
      REQUIRE(last.contains(wake.key));
      CHECK(time == at(last.at(wake.key)));
      last.erase(wake.key);
    }
    CHECK(last.empty());
  }
}

}  // namespace parkwatch::gates::wakes_test
