// tests/unit/mqtt_codec/passage_test.cpp - [[source.passage]]: what is read, what messages give,
// and that a refused one says nothing of whom it was about.
#include <catch2/catch.hpp>
#include <random>

#include "support.h"

namespace parkwatch::mqtt_codec::passage_test {
namespace {

using Entries = std::vector<std::pair<std::string, Cell>>;

class Gate {
 public:
  explicit Gate(Entries passage, std::vector<SettingsTable> mappings = {}) {
    std::vector<Cell> readings{mappings.begin(), mappings.end()};
    const SettingsTable made =
        table({{"passage", Cell{std::vector<Cell>{Cell{table(std::move(passage))}}}},
               {"mapping", Cell{std::move(readings)}}});
    Diagnostics out;
    SettingsReader reader{made, "source", out};
    auto known = read_mappings(reader, out);
    auto passages = read_passages(reader, known, out);
    reader.finish();
    problems = texts(out);
    filters = subscription_filters(known, passages);
    decoder_ = make_decoder(std::move(known), 1000, std::move(passages));
  }
  const Decoded& decode(const Message& m) {
    decoded_.clear();
    decoder_->decode(m, decoded_);
    return decoded_;
  }
  // "enter hazmat H1 g1/2 ..." of each passage and "! reason: detail" of each fault, a line each.
  std::string operator()(const std::string& topic, const std::string& payload) {
    const Decoded& d = decode(message(topic, payload));
    std::string text;
    for (const Passage& p : d.passages) {
      text += std::string{to_text(p.kind)} + " " + std::string{to_text(p.subject)};
      for (const std::string* word :
           {&p.id, &p.gate, &p.lane, &p.zone, &p.card, &p.permit, &p.name}) {
        text += " " + (word->empty() ? std::string{"-"} : *word);
      }
      if (p.count != 0) text += " n=" + std::to_string(p.count);
      if (p.time) text += " @ " + to_rfc3339(*p.time);
      text += "\n";
    }
    for (const DecodeFault& f : d.faults) {
      text += "! " + std::string{to_text(f.reason)} + ": " + f.detail + "\n";
    }
    return text;
  }
  std::string problems;
  std::vector<std::string> filters;

