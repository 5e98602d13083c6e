// tests/fuzz/mqtt_codec_target.cpp - Invariants of every answer of the MQTT codec.
#include "mqtt_codec_target.h"

#include <google/protobuf/stubs/logging.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "drivers/mqtt/codec/json_scan.h"
#include "drivers/mqtt/codec/output.h"
#include "drivers/mqtt/codec/scalar.h"
#include "model/tag.h"
#include "model/utf8.h"
#include "parkwatch/v1/reading.pb.h"
#include "tests/unit/mqtt_codec/support.h"

namespace parkwatch::fuzz {
namespace {

using mqtt_codec::Bench;
using mqtt_codec::Cell;
using mqtt_codec::table;

constexpr std::array<const char*, 6> topics{"json/w/e/cod", "each/w",       "members/w",
                                            "fields/w",     "bare/w/e/cod", "v1/w"};

Bench make_bench() {
  const Cell fields{
      std::vector<Cell>{table({{"tag", "{a}/x"}, {"value", "/value"}, {"time", "/a/0"}}),
                        table({{"tag", "{a}/{/id}"}, {"value", "/a/1/b"}, {"optional", true}})}};
  return Bench{{table({{"topic", "json/{a}/{b}/{c}"},
                       {"tag", "{a}/{b}/{c}"},
                       {"value", "/value"},
                       {"time", "/time"},
                       {"quality", "/quality"},
                       {"historical", "/h"}}),
                table({{"topic", "each/{a}"},
                       {"each", "/readings"},
                       {"tag", "{a}/{/id}"},
                       {"value", "/value"},
                       {"time", "/time"},
                       {"message_time", "/time"},
                       {"time_zone", "+08:00"}}),
                table({{"topic", "members/{a}"},
                       {"tag", "{a}/{member}"},
                       {"members", true},
                       {"time", "/time"},
                       {"text_numbers", true}}),
                table({{"topic", "fields/{a}"}, {"fields", fields}}),
                table({{"topic", "bare/{a}/{b}/{c}"}, {"format", "bare"}, {"tag", "{a}/{b}/{c}"}}),
                table({{"topic", "v1/{a}"}, {"format", "parkwatch.v1"}, {"tag", "{a}/{tag}"}})}};
}

std::string check_reading(const Decoded& decoded, const DecodedReading& reading) {
  if (!is_tag_name(decoded.name_of(reading))) return "a reading whose name is no tag's name";
  if (reading.time && (*reading.time < timestamp_min || *reading.time > timestamp_max)) {
    return "a time out of range";
  }
  if (const auto* number = std::get_if<double>(&reading.value); number && !std::isfinite(*number)) {
    return "a value that is not finite";
  }
  if (const auto* text = std::get_if<std::string>(&reading.value)) {
    if (first_not_utf8(*text)) return "a text that is not UTF-8";
    if (text->size() > mqtt_codec::text_bytes_max) return "a text that is too long";
  }
  return {};
}

std::string check_answer(const Decoded& decoded) {
  if (decoded.readings.size() > readings_a_message_max) return "too many readings";
  if (decoded.faults.size() > mqtt_codec::faults_a_message_max) return "too many faults";
  for (const DecodedReading& reading : decoded.readings) {
    std::string wrong = check_reading(decoded, reading);
    if (!wrong.empty()) return wrong;
  }
  for (const DecodeFault& fault : decoded.faults) {
    if (fault.detail.empty()) return "a fault that says nothing";
    if (first_not_utf8(fault.detail)) return "a detail that is not UTF-8";
    if (fault.detail.size() > 600) return "a detail that is too long";
  }
  return {};
}

// Halves of surrogate pairs are left to simdjson.
bool has_surrogates(std::string_view text) {
  for (std::size_t at = text.find("\\u"); at != std::string_view::npos;
       at = text.find("\\u", at + 1)) {
    if (at + 3 < text.size() && (text[at + 2] | 0x20) == 'd') return true;
  }
  return false;
}

// simdjson and our scanner are two readers of one grammar.
std::string check_scan(std::string_view text) {
  if (first_not_utf8(text) || has_surrogates(text)) return {};
  simdjson::dom::parser parser;
  if (parser.allocate(std::max<std::size_t>(text.size(), 64), mqtt_codec::nesting_max + 1) !=
      simdjson::SUCCESS) {
    return {};
  }
  const simdjson::padded_string padded{text};
  const simdjson::error_code error = parser.parse(padded).error();
  const mqtt_codec::JsonScan scan = mqtt_codec::scan_json(text);
  if (scan.fault && scan.fault->byte > text.size()) return "a fault behind the end";
  const bool ours = !scan.fault;
  if (error == simdjson::SUCCESS && !ours) {
    return "simdjson takes what scan_json refuses: " + scan.fault->what;
  }
  if (error != simdjson::SUCCESS && ours && scan.not_finite.empty()) {
    return std::string{"scan_json takes what simdjson refuses: "} + simdjson::error_message(error);
  }
  return {};
}

// The generated parser and our walk are two readers of one message.
std::string check_protobuf(std::string_view payload, const Decoded& decoded) {
  if (decoded.faults.size() == mqtt_codec::faults_a_message_max) return {};  // not all are told
  const google::protobuf::LogSilencer silence;  // it writes each bad text to stderr
  v1::Readings readings;
  const bool parsed = readings.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
  const bool broken =
      std::any_of(decoded.faults.begin(), decoded.faults.end(), [](const DecodeFault& fault) {
        return fault.reason == RefusalReason::not_utf8 ||
               (fault.reason == RefusalReason::malformed &&
                fault.detail.find("without a value") == std::string::npos);
      });
  if (!parsed) return broken ? "" : "taken, but the generated parser refuses it";
  if (broken) return "refused, but the generated parser takes it";
  std::size_t at = 0;
  for (const v1::Reading& reading : readings.readings()) {
    if (at == decoded.readings.size()) break;
    const DecodedReading& ours = decoded.readings[at];
    if (decoded.name_of(ours) != "w/" + reading.tag()) continue;  // a fault
    if (ours.historical != reading.historical()) continue;
    ++at;
    if (ours.time && to_us(*ours.time) != reading.time_us()) return "another time";
    if (static_cast<int>(ours.quality) != static_cast<int>(reading.quality()))
      return "another quality";
    if (static_cast<int>(ours.value.index()) + 1 + 2 != static_cast<int>(reading.value_case()))
      return "another value";
  }
  const auto found = decoded.readings.size() + decoded.faults.size();
  if (found != static_cast<std::size_t>(readings.readings_size())) {
    return "another number of readings";
  }
  return {};
}

}  // namespace

std::string check_mqtt_codec(std::string_view input) {
  static Bench bench = make_bench();
  if (!bench.problems.empty()) return bench.problems;
  if (input.empty()) return {};
  const auto choice = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  std::string topic{topics.at(choice % topics.size())};
  if (choice == 255) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    topic = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  const Message message = mqtt_codec::message(topic, std::string{input});
  const std::string first = mqtt_codec::lines(bench.decode(message));
  const Decoded& again = bench.decode(message);
  std::string wrong = check_answer(again);
  if (wrong.empty() && mqtt_codec::lines(again) != first) wrong = "a second answer that is another";
  if (wrong.empty() && topic == "v1/w") wrong = check_protobuf(input, again);
  return wrong.empty() ? check_scan(input) : wrong;
}

}  // namespace parkwatch::fuzz
