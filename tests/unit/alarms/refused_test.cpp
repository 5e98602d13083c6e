// tests/unit/alarms/refused_test.cpp - Every command that is refused: the sentence, word for word,
// and that nothing at all has changed by it.
#include <functional>

#include "bench.h"

namespace refused_test {

using namespace parkwatch;
using namespace parkwatch::test;
using Verb = AlarmCommand::Verb;

namespace {

using Command = std::function<std::string(AlarmBench&)>;

// What is said of it; whatever was there before is there after it, and nothing was journaled.
std::string refused(AlarmBench& bench, const Command& command) {
  const std::size_t journaled = bench.events().size();
  const std::size_t standing = bench.alarms().standing();
  std::vector<AlarmEvent> before;
  for (const auto& [key, alarm] : bench.alarms().remembered()) before.push_back(alarm.event);
  const std::string said = command(bench);
  CHECK(bench.events().size() == journaled);
  CHECK(bench.alarms().standing() == standing);
  std::vector<AlarmEvent> after;
  for (const auto& [key, alarm] : bench.alarms().remembered()) after.push_back(alarm.event);
  CHECK(after == before);
  return said;
}

std::string refused(AlarmBench& bench, Duration at, const AlarmCommand& command,
                    bool admin = false) {
  return refused(bench, [&](AlarmBench& b) { return b.command(at, command, admin); });
}

std::string refused(AlarmBench& bench, Duration at, const MaintenanceCommand& command) {
  return refused(bench, [&](AlarmBench& b) { return b.maintain(at, command); });
}

AlarmCommand until(AlarmCommand command, Timestamp end) {
  command.until = end;
  return command;
}

MaintenanceCommand work() {
  MaintenanceCommand command;
  command.group = "tanks";
  command.reason = "gauges";
  command.length = 1h;
  return command;
}

const std::string now_unacked = "plain on t/1/level is now unacknowledged (H), occurrence 1";

}  // namespace

TEST_CASE("refused: acknowledging what does not stand, is another occurrence, or is done already",
          "[alarms]") {
  AlarmBench b;
  const auto ack = [](Duration at, std::uint64_t occurrence) {
    return [=](AlarmBench& bench) { return bench.ack(at, "plain", "t/1/level", occurrence); };
  };
  CHECK(refused(b, ack(1s, 1)) == "no alarm of rule plain stands on t/1/level");
  b.raise(2s);
  CHECK(refused(b, ack(3s, 7)) == "the alarm has changed: " + now_unacked);
  CHECK(b.ack(4s) == "");
  CHECK(refused(b, ack(5s, 1)) ==
        "already acknowledged: plain on t/1/level is now acknowledged (H), occurrence 1");
  b.clear(6s);
  CHECK(refused(b, ack(7s, 1)) == "no alarm of rule plain stands on t/1/level");
}

TEST_CASE("refused: taking back an acknowledgement that was not given, or that nobody needs",
          "[alarms]") {
  AlarmBench b;
  AlarmCommand back = AlarmBench::of(Verb::unacknowledge);
  CHECK(refused(b, 1s, back) == "nothing to do: plain on t/1/level is now normal");
  b.raise(2s);
  CHECK(refused(b, 3s, back) == "not acknowledged: " + now_unacked);
  back.occurrence = 9;
  CHECK(refused(b, 3s, back) == "the alarm has changed: " + now_unacked);
  b.raise(4s, "auto");
  CHECK(refused(b, 5s, AlarmBench::of(Verb::unacknowledge, "auto")) ==
        "auto needs no acknowledgement (ack = \"auto\")");
}

TEST_CASE("refused: letting go what is not latched, or whose cause is still there", "[alarms]") {
  AlarmBench b;
  b.raise(1s);
  CHECK(refused(b, 2s, AlarmBench::of(Verb::reset)) == "nothing to reset: " + now_unacked);
  b.raise(3s, "latch");
  CHECK(refused(b, 4s, AlarmBench::of(Verb::reset, "latch")) ==
        "the cause is still present: latch on t/1/level is now unacknowledged (H), occurrence 2");
  b.clear(5s, "latch");
  CHECK(b.command(6s, AlarmBench::of(Verb::reset, "latch")) == "");
  CHECK_THAT(refused(b, 7s, AlarmBench::of(Verb::reset, "latch")),
             Catch::StartsWith("nothing to reset: latch on t/1/level"));
}

TEST_CASE("refused: shelving without an end that makes sense", "[alarms]") {
  AlarmBench b;
  b.raise(1s);
  const Timestamp now = AlarmBench::time(10s);
  const auto shelve = [&](const AlarmCommand& c) { return refused(b, 10s, c); };
  CHECK(shelve(until(AlarmBench::shelve(1h), now + 1h)) == "give an end or a length, not both");
  CHECK(shelve(AlarmBench::shelve(-1us)) == "the length is out of range");
  CHECK(shelve(AlarmBench::shelve(24h * 366 + 1us)) == "the length is out of range");
  CHECK(shelve(until(AlarmBench::of(Verb::shelve), now)) == "the end is not after the beginning");
  CHECK(shelve(until(AlarmBench::of(Verb::shelve), timestamp_max + 1us)) ==
        "the end is out of range");
  CHECK(shelve(AlarmBench::of(Verb::shelve)) == "shelving needs an end, a length or one_shot");
  const std::string cap = "an alarm of priority medium of this rule may be shelved for 1d at most";
  CHECK(shelve(AlarmBench::shelve(24h + 1us)) == cap);
  CHECK(shelve(until(AlarmBench::of(Verb::shelve), now + 24h + 1us)) == cap);
  CHECK(b.command(10s, AlarmBench::shelve(24h)) == "");
  REQUIRE(b.last().shelving);
  CHECK(b.last().shelving->until == now + 24h);
}

TEST_CASE("refused: shelving a critical alarm, normal as it may be, by who is no admin",
          "[alarms]") {
  AlarmBench b;
  const std::string only = "only an admin may shelve a critical alarm";
  CHECK(refused(b, 1s, AlarmBench::shelve(1min, "critical")) == only);
  b.raise(2s, "critical");
  CHECK(refused(b, 3s, AlarmBench::shelve(1min, "critical")) == only);
  CHECK(refused(b, 3s, AlarmBench::shelve(30min + 1us, "critical"), true) ==
        "an alarm of priority critical of this rule may be shelved for 30m at most");
  CHECK(b.command(3s, AlarmBench::shelve(30min, "critical"), true) == "");
}

TEST_CASE("refused: what a rule does not allow to shelve, and reasons that it does not know",
          "[alarms]") {
  AlarmBench b;
  b.spec("auto").shelvable = false;
  b.spec("plain").shelve_reasons = {"calibration", "repair"};
  b.spec("latch").shelve_max = 5min;
  b.configure(1s);
  CHECK(refused(b, 2s, AlarmBench::shelve(1min, "auto"), true) == "auto must not be shelved");
  CHECK(refused(b, 2s, AlarmBench::shelve(1min)) ==
        "the reason must be one of: calibration, repair");
  CHECK(refused(b, 2s, AlarmBench::shelve(5min + 1us, "latch")) ==
        "an alarm of priority medium of this rule may be shelved for 5m at most");
  AlarmCommand repair = AlarmBench::shelve(1min);
  repair.comment = "repair";
  CHECK(b.command(2s, repair) == "");
}

TEST_CASE("refused: ending what nobody began", "[alarms]") {
  AlarmBench b;
  b.raise(1s);
  CHECK(refused(b, 2s, AlarmBench::of(Verb::unshelve)) == "not shelved: " + now_unacked);
  CHECK(refused(b, 2s, AlarmBench::of(Verb::in_service)) == "not out of service: " + now_unacked);
  CHECK(b.command(3s, AlarmBench::of(Verb::out_of_service)) == "");
  CHECK(refused(b, 4s, AlarmBench::of(Verb::out_of_service)) ==
        "out of service already: " + now_unacked);
  AlarmCommand silent = AlarmBench::of(Verb::out_of_service, "latch");
  silent.comment.clear();
  CHECK(refused(b, 4s, silent) == "out of service needs a reason");
  CHECK(
      refused(b, 4s, until(AlarmBench::of(Verb::out_of_service, "latch"), AlarmBench::time(4s))) ==
      "the end is not after the beginning");
}

TEST_CASE("refused: a horn that is silent, and a first-out that is none", "[alarms]") {
  AlarmBench b;
  b.spec("plain").first_out_group = "trip";
  b.configure(0s);
  const AlarmCommand silence = AlarmBench::of(Verb::silence);
  AlarmCommand reset = AlarmBench::of(Verb::reset_first_out);
  reset.group = "trip";
  CHECK(refused(b, 1s, silence) == "nothing sounds");
  CHECK(refused(b, 1s, reset) == "no alarm of the first-out group trip stands");
  b.raise(2s);
  CHECK(b.command(3s, silence) == "");
  CHECK(refused(b, 4s, silence) == "nothing sounds");
  CHECK(b.command(5s, reset) == "");
  CHECK(refused(b, 6s, reset) == "the first-out group trip is reset already");
  b.raise(7s, "auto");  // makes no sound by itself
  CHECK(refused(b, 8s, silence) == "nothing sounds");
  b.raise(9s, "latch");
  CHECK(b.command(10s, AlarmBench::shelve(1h, "latch")) == "");
  CHECK(refused(b, 11s, silence) == "nothing sounds");  // what is hidden does not
}

TEST_CASE("refused: what is too long, and alarms that there are not", "[alarms]") {
  AlarmBench b;
  b.raise(1s);
  AlarmCommand wordy = AlarmBench::shelve(1h);
  wordy.comment = std::string(alarms::comment_bytes_max + 1, 'x');
  CHECK(refused(b, 2s, wordy) == "the comment is longer than 4096 bytes");
  CHECK(refused(b, [](AlarmBench& bench) {
          return bench.command(2s, AlarmBench::shelve(1h, "none"), true, false);
        }) == "there is no alarm of rule none on t/1/level");
  wordy.comment.pop_back();
  CHECK(b.command(2s, wordy) == "");
}

TEST_CASE("refused: maintenance that has no sense, each for its own reason", "[alarms]") {
  AlarmBench b;
  const auto with = [](const std::function<void(MaintenanceCommand&)>& change) {
    MaintenanceCommand command = work();
    change(command);
    return command;
  };
  const Timestamp now = AlarmBench::time(5s);
  const struct {
    std::function<void(MaintenanceCommand&)> change;
    const char* said;
  } cases[] = {
      {[](auto& c) { c.reason.clear(); }, "a maintenance window needs a reason"},
      {[](auto& c) { c.group.clear(); }, "give a group, a pattern of tags, or both"},
      {[](auto& c) { c.group = std::string(4097, 'x'); }, "the group or the pattern is too long"},
      {[](auto& c) { c.tags = std::string(4097, 'x'); }, "the group or the pattern is too long"},
      {[](auto& c) { c.reason = std::string(4097, 'x'); }, "the comment is longer than 4096 bytes"},
      {[](auto& c) { c.length = 0s; }, "a maintenance window needs an end or a length"},
      {[](auto& c) { c.length = 24h * 31 + 1us; }, "a maintenance window may last 31d at most"},
      {[](auto& c) { c.length = -1h; }, "the length is out of range"},
      {[&](auto& c) { c.until = now + 1h; }, "give an end or a length, not both"},
      {[&](auto& c) {
         c.length = 0s;
         c.until = now;
       },
       "the end is not after the beginning"},
      {[&](auto& c) {
         c.from = now + 1h;
         c.until = now + 1h;
         c.length = 0s;
       },
       "the end is not after the beginning"},
      {[&](auto& c) { c.from = now + 24h * 366 + 1us; }, "the beginning is too far off"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.said);
    CHECK(refused(b, 5s, with(one.change)) == one.said);
  }
  MaintenanceCommand end;
  end.verb = MaintenanceCommand::Verb::end;
  end.window = 77;
  CHECK(refused(b, 5s, end) == "there is no maintenance window 77");
  CHECK(b.maintain(5s, with([](auto& c) { c.length = 24h * 31; })) == "");
  CHECK(b.maintain(5s, with([&](auto& c) { c.from = now + 24h * 366; })) == "");
}

TEST_CASE("refused: more maintenance windows than are kept", "[alarms]") {
  AlarmBench b;
  for (std::size_t i = 0; i < alarms::windows_max; ++i) REQUIRE(b.maintain(1s, work()) == "");
  CHECK(refused(b, 2s, work()) == "there are 1000 windows");
  MaintenanceCommand end;
  end.verb = MaintenanceCommand::Verb::end;
  end.window = b.events().front().journal;
  end.reason = "room";
  CHECK(b.maintain(3s, end) == "");
  CHECK(b.maintain(4s, work()) == "");
}

}  // namespace refused_test