 private:
  std::shared_ptr<Decoder> decoder_;
  Decoded decoded_;
};

Entries plate() {
  return {{"topic", "park/{gate}/{lane}/plate"},
          {"id", "/plate"},
          {"class", "/type"},
          {"classes", table({{"0", "vehicle"}, {"danger", "hazmat"}})},
          {"kind", "/dir"},
          {"kinds", table({{"in", "enter"}, {"out", "leave"}})},
          {"card", "/card"},
          {"time", "/ts"}};
}

}  // namespace

TEST_CASE("passage: captures, pointers and the device's words become a passage", "[mqtt_codec]") {
  Gate gate{plate()};
  REQUIRE(gate.problems.empty());
  CHECK(gate.filters == std::vector<std::string>{"park/+/+/plate"});
  CHECK(gate("park/g1/2/plate", R"({"plate":"H1","type":"danger","dir":"in","ts":1704067200})") ==
        "enter hazmat H1 g1 2 - - - - @ 2024-01-01T00:00:00Z\n");
  CHECK(gate("park/g2/1/plate", R"({"plate":7,"type":0,"dir":"leave","card":"K7"})") ==
        "leave vehicle 7 g2 1 - K7 - -\n");
}

TEST_CASE("passage: without more than a topic a person enters", "[mqtt_codec]") {
  Gate gate{{{"topic", "door/{gate}/{id}"}, {"zone", "plant"}, {"name", "/name"}}};
  REQUIRE(gate.problems.empty());
  CHECK(gate("door/g1/emp-7", R"({"name":"\u5f20"})") == "enter person emp-7 g1 - plant - - 张\n");
}

TEST_CASE("passage: a plate stands where there is no id", "[mqtt_codec]") {
  Gate gate{{{"topic", "x"}, {"id", "/id"}, {"plate", "/plate"}, {"class", "vehicle"}}};
  REQUIRE(gate.problems.empty());
  CHECK(gate("x", R"({"plate":"A1"})") == "enter vehicle A1 - - - - - -\n");
  CHECK(gate("x", R"({"id":"B","plate":"A1"})") == "enter vehicle B - - - - - -\n");
}

TEST_CASE("passage: the elements of an array are passages each", "[mqtt_codec]") {
  Gate gate{{{"topic", "x"}, {"each", "/events"}, {"id", "/who"}}};
  REQUIRE(gate.problems.empty());
  CHECK(gate("x", R"({"events":[{"who":"a"},{"who":[1]},{"who":"b"}]})") ==
        "enter person a - - - - - -\nenter person b - - - - - -\n"
        "! wrong_type: /events/1/who must be a text, a number, true or false\n");
  CHECK(gate("x", R"({"events":7})") == "! wrong_type: /events must be an array\n");
  CHECK(gate("x", "{}") == "! malformed: /events is not in the message\n");
}

TEST_CASE("passage: barriers and counters need nobody", "[mqtt_codec]") {
  Gate barrier{{{"topic", "b/{gate}/{lane}"},
                {"kind", "/state"},
                {"kinds", table({{"true", "barrier_open"}, {"false", "barrier_closed"}})}}};
  REQUIRE(barrier.problems.empty());
  CHECK(barrier("b/g1/1", R"({"state":true})") == "barrier_open person - g1 1 - - - -\n");
  Gate counter{{{"topic", "c/{zone}"}, {"kind", "count"}, {"count", "/n"}}};
  REQUIRE(counter.problems.empty());
  CHECK(counter("c/north", R"({"n":12})") == "count person - - - north - - - n=12\n");
  CHECK(counter("c/north", R"({"n":1.5})") == "! not_a_number: the count is no whole number\n");
  CHECK(counter("c/north", R"({"n":-1})") == "! malformed: a counter is below zero\n");
}

TEST_CASE("passage: what is refused says where, and nothing of whom it was about", "[mqtt_codec]") {
  Gate gate{plate()};
  const std::vector<std::pair<std::string, std::string>> bad{
      {R"({"plate":"SECRET77","type":"SECRET77","dir":"in"})", "wrong_type"},
      {R"({"plate":"SECRET77","type":0,"dir":"SECRET77"})", "wrong_type"},
      {R"({"plate":["SECRET77"],"type":0,"dir":"in"})", "wrong_type"},
      {R"({"plate":"SECRET77","type":0,"dir":"in","ts":"SECRET77"})", "time_out_of_range"},
      {R"({"plate":"SECRET77)", "malformed"},
      {R"(SECRET77)", "malformed"},
      {R"({"type":0,"dir":"in","card":"SECRET77"})", "malformed"},
      {"{\"plate\":\"SECRET77\\u0007\",\"type\":0,\"dir\":\"in\"}", "malformed"},
      {"{\"plate\":\"SECRET77\xFF\"}", "not_utf8"},
      {"{\"plate\":\"SECRET77" + std::string(200, 'x') + "\",\"type\":0,\"dir\":\"in\"}",
       "malformed"},
      {std::string(2000, ' ') + "SECRET77", "oversized"}};
  for (const auto& [payload, reason] : bad) {
    const std::string said = gate("park/g1/2/plate", payload);
    CAPTURE(payload, said);
    CHECK(said.find("! " + reason) == 0);
    CHECK(said.find("SECRET") == std::string::npos);
  }
}

TEST_CASE("passage: the decoder says of which messages nothing personal may be kept",
          "[mqtt_codec]") {
  Gate gate{plate(), {table({{"topic", "r/{site}"}, {"tag", "{site}/x"}, {"value", "/v"}})}};
  REQUIRE(gate.problems.empty());
  CHECK(gate.decode(message("park/g1/2/plate", "{}")).personal == "park/+/+/plate");
  CHECK(gate.decode(message("r/s", R"({"v":1})")).personal.empty());
  CHECK(gate.decode(message("r/s", R"({"v":1})")).readings.size() == 1);
  Message large = message("park/g1/2/plate", "");
  large.oversized = true;
  large.payload_bytes = 5000;
  CHECK(gate.decode(large).personal == "park/+/+/plate");
}

TEST_CASE("passage: of a topic that nothing takes only what the configuration says is kept",
          "[mqtt_codec]") {
  Gate gate{plate(), {table({{"topic", "r/{site}"}, {"tag", "{site}/x"}, {"value", "/v"}})}};
  REQUIRE(gate.problems.empty());
  const std::vector<std::pair<std::string, std::string>> strays{
      {"park/g1/A12345/plat", "park/+/+/+"},
      {"park/g1/2/plate/A12345", "park/+/+/plate/+"},
      {"Park/g1/A12345/plate", "+/+/+/plate"},
      {"park/g1/A12345", "park/+/+"},
      {"A12345", "+"},
      {"r/site/A12345", "r/+/+"},
      {"$SYS/A12345", "+/+"},
      {"/park/A12345/", "+/park/+/+"}};
  for (const auto& [topic, kept] : strays) {
    CAPTURE(topic);
    CHECK(gate(topic, R"({"plate":"A12345"})") ==
          "! unmapped_topic: no [[source.mapping]] takes \"" + kept + "\"\n");
    CHECK(gate.decode(message(topic, "A12345")).personal == kept);
  }
  CHECK(gate.decode(message("park/\xFF/A12345", "x")).personal == "park/+/+");
  Message large = message("park/A12345/plat", "");
  large.oversized = true;
  CHECK(gate.decode(large).personal == "park/+/+");
}

TEST_CASE("passage: whatever bytes come, a passage that is given can be taken", "[mqtt_codec]") {
  Gate gate{plate()};
  std::mt19937 random{3};
  const auto below = [&random](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>{0, n - 1}(random);
  };
  const std::string good = R"({"plate":"SECRET77","type":"danger","dir":"in","card":"K","ts":17})";
  std::size_t taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string payload = good;
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
      payload[below(payload.size())] = static_cast<char>(below(256));
    }
    const Decoded& decoded = gate.decode(message("park/g1/2/plate", payload));
    CAPTURE(payload);
    REQUIRE(decoded.passages.size() <= 1);
    REQUIRE(decoded.passages.empty() != decoded.faults.empty());
    REQUIRE(decoded.readings.empty());
    REQUIRE(decoded.personal == "park/+/+/plate");
    for (const Passage& p : decoded.passages) REQUIRE(fault_of(p) == nullptr);
    taken += decoded.passages.size();
    for (const DecodeFault& f : decoded.faults) {
      REQUIRE_FALSE(f.detail.empty());
      REQUIRE(f.detail.find("SECRE") == std::string::npos);
    }
  }
  CHECK(taken > 500);
}

