// tests/unit/parksim/system_park_test.cpp - What all simulated systems share, and the park that
// steps them, with a system made for it: a bath whose heater has a cause.
#include "tools/parksim/physics/system_park.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

namespace parkwatch::parksim::system_park_test {
namespace {

using namespace std::chrono_literals;

constexpr SystemCause bath_causes[] = {
    {"element-shorted", "the heater's element takes all power"},
    {"door-open", "the door is left open"},
    {"door-contact-cut", "the cable of the door's contact is cut", "b1/door"},
    {"sensor-unplugged", "the thermometer is unplugged", "temperature"}};

class Bath final : public System {
 public:
  Bath(const SystemSettings& settings, Panel& panel)
      : site_(text_setting(settings, "site", "bath")),
        temperature_(panel.add(number_tag(site_, "b1", "temperature", "degC", {0.0, 100.0, 3}, 10s),
                               {.white = 0.1})),
        door_(panel.add(flag_tag(site_, "b1", "door", 60s))) {}

  void step(TimePoint now, double step_s, Panel& panel) override {
    now_ = now;
    value_ = lagged(value_, shorted_ ? 90.0 : 40.0, step_s, 60.0);
    panel.set(temperature_, value_);
    panel.set(door_, open_ ? 1.0 : 0.0);
    panel.power(door_, true);
  }
  void set_cause(std::string_view name, bool on) override {
    if (name == "element-shorted") shorted_ = on;
    if (name == "door-open") open_ = told_ = on;
  }
  void take_events(std::vector<SystemEvent>& out) override {
    if (told_) out.push_back({now_, "park/" + site_ + "/b1/event", "opened"});
    told_ = false;
  }

