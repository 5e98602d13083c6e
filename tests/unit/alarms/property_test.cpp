// tests/unit/alarms/property_test.cpp - Random conditions, commands and times against the table of
// the standard's transitions. PARKWATCH_SEED=<n> runs one
// seed alone.
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "bench.h"
#include "tests/support/standard_life.h"

namespace property_test {

using namespace parkwatch;
using namespace parkwatch::test;
using Verb = AlarmCommand::Verb;

namespace {

using Kind = TransitionKind;

class Walk {
 public:
  explicit Walk(std::uint64_t seed) : random_(seed) {
    b_.spec("plain").realarm = 7min;
    b_.spec("plain").respond_within = 90s;
    b_.spec("latch").realarm = 11min;
    b_.configure(0s);
  }
  void step() {
    now_ += std::chrono::milliseconds{below(4) == 0 ? below(400'000) : below(15'000)};
    rule_ = rules[below(3)];
    const std::size_t what = below(100);
    if (what < 50) {
      act_on_condition();
    } else if (what < 68) {
      const std::uint64_t occurrence = below(6) == 0 ? 1 : 0;
      must_answer(b_.ack(now_, rule_, "t/1/level", occurrence));
    } else if (what < 76) {
      b_.suppress(now_, below(2) == 0, rule_);
    } else if (what < 80) {
      act_on_window();
    } else {
      act_by_command();
    }
    check();
  }
  [[nodiscard]] const std::set<Kind>& kinds() const { return life_.kinds(); }
  [[nodiscard]] std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>{0, n - 1}(random_);
  }

 private:
  static constexpr const char* rules[] = {"plain", "latch", "auto"};

  void act_on_condition() {
    static constexpr Level levels[] = {Level::none, Level::high, Level::high_high, Level::none};
    const Level level = levels[below(4)];
    b_.level(now_, level, rule_);
    active_[rule_] = level != Level::none;
  }
  void act_on_window() {
    MaintenanceCommand c;
    if (b_.alarms().maintenance().all().empty()) {
      c.group = "tanks";
      c.length = std::chrono::seconds{1 + below(300)};
      c.reason = "work";
    } else {
      c.verb = MaintenanceCommand::Verb::end;
      c.window = b_.alarms().maintenance().all().begin()->first;
    }
    must_answer(b_.maintain(now_, c));
  }
  void act_by_command() {
    static constexpr Verb verbs[] = {Verb::shelve,         Verb::unshelve,   Verb::reset,
                                     Verb::out_of_service, Verb::in_service, Verb::unacknowledge};
    AlarmCommand c = AlarmBench::of(verbs[below(6)], rule_);
    if (c.verb == Verb::shelve) {
      c.length = std::chrono::seconds{1 + below(300)};
      c.one_shot = below(3) == 0;
    }
    must_answer(b_.command(now_, c));
  }
  // A command does something, or says why not; never both, never neither. What was due by its time
  // came before it.
  void must_answer(const std::string& error) {
    const AlarmEvent* last = b_.events().empty() ? nullptr : &b_.events().back();
    const bool by_person = b_.events().size() > checked_ && last->author == "li";
    bool any = by_person;
    for (std::size_t i = checked_; i < b_.events().size(); ++i)
      any |= b_.events()[i].author == "li";
    REQUIRE(any == error.empty());
  }

  void check() {
    for (; checked_ < b_.events().size(); ++checked_) {
      const AlarmEvent& e = b_.events()[checked_];
      REQUIRE(e.journal == checked_ + 1);
      life_.take(e, e.rule == "auto");
    }
    for (const char* rule : rules) {
      const char state = life_.state_of(rule, "t/1/level");
      CAPTURE(rule, state);
      REQUIRE((state == 'U' || state == 'A') == active_[rule]);
    }
  }
  std::mt19937_64 random_;
  AlarmBench b_;
  Duration now_ = 1s;
  std::string rule_;
  std::map<std::string, bool> active_;
  StandardLife life_;
  std::size_t checked_ = 0;
};

}  // namespace

TEST_CASE("alarms: every random life keeps to the table of the standard's transitions",
          "[alarms][property]") {
  std::vector<std::uint64_t> seeds;
  if (const char* one = std::getenv("PARKWATCH_SEED")) seeds = {std::strtoull(one, nullptr, 10)};
  for (std::uint64_t seed = 1; seeds.size() < 60 && std::getenv("PARKWATCH_SEED") == nullptr;
       ++seed) {
    seeds.push_back(seed);
  }
  std::set<Kind> kinds;
  for (const std::uint64_t seed : seeds) {
    CAPTURE(seed);
    Walk walk{seed};
    for (int i = 0; i < 1500; ++i) walk.step();
    kinds.insert(walk.kinds().begin(), walk.kinds().end());
  }
  // The walk comes everywhere: a line of the table that nothing reaches would prove nothing.
  for (const auto& [kind, steps] : StandardLife::table()) {
    CAPTURE(to_text(kind));
    // These are reached by the property test of the pipeline.
    const std::set<Kind> elsewhere{Kind::removed, Kind::first_out_reset, Kind::escalated,
                                   Kind::commissioned};
    if (!elsewhere.contains(kind) && seeds.size() > 1) CHECK(kinds.contains(kind));
  }
}

}  // namespace property_test
