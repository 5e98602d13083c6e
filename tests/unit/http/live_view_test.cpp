// tests/unit/http/live_view_test.cpp - Latest committed values.
#include "http/live_view.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

namespace live_view_test {

using namespace parkwatch;
using http::LiveTag;
using http::LiveView;

namespace {

TagDefined defined(TagId id, const std::string& name, std::uint32_t version = 1) {
  Tag tag;
  tag.name = name;
  return {id, version, 1, tag};
}

Reading reading(TagId tag, double value, std::uint8_t flags = 0) {
  Reading r;
  r.tag = tag;
  r.value = value;
  r.flags = flags;
  return r;
}

}  // namespace

TEST_CASE("live view: the last reading that is not historical is the latest", "[http]") {
  LiveView live;
  Facts facts;
  facts.tags = {defined(0, "a/b/c")};
  facts.readings = {reading(0, 1), reading(0, 2), reading(0, 3, reading_historical)};
  live.apply(facts);
  const auto found = live.find(0);
  REQUIRE(found);
  CHECK(found->tag->name == "a/b/c");
  REQUIRE(found->newest);
  CHECK(found->newest->value == Value{2.0});
}

TEST_CASE("live view: a new definition keeps the latest value", "[http]") {
  LiveView live;
  const Tag tag = defined(0, "a/b/c").tag;
  const Reading last = reading(0, 7);
  live.set(0, 1, tag, &last);
  Facts facts;
  facts.tags = {defined(0, "a/b/c", 2)};
  live.apply(facts);
  const auto found = live.find(0);
  REQUIRE(found);
  CHECK(found->version == 2);
  REQUIRE(found->newest);
  CHECK(found->newest->value == Value{7.0});
  CHECK(live.size() == 1);
}

TEST_CASE("live view: a tag shows only once it is defined", "[http]") {
  LiveView live;
  Facts facts;
  facts.readings = {reading(2, 1)};
  live.apply(facts);
  CHECK(live.size() == 0);
  CHECK_FALSE(live.find(2));
  CHECK_FALSE(live.find(9));
  live.each(0, [](const LiveTag&) -> bool { throw std::logic_error("nothing is defined"); });
}

TEST_CASE("live view: each gives every defined tag once, in order, from where it is told",
          "[http]") {
  LiveView live;
  Facts facts;
  for (TagId id = 0; id < 3500; ++id) {
    if (id % 7 != 0) facts.tags.push_back(defined(id, "t/" + std::to_string(id)));
  }
  live.apply(facts);
  std::vector<TagId> seen;
  live.each(1500, [&seen](const LiveTag& tag) {
    seen.push_back(tag.id);
    return tag.id < 3000;
  });
  std::vector<TagId> expected;
  for (TagId id = 1500; id <= 3001; ++id) {
    if (id % 7 != 0) expected.push_back(id);
    if (!expected.empty() && expected.back() >= 3000) break;
  }
  CHECK(seen == expected);
}

TEST_CASE("live view: reading while commits are applied sees whole tags", "[http][threads]") {
  LiveView live;
  std::atomic<bool> done{false};
  std::thread writer{[&] {
    for (int round = 0; round < 200; ++round) {
      Facts facts;
      for (TagId id = 0; id < 1500; ++id) {
        if (round % 50 == 0) facts.tags.push_back(defined(id, "t/" + std::to_string(id)));
        facts.readings.push_back(reading(id, round));
      }
      live.apply(facts);
    }
    done = true;
  }};
  bool whole = true;
  while (!done) {
    live.each(0, [&whole](const LiveTag& tag) {
      whole = whole && tag.tag->name == "t/" + std::to_string(tag.id);
      return true;
    });
  }
  writer.join();
  CHECK(whole);
  CHECK(live.find(1499)->newest->value == Value{199.0});
}

}  // namespace live_view_test
