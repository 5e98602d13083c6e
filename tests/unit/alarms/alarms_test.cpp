// tests/unit/alarms/alarms_test.cpp - Every way through the states of an alarm.
#include "alarms/alarms.h"

#include <catch2/catch.hpp>

namespace alarms_test {

using namespace parkwatch;
using namespace parkwatch::alarms;

namespace {

// One alarm, driven by words; each call gives what came out.
class Bench {
 public:
  // The new transitions as "kind state level priority occurrence".
  std::string level(Level level, Priority priority = Priority::medium) {
    Condition c;
    c.rule = "tank-level";
    c.tag = "tank/t101/level";
    c.level = level;
    c.priority = priority;
    c.value = 91.5;
    c.limit = 90;
    c.reading_sequence = sequence_ * 10;
    c.reading_index = 2;
    c.reading_time = from_us(5);
    c.message = {"zh " + std::to_string(sequence_), "en " + std::to_string(sequence_)};
    c.group = "tanks";
    c.unit = "%";
    return told([&](const Occasion& o) { alarms_.apply(c, o, events_); });
  }
  std::string ack(std::uint64_t occurrence, std::string comment = "seen") {
    const AcknowledgeAlarm command{"tank-level", "tank/t101/level", occurrence, std::move(comment)};
    return told([&](const Occasion& o) {
      const std::string li = "li";
      const auto result = alarms_.acknowledge(command, {li}, o, events_);
      if (!result) error_ = result.error();
    });
  }
  std::string remove() {
    return told([&](const Occasion& o) {
      alarms_.remove("tank-level", "tank/t101/level", true, o, events_);
    });
  }
  [[nodiscard]] const AlarmEvent& last() const { return events_.back(); }
  [[nodiscard]] const Alarms& alarms() const { return alarms_; }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  template <typename Action>
  std::string told(Action action) {
    const std::size_t before = events_.size();
    ++sequence_;
    action(Occasion{from_us(static_cast<std::int64_t>(sequence_) * 1000), sequence_, plant_});
    std::string text;
    for (std::size_t i = before; i < events_.size(); ++i) {
      const AlarmEvent& e = events_[i];
      text += std::string{to_text(e.kind)} + " " + std::string{to_text(e.state)} + " " +
              std::string{to_text(e.level)} + " " + std::string{to_text(e.priority)} + " " +
              std::to_string(e.occurrence);
    }
    return text;
  }

