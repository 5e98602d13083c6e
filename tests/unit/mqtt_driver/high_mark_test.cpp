// tests/unit/mqtt_driver/high_mark_test.cpp - A mark that only rises.
#include "drivers/mqtt/high_mark.h"

#include <array>
#include <catch2/catch.hpp>
#include <thread>

namespace parkwatch::mqtt_driver::high_mark_test {
namespace {

TEST_CASE("high mark: a lower number does not lower it", "[mqtt_driver]") {
  HighMark mark;
  CHECK(mark.get() == 0);
  mark.raise(5);
  mark.raise(3);
  CHECK(mark.get() == 5);
  mark.raise(6);
  CHECK(mark.get() == 6);
}

TEST_CASE("high mark: no thread sees less than it has raised", "[mqtt_driver]") {
  HighMark mark;
  std::atomic<std::uint64_t> next{0};
  std::atomic<int> lowered{0};
  const auto raise = [&] {
    for (int i = 0; i < 50'000; ++i) {
      const std::uint64_t number = ++next;
      mark.raise(number);
      if (mark.get() < number) ++lowered;
    }
  };
  std::array<std::thread, 3> threads{std::thread{raise}, std::thread{raise}, std::thread{raise}};
  for (std::thread& thread : threads) thread.join();
  CHECK(lowered == 0);
  CHECK(mark.get() == 150'000);
}

}  // namespace
}  // namespace parkwatch::mqtt_driver::high_mark_test
