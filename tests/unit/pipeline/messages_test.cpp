// tests/unit/pipeline/messages_test.cpp - What is refused of a message, and which unknown tags are
// taken.
#include <catch2/catch.hpp>

#include "parkwatch/v1/snapshot.pb.h"
#include "rig.h"

namespace messages_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

Plant plant_with_room(std::size_t auto_register_max) {
  Plant plant = plant_of({});
  plant.sources[0].auto_register_max = auto_register_max;
  return plant;
}

}  // namespace

TEST_CASE("messages: the good parts of a bad message are taken", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send(1s, "!\na/b/c 1\nno/such/tag 2\na/b/d 3");
  CHECK(rig.readings() == "a/b/c=1 good -; a/b/d=3 good -");
  CHECK(rig.facts().readings[1].index == 1);
  REQUIRE(rig.facts().refusals.size() == 2);
  const Refusal& malformed = rig.facts().refusals[0];
  CHECK(malformed.reason == RefusalReason::malformed);
  CHECK(malformed.detail == "a line of its own");
  CHECK(malformed.source == "park");
  CHECK(malformed.topic == "t");
  CHECK(malformed.sequence == 2);
  CHECK(malformed.payload_bytes == malformed.payload.size());
  CHECK(rig.facts().refusals[1].reason == RefusalReason::unknown_tag);
  CHECK(rig.facts().refusals[1].detail == "no/such/tag");
}

TEST_CASE("messages: many refused parts of one reason are one row", "[pipeline]") {
  Rig rig{plant_of({})};
  std::string payload;
  for (int i = 0; i < 5000; ++i) payload += "no/such/" + std::to_string(i) + " 1\n";
  rig.send(1s, payload);
  REQUIRE(rig.facts().refusals.size() == 1);
  const Refusal& refusal = rig.facts().refusals[0];
  CHECK(refusal.payload.size() == refusal_payload_bytes_max);
  CHECK(refusal.payload_bytes == payload.size());
  CHECK_THAT(refusal.detail, Catch::StartsWith("no/such/0; no/such/1") &&
                                 Catch::EndsWith("(5000 in this message)"));
  CHECK(refusal.detail.size() < 600);
}

TEST_CASE("messages: too many readings, or too many bytes, are refused whole", "[pipeline]") {
  Rig rig{plant_of({})};
  std::string payload;
  for (std::size_t i = 0; i <= readings_a_message_max; ++i) payload += "a/b/c 1\n";
  rig.send(1s, payload);
  Message large;
  large.topic = "t";
  large.oversized = true;
  large.payload_bytes = 10'000'000;
  rig.feed(large, 2s);
  CHECK(rig.readings().empty());
  REQUIRE(rig.facts().refusals.size() == 2);
  CHECK(rig.facts().refusals[0].reason == RefusalReason::too_many);
  CHECK(rig.facts().refusals[1].reason == RefusalReason::oversized);
  CHECK(rig.facts().refusals[1].payload_bytes == 10'000'000);
  rig.send(3s, "a/b/c 1");  // the next one is not affected
  CHECK(rig.readings() == "a/b/c=1 good -");
}

TEST_CASE("messages: a wrong type is refused with the tag's name", "[pipeline]") {
  Rig rig{plant_of({})};
  rig.send(1s, "a/b/c open\na/b/d true");
  CHECK(rig.readings() == "a/b/d=1 good -");
  REQUIRE(rig.facts().refusals.size() == 1);
  CHECK(rig.facts().refusals[0].reason == RefusalReason::wrong_type);
  CHECK(rig.facts().refusals[0].detail == "a/b/c: open, not a number");
}

TEST_CASE("messages: a source without a decoder, or none such, harms nothing", "[pipeline]") {
  Rig rig{plant_of({})};
  Message message;
  message.source = 5;
  message.payload = "a/b/c 1";
  message.packet_id = 3;
  rig.feed(message, 1s);
  CHECK(rig.readings().empty());
  REQUIRE(rig.facts().refusals.size() == 1);
  CHECK(rig.facts().refusals[0].reason == RefusalReason::unmapped_topic);
  rig.pipeline().set_decoders({nullptr});
  rig.send(2s, "a/b/c 1");
  CHECK(rig.facts().refusals.size() == 2);
  rig.pipeline().set_decoders({std::make_shared<LineDecoder>()});
  rig.send(3s, "a/b/c 1");
  CHECK(rig.readings() == "a/b/c=1 good -");
}

