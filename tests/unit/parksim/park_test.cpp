// tests/unit/parksim/park_test.cpp - The park as a whole: repeatable, and as its README says.
#include "tools/parksim/physics/park.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/unit/parksim/trace.h"
#include "tools/parksim/physics/message.h"

namespace parkwatch::parksim::test::park_test {
namespace {

std::string text_of(ParkOptions park_options, Span span, Span cut) {
  Park park{std::move(park_options)};
  std::string text;
  for (Span done{0}; done < span; done += cut) {
    park.advance(cut);
    for (const Sample& sample : park.samples())
      text += line(park.tags()[sample.tag], sample) + '\n';
  }
  return text;
}

std::vector<Incident> everything() {
  std::vector<Incident> incidents;
  for (const CauseInfo& cause : causes()) {
    incidents.push_back({cause.cause, seconds{20}, seconds{60}});
  }
  return incidents;
}

std::string readme() {
  std::ifstream file{PARKWATCH_SOURCE_DIR "/tools/parksim/README.md"};
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE(text.str().size() > 1000);
  return text.str();
}

}  // namespace

TEST_CASE("park: the same seed gives the same messages, byte for byte", "[parksim]") {
  const auto first = text_of(options(5, everything()), minutes{10}, seconds{1});
  CHECK(first == text_of(options(5, everything()), minutes{10}, seconds{1}));
  CHECK(first.size() > 1'000'000);
}

TEST_CASE("park: another seed gives other messages", "[parksim]") {
  CHECK(text_of(options(5), minutes{1}, seconds{1}) != text_of(options(6), minutes{1}, seconds{1}));
}

TEST_CASE("park: how the time is cut changes nothing", "[parksim]") {
  const auto whole = text_of(options(5, everything()), minutes{3}, minutes{3});
  for (const Span cut : {Span{std::chrono::milliseconds{10}}, Span{std::chrono::milliseconds{100}},
                         Span{std::chrono::milliseconds{750}}, Span{seconds{7} + seconds{53}}}) {
    CAPTURE(cut.count());
    CHECK(text_of(options(5, everything()), minutes{3}, cut) == whole);
  }
}

TEST_CASE("park: an incident changes nothing before it starts", "[parksim]") {
  const std::vector<Incident> later{{Cause::leak, minutes{5}, minutes{1}}};
  CHECK(text_of(options(5, later), minutes{5}, seconds{1}) ==
        text_of(options(5), minutes{5}, seconds{1}));
}

TEST_CASE("park: of one tag the samples come in the order of time, also after an outage",
          "[parksim]") {
  const Trace trace{options(5, {{Cause::network_drop, seconds{20}, seconds{60}}}), minutes{3}};
  for (const TagInfo& tag : trace.park().tags()) {
    const auto& series = trace.of(tag.topic().substr(5));
    CAPTURE(tag.topic());
    REQUIRE(series.size() > 10);
    for (std::size_t i = 1; i < series.size(); ++i) {
      REQUIRE(series[i].measured > series[i - 1].measured);
    }
  }
}

TEST_CASE("park: every tag is published at least once a period", "[parksim]") {
  const Trace trace{options(5), minutes{5}};
  for (const TagInfo& tag : trace.park().tags()) {
    Span last{0};
    for (const Arrival& arrival : trace.of(tag.topic().substr(5))) {
      REQUIRE(arrival.measured - last <= tag.period);
      last = arrival.measured;
    }
    CHECK(minutes{5} - last < tag.period);
  }
}

TEST_CASE("park: README.md lists every tag with its unit, span, digits, band and period",
          "[parksim]") {
  const std::string text = readme();
  const Park park{options(1)};
  for (const TagInfo& tag : park.tags()) {
    // `level` in the table of tanks, `influent/cod` in the plant's.
    const std::string name = tag.site == "wwtp1" ? tag.device + '/' + tag.quantity : tag.quantity;
    const auto begin = text.find("| `" + name + "` | ");
    CAPTURE(tag.topic());
    REQUIRE(begin != std::string::npos);
    const std::string row = text.substr(begin, text.find('\n', begin) - begin);
    CAPTURE(row);
    CHECK(row.find(" | " + std::to_string(tag.period / seconds{1}) + " s | ") != std::string::npos);
    for (const auto& word : tag.words) CHECK(row.find('`' + word + '`') != std::string::npos);
    if (tag.kind != Kind::number) continue;
    std::ostringstream span;
    span << " | " << tag.low << ".." << tag.high << " | ";
    CHECK(row.find(span.str()) != std::string::npos);
    CHECK(row.find(" | " + tag.unit) != std::string::npos);
    CHECK(row.find(tag.digits == 0
                       ? " | 1 | "
                       : " | 0." + std::string(static_cast<std::size_t>(tag.digits - 1), '0') +
                             "1 | ") != std::string::npos);
    std::istringstream bands{row.substr(row.find(span.str()) + span.str().size())};
    const std::string rest = bands.str();
    std::ostringstream band;
    band << tag.normal_low << ".." << tag.normal_high;
    CAPTURE(band.str());
    // "0.20..0.44" is printed with its digits.
    std::ostringstream padded;
    padded.setf(std::ios::fixed);
    padded.precision(2);
    padded << tag.normal_low << ".." << tag.normal_high;
    CHECK((rest.find(band.str()) != std::string::npos ||
           rest.find(padded.str()) != std::string::npos));
  }
}

TEST_CASE("park: README.md lists every incident, and their names are found again", "[parksim]") {
  const std::string text = readme();
  std::set<std::string_view> names;
  for (const CauseInfo& cause : causes()) {
    CHECK(text.find("| `" + std::string{cause.name} + "` | ") != std::string::npos);
    CHECK(cause_named(cause.name) == cause.cause);
    CHECK(info_of(cause.cause).name == cause.name);
    names.insert(cause.name);
  }
  CHECK(names.size() == causes().size());
  CHECK_FALSE(cause_named("earthquake"));
  CHECK_FALSE(cause_named(""));
}

}  // namespace parkwatch::parksim::test::park_test
