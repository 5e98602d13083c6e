// tests/unit/intake/intake_test.cpp - Order, stamps, water marks and answers.
#include "intake/intake.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

namespace intake_test {

using namespace parkwatch;
using namespace std::chrono_literals;

namespace {

// Moves by 1 us a look, so that every stamp differs.
class CountingClock final : public Clock {
 public:
  Timestamp now() override { return from_us(++us_); }

 private:
  std::int64_t us_ = 1'000'000;
};

Message message_of(std::string payload) {
  Message m;
  m.topic = "t";
  m.payload = std::move(payload);
  return m;
}

}  // namespace

TEST_CASE("intake: numbers go on from the store's last and times never fall", "[intake]") {
  CountingClock clock;
  Intake intake{clock, {}, 41};
  CHECK(intake.append(message_of("a")) == 42);
  CHECK(intake.append(message_of("b")) == 43);
  const Intake::Taken taken = intake.take(100, 1, 0us);
  REQUIRE(taken.inputs.size() == 2);
  CHECK(taken.inputs[0].sequence == 42);
  CHECK(taken.inputs[0].receive_time < taken.inputs[1].receive_time);
  CHECK(taken.inputs[1].receive_time <= taken.now);
  CHECK(intake.appended() == 43);
  CHECK(intake.committed() == 41);
}

TEST_CASE("intake: now does not pass an input that stays in the queue", "[intake]") {
  CountingClock clock;
  Intake intake{clock, {}, 0};
  for (int i = 0; i < 3; ++i) CHECK(intake.append(message_of("x")) != 0);
  const Intake::Taken first = intake.take(2, 1, 0us);
  const Intake::Taken rest = intake.take(2, 1, 0us);
  REQUIRE(rest.inputs.size() == 1);
  CHECK(first.now <= rest.inputs[0].receive_time);
}

TEST_CASE("intake: four threads lose nothing and each keeps its own order", "[intake]") {
  CountingClock clock;
  Intake intake{clock, {}, 0};
  constexpr int each = 5'000;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&intake, t] {
      for (int i = 0; i < each; ++i) {
        Message m = message_of(std::to_string(i));
        m.source = static_cast<SourceId>(t);
        (void)intake.append(std::move(m));
      }
    });
  }
  std::vector<int> next(4, 0);
  std::uint64_t sequence = 0;
  Timestamp newest{};
  while (sequence < 4 * each) {
    for (const Input& input : intake.take(1'000, 1, 1s).inputs) {
      const Message& m = std::get<Message>(input.body);
      REQUIRE(input.sequence == ++sequence);
      REQUIRE(input.receive_time >= newest);
      newest = input.receive_time;
      REQUIRE(m.payload == std::to_string(next[m.source]++));
    }
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("intake: closes at high water and opens again at half of it", "[intake]") {
  CountingClock clock;
  Intake intake{clock, {.inputs_high = 10, .bytes_high = 1U << 20}, 0};
  std::vector<bool> flow;
  intake.on_flow([&flow](bool open) { flow.push_back(open); });
  for (int i = 0; i < 12; ++i) (void)intake.append(message_of("x"));
  CHECK_FALSE(intake.open());
  intake.committed(6, {});
  CHECK_FALSE(intake.open());  // 6 are held
  intake.committed(7, {});
  CHECK(intake.open());
  CHECK(flow == std::vector<bool>{false, true});
}

TEST_CASE("intake: bytes count as well as messages", "[intake]") {
  CountingClock clock;
  Intake intake{clock, {.inputs_high = 1'000, .bytes_high = 10'000}, 0};
  (void)intake.append(message_of(std::string(9'900, 'x')));
  CHECK_FALSE(intake.open());
  intake.committed(1, {});
  CHECK(intake.open());
  CHECK(intake.bytes_held() == 0);
}

TEST_CASE("intake: a command is answered when it is committed and not before", "[intake]") {
  CountingClock clock;
  Intake intake{clock, {}, 0};
  std::vector<std::uint64_t> heard;
  intake.on_committed([&heard](std::uint64_t sequence) { heard.push_back(sequence); });
  std::string answer;
  const auto keep = [&answer](const Result<Done>& r) {
    answer = r.ok() ? "ok" : r.error().message;
  };
  const std::uint64_t sequence = intake.append(Command{"op", AcknowledgeAlarm{}}, keep);
  CHECK(answer.empty());
  std::vector<Reply> replies;
  replies.push_back(Reply{sequence, Error{ErrorKind::conflict, "re-alarmed"}});
  intake.committed(sequence, std::move(replies));
  CHECK(answer == "re-alarmed");
  CHECK(heard == std::vector<std::uint64_t>{1});
}

TEST_CASE("intake: after close nothing is taken in and what is queued drains", "[intake]") {
  CountingClock clock;
  Intake intake{clock, {}, 0};
  (void)intake.append(message_of("a"));
  (void)intake.append(message_of("b"));
  intake.close();
  CHECK(intake.append(message_of("c")) == 0);
  std::string answer;
  (void)intake.append(Command{}, [&answer](const Result<Done>& r) { answer = r.error().message; });
  CHECK(answer == "the daemon is stopping");
  CHECK_FALSE(intake.take(1, 1, 0us).closed);
  const Intake::Taken last = intake.take(1, 1, 0us);
  CHECK(last.inputs.size() == 1);
  CHECK(last.closed);
}

TEST_CASE("intake: a clock step is the last input of the old time", "[intake]") {
  CountingClock clock;
  Intake intake{clock, {}, 0};
  bool was_set = false;
  CHECK(intake.append(message_of("before")) == 1);
  CHECK(intake.append(ClockStep{5s}, [&was_set] { was_set = true; }) == 2);
  CHECK(was_set);
  const Intake::Taken taken = intake.take(10, 1, 0us);
  REQUIRE(taken.inputs.size() == 2);
  CHECK(std::get<ClockStep>(taken.inputs[1].body).by == 5s);
}

TEST_CASE("intake: wake ends a wait without an input", "[intake]") {
  CountingClock clock;
  Intake intake{clock, {}, 0};
  std::thread waker{[&intake] { intake.wake(); }};
  CHECK(intake.take(1, 1, Duration{std::chrono::hours{1}}).inputs.empty());
  waker.join();
}

// The thread that closes is overtaken by the writer between closing and telling: here the first
// listener plays the writer.
TEST_CASE("intake: whoever overtakes whom, the last word on the flow is the true one",
          "[intake][fault]") {
  CountingClock clock;
  Intake intake{clock, {.inputs_high = 4, .bytes_high = 1U << 20}, 0};
  std::vector<bool> heard;
  intake.on_flow([&intake](bool open) {
    if (!open) intake.committed(intake.appended(), {});
  });
  intake.on_flow([&heard](bool open) { heard.push_back(open); });
  for (int i = 0; i < 4; ++i) (void)intake.append(message_of("x"));
  CHECK(intake.open());
  CHECK(heard == std::vector<bool>{false, true});
}

TEST_CASE("intake: under threads the last word on the flow is the true one", "[intake]") {
  CountingClock clock;
  Intake intake{clock, {.inputs_high = 8, .bytes_high = 1U << 20}, 0};
  std::atomic<bool> last{true};
  intake.on_flow([&last](bool open) { last = open; });
  constexpr std::uint64_t each = 20'000;
  std::vector<std::thread> sources;
  for (int t = 0; t < 2; ++t) {
    sources.emplace_back([&intake] {
      for (std::uint64_t i = 0; i < each; ++i) (void)intake.append(message_of("x"));
    });
  }
  std::uint64_t sequence = 0;
  while (sequence < 2 * each) {
    const Intake::Taken taken = intake.take(16, 1, 1s);
    if (taken.inputs.empty()) continue;
    sequence = taken.inputs.back().sequence;
    intake.committed(sequence, {});
  }
  for (std::thread& source : sources) source.join();
  CHECK(intake.open());
  CHECK(last);
}

TEST_CASE("intake: low water in messages alone does not open while the bytes are too many",
          "[intake]") {
  CountingClock clock;
  constexpr std::size_t large = 60'000;
  Intake intake{clock, {.inputs_high = 4, .bytes_high = 2 * large}, 0};
  for (int i = 0; i < 3; ++i) (void)intake.append(message_of("x"));
  (void)intake.append(message_of(std::string(large, 'x')));
  REQUIRE_FALSE(intake.open());
  CHECK(intake.inputs_held() == 4);
  CHECK(intake.bytes_held() > large);
  intake.committed(3, {});
  CHECK(intake.inputs_held() == 1);
  CHECK_FALSE(intake.open());  // the large one alone is over half
  intake.committed(4, {});
  CHECK(intake.open());
  CHECK(intake.bytes_held() == 0);
}

TEST_CASE("intake: each command gets its own answer, once, and an unasked one goes nowhere",
          "[intake]") {
  CountingClock clock;
  Intake intake{clock, {}, 0};
  std::vector<std::string> answers;
  const auto keep = [&answers](const std::string& who) {
    return [&answers, who](const Result<Done>& r) {
      answers.push_back(who + ": " + (r.ok() ? "ok" : r.error().message));
    };
  };
  const std::uint64_t first = intake.append(Command{}, keep("first"));
  const std::uint64_t message = intake.append(message_of("x"));
  const std::uint64_t second = intake.append(Command{}, keep("second"));
  std::vector<Reply> early;
  early.push_back({first, Done{}});
  early.push_back({message, Done{}});  // nobody waits for it
  intake.committed(message, std::move(early));
  CHECK(answers == std::vector<std::string>{"first: ok"});
  std::vector<Reply> late;
  late.push_back({first, Error{ErrorKind::conflict, "again"}});
  late.push_back({second, Error{ErrorKind::refused, "no"}});
  intake.committed(second, std::move(late));
  CHECK(answers == std::vector<std::string>{"first: ok", "second: no"});
}

TEST_CASE("intake: a clock step stamps with the old time, and what follows with the new",
          "[intake]") {
  class SetClock final : public Clock {
   public:
    Timestamp now() override { return from_us(us); }
    std::int64_t us = 1'000'000;
  };
  SetClock clock;
  Intake intake{clock, {}, 0};
  (void)intake.append(ClockStep{5s}, [&clock] { clock.us += 5'000'000; });
  (void)intake.append(message_of("after"));
  const Intake::Taken taken = intake.take(10, 1, 0us);
  REQUIRE(taken.inputs.size() == 2);
  CHECK(taken.inputs[0].receive_time == from_us(1'000'000));
  CHECK(taken.inputs[1].receive_time == from_us(6'000'000));
  intake.close();
  bool set_after_close = false;
  CHECK(intake.append(ClockStep{1s}, [&] { set_after_close = true; }) == 0);
  CHECK_FALSE(set_after_close);  // a clock that moved without a word would be worse
}

TEST_CASE("intake: a take waits for enough inputs only a moment, and never for more than there are",
          "[intake]") {
  CountingClock clock;
  Intake intake{clock, {}, 0};
  (void)intake.append(message_of("one"));
  // `enough` never comes: gather_max ends the wait, not the hour.
  CHECK(intake.take(10, 5, Duration{std::chrono::hours{1}}).inputs.size() == 1);
  for (int i = 0; i < 5; ++i) (void)intake.append(message_of("x"));
  CHECK(intake.take(3, 5, Duration{std::chrono::hours{1}}).inputs.size() == 3);
  CHECK(intake.take(3, 1, Duration{std::chrono::hours{1}}).inputs.size() == 2);
  CHECK(intake.take(3, 1, 0us).inputs.empty());
}

}  // namespace intake_test