TEST_CASE("messages: unknown tags are taken up to the source's limit", "[pipeline]") {
  Rig rig{plant_with_room(2)};
  rig.send(1s, "x/y/1 1.5\nx/y/2 true\nx/y/3 7\nx/y/1 2.5");
  CHECK(rig.readings() == "x/y/1=1.5 good -; x/y/2=true good -; x/y/1=2.5 good -");
  REQUIRE(rig.facts().refusals.size() == 1);
  CHECK(rig.facts().refusals[0].reason == RefusalReason::unknown_tag);
  REQUIRE(rig.pipeline().tag_count() == 4);
  const auto view = rig.pipeline().tag(3);
  CHECK(view.tag->name == "x/y/2");
  CHECK(view.tag->auto_registered);
  CHECK(view.tag->type == ValueType::boolean);
  CHECK(rig.pipeline().tag(2).tag->type == ValueType::float64);
  CHECK(view.version == 1);
  // A replay needs them, the dictionary shows them.
  CHECK(rig.facts().tags.size() == 4);
  REQUIRE(rig.facts().inputs.size() == 4);  // the last says which source
  const auto& registered = std::get<TagRegistered>(rig.facts().inputs[1].body);
  CHECK(registered.id == 2);
  CHECK(registered.tag.name == "x/y/1");
  CHECK(rig.facts().inputs[1].sequence == 2);
}

TEST_CASE("messages: each source has its own limit of unknown tags, also after a restart",
          "[pipeline]") {
  Plant plant = plant_of({});
  plant.sources = {{"a", 3}, {"b", 1}};
  plant.decoders = {std::make_shared<LineDecoder>(), std::make_shared<LineDecoder>()};
  Rig rig{plant};
  const auto message = [](SourceId source, std::string payload) {
    Message m;
    m.source = source;
    m.topic = "t";
    m.payload = std::move(payload);
    return m;
  };
  rig.feed(message(0, "a/x/1 1\na/x/2 1"), 1s);
  rig.feed(message(1, "b/x/1 1\nb/x/2 1"), 2s);
  CHECK(rig.readings() == "a/x/1=1 good -; a/x/2=1 good -; b/x/1=1 good -");
  REQUIRE(rig.pipeline().tag_count() == 5);
  CHECK(rig.pipeline().tag(4).tag->registered_by == "b");
  v1::Snapshot snapshot;
  rig.pipeline().snapshot(snapshot);
  auto again = pipeline::Pipeline::restore(snapshot, std::make_shared<const Plant>(plant));
  REQUIRE(again);
  again->set_decoders(plant.decoders);
  const Input inputs[] = {{10, day + 3s, message(1, "b/x/2 1")},
                          {11, day + 4s, message(0, "a/x/3 1\na/x/4 1")}};
  Facts facts;
  again->step(day + 5s, inputs, facts);
  REQUIRE(facts.readings.size() == 1);
  CHECK(again->tag(facts.readings[0].tag).tag->name == "a/x/3");
  CHECK(facts.refusals.size() == 2);
  // What a source brought counts as its own where sources have other places, too.
  std::swap(plant.sources[0], plant.sources[1]);
  plant.hash = "plant-2";
  rig.use(plant, 6s);
  rig.feed(message(0, "b/x/3 1"), 7s);
  rig.feed(message(1, "a/x/3 1"), 8s);
  CHECK(rig.readings() == "a/x/3=1 good -");
}

TEST_CASE("messages: a tag that came with a whole number keeps the fractions that follow",
          "[pipeline]") {
  Rig rig{plant_with_room(2)};
  rig.send(1s, "x/y/1 20");
  rig.send(2s, "x/y/1 20.5");
  CHECK(rig.readings() == "x/y/1=20 good -; x/y/1=20.5 good -");
}

TEST_CASE("messages: what is no name of a tag is never registered", "[pipeline]") {
  Rig rig{plant_with_room(10)};
  for (const char* name : {"/a", "a//b", "a/#", "`a`", "a/b\x7f"}) {
    rig.send(1s, std::string{name} + " 1");
  }
  rig.send(1s, std::string(300, 'x') + " 1");
  CHECK(rig.readings().empty());
  CHECK(rig.pipeline().tag_count() == 2);
  CHECK(rig.facts().refusals.size() == 6);
}

TEST_CASE("messages: the newest reading of a tag is what the live view begins with", "[pipeline]") {
  Rig rig{plant_of({})};
  CHECK(rig.pipeline().tag(0).newest == nullptr);
  rig.send(2s, "a/b/c 1 t=2000000");
  rig.send(3s, "a/b/c 9 t=1000000");
  REQUIRE(rig.pipeline().tag(0).newest != nullptr);
  CHECK(rig.pipeline().tag(0).newest->value == Value{1.0});
}

}  // namespace messages_test