 private:
  std::string site_;
  TagIndex temperature_, door_;
  TimePoint now_;
  double value_ = 40.0;
  bool shorted_ = false;
  bool open_ = false;
  bool told_ = false;
};

const SystemInfo bath{
    "bath", bath_causes,
    [](const SystemSettings& settings, Panel& panel, std::uint64_t) -> std::unique_ptr<System> {
      return std::make_unique<Bath>(settings, panel);
    }};

SystemChoice choice(const char* site, std::vector<SystemIncident> incidents = {}) {
  return {&bath, {{"site", {site}}}, std::move(incidents)};
}

const TimePoint morning{std::chrono::seconds{1'772'438'400}};  // 2026-03-02T08:00:00Z

struct Run {
  std::vector<Sample> samples;
  std::vector<SystemEvent> events;
};

Run run(SystemPark& park, Span span, Span cut) {
  Run all;
  for (Span done{0}; done < span; done += cut) {
    park.advance(std::min(cut, span - done));
    all.samples.insert(all.samples.end(), park.samples().begin(), park.samples().end());
    all.events.insert(all.events.end(), park.events().begin(), park.events().end());
  }
  return all;
}

}  // namespace

TEST_CASE("system park: the samples are the same however the time is cut", "[parksim]") {
  const std::vector<SystemIncident> shorted{{"element-shorted", 60s, 120s}};
  SystemPark whole{{.seed = 4, .start = morning, .systems = {choice("a", shorted)}}};
  SystemPark cut{{.seed = 4, .start = morning, .systems = {choice("a", shorted)}}};
  const Run one = run(whole, 10min, 10min);
  const Run other = run(cut, 10min, 2300ms);
  CHECK(one.samples.size() > 60);
  CHECK(one.samples == other.samples);
  CHECK(one.events == other.events);
  CHECK(whole.now() == morning + 10min);
}

TEST_CASE("system park: another seed is another noise, and no noise is the truth", "[parksim]") {
  const auto first = [](std::uint64_t seed, bool noise) {
    SystemPark park{{.seed = seed, .start = morning, .systems = {choice("a")}, .noise = noise}};
    return run(park, 10s, 10s).samples.front().value;
  };
  CHECK(first(1, true) != first(2, true));
  CHECK(first(1, false) == 40.0);
}

TEST_CASE("system park: a cause acts from its start until it is mended", "[parksim]") {
  SystemPark park{{.start = morning,
                   .systems = {choice("a", {{"element-shorted", 100s, 60s}}), choice("b")},
                   .noise = false}};
  REQUIRE(park.tags().size() == 4);
  CHECK(park.tags()[2].topic() == "park/b/b1/temperature");
  double highest = 0.0;
  TimePoint highest_at{};
  for (const Sample& sample : run(park, 10min, 1s).samples) {
    if (sample.tag == 2) CHECK(sample.value == 40.0);
    if (sample.tag != 0) continue;
    if (sample.time <= morning + 100s) CHECK(sample.value == 40.0);
    if (sample.value > highest) highest_at = sample.time;
    highest = std::max(highest, sample.value);
  }
  CHECK(highest > 65.0);  // 50 degrees times (1 - 1/e) are 31.6
  CHECK(highest_at > morning + 145s);
  CHECK(highest_at <= morning + 161s);  // the step that begins while it still acts
}

TEST_CASE("system park: the same cause may come twice, and overlap", "[parksim]") {
  SystemPark park{
      {.start = morning,
       .systems = {choice(
           "a", {{"door-open", 10s, 20s}, {"door-open", 20s, 20s}, {"door-open", 60s, 5s}})},
       .noise = false}};
  const Run all = run(park, 2min, 1s);
  std::vector<Span> changes;
  double before = 0.0;
  for (const Sample& sample : all.samples) {
    if (sample.tag != 1 || sample.value == before) continue;
    changes.push_back(sample.time - morning);
    before = sample.value;
  }
  CHECK(changes == std::vector<Span>{11s, 41s, 61s, 66s});
  REQUIRE(all.events.size() == 2);
  CHECK(all.events[0] == SystemEvent{morning + 11s, "park/a/b1/event", "opened"});
  CHECK(all.events[1].time == morning + 61s);
}

TEST_CASE("system park: an instrument without supply is silent until it is mended", "[parksim]") {
  SystemPark park{{.start = morning,
                   .systems = {choice("a"), choice("b", {{"sensor-unplugged", 60s, 60s},
                                                         {"door-contact-cut", 120s, 120s}})},
                   .noise = false}};
  std::map<TagIndex, std::vector<Span>> times;
  for (const Sample& sample : run(park, 5min, 1s).samples) {
    times[sample.tag].push_back(sample.time - morning);
  }
  const auto longest = [&](TagIndex tag) {
    Span gap{0};
    for (std::size_t i = 1; i < times[tag].size(); ++i) {
      gap = std::max(gap, times[tag][i] - times[tag][i - 1]);
    }
    return gap;
  };
  REQUIRE(park.tags()[2].topic() == "park/b/b1/temperature");
  REQUIRE(park.tags()[3].topic() == "park/b/b1/door");
  CHECK(longest(0) == 10s);
  CHECK(longest(1) == 60s);
  CHECK(longest(2) == 70s);
  CHECK(longest(3) > 120s);
}

TEST_CASE("system park: the rate publishes more often", "[parksim]") {
  const auto count = [](double rate) {
    SystemPark park{{.start = morning, .systems = {choice("a")}, .rate = rate}};
    return run(park, 10min, 10min).samples.size();
  };
  CHECK(count(1.0) == 60 + 10);
  CHECK(count(10.0) == 600 + 100);
}

TEST_CASE("system: settings have defaults, also when they are empty", "[parksim]") {
  const SystemSettings settings{{"class", {"1a"}},
                                {"volume", {"5000.5"}},
                                {"new", {"true"}},
                                {"tanks", {"T1", "T2"}},
                                {"none", {}}};
  CHECK(text_setting(settings, "class", "2") == "1a");
  CHECK(text_setting(settings, "none", "2") == "2");
  CHECK(text_setting(settings, "other", "2") == "2");
  CHECK(number_setting(settings, "volume", 1.0) == 5000.5);
  CHECK(number_setting(settings, "other", 1.0) == 1.0);
  CHECK(flag_setting(settings, "new", false));
  CHECK(flag_setting(settings, "other", true));
  CHECK(names_setting(settings, "tanks", {}) == std::vector<std::string>{"T1", "T2"});
  CHECK(names_setting(settings, "none", {"T1"}).empty());
  CHECK(names_setting(settings, "other", {"T1"}) == std::vector<std::string>{"T1"});
}

TEST_CASE("system: the park's people live at UTC+8", "[parksim]") {
  CHECK(hour_of_day(morning) == 16.0);
  CHECK(hour_of_day(morning + 7h + 59min + 59s) < 24.0);
  CHECK(hour_of_day(morning + 8h + 30min) == 0.5);
  CHECK(day_of_week(morning) == 0);
  CHECK(day_of_week(morning + 8h) == 1);
  CHECK(day_of_week(morning - 17h) == 6);
}

TEST_CASE("system: lags and travel do not depend on how the time is cut", "[parksim]") {
  CHECK(lagged(0.0, 1.0, 10.0, 10.0) == Approx(0.6321).epsilon(0.001));
  CHECK(lagged(lagged(0.0, 1.0, 4.0, 10.0), 1.0, 6.0, 10.0) ==
        Approx(lagged(0.0, 1.0, 10.0, 10.0)));
  CHECK(travelled(0.0, 1.0, 1.0, 4.0) == 0.25);
  CHECK(travelled(0.9, 1.0, 1.0, 4.0) == 1.0);
  CHECK(travelled(1.0, 0.0, 1.0, 4.0) == 0.75);
}

TEST_CASE("system: the table's names are unique, and every cause is described", "[parksim]") {
  std::set<std::string_view> packages;
  for (const SystemInfo& info : systems()) {
    CAPTURE(info.package);
    CHECK(packages.insert(info.package).second);
    CHECK(system_named(info.package) == &info);
    std::set<std::string_view> names;
    for (const SystemCause& cause : info.causes) {
      CHECK(names.insert(cause.name).second);
      CHECK(cause.what.size() > 10);
      CHECK(has_cause(info, cause.name));
    }
    CHECK(names.size() >= 2);
    CHECK_FALSE(has_cause(info, "no-such-cause"));
  }
  CHECK(system_named("no-such-package") == nullptr);
}

}  // namespace parkwatch::parksim::system_park_test
