// tests/unit/config/zones_test.cpp - Time zones by name: files of the tz database, made up here.
#include "config/zones.h"

#include <catch2/catch.hpp>
#include <vector>

#include "given.h"

namespace zones_test {

using namespace parkwatch;
using namespace parkwatch::config;
using namespace std::chrono_literals;

namespace {

std::string big_endian(std::int64_t number, std::size_t bytes) {
  std::string text;
  for (std::size_t i = bytes; i-- > 0;) {
    text.push_back(static_cast<char>((static_cast<std::uint64_t>(number) >> (8 * i)) & 0xFFU));
  }
  return text;
}

struct Written {
  std::int64_t at;
  int type;
};

// A file with these changes of these offsets in its second block, and that last line.
std::string zone_file(const std::vector<std::int64_t>& offsets, const std::vector<Written>& changes,
                      const std::string& line) {
  const auto header = [](std::size_t times, std::size_t types, std::size_t chars) {
    std::string text = "TZif2" + std::string(15, '\0');
    for (const std::size_t count :
         {std::size_t{0}, std::size_t{0}, std::size_t{0}, times, types, chars}) {
      text += big_endian(static_cast<std::int64_t>(count), 4);
    }
    return text;
  };
  std::string file = header(0, 1, 1) + std::string(6, '\0') + std::string(1, '\0');
  file += header(changes.size(), offsets.size(), 4);
  for (const Written& change : changes) file += big_endian(change.at, 8);
  for (const Written& change : changes) file += static_cast<char>(change.type);
  for (const std::int64_t offset : offsets) file += big_endian(offset, 4) + std::string(2, '\0');
  return file + std::string("ABC\0", 4) + "\n" + line + "\n";
}

Timestamp at(const char* text) { return parse_rfc3339(text).value(); }

}  // namespace

TEST_CASE("zones: what needs no file", "[config]") {
  CHECK(find_zone("UTC", "/nowhere")->offset == 0h);
  CHECK(find_zone("+05:30", "/nowhere")->offset == 5h + 30min);
  CHECK(*find_zone("Asia/Shanghai", "/nowhere") == TimeZone{"Asia/Shanghai", 8h, {}});
}

TEST_CASE("zones: written changes, and the rule for the years after them", "[config]") {
  const std::string bytes =
      zone_file({3600, 7200}, {{-100, 1}, {1'000'000'000, 0}}, "CET-1CEST,M3.5.0,M10.5.0/3");
  const auto zone = parse_zone("Europe/Here", bytes);
  REQUIRE(zone);
  CHECK(zone->name == "Europe/Here");
  CHECK(zone->offset == 2h);  // before 1970
  CHECK(zone->offset_at(Timestamp{999'999'999s}) == 2h);
  CHECK(zone->offset_at(at("2026-03-29T00:59:59Z")) == 1h);
  CHECK(zone->offset_at(at("2026-03-29T01:00:00Z")) == 2h);
  CHECK(zone->offset_at(at("2026-10-25T00:59:59Z")) == 2h);
  CHECK(zone->offset_at(at("2026-10-25T01:00:00Z")) == 1h);
}

TEST_CASE("zones: rules of the southern half, with names in brackets and minutes", "[config]") {
  const auto zone = parse_zone("South", zone_file({0}, {}, "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"));
  REQUIRE(zone);
  CHECK(zone->offset_at(at("2026-01-15T00:00:00Z")) == 11h);
  CHECK(zone->offset_at(at("2026-07-15T00:00:00Z")) == 10h + 30min);
  const auto fixed = parse_zone("East", zone_file({28800}, {}, "<+08>-8"));
  REQUIRE(fixed);
  CHECK(fixed->changes.empty());
  CHECK(fixed->offset == 8h);
  CHECK(parse_zone("None", zone_file({28800}, {}, ""))->offset == 8h);
}

TEST_CASE("zones: the file is looked for by its name only", "[config]") {
  const Folder folder;
  folder.write("zones/Here/There", zone_file({3600}, {}, "X-1"));
  folder.write("secret", zone_file({3600}, {}, "X-1"));
  CHECK(find_zone("Here/There", folder / "zones")->offset == 1h);
  for (const char* name : {"../secret", "/secret", "", "Here", "Here/Nowhere", "+8"}) {
    CAPTURE(name);
    const auto zone = find_zone(name, folder / "zones");
    REQUIRE_FALSE(zone);
    CHECK(zone.error().message.find("is no time zone: write a name such as \"Asia/Shanghai\"") !=
          std::string::npos);
  }
}

TEST_CASE("zones: a damaged file is refused and never read past its end", "[config][fault]") {
  const std::string whole =
      zone_file({3600, 7200}, {{100, 1}, {200, 0}}, "CET-1CEST,M3.5.0,M10.5.0/3");
  REQUIRE(parse_zone("z", whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_FALSE(parse_zone("z", std::string_view{whole}.substr(0, size)));
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
    (void)parse_zone("z", damaged);  // whatever it says: ASan and UBSan watch
  }
  CHECK_FALSE(parse_zone("z", zone_file({90000}, {}, "")));
  CHECK_FALSE(parse_zone("z", zone_file({3600}, {{100, 1}}, "")));
  CHECK_FALSE(parse_zone("z", zone_file({3600}, {{200, 0}, {100, 0}}, "")));
  for (const char* line : {"CET", "CET-1CEST", "CET-1CEST,J60,J300", "CET-1CEST,M13.1.0,M4.1.0",
                           "CET-1CEST,M3.5.0,M10.5.0/3x", "<+08-8", "CET-99"}) {
    CAPTURE(line);
    CHECK_FALSE(parse_zone("z", zone_file({3600}, {}, line)));
  }
}

TEST_CASE("zones: a wrong zone or shift is told where it is written", "[config][fault]") {
  const Loaded zone = given("[time]\nzone = \"Asia/Shangai\"\n");
  CHECK_THAT(zone.said(), Catch::StartsWith("p.toml:7:1 error time.zone: \"Asia/Shangai\" is no "
                                            "time zone: write a name such as"));
  const Loaded shifts = given(
      "[time]\nshifts = [{ name = \"a\", begin = \"6:00\" }, { name = \"b\", begin = \"14:00\" },\n"
      "  { name = \"b\", begin = \"14:00\" }, { name = \"c\" }]\n");
  CHECK(shifts.said() ==
        "p.toml:7:25 error time.shifts.begin: must be a time of day such as \"08:00\", is "
        "\"6:00\"\n"
        "p.toml:8:5 error time.shifts.name: \"b\" is a shift already\n"
        "p.toml:8:17 error time.shifts.begin: is when \"b\" begins\n"
        "p.toml:8:36 error time.shifts.begin: is missing and has no default\n");
}

}  // namespace zones_test
