// tests/unit/store/convert_test.cpp - Values of the model to parkwatch.v1 and back.
#include "store/convert.h"

#include <catch2/catch.hpp>
#include <functional>

#include "tests/unit/store/sample_values.h"

namespace convert_test {

using namespace parkwatch;
using namespace parkwatch::store;

namespace {

// Through bytes, as the file and the wire have them.
template <typename Message, typename Value>
auto there_and_back(const Value& value) {
  Message message;
  to_proto(value, message);
  std::string bytes;
  REQUIRE(message.SerializeToString(&bytes));
  Message read;
  REQUIRE(read.ParseFromString(bytes));
  return from_proto(read);
}

}  // namespace

TEST_CASE("a tag comes back whole", "[store]") {
  const TagDefined defined = sample_definition(4, 7, 99);
  const auto back = there_and_back<v1::TagDefinition>(defined);
  REQUIRE(back);
  CHECK(back->id == 4);
  CHECK(back->version == 7);
  CHECK(back->sequence == 99);
  CHECK(back->tag == defined.tag);
}

TEST_CASE("a bare tag comes back without range, clamp or enumeration", "[store]") {
  TagDefined defined;
  defined.tag.name = "a/b/c";
  const auto back = there_and_back<v1::TagDefinition>(defined);
  REQUIRE(back);
  CHECK(back->tag == defined.tag);
}

TEST_CASE("an alarm event comes back whole", "[store]") {
  const auto back = there_and_back<v1::AlarmEvent>(sample_event(5));
  REQUIRE(back);
  CHECK(*back == sample_event(5));
  AlarmEvent bare = sample_event(6);
  bare.value.reset();
  bare.limit.reset();
  const auto bare_back = there_and_back<v1::AlarmEvent>(bare);
  REQUIRE(bare_back);
  CHECK(*bare_back == bare);
}

TEST_CASE("every kind of recorded input comes back whole", "[store]") {
  auto inputs = sample_inputs(3);
  inputs.push_back(sample_consumer_input(40, {ConsumerCommand::Verb::ack, "hq", 17, {}}));
  inputs.push_back(sample_consumer_input(41, {ConsumerCommand::Verb::remove, "hq", 0, {}}));
  for (const RecordedInput& input : inputs) {
    CAPTURE(input.sequence);
    const auto back = there_and_back<v1::InputRecord>(input);
    REQUIRE(back);
    CHECK(*back == input);
  }
}

TEST_CASE("message identities come back whole", "[store][property]") {
  RandomReadings random{5};
  for (int round = 0; round < 20; ++round) {
    std::vector<MessageIdentity> identities;
    for (std::uint64_t n = random.below(50); n > 0; --n) {
      identities.push_back({random.below(UINT64_MAX), sample_time + Duration{random.below(1000)},
                            static_cast<SourceId>(round % 2 == 0 ? 0 : random.below(65536)),
                            static_cast<std::uint16_t>(random.below(65536)),
                            random.below(UINT64_MAX)});
    }
    const auto back =
        there_and_back<v1::MessageIdentities>(std::span<const MessageIdentity>{identities});
    REQUIRE(back);
    CHECK(*back == identities);
  }
}

TEST_CASE("a gap comes back whole", "[store]") {
  Gap gap;
  gap.first_sequence = 4;
  gap.last_sequence = 9;
  gap.from = sample_time;
  gap.to = sample_time + Duration{8};
  gap.readings = 1234;
  gap.reason = "size";
  gap.unacknowledged = true;
  const auto back = there_and_back<v1::Gap>(gap);
  REQUIRE(back);
  CHECK(back->first_sequence == 4);
  CHECK(back->last_sequence == 9);
  CHECK(back->from == gap.from);
  CHECK(back->to == gap.to);
  CHECK(back->readings == 1234);
  CHECK(back->reason == "size");
  CHECK(back->unacknowledged);
}

TEST_CASE("text that is not UTF-8 is mended, since protobuf would not read it back", "[store]") {
  CHECK(mended_utf8("\u6c34 ok") == "\u6c34 ok");
  CHECK(mended_utf8("a\xFF\xC3z") == "a\uFFFD\uFFFDz");
  CHECK(mended_utf8("\x80") == "\uFFFD");
  AlarmEvent event = sample_event(1);
  event.comment = "caf\xE9";
  const auto back = there_and_back<v1::AlarmEvent>(event);
  REQUIRE(back);
  CHECK(back->comment == "caf\uFFFD");
}

TEST_CASE("alarm events with unknown enumerators or times are refused", "[store][hostile]") {
  using Change = std::function<void(v1::AlarmEvent&)>;
  const Change changes[] = {
      [](auto& e) { e.set_kind(static_cast<v1::TransitionKind>(transition_kinds)); },
      [](auto& e) { e.set_state(static_cast<v1::AlarmState>(alarm_states)); },
      [](auto& e) { e.set_notice(static_cast<v1::Notice>(4)); },
      [](auto& e) { e.set_respond_by_us(INT64_MAX); },
      [](auto& e) { e.mutable_shelving()->set_until_us(INT64_MAX); },
      [](auto& e) { e.mutable_service()->set_since_us(-1); },
      [](auto& e) { e.set_state(static_cast<v1::AlarmState>(-1)); },
      [](auto& e) { e.set_level(static_cast<v1::Level>(6)); },
      [](auto& e) { e.set_priority(static_cast<v1::Priority>(4)); },
      [](auto& e) { e.set_quality(static_cast<v1::Quality>(3)); },
      [](auto& e) { e.set_at_us(-1); },
      [](auto& e) { e.set_raised_at_us(INT64_MAX); },
      [](auto& e) { e.set_reading_time_us(INT64_MIN); },
  };
  for (const Change& change : changes) {
    v1::AlarmEvent message;
    to_proto(sample_event(1), message);
    change(message);
    const auto back = from_proto(message);
    REQUIRE_FALSE(back);
    CHECK(back.error().kind == ErrorKind::bad_input);
  }
}

TEST_CASE("commands with unknown verbs or times are refused", "[store][hostile]") {
  using Change = std::function<void(v1::InputRecord&)>;
  const auto alarm = [](v1::InputRecord& r) { return r.mutable_command()->mutable_alarm(); };
  const auto work = [](v1::InputRecord& r) { return r.mutable_command()->mutable_maintenance(); };
  const auto loop = [](v1::InputRecord& r) { return r.mutable_command()->mutable_loop_check(); };
  const Change changes[] = {
      [&](auto& r) { alarm(r)->set_verb(static_cast<v1::AlarmCommand::Verb>(8)); },
      [&](auto& r) { alarm(r)->set_until_us(INT64_MAX); },
      [&](auto& r) { work(r)->set_verb(static_cast<v1::MaintenanceCommand::Verb>(2)); },
      [&](auto& r) { work(r)->set_from_us(-1); },
      [&](auto& r) { work(r)->set_until_us(INT64_MIN); },
      [&](auto& r) { loop(r)->set_verb(static_cast<v1::LoopCheckCommand::Verb>(-1)); },
      [&](auto& r) { loop(r)->set_until_us(INT64_MAX); },
      [](auto& r) { r.mutable_own_condition()->set_priority(static_cast<v1::Priority>(4)); },
  };
  for (const Change& change : changes) {
    v1::InputRecord record;
    change(record);
    const auto back = from_proto(record);
    REQUIRE_FALSE(back);
    CHECK(back.error().kind == ErrorKind::bad_input);
  }
}

TEST_CASE("input records that say nothing known are refused", "[store][hostile]") {
  v1::InputRecord empty;
  CHECK_FALSE(from_proto(empty));
  v1::InputRecord no_command;
  no_command.mutable_command()->set_author("x");
  CHECK_FALSE(from_proto(no_command));
  v1::InputRecord odd_verb;
  odd_verb.mutable_command()->mutable_consumer()->set_verb(
      static_cast<v1::ConsumerCommand::Verb>(3));
  CHECK_FALSE(from_proto(odd_verb));
  v1::InputRecord odd_expiry;
  odd_expiry.mutable_command()->mutable_consumer()->set_expires_at_us(-1);
  CHECK_FALSE(from_proto(odd_expiry));
  v1::InputRecord odd_time;
  odd_time.set_plant_hash("x");
  odd_time.set_receive_time_us(INT64_MAX);
  CHECK_FALSE(from_proto(odd_time));
  v1::InputRecord odd_tag;
  odd_tag.mutable_tag_registered()->set_type(static_cast<v1::ValueType>(9));
  CHECK_FALSE(from_proto(odd_tag));
  v1::TagDefinition odd_decimals;
  odd_decimals.set_decimals(256);
  CHECK_FALSE(from_proto(odd_decimals));
  v1::Gap odd_gap;
  odd_gap.set_to_us(-1);
  CHECK_FALSE(from_proto(odd_gap));
}

TEST_CASE("message identities of unequal columns are refused", "[store][hostile]") {
  const MessageIdentity one{5, sample_time, 1, 2, 3};
  using Change = std::function<void(v1::MessageIdentities&)>;
  const Change changes[] = {
      [](auto& m) { m.add_hash(1); },
      [](auto& m) { m.add_sequence_delta(1); },
      [](auto& m) { m.clear_packet_id(); },
      [](auto& m) { m.clear_receive_delta_us(); },
      [](auto& m) { m.add_source(1); },
      [](auto& m) { m.set_source(0, 65536); },
      [](auto& m) { m.set_packet_id(0, 65536); },
      [](auto& m) { m.set_receive_delta_us(0, -1); },
  };
  for (const Change& change : changes) {
    v1::MessageIdentities message;
    to_proto(std::span{&one, 1}, message);
    REQUIRE(from_proto(message));
    change(message);
    CHECK_FALSE(from_proto(message));
  }
}

}  // namespace convert_test