TEST_CASE("passage: a message with too many of them is refused whole", "[mqtt_codec]") {
  const SettingsTable made =
      table({{"passage",
              Cell{std::vector<Cell>{Cell{table({{"topic", "x"}, {"each", ""}, {"id", ""}})}}}}});
  Diagnostics out;
  SettingsReader reader{made, "source", out};
  auto decoder = make_decoder({}, 1 << 20, read_passages(reader, {}, out));
  std::string payload = "[1";
  for (std::size_t i = 0; i < readings_a_message_max; ++i) payload += ",1";
  Decoded decoded;
  decoder->decode(message("x", payload + "]"), decoded);
  CHECK(decoded.passages.empty());
  REQUIRE(decoded.faults.size() == 1);
  CHECK(decoded.faults[0].reason == RefusalReason::too_many);
}

TEST_CASE("passage: each mistake in the configuration is told at its key", "[mqtt_codec]") {
  const std::vector<std::pair<Entries, std::string>> wrong{
      {{{"id", "/id"}}, "source.passage.topic"},
      {{{"topic", "x"}, {"id", "{who}"}}, "the topic has no {who}"},
      {{{"topic", "x"}, {"id", "/a~2"}}, "source.passage.id"},
      {{{"topic", "x"}, {"kind", "enters"}}, "must be one of enter, leave"},
      {{{"topic", "x"}, {"class", "lorry"}}, "must be one of person"},
      {{{"topic", "x"}, {"kinds", table({{"in", "inn"}})}}, "source.passage.kinds.in"},
      {{{"topic", "x"}, {"time_zone", "Beijing"}}, "source.passage.time_zone"},
      {{{"topic", "x"}, {"number", "/n"}}, "source.passage.number"},
      {{{"topic", "r/a"}}, "is never reached"}};
  for (const auto& [entries, said] : wrong) {
    Gate gate{entries, {table({{"topic", "r/{site}"}, {"tag", "{site}/x"}, {"value", "/v"}})}};
    CAPTURE(said, gate.problems);
    CHECK(gate.problems.find(said) != std::string::npos);
  }
}

}  // namespace parkwatch::mqtt_codec::passage_test
