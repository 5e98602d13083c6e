// tests/unit/mqtt/publish_notes_test.cpp - Notes and callbacks in step, out of step, and in step
// again.
#include "mqtt/publish_notes.h"

#include <catch2/catch.hpp>

namespace publish_notes_test {

using namespace parkwatch::mqtt_session;

namespace {

PublishNote note(std::string_view topic, std::uint16_t packet_id, bool dup = false) {
  return {hash_of_topic(topic), packet_id, 1, dup, false};
}

}  // namespace

TEST_CASE("notes: each callback takes the next one") {
  PublishNotes notes;
  notes.add({note("a", 1), note("a", 2, true)});
  notes.add({note("b", 3)});
  const auto first = notes.take("a");
  CHECK(first.known);
  CHECK_FALSE(first.out_of_step);
  CHECK(first.note.packet_id == 1);
  CHECK_FALSE(first.note.dup);
  const auto second = notes.take("a");
  CHECK(second.note.packet_id == 2);
  CHECK(second.note.dup);
  CHECK(notes.take("b").note.packet_id == 3);
  CHECK(notes.size() == 0);
}

TEST_CASE("notes: a message that Paho swallowed does not shift the later ones") {
  PublishNotes notes;
  notes.add({note("a", 1), note("b", 2), note("c", 3)});
  const auto taken = notes.take("b");
  CHECK(taken.out_of_step);
  CHECK(taken.known);
  CHECK(taken.note.packet_id == 2);
  CHECK_FALSE(notes.take("c").out_of_step);
}

TEST_CASE("notes: a message without a note is unknown and leaves the others in place") {
  PublishNotes notes;
  notes.add({note("a", 1, true)});
  const auto stranger = notes.take("x");
  CHECK(stranger.out_of_step);
  CHECK_FALSE(stranger.known);
  CHECK(stranger.note.packet_id == 0);
  CHECK_FALSE(stranger.note.dup);
  CHECK(notes.take("a").note.packet_id == 1);
  CHECK_FALSE(notes.take("a").known);
}

TEST_CASE("notes: a new connection begins with none") {
  PublishNotes notes;
  notes.add({note("a", 1)});
  notes.clear();
  CHECK_FALSE(notes.take("a").known);
}

}  // namespace publish_notes_test
