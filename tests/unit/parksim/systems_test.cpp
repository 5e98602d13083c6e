// tests/unit/parksim/systems_test.cpp - What every simulated system keeps: its instruments' spans,
// names of its site, the same values again; and every cause is seen and can be mended.
#include <set>

#include "tests/support/sanitized.h"
#include "tests/unit/parksim/system_trace.h"

namespace parkwatch::parksim::systems_test {
namespace {

using namespace std::chrono_literals;

struct Published {
  std::vector<Sample> samples;
  std::vector<SystemEvent> events;
  bool operator==(const Published&) const = default;
};

// What a run without noise publishes, up to `span` after the start.
Published published(const SystemInfo& info, std::vector<SystemIncident> incidents, Span span) {
  SystemPark park{{.seed = 3,
                   .start = local_midnight,
                   .systems = {{&info, {}, std::move(incidents)}},
                   .noise = false}};
  park.advance(span);
  return {park.samples(), park.events()};
}

Published until(Published all, TimePoint end) {
  std::erase_if(all.samples, [&](const Sample& sample) { return sample.time > end; });
  std::erase_if(all.events, [&](const SystemEvent& event) { return event.time > end; });
  return all;
}

}  // namespace

TEST_CASE("systems: tags are unique, of the site that was set, and have a span", "[parksim]") {
  for (const SystemInfo& info : systems()) {
    CAPTURE(info.package);
    SystemPark park{{.start = local_midnight, .systems = {{&info, {{"site", {"some-site"}}}, {}}}}};
    std::set<std::string> topics;
    REQUIRE(!park.tags().empty());
    for (const TagInfo& tag : park.tags()) {
      CAPTURE(tag.topic());
      CHECK(topics.insert(tag.topic()).second);
      CHECK(tag.site == "some-site");
      CHECK(tag.period >= 1s);
      CHECK(tag.high > tag.low);
      if (tag.kind == Kind::word) CHECK(tag.words.size() >= 2);
    }
  }
}

TEST_CASE("systems: a day with noise stays inside the instruments' spans", "[parksim]") {
  for (const SystemInfo& info : systems()) {
    CAPTURE(info.package);
    SystemPark park{{.seed = 11, .start = local_midnight, .systems = {{&info, {}, {}}}}};
    std::vector<bool> seen(park.tags().size(), false);
    std::size_t at_the_end_of_the_span = 0;
    std::size_t numbers = 0;
    for (int hour = 0; hour < 24; ++hour) {
      park.advance(1h);
      for (const Sample& sample : park.samples()) {
        const TagInfo& tag = park.tags()[sample.tag];
        seen[sample.tag] = true;
        REQUIRE(std::isfinite(sample.value));
        if (tag.kind != Kind::number) continue;
        ++numbers;
        if (sample.value >= tag.high) ++at_the_end_of_the_span;
      }
    }
    CHECK(std::count(seen.begin(), seen.end(), false) == 0);
    CHECK(at_the_end_of_the_span * 100 <= numbers);
  }
}

TEST_CASE("systems: the same seed publishes the same again", "[parksim]") {
  for (const SystemInfo& info : systems()) {
    CAPTURE(info.package);
    const std::vector<SystemIncident> first{{std::string{info.causes.front().name}, 10min, 10min}};
    CHECK((published(info, first, 1h) == published(info, first, 1h)) == true);
  }
}

TEST_CASE("systems: every cause is seen while it lasts, and not before it begins", "[parksim]") {
  std::size_t number = 0;
  for (const SystemInfo& info : systems()) {
    const Published quiet = published(info, {}, 20h);
    const Published quiet_before = until(quiet, local_midnight + 2h);
    for (const SystemCause& cause : info.causes) {
      CAPTURE(info.package, cause.name);
      if (parkwatch::test::is_sanitized && number++ % 10 != 0)
        continue;  // two hundred days take minutes then
      const Published seen = published(info, {{std::string{cause.name}, 2h, 18h}}, 20h);
      CHECK((seen == quiet) == false);
      CHECK((until(seen, local_midnight + 2h) == quiet_before) == true);
    }
  }
}

}  // namespace parkwatch::parksim::systems_test
