// tests/unit/app/told_fault_test.cpp - A fault that was told is remembered until its end was.
#include "app/told_fault.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace told_fault_test {

using namespace parkwatch;
using namespace parkwatch::app;

namespace {

constexpr Timestamp at = from_us(1'780'207'402'140'000);
constexpr Timestamp later = at + std::chrono::hours{3};

using Waiting = ToldFault::Waiting;

void at_once(const std::function<void()>& work) { work(); }

Waiting nobody() { return {{"a", false}, {"b", false}}; }

}  // namespace

TEST_CASE("told fault: it outlives a run, with its time and its words", "[app]") {
  const test::TempDir dir;
  ToldFault first{dir.path().string(), at_once};
  CHECK_FALSE(first.earlier(later));
  first.changed("disk full", at);
  first.changed("disk I/O error", later);  // the same fault in other words
  ToldFault second{dir.path().string(), at_once};
  const auto told = second.earlier(later);
  REQUIRE(told);
  CHECK(told->since == at);
  CHECK(told->fault == "disk full");
}

TEST_CASE("told fault: what a full disk did not take is written with the next news", "[app]") {
  const test::TempDir dir;
  const auto file = dir.path() / "told-fault";
  ToldFault first{dir.path().string(), at_once};
  first.changed("disk full", at);
  const bool took_the_name = GENERATE(true, false);
  std::filesystem::remove(file);
  if (took_the_name) std::ofstream{file}.close();
  first.tick([] { return Waiting{{"a", false}, {"b", true}}; });
  ToldFault second{dir.path().string(), at_once};
  const auto told = second.earlier(later);
  REQUIRE(told);
  CHECK(told->since == at);
  CHECK(told->fault == "disk full");
  CHECK(told->heard == std::set<std::string>{"a"});
}

TEST_CASE("told fault: it is forgotten once its end was told, in this run or the next", "[app]") {
  const test::TempDir dir;
  const auto file = dir.path() / "told-fault";
  ToldFault first{dir.path().string(), at_once};
  first.changed("disk full", at);
  ToldFault second{dir.path().string(), at_once};
  const bool after_a_kill = GENERATE(false, true);
  ToldFault& run = after_a_kill ? second : first;
  if (after_a_kill) REQUIRE(second.earlier(later));
  run.tick(nobody);  // it stands
  CHECK(std::filesystem::exists(file));
  run.changed("", later);
  run.tick([] { return Waiting{{"a", false}, {"b", true}}; });  // it is still to hear of its end
  CHECK(std::filesystem::exists(file));
  run.tick(nobody);
  CHECK_FALSE(std::filesystem::exists(file));
  bool asked = false;
  run.tick([&] {
    asked = true;
    return Waiting{};
  });
  CHECK_FALSE(asked);  // nothing is to be remembered
  run.changed("again", later);
  CHECK(std::filesystem::exists(file));
}

TEST_CASE("told fault: who has heard of it is remembered, of this fault and not of the next",
          "[app]") {
  using Names = std::set<std::string>;
  const test::TempDir dir;
  const auto heard = [&dir] {
    return ToldFault{dir.path().string(), at_once}.earlier(later)->heard;
  };
  ToldFault fault{dir.path().string(), at_once};
  fault.changed("disk full", at);
  CHECK(heard().empty());
  fault.tick([] { return Waiting{{"[alerts]", true}, {"a", false}, {"b", true}}; });
  CHECK(heard() == Names{"a"});
  fault.tick([] { return Waiting{{"[alerts]", false}, {"a", true}, {"b", true}}; });
  CHECK(heard() == Names{"[alerts]", "a"});  // what waits now is about its escalation or its end
  fault.changed("", later);
  fault.tick([] { return Waiting{{"[alerts]", true}, {"a", false}, {"b", true}}; });
  fault.changed("disk full again", later);
  CHECK(heard().empty());
}

TEST_CASE("told fault: a full disk may have kept its name alone", "[app][fault]") {
  const test::TempDir dir;
  std::ofstream{dir.path() / "told-fault"};
  ToldFault fault{dir.path().string(), at_once};
  const auto told = fault.earlier(later);
  REQUIRE(told);
  CHECK(told->since == later);
  CHECK(told->fault.empty());
}

TEST_CASE("told fault: a disk that takes nothing is no fault of ours", "[app][fault]") {
  ToldFault fault{"/nonexistent", at_once};
  fault.changed("disk I/O error", at);
  fault.changed("", later);
  fault.tick(nobody);
  CHECK_FALSE(fault.earlier(later));
}

}  // namespace told_fault_test