  std::string plant_ = "abc";
  Alarms alarms_;
  std::vector<AlarmEvent> events_;
  std::uint64_t sequence_ = 0;
  Error error_;
};

}  // namespace

TEST_CASE("alarms: raised, acknowledged, returned ends normal", "[alarms]") {
  Bench b;
  CHECK(b.level(Level::high) == "raised unacknowledged H medium 1");
  CHECK(b.ack(1) == "acknowledged acknowledged H medium 1");
  CHECK(b.level(Level::none) == "returned normal  medium 1");
  CHECK(b.alarms().standing() == 0);
}

TEST_CASE("alarms: returned before it was acknowledged waits for the operator", "[alarms]") {
  Bench b;
  CHECK(b.level(Level::high) == "raised unacknowledged H medium 1");
  CHECK(b.level(Level::none) == "returned returned_unacknowledged  medium 1");
  CHECK(b.ack(1) == "acknowledged normal  medium 1");
  CHECK(b.alarms().standing() == 0);
}

TEST_CASE("alarms: raising again from returned-unacknowledged is a new occurrence", "[alarms]") {
  Bench b;
  (void)b.level(Level::high);
  (void)b.level(Level::none);
  CHECK(b.level(Level::high) == "raised unacknowledged H medium 3");
  CHECK(b.last().raised_at == from_us(3000));
  CHECK(b.ack(1).empty());
  CHECK(b.error().kind == ErrorKind::conflict);
}

TEST_CASE("alarms: a rise un-acknowledges with a new occurrence, a fall never does", "[alarms]") {
  Bench b;
  (void)b.level(Level::high);
  (void)b.ack(1);
  CHECK(b.level(Level::high_high, Priority::high) == "level_changed unacknowledged HH high 3");
  CHECK(b.last().raised_at == from_us(1000));
  CHECK(b.level(Level::high) == "level_changed unacknowledged H medium 3");
  CHECK(b.ack(3) == "acknowledged acknowledged H medium 3");
  (void)b.level(Level::high_high);
  (void)b.ack(6);
  CHECK(b.level(Level::high) == "level_changed acknowledged H medium 6");
}

TEST_CASE("alarms: over to the other side sounds again", "[alarms]") {
  const Level all[] = {Level::low_low, Level::low, Level::high, Level::high_high};
  const bool rises[4][4] = {{false, false, true, true},
                            {true, false, true, true},
                            {true, true, false, true},
                            {true, true, false, false}};
  for (int from = 0; from < 4; ++from) {
    for (int to = 0; to < 4; ++to) {
      CAPTURE(from, to);
      CHECK(is_rise(all[from], all[to]) == rises[from][to]);
    }
  }
}

TEST_CASE("alarms: the same level again, or an end without a beginning, is no transition",
          "[alarms]") {
  Bench b;
  CHECK(b.level(Level::none).empty());
  (void)b.level(Level::high);
  CHECK(b.level(Level::high).empty());
  (void)b.level(Level::none);
  CHECK(b.level(Level::none).empty());
}

TEST_CASE("alarms: acknowledging what does not stand is told apart", "[alarms]") {
  Bench b;
  CHECK(b.ack(1).empty());
  CHECK(b.error().kind == ErrorKind::not_found);
  (void)b.level(Level::high);
  CHECK(b.ack(7).empty());
  CHECK(b.error().kind == ErrorKind::conflict);
  CHECK_THAT(b.error().message, Catch::Contains("is now unacknowledged (H), occurrence 1"));
  (void)b.ack(1);
  CHECK(b.ack(1).empty());
  CHECK(b.error().kind == ErrorKind::conflict);
  CHECK_THAT(b.error().message, Catch::Contains("already acknowledged"));
  CHECK(b.ack(1, std::string(5000, 'x')).empty());
  CHECK(b.error().kind == ErrorKind::bad_input);
}

TEST_CASE("alarms: removing a rule closes what stands, in any state", "[alarms]") {
  Bench b;
  CHECK(b.remove().empty());
  (void)b.level(Level::high);
  CHECK(b.remove() == "removed normal  medium 1");
  CHECK(b.alarms().standing() == 0);
  (void)b.level(Level::high);
  (void)b.level(Level::none);
  CHECK(b.remove() == "removed normal  medium 3");
  CHECK(b.remove().empty());
}

TEST_CASE("alarms: a transition carries its cause, and the texts of the raise till the close",
          "[alarms]") {
  Bench b;
  (void)b.level(Level::high);
  AlarmEvent e = b.last();
  CHECK(e.journal == 1);
  CHECK(e.at == from_us(1000));
  CHECK(e.sequence == 1);
  CHECK(e.rule == "tank-level");
  CHECK(e.tag == "tank/t101/level");
  CHECK(e.value == 91.5);
  CHECK(e.limit == 90.0);
  CHECK(e.reading_index == 2);
  CHECK(e.reading_time == from_us(5));
  CHECK(e.group == "tanks");
  CHECK(e.unit == "%");
  CHECK(e.plant == "abc");
  CHECK(e.message.en == "en 0");
  (void)b.ack(1);
  CHECK(b.last().author == "li");
  CHECK(b.last().comment == "seen");
  (void)b.level(Level::none);
  CHECK(b.last().message.en == "en 0");
  CHECK(b.last().author.empty());
  CHECK(b.last().reading_sequence == 20);
  CHECK(b.last().journal == 3);
}

TEST_CASE("alarms: restored ones go on as if nothing had been", "[alarms]") {
  Bench b;
  (void)b.level(Level::high);
  (void)b.ack(1);
  Alarms restored;
  Alarms::Saved saved;
  for (const auto& [key, alarm] : b.alarms().remembered()) saved.alarms.push_back(alarm);
  saved.last_journal = b.alarms().last_journal();
  restored.restore(saved);
  CHECK(restored.standing() == 1);
  const std::string plant = "abc";
  std::vector<AlarmEvent> out;
  Condition ended;
  ended.rule = "tank-level";
  ended.tag = "tank/t101/level";
  restored.apply(ended, Occasion{from_us(9), 9, plant}, out);
  REQUIRE(out.size() == 1);
  CHECK(out[0].journal == 3);
  CHECK(out[0].state == AlarmState::normal);
}

}  // namespace alarms_test
