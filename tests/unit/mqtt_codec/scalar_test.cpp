// tests/unit/mqtt_codec/scalar_test.cpp - Numbers, words, times and qualities of devices.
#include "drivers/mqtt/codec/scalar.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>

namespace parkwatch::mqtt_codec::scalar_test {
namespace {

std::string number(std::string_view text) {
  const ParsedNumber parsed = parse_number(text);
  if (const auto* whole = std::get_if<std::int64_t>(&parsed))
    return "int " + to_text(Value{*whole});
  if (const auto* decimal = std::get_if<double>(&parsed))
    return "double " + to_text(Value{*decimal});
  return std::holds_alternative<NotANumber>(parsed) ? "not a number" : "no";
}

TEST_CASE("number: whole numbers stay whole as far as int64 goes", "[mqtt_codec]") {
  CHECK(number("0") == "int 0");
  CHECK(number("-0") == "int 0");
  CHECK(number("+7") == "int 7");
  CHECK(number("007") == "int 7");
  CHECK(number("9223372036854775807") == "int 9223372036854775807");
  CHECK(number("-9223372036854775808") == "int -9223372036854775808");
}

TEST_CASE("number: a whole number beyond int64 is a double only if that is exactly it",
          "[mqtt_codec]") {
  CHECK(number("9223372036854775808") == "double 9223372036854775808");    // 2^63
  CHECK(number("-9223372036854777856") == "double -9223372036854777856");  // 2^63 + 2048
  CHECK(number("18446744073709551616") == "double 18446744073709551616");  // 2^64
  CHECK(number("100000000000000000000000") == "not a number");  // 1e23 is between two doubles
  CHECK(number("9223372036854775809") == "not a number");
  CHECK(number("00009223372036854775808") == "double 9223372036854775808");
  CHECK(number(std::string(400, '9')) == "not a number");
}

TEST_CASE("number: decimals in every usual writing", "[mqtt_codec]") {
  CHECK(number("12.5") == "double 12.5");
  CHECK(number("-.5") == "double -0.5");
  CHECK(number("1.") == "double 1");
  CHECK(number("1e3") == "double 1000");
  CHECK(number("1E-3") == "double 0.001");
  CHECK(number("1e+3") == "double 1000");
}

TEST_CASE("number: what is out of reach is no number, what is too near to 0 is 0", "[mqtt_codec]") {
  for (const std::string_view text : {"1e999", "-1e999", "1e99999999999999999999", "123e400", "NaN",
                                      "nan", "-NaN", "inf", "-Infinity", "+INF"}) {
    CAPTURE(text);
    CHECK(number(text) == "not a number");
  }
  for (const std::string_view text :
       {"1e-999", "0e999", "0.0e99999999999999999999", "1e-99999999999999999999"}) {
    CAPTURE(text);
    CHECK(number(text) == "double 0");
  }
  CHECK(number("0." + std::string(400, '0') + "1") == "double 0");
  CHECK(number("1" + std::string(400, '0') + "e-400") == "double 1");
  CHECK(number(std::string(400, '9') + "e-900") == "double 0");
  CHECK(number(std::string(400, '9') + "e-50") == "not a number");
  CHECK(number("5e-324") == "double 5e-324");
}

TEST_CASE("number: the whole text must be it", "[mqtt_codec]") {
  for (const std::string_view text :
       {"", " ", "-", "+", ".", "e5", "1 ", " 1", "1,5", "0x10", "12abc", "--1", "+-1", "1e", "1e+",
        "1.5.2", "infinit", "nano", "1_000"}) {
    CAPTURE(text);
    CHECK(number(text) == "no");
  }
}

TEST_CASE("switch: true and on, false and off, in any case", "[mqtt_codec]") {
  for (const std::string_view text : {"true", "TRUE", "True", "on", "ON"})
    CHECK(parse_switch(text) == true);
  for (const std::string_view text : {"false", "False", "off", "OFF"})
    CHECK(parse_switch(text) == false);
  for (const std::string_view text : {"", "yes", "1", "o", "onn", "open"})
    CHECK_FALSE(parse_switch(text));
}

TEST_CASE("time: each unit gives the same instant", "[mqtt_codec]") {
  const Timestamp expected = from_us(1'700'000'000'000'000);
  CHECK(time_of(std::int64_t{1'700'000'000}, TimeFormat::s) == expected);
  CHECK(time_of(std::int64_t{1'700'000'000'000}, TimeFormat::ms) == expected);
  CHECK(time_of(std::int64_t{1'700'000'000'000'000}, TimeFormat::us) == expected);
  CHECK(time_of(std::int64_t{1'700'000'000'000'000'000}, TimeFormat::ns) == expected);
  const std::int64_t numbers[] = {1'700'000'000, 1'700'000'000'000, 1'700'000'000'000'000,
                                  1'700'000'000'000'000'000};
  for (const std::int64_t number : numbers) {
    CAPTURE(number);
    CHECK(time_of(number, TimeFormat::automatic) == expected);
    CHECK(time_of(static_cast<double>(number), TimeFormat::automatic) == expected);
  }
  CHECK(time_of(1'700'000'000.25, TimeFormat::automatic) ==
        expected + std::chrono::milliseconds{250});
  CHECK(time_of(std::int64_t{1'700'000'000'000'000'999}, TimeFormat::ns) == expected);
}

TEST_CASE("time: the borders of the automatic unit are where the header says", "[mqtt_codec]") {
  CHECK(time_of(std::int64_t{99'999'999'999}, TimeFormat::automatic) ==
        from_us(99'999'999'999'000'000));
  CHECK(time_of(std::int64_t{100'000'000'000}, TimeFormat::automatic) ==
        from_us(100'000'000'000'000));
  CHECK(time_of(std::int64_t{99'999'999'999'999}, TimeFormat::automatic) ==
        from_us(99'999'999'999'999'000));
  CHECK(time_of(std::int64_t{100'000'000'000'000}, TimeFormat::automatic) ==
        from_us(100'000'000'000'000));
  CHECK(time_of(std::int64_t{99'999'999'999'999'984}, TimeFormat::automatic) ==
        from_us(99'999'999'999'999'984));
  CHECK(time_of(std::int64_t{100'000'000'000'000'000}, TimeFormat::automatic) ==
        from_us(100'000'000'000'000));
}

TEST_CASE("time: before 1970 and after 9999 there is none", "[mqtt_codec]") {
  CHECK(time_of(std::int64_t{0}, TimeFormat::s) == timestamp_min);
  CHECK_FALSE(time_of(std::int64_t{-1}, TimeFormat::s));
  CHECK_FALSE(time_of(-0.5, TimeFormat::s));
  CHECK(time_of(std::int64_t{253'402'300'799}, TimeFormat::s));
  CHECK_FALSE(time_of(std::int64_t{253'402'300'800}, TimeFormat::s));
  CHECK_FALSE(time_of(std::int64_t{253'402'300'800'000}, TimeFormat::ms));
  CHECK(time_of(std::int64_t{253'402'300'799'999'999}, TimeFormat::us) == timestamp_max);
  CHECK_FALSE(time_of(std::int64_t{253'402'300'800'000'000}, TimeFormat::us));
  CHECK_FALSE(time_of(INT64_MAX, TimeFormat::s));
  CHECK_FALSE(time_of(INT64_MIN, TimeFormat::automatic));
  CHECK_FALSE(time_of(1e300, TimeFormat::s));
  CHECK_FALSE(time_of(std::nan(""), TimeFormat::ms));
  CHECK_FALSE(time_of(253'402'300'799.9999999, TimeFormat::s));
  CHECK_FALSE(time_of(std::int64_t{1'700'000'000}, TimeFormat::rfc3339));
}

TEST_CASE("time: texts are RFC 3339 or numbers in quotes", "[mqtt_codec]") {
  const Timestamp expected = from_us(1'704'067'200'000'000);  // 2024-01-01
  CHECK(time_of("2024-01-01T00:00:00Z", TimeFormat::automatic, "") == expected);
  CHECK(time_of("2024-01-01T08:00:00+08:00", TimeFormat::rfc3339, "") == expected);
  CHECK(time_of("1704067200", TimeFormat::automatic, "") == expected);
  CHECK(time_of("1704067200000", TimeFormat::ms, "") == expected);
  CHECK(time_of("1704067200.0", TimeFormat::s, "") == expected);
  CHECK_FALSE(time_of("1704067200", TimeFormat::rfc3339, ""));
  CHECK_FALSE(time_of("2024-01-01T00:00:00Z", TimeFormat::ms, ""));
  CHECK_FALSE(time_of("yesterday", TimeFormat::automatic, ""));
  CHECK_FALSE(time_of("", TimeFormat::automatic, ""));
  CHECK_FALSE(time_of("NaN", TimeFormat::automatic, ""));
}

TEST_CASE("time: a text without zone has one only by the mapping", "[mqtt_codec]") {
  const Timestamp expected = from_us(1'704'067'200'000'000);
  CHECK_FALSE(time_of("2024-01-01 08:00:00", TimeFormat::automatic, ""));
  CHECK(time_of("2024-01-01 08:00:00", TimeFormat::automatic, "+08:00") == expected);
  CHECK(time_of("2024-01-01T00:00:00Z", TimeFormat::automatic, "+08:00") == expected);
  CHECK_FALSE(time_of(std::string(100'000, '1'), TimeFormat::rfc3339, "+08:00"));
}

TEST_CASE("quality: our words and reasons, in any case", "[mqtt_codec]") {
  CHECK(quality_of("good") == QualityMark{Quality::good, QualityReason::none});
  CHECK(quality_of("GOOD") == QualityMark{Quality::good, QualityReason::none});
  CHECK(quality_of("Uncertain") == QualityMark{Quality::uncertain, QualityReason::none});
  CHECK(quality_of("bad") == QualityMark{Quality::bad, QualityReason::none});
  CHECK(quality_of("sensor_fault") == QualityMark{Quality::bad, QualityReason::sensor_fault});
  CHECK(quality_of("Comm Lost") == QualityMark{Quality::bad, QualityReason::comm_lost});
  CHECK(quality_of("clock-skew") == QualityMark{Quality::uncertain, QualityReason::clock_skew});
  CHECK_FALSE(quality_of("none"));
  CHECK_FALSE(quality_of("ok"));
  CHECK_FALSE(quality_of(""));
  CHECK_FALSE(quality_of(std::string(1000, 'g')));
}

TEST_CASE("quality: the byte of OPC DA", "[mqtt_codec]") {
  CHECK(quality_of(192) == QualityMark{Quality::good, QualityReason::none});
  CHECK(quality_of(216) == QualityMark{Quality::good, QualityReason::none});  // local override
  CHECK(quality_of(0) == QualityMark{Quality::bad, QualityReason::none});
  CHECK(quality_of(64) == QualityMark{Quality::uncertain, QualityReason::none});
  CHECK(quality_of(0x10) == QualityMark{Quality::bad, QualityReason::sensor_fault});
  CHECK(quality_of(0x13) == QualityMark{Quality::bad, QualityReason::sensor_fault});  // limit bits
  CHECK(quality_of(0x18) == QualityMark{Quality::bad, QualityReason::comm_lost});
  CHECK(quality_of(0x54) == QualityMark{Quality::uncertain, QualityReason::out_of_range});
  CHECK_FALSE(quality_of(128));  // not used by OPC
  CHECK_FALSE(quality_of(256));
  CHECK_FALSE(quality_of(-1));
}

}  // namespace
}  // namespace parkwatch::mqtt_codec::scalar_test
