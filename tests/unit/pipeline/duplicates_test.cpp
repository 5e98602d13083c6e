// tests/unit/pipeline/duplicates_test.cpp - The memory of messages against a plain one.
#include "pipeline/duplicates.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <random>

namespace duplicates_test {

using namespace parkwatch::pipeline;

TEST_CASE("duplicates: the hash of a message never changes", "[pipeline]") {
  // It is kept in the store; a new value would make every redelivery look new.
  CHECK(hash_of("", "") == 0);
  CHECK(hash_of("park/a", "{\"v\":1}") == 0x4df94a5e924a06e7ULL);
}

TEST_CASE("duplicates: topic and payload both count, also where they meet", "[pipeline]") {
  CHECK(hash_of("ab", "c") != hash_of("a", "bc"));
  CHECK(hash_of("t", "12345678") != hash_of("t", "12345679"));
  CHECK(hash_of("t", std::string_view{"1\0", 2}) != hash_of("t", "1"));
  CHECK(DuplicateMemory::key_of(1, 5) != DuplicateMemory::key_of(2, 5));
}

TEST_CASE("duplicates: exactly the last 32,768 are remembered", "[pipeline]") {
  DuplicateMemory memory;
  CHECK_FALSE(memory.contains(1));
  for (std::uint64_t key = 0; key < duplicates_max + 10; ++key) {
    memory.add(DuplicateMemory::key_of(1, key));
  }
  CHECK_FALSE(memory.contains(DuplicateMemory::key_of(1, 9)));
  CHECK(memory.contains(DuplicateMemory::key_of(1, 10)));
  CHECK(memory.contains(DuplicateMemory::key_of(1, duplicates_max + 9)));
  CHECK(memory.keys().size() == duplicates_max);
  CHECK(memory.keys().front() == DuplicateMemory::key_of(1, 10));
  memory.clear();
  CHECK_FALSE(memory.contains(DuplicateMemory::key_of(1, 100)));
  CHECK(memory.keys().empty());
}

TEST_CASE("duplicates: agrees with a plain queue, through saving and restoring",
          "[pipeline][property]") {
  std::mt19937_64 random{5};
  DuplicateMemory memory;
  std::deque<std::uint64_t> plain;
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t key = random() % 40'000 * 65'536;  // many meet in one place of the table
    if (i % 1000 == 0) {
      const bool known = std::find(plain.begin(), plain.end(), key) != plain.end();
      REQUIRE(memory.contains(key) == known);
    }
    memory.add(key);
    plain.push_back(key);
    if (plain.size() > duplicates_max) plain.pop_front();
    if (i % 30'000 == 29'999) {
      DuplicateMemory other;
      for (const std::uint64_t each : memory.keys()) other.add(each);
      REQUIRE(other.keys() == memory.keys());
      memory = other;
    }
  }
  REQUIRE(memory.keys() == std::vector<std::uint64_t>{plain.begin(), plain.end()});
}

}  // namespace duplicates_test
