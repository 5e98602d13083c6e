// tests/unit/mqtt_codec/allocation_test.cpp - A small message costs no allocation once its topic is
// known.
#include <malloc.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "support.h"

namespace {
std::atomic<std::size_t> allocations{0};
std::atomic<std::size_t> live_bytes{0};
}  // namespace

// Counts for the whole test program; every other form of `new` comes here.
void* operator new(std::size_t bytes) {
  ++allocations;
  void* const memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc{};
  live_bytes += ::malloc_usable_size(memory);
  return memory;
}
void operator delete(void* memory) noexcept {
  live_bytes -= ::malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace parkwatch::mqtt_codec::allocation_test {
namespace {

std::size_t allocations_of(Bench& bench, const Message& message) {
  for (int i = 0; i < 3; ++i) (void)bench.decode(message);
  const std::size_t before = allocations;
  for (int i = 0; i < 100; ++i) (void)bench.decode(message);
  return allocations - before;
}

TEST_CASE("decoder: a small message costs no allocation once its topic is known", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "json/{a}/{b}"},
                      {"tag", "{a}/{b}"},
                      {"value", "/value"},
                      {"time", "/time"},
                      {"quality", "/quality"}}),
               table({{"topic", "bare/{a}"}, {"format", "bare"}, {"tag", "{a}"}}),
               table({{"topic", "members/{a}"}, {"tag", "{a}/{member}"}, {"members", true}})}};
  REQUIRE(bench.problems == "");
  const Message json =
      message("json/wwtp1/effluent", R"({"value":12.5,"time":1704067200,"quality":192})");
  const Message text =
      message("json/wwtp1/effluent", R"({"value":"open","time":"2024-01-01T00:00:00Z"})");
  REQUIRE(bench.decode(json).readings.size() == 1);
  REQUIRE(bench.decode(text).readings.size() == 1);
  CHECK(allocations_of(bench, json) == 0);
  CHECK(allocations_of(bench, text) == 0);
  CHECK(allocations_of(bench, message("bare/level", "12.5")) == 0);
  CHECK(allocations_of(bench, message("members/s1", R"({"cod":12.5,"ph":7})")) == 0);
  // The counter counts: a refused message writes its detail.
  CHECK(allocations_of(bench, message("bare/level", "NaN")) > 0);
}

TEST_CASE("decoder: what a large message needed is given back after it", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p"}, {"tag", "t"}, {"value", "/value"}})}};
  const Message small = message("p", R"({"value":1})");
  const Message large =
      message("p", "{\"pad\":\"" + std::string(1'000'000, 'x') + "\",\"value\":2}");
  REQUIRE(bench.decode(small).readings.size() == 1);
  const std::size_t before = live_bytes;
  REQUIRE(bench.decode(large).readings.size() == 1);
  CHECK(live_bytes < before + 100'000);
  REQUIRE(bench.decode(small).readings.size() == 1);
  CHECK(live_bytes < before + 100'000);
}

TEST_CASE("decoder: a device that invents topics is remembered up to a bound", "[mqtt_codec]") {
  Bench bench{{table({{"topic", "p/{a}"}, {"format", "bare"}, {"tag", "t/{a}"}})}};
  std::size_t number = 0;
  const auto invent = [&] {
    for (std::size_t i = 0; i < remembered_topics_max; ++i) {
      (void)bench.decode(message("p/" + std::to_string(1'000'000 + number++), "1"));
    }
    return live_bytes.load();
  };
  const std::size_t full = invent();
  CHECK(invent() < full + 100'000);
  CHECK(invent() < full + 100'000);
}

}  // namespace
}  // namespace parkwatch::mqtt_codec::allocation_test
